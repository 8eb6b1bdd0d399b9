/* What is shown first: the whole plan inside what panel, legend and buttons leave free of the map. */

const SIGN_PX = 18; // from the middle of a sign to its edge, and a little air
const EDGE_PX = 10;
const MOST_ZOOM = 17;
const MOST_AWAY = 0.75; // steps of zoom the ground within reach may cost
const TRIES = 24; // places tried along each side for the plan in its free part

/* Every place that has to be seen, in the plane of `map.project` at zoom 0, as a function of the zoom:
   signs that are pulled apart have to be seen where they go. */
function placesThatMatter(map, data, more) {
  const lines = [
    ...data.areas.flatMap((area) => area.shape.map((rings) => positions(rings[0]))),
    ...data.route.flatMap((way) => way.shape.map(positions)),
    ...more,
  ];
  if (data.areas.length === 0 && data.bounds !== null) {
    const [west, south, east, north] = data.bounds;
    lines.push([[south, west]], [[north, east]]);
  }
  const posts = [...data.posts].sort((a, b) => a.resource - b.resource);
  const places = lines.map((line) => line.map((place) => map.project(place, 0)));
  const own = posts.map((post) => map.project([post.at[1], post.at[0]], 0));
  if (places.length + own.length === 0) { return () => []; }
  const box = L.bounds([...places.flat(), ...own]);
  const step = Math.max(1e-9, Math.max(box.getSize().x, box.getSize().y) / 150);
  /* between two corners of a line too: it must not run under the legend */
  const dense = [];
  for (const line of places) {
    line.forEach((place, i) => {
      const from = line[Math.max(0, i - 1)];
      const parts = Math.max(1, Math.ceil(from.distanceTo(place) / step));
      for (let part = 1; part <= parts; part += 1) {
        dense.push(from.add(place.subtract(from).multiplyBy(part / parts)));
      }
    });
  }
  return (zoom) => {
    const scale = 2 ** zoom;
    const signs = spreadSigns(own.map((place) => place.multiplyBy(scale)), zoom);
    return [...dense, ...signs.map(({ x, y }) => L.point(x / scale, y / scale))];
  };
}

/* The closest zoom, and where the corner of the plan stands then, that keeps all of `placesAt(zoom)` in `size`
   and out of `blocked`, rectangles [left, top, right, bottom]; null where no zoom does. */
function freeView(placesAt, size, blocked, zooms) {
  const inner = L.point(size.x, size.y).subtract([2 * (EDGE_PX + SIGN_PX), 2 * (EDGE_PX + SIGN_PX)]);
  const walls = blocked.map(([left, top, right, bottom]) => [
    left - SIGN_PX, top - SIGN_PX, right + SIGN_PX, bottom + SIGN_PX]);
  for (const zoom of zooms) {
    const scale = 2 ** zoom;
    const places = placesAt(zoom);
    if (places.length === 0) { return null; }
    const box = L.bounds(places);
    const room = inner.subtract(box.getSize().multiplyBy(scale));
    if (room.x < 0 || room.y < 0) { continue; }
    const xs = Float64Array.from(places, (place) => (place.x - box.min.x) * scale);
    const ys = Float64Array.from(places, (place) => (place.y - box.min.y) * scale);
    /* hundreds of thousands of looks before the page is first seen: a plain loop over plain numbers */
    const isUnder = ([left, top, right, bottom]) => {
      for (let i = 0; i < xs.length; i += 1) { if (xs[i] > left && xs[i] < right && ys[i] > top && ys[i] < bottom) { return true; } }
      return false;
    };
    const tries = [];
    for (let i = 0; i <= TRIES; i += 1) {
      for (let j = 0; j <= TRIES; j += 1) {
        const off = [i / TRIES - 0.5, j / TRIES - 0.5];
        tries.push({ x: (0.5 + off[0]) * room.x, y: (0.5 + off[1]) * room.y, away: Math.hypot(off[0] * room.x, off[1] * room.y) });
      }
    }
    tries.sort((a, b) => a.away - b.away || a.x - b.x || a.y - b.y);
    for (const { x, y } of tries) {
      const left = x + EDGE_PX + SIGN_PX;
      const top = y + EDGE_PX + SIGN_PX;
      if (!walls.some((wall) => isUnder([wall[0] - left, wall[1] - top, wall[2] - left, wall[3] - top]))) { return { zoom, middle: box.min.add(L.point(size.x / 2 - left, size.y / 2 - top).divideBy(scale)) }; }
    }
  }
  return null;
}

/* Keeps the first view until the reader moves the map: after a resize, in another language, on paper. */
function makeView(map, data, legend) {
  const byZoom = (everything) => {
    const known = new Map(); // they do not change
    return (zoom) => {
      if (!known.has(zoom)) { known.set(zoom, everything(zoom)); }
      return known.get(zoom);
    };
  };
  const placesAt = byZoom(placesThatMatter(map, data, []));
  const reached = data.reach.flatMap((ground) => ground.map((rings) => positions(rings[0])));
  const withGround = byZoom(placesThatMatter(map, data, reached));
  /* on a screen with the ground the posts reach too, where the plan does not get much smaller for it */
  const closest = (size, blocked) => {
    const [least, all] = [placesAt, ...(zooms === usual ? [withGround] : [])].map((places) => freeView(places, size, blocked, zooms));
    return all && all.zoom >= least.zoom - MOST_AWAY ? all : least;
  };
  const frame = map.getContainer();
  let fitting = false;
  let own = false; // the view is still ours, and so is the legend's corner: from the first one on
  const usual = [];
  for (let zoom = MOST_ZOOM; zoom >= map.getMinZoom(); zoom -= map.options.zoomSnap) { usual.push(zoom); }
  let zooms = usual; // paper has its own: those of round scales

  /* Rectangles of the map's own controls, the legend apart. */
  const controls = () => {
    const around = frame.getBoundingClientRect();
    return [...frame.querySelectorAll(".leaflet-control")].filter((one) => one !== legend.box && !one.contains(legend.box))
      .map((one) => one.getBoundingClientRect()).filter((one) => one.width > 0)
      .map((one) => [one.left - around.left, one.top - around.top, one.right - around.left, one.bottom - around.top]);
  };
  const fit = (corners) => {
    const size = map.getSize();
    const others = controls();
    const found = corners.map((corner) => ({ corner, view: closest(size, [...others, legend.place(corner, size)]) }))
      .filter((one) => one.view !== null)
      .sort((a, b) => b.view.zoom - a.view.zoom)[0];
    if (found === undefined) { return null; }
    legend.move(found.corner);
    return found.view;
  };
  const anywhere = () => {
    const places = placesAt(map.getMinZoom());
    return { zoom: map.getMinZoom(), middle: places.length === 0 ? L.point(128, 128) : L.bounds(places).getCenter() };
  };
  /* The corner of the legend is chosen once a size of the window; a button never makes it jump. */
  const show = (choosing) => {
    map.invalidateSize({ animate: false });
    fitting = true;
    const view = fit(choosing ? legend.corners : [legend.corner()])
      || closest(map.getSize(), [])
      || anywhere();
    map.setView(map.unproject(view.middle, 0), view.zoom, { animate: false });
    fitting = false;
    own = true;
  };
  map.on("movestart zoomstart", () => { if (!fitting) { own = false; } });
  map.on("resize", () => {
    if (fitting) { return; }
    legend.fold();
    if (own) { show(true); }
  });
  const stay = (place, zoom, isOwn) => {
    fitting = true;
    map.setView(place, zoom, { animate: false });
    fitting = false;
    own = isOwn;
  };
  return { stay, showAll: () => show(false), begin: (own = usual) => { zooms = own; legend.fold(); show(true); }, again: () => { if (own) { show(false); } }, isOwn: () => own };
}
