/* The periods of a day: whether a page shows them, how they are called, and what each comes to. */

const isOfDay = (data) => data.slider !== undefined && data.slider.by === "period";

const hoursInWords = (period, tell) => `${clockText(period.begins, tell)} – ${clockText(period.ends, tell)}`;
const periodInWords = (period, tell) => `${tell.own(period.name)}, ${hoursInWords(period, tell)}`;

/* A row for each period; `pick(at)` shows one on the map. */
function daySection(data, shown, tell, pick) {
  const kinds = data.resources.map((resource, at) => [resource, at]).filter(([, at]) => data.slider.values.some((period) => period.covered[at] !== null));
  const figure = (period, at) => (period.covered[at] === null ? "–"
    : `${tell.share(period.people > 0 ? period.covered[at] / period.people : 0)} (${tell.people(period.covered[at])})`);
  const walk = (period, at) => (period.walk_s[at] === null || period.covered[at] === 0 ? "–" : tell.say("minutes", { min: tell.mean(period.walk_s[at]) }));
  const head = (resource, at, word) => {
    const box = make("span", { class: "reason" }, sign(at, 14, null), make("span", null, tell.say(word)));
    box.title = tell.own(resource.label);
    box.dataset.heading = tell.say("label_why", { label: box.title, why: tell.say(word) });
    return box;
  };
  const rows = data.slider.values.map((period, at) => make("tr", at === shown ? { class: "chosen" } : null,
    make("th", { scope: "row" }, make("button", {
      type: "button", class: "link", "data-period": String(at), "aria-pressed": String(at === shown), onclick: () => pick(at),
    }, tell.own(period.name)), make("div", { class: "under" }, hoursInWords(period, tell)),
    ...(period.closed.length === 0 ? [] : [make("div", { class: "under" }, tell.say("day_closed", { names: period.closed.join(", ") }))])),
    make("td", null, tell.people(period.people)),
    ...kinds.flatMap(([, kind]) => [make("td", null, figure(period, kind)), make("td", null, walk(period, kind))])));
  return make("section", { "aria-label": tell.say("day") }, make("h2", null, tell.say("day")), make("p", null, tell.say("day_told")),
    make("table", { class: "areas" },
      headRow(tell.say("period"), tell.say("people_short"), ...kinds.flatMap(([resource, at]) => [head(resource, at, "day_covered"), head(resource, at, "day_walk")])),
      make("tbody", null, ...rows)), make("br"));
}

/* Where people are who stand in no area: circles as large as they are many. */
function crowdLayer(crowd, tell, inPane) {
  const most = Math.max(1, ...crowd.map(([, , people]) => people));
  return L.layerGroup(crowd.map(([lon, lat, people]) => L.circleMarker([lat, lon], inPane("areas", {
    radius: 3 + 13 * Math.sqrt(people / most), color: inkOf("area_line"), weight: 1.2, fillColor: areaColour(0.6), fillOpacity: 0.75,
  })).bindTooltip(() => make("span", null, `${tell.say("people")}: ${tell.people(people)}`), { direction: "top", opacity: 1 })));
}
function crowdSwatch() {
  return swatch(drawn("circle", { cx: 14, cy: 9, r: 6, fill: areaColour(0.6), stroke: inkOf("area_line") }));
}
