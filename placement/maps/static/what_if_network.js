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

const noTime = { answer: null, rooms: new Map(), prices: new Map(), bounds: new Int32Array(0), place: null, options: new Float64Array(0), arcs: [], sent: new Float64Array(0), told: null };

/* Of the last few times that people were sent, the one that fewest are sent anew from: those for whom
   a gate has another room, and crowds that were none then, since other streets make others. */
function nearestTime(times, rooms, crowds, periods) {
  const far = ({ rooms: had, bounds }) => crowds.reduce((sum, { id, people }) => sum + (bounds[2 * id] >= 0 ? 0 : people * PART),
    periods * [...new Set([...rooms.keys(), ...had.keys()])].reduce((sum, key) => sum + Math.abs((rooms.get(key) || 0) - (had.get(key) || 0)), 0));
  return times.map((time) => ({ time, far: far(time) })).reduce((best, one) => (one.far < best.far ? one : best), { time: noTime, far: Infinity }).time;
}

/* What was sent a time before is shown again: the next change is one of it as a rule. */
function recall({ times }, answer) {
  const at = times.findIndex((time) => time.answer === answer);
  if (at > 0) { times.push(...times.splice(at, 1)); }
}

/* Of crowds the items and options as they are put one after the other. An option's `place` is its own whatever gates
   there are: by the crowd's ways, then those who stay, and by period. */
class CrowdItems {
  constructor(items, options) {
    this.first = new Int32Array(items + 1);
    this.supply = new Float64Array(items);
    this.crowd = new Int32Array(items);
    this.period = new Int32Array(items);
    this.of = new Int32Array(options);
    this.target = new Int32Array(options);
    this.high = new Float64Array(options);
    this.low = new Float64Array(options);
    this.way = new Int32Array(options);
    this.place = new Int32Array(options);
    this.many = 0;
    this.options = 0;
  }

  put(target, high, low, way, place) {
    const at = this.options;
    this.of[at] = this.many;
    this.target[at] = target;
    this.high[at] = high;
    this.low[at] = low;
    this.way[at] = way;
    this.place[at] = place;
    this.options += 1;
  }

  end(number, supply, period) {
    this.crowd[this.many] = number;
    this.supply[this.many] = supply;
    this.period[this.many] = period;
    this.many += 1;
    this.first[this.many] = this.options;
  }

  /* All of a crowd: an item a period, in which people may stay at a price. */
  add(number, { parts, columns }, ways, stay, stayHigh) {
    const periods = parts.length;
    for (let t = 0; t < periods; t += 1) {
      if (parts[t] === 0) { continue; }
      for (let row = 0; row < ways.length; row += 1) {
        const { gate, at, way } = ways[row];
        this.put(gate * periods + t, way.steps, tieNumber(way.seed, t), row, at * periods + t);
      }
      this.put(stay, stayHigh, 0, -1, columns.length * periods + t);
      this.end(number, parts[t], t);
    }
  }

  /* The same as it was told before, for another price of those who stay. */
  copy(number, told, { begin, end }, stayHigh) {
    const { first, target, high, low, way, place } = told;
    for (let item = begin; item < end; item += 1) {
      for (let at = first[item]; at < first[item + 1]; at += 1) { this.put(target[at], high[at], low[at], way[at], place[at]); }
      this.high[this.options - 1] = stayHigh;
      this.end(number, told.supply[item], told.period[item]);
    }
  }

  close() {
    for (const name of ["of", "target", "high", "low", "way", "place"]) { this[name] = this[name].subarray(0, this.options); }
    this.supply = this.supply.subarray(0, this.many);
  }
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
  const spans = new Map(); // by crowd: where its items begin and end, its ways, and the floors that count it
  const known = (crowd) => (like === null ? undefined : like.spans.get(crowd));
  const reached = crowds.map((crowd) => {
    if (known(crowd) !== undefined) { return known(crowd).ways; }
    const found = [];
    crowd.columns.forEach((column, at) => { if (gateOf.has(column)) { found.push({ gate: gateOf.get(column), at, way: crowd.wayTo(at) }); } });
    return found;
  });
  const longest = crowds.reduce((steps, crowd) => Math.max(steps, crowd.longest), 0);
  const rank = largeFor(sent, "rank", nodes * (longest + 1)); // more than any walks together
  const wait = largeFor(sent, "wait", nodes * TIES); // more than all that is drawn
  const short = (most + 1) * rank; // more than anybody who is not sent
  const floorNode = new Map(floors.map(({ at }, row) => [at, 2 * cells + row]));
  /* nodes that can stand beside a gate and period in one item have slots of their own */
  const slots = Int32Array.from({ length: nodes }, (_, node) => (node < cells ? Math.floor(node / periods) : node < 2 * cells ? 0 : gates.length + node - 2 * cells));
  const items = new CrowdItems(periods * crowds.length, periods * reached.reduce((sum, ways) => sum + ways.length + 1, 0));
  const bounds = new Int32Array(2 * sent.ids.size).fill(-1); // by the number of a crowd, where its options begin and end
  const come = new Float64Array(nodes);
  const above = new Int32Array(nodes).fill(end);
  yield;
  for (const [number, crowd] of crowds.entries()) {
    if (isRest(number)) { yield; }
    const [told, ways] = [known(crowd), reached[number]];
    const chain = told !== undefined ? told.chain : crowd.floors.map((at) => floorNode.get(at)).sort((a, b) => a - b);
    chain.forEach((node, at) => { above[node] = chain[at + 1] || end; });
    const [begin, from, stay] = [items.many, items.options, ranks[number] * rank];
    if (told !== undefined) { items.copy(number, like.items, told, stay); } else if (ways.length > 0) { items.add(number, crowd, ways, chain[0] || end, stay); }
    bounds.set([from, items.options], 2 * crowd.id);
    if (ways.length === 0) { continue; }
    for (const node of chain) { for (let item = begin; item < items.many; item += 1) { come[node] += items.supply[item]; } }
    spans.set(crowd, { ways, chain, begin, end: items.many });
  }
  items.close();
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
    listed: gates, gates: new Map(gates.map(({ key }, at) => [key, at])), floors, reached, spans, items, arcs, passing, above, periods, cells, nodes, wait, short, bounds, sending,
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

/* What each option and each arc took a time before, 0 where that is not known; `told` are the prices by which it was
   cheapest, of the nodes of this network, null where it was another. */
function takenBefore({ items, bounds, arcs }, crowds, last) {
  if (last.place === items.place) { return { options: last.options.slice(), arcs: last.sent, told: last.told }; }
  const options = new Float64Array(items.target.length);
  const sent = new Map();
  last.arcs.forEach(({ key }, arc) => { if (key !== null) { sent.set(key, last.sent[arc]); } });
  const taken = new Float64Array(crowds.reduce((most, { columns, parts }) => Math.max(most, (columns.length + 1) * parts.length), 0));
  for (const { id } of crowds) {
    const [from, end] = [last.bounds[2 * id], last.bounds[2 * id + 1]];
    for (let at = from; at < end; at += 1) { taken[last.place[at]] = last.options[at]; }
    for (let at = bounds[2 * id]; at < bounds[2 * id + 1]; at += 1) { options[at] = taken[items.place[at]]; }
    for (let at = from; at < end; at += 1) { taken[last.place[at]] = 0; }
  }
  return { options, arcs: arcs.map(({ key }) => (key === null ? 0 : sent.get(key) || 0)), told: null };
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
  yield* sending.begin({ high, low, ...takenBefore(network, crowds, last) });
  yield* sending.mend();
  const told = { high: high.map((price) => price - high[nodes - 1]), low: low.map((price) => price - low[nodes - 1]) };
  const time = { answer: null, rooms, prices: new Map(), bounds: network.bounds, place: items.place, options: sending.flow.slice(), arcs, sent: sending.sent.slice(), told: sending.isWhole ? told : null };
  const priceOf = (node) => [told.high[node], told.low[node]];
  for (const key of rooms.keys()) {
    const from = cells + network.gates.get(key) * periods;
    time.prices.set(key, Array.from({ length: periods }, (_, t) => priceOf(from + t)));
  }
  floors.forEach(({ at }, row) => time.prices.set(at, priceOf(2 * cells + row)));
  for (const [key, price] of time.prices) { sent.prices.set(key, price); }
  if (sent.times.push(time) > MOST_TIMES) { sent.times.splice(1, 1); }
  const gateOf = new Map(gates.map(({ key }, at) => [network.gates.get(key), [at]]));
  const given = crowds.map(() => 0);
  const { options: flow } = time;
  const eachWay = (visit) => {
    for (let option = 0; option < flow.length; option += 1) {
      const parts = flow[option];
      if (parts === 0 || items.way[option] < 0) { continue; }
      const item = items.of[option];
      const crowd = items.crowd[item];
      const { gate, way } = network.reached[crowd][items.way[option]];
      visit(crowd, way.walk_s, gateOf.get(gate), items.period[item], parts);
    }
  };
  eachWay((crowd, walk, passed, period, parts) => { given[crowd] += parts; });
  const met = new Map(floors.map(({ at }) => [at, 0]));
  crowds.forEach((crowd, number) => { for (const at of crowd.floors) { met.set(at, met.get(at) + given[number]); } });
  return { given, eachWay, met, short: floors.filter(({ at, least }) => met.get(at) < least).map(({ at }) => at), changes: sending.changes };
}
