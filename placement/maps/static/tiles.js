/* Numbers into lines, and layers painted on canvas tiles a little at a time, so that no frame waits. */

const FRAME_MS = 6; // painting of one frame: the rest is for moving the map
const FRAME_TILES = 3; // new canvases of one frame: the browser takes 2 to 4 ms for each to show it first
const CHUNK = 600; // lines between two looks at the clock

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

/* Boxes (west, north, east, south) by the cells of a grid they touch: a tile looks at its own cells. */
function gridIndex(boxes) {
  const count = boxes.length / 4;
  let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
  for (let i = 0; i < boxes.length; i += 4) {
    west = Math.min(west, boxes[i]);
    north = Math.min(north, boxes[i + 1]);
    east = Math.max(east, boxes[i + 2]);
    south = Math.max(south, boxes[i + 3]);
  }
  const side = Math.max(1, Math.min(256, Math.round(Math.sqrt(count / 6))));
  const wide = Math.max(1e-12, east - west) / side;
  const high = Math.max(1e-12, south - north) / side;
  const cell = (value, from, size) => Math.max(0, Math.min(side - 1, Math.floor((value - from) / size)));
  const eachCell = (a, b, c, d, visit) => {
    for (let row = cell(b, north, high); row <= cell(d, north, high); row += 1) {
      for (let column = cell(a, west, wide); column <= cell(c, west, wide); column += 1) { visit(row * side + column); }
    }
  };
  const eachBox = (visit) => {
    for (let one = 0; one < count; one += 1) {
      eachCell(boxes[4 * one], boxes[4 * one + 1], boxes[4 * one + 2], boxes[4 * one + 3], (at) => visit(at, one));
    }
  };
  const starts = new Int32Array(side * side + 1);
  eachBox((at) => { starts[at + 1] += 1; });
  for (let i = 0; i < side * side; i += 1) { starts[i + 1] += starts[i]; }
  const members = new Int32Array(starts[side * side]);
  const filled = starts.slice();
  eachBox((at, one) => { members[filled[at]] = one; filled[at] += 1; });
  const seen = new Int32Array(count);
  let turn = 0;
  /* What touches a box, each once, in a fixed order. */
  return (a, b, c, d) => {
    const found = [];
    if (count === 0 || a > east || c < west || b > south || d < north) { return found; }
    turn += 1;
    eachCell(a, b, c, d, (at) => {
      for (let i = starts[at]; i < starts[at + 1]; i += 1) {
        const one = members[i];
        if (seen[one] === turn) { continue; }
        seen[one] = turn;
        if (boxes[4 * one] <= c && boxes[4 * one + 2] >= a && boxes[4 * one + 1] <= d && boxes[4 * one + 3] >= b) { found.push(one); }
      }
    });
    return found;
  };
}

/* Tiles that wait to be painted; those of a view that is gone are dropped. `least` is how many
   pixels a side of a point of the screen has at least: most of a frame is spent on moving them. */
const painting = { jobs: [], asked: false, least: 1, opened: 0 };

const pixelRatio = () => Math.min(3, Math.max(painting.least, window.devicePixelRatio || 1));

/* Paint all canvases again for the screen (1), or as sharp as paper and pictures want them (2). */
function sharpen(maps, least) {
  painting.least = least;
  for (const map of maps) { map.eachLayer((layer) => { if (layer.repaint) { layer.repaint(); } }); }
}

function paintUntil(isTime) {
  while (painting.jobs.length > 0) {
    const job = painting.jobs[0];
    const ended = !job.canvas.isConnected || job.steps.next().done;
    if (ended) {
      painting.jobs.shift();
      job.done();
    }
    if (isTime()) { return; }
  }
}

function askToPaint() {
  if (painting.asked || painting.jobs.length === 0) { return; }
  painting.asked = true;
  requestAnimationFrame(() => {
    painting.asked = false;
    const end = performance.now() + FRAME_MS;
    painting.opened = 0;
    paintUntil(() => performance.now() > end || painting.opened >= FRAME_TILES);
    askToPaint();
  });
}

/* All that waits, at once: paper does not wait for frames. */
function paintNow() { paintUntil(() => false); }

/* A layer of tiles that the generator `paint(open, tile)` fills, a step at a time; sharp on any screen.

   `open()` gives what to draw with. A tile with nothing to show never asks for it: most of what a tile costs is that. */
function canvasTiles(pane, paint) {
  const starts = new WeakMap();
  const Tiles = /** @type {any} */ (L.GridLayer.extend({
    /* tiles of the very zoom, which may lie between two whole ones: to stretch them takes a screen
       without a graphics card ten times as long as to move them, frame after frame */
    _setView(center, zoom, noPrune, noUpdate) {
      if (!noUpdate) {
        this._tileZoom = zoom <= this.options.maxZoom ? zoom : undefined;
        this._updateLevels();
        this._resetGrid();
        if (this._tileZoom !== undefined) { this._update(center); }
        if (!noPrune) { this._pruneTiles(); }
        this._noPrune = Boolean(noPrune);
      }
      this._setZoomTransforms(center, zoom);
    },
    /* tiles of other zooms stay below until all of this one are painted */
    _pruneTiles() {
      if (!this._map) { return; }
      const tiles = Object.entries(/** @type {Record<string, any>} */ (this._tiles));
      const isHere = ({ coords }) => coords.z === this._tileZoom;
      const isWhole = tiles.every(([, tile]) => !isHere(tile) || !tile.current || tile.loaded);
      for (const [key, tile] of tiles) { if (isHere(tile) ? !tile.current : isWhole || !tile.loaded) { this._removeTile(key); } }
    },
    /* beyond the antimeridian the same plan goes on, not the other end of the world */
    _wrapCoords: (coords) => coords,
    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      const size = this.getTileSize();
      canvas.setAttribute("aria-hidden", "true");
      /** @type {CanvasRenderingContext2D | null} */
      let context = null;
      const open = () => {
        if (context === null) {
          canvas.width = size.x * tile.ratio;
          canvas.height = size.y * tile.ratio;
          context = canvas.getContext("2d");
          painting.opened += 1;
          context.scale(tile.ratio, tile.ratio);
        }
        return context;
      };
      const tiles = 2 ** coords.z;
      const tile = {
        zoom: coords.z,
        scale: tiles * size.x,
        left: coords.x / tiles,
        top: coords.y / tiles,
        side: 1 / tiles,
        margin: 8 / (tiles * size.x),
        ratio: 0,
      };
      const start = () => {
        const ratio = pixelRatio();
        if (context !== null) { context.clearRect(0, 0, size.x, size.y); }
        if (ratio !== tile.ratio) {
          tile.ratio = ratio;
          context = null;
        }
        painting.jobs = painting.jobs.filter((job) => job.canvas !== canvas);
        painting.jobs.push({ canvas, steps: paint(open, tile), done: () => done(null, canvas) });
        askToPaint();
      };
      starts.set(canvas, start);
      start();
      return canvas;
    },
    /* What is painted changed: the same canvases are painted again, which new ones would be slower. */
    repaint() { for (const { el } of Object.values(this._tiles || {})) { starts.get(el)(); } },
  }));
  return new Tiles({ pane, updateWhenZooming: false, keepBuffer: 1, maxZoom: 19 });
}
