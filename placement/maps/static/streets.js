/* What a plan is drawn on: green, squares and buildings, and the street network, classes by width and tone, bridges over the water. */

const SQUARE_OPACITY = 0.35; // of the surface of a square, drawn once for all the ways across it
const GROUND_STYLES = {
  green: { colour: "green", from: 0, filled: true, opacity: 1, width: 0 },
  building: { colour: "building", from: 13, filled: true, opacity: 1, line: "building_line", width: 0.5, lineFrom: 15 },
};
const STREET_STYLES = {
  square: { colour: "path", width: 0, from: 13, filled: true, opacity: SQUARE_OPACITY },
  path: { colour: "path", width: 0.8, from: 14 },
  street: { colour: "street", width: 1.0, from: 0 },
  main: { colour: "main", width: 1.8, from: 0 },
  bridge: { colour: "bridge", width: 2.2, from: 0, casing: 2.4 },
};

/* Lines with the box around each, and which of them a tile shows. */
function streetGroup(coded) {
  const points = mercator(coded.d, 1e5);
  const boxes = new Float64Array(coded.n.length * 4);
  const starts = new Int32Array(coded.n.length + 1);
  let at = 0;
  for (let line = 0; line < coded.n.length; line += 1) {
    const end = at + coded.n[line];
    let west = 2, north = 2, east = -1, south = -1;
    for (let i = at; i < end; i += 1) {
      const x = points[2 * i], y = points[2 * i + 1];
      if (x < west) { west = x; }
      if (x > east) { east = x; }
      if (y < north) { north = y; }
      if (y > south) { south = y; }
    }
    boxes.set([west, north, east, south], 4 * line);
    starts[line] = at;
    at = end;
  }
  starts[coded.n.length] = at;
  return { points, boxes, starts, within: gridIndex(boxes) };
}

/* A line in pixels of its tile, without the corners that fall on one pixel. */
function traceLine(context, lines, line, tile) {
  const { points, starts } = lines;
  const end = starts[line + 1];
  let lastX = 0, lastY = 0;
  for (let i = starts[line]; i < end; i += 1) {
    const x = (points[2 * i] - tile.left) * tile.scale;
    const y = (points[2 * i + 1] - tile.top) * tile.scale;
    if (i === starts[line]) {
      context.moveTo(x, y);
    } else if (i + 1 < end && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.8) {
      continue;
    } else {
      context.lineTo(x, y);
    }
    lastX = x;
    lastY = y;
  }
}

/* The ground of a plan, or null where it has none. */
const groundLayer = (ground) => (Object.keys(ground).length === 0 ? null : linesLayer(ground, GROUND_STYLES, "background"));
const streetLayer = (streets, pane) => linesLayer(streets, STREET_STYLES, pane);

/* Lines and outlines by group, each in its style, those of the first style below. */
function linesLayer(lines_, styles, pane) {
  const names = Object.keys(styles).filter((name) => lines_[name] !== undefined);
  const groups = [];
  return tiledLayer(pane, function* paint(open, tile) {
    /* put in order with the first tile: the page is seen before */
    while (groups.length < names.length) {
      const name = names[groups.length];
      groups.push({ style: styles[name], lines: streetGroup(lines_[name]) });
      yield;
    }
    const grown = Math.min(4, Math.max(0.6, 1.45 ** (tile.zoom - 14)));
    for (const { style, lines } of groups) {
      if (tile.zoom < style.from) { continue; }
      const { boxes } = lines;
      const seen = lines.within(tile.left - tile.margin, tile.top - tile.margin,
        tile.left + tile.side + tile.margin, tile.top + tile.side + tile.margin)
        .filter((line) => Math.max(boxes[4 * line + 2] - boxes[4 * line], boxes[4 * line + 3] - boxes[4 * line + 1]) * tile.scale > 0.6);
      if (seen.length === 0) { continue; }
      const context = open();
      context.lineJoin = "round";
      if (style.filled) {
        context.save();
        context.globalAlpha = style.opacity;
        context.fillStyle = PALETTE[style.colour];
        context.beginPath();
        for (const line of seen) { traceLine(context, lines, line, tile); context.closePath(); }
        context.fill("evenodd");
        context.restore();
        yield;
      }
      /* the outline of a square is a street itself */
      const strokes = !style.filled ? [[style.colour, style.width * grown]]
        : style.line !== undefined && tile.zoom >= style.lineFrom ? [[style.line, style.width * grown]] : [];
      if (style.casing !== undefined) { strokes.unshift(["casing", (style.width + style.casing) * grown]); }
      for (const [colour, width] of strokes) {
        context.strokeStyle = PALETTE[colour];
        context.lineWidth = width;
        context.lineCap = style.casing !== undefined && colour === "casing" ? "butt" : "round";
        for (let from = 0; from < seen.length; from += CHUNK) {
          context.beginPath();
          for (const line of seen.slice(from, from + CHUNK)) { traceLine(context, lines, line, tile); }
          context.stroke();
          yield;
        }
      }
    }
  });
}
