/* What changed between two plans: in the sentences of `place diff`, post by post, and people area by area. */

const BADGES = { opened: "M24.5 3.6V11.4M20.6 7.5H28.4", changed: "M20.4 8.6Q22.4 5 24.5 7.5T28.6 6.4", moved: "M20.4 7.5H28.2M25.4 4.6 28.4 7.5 25.4 10.4" };
const MOST_LINES = 14; // of a part that are read without asking for more
const MOST_ITEMS = 12; // of a list of what came and went
const IDENTIFIER = /(?<![\p{L}\d_/-])[\p{L}\d]+(?:[-_][\p{L}\d]+)+(?![\p{L}\d_/-])/gu; // of several words, which no other word is taken for
const POST_ID = /[^\s:,]+\/[^\s:,]+/gu;
const GAIN_PX = { wide: 7.2, high: 18 }; // a letter and a line of the people gained or lost

/* Filled with a plus, a wave or an arrow for what the newer plan opens, alters or moves; hollow for what it closes or moves away. */
function changeSign(kind, post, size, side) {
  const gone = kind === "closed" || (kind === "moved" && side === "old");
  const picture = gone ? moveSign(post.resource, size, false) : sign(post.resource, size, post.number);
  if (kind === "moved" && gone) { picture.lastChild.setAttribute("d", "M9 17H22M17.5 12 22.5 17 17.5 22"); picture.lastChild.setAttribute("fill", "none"); }
  if (!gone && kind in BADGES) {
    const badge = plusBadge();
    badge.lastChild.setAttribute("d", BADGES[kind]);
    badge.lastChild.setAttribute("fill", "none");
    picture.append(badge);
  }
  return picture;
}

/* What became of each post, by its key: { kind, old, new, metres }; `old` and `new` are its posts in either plan. */
function standings(data, [before, after]) {
  const { difference } = data;
  const found = new Map();
  const keyOf = (at) => data.posts[at].key;
  const [old, fresh] = [before, after].map((plan) => new Map(plan.posts.map((post) => [post.key, post])));
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    found.set(key, { kind: "kept", old: old.get(key), new: fresh.get(key) });
  }
  for (const kind of ["opened", "closed"]) { for (const at of difference[kind]) { found.get(keyOf(at)).kind = kind; } }
  for (const [at] of difference.changed) { found.get(keyOf(at)).kind = "changed"; }
  for (const [from, to, metres] of difference.moved) {
    const one = { kind: "moved", old: old.get(keyOf(from)), new: fresh.get(keyOf(to)), metres };
    found.set(keyOf(from), one);
    found.set(keyOf(to), one);
  }
  return found;
}

/* A post that only the older plan has carries no number: those of this page are the newer plan's. */
const nameOfPost = (post) => (post.number === "" ? post.name || post.site : postName(post));

/* A sentence of `place diff` in the language of the reader, by the phrases of that language: `$1` is a name as it
   stands, `@1` an area, `#1` figures. A sentence without a phrase stays as it is. */
function phrase(line, tell, spoken) {
  const called = (said) => said.replace(POST_ID, (id) => spoken.posts.get(id) || id);
  const text = line.replace(IDENTIFIER, (id) => spoken.names.get(id) || id);
  const inner = text.length - text.trimStart().length;
  for (const [pattern, words] of spoken.phrases) {
    const whole = new RegExp(`^${pattern}$`, "u");
    const found = whole.exec(text.slice(inner)) || whole.exec(text);
    if (found !== null) {
      return { inner, known: true, text: called(words.replace(/([$#@])(\d)/gu, (_, how, at) => {
        const part = found[Number(at)];
        return how === "#" ? figuresIn(part, tell, spoken) : how === "@" ? replaced(part, spoken.areas) : spoken.names.get(part) || part;
      }).replace(/ (?=[:;!?»])|(?<=«) /g, "\u00a0")) };
    }
  }
  return { inner, known: spoken.phrases.length === 0, text: called(text.slice(inner)) };
}

/* The phrases of the reader's language, with what costs are counted in, which a file says in English alone. */
function spokenBy(data, plans, tell) {
  const spoken = data.phrases[tell.language];
  const plain = (text) => text.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
  const units = new Map(plans.map(({ budget: { unit } }) => [unit.en, unit]).filter(([name]) => name !== ""));
  const names = new Map([
    ...data.areas.filter((area) => area.name).map((area) => [area.id, area.name]),
    ...data.resources.map((resource) => [resource.id, tell.within(tell.own(resource.label))]),
  ]);
  return { ...spoken, names, posts: new Map(data.posts.map((post) => [post.key, nameOfPost(post)])), between: [...spoken.between, ...[...units.values()].map((unit) => [`(?<!\\p{L})${plain(unit.en)}(?!\\p{L})`, tell.own(unit).replaceAll("$", "$$$$")])] };
}

/* What came and went, a few of many: `place diff` names all. */
const few = (items, tell) => (items.length <= MOST_ITEMS + 1 ? items.join(", ")
  : tell.say("and_more", { shown: items.slice(0, MOST_ITEMS).join(", "), n: tell.people(items.length - MOST_ITEMS) }));

/* Which posts a plan of a slider opens and closes against the one before it, by their numbers; of the first, nothing. */
function stepInWords(plans, at, tell) {
  if (at === 0) { return ""; }
  const [was, is] = [plans[at - 1], plans[at]].map(({ posts }) => new Map(posts.map(({ key, number }) => [key, number])));
  const listed = (some, others) => few([...some].filter(([key]) => !others.has(key)).map(([, number]) => number).sort(tell.compare), tell);
  const [opened, closed] = [listed(is, was), listed(was, is)];
  const told = [opened === "" ? "" : tell.say("step_opened", { posts: opened }), closed === "" ? "" : tell.say("step_closed", { posts: closed })].filter((text) => text !== "");
  return tell.say("step", { told: told.length === 0 ? tell.say("step_same") : told.join(tell.say("step_and")) });
}

/* Two spaces part a name from what is said of it; a browser would make them one. */
const spaced = (text) => text.replaceAll("  ", "\u00a0 ");

/* A post by its name, then what it was and is: units, cost, people served; its resource stands below. */
function aboutPost(one, data, unit, tell) {
  const post = one.new || one.old;
  const resource = data.resources[post.resource];
  const value = (key, write) => way(...[one.old, one.new].map((side) => side && side[key]), write);
  const told = [
    one.kind === "moved" ? tell.say("stands_moved_by", { m: tell.people(one.metres) }) : null,
    `${value("units", tell.people)} ${tell.counted(post.units, resource.unit)}`,
    unit === "" ? tell.pair(tell.say("cost"), value("cost", tell.money)) : `${value("cost", tell.money)} ${unit}`,
    post.served === null ? null : tell.say("serves", { n: value("served", tell.people) }),
  ];
  return [make("strong", { dir: "auto" }, nameOfPost(post)), ` ${told.filter((text) => text !== null).join(" · ")}`, make("span", { class: "under" }, tell.own(resource.label))];
}

/* What came of it, in the figures that are asked for first. */
function resultLines(data, [before, after], tell) {
  /* a change too little to be seen is told all the same */
  const line = (name, was, now, write, change, slight = change) => {
    const [before_, after_] = [was, now].map(write);
    const told = (how) => ` (${signed(now - was, how)})`;
    return tell.pair(name, was === now ? `${after_} (${tell.within(tell.say("stands_kept"))})`
      : before_ === after_ ? `${after_}${told(slight)}` : `${before_} → ${after_}${change ? told(change) : ""}`);
  };
  const found = data.resources.flatMap((resource, at) => {
    if (!resource.shown) { return []; }
    const [was, now] = [before, after].map((plan) => plan.resources[at]);
    const label = tell.own(resource.label);
    const minutes = (seconds) => tell.say("minutes", { min: tell.mean(seconds) });
    const isOpen = was.walk_open || now.walk_open;
    const called = tell.pair(label, tell.within(tell.say("mean_walk")));
    return [line(tell.say("if_covered", { label }), Math.round(was.covered), Math.round(now.covered), tell.people, tell.people),
      was.walk_s === null || now.walk_s === null ? null
        : isOpen ? tell.pair(called, `${meanWalkText(was, tell)} → ${meanWalkText(now, tell)}`)
        : line(called, was.walk_s, now.walk_s, minutes, null, (seconds) => `${tell.money(seconds)} s`)];
  });
  return [...found, line(`${tell.say("cost")} (${tell.own(after.budget.unit)})`, before.budget.cost, after.budget.cost, tell.money, tell.money)].filter((text) => text !== null);
}

const replaced = (text, pairs) => pairs.reduce((said, [from, to]) => said.replace(new RegExp(from, "gu"), to), text);

/* Figures of an English sentence as the language writes them, and the few words between them. */
function figuresIn(text, tell, spoken) {
  const numbers = text.replace(/(?<![\w.,:])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w:])/gu, (found) => {
    const [whole, decimals] = found.split(".");
    return `${tell.people(Number(whole.replaceAll(",", "")))}${decimals === undefined ? "" : `${spoken.point}${decimals}`}`;
  });
  return replaced(numbers, spoken.between);
}

/* `a → b`, or one of them where the other is missing or the same. */
function way(old, now, write) {
  const [before, after] = [old, now].map((one) => (one === undefined || one === null ? null : write(one)));
  if (before === null) { return after === null ? "–" : after; }
  return after === null || before === after ? before : `${before} → ${after}`;
}

function signed(number, write) {
  return number === 0 ? "0" : `${number > 0 ? "+" : "−"}${write(Math.abs(number))}`;
}

/* Asked, decided, result: the lines of the difference, those about a post with its sign and a way to it. */
function differenceView(data, plans, tell, standing, showPost, isOpen) {
  const { difference } = data;
  const pieces = [make("h2", null, tell.say("tab_changes"))];
  const { inputs } = difference;
  const spoken = spokenBy(data, plans, tell);
  if (!inputs.known) { pieces.push(make("p", { class: "notice" }, tell.say("inputs_unknown"))); }
  if (inputs.changed.length > 0) {
    const names = inputs.changed.map(([name, file]) => file || (tell.has(`input_${name}`) ? tell.say(`input_${name}`) : name));
    pieces.push(make("p", { class: "notice" }, make("strong", null, tell.say("inputs_changed", { names: tell.list(names) })),
      inputs.recounted ? ` ${tell.say("inputs_recounted")}` : ""));
  }
  if (difference.same) { pieces.push(make("p", { class: "hint told" }, tell.say("no_difference"))); }
  const item = ([text, about]) => {
    if (about.length === 0) {
      const said = phrase(text, tell, spoken);
      return make("li", { class: said.inner > 0 ? "inner" : null, lang: said.known ? null : "en", dir: "auto" }, spaced(few(said.text.split(/, (?=[+−] )/u), tell)));
    }
    const post = data.posts[about[about.length - 1]];
    const one = standing.get(post.key);
    return make("li", { class: "inner" }, make("span", { class: "headsign", role: "img", "aria-label": tell.say(`stands_${one.kind}`) },
      changeSign(one.kind, post, 22, one.kind === "moved" ? "new" : "old")),
    make("button", { type: "button", class: "link", "data-change": post.key, onclick: (event) => showPost(post.key, event.currentTarget) }, ...aboutPost(one, data, tell.own(plans[1].budget.unit), tell)));
  };
  const listed = (items) => make("ul", { class: "told" }, ...items);
  for (const [part, lines] of difference.lines) {
    if (lines.length === 0) { continue; }
    const isResult = part === "Result";
    /* a line that belongs to the one before stays with it; all that `place diff` says of the result is one click away */
    let count = 0;
    const from = isResult ? 0 : lines.findIndex(([text, about]) => { count += about.length === 0 ? 1 : 0; return count > MOST_LINES && !text.startsWith(" "); });
    const [few, more] = from < 0 ? [lines, []] : [lines.slice(0, from), lines.slice(from)];
    const word = `part_${part.toLowerCase()}`;
    const section = make("section", { "aria-label": tell.say(word) });
    section.append(...[make("h3", null, tell.say(word)), listed(isResult ? resultLines(data, plans, tell).map((text) => make("li", null, text)) : few.map(item)),
      more.length === 0 ? null : fold(`more-${part}`, "h4", tell.say(isResult ? "all_lines" : "more_lines", { n: tell.people(more.length) }), isOpen(`more-${part}`, false), listed(more.map(item)))].filter((piece) => piece !== null));
    pieces.push(section);
  }
  return make("div", { class: "view" }, ...pieces, movesOnPaper(data, plans, tell, standing));
}

/* Posts that did not stay as they were, as a table for paper, where no list leads to the map. */
function movesOnPaper(data, plans, tell, standing) {
  const order = ["opened", "closed", "moved", "changed"];
  const rows = [...new Set(standing.values())].filter((one) => one.kind !== "kept").map((one) => ({ ...one, post: one.new || one.old }))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.post.resource - b.post.resource || tell.compare(nameOfPost(a.post), nameOfPost(b.post)));
  const kept = new Set([...standing].filter(([, one]) => one.kind === "kept").map(([key]) => key)).size;
  const value = (one, key, write) => way(one.old === undefined ? undefined : one.old[key], one.new === undefined ? undefined : one.new[key], write);
  const nameOf = (one) => (one.kind !== "moved" ? one.post.name || one.post.site : tell.say("moved_from_to", { from: one.old.name || one.old.site, to: one.new.name || one.new.site }));
  return make("section", { id: "posts", class: rows.length > 24 ? "paperonly" : "paperonly short" }, make("h2", null, tell.say("changed_posts")),
    rows.length === 0 ? null : make("table", { class: "posts" },
      headRow(tell.say("number_short"), tell.say("site"), tell.say("stands"), tell.say("units_short"), `${tell.say("cost_short")} (${tell.own(plans[1].budget.unit)})`, tell.say("served_short")),
      make("tbody", null, ...rows.map((one) => make("tr", null,
        make("td", { class: "number" }, changeSign(one.kind, one.post, 16, one.kind === "closed" ? "old" : "new"), " ", one.new === undefined ? "–" : one.post.number),
        make("th", { scope: "row" }, nameOf(one), make("span", { class: "under" }, ` · ${tell.own(data.resources[one.post.resource].label)}`)),
        make("td", null, one.kind === "moved" ? tell.say("stands_moved_by", { m: tell.people(one.metres) }) : tell.say(`stands_${one.kind}`)),
        make("td", null, value(one, "units", tell.people)), make("td", null, value(one, "cost", tell.money)), make("td", null, value(one, "served", tell.people)))))),
    make("p", { class: "under" }, tell.count("as_before", kept)));
}

/* People covered of each area in both plans, those with the greatest change first. */
function changesByArea([before, after], at, tell) {
  const rows = new Map();
  for (const [side, plan] of [["old", before], ["new", after]]) {
    for (const row of plan.gaps.rows) {
      const one = rows.get(row.name) || { name: row.name, area: row.area, title: rowName(plan, row, tell), people: {}, covered: {} };
      one.people[side] = row.all.people;
      one.covered[side] = row.all.people - lostOf(row.all, at);
      rows.set(row.name, one);
    }
  }
  return [...rows.values()].map((one) => ({ ...one, change: (one.covered.new || 0) - (one.covered.old || 0) }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || tell.compare(a.title, b.title));
}

const changeCell = (change, tell) => make("td", { class: change > 0 ? "gained" : change < 0 ? "lost" : null }, `${change > 0 ? "▲ " : change < 0 ? "▼ " : ""}${signed(change, tell.people)}`);

/* The table of areas; `choose(position)` changes the resource that table and map speak of. */
function areasView(data, plans, at, tell, showArea, choose, isOpen) {
  const rows = changesByArea(plans, at, tell);
  const choice = make("select", { id: "of-resource" }, ...data.resources.flatMap((resource, position) => (resource.shown
    ? [make("option", { value: position, selected: position === at }, tell.own(resource.label))] : [])));
  choice.addEventListener("change", () => choose(Number(choice.value)));
  const counted = (one) => way(one.old, one.new, tell.people);
  /* how many there are says little where they are the same in both */
  const differs = rows.some((row) => row.people.old !== row.people.new);
  const line = (row) => make("tr", { "data-area": row.name },
    make("th", { scope: "row" }, row.area === null ? make("span", { dir: "auto" }, row.title) : make("button", {
      type: "button", class: "link", onclick: (event) => showArea(data.areas[row.area], event.currentTarget),
    }, row.title)),
    differs ? make("td", null, counted(row.people)) : null,
    make("td", null, row.covered.old === undefined ? "–" : tell.people(row.covered.old)),
    make("td", null, row.covered.new === undefined ? "–" : tell.people(row.covered.new)),
    changeCell(row.change, tell));
  const table = (some, total) => make("table", { class: "areas changed" },
    headRow(tell.say("area"), ...(differs ? [tell.say("people_short")] : []), tell.say("before"), tell.say("after"), tell.say("change")),
    make("tbody", null, ...some.map(line), ...(total ? [totalRow(rows, differs, tell)] : [])));
  const [moved, still] = [rows.filter((row) => row.change !== 0), rows.filter((row) => row.change === 0)];
  const gained = moved.reduce((sum, row) => sum + Math.max(0, row.change), 0);
  const lost = moved.reduce((sum, row) => sum - Math.min(0, row.change), 0);
  return make("div", { class: "view" }, make("h2", null, tell.say("by_area_title")),
    make("p", { class: "choice" }, make("label", { for: "of-resource" }, tell.say("by_area_of")), choice),
    make("p", { class: "hint told" }, tell.say("gained_lost", { gained: tell.people(gained), lost: tell.people(lost) })),
    moved.length > 0 ? table(moved, true) : null,
    still.length === 0 ? null : fold("still", "h3", tell.say("areas_still", { n: tell.people(still.length) }), isOpen("still", false), table(still, false)));
}

function totalRow(rows, differs, tell) {
  const sum = (side) => rows.reduce((all, row) => all + (row.covered[side] || 0), 0);
  const people = (side) => rows.reduce((all, row) => all + (row.people[side] || 0), 0);
  return make("tr", { class: "total" }, make("th", { scope: "row" }, tell.say("all_areas")),
    differs ? make("td", null, way(people("old"), people("new"), tell.people)) : null, make("td", null, tell.people(sum("old"))), make("td", null, tell.people(sum("new"))),
    make("td", null, signed(sum("new") - sum("old"), tell.people)));
}

/* Who passes each ring in both plans, and through how many gates. */
function ringsBeside(plans, tell) {
  const [before, after] = plans.map(({ lanes }) => (lanes === null ? [] : lanes.rings || []));
  const names = [...new Set([...after, ...before].map((ring) => ring.name))];
  if (names.length === 0) { return null; }
  return make("table", { class: "areas changed rings" }, make("caption", null, tell.say("perimeters_title")),
    headRow(tell.say("ring_of"), tell.say("gates_short"), tell.say("before"), tell.say("after"), tell.say("change")),
    make("tbody", null, ...names.map((name) => {
      const [old, now] = [before, after].map((rings) => rings.find((ring) => ring.name === name));
      const people = (ring) => (ring === undefined ? "–" : tell.people(ring.people));
      const change = old === undefined || now === undefined ? 0 : Math.round(now.people) - Math.round(old.people);
      return make("tr", null, make("th", { scope: "row", dir: "auto" }, tell.own((now || old).label)),
        make("td", null, way(old && old.gates.length, now && now.gates.length, tell.people)),
        make("td", null, people(old)), make("td", null, people(now)), changeCell(change, tell));
    })));
}

/* Why mean walks cannot be compared, where a search ended before they were settled. */
function openWalks(plans, tell) {
  const isOpen = plans.some((plan) => plan.resources.some(({ walk_open }) => walk_open));
  return isOpen ? make("p", { class: "hint told" }, tell.say("walk_open_told")) : null;
}

/* The figures of both plans beside one another. */
function figuresView(data, plans, tell, isOpen) {
  const [before, after] = plans;
  const rows = [];
  const row = (name, value, write) => rows.push([name, ...plans.map((plan) => write(value(plan)))]);
  data.resources.forEach((resource, at) => {
    if (!resource.shown) { return; }
    const label = tell.own(resource.label);
    row(tell.say("covered_by", { label }), (plan) => plan.resources[at], (one) => `${tell.people(one.covered)} (${tell.share(one.share)})`);
    row(tell.say("posts_of", { label }), (plan) => plan.resources[at].posts, tell.people);
    row(tell.pair(label, tell.within(tell.units(resource.unit))), (plan) => plan.resources[at].units, tell.people);
    row(tell.pair(label, tell.within(tell.say("mean_walk"))), (plan) => plan.resources[at], (one) => (one.walk_s === null ? "–" : meanWalkText(one, tell)));
  });
  row(`${tell.say("cost")} (${tell.own(after.budget.unit)})`, (plan) => plan.budget.cost, tell.money);
  row(tell.say("budget_of", { unit: tell.own(after.budget.unit) }), (plan) => plan.budget.amount, tell.money);
  row(tell.say("proof"), (plan) => plan.status, (status) => tell.say(`status_${status}`));
  const table = make("table", { class: "figures" }, headRow(tell.say("if_figure"), tell.say("before"), tell.say("after")),
    make("tbody", null, ...rows.map(([name, old, now]) => make("tr", { class: old === now ? null : "differs" },
      make("th", { scope: "row" }, name), make("td", null, old), make("td", null, now)))));
  return make("div", { class: "view" }, make("h2", null, tell.say("figures")), table, openWalks(plans, tell), ringsBeside(plans, tell),
    make("p", { class: "hint told" }, `${tell.pair(tell.say("before"), proofInWords(before, tell))} ${tell.pair(tell.say("after"), proofInWords(after, tell))}`),
    assumed(after, tell),
    fold("about", "h2", tell.say("about"), isOpen("about", false), ...about(after, tell)),
    fold("sources", "h2", tell.say("sources"), isOpen("sources", false), sources(after, tell)));
}

/* Whether an area is drawn on which people are gained or lost. */
const isDrawn = (data, row) => row.change !== 0 && row.area !== null && data.areas[row.area].shape.length > 0;
const hasGains = (data, plans, tell) => data.resources.some((_, at) => changesByArea(plans, at, tell).some((row) => isDrawn(data, row)));

/* People gained and lost on the map: a triangle up or down with the number, the greatest first, where there is room. */
function makeGains(map, inPane, data, plans, tell, taken) {
  const group = L.layerGroup().addTo(map);
  let boxes = [];
  const arrange = (at) => {
    group.clearLayers();
    boxes = [];
    const zoom = map.getZoom();
    const view = map.getPixelBounds();
    const frame = map.getContainer();
    const around = frame.getBoundingClientRect();
    const controls = [...frame.querySelectorAll(".leaflet-control")].map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0).map(({ left, top, right, bottom }) => [
      left - around.left + view.min.x, top - around.top + view.min.y, right - around.left + view.min.x, bottom - around.top + view.min.y]);
    for (const row of changesByArea(plans, at, tell)) {
      if (!isDrawn(data, row)) { continue; }
      const text = `${row.change > 0 ? "▲" : "▼"} ${signed(row.change, tell.people)}`;
      const ring = positions(data.areas[row.area].shape[0][0]).map((place) => map.project(place, zoom));
      const outline = L.bounds(ring);
      const middle = outline.getCenter();
      const half = L.point((text.length * GAIN_PX.wide) / 2 + 5, GAIN_PX.high / 2 + 1);
      const places = [[0, 0], [0, outline.min.y - middle.y - half.y], [0, outline.max.y - middle.y + half.y],
        [outline.max.x - middle.x + half.x, 0], [outline.min.x - middle.x - half.x, 0],
        ...[1, 1.6, 2.3, 3].flatMap((far) => [[0, -34], [0, 34], [48, 24], [-48, -24], [48, -24], [-48, 24]].map((place) => place.map((one) => far * one)))];
      const isSeen = (place) => place.x - half.x > view.min.x && place.x + half.x < view.max.x;
      /* a number is read whole or not at all */
      const isCut = (place) => [["x", half.x], ["y", half.y]].some(([axis, room]) => (
        [view.min, view.max].some((edge) => Math.abs(place[axis] - edge[axis]) < Number(room))));
      const free = places.map(([x, y]) => middle.add([x, y])).filter((place) => !isCut(place)).sort((a, b) => Number(isSeen(b)) - Number(isSeen(a))).find((place) => ![...taken(), ...controls, ...boxes].some((box) => (
        box[0] < place.x + half.x && box[2] > place.x - half.x && box[1] < place.y + half.y && box[3] > place.y - half.y)));
      if (free === undefined) { continue; }
      boxes.push([free.x - half.x, free.y - half.y, free.x + half.x, free.y + half.y]);
      /* a number that does not touch its area is led to it */
      if (!outline.intersects(L.bounds([free.subtract(half), free.add(half)]))) {
        group.addLayer(L.polyline([middle, free].map((place) => map.unproject(place, zoom)), inPane("moves", { color: inkOf("ink"), weight: 1.5, interactive: false })));
      }
      group.addLayer(L.marker(map.unproject(free, zoom), {
        icon: L.divIcon({ className: `gain ${row.change > 0 ? "gained" : "lost"}`, html: make("span", null, text), iconSize: [2 * half.x, 2 * half.y] }),
        interactive: false, keyboard: false, pane: "moves", zIndexOffset: 1000,
      }));
    }
  };
  return { group, arrange, boxes: () => boxes };
}

/* Lines from where posts stood to where they stand now, on both sides of the handle. */
function moveLines(data, inPane) {
  const group = L.layerGroup();
  for (const [from, to] of data.difference.moved) {
    const [a, b] = [data.posts[from].at, data.posts[to].at].map(([lon, lat]) => [lat, lon]);
    group.addLayer(L.polyline([a, b], inPane("moves", { color: inkOf("ink"), weight: 2, dashArray: "2 5", interactive: false })));
  }
  return group;
}
