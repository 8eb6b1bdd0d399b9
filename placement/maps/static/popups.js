/* Popups: built when they open, in the language of that moment. */

/* `moved` are the posts that opened since the agreed plan, `drawWays` draws walks on the map. */
function makePopups(data, tell, moved, drawWays) {
  function popup(title, subtitle, pairs) {
    return make("div", { class: "popup", role: "group", "aria-label": title, tabindex: -1 },
      make("h3", { dir: "auto" }, title),
      subtitle === "" ? null : make("p", { class: "under" }, subtitle), facts(pairs));
  }
  function postPopup(post) {
    const resource = data.resources[post.resource];
    const change = moved.get(post.key);
    const box = popup(post.name || post.site, tell.own(resource.label), [
      ...(change === undefined ? [] : [[tell.say("opened_bought"), tell.money(change.bought)]]),
      [tell.say("units", { unit: tell.own(resource.unit) }), tell.people(post.units)],
      [`${tell.say("cost")} (${tell.own(data.budget.unit)})`, tell.money(post.cost)],
      [tell.say("reach"), tell.people(post.covered)],
      [tell.say("loss"), post.loss === null ? "–" : tell.people(post.loss)],
      [tell.say("identifier"), post.site],
    ]);
    if (waysTo(data, post).length > 0) {
      box.append(make("button", {
        type: "button", class: "link ways", onclick: () => drawWays(waysTo(data, post), post.resource),
      }, tell.say(resource.walkers === "team" ? "show_ways_team" : "show_ways", { areas: tell.people(waysTo(data, post).length) })));
    }
    const gate = data.lanes === null ? undefined : data.lanes.gates.find((one) => one.key === post.key);
    if (gate === undefined) { return box; }
    const title = tell.say("queue_of", { name: post.name || post.site });
    box.querySelector(".facts").before(queueChart(data.lanes, gate, title, tell, { width: 268, height: 130 }),
      facts(gateFacts(gate, tell)));
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
    const pairs = data.resources.map((resource, position) => {
      const option = site.options.find((one) => one.resource === position);
      const value = option === undefined ? tell.say("not_here") : option.status === "excluded"
        ? tell.say("site_excluded") : tell.say("from_cost", {
          status: tell.say(`site_${option.status}`),
          cost: tell.money(option.open + option.unit * option.least), unit,
        });
      return [tell.own(resource.label), value];
    });
    if (site.kind) { pairs.push([tell.say("kind"), site.kind]); }
    pairs.push([tell.say("identifier"), site.site]);
    return popup(site.name || site.site, tell.say("candidate"), pairs);
  }
  function areaPopup(area) {
    const of = (covered, people) => tell.say("part_of", {
      covered: tell.people(covered), total: tell.people(people), share: tell.share(people > 0 ? covered / people : 0),
    });
    const pairs = [[tell.say("people"), tell.people(area.people)]];
    data.resources.forEach((resource, position) => {
      const label = tell.own(resource.label);
      const laned = data.lanes !== null && data.lanes.resource === position;
      pairs.push([tell.say(laned ? "reach_of" : "covered_by", { label }), of(area.covered[position], area.people)]);
      if (area.step_free !== null) {
        pairs.push([tell.say("step_free_of", { label }), of(area.step_free.covered[position], area.step_free.people)]);
      }
      if (laned) {
        const nameOf = (gate) => (data.posts.find((post) => post.key === gate.key) || {}).name || gate.key;
        for (const row of data.lanes.areas.filter((one) => one.area !== null && data.areas[one.area] === area)) {
          pairs.push([tell.say(row.step_free ? "sent_step_free" : "sent_to"), goingTo(row, nameOf, data.lanes.gates, tell).join("; ")]);
        }
      }
      for (const floor of data.rules.floors) {
        if (floor.resource !== position || floor.area === null || data.areas[floor.area] !== area) { continue; }
        pairs.push([tell.say(floor.times > 1 ? "floor_twice" : floor.step_free ? "floor_step_free" : "floor_of", { label }),
          tell.say("floor_reached", { asked: tell.share(floor.asked), reached: floor.reached === null ? "–" : tell.share(floor.reached) })]);
      }
    });
    return popup(area.name || area.id, "", pairs);
  }
  return { popup, postPopup, movePopup, sitePopup, areaPopup };
}
