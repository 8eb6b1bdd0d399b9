/* Rings: who passes which gate of each, one after the other, as `place evaluate` sends people.
 *
 * A route is one gate of each ring that somebody passes. People of several routes share its gates, which
 * is no network: all of it is a linear program in parts of a person, and its wishes, from whom floors
 * ask for to what is drawn among equals, are those of placement/solve/capacitated/assignment.py, one
 * after the other. Columns that a wish has a price for stay out of all wishes after it. */

const PRICED = 1e-6; // a price that is none: as placement/solve/capacitated/assignment.py has it
const [STEP_PRICE, DRAWN_PRICE] = [2 ** -10, 2 ** -15];
const NO_PARTS = 1e-4; // what rounding leaves of a part
const [PIVOTS, STILL] = [200, 60]; // after which the basis is inverted anew; without a change, the first column is taken

/* The rings as the page carries them. */
function readRings(coded) {
  const of = unpackedRuns(coded.of).map((ring) => ring - 1);
  const classes = coded.classes.map(([depth, slow, may]) => ({ depth, slow, may: new Set(unpackedGaps(may)) }));
  return { rings: { names: coded.names, labels: coded.labels, passed: coded.passed, of, classes }, classOf: unpackedRuns(coded.class) };
}

/* For a class of people: from a gate, all ways to the last ring they pass by gates that are open. */
function waysOn({ onward }, { depth, slow, may }, isOpen) {
  const beyond = new Map();
  for (const [from, to, walk_s] of onward[slow]) {
    if (may.has(to) && isOpen(to)) { beyond.set(from, [...(beyond.get(from) || []), { to, walk_s }]); }
  }
  const go = (columns, inside_s) => (columns.length === depth ? [{ columns, inside_s }]
    : (beyond.get(columns[columns.length - 1]) || []).flatMap(({ to, walk_s }) => go([...columns, to], inside_s + walk_s)));
  return (column) => go([column], 0);
}

/* Leave out walks to gates from which people do not get all the way in: streets close between the rings. */
function leadIn(model) {
  const laned = model.resources.findIndex(({ lanes }) => lanes !== null);
  const leads = model.rings.classes.map((kind) => waysOn(model.resources[laned], kind, () => true));
  model.walks[laned] = model.walks[laned].map(({ points, walks }, site) => {
    const isIn = leads.map((ways) => ways(site).length > 0);
    const kept = { points: [], walks: [] };
    points.forEach((point, at) => {
      if (!isIn[model.classOf[point]]) { model.changed[laned][point] = 1; return; }
      kept.points.push(point);
      kept.walks.push(walks[at]);
    });
    return kept;
  });
}

/* For every street: people whom it leaves without a post within reach, where a gate may lead nowhere. */
function farThroughRings(model, coded, reaches) {
  return coded.streets.map(({ name }) => {
    const closed = closedModel(model, coded, [name]);
    return reaches.map(({ times }, resource) => {
      const after = reachOf(closed, resource, reaches.map(({ units }) => units)).times;
      return peopleOf(model, model.people, (point) => times[point] > 0 && after[point] === 0);
    });
  });
}

/* A linear program: variables of a group add up to what the group has, and rows to their right sides,
   none below 0. Of each group one basic variable, its key, is not in the basis that is inverted, which
   has the rows alone (generalised upper bounds, Dantzig & Van Slyke 1967). */
class GroupedProgram {
  constructor(right, supply) {
    this.right = right;
    this.supply = supply;
    this.size = right.length;
    this.group = [];
    this.first = [0]; // where the entries of each column begin
    this.row = [];
    this.factor = [];
    this.pivots = 0;
    this.key = supply.map((_, group) => this.add(group, [])); // who stays away
    this.basis = right.map((_, row) => this.add(-1, [[row, 1]])); // what is left of a row
  }

  add(group, entries) {
    this.group.push(group);
    for (const [row, factor] of entries) { this.row.push(row); this.factor.push(factor); }
    this.first.push(this.row.length);
    return this.group.length - 1;
  }

  begin() {
    const size = this.group.length;
    this.x = new Float64Array(size);
    this.isBasic = new Uint8Array(size);
    this.isBarred = new Uint8Array(size);
    this.gain = new Float64Array(this.supply.length);
    this.inverse = new Float64Array(this.size ** 2);
    this.basis.forEach((column, at) => { this.isBasic[column] = 1; this.x[column] = this.right[at]; this.inverse[at * this.size + at] = 1; });
    this.key.forEach((column, group) => { this.isBasic[column] = 1; this.x[column] = this.supply[group]; });
  }

  /* what a column adds to each row */
  addTo(rows, column, times) {
    for (let at = this.first[column]; at < this.first[column + 1]; at += 1) { rows[this.row[at]] += times * this.factor[at]; }
  }

  /* the same beside the key of its group, whose place it takes */
  beside(column) {
    const rows = new Float64Array(this.size);
    this.addTo(rows, column, 1);
    if (this.group[column] >= 0) { this.addTo(rows, this.key[this.group[column]], -1); }
    return rows;
  }

  /* by the inverse of the basis, which is kept row by row of the program */
  solved(rows) {
    const { size, inverse } = this;
    const found = new Float64Array(size);
    for (let row = 0; row < size; row += 1) {
      const times = rows[row];
      if (times === 0) { continue; }
      for (let at = 0, own = row * size; at < size; at += 1, own += 1) { found[at] += inverse[own] * times; }
    }
    return found;
  }

  /* Bring a column into one place of the basis. */
  eliminate(place, column) {
    const { size, inverse } = this;
    for (let row = 0, own = 0; row < size; row += 1, own += size) {
      if (inverse[own + place] === 0) { continue; }
      const times = inverse[own + place] / column[place];
      for (let at = 0; at < size; at += 1) { inverse[own + at] -= column[at] * times; }
      inverse[own + place] = times;
    }
  }

  /* Invert the basis anew, and count what is basic: rounding does not add up. */
  invert() {
    const { size, basis, key, supply, x } = this;
    this.inverse.fill(0);
    for (let row = 0; row < size; row += 1) { this.inverse[row * size + row] = 1; }
    const left = new Set(basis.keys());
    for (const column of basis.slice()) {
      const found = this.solved(this.beside(column));
      let best = -1;
      for (const at of left) { if (best < 0 || Math.abs(found[at]) > Math.abs(found[best])) { best = at; } }
      this.eliminate(best, found);
      basis[best] = column;
      left.delete(best);
    }
    const rows = Float64Array.from(this.right);
    key.forEach((column, group) => { x[column] = supply[group]; this.addTo(rows, column, -supply[group]); });
    const values = this.solved(rows);
    basis.forEach((column, at) => { this.set(column, values[at]); });
    basis.forEach((column) => { if (this.group[column] >= 0) { x[key[this.group[column]]] -= x[column]; } });
    for (const column of key) { this.set(column, x[column]); }
  }

  set(column, parts) { this.x[column] = Math.abs(parts) < NO_PARTS ? 0 : parts; }

  /* What a column costs beyond those in its place, by column. */
  costs(price) {
    const { size, basis, key, group, first, row, factor, inverse } = this;
    const own = (column) => price[column] - (group[column] < 0 ? 0 : price[key[group[column]]]);
    const each = Float64Array.from(basis, own);
    const dual = new Float64Array(size);
    for (let to = 0, at = 0; to < size; to += 1) { for (let place = 0; place < size; place += 1, at += 1) { dual[to] += each[place] * inverse[at]; } }
    const found = Float64Array.from(price);
    for (let column = 0; column < found.length; column += 1) { for (let at = first[column]; at < first[column + 1]; at += 1) { found[column] -= dual[row[at]] * factor[at]; } }
    const keys = key.map((column) => found[column]);
    for (let column = 0; column < found.length; column += 1) { if (group[column] >= 0) { found[column] -= keys[group[column]]; } }
    return found;
  }

  /* Let a column in as far as it can go, and one that it brings to 0 out: of several the one that it
     moves most, or the first. Returns how far. */
  enter(column, isFirst) {
    const { basis, key, group, gain, x, size, inverse } = this;
    const own = group[column];
    let move = this.solved(this.beside(column));
    const met = new Set(own < 0 ? [] : [own]);
    if (own >= 0) { gain[own] = -1; }
    basis.forEach((other, at) => {
      if (group[other] < 0 || move[at] === 0) { return; }
      if (!met.has(group[other])) { met.add(group[other]); gain[group[other]] = 0; }
      gain[group[other]] += move[at];
    });
    let [far, out, most] = [Infinity, -1, 0];
    const ask = (other, speed) => {
      if (speed <= 1e-9) { return; }
      const limit = Math.max(0, x[other]) / speed;
      if (limit < far - 1e-9 || (limit <= far + 1e-9 && (isFirst ? other < out : speed > most))) {
        far = Math.min(far, limit);
        out = other;
        most = speed;
      }
    };
    basis.forEach((other, at) => ask(other, move[at]));
    for (const one of met) { ask(key[one], -gain[one]); }
    basis.forEach((other, at) => { if (move[at] !== 0) { this.set(other, x[other] - far * move[at]); } });
    for (const one of met) { this.set(key[one], x[key[one]] + far * gain[one]); }
    this.set(column, far);
    [x[out], this.isBasic[out], this.isBasic[column]] = [0, 0, 1];
    let place = basis.indexOf(out);
    if (place < 0) {
      const its = group[out];
      const mates = [...basis.keys()].filter((at) => group[basis[at]] === its);
      if (mates.length === 0) { key[its] = column; return far; }
      /* another of its group is the key from now on, and it takes that one's place in the basis */
      [place] = mates;
      for (let row = 0; row < size; row += 1) { inverse[row * size + place] = -mates.reduce((sum, at) => sum + inverse[row * size + at], 0); }
      [key[its], basis[place]] = [basis[place], out];
      move = this.solved(this.beside(column));
    }
    this.eliminate(place, move);
    basis[place] = column;
    return far;
  }

  /* Make the sum of prices least, and bar all that would raise it, unless another sum follows near it. */
  *least(price, isBarring) {
    for (let still = 0; ;) {
      const cost = this.costs(price);
      let next = -1;
      for (let column = 0; column < cost.length; column += 1) {
        if (cost[column] >= -PRICED || this.isBasic[column] === 1 || this.isBarred[column] === 1) { continue; }
        if (next < 0 || cost[column] < cost[next]) { next = column; }
        if (still > STILL) { break; }
      }
      if (next < 0) {
        if (!isBarring) { return; }
        for (let column = 0; column < cost.length; column += 1) { if (cost[column] > PRICED && this.isBasic[column] === 0) { this.isBarred[column] = 1; } }
        return;
      }
      still = this.enter(next, still > STILL) > 0 ? 0 : still + 1;
      this.pivots += 1;
      if (this.pivots % PIVOTS === 0) { this.invert(); }
      if (this.pivots % 16 === 0) { yield; }
    }
  }
}

/* Every crowd with the routes it may take, of which one may be longer on foot than another. */
function routedCrowds(model, resource, crowds, isOpen) {
  const going = model.rings.classes.map((kind) => waysOn(model.resources[resource], kind, isOpen));
  return crowds.map(({ points: [point], columns, wayTo }) => columns.flatMap((column, at) => (!isOpen(column) ? [] : going[model.classOf[point]](column).map((route) => ({
    columns: route.columns,
    steps: wayTo(at).steps + 1000 * roundTo(route.inside_s * 10, 0),
    walk_s: wayTo(at).walk_s + route.inside_s,
    seed: route.columns.slice(1).reduce((seed, next) => mixed(mixed(seed) ^ textSeed(model.places[next].site)), wayTo(at).seed),
  })))));
}

/* Send crowds through the rings; what is returned is that of `sendCrowds`. */
function* sendThroughRings(model, resource, { crowds, floors }, gates) {
  const rule = model.resources[resource].lanes;
  const periods = rule.profiles[0].length;
  const gateOf = new Map(gates.map(({ column }, gate) => [column, gate]));
  const routes = routedCrowds(model, resource, crowds, (column) => gateOf.has(column));
  yield;
  /* rows: who comes to a gate in a period passes or waits; who waits has come lately; floors */
  const waits = rule.carry > 0 ? periods - 1 : 0; // periods at whose end somebody may wait
  const lately = Math.max(0, waits - rule.carry);
  const [late, floor] = [gates.length * periods, gates.length * (periods + lately)];
  const lateRow = (gate, t) => late + gate * lately + t - rule.carry;
  const right = new Array(floor).fill(0);
  gates.forEach(({ room }, gate) => right.fill(room, gate * periods, (gate + 1) * periods));
  const items = crowds.flatMap(({ parts }, crowd) => (routes[crowd].length === 0 ? [] : parts.flatMap((some, period) => (some === 0 ? [] : [{ crowd, period, some }]))));
  const program = new GroupedProgram([...right, ...floors.map(({ least }) => least)], items.map(({ some }) => some));
  floors.forEach((_, at) => program.add(-1, [[floor + at, -1]])); // more than a floor asks for
  const waiting = program.group.length;
  gates.forEach((_, gate) => {
    for (let t = 0; t < waits; t += 1) {
      program.add(-1, [[gate * periods + t, -1], [gate * periods + t + 1, 1], ...(t < rule.carry ? [] : [[lateRow(gate, t), 1]])]);
    }
  });
  const sent = program.group.length;
  const taken = []; // what each column after these sends
  items.forEach(({ crowd, period }, item) => {
    const counted = floors.flatMap(({ at }, row) => (crowds[crowd].floors.includes(at) ? [[floor + row, 1]] : []));
    for (const way of routes[crowd]) {
      const entries = way.columns.map((column) => gateOf.get(column)).flatMap((gate) => {
        const own = [[gate * periods + period, 1]];
        for (let t = Math.max(period, rule.carry); t < Math.min(waits, period + rule.carry); t += 1) { own.push([lateRow(gate, t), -1]); }
        return own;
      });
      program.add(item, [...entries, ...counted]);
      taken.push({ crowd, way, period });
    }
  });
  program.begin();
  const of = (worth) => {
    const price = new Float64Array(program.group.length);
    taken.forEach((one, at) => { price[sent + at] = worth(one); });
    return price;
  };
  const worthOf = (crowd) => (crowd.isWorth ? crowd.worth : 0);
  const most = Math.max(...crowds.map(worthOf), 0) || 1;
  const missing = new Float64Array(program.group.length);
  floors.forEach((_, at) => { missing[program.basis[floor + at]] = 1; });
  const waited = new Float64Array(program.group.length).fill(1, waiting, sent);
  const tiers = [...new Set(crowds.map(({ tier }) => tier))].sort((a, b) => a - b);
  const wishes = [missing, ...tiers.map((tier) => of(({ crowd }) => (crowds[crowd].tier === tier ? -worthOf(crowds[crowd]) / most : 0))), of(({ crowd }) => (crowds[crowd].slow ? -1 : 0)),
    of(({ way }) => way.steps * STEP_PRICE), waited, of(({ way, period }) => tieNumber(way.seed, period) * DRAWN_PRICE)];
  /* the wishes come about at once from a sum of them; what it leaves undone is little */
  const weights = [1e8, ...tiers.map(() => 1e6), 1e5, 1, 1e-2, 0];
  yield* program.least(missing.map((_, column) => wishes.reduce((sum, wish, at) => sum + weights[at] * wish[column], 0)), false);
  for (const wish of wishes) { yield* program.least(wish, true); }
  program.invert();
  const given = crowds.map(() => 0);
  const ways = taken.map(({ crowd, way, period }, at) => ({ crowd, way, period, gates: way.columns.map((column) => gateOf.get(column)), parts: Math.max(0, Math.floor(program.x[sent + at] + 0.5 - SAME)) }))
    .filter(({ parts }) => parts > 0);
  for (const { crowd, parts } of ways) { given[crowd] += parts; }
  const eachWay = (visit) => { for (const { crowd, way, gates: passed, period, parts } of ways) { visit(crowd, way.walk_s, passed, period, parts); } };
  const met = new Map(floors.map(({ at }) => [at, crowds.reduce((sum, crowd, number) => sum + (crowd.floors.includes(at) ? given[number] : 0), 0)]));
  return { given, eachWay, met, short: floors.filter(({ at, least }) => met.get(at) < least).map(({ at }) => at), changes: program.pivots };
}

/* Who passes each ring, from the outside in, by the gates that are open. */
function passedRings({ rings }, { gates }) {
  return rings.passed.map((ring) => {
    const own = [...gates].filter(([, { column }]) => rings.of[column] === ring).sort((a, b) => byCodePoint(a[0], b[0]));
    return { name: rings.names[ring], label: rings.labels[ring], gates: own.map(([key]) => key), people: roundTo(exactSum(own.flatMap(([, { sent }]) => sent)), 6) };
  });
}

/* The members `rings` and `routes` of a solution's lanes. */
function ringsTexts(model, admission) {
  const listOf = (texts) => `[${texts.join(", ")}]`;
  const routeText = ({ keys, sent }) => objectText([["gates", listOf(keys.map(quoted))], ["sent", listText(sent.map((parts) => parts / PART))]]);
  const byKeys = (a, b) => a.reduce((order, key, at) => order || (at < b.length ? byCodePoint(key, b[at]) : 1), 0) || a.length - b.length;
  const keyOf = [...admission.gates.keys()];
  const areas = new Map();
  admission.eachWay((crowd, walk_s, gates, period, parts) => {
    const name = model.areas[admission.crowds[crowd].area];
    if (!areas.has(name)) { areas.set(name, new Map()); }
    const routes = areas.get(name);
    const route = gates.join(" ");
    if (!routes.has(route)) { routes.set(route, { keys: gates.map((gate) => keyOf[gate]), sent: new Array(admission.rule.profiles[0].length).fill(0) }); }
    routes.get(route).sent[period] += parts;
  });
  const rings = passedRings(model, admission).map(({ name, people, gates }) => objectText([["ring", quoted(name)], ["people", sixDigits(people)], ["gates", listOf(gates.map(quoted))]]));
  const routes = [...areas].sort((a, b) => byCodePoint(a[0], b[0])).map(([name, all]) => [name, listOf([...all.values()].sort((a, b) => byKeys(a.keys, b.keys)).map(routeText))]);
  return [["rings", listOf(rings)], ["routes", objectText(routes, "        ")]];
}

/* Rows of the table of figures: who passes each ring. */
function ringRows(model, before, after, tell, row) {
  const now = passedRings(model, after);
  passedRings(model, before).forEach(({ label, people }, at) => row(tell.pair(tell.own(label), tell.within(tell.say("ring_passing"))), people, now[at].people, tell.people));
}
