/* Nodes of a search for what_if_send.js, the nearest first. */

/* A queue of nodes by two-part distances. */
class NodeHeap {
  constructor(size) {
    this.nodes = new Int32Array(size);
    this.at = new Int32Array(size).fill(-1);
    this.high = new Float64Array(size);
    this.low = new Float64Array(size);
    this.size = 0;
  }

  clear() {
    for (let at = 0; at < this.size; at += 1) { this.at[this.nodes[at]] = -1; }
    this.size = 0;
  }

  isBefore(a, b) {
    const difference = this.high[a] - this.high[b];
    return difference < 0 || (difference === 0 && (this.low[a] < this.low[b] || (this.low[a] === this.low[b] && a < b)));
  }

  /* put a node in, or nearer */
  put(node, high, low) {
    this.high[node] = high;
    this.low[node] = low;
    let at = this.at[node];
    if (at < 0) { at = this.size; this.size += 1; }
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.isBefore(node, this.nodes[above])) { break; }
      this.nodes[at] = this.nodes[above];
      this.at[this.nodes[at]] = at;
      at = above;
    }
    this.nodes[at] = node;
    this.at[node] = at;
  }

  pop() {
    const [first] = this.nodes;
    this.at[first] = -1;
    this.size -= 1;
    if (this.size === 0) { return first; }
    const node = this.nodes[this.size];
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.size) { break; }
      if (below + 1 < this.size && this.isBefore(this.nodes[below + 1], this.nodes[below])) { below += 1; }
      if (!this.isBefore(this.nodes[below], node)) { break; }
      this.nodes[at] = this.nodes[below];
      this.at[this.nodes[at]] = at;
      at = below;
    }
    this.nodes[at] = node;
    this.at[node] = at;
    return first;
  }
}
