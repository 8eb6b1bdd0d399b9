/* The walks of a plan as placement/maps/packed_walks.py and what_if.py write them. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const [NOTHING, BEFORE, FIRST] = [0, 1, 2];

const VALUES = new Uint8Array(128); // of letters, by their codes
for (let value = 0; value < LETTERS.length; value += 1) { VALUES[LETTERS.charCodeAt(value)] = value; }

/* Whole numbers out of letters, one after the other. */
function unpacking(text) {
  let at = 0;
  const next = () => {
    let number = 0;
    let place = 1;
    for (;;) {
      const code = VALUES[text.charCodeAt(at)];
      at += 1;
      number += (code % 32) * place;
      if (code < 32) { return number; }
      place *= 32;
    }
  };
  const signed = () => {
    const number = next();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  };
  return { next, signed, more: () => at < text.length };
}

function unpacked(text) {
  const [reader, found] = [unpacking(text), []];
  while (reader.more()) { found.push(reader.next()); }
  return found;
}

/* Positions written as steps from one to the next. */
function unpackedSteps(text) {
  const [reader, found] = [unpacking(text), []];
  let at = 0;
  while (reader.more()) {
    at += reader.signed();
    found.push(at);
  }
  return found;
}

/* Values written as runs: what, and how often on end. */
function unpackedRuns(text) {
  const [reader, found] = [unpacking(text), []];
  while (reader.more()) {
    const code = reader.next();
    for (let left = reader.next(); left > 0; left -= 1) { found.push(code); }
  }
  return found;
}

/* Which are chosen, written as the gaps between them. */
function unpackedGaps(text) {
  let at = -1;
  return unpacked(text).map((gap) => { at += gap; return at; });
}

/* Walks longer by a ratio, those within a limit and to sites that are allowed. */
function within(walks, ratio, limit, allowed) {
  const found = new Int32Array(walks.length).fill(-1);
  for (let site = 0; site < walks.length; site += 1) {
    const longer = Math.floor(walks[site] * ratio + 0.5);
    if (walks[site] >= 0 && longer <= limit && allowed[site]) { found[site] = longer; }
  }
  return found;
}

function readRow(reader, told, held, limit) {
  const row = told.slice();
  const added = [];
  let at = -1;
  for (let left = reader.next(); left > 0; left -= 1) {
    at += reader.next();
    if (told[at] < 0) { added.push(at); }
    row[at] = -1;
  }
  const changes = [];
  for (let left = reader.next(); left > 0; left -= 1) { changes.push(reader.signed()); }
  if (changes.length > 0) {
    const last = changes.length - 1;
    const both = [];
    for (let site = 0; site < row.length; site += 1) {
      if (row[site] < 0) { continue; }
      both.push(site);
      if (held[site] > last) { held[site] = last; }
    }
    if (last > 0) {
      let other = -1;
      for (let left = reader.next(); left > 0; left -= 1) {
        other += reader.next();
        held[both[other]] = reader.next();
      }
    }
    for (const site of both) { row[site] += changes[held[site]]; }
  }
  for (const site of added) { row[site] = limit - reader.signed(); }
  return row;
}

/* What is counted is counted in steps, so that a page can rest between them; these are all of them at once. */
function finish(steps) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) { return value; }
  }
}

/* Of a loop over many: whether it rests here. */
const isRest = (at) => at % 512 === 511;

/* By resource and site: the points within reach, ascending, and the walk to each in parts. */
function* readWalks(coded, points, sites, allowed, twin) {
  const reader = unpacking(coded.walks);
  const nobody = new Int32Array(sites).fill(-1);
  const first = [];
  const found = [];
  for (const [resource, ratio] of coded.ratios.entries()) {
    const rows = [];
    const held = new Int32Array(sites);
    const limit = coded.limits[resource];
    for (let point = 0; point < points; point += 1) {
      const kind = reader.next();
      const told = kind === NOTHING ? nobody : kind === BEFORE ? rows[point - 1]
        : kind === FIRST ? within(first[point], 1, limit, allowed[resource])
        : within(rows[twin[point]], ratio, limit, allowed[resource]);
      rows.push(readRow(reader, told, held, limit));
      if (point % 64 === 63) { yield; }
    }
    if (resource === 0) { first.push(...rows); }
    const columns = Array.from({ length: sites }, () => ({ points: [], walks: [] }));
    for (let site = 0; site < sites; site += 1) {
      const { points: reached, walks } = columns[site];
      for (let point = 0; point < points; point += 1) {
        const walk = rows[point][site];
        if (walk >= 0) { reached.push(point); walks.push(walk); }
      }
      yield;
    }
    found.push(columns);
  }
  return found;
}

/* Which sites are near one another, and how far apart. */
function readBetween(between, sites) {
  const { near } = between;
  if (near === null) { return between; }
  const reader = unpacking(near.sites);
  return { ...between, near: { ...near, sites: Array.from({ length: sites }, () => {
    let site = -1;
    return Array.from({ length: reader.next() }, () => { site += reader.next(); return site; });
  }) } };
}

/* What posts can be of: the resources, and the kinds of barriers after them. */
const meansOf = (data, model) => [...data.resources, ...model.barriers];

/* A floor with the people whom it counts. */
const withPeople = (people, floor) => ({ ...floor, people: exactSum(floor.points.map((point) => people[point])) });

/* What the page carries, as arrays: sites from west to east, people who take steps first. */
function* readModel(data) {
  const coded = data.what_if;
  const { sites, points } = coded;
  const { barriers = [], ways = [] } = coded;
  const blocked = ways.filter(({ site }) => site !== null).sort((a, b) => byCodePoint(a.site, b.site)).map(({ site, name }) => ({ site, name, at: null, kind: "" }));
  const listed = [...new Map([...data.posts, ...data.sites, ...blocked].map((one) => [one.site, one])).values()];
  const [lon, lat, of] = [unpackedSteps(sites.lon), unpackedSteps(sites.lat), unpacked(sites.of)];
  const places = new Array(listed.length);
  listed.forEach(({ site, name, at, kind }, row) => { places[of[row]] = { site, name, at, kind: kind || "", column: of[row] }; });
  places.forEach((place, column) => Object.assign(place, { lon: lon[column], lat: lat[column] }));
  const numbers = (text) => (typeof text === "string" ? unpackedRuns(text) : text);
  const options = sites.posts.map((post) => ({
    status: unpackedRuns(post.status), least: unpackedRuns(post.least), most: unpackedRuns(post.most),
    open: numbers(post.open), unit: numbers(post.unit),
  }));
  const people = Float64Array.from(typeof points.people === "string" ? unpacked(points.people) : points.people);
  const twins = unpackedRuns(points.twins);
  const twin = new Int32Array(twins.length).fill(-1);
  const told = unpackedSteps(points.twin);
  let at = 0;
  twins.forEach((has, point) => { if (has === 1) { twin[point] = told[at]; at += 1; } });
  const [east, north] = [unpackedSteps(points.lon), unpackedSteps(points.lat)];
  const ground = new Int32Array(2 * people.length);
  let own = 0;
  twin.forEach((other, point) => {
    if (other >= 0) { ground.set(ground.subarray(2 * other, 2 * other + 2), 2 * point); return; }
    ground.set([east[own], north[own]], 2 * point);
    own += 1;
  });
  const [levels, level] = points.priority;
  const zone = unpackedRuns(points.zone);
  const isSlow = (point) => point >= points.slow;
  const allPoints = Array.from(people.keys());
  const { periods = [] } = coded;
  const period = unpackedRuns(points.period || "");
  /* barriers cover nobody, and come after the resources wherever means are counted */
  const nobody = { value: 0, posts: null, lanes: null, counted: 1, there: null, backup: null, separation_m: null, near: null, apart: null };
  const rules = [...coded.resources, ...barriers.map(() => nobody)];
  const resources = rules.map((rule) => ({ ...rule, ...readBetween(rule, places.length) }));
  /* whom a resource may cover: those of the periods in which it serves */
  const serves = rules.map((_, resource) => periods.map((one) => one.serves.includes(resource)));
  const counted = serves.map((own) => (own.every((is) => is) ? people : people.map((some, point) => (own[period[point]] ? some : 0))));
  return {
    parts: coded.parts, places, sent: { times: [], prices: new Map(), ids: new Map(), rank: 0, wait: 0 }, // how people were sent the last times
    options, people, counted, twin, ground, resources, step: sites.step, xy: sites.xy || null,
    whole: typeof points.people === "string", slow: points.slow, area: unpackedRuns(points.area), areas: points.areas,
    priority: unpackedRuns(level).map((one) => levels[one]), tier: unpackedRuns(points.tier), arrival: unpackedRuns(points.arrival), tiers: points.tiers, side_m: points.side_m,
    floors: coded.floors.map((floor) => withPeople(people, {
      ...floor, points: floor.points !== undefined ? unpackedGaps(floor.points) : allPoints.filter((point) => zone[point] === floor.zone && (!floor.slow || isSlow(point))
        && (periods.length === 0 || (serves[floor.resource][period[point]] && (floor.period === undefined || period[point] === floor.period)))),
    })),
    barriers: barriers.map((kind) => ({ ...kind, fleet: null })), ways, periods, period, classOf: [], ...(coded.rings === undefined ? {} : readRings(coded.rings)),
    groups: coded.groups, members: coded.members, together: coded.together, walk: coded.walk,
    backups: rules.map(({ backup }) => (backup === null ? null : { worth: backup.worth, points: unpackedGaps(backup.points) })),
    walks: [...(yield* readWalks(coded, people.length, places.length, options.map(({ status }) => status.map((code) => code > 0)), twin)),
      ...barriers.map(() => places.map(() => ({ points: [], walks: [] })))],
  };
}

const whatIfModel = (data) => finish(readModel(data));

/* The same walks and rules, with the people of one period alone. */
function inPeriod(model, at) {
  const only = (people) => people.map((some, point) => (model.period[point] === at ? some : 0));
  const people = only(model.people);
  return { ...model, at, people, counted: model.counted.map((own) => (own === model.people ? people : only(own))) };
}
