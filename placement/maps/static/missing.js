/* People no post covers: a hatch over the ground they stand on, and signs from close by. */

const HATCH_PX = 8; // a whole part of a tile, so that the hatch runs on from tile to tile
const SIGNS_FROM = 17; // zoom from which single places are told apart
const FEW = 300; // places, which are large enough to be seen from afar
const EARTH_M = 40_075_016.7; // around the equator, as Web Mercator draws it

/* A hatch or a sign for each resource, so that they differ without colour too. */
const missingKind = (resource, stepFree) => (stepFree ? 4 + resource % 2 : resource % 4);

const HATCHES = [
  [[0, 8, 8, 0], [-1, 1, 1, -1], [7, 9, 9, 7]], // rising
  [[0, 0, 8, 8], [7, -1, 9, 1], [-1, 7, 1, 9]], // falling
  [[0, 4, 8, 4]], // level
  [[4, 0, 4, 8]], // upright
  [[0, 4, 8, 4], [4, 0, 4, 8]], // a grid, for people who walk without steps
  [[0, 8, 8, 0], [0, 0, 8, 8]], // a net
];

function hatch(context, kind, ratio) {
  const canvas = document.createElement("canvas");
  canvas.width = HATCH_PX * ratio;
  canvas.height = HATCH_PX * ratio;
  const own = canvas.getContext("2d");
  own.scale(ratio, ratio);
  own.globalAlpha = 0.72;
  own.fillStyle = PALETTE.missing_ground;
  own.fillRect(0, 0, HATCH_PX, HATCH_PX);
  own.globalAlpha = 1;
  own.strokeStyle = PALETTE.missing;
  own.lineWidth = kind >= 4 ? 1.2 : 1.9;
  own.beginPath();
  for (const [x, y, toX, toY] of HATCHES[kind]) {
    own.moveTo(x, y);
    own.lineTo(toX, toY);
  }
  own.stroke();
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
  return pattern;
}

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
    context.fillStyle = PALETTE.missing;
    context.fill();
  } else {
    context.strokeStyle = PALETTE.missing;
    context.lineWidth = Math.max(0.9, r * 0.5);
    context.stroke();
  }
}

const missingAt = (mask, bit) => Math.floor(mask / 2 ** bit) % 2 === 1;

/* `missing.side_m` is the ground a place stands for, where it is one of a grid; others are signs only. */
const hasGround = (missing) => missing.side_m > 0 || missing.cell > 1;

/* The places of one resource, or of its people who walk without steps, and which of them a tile shows. */
function missingPlaces(missing, bit) {
  const points = mercator(missing.d, 1e6);
  const mine = [];
  missing.m.forEach((mask, i) => { if (missingAt(mask, bit)) { mine.push(i); } });
  const boxes = new Float64Array(4 * mine.length);
  const halves = new Float64Array(mine.length);
  const merged = missing.cell / 1e6 / 360;
  mine.forEach((i, at) => {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    const stretch = Math.cosh((0.5 - y) * 2 * Math.PI); // Web Mercator's, at this latitude
    const half = 0.54 * Math.max((missing.side_m || 0) / EARTH_M, missing.cell > 1 ? merged : 0) * stretch;
    halves[at] = half;
    boxes.set([x - half, y - half, x + half, y + half], 4 * at);
  });
  return { points, mine, halves, within: gridIndex(boxes), onGround: hasGround(missing) };
}

/* A layer that shows `missingPlaces`, or nothing; its `show` changes them. */
function placesLayer(places, kind, pane) {
  let now = places;
  const layer = tiledLayer(pane, function* paint(open, tile) {
    if (now === null) { return; }
    const { points, mine, halves } = now;
    const seen = now.within(tile.left - tile.margin, tile.top - tile.margin,
      tile.left + tile.side + tile.margin, tile.top + tile.side + tile.margin);
    if (seen.length === 0) { return; }
    const context = open();
    const at = seen.map((one) => [(points[2 * mine[one]] - tile.left) * tile.scale, (points[2 * mine[one] + 1] - tile.top) * tile.scale]);
    if (!now.onGround) {
      paintMissing(context, kind, at, Math.min(3.6, Math.max(mine.length < FEW ? 3 : 1.2, 1.35 ** (tile.zoom - 14))));
      return;
    }
    context.fillStyle = hatch(context, kind, tile.ratio);
    context.beginPath();
    at.forEach(([x, y], i) => {
      /* a lone place keeps a size that is seen */
      const half = Math.max(2.2, halves[seen[i]] * tile.scale);
      context.rect(x - half, y - half, 2 * half, 2 * half);
    });
    context.fill();
    yield;
    if (tile.zoom >= SIGNS_FROM) { paintMissing(context, kind, at, 3); }
  });
  layer.show = (next) => { now = next; layer.repaint(); };
  return layer;
}

const missingLayer = (missing, bit, kind, pane) => placesLayer(missingPlaces(missing, bit), kind, pane);
