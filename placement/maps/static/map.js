/* The map: layers from below to above, markers, popups, the legend, the language, printing. */

/* On which side of its ring each time stands, so that none lies on another. */
/** @type {[L.Direction, number, number][]} */
const RING_SIDES = [["bottom", 0, -1], ["right", 1, 1], ["left", 1, -1], ["top", 0, 1]];
const PANES = ["background", "water", "areas", "reach", "streets", "closures", "route", "labels", "leaders", "chosen", "ways", "sites"];

async function showPlan(map) {
  const page = readPage();
  const tell = speaker(page);
  const byId = (id) => document.getElementById(id);
  const state = {
    sorting: page.resources.map(() => ({ key: "number", down: false })), sought: "", post: null,
    announce: (text) => { byId("said").textContent = text; },
    hidden: new Set(), offered: new Set(), at: 0, folded: null, opener: null, gate: null, tab: "overview", choose: null, showTab: null,
  };
  const day = page.parts === undefined ? null : makeDay(page, tell, (at) => turn(at));
  /* what is shown: the plan, or a period of its day; all modules read it when they draw */
  const data = day === null ? page : { ...page, ...day.part(day.asked()) };
  if (day !== null) { state.at = day.asked(); }

  /* The language and the tab stand in the address, so that a link keeps them. */
  const fromAddress = () => firstLanguage(data.languages, address().get("lang"));
  languageButtons(byId("language"), data.languages, (code) => { keep("lang", code); speak(code); });
  const theme = makeTheme(() => [map], byId("theme"), () => { legend.draw(); on.names.renew(false); });
  function drawHead() {
    speakHead(data, tell, { title: tell.own(data.title), kicker: tell.say(day === null ? "kicker" : "day"), skip: tell.say("skip") });
    drawStatus(byId("status"), data, tell);
    if (day !== null) { day.speak(state.at); }
  }
  tell.use(fromAddress());
  drawHead();
  await headIsSeen();

  for (const { posts } of [page, ...(page.parts || [])]) {
    for (const post of posts) { post.key = `${post.site}/${page.resources[post.resource].id}`; }
  }

  const frame = map.getContainer();
  const inPane = makePanes(map, PANES);

  /** @type {L.PopupOptions} */
  const popupOptions = { maxWidth: 300, minWidth: 220, autoPanPadding: [16, 16] };
  /* What opened since the agreed plan wears a plus; what closed has a layer of its own. */
  const variant = makeVariant(page);
  const trial = { variant, counter: makeCounter(page, variant), whole: page };
  const moved = new Map((data.rules.changes === null ? [] : data.rules.changes.opened).map((post) => [post.key, post]));
  const { popup, bunchPopup, postPopup, movePopup, sitePopup, areaPopup } = makePopups(data, tell, moved, { drawWays, showQueue, showWay: (...way) => showWay(...way), showSheet: (...one) => sheets.show(...one), tryOut, isTried: () => !variant.isPlan() });

  const streets = data.streets === null ? null : streetLayer(data.streets, "streets");
  const background = groundLayer(data.background);
  const everything = { popup, bunchPopup, postPopup, movePopup, sitePopup, areaPopup };
  const entries = []; // of the legend: those of what is shown
  const built = new Map(); // the layers of a period are made once
  let on = null;
  const lay = () => {
    if (!built.has(state.at)) {
      const layers = planLayers(map, data, tell, state, { inPane, popupOptions, popups: everything, moved, variant, shared: { streets, background }, choose, showPost });
      const swap = (key, layer) => {
        const entry = layers.entries.find((one) => one.key === key);
        if (entry === undefined) { return null; }
        const old = entry.layer;
        entry.layer = layer;
        if (old !== layer && map.hasLayer(old)) { map.removeLayer(old).addLayer(layer); }
        return old;
      };
      /* What if: a variant is drawn in place of the plan, and its changes stand in the address. */
      const trying = drawVariant(map, data, tell, trial, { inPane, swap, signs: layers.signs, popupOptions, tryPopup: sitePopup });
      built.set(state.at, { ...layers, trying });
    }
    on = built.get(state.at);
    entries.splice(0, entries.length, ...on.entries);
  };

  state.arrange = () => {
    on.spread.arrange();
    on.names.renew(false);
  };

  /* The area within the limit of the chosen post, and its row. */
  const chosen = L.layerGroup().addTo(map);
  function choose(post) {
    chosen.clearLayers();
    state.post = post;
    keep("post", post === null ? null : post.key);
    if (post !== null) { state.announce(tell.say("shown", { name: postName(post) })); }
    if (post !== null && data.lanes !== null && data.lanes.gates.some((gate) => gate.key === post.key)) {
      state.gate = post.key;
      state.drawQueue();
    }
    if (post !== null && post.reach.length > 0) {
      const { colour } = look(post.resource);
      chosen.addLayer(L.polygon(polygonPositions(post.reach), inPane("chosen", {
        color: inkOf("ink"), weight: 2, fillColor: colour, fillOpacity: 0.22, interactive: false,
      })));
      const limit = data.resources[post.resource].limit_s;
      const rings = [[limit, post.reach], ...post.rings].filter(([, shape]) => shape.length > 0);
      rings.forEach(([seconds, shape], i) => {
        const places = polygonPositions(shape);
        if (seconds < limit) {
          chosen.addLayer(L.polygon(places, inPane("chosen", {
            color: inkOf("ink"), weight: 1.4, dashArray: ringDash(seconds), fill: false, interactive: false,
          })));
        }
        const [direction, axis, sign] = RING_SIDES[i % RING_SIDES.length];
        const end = places.flat(2).reduce((best, place) => (sign * place[axis] > sign * best[axis] ? place : best));
        chosen.addLayer(L.tooltip(end, { permanent: true, direction, className: "minutes", interactive: false, pane: "sites" })
          .setContent(make("span", null, tell.say("minutes", { min: tell.minutes(seconds) }))));
      });
    }
    mark();
  }
  /* Which way to walk: drawn while its popup is open. */
  const ways = L.layerGroup().addTo(map);
  function drawWays(rows, position) {
    ways.clearLayers();
    for (const row of rows) {
      for (const layer of wayLayers(positions(row.way.line), look(position).shade, inPane("ways", {}))) { ways.addLayer(layer); }
    }
  }
  const showWay = (row, position, opener) => {
    const places = positions(row.way.line);
    const start = places[data.resources[position].outward ? places.length - 1 : 0];
    openAt(L.popup(popupOptions).setLatLng(start).setContent(() => popup(nameOfWalk(data, row, tell),
      tell.own(data.resources[position].label), wayFacts(data, row, position, tell))), start, opener);
    drawWays([row], position);
  };
  function mark() {
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("tr[data-post]"))) {
      row.classList.toggle("chosen", Boolean(state.post) && row.dataset.post === state.post.key);
    }
  }
  function reveal(key) {
    if (state.hidden.delete(key)) {
      map.addLayer(entries.find((entry) => entry.key === key).layer);
      state.arrange();
      legend.draw();
    }
  }
  function openAt(layer, place, opener) {
    const zoomTo = Math.max(map.getZoom(), 15);
    legend.giveWay();
    /* to the middle of what the legend leaves free, and low enough for a popup above */
    const middle = map.project(place, zoomTo).subtract([legend.shift() / 2, Math.min(110, map.getSize().y / 5)]);
    map.setView(map.unproject(middle, zoomTo), zoomTo, { animate: false });
    if (frame.getBoundingClientRect().bottom < 120 || frame.getBoundingClientRect().top < 0) {
      frame.scrollIntoView({ block: "start" });
    }
    if (layer instanceof L.Popup) { layer.openOn(map); } else { layer.openPopup(); }
    state.opener = opener;
    const content = frame.querySelector(".popup");
    if (content) { content.focus({ preventScroll: true }); }
  }
  const showPost = (post, opener) => {
    reveal(`posts-${data.resources[post.resource].id}`);
    openAt(on.markers.get(post.key), [post.at[1], post.at[0]], opener);
  };
  /* A post named by a rule: open, closed since the agreed plan, or only a candidate. */
  const showSite = (post, opener) => {
    const open = data.posts.find((one) => one.key === post.key);
    if (open !== undefined) { showPost(open, opener); return; }
    if (on.closedMarkers.has(post.key)) { reveal("closed"); }
    openAt(on.closedMarkers.get(post.key) || L.popup(popupOptions).setLatLng([post.at[1], post.at[0]])
      .setContent(() => movePopup(post)), [post.at[1], post.at[0]], opener);
  };
  const showArea = (area, opener) => {
    reveal("areas");
    const layer = on.areaLayers.get(area);
    if (area.shape.length > 0) { openAt(layer, layer.getBounds().getCenter(), opener); }
  };
  const showCandidate = (site, opener) => {
    reveal("sites");
    openAt(on.candidateLayers.get(site), [site.at[1], site.at[0]], opener);
  };
  /* The tab of lanes, with the queue of this gate. */
  function showQueue(post) {
    state.gate = post.key;
    state.choose("lanes");
    state.drawQueue();
    byId("tab-lanes").focus();
    if (narrow.matches) { byId("panel").scrollIntoView({ block: "start" }); }
  }
  const variantBar = makeVariantBar(data, tell, trial, state);
  byId("status").after(variantBar.box);
  const drawTried = () => {
    on.trying.draw();
    /* names of areas say who is not covered in what is drawn */
    data.gaps.tried = variant.isPlan() ? null : lostByArea(trial.counter, data.main);
    data.shut = closedNames(on.trying.closedStreets());
    const named_ = JSON.stringify([data.shut, data.gaps.rows.map((row) => lostNow(data, row))]);
    const row = entries.findIndex((one) => one.key === "shut");
    if (row >= 0) { entries.splice(row, 1); }
    if (data.shut.length > 0) { entries.push({ group: "plan", key: "shut", layer: on.trying.shut, swatch: closedSwatch, words: () => tell.say("layer_shut") }); }
    const marked = on.trying.marks().map(([, words]) => words).join();
    if (row >= 0 !== data.shut.length > 0 || on.marked !== marked) { inOwnFrame(legend.draw); }
    on.marked = marked;
    if (on.named !== named_) { on.names.renew(true); }
    on.named = named_;
    for (const rename of on.renamings) { rename(); }
    on.trying.rename();
    variantBar.draw();
    sheets.draw();
  };
  variant.onChange(() => {
    paintLater();
    keep("if", variant.changes.size === 0 ? null : variant.text());
    keep("shut", variant.streets);
    drawTried();
    if (state.drawWhatIf) { state.drawWhatIf(); }
    state.announce(saidOfVariant(data, tell, trial));
    map.eachLayer((layer) => { if (layer instanceof L.Popup) { layer.update(); } });
  });
  const isKnown = (key) => {
    if (page.posts.some((post) => post.key === key)) { return true; }
    if (data.what_if === null) { return false; }
    const means = meansOf(data, trial.counter.model());
    const [site, resource] = [key.slice(0, key.lastIndexOf("/")), means.findIndex((one) => one.id === key.slice(key.lastIndexOf("/") + 1))];
    return (resource >= 0 && trial.counter.model().places.some((place) => place.site === site && trial.counter.model().options[resource].status[place.column] > 0));
  };
  const readVariant = () => {
    if (data.what_if === null) { return; }
    const text = address().get("if");
    const streets = closedTogether(data.what_if, address().getAll("shut"));
    if ((text || "") === variant.text() && `${streets}` === `${variant.streets}`) { return; }
    variant.show(variant.read(text, isKnown), streets);
  };
  const showKey = (key, opener) => {
    /* a post that does not serve in this period is shown in one in which it does */
    const other = (page.parts || []).findIndex(({ posts }) => posts.some((one) => one.key === key));
    if (other >= 0 && !data.posts.some((one) => one.key === key)) { turn(other); }
    const post = data.posts.find((one) => one.key === key);
    if (post !== undefined) { showPost(post, opener); return; }
    const site = key.slice(0, key.lastIndexOf("/"));
    const candidate = data.sites.find((one) => one.site === site);
    if (candidate !== undefined) { showCandidate(candidate, opener); } else { showPost(data.posts.find((one) => one.site === site), opener); }
  };
  function tryOut(place) {
    return data.what_if === null ? [] : tryButtons(data, tell, trial, place);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    if (sheets.isOpen() && frame.querySelector(".leaflet-popup") === null) { sheets.close(); return; }
    map.closePopup();
    if (state.opener && document.contains(state.opener)) { state.opener.focus(); }
    state.opener = null;
  });
  map.on("popupopen", (event) => {
    const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) { close.setAttribute("aria-label", tell.say("close")); }
    frame.classList.add("open");
    legend.makeRoom(event.popup);
  });
  map.on("popupclose", () => { frame.classList.remove("open"); ways.clearLayers(); });

  /* Another period: what is shown is exchanged under the same panel, legend and tools. */
  function turn(at) {
    if (at === state.at) { return; }
    map.closePopup();
    for (const { layer } of on.entries) { if (layer !== streets) { map.removeLayer(layer); } }
    on.spread.arrange();
    map.removeLayer(on.trying.own);
    state.at = at;
    trial.counter.at = at;
    keep("at", at === page.slider.first ? null : String(at));
    Object.assign(data, day.part(at));
    state.gate = null;
    lay();
    map.addLayer(on.trying.own);
    addLayers();
    sheets.renew();
    drawTried();
    drawHead();
    drawAll();
    resize();
    state.announce(tell.pair(periodInWords(page.slider.values[at], tell), headline(data, tell)));
  }

  if (day !== null) { trial.counter.at = state.at; }
  lay();
  const sheets = makeSheets(byId("panel"), data, tell, state, trial, { showPost, showArea, showWay });
  const legend = makeLegend(map, data, tell, state, entries, () => [
    ...moveMarks(data, tell, "mark_opened", [...moved.values()].map((post) => post.resource), true), ...on.trying.marks()]);

  const controls = makeControls(map, data, tell, () => view.showAll());
  const tools = makeTools(map, data, tell, {
    shows: { showPost, showArea, showCandidate }, options: inPane("ways", {}), announce: state.announce, date: () => printing.date(),
  });

  /* All that follows the period. */
  function drawAll() {
    drawPanel(byId("panel"), data, tell, state, {
      show: showPost, showArea, showSite, showCandidate, showWay, showKey, showSheet: sheets.show, trial, ticks: legend.extra,
      more: day === null ? [] : [day.section(state.at, data, showArea)],
    });
    byId("panel").append(printing.controls());
    sheets.draw();
    mark();
    legend.draw();
  }
  function speak(language) {
    tell.use(language);
    drawHead();
    frame.setAttribute("aria-label", tell.say("map"));
    drawAll();
    view.again();
    for (const rename of on.renamings) { rename(); }
    on.trying.rename();
    variantBar.draw();
    on.names.renew(true);
    controls.speak();
    tools.speak();
    map.eachLayer((layer) => { if (layer instanceof L.Popup) { layer.update(); } });
  }

  state.choose = (tab) => {
    sheets.leave();
    state.tab = tab;
    state.showTab();
    byId("panel").scrollTop = 0;
    keep("tab", tab);
  };
  /* A post that the address names is shown, as if its row had been chosen. */
  const showAsked = () => {
    const post = data.posts.find((one) => one.key === address().get("post"));
    if (post !== undefined && post !== state.post) { showPost(post, null); }
  };
  onAddress(() => {
    if (day !== null) { turn(day.asked()); }
    state.tab = address().get("tab") || "overview";
    if (fromAddress() !== tell.language) { speak(fromAddress()); } else { state.showTab(); }
    theme.again();
    readVariant();
    sheets.read();
    showAsked();
  });
  byId("skip").addEventListener("click", () => { state.choose("overview"); byId("posts").focus(); });
  state.tab = address().get("tab") || "overview";

  const addLayers = () => { for (const entry of entries) { if (!state.hidden.has(entry.key)) { map.addLayer(entry.layer); } } };
  const resize = () => {
    shrinkCandidates(on.candidateLayers, map.getZoom());
    on.spread.arrange();
  };
  afterZoom(map, resize);
  window.addEventListener("beforeprint", () => {
    theme.paper(true);
    sharpen([map], 2);
    printing.begin();
    if (state.drawWhatIf) { state.drawWhatIf(); } // it may not have been opened yet
    state.arrange();
    paintNow();
  });
  window.addEventListener("afterprint", () => {
    theme.paper(false);
    sharpen([map], 1);
    printing.end();
    state.arrange();
  });
  const view = makeView(map, day === null ? data : day.whole, legend);
  const narrow = window.matchMedia("(max-width: 800px)");
  const arrange = () => {
    const onPaper = document.documentElement.classList.contains("paper");
    if (narrow.matches || onPaper) { byId("panel").before(frame); } else { byId("panel").after(frame); }
    map.invalidateSize({ animate: false });
  };
  const printing = makePrinting(map, tell, {
    arrange, view, maps: () => [map], told: () => [...(day === null ? [] : [[periodInWords(page.slider.values[state.at], tell)]]), [data.plan, ...sheetFacts(data.sheet)]], subjects: () => [["overview", "tab_overview"], ...state.subjects.filter(([key]) => key !== "overview")],
  });
  speak(fromAddress());
  narrow.addEventListener("change", () => { arrange(); view.begin(); });
  window.addEventListener("resize", () => { for (const place of document.querySelectorAll("#panel, .legend")) { fitTables(place); } });
  document.addEventListener("toggle", (event) => fitTables(event.target), true);
  arrange();
  view.begin();
  /* only now, so that every tile is painted once */
  addLayers();
  resize();
  on.names.renew(false);
  readVariant();
  sheets.read();
  showAsked();
  document.documentElement.classList.add("ready");
  if (data.what_if !== null) { whileIdle(trial.counter.ahead); }
}
