/* The page of a street network: the main part in grey, other parts in colour, figures beside. */

const PART_STYLES = {
  other: { color: "#00508c", weight: 3, opacity: 0.9 },
  islands: { color: "#c2410c", weight: 3, opacity: 0.9 },
};

function showNetwork(map) {
  const data = readPage();
  const byId = (id) => document.getElementById(id);
  let language = firstLanguage(data.languages, address().get("lang"));
  const say = (key, values = {}) => data.words[language][key].replace(
    /\{(\w+)\}/g,
    (_, name) => (typeof values[name] === "number"
      ? values[name].toLocaleString(language, { maximumFractionDigits: 1 }) : values[name]),
  );
  /* OpenStreetMap's values, and the reasons of placement/streets/tags.py, in words; one without any stays as it is. */
  const kindInWords = (name) => data.words[language][`class_${name}`] || name;
  const reasonInWords = (why) => {
    const [, name, what] = /^(\S+) (is not walked|not opened to walkers)$/.exec(why) || [];
    if (name !== undefined) { return say(what === "is not walked" ? "why_not_walked" : "why_not_opened", { kind: kindInWords(name) }); }
    return data.words[language][`why_${why.replace(/\W+/g, "_")}`] || why;
  };
  const element = (name, text, parent, className) => {
    const made = document.createElement(name);
    if (text !== null) { made.textContent = text; }
    if (className) { made.className = className; }
    if (parent) { parent.append(made); }
    return made;
  };

  const frame = map.getContainer();
  frame.setAttribute("role", "region");
  for (const [name, z] of [["streets", 210], ["parts", 230]]) {
    map.createPane(name).style.zIndex = String(z);
  }
  map.getPane("streets").style.pointerEvents = "none";
  const pen = L.svg({ pane: "parts", padding: 0.3 });
  const kind = (part) => (part.island ? "islands" : "other");
  for (const part of data.parts) {
    const line = L.polyline(part.lines.map(positions), {
      pane: "parts", renderer: pen, ...PART_STYLES[kind(part)],
    }).addTo(map);
    line.bindPopup(() => {
      const box = element("div", null);
      element("p", say("popup", part), box);
      for (const text of [...part.classes.map(kindInWords), ...part.names].slice(0, 12)) { element("p", text, box); }
      return box;
    });
  }
  makeTheme(() => [map], byId("theme"), () => {});
  streetLayer(data.streets, "streets").addTo(map);
  L.control.zoom({ position: "topright" }).addTo(map);

  const swatch = (parent, colour) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    const set = (node, values) => Object.entries(values).forEach(([key, value]) => node.setAttribute(key, value));
    set(svg, { width: 22, height: 8, "aria-hidden": "true" });
    set(line, { x1: 1, x2: 21, y1: 4, y2: 4, stroke: colour, "stroke-width": 3 });
    svg.append(line);
    parent.append(svg);
  };
  const card = (parent, title, rows) => {
    const box = element("section", null, parent, "card");
    element("h2", title, box);
    const list = element("dl", null, box, "facts");
    for (const [term, figure, colour] of rows) {
      const row = element("div", null, list);
      const name = element("dt", null, row);
      if (colour) { swatch(name, colour); }
      name.append(`${colour ? " " : ""}${term}`);
      element("dd", figure, row);
    }
    return box;
  };
  const sum = (which) => {
    const mine = data.parts.filter((part) => kind(part) === which);
    return say("count", { count: mine.length, km: mine.reduce((all, part) => all + part.m, 0) / 1000 });
  };

  const write = () => {
    const facts = data.facts;
    document.documentElement.lang = language;
    byId("skip").textContent = say("skip");
    byId("theme").textContent = say("dark");
    byId("kicker").textContent = say("kicker");
    byId("title").textContent = data.title[language];
    byId("status").textContent = say("status", facts);
    frame.setAttribute("aria-label", say("map"));
    pressLanguage(language, data.languages);
    const cards = element("div", null, null, "cards");
    const main = say("mainFigures", { junctions: facts.main_junctions, km: facts.main_km });
    card(cards, say("parts"), [
      [say("main"), main, inkOf(STREET_STYLES.main.colour)],
      [say("other"), sum("other"), PART_STYLES.other.color],
      [say("islands"), sum("islands"), PART_STYLES.islands.color],
    ]);
    const dropped = Object.entries(facts.dropped);
    const reasons = card(cards, say("dropped"), dropped.map(([why, count]) => [reasonInWords(why), count.toLocaleString(language)]));
    if (dropped.length === 0) { element("p", say("none"), reasons, "under"); }
    card(cards, say("classes"), Object.entries(facts.km_by_class).sort((a, b) => b[1] - a[1])
      .map(([name, km]) => [kindInWords(name), say("kilometres", { km })]));
    if (data.osm) { element("p", say("credit"), cards, "under"); }
    byId("panel").replaceChildren(cards);
  };
  languageButtons(byId("language"), data.languages, (code) => { language = code; keep("lang", code); write(); });
  byId("panel").tabIndex = -1;
  byId("skip").addEventListener("click", () => byId("panel").focus());
  mapAboveFigures(map);
  write();
  if (data.bounds === null) {
    map.setView([0, 0], 3, { animate: false });
  } else {
    const [west, south, east, north] = data.bounds;
    map.fitBounds([[south, west], [north, east]], { padding: [24, 24], maxZoom: 17, animate: false });
  }
  document.documentElement.classList.add("ready");
}
