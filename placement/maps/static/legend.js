/* The legend, which is the layer control too, and the swatches it shows. */

const SMALL_WINDOW = "(max-width: 1100px)"; // here the legend would hide too much of the map
const LEGEND_CORNERS = /** @type {L.ControlPosition[]} */ (["topright", "bottomright", "bottomleft"]);
const LEGEND_MARGIN = 10;
const CANDIDATES = {
  optional: { radius: 2.6, color: "#858d96", weight: 1, fillColor: inkOf("casing"), fillOpacity: 1 },
  required: { radius: 4.2, color: inkOf("ink"), weight: 2.2, fillColor: inkOf("casing"), fillOpacity: 1 },
  excluded: { radius: 2.4, color: "#8a8f95", weight: 1, fillColor: "#8a8f95", fillOpacity: 1 },
};

const areaColour = (part) => `color-mix(in srgb, ${inkOf("area_most")} ${(100 * part).toFixed(1)}%, ${inkOf("area_least")})`;

/* The strictest thing that is true of a site: required before optional before excluded. */
function standing(site) {
  const known = site.options.map((option) => option.status);
  return ["required", "optional"].find((status) => known.includes(status)) || "excluded";
}

/* Swatches of the legend. */
function swatch(...children) {
  return drawn("svg", { viewBox: "0 0 28 18", width: 28, height: 18, "aria-hidden": "true" }, ...children);
}
function swatchOf(picture) {
  picture.setAttribute("width", 28);
  return picture;
}
function patch(fill, opacity, stroke, dash) {
  return swatch(drawn("rect", {
    x: 2, y: 2, width: 24, height: 14, fill, "fill-opacity": opacity, stroke, "stroke-width": 1.6, "stroke-dasharray": dash,
  }));
}
function strip(colour, width) {
  return swatch(drawn("path", { d: "M2 12 10 6 18 12 26 6", fill: "none", stroke: colour, "stroke-width": width }));
}
function barSwatch(colour, number) {
  return swatch(drawn("path", { d: "M9 9 19 9", fill: "none", stroke: colour, "stroke-width": barWidth(number), "stroke-linecap": "square" }));
}
function candidateSwatch() {
  const dot = (cx, style) => drawn("circle", {
    cx, cy: 9, r: style.radius, fill: style.fillColor, stroke: style.color, "stroke-width": style.weight,
  });
  return swatch(dot(14, CANDIDATES.optional));
}
function rampSwatch() {
  return swatch(...[0, 1, 2, 3].map((i) => drawn("rect", {
    x: 2 + 6 * i, y: 2, width: 6, height: 14, fill: areaColour(i / 3), stroke: inkOf("area_line"), "stroke-width": 0.7,
  })));
}
function groundSwatch(kinds) {
  const wide = 24 / kinds.length;
  return swatch(...kinds.map((kind, i) => drawn("rect", { x: 2 + wide * i, y: 2, width: wide, height: 14, fill: inkOf(kind), stroke: inkOf("building_line"), "stroke-width": 1 })));
}
function letterSwatch() {
  return swatch(drawn("text", { x: 14, y: 13, "text-anchor": "middle", "font-size": 13, "font-weight": 600, fill: inkOf("label") }, "A"));
}
function northArrow() {
  return drawn("svg", { viewBox: "0 0 24 36", width: 24, height: 36, "aria-hidden": "true" },
    drawn("path", { d: "M12 1 19 20 12 16Z", fill: inkOf("ink") }),
    drawn("path", { d: "M12 1 5 20 12 16Z", fill: inkOf("halo"), stroke: inkOf("ink"), "stroke-width": 1.2, "stroke-linejoin": "round" }),
    drawn("text", { x: 12, y: 34, "text-anchor": "middle", "font-size": 13, "font-weight": 700, fill: inkOf("ink") }, "N"));
}
function missingSwatch(kind, onGround) {
  const canvas = make("canvas", { width: 56, height: 36, class: "swatch", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  if (onGround) {
    context.fillStyle = hatch(context, kind, 2);
    context.fillRect(2, 1, 24, 16);
  } else {
    paintMissing(context, kind, [[6, 6], [14, 12], [22, 6]], 2.4);
  }
  return canvas;
}

/* Legend and layer control in one: what a sign means stands beside the box that shows it. `marks` are signs of posts that
   stand out, each with its words. */
function makeLegend(map, data, tell, state, entries, marks = () => []) {
  const box = make("details", { class: "legend" });
  const control = L.Control.extend({
    onAdd() {
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    },
  });
  box.open = !window.matchMedia(SMALL_WINDOW).matches;
  const held = new control({ position: "topright" }).addTo(map);
  const notes = {
    sites: () => make("ul", { class: "notes" }, ...["required", "excluded"]
      .filter((status) => data.sites.some((site) => standing(site) === status))
      .map((status) => {
        const style = CANDIDATES[status];
        return make("li", null, swatch(drawn("circle", {
          cx: 14, cy: 9, r: style.radius, fill: style.fillColor, stroke: style.color, "stroke-width": style.weight,
        })), make("span", null, tell.say(`site_${status}`)));
      })),
    areas: () => {
      const people = data.areas.map((area) => area.people);
      if (Math.min(...people) === Math.max(...people)) {
        return make("p", { class: "notes" }, tell.people(people[0]));
      }
      return make("p", { class: "notes" }, tell.say("range", {
        least: tell.people(Math.min(...people)), most: tell.people(Math.max(...people)),
      }));
    },
  };
  const tick = (entry, label) => {
    const input = make("input", { type: "checkbox", "data-layer": entry.key, "aria-label": label });
    input.checked = !state.hidden.has(entry.key);
    input.addEventListener("change", () => {
      if (input.checked) { state.hidden.delete(entry.key); map.addLayer(entry.layer); }
      else { state.hidden.add(entry.key); map.removeLayer(entry.layer); }
      state.arrange();
      if (entry.group === "extra") {
        draw();
        const others = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("#panel [data-layer]"));
        for (const other of others) { other.checked = !state.hidden.has(other.dataset.layer); }
      }
    });
    return input;
  };
  const row = (entry) => make("label", null, tick(entry, null), make("span", { class: "key" }, entry.swatch()),
    make("span", null, entry.words()));
  const extra = () => entries.filter((one) => one.group === "extra").map(row);
  /* A row for each resource, a column for what is drawn of it. */
  const byResource = () => {
    const groups = ["posts", "reach", "missing", "slow"]
      .filter((group) => entries.some((entry) => entry.group === group));
    const rows = data.resources.filter((resource) => resource.shown).map((resource) => {
      const label = tell.say("layer_resource", {
        label: tell.own(resource.label), min: tell.minutes(resource.limit_s),
      });
      return make("tr", null, make("th", { scope: "row" }, label), ...groups.map((group) => {
        const entry = entries.find((one) => one.key === `${group}-${resource.id}`);
        return make("td", null, entry === undefined ? null : make("label", null,
          tick(entry, tell.pair(tell.say(`group_${group}`), group === "posts" ? tell.own(resource.label) : label)), entry.swatch()));
      }));
    });
    return make("table", { class: groups.length > 3 ? "four" : null }, make("thead", null, make("tr", null, make("td"),
      ...groups.map((group) => make("th", { scope: "col" }, tell.say(`group_${group}`))))),
    make("tbody", null, ...rows));
  };
  const draw = () => {
    const set = make("div", { class: "plain" });
    for (const entry of entries.filter((one) => one.group === "plan" || (one.group === "extra" && !state.hidden.has(one.key)))) {
      set.append(row(entry));
      if (entry.key in notes) { set.append(notes[entry.key]()); }
    }
    const own = marks();
    const told = own.length === 0 ? null : make("ul", { class: "notes marks" }, ...own.map(([picture, words]) => make("li", null, swatchOf(picture), make("span", null, words))));
    box.replaceChildren(make("summary", null, tell.say("layers")), ...[byResource(), told, set].filter((one) => one !== null));
    fitTables(box);
  };
  /* Room below it for what stands in a corner already: sources, or scale, north and the place under the pointer. */
  const foot = (side, size) => {
    const above = map.getContainer().getBoundingClientRect().top;
    const others = [...map.getContainer().querySelectorAll(`.leaflet-bottom.leaflet-${side} > .leaflet-control`)].filter((one) => one !== box);
    return LEGEND_MARGIN + size.y - Math.min(size.y, ...others.map((one) => one.getBoundingClientRect()).filter((one) => one.height > 0).map((one) => one.top - above));
  };
  /* Where it would stand in a corner: [left, top, right, bottom] in a map of that size. */
  const place = (corner, size) => {
    const [wide, high] = map.getContainer().contains(box) ? [box.offsetWidth, box.offsetHeight] : [0, 0];
    const left = corner.endsWith("left") ? LEGEND_MARGIN : size.x - wide - LEGEND_MARGIN;
    const top = corner.startsWith("top") ? LEGEND_MARGIN : size.y - high - foot(corner.slice(6), size);
    return [left, top, left + wide, top + high];
  };
  /* Beside the map rather than on it, and back. */
  const leave = (before) => { before.prepend(box); };
  const back = () => { held.setPosition(held.getPosition()); };
  const move = (corner) => { if (corner !== held.getPosition()) { held.setPosition(corner); } };
  const corner = () => held.getPosition();
  /* Folded in a small window, unless the reader has chosen. */
  let chosen = false;
  box.addEventListener("click", (event) => { if (/** @type {HTMLElement} */ (event.target).closest("summary")) { chosen = true; } });
  const small = window.matchMedia(SMALL_WINDOW);
  const fold = () => { if (!chosen || small.matches) { box.open = !small.matches; } };
  const width = () => box.offsetWidth;
  const shift = () => (!box.open || map.getSize().x < 2.5 * width() ? 0
    : held.getPosition().endsWith("left") ? width() : -width());
  /* Where map and legend are too narrow for a popup beside it, the legend is folded. */
  const giveWay = () => { if (map.getSize().x < 2.5 * width()) { box.open = false; } };
  /* A popup stands beside the legend, or below its head once it is folded: never behind it. */
  const makeRoom = (popup) => {
    giveWay();
    const isAbove = !box.open && getComputedStyle(box).visibility === "visible" && held.getPosition().startsWith("top");
    popup.options.autoPanPaddingTopLeft = L.point(16 + Math.max(0, shift()), isAbove ? box.offsetHeight + 26 : 16);
    popup.options.autoPanPaddingBottomRight = L.point(16 + Math.max(0, -shift()), 16);
    popup.update();
  };
  return { draw, extra, box, corners: LEGEND_CORNERS, place, move, leave, back, corner, fold, shift, giveWay, makeRoom };
}
