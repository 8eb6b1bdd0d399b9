/* What the reader chose stands in the address, so that a link keeps it. */

function address() { return new URLSearchParams(window.location.hash.slice(1)); }

/* One value, several of the name, or none. */
function keep(name, value) {
  const next = address();
  next.delete(name);
  for (const one of value === null ? [] : [].concat(value)) { next.append(name, one); }
  if (`${next}` !== `${address()}`) { window.location.replace(`#${next}`); }
}
