/* Several solutions on one map: the ground once, and for each side of it posts, reach and people not covered. */

const SIDES = ["old", "new"];
const STATE_PANES = ["background", "water", "areas", ...SIDES.map((side) => `reach-${side}`), "streets", ...SIDES.map((side) => `missing-${side}`),
  "closures", ...SIDES.map((side) => `closures-${side}`), "route", "labels", ...SIDES.map((side) => `leaders-${side}`), "moves", "chosen", "sites"];
const SIGNS_Z = "600"; // as Leaflet's own markers
const CLIPPED = ["reach", "missing", "closures", "leaders", "signs"];

/* People of a resource who are not covered, and those of them who take no steps: group of the legend, bit and kind of hatch. */
const missingGroups = (resources, position) => /** @type {[string, number, number][]} */ ([
  ["missing", position, missingKind(position, false)], ["slow", position + resources.length, missingKind(position, true)]]);

/* The layers of one plan on one side of a map, by the key of the legend. `look_` says how a post is drawn:
   { picture, name, muted, first }; `popupOf(post)` is what opens at it;
   `shared` are layers of people not covered that several plans take in turn, by `missingGroups`. */
function makeSide(map, plan, side, inPane, { look_, popupOf, popupOptions, onOpen, onClose, shared }) {
  const layers = [];
  const begins = [];
  const markers = new Map();
  const renamings = [];
  const signs = [];
  plan.resources.forEach((resource, position) => {
    if (plan.reach[position].length > 0) {
      layers.push([`reach-${resource.id}`, reachLayer(plan.reach[position], position, inPane, `reach-${side}`)]);
    }
    for (const [group, bit, kind] of missingGroups(plan.resources, position)) {
      const [key, places] = [`${group}-${resource.id}`, missingPlaces(plan.missing, bit)];
      if (shared.has(bit)) {
        layers.push([key, shared.get(bit)]);
        begins.push(() => shared.get(bit).show(places));
      } else if (places.mine.length > 0) {
        layers.push([key, placesLayer(places, kind, `missing-${side}`)]);
      }
    }
  });
  if (plan.closures.length > 0) {
    const group = L.layerGroup();
    const style = inPane(`closures-${side}`, CLOSURE_STYLE);
    for (const thing of plan.closures) {
      if (thing.shape.length > 0) { group.addLayer(L.polygon(polygonPositions(thing.shape), style)); }
      if (thing.lines) { group.addLayer(L.polyline(thing.lines.map(positions), thing.street ? { ...style, ...CLOSED_STREET } : style)); }
    }
    layers.push(["closures", group]);
  }
  (plan.barriers || []).forEach((kind, number) => {
    for (const [, bar] of barsOf(kind, number, inPane, `closures-${side}`)) { layers.push([`barrier-${kind.id}`, bar]); }
  });
  /* what changed comes first: it keeps its true place where signs are crowded */
  const inOrder = plan.posts.map((post) => ({ post, drawn_: look_(post) }))
    .sort((a, b) => Number(b.drawn_.first) - Number(a.drawn_.first));
  for (const { post, drawn_ } of inOrder) {
    const marker = postMarker(post, drawn_.picture, {
      pane: `signs-${side}`, keyboard: !drawn_.muted, zIndexOffset: drawn_.first ? 1000 : 0,
    });
    const entry = { post, marker, others: [], name: () => {
      const element = marker.getElement();
      if (element && !drawn_.muted) { element.setAttribute("aria-label", drawn_.name(entry.others)); }
    } };
    signs.push(entry);
    renamings.push(entry.name);
    marker.on("add", entry.name);
    marker.bindPopup(() => popupOf(post, entry.others), popupOptions);
    marker.on("popupopen", () => onOpen(post)).on("popupclose", onClose);
    markers.set(post.key, marker);
    layers.push([`posts-${plan.resources[post.resource].id}`, marker]);
  }
  const spread = makeSigns(map, signs, inPane(`leaders-${side}`, {}));
  const begin = () => { for (const one of begins) { one(); } };
  return { plan, layers, markers, spread, begin, speak: () => { for (const rename of renamings) { rename(); } } };
}

/* A map with the ground of the plans and the sides that are shown of it. The ground of a period is made once. */
function makeStage(map, data, tell, period, { bindArea, bindSite }) {
  const inPane = makePanes(map, STATE_PANES);
  for (const side of SIDES) { map.createPane(`signs-${side}`).style.zIndex = SIGNS_Z; }
  const shared = { streets: data.streets === null ? null : streetLayer(data.streets, "streets"), background: groundLayer(data.background) };
  const grounds = new Map();
  const groundOf = (at) => {
    if (!grounds.has(at)) {
      const [entries, layers] = [[], []]; // of the legend and of the map
      const offer = (group, key, layer, swatch, words) => {
        layers.push([key, layer]);
        entries.push({ group, key, swatch, words });
      };
      const siteLayers = offerCandidates(data, tell, offer, inPane, bindSite);
      grounds.set(at, { entries, layers, siteLayers, areaLayers: offerGround(data, tell, offer, inPane, bindArea, shared) });
    }
    return grounds.get(at);
  };
  let ground = groundOf(period);
  const sides = new Map();
  const on = new Set();
  const put = (layer, is) => { if (is) { map.addLayer(layer); } else { map.removeLayer(layer); } };
  /* Layers give way to others; those of both stay as they are. */
  const exchange = (before, after) => {
    const stays = new Set(after.map(([, layer]) => layer));
    for (const [, layer] of before) { if (!stays.has(layer)) { map.removeLayer(layer); } }
    for (const [key, layer] of after) { if (map.hasLayer(layer) !== on.has(key)) { put(layer, on.has(key)); } }
  };
  const lay = (at) => {
    const before = ground.layers;
    ground = groundOf(at);
    exchange(before, ground.layers);
  };
  const setSide = (side, shown) => {
    const before = sides.get(side);
    if (before === shown) { return; }
    if (shown === null) { sides.delete(side); } else { sides.set(side, shown); }
    if (shown !== null) { shown.begin(); }
    exchange(before === undefined ? [] : before.layers, shown === null ? [] : shown.layers);
    if (before !== undefined) { before.spread.arrange(); }
  };
  const set = (key, is) => {
    if (is) { on.add(key); } else { on.delete(key); }
    for (const [name, layer] of [...ground.layers, ...[...sides.values()].flatMap((side) => side.layers)]) { if (name === key) { put(layer, is); } }
  };
  const arrange = () => {
    shrinkCandidates(ground.siteLayers, map.getZoom());
    for (const side of sides.values()) { side.spread.arrange(); }
  };
  /* Posts whose signs are seen: `split()` says where the handle parts the map, null where nothing does. */
  const shownPosts = (split) => [...sides].flatMap(([side, { plan, markers }]) => plan.posts.filter((post) => {
    const marker = markers.get(post.key);
    return map.hasLayer(marker) && (split() === null || (side === "old") === map.latLngToContainerPoint(marker.getLatLng()).x < split());
  }).map((post) => {
    const at = map.project(markers.get(post.key).getLatLng(), 0);
    return { site: post.site, text: post.name || post.site, at: [at.x, at.y] };
  }));
  const boxes = () => [...sides.values()].flatMap((side) => side.spread.boxes());
  return {
    map, inPane, sides, on, lay, set, setSide, arrange, shownPosts, boxes,
    entries: () => ground.entries, areaLayer: (area) => ground.areaLayers.get(area), siteLayer: (site) => ground.siteLayers.get(site),
  };
}
