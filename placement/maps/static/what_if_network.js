/* Crowds, gates and floors as a network whose cheapest flow is sought; see what_if_send.js.
 *
 * A network is kept: a gate that closes keeps its place in it, and nobody can be sent there; crowds that
 * closed streets make come after those of the plan, and those that are not there bring nobody. What was
 * sent the last few times is kept by crowd, and a search begins with the time that is nearest: that
 * changes how soon the answer is found and not the answer. */

const MOST_TIMES = 8; // kept: the first, which is the plan's as a rule, and the last
const MOST_GROWN = 4; // times as many options as at first, before all crowds but the plan's are forgotten

/* By how much each crowd is to be sent before those after it: of no worth and on foot, not at all. */
function ranksOf(crowds) {
  const keys = [...new Set(crowds.map(({ standing }) => standing))].map((text) => [text, ...text.split(" ").map(Number)]);
  const order = keys.sort((a, b) => a[1] - b[1] || a[2] - b[2] || a[3] - b[3] || a[4] - b[4]).map(([text]) => text);
  const last = order.includes("1 0 0 1") ? 1 : 0;
  return { places: new Map(order.map((text, at) => [text, order.length - last - at])), most: order.length };
}

/* Prices for gates that had none yet: each in turn the least at which no more come than it has room
   for, as far as they come when they wait for nobody. */
function firstPrices({ options: size, first, of, supply, target, high, low }, cells, rooms, price) {
  if (cells.length === 0) { return; }
  const asked = new Map(cells.map((cell) => [cell, []]));
  for (let option = 0; option < size; option += 1) {
    const own = asked.get(target[option]);
    if (own !== undefined && supply[of[option]] > 0) { own.push(option); }
  }
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

const noTime = { answer: null, rooms: new Map(), prices: new Map(), bounds: new Int32Array(0), network: null, place: new Int32Array(0), options: new Float64Array(0), arcs: [], sent: new Float64Array(0), told: null };

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
  constructor() {
    this.many = 0;
    this.options = 0;
    this.first = new Int32Array(1);
    this.supply = new Float64Array(0); // 0 where the crowd is not there
    this.period = new Int32Array(0);
    this.of = new Int32Array(0);
    this.target = new Int32Array(0);
    this.high = new Float64Array(0);
    this.low = new Float64Array(0);
    this.way = new Int32Array(0);
    this.place = new Int32Array(0);
  }

  /* Make room for more of both. */
  reserve(items, options) {
    const enlarge = (names, size) => {
      for (const name of names) {
        if (this[name].length >= size) { continue; }
        const larger = new this[name].constructor(Math.max(size, Math.ceil(1.5 * this[name].length)));
        larger.set(this[name]);
        this[name] = larger;
      }
    };
    enlarge(["first"], this.many + items + 1);
    enlarge(["supply", "period"], this.many + items);
    enlarge(["of", "target", "high", "low", "way", "place"], this.options + options);
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

  /* All of a crowd: an item a period, in which people may stay at a price. */
  add({ parts, columns }, ways, stay, stayHigh) {
    const periods = parts.length;
    for (let t = 0; t < periods; t += 1) {
      if (parts[t] === 0) { continue; }
      for (let row = 0; row < ways.length; row += 1) {
        const { gate, at, way } = ways[row];
        this.put(gate * periods + t, way.steps, tieNumber(way.seed, t), row, at * periods + t);
      }
      this.put(stay, stayHigh, 0, -1, columns.length * periods + t);
      this.period[this.many] = t;
      this.many += 1;
      this.first[this.many] = this.options;
    }
  }
}

/* The network of crowds and gates, of which any can be closed later. First come gates and periods in
   which people arrive there, then those in which they pass, then floors, and the end. */
function* networkOf({ crowds, floors }, gates, rule, sent) {
  const periods = rule.profiles[0].length;
  const cells = gates.length * periods;
  const nodes = 2 * cells + floors.length + 1;
  const end = nodes - 1;
  const { places, most } = ranksOf(crowds);
  const rank = largeFor(sent, "rank", nodes * (longestOf(crowds) + 1)); // more than any walks together
  const wait = largeFor(sent, "wait", nodes * TIES); // more than all that is drawn
  const short = (most + 1) * rank; // more than anybody who is not sent
  /* nodes that can stand beside a gate and period in one item have slots of their own */
  const slots = Int32Array.from({ length: nodes }, (_, node) => (node < cells ? Math.floor(node / periods) : node < 2 * cells ? 0 : gates.length + node - 2 * cells));
  const network = {
    listed: gates, gates: new Map(gates.map(({ key }, at) => [key, at])), gateOf: new Map(gates.map(({ column }, at) => [column, at])),
    floors, floorNode: new Map(floors.map(({ at }, row) => [at, 2 * cells + row])), places, rank, wait, short, periods, cells, nodes,
    items: new CrowdItems(), spans: new Map(), crowds: [], above: new Int32Array(nodes).fill(end), come: new Float64Array(nodes),
    arcs: [], passing: 0, sending: null,
    size: [0, 0], // items and options of the crowds it was made of
    itself: {}, // another one where numbers of options mean others
    /* whether all come in each period in which some of their profile do */
    isWhole: crowds.every(({ parts, arrival }) => parts.every((some, t) => (some > 0) === (rule.profiles[arrival][t] > 0))),
  };
  for (const [number, crowd] of crowds.entries()) {
    if (isRest(number)) { yield; }
    addCrowd(network, crowd);
  }
  const { items, arcs, above } = network;
  network.size = [items.many, items.options];
  gates.forEach((gate, at) => {
    for (let t = 0; t < periods; t += 1) {
      for (let then = t; then <= Math.min(periods - 1, t + rule.carry); then += 1) {
        arcs.push({ from: at * periods + t, to: cells + at * periods + then, most: Infinity, high: 0, low: (then - t) * wait, key: `${gate.key} ${t} ${then}` });
      }
    }
  });
  network.passing = arcs.length; // from here on, what a gate lets pass by gate and period; then floors, two arcs each
  for (let cell = cells; cell < 2 * cells; cell += 1) { arcs.push({ from: cell, to: end, most: 0, high: 0, low: 0, key: null }); }
  floors.forEach((_, row) => {
    const from = 2 * cells + row;
    arcs.push({ from, to: above[from], most: 0, high: 0, low: 0, key: null }, { from, to: above[from], most: Infinity, high: short, low: 0, key: null });
  });
  yield;
  network.sending = new Sending(nodes, { arcs, items, slots, slotted: cells });
  yield* network.sending.findPairs();
  return network;
}

const longestOf = (crowds) => crowds.reduce((steps, crowd) => Math.max(steps, crowd.longest), 0);

/* Put a crowd after those that a network has: its ways, where its items begin and end, and the floors that count it. */
function addCrowd({ gateOf, floorNode, places, rank, periods, nodes, items, spans, above }, crowd) {
  const ways = [];
  crowd.columns.forEach((column, at) => { if (gateOf.has(column)) { ways.push({ gate: gateOf.get(column), at, way: crowd.wayTo(at) }); } });
  const chain = crowd.floors.map((at) => floorNode.get(at)).sort((a, b) => a - b);
  chain.forEach((node, at) => { above[node] = chain[at + 1] || nodes - 1; });
  items.reserve(periods, periods * (ways.length + 1));
  const begin = items.many;
  if (ways.length > 0) { items.add(crowd, ways, chain[0] || nodes - 1, places.get(crowd.standing) * rank); }
  spans.set(crowd, { ways, chain, begin, end: items.many });
}

/* Whether a network can show crowds that are not those it was made of: it knows their ways and ranks, and no walk is too long. */
const canShow = ({ isWhole, places, rank, nodes }, crowds) => isWhole && nodes * (longestOf(crowds) + 1) < rank && crowds.every(({ standing }) => places.has(standing));

/* Show these crowds, and no others. */
function showCrowds(network, crowds) {
  if (network.crowds === crowds) { return; }
  const { items, spans, come, sending, floors, cells, passing } = network;
  const turn = (crowd, isThere) => {
    const { begin, end, chain } = spans.get(crowd);
    const parts = crowd.parts.filter((some) => some > 0);
    for (let item = begin; item < end; item += 1) {
      const some = parts[item - begin];
      items.supply[item] = isThere ? some : 0;
      if (!isThere) { sending.leave(item); }
      for (const node of chain) { come[node] += isThere ? some : -some; }
    }
  };
  const there = new Set(crowds);
  for (const crowd of network.crowds) { if (there.has(crowd)) { there.delete(crowd); } else { turn(crowd, false); } }
  for (const crowd of there) {
    if (!spans.has(crowd)) { addCrowd(network, crowd); }
    turn(crowd, true);
  }
  floors.forEach(({ least }, row) => { sending.most[passing + cells + 2 * row] = Math.max(0, come[2 * cells + row] - least); });
  sending.reserve();
  network.crowds = crowds;
}

/* Forget crowds that are not those a network was made of. */
function forgetOthers(network, crowds) {
  showCrowds(network, crowds);
  const { items, spans, sending, size } = network;
  const own = new Set(crowds);
  for (const crowd of spans.keys()) { if (!own.has(crowd)) { spans.delete(crowd); } }
  [items.many, items.options] = size;
  items.place = items.place.slice(); // times before keep theirs
  sending.empty();
  network.itself = {};
}

/* A network that shows crowds: where streets close that of the plan, if it can. */
function* networkFor(laned, gates, rule, sent) {
  for (const home of laned.planned === null ? [laned] : [laned.planned, laned]) {
    const before = home.network;
    if (before === undefined || gates.some(({ key }) => !before.gates.has(key))) {
      const others = before === undefined ? [] : before.listed.filter((one) => !gates.some(({ key }) => key === one.key));
      home.network = yield* networkOf(home, [...gates, ...others].slice(0, 2 * gates.length), rule, sent);
    } else if (before.items.options > MOST_GROWN * before.size[1]) { forgetOthers(before, home.crowds); }
    if (home === laned || canShow(home.network, laned.crowds)) {
      showCrowds(home.network, laned.crowds);
      return home.network;
    }
  }
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
   cheapest, of the nodes of this network, null where it was another, and `isNew` tells of items that were not there. */
function takenBefore(network, bounds, last) {
  const { crowds, items: { many, options: size, of, place }, arcs } = network;
  const [options, isNew] = [new Float64Array(size), new Uint8Array(many)];
  const isSame = last.network === network.itself;
  const taken = new Float64Array(crowds.reduce((most, { columns, parts }) => Math.max(most, (columns.length + 1) * parts.length), 0));
  for (const { id } of crowds) {
    const [had, end] = [last.bounds[2 * id], last.bounds[2 * id + 1]];
    const [from, to] = [bounds[2 * id], bounds[2 * id + 1]];
    if (isSame && had === from) {
      for (let at = from; at < to; at += 1) { options[at] = last.options[at]; }
      continue;
    }
    for (let at = had; at < end; at += 1) { taken[last.place[at]] = last.options[at]; }
    for (let at = from; at < to; at += 1) {
      options[at] = taken[place[at]];
      isNew[of[at]] = 1;
    }
    for (let at = had; at < end; at += 1) { taken[last.place[at]] = 0; }
  }
  if (isSame) { return { options, isNew, arcs: last.sent, told: last.told }; }
  const sent = new Map();
  last.arcs.forEach(({ key }, arc) => { if (key !== null) { sent.set(key, last.sent[arc]); } });
  return { options, isNew, arcs: arcs.map(({ key }) => (key === null ? 0 : sent.get(key) || 0)), told: null };
}

/* Send crowds to gates. The search begins with the prices of a time before, and with those it sent
   where; of gates that had none then, with the last they had. */
function* sendCrowds(laned, gates, rule, sent) {
  const { crowds, floors } = laned;
  const rooms = new Map(gates.map(({ key, room }) => [key, room]));
  const network = yield* networkFor(laned, gates, rule, sent);
  const { items, spans, arcs, passing, periods, cells, nodes, sending } = network;
  const bounds = new Int32Array(2 * sent.ids.size).fill(-1); // by the number of a crowd, where its options begin and end
  for (const crowd of crowds) {
    const { begin, end } = spans.get(crowd);
    bounds[2 * crowd.id] = items.first[begin];
    bounds[2 * crowd.id + 1] = items.first[end];
  }
  const last = nearestTime(sent.times, rooms, crowds, periods);
  yield;
  const { high, low } = pricesOf(network, rooms, rule, new Map([...sent.prices, ...last.prices]));
  for (const [key, gate] of network.gates) { sending.most.fill(rooms.get(key) || 0, passing + gate * periods, passing + (gate + 1) * periods); }
  yield;
  yield* sending.begin({ high, low, ...takenBefore(network, bounds, last) });
  yield* sending.mend();
  const told = { high: high.map((price) => price - high[nodes - 1]), low: low.map((price) => price - low[nodes - 1]) };
  const time = { answer: null, rooms, prices: new Map(), bounds, network: network.itself, place: items.place, options: sending.flow.slice(0, items.options), arcs, sent: sending.sent.slice(), told: sending.isWhole ? told : null };
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
  const taken = []; // crowd and option in turn
  crowds.forEach((crowd, number) => {
    const { begin, end } = spans.get(crowd);
    for (let option = items.first[begin], last = items.first[end]; option < last; option += 1) {
      if (flow[option] === 0 || items.way[option] < 0) { continue; }
      taken.push(number, option);
      given[number] += flow[option];
    }
  });
  const eachWay = (visit) => {
    for (let at = 0; at < taken.length; at += 2) {
      const [number, option] = [taken[at], taken[at + 1]];
      const { gate, way } = spans.get(crowds[number]).ways[items.way[option]];
      visit(number, way.walk_s, gateOf.get(gate), items.period[items.of[option]], flow[option]);
    }
  };
  const met = new Map(floors.map(({ at }) => [at, 0]));
  crowds.forEach((crowd, number) => { for (const at of crowd.floors) { met.set(at, met.get(at) + given[number]); } });
  return { given, eachWay, met, short: floors.filter(({ at, least }) => met.get(at) < least).map(({ at }) => at), changes: sending.changes };
}
