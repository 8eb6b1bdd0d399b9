/* Numbers into lines, and layers painted on canvases a little at a time, so that no frame waits. */

const FRAME_MS = 5; // painting of one frame: the rest is for moving the map
const CHUNK = 250; // lines between two looks at the clock
const WHEEL_MS = 100; // from a turn of the wheel to the first frame of the zoom
const NEXT_FRAME = "next frame"; // what a job yields that wants one to itself
const TILE_PX = 128; // side of the squares a canvas is painted in; a whole number of hatches
const AHEAD_PX = 112; // painted beyond the view
const NEAR_PX = 48; // of the view to the edge of what is painted, when more is painted

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

/* What waits to be painted, as generators that paint a step at a time. `least` is how many pixels a side of a
   point of the screen has at least: most of a frame is spent on moving them. */
const painting = { jobs: [], asked: false, begun: false, rests: 0, least: 1, made: 0 };

/* Tiles begin at whole pixels of the canvas on any screen: else their edges would be seen. */
const pixelRatio = () => Math.round(TILE_PX * Math.min(3, Math.max(painting.least, window.devicePixelRatio || 1))) / TILE_PX;

/* Paint all canvases again for the screen (1), or as sharp as paper and pictures want them (2). */
function sharpen(maps, least) {
  painting.least = least;
  for (const map of maps) { map.eachLayer((layer) => { if (layer.repaint) { layer.repaint(); } }); }
}

function setJobs(jobs) {
  painting.jobs = jobs;
  document.documentElement.classList.toggle("painting", jobs.length > 0);
}
const dropJob = (job) => setJobs(painting.jobs.filter((one) => one !== job));

function paintUntil(isTime) {
  while (painting.jobs.length > 0) {
    const job = painting.jobs[0];
    const { done, value } = job.next();
    if (done) { dropJob(job); }
    if (isTime(done || value === NEXT_FRAME)) { return; }
  }
}

function askToPaint() {
  if (painting.asked || painting.jobs.length === 0) { return; }
  painting.asked = true;
  requestAnimationFrame(() => {
    painting.asked = false;
    const now = performance.now();
    let last = now;
    /* till another step as long as the last one would take too long */
    const isTime = (isOver) => {
      const [at, before] = [performance.now(), last];
      last = at;
      return isOver || 2 * at - before > now + FRAME_MS;
    };
    if (painting.begun && now > painting.rests) { paintUntil(isTime); }
    painting.begun = true; // the first frame shows the page itself, or the map where it has zoomed to
    askToPaint();
  });
}

/* What waits is painted after the next frame: it shows what the reader asked for. */
function paintLater() { painting.begun = false; }

/* Does something in a frame of its own, when its turn among what waits has come. */
function inOwnFrame(arrange) {
  setJobs([...painting.jobs, { next() { arrange(); return { done: true, value: NEXT_FRAME }; } }]);
  askToPaint();
}

/* All that waits, at once: paper does not wait for frames. */
function paintNow() { paintUntil(() => false); }

/* Does `arrange` after each zoom: where the map moved there by itself, not in the frame in which all else is put in
   its place, but in the next. */
function afterZoom(map, arrange) {
  let isMoved = false;
  map.on("zoomanim", () => { isMoved = true; });
  /* what is painted till the map zooms would be dropped */
  map.getContainer().addEventListener("wheel", () => { painting.rests = performance.now() + WHEEL_MS; }, { passive: true });
  map.on("zoomend", () => {
    paintLater();
    if (!isMoved) {
      arrange();
      return;
    }
    isMoved = false;
    inOwnFrame(arrange);
  });
}

/* A canvas of a map that follows its moves and zooms. What it shows next is painted beside it, a little at a time, and
   handed over whole: a browser copies a canvas that is painted on itself anew in each frame, a bitmap only once.
   `update()` is called where another picture may be needed. */
/** @type {any} */
const PICTURE = {
  job: null,
  canvas: null,
  shown: null, // { corner, zoom }: where the picture belongs, the corner in pixels of the map at this zoom
  next: null, // the same of what is being painted, with { context, size }
  getEvents() { return { viewreset: this.follow, zoom: this.follow, zoomanim: this.beginZoom, moveend: this.update }; },
  onAdd() {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.canvas.className = "leaflet-zoom-animated";
    this.update();
  },
  onRemove() {
    this.stop();
    this.hide();
    this.next = null;
  },
  /* not while it moves by itself, nor hidden */
  isStill() {
    const { x, y } = this._map.getSize();
    return !this._map._animatingZoom && x > 0 && y > 0;
  },
  follow({ center = null, zoom = null } = {}) {
    if (this.shown === null) { return; }
    const scale = this._map.getZoomScale(zoom === null ? this._map.getZoom() : zoom, this.shown.zoom);
    const origin = center === null ? this._map.getPixelOrigin() : this._map._getNewPixelOrigin(center, zoom);
    L.DomUtil.setTransform(this.canvas, this.shown.corner.multiplyBy(scale).subtract(origin).round(), scale);
  },
  /* what is painted for the zoom that is left would only slow its frames down */
  beginZoom(event) {
    this.stop();
    this.follow(event);
  },
  /* The steps of painting the next picture, in place of those of one that is not wanted any more. */
  work(steps) {
    this.stop();
    this.job = steps;
    setJobs([...painting.jobs, steps]);
    askToPaint();
  },
  stop() {
    if (this.job === null) { return; }
    dropJob(this.job);
    this.job.return();
    this.job = null;
  },
  /* What the next picture is painted with, empty, with a point of the map for a unit. */
  open(corner, size, zoom, ratio) {
    const [wide, high] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    /* drawn at once, without a graphics card, so that the clock tells how long it took */
    const context = this.next === null ? new OffscreenCanvas(wide, high).getContext("2d", { willReadFrequently: true }) : this.next.context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (context.canvas.width === wide && context.canvas.height === high) { context.clearRect(0, 0, wide, high); } else { Object.assign(context.canvas, { width: wide, height: high }); }
    context.scale(ratio, ratio);
    this.next = { context, corner, zoom, size };
    return context;
  },
  present() {
    const { context, corner, zoom, size } = this.next;
    const { canvas } = this;
    Object.assign(canvas, { width: context.canvas.width, height: context.canvas.height });
    canvas.getContext("bitmaprenderer").transferFromImageBitmap(context.canvas.transferToImageBitmap());
    Object.assign(canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    this.shown = { corner, zoom };
    this.follow();
    if (!canvas.isConnected) { this.getPane().append(canvas); }
  },
  hide() {
    this.shown = null;
    this.canvas.remove();
  },
};

/* Draws what was asked of a canvas: it would else wait for the frame's end, which no clock here sees. */
const settle = (context) => context.getImageData(0, 0, 1, 1);

/** @returns {any} */
const pictureLayer = (pane, own) => new (L.Layer.extend({ ...PICTURE, ...own, options: { pane } }))();

/* What the tiled layers of a pane show, one over the other: a browser copies each canvas that is shown, and moves it by
   itself in every frame. It is put together once all of them are painted. */
const STACKS = new WeakMap(); // by pane
function stackOf(map, pane) {
  const key = map.getPane(pane);
  if (!STACKS.has(key)) {
    STACKS.set(key, pictureLayer(pane, {
      layers: [],
      isOld: false,
      set(layers) {
        this.layers = layers.sort((a, b) => a.depth - b.depth);
        this.renew();
      },
      renew() {
        this.isOld = true;
        this.update();
      },
      update() {
        if (this.isOld && this.isStill() && this.layers.every((one) => one.job === null)) { this.work(this.steps()); }
      },
      *steps() {
        const [zoom, ratio] = [this._map.getZoom(), pixelRatio()];
        const shown = this.layers.map((one) => one.done).filter((one) => one !== null && one.inked.length > 0 && one.zoom === zoom && one.ratio === ratio);
        if (shown.length > 0) {
          const [left, top] = [0, 1].map((at) => Math.min(...shown.map((one) => one.box[at])));
          const [right, bottom] = [2, 3].map((at) => Math.max(...shown.map((one) => one.box[at])));
          const context = this.open(L.point(left, top).multiplyBy(TILE_PX), L.point(right - left + 1, bottom - top + 1).multiplyBy(TILE_PX), zoom, ratio);
          context.setTransform(1, 0, 0, 1, 0, 0);
          settle(context);
          for (const one of shown) {
            yield;
            context.drawImage(one.context.canvas, (one.box[0] - left) * TILE_PX * ratio, (one.box[1] - top) * TILE_PX * ratio);
            settle(context);
          }
          yield NEXT_FRAME;
        }
        this.job = null;
        this.isOld = false;
        if (shown.length > 0) { this.present(); } else { this.hide(); }
        for (const one of this.layers) { one.update(); } // the map may have been dragged on
      },
    }));
    map.addLayer(STACKS.get(key));
  }
  return STACKS.get(key);
}

/* A layer that the generator `paint(open, tile)` fills, tile by tile, those in the middle of the view first. A tile
   is painted the same whatever the view. `open()` gives what to draw with. Of two in a pane the one that was made later is above. */
function tiledLayer(pane, paint) {
  painting.made += 1;
  return pictureLayer(pane, {
    depth: painting.made,
    stack: null,
    done: null, // { zoom, ratio, version, box, inked, context }: what has been painted, on which tiles something is, and where
    asked: null, // the same of what is being painted
    version: 0, // of what is painted
    getEvents() { return { zoomanim: this.stop, moveend: this.update, move: this.ahead }; },
    onAdd(map) {
      this.stack = stackOf(map, pane);
      this.stack.set([...this.stack.layers, this]);
      this.update();
    },
    onRemove() {
      this.stop();
      this.done = null;
      this.next = null;
      this.stack.set(this.stack.layers.filter((one) => one !== this));
    },
    stop() {
      PICTURE.stop.call(this);
      this.asked = null;
    },
    /* beyond the edge of the view before it is seen */
    ahead() {
      if (this.done !== null && this.done.zoom === this._map.getZoom() && !this.stack.isOld) { this.update(); }
    },
    /* The tiles within a distance of the view: first and last column and row. */
    around(distance) {
      const { min, max } = this._map.getPixelBounds();
      return [min.x - distance, min.y - distance, max.x + distance, max.y + distance].map((one) => Math.floor(one / TILE_PX));
    },
    update() {
      if (!this.isStill()) { return; }
      const now = { zoom: this._map.getZoom(), ratio: pixelRatio(), version: this.version };
      const isLike = (one) => one !== null && one.zoom === now.zoom && one.ratio === now.ratio && one.version === now.version;
      const holds = (one, box) => isLike(one) && one.box[0] <= box[0] && one.box[1] <= box[1] && one.box[2] >= box[2] && one.box[3] >= box[3];
      if (holds(this.done, this.around(NEAR_PX))) {
        this.stop();
        return;
      }
      const seen = this.around(0);
      const isNear = (one) => isLike(one) && one.box[0] <= seen[2] && one.box[1] <= seen[3] && one.box[2] >= seen[0] && one.box[3] >= seen[1];
      /* a map that is dragged fast would never see the end of a picture begun anew each time */
      if (isNear(this.asked)) { return; }
      /* always as many tiles, so that the canvas keeps its size */
      const [left, top] = this.around(AHEAD_PX);
      const { x, y } = this._map.getSize();
      const next = { ...now, box: [left, top, left + Math.ceil((x + 2 * AHEAD_PX) / TILE_PX), top + Math.ceil((y + 2 * AHEAD_PX) / TILE_PX)] };
      this.work(this.steps(next, isLike(this.done) ? this.done : null, seen));
      this.asked = next;
    },
    *steps(next, last, seen) {
      const { box, zoom, ratio } = next;
      const whole = 2 ** zoom;
      const corner = L.point(box[0], box[1]).multiplyBy(TILE_PX);
      const within = ([left, top, right, bottom], x, y) => x >= left && x <= right && y >= top && y <= bottom;
      const inked = (last === null ? [] : last.inked).filter(([x, y]) => within(box, x, y));
      let context = null;
      const begin = () => {
        if (context !== null) { return; }
        context = this.open(corner, L.point(box[2] - box[0] + 1, box[3] - box[1] + 1).multiplyBy(TILE_PX), zoom, ratio);
        if (inked.length === 0) { return; }
        const [right, down] = [last.box[0] - box[0], last.box[1] - box[1]].map((tiles) => tiles * TILE_PX * ratio);
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.drawImage(last.context.canvas, right, down);
        context.scale(ratio, ratio);
      };
      /* a canvas is a step by itself: where the last one showed something, this one will too */
      if (this.done !== null && this.done.inked.length > 0) {
        begin();
        settle(context);
        yield;
      }
      const tiles = [];
      for (let y = box[1]; y <= box[3]; y += 1) {
        for (let x = box[0]; x <= box[2]; x += 1) { if (last === null || !within(last.box, x, y)) { tiles.push([x, y]); } }
      }
      const far = ([x, y]) => Math.hypot(2 * x - seen[0] - seen[2], 2 * y - seen[1] - seen[3]);
      tiles.sort((a, b) => far(a) - far(b) || a[1] - b[1] || a[0] - b[0]);
      const side = TILE_PX / 256 / whole;
      for (const [x, y] of tiles) {
        let isOpen = false;
        const open = () => {
          begin();
          if (isOpen) { return context; }
          isOpen = true;
          inked.push([x, y]);
          context.save();
          context.translate((x - box[0]) * TILE_PX, (y - box[1]) * TILE_PX);
          context.beginPath();
          context.rect(0, 0, TILE_PX, TILE_PX);
          context.clip();
          return context;
        };
        const tile = { zoom, ratio, scale: 256 * whole, left: x * side, top: y * side, side, margin: 8 / (256 * whole) };
        try {
          for (const step of paint(open, tile)) {
            if (isOpen) { settle(context); }
            yield step;
          }
          if (isOpen) { settle(context); }
        } finally { if (isOpen) { context.restore(); } }
        yield;
      }
      this.next = this.done === null || this.done.context === null ? null : { context: this.done.context }; // to paint on the next time
      this.done = { ...next, inked, context };
      this.job = null;
      this.asked = null;
      this.stack.renew();
    },
    /* What is painted changed. */
    repaint() {
      this.version += 1;
      if (this._map) { this.update(); }
    },
  });
}
