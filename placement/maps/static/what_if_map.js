/* A variant on the map: signs of what opened and closed, who is reached then, and who is not. */

/* Ground that people stand on, as the steps of `missingLayer` and `coding.dots`. */
function groundOf(model, fits) {
  const found = { cell: 1, d: [], m: [], side_m: model.side_m };
  let [east, north] = [0, 0];
  for (let point = 0; point < model.people.length; point += 1) {
    if (model.people[point] === 0 || !fits(point)) { continue; }
    const [x, y] = [10 * model.ground[2 * point], 10 * model.ground[2 * point + 1]];
    found.d.push(x - east, y - north);
    found.m.push(1);
    [east, north] = [x, y];
  }
  return found;
}

/* Ground that a candidate reaches: squares of people, since its catchment does not travel. */
function reachedLayer(ground, colour, pane) {
  const group = L.layerGroup();
  const places = positions(ground.d);
  const half = 0.54 * Math.max(ground.side_m, 6) / 111_320;
  /** @type {L.LatLngTuple[][][]} */
  const squares = places.map(([lat, lon]) => {
    const wide = half / Math.max(0.05, Math.cos(lat * Math.PI / 180));
    return [[[lat - half, lon - wide], [lat - half, lon + wide], [lat + half, lon + wide], [lat + half, lon - wide]]];
  });
  if (squares.length > 0) {
    group.addLayer(L.polygon(squares, { ...pane, stroke: false, fillColor: colour, fillOpacity: 0.3, fillRule: "nonzero", interactive: false }));
  }
  return group;
}

/* Draws the variant and takes it back; `swap` puts another layer in the place of one of the legend. */
function drawVariant(map, data, tell, { variant, counter }, { inPane, swap, signs, popupOptions, tryPopup }) {
  const [own, shut] = [L.layerGroup().addTo(map), L.layerGroup().addTo(map)];
  const swapped = new Map(); // layers of the plan by key, while others stand in their places
  const drawnNow = new Map(); // the others, and what they show
  const turned = new Set();
  const opened = new Set(); // the resources of posts that only the variant has
  const grounds = new Map(); // of posts, by key, as Leaflet wants them
  const groundOfPost = ({ key, reach }) => {
    if (!grounds.has(key)) { grounds.set(key, polygonPositions(reach).map((rings) => rings.map((ring) => ring.map((place) => L.latLng(place))))); }
    return grounds.get(key);
  };
  const renamings = [];
  const takeBack = (key) => {
    if (swapped.has(key)) { swap(key, swapped.get(key)); }
    swapped.delete(key);
    drawnNow.delete(key);
  };
  /* Puts a layer in the place of the plan's: made where it shows something else than so far, which `told` says. Where
     the plan has none it is drawn besides, if it `isAsked`. */
  const put = (key, told, make_, isAsked) => {
    const before = drawnNow.get(key);
    const now = before !== undefined && before.told === told ? before : { told, layer: make_(before) };
    if (now !== before) {
      const old = swap(key, now.layer);
      if (old !== null && !swapped.has(key)) { swapped.set(key, old); }
      drawnNow.set(key, now);
    }
    if (isAsked && !swapped.has(key)) { own.addLayer(now.layer); }
  };
  const picture = (entry, isClosed) => {
    const { post, marker } = entry;
    const box = marker.options.icon.options.html;
    const next = isClosed ? moveSign(post.resource, SIGN_SIZE, false) : entry.picture;
    entry.picture = entry.picture || box.firstChild;
    box.replaceChild(next, box.firstChild);
  };
  const closedStreets = () => (data.what_if === null ? [] : data.what_if.streets.filter(({ name }) => variant.streets.includes(name)));
  const draw = () => {
    own.clearLayers();
    shut.clearLayers();
    renamings.length = 0;
    opened.clear();
    for (const entry of signs) {
      const isClosed = variant.units(entry.post.key) === 0;
      if (isClosed !== turned.has(entry.post.key)) {
        picture(entry, isClosed);
        turned[isClosed ? "add" : "delete"](entry.post.key);
      }
    }
    if (variant.isPlan()) {
      for (const key of [...drawnNow.keys()]) { takeBack(key); }
      return;
    }
    const model = counter.here.tried();
    const asPlanned = counter.model().walks;
    const found = counter.here.variant();
    for (const street of closedStreets()) { shut.addLayer(closedStreetLayer(street, inPane("closures", {}))); }
    for (const { name, line } of counter.variant().rules.flatMap(({ open }) => open || [])) {
      own.addLayer(L.polyline(line.map(positions), inPane("closures", { color: inkOf("closure"), weight: 4, dashArray: "2 5", lineCap: "butt" }))
        .bindTooltip(make("span", { dir: "auto" }, tell.pair(name, tell.say("if_way_open")))));
    }
    model.barriers.forEach((kind, number) => {
      const standing = model.ways.filter(({ site }) => site !== null && variant.units(`${site}/${kind.id}`) > 0);
      put(`barrier-${kind.id}`, JSON.stringify(standing.map(({ site }) => site)),
        () => L.layerGroup(barsOf({ ways: standing }, number, inPane, "closures").map(([way, bar]) => bar.bindTooltip(make("span", { dir: "auto" }, way.name)))), true);
    });
    data.resources.forEach((resource, at) => {
      if (!isServing(found, at)) { return; }
      const { times, open } = found.reaches[at];
      const planned = counter.here.plan().reaches[at];
      const { colour } = look(at);
      /* what is as in the plan is drawn as there */
      const isSame = times.every((many, point) => (many > 0) === (planned.times[point] > 0));
      for (const [key, isSlow] of [[`missing-${resource.id}`, false], [`slow-${resource.id}`, true]]) {
        if (isSame) { takeBack(key); continue; }
        const ground = groundOf(model, (point) => model.counted[at][point] > 0 && times[point] === 0 && (point >= model.slow) === isSlow);
        put(key, ground.d.join(), (before) => {
          const layer = before === undefined ? placesLayer(null, missingKind(at, isSlow), "streets") : before.layer;
          layer.show(missingPlaces(ground, 0));
          return layer;
        }, ground.m.length > 0 && at === data.main);
      }
      /* a catchment that a closed street cuts is drawn as that of a candidate is */
      const columnOf = new Map(model.places.map(({ site, column }) => [site, column]));
      const isCut = (column) => model.walks[at][column] !== asPlanned[at][column];
      const drawable = data.posts.filter((post) => post.resource === at && post.reach.length > 0);
      const mine = drawable.filter((post) => variant.units(post.key) > 0 && !isCut(columnOf.get(post.site)));
      const cut = open.filter((column) => variant.planned(`${model.places[column].site}/${resource.id}`) > 0 && isCut(column));
      const reach = `reach-${resource.id}`;
      if (mine.length === drawable.length && cut.length === 0) { takeBack(reach); } else { put(reach, JSON.stringify([variant.streets, cut, mine.map(({ site }) => site)]), (before) => {
        const layer = before === undefined ? L.layerGroup() : before.layer;
        const whole = L.polygon(mine.flatMap(groundOfPost), inPane("reach", {
          stroke: false, fillColor: colour, fillOpacity: REACH_OPACITY, fillRule: "nonzero", interactive: false,
        }));
        /* squares are many: those that are drawn already stay */
        const told = JSON.stringify([variant.streets, cut]);
        if (layer.told !== told) {
          layer.clearLayers();
          const points = new Set(cut.flatMap((column) => model.walks[at][column].points));
          layer.addLayer(reachedLayer(groundOf(model, (point) => points.has(point)), colour, inPane("reach", {})));
          layer.told = told;
        } else { layer.removeLayer(layer.whole); }
        layer.whole = whole;
        return layer.addLayer(whole);
      }, false); }
      for (const column of open) {
        const place = model.places[column];
        const key = `${place.site}/${resource.id}`;
        if (variant.planned(key) > 0) { continue; }
        opened.add(at);
        const reached = new Set(model.walks[at][column].points);
        own.addLayer(reachedLayer(groundOf(model, (point) => reached.has(point)), colour, inPane("reach", {})));
        const marker = L.marker([place.at[1], place.at[0]], {
          icon: L.divIcon({ className: "post", html: moveSign(at, SIGN_SIZE, true), iconSize: [TARGET_PX, TARGET_PX], popupAnchor: [0, -12] }),
          keyboard: true, riseOnHover: true, zIndexOffset: 1000,
        });
        const rename = () => {
          const element = marker.getElement();
          if (element) { element.setAttribute("aria-label", tell.say("label_tried", { label: tell.own(resource.label), name: place.name || place.site })); }
        };
        renamings.push(rename);
        marker.on("add", rename).bindPopup(() => tryPopup(place), popupOptions);
        own.addLayer(named(marker, place));
      }
    });
  };
  /* Signs of the variant on the map, with their words. */
  const marks = () => [
    ...moveMarks(data, tell, "mark_tried_closed", signs.filter(({ post }) => turned.has(post.key)).map(({ post }) => post.resource), false),
    ...moveMarks(data, tell, "mark_tried", opened, true),
  ];
  return { draw, own, shut, marks, closedStreets, rename: () => { for (const rename of renamings) { rename(); } } };
}
