/* Tables that yield: where one is wider than its place, its rows become short lists. */

/* Write beside each figure what its column is headed, to be shown where the head is not. */
function headCells(table) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => {
    const picture = cell.querySelector("[aria-label]");
    const own = /** @type {HTMLElement} */ (cell.querySelector("[data-heading]"));
    return own !== null ? own.dataset.heading : picture === null ? cell.textContent : picture.getAttribute("aria-label");
  });
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, column) => {
      if (cell.tagName === "TD" && heads[column] !== "") { cell.dataset.heading = heads[column]; }
    });
  }
}

/* Measured, not guessed from a width: fonts, languages and figures all differ. */
function fitTables(...places) {
  const tables = places.flatMap((place) => [...place.querySelectorAll("table")]);
  for (const table of tables) {
    headCells(table);
    table.classList.remove("stacked");
  }
  const tooWide = tables.filter((table) => {
    const around = getComputedStyle(table.parentElement);
    const room = table.parentElement.clientWidth - parseFloat(around.paddingLeft) - parseFloat(around.paddingRight);
    return table.offsetWidth > Math.ceil(room);
  });
  for (const table of tooWide) { table.classList.add("stacked"); }
}
