"""The bounded search itself, in compiled loops that are handed all their memory.

Nothing is allocated within: that is quick to compile, and where the room for what is found runs
out, the caller makes more and the search goes on at the source it stopped at.
"""

from typing import Any, NamedTuple

import numpy as np

from placement.arrays import Floats, Ints, Ints32, Words
from placement.compiled import compiled, part_of_compiled

#: Most bits of a column that one turn of putting a row in order looks at.
_DIGIT = 11
_ONE = np.uint64(1)


class Ways(NamedTuple):
    """A network walked one way round.

    Attributes
    ----------
    first, head, walk_s, half_edge
        Half-edges, see `placement.streets.network.Streets`.
    edge_tail, edge_head
        (E,) int32.
    tail_first
        (V + 1,) int64, where each node's edges start.
    along, against
        (E,) float64, seconds along and against an edge, endless where it is closed.
    """

    first: Ints
    head: Ints32
    walk_s: Floats
    half_edge: Ints32
    edge_tail: Ints32
    edge_head: Ints32
    tail_first: Ints
    along: Floats
    against: Floats


class Targets(NamedTuple):
    """Where to: points by their edge, and those that stand at a node.

    Attributes
    ----------
    first, order, fraction, access_s
        (E + 1,) and (T,): where each edge's points start, their numbers, where they stand.
    node_first, node_order, node_access_s
        The same of those at nodes, (V + 1,) and (T',).
    several
        Whether a point may stand in several of these lists, and be reached more than one way.
    """

    first: Ints
    order: Ints32
    fraction: Floats
    access_s: Floats
    node_first: Ints
    node_order: Ints32
    node_access_s: Floats
    several: bool


class Sources(NamedTuple):
    """Where from: S points on edges, what they see of squares, and which targets they see.

    Attributes
    ----------
    edge, fraction, access_s
        (S,) each, see `placement.streets.snap.Snapped`.
    door_first, door, door_s
        (S + 1,) and (any,): junctions in sight, and seconds to them.
    sight_first, seen, seen_s
        (S + 1,) and (any,): targets in sight, and seconds to them.
    """

    edge: Ints
    fraction: Floats
    access_s: Floats
    door_first: Ints
    door: Ints
    door_s: Floats
    sight_first: Ints
    seen: Ints
    seen_s: Floats


class Workspace(NamedTuple):
    """What a search writes on: one for each thread, for any number of searches in turn.

    Attributes
    ----------
    time
        (V,) float64, endless between searches.
    keys, nodes
        The heap: room for every half-edge, since a node is settled once, and every junction in
        sight.
    touched
        (V,) int32, nodes reached.
    rim
        (H,) int32, half-edges that lead too far.
    tally
        uint64, how many columns have each digit.
    place
        (T,) where in its row each target stands, −1 between searches.
    """

    time: Floats
    keys: Floats
    nodes: Ints32
    touched: Ints32
    rim: Ints32
    tally: Words
    place: Ints


def workspace(n_nodes: int, n_half_edges: int, n_targets: int) -> Workspace:
    """Return room for searches on a network; what is not written to costs no memory.

    Parameters
    ----------
    n_nodes, n_half_edges, n_targets
        V, H and T.

    Returns
    -------
    Workspace
        Ready for use.
    """
    return Workspace(
        time=np.full(n_nodes, np.inf),
        keys=np.empty(n_half_edges + n_nodes + 2, np.float64),
        nodes=np.empty(n_half_edges + n_nodes + 2, np.int32),
        touched=np.empty(n_nodes, np.int32),
        rim=np.empty(n_half_edges, np.int32),
        tally=np.empty(1 << _DIGIT, np.uint64),
        place=np.full(n_targets, -1, np.int64),
    )


@part_of_compiled
def _push(
    keys: Floats, nodes: Ints32, size: int, key: float, node: "int | np.integer[Any]"
) -> None:
    """Sift a new entry up a binary heap that holds `size` entries before it."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node


@part_of_compiled
def _replace(keys: Floats, nodes: Ints32, size: int, key: float, node: int) -> None:
    """Put an entry in the place of the least one of a binary heap of `size` entries."""
    i = 0
    child = 1
    while child < size:
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
        child = 2 * i + 1
    keys[i] = key
    nodes[i] = node


@part_of_compiled
def _settle(ways: Ways, bound: float, work: Workspace, heap: int, reached: int) -> tuple[int, int]:
    """Search on from what the heap holds; return how many nodes are reached, and rims met."""
    first, head, walk_s = ways.first, ways.head, ways.walk_s
    time, keys, nodes, touched, rim, _, _ = work
    rims = 0
    while heap > 0:
        now, u = keys[0], nodes[0]
        # the entry that is done with stays at the top until another takes its place
        done = True
        if now <= time[u]:
            for k in range(first[u], first[u + 1]):
                v = head[k]
                then = now + walk_s[k]
                old = time[v]
                if then < old:
                    if then > bound:
                        rim[rims] = k
                        rims += 1
                        continue
                    if old == np.inf:
                        touched[reached] = v
                        reached += 1
                    time[v] = then
                    if done:
                        _replace(keys, nodes, heap, then, v)
                        done = False
                    else:
                        _push(keys, nodes, heap, then, v)
                        heap += 1
        if done:
            heap -= 1
            _replace(keys, nodes, heap, keys[heap], nodes[heap])
    return reached, rims


@part_of_compiled
def _enter(
    target: int, seconds: float, bound: float, filled: int, columns: Ints32, values: Floats,
    place: Ints,
) -> int:  # fmt: skip
    """Write a walk into its row, or shorten the one that is there; return what is written now."""
    if seconds > bound:
        return filled
    at = place[target]
    if at >= 0:
        values[at] = min(values[at], seconds)
        return filled
    place[target] = filled
    columns[filled] = target
    values[filled] = seconds
    return filled + 1


@part_of_compiled
def _in_order(
    columns: Ints32, values: Floats, begin: int, size: int, bits: int, tally: Words
) -> None:
    """Put a row in the order of its columns: by digits, the lowest first, through what is behind.

    Each turn moves the row to the room behind it or back, and keeps the order of equal digits.
    """
    place = begin
    turns = (bits + _DIGIT - 1) // _DIGIT
    digits = (bits + turns - 1) // turns
    mask = (1 << digits) - 1
    for turn in range(turns):
        shift = turn * digits
        for d in range(mask + 1):
            tally[d] = np.uint64(0)
        for i in range(place, place + size):
            tally[np.uint64((columns[i] >> shift) & mask)] += _ONE
        to = np.uint64(begin + size if place == begin else begin)
        for d in range(mask + 1):
            more = tally[d]
            tally[d] = to
            to += more
        for i in range(place, place + size):
            # without a sign: numba asks of other indices whether they count from the end
            digit = np.uint64((columns[i] >> shift) & mask)
            at = tally[digit]
            tally[digit] = at + _ONE
            columns[at] = columns[i]
            values[at] = values[i]
        place = begin + size if place == begin else begin
    if place != begin:
        for i in range(size):
            columns[begin + i] = columns[place + i]
            values[begin + i] = values[place + i]


@compiled
def search_rows(  # noqa: C901, PLR0912, PLR0915 - one loop, compiled
    ways: Ways,
    targets: Targets,
    sources: Sources,
    bound: float,
    bits: int,
    work: Workspace,
    begin_at: int,
    filled: int,
    sizes: Ints,
    columns: Ints32,
    values: Floats,
) -> tuple[int, int]:
    """Search from one source after another and write down their rows, as far as there is room.

    Parameters
    ----------
    ways, targets
        The network, and where to.
    sources
        Where from.
    bound
        Longest walk, inclusive.
    bits
        Of the largest column, where rows are put in order; 0 leaves them as they come.
    work
        To write on.
    begin_at, filled
        The source to begin at, and what is written already.
    sizes, columns, values
        (S,) the rows' sizes, and the rows, one after another.

    Returns
    -------
    done, filled
        The first source that there was no room for, S if none; and what is written now.
    """
    source_edge, source_fraction, source_access = sources.edge, sources.fraction, sources.access_s
    door_first, door, door_s = sources.door_first, sources.door, sources.door_s
    sight_first, seen, seen_s = sources.sight_first, sources.seen, sources.seen_s
    head, half_edge = ways.head, ways.half_edge
    edge_tail, edge_head, tail_first = ways.edge_tail, ways.edge_head, ways.tail_first
    along, against = ways.along, ways.against
    target_first, target_order, target_fraction, target_access = (
        targets.first, targets.order, targets.fraction, targets.access_s,
    )  # fmt: skip
    node_first, node_order, node_access = (
        targets.node_first, targets.node_order, targets.node_access_s,
    )  # fmt: skip
    time, keys, nodes, touched, rim, tally, place = work
    for s in range(begin_at, source_edge.size):
        own = source_edge[s]
        at = source_fraction[s]
        begin = filled
        heap = reached = 0
        for side in range(-2, door_first[s + 1] - door_first[s]):
            if side == -2:
                node = np.int64(edge_tail[own])
                start = source_access[s] + (0.0 if at == 0.0 else at * against[own])
            elif side == -1:
                node = np.int64(edge_head[own])
                start = source_access[s] + (0.0 if at == 1.0 else (1.0 - at) * along[own])
            else:
                node = door[door_first[s] + side]
                start = door_s[door_first[s] + side]
            if start <= bound and start < time[node]:
                if time[node] == np.inf:
                    touched[reached] = node
                    reached += 1
                time[node] = start
                _push(keys, nodes, heap, start, node)
                heap += 1
        reached, rims = _settle(ways, bound, work, heap, reached)
        fits = True
        # each edge is told from its tail, both ends in view: edges of one tail lie side by side
        for i in range(-1, reached):
            e_from, e_to = own, own + 1
            if i >= 0:
                e_from, e_to = tail_first[touched[i]], tail_first[touched[i] + 1]
            if filled + target_first[e_to] - target_first[e_from] > columns.size:
                fits = False
                break
            for e in range(e_from, e_to):
                if e == own and i >= 0:
                    continue
                tail_s, head_s = time[edge_tail[e]], time[edge_head[e]]
                out, back = along[e], against[e]
                for t in range(target_first[e], target_first[e + 1]):
                    f = target_fraction[t]
                    best = min(tail_s + f * out, head_s + (1.0 - f) * back)
                    if i < 0:
                        # the source's own edge: straight along it, too
                        if f >= at:
                            straight = 0.0 if f == at else (f - at) * out
                            best = min(best, source_access[s] + straight)
                        if f <= at:
                            straight = 0.0 if f == at else (at - f) * back
                            best = min(best, source_access[s] + straight)
                    best += target_access[t]
                    # written whether or not it counts: no branch to guess wrong
                    columns[filled] = target_order[t]
                    values[filled] = best
                    filled += best <= bound
        # at the rim: edges entered at their head whose tail is out of reach
        for i in range(rims):
            e = half_edge[rim[i]]
            far = head[rim[i]]
            if time[far] < np.inf or edge_tail[e] != far or e == own:
                continue
            if filled + target_first[e + 1] - target_first[e] > columns.size:
                fits = False
                break
            near_s = time[edge_head[e]]
            for t in range(target_first[e], target_first[e + 1]):
                best = near_s + (1.0 - target_fraction[t]) * against[e] + target_access[t]
                columns[filled] = target_order[t]
                values[filled] = best
                filled += best <= bound
        in_sight = sight_first[s + 1] - sight_first[s]
        several = targets.several or in_sight > 0
        if several:
            for k in range(begin, filled):
                place[columns[k]] = k
        if node_order.size > 0:
            for i in range(reached):
                u = touched[i]
                if filled + node_first[u + 1] - node_first[u] > columns.size:
                    fits = False
                    break
                for k in range(node_first[u], node_first[u + 1]):
                    best = time[u] + node_access[k]
                    if several:
                        filled = _enter(node_order[k], best, bound, filled, columns, values, place)
                        continue
                    columns[filled] = node_order[k]
                    values[filled] = best
                    filled += best <= bound
        if filled + in_sight > columns.size:
            fits = False
        elif fits:
            for k in range(sight_first[s], sight_first[s + 1]):
                filled = _enter(seen[k], seen_s[k], bound, filled, columns, values, place)
        if several:
            for k in range(begin, filled):
                place[columns[k]] = -1
        for i in range(reached):
            time[touched[i]] = np.inf
        size = filled - begin
        if not fits or (bits > 0 and filled + size > columns.size):
            return s, begin
        if bits > 0:
            _in_order(columns, values, begin, size, bits, tally)
        sizes[s] = size
    return source_edge.size, filled
