/* Signs of posts pulled apart: each keeps its number, a line leads to where it stands. */

const TARGET_PX = 25; // of a sign that is pressed: WCAG asks for 24
const SIGN_SIZE = 34; // of the drawing, with the air around a square
const SIGN_RADII = [0, 13, 19, 26, 33, 41, 50];
const PAPER_RADII = [...SIGN_RADII, 60, 72, 86, 100];
const SIGN_TURNS = 16;

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
  const crowd = (x, y) => places.reduce((sum, one) => sum + 1 / (20 + Math.hypot(one.x - x, one.y - y)), 0);
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

/* A sign that is pressed, with room for the number of those it stands for. */
function postMarker(post, picture, options) {
  return L.marker([post.at[1], post.at[0]], {
    icon: L.divIcon({
      className: "post", html: make("div", null, picture, make("span", { class: "more" })),
      iconSize: [TARGET_PX, TARGET_PX], popupAnchor: [0, -12],
    }),
    keyboard: true, riseOnHover: true, ...options,
  });
}

/* `signs` are { post, marker, name }; `name` writes a marker's accessible name with what it speaks for. */
function makeSigns(map, signs, pane) {
  const leaders = L.layerGroup().addTo(map);
  let boxes = [];
  const arrange = () => {
    const zoom = map.getZoom();
    const shown = signs.filter((one) => map.hasLayer(one.marker));
    const at = shown.map((one) => map.project([one.post.at[1], one.post.at[0]], zoom));
    const found = spreadSigns(at, zoom);
    leaders.clearLayers();
    boxes = [];
    shown.forEach((one, i) => {
      const { x, y, group } = found[i];
      const own = group === i;
      const others = own ? shown.filter((_, k) => k !== i && found[k].group === i) : [];
      one.marker.setLatLng(map.unproject(L.point(x, y), zoom));
      const element = one.marker.getElement();
      element.classList.toggle("within", !own);
      const badge = element.querySelector(".more");
      badge.textContent = String(others.length + 1);
      element.classList.toggle("bunch", others.length > 0);
      one.others = others.map((other) => other.post);
      one.name();
      if (own) { boxes.push([x - 15, y - 15, x + 15, y + 15]); }
      const moved = Math.hypot(x - at[i].x, y - at[i].y);
      if (own && moved > 10) {
        const true_ = map.unproject(at[i], zoom);
        leaders.addLayer(L.polyline([true_, map.unproject(L.point(x, y), zoom)], {
          ...pane, color: inkOf("ink"), weight: 1.3, interactive: false,
        }));
        leaders.addLayer(L.circleMarker(true_, {
          ...pane, radius: 2.2, color: inkOf("halo"), weight: 1, fillColor: inkOf("ink"), fillOpacity: 1, interactive: false,
        }));
      }
    });
  };
  return { arrange, boxes: () => boxes };
}
