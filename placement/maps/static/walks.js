/* The panel's view of walks: how long, which way, how far, at what time of the day. */

const CLOCK_DASH = "–";

/* The shorter the walk, the shorter the dashes. */
const ringDash = (seconds) => `${Math.max(1, Math.round(seconds / 45))} 4`;

/* Minutes of a walk, or a dash where nobody walks. */
const walkText = (seconds, tell) => (seconds === null ? "–" : tell.mean(seconds));

function walkTable(data, rows, caption, position, tell, showWay) {
  const ordered = [...rows].sort((a, b) => (b.walks[2] || 0) - (a.walks[2] || 0) || tell.compare(nameOfWalk(data, a, tell), nameOfWalk(data, b, tell)));
  return make("table", { class: "walks" },
    make("caption", null, sign(position, 18, null), make("span", null, caption)),
    headRow(tell.say("area"), tell.say("median"), tell.say("most_walk"), tell.say("longest")),
    make("tbody", null, ...ordered.map((row) => make("tr", null,
      make("th", { scope: "row" }, row.way === null ? nameOfWalk(data, row, tell) : make("button", {
        type: "button", class: "link", "data-way": `${position}/${row.name}${row.step_free ? "/slow" : ""}`,
        onclick: (event) => showWay(row, position, event.currentTarget),
      }, nameOfWalk(data, row, tell))),
      ...row.walks.map((seconds) => make("td", null, walkText(seconds, tell)))))));
}

function nameOfWalk(data, row, tell) {
  const area = row.area === null ? null : data.areas[row.area];
  return area !== null ? area.name || area.id : crowdName(data, row.name, tell) || tell.say("whole_plan");
}

function dayTable(data, tell) {
  return make("table", { class: "day" }, headRow(tell.say("period"), tell.say("closed_streets"),
    ...data.resources.map((one, at) => headSign(one, at, tell))),
  make("tbody", null, ...data.walks.day.map((part) => make("tr", null,
    make("th", { scope: "row" }, `${clockText(part.begins, tell)}${CLOCK_DASH}${clockText(part.ends, tell)}`),
    make("td", null, part.closed.length === 0 ? tell.say("nothing_closed") : part.closed.join(tell.say("list_and"))),
    ...part.covered.map((people) => make("td", null, people === null ? "–" : tell.people(people)))))));
}

function closingList(data, tell) {
  return make("ul", { class: "plainlist" }, ...data.walks.closing.map((one) => {
    const when = one.hours === null ? tell.say("all_day")
      : tell.say("hours", { begins: clockText(one.hours[0], tell), ends: clockText(one.hours[1], tell) });
    const what = [one.street === null || one.street === one.name ? "" : one.street, one.oneway ? tell.say("one_way") : "", when];
    return make("li", null, make("b", { dir: "auto" }, one.name || one.id), " · ", what.filter((text) => text !== "").join(" · "));
  }));
}

/* Walks as a view of the panel; `ticks` are the boxes for what is drawn on the map on request. */
function walksView(data, tell, ticks, showWay) {
  const { areas, day, closing, unsnapped, at } = data.walks;
  const boxes = ticks();
  if (areas.every((rows) => rows.length === 0) && closing.length === 0 && unsnapped === null && boxes.length === 0) { return null; }
  const pieces = [];
  if (boxes.length > 0) {
    pieces.push(...heading(tell.say("rings_title"), tell.say("rings_hint")), make("div", { class: "plain ticks" }, ...boxes));
  }
  const tables = [];
  data.resources.forEach((resource, position) => {
    if (!resource.shown) { return; }
    for (const [word, slow] of [["walks_of", false], ["walks_step_free", true]]) {
      const rows = areas[position].filter((row) => row.step_free === slow && row.people > 0);
      if (rows.length > 0) {
        tables.push(walkTable(data, rows, tell.say(word, { label: tell.own(resource.label) }), position, tell, showWay));
      }
    }
  });
  if (tables.length > 0) { pieces.push(...heading(tell.say("walks_title"), tell.say("walks_hint")), ...tables); }
  if (closing.length > 0) {
    pieces.push(...heading(tell.say("layer_closures"), at === null ? tell.say("chosen_at_once") : tell.say("chosen_at", { at: clockText(at, tell) })),
      closingList(data, tell));
    if (day.length > 0) { pieces.push(make("h3", null, tell.say("day_title")), dayTable(data, tell)); }
  }
  if (unsnapped !== null) {
    pieces.push(...heading(tell.say("lost_title"), tell.say("lost_hint", {
      people: tell.count("of_all", unsnapped.people), points: tell.count("lost_point", unsnapped.points),
      sites: tell.count("lost_site", unsnapped.sites.length),
    })), unsnapped.sites.length === 0 ? null : make("ul", { class: "plainlist" },
      ...unsnapped.sites.map((one) => make("li", { dir: "auto" }, one.name || one.site))));
  }
  return view(pieces);
}

/* The popup of a way: from where to where, how long, by which streets. */
function wayFacts(data, row, position, tell) {
  const post = data.posts.find((one) => one.key === row.way.post);
  const ends = [nameOfWalk(data, row, tell), post === undefined ? row.way.post : postName(post)];
  const [from, to] = data.resources[position].outward ? ends.reverse() : ends;
  return [
    [tell.say("way_from"), from], [tell.say("way_to"), to],
    [tell.say("way_walk"), tell.say("minutes", { min: tell.mean(row.way.walk_s) })],
    ...(row.way.names.length > 0 ? [[tell.say("way_by"), row.way.names.join(" → ")]] : []),
  ];
}

/* The ways of areas to (or from) a post. */
const waysTo = (data, post) => data.walks.areas[post.resource].filter((row) => row.way !== null && row.way.post === post.key);

/* A line with an arrowhead halfway, over a white casing. */
function wayLayers(places, colour, options) {
  const line = (style) => L.polyline(places, { ...options, interactive: false, ...style });
  const lengths = places.slice(1).map((place, i) => Math.hypot(place[0] - places[i][0], (place[1] - places[i][1]) * 0.66));
  let left = lengths.reduce((sum, one) => sum + one, 0) / 2;
  const at = Math.max(0, lengths.findIndex((length) => { left -= length; return left <= 0; }));
  const [a, b] = [places[at], places[at + 1]];
  const turn = Math.atan2(-(b[0] - a[0]), (b[1] - a[1]) * 0.66) * 180 / Math.PI;
  const arrow = drawn("svg", { viewBox: "-10 -10 20 20", width: 22, height: 22, "aria-hidden": "true" },
    drawn("path", { d: "M-5 -7L8 0L-5 7L-2 0Z", fill: colour, stroke: "#ffffff", "stroke-width": 1.6, transform: `rotate(${turn.toFixed(1)})` }));
  return [
    line({ color: "#ffffff", weight: 8, opacity: 0.95 }), line({ color: colour, weight: 4, opacity: 1, dashArray: "1 7", lineCap: "round" }),
    L.circleMarker(places[0], { ...options, interactive: false, radius: 6, color: colour, weight: 3, fillColor: "#ffffff", fillOpacity: 1 }),
    L.marker([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], {
      icon: L.divIcon({ className: "arrow", html: arrow, iconSize: [22, 22] }), interactive: false, keyboard: false,
    }),
  ];
}
