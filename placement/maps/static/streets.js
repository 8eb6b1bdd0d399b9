/* Numbers into lines, and the layers that are drawn on canvas tiles: streets and uncovered people. */

const STREET_STYLES = {
  path: { colour: "#e6e3dd", width: 0.8, from: 14 },
  street: { colour: "#d9d5ce", width: 1.0, from: 0 },
  main: { colour: "#c9c4ba", width: 1.8, from: 0 },
};
const MISSING_COLOUR = "#4b1238";

/* Whole-number steps of 1e-6 degrees into Leaflet positions. */
function positions(steps) {
  const found = new Array(steps.length / 2);
  let lon = 0;
  let lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    found[i / 2] = [lat / 1e6, lon / 1e6];
  }
  return found;
}

function polygonPositions(polygons) {
  return polygons.map((rings) => rings.map(positions));
}

/* Position in the Mercator square of side 1. */
function mercator(steps, scale) {
  const points = new Float64Array(steps.length);
  let lon = 0;
  let lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    const sine = Math.sin((lat / scale) * Math.PI / 180);
    points[i] = lon / scale / 360 + 0.5;
    points[i + 1] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }
  return points;
}

/* Lines with the box around each, so that a tile skips what it cannot show. */
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
  return { points, boxes, starts };
}

/* A layer of tiles that `draw(context, tile)` paints at once, sharp on any screen. */
function canvasTiles(pane, draw) {
  const Tiles = /** @type {any} */ (L.GridLayer.extend({
    /* beyond the antimeridian the same plan goes on, not the other end of the world */
    _wrapCoords: (coords) => coords,
    createTile(coords) {
      const canvas = document.createElement("canvas");
      const size = this.getTileSize();
      const ratio = Math.min(3, Math.max(2, window.devicePixelRatio || 1));
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.setAttribute("aria-hidden", "true");
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      const tiles = 2 ** coords.z;
      draw(context, {
        zoom: coords.z,
        scale: tiles * size.x,
        left: coords.x / tiles,
        top: coords.y / tiles,
        side: 1 / tiles,
        margin: 8 / (tiles * size.x),
      });
      return canvas;
    },
  }));
  return new Tiles({ pane, updateWhenZooming: false, keepBuffer: 1, maxZoom: 19 });
}

function streetLayer(streets, pane) {
  const groups = Object.keys(STREET_STYLES).map((name) => ({
    style: STREET_STYLES[name],
    lines: streetGroup(streets[name]),
  }));
  return canvasTiles(pane, (context, tile) => {
    const east = tile.left + tile.side + tile.margin;
    const south = tile.top + tile.side + tile.margin;
    const west = tile.left - tile.margin;
    const north = tile.top - tile.margin;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const { style, lines } of groups) {
      if (tile.zoom < style.from) { continue; }
      const { points, boxes, starts } = lines;
      context.strokeStyle = style.colour;
      context.lineWidth = style.width * Math.min(4, Math.max(0.6, 1.45 ** (tile.zoom - 14)));
      context.beginPath();
      for (let line = 0; line + 1 < starts.length; line += 1) {
        const box = 4 * line;
        if (boxes[box] > east || boxes[box + 2] < west
          || boxes[box + 1] > south || boxes[box + 3] < north) { continue; }
        for (let i = starts[line]; i < starts[line + 1]; i += 1) {
          const x = (points[2 * i] - tile.left) * tile.scale;
          const y = (points[2 * i + 1] - tile.top) * tile.scale;
          if (i === starts[line]) { context.moveTo(x, y); } else { context.lineTo(x, y); }
        }
      }
      context.stroke();
    }
  });
}

/* A sign for each resource, so that they differ without colour too. */
const missingKind = (resource, stepFree) => (stepFree ? 4 + resource % 2 : resource % 4);

function missingSign(context, kind, x, y, r) {
  if (kind === 0) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  } else if (kind === 1) {
    context.moveTo(x + 1.35 * r, y);
    context.arc(x, y, 1.35 * r, 0, 2 * Math.PI);
  } else if (kind === 2) {
    context.moveTo(x - 1.5 * r, y);
    context.lineTo(x + 1.5 * r, y);
    context.moveTo(x, y - 1.5 * r);
    context.lineTo(x, y + 1.5 * r);
  } else if (kind >= 4) {
    /* people who walk without steps: a diamond, a triangle */
    const corners = kind === 4 ? [[0, -1.6], [1.6, 0], [0, 1.6], [-1.6, 0]] : [[0, 1.5], [1.5, -1.2], [-1.5, -1.2]];
    corners.forEach(([right, down], i) => context[i === 0 ? "moveTo" : "lineTo"](x + right * r, y + down * r));
    context.closePath();
  } else {
    context.moveTo(x - 1.2 * r, y - 1.2 * r);
    context.lineTo(x + 1.2 * r, y + 1.2 * r);
    context.moveTo(x - 1.2 * r, y + 1.2 * r);
    context.lineTo(x + 1.2 * r, y - 1.2 * r);
  }
}

function paintMissing(context, kind, places, r) {
  context.beginPath();
  for (const [x, y] of places) { missingSign(context, kind, x, y, r); }
  if (kind === 0) {
    context.fillStyle = MISSING_COLOUR;
    context.fill();
  } else {
    context.strokeStyle = MISSING_COLOUR;
    context.lineWidth = Math.max(0.9, r * 0.5);
    context.stroke();
  }
}

const missingAt = (mask, bit) => Math.floor(mask / 2 ** bit) % 2 === 1;

function missingLayer(missing, bit, kind, pane) {
  const points = mercator(missing.d, 1e6);
  const mine = [];
  missing.m.forEach((mask, i) => { if (missingAt(mask, bit)) { mine.push(i); } });
  return canvasTiles(pane, (context, tile) => {
    const places = [];
    for (const i of mine) {
      const x = points[2 * i] - tile.left;
      const y = points[2 * i + 1] - tile.top;
      if (x > -tile.margin && y > -tile.margin
        && x < tile.side + tile.margin && y < tile.side + tile.margin) {
        places.push([x * tile.scale, y * tile.scale]);
      }
    }
    paintMissing(context, kind, places, Math.min(3.6, Math.max(0.6, 1.35 ** (tile.zoom - 14))));
  });
}
