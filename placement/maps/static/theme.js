/* Light or dark: as the address asks, else as the reader's system is set; paper is always light. */

/* `maps()` are the maps of the page, `repaint()` draws again what else is on a canvas. */
function makeTheme(maps, button, repaint) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const wanted = () => {
    const asked = address().get("theme");
    return ["dark", "light"].includes(asked) ? asked === "dark" : system.matches;
  };
  let dark = wanted();
  const use = (next) => {
    button.setAttribute("aria-pressed", String(next));
    if (next === dark) { return; }
    dark = next;
    usePalette(dark);
    for (const map of maps()) { map.eachLayer((layer) => { if (layer.repaint) { layer.repaint(); } }); }
    repaint();
  };
  button.addEventListener("click", () => {
    const next = !dark;
    keep("theme", next === system.matches ? null : next ? "dark" : "light");
    use(next);
  });
  system.addEventListener("change", () => use(wanted()));
  usePalette(dark);
  button.setAttribute("aria-pressed", String(dark));
  return { again: () => use(wanted()), paper: (printing) => use(!printing && wanted()) };
}
