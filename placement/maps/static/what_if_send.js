/* Who is sent to which gate: the cheapest flow, in whole millionths of a person, and the only one.
 *
 * What counts is, in this order: whom floors ask for, what people are worth, who walks without
 * steps, the walk, the wait, and what is drawn among equals, as in
 * placement/solve/capacitated/assignment.py. Everybody of a crowd who comes in one period, an item,
 * goes to a gate or stays away; whoever stays passes the floors that count them, and as many as a
 * floor allows stay without a price. Gates and floors are few and items many, so a way to change
 * what is sent is sought among gates and floors alone, each step the cheapest change of an item
 * (successive shortest paths with prices, Ahuja, Magnanti & Orlin 1993, chapter 9).
 *
 * A price has two parts, the first of which decides: who stays away and walks, then waits and what
 * is drawn. Both are whole and below 2^53. Prices of the last variant are kept: the next one begins
 * there, which changes how soon the answer is found and not the answer. */

const TIES = 2 ** 30;
const MOST_KEPT = 6; // moves in heaps, for each option: then all heaps are filled anew

/* The cheapest way to send items.
 *
 * Nodes are joined by `arcs`: from, to, what an arc takes at most, and a price in two parts; the last
 * node is the end, where all come together. An item has `supply` and options from `first` on, each
 * a node, `target`, and a price. Of nodes that an item can take besides one of the first, `slotted`,
 * each has a slot of its own; the end has the last. What arcs take at most may change from one search to
 * the next, and nodes with a price of Infinity are closed: to nobody they are a way. */
class Sending {
  constructor(nodes, { arcs, items, slots, slotted }) {
    this.nodes = nodes;
    this.high = new Float64Array(nodes);
    this.low = new Float64Array(nodes);
    this.excess = new Float64Array(nodes);
    this.from = Int32Array.from(arcs, (arc) => arc.from);
    this.to = Int32Array.from(arcs, (arc) => arc.to);
    this.most = Float64Array.from(arcs, (arc) => arc.most);
    this.costHigh = Float64Array.from(arcs, (arc) => arc.high);
    this.costLow = Float64Array.from(arcs, (arc) => arc.low);
    this.sent = new Float64Array(arcs.length);
    /* arcs at each node, and where those of a node begin */
    const beside = Array.from({ length: nodes }, () => []);
    arcs.forEach((arc, at) => { beside[arc.from].push(at); beside[arc.to].push(at); });
    this.besideFirst = new Int32Array(nodes + 1);
    beside.forEach((some, node) => { this.besideFirst[node + 1] = this.besideFirst[node] + some.length; });
    this.beside = Int32Array.from(beside.flat());
    this.items = items;
    this.names = [slots, Int32Array.from({ length: nodes }, (_, node) => node)];
    this.slotted = slotted;
    this.flow = new Float64Array(items.target.length);
    this.kept = 0; // moves in the heaps of pairs, those of who left among them
    this.isJoined = new Uint8Array(nodes); // 1 of nodes in the tree, 2 of those that are closed
    this.order = []; // the first of these, each after the one it hangs on
    this.loose = []; // nodes that nothing leads to so far
    this.isWhole = true; // whether no node was left out while prices of others changed: all prices hold then
    this.hung = new Int32Array(nodes).fill(-1); // of nodes outside, the one outside that they still hang on
    this.rank = new Int32Array(nodes); // of nodes that are to be joined, the place among them
    this.previous = new Int32Array(nodes); // the node before, and by what: an arc, or an option left and one taken
    this.by = new Int32Array(nodes);
    this.way = new Int32Array(nodes);
    this.option = new Int32Array(nodes);
    this.offered = [this.previous, this.by, this.way, this.option].map((told) => ({ told, next: new Int32Array(nodes) })); // the same of a place that is offered
    this.mostHigh = Infinity; // as far as any is that hangs on a node outside
    this.mostLow = Infinity;
    this.heap = new NodeHeap(nodes);
    this.sign = 1; // of the search: from where there is too much, or from where something is missing
    this.changes = 0;
    this.lately = new Int32Array(nodes).fill(-1); // of nodes, the change that last led along them
  }

  /* what others are called in the row of a node */
  namesBeside(node) { return this.names[node < this.slotted ? 0 : 1]; }

  /* Pairs of nodes that an item can take one of or the other. Of each, those who take the first are
     kept in a heap, the cheapest to move on top; who left since is dropped when found there. */
  *findPairs() {
    const { items: { first, target, many, options }, nodes } = this;
    /* a row for each node that is an option's, as wide as its others need */
    this.rows = new Int32Array(nodes + 1);
    for (let at = 0; at < options; at += 1) { const node = target[at]; this.rows[node + 1] = node < this.slotted ? this.names[0][nodes - 1] + 1 : nodes; }
    for (let node = 0; node < nodes; node += 1) { this.rows[node + 1] += this.rows[node]; }
    const { rows } = this;
    const pairs = new Int32Array(rows[nodes]).fill(-1); // by node and other: that other, then the pair
    for (let item = 0; item < many; item += 1) {
      if (isRest(item)) { yield; }
      for (let way = first[item]; way < first[item + 1]; way += 1) {
        const [row, names] = [rows[target[way]], this.namesBeside(target[way])];
        for (let other = first[item]; other < first[item + 1]; other += 1) { if (other !== way) { pairs[row + names[target[other]]] = target[other]; } }
      }
    }
    this.pairs = pairs;
    this.pairFirst = new Int32Array(nodes + 1);
    const ends = [];
    for (let node = 0; node < nodes; node += 1) {
      for (let at = rows[node]; at < rows[node + 1]; at += 1) {
        if (pairs[at] < 0) { continue; }
        ends.push(pairs[at]);
        pairs[at] = ends.length - 1;
      }
      this.pairFirst[node + 1] = ends.length;
    }
    this.pairTo = Int32Array.from(ends);
    this.twin = new Int32Array(ends.length); // the same pair the other way round
    for (let node = 0; node < nodes; node += 1) {
      for (let pair = this.pairFirst[node]; pair < this.pairFirst[node + 1]; pair += 1) { this.twin[pair] = pairs[rows[this.pairTo[pair]] + this.namesBeside(this.pairTo[pair])[node]]; }
    }
    this.empty();
  }

  /* Make room for as many options as there are. */
  reserve() {
    if (this.flow.length >= this.items.options) { return; }
    const larger = new Float64Array(this.items.target.length);
    larger.set(this.flow);
    this.flow = larger;
  }

  /* Nobody takes anything, and the heaps of pairs are empty. */
  empty() {
    const size = this.pairTo.length;
    this.kept = 0;
    this.flow.fill(0);
    this.top = new Int32Array(size).fill(-1); // the option on top of each heap, and what moving it costs
    this.topHigh = new Float64Array(size);
    this.topLow = new Float64Array(size);
    this.isOrdered = new Uint8Array(size); // 1 of heaps that are in order: those of which no top has left are not yet
    this.ways = /** @type {number[][]} */ ([]);
    this.others = /** @type {number[][]} */ ([]);
    for (let pair = 0; pair < size; pair += 1) {
      this.ways.push([]);
      this.others.push([]);
    }
  }

  /* Begin a search: `high` and `low` are the nodes' prices, what it costs from there to the end.
     Everybody takes what was taken before where nothing is cheaper by the prices, else what is
     cheapest; arcs that pay are full. `options` and `arcs` are what they took the time before. Where
     that was cheapest by prices that are told, `told`, only items of nodes with another are looked at, and new ones. */
  *begin({ high, low, options, isNew, arcs, told }) {
    const { excess } = this;
    const { supply, many } = this.items;
    if (this.kept > MOST_KEPT * this.items.options) { this.empty(); }
    [this.high, this.low, this.changes, this.isWhole] = [high, low, 0, true];
    this.lately.fill(-1);
    this.sent.fill(0);
    excess.fill(0);
    const isOther = Uint8Array.from({ length: this.nodes }, (_, node) => (told === null || high[node] !== told.high[node] || low[node] !== told.low[node] ? 1 : 0));
    let all = 0;
    for (let item = 0; item < many; item += 1) {
      if (isRest(item)) { yield; }
      if (supply[item] === 0) { continue; } // of a crowd that is not there
      this.place(item, options, isNew[item] === 1, isOther);
      all += supply[item];
    }
    const free = [];
    for (let arc = 0; arc < this.sent.length; arc += 1) {
      const [from, to] = [this.from[arc], this.to[arc]];
      if (high[from] === Infinity) { continue; }
      const h = this.costHigh[arc] + high[to] - high[from];
      const l = this.costLow[arc] + low[to] - low[from];
      if (h < 0 || (h === 0 && l < 0)) { this.push(arc, this.most[arc]); }
      if (h === 0 && l === 0) { free.push(arc); }
    }
    excess[this.nodes - 1] -= all;
    for (const arc of free) { this.push(arc, Math.max(0, Math.min(arcs[arc], excess[this.from[arc]], this.most[arc]))); }
    for (const arc of free) { this.push(arc, Math.max(0, Math.min(excess[this.from[arc]], this.most[arc] - this.sent[arc]))); }
  }

  /* An item takes options: others than told where it is new, or some of its nodes have another price. */
  place(item, options, isNew, isOther) {
    const { flow, excess } = this;
    const { first, target } = this.items;
    const end = first[item + 1];
    let isAsked = isNew;
    for (let way = first[item]; way < end && !isAsked; way += 1) { isAsked = isOther[target[way]] === 1; }
    if (isAsked) { this.choose(item, options); }
    for (let way = first[item]; way < end; way += 1) {
      const parts = options[way];
      if (parts > 0) { excess[target[way]] += parts; }
      if (parts < flow[way]) { this.take(way, flow[way] - parts); } else if (parts > flow[way]) { this.put(way, parts - flow[way]); }
    }
  }

  /* An item takes no option. */
  leave(item) {
    const { first } = this.items;
    for (let way = first[item]; way < first[item + 1]; way += 1) { if (this.flow[way] > 0) { this.take(way, this.flow[way]); } }
  }

  /* An item takes what it took where nothing is cheaper, else what is cheapest. */
  choose(item, options) {
    const { high, low } = this;
    const { first, target, supply, high: costHigh, low: costLow } = this.items;
    const end = first[item + 1];
    let [best, bestHigh, bestLow] = [-1, Infinity, Infinity];
    for (let way = first[item]; way < end; way += 1) {
      const h = costHigh[way] + high[target[way]];
      if (h > bestHigh) { continue; }
      const l = costLow[way] + low[target[way]];
      if (h < bestHigh || l < bestLow) { best = way; bestHigh = h; bestLow = l; }
    }
    let left = supply[item];
    for (let way = first[item]; way < end; way += 1) {
      if (options[way] === 0 || way === best) { continue; }
      if (costHigh[way] + high[target[way]] === bestHigh && costLow[way] + low[target[way]] === bestLow) { left -= options[way]; } else { options[way] = 0; }
    }
    options[best] = left;
  }

  push(arc, parts) {
    this.sent[arc] += parts;
    this.excess[this.from[arc]] -= parts;
    this.excess[this.to[arc]] += parts;
  }

  /* Add to what takes an option. */
  put(way, parts) {
    const isNew = this.flow[way] === 0;
    this.flow[way] += parts;
    if (!isNew) { return; }
    const { first, of, target } = this.items;
    const [row, names] = [this.rows[target[way]], this.namesBeside(target[way])];
    for (let other = first[of[way]]; other < first[of[way] + 1]; other += 1) { if (other !== way) { this.add(this.pairs[row + names[target[other]]], way, other); } }
  }

  /* Take from what takes an option. */
  take(way, parts) {
    this.flow[way] -= parts;
    if (this.flow[way] > 0) { return; }
    const { first, of, target } = this.items;
    const [row, names] = [this.rows[target[way]], this.namesBeside(target[way])];
    for (let other = first[of[way]]; other < first[of[way] + 1]; other += 1) {
      if (other === way) { continue; }
      const pair = this.pairs[row + names[target[other]]];
      if (this.top[pair] === way) { this.clean(pair); }
    }
  }

  /* whether one move in a heap is cheaper than another */
  isBefore(way, other, way2, other2) {
    const { high, low } = this.items;
    const difference = high[other] - high[way] - high[other2] + high[way2];
    return difference < 0 || (difference === 0 && low[other] - low[way] < low[other2] - low[way2]);
  }

  add(pair, way, other) {
    const [ways, others] = [this.ways[pair], this.others[pair]];
    let at = ways.length;
    this.kept += 1;
    ways.push(way);
    others.push(other);
    if (this.isOrdered[pair] === 0) {
      if (at > 0 && !this.isBefore(way, other, ways[0], others[0])) { return; }
      [ways[at], others[at]] = [ways[0], others[0]];
      at = 0;
    }
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.isBefore(way, other, ways[above], others[above])) { break; }
      ways[at] = ways[above];
      others[at] = others[above];
      at = above;
    }
    ways[at] = way;
    others[at] = other;
    if (at === 0) { this.setTop(pair, way, other); }
  }

  setTop(pair, way, other) {
    this.top[pair] = way;
    this.topHigh[pair] = this.items.high[other] - this.items.high[way];
    this.topLow[pair] = this.items.low[other] - this.items.low[way];
  }

  /* Drop from the top of a heap those who left. */
  clean(pair) {
    const [ways, others] = [this.ways[pair], this.others[pair]];
    if (this.isOrdered[pair] === 0) {
      this.isOrdered[pair] = 1;
      for (let at = (ways.length >> 1) - 1; at >= 0; at -= 1) { this.sink(ways, others, at, ways[at], others[at]); }
    }
    while (ways.length > 0 && this.flow[ways[0]] === 0) {
      const [way, other] = [ways.pop(), others.pop()];
      this.kept -= 1;
      if (ways.length > 0) { this.sink(ways, others, 0, way, other); }
    }
    if (ways.length === 0) { this.top[pair] = -1; } else { this.setTop(pair, ways[0], others[0]); }
  }

  /* Put a move in a heap where another was, or below. */
  sink(ways, others, from, way, other) {
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= ways.length) { break; }
      if (below + 1 < ways.length && this.isBefore(ways[below + 1], others[below + 1], ways[below], others[below])) { below += 1; }
      if (!this.isBefore(ways[below], others[below], way, other)) { break; }
      ways[at] = ways[below];
      others[at] = others[below];
      at = below;
    }
    ways[at] = way;
    others[at] = other;
  }

  /* Offer a node outside the tree a place beside one that is in it, where it is nearer than the place that it has
     been offered, and than that of the node on which it hangs in the end. */
  offer(node, other, high, low, by, way, to) {
    const { heap, offered } = this;
    if (heap.at[other] >= 0 && (heap.high[other] < high || (heap.high[other] === high && heap.low[other] <= low))) { return; }
    if (this.hung[other] >= 0 && (this.mostHigh < high || (this.mostHigh === high && this.mostLow <= low))) { return; }
    offered[0].next[other] = node;
    offered[1].next[other] = by;
    offered[2].next[other] = way;
    offered[3].next[other] = to;
    heap.put(other, high, low);
  }

  /* Of a node of the tree, offer others outside a place beside it; of one outside, offer it a place beside those inside. */
  offerBeside(node, isInside) {
    const { high, low, hung, isJoined, pairTo, top, topHigh, topLow, twin, pairFirst, from, to: ends, sent, most, sign, beside, besideFirst } = this;
    const { at: offered, high: nearHigh, low: nearLow } = this.heap;
    const within = isInside ? 0 : 1; // of those looked at
    const way = isInside ? sign : -sign;
    const ownHigh = high[node];
    const ownLow = low[node];
    for (let at = besideFirst[node], last = besideFirst[node + 1]; at < last; at += 1) {
      const arc = beside[at];
      const isFrom = from[arc] === node;
      const other = isFrom ? ends[arc] : from[arc];
      if (isJoined[other] !== within) { continue; }
      const isAlong = (isFrom === isInside) === sign > 0;
      if (isAlong ? sent[arc] >= most[arc] : sent[arc] <= 0) { continue; }
      const step = isAlong ? 1 : -1;
      const nextHigh = step * this.costHigh[arc] + way * (high[other] - ownHigh);
      const nextLow = step * this.costLow[arc] + way * (low[other] - ownLow);
      this.offer(isInside ? node : other, isInside ? other : node, nextHigh, nextLow, arc, -1, -1);
    }
    const moves = way > 0 ? null : twin;
    for (let pair = pairFirst[node], last = pairFirst[node + 1]; pair < last; pair += 1) {
      const other = pairTo[pair];
      if (isJoined[other] !== within) { continue; }
      const move = moves === null ? pair : moves[pair];
      if (top[move] < 0) { continue; }
      const outer = isInside ? other : node;
      const isOffered = offered[outer] >= 0;
      const nextHigh = topHigh[move] + way * (high[other] - ownHigh);
      if (nextHigh > (isOffered ? nearHigh[outer] : hung[outer] < 0 ? Infinity : this.mostHigh)) { continue; }
      const nextLow = topLow[move] + way * (low[other] - ownLow);
      if (isOffered && nearHigh[outer] === nextHigh && nearLow[outer] <= nextLow) { continue; }
      this.offer(isInside ? node : other, outer, nextHigh, nextLow, -1, top[move], this.others[move][0]);
    }
  }

  /* Join nodes to the tree of the cheapest changes, the nearest first, each with all that still hangs on
     it. Prices of a node follow as it is joined: by them a change along the tree costs nothing, and no
     other less. Nodes are told after the ones they hang on; all that hang do so on `top` in the end. */
  join(nodes, top) {
    const { heap, high, low, isJoined, hung, rank, order, sign, excess, offered } = this;
    const seek = (node) => { if (sign * excess[node] > 0) { this.offer(-1, node, 0, 0, -1, -1, -1); } else { this.offerBeside(node, false); } };
    this.mostHigh = Infinity;
    this.mostLow = Infinity;
    if (top >= 0) {
      seek(top);
      if (heap.size > 0) {
        this.mostHigh = heap.high[top];
        this.mostLow = heap.low[top];
      }
    }
    nodes.forEach((node, at) => {
      rank[node] = at;
      if (node !== top) { seek(node); }
    });
    let left = nodes.length;
    while (heap.size > 0) {
      const first = heap.pop();
      if (isJoined[first] === 1) { continue; }
      for (const { told, next } of offered) { told[first] = next[first]; }
      const begin = order.length;
      hung[first] = -1;
      for (let at = rank[first]; at < nodes.length; at += 1) {
        const node = nodes[at];
        if (node !== first && (isJoined[node] === 1 || hung[node] < 0 || isJoined[hung[node]] === 0)) { continue; }
        isJoined[node] = 1;
        order.push(node);
        high[node] -= sign * heap.high[first];
        low[node] -= sign * heap.low[first];
      }
      left -= order.length - begin;
      if (left === 0) { break; }
      /* the fewer of both look at the others */
      if (left < order.length - begin) {
        for (const node of nodes) { if (isJoined[node] === 0) { this.offerBeside(node, false); } }
      } else {
        for (let at = begin; at < order.length; at += 1) { this.offerBeside(order[at], true); }
      }
    }
    heap.clear();
    this.loose = nodes.filter((node) => isJoined[node] === 0);
    /* prices of those that were joined went past those of the others */
    if (this.loose.length > 0 && this.loose.length < nodes.length) { this.isWhole = false; }
    for (const node of this.loose) { hung[node] = -1; }
  }

  /* Whether a node of the tree is still joined to the one before it, or to be begun at. */
  isHeld(node) {
    const before = this.previous[node];
    if (before < 0) { return this.sign * this.excess[node] > 0; }
    const arc = this.by[node];
    if (arc < 0) { return this.flow[this.way[node]] > 0; }
    return this.to[arc] === (this.sign > 0 ? node : before) ? this.sent[arc] < this.most[arc] : this.sent[arc] > 0;
  }

  /* Take out of the tree all that hung on a change that nobody is left for, and join it anew: only
     where the last change led along, and beside it, there may be such. */
  repair() {
    const { order, isJoined, previous, hung, lately, changes } = this;
    const { loose } = this; // what nothing led to so far
    let kept = 0;
    let [top, tops] = [-1, 0];
    for (const node of order) {
      const before = previous[node];
      const isHeld = (lately[node] !== changes && (before < 0 || lately[before] !== changes)) || this.isHeld(node);
      if (isHeld && (before < 0 || isJoined[before] === 1)) {
        order[kept] = node;
        kept += 1;
        continue;
      }
      isJoined[node] = 0;
      hung[node] = isHeld ? before : -1;
      if (!isHeld) { top = node; tops += 1; }
      loose.push(node);
    }
    order.length = kept;
    if (loose.length > 0) { this.join(loose, tops === 1 ? top : -1); }
  }

  /* Send along the tree to a node as much as it still takes. */
  change(target) {
    const { excess, by, previous, way, option, sign } = this;
    let most = Math.abs(excess[target]);
    let node = target;
    for (; previous[node] >= 0; node = previous[node]) {
      const arc = by[node];
      const after = sign > 0 ? node : previous[node];
      most = Math.min(most, arc < 0 ? this.flow[way[node]] : this.to[arc] === after ? this.most[arc] - this.sent[arc] : this.sent[arc]);
    }
    most = Math.min(most, sign * excess[node]);
    this.lately[node] = this.changes;
    for (node = target; previous[node] >= 0; node = previous[node]) {
      this.lately[node] = this.changes;
      const [before, after] = sign > 0 ? [previous[node], node] : [node, previous[node]];
      if (by[node] >= 0) { this.push(by[node], this.to[by[node]] === after ? most : -most); continue; }
      excess[before] -= most;
      excess[after] += most;
      this.take(way[node], most);
      this.put(option[node], most);
    }
  }

  /* Send what is too much somewhere to where it is missing, by the cheapest changes: along a tree of
     them from the fewer of these nodes to all others, the nearest first. A change breaks few branches. */
  *mend() {
    const { excess, isJoined, order, high } = this;
    const nodes = [...high.keys()].filter((node) => high[node] < Infinity);
    const [many, few] = [nodes.filter((node) => excess[node] > 0), nodes.filter((node) => excess[node] < 0)];
    const sign = many.length < few.length ? 1 : -1;
    const left = sign > 0 ? few : many;
    if (left.length === 0) { return; }
    this.sign = sign;
    order.length = 0;
    isJoined.fill(2);
    for (const node of nodes) { isJoined[node] = 0; }
    const before = high.slice();
    this.hung.fill(-1);
    this.join(nodes, -1);
    for (;;) {
      let [nearest, least] = [-1, Infinity];
      let kept = 0;
      for (const node of left) {
        if (excess[node] === 0) { continue; }
        left[kept] = node;
        kept += 1;
        const far = sign * (before[node] - high[node]);
        if (isJoined[node] === 1 && far < least) { nearest = node; least = far; }
      }
      left.length = kept;
      if (nearest < 0) { return; }
      this.change(nearest);
      this.repair();
      this.changes += 1;
      yield;
    }
  }
}
