/* The page of several solutions: two of them by swipe or side by side, or many on a slider. */

/* Each solution as the page of one alone would have it. */
function plansOf(data) {
  const posts = data.posts;
  const last = data.states[data.states.length - 1];
  posts.forEach((post) => { post.key = `${post.site}/${last.resources[post.resource].id}`; });
  const isShown = last.resources.map((_, at) => data.states.some((state) => state.resources[at].shown));
  return data.states.map((state) => ({
    ...data,
    ...state,
    closures: [...data.closures, ...state.closures],
    ownClosures: state.closures,
    missing: typeof state.missing === "string" ? { ...data.places, m: [...state.missing].map((one) => one.charCodeAt(0) - 48) } : state.missing,
    resources: state.resources.map((resource, at) => ({ ...resource, shown: isShown[at] })),
    posts: state.posts.map(([at, units, cost, covered, served, loss]) => ({ ...posts[at], units, cost, covered, served, loss, rings: [] })),
  }));
}

async function showStates(map) {
  const page = readPage();
  const tell = speaker(page);
  const choice = page.parts === undefined ? null : periodChoice(page, tell, (at) => turn(at));
  const byId = (id) => document.getElementById(id);
  const compared = page.difference !== undefined;
  /* what is shown: the whole day or one of its periods; all modules read it when they draw */
  let period = choice === null ? null : choice.asked();
  const data = { ...page };
  const plans = [];
  const last = /** @type {Record<string, any>} */ ({});
  const standing = new Map();
  const take = () => {
    Object.assign(data, { prefix: undefined }, page, period === null ? {} : page.parts[period]);
    plans.splice(0, plans.length, ...plansOf(data));
    plans[plans.length - 1] = Object.assign(last, plans[plans.length - 1]);
    data.resources = last.resources;
    standing.clear();
    for (const [key, one] of compared ? standings(data, [plans[0], last]) : []) { standing.set(key, one); }
  };
  take();
  const fromAddress = () => firstLanguage(data.languages, address().get("lang") || data.asked_language);
  const state = {
    sorting: data.resources.map(() => ({ key: "number", down: false })), sought: "", post: null,
    announce: (text) => { byId("said").textContent = text; },
    hidden: new Set(), opener: null, gate: null, tab: address().get("tab") || (compared ? "changes" : "overview"),
    choose: null, showTab: null, arrange: null, at: 0, resource: data.main,
  };
  const firstAt = Number(address().get("at"));
  state.at = compared ? 1 : Math.max(0, Math.min(plans.length - 1, address().has("at") && Number.isInteger(firstAt) ? firstAt : 0));
  const plan = () => plans[state.at];

  languageButtons(byId("language"), data.languages, (code) => { keep("lang", code); speak(code); });
  const theme = makeTheme(() => stages.map((one) => one.map), byId("theme"), () => {
    legend.draw();
    for (const one of stages) { names.get(one).renew(false); }
  });
  function drawHead() {
    const kind = tell.say(compared ? "comparison" : "solutions");
    speakHead(data, tell, { title: tell.pair(tell.own(data.title), kind), kicker: kind, skip: tell.say("skip_panel") });
    drawStatus(byId("status"), plan(), tell);
    if (choice !== null) { choice.speak(period); }
    const was = compared ? headline(plans[0], tell) : "";
    if (was !== "") { byId("status").append(make("span", { class: "was" }, tell.say("was", { sentence: was }))); }
  }
  tell.use(fromAddress());
  drawHead();
  await headIsSeen();

  /** @type {L.PopupOptions} */
  const popupOptions = { maxWidth: 300, minWidth: 220, autoPanPadding: [16, 16] };
  const { popup, bunchPopup, sitePopup } = makePopups(last, tell, new Map(), { drawWays: () => {}, showQueue: () => {}, showWay: () => {}, showSheet: () => {}, tryOut: () => [] });

  /* A post in both plans, or in the one that is shown. */
  function postPopup(post) {
    const one = compared ? standing.get(post.key) : { kind: "kept", old: undefined, new: post };
    const resource = data.resources[post.resource];
    const value = (key, write) => way(one.old === undefined ? undefined : one.old[key], one.new === undefined ? undefined : one.new[key], write);
    const gate = (side) => { const found = side && side.lanes && side.lanes.gates.find((each) => each.key === post.key); return found || null; };
    const gates = compared ? [gate(plans[0]), gate(plans[1])] : [null, gate(plan())];
    const box = popup(nameOfPost(post), tell.own(resource.label), [
      ...(compared ? [[tell.say("stands"), one.kind === "moved" ? tell.say("stands_moved_by", { m: tell.people(one.metres) }) : tell.say(`stands_${one.kind}`)]] : []),
      [tell.say("served"), value("served", (number) => tell.people(number))],
      [tell.say("loss"), value("loss", (number) => tell.people(number))],
      [tell.units(resource.unit), value("units", tell.people)],
      [`${tell.say("cost")} (${tell.own(last.budget.unit)})`, value("cost", tell.money)],
      ...(gates.every((each) => each === null) ? [] : [[tell.say("longest_wait"), way(...gates.map((each) => (each === null ? null : each.wait)), (wait) => tell.say("minutes", { min: tell.money(wait) }))]]),
      [tell.say("identifier"), post.site],
    ]);
    if (one.kind === "moved") { box.append(make("p", { class: "under" }, tell.say("moved_from_to", { from: one.old.name || one.old.site, to: one.new.name || one.new.site }))); }
    return box;
  }
  function areaPopup(area) {
    const pairs = data.resources.flatMap((resource, at) => {
      if (!resource.shown) { return []; }
      const of = (one) => one.gaps.rows.find((row) => row.area !== null && one.areas[row.area] === area);
      const covered = (row) => (row === undefined ? undefined : row.all.people - lostOf(row.all, at));
      const shown = compared ? way(...plans.map((one) => covered(of(one))), tell.people) : way(undefined, covered(of(plan())), tell.people);
      return [[tell.say("covered_by", { label: tell.own(resource.label) }), shown]];
    });
    return popup(area.name || area.id, "", [[tell.say("people"), tell.people(area.people)], ...pairs]);
  }

  /* One map, and a second one when both plans are shown side by side. */
  const stages = [];
  const bindArea = (area, layer) => named(layer.bindPopup(() => areaPopup(area), popupOptions), area);
  const makeOne = (one) => makeStage(one, data, tell, period, {
    bindArea,
    bindSite: (site, circle) => named(circle.bindPopup(() => sitePopup(site), popupOptions), site),
  });
  const stage = makeOne(map);
  stages.push(stage);
  const lookOf = (side) => (post) => {
    const kind = compared ? standing.get(post.key).kind : "kept";
    const isMuted = compared && side === "old" && (kind === "kept" || kind === "changed");
    return {
      picture: compared ? changeSign(kind, post, SIGN_SIZE, side) : sign(post.resource, SIGN_SIZE, post.number),
      first: kind !== "kept", muted: isMuted,
      name: (others) => {
        const label = tell.say("post_label", { label: tell.own(data.resources[post.resource].label), name: nameOfPost(post) });
        const full = kind === "kept" ? label : tell.say("label_stands", { label, standing: tell.say(`stands_${kind}`) });
        return others.length === 0 ? full : tell.say("label_more", { posts: tell.say("bunch", { posts: others.length + 1 }), label: full, others: others.map((each) => each.number || each.name || each.site).join(", ") });
      },
    };
  };
  const chosen = new Map(); // by stage: what the post that is chosen reaches
  const choose = (one, post) => {
    chosen.get(one).clearLayers();
    state.post = post;
    if (post !== null && post.reach.length > 0) {
      chosen.get(one).addLayer(L.polygon(polygonPositions(post.reach), one.inPane("chosen", {
        color: inkOf("ink"), weight: 2, fillColor: look(post.resource).colour, fillOpacity: 0.22, interactive: false,
      })));
    }
    if (post !== null) { state.announce(tell.say("shown", { name: nameOfPost(post) })); }
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("tr[data-post]"))) {
      row.classList.toggle("chosen", post !== null && row.dataset.post === post.key);
    }
  };
  /* on a slider one layer of people not covered shows them of each plan in turn */
  const shared = new Map(compared ? [] : data.resources.flatMap((_, at) => missingGroups(data.resources, at).map(([, bit, kind]) => [bit, placesLayer(null, kind, "missing-new")])));
  const sideOf = (one, shown, side) => makeSide(one.map, { ...shown, closures: shown.ownClosures }, side, one.inPane, {
    look_: lookOf(side), popupOptions, shared,
    popupOf: (post, others) => (others.length === 0 ? postPopup(post) : bunchPopup([post, ...others].map((each) => ({ ...each })), (each, opener) => showPost(each.key, opener))),
    onOpen: (post) => choose(one, post), onClose: () => choose(one, null),
  });
  const built = new Map(); // the layers of a plan are made once for a map
  const sideFor = (one, at, side) => {
    const key = `${stages.indexOf(one)} ${at} ${side} ${period}`;
    if (!built.has(key)) { built.set(key, sideOf(one, plans[at], side)); }
    const found = built.get(key);
    found.speak();
    return found;
  };

  /* The legend speaks for all maps: its boxes switch a layer on each of them. */
  const entries = [];
  const switches = new Map();
  const switchOf = (key, set) => {
    if (!switches.has(key)) {
      const put = set || ((one, is) => one.set(key, is));
      switches.set(key, new (L.Layer.extend({
        onAdd() { for (const one of stages) { put(one, true); } },
        onRemove() { for (const one of stages) { put(one, false); } },
      }))());
    }
    return switches.get(key);
  };
  const shownOn = (layerOf) => (one, is) => { if (is) { one.map.addLayer(layerOf(one)); } else { one.map.removeLayer(layerOf(one)); } };
  const usual = new Set(); // what is hidden until the reader asks for it
  const offerAll = () => {
    entries.length = 0;
    usual.clear();
    usual.add("sites");
    data.resources.forEach((resource, position) => {
      const { colour, dash } = look(position);
      const offer = (group, swatch) => entries.push({ group, key: `${group}-${resource.id}`, layer: switchOf(`${group}-${resource.id}`), swatch, words: () => "" });
      if (plans.some((one) => one.posts.some((post) => post.resource === position))) { offer("posts", () => sign(position, 20, null)); }
      if (plans.some((one) => one.reach[position].length > 0)) { offer("reach", () => patch(colour, REACH_OPACITY, colour, dash)); }
      for (const [group, bit, kind] of missingGroups(data.resources, position)) {
        if (!resource.shown || !plans.some((one) => one.missing.m.some((mask) => missingAt(mask, bit)))) { continue; }
        offer(group, () => missingSwatch(kind, hasGround(last.missing)));
        if (position !== data.main) { usual.add(`${group}-${resource.id}`); }
      }
    });
    if (plans.some((one) => one.ownClosures.length > 0)) {
      entries.push({ group: "plan", key: "closures", layer: switchOf("closures"),
        swatch: () => patch(inkOf("closure"), 0.14, inkOf("closure"), "3 4"), words: () => tell.say("layer_closures") });
    }
    (last.barriers || []).forEach((kind, number) => {
      entries.push({ group: "plan", key: `barrier-${kind.id}`, layer: switchOf(`barrier-${kind.id}`),
        swatch: () => barSwatch(inkOf("closure"), number), words: () => tell.own(kind.label) });
    });
    for (const entry of stage.entries()) { entries.push({ ...entry, layer: switchOf(entry.key) }); }
    entries.push({ group: "plan", key: "names", layer: switchOf("names", shownOn((one) => names.get(one))), swatch: () => letterSwatch(), words: () => tell.say("layer_names") });
    if (compared && hasGains(data, plans, tell)) {
      entries.push({ group: "plan", key: "gains", layer: switchOf("gains", shownOn((one) => gains.get(one).group)),
        swatch: () => swatch(drawn("path", { d: "M7 4 12 13H2Z", fill: "currentColor", class: "gained" }), drawn("path", { d: "M21 14 26 5H16Z", fill: "currentColor", class: "lost" })),
        words: () => tell.say("layer_gains") });
    }
  };
  /* Every layer is on the maps that is offered and not hidden. */
  const showOffered = () => {
    const on = new Set(entries.filter(({ key }) => !state.hidden.has(key)).map(({ layer }) => layer));
    for (const layer of switches.values()) { if (!on.has(layer)) { map.removeLayer(layer); } }
    for (const layer of on) { map.addLayer(layer); }
  };

  /* Names, gains and moves of each map. */
  const names = new Map();
  const gains = new Map();
  const namesOf = (one, shown) => {
    const taken = { boxes: () => [...one.boxes(), ...(gains.has(one) ? gains.get(one).boxes() : [])] };
    return makeLabels(one.map, { ...shown, gaps: { rows: [] } }, tell, taken, () => one.shownPosts(split), (key) => !state.hidden.has(key));
  };
  /* a name of a post stands where its sign is seen: not on the other side of the handle */
  const split = () => (compared && !isApart() ? swipe.edge() : null);
  let named_ = "";
  const nameAgain = () => {
    const now = `${stage.shownPosts(split).map((post) => post.site)}`;
    if (now !== named_) { names.get(stage).renew(false); }
    named_ = now;
  };
  const moves = new Map();
  const name = (one) => {
    const old = names.get(one);
    const layer = namesOf(one, compared ? last : plan());
    names.set(one, layer);
    if (old !== undefined && one.map.hasLayer(old)) { one.map.removeLayer(old).addLayer(layer); }
  };
  const furnish = (one) => {
    if (!chosen.has(one)) { chosen.set(one, L.layerGroup().addTo(one.map)); }
    if (compared) {
      if (moves.has(one)) { moves.get(one).remove(); }
      moves.set(one, moveLines(data, one.inPane).addTo(one.map));
      if (!gains.has(one)) { gains.set(one, makeGains(one.map, one.inPane, data, plans, tell, one.boxes)); }
    }
    name(one);
  };
  furnish(stage);
  offerAll();
  for (const key of usual) { state.hidden.add(key); }
  const arrangeOne = (one) => {
    one.arrange();
    if (gains.has(one)) { gains.get(one).arrange(state.resource); }
    names.get(one).renew(false);
  };
  state.arrange = () => { for (const one of stages) { arrangeOne(one); } };

  const legend = makeLegend(map, last, tell, state, entries);
  const controls = makeControls(map, data, tell, () => view.showAll());
  const narrow = window.matchMedia("(max-width: 800px)");

  /* A post, wherever it stands: the side that has it comes into view. */
  function openAt(one, side, marker, place, opener) {
    const zoomTo = Math.max(one.map.getZoom(), 15);
    legend.giveWay();
    const middle = one.map.project(place, zoomTo).subtract([one === stage ? legend.shift() / 2 : 0, Math.min(110, one.map.getSize().y / 5)]);
    one.map.setView(one.map.unproject(middle, zoomTo), zoomTo, { animate: false });
    if (compared && !isApart() && side !== null) { swipe.uncover(side, one.map.latLngToContainerPoint(place).x); }
    const frame = one.map.getContainer();
    if (frame.getBoundingClientRect().bottom < 120 || frame.getBoundingClientRect().top < 0) { frame.scrollIntoView({ block: "start" }); }
    state.opener = opener;
    marker.openPopup();
    const content = /** @type {HTMLElement} */ (frame.querySelector(".popup"));
    if (content) { content.focus({ preventScroll: true }); }
  }
  function showPost(key, opener) {
    const side = compared && !plans[1].posts.some((post) => post.key === key) ? "old" : "new";
    const one = isApart() && side === "new" ? stages[1] : stage;
    const marker = one.sides.get(side).markers.get(key);
    const post = one.sides.get(side).plan.posts.find((each) => each.key === key);
    reveal(`posts-${data.resources[post.resource].id}`);
    openAt(one, side, marker, [post.at[1], post.at[0]], opener);
  }
  function showArea(area, opener) {
    reveal("areas");
    const layer = stage.areaLayer(area);
    if (area.shape.length > 0) { openAt(stage, null, layer, layer.getBounds().getCenter(), opener); }
  }
  function showCandidate(site, opener) {
    reveal("sites");
    openAt(stage, null, stage.siteLayer(site), [site.at[1], site.at[0]], opener);
  }
  function reveal(key) {
    if (state.hidden.delete(key)) {
      map.addLayer(entries.find((entry) => entry.key === key).layer);
      state.arrange();
      legend.draw();
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    for (const one of stages) { one.map.closePopup(); }
    if (state.opener && document.contains(state.opener)) { state.opener.focus(); }
    state.opener = null;
  });
  const listen = (one) => {
    one.map.on("popupopen", (event) => {
      const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (close) { close.setAttribute("aria-label", tell.say("close")); }
      one.map.getContainer().classList.add("open");
      legend.makeRoom(event.popup);
    });
    one.map.on("popupclose", () => one.map.getContainer().classList.remove("open"));
    afterZoom(one.map, () => arrangeOne(one));
  };
  listen(stage);

  const firstShare = () => {
    const asked = Number(address().get("swipe"));
    return address().has("swipe") && asked >= 0 && asked <= 100 ? asked : 50;
  };
  /* Two plans: the handle, or a second map that moves with the first. */
  const swipe = compared ? makeSwipe(map, tell, firstShare(), (share) => {
    keep("swipe", Math.round(share) === 50 ? null : String(Math.round(share)));
    window.setTimeout(nameAgain);
  }) : null;
  if (compared) { map.on("moveend", nameAgain); }
  const isApart = () => stages.length > 1 && document.body.classList.contains("apart");
  const follow = (leader, follower) => leader.on("move zoomend", () => {
    if (!isApart() || follow.isBusy) { return; }
    follow.isBusy = true;
    follower.setView(leader.getCenter(), leader.getZoom(), { animate: false });
    follow.isBusy = false;
  });
  follow.isBusy = false;
  function second() {
    if (stages.length > 1) { return; }
    const place = make("div", { class: "folium-map second" });
    map.getContainer().after(place);
    document.body.classList.add("apart");
    const other = L.map(place, { ...map.options, center: map.getCenter(), zoom: map.getZoom(), zoomControl: false, attributionControl: false });
    const one = makeOne(other);
    stages.push(one);
    furnish(one);
    listen(one);
    for (const { key } of entries) { if (!state.hidden.has(key)) { switches.get(key).onAdd(); } }
    place.append(make("span", { class: "side only" }));
    map.getContainer().append(make("span", { class: "side only" }));
    follow(map, other);
    follow(other, map);
  }
  const setApart = (is) => {
    for (const one of stages) { one.map.closePopup(); }
    if (is) { second(); }
    document.body.classList.toggle("apart", is);
    swipe.set(!is);
    stage.setSide("old", sideFor(stage, 0, "old"));
    stage.setSide("new", is ? null : sideFor(stage, 1, "new"));
    if (stages.length > 1) { stages[1].setSide("new", is ? sideFor(stages[1], 1, "new") : null); }
    for (const one of stages) { one.map.invalidateSize({ animate: false }); }
    if (is) { legend.giveWay(); }
    view.showAll();
    if (is) { stages[1].map.setView(map.getCenter(), map.getZoom(), { animate: false }); }
    state.arrange();
    keep("view", is ? "apart" : null);
    speakControls();
  };

  /* Many plans: a slider, and all that is said follows it. */
  const range = /** @type {HTMLInputElement} */ (make("input", { type: "range", id: "slider", min: 0, max: plans.length - 1, step: 1 }));
  const setAt = (at) => {
    state.at = at;
    stage.setSide("new", sideFor(stage, at, "new"));
    stage.arrange();
    names.get(stage).renew(false);
    drawHead();
    speakPlan();
    speakControls();
    keep("at", at === 0 ? null : String(at));
  };
  range.addEventListener("input", () => setAt(Number(range.value)));
  const bar = make("div", { id: "states" });
  byId("top").append(bar);
  function speakControls() {
    if (compared) {
      const button = (word, is) => make("button", { type: "button", "data-view": word, "aria-pressed": String(isApart() === is), onclick: () => {
        setApart(is);
        /** @type {HTMLElement} */ (bar.querySelector(`[data-view="${word}"]`)).focus();
      } }, tell.say(`view_${word}`));
      bar.replaceChildren(make("div", { class: "views", role: "group", "aria-label": tell.say("views") }, button("swipe", false), button("apart", true)));
      swipe.speak();
      for (const [i, place] of [...document.querySelectorAll(".side.only")].entries()) { place.textContent = tell.say(i === 0 ? "before" : "after"); }
      return;
    }
    const { by, values, resource } = data.slider;
    const write = (value) => (by === "covered" ? tell.people(value) : by === "units" ? `${tell.people(value)} ${tell.counted(value, data.resources[resource].unit)}`
      : `${tell.money(value)} ${tell.own(plan().budget.unit)}`);
    const label = tell.say(`slider_${by}`, { label: by === "units" ? tell.own(data.resources[resource].label) : "" });
    const told = write(values[state.at]);
    range.value = String(state.at);
    range.setAttribute("aria-valuetext", told);
    const output = make("output", { for: "slider" }, told);
    if (range.isConnected) {
      bar.querySelector("label").textContent = label;
      bar.querySelector("output").replaceWith(output);
    } else {
      bar.append(make("div", { class: "sliderhead" }, make("label", { for: "slider" }, label), output), range, make("div", { class: "ends" }), make("p", { class: "under" }));
    }
    const end = (value) => make("span", { "aria-hidden": "true" }, write(value));
    bar.querySelector(".ends").replaceChildren(end(values[0]), make("span", null, tell.say("slider_at", { n: tell.people(state.at + 1), all: tell.people(values.length) })), end(values[values.length - 1]));
    bar.querySelector(".under").textContent = stepInWords(plans, state.at, tell);
  }
  state.choose = (tab) => {
    state.tab = tab;
    state.showTab();
    byId("panel").scrollTop = 0;
    keep("tab", tab);
  };
  function speakPlan() {
    const panel = byId("panel");
    const opened = new Map([.../** @type {NodeListOf<HTMLDetailsElement>} */ (panel.querySelectorAll("details"))].map((one) => [one.dataset.fold, one.open]));
    const isOpen = (key, first) => (opened.has(key) ? opened.get(key) : first);
    if (!compared) {
      state.showTab = () => {};
      panel.replaceChildren(overview(plan(), tell, state, { show: (post, opener) => showPost(post.key, opener), showArea, showCandidate, showSheet: null, isOpen }));
      panel.append(printing.controls());
      fitTables(panel);
      return;
    }
    const again = (position) => {
      state.resource = position;
      speakPlan();
      state.arrange();
      byId("of-resource").focus();
    };
    tabbed(panel, [
      ["changes", "tab_changes", differenceView(data, plans, tell, standing, showPost, isOpen)],
      ["areas", "tab_areas", areasView(data, plans, state.resource, tell, showArea, again, isOpen)],
      ["figures", "tab_figures", figuresView(data, plans, tell, isOpen)],
    ], tell, state);
    panel.append(printing.controls());
  }
  function speak(language) {
    tell.use(language);
    drawHead();
    stages.forEach((one, i) => one.map.getContainer().setAttribute("aria-label", stages.length === 1 ? tell.say("map") : tell.say(i === 0 ? "map_before" : "map_after")));
    speakPlan();
    speakControls();
    legend.draw();
    controls.speak();
    for (const side of built.values()) { side.speak(); }
    for (const one of stages) { names.get(one).renew(true); }
    view.again();
    for (const one of stages) { one.map.eachLayer((layer) => { if (layer instanceof L.Popup) { layer.update(); } }); }
  }
  byId("panel").tabIndex = -1;
  byId("skip").addEventListener("click", () => byId("panel").focus());
  const arrange = () => {
    const onPaper = document.documentElement.classList.contains("paper");
    const frames = stages.map((one) => one.map.getContainer());
    if (narrow.matches || onPaper) { byId("panel").before(...frames); } else { byId("panel").after(...frames); }
    for (const one of stages) { one.map.invalidateSize({ animate: false }); }
  };
  window.addEventListener("beforeprint", () => {
    theme.paper(true);
    sharpen(stages.map((one) => one.map), 2);
    if (isApart()) { legend.leave(byId("panel")); } // two maps leave no room for it
    printing.begin();
    state.arrange();
    paintNow();
  });
  window.addEventListener("afterprint", () => {
    theme.paper(false);
    sharpen(stages.map((one) => one.map), 1);
    if (isApart()) { legend.back(); }
    printing.end();
    state.arrange();
  });
  /* Another period: what is shown is exchanged under the same panel, legend and controls. */
  function turn(at) {
    if (at === period) { return; }
    for (const one of stages) { one.map.closePopup(); }
    const switched = entries.map(({ key }) => key).filter((key) => usual.has(key) !== state.hidden.has(key));
    period = at;
    keep("period", at === null ? null : String(at));
    take();
    if (!data.resources[state.resource].shown) { state.resource = data.main; }
    for (const one of stages) {
      one.lay(period);
      for (const side of [...one.sides.keys()]) { one.setSide(side, sideFor(one, compared ? SIDES.indexOf(side) : state.at, side)); }
      furnish(one);
    }
    offerAll();
    state.hidden.clear();
    for (const key of usual) { state.hidden.add(key); }
    for (const key of switched) { if (!state.hidden.delete(key)) { state.hidden.add(key); } }
    showOffered();
    drawHead();
    speakPlan();
    speakControls();
    legend.draw();
    state.arrange();
    state.announce(tell.pair(choice.inWords(period), headline(plan(), tell)));
  }
  /* the ground of all periods, so that each is first seen in the same view */
  const ground = page.parts === undefined ? [last] : page.parts.map((part) => part.states[part.states.length - 1]);
  const everything = { ...last, areas: page.areas, posts: page.posts, reach: ground.flatMap((one) => one.reach) };
  const view = makeView(map, everything, legend);
  const when = () => (period === null ? [] : [choice.inWords(period)]);
  const printing = makePrinting(map, tell, {
    arrange, view, maps: () => stages.map((one) => one.map),
    subjects: () => (compared ? [["changes", "tab_changes"], ["areas", "tab_areas"], ["figures", "tab_figures"]] : [["overview", "tab_overview"]]),
    told: () => (compared ? [[...when(), last.plan], ...plans.map((one, at) => [tell.say(at === 0 ? "before" : "after"), ...sheetFacts(one.sheet)])]
      : [[...when(), last.plan, ...sheetFacts(plan().sheet)]]),
  });
  speak(fromAddress());
  narrow.addEventListener("change", () => { arrange(); view.begin(); });
  window.addEventListener("resize", () => { for (const place of document.querySelectorAll("#panel, .legend")) { fitTables(place); } });
  document.addEventListener("toggle", (event) => fitTables(event.target), true);
  onAddress(() => { if (choice !== null) { turn(choice.asked()); } if (fromAddress() !== tell.language) { speak(fromAddress()); } theme.again(); });
  arrange();
  view.begin();
  if (compared) {
    stage.setSide("old", sideFor(stage, 0, "old"));
    stage.setSide("new", sideFor(stage, 1, "new"));
  } else {
    stage.setSide("new", sideFor(stage, state.at, "new"));
  }
  showOffered();
  state.arrange();
  if (compared && address().get("view") === "apart") { setApart(true); }
  document.documentElement.classList.add("ready");
}
