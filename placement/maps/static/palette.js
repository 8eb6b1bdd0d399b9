/* Colours of the map. Tests compute how well each is told from its neighbours, in grey too. */

const PALETTE = {
  "paper": "#fbfaf8",
  "water": "#98c1da",
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
  "label_missing": "#7a0c3c",
  "halo": "#ffffff"
};
/* How much of a catchment's colour lies over the paper. */
const REACH_OPACITY = 0.14;
