/* Signs of posts pulled apart: each keeps its number, a line leads to where it stands. */

const TARGET_PX = 25; // of a sign that is pressed: WCAG asks for 24
const SIGN_SIZE = 34; // of the drawing, with the air around a square
const SIGN_RADII = [0, 13, 19, 26, 33, 41, 50];
const PAPER_RADII = [...SIGN_RADII, 60, 72, 86, 100];
const SIGN_TURNS = 16;
const BESIDE_PX = 60; // of a sign to the view, from which none of it is seen on its way

const FAR_ZOOM = 13; // below it posts near one another are one bunch with their count
const BUNCH_PX = 38;

/* Where signs go, and which have no room: `group` is the sign that speaks for another, or its own index.
   Greedy in the order given, so that the same places give the same picture. */
function spreadSigns(places, zoom) {
  const placed = [];
  const onPaper = document.documentElement.classList.contains("paper"); // where nothing can be opened
  const far = zoom < FAR_ZOOM && !onPaper;
  const room = zoom >= 15 || onPaper ? Infinity : far ? 0 : 50;
  const gap = far ? BUNCH_PX : TARGET_PX;
  const isFree = (x, y) => !placed.some((one) => Math.abs(one.x - x) < gap && Math.abs(one.y - y) < gap);
  const crowd = (x, y) => {
    let sum = 0;
    for (const one of places) { sum += 1 / (20 + Math.sqrt((one.x - x) ** 2 + (one.y - y) ** 2)); }
    return sum;
  };
  return places.map((place, index) => {
    let best = null;
    for (const radius of (onPaper ? PAPER_RADII : SIGN_RADII).filter((one) => one <= room)) {
      const turns = radius === 0 ? 1 : SIGN_TURNS;
      for (let turn = 0; turn < turns; turn += 1) {
        const angle = (2 * Math.PI * turn) / turns - Math.PI / 2;
        const x = place.x + radius * Math.cos(angle);
        const y = place.y + radius * Math.sin(angle);
        if (!isFree(x, y)) { continue; }
        const cost = crowd(x, y);
        if (best === null || cost < best.cost - 1e-9) { best = { x, y, cost }; }
      }
      if (best !== null) { break; }
    }
    if (best !== null) {
      placed.push({ x: best.x, y: best.y, index });
      return { x: best.x, y: best.y, group: index };
    }
    const near = placed.reduce((a, b) => (
      Math.hypot(b.x - place.x, b.y - place.y) < Math.hypot(a.x - place.x, a.y - place.y) ? b : a));
    return { x: near.x, y: near.y, group: near.index };
  });
}

/** A sign that moves with a zoom only where it is seen before or after: each that moves costs the browser a layer.
   @type {any} */
const Sign = L.Marker.extend({
  _animateZoom(event) {
    const room = L.bounds([-BESIDE_PX, -BESIDE_PX], this._map.getSize().add([BESIDE_PX, BESIDE_PX]));
    const isSeen = (place) => room.contains(this._map.layerPointToContainerPoint(place));
    if (isSeen(L.DomUtil.getPosition(this._icon)) || isSeen(this._map._latLngToNewLayerPoint(this._latlng, event.zoom, event.center))) {
      /** @type {any} */ (L.Marker.prototype)._animateZoom.call(this, event);
    }
  },
});

/* A sign that is pressed, with room for the number of those it stands for. */
function postMarker(post, picture, options) {
  return new Sign([post.at[1], post.at[0]], {
    icon: L.divIcon({
      className: "post", html: make("div", null, picture, make("span", { class: "more" })),
      iconSize: [TARGET_PX, TARGET_PX], popupAnchor: [0, -12],
    }),
    keyboard: true, riseOnHover: true, ...options,
  });
}

/* `signs` are { post, marker, name }; `name` writes a marker's accessible name with what it speaks for. */
function makeSigns(map, signs, pane) {
  /* each a single path with round ends: lines to where signs stand, and a dot with a rim at each place */
  const path = (colour, weight) => L.polyline([], { ...pane, color: inkOf(colour), weight, interactive: false }).addTo(map);
  const [leaders, rims, dots] = [path("ink", 1.3), path("halo", 5.4), path("ink", 3.4)];
  let boxes = [];
  let known = { zoom: NaN, shown: [], at: [], found: [], onPaper: false };
  /* where the signs that are shown go at a zoom, whatever the view */
  const spreadAt = (zoom) => {
    const shown = signs.filter((one) => map.hasLayer(one.marker));
    const onPaper = document.documentElement.classList.contains("paper");
    if (known.zoom !== zoom || known.onPaper !== onPaper || known.shown.length !== shown.length || shown.some((one, i) => one !== known.shown[i])) {
      const at = shown.map((one) => map.project([one.post.at[1], one.post.at[0]], zoom));
      known = { zoom, shown, at, found: spreadSigns(at, zoom), onPaper };
    }
    return known;
  };
  /* on the way to a zoom they go at once to where they stand then */
  map.on("zoomanim", ({ zoom }) => {
    const { shown, found } = spreadAt(zoom);
    shown.forEach(({ marker }, i) => { marker._latlng = map.unproject(L.point(found[i].x, found[i].y), zoom); });
  });
  const arrange = () => {
    const zoom = map.getZoom();
    const { shown, at, found } = spreadAt(zoom);
    const ways = [];
    const feet = [];
    boxes = [];
    shown.forEach((one, i) => {
      const { x, y, group } = found[i];
      const own = group === i;
      const others = own ? shown.filter((_, k) => k !== i && found[k].group === i) : [];
      one.marker.setLatLng(map.unproject(L.point(x, y), zoom));
      const element = one.marker.getElement();
      element.classList.toggle("within", !own);
      const badge = element.querySelector(".more");
      const many = String(others.length + 1);
      if (badge.textContent !== many) { badge.textContent = many; } // a text that is written is laid out again
      element.classList.toggle("bunch", others.length > 0);
      const before = one.others;
      one.others = others.map((other) => other.post);
      if (`${before.map((post) => post.key)}` !== `${one.others.map((post) => post.key)}`) { one.name(); }
      if (own) { boxes.push([x - 15, y - 15, x + 15, y + 15]); }
      const moved = Math.hypot(x - at[i].x, y - at[i].y);
      if (own && moved > 10) {
        const foot = map.unproject(at[i], zoom);
        ways.push([foot, map.unproject(L.point(x, y), zoom)]);
        feet.push([foot, foot]);
      }
    });
    leaders.setLatLngs(ways);
    rims.setLatLngs(feet);
    dots.setLatLngs(feet);
  };
  return { arrange, boxes: () => boxes };
}
