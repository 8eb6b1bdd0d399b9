/* Names on the map, placed without collision: the more important first, each where it has room. */

const LABEL_CELL = 48;
const LABEL_FACE = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif';
const LABEL_STYLES = {
  area: { font: `600 12px ${LABEL_FACE}`, size: 12, colour: "label_area" },
  missing: { font: `700 12px ${LABEL_FACE}`, size: 12, colour: "label_missing" },
  water: { font: `italic 600 13px ${LABEL_FACE}`, size: 13, colour: "label_water", spacing: 2.5 },
  bridge: { font: `600 10.5px ${LABEL_FACE}`, size: 10.5, colour: "label" },
  main: { font: `500 11px ${LABEL_FACE}`, size: 11, colour: "label" },
  street: { font: `10.5px ${LABEL_FACE}`, size: 10.5, colour: "label" },
  station: { font: `500 10.5px ${LABEL_FACE}`, size: 10.5, colour: "label" },
  place: { font: `italic 500 10.5px ${LABEL_FACE}`, size: 10.5, colour: "label_place" },
  gate: { font: `600 10.5px ${LABEL_FACE}`, size: 10.5, colour: "label" },
};
/* By group of streets: path, street, main, bridge. */
const LINE_KINDS = ["street", "street", "main", "bridge"];
const LINE_FROM = [16, 14.75, 13.25, 14];
const STATION_FROM = 14;
const GATE_FROM = 15.5;
const PLACE_PX = 60; // side of green or of a square, from which it has its name
const METRE_0 = 256 / 40_075_017; // pixels of zoom 0 in a metre at the equator
const REPEAT_PX = 420; // between two names of one street
const NUDGE_PX = 110; // as far as a name may be moved to be in sight
const CLOSE_ZOOM = 14.5; // from which other ground lies between a name and an area
const ASTRAY_PX = { far: 80, close: 40 }; // at most, from a name to the area it names
const EDGE_STEP_PX = 16; // between places of an area's edge at which nearness is told
const PAINTED_PART = 0.15; // of the view, painted on each side of it
const PLACED_PART = 0.45; // the same, in which names have their places
const MOVED_PX = 24; // of the map, after which names without a place are tried again
const BEND = 0.35; // radians from letter to letter, above which they part or lie on one another
const TURN = 0.6; // between any two letters of a name, above which it is hard to read
const STRAIGHT = 0.15; // below which no straighter stretch is sought

/* Boxes already taken, by the cells of a grid. */
function takenGround() {
  const cells = new Map();
  const eachCell = (box, visit) => {
    for (let row = Math.floor(box[1] / LABEL_CELL); row <= Math.floor(box[3] / LABEL_CELL); row += 1) {
      for (let column = Math.floor(box[0] / LABEL_CELL); column <= Math.floor(box[2] / LABEL_CELL); column += 1) {
        if (visit(row * 16_777_216 + column)) { return true; }
      }
    }
    return false;
  };
  const isFree = (box) => !eachCell(box, (key) => (cells.get(key) || []).some((one) => (
    one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1])));
  const take = (box) => eachCell(box, (key) => {
    if (cells.has(key)) { cells.get(key).push(box); } else { cells.set(key, [box]); }
    return false;
  });
  return { isFree, take };
}

/* Widths of texts, letter by letter, measured once. */
function measurer() {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map();
  const width = (text, style) => {
    const key = `${style.font}|${text}`;
    if (!known.has(key)) {
      context.font = style.font;
      known.set(key, context.measureText(text).width);
    }
    return known.get(key);
  };
  /* letters that belong together stay together */
  const parts = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
  const letters = (text) => (parts === null ? [...text] : [...parts.segment(text)].map((one) => one.segment));
  return { width, letters };
}

/* Into at most `most` lines of about equal length, none of which begins with a dash. */
function broken(text, most) {
  const words = text.split(/\s+(?![-–—]\s)/);
  const lines = Math.min(most, Math.ceil(text.length / 18));
  const aim = text.length / lines;
  const found = [""];
  for (const word of words) {
    const last = found[found.length - 1];
    if (last !== "" && last.length + word.length / 2 > aim && found.length < lines) { found.push(word); }
    else { found[found.length - 1] = last === "" ? word : `${last} ${word}`; }
  }
  return found;
}

/* A point and a direction at a distance along a line; beyond its ends straight on. */
function alongLine(line, lengths, at) {
  let i = 1;
  let last = lengths.length - 1;
  while (i < last) {
    const half = (i + last) >> 1;
    if (lengths[half] < at) { i = half + 1; } else { last = half; }
  }
  const part = lengths[i] - lengths[i - 1] || 1;
  const t = (at - lengths[i - 1]) / part;
  const [a, b] = [line[i - 1], line[i]];
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/* Letters of a name along a line and by how much they turn, or null where it turns too much or ground is taken;
   with `overhang` it may run beyond the ends. */
function lettersAlong(line, lengths, middle, label, measure, isFree) {
  const { overhang } = label;
  const { style, text } = label;
  const letters = measure.letters(text);
  const widths = letters.map((letter) => measure.width(letter, style) + (style.spacing || 0));
  const whole = widths.reduce((sum, one) => sum + one, 0);
  const total = lengths[lengths.length - 1];
  let from = middle - whole / 2;
  if (!overhang && (from < 2 || from + whole > total - 2)) { return null; }
  const start = alongLine(line, lengths, from);
  const end = alongLine(line, lengths, from + whole);
  const turned = end[0] < start[0];
  if (turned) { from += whole; }
  const sign = turned ? -1 : 1;
  const reach = Math.max(style.size, 8) * (style.spacing ? 3 : 0.8);
  const found = [];
  let at = 0;
  let last = null;
  let [way, left, right] = [0, 0, 0]; // how far letters are turned from the first one
  for (let i = 0; i < letters.length; i += 1) {
    const centre = from + sign * (at + widths[i] / 2);
    const place = alongLine(line, lengths, centre);
    const before = alongLine(line, lengths, centre - sign * reach);
    const after = alongLine(line, lengths, centre + sign * reach);
    const angle = Math.atan2(after[1] - before[1], after[0] - before[0]);
    const bend = last === null ? 0 : Math.atan2(Math.sin(angle - last), Math.cos(angle - last));
    way += bend;
    left = Math.min(left, way);
    right = Math.max(right, way);
    if (Math.abs(bend) > BEND || right - left > TURN) { return null; }
    last = angle;
    const rise = label.rise || 0;
    const [x, y] = [place[0] + rise * Math.sin(angle), place[1] - rise * Math.cos(angle)];
    const half = style.size * 0.6;
    const box = [x - half, y - half, x + half, y + half];
    if (!isFree(box)) { return null; }
    found.push({ letter: letters[i], x, y, angle, box });
    at += widths[i];
  }
  return { letters: found, turn: right - left };
}

/* People of an area who are not covered, in the plan or in the variant that is tried. */
const lostNow = ({ gaps, main }, row) => (gaps.tried ? gaps.tried.get(row.name) : row.all.far[main] + (row.all.turned[main] || 0));

/* All names of a plan, the most important first; places in the plane of zoom 0. */
function namesOf(map, data, tell) {
  const zero = (lat, lon) => { const at = map.project([lat, lon], 0); return [at.x, at.y]; };
  const lineOf = (steps, scale) => {
    const points = mercator(steps, scale);
    return Array.from({ length: points.length / 2 }, (_, i) => [256 * points[2 * i], 256 * points[2 * i + 1]]);
  };
  const names = [];
  const along = (line) => [Math.min(...line.map((one) => one[0])), Math.min(...line.map((one) => one[1])),
    Math.max(...line.map((one) => one[0])), Math.max(...line.map((one) => one[1]))];
  const shut = data.shut || [];
  for (const [name, lat, lon] of shut) {
    names.push({ key: `shut ${name}`, lines: [{ text: `✗ ${name}`, style: LABEL_STYLES.missing }], at: zero(lat, lon), from: 0, layer: "shut", whole: true });
  }
  const isShut = new Set(shut.map(([name]) => name));
  const shores = data.water.flatMap((one) => one.shape.flat()).map((ring) => lineOf(ring, 1e6));
  const middles = []; // of the waters that have a name
  for (const [text, steps] of data.labels.water) {
    const line = lineOf(steps, 1e5);
    middles.push(line);
    names.push({ key: `water ${text}`, text, style: LABEL_STYLES.water, line, around: along(line), from: 11, repeat: 700, rise: 10, most: 3, layer: "water" });
  }
  const areas = [];
  data.areas.forEach((area, position) => {
    const row = data.gaps.rows.find((one) => one.area === position);
    const lost = row === undefined ? 0 : lostNow(data, row);
    const lines = broken(area.name || area.id, 3).map((text) => ({ text, style: LABEL_STYLES.area }));
    if (lost > 0) { lines.push({ text: tell.count("not_covered", lost), style: LABEL_STYLES.missing }); }
    const points = lineOf(area.shape.length > 0 ? area.shape[0][0] : [], 1e6);
    if (points.length === 0) { return; }
    areas.push({ key: `area ${area.id}`, lines, box: along(points), edge: points, shores, middles, from: 13, weight: area.people, layer: "areas" });
  });
  areas.sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1));
  names.push(...areas);
  for (const [text, lon, lat] of data.labels.stations) {
    names.push({ key: `station ${text}`, lines: [{ text, style: LABEL_STYLES.station }], at: zero(lat, lon), dot: true, from: STATION_FROM, layer: "names" });
  }
  for (const [text, lon, lat, side] of data.labels.places) {
    const lines = broken(text, 3).map((line) => ({ text: line, style: LABEL_STYLES.place }));
    const from = Math.max(STATION_FROM, Math.log2((PLACE_PX * Math.cos((lat * Math.PI) / 180)) / (side * METRE_0)));
    names.push({ key: `place ${text}`, lines, at: zero(lat, lon), within: true, from, layer: "background" });
  }
  for (const [text, group, steps] of data.labels.streets) {
    if (isShut.has(text)) { continue; }
    const line = lineOf(steps, 1e5);
    names.push({
      key: `street ${text}`, text, style: LABEL_STYLES[LINE_KINDS[group]], line, around: along(line),
      from: LINE_FROM[group], repeat: REPEAT_PX, overhang: group === 3, most: 40, layer: "streets",
    });
  }
  return names;
}

/* Places along the edge of an area, as far as they lie in a box. */
function edgeIn(edge, box) {
  const found = [];
  edge.forEach(([x, y], i) => {
    const [toX, toY] = edge[(i + 1) % edge.length];
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) / EDGE_STEP_PX));
    for (let step = 0; step < steps; step += 1) {
      const [px, py] = [x + ((toX - x) * step) / steps, y + ((toY - y) * step) / steps];
      if (px > box[0] && px < box[2] && py > box[1] && py < box[3]) { found.push([px, py]); }
    }
  });
  return found;
}

/* Whether a place lies in a ring, which need not be closed. */
const isInside = (ring, x, y) => ring.reduce((is, [ax, ay], i) => {
  const [bx, by] = ring[(i + 1) % ring.length];
  return ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay) ? !is : is;
}, false);

/* How often a way between two places meets a line, or a ring.
   @param {number[]} from
   @param {number[]} to */
const meetings = (from, to, line, isRing) => line.filter(([px, py], i) => {
  if (i === 0 && !isRing) { return false; }
  const [[ax, ay], [bx, by]] = [from, to];
  const [qx, qy] = line[(i || line.length) - 1];
  const [dx, dy] = [bx - ax, by - ay];
  return dx * (py - ay) > dy * (px - ax) !== dx * (qy - ay) > dy * (qx - ax)
    && (qx - px) * (ay - py) > (qy - py) * (ax - px) !== (qx - px) * (by - py) > (qy - py) * (bx - px);
}).length;

/* Whether no corner of a box is beyond the water, seen from the area with this edge: the way there neither meets the
   middle of a water nor leads into one and out of it again. The water is in the plane of zoom 0. */
function isOnOwnBank(box, ring, edge, { shores, middles }, scale) {
  const plane = (place) => place.map((one) => one / scale);
  return edge.length === 0 || [[box[0], box[1]], [box[2], box[1]], [box[0], box[3]], [box[2], box[3]]].every((corner) => {
    if (isInside(ring, corner[0], corner[1])) { return true; }
    const away = ([x, y]) => (x - corner[0]) ** 2 + (y - corner[1]) ** 2;
    const nearest = plane(edge.reduce((best, one) => (away(one) < away(best) ? one : best)));
    const from = plane(corner);
    return !middles.some((line) => meetings(from, nearest, line, false) > 0)
      && shores.reduce((sum, shore) => sum + meetings(from, nearest, shore, true), 0) < 2;
  });
}

/* Places names at a zoom, a few at a time; `done` gets what to draw. */
function* placeNames(names, zoom, region, sight, signs, measure, done) {
  const ground = takenGround();
  const scale = 2 ** zoom;
  const drawn_ = [];
  const used = new Map(); // where a name stands already
  for (const box of signs) { ground.take(box); }
  const flat = (name, x, y, align, suits) => {
    const high = name.lines.reduce((sum, one) => sum + one.style.size * 1.15, 0);
    const wide = Math.max(...name.lines.map((one) => measure.width(one.text, one.style)));
    const left = align === "left" ? x : align === "right" ? x - wide : x - wide / 2;
    const box = [left - 3, y - high / 2 - 2, left + wide + 3, y + high / 2 + 2];
    if (!ground.isFree(box) || !suits(box)) { return false; }
    ground.take(box);
    let top = y - high / 2;
    for (const one of name.lines) {
      const at = align === "left" ? left : align === "right" ? left + wide - measure.width(one.text, one.style)
        : left + (wide - measure.width(one.text, one.style)) / 2;
      drawn_.push({ style: one.style, text: one.text, x: at, y: top + one.style.size * 0.92, box });
      top += one.style.size * 1.15;
    }
    return true;
  };
  const inSight = (box) => box[0] > sight.box[0] && box[1] > sight.box[1] && box[2] < sight.box[2] && box[3] < sight.box[3]
    && !sight.covers.some((one) => one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1]);
  const outOfSight = (box) => box[0] > sight.box[2] || box[1] > sight.box[3] || box[2] < sight.box[0] || box[3] < sight.box[1];
  const onPaper = document.documentElement.classList.contains("paper");
  let unplaced = 0;
  /* how far a name that would begin or end beyond the view has to move */
  const nudge = (name, x, align) => {
    const wide = Math.max(...name.lines.map((one) => measure.width(one.text, one.style))) + 8;
    const left = align === "left" ? x - 4 : align === "right" ? x - wide + 4 : x - wide / 2;
    return left < sight.box[0] ? sight.box[0] - left + 1 : left + wide > sight.box[2] ? sight.box[2] - left - wide - 1 : 0;
  };
  let count = 0;
  for (const name of names) {
    count += 1;
    if (count % 12 === 0) { yield; }
    if (zoom < name.from) { continue; }
    const around = name.around || name.box || [...name.at, ...name.at];
    if (around[0] * scale > region[2] || around[2] * scale < region[0]
      || around[1] * scale > region[3] || around[3] * scale < region[1]) { continue; }
    if (name.box !== undefined) {
      const [west, north, east, south] = name.box.map((one) => one * scale);
      const [x, y] = [(west + east) / 2, (north + south) / 2];
      const places = [[x, y, "centre"], [x, north - 22, "centre"], [x, south + 22, "centre"],
        [east + 8, y, "left"], [west - 8, y, "right"], [west, north - 22, "right"], [east, south + 22, "left"],
        [east, north - 22, "left"], [west, south + 22, "right"], [x, north - 50, "centre"], [x, south + 50, "centre"],
        [west, north - 22, "left"], [west, south + 22, "left"], [east, north - 22, "right"], [east, south + 22, "right"],
        [west, north - 56, "left"], [west, south + 56, "left"], [x, north - 80, "centre"], [x, south + 80, "centre"]];
      /* near the area itself, which of a bent one the corners of its box are not */
      const ring = name.edge.map((one) => one.map((value) => value * scale));
      const edge = edgeIn(ring, region);
      const astray = ASTRAY_PX[zoom < CLOSE_ZOOM ? "far" : "close"];
      const isNear = (box) => (edge.some(([px, py]) => px > box[0] - astray && px < box[2] + astray && py > box[1] - astray && py < box[3] + astray)
        || isInside(ring, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)) && isOnOwnBank(box, ring, edge, name, scale);
      const beside = edge.filter((_, i) => i % Math.ceil(edge.length / 24) === 0).sort((a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y));
      places.push(...beside.flatMap(([px, py]) => [[px, py - 24, "centre"], [px, py + 24, "centre"], [px + 12, py, "left"], [px - 12, py, "right"]]));
      /* where all of it is in sight, else where nothing of it is; a name that is cut is left out until the map moves */
      const nudged = places.map(([px, py, align]) => [px + nudge(name, px, align), py, align]).filter(([px], i) => Math.abs(px - places[i][0]) <= NUDGE_PX);
      if (![...places, ...nudged].some(([px, py, align]) => flat(name, px, py, align, (box) => inSight(box) && isNear(box)))) {
        if (!places.some(([px, py, align]) => flat(name, px, py, align, (box) => outOfSight(box) && isNear(box)))) { unplaced += 1; }
      }
    } else if (name.at !== undefined) {
      const [x, y] = name.at.map((one) => one * scale);
      const dot = [x - 4, y - 4, x + 4, y + 4];
      if (name.dot && !ground.isFree(dot)) { continue; }
      const gap = name.dot ? 7 : 19;
      const high = name.dot ? 11 : 23;
      const places = name.within ? [[x, y, "centre"]] : [[x + gap, y, "left"], [x - gap, y, "right"], [x, y - high, "centre"], [x, y + high, "centre"]];
      /* where all of it is in sight; else, on a screen, where it comes into sight as the map moves */
      const seen = (name.whole ? [inSight] : [inSight, onPaper ? outOfSight : () => true])
        .some((suits) => places.some(([px, py, align]) => flat(name, px, py, align, suits)));
      if (name.whole && !seen) { unplaced += 1; }
      if (seen && name.dot) {
        ground.take(dot);
        drawn_.push({ dot: [x, y], box: dot });
      }
    } else {
      const line = name.line.map(([x, y]) => [x * scale, y * scale]);
      const lengths = [0];
      for (let i = 1; i < line.length; i += 1) {
        lengths.push(lengths[i - 1] + Math.hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]));
      }
      const total = lengths[lengths.length - 1];
      const wide = measure.width(name.text, name.style) + (name.style.spacing || 0) * name.text.length;
      if (total < (name.overhang ? 14 : wide + 6)) { continue; }
      const turns = Math.max(1, Math.min(name.most, Math.floor(total / name.repeat)));
      for (let turn = 0; turn < turns; turn += 1) {
        const middle = (total * (turn + 0.5)) / turns;
        const slack = name.overhang ? wide / 2 : Math.min(total / turns - wide, total / turns / 2 - 4);
        let best = null; // the straightest stretch, the first of those that are straight enough
        for (const off of [0, 0.25, -0.25, 0.6, -0.6]) {
          const found = lettersAlong(line, lengths, middle + off * Math.max(0, slack), name, measure, ground.isFree);
          if (found === null || (best !== null && found.turn >= best.turn)) { continue; }
          const { x, y } = found.letters[found.letters.length >> 1];
          if ((used.get(name.key) || []).some(([a, b]) => Math.hypot(a - x, b - y) < 0.6 * name.repeat)) { continue; }
          best = { ...found, x, y };
          if (best.turn < STRAIGHT) { break; }
        }
        if (best === null) { continue; }
        const boxes = best.letters.map((one) => one.box);
        boxes.forEach(ground.take);
        used.set(name.key, [...(used.get(name.key) || []), [best.x, best.y]]);
        drawn_.push({ style: name.style, letters: best.letters, box: [0, 1, 2, 3].map((at) => (at < 2 ? Math.min : Math.max)(...boxes.map((one) => one[at]))) });
      }
    }
  }
  done(drawn_, unplaced);
}

/* Draws names a few at a time. Places are told from the corner of the view: a canvas keeps some seven
   digits of a number, of which pixels of the whole world leave none for the places of letters. */
function* drawNames(context, placed, view) {
  const [left, top] = view;
  context.lineJoin = "round";
  context.miterLimit = 2;
  let count = 0;
  for (const one of placed) {
    const { box } = one;
    if (box[0] > view[2] || box[2] < view[0] || box[1] > view[3] || box[3] < view[1]) { continue; }
    count += 1;
    if (count % 6 === 0) {
      settle(context);
      yield;
    }
    if (one.dot !== undefined) {
      context.beginPath();
      context.arc(one.dot[0] - left, one.dot[1] - top, 3, 0, 2 * Math.PI);
      context.fillStyle = PALETTE.halo;
      context.strokeStyle = PALETTE.label;
      context.lineWidth = 1.6;
      context.fill();
      context.stroke();
      continue;
    }
    context.font = one.style.font;
    context.strokeStyle = PALETTE.halo;
    context.lineWidth = 3.2;
    context.fillStyle = PALETTE[one.style.colour];
    if (one.letters === undefined) {
      context.textAlign = "left";
      context.textBaseline = "alphabetic";
      context.strokeText(one.text, one.x - left, one.y - top);
      context.fillText(one.text, one.x - left, one.y - top);
      continue;
    }
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const way of ["strokeText", "fillText"]) {
      for (const { letter, x, y, angle } of one.letters) {
        context.save();
        context.translate(x - left, y - top);
        context.rotate(angle);
        context[way](letter, 0, 0);
        context.restore();
      }
    }
  }
  settle(context);
}

/* Names over the view, at the exact zoom. `posts()` are the signs that are shown, `isShown(layer)` says what the
   legend shows. */
function makeLabels(map, data, tell, signs, posts, isShown) {
  const measure = measurer();
  /* a site with several posts has its name once */
  const gates = () => (map.getZoom() < GATE_FROM ? [] : posts().filter(({ site }, i, all) => all.findIndex((one) => one.site === site) === i).map(({ text, at }) => ({
    key: `gate ${text}`, lines: broken(text, 2).map((line) => ({ text: line, style: LABEL_STYLES.gate })), at, from: GATE_FROM,
  })));
  const grown = ({ min, max }, part) => {
    const [wide, high] = [part * (max.x - min.x), part * (max.y - min.y)];
    return [min.x - wide, min.y - high, max.x + wide, max.y + high].map(Math.round);
  };
  const holds = (box, inner) => box[0] <= inner[0] && box[1] <= inner[1] && box[2] >= inner[2] && box[3] >= inner[3];
  return pictureLayer("labels", {
    names: null, // found when they are first placed
    version: 0, // of what is shown
    placed: null, // { key, names, region, seen }
    drawn: null, // { key, ratio, box }: what of it is on the canvas
    onRemove() {
      PICTURE.onRemove.call(this);
      this.drawn = null;
    },
    /* names are gone as soon as the map leaves their zoom: moving them too would cost each frame */
    beginZoom() {
      this.stop();
      this.hide();
    },
    update() {
      if (!this.isStill()) { return; }
      const zoom = map.getZoom();
      if (this.shown !== null && this.shown.zoom !== zoom) { this.hide(); } // names of another zoom are gone at once
      const key = `${zoom} ${tell.language} ${this.version}`;
      const view = map.getPixelBounds();
      const box = grown(view, PAINTED_PART);
      const old = this.placed;
      const isPlaced = old !== null && old.key === key && holds(old.region, box) && (old.seen === null
        || (Math.abs(view.min.x - old.seen.min.x) <= MOVED_PX && Math.abs(view.min.y - old.seen.min.y) <= MOVED_PX));
      const isDrawn = isPlaced && this.shown !== null && this.drawn !== null && this.drawn.placed === old && this.drawn.ratio === pixelRatio()
        && holds(this.drawn.box, grown(view, 0));
      if (isDrawn) { this.stop(); } else { this.work(this.steps(key, zoom, view, box, isPlaced)); }
    },
    *steps(key, zoom, view, box, isPlaced) {
      if (!isPlaced) {
        if (this.names === null) {
          this.names = namesOf(map, data, tell);
          yield;
        }
        const around = map.getContainer().getBoundingClientRect();
        /* what lies over the map: legend, buttons, scale */
        const covers = [...map.getContainer().querySelectorAll(".leaflet-control")].map((one) => one.getBoundingClientRect()).filter((one) => one.width > 0)
          .map((one) => [one.left - around.left + view.min.x, one.top - around.top + view.min.y, one.right - around.left + view.min.x, one.bottom - around.top + view.min.y]);
        const sight = { box: grown(view, 0), covers };
        const region = grown(view, PLACED_PART);
        const names = [...this.names.filter((name) => isShown(name.layer)), ...gates()];
        yield* placeNames(names, zoom, region, sight, signs.boxes(), measure, (placed, unplaced) => {
          this.placed = { key, names: placed, region, seen: unplaced > 0 ? view : null };
        });
      }
      const ratio = pixelRatio();
      const context = this.open(L.point(box[0], box[1]), L.point(box[2] - box[0], box[3] - box[1]), zoom, ratio);
      settle(context);
      yield;
      yield* drawNames(context, this.placed.names, box);
      yield NEXT_FRAME;
      this.drawn = { placed: this.placed, ratio, box };
      this.job = null;
      this.present();
    },
    /* Colours or fineness changed. */
    repaint() {
      this.drawn = null;
      if (this._map) { this.update(); }
    },
    /* What is shown changed, and with `again` the names themselves. */
    renew(again) {
      if (again) { this.names = null; }
      this.version += 1;
      if (this._map) { this.update(); }
    },
  });
}
