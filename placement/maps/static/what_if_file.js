/* A choice of posts as the text of a solution that is proposed, as `place evaluate` writes it. */

const SEPARATE_LINES = /[\u007f\u0085\u2028\u2029]/g;

function quoted(text) {
  return JSON.stringify(text).replace(SEPARATE_LINES, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function numberText(number, digits) {
  return roundTo(number, digits).toFixed(digits).replace(/\.?0+$/, "");
}

const sixDigits = (number) => numberText(number, 6);

/* In order of code points, as Python sorts texts. */
function byCodePoint(a, b) {
  const [left, right] = [[...a], [...b]];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) { return left[at].codePointAt(0) - right[at].codePointAt(0); }
  }
  return left.length - right.length;
}

/* Members one a line; those to stand together share one where they are neighbours. */
function linesText(members, indent, together = []) {
  const rows = [];
  let before = false;
  for (const [name, value] of members) {
    const joined = together.includes(name);
    const text = `${quoted(name)}: ${value}`;
    if (joined && before) { rows[rows.length - 1] += `, ${text}`; } else { rows.push(`${indent}${text}`); }
    before = joined;
  }
  return rows.join(",\n");
}

function objectText(members, indent) {
  if (indent && members.length > 0) { return `{\n${linesText(members, indent)}\n${indent.slice(2)}}`; }
  return `{${members.map(([name, value]) => `${quoted(name)}: ${value}`).join(", ")}}`;
}

/* One line an area: its people who walk without steps stand beside it. */
function areaLines(tables, indent) {
  const lines = new Map();
  for (const [name, value] of [...tables].sort((a, b) => byCodePoint(a[0], b[0]))) {
    const area = name.endsWith("~step-free") ? name.slice(0, -"~step-free".length) : name;
    if (!lines.has(area)) { lines.set(area, []); }
    lines.get(area).push(`${quoted(name)}: ${value}`);
  }
  if (lines.size === 0) { return "{}"; }
  const rows = [...lines.keys()].sort(byCodePoint).map((area) => indent + lines.get(area).join(", ")).join(",\n");
  return `{\n${rows}\n${indent.slice(2)}}`;
}

const partMembers = (part) => ["covered", "total", "share"].map((key) => [key, sixDigits(part[key])]);

function coverageText(part) {
  const members = partMembers(part);
  if (part.expected !== undefined) { members.push(["expected", sixDigits(part.expected)]); }
  for (const key of ["step_free", "backup"]) {
    if (part[key] !== undefined) { members.push([key, objectText(partMembers(part[key]))]); }
  }
  return objectText(members);
}

function areaWalksText(walks) {
  return objectText([["people", sixDigits(walks.people)], ["within", sixDigits(walks.within)],
    ...["median_s", "p95_s", "longest_s"].map((key) => [key, walks[key] === null ? "null" : numberText(walks[key], 1)])]);
}

function millionths(degrees) {
  const digits = String(Math.abs(degrees)).padStart(7, "0");
  return `${degrees < 0 ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

const waitMembers = (gate) => [["longest_wait_min", numberText(gate.wait, 1)], ["clears", gate.clears === null ? "null" : quoted(gate.clears)]];

function postText(post, resource, gate, ring) {
  const values = [["site", quoted(post.site)], ["name", quoted(post.name)], ["resource", quoted(resource)], ["units", String(post.units)],
    ...["cost", "covered", "only"].map((key) => [key, sixDigits(post[key])]),
    ...(gate === undefined ? [] : [["admitted", sixDigits(gate.people)], ...waitMembers(gate)]), ...(ring === undefined ? [] : [["ring", quoted(ring)]])];
  return objectText([["type", '"Feature"'], ["id", quoted(`${post.site}/${resource}`)],
    ["geometry", `{"type": "Point", "coordinates": [${millionths(post.lon)}, ${millionths(post.lat)}]}`],
    ["properties", objectText(values)]]);
}

/* A period of the day: whom the posts that serve in it have within reach. */
function dayText(model, { reaches }, told, at, ids) {
  const here = inPeriod(model, at);
  const serving = told.serves.map((resource) => [ids[resource], reaches[resource]]).sort((a, b) => byCodePoint(a[0], b[0]));
  return objectText([["name", quoted(told.name)], ["begins", quoted(told.begins)], ["ends", quoted(told.ends)], ["closed", `[${told.closed.map(quoted).join(", ")}]`],
    ["covered", objectText(serving.map(([id, { times }]) => [id, sixDigits(peopleOf(here, here.people, (point) => times[point] > 0))]))],
    ["people", sixDigits(peopleOf(here, here.people, () => true))],
    ["mean_s", objectText(serving.map(([id, reach]) => [id, numberText(meanWalk(here, reach), 1)]))]]);
}

function proposedText(model, data, found) {
  const ids = data.resources.map((resource) => resource.id);
  const means = meansOf(data, model).map(({ id }) => id);
  const byId = (texts) => ids.map((id, at) => [id, texts[at]]).sort((a, b) => byCodePoint(a[0], b[0]));
  const figures = {
    cost: () => sixDigits(found.cost),
    barriers: () => objectText(model.barriers.map(({ id }) => [id, found.posts.filter((post) => means[post.resource] === id)]).sort((a, b) => byCodePoint(a[0], b[0]))
      .map(([id, posts]) => [id, objectText([["count", String(posts.length)], ["cost", sixDigits(exactSum(posts.map(({ cost }) => cost)))]])])),
    status: () => '"proposed"',
    objective: () => sixDigits(found.objective),
    coverage: () => objectText(byId(found.coverage.map(coverageText)), "      "),
    walk: () => `{"mean_s": ${objectText(byId(found.mean_s.map((seconds) => numberText(seconds, 1))))}, ${model.walk}}`,
    areas: () => objectText(byId(found.areas.map((areas) => areaLines(areas.map((one) => [one.name, areaWalksText(one)]), "        "))), "      "),
    periods: () => `[\n${model.periods.map((told, at) => `      ${dayText(model, found, told, at, ids)}`).join(",\n")}\n    ]`,
    lanes: () => lanesText(found.admission, data, model),
    tiers: () => objectText(found.tiers.map(([tier, objective]) => [String(tier), objectText([["objective", sixDigits(objective)], ["bound", "null"], ["gap", "null"]])]), "      "),
    rules: () => objectText(found.rules.map((rule) => [rule.name, objectText([["asked", sixDigits(rule.asked)], ["reached", rule.reached === null ? "null" : sixDigits(rule.reached)]])]).sort((a, b) => byCodePoint(a[0], b[0])), "      "),
  };
  const texts = model.members.map(([name, text]) => [name, text === null ? figures[name]() : text]);
  const gates = found.admission === null ? new Map() : found.admission.gates;
  const posts = found.posts.map((post) => [`${post.site}/${means[post.resource]}`, post])
    .sort((a, b) => byCodePoint(a[0], b[0])).map(([key, post]) => `    ${postText(post, means[post.resource], gates.get(key), model.rings && model.rings.names[model.rings.of[post.column]])}`);
  return `{\n  "type": "FeatureCollection",\n  "placement": {\n${linesText(texts, "    ", model.together)}\n  },\n  "features": [${posts.length > 0 ? `\n${posts.join(",\n")}\n  ` : ""}]\n}\n`;
}
