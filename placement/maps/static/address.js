/* What the reader chose stands in the address, so that a link keeps it. */

let kept = null; // what stands there by the page's own doing

function address() { return new URLSearchParams(window.location.hash.slice(1)); }

/* One value, several of the name, or none. */
function keep(name, value) {
  const next = address();
  next.delete(name);
  for (const one of value === null ? [] : [].concat(value)) { next.append(name, one); }
  if (`${next}` === `${address()}`) { return; }
  window.location.replace(`#${next}`);
  kept = window.location.hash;
}

/* Does `read` when the reader goes to another address than the page keeps. */
function onAddress(read) {
  window.addEventListener("hashchange", () => {
    if (window.location.hash === kept) { return; }
    kept = window.location.hash;
    read();
  });
}
