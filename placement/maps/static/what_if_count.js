/* People, walks, cost and rules of any choice of posts, figure by figure as `place evaluate` counts. */

/* A sum of floats that is exact until it is rounded once, as Python's math.fsum (Shewchuk 1997). */
class ExactSum {
  constructor() { this.parts = []; }

  add(number) {
    let [x, kept] = [number, 0];
    for (const part of this.parts) {
      const [large, small] = Math.abs(x) < Math.abs(part) ? [part, x] : [x, part];
      const high = large + small;
      const low = small - (high - large);
      if (low !== 0) { this.parts[kept] = low; kept += 1; }
      x = high;
    }
    this.parts.length = kept;
    this.parts.push(x);
  }

  value() {
    const { parts } = this;
    let at = parts.length - 1;
    if (at < 0) { return 0; }
    let [high, low] = [parts[at], 0];
    while (at > 0) {
      const before = high;
      at -= 1;
      const next = parts[at];
      high = before + next;
      low = next - (high - before);
      if (low !== 0) { break; }
    }
    /* half-way cases go the way the parts below point */
    if (at > 0 && ((low < 0 && parts[at - 1] < 0) || (low > 0 && parts[at - 1] > 0))) {
      const twice = 2 * low;
      const further = high + twice;
      if (twice === further - high) { return further; }
    }
    return high;
  }
}

/* Whole numbers are added as they are, which is exact below 2^53; others by their parts. */
function exactSum(numbers) {
  let whole = 0;
  let at = 0;
  while (at < numbers.length && Number.isInteger(numbers[at]) && Math.abs(whole) < 2 ** 52) {
    whole += numbers[at];
    at += 1;
  }
  if (at === numbers.length) { return whole; }
  const sum = new ExactSum();
  sum.add(whole);
  for (; at < numbers.length; at += 1) { sum.add(numbers[at]); }
  return sum.value();
}

/* Round as Python does: to the nearest decimal, of two as near the even one. */
function roundTo(number, digits) {
  if (Number.isInteger(number)) { return number + 0; }
  const found = number.toFixed(digits);
  const [, after] = Math.abs(number).toFixed(Math.min(100, digits + 45)).split(".");
  const isHalf = after[digits] === "5" && !/[1-9]/.test(after.slice(digits + 1));
  if (!isHalf) { return Number(found) + 0; }
  const down = Math.abs(number).toFixed(digits + 1).slice(0, -1);
  const even = Number(down[down.length - 1] === "." ? down[down.length - 2] : down[down.length - 1]) % 2 === 0;
  const size = even ? Number(down) : Number((Number(down) + 10 ** -digits).toFixed(digits));
  return (number < 0 ? -size : size) + 0;
}

const reached = new WeakMap(); // by walks to the posts of a resource: whom those reach that were counted first, and last

/* Of many posts, who is reached how often, by how many units, and how long they walk. */
function reachOf(model, resource, units) {
  const before = reached.get(model.walks[resource]) || [];
  const same = before.find((one) => units[resource].every((many, column) => many === one.units[column]));
  if (same !== undefined) { return same; }
  const size = model.people.length;
  const [times, many] = [new Int32Array(size), new Int32Array(size)];
  const nearest = new Int32Array(size).fill(2147483647);
  const columns = model.walks[resource];
  const open = [];
  units[resource].forEach((number, column) => { if (number > 0) { open.push(column); } });
  for (const column of open) {
    const { points, walks } = columns[column];
    for (let at = 0; at < points.length; at += 1) {
      const point = points[at];
      times[point] += 1;
      many[point] += units[resource][column];
      if (walks[at] < nearest[point]) { nearest[point] = walks[at]; }
    }
  }
  const found = { times, many, nearest, open, units: units[resource], figures: new WeakMap() };
  reached.set(columns, [...before.slice(0, 1), found]);
  return found;
}

/* `whom` are the people of each point who count. */
function peopleOf(model, whom, fits) {
  const sum = new ExactSum();
  let whole = 0;
  whom.forEach((people, point) => {
    if (people === 0 || !fits(point)) { return; }
    if (model.whole) { whole += people; } else { sum.add(people); }
  });
  return model.whole ? whole : sum.value();
}

/* People of some points who count. */
function peopleAmong(model, points, fits) {
  const sum = new ExactSum();
  let whole = 0;
  for (const point of points) {
    if (!fits(point)) { continue; }
    if (model.whole) { whole += model.people[point]; } else { sum.add(model.people[point]); }
  }
  return model.whole ? whole : sum.value();
}

const everyone = () => true;
const peopleWithin = new WeakMap(); // by walks to a site: people whom a post there reaches

function partOf(covered, total) {
  return { covered: roundTo(covered, 6), total: roundTo(total, 6), share: total === 0 ? 0 : roundTo(covered / total, 6) };
}

function coverageOf(model, resource, { times, many }, admission) {
  const { slow, backups } = model;
  const people = model.counted[resource];
  const rule = model.resources[resource];
  const met = (fits) => peopleOf(model, people, (point) => times[point] > 0 && fits(point));
  const found = partOf(admission === null ? met(everyone) : admittedOf(admission, everyone), peopleOf(model, people, everyone));
  if (rule.there !== null) {
    found.expected = roundTo(exactSum(Array.from(people, (some, point) => some * rule.there[Math.min(many[point], rule.counted)])), 6);
  }
  if (slow < people.length) {
    found.step_free = partOf(admission === null ? met((point) => point >= slow) : admittedOf(admission, (crowd) => crowd.slow), peopleOf(model, people, (point) => point >= slow));
  }
  if (backups[resource] !== null) {
    const { points } = backups[resource];
    found.backup = partOf(exactSum(points.map((point) => (times[point] > 1 ? people[point] : 0))), exactSum(points.map((point) => people[point])));
  }
  return found;
}

/* The mean walk to the nearest post of those within reach of one, in seconds. */
function meanWalk(model, { times, nearest }) {
  const covered = peopleOf(model, model.people, (point) => times[point] > 0);
  if (covered === 0) { return 0; }
  let whole = 0;
  model.people.forEach((people, point) => { if (times[point] > 0) { whole += people * nearest[point]; } });
  return roundTo(whole / model.parts / covered, 1);
}

const pointsByArea = new WeakMap(); // by the people who count

/* How long people walk, area by area: half of them, 95 of 100, and all walk no longer. Areas in which all walk as
   in the `plan`, whose figures are known, have those. */
function walksByArea(model, resource, { times, nearest }, plan) {
  const people = model.counted[resource];
  if (!pointsByArea.has(people)) {
    const groups = model.areas.map(() => []);
    people.forEach((some, point) => { if (some > 0) { groups[model.area[point]].push(point); } });
    pointsByArea.set(people, groups);
  }
  const told = new Map(plan === null ? [] : plan.areas.map((one) => [one.area, one]));
  const found = [];
  pointsByArea.get(people).forEach((points, area) => {
    if (points.length === 0) { return; }
    if (told.has(area) && points.every((point) => nearest[point] === plan.nearest[point] && times[point] > 0 === plan.times[point] > 0)) {
      found.push(told.get(area));
      return;
    }
    const reached = points.filter((point) => times[point] > 0).sort((a, b) => nearest[a] - nearest[b] || a - b);
    const run = [];
    let sum = 0;
    for (const point of reached) { sum += model.people[point]; run.push(sum); }
    const share = (part) => {
      if (reached.length === 0) { return null; }
      const least = part * sum * (1 - 1e-12);
      const at = run.findIndex((people) => people >= least);
      return Math.floor((nearest[reached[at < 0 ? reached.length - 1 : at]] + model.parts / 20) / (model.parts / 10)) / 10;
    };
    found.push({
      name: model.areas[area], area, people: roundTo(exactSum(points.map((point) => model.people[point])), 6),
      within: roundTo(exactSum(reached.map((point) => model.people[point])), 6),
      median_s: share(0.5), p95_s: share(0.95), longest_s: share(1),
    });
  });
  return found;
}

/* What was counted first, the plan's posts as a rule, of the same people: null where nothing was. */
function figuresFirst(model, resource) {
  const planned = model.asPlanned || model;
  const [first] = reached.get(planned.walks[resource]) || [];
  const known = first === undefined ? undefined : first.figures.get(planned);
  return known === undefined || planned.counted[resource] !== model.counted[resource] ? null : { areas: known.areas, nearest: first.nearest, times: first.times };
}

/* What posts cost, as decimals: whole steps where there is one, see placement/decimals.py. */
function priceOf(model, steps) {
  if (model.step === null) { return steps; }
  const [top, bottom] = model.step;
  return steps * top / bottom;
}

function stepsOf(model, resource, column, units) {
  const { open, unit } = model.options[resource];
  return open[column] + unit[column] * units;
}

function objectiveOf(model, reaches, admission, tier) {
  const worth = [];
  const fits = (point) => tier === null || model.tier[point] === tier;
  model.resources.forEach((rule, resource) => {
    if (rule.lanes !== null) {
      admission.crowds.forEach((crowd, number) => {
        if (tier === null || crowd.tier === tier) { worth.push(rule.value * (admission.given[number] / PART) * crowd.worth); }
      });
      return;
    }
    const { times, many } = reaches[resource];
    const each = (point) => rule.value * model.people[point] * model.priority[point];
    model.people.forEach((_, point) => {
      if (!fits(point)) { return; }
      if (rule.there !== null) { worth.push(each(point) * rule.there[Math.min(many[point], rule.counted)]);
      } else if (times[point] > 0) { worth.push(each(point)); }
    });
    const backup = model.backups[resource];
    if (rule.there === null && backup !== null && backup.worth > 0) {
      for (const point of backup.points) { if (times[point] > 1 && fits(point)) { worth.push(backup.worth * each(point)); } }
    }
  });
  return roundTo(exactSum(worth), 6);
}

/* What is asked and reached of floors, groups and least distances, by the rules' names. */
function rulesKept(model, data, units, reaches, admission) {
  const found = [];
  for (const [at, floor] of model.floors.entries()) {
    const { times } = reaches[floor.resource];
    const laned = model.resources[floor.resource].lanes !== null;
    const met = laned ? admission.met.get(at) / PART
      : peopleAmong(model, floor.points, (point) => times[point] >= floor.times);
    const total = floor.people;
    const short = met < floor.share * total - 1e-5 * Math.min(1, total);
    found.push({ name: floor.name, kind: "floor", resource: floor.resource, floor, asked: floor.share, reached: partOf(met, total).share, told: !laned, broken: laned ? admission.short.has(at) : short });
  }
  for (const group of model.groups) {
    let count = 0;
    for (const column of group.sites) {
      units.forEach((many, resource) => { if (many[column] > 0 && (group.resource === null || group.resource === resource)) { count += 1; } });
    }
    found.push({ name: group.name, kind: "group", resource: group.resource, asked: group.most, reached: count, broken: count > group.most });
  }
  const means = meansOf(data, model);
  model.resources.forEach((rule, resource) => {
    const { id } = means[resource];
    const { open } = reaches[resource];
    if (rule.separation_m !== null) {
      let least = Infinity;
      open.forEach((a, at) => { for (const b of open.slice(at + 1)) {
        least = Math.min(least, Math.hypot(model.xy[a][0] - model.xy[b][0], model.xy[a][1] - model.xy[b][1]));
      } });
      found.push({ name: `resources.${id}.separation_m`, kind: "apart", resource, asked: rule.separation_m, reached: least === Infinity ? null : roundTo(least, 6), broken: least * (1 + 1e-9) ** 2 < rule.separation_m });
    }
    if (rule.apart !== null) {
      const here = new Set(open);
      const walks = rule.apart.walks.filter(([a, b]) => here.has(a) && here.has(b)).map(([, , seconds]) => seconds);
      const least = walks.length === 0 ? Infinity : Math.min(...walks);
      found.push({ name: `resources.${id}.separation_min`, kind: "walk_apart", resource, asked: rule.apart.least_s / 60, reached: least === Infinity ? null : roundTo(least / 60, 6), broken: least * (1 + 1e-9) ** 2 < rule.apart.least_s });
    }
  });
  if (model.ways.length > 0) {
    const open = model.ways.filter(({ options }) => options.every(([column, resource]) => units[resource][column] === 0));
    found.push({ name: "sealed", kind: "sealed", resource: null, asked: model.ways.length, reached: model.ways.length - open.length, broken: open.length > 0, open });
  }
  return found;
}

/* Limits that posts break: each as a kind, and what it is about. */
function brokenLimits(model, data, units, cost) {
  const found = [];
  const means = meansOf(data, model);
  if (cost > data.budget.amount) { found.push({ kind: "budget", over: cost - data.budget.amount }); }
  model.resources.forEach((rule, resource) => {
    const own = units[resource];
    const { status, least, most } = model.options[resource];
    const sum = own.reduce((all, many) => all + many, 0);
    const count = own.reduce((all, many) => all + (many > 0 ? 1 : 0), 0);
    const { fleet } = means[resource];
    if (fleet !== null && sum > fleet) { found.push({ kind: "fleet", resource, reached: sum, asked: fleet }); }
    if (rule.posts !== null && count > rule.posts) { found.push({ kind: "posts", resource, reached: count, asked: rule.posts }); }
    own.forEach((many, column) => {
      const post = { resource, column };
      if (many === 0) {
        if (status[column] === 2) { found.push({ kind: "required", ...post }); }
        return;
      }
      if (status[column] === 3) { found.push({ kind: "excluded", ...post }); }
      if (many < least[column] || many > most[column]) { found.push({ kind: "units", ...post, reached: many, least: least[column], most: most[column] }); }
      if (rule.near !== null && !rule.near.sites[column].some((site) => units[rule.near.resource][site] > 0)) { found.push({ kind: "near", ...post, other: rule.near.resource, walk_s: rule.near.walk_s }); }
    });
  });
  return found;
}

/* Who is covered, and how far they walk: counted anew where other posts are within reach, or lanes admit others. */
function countPeople(model, reaches, laned, admission) {
  const each = reaches.map((reach, resource) => {
    if (!reach.figures.has(model)) {
      reach.figures.set(model, { covered: coverageOf(model, resource, reach, null), mean_s: meanWalk(model, reach), areas: walksByArea(model, resource, reach, figuresFirst(model, resource)) });
    }
    return reach.figures.get(model);
  });
  return {
    coverage: each.map(({ covered }, resource) => (resource === laned ? coverageOf(model, resource, reaches[resource], admission) : covered)),
    mean_s: each.map(({ mean_s: seconds }) => seconds), areas: each.map(({ areas }) => areas),
  };
}

/* What was counted, of the people of one period alone; lanes open in the one they are counted in. */
function countInPeriod(model, { reaches, admission }) {
  const laned = model.resources.findIndex((rule) => rule.lanes !== null);
  const serves = reaches.map((_, resource) => model.periods[model.at].serves.includes(resource));
  const isOpen = admission !== null && serves[laned];
  const found = countPeople(model, reaches.slice(0, model.resources.length - model.barriers.length), isOpen ? laned : -1, admission);
  return { ...found, reaches, serves, admission: isOpen ? admission : null };
}

/* Whether a resource serves where this was counted: through the day, or in one period. */
const isServing = (found, resource) => found.serves === undefined || found.serves[resource];

/* Count posts: `units` is by resource and column; 0 where there is no post. */
const countPosts = (model, data, units) => finish(countSteps(model, data, units));

function* countSteps(model, data, units) {
  const reaches = units.map((_, resource) => reachOf(model, resource, units));
  yield;
  const laned = model.resources.findIndex((rule) => rule.lanes !== null);
  const admission = laned < 0 ? null : yield* admit(model, data, laned, units[laned], reaches[laned]);
  const covering = reaches.slice(0, data.resources.length);
  const posts = [];
  const prices = []; // where costs are no whole number of steps
  let steps = 0;
  for (const [resource, reach] of reaches.entries()) {
    for (const column of reach.open) {
      const walks = model.walks[resource][column];
      if (!peopleWithin.has(walks)) { peopleWithin.set(walks, roundTo(peopleAmong(model, walks.points, everyone), 6)); }
      const own = stepsOf(model, resource, column, units[resource][column]);
      if (model.step === null) { prices.push(own); } else { steps += own; }
      posts.push({
        resource, column, ...model.places[column], units: units[resource][column], cost: roundTo(priceOf(model, own), 6),
        covered: peopleWithin.get(walks), only: roundTo(peopleAmong(model, walks.points, (point) => reach.times[point] === 1), 6),
      });
    }
    yield;
  }
  const cost = roundTo(model.step === null ? exactSum(prices) : priceOf(model, steps), 6);
  const people = countPeople(model, covering, laned, admission);
  yield;
  return {
    units, reaches, posts, cost, admission, ...people,
    objective: objectiveOf(model, reaches, admission, null),
    tiers: model.tiers.map((tier) => [tier, objectiveOf(model, reaches, admission, tier)]),
    rules: rulesKept(model, data, units, reaches, admission),
    broken: brokenLimits(model, data, units, cost),
  };
}
