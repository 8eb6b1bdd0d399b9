/* The first view: what the plan does in a sentence, what it leaves out and where, what it assumes. */

/* How many posts of each kind, "43 checkpoints and 12 dog teams". */
function postsInWords(data, tell) {
  const kinds = data.resources.filter((resource) => resource.posts > 0).map((resource) => (
    `${tell.people(resource.posts)} ${tell.within(tell.counted(resource.posts, resource.label))}`));
  const barriers = (data.barriers || []).filter((kind) => kind.count > 0).map((kind) => (
    `${tell.people(kind.count)} ${tell.within(tell.counted(kind.count, kind.label))}`));
  return tell.list([...kinds, ...barriers]);
}

function walkInWords(seconds, tell) {
  return tell.count("walk_min", Number((seconds / 60).toFixed(1)), { n: tell.minutes(seconds) });
}

/* What is known of better plans: never more than the status says. */
function proofInWords(data, tell) {
  const most = data.resources.filter(({ id }) => Object.hasOwn(data.limits, id))
    .map(({ id, unit }) => tell.say("most_units", { n: tell.people(data.limits[id]), unit: tell.counted(data.limits[id], unit) }));
  const budget = tell.list([`${tell.money(data.budget.amount)} ${tell.own(data.budget.unit)}`, ...most]);
  if (data.asked !== null && (data.status === "optimal" || data.status === "feasible")) {
    return data.asked === 0 ? tell.say("proof_cost") : tell.say("proof_cost_gap", { gap: tell.share(data.asked) });
  }
  if (!["feasible", "proposed"].includes(data.status)) { return tell.say(`status_${data.status}_long`, { budget }); }
  /* of several plans on a page another one may be the best that was found */
  const isOne = data.status === "feasible" && data.slider !== undefined && data.slider.by !== "period";
  return data.gap === null ? tell.say(`status_${data.status}_open`)
    : tell.say(isOne ? "status_among_others" : `status_${data.status}_long`, { budget, gap: tell.share(data.gap) });
}

/* What place check doubts, where people or open posts are concerned. */
const DOUBTS = { lost: "doubt_lost", water: "doubt_water", beyond: "doubt_beyond", island: "doubt_island", zone: "doubt_zone", ring: "doubt_ring", idle: "doubt_idle", shut: "doubt_shut" };

/* The plan in one sentence, of the resource that is worth most. */
function headline(data, tell) {
  const resource = data.resources[data.main];
  if (postsInWords(data, tell) === "") { return ""; }
  const kind = data.lanes !== null && data.lanes.resource === data.main ? "lanes"
    : resource.walkers === "team" ? "team" : "people";
  return tell.say(`headline_${kind}`, {
    posts: postsInWords(data, tell), share: tell.percent(resource.share), people: tell.count("of_all", resource.total),
    label: tell.within(tell.own(resource.label)), walk: walkInWords(resource.limit_s, tell),
  });
}

function drawStatus(box, data, tell) {
  box.className = data.status;
  const sentence = headline(data, tell);
  box.replaceChildren(make("strong", null, tell.say(`status_${data.status}`)), " ",
    ...(sentence === "" ? [] : [make("span", { class: "sentence" }, sentence), " "]), make("span", null, proofInWords(data, tell)),
    ...(data.doubts || []).map(([kind, many]) => make("span", { class: "doubt" }, tell.count(DOUBTS[kind], many))));
}

/* What people who stand in no area are called; in a period names begin with it, and of all periods together they say it. */
function crowdName(data, name, tell) {
  const at = data.periods === undefined || data.prefix !== undefined ? -1 : data.parts.findIndex(({ prefix }) => name.startsWith(prefix));
  const prefix = at < 0 ? data.prefix : data.parts[at].prefix;
  const own = prefix !== undefined && name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const said = own === "elsewhere" ? tell.say("elsewhere") : own;
  return at < 0 ? said : tell.pair(tell.own(data.periods[at].name), said);
}

/* An area by its name in the plan, or what its people are called who stand in none. */
function rowName(data, row, tell) {
  const area = row.area === null ? null : data.areas[row.area];
  return area !== null ? area.name || area.id : crowdName(data, row.name, tell);
}

function rowButton(data, row, tell, showArea) {
  const name = rowName(data, row, tell);
  return row.area === null ? make("span", { dir: "auto" }, name) : make("button", {
    type: "button", class: "link", onclick: (event) => showArea(data.areas[row.area], event.currentTarget),
  }, name);
}

/* A small button beside an area's name that opens its sheet. */
function sheetMark(data, row, tell, showSheet) {
  const area = row.area === null ? undefined : data.areas[row.area];
  return area === undefined || showSheet === null ? null : make("button", {
    type: "button", class: "mark", "data-sheet": `area:${area.id}`, "aria-label": tell.say("sheet_of", { name: area.name || area.id }),
    title: tell.say("sheet_of", { name: area.name || area.id }), onclick: (event) => showSheet(area, event.currentTarget),
  }, drawn("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
    drawn("path", { d: "M3 1.5H13V14.5H3ZM5.5 5H10.5M5.5 8H10.5M5.5 11H8.5", fill: "none", stroke: "currentColor", "stroke-width": 1.4 })));
}

const lostOf = (part, at) => part.far[at] + (part.turned[at] || 0);

/* Who is not covered and why, and in which areas most of them are. */
function gapSection(data, tell, showArea, isOpen, showSheet) {
  const at = data.main;
  const resource = data.resources[at];
  const [far, turned] = [data.gaps.all.far[at], data.gaps.all.turned[at]];
  const why = `gap_${turned > 0 ? "part" : "far"}${resource.walkers === "team" ? "_team" : ""}`;
  const walk = walkInWords(resource.limit_s, tell);
  const said = far + turned === 0 ? tell.say("gap_none")
    : [turned > 0 ? tell.count("gap_all", far + turned) : "",
      far > 0 ? tell.count(why, far, { walk }) : "",
      turned > 0 ? tell.count("gap_turned", turned) : ""].filter((text) => text !== "").join(" ");
  const worst = data.gaps.rows.filter((row) => lostOf(row.all, at) > 0)
    .sort((a, b) => lostOf(b.all, at) - lostOf(a.all, at) || tell.compare(rowName(data, a, tell), rowName(data, b, tell)));
  const pieces = [make("h2", null, tell.say("gap_title")), make("p", null, said)];
  if (worst.length > 0) {
    pieces.push(make("p", null, tell.say("gap_where")), make("ul", { class: "worst" }, ...worst.slice(0, 3).map((row) => make("li", null,
      make("span", null, rowButton(data, row, tell, showArea), sheetMark(data, row, tell, showSheet)), " ", make("span", { class: "sentence" }, tell.people(lostOf(row.all, at)))))));
  }
  if (data.gaps.rows.length > 1) {
    pieces.push(fold("areas", "h3", tell.say("areas_title"), isOpen("areas", false), gapTable(data, "all", tell, showArea, showSheet)));
  }
  return make("section", { class: "gap", "aria-label": tell.say("gap_title") }, ...pieces);
}

/* People not covered, area by area, with the sum of each column; `key` is "all" or "slow". */
function gapTable(data, key, tell, showArea, showSheet = null) {
  const columns = data.resources.flatMap((resource, at) => (!resource.shown ? []
    : [["far", at], ...(data.lanes !== null && data.lanes.resource === at ? [["turned", at]] : [])]));
  const rows = data.gaps.rows.filter((row) => row[key] !== null);
  const most = (row) => Math.max(...columns.map(([, at]) => lostOf(row[key], at)));
  rows.sort((a, b) => most(b) - most(a) || tell.compare(rowName(data, a, tell), rowName(data, b, tell)));
  const figures = (part) => [make("td", null, tell.people(part.people)),
    ...columns.map(([why, at]) => make("td", null, part[why][at] === null ? "–" : tell.people(part[why][at])))];
  return make("table", { class: "areas" },
    headRow(tell.say("area"), tell.say("people_short"), ...columns.map(([why, at]) => {
      const head = make("span", { class: "reason" }, sign(at, 14, null), make("span", null, tell.say(`why_${why}`)));
      head.title = tell.own(data.resources[at].label);
      head.dataset.heading = tell.pair(head.title, tell.say(`why_${why}`));
      return head;
    })),
    make("tbody", null, ...rows.map((row) => make("tr", null,
      make("th", { scope: "row" }, rowButton(data, row, tell, showArea), sheetMark(data, row, tell, showSheet)), ...figures(row[key]))),
    make("tr", { class: "total" }, make("th", { scope: "row" }, tell.say("all_areas")), ...figures(data.gaps[key]))));
}

/* What the figures rest on, each in a few words. */
function assumed(data, tell) {
  const { walking, pace, lanes } = data;
  const told = [tell.say("assume_walk", { speed: tell.money(pace.speed_m_s * 3.6) })];
  if (pace.slow_m_s !== null) { told.push(tell.say("assume_slow", { speed: tell.money(pace.slow_m_s * 3.6) })); }
  if (lanes !== null) {
    told.push(tell.say("assume_open", { opens: clockText(lanes.opens, tell), closes: clockText(lanes.closes, tell) }));
    if (lanes.a_lane_h !== null) { told.push(tell.say("assume_lane", { people: tell.people(lanes.a_lane_h) })); }
    if (lanes.wait_limit_min !== null) { told.push(tell.say("assume_wait", { min: tell.money(lanes.wait_limit_min) })); }
  }
  if (walking.kind === "given times") { told.splice(0, pace.slow_m_s === null ? 1 : 2, tell.say("assume_given")); }
  return make("section", { "aria-label": tell.say("assume_title") }, make("h2", null, tell.say("assume_title")),
    make("ul", { class: "assumed" }, ...told.map((text) => make("li", null, text)), make("li", null, tell.say("aid"))));
}

/* A mean walk, and beside those of other plans that it is not settled where the search ended before it was. */
function meanWalkText({ walk_s: seconds, walk_open: isOpen }, tell) {
  const walk = tell.say("minutes", { min: tell.mean(seconds) });
  return isOpen ? tell.say("walk_open", { walk }) : walk;
}

function resourceCard(data, resource, position, tell) {
  const units = tell.units(resource.unit);
  const pairs = [
    [tell.say("posts"), tell.people(resource.posts)],
    [resource.fleet === null ? units : tell.say("units_of", { units, fleet: tell.people(resource.fleet) }), tell.people(resource.units)],
  ];
  if (resource.walk_s !== null && resource.posts > 0) {
    pairs.push([tell.say("mean_walk"), meanWalkText(resource, tell)]);
  }
  const of = (part) => tell.say("part_of", {
    covered: tell.people(part.covered), total: tell.people(part.total), share: tell.share(part.share),
  });
  const wide = [];
  if (resource.step_free !== null) { wide.push([tell.say("step_free"), of(resource.step_free)]); }
  if (resource.backup !== null) { wide.push([tell.say("backup"), of(resource.backup)]); }
  if (resource.expected !== null) {
    wide.push([tell.say("expected", { away: tell.share(resource.unavailable) }), of({
      covered: resource.expected, total: resource.total, share: resource.total > 0 ? resource.expected / resource.total : 0,
    })]);
  }
  const laned = data.lanes !== null && data.lanes.resource === position;
  const within = laned ? "within_lanes" : resource.walkers === "team" ? "within_team" : "within_people";
  const [far, turned] = [data.gaps.all.far[position], data.gaps.all.turned[position]];
  return make("article", { class: "card" },
    make("h3", null, sign(position, 20, null), make("span", null, tell.own(resource.label))),
    make("div", { class: "lead" },
      make("p", { class: "big" }, tell.share(resource.share)),
      make("p", { class: "under" }, tell.say(within, { min: tell.minutes(resource.limit_s) }))),
    bar(resource.share, look(position).colour),
    make("p", { class: "split" },
      make("span", null, tell.say("of_people", {
        covered: tell.people(resource.covered), total: tell.people(resource.total),
      })),
      make("span", null, tell.count("not_covered", far + turned))),
    laned && far + turned > 0 ? make("p", { class: "under" }, tell.say("gap_split", { far: tell.people(far), turned: tell.people(turned) })) : null,
    facts(pairs, true), wide.length > 0 ? facts(wide) : null);
}

function costCard(data, tell) {
  const { cost, amount, unit } = data.budget;
  const pairs = data.resources.filter((resource) => resource.shown)
    .map((resource) => [tell.own(resource.label), tell.money(resource.cost)]);
  pairs.push(...(data.barriers || []).map((kind) => [`${tell.own(kind.label)} (${tell.people(kind.count)})`, tell.money(kind.cost)]));
  pairs.push([tell.say("left"), tell.money(amount - cost)]);
  return make("article", { class: "card" },
    make("h3", null, make("span", null, tell.say("cost"))),
    make("div", { class: "lead" },
      make("p", { class: "big" }, tell.money(cost)),
      make("p", { class: "under" }, tell.say("cost_of", { budget: tell.money(amount), unit: tell.own(unit) }))),
    bar(amount > 0 ? cost / amount : 0, "var(--soft)"),
    facts(pairs, true));
}

/* Method and proof: what was computed, and how far it is from the best. */
function about(data, tell) {
  const parts = [];
  parts.push(data.walking.kind === "streets"
    ? tell.say("walk_streets", { file: data.sources.streets })
    : data.walking.kind === "given times" ? tell.say("walk_given")
    : tell.say("walk_straight", { detour: tell.money(data.walking.detour) }));
  parts.push(tell.say("method"));
  parts.push(data.bound === null
    ? tell.say("weighted_open", { objective: tell.people(data.objective) })
    : tell.say("weighted", {
      objective: tell.people(data.objective), bound: tell.people(data.bound),
      gap: data.gap === null ? "–" : tell.share(data.gap),
    }));
  if (data.resources.some(({ walk_open }) => walk_open)) { parts.push(tell.say("walk_open_told")); }
  if (data.walking.gap !== null) { parts.push(tell.say("walk_gap", { gap: tell.share(data.walking.gap) })); }
  if (data.posts.some((post) => post.loss !== null)) { parts.push(tell.say("loss_told")); }
  for (const [layer, file] of Object.entries(data.sources.replaced)) {
    parts.push(tell.say("replaced", { layer, file }));
  }
  for (const [id, limit] of Object.entries(data.limits)) {
    const resource = data.resources.find((one) => one.id === id);
    parts.push(tell.say("limit", { resource: resource ? tell.own(resource.label) : id, limit: tell.people(limit) }));
  }
  return parts.map((text) => make("p", null, text));
}

function sources(data, tell) {
  const box = make("div");
  const files = [...new Set(Object.values(data.sources.layers))].join(tell.say("list_and"));
  box.append(make("p", null, tell.say("data", { files: files || data.plan })));
  if (data.sources.osm) { box.append(make("p", null, tell.say("osm"))); }
  box.append(make("p", null, tell.say("drawn")), make("pre", { lang: "en" }, data.leaflet));
  return box;
}

/* The ways in which a barrier stands, by kind. */
function barrierList(data, tell, isOpen) {
  const kinds = (data.barriers || []).filter((kind) => kind.count > 0);
  if (kinds.length === 0) { return null; }
  return fold("barriers", "h2", tell.say("barriers_title"), isOpen("barriers", false), ...kinds.flatMap((kind) => [
    make("h3", null, `${tell.own(kind.label)} (${tell.people(kind.count)})`),
    make("ul", { class: "plainlist" }, ...kind.ways.map((way) => make("li", { dir: "auto" }, make("bdi", null, way.name), tell.pair("", tell.money(way.cost))))),
  ]));
}

/* Why nothing is told of streets that close, and what tells it; null where the page does. */
function untoldStreets(data, tell) {
  if (data.what_if !== null && data.what_if.streets.length > 0) { return null; }
  if (data.walking.kind !== "streets") { return tell.say("unanswered_drawn"); }
  return tell.say(data.what_if === null ? "unanswered_counted" : "unanswered_tried");
}

/* What is asked of many a plan and not told by this page, each with what would tell it. */
function unanswered(data, tell) {
  const isSlow = data.resources.some(({ step_free }) => step_free !== null);
  return [
    data.no_what_if === undefined ? null : tell.say("no_what_if", { why: tell.say(`no_what_if_${data.no_what_if}`) }),
    untoldStreets(data, tell), isSlow ? null : tell.say("unanswered_steps"), data.rules.changes === null ? tell.say("unanswered_changes") : null,
  ].filter((text) => text !== null);
}

/* `showSheet` is null where posts and areas have no sheets; `untold` is what `unanswered` found. */
function overview(data, tell, state, { show, showArea, showCandidate, showSheet, isOpen, untold = [] }) {
  return make("div", { class: "view" },
    gapSection(data, tell, showArea, isOpen, showSheet),
    make("section", { "aria-label": tell.say("figures") },
      make("h2", null, tell.say("figures")),
      make("div", { class: "cards" },
        ...data.resources.map((resource, position) => (resource.shown ? resourceCard(data, resource, position, tell) : null)),
        costCard(data, tell))),
    postSection(data, tell, state, show, showSheet),
    barrierList(data, tell, isOpen),
    data.sites.length > 0 ? candidates(data, tell, showCandidate, isOpen) : null,
    assumed(data, tell),
    untold.length === 0 ? null : fold("unanswered", "h2", tell.say("unanswered"), isOpen("unanswered", false),
      make("ul", { class: "plainlist" }, ...untold.map((text) => make("li", null, text)))),
    fold("about", "h2", tell.say("about"), isOpen("about", false), ...about(data, tell)),
    fold("sources", "h2", tell.say("sources"), isOpen("sources", false), sources(data, tell)));
}
