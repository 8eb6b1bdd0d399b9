/* What of posts, areas and route lies outside the map, or under one of its controls. */
() => {
  const frame = document.querySelector('.folium-map');
  const around = frame.getBoundingClientRect();
  const over = [...frame.querySelectorAll('.leaflet-control')].map((one) => one.getBoundingClientRect()).filter((one) => one.width > 0);
  const out = [];
  const seen = [...frame.querySelectorAll('.leaflet-marker-icon, .leaflet-areas-pane path, .leaflet-route-pane path')];
  for (const one of seen) {
    if (one.matches('.within')) { continue; } // one of a bunch, which is looked at itself
    let places;
    if (one instanceof SVGPathElement) {
      const matrix = one.getScreenCTM();
      const length = one.getTotalLength();
      places = Array.from({ length: 400 }, (_, i) => {
        const { x, y } = one.getPointAtLength(length * i / 399).matrixTransform(matrix);
        return [x, y, x, y];
      });
    } else {
      const box = one.getBoundingClientRect();
      places = [[box.left, box.top, box.right, box.bottom]];
    }
    const name = one.getAttribute('aria-label') || one.closest('.leaflet-pane').className;
    for (const [left, top, right, bottom] of places) {
      if (left < around.left || right > around.right || top < around.top || bottom > around.bottom) {
        out.push(`${name} outside`);
        break;
      }
      if (over.some((box) => left < box.right && right > box.left && top < box.bottom && bottom > box.top)) {
        out.push(`${name} hidden`);
        break;
      }
    }
  }
  return out;
}
