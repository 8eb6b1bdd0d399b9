/* The view as a picture: what the map shows, its title, how it is proven, where its data come from. */

const PICTURE_SCALE = 2;
const PICTURE_HEAD = 78;
const PICTURE_FOOT = 26;

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

/* Writes a text on at most `most` lines; what has no room on the last one is left out, with dots. */
function writeWithin(context, text, x, y, { room, most, high }) {
  const words = text.split(/ +/);
  for (let line = 0; line < most && words.length > 0; line += 1) {
    let shown = words.shift();
    while (words.length > 0 && context.measureText(`${shown} ${words[0]}`).width <= room) { shown += ` ${words.shift()}`; }
    const cut = line === most - 1 && words.length > 0 ? "…" : "";
    while (shown.length > 1 && context.measureText(shown + cut).width > room) { shown = shown.slice(0, -1); }
    context.fillText(shown + cut, x, y + line * high);
  }
}

/** @returns {Promise<Blob>} */
async function pictureOf(map, data, tell) {
  sharpen([map], PICTURE_SCALE);
  paintNow();
  const frame = map.getContainer();
  const around = frame.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = around.width * PICTURE_SCALE;
  canvas.height = (around.height + PICTURE_HEAD + PICTURE_FOOT) * PICTURE_SCALE;
  const context = canvas.getContext("2d");
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  context.fillStyle = PALETTE.paper;
  context.fillRect(0, 0, around.width, canvas.height);
  context.save();
  context.beginPath();
  context.rect(0, PICTURE_HEAD, around.width, around.height);
  context.clip();
  context.translate(-around.left, PICTURE_HEAD - around.top);
  const panes = [...frame.querySelectorAll(".leaflet-map-pane > .leaflet-pane")]
    .sort((a, b) => Number(getComputedStyle(a).zIndex) - Number(getComputedStyle(b).zIndex));
  for (const pane of panes) {
    const pictures = [...pane.querySelectorAll("canvas, svg")].filter((one) => one.checkVisibility() && one.closest(".leaflet-popup") === null);
    const depth = (one) => Number(one.closest(".leaflet-marker-icon")?.style.zIndex || 0);
    for (const picture of pictures.sort((a, b) => depth(a) - depth(b))) {
      const box = picture.getBoundingClientRect();
      if (box.width === 0 || box.right < around.left || box.left > around.right || box.bottom < around.top || box.top > around.bottom) { continue; }
      context.drawImage(picture instanceof HTMLCanvasElement ? picture : await imageOf(picture, box.width, box.height),
        box.left, box.top, box.width, box.height);
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
  const scale = frame.querySelector(".leaflet-control-scale-line");
  const [bar, base] = [scale.getBoundingClientRect(), around.bottom - 14];
  Object.assign(context, { strokeStyle: PALETTE.ink, fillStyle: PALETTE.ink, lineWidth: 1.6, font: `12px ${LABEL_FACE}`, textAlign: "left", textBaseline: "alphabetic" });
  context.beginPath();
  context.moveTo(around.left + 14, base - 5);
  context.lineTo(around.left + 14, base);
  context.lineTo(around.left + 14 + bar.width, base);
  context.lineTo(around.left + 14 + bar.width, base - 5);
  context.stroke();
  context.fillText(scale.textContent, around.left + 18, base - 5);
  context.restore();
  const style = getComputedStyle(document.documentElement);
  Object.assign(context, { fillStyle: style.getPropertyValue("--paper") });
  context.fillRect(0, 0, around.width, PICTURE_HEAD);
  context.fillRect(0, PICTURE_HEAD + around.height, around.width, PICTURE_FOOT);
  Object.assign(context, { fillStyle: style.getPropertyValue("--ink"), font: `650 19px ${LABEL_FACE}`, textBaseline: "alphabetic" });
  const room = around.width - 28;
  writeWithin(context, tell.own(data.title), 14, 26, { room, most: 1, high: 0 });
  context.font = `13px ${LABEL_FACE}`;
  const told = [...document.getElementById("status").children].map((one) => one.textContent);
  writeWithin(context, `${told[0]} · ${told.slice(1).join(" ")}`, 14, 47, { room, most: 2, high: 19 });
  context.fillStyle = style.getPropertyValue("--soft");
  context.font = `12px ${LABEL_FACE}`;
  writeWithin(context, frame.querySelector(".credit").textContent, 14, PICTURE_HEAD + around.height + 17, { room, most: 1, high: 0 });
  sharpen([map], 1);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}
