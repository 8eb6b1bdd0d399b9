/* Tables of posts: one a resource, sorted by any column, narrowed by what is typed. */

/* The number of "C12" as a number, so that C2 comes before C12. */
const countOf = (post) => Number(post.number.replace(/\D/g, ""));

const plainText = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/* Whether a name or number holds every word that is sought. */
const isSought = (texts, sought) => plainText(sought).split(/\s+/).every((word) => plainText(texts.join(" ")).includes(word));

const orDash = (number, tell) => (number === null ? "–" : tell.people(number));

/* Posts of one resource; a click on a heading sorts, a click on a name shows the post. */
function postTable(data, position, tell, state, show, showSheet) {
  const resource = data.resources[position];
  const sorting = state.sorting[position];
  const posts = data.posts.filter((post) => post.resource === position);
  const columns = [
    ["number", tell.say("number_short"), tell.say("number")],
    ["name", tell.say("site"), tell.say("site")],
    ["units", tell.say("units_short"), tell.units(resource.unit)],
    ["cost", tell.say("cost_short"), `${tell.say("cost")} (${tell.own(data.budget.unit)})`],
    ["served", tell.say("served_short"), tell.say("served")],
    ["loss", tell.say("loss_short"), tell.say("loss")],
  ];
  const body = make("tbody");
  const head = make("tr");
  const byNumber = (a, b) => countOf(a) - countOf(b);
  const fill = () => {
    const turn = sorting.down ? -1 : 1;
    posts.sort((a, b) => turn * (sorting.key === "name" ? tell.compare(a.name || a.site, b.name || b.site)
      : sorting.key === "number" ? byNumber(a, b) : a[sorting.key] - b[sorting.key]) || byNumber(a, b));
    const found = posts.filter((post) => isSought([post.number, post.name, post.site], state.sought));
    body.replaceChildren(...found.map((post) => make("tr", { "data-post": post.key, class: state.post === post ? "chosen" : null },
      make("td", { class: "number" }, showSheet === null ? post.number : make("button", {
        type: "button", class: "sheetlink", "data-sheet": `post:${post.key}`, "aria-label": tell.say("sheet_of", { name: postName(post) }),
        title: tell.say("sheet_of", { name: postName(post) }), onclick: (event) => showSheet(post, event.currentTarget),
      }, post.number)),
      make("th", { scope: "row" }, make("button", {
        type: "button", class: "link", "data-show": post.key, onclick: (event) => show(post, event.currentTarget),
      }, post.name || post.site)),
      make("td", null, tell.people(post.units)), make("td", null, tell.money(post.cost)),
      make("td", null, orDash(post.served, tell)), make("td", null, orDash(post.loss, tell)))),
    found.length === posts.length ? make("tr", { class: "total" }, make("td", { class: "number" }), make("th", { scope: "row" }, tell.say("all_posts")),
      make("td", null, tell.people(resource.units)), make("td", null, tell.money(resource.cost)),
      make("td", null, tell.people(resource.covered)), make("td", null, "")) : "");
    [...head.children].forEach((cell, i) => cell.setAttribute("aria-sort",
      columns[i][0] !== sorting.key ? "none" : sorting.down ? "descending" : "ascending"));
    table.hidden = found.length === 0;
    if (table.isConnected) { headCells(table); }
    return found.length;
  };
  for (const [key, short, long] of columns) {
    head.append(make("th", { scope: "col" }, make("button", {
      type: "button", class: "sort", title: tell.say("sort", { column: long }), "data-sort": key,
      onclick: () => {
        sorting.down = sorting.key === key ? !sorting.down : key !== "name" && key !== "number";
        sorting.key = key;
        fill();
        state.announce(tell.say(sorting.down ? "sorted_down" : "sorted_up", { column: long }));
      },
    }, short)));
  }
  const table = make("table", { class: "posts" },
    make("caption", null, sign(position, 18, null),
      make("span", null, tell.say("posts_of", { label: tell.own(resource.label) }))),
    make("thead", null, head), body);
  return { table, fill };
}

/* All posts, and the box that narrows them. */
function postSection(data, tell, state, show, showSheet) {
  const tables = data.resources.map((resource, position) => (resource.posts > 0
    ? postTable(data, position, tell, state, show, showSheet) : null)).filter((one) => one !== null);
  const count = make("span", { class: "under" });
  const fill = (aloud) => {
    const found = tables.reduce((sum, { fill: one }) => sum + one(), 0);
    count.textContent = state.sought.trim() === "" ? ""
      : tell.say("found", { found: tell.people(found), all: tell.people(data.posts.length) });
    if (aloud) { state.announce(count.textContent); }
  };
  const box = make("input", { type: "search", id: "seek", autocomplete: "off", spellcheck: "false" });
  box.value = state.sought;
  box.addEventListener("input", () => { state.sought = box.value; fill(true); });
  fill(false);
  return make("section", { id: "posts", tabindex: -1, "aria-label": tell.say("posts") },
    make("h2", null, tell.say("posts")),
    make("p", { class: "hint" }, tell.say(tables.length > 0 ? "choose" : "no_posts")),
    tables.length === 0 ? null : make("p", { class: "choice" }, make("label", { for: "seek" }, tell.say("seek")), box, count),
    ...tables.map(({ table }) => table),
    data.posts.some(({ ring }) => ring !== undefined) ? make("p", { class: "hint told" }, tell.say("perimeters_hint")) : null,
    tables.length === 0 ? null : make("button", {
      type: "button", class: "save", onclick: () => saveAs(`${data.plan}.csv`, postsAsText(data, tell), "text/csv;charset=utf-8"),
    }, tell.say("save_table")));
}

/* The kind of a site in the language of the page, where it is a known one. */
function kindOf(kind, tell) {
  return tell.has(`kind_${kind.replace(/\W/g, "_")}`) ? tell.say(`kind_${kind.replace(/\W/g, "_")}`) : kind;
}

/* Sites without a post: beside the map they have no other way to be reached by keyboard. */
function candidates(data, tell, showCandidate, isOpen) {
  const box = fold("candidates", "h2", tell.say("candidates_title", { n: tell.people(data.sites.length) }), isOpen("candidates", false));
  const fill = () => {
    if (!box.open || box.querySelector("table") !== null) { return; }
    const sites = [...data.sites].sort((a, b) => tell.compare(a.name || a.site, b.name || b.site) || (a.site < b.site ? -1 : 1));
    box.append(make("table", { class: "candidates" }, headRow(tell.say("site"), tell.say("kind")),
      make("tbody", null, ...sites.map((site) => make("tr", null, make("th", { scope: "row" }, make("button", {
        type: "button", class: "link", "data-site": site.site, onclick: (event) => showCandidate(site, event.currentTarget),
      }, site.name || site.site)), make("td", { dir: "auto" }, kindOf(site.kind, tell)))))));
    fitTables(box);
  };
  box.addEventListener("toggle", fill);
  fill();
  return box;
}
