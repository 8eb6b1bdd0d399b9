/* The page of an egress: circles at exits and stations grow with their queues as a slider goes on. */

const MOST_PLACES = 12; // in the table, until all are asked for
/* Told apart without colour too. */
const EGRESS_STYLES = {
  exit: { color: inkOf("ink"), fillColor: "#d4500f", weight: 1.3, fillOpacity: 0.6, dashArray: "" },
  station: { color: inkOf("ink"), fillColor: "#0a72c2", weight: 1.6, fillOpacity: 0.6, dashArray: "3 3" },
};

function showEgress(map) {
  const data = readPage();
  const byId = (id) => document.getElementById(id);
  let language = firstLanguage(data.languages, address().get("lang"));
  let course = "chosen";
  let slot = 0;
  let all = false; // whether the table has all places
  const number = (value) => value.toLocaleString(data.languages[language].locale, { maximumFractionDigits: 1 });
  const minutes = (value) => value.toLocaleString(data.languages[language].locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const say = (key, values = {}) => data.words[language][key].replace(
    /\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? number(values[name]) : values[name]),
  );
  const own = (texts) => texts[language] || texts.en;
  /* Which period is emptied, and whose people leave. */
  const kicker = () => {
    if (!data.period) { return say("kicker"); }
    const [begins, ends] = [data.period.begins, data.period.ends].map((one) => clockText(one, data.languages[language]));
    const told = { period: own(data.period.label), hours: `${begins} – ${ends}` };
    return data.period.people_of ? say("period_people", { ...told, of: own(data.period.people_of) }) : say("period", told);
  };
  /* How soon all are out and served, and what is proven of it. */
  const known = () => {
    const [chosen, guided] = ["chosen", "guided"].map((name) => {
      const { clear, served } = data.courses[name];
      return { clear: minutes(clear), served: served === null ? null : minutes(served) };
    });
    const { out, served, ...bounds } = data.known;
    for (const name of Object.keys(bounds)) { bounds[name] = minutes(bounds[name] || 0); }
    const told = [say("status", { people: data.people, chosen: chosen.clear, guided: guided.clear }), say(`out_${out}`, bounds)];
    if (guided.served !== null) { told.push(say("stations", { chosen: chosen.served, guided: guided.served })); }
    if (served) { told.push(say(`served_${served}`, bounds)); }
    return told;
  };
  const element = (name, text, parent, className = "") => {
    const made = document.createElement(name);
    if (text !== null) { made.textContent = text; }
    if (className) { made.className = className; }
    if (parent) { parent.append(made); }
    return made;
  };
  const slots = Math.max(
    ...Object.values(data.courses).map((one) => one.inside.length),
    ...data.places.flatMap((place) => [place.chosen.queue.length, place.guided.queue.length]),
  );
  const most = Math.max(1, ...data.places.flatMap((place) => [place.chosen.longest, place.guided.longest]));
  const waiting = (place) => place[course].queue[slot] || 0;

  const frame = map.getContainer();
  frame.setAttribute("role", "region");
  for (const [name, z] of [["background", 200], ["water", 205], ["streets", 210], ["areas", 220], ["places", 230]]) {
    map.createPane(name).style.zIndex = String(z);
  }
  for (const name of ["background", "water", "streets", "areas"]) { map.getPane(name).style.pointerEvents = "none"; }
  for (const rings of data.water) {
    L.polygon(rings, { pane: "water", renderer: L.svg({ pane: "water" }), color: inkOf("shore"), weight: 1.2, fillColor: inkOf("water"), fillOpacity: 1 }).addTo(map);
  }
  for (const rings of data.areas) {
    L.polygon(rings, { pane: "areas", renderer: L.svg({ pane: "areas" }), color: "#6b7280", weight: 1, fillOpacity: 0.15 }).addTo(map);
  }
  const pen = L.svg({ pane: "places", padding: 0.3 });
  const circles = data.places.map((place) => {
    const circle = L.circleMarker(place.at, { pane: "places", renderer: pen, ...EGRESS_STYLES[place.kind] }).addTo(map);
    circle.bindTooltip(() => element("span", place.name, null));
    circle.bindPopup(() => {
      const box = element("div", null, null);
      element("p", place.name, box);
      element("p", say("popup", { ...place[course], now: waiting(place) }), box);
      return box;
    });
    return circle;
  });
  makeTheme(() => [map], byId("theme"), () => {});
  const background = groundLayer(data.background);
  if (background !== null) { background.addTo(map); }
  streetLayer(data.streets, "streets").addTo(map);
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);

  const cards = element("div", null, byId("panel"), "cards");
  cards.style.gridTemplateColumns = "minmax(0, 1fr)"; // a wide table does not widen them
  const controls = element("section", null, cards, "card");
  const heading = element("h2", null, controls);
  const choice = element("div", null, controls, "views");
  choice.setAttribute("role", "group");
  const buttons = Object.keys(data.courses).sort().map((name) => {
    const button = element("button", null, choice);
    button.type = "button";
    button.dataset.course = name;
    button.addEventListener("click", () => { course = name; write(); });
    return button;
  });
  const label = element("label", null, controls, "under");
  const slider = element("input", null, controls);
  label.style.display = "block";
  slider.id = label.htmlFor = "minute";
  slider.type = "range";
  slider.min = "0";
  slider.max = String(slots - 1);
  slider.value = "0";
  slider.style.width = "100%";
  const still = element("p", null, controls);
  still.id = "still";
  const whole = element("p", null, controls, "under");
  const kinds = Object.keys(EGRESS_STYLES).filter((kind) => data.places.some((place) => place.kind === kind));
  const legend = element("p", null, controls, "under");
  const list = element("section", null, cards);
  const more = element("button", null, list, "act");
  more.type = "button";
  more.id = "places";
  more.addEventListener("click", () => { all = !all; write(); });
  const under = element("p", null, cards, "under");

  /* What changes with the minute. */
  const move = () => {
    const minute = slot * data.step_min;
    const widest = Math.min(26, map.getSize().x / 30);
    data.places.forEach((place, at) => {
      circles[at].setRadius(4 + widest * Math.sqrt(waiting(place) / most));
    });
    const people = data.courses[course].inside[slot] || 0;
    still.textContent = say("still", { minute, people });
    slider.setAttribute("aria-valuetext", still.textContent);
    for (const cell of list.querySelectorAll("td[data-place]")) {
      cell.textContent = number(waiting(data.places[Number(/** @type {HTMLElement} */ (cell).dataset.place)]));
    }
  };
  const tell = () => {
    legend.replaceChildren(...kinds.flatMap((kind) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      const { color, fillColor, weight, fillOpacity, dashArray } = EGRESS_STYLES[kind];
      const drawn = { cx: 8, cy: 8, r: 6, stroke: color, fill: fillColor, "stroke-width": weight, "fill-opacity": fillOpacity, "stroke-dasharray": dashArray };
      Object.entries(drawn).forEach(([key, value]) => dot.setAttribute(key, String(value)));
      Object.entries({ width: 16, height: 16, "aria-hidden": "true" }).forEach(([key, value]) => svg.setAttribute(key, String(value)));
      svg.append(dot);
      return [svg, ` ${say(kind)} \u2003`];
    }), say("note"));
  };
  const table = () => {
    const made = element("table", null, null);
    const head = element("tr", null, element("thead", null, made));
    for (const key of ["place", "people", "now", "wait", "last"]) {
      element("th", say(key), head).scope = "col";
    }
    const body = element("tbody", null, made);
    const order = data.places.map((_, at) => at).sort((a, b) => data.places[b][course].last - data.places[a][course].last || a - b);
    for (const at of all ? order : order.slice(0, MOST_PLACES)) {
      const place = data.places[at];
      const row = element("tr", null, body);
      const name = element("th", place.name, row);
      name.scope = "row";
      element("p", say(place.kind), name, "under");
      element("td", number(place[course].people), row);
      element("td", "", row).dataset.place = String(at);
      element("td", number(place[course].wait), row);
      element("td", number(place[course].last), row);
    }
    more.hidden = order.length <= MOST_PLACES;
    more.textContent = all ? say("fewer_places") : say("all_places", { count: order.length });
    more.setAttribute("aria-expanded", String(all));
    list.replaceChildren(made, more);
  };
  const write = () => {
    document.documentElement.lang = language;
    document.title = `${own(data.title)}${data.period ? ` – ${own(data.period.label)}` : ""}`;
    const { clear, served } = data.courses[course];
    byId("skip").textContent = say("skip");
    byId("theme").textContent = say("dark");
    byId("kicker").textContent = kicker();
    byId("title").textContent = own(data.title);
    byId("status").textContent = known().join(" ");
    frame.setAttribute("aria-label", say("map"));
    byId("panel").setAttribute("aria-label", say("panel"));
    byId("language").setAttribute("aria-label", say("language"));
    choice.setAttribute("aria-label", say("course"));
    pressLanguage(language, data.languages);
    heading.textContent = say("course");
    for (const button of buttons) {
      button.textContent = button.dataset.course === "guided" ? say("guided") : say("chosen");
      button.setAttribute("aria-pressed", String(button.dataset.course === course));
    }
    label.textContent = say("minutes");
    const clogged = data.places.filter((place) => place.kind === "exit" && place[course].wait > data.limit_min).length;
    const one = new Intl.PluralRules(data.languages[language].locale).select(clogged) === "one";
    const above = { limit: data.limit_min, clogged };
    const waits = one ? say("clogged_one", above) : say("clogged_many", above);
    whole.textContent = `${say("whole", { clear })} ${waits}${served === null ? "" : ` ${say("served", { served })}`}`;
    under.textContent = data.osm ? say("credit") : "";
    tell();
    table();
    move();
    fitTables(byId("panel"));
  };
  slider.addEventListener("input", () => { slot = Number(slider.value); move(); });
  languageButtons(byId("language"), data.languages, (code) => { language = code; keep("lang", code); write(); });
  byId("panel").tabIndex = -1;
  byId("skip").addEventListener("click", () => byId("panel").focus());
  /* It opens when most people wait. */
  const waits = Array.from({ length: slots }, (_, at) => data.places.reduce((sum, place) => sum + (place.chosen.queue[at] || 0), 0));
  slot = waits.indexOf(Math.max(...waits));
  slider.value = String(slot);
  mapAboveFigures(map, move);
  write();
  const [west, south, east, north] = data.bounds;
  map.fitBounds([[south, west], [north, east]], { padding: [40, 40], maxZoom: 17, animate: false });
  document.documentElement.classList.add("ready");
}
