/* Crowds, gates and floors as a network whose cheapest flow is sought; see what_if_send.js.
 *
 * A network is kept as long as its crowds are the same: a gate that closes keeps its place in it, and
 * nobody can be sent there. What was sent the last few times is kept by crowd, and a search begins
 * with the time that is nearest: that changes how soon the answer is found and not the answer. */

const MOST_TIMES = 8; // kept: the first, which is the plan's as a rule, and the last

/* By how much each crowd is to be sent before those after it: of no worth and on foot, not at all. */
function ranksOf(crowds) {
  const keys = [...new Set(crowds.map(({ standing }) => standing))].map((text) => [text, ...text.split(" ").map(Number)]);
  const order = keys.sort((a, b) => a[1] - b[1] || a[2] - b[2] || a[3] - b[3] || a[4] - b[4]).map(([text]) => text);
  const last = order.includes("1 0 0 1") ? 1 : 0;
  const place = new Map(order.map((text, at) => [text, order.length - last - at]));
  return { ranks: crowds.map(({ standing }) => place.get(standing)), most: order.length };
}

/* Prices for gates that had none yet: each in turn the least at which no more come than it has room
   for, as far as they come when they wait for nobody. */
function firstPrices({ first, of, supply, target, high, low }, cells, rooms, price) {
  if (cells.length === 0) { return; }
  const asked = new Map(cells.map((cell) => [cell, []]));
  target.forEach((cell, option) => { if (asked.has(cell)) { asked.get(cell).push(option); } });
  for (const [cell, options] of asked) {
    const wants = [];
    for (const option of options) {
      let bestHigh = Infinity;
      let bestLow = Infinity;
      for (let other = first[of[option]], last = first[of[option] + 1]; other < last; other += 1) {
        const h = high[other] + price.high[target[other]];
        if (other === option || h > bestHigh) { continue; }
        const l = low[other] + price.low[target[other]];
        if (h < bestHigh || l < bestLow) {
          bestHigh = h;
          bestLow = l;
        }
      }
      wants.push({ high: bestHigh - high[option], low: bestLow - low[option], parts: supply[of[option]] });
    }
    wants.sort((a, b) => b.high - a.high || b.low - a.low);
    let room = rooms(cell);
    [price.high[cell], price.low[cell]] = [0, 0];
    for (const want of wants) {
      room -= want.parts;
      if (want.high < 0) { break; }
      if (room < 0) { [price.high[cell], price.low[cell]] = [want.high, want.low]; break; }
    }
  }
}

/* A number above another. As long as it is large enough it stays, and prices that are kept mean the same. */
function largeFor(sent, name, number) {
  if (sent[name] <= number) { sent[name] = 2 ** Math.ceil(Math.log2(2 * number + 1)); }
  return sent[name];
}

const noTime = { answer: null, rooms: new Map(), prices: new Map(), starts: new Int32Array(0), flow: new Float64Array(0), arcs: new Map() };

/* Of the last few times that people were sent, the one that fewest are sent anew from: those for whom
   a gate has another room, and crowds that were none then, since other streets make others. */
function nearestTime(times, rooms, crowds, periods) {
  const far = ({ rooms: had, starts }) => crowds.reduce((sum, { id, people }) => sum + (id < starts.length && starts[id] >= 0 ? 0 : people * PART),
    periods * [...new Set([...rooms.keys(), ...had.keys()])].reduce((sum, key) => sum + Math.abs((rooms.get(key) || 0) - (had.get(key) || 0)), 0));
  return times.map((time) => ({ time, far: far(time) })).reduce((best, one) => (one.far < best.far ? one : best), { time: noTime, far: Infinity }).time;
}

/* What was sent a time before is shown again: the next change is one of it as a rule. */
function recall({ times }, answer) {
  const at = times.findIndex((time) => time.answer === answer);
  if (at > 0) { times.push(...times.splice(at, 1)); }
}

/* The network of crowds and gates, of which any can be closed later. First come gates and periods in
   which people arrive there, then those in which they pass, then floors, and the end. */
function* networkOf({ crowds, floors }, gates, rule, sent, like) {
  const periods = rule.profiles[0].length;
  const cells = gates.length * periods;
  const nodes = 2 * cells + floors.length + 1;
  const end = nodes - 1;
  const gateOf = new Map(gates.map((gate, at) => [gate.column, at]));
  const { ranks, most } = ranksOf(crowds);
  /* of every crowd its gates, and where what it did is kept: by its ways, then those who stay, and by period */
  const spans = new Map(); // by crowd: where its items and options begin and end, and where what they did is kept
  const reached = crowds.map((crowd) => {
    if (like !== null && like.spans.has(crowd)) { return like.spans.get(crowd).ways; }
    const found = [];
    crowd.columns.forEach((column, at) => { if (gateOf.has(column)) { found.push({ gate: gateOf.get(column), at, way: crowd.wayTo(at) }); } });
    return found;
  });
  const starts = new Int32Array(sent.ids.size).fill(-1);
  let kept = 0;
  for (const crowd of crowds) { starts[crowd.id] = kept; kept += periods * (crowd.columns.length + 1); }
  const longest = crowds.reduce((steps, crowd) => Math.max(steps, crowd.longest), 0);
  const rank = largeFor(sent, "rank", nodes * (longest + 1)); // more than any walks together
  const wait = largeFor(sent, "wait", nodes * TIES); // more than all that is drawn
  const short = (most + 1) * rank; // more than anybody who is not sent
  const floorNode = new Map(floors.map(({ at }, row) => [at, 2 * cells + row]));
  /* nodes that can stand beside a gate and period in one item have slots of their own */
  const slots = Int32Array.from({ length: nodes }, (_, node) => (node < cells ? Math.floor(node / periods) : node < 2 * cells ? 0 : gates.length + node - 2 * cells));
  const chains = crowds.map((crowd) => (like !== null && like.spans.has(crowd) ? like.spans.get(crowd).chain : crowd.floors.map((at) => floorNode.get(at)).sort((a, b) => a - b)));
  const size = periods * reached.reduce((sum, ways) => sum + ways.length + 1, 0);
  const items = {
    first: new Int32Array(periods * crowds.length + 1), supply: new Float64Array(periods * crowds.length), crowd: new Int32Array(periods * crowds.length), period: new Int32Array(periods * crowds.length),
    of: new Int32Array(size), target: new Int32Array(size), high: new Float64Array(size), low: new Float64Array(size), way: new Int32Array(size), place: new Int32Array(size),
  };
  const come = new Float64Array(nodes);
  const above = new Int32Array(nodes).fill(end);
  let [options, many] = [0, 0];
  const put = (target, high, low, way, place) => {
    items.of[options] = many;
    items.target[options] = target;
    items.high[options] = high;
    items.low[options] = low;
    items.way[options] = way;
    items.place[options] = place;
    options += 1;
  };
  yield;
  for (const [number, crowd] of crowds.entries()) {
    if (isRest(number)) { yield; }
    const [chain, ways] = [chains[number], reached[number]];
    chain.forEach((node, at) => { above[node] = chain[at + 1] || end; });
    if (ways.length === 0) { continue; }
    const own = starts[crowd.id];
    const [stay, begin] = [ranks[number] * rank, many];
    if (like !== null && like.spans.has(crowd)) {
      /* the same gates, told before: its rank alone may be another */
      const was = like.spans.get(crowd);
      const told = like.items;
      for (let item = was.begin; item < was.end; item += 1) {
        for (const node of chain) { come[node] += told.supply[item]; }
        for (let option = told.first[item]; option < told.first[item + 1]; option += 1) { put(told.target[option], told.high[option], told.low[option], told.way[option], told.place[option] + own - was.own); }
        items.high[options - 1] = stay;
        items.supply[many] = told.supply[item];
        items.period[many] = told.period[item];
        many += 1;
        items.first[many] = options;
      }
    } else {
      for (let t = 0; t < periods; t += 1) {
        const parts = crowd.parts[t];
        if (parts === 0) { continue; }
        for (const node of chain) { come[node] += parts; }
        for (let row = 0; row < ways.length; row += 1) {
          const { gate, at, way } = ways[row];
          put(gate * periods + t, way.steps, tieNumber(way.seed, t), row, own + at * periods + t);
        }
        put(chain[0] || end, stay, 0, -1, own + crowd.columns.length * periods + t);
        items.supply[many] = parts;
        items.period[many] = t;
        many += 1;
        items.first[many] = options;
      }
    }
    items.crowd.fill(number, begin, many);
    spans.set(crowd, { ways, chain, begin, end: many, own });
  }
  for (const name of ["of", "target", "high", "low", "way", "place"]) { items[name] = items[name].subarray(0, options); }
  items.supply = items.supply.subarray(0, many);
  const arcs = [];
  gates.forEach((gate, at) => {
    for (let t = 0; t < periods; t += 1) {
      for (let then = t; then <= Math.min(periods - 1, t + rule.carry); then += 1) {
        arcs.push({ from: at * periods + t, to: cells + at * periods + then, most: Infinity, high: 0, low: (then - t) * wait, key: `${gate.key} ${t} ${then}` });
      }
    }
  });
  const passing = arcs.length; // from here on, what a gate lets pass by gate and period
  for (let cell = cells; cell < 2 * cells; cell += 1) { arcs.push({ from: cell, to: end, most: 0, high: 0, low: 0, key: null }); }
  floors.forEach(({ least }, row) => {
    const from = 2 * cells + row;
    arcs.push({ from, to: above[from], most: Math.max(0, come[from] - least), high: 0, low: 0, key: null }, { from, to: above[from], most: Infinity, high: short, low: 0, key: null });
  });
  yield;
  const sending = new Sending(nodes, { arcs, items, slots, slotted: cells });
  if (like === null) { yield* sending.findPairs(); } else { sending.usePairs(like.sending); }
  return {
    listed: gates, gates: new Map(gates.map(({ key }, at) => [key, at])), floors, reached, spans, items, arcs, passing, above, periods, cells, nodes, wait, short, starts, kept, sending,
    /* whether all come in each period in which some of their profile do */
    isWhole: like === null && crowds.every(({ parts, arrival }) => parts.every((some, t) => (some > 0) === (rule.profiles[arrival][t] > 0))),
  };
}

/* Prices to begin with, of gates that are open: those told; for gates without, see `firstPrices`. */
function pricesOf({ gates, floors, items, above, periods, cells, nodes, wait, short }, rooms, rule, prices) {
  const [high, low] = [new Float64Array(nodes), new Float64Array(nodes)];
  const open = [...gates].filter(([key]) => rooms.has(key));
  for (let node = 0; node < 2 * cells; node += 1) { high[node] = Infinity; }
  for (const [key, gate] of open) {
    const told = prices.get(key);
    for (let t = 0; t < periods; t += 1) { [high[cells + gate * periods + t], low[cells + gate * periods + t]] = told === undefined ? [0, 0] : told[t]; }
  }
  const price = { high: high.slice(), low: low.slice() };
  const room = new Float64Array(cells);
  const fresh = [];
  for (const [key, gate] of open) {
    for (let t = 0; t < periods; t += 1) {
      const cell = gate * periods + t;
      room[cell] = rooms.get(key);
      [price.high[cell], price.low[cell]] = [high[cells + cell], low[cells + cell]];
      if (!prices.has(key)) { fresh.push(cell); }
    }
  }
  firstPrices(items, fresh, (cell) => room[cell], price);
  for (const cell of fresh) { [high[cells + cell], low[cells + cell]] = [price.high[cell], price.low[cell]]; }
  for (const [, gate] of open) {
    for (let t = 0; t < periods; t += 1) {
      const from = gate * periods + t;
      for (let then = t; then <= Math.min(periods - 1, t + rule.carry); then += 1) {
        const to = cells + gate * periods + then;
        const more = low[to] + (then - t) * wait;
        if (high[to] < high[from] || (high[to] === high[from] && more < low[from])) { [high[from], low[from]] = [high[to], more]; }
      }
    }
  }
  for (let row = floors.length - 1; row >= 0; row -= 1) {
    const from = 2 * cells + row;
    const told = prices.get(floors[row].at);
    if (told !== undefined) { [high[from], low[from]] = told; }
    const [least, full] = [high[above[from]], high[above[from]] + short];
    if (high[from] < least || (high[from] === least && low[from] < low[above[from]])) { [high[from], low[from]] = [least, low[above[from]]]; }
    if (high[from] > full || (high[from] === full && low[from] > low[above[from]])) { [high[from], low[from]] = [full, low[above[from]]]; }
  }
  return { high, low };
}

/* What each option took a time before, 0 where that is not known. */
function takenBefore({ items, starts }, crowds, last) {
  const taken = new Float64Array(items.target.length);
  if (last.starts.length === 0) { return taken; }
  for (let item = 0; item < items.supply.length; item += 1) {
    const { id } = crowds[items.crowd[item]];
    if (id >= last.starts.length || last.starts[id] < 0) { continue; }
    const was = last.starts[id] - starts[id];
    for (let option = items.first[item]; option < items.first[item + 1]; option += 1) { taken[option] = last.flow[items.place[option] + was]; }
  }
  return taken;
}

/* Send crowds to gates. The search begins with the prices of a time before, and with those it sent
   where; of gates that had none then, with the last they had. */
function* sendCrowds(laned, gates, rule, sent) {
  const { crowds, floors } = laned;
  const rooms = new Map(gates.map(({ key, room }) => [key, room]));
  if (laned.network === undefined || gates.some(({ key }) => !laned.network.gates.has(key))) {
    const others = laned.network === undefined ? [] : laned.network.listed.filter(({ key }) => !rooms.has(key));
    /* who has fewer gates in reach where streets close had those before */
    const plan = laned.planned === null ? undefined : laned.planned.network;
    const like = plan !== undefined && plan.isWhole && gates.every(({ key }) => plan.gates.has(key)) ? plan : null;
    laned.network = yield* networkOf(laned, like === null ? [...gates, ...others].slice(0, 2 * gates.length) : like.listed, rule, sent, like);
  }
  const { network } = laned;
  const { items, arcs, passing, periods, cells, nodes, sending } = network;
  const last = nearestTime(sent.times, rooms, crowds, periods);
  yield;
  const { high, low } = pricesOf(network, rooms, rule, new Map([...sent.prices, ...last.prices]));
  for (const [key, gate] of network.gates) { sending.most.fill(rooms.get(key) || 0, passing + gate * periods, passing + (gate + 1) * periods); }
  yield;
  yield* sending.begin({ high, low, options: takenBefore(network, crowds, last), arcs: arcs.map(({ key }) => (key === null ? 0 : last.arcs.get(key) || 0)) });
  yield* sending.mend();
  const time = { answer: null, rooms, prices: new Map(), starts: network.starts, flow: new Float64Array(network.kept), arcs: new Map() };
  arcs.forEach(({ key }, arc) => { if (key !== null) { time.arcs.set(key, sending.sent[arc]); } });
  const priceOf = (node) => [high[node] - high[nodes - 1], low[node] - low[nodes - 1]];
  for (const key of rooms.keys()) {
    const from = cells + network.gates.get(key) * periods;
    time.prices.set(key, Array.from({ length: periods }, (_, t) => priceOf(from + t)));
  }
  floors.forEach(({ at }, row) => time.prices.set(at, priceOf(2 * cells + row)));
  for (const [key, told] of time.prices) { sent.prices.set(key, told); }
  if (sent.times.push(time) > MOST_TIMES) { sent.times.splice(1, 1); }
  const gateOf = new Map(gates.map(({ key }, at) => [network.gates.get(key), at]));
  const ways = [];
  const given = crowds.map(() => 0);
  const { flow } = sending;
  for (let option = 0; option < flow.length; option += 1) {
    const parts = flow[option];
    time.flow[items.place[option]] = parts;
    if (parts === 0 || items.way[option] < 0) { continue; }
    const item = items.of[option];
    const crowd = items.crowd[item];
    given[crowd] += parts;
    const { gate, way } = network.reached[crowd][items.way[option]];
    ways.push({ crowd, way, gates: [gateOf.get(gate)], period: items.period[item], parts });
  }
  const met = new Map(floors.map(({ at }) => [at, 0]));
  crowds.forEach((crowd, number) => { for (const at of crowd.floors) { met.set(at, met.get(at) + given[number]); } });
  return { given, ways, met, short: floors.filter(({ at, least }) => met.get(at) < least).map(({ at }) => at), changes: sending.changes };
}
