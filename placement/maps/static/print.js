/* What goes on paper: the map, which fills its sheet at a round scale, the numbered table, and what else is asked for. */

const SHEET_SCALES = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8];
const EQUATOR_M = 40_075_016.686;
const PIXEL_M = 0.0254 / 96; // of paper, as CSS measures it

/* N of 1:N where the map is now; at zoom 0 that of the whole world. */
function scaleOf(map, zoom) {
  const pixelM = EQUATOR_M * Math.cos(map.getCenter().lat * Math.PI / 180) / (256 * 2 ** zoom);
  return pixelM / PIXEL_M;
}

/* Round scales from the largest. */
const roundScales = [100, 1_000, 10_000, 100_000, 1_000_000].flatMap((power) => SHEET_SCALES.map((one) => one * power));

/* The next round scale that shows as much or more; a thousandth, by which it differs from north to south, is not less. */
const roundScale = (scale) => roundScales.find((one) => one >= scale * 0.999) || scale;

/* What tells a solution from any other on paper. */
const sheetFacts = ({ version, digest }) => [version === null ? "" : `placement ${version}`, digest === null ? "" : `SHA-256 ${digest.slice(0, 16)}`];

/* `arrange()` lays the page out anew, `view` keeps the first view; `subjects()` are the tabs, each with its word,
   `maps()` all maps of the page, `told()` the lines of the title block. */
function makePrinting(map, tell, { arrange, view, subjects, maps, told }) {
  const root = document.documentElement;
  const box = map.getContainer().getBoundingClientRect();
  const asked = { paper: "a4", way: box.width < box.height ? "portrait" : "landscape", what: "plan", date: "", subjects: new Set() };
  const block = make("p", { class: "titleblock" });
  document.querySelector("#top .bar").append(block);
  let before = null; // centre, zoom and whether the view was ours
  const select = (key, label, options) => {
    const input = make("select", { "aria-label": label },
      ...options.map(([value, word]) => make("option", { value, selected: asked[key] === value }, tell.say(word))));
    input.addEventListener("change", () => { asked[key] = input.value; });
    return input;
  };
  const controls = () => {
    const date = make("input", { type: "text", "aria-label": tell.say("print_date"), placeholder: tell.say("print_date"), maxlength: 60 });
    date.value = asked.date;
    date.addEventListener("input", () => { asked.date = date.value; });
    const ticks = subjects().map(([key, word]) => {
      const tick = make("input", { type: "checkbox", "data-print": key });
      tick.checked = asked.subjects.has(key);
      tick.addEventListener("change", () => { if (tick.checked) { asked.subjects.add(key); } else { asked.subjects.delete(key); } });
      return make("label", null, tick, tell.say(word));
    });
    return make("section", { class: "printbox", "aria-label": tell.say("print_title") },
      make("h2", null, tell.say("print_title")),
      make("p", { class: "hint" }, tell.say("print_told")),
      make("div", { class: "printrow" },
        select("paper", tell.say("print_paper"), [["a4", "print_a4"], ["a3", "print_a3"]]),
        select("way", tell.say("print_way"), [["landscape", "print_landscape"], ["portrait", "print_portrait"]]),
        select("what", tell.say("print_what"), [["plan", "print_plan"], ["view", "print_view"]]), date),
      make("div", { class: "printrow" }, ...ticks),
      make("div", { class: "printrow" }, make("button", { type: "button", id: "print", onclick: () => window.print() }, tell.say("print_now"))));
  };
  const begin = () => {
    if (before !== null) { return; }
    const size = map.getSize();
    before = { centre: map.getCenter(), zoom: map.getZoom(), own: view.isOwn(), snap: map.options.zoomSnap };
    root.classList.add("paper");
    root.dataset.paper = `${asked.paper}-${asked.way}`;
    for (const [key] of subjects()) {
      const shown = document.getElementById(`view-${key}`) || document.querySelector("#panel > .view:not(#sheet)");
      shown.classList.toggle("asked", asked.subjects.has(key));
    }
    for (const one of maps()) { one.options.zoomSnap = 0; }
    arrange();
    fitTables(document.getElementById("panel"));
    for (const table of document.querySelectorAll(".legend table")) { table.classList.remove("stacked"); } // it has room without its boxes
    if (asked.what === "view") {
      const next = map.getSize();
      map.setView(before.centre, before.zoom + Math.log2(Math.min(next.x / size.x, next.y / size.y)), { animate: false });
    } else {
      const world = scaleOf(map, 0);
      view.begin(roundScales.map((one) => Math.log2(world / one)).filter((zoom) => zoom >= map.getMinZoom() && zoom <= map.getMaxZoom()));
    }
    const scale = roundScale(scaleOf(map, map.getZoom()));
    map.setView(map.getCenter(), Math.log2(scaleOf(map, 0) / scale), { animate: false });
    const lines = told().map((texts) => texts.filter((text) => text !== "").join(" · "));
    block.replaceChildren(make("strong", null, tell.say("print_scale", { n: tell.people(scale) })),
      ...[...lines, asked.date].filter((text) => text !== "").flatMap((text) => [make("br"), text]));
  };
  const end = () => {
    if (before === null) { return; }
    root.classList.remove("paper");
    delete root.dataset.paper;
    for (const one of maps()) { one.options.zoomSnap = before.snap; }
    arrange();
    for (const place of document.querySelectorAll("#panel, .legend")) { fitTables(place); }
    const { own, centre, zoom } = before;
    before = null;
    if (own) { view.begin(); } else { map.setView(centre, zoom, { animate: false }); }
  };
  return { controls, begin, end, date: () => asked.date };
}
