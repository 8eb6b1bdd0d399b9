/* The panel's views of rules: floors by zone, priorities, other rules, changes. */

function view(...children) {
  const box = make("div", { class: "view" });
  for (const child of children.flat()) { if (child !== null) { box.append(child); } }
  return box;
}

function heading(title, hint) {
  return [make("h2", null, title), hint === "" ? null : make("p", { class: "hint told" }, hint)];
}

/* A head of columns: the first one names the rows. */
function headRow(...cells) {
  return make("thead", null, make("tr", null, ...cells.map((cell) => make("th", { scope: "col" }, cell))));
}

function headSign(resource, position, tell) {
  return make("span", { class: "headsign", role: "img", "aria-label": tell.own(resource.label), title: tell.own(resource.label) },
    sign(position, 16, null));
}

/* Which people of its place a floor counts: those without steps alone, covered twice, of a period. */
function floorNote(data, tell, { slow, times, period }) {
  const notes = [slow ? tell.within(tell.say("step_free")) : "", times > 1 ? tell.say("floor_twice_note") : "", period === undefined || period === null ? "" : tell.own(data.slider.values[period].name)].filter((text) => text !== "");
  return notes.length === 0 ? "" : ` (${notes.join(", ")})`;
}

/* A bar of what is reached, with a mark at what is asked. */
function floorBar(floor, colour) {
  const at = 100 * Math.min(1, floor.asked);
  const width = 100 * Math.min(1, Math.max(0, floor.reached || 0));
  return drawn("svg", { class: "floorbar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { x: 0, y: 2, width: 100, height: 6, fill: "var(--meter)" }),
    drawn("rect", { x: 0, y: 2, width, height: 6, fill: colour }),
    drawn("rect", { x: Math.max(0, at - 0.9), y: 0, width: 1.8, height: 10, fill: "var(--ink)" }));
}

function verdict(kept, tell) {
  return make("span", { class: kept ? "kept" : "broken" },
    make("span", { "aria-hidden": "true" }, kept ? "✓ " : "✗ "), tell.say(kept ? "rule_kept" : "rule_broken"));
}

const spare = (floor) => (floor.reached === null ? Infinity : floor.reached - floor.asked);

function floorTable(data, floors, caption, tell, showArea) {
  const { colour } = look(floors[0].resource);
  const rows = [...floors].sort((a, b) => spare(a) - spare(b) || tell.compare(a.zone || "", b.zone || ""));
  return make("table", { class: "floors" },
    make("caption", null, sign(floors[0].resource, 18, null), make("span", null, caption)),
    headRow(tell.say("zone"), tell.say("floor"), tell.say("reached")),
    make("tbody", null, ...rows.map((floor) => {
      const area = floor.area === null ? null : data.areas[floor.area];
      const name = area !== null ? area.name || area.id
        : floor.zone === null ? tell.say("named_points") : floor.zone || tell.say("whole_plan");
      return make("tr", null,
        make("th", { scope: "row" }, area === null ? name : make("button", {
          type: "button", class: "link", onclick: (event) => showArea(area, event.currentTarget),
        }, name), floorBar(floor, colour)),
        make("td", null, tell.share(floor.asked)),
        make("td", null, floor.reached === null ? "–" : tell.share(floor.reached), " ",
          verdict(floor.reached === null || floor.reached >= floor.asked, tell)));
    })));
}

/* Floors: everyone first, then those who walk step-free, then those who must be covered twice. */
function floorsView(data, tell, showArea) {
  const kinds = [
    { word: "floors_of", fits: (floor) => !floor.step_free && floor.times === 1 },
    { word: "floors_step_free", fits: (floor) => floor.step_free && floor.times === 1 },
    { word: "floors_twice", fits: (floor) => floor.times > 1 },
  ];
  const tables = [];
  for (const { word, fits } of kinds) {
    data.resources.forEach((resource, position) => {
      const mine = data.rules.floors.filter((floor) => floor.resource === position && fits(floor));
      if (mine.length > 0) {
        tables.push(floorTable(data, mine, tell.say(word, { label: tell.own(resource.label) }), tell, showArea));
      }
    });
  }
  return tables.length === 0 ? [] : [...heading(tell.say("floors_title"), tell.say("floors_hint")), ...tables];
}

/* Those who walk step-free, area by area; the whole plan's figures stand on the cards. */
function stepFreeView(data, tell, showArea) {
  if (data.gaps.slow.people === 0) { return []; }
  return [...heading(tell.say("step_free_title"), tell.say("step_free_hint")), gapTable(data, "slow", tell, showArea)];
}

function otherRules(data, tell, showSite) {
  const { others, lock, forbid } = data.rules;
  if (others.length + lock.length + forbid.length === 0) { return []; }
  const label = (at) => (at === null ? tell.say("every_resource") : tell.own(data.resources[at].label));
  const pieces = [...heading(tell.say("others_title"), "")];
  if (others.length > 0) {
    pieces.push(make("table", { class: "others" },
      headRow(tell.say("rule"), tell.say("asked"), tell.say("reached")),
      make("tbody", null, ...others.map((one) => {
        const group = one.rule === "group";
        const kept = one.reached === null || (group ? one.reached <= one.asked : one.reached >= one.asked);
        const amount = (value) => (value === null ? "–"
          : tell.say(`unit_${one.rule}`, { value: tell.money(value) }));
        return make("tr", null,
          make("th", { scope: "row" }, tell.say(`rule_${one.rule}`, { name: one.name, label: label(one.resource) })),
          make("td", null, tell.say(group ? "at_most" : "at_least", { value: amount(one.asked) })),
          make("td", null, amount(one.reached), " ", verdict(kept, tell)));
      }))));
  }
  for (const [word, posts] of [["locked", lock], ["forbidden", forbid]]) {
    if (posts.length > 0) {
      pieces.push(make("h3", null, tell.say(word)), make("ul", { class: "plainlist" },
        ...posts.map((post) => make("li", null, postButton(data, post, tell, showSite)))));
    }
  }
  return pieces;
}

/* A post that is open by number and name, any other by name. */
function nameWithNumber(data, post) {
  const open = data.posts.find((one) => one.key === post.key);
  return open === undefined ? post.name || post.site : postName(open);
}

/* A post by name, to be shown on the map where the plan still knows its site. */
function postButton(data, post, tell, showSite) {
  const kind = post.resource === null ? post.kind : tell.own(data.resources[post.resource].label);
  const text = tell.say("post_label", { label: kind, name: nameWithNumber(data, post) });
  return post.at === null ? make("span", null, text) : make("button", {
    type: "button", class: "link", "data-change": post.key, onclick: (event) => showSite(post, event.currentTarget),
  }, text);
}

function rulesView(data, tell, showArea, showSite) {
  const pieces = [
    ...floorsView(data, tell, showArea), ...stepFreeView(data, tell, showArea), ...otherRules(data, tell, showSite),
  ];
  return pieces.length === 0 ? null : view(pieces);
}

/* Tiers in their order, and people by weight: who is served first, and how far that got. */
function prioritiesView(data, tell) {
  const { tiers, weights } = data.rules;
  const several = tiers.length > 1;
  if (!several && weights.length === 0) { return null; }
  const part = (row, at) => (row.people > 0 ? row.covered[at] / row.people : 0);
  const pieces = [];
  if (several) {
    pieces.push(...heading(tell.say("tiers_title"), tell.say("tiers_hint")), make("div", { class: "cards" },
      ...tiers.map((tier, place) => make("article", { class: "card" },
        make("h3", null, make("span", { class: "rank", "aria-hidden": "true" }, String(place + 1)),
          make("span", null, tell.say("tier", { tier: tell.people(tier.tier), people: tell.count("of_all", tier.people) }))),
        ...data.resources.map((resource, at) => make("div", { class: "reachrow" },
          sign(at, 16, null), make("span", null, tell.own(resource.label)),
          bar(part(tier, at), look(at).colour), make("b", null, tell.share(part(tier, at))))),
        make("p", { class: "under" }, tell.say("tier_worth", { objective: tell.people(tier.objective) }), " ",
          tier.gap === 0 ? tell.say("tier_proven") : tier.gap === null ? tell.say("tier_open")
            : tell.say("tier_gap", { gap: tell.share(tier.gap) }))))));
  }
  if (weights.length > 0) {
    pieces.push(...heading(tell.say("weights_title"), tell.say("weights_hint")), make("table", { class: "weights" },
      headRow(tell.say("weight"), tell.say("people"), ...data.resources.map((one, at) => headSign(one, at, tell))),
      make("tbody", null, ...weights.map((row) => make("tr", null,
        make("th", { scope: "row" }, `× ${tell.money(row.weight)}`), make("td", null, tell.people(row.people)),
        ...data.resources.map((_, at) => make("td", null, tell.share(part(row, at)))))))));
  }
  if (data.lanes !== null) { pieces.push(make("p", { class: "hint told" }, tell.say("before_lanes"))); }
  return view(pieces);
}

/* What moved against the agreed plan; plus and minus as on the map. */
function changesView(data, tell, showSite) {
  const { changes } = data.rules;
  if (changes === null) { return null; }
  const count = changes.opened.length + changes.closed.length;
  const most = changes.most === null ? tell.say("changes_free") : tell.say("changes_most", { most: tell.people(changes.most) });
  const row = (post, opened) => make("tr", { "data-change": post.key },
    make("td", { class: "sign" }, make("span", { class: "headsign", role: "img", "aria-label": tell.say(opened ? "opened_one" : "closed_one") },
      moveSign(post.resource, 22, opened))),
    make("th", { scope: "row" }, postButton(data, post, tell, showSite)),
    make("td", null, `${post.bought > 0 ? "+" : post.bought < 0 ? "−" : ""}${tell.money(Math.abs(post.bought))}`));
  return view(heading(tell.say("changes_title"), ""),
    make("article", { class: "card" }, make("div", { class: "lead" },
      make("p", { class: "big" }, tell.people(count)), make("p", { class: "under" }, most)),
    facts([[tell.say("opened"), tell.people(changes.opened.length)], [tell.say("closed"), tell.people(changes.closed.length)],
      ...(changes.price > 0 ? [[tell.say("change_price"), tell.money(changes.price)]] : [])], true)),
    count === 0 ? make("p", { class: "hint told" }, tell.say("no_changes"))
      : make("table", { class: "changes" }, make("thead", null, make("tr", null, make("td"),
        make("th", { scope: "col" }, tell.say("post")), make("th", { scope: "col" }, tell.say("bought")))),
      make("tbody", null, ...changes.opened.map((post) => row(post, true)), ...changes.closed.map((post) => row(post, false)))),
    count === 0 ? null : make("p", { class: "hint told" }, tell.say("bought_hint")));
}

/* Signs of posts that opened or closed with their words, for the legend: one for each resource that has any. */
function moveMarks(data, tell, word, resources, opened) {
  const kinds = [...new Set(resources)].sort((a, b) => a - b);
  return kinds.map((resource) => [moveSign(resource, 18, opened),
    kinds.length === 1 ? tell.say(word) : tell.pair(tell.say(word), tell.own(data.resources[resource].label))]);
}

/* The sign of a resource, filled with a plus for what opened, hollow with a minus for what closed. */
function moveSign(resource, size, opened) {
  const { colour, shape } = resource === null ? { colour: "#4d5560", shape: "circle" } : look(resource);
  const outline = OUTLINES[shape];
  const picture = drawn("svg", { viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true", focusable: "false" });
  picture.append(
    drawn("path", { d: outline.d, fill: "none", stroke: "#ffffff", "stroke-width": 5, "stroke-linejoin": "round" }),
    drawn("path", opened ? { d: outline.d, fill: colour, stroke: "#1b1b1b", "stroke-width": 1.2, "stroke-linejoin": "round" }
      : { d: outline.d, fill: "#ffffff", stroke: colour, "stroke-width": 2.6, "stroke-dasharray": "4 2.4", "stroke-linejoin": "round" }));
  if (!opened) {
    const y = outline.text - 4.5;
    picture.append(drawn("path", { d: `M9.5 ${y}H22.5`, stroke: "#1b1b1b", "stroke-width": 3.4 }));
  } else {
    picture.append(plusBadge());
  }
  return picture;
}

function plusBadge() {
  return drawn("g", { transform: "translate(8.8 .2) scale(.72)" }, drawn("circle", { cx: 24.5, cy: 7.5, r: 7, fill: "#ffffff", stroke: "#1b1b1b", "stroke-width": 1.4 }),
    drawn("path", { d: "M24.5 3.6V11.4M20.6 7.5H28.4", stroke: "#1b1b1b", "stroke-width": 2.4 }));
}
