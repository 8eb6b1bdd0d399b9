/* The layers of a plan, in the order of the legend: markers, reach, people not covered, candidates, ground, names. */

/* What is shown of one plan or of one period. `popups` are those of `makePopups`, `moved` the posts that opened since the
   agreed plan, `shared` the layers that all periods share. A layer that is `extra` to the reader is hidden the first time. */
function planLayers(map, data, tell, state, { inPane, popupOptions, popups, moved, variant, shared, choose, showPost }) {
  const { popup, bunchPopup, postPopup, movePopup, sitePopup, areaPopup } = popups;
  const entries = [];
  const offer = (group, key, layer, swatch, words, isAsked = true) => {
    if (!isAsked && !state.offered.has(key)) { state.hidden.add(key); }
    state.offered.add(key);
    entries.push({ group, key, layer, swatch, words });
  };
  const renamings = []; // of the markers, when the language changes


  const markers = new Map();
  const signs = [];
  data.resources.forEach((resource, position) => {
    const mine = data.posts.filter((post) => post.resource === position);
    if (mine.length === 0) { return; }
    const group = L.layerGroup();
    for (const post of mine) {
      const picture = sign(position, SIGN_SIZE, post.number);
      if (moved.has(post.key)) { picture.append(plusBadge()); }
      const marker = postMarker(post, picture, { zIndexOffset: 100 * (data.resources.length - position) });
      const name = () => {
        const element = marker.getElement();
        if (element) {
          const label = tell.say("post_label", { label: tell.own(resource.label), name: postName(post) });
          const full = variant.units(post.key) === 0 ? tell.say("label_tried_closed", { label })
            : moved.has(post.key) ? tell.say("label_opened", { label }) : label;
          element.setAttribute("aria-label", entry.others.length === 0 ? full
            : tell.say("label_more", { posts: tell.say("bunch", { posts: entry.others.length + 1 }), label: full, others: entry.others.map((one) => one.number).join(", ") }));
        }
      };
      const entry = { post, marker, name, others: [] };
      signs.push(entry);
      marker.on("add", name);
      renamings.push(name);
      marker.bindPopup(() => (entry.others.length === 0 ? postPopup(post) : bunchPopup([post, ...entry.others], showPost)), popupOptions);
      named(marker, post);
      marker.on("popupopen", () => choose(post)).on("popupclose", () => choose(null));
      markers.set(post.key, marker);
      group.addLayer(marker);
    }
    offer("posts", `posts-${resource.id}`, group, () => sign(position, 20, null));
  });

  data.resources.forEach((resource, position) => {
    if (data.reach[position].length === 0) { return; }
    const { colour, dash } = look(position);
    offer("reach", `reach-${resource.id}`, reachLayer(data.reach[position], position, inPane, "reach"), () => patch(colour, REACH_OPACITY, colour, dash));
  });

  data.resources.forEach((resource, position) => {
    const slow = position + data.resources.length;
    if (resource.shown && data.missing.m.some((mask) => missingAt(mask, slow))) {
      const key = `slow-${resource.id}`;
      offer("slow", key, missingLayer(data.missing, slow, missingKind(position, true), "streets"),
        () => missingSwatch(missingKind(position, true), hasGround(data.missing)), undefined, position === data.main);
    }
    if (!resource.shown || !data.missing.m.some((mask) => missingAt(mask, position))) { return; }
    const key = `missing-${resource.id}`;
    offer("missing", key, missingLayer(data.missing, position, missingKind(position, false), "streets"),
      () => missingSwatch(missingKind(position, false), hasGround(data.missing)), undefined, position === data.main);
  });

  const closedMarkers = new Map();
  const gone = data.rules.changes === null ? [] : data.rules.changes.closed.filter((post) => post.at !== null);
  if (gone.length > 0) {
    const group = L.layerGroup();
    for (const post of gone) {
      const marker = L.marker([post.at[1], post.at[0]], {
        icon: L.divIcon({
          className: "post gone", html: moveSign(post.resource, 28, false), iconSize: [28, 28], popupAnchor: [0, -12],
        }),
        keyboard: true, riseOnHover: true, zIndexOffset: -100,
      });
      const rename = () => {
        const element = marker.getElement();
        if (element) {
          const kind = post.resource === null ? post.kind : tell.own(data.resources[post.resource].label);
          element.setAttribute("aria-label", tell.say("label_closed", {
            label: tell.say("post_label", { label: kind, name: post.name || post.site }),
          }));
        }
      };
      renamings.push(rename);
      marker.on("add", rename);
      marker.bindPopup(() => movePopup(post), popupOptions);
      closedMarkers.set(post.key, named(marker, post));
      group.addLayer(marker);
    }
    offer("plan", "closed", group, () => swatchOf(moveSign(gone[0].resource, 18, false)), () => tell.say("layer_closed"));
  }

  /* Only drawn when asked for in the panel: what is reached sooner, and by several posts. */
  data.resources.forEach((resource, position) => {
    const { colour } = look(position);
    const label = () => tell.own(resource.label);
    for (const [seconds, shape] of data.rings[position].sooner) {
      if (shape.length === 0) { continue; }
      const layer = L.polygon(polygonPositions(shape), inPane("reach", {
        color: colour, weight: 2, dashArray: ringDash(seconds), fill: false, interactive: false,
      }));
      const key = `ring-${resource.id}-${seconds}`;
      offer("extra", key, layer, () => patch(colour, 0, colour, ringDash(seconds)),
        () => tell.say("ring", { label: label(), min: tell.minutes(seconds) }), false);
    }
    const { over } = data.rings[position];
    if (over.length > 0 && over[0].length > 0) {
      const group = L.layerGroup(over.map((shape) => L.polygon(polygonPositions(shape), inPane("reach", {
        color: colour, weight: 0.8, fillColor: colour, fillOpacity: 0.24, interactive: false,
      }))));
      const key = `over-${resource.id}`;
      offer("extra", key, group, () => patch(colour, 0.35, colour, ""), () => tell.say("over", { label: label() }), false);
    }
  });

  const candidateLayers = offerCandidates(data, tell, offer, inPane, (site, circle) => named(circle.bindPopup(() => sitePopup(site), popupOptions), site));
  if (data.crowd !== undefined && data.crowd.length > 0) {
    offer("plan", "crowd", crowdLayer(data.crowd, tell, inPane), crowdSwatch, () => tell.say("layer_crowd"));
  }
  const areaLayers = offerGround(data, tell, offer, inPane, (area, layer) => named(layer.bindPopup(() => areaPopup(area), popupOptions), area), shared);

  offerBarriers(data, offer, tell, inPane, (way, layer, kind) => named(layer.bindPopup(() => popup(way.name, tell.own(kind.label), [
    [`${tell.say("cost")} (${tell.own(data.budget.unit)})`, tell.money(way.cost)], [tell.say("identifier"), way.id],
  ]), popupOptions), way));

  /* Signs pulled apart, names where they leave room; both follow what is shown. */
  const spread = makeSigns(map, signs, inPane("leaders", {}));
  const shown = (layer) => !state.hidden.has(layer);
  const shownPosts = () => signs.filter((one) => map.hasLayer(one.marker)).map(({ post, marker }) => {
    const at = map.project(marker.getLatLng(), 0);
    return { site: post.site, text: post.name || post.site, at: [at.x, at.y] };
  });
  const names = makeLabels(map, data, tell, spread, shownPosts, shown);
  offer("plan", "names", names, () => letterSwatch(), () => tell.say("layer_names"));
  return { entries, markers, closedMarkers, signs, renamings, areaLayers, candidateLayers, spread, names };
}
