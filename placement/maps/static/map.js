/* The map: layers from below to above, markers, popups, the legend, the language, printing. */

const PANES = ["water", "areas", "reach", "streets", "missing", "closures", "route", "labels", "leaders", "chosen", "ways", "sites"];

function showPlan(map) {
  const data = JSON.parse(document.getElementById("plan-data").textContent);
  const tell = speaker(data);
  const byId = (id) => document.getElementById(id);
  const state = {
    sorting: data.resources.map(() => ({ key: "number", down: false })), sought: "", post: null,
    announce: (text) => { byId("said").textContent = text; },
    hidden: new Set(), folded: null, opener: null, gate: null, tab: "overview", choose: null, showTab: null,
  };
  data.posts.forEach((post) => { post.key = `${post.site}/${data.resources[post.resource].id}`; });

  const frame = map.getContainer();
  const inPane = makePanes(map, PANES);

  /** @type {L.PopupOptions} */
  const popupOptions = { maxWidth: 300, minWidth: 220, autoPanPadding: [16, 16] };
  const named = (layer, thing) => layer.bindTooltip(() => make("span", { dir: "auto" },
    thing.name || thing.site || thing.id), { direction: "top", offset: [0, -10], opacity: 1 });

  const renamings = []; // of the markers, when the language changes

  /* What opened since the agreed plan wears a plus; what closed has a layer of its own. */
  const variant = makeVariant(data);
  const trial = { variant, counter: makeCounter(data, variant) };
  const moved = new Map((data.rules.changes === null ? [] : data.rules.changes.opened).map((post) => [post.key, post]));
  const { popup, bunchPopup, postPopup, movePopup, sitePopup, areaPopup } = makePopups(data, tell, moved, { drawWays, showQueue, showWay: (...way) => showWay(...way), showSheet: (...one) => sheets.show(...one), tryOut });

  /* Layers, in the order of the legend. */
  const entries = [];
  const offer = (group, key, layer, swatch, words) => entries.push({ group, key, layer, swatch, words });

  const markers = new Map();
  const signs = [];
  data.resources.forEach((resource, position) => {
    const mine = data.posts.filter((post) => post.resource === position);
    if (mine.length === 0) { return; }
    const group = L.layerGroup();
    for (const post of mine) {
      const picture = sign(position, SIGN_SIZE, post.number);
      if (moved.has(post.key)) { picture.append(plusBadge()); }
      const marker = postMarker(post, picture, { zIndexOffset: 100 * (data.resources.length - position) });
      const name = () => {
        const element = marker.getElement();
        if (element) {
          const label = tell.say("post_label", { label: tell.own(resource.label), name: postName(post) });
          const full = variant.units(post.key) === 0 ? tell.say("label_tried_closed", { label })
            : moved.has(post.key) ? tell.say("label_opened", { label }) : label;
          element.setAttribute("aria-label", entry.others.length === 0 ? full
            : tell.say("label_more", { label: full, others: entry.others.map((one) => one.number).join(", ") }));
        }
      };
      const entry = { post, marker, name, others: [] };
      signs.push(entry);
      marker.on("add", name);
      renamings.push(name);
      marker.bindPopup(() => (entry.others.length === 0 ? postPopup(post) : bunchPopup([post, ...entry.others], showPost)), popupOptions);
      named(marker, post);
      marker.on("popupopen", () => choose(post)).on("popupclose", () => choose(null));
      markers.set(post.key, marker);
      group.addLayer(marker);
    }
    offer("posts", `posts-${resource.id}`, group, () => sign(position, 20, null));
  });

  data.resources.forEach((resource, position) => {
    if (data.reach[position].length === 0) { return; }
    const { colour, dash } = look(position);
    offer("reach", `reach-${resource.id}`, reachLayer(data.reach[position], position, inPane, "reach"), () => patch(colour, REACH_OPACITY, colour, dash));
  });

  data.resources.forEach((resource, position) => {
    const slow = position + data.resources.length;
    if (resource.shown && data.missing.m.some((mask) => missingAt(mask, slow))) {
      const key = `slow-${resource.id}`;
      offer("slow", key, missingLayer(data.missing, slow, missingKind(position, true), "missing"),
        () => missingSwatch(missingKind(position, true), hasGround(data.missing)));
      if (position !== data.main) { state.hidden.add(key); }
    }
    if (!resource.shown || !data.missing.m.some((mask) => missingAt(mask, position))) { return; }
    const key = `missing-${resource.id}`;
    offer("missing", key, missingLayer(data.missing, position, missingKind(position, false), "missing"),
      () => missingSwatch(missingKind(position, false), hasGround(data.missing)));
    if (position !== data.main) { state.hidden.add(key); }
  });

  const closedMarkers = new Map();
  const gone = data.rules.changes === null ? [] : data.rules.changes.closed.filter((post) => post.at !== null);
  if (gone.length > 0) {
    const group = L.layerGroup();
    for (const post of gone) {
      const marker = L.marker([post.at[1], post.at[0]], {
        icon: L.divIcon({
          className: "post gone", html: moveSign(post.resource, 28, false), iconSize: [28, 28], popupAnchor: [0, -12],
        }),
        keyboard: true, riseOnHover: true, zIndexOffset: -100,
      });
      const rename = () => {
        const element = marker.getElement();
        if (element) {
          const kind = post.resource === null ? post.kind : tell.own(data.resources[post.resource].label);
          element.setAttribute("aria-label", tell.say("label_closed", {
            label: tell.say("post_label", { label: kind, name: post.name || post.site }),
          }));
        }
      };
      renamings.push(rename);
      marker.on("add", rename);
      marker.bindPopup(() => movePopup(post), popupOptions);
      closedMarkers.set(post.key, named(marker, post));
      group.addLayer(marker);
    }
    offer("plan", "closed", group, () => swatchOf(moveSign(gone[0].resource, 18, false)), () => tell.say("layer_closed"));
  }

  /* Only drawn when asked for in the panel: what is reached sooner, and by several posts. */
  data.resources.forEach((resource, position) => {
    const { colour } = look(position);
    const label = () => tell.own(resource.label);
    for (const [seconds, shape] of data.rings[position].sooner) {
      if (shape.length === 0) { continue; }
      const layer = L.polygon(polygonPositions(shape), inPane("reach", {
        color: colour, weight: 2, dashArray: ringDash(seconds), fill: false, interactive: false,
      }));
      const key = `ring-${resource.id}-${seconds}`;
      offer("extra", key, layer, () => patch(colour, 0, colour, ringDash(seconds)),
        () => tell.say("ring", { label: label(), min: tell.minutes(seconds) }));
      state.hidden.add(key);
    }
    const { over } = data.rings[position];
    if (over.length > 0 && over[0].length > 0) {
      const group = L.layerGroup(over.map((shape) => L.polygon(polygonPositions(shape), inPane("reach", {
        color: colour, weight: 0.8, fillColor: colour, fillOpacity: 0.24, interactive: false,
      }))));
      const key = `over-${resource.id}`;
      offer("extra", key, group, () => patch(colour, 0.35, colour, ""), () => tell.say("over", { label: label() }));
      state.hidden.add(key);
    }
  });

  const candidateLayers = offerCandidates(data, tell, offer, inPane, (site, circle) => named(circle.bindPopup(() => sitePopup(site), popupOptions), site));
  if (data.sites.length > 0) { state.hidden.add("sites"); } // on request: they are many, and none is part of the plan
  const areaLayers = offerGround(data, tell, offer, inPane, (area, layer) => named(layer.bindPopup(() => areaPopup(area), popupOptions), area));

  offerBarriers(data, offer, tell, inPane, (way, layer, kind) => named(layer.bindPopup(() => popup(way.name, tell.own(kind.label), [
    [`${tell.say("cost")} (${tell.own(data.budget.unit)})`, tell.money(way.cost)], [tell.say("identifier"), way.id],
  ]), popupOptions), way));

  /* Signs pulled apart, names where they leave room; both follow what is shown. */
  const spread = makeSigns(map, signs, inPane("leaders", {}));
  const shown = (layer) => !state.hidden.has(layer);
  const shownPosts = () => signs.filter((one) => map.hasLayer(one.marker)).map(({ post, marker }) => {
    const at = map.project(marker.getLatLng(), 0);
    return { text: post.name || post.site, at: [at.x, at.y] };
  });
  const names = makeLabels(map, data, tell, spread, shownPosts, shown);
  offer("plan", "names", names, () => letterSwatch(), () => tell.say("layer_names"));
  state.arrange = () => {
    spread.arrange();
    names.renew(false);
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
      for (const [seconds, shape] of [...post.rings, [limit, post.reach]]) {
        if (shape.length === 0) { continue; }
        const places = polygonPositions(shape);
        if (seconds < limit) {
          chosen.addLayer(L.polygon(places, inPane("chosen", {
            color: inkOf("ink"), weight: 1.4, dashArray: ringDash(seconds), fill: false, interactive: false,
          })));
        }
        const south = places.flat(2).reduce((low, place) => (place[0] < low[0] ? place : low));
        chosen.addLayer(L.tooltip(south, { permanent: true, direction: "bottom", className: "minutes", interactive: false, pane: "sites" })
          .setContent(make("span", null, tell.say("minutes", { min: tell.minutes(seconds) }))));
      }
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
    const team = data.resources[position].walkers === "team";
    const start = places[team ? places.length - 1 : 0];
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
    openAt(markers.get(post.key), [post.at[1], post.at[0]], opener);
  };
  /* A post named by a rule: open, closed since the agreed plan, or only a candidate. */
  const showSite = (post, opener) => {
    const open = data.posts.find((one) => one.key === post.key);
    if (open !== undefined) { showPost(open, opener); return; }
    if (closedMarkers.has(post.key)) { reveal("closed"); }
    openAt(closedMarkers.get(post.key) || L.popup(popupOptions).setLatLng([post.at[1], post.at[0]])
      .setContent(() => movePopup(post)), [post.at[1], post.at[0]], opener);
  };
  const showArea = (area, opener) => {
    reveal("areas");
    const layer = areaLayers.get(area);
    if (area.shape.length > 0) { openAt(layer, layer.getBounds().getCenter(), opener); }
  };
  const showCandidate = (site, opener) => {
    reveal("sites");
    openAt(candidateLayers.get(site), [site.at[1], site.at[0]], opener);
  };
  /* The tab of lanes, with the queue of this gate. */
  function showQueue(post) {
    state.gate = post.key;
    state.choose("lanes");
    state.drawQueue();
    byId("tab-lanes").focus();
    if (narrow.matches) { byId("panel").scrollIntoView({ block: "start" }); }
  }
  /* What if: a variant is drawn in place of the plan, and its changes stand in the address. */
  const trying = drawVariant(map, data, tell, trial, {
    inPane, signs, named, popupOptions, tryPopup: sitePopup,
    swap: (key, layer) => {
      const entry = entries.find((one) => one.key === key);
      if (entry === undefined) { return null; }
      const old = entry.layer;
      entry.layer = layer;
      if (old !== layer && map.hasLayer(old)) { map.removeLayer(old).addLayer(layer); }
      return old;
    },
  });
  const variantBar = makeVariantBar(tell, variant, state);
  byId("status").after(variantBar.box);
  variant.onChange(() => {
    keep("if", variant.changes.size === 0 ? null : variant.text());
    keep("shut", variant.streets);
    trying.draw();
    /* names of areas say who is not covered in what is drawn */
    data.gaps.tried = variant.isPlan() ? null : lostByArea(trial.counter, data.main);
    data.shut = closedNames(trying.closedStreets());
    const row = entries.findIndex((one) => one.key === "shut");
    if (row >= 0) { entries.splice(row, 1); }
    if (data.shut.length > 0) { offer("plan", "shut", trying.shut, closedSwatch, () => tell.say("layer_shut")); }
    if (row >= 0 !== data.shut.length > 0) { legend.draw(); }
    names.renew(true);
    for (const rename of renamings) { rename(); }
    variantBar.draw();
    if (state.drawWhatIf) { state.drawWhatIf(); }
    sheets.draw();
    state.announce(saidOfVariant(data, tell, trial));
    map.eachLayer((layer) => { if (layer instanceof L.Popup) { layer.update(); } });
  });
  const isKnown = (key) => {
    if (data.posts.some((post) => post.key === key)) { return true; }
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
    /* beside the legend, or over it once it is folded: never behind it */
    legend.giveWay();
    const shift = legend.shift();
    event.popup.options.autoPanPaddingTopLeft = L.point(16 + Math.max(0, shift), 16);
    event.popup.options.autoPanPaddingBottomRight = L.point(16 + Math.max(0, -shift), 16);
    event.popup.update();
  });
  map.on("popupclose", () => { frame.classList.remove("open"); ways.clearLayers(); });

  const sheets = makeSheets(byId("panel"), data, tell, state, trial, { showPost, showArea, showWay });
  const legend = makeLegend(map, data, tell, state, entries);

  const controls = makeControls(map, data, tell, () => view.showAll());
  const tools = makeTools(map, data, tell, {
    shows: { showPost, showArea, showCandidate }, options: inPane("ways", {}), announce: state.announce,
  });

  function speak(language) {
    tell.use(language);
    speakHead(data, tell, { title: tell.own(data.title), kicker: tell.say("kicker"), skip: tell.say("skip") });
    frame.setAttribute("aria-label", tell.say("map"));
    drawStatus(byId("status"), data, tell);
    drawPanel(byId("panel"), data, tell, state, {
      show: showPost, showArea, showSite, showCandidate, showWay, showKey, showSheet: sheets.show, trial, ticks: legend.extra,
    });
    byId("panel").append(printing.controls());
    sheets.draw();
    mark();
    legend.draw();
    view.again();
    for (const rename of renamings) { rename(); }
    trying.rename();
    variantBar.draw();
    names.renew(true);
    controls.speak();
    tools.speak();
    map.eachLayer((layer) => { if (layer instanceof L.Popup) { layer.update(); } });
  }

  /* The language and the tab stand in the address, so that a link keeps them. */
  const asked = () => address().get("lang");
  const fromAddress = () => firstLanguage(data.languages, asked());
  languageButtons(byId("language"), data.languages, (code) => { keep("lang", code); speak(code); });
  const theme = makeTheme(() => [map], byId("theme"), () => { legend.draw(); names.renew(false); });
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
  window.addEventListener("hashchange", () => {
    state.tab = address().get("tab") || "overview";
    if (fromAddress() !== tell.language) { speak(fromAddress()); } else { state.showTab(); }
    theme.again();
    readVariant();
    sheets.read();
    showAsked();
  });
  byId("skip").addEventListener("click", () => { state.choose("overview"); byId("posts").focus(); });
  state.tab = address().get("tab") || "overview";

  const resize = () => {
    shrinkCandidates(candidateLayers, map.getZoom());
    spread.arrange();
  };
  map.on("zoomend", resize);
  window.addEventListener("beforeprint", () => {
    theme.paper(true);
    sharpen([map], 2);
    printing.begin();
    state.arrange();
    paintNow();
  });
  window.addEventListener("afterprint", () => {
    theme.paper(false);
    sharpen([map], 1);
    printing.end();
    state.arrange();
  });
  const view = makeView(map, data, legend);
  const narrow = window.matchMedia("(max-width: 800px)");
  const arrange = () => {
    const onPaper = document.documentElement.classList.contains("paper");
    if (narrow.matches || onPaper) { byId("panel").before(frame); } else { byId("panel").after(frame); }
    map.invalidateSize({ animate: false });
  };
  const printing = makePrinting(map, tell, {
    arrange, view, maps: () => [map], told: () => [[data.plan, ...sheetFacts(data.sheet)]], subjects: () => [["overview", "tab_overview"], ...state.subjects.filter(([key]) => key !== "overview")],
  });
  speak(fromAddress());
  narrow.addEventListener("change", () => { arrange(); view.begin(); });
  window.addEventListener("resize", () => { for (const place of document.querySelectorAll("#panel, .legend")) { fitTables(place); } });
  document.addEventListener("toggle", (event) => fitTables(event.target), true);
  arrange();
  view.begin();
  /* only now, so that every tile is painted once */
  for (const entry of entries) { if (!state.hidden.has(entry.key)) { map.addLayer(entry.layer); } }
  resize();
  names.renew(false);
  readVariant();
  sheets.read();
  showAsked();
  document.documentElement.classList.add("ready");
}
