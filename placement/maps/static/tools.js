/* Tools of the map: find a place, measure, fill the screen, keep a picture of the view. */

const TOOL_PICTURES = {
  seek: "M8.5 3A5.5 5.5 0 1 1 8.5 14 5.5 5.5 0 1 1 8.5 3ZM12.5 12.5 17 17",
  measure: "M2 13 13 2 18 7 7 18ZM5.5 9.5 8 12M9 6 10.5 7.5M12.5 2.5 15 5",
  screen: "M3 8V3H8M17 12V17H12M3 3 8.5 8.5M17 17 11.5 11.5",
  picture: "M3 4H17V16H3ZM3 14 7.5 9 11 13 13.5 10.5 17 14M13 7H13.1",
};

/* Saves a text or a picture under a name, without asking anything of a network. */
function saveAs(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = make("a", { href: address, download: name.replace(/[^\w.-]+/g, "-") });
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/* A cell of a table of comma-separated values; what a spreadsheet would take for a formula is quoted. */
function cellText(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value === null ? "" : value);
  return /[",\r\n;]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/* The posts as a table for a spreadsheet: figures as they are, without the signs of a language. */
function postsAsText(data, tell) {
  const head = ["number", "site", "kind_of_post", "units_plain", "cost", "served", "loss"].map((key) => tell.say(key));
  const rows = [...data.posts].sort((a, b) => a.resource - b.resource || countOf(a) - countOf(b)).map((post) => [
    post.number, post.name || post.site, tell.own(data.resources[post.resource].label), post.units, post.cost, post.served, post.loss,
    post.site, post.at[1], post.at[0],
  ]);
  const all = [[...head, tell.say("identifier"), tell.say("latitude"), tell.say("longitude")], ...rows];
  return `\ufeff${all.map((row) => row.map(cellText).join(",")).join("\r\n")}\r\n`;
}

/* Everything with a name that a reader may look for: posts, areas, sites, stations, green and squares, streets. */
function placesToFind(map, data, marked, { showPost, showArea, showCandidate }, options) {
  const found = new Map();
  const offer = (text, show) => { if (text && !found.has(text)) { found.set(text, show); } };
  for (const post of data.posts) { offer(postName(post), () => showPost(post, null)); }
  for (const area of data.areas) { offer(area.name || area.id, () => showArea(area, null)); }
  for (const [text, lon, lat] of data.labels.stations) { offer(text, () => map.setView([lat, lon], 17, { animate: false })); }
  for (const [text, lon, lat] of data.labels.places) { offer(text, () => map.setView([lat, lon], 17, { animate: false })); }
  for (const site of data.sites) { offer(site.name || site.site, () => showCandidate(site, null)); }
  const streets = new Map();
  for (const [text, , steps] of data.labels.streets) {
    const points = mercator(steps, 1e5);
    const line = Array.from({ length: points.length / 2 }, (_, i) => map.unproject(L.point(256 * points[2 * i], 256 * points[2 * i + 1]), 0));
    streets.set(text, [...(streets.get(text) || []), line]);
  }
  for (const [text, lines] of streets) {
    offer(text, () => {
      const line = L.polyline(lines, { ...options, color: inkOf("route"), weight: 9, opacity: 0.45, interactive: false });
      marked.addLayer(line);
      map.fitBounds(line.getBounds(), { maxZoom: 17, padding: [40, 40], animate: false });
    });
  }
  return found;
}

/* Lengths along a line that the reader clicks, in a straight line from place to place. */
function makeMeasure(map, tell, box, options) {
  const drawn_ = L.layerGroup();
  let places = [];
  const told = make("p", { role: "status" });
  const redraw = () => {
    drawn_.clearLayers();
    drawn_.addLayer(L.polyline(places, { ...options, color: inkOf("ink"), weight: 2.4, dashArray: "6 4", interactive: false }));
    for (const place of places) {
      drawn_.addLayer(L.circleMarker(place, { ...options, radius: 4, color: inkOf("ink"), weight: 2, fillColor: inkOf("halo"), fillOpacity: 1, interactive: false }));
    }
    const metres = places.slice(1).reduce((sum, place, i) => sum + map.distance(places[i], place), 0);
    told.textContent = places.length < 2 ? tell.say("measure_start") : tell.say("measured", { m: tell.people(metres) });
  };
  const add = (place) => { places.push(place); redraw(); };
  const clicked = (event) => add(event.latlng);
  const again = () => { places = []; redraw(); };
  return {
    open() {
      box.replaceChildren(told, make("div", { class: "toolrow" },
        make("button", { type: "button", onclick: () => add(map.getCenter()) }, tell.say("measure_middle")),
        make("button", { type: "button", onclick: again }, tell.say("measure_again"))));
      drawn_.addTo(map);
      map.getContainer().classList.add("measuring");
      map.on("click", clicked);
      again();
    },
    close() {
      map.off("click", clicked);
      map.getContainer().classList.remove("measuring");
      drawn_.remove();
    },
  };
}

/* `shows` are the ways to show a post, an area, a candidate; `options` draw over everything else; `announce` tells a reader. */
function makeTools(map, data, tell, { shows, options, announce, date }) {
  const bar = make("div", { class: "leaflet-bar tools" });
  const box = make("div", { class: "toolbox", hidden: true });
  const holder = make("div", { class: "toolplace" }, bar, box);
  L.DomEvent.disableClickPropagation(holder);
  L.DomEvent.disableScrollPropagation(holder);
  /* on a phone below the plan, where it takes no width from it */
  const phone = window.matchMedia("(max-width: 800px)");
  const corner = () => /** @type {L.ControlPosition} */ (phone.matches ? "bottomright" : "topleft");
  const control = new (L.Control.extend({ onAdd: () => holder }))({ position: corner() }).addTo(map);
  phone.addEventListener("change", () => control.setPosition(corner()));
  const marked = L.layerGroup().addTo(map); // the street that was found
  const measure = makeMeasure(map, tell, box, options);
  let open = null;
  const seek = () => {
    const places = placesToFind(map, data, marked, shows, options); // other ones in each period
    const list = make("datalist", { id: "places" }, ...[...places.keys()].sort(tell.compare).map((text) => make("option", { value: text })));
    const input = make("input", { type: "search", list: "places", "aria-label": tell.say("find_place"), placeholder: tell.say("find_place"), autocomplete: "off", spellcheck: "false" });
    const none = make("p", { role: "status" });
    const names = [...places.keys()].sort(tell.compare);
    const closest = (sought) => [
      (text) => plainText(text) === plainText(sought), (text) => plainText(text).startsWith(plainText(sought)), (text) => isSought([text], sought),
    ].map((suits) => names.find(suits)).find((name) => name !== undefined);
    const go = (name) => {
      marked.clearLayers();
      choose("seek");
      announce(tell.say("shown", { name }));
      places.get(name)();
    };
    input.addEventListener("input", () => {
      none.textContent = "";
      if (places.has(input.value)) { go(input.value); }
    });
    input.addEventListener("keydown", (event) => {
      const name = event.key === "Enter" && input.value.trim() !== "" ? closest(input.value.trim()) : null;
      if (name === undefined) { none.textContent = tell.say("nothing_found"); }
      else if (name !== null) { go(name); }
    });
    box.replaceChildren(input, list, none);
    input.focus();
  };
  const tools = {
    seek: { word: "find_place", open: seek, close: () => {} },
    measure: { word: "measure", open: measure.open, close: measure.close },
  };
  const choose = (name) => {
    if (open !== null) { tools[open].close(); }
    open = open === name ? null : name;
    if (open !== null) { marked.clearLayers(); }
    box.hidden = open === null;
    for (const [key, button] of buttons) { if (key in tools) { button.setAttribute("aria-expanded", String(key === open)); } }
    if (open !== null) { tools[open].open(); }
  };
  const frame = map.getContainer();
  const actions = {
    seek: () => choose("seek"), measure: () => choose("measure"),
    screen: () => { if (document.fullscreenElement) { document.exitFullscreen(); } else { frame.requestFullscreen().catch(() => {}); } },
    picture: () => pictureOf(map, data, tell, date()).then((blob) => saveAs(`${data.plan}.png`, blob, "image/png")),
  };
  const words = { seek: "find_place", measure: "measure", screen: "full_screen", picture: "save_picture" };
  const buttons = Object.keys(actions).filter((key) => key !== "screen" || document.fullscreenEnabled).map((key) => {
    const button = make("button", { type: "button", class: "whole", "data-tool": key, onclick: actions[key] },
      drawn("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" },
        drawn("path", { d: TOOL_PICTURES[key], fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linejoin": "round", "stroke-linecap": "round" })));
    if (key in tools) { button.setAttribute("aria-expanded", "false"); }
    bar.append(button);
    return /** @type {[string, HTMLElement]} */ ([key, button]);
  });
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open !== null) {
      event.stopPropagation();
      const button = buttons.find(([key]) => key === open)[1];
      choose(open);
      button.focus();
    }
  });
  return {
    speak() {
      for (const [key, button] of buttons) {
        button.title = tell.say(words[key]);
        button.setAttribute("aria-label", tell.say(words[key]));
      }
      if (open !== null) { const again = open; choose(again); choose(again); }
    },
  };
}
