/* The handle between two plans: what is left of it shows the older one, what is right the newer. */

const SWIPE_STEP = 2; // hundredths of the width, by an arrow key
const SWIPE_LEAP = 10; // by a page key
const KNOB_PX = 22; // half its width
const FAR_AWAY = 100_000; // pixels beyond any window

/* The handle begins at `share` hundredths of the width; `onMove(share)` hears where it goes. */
function makeSwipe(map, tell, share, onMove) {
  let isOn = true;
  const knob = make("div", { class: "knob", role: "slider", tabindex: 0, "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 100 },
    drawn("svg", { viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" },
      drawn("path", { d: "M9 6 3 12 9 18M15 6 21 12 15 18", fill: "none", stroke: "currentColor", "stroke-width": 2.4 })));
  const [before, after] = SIDES.map((side) => make("span", { class: `side ${side}` }));
  const box = make("div", { class: "swipe" }, before, after, knob);
  const frame = map.getContainer();
  frame.append(box);
  /* The line itself lies below names and signs, so that it cuts none. */
  const line = make("div", { class: "divider" });
  const pane = map.createPane("divider");
  pane.style.zIndex = String(Number(map.getPane("labels").style.zIndex) - 1);
  pane.append(line);
  L.DomEvent.disableClickPropagation(box);
  L.DomEvent.disableScrollPropagation(knob);
  const clip = () => {
    const [wide, at] = [map.getSize().x, (map.getSize().x * share) / 100];
    /* the knob stays on the map with all of it */
    knob.style.left = `${Math.max(0, KNOB_PX - at) - Math.max(0, at + KNOB_PX - wide) - KNOB_PX}px`;
    const corner = map.containerPointToLayerPoint([0, 0]);
    const x = corner.x + Math.round(at);
    line.style.height = `${map.getSize().y}px`;
    L.DomUtil.setPosition(line, L.point(x, corner.y));
    for (const [side, left, right] of [["old", -FAR_AWAY, x], ["new", x, FAR_AWAY]]) {
      for (const name of CLIPPED) {
        map.getPane(`${name}-${side}`).style.clipPath = isOn
          ? `polygon(${left}px ${-FAR_AWAY}px, ${right}px ${-FAR_AWAY}px, ${right}px ${FAR_AWAY}px, ${left}px ${FAR_AWAY}px)` : "";
      }
    }
  };
  const speak = () => {
    before.textContent = tell.say("before");
    after.textContent = tell.say("after");
    knob.setAttribute("aria-label", tell.say("swipe_handle"));
    knob.setAttribute("aria-valuetext", tell.say("swipe_told", { part: tell.percent(share / 100) }));
  };
  const move = (to) => {
    share = Math.max(0, Math.min(100, to));
    box.style.left = `${share}%`;
    box.classList.toggle("nothing-left", share < 12);
    box.classList.toggle("nothing-right", share > 88);
    knob.setAttribute("aria-valuenow", String(Math.round(share)));
    speak();
    clip();
    onMove(share);
  };
  knob.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    knob.focus();
    knob.setPointerCapture(event.pointerId);
  });
  knob.addEventListener("pointermove", (event) => {
    if (!knob.hasPointerCapture(event.pointerId)) { return; }
    const around = frame.getBoundingClientRect();
    move((100 * (event.clientX - around.left)) / around.width);
  });
  knob.addEventListener("keydown", (event) => {
    const step = { ArrowRight: SWIPE_STEP, ArrowUp: SWIPE_STEP, ArrowLeft: -SWIPE_STEP, ArrowDown: -SWIPE_STEP, PageUp: SWIPE_LEAP, PageDown: -SWIPE_LEAP }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? 100 : step === undefined ? null : share + step;
    if (to === null) { return; }
    event.preventDefault();
    event.stopPropagation();
    move(to);
  });
  map.on("move zoomend viewreset resize", clip);
  /* The handle out of the way of a place, so that its side of the map is seen. */
  const uncover = (side, x) => {
    const at = (100 * x) / map.getSize().x;
    if (side === "old" && share < at + 12) { move(Math.min(100, at + 25)); }
    if (side === "new" && share > at - 12) { move(Math.max(0, at - 25)); }
  };
  const set = (is) => { isOn = is; box.hidden = !is; line.hidden = !is; clip(); };
  move(share);
  return { move, set, speak, uncover, edge: () => (map.getSize().x * share) / 100 };
}
