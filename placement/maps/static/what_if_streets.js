/* Streets that close: the plan's walks, but for those that change; see placement/maps/closed_streets.py. */

/* By site, what changes: points, ascending, and the walk of each in parts, −1 where there is none. */
function readChanges(text, sites) {
  const reader = unpacking(text);
  const found = Array.from({ length: sites }, () => ({ points: [], walks: [] }));
  let point = -1;
  while (reader.more()) {
    point += reader.next();
    let site = -1;
    for (let left = reader.next(); left > 0; left -= 1) {
      site += reader.next();
      found[site].points.push(point);
      found[site].walks.push(reader.next() - 1);
    }
  }
  return found;
}

/* The walks to one site, with changes. */
function changedColumn(column, changes) {
  if (changes.points.length === 0) { return column; }
  const found = { points: [], walks: [] };
  const put = (point, walk) => {
    if (walk < 0) { return; }
    found.points.push(point);
    found.walks.push(walk);
  };
  let next = 0;
  column.points.forEach((point, at) => {
    while (next < changes.points.length && changes.points[next] < point) { put(changes.points[next], changes.walks[next]); next += 1; }
    const isChanged = next < changes.points.length && changes.points[next] === point;
    put(point, isChanged ? changes.walks[next] : column.walks[at]);
    if (isChanged) { next += 1; }
  });
  for (; next < changes.points.length; next += 1) { put(changes.points[next], changes.walks[next]); }
  return found;
}

/* Of streets by name those that the page can close together, as many as it can, each once. */
function closedTogether({ streets, most }, names) {
  const found = [];
  for (const name of names) {
    const isKnown = streets.some((street) => street.name === name) && !found.includes(name);
    if (isKnown && mayClose({ streets, most }, found, name)) { found.push(name); }
  }
  return found;
}

/* Whether a street can be closed besides others. */
function mayClose({ streets, most }, closed, name) {
  const isAlone = streets.some((street) => street.alone && (street.name === name || closed.includes(street.name)));
  return closed.length === 0 || (!isAlone && (most === null || closed.length < most));
}

/* The longest of each walk, of changes that are told of sets of streets. */
function longestWalks(all) {
  if (all.length === 1) { return all[0]; }
  const walks = new Map();
  for (const changes of all) {
    changes.points.forEach((point, at) => {
      const [was, is] = [walks.get(point), changes.walks[at]];
      walks.set(point, was === undefined ? is : was < 0 || is < 0 ? -1 : Math.max(was, is));
    });
  }
  const points = [...walks.keys()].sort((a, b) => a - b);
  return { points, walks: points.map((point) => walks.get(point)) };
}

/* Which sites are near one another, and how far apart, if both are so. */
function longestBetween(one, other) {
  const key = ([a, b]) => `${a}/${b}`;
  const longest = (some, others) => {
    const far = new Map(others.map((walk) => [key(walk), walk[2]]));
    return some.filter((walk) => far.has(key(walk))).map((walk) => [walk[0], walk[1], Math.max(walk[2], far.get(key(walk)))]);
  };
  return {
    near: one.near === null ? null : { ...one.near, sites: one.near.sites.map((sites, column) => {
      const also = new Set(other.near.sites[column]);
      return sites.filter((site) => also.has(site));
    }) },
    apart: one.apart === null ? null : { ...one.apart, walks: longest(one.apart.walks, other.apart.walks) },
    onward: one.onward && one.onward.map((walks, at) => longest(walks, other.onward[at])),
  };
}

/* What variants are counted from while streets are closed: a walk is the longest that is told of
   any of the sets that are among them. */
function closedModel(model, coded, closed) {
  const numbers = closed.map((name) => coded.streets.findIndex((street) => street.name === name));
  const [street] = numbers.map((number) => coded.streets[number]);
  const told = [...numbers.map((number) => coded.streets[number]), ...coded.sets.filter(({ streets }) => streets.every((one) => numbers.includes(one)))];
  const known = new Map(model.members);
  const size = model.places.length;
  const changed = street.walks.map(() => new Uint8Array(model.people.length)); // by resource: 1 where walks of a point change
  const also = (names) => [...names, ...closed].sort(byCodePoint);
  const closures = () => `[${also(coded.closed).map(quoted).join(", ")}]`;
  const found = {
    ...model, periods: model.periods && model.periods.map((told) => ({ ...told, closed: also(told.closed) })), walk: street.walk, asPlanned: model, changed,
    members: street.members.map(([name, text]) => [name, name === "closures" ? closures() : known.has(name) && (text === null || known.get(name) === null) ? known.get(name) : text]),
    resources: model.resources.map((rule, at) => {
      const changed = told.filter(({ between }) => at < between.length && between[at] !== null).map(({ between }) => readBetween(between[at], size));
      return changed.length === 0 ? rule : { ...rule, ...changed.reduce(longestBetween) };
    }),
    walks: model.walks.map((columns, resource) => {
      if (resource >= street.walks.length) { return columns; } // of barriers
      const changes = told.map(({ walks }) => readChanges(walks[resource], size));
      for (const { points } of changes.flat()) { for (const point of points) { changed[resource][point] = 1; } }
      return columns.map((column, site) => changedColumn(column, longestWalks(changes.map((one) => one[site]))));
    }),
  };
  if (model.rings !== undefined) { leadIn(found); }
  return found;
}

/* For every street: people whom it leaves without a post within reach, by resource, the plan's posts as they are. */
function farIfClosed(model, coded, reaches) {
  if (model.rings !== undefined) { return farThroughRings(model, coded, reaches); }
  const had = reaches.map(({ open }, resource) => new Map(open.map((column) => [column, new Set(model.walks[resource][column].points)])));
  return coded.streets.map((street) => reaches.map(({ open, times }, resource) => {
    const changes = readChanges(street.walks[resource], model.places.length);
    const more = new Map();
    for (const column of open) {
      changes[column].points.forEach((point, at) => {
        const step = (changes[column].walks[at] >= 0 ? 1 : 0) - (had[resource].get(column).has(point) ? 1 : 0);
        if (step !== 0) { more.set(point, (more.get(point) || 0) + step); }
      });
    }
    return exactSum([...more].map(([point, step]) => model.people[point] * ((times[point] > 0 ? 1 : 0) - (times[point] + step > 0 ? 1 : 0))));
  }));
}

/* A row a street: whom it leaves too far from a post, and a button that closes it; the worst come first. `draw` exchanges
   the rows in which that is another: to lay out all of them takes a good part of a click. */
function makeStreetTable(data, tell, { variant, counter }) {
  const { streets } = data.what_if;
  const shown = data.resources.map((_, at) => at).filter((at) => data.resources[at].shown);
  const far = counter.streets();
  const order = streets.map((_, at) => at).sort((a, b) => far[b][data.main] - far[a][data.main]
    || shown.reduce((sum, at) => sum + far[b][at] - far[a][at], 0) || tell.compare(streets[a].name, streets[b].name));
  const rowOf = (at, state) => {
    const { name } = streets[at];
    const isClosed = state === "closed";
    return make("tr", { class: isClosed ? "chosen" : null }, make("th", { scope: "row", dir: "auto" }, name),
      ...shown.map((resource) => make("td", null, tell.people(far[at][resource]))),
      make("td", null, state === "barred" ? tell.say("if_not_with") : make("button", {
        type: "button", class: "act", "data-try": `shut ${name}`, "aria-label": tell.say(isClosed ? "if_reopen_street" : "if_close_street", { street: name }),
        onclick: () => variant.shut(name),
      }, tell.say(isClosed ? "if_reopen" : "if_close"))));
  };
  const rows = order.map((at) => ({ at, state: "", element: make("tr") }));
  const draw = () => {
    for (const row of rows) {
      const { name } = streets[row.at];
      const state = variant.streets.includes(name) ? "closed" : mayClose(data.what_if, variant.streets, name) ? "open" : "barred";
      if (state === row.state) { continue; }
      const element = rowOf(row.at, state);
      row.element.replaceWith(element);
      Object.assign(row, { state, element });
    }
  };
  const { most } = data.what_if;
  const alone = streets.filter((street) => street.alone).map(({ name }) => name);
  const limits = [
    ...(streets.length > alone.length + 1 ? [most === null ? tell.say("if_together") : most === 1 ? tell.say("if_one_street") : tell.say("if_most_streets", { most: tell.people(most) })] : []),
    ...(streets.length > 1 && most !== 1 && alone.length > 0 ? [tell.say("if_alone", { streets: alone.join(", ") })] : []),
  ];
  const table = make("table", { class: "variant streets" }, make("caption", null, [tell.say("if_streets_hint"), ...limits].join(" ")),
    headRow(tell.say("if_street"), ...shown.map((at) => tell.say("if_far", { label: tell.own(data.resources[at].label) })), tell.say("if_close")),
    make("tbody", null, ...rows.map(({ element }) => element)));
  return { table, draw };
}

/* Where a street is longest, as positions. */
const longestLine = (street) => street.line.map((line) => positions(line)).reduce((most, one) => (one.length > most.length ? one : most), []);

/* A closed street on the map. */
function closedStreetLayer(street, pane) {
  const group = L.layerGroup();
  for (const line of street.line) {
    const places = positions(line);
    group.addLayer(L.polyline(places, { ...pane, color: "#ffffff", weight: 9, interactive: false }));
    group.addLayer(L.polyline(places, { ...pane, color: "#b30000", weight: 5, dashArray: "3 6", lineCap: "butt", interactive: false }));
  }
  return group;
}

/* The names of closed streets with the middle of each, for whoever places names without collision. */
const closedNames = (streets) => streets.map((street) => [street.name, longestLine(street)]).filter(([, line]) => line.length > 0)
  .map(([name, line]) => [name, ...line[Math.floor(line.length / 2)]]);

/* What the legend shows for them. */
const closedSwatch = () => swatch(drawn("path", { d: "M2 9h24", stroke: "#b30000", "stroke-width": 5, "stroke-dasharray": "3 6" }));
