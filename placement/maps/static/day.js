/* The periods of a day: how they are called, what each comes to, and the slider that goes through them. */

const hoursInWords = (period, tell) => `${clockText(period.begins, tell)} – ${clockText(period.ends, tell)}`;
const periodInWords = (period, tell) => `${tell.own(period.name)}, ${hoursInWords(period, tell)}`;

/* A row for each period; `pick(at)` shows one on the map. On paper the areas of the one that is shown stand below. */
function daySection(data, shown, tell, pick, areas) {
  const kinds = data.resources.map((resource, at) => [resource, at]).filter(([, at]) => data.slider.values.some((period) => period.covered[at] !== null));
  const figure = (period, at) => (period.covered[at] === null ? "–"
    : `${tell.share(period.people > 0 ? period.covered[at] / period.people : 0)} (${tell.people(period.covered[at])})`);
  const walk = (period, at) => (period.walk_s[at] === null ? "–" : tell.say("minutes", { min: tell.mean(period.walk_s[at]) }));
  const head = (resource, at, word) => {
    const box = make("span", { class: "reason" }, sign(at, 14, null), make("span", null, tell.say(word)));
    box.title = tell.own(resource.label);
    box.dataset.heading = tell.pair(box.title, tell.say(word));
    return box;
  };
  const rows = data.slider.values.map((period, at) => make("tr", at === shown ? { class: "chosen" } : null,
    make("th", { scope: "row" }, make("button", {
      type: "button", class: "link", "data-period": String(at), "aria-pressed": String(at === shown), onclick: () => pick(at),
    }, tell.own(period.name)), make("div", { class: "under" }, hoursInWords(period, tell)),
    ...(period.closed.length === 0 ? [] : [make("div", { class: "under" }, tell.say("day_closed", { names: period.closed.join(", ") }))]),
    ...period.turned.map((kind) => make("div", { class: "under" }, tell.say(data.resources[kind].outward ? "day_turned_in" : "day_turned_out", { label: tell.own(data.resources[kind].label) })))),
    make("td", null, tell.people(period.people)),
    ...kinds.flatMap(([, kind]) => [make("td", null, figure(period, kind)), make("td", null, walk(period, kind))])));
  return make("section", { class: "day", "aria-label": tell.say("day") }, make("h2", null, tell.say("day")), make("p", null, tell.say("day_told")),
    make("table", { class: "areas" },
      headRow(tell.say("period"), tell.say("people_short"), ...kinds.flatMap(([resource, at]) => [head(resource, at, "day_covered"), head(resource, at, "day_walk")])),
      make("tbody", null, ...rows)), make("div", { class: "paperonly" }, make("h3", null, periodInWords(data.slider.values[shown], tell)), areas), make("br"));
}

/* Where people are who stand in no area: circles as large as they are many. */
function crowdLayer(crowd, tell, inPane) {
  const most = Math.max(1, ...crowd.map(([, , people]) => people));
  return L.layerGroup(crowd.map(([lon, lat, people]) => L.circleMarker([lat, lon], inPane("areas", {
    radius: 3 + 13 * Math.sqrt(people / most), color: inkOf("area_line"), weight: 1.2, fillColor: areaColour(0.6), fillOpacity: 0.75,
  })).bindTooltip(() => make("span", null, tell.pair(tell.say("people"), tell.people(people))), { direction: "top", opacity: 1 })));
}
function crowdSwatch() {
  return swatch(drawn("circle", { cx: 14, cy: 9, r: 6, fill: areaColour(0.6), stroke: inkOf("area_line") }));
}

/* The day of a page: what each period shows in place of the plan, the slider, and a table of all; `turn(at)` shows one. */
function makeDay(page, tell, turn) {
  const { values, first } = page.slider;
  const last = values.length - 1;
  const parts = page.parts.map((part) => ({ ...part, areas: part.areas.map((at) => page.areas[at]), shut: [] }));
  const asked = () => {
    const at = address().has("at") ? Number(address().get("at")) : first;
    return Number.isInteger(at) && at >= 0 && at <= last ? at : first;
  };
  const range = /** @type {HTMLInputElement} */ (make("input", { type: "range", id: "slider", min: 0, max: last, step: 1 }));
  range.addEventListener("input", () => turn(Number(range.value)));
  const [label, output] = [make("label", { for: "slider" }), make("output", { for: "slider" })];
  const ends = [make("span"), make("span")];
  document.getElementById("top").append(make("div", { id: "states" }, make("div", { class: "sliderhead" }, label, output), range,
    make("div", { class: "ends", "aria-hidden": "true" }, ...ends)));
  const speak = (at) => {
    const told = values.map((one) => periodInWords(one, tell));
    range.value = String(at);
    range.setAttribute("aria-valuetext", told[at]);
    label.textContent = tell.say("slider_period");
    output.textContent = told[at];
    ends[0].textContent = told[0];
    ends[1].textContent = told[last];
  };
  const pick = (at) => {
    turn(at);
    const button = document.querySelector(`[data-period="${at}"]`);
    if (button instanceof HTMLElement) { button.focus(); }
  };
  /* what the first view has to show: the ground of all periods */
  const whole = { ...page, reach: page.resources.map((_, at) => parts.flatMap((part) => part.reach[at])) };
  return { asked, speak, whole, part: (at) => parts[at], section: (at, data, showArea) => daySection(page, at, tell, pick, gapTable(data, "all", tell, showArea)) };
}

/* Links to all periods together and to each of them, on a page of several solutions; `turn(at)` shows one. */
function periodChoice(page, tell, turn) {
  const asked = () => {
    const at = Number(address().get("period"));
    return address().has("period") && Number.isInteger(at) && page.parts[at] !== undefined ? at : null;
  };
  const nav = make("nav", { class: "of-day" });
  document.getElementById("top").append(nav);
  const inWords = (at) => (at === null ? tell.say("all_periods") : periodInWords(page.periods[at], tell));
  const speak = (shown) => {
    nav.setAttribute("aria-label", tell.say("slider_period"));
    nav.replaceChildren(...[null, ...page.parts.keys()].map((at) => make("a", {
      href: "#", "aria-current": at === shown ? "page" : null, "data-period": at === null ? "all" : String(at), onclick: (event) => {
        event.preventDefault();
        turn(at);
        /** @type {HTMLElement} */ (nav.querySelector("[aria-current]")).focus();
      },
    }, inWords(at))));
  };
  return { asked, speak, inWords };
}
