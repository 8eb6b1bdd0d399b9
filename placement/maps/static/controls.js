/* Small controls of the map whose words change with the language: zoom, whole plan, sources, scale, north. */

function makeControls(map, data, tell, showAll) {
  const zoom = L.control.zoom({ position: "topleft" }).addTo(map);
  const zoomButton = (way) => zoom.getContainer().querySelector(`.leaflet-control-zoom-${way}`);
  const whole = make("button", { type: "button", class: "whole", onclick: showAll },
    drawn("svg", { viewBox: "0 0 20 20", width: 16, height: 16, "aria-hidden": "true" },
      drawn("path", { d: "M3 7V3H7M13 3H17V7M17 13V17H13M7 17H3V13", fill: "none", stroke: "currentColor", "stroke-width": 2 })));
  const wholeBar = make("div", { class: "leaflet-bar" }, whole);
  L.DomEvent.disableClickPropagation(wholeBar);
  new (L.Control.extend({ onAdd: () => wholeBar }))({ position: "topleft" }).addTo(map);
  const credit = make("div", { class: "credit" });
  new (L.Control.extend({ onAdd: () => credit }))({ position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const north = make("div", { class: "north", role: "img" }, northArrow());
  new (L.Control.extend({ onAdd: () => north }))({ position: "bottomleft" }).addTo(map);

  /* the place under the pointer, or in the middle while the map is moved by keyboard */
  const here = make("div", { class: "here", hidden: true });
  new (L.Control.extend({ onAdd: () => here }))({ position: "bottomleft" }).addTo(map);
  const tellPlace = (place) => {
    const { lat, lng } = place.wrap();
    here.hidden = false;
    here.textContent = tell.say("here", { lat: lat.toFixed(5), lon: lng.toFixed(5) });
  };
  map.on("mousemove", (event) => tellPlace(event.latlng));
  map.on("mouseout", () => { here.hidden = true; });
  map.on("moveend", () => { if (document.activeElement === map.getContainer()) { tellPlace(map.getCenter()); } });

  const speak = () => {
    north.setAttribute("aria-label", tell.say("north"));
    for (const [button, word] of [[zoomButton("in"), "zoom_in"], [zoomButton("out"), "zoom_out"], [whole, "whole"]]) {
      button.title = tell.say(word);
      button.setAttribute("aria-label", tell.say(word));
    }
    credit.replaceChildren(tell.say("data_short", { plan: data.plan }),
      ...(data.sources.osm ? [" · ", make("a", {
        href: "https://www.openstreetmap.org/copyright", rel: "noopener noreferrer", target: "_blank",
      }, tell.say("osm_short"))] : []), " · Leaflet");
  };
  return { speak };
}
