/* What a reader would see broken: a page or box too narrow for its text, a word torn in two. */
() => {
  const faults = [];
  const name = (one) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') || one.id || ''}`;
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) { faults.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`); }
  const frames = ['#top', '#panel', '.legend', '.leaflet-control', '.leaflet-popup-content'];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  for (const one of document.querySelectorAll(frames.flatMap((frame) => [frame, `${frame} *`]).join(', '))) {
    if (one.clientWidth > 0 && getComputedStyle(one).display !== 'inline' && !(one instanceof SVGElement)
      && one.scrollWidth > one.clientWidth + 1) { faults.push(`${name(one)} overflows by ${one.scrollWidth - one.clientWidth} px`); }
  }
  /* the boxes that the words of an element stay in: looked at once, not for each word */
  const known = new Map();
  const boxesOf = (parent) => {
    if (!known.has(parent)) {
      const isFrame = parent.matches(frames.join(', '));
      const above = isFrame || !parent.parentElement ? [] : boxesOf(parent.parentElement);
      const own = ['inline', 'contents'].includes(getComputedStyle(parent).display) ? []
        : [{ box: parent, around: parent.getBoundingClientRect(), tight: parent.matches('button, th, td, svg, summary, label') }];
      known.set(parent, [...own, ...above]);
    }
    return known.get(parent);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!parent.closest(frames.join(', ')) || parent.closest('.skip, desc, title, select') || !shown(parent)) { continue; }
    for (const found of node.textContent.matchAll(/[^\s\u200b–—·/-]+/g)) {
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
      for (const { box, around, tight } of boxesOf(parent)) {
        if (rects.some((rect) => rect.left < around.left - 1 || rect.right > around.right + 1
          || (tight && (rect.top < around.top - 2 || rect.bottom > around.bottom + 2)))) {
          faults.push(`"${found[0]}" leaves ${name(box)}`);
          break;
        }
      }
      /* a word of 12 letters or fewer, or a figure, is never torn */
      if (/^[\p{L}\p{N}.,:\u202f\u00a0%’']{1,12}$/u.test(found[0]) && rects.some((rect) => Math.abs(rect.top - rects[0].top) > 4)) {
        faults.push(`"${found[0]}" is torn in ${name(parent)}`);
      }
    }
  }
  for (const chart of document.querySelectorAll('svg.queue')) {
    if (!shown(chart)) { continue; }
    const texts = [...chart.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
    texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
      if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2) {
        faults.push(`words of ${name(chart)} lie on one another`);
      }
    }));
  }
  return faults;
}
