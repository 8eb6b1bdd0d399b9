r"""How many people the open gates admit: a maximum flow, and the cut that says why not more.

People of a row go to any open gate that covers it; a gate admits what its lanes can. By the
theorem of Gale (1957) and Hoffman (1960) amounts A of some groups of people can be admitted if and
only if, for every set G of groups, X of sources (rows, or rows and periods of arrival) and every
choice of the doors that stay on the side of the source,

    Σ_{g ∈ G} A_g ≤ Σ_{n ∈ G \ X} amount_n + Σ_j capacity_j(G, X) · u_j
                    + Σ_j (Σ_{n ∈ X, n → j past the cut} amount_n) · y_j .

A minimum cut finds the violated one. Where one row of people meets many gates this replaces a flow
variable for each pair by one inequality at a time, and is as strong as the flows with
``flow ≤ amount · y``.
"""

from dataclasses import dataclass

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes

_EPS = 1e-7  # people: less than this is no room for a path


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cut:
    """Σ_{g ∈ groups} A_g ≤ Σ_n beyond[n] · r_n + Σ_j lane[j] · u_j + Σ_j gate[j] · y_j, over gates.

    Attributes
    ----------
    layer
        Network whose admitted people are counted.
    groups
        (any,) int64.
    beyond
        (R,) float64, people of each laned row who count where it is in reach of an open gate.
    lane, gate
        (J,) float64, people a lane and people an open gate.
    """

    layer: int
    groups: Ints
    beyond: Floats
    lane: Floats
    gate: Floats

    def room(self, reached: Floats, y: Floats, u: Floats) -> float:
        """Return the right-hand side; `reached` (R,) is how far rows are in reach of open gates."""
        return float(self.beyond @ reached + self.lane @ u + self.gate @ y)


class Network:
    """Groups → sources → doors → outlets → sink, for one layer of lanes.

    Parameters
    ----------
    amount
        (N,) float64, people of each source.
    group
        (N,) int64, group of each source, 0 … G − 1.
    indptr, doors
        Arcs from each source: ``doors[indptr[n]:indptr[n + 1]]``.
    door_gate
        (D,) int64, gate of each door.
    door_indptr, outlets
        Arcs from each door.
    outlet_gate, outlet_people
        (O,) gate of each outlet, and people that one lane of it admits there.
    sizes
        Numbers J of gates, G of groups and R of rows; the sources of a row follow each other.
    carry
        Where doors and outlets are gates and periods: periods that people may wait.
    """

    def __init__(
        self,
        *,
        amount: Floats,
        group: Ints,
        indptr: Ints,
        doors: Ints,
        door_gate: Ints,
        door_indptr: Ints,
        outlets: Ints,
        outlet_gate: Ints,
        outlet_people: Floats,
        sizes: tuple[int, int, int],
        carry: int = 0,
    ) -> None:
        gates, groups, self.rows = sizes
        self.amount, self.group, self.gates, self.groups = amount, group, gates, groups
        self.door_gate, self.outlet_gate = door_gate, outlet_gate
        self.carry = carry
        self.outlet_people = outlet_people
        self.doors = doors
        self.way_door = np.repeat(np.arange(len(door_gate)), np.diff(door_indptr))
        self.way_outlet = outlets
        sources, n_doors, n_outlets = len(amount), len(door_gate), len(outlet_gate)
        self.source_of = np.repeat(np.arange(sources), np.diff(indptr))
        self.first = 1 + groups  # node of the first source; then doors, outlets, the sink
        door_0 = self.first + sources
        outlet_0 = door_0 + n_doors
        sink = outlet_0 + n_outlets
        tails = np.concatenate(
            [
                np.zeros(groups, dtype=np.int64),
                1 + group,
                self.first + self.source_of,
                door_0 + self.way_door,
                outlet_0 + np.arange(n_outlets),
            ]
        )
        heads = np.concatenate(
            [
                1 + np.arange(groups),
                self.first + np.arange(sources),
                door_0 + doors,
                outlet_0 + outlets,
                np.full(n_outlets, sink),
            ]
        )
        arcs = len(tails)
        order = np.argsort(np.concatenate([tails, heads]), kind="stable")
        place = np.empty(2 * arcs, dtype=np.int64)
        place[order] = np.arange(2 * arcs)
        self._there, back = place[:arcs], place[arcs:]  # where each arc and its reverse lie
        self._start = np.concatenate(
            [[0], np.cumsum(np.bincount(np.concatenate([tails, heads]), minlength=sink + 1))]
        ).astype(np.int64)
        self._head = np.concatenate([heads, tails])[order]
        self._reverse = np.empty(2 * arcs, dtype=np.int64)
        self._reverse[self._there] = back
        self._reverse[back] = self._there
        ends = np.cumsum([groups, sources, len(doors), len(outlets), n_outlets])
        self._of_group = slice(0, ends[0])
        self._of_source = slice(ends[0], ends[1])
        self._of_door = slice(ends[1], ends[2])
        self._of_way = slice(ends[2], ends[3])
        self._of_outlet = slice(ends[3], ends[4])
        self._nodes = (door_0, outlet_0, sink)
        self.whole = np.bincount(group, weights=amount, minlength=groups)
        self._arcs = arcs

    def admit(
        self, y: Floats, u: Floats, wanted: Floats, *, then: Floats | None = None
    ) -> tuple[Floats, Floats, Bools]:
        """Send as many of the wanted people as gates and lanes admit.

        Parameters
        ----------
        y, u
            (J,) float64, how far each gate is open, and its lanes; fractions are allowed.
        wanted
            (G,) float64, most people of each group.
        then
            (G,) float64: after that, worth of more people of each group, the most worthy first;
            who is admitted already stays admitted.

        Returns
        -------
        group, source
            (G,) and (N,) float64, people admitted of each group and of each source.
        reached
            (nodes,) bool, the side of the source of a minimum cut for `wanted`.
        """
        room = np.zeros(2 * self._arcs)
        capacity = np.empty(self._arcs)
        capacity[self._of_group] = wanted
        capacity[self._of_source] = self.amount
        capacity[self._of_door] = self.amount[self.source_of] * y[self.door_gate[self.doors]]
        capacity[self._of_way] = np.inf
        capacity[self._of_outlet] = self.outlet_people * u[self.outlet_gate]
        room[self._there] = capacity
        reached = _fill(self._start, self._head, self._reverse, room)
        if then is not None:
            # polymatroid: to admit the most worthy first loses nothing later (Edmonds 1970)
            at = self._there[self._of_group]
            for worth in np.unique(then)[::-1]:
                if worth > 0:
                    more = then == worth
                    room[at[more]] += self.whole[more] - wanted[more]
                    capacity[self._of_group][more] = self.whole[more]
                    _fill(self._start, self._head, self._reverse, room)
        flow = room[self._reverse[self._there]]
        return flow[self._of_group], flow[self._of_source], reached

    def cut(self, reached: Bools, y: Floats, u: Floats, *, layer: int) -> Cut:
        """Write a side of the source as an inequality, each gate in its tightest form at y, u."""
        door_0, outlet_0, sink = self._nodes
        in_group = reached[1 : self.first]
        counted = in_group[self.group]
        in_source = reached[self.first : door_0] & counted
        each = len(counted) // max(1, self.rows)  # sources of a row
        beyond = (
            np.where(counted & ~in_source, self.amount, 0.0).reshape(self.rows, each).sum(axis=1)
        )
        past = in_source[self.source_of] & ~reached[door_0:outlet_0][self.doors]
        gate = np.bincount(
            self.door_gate[self.doors[past]],
            weights=self.amount[self.source_of[past]],
            minlength=self.gates,
        )
        inside = reached[outlet_0:sink]
        lane = np.bincount(
            self.outlet_gate[inside], weights=self.outlet_people[inside], minlength=self.gates
        )
        if len(self.door_gate) == self.gates:
            lane, gate = self._tightened(in_source, y, u)
        else:
            lane, gate = self._tightened_in_time(in_source, y, u)
        return Cut(
            layer=layer, groups=np.flatnonzero(in_group), beyond=beyond, lane=lane, gate=gate
        )

    def _tightened(self, in_source: Bools, y: Floats, u: Floats) -> tuple[Floats, Floats]:
        """Choose for each gate among lanes · C, people in reach, and the step between them.

        With W people in reach and whole lanes u, min(W, C · u) ≤ ρ · u + (d − 1)(C − ρ) · y with
        d = ⌈W / C⌉ and ρ = W − (d − 1) · C (mixed-integer rounding).
        """
        arc = in_source[self.source_of]
        reach = np.bincount(
            self.door_gate[self.doors[arc]],
            weights=self.amount[self.source_of[arc]],
            minlength=self.gates,
        )
        each = np.zeros(self.gates)
        each[self.outlet_gate] = self.outlet_people
        steps = np.ceil(reach / np.where(each > 0, each, 1.0) - 1e-9)
        rest = reach - (steps - 1) * each
        none = np.zeros(self.gates)
        lane = np.stack([each, none, rest])
        gate = np.stack([none, reach, (steps - 1) * (each - rest)])
        # a gate that is closed gets the form that binds most once it opens as others do
        is_open = y > _EPS
        usual = u[is_open].sum() / max(float(y[is_open].sum()), _EPS)
        at = lane * np.where(is_open, u, usual) + gate * np.where(is_open, y, 1.0)
        at[2, (each <= 0) | (steps < 1)] = np.inf
        best = np.argmin(at, axis=0)
        pick = np.arange(self.gates)
        return lane[best, pick], gate[best, pick]

    def _tightened_in_time(self, in_source: Bools, y: Floats, u: Floats) -> tuple[Floats, Floats]:
        """Bound for each gate what it admits of these sources, by a line through two whole lanes.

        What a gate admits, F, is concave in its lanes u, and F(0) = 0: with d = ⌈u / y⌉ the line
        through F(d − 1) and F(d), its constant times y, lies above it at every whole u, and no such
        line is lower between the two.
        """
        arc = in_source[self.source_of]
        periods = len(self.door_gate) // self.gates
        reach = np.bincount(
            self.doors[arc],
            weights=self.amount[self.source_of[arc]],
            minlength=len(self.door_gate),
        ).reshape(self.gates, periods)
        each = self.outlet_people.reshape(self.gates, periods)[:, 0]
        is_open = y > _EPS
        usual = u[is_open].sum() / max(float(y[is_open].sum()), _EPS)
        ratio = np.where(is_open, u / np.maximum(y, _EPS), usual)
        steps = np.maximum(np.ceil(ratio - 1e-6), 1.0)
        more = _in_time(reach, steps * each, self.carry)
        lane = more - _in_time(reach, (steps - 1.0) * each, self.carry)
        return lane, np.maximum(more - steps * lane, 0.0)


def _in_time(coming: Floats, room: Floats, carry: int) -> Floats:
    """Return (J,) people whom gates admit of (J, P) who come, `room` a period, longest wait first.

    First come, first served admits as many as any order where all may wait alike.
    """
    gates, periods = coming.shape
    waiting = np.zeros((gates, carry + 1))  # by the periods they have waited
    admitted = np.zeros(gates)
    for t in range(periods):
        waiting[:, 0] = coming[:, t]
        left = room.copy()
        for age in range(carry, -1, -1):
            now = np.minimum(waiting[:, age], left)
            waiting[:, age] -= now
            left -= now
            admitted += now
        waiting = np.roll(waiting, 1, axis=1)  # who has waited longest is turned away
    return admitted


@compiled
def _fill(  # noqa: C901, PLR0912, PLR0915 - one loop, for speed
    start: Ints, head: Ints, reverse: Ints, room: Floats
) -> Bools:
    """Find a maximum flow from node 0 to the last node (Dinic 1970); `room` is what is left.

    Returns
    -------
    (nodes,) bool
        What node 0 still reaches: the source's side of the smallest minimum cut.
    """
    nodes = len(start) - 1
    sink = nodes - 1
    level = np.empty(nodes, dtype=np.int64)
    queue = np.empty(nodes, dtype=np.int64)
    current = np.empty(nodes, dtype=np.int64)
    path = np.empty(nodes + 1, dtype=np.int64)
    while True:
        level[:] = -1
        level[0] = 0
        queue[0] = 0
        ahead, behind = 0, 1
        while ahead < behind:
            node = queue[ahead]
            ahead += 1
            for arc in range(start[node], start[node + 1]):
                if room[arc] > _EPS and level[head[arc]] < 0:
                    level[head[arc]] = level[node] + 1
                    queue[behind] = head[arc]
                    behind += 1
        if level[sink] < 0:
            return level >= 0
        for other in range(nodes):
            current[other] = start[other]
        depth = 0
        node = 0
        while True:
            if node == sink:
                least = np.inf
                for step in range(depth):
                    least = min(least, room[path[step]])
                first_full = depth
                for step in range(depth):
                    arc = path[step]
                    room[arc] -= least
                    room[reverse[arc]] += least
                    if first_full == depth and room[arc] <= _EPS:
                        first_full = step
                depth = first_full
                node = head[reverse[path[depth]]]
                continue
            found = False
            while current[node] < start[node + 1]:
                arc = current[node]
                if room[arc] > _EPS and level[head[arc]] == level[node] + 1:
                    found = True
                    break
                current[node] += 1
            if found:
                path[depth] = current[node]
                depth += 1
                node = head[current[node]]
            elif depth == 0:
                break
            else:
                depth -= 1
                node = head[reverse[path[depth]]]
                current[node] += 1


def networks(
    instance: Instance, lanes: Lanes, group: Ints, groups: int
) -> tuple[list[Network], Floats, Floats]:
    """Write the laned rows as networks whose admitted people add up.

    With one profile the queue of each gate collapses: min_k (a_k L + b_k c) is Σ_k (a_k − a_k+1)
    min(L, r_k c) with r_k = (b_k+1 − b_k) / (a_k − a_k+1), and as sums of polymatroids are
    polymatroids of the sums (McDiarmid 1975), everything happens as if a share a_k − a_k+1 of all
    people passed gates of r_k times the capacity. With several profiles there is one network of
    rows and periods.

    Parameters
    ----------
    instance, lanes
        Rows, columns, and who passes which gates.
    group
        (R,) int64, group of each row; −1 for rows that are not laned.
    groups
        Number of groups.

    Returns
    -------
    networks
        One for each layer, over gates in the order of their columns.
    shares
        (layers,) float64: people admitted = Σ_k shares[k] · people admitted in network k.
    ratio
        (layers,) float64: capacity of a lane in each network, as a multiple of the lane's.
    """
    rows = np.flatnonzero(group >= 0)
    gate_columns = np.flatnonzero(lanes.gate)
    number = np.full(instance.columns, -1, dtype=np.int64)
    number[gate_columns] = np.arange(len(gate_columns))
    entries = np.repeat(group >= 0, np.diff(instance.indptr))
    gates = number[instance.indices[entries]]
    indptr = np.concatenate([[0], np.cumsum(np.diff(instance.indptr)[rows])]).astype(np.int64)
    each = lanes.lane_people[gate_columns]
    arrivals = lanes.arrivals
    every = np.arange(len(gate_columns))
    if arrivals.classes == 1:
        shares, ratio = arrivals.layers()
        built = [
            Network(
                amount=lanes.people[rows],
                group=group[rows],
                indptr=indptr,
                doors=gates,
                door_gate=every,
                door_indptr=np.arange(len(every) + 1),
                outlets=every,
                outlet_gate=every,
                outlet_people=each * b,
                sizes=(len(every), groups, len(rows)),
            )
            for b in ratio
        ]
        return built, shares, ratio
    periods = arrivals.periods
    # sources and doors by (row, period) and (gate, period); outlets by (gate, period)
    lengths = np.diff(indptr)
    amount = (lanes.people[rows, None] * arrivals.shares[lanes.profile[rows]]).ravel()
    source_lengths = np.repeat(lengths, periods)
    first = np.repeat(np.repeat(indptr[:-1], periods), source_lengths)
    new = np.concatenate([[0], np.cumsum(source_lengths)]).astype(np.int64)
    entry = first + np.arange(new[-1]) - np.repeat(new[:-1], source_lengths)
    when = np.repeat(np.tile(np.arange(periods), len(rows)), source_lengths)
    door_first = np.arange(len(every) * periods) % periods
    ways = np.minimum(arrivals.carry, periods - 1 - door_first) + 1
    door_indptr = np.concatenate([[0], np.cumsum(ways)]).astype(np.int64)
    outlets = np.repeat(np.arange(len(ways)), ways) + (
        np.arange(door_indptr[-1]) - np.repeat(door_indptr[:-1], ways)
    )
    return (
        [
            Network(
                amount=amount,
                group=np.repeat(group[rows], periods),
                indptr=new,
                doors=gates[entry] * periods + when,
                door_gate=np.repeat(every, periods),
                door_indptr=door_indptr,
                outlets=outlets,
                outlet_gate=np.repeat(every, periods),
                outlet_people=np.repeat(each / periods, periods),
                sizes=(len(every), groups, len(rows)),
                carry=arrivals.carry,
            )
        ],
        np.ones(1),
        np.ones(1),
    )
