/* A choice of posts other than the plan's, what is counted of it and when, and what of it is kept in the address. */

const MOST_COUNTED = 8; // variants whose figures are kept
const MOST_CLOSED = 4; // choices of closed streets whose walks are kept
const IDLE_MS = 30; // counted ahead at once; a browser gives idle time every 50 ms
const SOON_MS = 20; // counted at once where the reader waits for it: one more step may take as long again
const FIRST_MS = 500; // in which the page is drawn and looked at
const QUIET_MS = 1000; // after the reader did something: a zoom is over and painted
const MOST_TRIED = 3; // posts and streets that are closed ahead of the reader

/* The posts that differ from the plan's, with a memory: units by "<site>/<resource>", 0 closed. */
function makeVariant(data) {
  const known = new Map(data.posts.map((post) => [post.key, post.units]));
  for (const kind of data.barriers || []) { for (const way of kind.ways) { known.set(`${way.id}/${kind.id}`, 1); } }
  const before = [];
  const listeners = [];
  const variant = {
    changes: new Map(),
    streets: [], // those that are closed, by name
    planned: (key) => known.get(key) || 0,
    units: (key) => (variant.changes.has(key) ? variant.changes.get(key) : variant.planned(key)),
    canUndo: () => before.length > 0,
    onChange: (listener) => listeners.push(listener),
    isPlan: () => variant.changes.size === 0 && variant.streets.length === 0,
    show(changes, streets) {
      variant.changes = changes;
      variant.streets = streets;
      for (const listener of listeners) { listener(); }
    },
    set(key, units) {
      const next = new Map(variant.changes);
      if (units === variant.planned(key)) { next.delete(key); } else { next.set(key, units); }
      variant.turn(next, variant.streets);
    },
    /* close a street, or reopen it */
    shut(street) {
      const others = variant.streets.filter((name) => name !== street);
      variant.turn(variant.changes, others.length < variant.streets.length ? others : [...others, street]);
    },
    turn(changes, streets) {
      before.push([variant.changes, variant.streets]);
      variant.show(changes, streets);
    },
    undo() { if (before.length > 0) { variant.show(...before.pop()); } },
    reset() { if (!variant.isPlan()) { variant.turn(new Map(), []); } },
    /* as it stands in the address; what the plan does not know is left out */
    text: () => [...variant.changes].map(([key, units]) => `${key.replace(/[%:,]/g, encodeURIComponent)}:${units}`).join(","),
    read(text, isKnown) {
      const found = new Map();
      for (const part of (text || "").split(",")) {
        const [, name, units] = /^([^:]+):(\d{1,6})$/.exec(part) || [];
        let key;
        try { key = name === undefined ? null : decodeURIComponent(name); } catch { key = null; }
        if (key !== null && isKnown(key) && Number(units) !== variant.planned(key)) { found.set(key, Number(units)); }
      }
      return found;
    },
  };
  return variant;
}

/* Counts variants: the plan's arrays are read when the first is asked for. */
function makeCounter(data, variant) {
  let model = null;
  let planned = null;
  let far = null;
  const closed = new Map(); // models by the streets that are closed, the last few
  const counted = new Map(); // by what is changed, the last few: panel, map and voice ask for the same, and a step back for the one before
  const parts = new WeakMap(); // models and what was counted, by period
  const within = (whole, make_) => {
    if (counter.at === null) { return whole; }
    if (!parts.has(whole)) { parts.set(whole, new Map()); }
    const own = parts.get(whole);
    if (!own.has(counter.at)) { own.set(counter.at, make_(counter.at)); }
    return own.get(counter.at);
  };
  const unitsOf = (choose) => meansOf(data, model).map((resource) => model.places.map((place) => choose(`${place.site}/${resource.id}`)));
  /* All that the first variant needs, in steps: read, counted and compared while the reader does nothing else. */
  function* counting() {
    model = yield* readModel(data);
    planned = yield* countSteps(model, data, unitsOf(variant.planned));
    yield;
    far = farIfClosed(model, data.what_if, planned.reaches.slice(0, data.resources.length));
    yield;
    /* a browser is slow at what it does for the first time: a few posts close, then beside a street too */
    const streets = data.what_if.streets.slice(0, MOST_TRIED).map(({ name }) => [name]);
    for (const closing of [[], ...streets]) {
      const one = modelOf(closing);
      yield;
      for (const { resource, column } of planned.posts.slice(0, MOST_TRIED)) {
        const units = unitsOf(variant.planned);
        units[resource][column] = 0;
        yield* countSteps(one, data, units);
      }
    }
  }
  /* What is counted from: other walks where streets are closed. */
  function modelOf(streets) {
    if (streets.length === 0) { return counter.model(); }
    const key = JSON.stringify(streets);
    if (!closed.has(key)) {
      if (closed.size >= MOST_CLOSED) { closed.delete([...closed.keys()][0]); }
      closed.set(key, closedModel(counter.model(), data.what_if, streets));
    }
    return closed.get(key);
  }
  const reach = (find) => {
    for (let isOver = false; !isOver && find() === null;) { isOver = counter.ahead.next().done; }
    return find();
  };
  const counter = {
    at: null, // the period that is shown, of a day
    /* the same of the period that is shown, or of the whole plan where it has none */
    here: {
      model: () => within(counter.model(), (at) => inPeriod(counter.model(), at)),
      tried: () => within(counter.tried(), (at) => inPeriod(counter.tried(), at)),
      plan: () => within(counter.plan(), () => countInPeriod(counter.here.model(), counter.plan())),
      variant: () => within(counter.variant(), () => countInPeriod(counter.here.tried(), counter.variant())),
    },
    model() { return reach(() => model); },
    plan() { return reach(() => planned); },
    tried: () => modelOf(variant.streets),
    variant() {
      const plan = counter.plan(); // whoever counts is done before another begins
      if (variant.isPlan()) { return plan; }
      const key = JSON.stringify([variant.streets, [...variant.changes]]);
      if (!counted.has(key)) {
        if (far !== null) { counter.ahead.return(); } // two searches would share a network
        if (counted.size >= MOST_COUNTED) { counted.delete([...counted.keys()][0]); }
        counted.set(key, countPosts(counter.tried(), data, unitsOf(variant.units)));
      } else { recall(counter.model().sent, counted.get(key).admission); }
      return counted.get(key);
    },
    /* Whether all that is told of the plan is counted. */
    isReady: () => far !== null,
    /* Count that a little at a time, so that the page answers meanwhile, and then call `tell`. */
    soon(tell) {
      const go = () => {
        const begin = performance.now();
        while (far === null && performance.now() < begin + SOON_MS) { counter.ahead.next(); }
        if (far === null) { setTimeout(go); } else { tell(); }
      };
      setTimeout(go);
    },
    /* by street and resource: people too far from a post if it closes */
    streets() { return reach(() => far); },
    ahead: counting(),
  };
  return counter;
}

/* Take steps while the reader does nothing else, nor did lately, since the map may still move, and nothing waits to be
   painted: a browser says that no time remains as soon as the reader does something. */
function whileIdle(steps) {
  if (window.requestIdleCallback === undefined) { return; } // counted when it is asked for
  let quiet = performance.now() + FIRST_MS;
  const wait = (event) => { if (event.type !== "pointermove" || event.buttons > 0) { quiet = performance.now() + QUIET_MS; } };
  const acts = ["pointerdown", "pointermove", "wheel", "keydown"];
  for (const act of acts) { window.addEventListener(act, wait, { passive: true, capture: true }); }
  const ask = () => window.requestIdleCallback((deadline) => {
    const begin = performance.now();
    if (begin < quiet) { setTimeout(ask, quiet - begin); return; }
    let isOver = false;
    while (!isOver && painting.jobs.length === 0 && performance.now() < begin + IDLE_MS && deadline.timeRemaining() > 0) { isOver = steps.next().done; }
    if (isOver) { for (const act of acts) { window.removeEventListener(act, wait, { capture: true }); } } else { ask(); }
  });
  setTimeout(ask, FIRST_MS);
}
