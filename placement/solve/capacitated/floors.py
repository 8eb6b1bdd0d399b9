"""Whom given gates and lanes admit so that rules that count people are kept: a linear program.

Flows admit the most worthy first, and then a floor may be missed that another choice of people
would keep. With gates and lanes given that choice is a linear program over the networks of
`max_flow_cuts`, so what it says is exact: a plan keeps every rule or it does not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from placement.arrays import Floats, Ints
from placement.cover.aggregate import aggregate
from placement.cover.instance import Instance
from placement.cover.lanes import Lanes
from placement.solve.capacitated.master import Groups
from placement.solve.capacitated.max_flow_cuts import Network

_DEAR = 1e3  # price of a person missing to a rule, in people of the highest worth
_MORE = 1e-9  # relative, of what a rule asks for: what flows lose to rounding


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Ways:
    """One network with the doors that are open, people who may use the same ones put together.

    Attributes
    ----------
    amount, group
        (n,) people of each kind, and their group.
    kind, door
        (a,) arcs from kinds to doors.
    way_door, way_outlet
        (b,) arcs from doors to outlets.
    """

    amount: Floats
    group: Ints
    kind: Ints
    door: Ints
    way_door: Ints
    way_outlet: Ints

    @classmethod
    def of(cls, network: Network, u: Floats) -> "_Ways":
        """Take the doors of gates that have lanes."""
        is_open = u[network.door_gate[network.doors]] > 0
        number = np.bincount(network.source_of[is_open], minlength=len(network.amount))
        indptr, door, amount, of = aggregate(
            np.concatenate([[0], np.cumsum(number)]).astype(np.int64),
            network.doors[is_open],
            network.amount,
            key=network.group,
        )
        group = np.zeros(len(amount), dtype=np.int64)
        group[of[of >= 0]] = network.group[of >= 0]
        there = u[network.door_gate[network.way_door]] > 0
        return cls(
            amount=amount,
            group=group,
            kind=np.repeat(np.arange(len(amount)), np.diff(indptr)),
            door=door,
            way_door=network.way_door[there],
            way_outlet=network.way_outlet[there],
        )


class _Lines:
    """Lines of a matrix, written part by part."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Ints, Floats]] = []
        self.most: list[Floats] = []
        self.count = 0

    def add(self, most: Floats, *terms: tuple[Ints, Ints, Floats | float]) -> None:
        """Add lines Σ ≤ most, or = most; terms are the line, the variable and the factor."""
        for line, variable, factor in terms:
            each = np.broadcast_to(np.asarray(factor, dtype=np.float64), line.shape)
            self._parts.append((self.count + line, variable, each))
        self.most.append(most)
        self.count += len(most)

    def matrix(self, variables: int) -> csr_array:
        """Return the lines over so many variables."""
        line, variable, factor = (np.concatenate([p[n] for p in self._parts]) for n in range(3))
        return coo_array((factor, (line, variable)), shape=(self.count, variables)).tocsr()


class Floors:
    """The people whom the rules of an instance ask gates to admit."""

    def __init__(
        self,
        instance: Instance,
        lanes: Lanes,
        groups: Groups,
        networks: Sequence[Network],
        shares: Floats,
    ) -> None:
        self._instance, self._lanes, self._groups = instance, lanes, groups
        self._networks, self._shares = networks, shares
        self.laned = [
            at for at, rule in enumerate(instance.rules) if (lanes.people[rule.rows] > 0).any()
        ]

    def asked(self, chosen: Ints) -> Floats:
        """Return (rules,) what each rule asks of the people admitted, other rows being covered."""
        instance = self._instance
        times = instance.times_covered(chosen)
        need = np.zeros(len(instance.rules))
        for at, rule in enumerate(instance.rules):
            met = (times[rule.rows] >= rule.times) & (self._lanes.people[rule.rows] == 0)
            need[at] = math.fsum(rule.slope[chosen]) - math.fsum(rule.share[met]) - rule.most
        return need

    def first(self, chosen: Ints, u: Floats, worth: Floats) -> tuple[Floats, Floats]:
        """Choose whom to admit: as few as can be missing to the rules, then the most worth.

        Parameters
        ----------
        chosen
            Open columns.
        u
            (J,) float64, lanes of each gate.
        worth
            (G,) float64, of one person of each group.

        Returns
        -------
        wanted
            (layers, G) float64, people to be admitted.
        short
            (rules,) float64, what is missing to each rule all the same.
        """
        need = self.asked(chosen)
        short = np.maximum(need, 0.0)
        laned = np.array([at for at in self.laned if need[at] > 0], dtype=np.int64)
        wanted = np.zeros((len(self._networks), len(self._groups.people)))
        if len(laned) == 0:
            return wanted, short
        top = max(1e-9, float(worth.max(initial=0.0)))
        lines, equal = _Lines(), _Lines()
        price: list[Floats] = []
        terms: list[tuple[Ints, Ints, Floats | float]] = []
        sent: list[tuple[Ints, Ints]] = []  # of each layer: group and variable of each arc
        variables = 0
        for network, share in zip(self._networks, self._shares, strict=True):
            ways = _Ways.of(network, u)
            each = variables + np.arange(len(ways.kind))
            way = variables + len(each) + np.arange(len(ways.way_door))
            variables += len(each) + len(way)
            group = ways.group[ways.kind]
            sent.append((group, each))
            price += [-share * worth[group] / top, np.zeros(len(way))]
            lines.add(ways.amount, (ways.kind, each, 1.0))
            room = network.outlet_people * u[network.outlet_gate]
            lines.add(room, (ways.way_outlet, way, 1.0))
            none = np.zeros(len(network.door_gate))
            equal.add(none, (ways.door, each, 1.0), (ways.way_door, way, -1.0))
            for n, at in enumerate(laned.tolist()):
                counted = self._groups.share[at][group]
                here = np.flatnonzero(counted)
                line = np.full(len(here), n)
                terms.append((line, each[here], -share * counted[here]))
        slack = variables + np.arange(len(laned))
        terms.append((np.arange(len(laned)), slack, -1.0))
        lines.add(-need[laned] * (1 + _MORE), *terms)
        variables += len(laned)
        found = linprog(
            np.concatenate([*price, np.full(len(laned), _DEAR)]),
            A_ub=lines.matrix(variables),
            b_ub=np.concatenate(lines.most),
            A_eq=equal.matrix(variables),
            b_eq=np.concatenate(equal.most),
            bounds=(0.0, None),
            method="highs",
        )
        if found.x is None:
            return wanted, short
        for admitted, (group, each) in zip(wanted, sent, strict=True):
            admitted += np.bincount(group, weights=found.x[each], minlength=len(admitted))
        short[laned] = found.x[slack]
        return wanted, short
