/* What the reader chose stands in the address, so that a link keeps it. */

function address() { return new URLSearchParams(window.location.hash.slice(1)); }

/* One value, several of the name, or none. */
function keep(name, value) {
  const next = address();
  next.delete(name);
  for (const one of value === null ? [] : [].concat(value)) { next.append(name, one); }
  if (`${next}` === `${address()}`) { return; }
  /* to go there would take a tenth of a click, and tell `onAddress` */
  window.history.replaceState(null, "", `${window.location.href.split("#")[0]}#${next}`);
}

/* Does `read` when the reader goes to another address than the page keeps. */
function onAddress(read) { window.addEventListener("hashchange", () => read()); }
