/* The panel's view of what losses cost: only in pages for which it was asked, all marked as restricted. */

function lossesView(data, tell, showKey) {
  const { losses } = data;
  const postButton = (key) => {
    const post = data.posts.find((one) => one.key === key);
    const resource = losses.resources[key];
    return make("button", { type: "button", class: "link", "data-lost": key, onclick: (event) => showKey(key, event.currentTarget) },
      post === undefined ? tell.pair(tell.own(data.resources[resource].label), key) : postName(post));
  };
  const share = (loss) => (losses.objective > 0 ? loss / losses.objective : 0);
  const row = ([key, loss]) => make("tr", null,
    make("th", { scope: "row" }, postButton(key), bar(share(loss), look(losses.resources[key]).colour)),
    make("td", null, tell.people(loss)), make("td", null, tell.share(share(loss))));
  return view(...heading(tell.say("losses_title"), tell.say("losses_hint")),
    ...Object.entries(losses.restricted).map(([lang, said]) => make("p", { class: "doubt", lang }, said)),
    make("table", { class: "floors" }, make("caption", null, tell.say("loss_alone")),
      headRow(tell.say("loss_post"), tell.say("loss_objective"), tell.say("loss_share")),
      make("tbody", null, ...losses.each.map(row))),
    losses.further.map((one) => lossSection(data, one, share(one.loss), tell, postButton)));
}

/* Posts that are lost together, or a street: what it costs, whom, and where they walk then. */
function lossSection(data, one, share, tell, postButton) {
  const proven = one.proven ? [tell.say("loss_proven")] : one.bound === null ? [] : [tell.say("loss_bound", { bound: tell.people(one.bound) })];
  const end = (key) => (key === null ? tell.say("loss_nowhere") : postButton(key));
  return make("section", null,
    make("h3", null, one.lost.length > 0 ? tell.say("loss_together") : tell.say("loss_closed", { names: tell.list(one.closed) })),
    one.lost.length > 0 ? make("div", { class: "tries" }, ...one.lost.map(postButton)) : null,
    make("p", null, [tell.pair(tell.say("loss_objective"), `${tell.people(one.loss)} (${tell.share(share)})`), ...proven].join(" · ")),
    facts(data.resources.flatMap(({ label }, at) => (one.people[at] === 0 ? []
      : [[tell.own(label), tell.pair(tell.say("loss_people"), tell.people(one.people[at]))]])), false),
    one.moved.length === 0 ? null : make("table", { class: "floors" }, make("caption", null, tell.say("loss_moved")),
      headRow(tell.say("loss_from"), tell.say("people_short"), tell.say("loss_longer")),
      make("tbody", null, ...one.moved.map(([from, to, people, longer]) => make("tr", null,
        make("th", { scope: "row" }, postButton(from), make("div", null, "→ ", end(to))), make("td", null, tell.people(people)),
        make("td", null, longer === null ? "–" : tell.mean(60 * longer)))))),
    one.moved.length > 0 && data.lanes !== null && data.lanes.rings !== undefined ? make("p", { class: "hint told" }, tell.say("loss_rings")) : null);
}
