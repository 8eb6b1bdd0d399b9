/* Colours of the map. Tests compute how well each is told from its neighbours, in grey too. */

const PALETTE = {
  "paper": "#fbfaf8",
  "green": "#e6f0da",
  "building": "#ebe7df",
  "building_line": "#cdc5b8",
  "water": "#8db9d5",
  "shore": "#4f809f",
  "path": "#a49e93",
  "street": "#958e82",
  "main": "#7d766a",
  "bridge": "#544d43",
  "casing": "#ffffff",
  "area_least": "#ece4f3",
  "area_most": "#b298cd",
  "area_line": "#553873",
  "missing": "#4b1238",
  "missing_ground": "#fbe9f0",
  "route": "#1d2b3a",
  "closure": "#8c1c13",
  "label": "#2b2f36",
  "label_area": "#3c2458",
  "label_water": "#1f4f6e",
  "label_place": "#31552a",
  "label_missing": "#7a0c3c",
  "halo": "#ffffff",
  "ink": "#1b1b1b"
};
/* The same for a dark page. */
const DARK = {
  "paper": "#171b20",
  "green": "#1a2820",
  "building": "#22282f",
  "building_line": "#3b434d",
  "water": "#34586f",
  "shore": "#7fb0cf",
  "path": "#767e88",
  "street": "#868f9a",
  "main": "#a3acb6",
  "bridge": "#e3e7ec",
  "casing": "#10151b",
  "area_least": "#2c2638",
  "area_most": "#4f4168",
  "area_line": "#d0b8ee",
  "missing": "#ffb3d0",
  "missing_ground": "#3a1328",
  "route": "#f4f6f8",
  "closure": "#ff8a7a",
  "label": "#eef1f4",
  "label_area": "#e6d8fa",
  "label_water": "#c4e4f8",
  "label_place": "#bfe3b4",
  "label_missing": "#ffc4da",
  "halo": "#0c1014",
  "ink": "#f4f6f8"
};
const LIGHT = { ...PALETTE };

/* A colour of the palette for what the browser draws again by itself; a canvas reads PALETTE when it is painted. */
const inkOf = (name) => `var(--map-${name})`;

/* From now on everything is drawn in the light or the dark palette. */
function usePalette(dark) {
  Object.assign(PALETTE, dark ? DARK : LIGHT);
  const root = document.documentElement;
  root.classList.toggle("dark", dark);
  for (const [name, colour] of Object.entries(PALETTE)) { root.style.setProperty(`--map-${name}`, colour); }
}

/* How much of a catchment's colour lies over the paper. */
const REACH_OPACITY = 0.14;
