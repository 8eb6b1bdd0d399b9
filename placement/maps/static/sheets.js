/* The sheet of a post or an area: all that the page knows of it, in the panel, with a way back. */

/* Who has which post of a resource as the nearest, by area, and who has no other within reach: of ties the first
   identifier, as placement/solve/questions/served.py counts them. Null where the page carries no walks. */
function shareByArea(data, counter, position) {
  if (data.what_if === null) { return null; }
  const model = counter.here.model();
  const posts = data.posts.filter((post) => post.resource === position).sort((a, b) => byCodePoint(a.site, b.site));
  const column = new Map(model.places.map((place) => [place.site, place.column]));
  const [times, nearest, own] = [new Int32Array(model.people.length), new Float64Array(model.people.length).fill(Infinity), new Int32Array(model.people.length).fill(-1)];
  posts.forEach((post, at) => {
    const { points, walks } = model.walks[position][column.get(post.site)];
    points.forEach((point, i) => {
      times[point] += 1;
      if (walks[i] < nearest[point]) { [nearest[point], own[point]] = [walks[i], at]; }
    });
  });
  const rows = new Map();
  const all = new Map();
  model.people.forEach((people, point) => {
    if (people === 0) { return; }
    const [name, slow] = [model.areas[model.area[point]], point >= model.slow];
    all.set(name, (all.get(name) || 0) + people);
    if (own[point] < 0) { return; }
    const key = `${own[point]} ${name}`;
    if (!rows.has(key)) { rows.set(key, { post: posts[own[point]], name: name.replace(/~step-free$/, ""), step_free: slow, full: name, people: 0, longest_s: 0, only: 0 }); }
    const row = rows.get(key);
    row.people += people;
    row.longest_s = Math.max(row.longest_s, nearest[point] / model.parts);
    if (times[point] === 1) { row.only += people; }
  });
  return {
    rows: [...rows.values()].map((row) => ({ ...row, all: all.get(row.full) })),
    isRequired: (post) => model.options[position].status[column.get(post.site)] === 2,
  };
}

/* Whom posts of a resource serve, a row a post and area: with lanes those sent to a gate, else those nearest. */
function servedRows(data, share, position) {
  if (data.lanes === null || data.lanes.resource !== position) { return share === null ? [] : share.rows; }
  return data.lanes.areas.flatMap((row) => [...row.sent, ...(row.inside || [])].map(([gate, people]) => ({
    post: data.posts.find((post) => post.key === data.lanes.gates[gate].key), name: row.name, step_free: row.step_free, people, all: row.people, longest_s: null, only: 0,
  }))).filter(({ post }) => post !== undefined);
}

/* `shows` are the ways to show something on the map; `state` is that of the panel. */
function makeSheets(panel, data, tell, state, { variant, counter, whole }, { showPost, showArea, showWay }) {
  const box = make("section", { id: "sheet", class: "view asked", tabindex: -1, "aria-labelledby": "sheet-title" });
  const shares = new Map(); // they change with the period
  const shareOf = (position) => {
    if (!shares.has(position)) { shares.set(position, shareByArea(data, counter, position)); }
    return shares.get(position);
  };
  let open = null; // as in the address: what it is, then its identifier
  let opener = null; // what had the focus
  const byNumber = () => [...data.posts].sort((a, b) => a.resource - b.resource || countOf(a) - countOf(b));
  const nameOf = (area) => area.name || area.id;
  const idOf = (one) => (one.key === undefined ? `area:${one.id}` : `post:${one.key}`);
  const textOf = (one) => (one.key === undefined ? nameOf(one) : postName(one));
  const find = (id) => (id === null ? undefined : [...data.posts, ...data.areas].find((one) => idOf(one) === id));
  const link = (one) => make("button", { type: "button", class: "link", "data-sheet": idOf(one), onclick: () => show(one, null) }, textOf(one));
  const stepFreeMark = () => make("span", { class: "under" }, ` ${tell.say("sheet_step_free")}`);
  const areaLink = (name, stepFree) => {
    const area = data.areas.find((one) => one.id === name);
    const text = area !== undefined ? nameOf(area) : crowdName(data, name, tell) || tell.say("whole_plan");
    return make("span", null, area === undefined ? make("span", { dir: "auto" }, text) : link(area),
      stepFree ? stepFreeMark() : null);
  };
  const part = (title, ...children) => {
    const found = children.flat().filter((child) => child !== null);
    return found.length === 0 ? [] : [make("h3", null, title), ...found];
  };
  const list = (texts) => (texts.length === 0 ? null : make("ul", { class: "plainlist" }, ...texts.map((text) => make("li", null, text))));
  const byPeople = (a, b) => b.people - a.people || tell.compare(a.name, b.name) || Number(a.step_free) - Number(b.step_free);
  const table = (head, rows) => (rows.length === 0 ? null : make("table", { class: "sheettable" }, headRow(...head),
    make("tbody", null, ...rows.map(([first, ...cells]) => make("tr", null, make("th", { scope: "row" }, first), ...cells.map((cell) => make("td", null, cell)))))));

  /* Ways of areas to a post, or from it, each to be drawn on the map. */
  const wayList = (rows) => (rows.length === 0 ? null : make("ul", { class: "plainlist" }, ...rows.map(([row, position]) => {
    const [[, from], [, to]] = wayFacts(data, row, position, tell);
    const { walk_s: seconds, names } = row.way;
    return make("li", null, make("button", {
      type: "button", class: "link", "data-walk": `${position}/${row.name}${row.step_free ? "/slow" : ""}`, onclick: (event) => showWay(row, position, event.currentTarget),
    }, tell.say("sheet_from_to", { from, to })), ` · ${tell.say("minutes", { min: tell.mean(seconds) })}`, row.step_free ? make("span", { class: "under" }, ` · ${tell.say("sheet_step_free")}`) : null,
    names.length === 0 ? null : make("span", { class: "under by", dir: "auto" }, names.join(" → ")));
  })));

  function whyHere(post, share, rows) {
    const label = tell.within(tell.own(data.resources[post.resource].label));
    const told = [];
    if (post.loss !== null) { told.push(post.loss > 0 ? tell.count("sheet_loss", post.loss) : tell.say("sheet_loss_none")); }
    if (share !== null) {
      const mine = share.rows.filter((row) => row.post === post && row.only > 0).sort((a, b) => b.only - a.only || byPeople(a, b));
      const only = mine.reduce((sum, row) => sum + row.only, 0);
      const where = new Map();
      for (const row of mine) { where.set(row.name, (where.get(row.name) || 0) + row.only); }
      const places = [...where].sort((a, b) => b[1] - a[1]).slice(0, MOST_GATES)
        .map(([name, people]) => tell.say("sheet_some_at", { place: areaLink(name, false).textContent, people: tell.people(people) }));
      told.push(only === 0 ? tell.say("sheet_only_none", { label }) : [tell.count("sheet_only", only, { label }), tell.list(places)].join(" "));
      if (share.isRequired(post)) { told.push(tell.say("sheet_required")); }
    }
    if (sealedBy(data, post).length > 0) { told.push(tell.say("sheet_seals", { ways: tell.list(sealedBy(data, post)) })); }
    if (data.rules.lock.some((one) => one.key === post.key)) { told.push(tell.say("sheet_locked")); }
    const { changes } = data.rules;
    const change = changes === null ? undefined : changes.opened.find((one) => one.key === post.key);
    if (change !== undefined) { told.push(tell.say("sheet_new", { bought: tell.money(change.bought) })); }
    else if (changes !== null) { told.push(tell.say("sheet_agreed")); }
    const areas = new Set(rows.filter((row) => row.post === post).map((row) => row.name));
    const floors = data.rules.floors.filter((floor) => floor.resource === post.resource && floor.area !== null && areas.has(data.areas[floor.area].id))
      .sort((a, b) => spare(a) - spare(b));
    if (floors.length > 0) {
      const [floor] = floors;
      told.push(tell.say("sheet_floor", { area: `${areaLink(data.areas[floor.area].id, false).textContent}${floorNote(whole, tell, { ...floor, slow: floor.step_free })}`, asked: tell.share(floor.asked), reached: floor.reached === null ? "–" : tell.share(floor.reached) }));
    }
    return told;
  }

  /* Whom a post serves and reaches in each period. */
  const throughTheDay = ({ key }) => whole.parts.map(({ posts }, at) => {
    const own = posts.find((one) => one.key === key);
    return [periodInWords(whole.slider.values[at], tell), ...(own === undefined ? ["–", "–"] : [orDash(own.served, tell), tell.people(own.covered)])];
  });

  function postSheet(post) {
    const { lanes } = data;
    const resource = data.resources[post.resource];
    const share = shareOf(post.resource);
    const served = servedRows(data, share, post.resource);
    const mine = served.filter((row) => row.post === post).sort(byPeople);
    const laned = lanes !== null && lanes.resource === post.resource;
    const gate = laned ? lanes.gates.find((one) => one.key === post.key) : undefined;
    const zones = data.entry === undefined ? [] : data.entry.gates.filter((one) => one.resource === post.resource && one.sites.includes(post.site)).map((one) => one.zone);
    const ways = waysTo(data, post).map((row) => [row, post.resource]);
    const title = tell.say("queue_of", { name: postName(post) });
    return [
      make("p", { class: "under" }, tell.own(resource.label)),
      facts([
        [tell.say(laned ? "passing" : "served_nearest"), orDash(post.served, tell)], [tell.say("loss_short"), orDash(post.loss, tell)],
        ...(gate === undefined ? [] : gateFacts(gate, tell)),
      ], true),
      ...part(tell.say("sheet_serves"),
        table([tell.say("area"), tell.say(laned ? "sent_here" : "people_short"), tell.say("in_area"), ...(laned ? [] : [tell.say("longest_min")])],
          mine.map((row) => [areaLink(row.name, row.step_free), tell.people(row.people), tell.people(row.all), ...(laned ? [] : [walkText(row.longest_s, tell)])])),
        facts([[tell.say("reach"), tell.people(post.covered)], ...(post.ring === undefined ? [] : [[tell.say("ring_of"), tell.own(post.ring)]]), ...(zones.length === 0 ? [] : [[tell.say("admits_zones"), zones.join(", ")]])])),
      ...(whole.parts === undefined ? [] : part(tell.say("day"), table([tell.say("period"), tell.say("served_nearest"), tell.say("reach")], throughTheDay(post)))),
      ...part(tell.say("sheet_why"), list(whyHere(post, share, served))),
      ...(gate === undefined ? [] : part(tell.say("sheet_queue"), make("div", { class: "queuebox" },
        ...queueFigure(lanes, gate, title, tell)), periodTable(lanes, gate, tell))),
      ...part(tell.say("sheet_staff"), facts([
        [tell.units(data.resources[post.resource].unit), tell.people(post.units)],
        [`${tell.say("cost")} (${tell.own(data.budget.unit)})`, tell.money(post.cost)],
        ...(laned ? [[tell.say("sheet_hours"), tell.say("hours", { begins: clockText(lanes.opens, tell), ends: clockText(lanes.closes, tell) })]] : []),
      ])),
      ...part(tell.say("sheet_ways"), wayList(ways)),
      ...part(tell.say("sheet_place"), facts([[tell.say("latitude"), post.at[1].toFixed(5)], [tell.say("longitude"), post.at[0].toFixed(5)], [tell.say("identifier"), post.site]])),
    ];
  }

  function areaSheet(area) {
    const at = data.areas.indexOf(area);
    const row = data.gaps.rows.find((one) => one.area === at);
    const kinds = data.resources.map((resource, position) => ({ resource, position, label: tell.own(resource.label) })).filter(({ resource }) => resource.shown);
    const slowLabel = (label) => make("span", null, label, stepFreeMark());
    const covered = row === undefined ? [] : kinds.flatMap(({ position, label }) => [["all", label], ["slow", slowLabel(label)]].flatMap(([key, head]) => {
      const people = row[key];
      if (people === null) { return []; }
      const lost = lostOf(people, position);
      return [[head, tell.people(people.people - lost), tell.share(people.people > 0 ? 1 - lost / people.people : 0),
        tell.people(people.far[position]), data.lanes !== null && data.lanes.resource === position ? orDash(people.turned[position], tell) : "–"]];
    }));
    const walks = kinds.flatMap(({ position, label }) => data.walks.areas[position].filter((walk) => walk.area === at && walk.people > 0).map((walk) => ({ walk, position, label })));
    const gates = kinds.flatMap(({ position, label }) => servedRows(data, shareOf(position), position).filter((one) => one.name === area.id).sort(byPeople).map((one) => {
      const gate = data.lanes !== null && data.lanes.resource === position ? data.lanes.gates.find(({ key }) => key === one.post.key) : undefined;
      return [make("span", null, link(one.post), make("span", { class: "under" }, ` ${one.step_free ? tell.say("area_step_free", { area: label }) : label}`)),
        tell.people(one.people), ...(data.lanes === null ? [] : gate === undefined ? ["–", "–"] : [waitText(gate, tell), clearsText(gate, tell)])];
    }));
    const floors = data.rules.floors.filter((floor) => floor.area === at).map((floor) => [
      tell.say(floor.times > 1 ? "floor_twice" : floor.step_free ? "floor_step_free" : "floor_of", { label: tell.own(data.resources[floor.resource].label) }),
      tell.say("floor_reached", { asked: tell.share(floor.asked), reached: floor.reached === null ? "–" : tell.share(floor.reached) })]);
    const zone = data.entry === undefined ? null : data.entry.areas[at];
    const zones = data.entry === undefined ? [] : data.entry.gates.filter((one) => zone !== null && one.zone === zone)
      .map((one) => [tell.say("enters_by"), tell.say("ticket_zone", { zone, gates: one.sites.join(", ") })]);
    return [
      facts([[tell.say("people"), tell.people(area.people)], ...(area.step_free === null ? [] : [[tell.say("step_free"), tell.people(area.step_free.people)]])], true),
      ...part(tell.say("sheet_cover"), table([tell.say("sheet_kind"), tell.say("sheet_covered"), tell.say("sheet_share"), tell.say("why_far"), tell.say("why_turned")], covered)),
      ...part(tell.say("sheet_walks"), table([tell.say("sheet_kind"), tell.say("median"), tell.say("most_walk"), tell.say("longest")],
        walks.map(({ walk, label }) => [walk.step_free ? slowLabel(label) : label, ...walk.walks.map((seconds) => walkText(seconds, tell))]))),
      ...part(tell.say("sheet_gates"), table([tell.say("post"), tell.say("people_short"), ...(data.lanes === null ? [] : [tell.say("longest_wait"), tell.say("clears_short")])], gates), zones.length === 0 ? null : facts(zones)),
      ...part(tell.say("sheet_ways"), wayList(walks.filter(({ walk }) => walk.way !== null).map(({ walk, position }) => [walk, position]))),
      ...part(tell.say("floors_title"), floors.length === 0 ? null : facts(floors)),
    ];
  }

  function draw() {
    const one = find(open);
    panel.classList.toggle("sheeted", one !== undefined);
    if (one === undefined) { box.remove(); return; }
    const isPost = one.key !== undefined;
    const row = isPost ? byNumber() : [...data.areas].sort((a, b) => tell.compare(nameOf(a), nameOf(b)) || byCodePoint(a.id, b.id));
    const here = row.indexOf(one);
    const step = (next, word, mark) => (next === undefined ? null : make("button", {
      type: "button", class: "act", "data-step": word, title: textOf(next), "aria-label": tell.say(word, { name: textOf(next) }), onclick: () => show(next, null),
    }, mark));
    box.replaceChildren(
      make("div", { class: "acts" },
        make("button", { type: "button", class: "act", id: "sheet-back", onclick: close }, `← ${tell.say("sheet_back")}`),
        step(row[here - 1], "sheet_before", "‹"), step(row[here + 1], "sheet_after", "›"),
        make("button", { type: "button", class: "act", "data-on-map": true, onclick: (event) => (isPost ? showPost : showArea)(one, event.currentTarget) }, tell.say("sheet_map"))),
      make("h2", { id: "sheet-title", dir: "auto" }, ...(isPost ? [sign(one.resource, 22, null), " "] : []), textOf(one)),
      variant.isPlan() ? "" : make("p", { class: "hint told" }, tell.say("sheet_variant")),
      ...(isPost ? postSheet(one) : areaSheet(one)));
    panel.prepend(box);
    fitTables(box);
  }
  function show(one, from) {
    if (open === null) { opener = from || null; }
    open = idOf(one);
    keep("sheet", open);
    draw();
    panel.scrollTop = 0;
    if (window.matchMedia("(max-width: 800px)").matches) { box.scrollIntoView({ block: "start" }); }
    box.focus({ preventScroll: true });
    state.announce(tell.say("sheet_opened", { name: textOf(one) }));
  }
  /* Without moving the focus: another subject was chosen. */
  function leave() {
    open = null;
    keep("sheet", null);
    draw();
  }
  function close() {
    const id = open;
    leave();
    const own = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll("[data-sheet]")]).find((one) => one.dataset.sheet === id && one.checkVisibility());
    const back = opener !== null && opener.isConnected && opener.checkVisibility() ? opener : own || panel.querySelector("[role=tab][tabindex='0']") || panel;
    back.focus();
    opener = null;
  }
  /* The one that the address names. */
  function read() {
    const asked = address().get("sheet");
    if (asked === open) { return; }
    open = find(asked) === undefined ? null : asked;
    draw();
  }
  const renew = () => { shares.clear(); };
  return { show, leave, close, draw, read, renew, isOpen: () => open !== null };
}
