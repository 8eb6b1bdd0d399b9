/* What lies under every plan: panes from below to above, areas, route, closures, water and streets. */

const CANVAS_PANES = ["background", "streets", "missing", "labels"]; // painted on tiles, which take no clicks

const CLOSURE_STYLE = {
  interactive: false, color: inkOf("closure"), weight: 1.8, dashArray: "3 4", fillColor: inkOf("closure"), fillOpacity: 0.12,
};

const SEEN_PX = 1; // as far as a corner has to stand out
const FEW_CORNERS = 8; // of a line of which all are drawn

const GROUND_WORDS = { building: "layer_building", green: "layer_green", "building,green": "layer_building_green" };

const CLOSED_STREET = { weight: 5, opacity: 1, dashArray: "7 4" };

/* Tells what a thing is called, under the pointer. */
const named = (layer, thing) => layer.bindTooltip(() => make("span", { dir: "auto" }, thing.name || thing.site || thing.id),
  { direction: "top", offset: [0, -10], opacity: 1 });

/* Where the corners of a line stand at zoom 0, and how far from its course a corner is without which it would be
   simpler: at each zoom a line keeps those that are seen (Douglas & Peucker 1973). Leaflet finds that out again after
   each move, from all corners. */
const courses = new WeakMap(); // by the first corner, which Leaflet keeps as it is
function courseOf(map, line) {
  const known = courses.get(line[0]);
  if (known !== undefined && known.far.length === line.length) { return known; }
  const [x, y, far] = [new Float64Array(line.length), new Float64Array(line.length), new Float64Array(line.length)];
  line.forEach((place, at) => { ({ x: x[at], y: y[at] } = map.project(place, 0)); });
  [far[0], far[line.length - 1]] = [Infinity, Infinity];
  const finest = SEEN_PX / 2 ** map.getMaxZoom();
  const parts = [[0, line.length - 1]];
  while (parts.length > 0) {
    const [begin, end] = parts.pop();
    const [dx, dy] = [x[end] - x[begin], y[end] - y[begin]];
    const length = dx * dx + dy * dy;
    let [most, corner] = [-1, -1];
    for (let at = begin + 1; at < end; at += 1) {
      const [px, py] = [x[at] - x[begin], y[at] - y[begin]];
      const along = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
      const off = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      if (off > most) { most = off; corner = at; }
    }
    if (corner < 0 || Math.sqrt(most) < finest) { continue; }
    far[corner] = Math.min(Math.sqrt(most), far[begin], far[end]);
    parts.push([begin, corner], [corner, end]);
  }
  const course = { x, y, far };
  courses.set(line[0], course);
  return course;
}

/** @type {any} */ (L.Polyline).include({
  _projectLatlngs(lines, found, bounds) {
    if (!(lines[0] instanceof L.LatLng)) {
      for (const line of lines) { this._projectLatlngs(line, found, bounds); }
      return;
    }
    let line = [];
    if (lines.length <= FEW_CORNERS) { line = lines.map((place) => this._map.latLngToLayerPoint(place)); } else {
      const { x, y, far } = courseOf(this._map, lines);
      const scale = 2 ** this._map.getZoom();
      const origin = this._map.getPixelOrigin();
      for (let at = 0; at < far.length; at += 1) {
        if (far[at] * scale >= SEEN_PX) { line.push(L.point(Math.round(x[at] * scale) - origin.x, Math.round(y[at] * scale) - origin.y)); }
      }
    }
    for (const place of line) { bounds.extend(place); }
    found.push(line);
  },
  _simplifyPoints() {},
});

/** The paths of `panes`, a group each: a browser moves each drawing by itself, as large as the view, and paints all of it
   anew after a zoom.
   @type {any} */
const Drawing = L.SVG.extend({
  _initContainer() {
    /** @type {any} */ (L.SVG.prototype)._initContainer.call(this);
    this.groups = new Map(this.options.panes.map((name) => [name, drawn("g", { class: `leaflet-${name}-pane` })]));
    this._rootGroup.append(...this.groups.values());
  },
  _addPath(layer) {
    if (!this._rootGroup) { this._initContainer(); }
    this.groups.get(layer.options.pane).append(layer._path);
    layer.addInteractiveTarget(layer._path);
  },
});

/* Panes in the order given, "missing-old" one as "missing"; returns what puts a style into one of them. */
function makePanes(map, names) {
  const frame = map.getContainer();
  frame.setAttribute("role", "region");
  /* by keyboard its buttons come first, then what is drawn */
  frame.prepend(frame.querySelector(".leaflet-control-container"));
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    /* the map exists already: below this threshold, which no zoom is, it would move by itself */
    Object.assign(map.options, { zoomAnimationThreshold: -1, markerZoomAnimation: false, inertia: false });
  }
  const renderers = {};
  let last = null; // the drawing of the pane below, where this one can share it
  names.forEach((name, i) => {
    const pane = map.createPane(name);
    pane.style.zIndex = String(210 + 20 * i);
    if (CANVAS_PANES.includes(name.split("-")[0])) {
      pane.style.pointerEvents = "none";
      last = null;
      return;
    }
    /* what the handle between two plans cuts off is by itself */
    if (last === null || name.includes("-")) { last = new Drawing({ pane: name, padding: 0.3, panes: [] }); }
    last.options.panes.push(name);
    renderers[name] = last;
    if (name.includes("-")) { last = null; }
  });
  /* A browser gives paths with tooltips a tab stop and no name; tables hold the same as buttons. */
  map.on("layeradd", ({ layer }) => {
    if (layer instanceof L.Path && layer.getElement()) { layer.getElement().setAttribute("tabindex", "-1"); }
  });
  return (name, style) => ({ pane: name, renderer: renderers[name], ...style });
}

/* Offers the candidates without a post; `bind(site, circle)` gives one its popup and name. Returns each circle. */
function offerCandidates(data, tell, offer, inPane, bind) {
  const circles = new Map();
  if (data.sites.length === 0) { return circles; }
  const group = L.layerGroup();
  for (const site of data.sites) {
    const circle = L.circleMarker([site.at[1], site.at[0]], inPane("sites", CANDIDATES[standing(site)]));
    circles.set(site, bind(site, circle));
    group.addLayer(circle);
  }
  offer("plan", "sites", group, candidateSwatch, () => tell.say("layer_sites"), false); // they are many, and none is part of the plan
  return circles;
}

/* The ground within reach of the posts of a resource. */
function reachLayer(shape, position, inPane, pane) {
  const { colour, dash } = look(position);
  return L.polygon(polygonPositions(shape), inPane(pane, {
    color: colour, weight: 1.8, opacity: 0.95, dashArray: dash || null, fillColor: colour,
    fillOpacity: REACH_OPACITY, interactive: false,
  }));
}

/* Circles shrink when the map shows much. */
function shrinkCandidates(circles, zoom) {
  for (const [site, circle] of circles) { circle.setRadius((zoom < 13.5 ? 0.65 : 1) * CANDIDATES[standing(site)].radius); }
}

/* Offers the barriers that stand, a bar across each way; `bind(way, layer, kind)` gives one its popup and name.
   On a small scale a way is shorter than a bar is wide, so the ends are square: it is then a square. */
function offerBarriers(data, offer, tell, inPane, bind) {
  (data.barriers || []).forEach((kind, number) => {
    if (kind.ways.length === 0) { return; }
    const group = L.layerGroup(barsOf(kind, number, inPane, "closures").map(([way, bar]) => bind(way, bar, kind)));
    offer("plan", `barrier-${kind.id}`, group, () => barSwatch(inkOf("closure"), number), () => tell.own(kind.label));
  });
}
const barWidth = (number) => (number === 0 ? 6 : 10); // the first kind is the thinner one
function barsOf(kind, number, inPane, pane) {
  const style = inPane(pane, { color: inkOf("closure"), weight: barWidth(number), lineCap: "square", opacity: 1 });
  return kind.ways.map((way) => [way, L.polyline(way.line.map(positions), style)]);
}

/* Offers the layers of the ground to the legend; `bind(area, layer)` gives an area its popup and name, `streets` and
   `background` are layers that all periods share. Returns the layer of each area. */
function offerGround(data, tell, offer, inPane, bind, { streets, background }) {
  const areaLayers = new Map();
  if (data.areas.length > 0) {
    const most = Math.max(1, ...data.areas.map((area) => area.people));
    const group = L.layerGroup();
    for (const area of data.areas) {
      const layer = L.polygon(polygonPositions(area.shape), inPane("areas", {
        color: inkOf("area_line"), weight: 1.4, fillColor: areaColour(Math.sqrt(area.people / most)), fillOpacity: 0.95,
      }));
      areaLayers.set(area, bind(area, layer));
      group.addLayer(layer);
    }
    offer("plan", "areas", group, rampSwatch, () => tell.say("layer_areas"));
  }
  const plain = (key, things, pane, style, swatch, word) => {
    if (things.length === 0) { return; }
    const group = L.layerGroup();
    for (const thing of things) {
      for (const shape of [].concat(style)) {
        const options = inPane(pane, { interactive: false, ...shape });
        if (shape.fill !== false) {
          if (thing.shape.length > 0) { group.addLayer(L.polygon(polygonPositions(thing.shape), options)); }
        }
        const lines = shape.fill === false ? thing.shape : thing.lines || [];
        if (lines.length > 0) { group.addLayer(L.polyline(lines.map(positions), thing.street ? { ...options, ...CLOSED_STREET } : options)); }
      }
    }
    offer("plan", key, group, swatch, () => tell.say(word));
  };
  plain("route", data.route, "route", [
    { color: inkOf("casing"), weight: 7, opacity: 0.9, fill: false }, { color: inkOf("route"), weight: 3.2, opacity: 1, fill: false },
  ], () => strip(inkOf("route"), 3.2), data.route.every(({ id }) => id === "perimeter") ? "layer_perimeter" : "layer_route"); // where no route is
  plain("closures", data.closures, "closures", CLOSURE_STYLE,
    () => patch(inkOf("closure"), 0.14, inkOf("closure"), "3 4"), "layer_closures");
  plain("water", data.water, "water", { color: inkOf("shore"), weight: 1.2, fillColor: inkOf("water"), fillOpacity: 1 },
    () => patch(inkOf("water"), 1, inkOf("shore"), ""), "layer_water");
  if (data.walks.unsnapped !== null) {
    offer("plan", "lost", missingLayer(data.walks.unsnapped.dots, 0, 3, "streets"), () => missingSwatch(3, false), () => tell.say("layer_lost"));
  }
  if (streets !== null) {
    offer("plan", "streets", streets, () => strip(inkOf("main"), 2), () => tell.say("layer_streets"));
  }
  if (background !== null) {
    const kinds = Object.keys(data.background).sort();
    offer("plan", "background", background, () => groundSwatch(kinds), () => tell.say(GROUND_WORDS[kinds.join()]));
  }
  return areaLayers;
}
