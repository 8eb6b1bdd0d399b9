/* The panel beside the map. Every text reaches the page by textContent. */

const LOOKS = [
  { colour: "#0072b2", shade: "#005a8c", ink: "#ffffff", shape: "square", dash: "" },
  { colour: "#d55e00", shade: "#a34700", ink: "#000000", shape: "triangle", dash: "6 4" },
  { colour: "#009e73", shade: "#00694d", ink: "#000000", shape: "diamond", dash: "2 4" },
  { colour: "#cc79a7", shade: "#94456f", ink: "#000000", shape: "circle", dash: "10 4 2 4" },
  { colour: "#e69f00", shade: "#8f6300", ink: "#000000", shape: "pentagon", dash: "12 5" },
  { colour: "#56b4e9", shade: "#1d6f9f", ink: "#000000", shape: "star", dash: "1 3" },
];
const OUTLINES = {
  square: { d: "M5 5H27V27H5Z", text: 20.5 },
  triangle: { d: "M16 1.5 31 28.5H1Z", text: 25 },
  diamond: { d: "M16 1 31 16 16 31 1 16Z", text: 20.5 },
  circle: { d: "M16 3A13 13 0 1 1 16 29 13 13 0 1 1 16 3Z", text: 20.5 },
  pentagon: { d: "M16 2 30.5 12.5 25 29.5H7L1.5 12.5Z", text: 22 },
  star: { d: "M16 1 20 9 29 8.5 24 16 29 23.5 20 23 16 31 12 23 3 23.5 8 16 3 8.5 12 9Z", text: 20 },
};
const SVG = "http://www.w3.org/2000/svg";

/* An element with attributes and children; strings become text, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") {
      element.addEventListener("click", value);
    } else if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) {
    if (child !== null && child !== undefined) { element.append(child); }
  }
  return element;
}

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) { element.setAttribute(name, value); }
  element.append(...children);
  return element;
}

function look(resource) {
  const turn = Math.floor(resource / LOOKS.length);
  const own = LOOKS[resource % LOOKS.length];
  return { ...own, shape: LOOKS[(resource + turn) % LOOKS.length].shape };
}

/* A post by its number and name. */
const postName = (post) => `${post.number} ${post.name || post.site}`;

/* The sign of a post: shape and colour by resource, its number inside. */
function sign(resource, size, number) {
  const { colour, ink, shape } = look(resource);
  const outline = OUTLINES[shape];
  const picture = drawn("svg", {
    viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true", focusable: "false",
  });
  picture.append(
    drawn("path", { d: outline.d, fill: "none", stroke: "#ffffff", "stroke-width": 5, "stroke-linejoin": "round" }),
    drawn("path", { d: outline.d, fill: colour, stroke: "#1b1b1b", "stroke-width": 1.2, "stroke-linejoin": "round" }),
  );
  if (number !== null) {
    picture.append(drawn("text", {
      x: 16, y: outline.text, fill: ink, "text-anchor": "middle", class: "units",
      "font-size": (shape === "triangle" ? [11, 11, 11.5, 9.5, 7.5] : [13, 13, 12.5, 10.5, 8])[Math.min(number.length, 4)],
    }, number));
  }
  return picture;
}

function bar(share, colour) {
  const width = 100 * Math.min(1, Math.max(0, share));
  return drawn("svg", { class: "meter", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { x: 0, y: 0, width: 100, height: 6, fill: "var(--meter)" }),
    drawn("rect", { x: 0, y: 0, width, height: 6, fill: colour }));
}

function facts(pairs, across) {
  const list = make("dl", { class: across ? "facts across" : "facts" });
  for (const [name, value] of pairs) {
    list.append(make("div", null, make("dt", null, name), make("dd", null, value)));
  }
  return list;
}

function fold(key, level, title, open, ...children) {
  return make("details", { "data-fold": key, open },
    make("summary", null, make(level, null, title)), ...children);
}

/* A tab a subject, as far as the plan has it; a plan of posts alone has no tabs. */
function tabbed(panel, views, tell, state) {
  const tabs = views.map(([key, word]) => make("button", {
    type: "button", role: "tab", id: `tab-${key}`, "aria-controls": `view-${key}`, "data-tab": key,
    onclick: () => state.choose(key),
  }, tell.say(word)));
  const list = make("div", { class: "tabs", role: "tablist", "aria-label": tell.say("subjects") }, ...tabs);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = tabs.indexOf(document.activeElement);
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1
      : step === undefined || here < 0 ? null : (here + step + tabs.length) % tabs.length;
    if (to === null) { return; }
    event.preventDefault();
    state.choose(views[to][0]);
    tabs[to].focus();
  });
  for (const [key, , shown] of views) {
    shown.setAttribute("role", "tabpanel");
    shown.setAttribute("id", `view-${key}`);
    shown.setAttribute("aria-labelledby", `tab-${key}`);
  }
  state.showTab = () => {
    const chosen = views.some(([key]) => key === state.tab) ? state.tab : views[0][0];
    for (const [key, , shown] of views) { shown.hidden = key !== chosen; }
    for (const tab of tabs) {
      const own = tab.dataset.tab === chosen;
      tab.setAttribute("aria-selected", String(own));
      tab.setAttribute("tabindex", own ? "0" : "-1");
    }
    if (chosen === "what_if") { state.drawWhatIf(); }
    fitTables(panel);
  };
  panel.replaceChildren(list, ...views.map(([, , shown]) => shown));
  state.showTab();
}

/* The whole panel, drawn afresh whenever the language or the period changes; `more` comes first in the overview. */
function drawPanel(panel, data, tell, state, { show, showArea, showSite, showCandidate, showWay, showKey, showSheet, trial, ticks, more }) {
  const opened = new Map([...panel.querySelectorAll("details")].map((one) => [one.dataset.fold, one.open]));
  const isOpen = (key, first) => (opened.has(key) ? opened.get(key) : first);
  const views = [
    ["overview", "tab_overview", overview(data, tell, state, { show, showArea, showCandidate, showSheet, isOpen, untold: unanswered(data, tell) })],
    ["lanes", "tab_lanes", lanesView(data, tell, state, show, isOpen)],
    ["rules", "tab_rules", rulesView(data, tell, showArea, showSite)],
    ["priorities", "tab_priorities", prioritiesView(data, tell)],
    ["walks", "tab_walks", walksView(data, tell, ticks, showWay)],
    ["what_if", "tab_what_if", whatIfView(data, tell, state, trial, { showKey, showArea })],
    ["losses", "tab_losses", data.losses ? lossesView(data, tell, showKey) : null],
    ["changes", "tab_changes", changesView(data, tell, showSite)],
  ].filter(([, , shown]) => shown !== null);
  views[0][2].prepend(...more);
  state.subjects = views.map(([key, word]) => [key, word]);
  if (views.length > 1) {
    tabbed(panel, views, tell, state);
  } else {
    state.showTab = () => {};
    panel.replaceChildren(...views.map(([, , shown]) => shown));
    fitTables(panel);
  }
  if (state.drawQueue) { state.drawQueue(); }
}
