/* What if: the figures of posts other than the plan's, and buttons that close, open and change them. */

const MOST_NAMED = 5; // ways that are open, in a sentence
const MOST_FOUND = 12; // rows of a search: more are narrowed by another word

function signedText(number, write) {
  const size = write(Math.abs(number));
  return size === write(0) ? "0" : `${number > 0 ? "+" : "−"}${size}`;
}

/* The change between two numbers that are written otherwise: never 0, however little it is. */
function changeText(was, is, write, change, fine) {
  const text = signedText(is - was, change);
  return text === "0" && write(was) !== write(is) ? signedText(is - was, fine) : text;
}

/* Whether people are sent to the gates of a resource where this was counted. */
const isLaned = (model, found, resource) => model.resources[resource].lanes !== null && found.admission !== null;

/* People not covered, by the name of their area: too far from a post, and turned away by lanes. */
function lossesByArea(model, found, resource) {
  const { times } = found.reaches[resource];
  const losses = new Map(model.areas.map((name) => [nameOfAll(name), { far: 0, turned: 0 }]));
  const laned = isLaned(model, found, resource);
  const own = model.areas.map((name) => losses.get(nameOfAll(name)));
  model.counted[resource].forEach((people, point) => {
    if (times[point] === 0) { own[model.area[point]].far += people;
    } else if (laned) { own[model.area[point]].turned += people; }
  });
  if (laned) {
    const { crowds, given } = found.admission;
    crowds.forEach(({ area }, at) => { own[area].turned -= given[at] / PART; });
  }
  for (const one of losses.values()) { one.turned = roundTo(one.turned, 6); }
  return losses;
}

/* An area with those of its people who walk without steps. */
const nameOfAll = (name) => name.replace(/~step-free$/, "");

const lostByArea = (counter, resource) => new Map([...lossesByArea(counter.here.tried(), counter.here.variant(), resource)].map(([name, { far, turned }]) => [name, far + turned]));

function placeName(data, tell, key) {
  const post = data.posts.find((one) => one.key === key);
  if (post !== undefined) { return postName(post); }
  const cut = key.lastIndexOf("/");
  const place = [...data.sites, ...data.posts, ...(data.what_if.ways || [])].find((one) => one.site === key.slice(0, cut));
  return place.name || place.site;
}

/* Whom a floor counts: its area, its zone or points, and which of the people there. */
function floorPlace(data, tell, floor) {
  const area = floor.area === undefined ? undefined : data.areas[floor.area];
  const place = area !== undefined ? area.name || area.id : floor.called === undefined ? tell.say("named_points") : floor.called || tell.say("whole_plan");
  return `${place}${floorNote(data, tell, floor)}`;
}

/* Limits the variant breaks, a sentence each. */
function brokenSentences(data, tell, model, found) {
  const means = meansOf(data, model);
  const keyOf = ({ resource, column }) => `${model.places[column].site}/${means[resource].id}`;
  const label = (resource) => (resource === null ? tell.say("posts") : tell.own(means[resource].label));
  const told = found.broken.map((one) => tell.say(`if_broken_${one.kind}`, {
    over: tell.money(one.over), unit: tell.own(data.budget.unit), label: one.resource === undefined ? "" : label(one.resource),
    reached: tell.people(one.reached), asked: tell.people(one.asked), least: tell.people(one.least), most: tell.people(one.most),
    post: one.column === undefined ? "" : placeName(data, tell, keyOf(one)),
    other: one.other === undefined ? "" : tell.within(label(one.other)), walk: one.walk_s === undefined ? "" : tell.minutes(one.walk_s),
  }));
  for (const rule of found.rules.filter((one) => one.broken)) {
    if (rule.kind === "sealed") {
      const names = rule.open.slice(0, MOST_NAMED).map(({ name }) => name).join(", ");
      told.push(tell.say("if_broken_sealed", { reached: tell.people(rule.reached), asked: tell.people(rule.asked), ways: rule.open.length > MOST_NAMED ? `${names}, …` : names }));
      continue;
    }
    const share = rule.kind === "floor";
    const where = share ? floorPlace(data, tell, rule.floor) : rule.name;
    told.push(tell.say(rule.kind === "floor" && !rule.told ? "if_broken_floor_lanes" : `if_broken_${rule.kind}`, {
      label: label(rule.resource), name: rule.kind === "group" ? rule.name.replace(/^groups: /, "") : where,
      reached: share ? tell.share(rule.reached) : tell.money(rule.reached), asked: share ? tell.share(rule.asked) : tell.money(rule.asked),
    }));
  }
  return told;
}

const farOf = (model, { reaches }, at) => peopleOf(model, model.counted[at], (point) => reaches[at].times[point] === 0);

/* The figures of plan and variant side by side, of the whole plan or of a period. */
function variantTable(data, tell, model, plan, found, title) {
  const rows = [];
  const row = (name, before, after, write, change = write) => rows.push([name, before === null ? "–" : write(before), after === null ? "–" : write(after),
    before === null || after === null ? "–" : changeText(before, after, write, change, (size) => tell.fine(write === tell.mean ? size / 60 : size))]);
  data.resources.forEach((resource, at) => {
    if ((!resource.shown && found.reaches[at].open.length === 0) || !isServing(found, at)) { return; }
    const label = tell.own(resource.label);
    const [was, is] = [plan.coverage[at], found.coverage[at]];
    const laned = isLaned(model, found, at);
    row(tell.say(laned ? "if_admitted" : "if_covered", { label }), was.covered, is.covered, tell.people);
    rows.push([tell.say("if_share", { label }), tell.share(was.share), tell.share(is.share),
      changeText(was.share, is.share, tell.share, ...[tell.money, tell.fine].map((size) => (part) => tell.count("if_points", Number((100 * part).toFixed(1)), { n: size(100 * part) })))]);
    if (laned) {
      row(tell.say("if_far", { label }), farOf(model, plan, at), farOf(model, found, at), tell.people);
      row(tell.say("if_turned", { label }), was.total - was.covered - farOf(model, plan, at), is.total - is.covered - farOf(model, found, at), tell.people);
    }
    if (is.step_free !== undefined) { row(tell.say("if_step_free", { label }), was.step_free.covered, is.step_free.covered, tell.people); }
    if (is.backup !== undefined) { row(tell.say("if_backup", { label }), was.backup.covered, is.backup.covered, tell.people); }
    if (is.expected !== undefined) { row(tell.say("if_expected", { label }), was.expected, is.expected, tell.people); }
    /* nobody walks no minutes on average */
    row(tell.say("if_walk", { label }), ...[plan, found].map((one) => (one.coverage[at].covered > 0 ? one.mean_s[at] : null)), tell.mean);
    const longest = (areas) => areas.reduce((most, one) => (one.longest_s === null ? most : Math.max(most || 0, one.longest_s)), null);
    row(tell.say("if_worst", { label }), longest(plan.areas[at]), longest(found.areas[at]), tell.mean);
    if (laned) {
      row(tell.say("if_walk_gate", { label }), ...[plan, found].map((one) => (one.coverage[at].covered > 0 ? one.admission.mean_s : null)), tell.mean);
      const wait = ({ gates }) => (gates.size === 0 ? null : 60 * Math.max(...[...gates.values()].map((gate) => gate.wait)));
      row(tell.say("if_wait", { label }), wait(plan.admission), wait(found.admission), tell.mean);
      if (model.rings !== undefined) { ringRows(model, plan.admission, found.admission, tell, row); }
    }
  });
  if (model.ways.length > 0 && found.rules !== undefined) {
    const [was, is] = [plan, found].map(({ rules }) => rules.find(({ kind }) => kind === "sealed").reached);
    row(tell.say("rule_sealed"), was, is, tell.people);
  }
  if (found.cost !== undefined) {
    const unit = tell.own(data.budget.unit);
    row(tell.say("if_cost", { unit }), plan.cost, found.cost, tell.money);
    row(tell.say("if_left", { unit }), data.budget.amount - plan.cost, data.budget.amount - found.cost,
      (number) => (number < 0 ? `−${tell.money(-number)}` : tell.money(number)), tell.money);
  }
  return make("table", { class: "variant" }, make("caption", null, title),
    headRow(tell.say("if_figure"), tell.say("if_before"), tell.say("if_after"), tell.say("if_change")),
    make("tbody", null, ...rows.map(([name, ...cells]) => make("tr", null, make("th", { scope: "row" }, name), ...cells.map((cell) => make("td", null, cell))))));
}

/* Areas in which more or fewer people are too far from a post, or turned away by lanes. */
function changedAreas(data, tell, { model, tried }, plan, found, showArea) {
  const shown = data.resources.map((_, at) => at).filter((at) => (data.resources[at].shown || found.reaches[at].open.length > 0) && isServing(found, at));
  const columns = shown.flatMap((at) => {
    const [was, is] = [lossesByArea(model, plan, at), lossesByArea(tried, found, at)];
    const label = tell.own(data.resources[at].label);
    const column = (word, kind) => ({ title: tell.say(word, { label }), was: (name) => was.get(name)[kind], is: (name) => is.get(name)[kind] });
    return [column("if_far", "far"), ...(isLaned(model, found, at) ? [column("if_turned", "turned")] : [])];
  });
  const rows = data.gaps.rows.map((one) => ({ one, change: columns.map(({ was, is }) => roundTo(is(one.name) - was(one.name), 6)) })).filter(({ change }) => change.some((people) => people !== 0));
  const kept = columns.map((_, at) => at).filter((at) => rows.some(({ change }) => change[at] !== 0));
  rows.sort((a, b) => Math.max(...b.change.map(Math.abs)) - Math.max(...a.change.map(Math.abs)) || tell.compare(rowName(data, a.one, tell), rowName(data, b.one, tell)));
  if (rows.length === 0) { return make("p", { class: "hint told" }, tell.say("if_same")); }
  return make("table", { class: "variant" }, make("caption", null, tell.say("if_areas")),
    headRow(tell.say("area"), ...kept.flatMap((at) => [columns[at].title, tell.say("if_change")])),
    make("tbody", null, ...rows.map(({ one, change }) => make("tr", null, make("th", { scope: "row" }, rowButton(data, one, tell, showArea)),
      ...kept.flatMap((at) => [make("td", null, tell.people(columns[at].is(one.name))), make("td", null, signedText(change[at], tell.people))])))));
}

/* The queue of a gate in a variant, as `queueFigure` draws one. */
function variantQueue(data, tell, { rule }, gate, name) {
  const each = gate.capacity / gate.sent.length;
  const line = gate.waiting.flatMap((people, t) => {
    const at = rule.opens_min + t * rule.period_min;
    const isCleared = people > 0 && gate.waiting[t + 1] === 0;
    return isCleared ? [[at, people], [at + people / (each - gate.sent[t]) * rule.period_min, 0]] : [[at, people]];
  });
  const title = tell.say("queue_of", { name });
  return [make("h3", null, title), ...queueFigure({ ...data.lanes, nights: undefined }, { sent: gate.sent, room: each, line, wait: gate.wait }, title, tell)];
}

/* Gates that more or fewer people come to, or wait longer or less at; the queue of one of them below. */
function changedGates(data, tell, plan, found, state) {
  const keys = [...new Set([...plan.gates.keys(), ...found.gates.keys()])];
  /* nobody waits where nobody comes */
  const gateOf = ({ gates }, key) => (gates.has(key) && gates.get(key).people > 0 ? gates.get(key) : { people: 0, wait: null });
  const rows = keys.map((key) => ({ key, was: gateOf(plan, key), is: gateOf(found, key) }))
    .map((row) => ({ ...row, people: roundTo(row.is.people - row.was.people, 6), wait: row.is.wait === null || row.was.wait === null ? null : roundTo(row.is.wait - row.was.wait, 1) }))
    .filter(({ people, wait }) => people !== 0 || Boolean(wait));
  rows.sort((a, b) => Math.abs(b.wait || 0) - Math.abs(a.wait || 0) || Math.abs(b.people) - Math.abs(a.people) || tell.compare(placeName(data, tell, a.key), placeName(data, tell, b.key)));
  if (rows.length === 0) { return []; }
  const figure = make("div");
  const show = (key) => {
    state.triedGate = key;
    figure.replaceChildren(...variantQueue(data, tell, found, found.gates.get(key), placeName(data, tell, key)));
  };
  const queued = rows.filter(({ is }) => is.people > 0);
  const first = queued.find(({ key }) => key === state.triedGate) || queued[0];
  if (first !== undefined) { show(first.key); }
  return [make("table", { class: "variant" }, make("caption", null, tell.say("if_gates")),
    headRow(tell.say("gate"), tell.say("people_short"), tell.say("if_change"), tell.say("wait_short"), tell.say("if_change")),
    make("tbody", null, ...rows.map(({ key, is, people, wait }) => make("tr", null,
      make("th", { scope: "row" }, is.people > 0 ? make("button", { type: "button", class: "link", "data-try": `queue ${key}`, onclick: () => show(key) }, placeName(data, tell, key)) : placeName(data, tell, key)),
      make("td", null, tell.people(is.people)), make("td", null, signedText(people, tell.people)), make("td", null, is.wait === null ? "–" : tell.mean(60 * is.wait)), make("td", null, wait === null ? "–" : signedText(60 * wait, tell.mean)))))), figure];
}

/* What of a site can be tried: a row a resource that it takes. */
function tryRow(data, tell, variant, model, { resource, column }, showKey) {
  const place = model.places[column];
  const kind = data.resources[resource];
  const key = `${place.site}/${kind.id}`;
  const units = variant.units(key);
  const name = placeName(data, tell, key);
  const { least, most } = model.options[resource];
  const row = make("li", { class: units === variant.planned(key) ? null : "tried" }, sign(resource, 20, null),
    make("button", { type: "button", class: "link", "data-try": `show ${key}`, onclick: (event) => showKey(key, event.currentTarget) }, name));
  if (units > 0 && most[column] > least[column]) {
    const box = make("input", {
      type: "number", min: least[column], max: most[column], step: 1, value: units, "data-try": `units ${key}`,
      "aria-label": tell.say("if_units_of", { unit: tell.own(kind.unit), post: name }),
    });
    box.addEventListener("change", () => {
      const asked = Math.round(Number(box.value));
      if (asked >= 1 && asked <= 999999) { variant.set(key, asked); } else { box.value = String(units); }
    });
    row.append(make("span", { class: "units" }, box, " ", tell.counted(units, kind.unit)));
  }
  row.append(make("button", {
    type: "button", class: "act", "data-try": `turn ${key}`, "aria-label": tell.say(units > 0 ? "if_close_post" : "if_open_post", { label: tell.own(kind.label), post: name }),
    onclick: () => variant.set(key, units > 0 ? 0 : variant.planned(key) || Math.max(1, least[column])),
  }, tell.say(units > 0 ? "if_close" : "if_open")));
  return row;
}

/* What is changed, each with a way back. */
function changeList(data, tell, variant, model, showKey) {
  if (variant.isPlan()) { return make("p", { class: "hint told" }, tell.say("if_none")); }
  const shut = variant.streets.map((street) => make("li", null, make("span", { dir: "auto" }, street), make("span", { class: "units" }, tell.say("if_shut")),
    make("button", { type: "button", class: "act", "data-try": `open ${street}`, "aria-label": tell.say("if_reopen_street", { street }), onclick: () => variant.shut(street) }, tell.say("if_back"))));
  return make("ul", { class: "tries" }, ...shut, ...[...variant.changes].map(([key, units]) => {
    const resource = meansOf(data, model).findIndex((one) => one.id === key.slice(key.lastIndexOf("/") + 1));
    const kind = resource - data.resources.length;
    const was = variant.planned(key);
    const unit = (many) => `${tell.people(many)} ${tell.counted(many, data.resources[resource].unit)}`;
    const picture = kind >= 0 ? barSwatch(inkOf("closure"), kind) : units === 0 || was === 0 ? moveSign(resource, 22, units > 0) : sign(resource, 22, null);
    const name = placeName(data, tell, key);
    return make("li", null, picture,
      kind >= 0 ? make("span", { dir: "auto" }, name) : make("button", { type: "button", class: "link", "data-try": `told ${key}`, onclick: (event) => showKey(key, event.currentTarget) }, name),
      make("span", { class: "units" }, kind >= 0 ? tell.say(units === 0 ? "if_taken" : "if_set_up", { label: tell.own(model.barriers[kind].label) }) : units === 0 ? tell.say("if_closed") : was === 0 ? tell.say("if_opened", { units: unit(units) }) : tell.say("if_units", { units: unit(units), before: tell.people(was) })),
      make("button", { type: "button", class: "act", "data-try": `back ${key}`, "aria-label": tell.say("if_back_post", { post: name }), onclick: () => variant.set(key, was) }, tell.say("if_back")));
  }));
}

/* A row a way through the perimeter: what stands in it, and a button for its barrier. */
function wayTable(data, tell, variant, model) {
  const means = meansOf(data, model);
  const rows = model.ways.map(({ name, options }) => {
    const standing = options.map(([column, resource]) => ({ resource, key: `${model.places[column].site}/${means[resource].id}` }));
    const there = standing.filter(({ key }) => variant.units(key) > 0).map(({ resource, key }) => (resource < data.resources.length
      ? `${tell.own(means[resource].label)} (${placeName(data, tell, key)})` : tell.own(means[resource].label)));
    const barrier = standing.find(({ resource }) => resource >= data.resources.length);
    const isUp = barrier !== undefined && variant.units(barrier.key) > 0;
    return { name, element: make("tr", { class: there.length === 0 ? "chosen" : null }, make("th", { scope: "row", dir: "auto" }, name),
      make("td", { class: "text", dir: "auto" }, there.length === 0 ? tell.say("if_way_open") : there.join(", ")),
      make("td", null, barrier === undefined ? null : make("button", {
        type: "button", class: "act", "data-try": `bar ${barrier.key}`,
        "aria-label": tell.say(isUp ? "if_take_barrier" : "if_put_barrier", { label: tell.own(means[barrier.resource].label), way: name }),
        onclick: () => variant.set(barrier.key, isUp ? 0 : 1),
      }, tell.say(isUp ? "if_take" : "if_put")))) };
  });
  rows.sort((a, b) => tell.compare(a.name, b.name));
  return make("table", { class: "variant streets" }, make("caption", null, tell.say("if_ways_hint")),
    headRow(tell.say("if_way"), tell.say("if_stands"), tell.say("if_barrier")), make("tbody", null, ...rows.map(({ element }) => element)));
}

/* The view of the panel; `counter` counts, `showKey` shows a post or candidate on the map. */
function whatIfView(shown, tell, state, { variant, counter, whole: data }, { showKey, showArea }) {
  if (data.what_if === null) { return null; }
  const [changed, figures, found, streets, ways] = [make("div"), make("div"), make("div"), make("div"), make("div")];
  const count = make("span", { class: "under" });
  const undo = make("button", { type: "button", class: "act", "data-try": "undo", onclick: () => variant.undo() }, tell.say("if_undo"));
  const reset = make("button", { type: "button", class: "act", "data-try": "reset", onclick: () => variant.reset() }, tell.say("if_reset"));
  const save = make("button", { type: "button", class: "act", "data-try": "save", onclick: () => {
    const text = proposedText(counter.tried(), data, counter.variant());
    saveAs(`${data.plan}-variant.geojson`, text, "application/geo+json");
    state.announce(tell.say("if_saved"));
  } }, tell.say("if_download"));
  const seek = make("input", { type: "search", id: "try", autocomplete: "off", spellcheck: "false" });
  let listed = [];
  let closing = null; // the table of streets
  let shut = null; // those that were closed when it was drawn
  const listPosts = () => {
    const model = counter.model();
    const sought = seek.value.trim();
    const rows = [];
    data.resources.forEach((resource, at) => model.places.forEach((place, column) => {
      const key = `${place.site}/${resource.id}`;
      if (model.options[at].status[column] === 0) { return; }
      if (sought === "" ? variant.planned(key) > 0 || variant.units(key) > 0 : isSought([placeName(data, tell, key), place.site, tell.own(resource.label)], sought)) {
        rows.push({ resource: at, column, open: variant.units(key) > 0, name: placeName(data, tell, key) });
      }
    }));
    rows.sort((a, b) => (sought === "" ? a.resource - b.resource : Number(b.open) - Number(a.open)) || tell.compare(a.name, b.name) || a.resource - b.resource);
    const listing = sought === "" ? rows : rows.slice(0, MOST_FOUND);
    count.textContent = sought === "" ? "" : tell.say("found", { found: tell.people(listing.length), all: tell.people(rows.length) });
    /* a row is drawn anew where its units changed alone: to lay out all of them takes most of a click */
    const wanted = listing.map((row) => ({ row, key: `${model.places[row.column].site}/${data.resources[row.resource].id}` }));
    const isSame = wanted.length === listed.length && wanted.every(({ key }, at) => key === listed[at].key);
    const next = wanted.map(({ row, key }, at) => {
      const units = variant.units(key);
      if (isSame && listed[at].units === units) { return listed[at]; }
      const element = tryRow(data, tell, variant, model, row, showKey);
      if (isSame) { listed[at].element.replaceWith(element); }
      return { key, units, element };
    });
    if (!isSame) { found.replaceChildren(make("ul", { class: "tries" }, ...next.map(({ element }) => element))); }
    listed = next;
  };
  const fill = () => {
    const model = counter.model();
    const [plan, now, here] = [counter.plan(), counter.variant(), counter.here];
    const [planHere, nowHere] = [here.plan(), here.variant()];
    const focus = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.try : undefined;
    const fresh = [figures]; // whose tables are fitted, all at once: each time lays out the panel
    undo.disabled = !variant.canUndo();
    reset.disabled = variant.isPlan();
    changed.replaceChildren(changeList(data, tell, variant, model, showKey));
    const broken = brokenSentences(data, tell, model, now);
    figures.replaceChildren(
      ...(counter.at === null ? [] : [variantTable(shown, tell, here.tried(), planHere, nowHere, tell.say("if_figures_of", { period: periodInWords(data.slider.values[counter.at], tell) }))]),
      variantTable(data, tell, model, plan, now, tell.say(counter.at === null ? "if_figures" : "if_figures_day")),
      ...(broken.length === 0 ? [make("p", { class: "kept" }, make("span", { "aria-hidden": "true" }, "✓ "), tell.say("if_kept"))]
        : [make("p", { class: "broken" }, make("span", { "aria-hidden": "true" }, "✗ "), tell.say("if_broken")),
          make("ul", { class: "worst" }, ...broken.map((text) => make("li", { dir: "auto" }, text)))]),
      ...(nowHere.admission === null ? [] : [make("p", { class: "hint told" }, tell.say("if_lanes"))]),
      ...(variant.isPlan() ? [] : [changedAreas(shown, tell, { model: here.model(), tried: here.tried() }, planHere, nowHere, showArea)]),
      ...(variant.isPlan() || nowHere.admission === null ? [] : changedGates(data, tell, planHere.admission, nowHere.admission, state)));
    if (data.what_if.streets.length > 0 && shut !== variant.streets) {
      if (closing === null) { streets.append((closing = makeStreetTable(data, tell, { variant, counter })).table); }
      closing.draw();
      shut = variant.streets;
      fresh.push(streets);
    }
    if (model.ways.length > 0) { ways.replaceChildren(wayTable(data, tell, variant, model)); fresh.push(ways); }
    listPosts();
    if (box.isConnected) { fitTables(...fresh); }
    if (focus !== undefined) {
      const again = box.querySelector(`[data-try="${CSS.escape(focus)}"]:not(:disabled)`);
      if (again instanceof HTMLElement) { again.focus(); } else { heading_.focus(); }
    }
  };
  seek.addEventListener("input", () => { listPosts(); state.announce(count.textContent); });
  const heading_ = make("h2", { tabindex: -1 }, tell.say("if_title"));
  const box = view(heading_, make("p", { class: "hint told" }, tell.say("if_hint")),
    make("h3", null, tell.say("if_changes")), changed, make("p", { class: "acts" }, undo, reset, save), figures,
    make("h3", null, tell.say("if_streets")), data.what_if.streets.length > 0 ? streets : make("p", { class: "hint told" }, untoldStreets(data, tell)),
    data.what_if.ways === undefined ? null : fold("if-ways", "h3", tell.say("if_ways", { n: tell.people(data.what_if.ways.length) }), false, ways),
    make("h3", null, tell.say("if_posts")),
    make("p", { class: "choice" }, make("label", { for: "try" }, tell.say("if_seek")), seek, count), found);
  box.classList.add("what-if");
  state.drawWhatIf = () => {
    if (box.hidden && !box.classList.contains("asked")) { return; }
    const isPrinted = document.documentElement.classList.contains("paper"); // paper does not wait
    if (counter.isReady() || !variant.isPlan() || isPrinted) {
      box.removeAttribute("aria-busy");
      fill();
    } else if (!box.hasAttribute("aria-busy")) {
      box.setAttribute("aria-busy", "true");
      figures.replaceChildren(make("p", { class: "hint told" }, tell.say("if_counting")));
      counter.soon(() => {
        box.removeAttribute("aria-busy");
        state.drawWhatIf();
      });
    }
  };
  if (!variant.isPlan()) { fill(); }
  return box;
}

/* Buttons of a popup: close the post, or open what the place may be. */
function tryButtons(data, tell, { variant, counter }, place) {
  const model = counter.model();
  const column = model.places.find((one) => one.site === place.site).column;
  const rows = data.resources.map((kind, resource) => ({ kind, resource, key: `${place.site}/${kind.id}` }))
    .filter(({ resource, key }) => (model.options[resource].status[column] > 0 && data.resources[resource].shown) || variant.units(key) > 0);
  return rows.map(({ kind, resource, key }) => {
    const isOpen = variant.units(key) > 0;
    const label = tell.within(tell.own(kind.label));
    return make("button", {
      type: "button", class: "act", "data-place": key, onclick: (event) => {
        /* the button is replaced meanwhile, and Leaflet would take this for a click on the map */
        event.stopPropagation();
        variant.set(key, isOpen ? 0 : variant.planned(key) || Math.max(1, model.options[resource].least[column]));
        const again = document.querySelector(`.popup [data-place="${CSS.escape(key)}"]`);
        if (again instanceof HTMLElement) { again.focus(); }
      },
    }, tell.say(isOpen ? "if_close_this" : "if_open_this", { label }));
  });
}

/* One line that says a variant is shown, above all views: they tell the plan's figures. */
function makeVariantBar(data, tell, trial, state) {
  const { variant } = trial;
  const box = make("p", { class: "variant-bar", hidden: true });
  const draw = () => {
    const many = variant.changes.size + variant.streets.length;
    box.hidden = many === 0;
    const { dataset } = document.getElementById("panel"); // on paper its sheets say it too
    if (box.hidden) { delete dataset.variant; } else { dataset.variant = tell.count("if_active", many); }
    box.replaceChildren(make("span", null, tell.count("if_active", many)), " ",
      make("span", { class: "paperonly" }, many === 0 ? null : `${tell.count("if_proposed", many)} ${saidOfVariant(data, tell, trial)}`),
      make("button", { type: "button", class: "act", onclick: () => state.choose("what_if") }, tell.say("if_show")), " ",
      make("button", { type: "button", class: "act", onclick: () => variant.reset() }, tell.say("if_reset")));
  };
  return { box, draw };
}

/* What is read aloud: the cover of every resource, and the cost. */
function saidOfVariant(data, tell, { counter }) {
  const found = counter.here.variant();
  const told = data.resources.flatMap((resource, at) => (resource.shown ? [tell.say("if_said", {
    label: tell.own(resource.label), share: tell.share(found.coverage[at].share), people: tell.count("of_all", found.coverage[at].covered),
  })] : []));
  return [...told, tell.say("if_said_cost", { cost: tell.money(counter.variant().cost), unit: tell.own(data.budget.unit) })].join(" ");
}
