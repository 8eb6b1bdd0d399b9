/* The view as a picture: what the map shows, its title, how it is proven, north, scale, legend, where its data come from. */

const PICTURE_SCALE = 2;
const PICTURE_KEY = 36; // from the edge of a swatch to its words

/* An SVG element as an image: what the page's style says of it is written into it. */
async function imageOf(svg, width, height) {
  const copy = svg.cloneNode(true);
  const own = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((one, i) => {
    const style = getComputedStyle(own[i]);
    for (const name of ["fill", "stroke", "font-family", "font-size", "font-weight"]) { one.setAttribute(name, style.getPropertyValue(name)); }
  });
  copy.removeAttribute("style"); // where Leaflet has moved it to
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

/* A text in at most `most` lines; what has no room on the last one is left out, with dots. */
function linesOf(context, text, room, most) {
  const words = text.split(/ +/);
  const lines = [];
  while (lines.length < most && words.length > 0) {
    let line = words.shift();
    while (words.length > 0 && context.measureText(`${line} ${words[0]}`).width <= room) { line += ` ${words.shift()}`; }
    const letters = Array.from(line); // of a word longer than a line the rest goes on
    const isLast = lines.length === most - 1;
    const width = () => context.measureText(letters.join("") + (isLast ? "…" : "")).width;
    if (context.measureText(line).width > room) { while (letters.length > 1 && width() > room) { letters.pop(); } }
    const kept = letters.join("");
    if (kept !== line) { words.unshift(line.slice(kept.length)); }
    lines.push(kept + (isLast && words.length > 0 ? "…" : ""));
  }
  return lines;
}

/* What is drawn, as the legend says it: a sign or swatch and its words. Names are read without it. */
function shownKeys() {
  const ticks = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".legend [data-layer]:checked:not([data-layer=names])"));
  const marks = [...document.querySelectorAll(".legend .marks li")].map((one) => ({ swatch: one.querySelector("svg"), words: one.textContent }));
  return [...[...ticks].map((tick) => {
    const label = tick.closest("label");
    const words = tick.ariaLabel || label.textContent;
    const note = label.nextElementSibling;
    return { swatch: label.querySelector("svg, canvas"), words: note !== null && note.matches("p.notes") ? `${words} (${note.textContent})` : words };
  }), ...marks];
}

/* An SVG element or a canvas. */
async function drawOn(context, picture, x, y, width, height) {
  context.drawImage(picture instanceof HTMLCanvasElement ? picture : await imageOf(picture, width, height), x, y, width, height);
}

/** The date is what the reader gave for paper; none comes from the clock.
 * @returns {Promise<Blob>} */
async function pictureOf(map, data, tell, date) {
  sharpen([map], PICTURE_SCALE);
  paintNow();
  const frame = map.getContainer();
  const around = frame.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const room = around.width - 28;
  const keys = shownKeys();
  /* its texts above and below the map: font, colour, height of a line */
  const proposed = document.querySelector(".variant-bar:not([hidden]) .paperonly");
  const told = [...document.getElementById("status").children].map((one) => one.textContent);
  const texts = [
    [`650 19px ${LABEL_FACE}`, "--ink", 24, tell.own(data.title), 4],
    [`13px ${LABEL_FACE}`, "--ink", 19, proposed === null ? `${told[0]} · ${told.slice(1).join(" ")}` : proposed.textContent, 9],
    [`12px ${LABEL_FACE}`, "--soft", 16, [frame.querySelector(".credit").textContent, ...sheetFacts(data.sheet), date].filter((text) => text !== "").join(" · "), 4],
  ].map(([font, colour, high, text, most]) => {
    context.font = font;
    return { font, colour, high, lines: linesOf(context, text, room, most) };
  });
  const heights = texts.map(({ high, lines }) => high * lines.length);
  const head = 14 + heights[0] + heights[1];
  context.font = `13px ${LABEL_FACE}`;
  const wide = PICTURE_KEY + 20 + Math.max(0, ...keys.map(({ words }) => context.measureText(words).width));
  const across = Math.max(1, Math.floor(room / wide));
  const foot = head + around.height + 8;
  const rows = Math.ceil(keys.length / across);
  const named = keys.map(({ words }) => linesOf(context, words, room / across - PICTURE_KEY, 3));
  const row = 8 + 16 * Math.max(1, ...named.map((lines) => lines.length));
  const end = foot + row * rows;
  canvas.width = around.width * PICTURE_SCALE;
  canvas.height = (end + heights[2] + 12) * PICTURE_SCALE;
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  context.fillStyle = PALETTE.paper;
  context.fillRect(0, 0, around.width, canvas.height);
  context.save();
  context.beginPath();
  context.rect(0, head, around.width, around.height);
  context.clip();
  context.translate(-around.left, head - around.top);
  const panes = [...frame.querySelectorAll(".leaflet-map-pane > .leaflet-pane")]
    .sort((a, b) => Number(getComputedStyle(a).zIndex) - Number(getComputedStyle(b).zIndex));
  for (const pane of panes) {
    const pictures = [...pane.querySelectorAll("canvas, svg")].filter((one) => one.checkVisibility() && one.closest(".leaflet-popup") === null);
    const depth = (one) => Number(one.closest(".leaflet-marker-icon")?.style.zIndex || 0);
    for (const picture of pictures.sort((a, b) => depth(a) - depth(b))) {
      const box = picture.getBoundingClientRect();
      if (box.width === 0 || box.right < around.left || box.left > around.right || box.bottom < around.top || box.top > around.bottom) { continue; }
      await drawOn(context, picture, box.left, box.top, box.width, box.height);
    }
    /* signs that stand for several posts are texts in a circle */
    for (const more of pane.querySelectorAll(".bunch .more")) {
      const box = more.getBoundingClientRect();
      context.beginPath();
      context.arc(box.left + box.width / 2, box.top + box.height / 2, box.width / 2 - 1, 0, 2 * Math.PI);
      Object.assign(context, { fillStyle: "#1b1f24", strokeStyle: "#ffffff", lineWidth: 2 });
      context.fill();
      context.stroke();
      Object.assign(context, { fillStyle: "#ffffff", font: `700 13px ${LABEL_FACE}`, textAlign: "center", textBaseline: "middle" });
      context.fillText(more.textContent, box.left + box.width / 2, box.top + box.height / 2);
    }
  }
  /* north and scale, on light ground whatever the map has there */
  const scale = frame.querySelector(".leaflet-control-scale-line");
  const [bar, base] = [scale.getBoundingClientRect().width, around.bottom - 14];
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink");
  context.fillStyle = style.getPropertyValue("--veil");
  context.fillRect(around.left + 8, base - 20, bar + 44, 26);
  Object.assign(context, { strokeStyle: ink, fillStyle: ink, lineWidth: 1.6, font: `12px ${LABEL_FACE}`, textAlign: "left", textBaseline: "alphabetic" });
  context.beginPath();
  context.moveTo(around.left + 14, base - 5);
  context.lineTo(around.left + 14, base);
  context.lineTo(around.left + 14 + bar, base);
  context.lineTo(around.left + 14 + bar, base - 5);
  context.stroke();
  context.fillText(scale.textContent, around.left + 18, base - 5);
  await drawOn(context, frame.querySelector(".north svg"), around.left + bar + 26, base - 20, 17, 25);
  context.restore();
  context.fillStyle = style.getPropertyValue("--paper");
  context.fillRect(0, 0, around.width, head);
  context.fillRect(0, head + around.height, around.width, canvas.height);
  const write = ({ font, colour, high, lines }, x, y) => {
    Object.assign(context, { font, fillStyle: style.getPropertyValue(colour), textAlign: "left", textBaseline: "alphabetic" });
    lines.forEach((line, at) => { context.fillText(line, x, y + at * high); });
  };
  write(texts[0], 14, 26);
  write(texts[1], 14, 23 + heights[0]);
  write(texts[2], 14, end + 17);
  for (const [at, { swatch }] of keys.entries()) {
    const [x, y] = [14 + Math.floor(at / rows) * room / across, foot + row * (at % rows)];
    const box = (swatch.getAttribute("viewBox") || "0 0 28 18").split(" ").map(Number);
    await drawOn(context, swatch, x, y + 1, Math.min(28, 18 * box[2] / box[3]), 18);
    write({ ...texts[1], high: 16, lines: named[at] }, x + PICTURE_KEY, y + 15);
  }
  sharpen([map], 1);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}
