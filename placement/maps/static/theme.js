/* Light or dark: as the address asks, else as the reader's system is set; paper is always light. */

/* `asked()` is what the address says, `keep(value)` writes it there, `repaint()` draws again what is on a canvas. */
function makeTheme(map, button, { asked, keep, repaint }) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let dark = system.matches;
  const wanted = () => (["dark", "light"].includes(asked()) ? asked() === "dark" : system.matches);
  const use = (next) => {
    button.setAttribute("aria-pressed", String(next));
    if (next === dark) { return; }
    dark = next;
    usePalette(dark);
    map.eachLayer((layer) => { if (layer instanceof L.GridLayer) { layer.redraw(); } });
    repaint();
  };
  button.addEventListener("click", () => {
    const next = !dark;
    keep(next === system.matches ? null : next ? "dark" : "light");
    use(next);
  });
  system.addEventListener("change", () => use(wanted()));
  dark = wanted();
  usePalette(dark);
  button.setAttribute("aria-pressed", String(dark));
  return { again: () => use(wanted()), paper: (printing) => use(!printing && wanted()) };
}
