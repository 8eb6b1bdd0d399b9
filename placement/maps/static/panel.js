/* The panel beside the map. Every text reaches the page by textContent. */

const LOOKS = [
  { colour: "#0072b2", shade: "#005a8c", ink: "#ffffff", shape: "square", dash: "" },
  { colour: "#d55e00", shade: "#a34700", ink: "#000000", shape: "triangle", dash: "6 4" },
  { colour: "#009e73", shade: "#00694d", ink: "#000000", shape: "diamond", dash: "2 4" },
  { colour: "#cc79a7", shade: "#94456f", ink: "#000000", shape: "circle", dash: "10 4 2 4" },
  { colour: "#e69f00", shade: "#8f6300", ink: "#000000", shape: "pentagon", dash: "12 5" },
  { colour: "#56b4e9", shade: "#1d6f9f", ink: "#000000", shape: "star", dash: "1 3" },
];
const OUTLINES = {
  square: { d: "M5 5H27V27H5Z", text: 20.5 },
  triangle: { d: "M16 1.5 31 28.5H1Z", text: 25 },
  diamond: { d: "M16 1 31 16 16 31 1 16Z", text: 20.5 },
  circle: { d: "M16 3A13 13 0 1 1 16 29 13 13 0 1 1 16 3Z", text: 20.5 },
  pentagon: { d: "M16 2 30.5 12.5 25 29.5H7L1.5 12.5Z", text: 22 },
  star: { d: "M16 1 20 9 29 8.5 24 16 29 23.5 20 23 16 31 12 23 3 23.5 8 16 3 8.5 12 9Z", text: 20 },
};
const SVG = "http://www.w3.org/2000/svg";

/* An element with attributes and children; strings become text, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") {
      element.addEventListener("click", value);
    } else if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) {
    if (child !== null && child !== undefined) { element.append(child); }
  }
  return element;
}

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) { element.setAttribute(name, value); }
  element.append(...children);
  return element;
}

function look(resource) {
  const turn = Math.floor(resource / LOOKS.length);
  const own = LOOKS[resource % LOOKS.length];
  return { ...own, shape: LOOKS[(resource + turn) % LOOKS.length].shape };
}

/* A post by its number and name. */
const postName = (post) => `${post.number} ${post.name || post.site}`;

/* The sign of a post: shape and colour by resource, its number inside. */
function sign(resource, size, number) {
  const { colour, ink, shape } = look(resource);
  const outline = OUTLINES[shape];
  const picture = drawn("svg", {
    viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true", focusable: "false",
  });
  picture.append(
    drawn("path", { d: outline.d, fill: "none", stroke: "#ffffff", "stroke-width": 5, "stroke-linejoin": "round" }),
    drawn("path", { d: outline.d, fill: colour, stroke: "#1b1b1b", "stroke-width": 1.2, "stroke-linejoin": "round" }),
  );
  if (number !== null) {
    picture.append(drawn("text", {
      x: 16, y: outline.text, fill: ink, "text-anchor": "middle", class: "units",
      "font-size": [13, 13, 12, 10, 8][Math.min(number.length, 4)],
    }, number));
  }
  return picture;
}

function bar(share, colour) {
  const width = 100 * Math.min(1, Math.max(0, share));
  return drawn("svg", { class: "meter", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { x: 0, y: 0, width: 100, height: 6, fill: "#e4e1db" }),
    drawn("rect", { x: 0, y: 0, width, height: 6, fill: colour }));
}

function facts(pairs, across) {
  const list = make("dl", { class: across ? "facts across" : "facts" });
  for (const [name, value] of pairs) {
    list.append(make("div", null, make("dt", null, name), make("dd", null, value)));
  }
  return list;
}

function resourceCard(resource, position, lanes, tell) {
  const unit = tell.own(resource.unit);
  const pairs = [
    [tell.say("posts"), tell.people(resource.posts)],
    [resource.fleet === null ? tell.say("units", { unit })
      : tell.say("units_of", { unit, fleet: tell.people(resource.fleet) }),
    tell.people(resource.units)],
  ];
  if (resource.walk_s !== null && resource.posts > 0) {
    pairs.push([tell.say("mean_walk"), tell.say("minutes", { min: tell.mean(resource.walk_s) })]);
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
  const laned = lanes !== null && lanes.resource === position;
  const within = laned ? "within_lanes" : resource.walkers === "team" ? "within_team" : "within_people";
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
      make("span", null, tell.say("not_covered", { people: tell.people(resource.total - resource.covered) }))),
    facts(pairs, true), wide.length > 0 ? facts(wide) : null);
}

function costCard(data, tell) {
  const { cost, amount, unit } = data.budget;
  const pairs = data.resources.map((resource) => [tell.own(resource.label), tell.money(resource.cost)]);
  pairs.push([tell.say("left"), tell.money(amount - cost)]);
  return make("article", { class: "card" },
    make("h3", null, make("span", null, tell.say("cost"))),
    make("div", { class: "lead" },
      make("p", { class: "big" }, tell.money(cost)),
      make("p", { class: "under" }, tell.say("cost_of", { budget: tell.money(amount), unit: tell.own(unit) }))),
    bar(amount > 0 ? cost / amount : 0, "#4a5560"),
    facts(pairs, true));
}

/* Posts of one resource; a click on a heading sorts, a click on a name shows the post. */
function postTable(data, position, tell, sorting, show) {
  const resource = data.resources[position];
  const posts = data.posts.filter((post) => post.resource === position);
  const columns = [
    ["name", tell.say("site"), tell.say("site")],
    ["units", tell.say("units_short"), tell.say("units", { unit: tell.own(resource.unit) })],
    ["cost", tell.say("cost_short"), `${tell.say("cost_short")} (${tell.own(data.budget.unit)})`],
    ["covered", tell.say("people_short"), tell.say("reach")],
  ];
  const body = make("tbody");
  const head = make("tr");
  const fill = () => {
    const sign_ = sorting.down ? -1 : 1;
    posts.sort((a, b) => sign_ * (sorting.key === "name"
      ? tell.compare(a.name, b.name) : a[sorting.key] - b[sorting.key])
      || tell.compare(a.name, b.name) || (a.site < b.site ? -1 : 1));
    body.replaceChildren(...posts.map((post) => make("tr", { "data-post": post.key },
      make("th", { scope: "row" }, make("button", {
        type: "button", class: "link", "data-show": post.key, onclick: (event) => show(post, event.currentTarget),
      }, post.name || post.site)),
      make("td", null, tell.people(post.units)),
      make("td", null, tell.money(post.cost)),
      make("td", null, tell.people(post.covered)))));
    [...head.children].forEach((cell, i) => cell.setAttribute("aria-sort",
      columns[i][0] !== sorting.key ? "none" : sorting.down ? "descending" : "ascending"));
    if (table.isConnected) { headCells(table); }
  };
  for (const [key, short, long] of columns) {
    head.append(make("th", { scope: "col" }, make("button", {
      type: "button", class: "sort", title: tell.say("sort", { column: long }),
      onclick: () => {
        sorting.down = sorting.key === key ? !sorting.down : key !== "name";
        sorting.key = key;
        fill();
      },
    }, short)));
  }
  const table = make("table", { class: "posts" },
    make("caption", null, sign(position, 18, null),
      make("span", null, tell.say("posts_of", { label: tell.own(resource.label) }))),
    make("thead", null, head), body);
  fill();
  return table;
}

function areaTable(data, tell, showArea) {
  const worst = (area) => Math.max(...area.covered.map((covered) => area.people - covered));
  const areas = [...data.areas].sort((a, b) => worst(b) - worst(a) || tell.compare(a.name, b.name));
  const head = make("tr", null, make("th", { scope: "col" }, tell.say("area")),
    make("th", { scope: "col" }, tell.say("people")));
  data.resources.forEach((resource, position) => head.append(make("th", { scope: "col" },
    make("span", { class: "headsign", role: "img", "aria-label": tell.own(resource.label), title: tell.own(resource.label) },
      sign(position, 16, null)))));
  const body = make("tbody", null, ...areas.map((area) => make("tr", null,
    make("th", { scope: "row" }, make("button", {
      type: "button", class: "link", onclick: (event) => showArea(area, event.currentTarget),
    }, area.name || area.id)),
    make("td", null, tell.people(area.people)),
    ...area.covered.map((covered) => make("td", null, tell.people(area.people - covered))))));
  return make("table", { class: "areas" }, make("thead", null, head), body);
}

function about(data, tell) {
  const parts = [tell.say("aid")];
  parts.push(data.walking.kind === "streets"
    ? tell.say("walk_streets", { file: data.sources.streets })
    : data.walking.kind === "given times" ? tell.say("walk_given")
    : tell.say("walk_straight", { detour: tell.money(data.walking.detour) }));
  parts.push(data.bound === null
    ? tell.say("weighted_open", { objective: tell.people(data.objective) })
    : tell.say("weighted", {
      objective: tell.people(data.objective), bound: tell.people(data.bound),
      gap: data.gap === null ? "–" : tell.share(data.gap),
    }));
  if (data.walking.gap !== null) { parts.push(tell.say("walk_gap", { gap: tell.share(data.walking.gap) })); }
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

function fold(key, title, open, ...children) {
  return make("details", { "data-fold": key, open },
    make("summary", null, make("h2", null, title)), ...children);
}

/* The first view: headline figures and posts. */
function overview(data, tell, state, show, showArea, isOpen) {
  const tables = data.resources
    .map((resource, position) => (resource.posts > 0
      ? postTable(data, position, tell, state.sorting[position], show) : null))
    .filter((table) => table !== null);
  const pieces = [
    make("section", { class: "cards", "aria-label": tell.say("figures") },
      ...data.resources.map((resource, position) => resourceCard(resource, position, data.lanes, tell)),
      costCard(data, tell)),
    make("section", { id: "posts", tabindex: -1, "aria-label": tell.say("posts") },
      make("h2", null, tell.say("posts")),
      make("p", { class: "hint" }, tell.say(tables.length > 0 ? "choose" : "no_posts")),
      ...tables),
  ];
  if (data.areas.length > 0) {
    pieces.push(fold("areas", tell.say("areas_title"), isOpen("areas", false),
      data.lanes === null ? null : make("p", null, tell.say("before_lanes")), areaTable(data, tell, showArea)));
  }
  pieces.push(
    fold("about", tell.say("about"), isOpen("about", true), ...about(data, tell)),
    fold("sources", tell.say("sources"), isOpen("sources", false), sources(data, tell)),
  );
  return make("div", { class: "view" }, ...pieces);
}

/* A tab a subject, as far as the plan has it; a plan of posts alone has no tabs. */
function tabbed(panel, views, tell, state) {
  const tabs = views.map(([key, word]) => make("button", {
    type: "button", role: "tab", id: `tab-${key}`, "aria-controls": `view-${key}`, "data-tab": key,
    onclick: () => state.choose(key),
  }, tell.say(word)));
  const list = make("div", { class: "tabs", role: "tablist", "aria-label": tell.say("subjects") }, ...tabs);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = tabs.indexOf(document.activeElement);
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1
      : step === undefined || here < 0 ? null : (here + step + tabs.length) % tabs.length;
    if (to === null) { return; }
    event.preventDefault();
    state.choose(views[to][0]);
    tabs[to].focus();
  });
  for (const [key, , shown] of views) {
    shown.setAttribute("role", "tabpanel");
    shown.setAttribute("id", `view-${key}`);
    shown.setAttribute("aria-labelledby", `tab-${key}`);
  }
  state.showTab = () => {
    const chosen = views.some(([key]) => key === state.tab) ? state.tab : views[0][0];
    for (const [key, , shown] of views) { shown.hidden = key !== chosen; }
    for (const tab of tabs) {
      const own = tab.dataset.tab === chosen;
      tab.setAttribute("aria-selected", String(own));
      tab.setAttribute("tabindex", own ? "0" : "-1");
    }
    fitTables(panel);
  };
  panel.replaceChildren(list, ...views.map(([, , shown]) => shown));
  state.showTab();
}

/* The whole panel, drawn afresh whenever the language changes. */
function drawPanel(panel, data, tell, state, { show, showArea, showSite, showWay, ticks }) {
  const opened = new Map([...panel.querySelectorAll("details")].map((one) => [one.dataset.fold, one.open]));
  const isOpen = (key, first) => (opened.has(key) ? opened.get(key) : first);
  const views = [
    ["overview", "tab_overview", overview(data, tell, state, show, showArea, isOpen)],
    ["lanes", "tab_lanes", lanesView(data, tell, state, show)],
    ["rules", "tab_rules", rulesView(data, tell, showArea, showSite)],
    ["priorities", "tab_priorities", prioritiesView(data, tell)],
    ["walks", "tab_walks", walksView(data, tell, ticks, showWay)],
    ["changes", "tab_changes", changesView(data, tell, showSite)],
  ].filter(([, , shown]) => shown !== null);
  if (views.length > 1) {
    tabbed(panel, views, tell, state);
  } else {
    state.showTab = () => {};
    panel.replaceChildren(...views.map(([, , shown]) => shown));
    fitTables(panel);
  }
  if (state.drawQueue) { state.drawQueue(); }
}
