/* Lanes: as many people as the open gates can admit in time, sent by one flow in whole millionths.
 *
 * Who is alike makes a crowd. In each period a crowd may go to a gate in its reach and be admitted
 * then or as many periods later as it may wait: a network, whose maximum is the same whichever flow
 * reaches it. Crowds join one after another, those first who must be served first, and nobody who is
 * sent is given up for somebody later: so the most are sent of the first kind, then of the second. */

const PART = 1_000_000;
const SAME = 1e-3; // of a part: what the product of two decimals may be off
const QUEUE_DUST = 0.05; // people who are no queue yet

/* Maximum flow by Dinic (1970), on arcs that are added once and opened when their turn comes. */
class Flow {
  constructor(nodes, arcs) {
    this.first = new Int32Array(nodes).fill(-1);
    this.next = new Int32Array(2 * arcs);
    this.head = new Int32Array(2 * arcs);
    this.left = new Float64Array(2 * arcs);
    this.size = 0;
  }

  arc(from, to, most) {
    const at = this.size;
    this.head[at] = to;
    this.head[at + 1] = from;
    this.left[at] = most;
    this.next[at] = this.first[from];
    this.next[at + 1] = this.first[to];
    this.first[from] = at;
    this.first[to] = at + 1;
    this.size += 2;
    return at;
  }

  sent(arc) { return this.left[arc + 1]; }

  /* Send as much more as there is a way for, at most a limit; return how much. */
  send(source, sink, limit) {
    const { first, next, head, left } = this;
    const level = new Int32Array(first.length);
    let total = 0;
    while (total < limit) {
      level.fill(-1);
      level[source] = 0;
      const queue = [source];
      for (let at = 0; at < queue.length && level[sink] < 0; at += 1) {
        for (let arc = first[queue[at]]; arc >= 0; arc = next[arc]) {
          if (left[arc] > 0 && level[head[arc]] < 0) {
            level[head[arc]] = level[queue[at]] + 1;
            queue.push(head[arc]);
          }
        }
      }
      if (level[sink] < 0) { return total; }
      const turn = Int32Array.from(first);
      const path = [];
      let node = source;
      while (total < limit) {
        if (node === sink) {
          let most = limit - total;
          for (const arc of path) { most = Math.min(most, left[arc]); }
          for (const arc of path) { left[arc] -= most; left[arc ^ 1] += most; }
          total += most;
          const full = path.findIndex((arc) => left[arc] === 0);
          if (full < 0) { break; }
          node = head[path[full] ^ 1];
          path.length = full;
          continue;
        }
        let arc = turn[node];
        while (arc >= 0 && !(left[arc] > 0 && level[head[arc]] === level[node] + 1)) { arc = next[arc]; }
        turn[node] = arc;
        if (arc >= 0) {
          path.push(arc);
          node = head[arc];
        } else if (node === source) {
          break;
        } else {
          level[node] = -1;
          node = head[path.pop() ^ 1];
        }
      }
    }
    return total;
  }
}

/* People alike: the same open gates in reach, area, worth, rank, floors and time of arrival. */
function crowdsOf(model, resource, { times, open }) {
  const gates = new Map(open.map((column, gate) => [column, gate]));
  const reach = Array.from(model.people, () => []);
  for (const column of open) {
    const { points, walks } = model.walks[resource][column];
    points.forEach((point, at) => reach[point].push([gates.get(column), walks[at]]));
  }
  const floors = model.floors.map((floor, at) => [floor, at]).filter(([floor]) => floor.resource === resource);
  const counted = Array.from(model.people, () => "");
  for (const [floor, at] of floors) { for (const point of floor.points) { counted[point] += `${at} `; } }
  const found = new Map();
  model.people.forEach((people, point) => {
    if (people === 0 || times[point] === 0) { return; }
    const slow = point >= model.slow;
    const key = `${reach[point].map(([gate]) => gate).join(" ")};${model.area[point]};${model.priority[point]};${model.tier[point]};${slow};${counted[point]};${model.arrival[point]}`;
    if (!found.has(key)) {
      found.set(key, {
        people: 0, gates: reach[point].map(([gate]) => gate), walk: reach[point].map(() => 0), area: model.area[point],
        worth: model.priority[point], tier: model.tier[point], slow, floors: counted[point] === "" ? [] : counted[point].trim().split(" ").map(Number), arrival: model.arrival[point], number: found.size,
      });
    }
    const crowd = found.get(key);
    crowd.people += people;
    reach[point].forEach(([, walk], at) => { crowd.walk[at] += walk / model.parts * people; });
  });
  return [...found.values()];
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

/* Send crowds; `floorsFirst` serves floors before anything else, as a program must that else breaks one. */
function sendCrowds(model, crowds, gates, rule, floorsFirst) {
  const periods = rule.profiles[0].length;
  /* crowds with the same gates in reach go the same ways, and are told apart again afterwards */
  const kinds = new Map();
  crowds.forEach((crowd) => {
    const key = crowd.gates.join(" ");
    if (!kinds.has(key)) { kinds.set(key, { gates: crowd.gates, crowds: [] }); }
    kinds.get(key).crowds.push(crowd.number);
  });
  const kindOf = [...kinds.values()];
  const [source, sink, lines, doors] = [0, 1, 2 + kindOf.length * periods, 2 * gates.length * periods];
  const own = lines + doors;
  const arcs = gates.length * periods * (2 + rule.carry) + periods * (2 * crowds.length + kindOf.reduce((sum, { gates: some }) => sum + some.length, 0));
  const flow = new Flow(own + crowds.length * periods, arcs);
  const arriving = (gate, t) => lines + (gate * periods + t) * 2;
  gates.forEach((gate, at) => {
    for (let t = 0; t < periods; t += 1) {
      flow.arc(arriving(at, t) + 1, sink, gate.room);
      for (let then = t; then <= Math.min(periods - 1, t + rule.carry); then += 1) { flow.arc(arriving(at, t), arriving(at, then) + 1, Infinity); }
    }
  });
  const entries = new Array(crowds.length);
  const ways = kindOf.map(({ gates: some, crowds: mine }, kind) => {
    for (const number of mine) {
      entries[number] = arrivingParts(crowds[number].people, rule.profiles[crowds[number].arrival]).map((parts, t) => {
        flow.arc(own + number * periods + t, 2 + kind * periods + t, Infinity);
        return { arc: flow.arc(source, own + number * periods + t, 0), parts };
      });
    }
    return some.map((gate) => Array.from({ length: periods }, (_, t) => flow.arc(2 + kind * periods + t, arriving(gate, t), Infinity)));
  });
  const opened = new Set();
  const admit = (members, limit) => {
    for (const number of members) {
      if (opened.has(number)) { continue; }
      opened.add(number);
      for (const { arc, parts } of entries[number]) { flow.left[arc] = parts - flow.sent(arc); }
    }
    flow.send(source, sink, limit);
  };
  const close = (members) => {
    for (const number of members) {
      opened.delete(number);
      for (const { arc } of entries[number]) { flow.left[arc] = 0; }
    }
  };
  const given = (number) => entries[number].reduce((sum, { arc }) => sum + flow.sent(arc), 0);
  const floors = [...new Set(crowds.flatMap((crowd) => crowd.floors))].map((at) => model.floors[at]
    && { at, least: Math.ceil(model.floors[at].share * exactSum(model.floors[at].points.map((point) => model.people[point])) * PART - SAME), members: crowds.filter((crowd) => crowd.floors.includes(at)).map((crowd) => crowd.number) })
    .sort((a, b) => a.members.length - b.members.length || a.at - b.at);
  const serve = (allowed) => {
    for (const floor of floors) {
      const short = floor.least - floor.members.reduce((sum, number) => sum + given(number), 0);
      const members = floor.members.filter((number) => allowed.has(number) && !opened.has(number));
      if (short <= 0 || members.length === 0) { continue; }
      admit(members, short);
      close(members);
    }
  };
  if (floorsFirst) { serve(new Set(crowds.map((crowd) => crowd.number))); }
  const ranks = new Map();
  for (const crowd of crowds) {
    const key = JSON.stringify([crowd.tier, -crowd.worth, crowd.slow ? 0 : 1]);
    if (!ranks.has(key)) { ranks.set(key, []); }
    ranks.get(key).push(crowd.number);
  }
  const order = [...ranks].map(([key, members]) => [JSON.parse(key), members]).sort(([a], [b]) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  for (const [, members] of order) {
    serve(new Set(members));
    admit(members, Infinity);
  }
  const short = floors.filter((floor) => floor.members.reduce((sum, number) => sum + given(number), 0) < floor.least).map((floor) => floor.at);
  const sent = [];
  kindOf.forEach(({ gates: some, crowds: mine }, kind) => {
    for (let t = 0; t < periods; t += 1) {
      let way = 0;
      let free = flow.sent(ways[kind][0][t]);
      for (const number of mine) {
        for (let left = flow.sent(entries[number][t].arc); left > 0;) {
          while (free === 0) { way += 1; free = flow.sent(ways[kind][way][t]); }
          const parts = Math.min(left, free);
          sent.push({ crowd: number, way, gate: some[way], period: t, parts });
          left -= parts;
          free -= parts;
        }
      }
    }
  });
  return { given: crowds.map((crowd) => given(crowd.number)), ways: sent, short };
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
  return { admitted: passed, wait, clears: wait > 0 && since >= 0 && cleared !== null ? clockAt(rule.opens_min + Math.ceil(Math.min(cleared * window, window) - 0.01)) : null };
}

/* Who is admitted: `people` by point, gates and areas as a solution tells them. */
function admit(model, data, resource, units, reach) {
  const rule = model.resources[resource].lanes;
  const crowds = crowdsOf(model, resource, reach);
  const periods = rule.profiles[0].length;
  const id = data.resources[resource].id;
  const each = (column) => (Array.isArray(rule.lane_people) ? rule.lane_people[column] : rule.lane_people);
  const gates = reach.open.map((column) => ({
    key: `${model.places[column].site}/${id}`, room: Math.floor(each(column) * units[column] / periods * PART + SAME), capacity: each(column) * units[column],
    sent: new Array(periods).fill(0),
  }));
  let found = sendCrowds(model, crowds, gates, rule, false);
  const asWished = found.short.length === 0;
  if (!asWished) { found = sendCrowds(model, crowds, gates, rule, true); }
  const areas = new Map();
  const profiles = rule.profiles.map(() => new Array(periods).fill(0));
  let onFoot = 0;
  for (const { crowd, way, gate, period, parts } of found.ways) {
    const { area, walk, people, arrival } = crowds[crowd];
    gates[gate].sent[period] += parts;
    profiles[arrival][period] += parts;
    onFoot += parts * walk[way] / people;
    const name = model.areas[area];
    if (!areas.has(name)) { areas.set(name, new Map()); }
    const { key } = gates[gate];
    if (!areas.get(name).has(key)) { areas.get(name).set(key, new Array(periods).fill(0)); }
    areas.get(name).get(key)[period] += parts;
  }
  const total = found.given.reduce((sum, parts) => sum + parts, 0);
  const told = new Map(gates.map((gate) => {
    const sent = gate.sent.map((parts) => parts / PART);
    return [gate.key, { sent, people: exactSum(sent), ...gateQueue(sent, gate.capacity, rule) }];
  }));
  return {
    crowds, given: found.given, total: total / PART, gates: told, areas, asWished, rule, id, short: new Set(found.short),
    mean_s: total === 0 ? 0 : roundTo(onFoot / total, 1), profiles,
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
    ...(areas.length > 0 ? [["areas", areaLines(areas, "        ")]] : []), ...profilesText(admission, model)], "      ");
}
