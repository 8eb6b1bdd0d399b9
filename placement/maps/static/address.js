/* What the reader chose stands in the address, so that a link keeps it. */

function address() { return new URLSearchParams(window.location.hash.slice(1)); }

function keep(name, value) {
  const next = address();
  if (value === null) { next.delete(name); } else { next.set(name, value); }
  if (`${next}` !== `${address()}`) { window.location.replace(`#${next}`); }
}
