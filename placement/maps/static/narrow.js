/* Where the screen is narrow the map stands above the figures, for the eye and for the keyboard. */

/* `moved()` follows when the reader's screen becomes narrow or wide. */
function mapAboveFigures(map, moved = () => {}) {
  const narrow = window.matchMedia("(max-width: 800px)");
  const panel = document.getElementById("panel");
  const arrange = () => {
    if (narrow.matches) { panel.before(map.getContainer()); } else { panel.after(map.getContainer()); }
    map.invalidateSize({ animate: false });
  };
  narrow.addEventListener("change", () => { arrange(); moved(); });
  arrange();
}
