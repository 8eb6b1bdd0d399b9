/* Lanes: who passes which gate when, and the fluid queue as a drawing with its table beside it. */

const QUEUE = {
  bars: "var(--bars)", room: "var(--ink)", line: "var(--waiting)", fill: "var(--waiting-ground)", fan: "var(--fan)", half: "var(--fan-half)",
};

/* A round step that cuts a range into three to six. */
function roundStep(most) {
  const rough = Math.max(most, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((one) => one * power).find((step) => step >= rough);
}

/* What random nights make of a queue: nine nights in ten lie in the light band, half in the dark one. */
function fanOf(fan, at, x, y) {
  const across = (line) => line.map((people, n) => `${x(at[n]).toFixed(1)} ${y(people).toFixed(1)}`);
  const band = (low, high, fill) => drawn("path", { d: `M${across(low).join("L")}L${across(high).reverse().join("L")}Z`, fill });
  return [band(fan[0], fan[4], QUEUE.fan), band(fan[1], fan[3], QUEUE.half),
    drawn("path", { d: `M${across(fan[2]).join("L")}`, fill: "none", stroke: QUEUE.room, "stroke-width": 1.6, class: "median" })];
}

/* The queue of one gate, or of all: arrivals as bars, what lanes admit as a dashed line, and the
 * people who wait as a line over a filled ground. Where nights were played it is the queue alone, over their bands. */
function queueChart(lanes, gate, title, tell, size) {
  const { width, height } = size;
  const small = width < 320;
  const box = { left: small ? 40 : 52, right: width - 8, top: 14, bottom: height - 24 };
  const periods = gate.sent.length;
  const end = lanes.from_min + periods * lanes.period_min;
  const { nights } = gate;
  /* who comes early waits before lanes open */
  const begin = nights === undefined ? lanes.from_min : Math.min(lanes.from_min, lanes.nights.at[0]);
  const most = Math.max(1, ...gate.line.map((corner) => corner[1]), ...(nights === undefined ? [gate.room, ...gate.sent] : nights.fan[4])) * 1.06;
  const x = (minute) => box.left + (box.right - box.left) * (minute - begin) / (end - begin);
  const y = (people) => box.bottom - (box.bottom - box.top) * people / most;
  const told = tell.say("queue_told", {
    wait: tell.money(gate.wait),
    most: tell.people(Math.max(0, ...gate.line.map((corner) => corner[1]))),
  });
  const svg = drawn("svg", { class: "queue", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${told}` },
    drawn("title", {}, title), drawn("desc", {}, told));
  const text = (content, attributes) => drawn("text", { "font-size": small ? 11 : 12.5, fill: "var(--soft)", ...attributes }, content);
  const step = roundStep(most);
  for (let people = 0; people <= most; people += step) {
    svg.append(drawn("path", { d: `M${box.left} ${y(people)}H${box.right}`, stroke: people === 0 ? "var(--soft)" : "var(--meter)", "stroke-width": 1 }),
      text(tell.people(people), { x: box.left - 5, y: y(people) + 4, "text-anchor": "end" }));
  }
  (nights === undefined ? gate.sent : []).forEach((people, t) => {
    const [from, to] = [x(lanes.from_min + t * lanes.period_min), x(lanes.from_min + (t + 1) * lanes.period_min)];
    svg.append(drawn("rect", {
      x: from + 1, y: y(people), width: Math.max(0, to - from - 2), height: box.bottom - y(people), fill: QUEUE.bars,
    }));
  });
  if (nights !== undefined) { svg.append(...fanOf(nights.fan, lanes.nights.at, x, y)); }
  if (gate.line.length > 0) {
    const corners = gate.line.map(([minute, people]) => `${x(minute).toFixed(1)} ${y(people).toFixed(1)}`);
    const closing = gate.line[gate.line.length - 1][0];
    svg.append(
      ...(nights !== undefined ? [] : [
        drawn("path", { d: `M${x(lanes.from_min)} ${y(0)}L${corners.join("L")}L${x(closing)} ${y(0)}Z`, fill: QUEUE.fill, "fill-opacity": 0.75 })]),
      drawn("path", { d: `M${corners.join("L")}`, fill: "none", stroke: QUEUE.line, "stroke-width": 2.4, "stroke-linejoin": "round" }));
  }
  if (gate.room > 0 && nights === undefined) {
    svg.append(drawn("path", { d: `M${box.left} ${y(gate.room)}H${box.right}`, stroke: QUEUE.room, "stroke-width": 1.6, "stroke-dasharray": "5 3" }));
  }
  /* from the opening on, whole hours or more apart, with room for their words */
  const every = [60, 120, 180, 360, 720].find((one) => (end - lanes.from_min) / one <= (small ? 3 : 5)) || 1440;
  for (let minute = lanes.from_min; minute <= end; minute += every) {
    svg.append(drawn("path", { d: `M${x(minute)} ${box.bottom}v4`, stroke: "var(--soft)", "stroke-width": 1 }),
      text(clockOf(minute, tell), {
        x: Math.min(Math.max(x(minute), box.left), box.right), y: height - 7,
        "text-anchor": x(minute) > box.right - 18 ? "end" : x(minute) < box.left + 8 ? "start" : "middle",
      }));
  }
  return svg;
}

/* How a gate, or all of them, fared on the nights that were played, in words. */
function nightsTold(lanes, gate, tell) {
  const { many, tolerated, strained, outside } = lanes.nights;
  const all = { many: tell.people(many), tolerated: tell.people(tolerated) };
  if (gate.nights === undefined) { return tell.say("nights_all", { ...all, share: tell.share(strained), outside: tell.people(outside) }); }
  const own = gate.nights;
  return tell.say("nights_told", {
    ...all, share: tell.share(own.strained), outside: tell.people(own.outside), wait: tell.money(own.wait), queue: tell.people(own.queue),
  });
}

/* A queue as a drawing with its key, and beside it what nights made of it. */
function queueFigure(lanes, gate, title, tell) {
  return [queueChart(lanes, gate, title, tell, { width: 376, height: 200 }), queueKey(tell, gate.nights !== undefined),
    ...(lanes.nights === undefined ? [] : [make("p", { class: "hint nights" }, nightsTold(lanes, gate, tell))])];
}

function queueKey(tell, fan) {
  const mark = (...shapes) => drawn("svg", { viewBox: "0 0 22 12", width: 22, height: 12, "aria-hidden": "true" }, ...shapes);
  const waiting = [mark(drawn("rect", { x: 0, y: 4, width: 22, height: fan ? 0 : 8, fill: QUEUE.fill }),
    drawn("path", { d: "M0 4H22", stroke: QUEUE.line, "stroke-width": 2.4 })), "key_line"];
  const rows = fan ? [
    [mark(drawn("rect", { x: 0, y: 1, width: 22, height: 10, fill: QUEUE.fan })), "key_fan"],
    [mark(drawn("rect", { x: 0, y: 1, width: 22, height: 10, fill: QUEUE.half }),
      drawn("path", { d: "M0 6H22", stroke: QUEUE.room, "stroke-width": 1.6 })), "key_half"],
    [waiting[0], "key_planned"],
  ] : [
    [mark(drawn("rect", { x: 3, y: 1, width: 16, height: 10, fill: QUEUE.bars })), "key_sent"],
    [mark(drawn("path", { d: "M0 6H22", stroke: QUEUE.room, "stroke-width": 1.8, "stroke-dasharray": "5 3" })), "key_room"],
    waiting,
  ];
  return make("ul", { class: "queuekey" }, ...rows.map(([drawing, word]) => make("li", null, drawing, make("span", null, tell.say(word)))));
}

function periodText(lanes, t, tell) {
  const from = lanes.from_min + t * lanes.period_min;
  /* a line may end at the dash, nowhere else */
  return `${clockOf(from, tell)}–${clockOf(from + lanes.period_min, tell)}`;
}

function periodTable(lanes, gate, tell) {
  return make("table", { class: "periods" },
    headRow(tell.say("period"), tell.say("arriving"), tell.say("admitted"), tell.say("waiting")),
    make("tbody", null, ...gate.sent.map((people, t) => make("tr", null,
      make("th", { scope: "row" }, periodText(lanes, t, tell)),
      make("td", null, tell.people(people)), make("td", null, tell.people(gate.admitted[t])),
      make("td", null, tell.people(gate.waiting[t]))))));
}

/* Where the people of an area go, the most first, a text a gate. */
function goingTo(row, nameOf, gates, tell) {
  const parts = [...row.sent].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .map(([gate, people]) => tell.say("going_part", { gate: nameOf(gates[gate]), people: tell.people(people) }));
  const inside = (row.inside || []).map(([gate, people]) => tell.say("going_inside", { gate: nameOf(gates[gate]), people: tell.people(people) }));
  return parts.length === 0 ? [tell.say("going_nowhere")] : [...parts, ...inside];
}

/* The rings of a plan, from the outside in: how many gates each has, and who passes it. */
function ringsTable(lanes, tell) {
  if (lanes.rings === undefined) { return []; }
  return [make("table", { class: "passed" }, make("caption", null, tell.say("perimeters_title")),
    headRow(tell.say("ring_of"), tell.say("gates_short"), tell.say("ring_passing")),
    make("tbody", null, ...lanes.rings.map((ring) => make("tr", null,
      make("th", { scope: "row", dir: "auto" }, tell.own(ring.label)),
      make("td", null, tell.people(ring.gates.length)), make("td", null, tell.people(ring.people)))))),
  make("p", { class: "hint told" }, tell.say("perimeters_hint"))];
}

function areaName(data, row, tell) {
  const name = nameOfWalk(data, row, tell);
  return row.step_free ? tell.say("area_step_free", { area: name }) : name;
}

/* All areas with the gates their people are sent to; of one gate, whom it gets from where. */
function areasTable(data, gate, nameOf, tell) {
  const { areas, gates } = data.lanes;
  if (areas.length === 0) { return null; }
  const sum = (row) => row.sent.reduce((all, [, people]) => all + people, 0);
  const named = areas.map((row) => ({ row, name: areaName(data, row, tell) })).sort((a, b) => tell.compare(a.name, b.name));
  if (gate === null) {
    return make("table", { class: "going" },
      headRow(tell.say("area"), tell.say("people_short"), tell.say("going_to")),
      make("tbody", null, ...named.map(({ row, name }) => make("tr", { class: row.sent.length > 1 ? "parted" : null },
        make("th", { scope: "row" }, name),
        make("td", null, tell.say("some_of", { some: tell.people(sum(row)), all: tell.people(row.people) })),
        make("td", null, ...goingTo(row, nameOf, gates, tell).map((text) => make("div", { dir: "auto" }, text)))))));
  }
  const at = gates.indexOf(gate);
  const here = named.flatMap(({ row, name }) => [...row.sent, ...(row.inside || [])].filter(([one]) => one === at).map(([, people]) => ({ row, name, people })));
  return make("table", { class: "coming" }, make("caption", null, tell.say("coming_title")),
    headRow(tell.say("area"), tell.say("sent_here"), tell.say("in_area")),
    make("tbody", null, ...here.sort((a, b) => b.people - a.people).map(({ row, name, people }) => make("tr", null,
      make("th", { scope: "row" }, name), make("td", null, tell.people(people)), make("td", null, tell.people(row.people))))));
}

/* When the people of each arrival profile come, as small bars, and how many of them pass. */
function profileTable(lanes, tell) {
  if (lanes.profiles.length === 0) { return null; }
  return make("table", { class: "profiles" }, make("caption", null, tell.say("profiles_title")),
    headRow(tell.say("profile"), tell.say("when_they_come"), tell.say("passing")),
    make("tbody", null, ...lanes.profiles.map((one) => {
      const [width, height, most] = [108, 26, Math.max(1, ...one.coming)];
      const step = width / one.coming.length;
      const told = one.coming.map((people, t) => `${periodText(lanes, t, tell)} ${tell.people(people)}`).join("; ");
      const bars = drawn("svg", { class: "bars", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": told },
        drawn("title", {}, told),
        drawn("path", { d: `M0 ${height - 0.5}H${width}`, stroke: "var(--soft)", "stroke-width": 1 }),
        ...one.coming.map((people, t) => drawn("rect", {
          x: t * step + 0.5, width: Math.max(1, step - 1), y: (height - 1) * (1 - people / most), height: (height - 1) * people / most, fill: "var(--bars-strong)",
        })));
      return make("tr", null, make("th", { scope: "row", dir: "auto" }, one.own ? tell.say("own_profile") : one.name),
        make("td", null, bars),
        make("td", null, tell.say("some_of", { some: tell.people(one.sent.reduce((all, people) => all + people, 0)), all: tell.people(one.people) })));
    })));
}

function waitText(gate, tell) {
  return gate.wait > 0 ? tell.say("minutes", { min: tell.money(gate.wait) }) : tell.say("no_wait");
}

/* When the last queue is gone; never a clock where nobody waits. */
function clearsText(gate, tell) {
  return gate.clears === null ? "–" : clockText(gate.clears, tell);
}

/* What a gate's popup says beside its own facts. */
function gateFacts(gate, tell) {
  return [
    [tell.say("longest_wait"), waitText(gate, tell)],
    [tell.say("clears"), clearsText(gate, tell)],
  ];
}

/* Lanes as a view of the panel. `state.gate` is the gate whose queue is shown, or null for all. */
function lanesView(data, tell, state, show, isOpen) {
  const { lanes } = data;
  if (lanes === null) { return null; }
  const resource = data.resources[lanes.resource];
  const names = new Map(data.posts.map((post) => [post.key, postName(post)]));
  const nameOf = (gate) => names.get(gate.key) || gate.key;
  const gates = [...lanes.gates].sort((a, b) => tell.compare(nameOf(a), nameOf(b)) || (a.key < b.key ? -1 : 1));
  const sum = (people) => people.reduce((all, one) => all + one, 0);
  const everyGate = lanes.rings === undefined ? tell.say("all_gates") : tell.say("all_gates_of", { ring: tell.own(lanes.rings[0].label) });
  const choice = make("select", { id: "gate" }, make("option", { value: "" }, everyGate),
    ...gates.map((gate) => make("option", { value: gate.key, dir: "auto" }, nameOf(gate))));
  const figure = make("div", { class: "queuebox" });
  const draw = () => {
    const gate = lanes.gates.find((one) => one.key === state.gate) || null;
    choice.value = gate === null ? "" : gate.key;
    const shown = gate || lanes.all;
    const title = tell.say("queue_of", { name: gate === null ? everyGate : nameOf(gate) });
    figure.replaceChildren(...queueFigure(lanes, shown, title, tell),
      facts([[tell.units(resource.unit), tell.people(shown.units)],
        [tell.say("passing"), tell.people(sum(shown.sent))], ...gateFacts(shown, tell)], true),
      fold("periods", "h3", tell.say("periods_title"), figure.querySelector("details") === null ? isOpen("periods", false) : figure.querySelector("details").open, periodTable(lanes, shown, tell)), ...(gate === null ? [] : [areasTable(data, gate, nameOf, tell)].filter((one) => one !== null)));
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("tr[data-gate]"))) {
      row.classList.toggle("chosen", gate !== null && row.dataset.gate === gate.key);
    }
    fitTables(figure);
  };
  choice.addEventListener("change", () => { state.gate = choice.value || null; draw(); });
  state.drawQueue = draw;
  const byWait = [...lanes.gates].sort((a, b) => b.wait - a.wait || tell.compare(nameOf(a), nameOf(b)) || (a.key < b.key ? -1 : 1));
  const post = (gate) => data.posts.find((one) => one.key === gate.key);
  const table = make("table", { class: "gates" }, make("caption", null, tell.say("gates_title")),
    headRow(tell.say("gate"), tell.say("lanes_short"), tell.say("people_short"), tell.say("wait_short"), tell.say("clears_short")),
    make("tbody", null, ...byWait.map((gate) => make("tr", { "data-gate": gate.key },
      make("th", { scope: "row" }, post(gate) === undefined ? nameOf(gate) : make("button", {
        type: "button", class: "link", "data-queue": gate.key, onclick: (event) => show(post(gate), event.currentTarget),
      }, nameOf(gate))),
      make("td", null, tell.people(gate.units)), make("td", null, tell.people(sum(gate.sent))),
      make("td", null, tell.mean(60 * gate.wait)), make("td", null, clearsText(gate, tell))))));
  /* on paper nobody can choose a gate: all of them, period by period */
  const paper = make("table", { class: "onpaper" }, make("caption", null, tell.say("by_gate_title")),
    headRow(tell.say("gate"), ...lanes.all.sent.map((_, t) => periodText(lanes, t, tell))),
    make("tbody", null, ...gates.map((gate) => make("tr", null, make("th", { scope: "row" }, nameOf(gate)),
      ...gate.sent.map((people) => make("td", null, tell.people(people)))))));
  const going = areasTable(data, null, nameOf, tell);
  const found = view(
    heading(tell.say("lanes_title"), tell.say("lanes_hint", {
      opens: clockText(lanes.opens, tell), closes: clockText(lanes.closes, tell),
      admitted: tell.people(sum(lanes.all.sent)), total: tell.people(resource.total),
      walk: tell.mean(lanes.walk_s),
    })),
    make("p", { class: "choice" }, make("label", { for: "gate" }, tell.say("choose_gate")), choice), figure,
    make("p", { class: "hint told" }, tell.say("fluid")), ...ringsTable(lanes, tell), table, profileTable(lanes, tell),
    going === null ? null : fold("going", "h2", tell.say("going_title"), isOpen("going", false), going), paper);
  draw();
  return found;
}
