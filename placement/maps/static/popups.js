/* Popups: built when they open, in the language of that moment. */

const MOST_GATES = 4;

/* The ways that only this post seals. */
const sealedBy = (data, post) => (data.seals === undefined ? [] : data.seals[post.key] || []);

/* `moved` are the posts that opened since the agreed plan, `drawWays` draws walks on the
 * map, `showWay` one of them with its popup, `showQueue` opens the tab of lanes at a gate, `showSheet` opens
 * the sheet of a post or area, `tryOut` gives what closes or opens a place, `isTried` tells whether a variant is shown. */
function makePopups(data, tell, moved, { drawWays, showQueue, showWay, showSheet, tryOut, isTried = () => false }) {
  /* `isCounted`: its figures are the plan's, whatever variant the map shows. */
  function popup(title, subtitle, pairs, isCounted = false) {
    return make("div", { class: "popup", role: "group", "aria-label": title, tabindex: -1 },
      make("h2", { dir: "auto" }, title),
      subtitle === "" ? null : make("p", { class: "under" }, subtitle),
      isCounted && isTried() ? make("p", { class: "hint told" }, tell.say("sheet_variant")) : null, facts(pairs));
  }
  const sheetButton = (one) => make("button", {
    type: "button", class: "link ways", "data-open-sheet": true, onclick: (event) => showSheet(one, event.currentTarget),
  }, tell.say("sheet_open"));
  /* The ticket zones whose people enter at a site, and the gates of an area's own. */
  function zonesAt(resource, site) {
    const mine = (data.entry === undefined ? [] : data.entry.gates).filter((one) => one.resource === resource && one.sites.includes(site));
    return mine.length === 0 ? [] : [[tell.say("admits_zones"), mine.map((one) => one.zone).join(", ")]];
  }
  function gatesTheirs(area, resource) {
    const zone = data.entry === undefined ? null : data.entry.areas[data.areas.indexOf(area)];
    const mine = zone === null ? undefined : data.entry.gates.find((one) => one.resource === resource && one.zone === zone);
    return mine === undefined ? [] : [[tell.say("enters_by"), tell.say("ticket_zone", { zone, gates: mine.sites.join(", ") })]];
  }
  function postPopup(post) {
    const resource = data.resources[post.resource];
    const change = moved.get(post.key);
    const gate = data.lanes === null ? undefined : data.lanes.gates.find((one) => one.key === post.key);
    const box = popup(postName(post), tell.own(resource.label), [
      ...(change === undefined ? [] : [[tell.say("opened_bought"), tell.money(change.bought)]]),
      [tell.say(gate === undefined ? "served_nearest" : "passing"), orDash(post.served, tell)],
      [tell.say("loss"), orDash(post.loss, tell)],
      ...(gate === undefined ? [] : gateFacts(gate, tell)),
      ...(post.ring === undefined ? [] : [[tell.say("ring_of"), tell.own(post.ring)]]),
      ...zonesAt(post.resource, post.site),
      ...(sealedBy(data, post).length === 0 ? [] : [[tell.say("seals"), sealedBy(data, post).join(", ")]]),
      [tell.units(resource.unit), tell.people(post.units)],
      [`${tell.say("cost")} (${tell.own(data.budget.unit)})`, tell.money(post.cost)],
      [tell.say("reach"), tell.people(post.covered)],
      [tell.say("identifier"), post.site],
    ], true);
    if (gate !== undefined) {
      box.append(make("button", { type: "button", class: "link ways", onclick: () => showQueue(post) }, tell.say("show_queue")));
    }
    const areas = waysTo(data, post).length;
    if (areas > 0) {
      box.append(make("button", {
        type: "button", class: "link ways", onclick: () => drawWays(waysTo(data, post), post.resource),
      }, tell.count(resource.outward ? "show_ways_team" : "show_ways", areas)));
    }
    box.append(sheetButton(post), ...tryOut(post));
    return box;
  }
  /* Posts too near one another to be told apart at this scale. */
  function bunchPopup(posts, show) {
    const box = popup(tell.say("bunch", { posts: tell.people(posts.length) }), "", []);
    box.append(make("ul", { class: "bunchlist" }, ...posts.map((post) => make("li", null, make("button", {
      type: "button", class: "link", onclick: (event) => show(post, event.currentTarget),
    }, postName(post))))));
    return box;
  }
  /* A post that closed, or one that was locked or forbidden, where no open post tells its story. */
  function movePopup(post) {
    const kind = post.resource === null ? post.kind : tell.own(data.resources[post.resource].label);
    return popup(post.name || post.site, kind, [
      ...("bought" in post ? [[tell.say("closed_bought"), tell.money(-post.bought)]] : []),
      [tell.say("identifier"), post.site],
    ]);
  }
  function sitePopup(site) {
    const unit = tell.own(data.budget.unit);
    const pairs = data.resources.flatMap((resource, position) => {
      if (!resource.shown) { return []; }
      const option = site.options.find((one) => one.resource === position);
      const value = option === undefined ? tell.say("not_here") : option.status === "excluded"
        ? tell.say("site_excluded") : tell.say("from_cost", {
          status: tell.say(`site_${option.status}`),
          cost: tell.money(option.open + option.unit * option.least), unit,
        });
      return [[tell.own(resource.label), value]];
    });
    data.resources.forEach((resource, position) => { if (resource.shown) { pairs.push(...zonesAt(position, site.site)); } });
    if (site.kind) { pairs.push([tell.say("kind"), kindOf(site.kind, tell)]); }
    pairs.push([tell.say("identifier"), site.site]);
    const box = popup(site.name || site.site, tell.say("candidate"), pairs);
    box.append(...tryOut(site));
    return box;
  }
  /* The gates an area's people are sent to, the first few of them. */
  function sentTo(row) {
    const nameOf = (gate) => data.posts.filter((post) => post.key === gate.key).map(postName)[0] || gate.key;
    const all = goingTo(row, nameOf, data.lanes.gates, tell);
    const left = all.length - MOST_GATES;
    return left > 0 ? [...all.slice(0, MOST_GATES), tell.count("more_gates", left)] : all;
  }
  /* The gates that people of an area are sent to, the longest wait first. */
  function gatesOf(area) {
    const own = new Set(data.lanes.areas.filter((one) => one.area === area).flatMap((one) => one.sent.map(([gate]) => gate)));
    return data.lanes.gates.filter((_, at) => own.has(at)).sort((a, b) => b.wait - a.wait);
  }
  function areaPopup(area) {
    const of = (covered, people) => tell.say("part_of", {
      covered: tell.people(covered), total: tell.people(people), share: tell.share(people > 0 ? covered / people : 0),
    });
    const row = data.gaps.rows.find((one) => one.area !== null && data.areas[one.area] === area);
    const pairs = [[tell.say("people"), tell.people(area.people)]];
    const ways = [];
    data.resources.forEach((resource, position) => {
      if (!resource.shown || row === undefined) { return; }
      const label = tell.own(resource.label);
      const laned = data.lanes !== null && data.lanes.resource === position;
      const known = row.all.turned[position] !== null;
      pairs.push([tell.say(known ? "covered_by" : "reach_of", { label }), of(row.all.people - lostOf(row.all, position), row.all.people)]);
      if (row.slow !== null) {
        pairs.push([tell.say("step_free_of", { label }), of(row.slow.people - lostOf(row.slow, position), row.slow.people)]);
      }
      pairs.push(...gatesTheirs(area, position));
      if (laned) {
        pairs.push([tell.say("why_far"), tell.people(row.all.far[position])], [tell.say("why_turned"), orDash(row.all.turned[position], tell)]);
        for (const sent of data.lanes.areas.filter((one) => one.area === row.area)) {
          pairs.push([tell.say(sent.step_free ? "sent_step_free" : "sent_to"), sentTo(sent).join("; ")]);
        }
        const waits = gatesOf(row.area);
        if (waits.length > 0) { pairs.push([tell.say("area_wait"), waitText(waits[0], tell)]); }
      }
      for (const walk of data.walks.areas[position]) {
        if (walk.area !== row.area || walk.area === null || walk.within === 0) { continue; }
        const [median, most, longest] = walk.walks.map((seconds) => walkText(seconds, tell));
        pairs.push([tell.say(walk.step_free ? "area_walk_slow" : "area_walk", { label }), tell.say("area_walks", { median, most, longest })]);
        if (walk.way !== null) { ways.push([walk, position]); }
      }
      for (const floor of data.rules.floors) {
        if (floor.resource !== position || floor.area === null || data.areas[floor.area] !== area) { continue; }
        pairs.push([tell.say(floor.times > 1 ? "floor_twice" : floor.step_free ? "floor_step_free" : "floor_of", { label }),
          tell.say("floor_reached", { asked: tell.share(floor.asked), reached: floor.reached === null ? "–" : tell.share(floor.reached) })]);
      }
    });
    const box = popup(area.name || area.id, "", pairs, true);
    for (const [walk, position] of ways) {
      const label = tell.own(data.resources[position].label);
      box.append(make("button", { type: "button", class: "link ways", onclick: (event) => showWay(walk, position, event.currentTarget) },
        tell.say(walk.step_free ? "way_of_slow" : "way_of", { label })));
    }
    box.append(sheetButton(area));
    return box;
  }
  return { popup, bunchPopup, postPopup, movePopup, sitePopup, areaPopup };
}
