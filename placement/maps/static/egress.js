/* The page of an egress: circles at exits and stations grow with their queues as a slider goes on. */

const EGRESS_STYLES = {
  exit: { color: "#9a3412", fillColor: "#c2410c", weight: 1.5, fillOpacity: 0.55 },
  station: { color: "#003a66", fillColor: "#00508c", weight: 1.5, fillOpacity: 0.55 },
};

function showEgress(map) {
  const data = JSON.parse(document.getElementById("plan-data").textContent);
  const byId = (id) => document.getElementById(id);
  let language = firstLanguage(data.languages, address().get("lang"));
  let course = "chosen";
  let slot = 0;
  const number = (value) => value.toLocaleString(data.languages[language].locale, { maximumFractionDigits: 1 });
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
  for (const [name, z] of [["streets", 210], ["areas", 220], ["places", 230]]) {
    map.createPane(name).style.zIndex = String(z);
  }
  map.getPane("streets").style.pointerEvents = "none";
  map.getPane("areas").style.pointerEvents = "none";
  for (const rings of data.areas) {
    L.polygon(rings, { pane: "areas", renderer: L.svg({ pane: "areas" }), color: "#6b7280", weight: 1, fillOpacity: 0.15 }).addTo(map);
  }
  const pen = L.svg({ pane: "places", padding: 0.3 });
  const circles = data.places.map((place) => {
    const circle = L.circleMarker(place.at, { pane: "places", renderer: pen, ...EGRESS_STYLES[place.kind] }).addTo(map);
    circle.bindPopup(() => {
      const box = element("div", null, null);
      element("p", place.name, box);
      element("p", say("popup", { ...place[course], now: waiting(place) }), box);
      return box;
    });
    return circle;
  });
  makeTheme(() => [map], byId("theme"), () => {});
  streetLayer(data.streets, "streets").addTo(map);
  L.control.zoom({ position: "topright" }).addTo(map);

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
  const list = element("section", null, cards);
  const under = element("p", null, cards, "under");

  /* What changes with the minute. */
  const move = () => {
    const minute = slot * data.step_min;
    data.places.forEach((place, at) => {
      circles[at].setRadius(4 + 26 * Math.sqrt(waiting(place) / most));
    });
    const people = data.courses[course].inside[slot] || 0;
    still.textContent = say("still", { minute, people });
    slider.setAttribute("aria-valuetext", still.textContent);
    for (const cell of list.querySelectorAll("td[data-place]")) {
      cell.textContent = number(waiting(data.places[Number(/** @type {HTMLElement} */ (cell).dataset.place)]));
    }
  };
  const table = () => {
    const made = element("table", null, null);
    const head = element("tr", null, element("thead", null, made));
    for (const key of ["place", "people", "now", "wait", "last"]) {
      element("th", say(key), head).scope = "col";
    }
    const body = element("tbody", null, made);
    const order = data.places.map((_, at) => at).sort((a, b) => data.places[b][course].last - data.places[a][course].last || a - b);
    for (const at of order) {
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
    list.replaceChildren(made);
  };
  const write = () => {
    document.documentElement.lang = language;
    document.title = `${own(data.title)}${data.period ? ` – ${own(data.period.label)}` : ""}`;
    const { clear, served } = data.courses[course];
    byId("skip").textContent = say("skip");
    byId("theme").textContent = say("dark");
    byId("kicker").textContent = kicker();
    byId("title").textContent = own(data.title);
    byId("status").textContent = say("status", {
      people: data.people, chosen: data.courses.chosen.clear, guided: data.courses.guided.clear,
    });
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
    under.textContent = `${say("note")}${data.osm ? ` ${say("credit")}` : ""}`;
    table();
    move();
    fitTables(byId("panel"));
  };
  slider.addEventListener("input", () => { slot = Number(slider.value); move(); });
  languageButtons(byId("language"), data.languages, (code) => { language = code; keep("lang", code); write(); });
  byId("panel").tabIndex = -1;
  byId("skip").addEventListener("click", () => byId("panel").focus());
  /* It opens when most people wait. */
  const all = Array.from({ length: slots }, (_, at) => data.places.reduce((sum, place) => sum + (place.chosen.queue[at] || 0), 0));
  slot = all.indexOf(Math.max(...all));
  slider.value = String(slot);
  write();
  const [west, south, east, north] = data.bounds;
  map.fitBounds([[south, west], [north, east]], { padding: [40, 40], maxZoom: 17, animate: false });
  document.documentElement.classList.add("ready");
}
