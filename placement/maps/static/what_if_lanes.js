/* Lanes: who is sent to which gate when, and how long people wait there, as `place evaluate` counts. */

const PART = 1_000_000;
const SAME = 1e-3; // of a part: what the product of two decimals may be off
const QUEUE_DUST = 0.05; // people who are no queue yet

/* What decides among equals, as placement/solve/capacitated/equals.py draws it. */
function mixed(number) {
  let found = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  found = Math.imul(found ^ (found >>> 13), 0xc2b2ae35);
  return found ^ (found >>> 16);
}

const seeds = new Map(); // by text: the same few names are asked for thousands of times

function textSeed(text) {
  if (!seeds.has(text)) { seeds.set(text, new TextEncoder().encode(text).reduce((number, byte) => Math.imul(number ^ byte, 0x01000193), 0x811c9dc5 | 0)); }
  return seeds.get(text);
}

const tieNumber = (seed, period) => mixed(seed ^ period) >>> 2;

/* By point, the floors of a resource that count it. */
function floorsOfPoints(model, resource) {
  const found = Array.from(model.people, () => []);
  model.floors.forEach((floor, at) => { if (floor.resource === resource) { for (const point of floor.points) { found[point].push(at); } } });
  return found;
}

/* The crowds of a plan: people of one area and profile who have the same gates in reach, open or
   not, are worth the same and count for the same rules. A way leads to a gate: how long it is on
   average, in ten-thousandths of a second out of the tenths that are told. */
function* crowdsOf(model, resource) {
  const rule = model.resources[resource].lanes;
  /* where streets are closed, only points whose walks changed are looked at anew */
  const planned = model.asPlanned === undefined ? null : yield* lanedOf(model.asPlanned, resource);
  const isNew = planned === null ? new Uint8Array(model.people.length).fill(1) : model.changed[resource];
  const fresh = [];
  isNew.forEach((is, point) => { if (is === 1) { fresh.push(point); } });
  const [reach, keys] = planned === null ? [[], []] : [planned.reach.slice(), planned.keys.slice()];
  for (const point of fresh) { reach[point] = { columns: [], walks: [] }; }
  model.walks[resource].forEach(({ points, walks }, column) => {
    for (let at = 0; at < points.length; at += 1) {
      if (isNew[points[at]] === 0) { continue; }
      const own = reach[points[at]];
      own.columns.push(column);
      own.walks.push(walks[at]);
    }
  });
  const counted = planned === null ? floorsOfPoints(model, resource) : planned.counted;
  const second = planned === null ? new Set(model.backups[resource] === null ? [] : model.backups[resource].points) : planned.second;
  const tenth = model.parts / 10;
  const worthOf = (point) => model.resources[resource].value * model.priority[point];
  const keyOf = (point) => (model.people[point] === 0 || reach[point].columns.length === 0 || (worthOf(point) === 0 && counted[point].length === 0) ? null
    : [reach[point].columns, model.area[point], model.priority[point], model.tier[point], point >= model.slow, counted[point], second.has(point), model.arrival[point], model.classOf[point]].join(";"));
  for (const point of fresh) { keys[point] = keyOf(point); }
  /* crowds that lose or get nobody stay */
  const others = new Set();
  const found = new Map();
  const put = (point) => {
    const key = keys[point];
    if (key === null) { return; }
    if (found.has(key)) { found.get(key).push(point); } else { found.set(key, [point]); }
  };
  for (const point of fresh) {
    put(point);
    if (planned !== null) { others.add(planned.keys[point]).add(keys[point]); }
  }
  const byKey = new Map();
  if (planned !== null) {
    for (const [key, crowd] of planned.byKey) {
      if (others.has(key)) { crowd.points.filter((point) => isNew[point] === 0).forEach(put); } else { byKey.set(key, crowd); }
    }
    for (const points of found.values()) { points.sort((a, b) => a - b); }
  }
  yield;
  for (const [key, points] of found) {
    if (isRest(byKey.size)) { yield; }
    const [one] = points;
    const { columns } = reach[one];
    const each = points.map((point) => model.people[point]);
    const people = exactSum(each);
    const start = mixed(mixed(textSeed(model.areas[model.area[one]])) ^ textSeed(rule.names[model.arrival[one]]));
    const wayTo = (at) => {
      const steps = Math.floor(exactSum(points.map((point, row) => Math.floor((reach[point].walks[at] + tenth / 2) / tenth) * each[row])) / people * 1000 + 0.5);
      const seed = mixed(mixed(mixed(start ^ textSeed(model.places[columns[at]].site)) ^ (Math.floor(people * PART + 0.5) % 4294967296)) ^ (steps % 4294967296));
      return { steps, seed, walk_s: points.reduce((sum, point, row) => sum + reach[point].walks[at] / model.parts * each[row], 0) / people };
    };
    const ways = []; // by column, told as they are asked for: most lead to no gate
    /* crowds alike have one number, whichever streets are closed: so they begin where they went the last time */
    const { ids } = model.sent;
    const own = `${key};${people}`;
    if (!ids.has(own)) { ids.set(own, ids.size); }
    const [isWorth, slow] = [worthOf(one) > 0, one >= model.slow];
    byKey.set(key, {
      points, columns, standing: isWorth ? [0, model.tier[one], -model.priority[one], slow ? 0 : 1].join(" ") : slow ? "1 0 0 0" : "1 0 0 1", area: model.area[one], worth: model.priority[one], isWorth, tier: model.tier[one], slow, floors: counted[one],
      arrival: model.arrival[one], id: ids.get(own), people, wayTo: (at) => (ways[at] === undefined ? (ways[at] = wayTo(at)) : ways[at]),
      longest: 1000 * Math.max(...points.map((point) => Math.max(...reach[point].walks) / tenth + 1)), parts: arrivingParts(people, rule.profiles[model.arrival[one]]),
    });
  }
  const crowds = [...byKey.values()].sort((a, b) => a.points[0] - b.points[0]);
  return { planned, reach, counted, second, keys, byKey, crowds };
}

/* Parts of a crowd who arrive in each period, adding up to all of it: by largest remainder. */
function arrivingParts(people, shares) {
  const whole = Math.floor(people * PART + SAME);
  const exact = shares.map((share) => whole * share);
  const parts = exact.map((part) => Math.floor(part + SAME));
  const left = whole - parts.reduce((sum, part) => sum + part, 0);
  const order = parts.map((_, at) => at).sort((a, b) => (parts[a] - exact[a]) - (parts[b] - exact[b]) || a - b);
  order.slice(0, left).forEach((at) => { parts[at] += 1; });
  return parts;
}

/* Floors of gates, each inside of those after it that it shares people with, and the parts they ask for. */
function floorsOf(model, resource) {
  const found = model.floors.map((floor, at) => ({ floor, at })).filter(({ floor }) => floor.resource === resource)
    .map(({ floor, at }) => ({ at, many: floor.points.length, least: Math.ceil(floor.share * floor.people * PART - SAME) }));
  return found.sort((a, b) => a.many - b.many || a.at - b.at);
}

/* People admitted of the crowds that fit. */
function admittedOf(admission, fits) {
  return admission.crowds.reduce((sum, crowd, number) => sum + (fits(crowd) ? admission.given[number] : 0), 0) / PART;
}

const clockAt = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/* The fluid queue of one gate, as placement/solve/capacitated/queueing.py runs it. */
function gateQueue(sent, capacity, rule) {
  const periods = sent.length;
  const each = capacity / periods;
  const window = rule.closes_min - rule.opens_min;
  const waiting = [0];
  const admitted = [];
  let [since, cleared, longest] = [-1, null, 0];
  const tolerance = Math.max(QUEUE_DUST, 1e-9 * Math.max(1, capacity));
  sent.forEach((people, t) => {
    const before = waiting[t];
    const after = before + people - each;
    if (before <= tolerance && after > tolerance) { since = t / periods; }
    if (after <= tolerance && before > tolerance) { cleared = (t + before / (each - people)) / periods; }
    waiting.push(after > tolerance ? after : 0);
    admitted.push(before + people - waiting[t + 1]);
    if (people > 0) { longest = Math.max(longest, waiting[t + 1], before); }
  });
  if (waiting[periods] > 0) { cleared = 1 + waiting[periods] / capacity; }
  const wait = capacity > 0 ? roundTo(longest / capacity * window, 1) : 0;
  let run = 0;
  let whole = 0;
  const passed = admitted.map((people) => {
    run += people;
    const before = whole;
    whole = roundTo(run * PART, 0);
    return (whole - before) / PART;
  });
  return { admitted: passed, waiting, capacity, wait, clears: wait > 0 && since >= 0 && cleared !== null ? clockAt(rule.opens_min + Math.ceil(Math.min(cleared * window, window) - 0.01)) : null };
}

const laned = new WeakMap(); // by model: its crowds, the floors of its gates, and the last answers by the gates' units

function* lanedOf(model, resource) {
  if (!laned.has(model)) { laned.set(model, { ...(yield* crowdsOf(model, resource)), floors: floorsOf(model, resource), answers: new Map() }); }
  return laned.get(model);
}

/* Who is admitted: `people` by point, gates and areas as a solution tells them. */
function* admit(model, data, resource, units, reach) {
  const { answers } = yield* lanedOf(model, resource);
  const key = units.join(" ");
  if (!answers.has(key)) {
    if (answers.size > MOST_TIMES) { answers.delete([...answers.keys()][1]); }
    answers.set(key, yield* admitAnew(model, data, resource, units, reach));
    if (model.rings === undefined) { model.sent.times[model.sent.times.length - 1].answer = answers.get(key); }
  } else { recall(model.sent, answers.get(key)); }
  return answers.get(key);
}

function* admitAnew(model, data, resource, units, { open }) {
  const rule = model.resources[resource].lanes;
  const { crowds } = laned.get(model);
  const periods = rule.profiles[0].length;
  const { id } = data.resources[resource];
  const each = (column) => (Array.isArray(rule.lane_people) ? rule.lane_people[column] : rule.lane_people);
  const gates = open.map((column) => ({
    key: `${model.places[column].site}/${id}`, column, room: Math.floor(each(column) * units[column] / periods * PART + SAME), capacity: each(column) * units[column],
    sent: new Array(periods).fill(0),
  }));
  const found = yield* (model.rings === undefined ? sendCrowds(laned.get(model), gates, rule, model.sent) : sendThroughRings(model, resource, laned.get(model), gates));
  const areas = new Map();
  const rows = []; // of them, by area and gate
  const profiles = rule.profiles.map(() => new Array(periods).fill(0));
  let onFoot = 0;
  found.eachWay((crowd, walk_s, passed, period, parts) => {
    const { area, arrival } = crowds[crowd];
    profiles[arrival][period] += parts;
    onFoot += parts * walk_s;
    for (const gate of passed) {
      gates[gate].sent[period] += parts;
      const row = area * gates.length + gate;
      if (rows[row] === undefined) {
        const [name, { key }] = [model.areas[area], gates[gate]];
        if (!areas.has(name)) { areas.set(name, new Map()); }
        if (!areas.get(name).has(key)) { areas.get(name).set(key, new Array(periods).fill(0)); }
        rows[row] = areas.get(name).get(key);
      }
      rows[row][period] += parts;
    }
  });
  const total = found.given.reduce((sum, parts) => sum + parts, 0);
  const told = new Map(gates.map((gate) => {
    const sent = gate.sent.map((parts) => parts / PART);
    return [gate.key, { sent, column: gate.column, people: exactSum(sent), ...gateQueue(sent, gate.capacity, rule) }];
  }));
  return {
    crowds, eachWay: model.rings === undefined ? null : found.eachWay, given: found.given, met: found.met, total: total / PART, gates: told, areas, rule, id, short: new Set(found.short),
    mean_s: total === 0 ? 0 : roundTo(onFoot / total, 1), profiles, changes: found.changes,
  };
}

const listText = (numbers) => `[${numbers.map(sixDigits).join(", ")}]`;

/* The profiles people come by, where not all come by the plan's own. */
function profilesText(admission, model) {
  const { rule, profiles } = admission;
  const used = new Set();
  model.people.forEach((people, point) => { if (people > 0) { used.add(model.arrival[point]); } });
  if (used.size === 0 || (used.size === 1 && used.has(0))) { return []; }
  const told = [...used].map((at) => {
    const people = roundTo(exactSum(model.people.filter((_, point) => model.arrival[point] === at)), 6);
    let [run, before] = [0, 0];
    const coming = rule.profiles[at].map((share) => {
      run += share;
      const whole = roundTo(people * run * PART, 0);
      const some = (whole - before) / PART;
      before = whole;
      return some;
    });
    return [rule.names[at], objectText([["people", sixDigits(people)], ["coming", listText(coming)], ["sent", listText(profiles[at].map((parts) => parts / PART))]])];
  });
  return [["profiles", objectText(told.sort((a, b) => byCodePoint(a[0], b[0])), "        ")]];
}

/* The member `lanes` of a solution. */
function lanesText(admission, data, model) {
  const { rule } = admission;
  const sorted = (entries) => [...entries].sort((a, b) => byCodePoint(a[0], b[0]));
  const gates = sorted(admission.gates).map(([key, gate]) => [key, objectText([["sent", listText(gate.sent)], ["admitted", listText(gate.admitted)], ...waitMembers(gate)])]);
  const areas = sorted(admission.areas).map(([name, table]) => [name, objectText(sorted(table).map(([key, parts]) => [key, listText(parts.map((one) => one / PART))]))]);
  return objectText([["resource", quoted(admission.id)], ["opens", quoted(clockAt(rule.opens_min))], ["closes", quoted(clockAt(rule.closes_min))],
    ["period_min", sixDigits(rule.period_min)], ["mean_walk_s", numberText(admission.mean_s, 1)], ["gates", objectText(gates, "        ")],
    ...(areas.length > 0 ? [["areas", areaLines(areas, "        ")]] : []), ...profilesText(admission, model), ...(model.rings === undefined ? [] : ringsTexts(model, admission))], "      ");
}
