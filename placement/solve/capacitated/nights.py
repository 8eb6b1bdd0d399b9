"""The plan with lanes that is best on a sample of nights, on each of which some lanes are missing.

Posts and lanes are chosen once; on each night people are sent anew through the lanes that are
there. What those are worth who get in is a concave function of lanes and of the share of people who
come, the value of a linear program, and so the least of its lines of support. The master knows a
number of each night and the lines found so far; where it takes a number that is too high, the
program of that night has another one (the L-shaped method: Van Slyke and Wets, SIAM Journal on
Applied Mathematics 17, 1969; Birge and Louveaux, European Journal of Operational Research 34,
1988). A line holds for all nights, which differ in what is there alone.

How many of u lanes are there on a night is no line in u, so each further lane is a variable of its
own.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import Posting
from placement.cover.survey import Survey
from placement.plan.problem import Plan
from placement.solve.capacitated.crowds import crowds_of
from placement.solve.capacitated.gate_flow import FlowProgram, OpenGates, Support
from placement.solve.capacitated.settle import Flows, gates_of
from placement.solve.core.incumbent import Start
from placement.solve.core.stopping import Stop
from placement.solve.mip.highs import LiveModel

MOST_WAYS = 6_000
"""Ways of people to a gate in a period, at most: with more a night's program takes too long."""

_EQUAL = 1e-6  # relative: what the solver forgives
_ROOT_ROUNDS, _TAIL, _SLOW = 60, 6, 1e-5  # of the relaxation, and what rounds must gain
_ROUNDS = 200  # in whole numbers
_AIM = 0.2  # share of the open gap at which the master's plan is good enough for more lines
_BETWEEN = 0.5  # how far from the known plan towards the relaxation lines are looked for


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LanedNights:
    """What is there on each night of a sample.

    Attributes
    ----------
    there
        (S, C, U + 1) int64, lanes that are there of each column with 0, 1, … lanes.
    come
        (S,) float64, share of the people who come.
    row_of
        (S, R) int64, the row of each group of demand without lanes, −1 where nothing covers it.
    worth
        (S, R) float64, what covering it is worth.
    share
        Of the nights whose mean counts, the worst ones; 1 for all.
    """

    there: Ints
    come: Floats
    row_of: Ints
    worth: Floats
    share: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NightsFound:
    """The best plan found, and what no plan beats.

    Attributes
    ----------
    plan
        Its columns and lanes, or None.
    value
        What it is worth.
    bound
        No plan is worth more.
    """

    plan: Start | None
    value: float
    bound: float


def too_many_ways(plan: Plan, posts: Posting, walks: Survey) -> bool:
    """Tell whether the people of a plan have too many ways to gates for a program of each night."""
    gates = OpenGates.of(plan, posts, walks, gates_of(plan, posts), weighed=True)
    return bool(len(gates.crowds.crowd) * gates.coming.shape[1] > MOST_WAYS)


class BestOfNights(Flows):
    """The master: posts, lanes one by one, and what is let in on each night.

    Parameters
    ----------
    plan, posts, walks
        What is asked, the candidate posts with all rules, and the walks. Rows that are worth
        something on some nights stand behind those of the plan, which rules count.
    nights
        The sample.
    worth_of
        What the worths of all nights, (S,) float64, come to.
    """

    def __init__(
        self,
        plan: Plan,
        posts: Posting,
        walks: Survey,
        nights: LanedNights,
        worth_of: Callable[[Floats], float],
    ) -> None:
        gates = gates_of(plan, posts)
        crowds, _, _, crowd_of = crowds_of(plan, posts, walks, gates)
        self._every = OpenGates.of(plan, posts, walks, gates, weighed=True)
        counted = posts.row_resource == plan.problem.laned
        if not any(counted[rule.rows].any() for rule in posts.instance.rules):
            # nobody counts whom the plan admits with every lane there: it need not be written
            few = crowds.crowd[:0]
            crowds = replace(crowds, crowd=few, gate=few, walk=crowds.walk[:0], steps=few, seed=few)
        super().__init__(plan, posts, crowds, crowd_of, gates)
        self._walks, self._nights, self._worth_of = walks, nights, worth_of
        self._gates = gates
        self._program = FlowProgram(self._every, linked=True)
        self._write_lanes()
        self._write_nights()
        self._lines: list[Support] = []
        self._said: set[tuple[int, int]] = set()  # which line is a row for which night

    def _write_lanes(self) -> None:
        """Add a variable for each lane beyond the least, in order, and what it is on each night."""
        model, steps = self._model, []
        gate_of, number_of, there, is_there = [], [], [], []
        for number, j in enumerate(self._gates.tolist()):
            least, most = int(self.lanes.least[j]), int(self.lanes.most[j])
            mine = [model.y[j]]
            for lane in range(least + 1, most + 1):
                w = model.problem.add_variable(f"w{j}_{lane}", 0, 1, "Integer")
                model.at_most([(w, 1.0), (mine[-1], -1.0)], 0.0)
                mine.append(w)
            lanes = [(model.y[j], float(least)), *((w, 1.0) for w in mine[1:])]
            model.exactly([*lanes, (model.u[j], -1.0)], 0.0)
            steps += mine
            gate_of += [number] * len(mine)
            number_of += list(range(least, most + 1))
            many = self._nights.there[:, j, [0, *range(least, most + 1)]]
            there.append(np.diff(many, axis=1))
            is_there.append(np.diff((many > 0).astype(np.int64), axis=1))
        nights = len(self._nights.come)
        self._steps, self._gate_of = steps, np.array(gate_of, dtype=np.int64)
        self._lane = np.array(number_of, dtype=np.int64)  # which lane of its gate a step adds
        # (S, K) lanes and gates that a step adds on each night
        self._adds = np.hstack(there) if there else np.zeros((nights, 0), dtype=np.int64)
        self._opens = np.hstack(is_there) if is_there else np.zeros((nights, 0), dtype=np.int64)
        self._of_gate = sp.csr_array(
            (np.ones(len(gate_of)), (np.arange(len(gate_of)), self._gate_of)),
            shape=(len(gate_of), len(self._gates)),
        )

    def _write_nights(self) -> None:
        """Add what is let in on each night, and hand the objective over."""
        model, nights = self._model, self._nights
        problem, many = model.problem, len(self._nights.come)
        crowds = self._every.crowds
        top = math.fsum(crowds.people * crowds.worth)
        self._inside = [
            problem.add_variable(f"in{s}", 0, float(come) * top)
            for s, come in enumerate(nights.come)
        ]
        covered: list[Floats] = []
        for rows, worth in zip(nights.row_of, nights.worth, strict=True):
            met = rows >= 0
            covered.append(np.bincount(rows[met], weights=worth[met], minlength=self.instance.rows))
        self._covered = np.array(covered, dtype=np.float64)
        if nights.share >= 1.0:
            total = self._covered.sum(axis=0) / many
            terms = [(model.z[r][0], float(total[r])) for r in np.flatnonzero(total).tolist()]
            terms += [(inside, 1.0 / many) for inside in self._inside]
        else:
            level = problem.add_variable("level", 0, None)
            short = [problem.add_variable(f"short{s}", 0, None) for s in range(many)]
            for s, worth in enumerate(self._covered):
                rest = [(model.z[r][0], -float(worth[r])) for r in np.flatnonzero(worth).tolist()]
                model.at_most([(level, 1.0), (short[s], -1.0), (self._inside[s], -1.0), *rest], 0.0)
            price = -1.0 / (nights.share * many)
            terms = [(level, 1.0), *((one, price) for one in short)]
        self._live: LiveModel = model.keep([*terms, *((v, 0.0) for v in self._steps)])
        column = self._live.column
        self._at_step = np.array([column[v.id] for v in self._steps], dtype=np.int64)
        self._at_inside = np.array([column[v.id] for v in self._inside], dtype=np.int64)

    def best(self, known: Sequence[Start], stop: Stop) -> NightsFound:
        """Find the best plan, from those that are known to keep the rules.

        Parameters
        ----------
        known
            Plans.
        stop
            When to stop.
        """
        self._best: Start | None = None
        self._value, bound = -math.inf, math.inf
        for one in known:
            self._take(one)
        bound = self._relaxed(bound, stop)
        exact = False
        for _ in range(_ROUNDS):
            least = _EQUAL * max(1.0, abs(self._value))
            if stop.reached() or bound <= self._value + least:
                break
            known_one = self._best is not None
            aim = _AIM * (bound - self._value) if known_one and not exact else 0.0
            found = self._live.solve(stop, gap=0.0, gap_abs=aim, start=self._start())
            if found.infeasible:
                break
            bound = min(bound, found.bound)
            plan = self._plan_of(found.values)
            if found.values is None or plan is None:
                break
            self._take(Start(chosen=plan[0], lanes=plan[1]))
            added = self._support(np.round(found.values[self._at_step]), found.values)
            if not added and (exact or aim == 0.0):
                break
            exact = not added
        return NightsFound(plan=self._best, value=self._value, bound=max(bound, self._value))

    def _relaxed(self, bound: float, stop: Stop) -> float:
        """Add lines until the relaxation has them; return the bound it gives."""
        inside = None if self._best is None else self._steps_of(self._best)
        gained: list[float] = []
        for _ in range(_ROOT_ROUNDS):
            point, _ = self._live.relax(stop)
            if point is None:
                break
            bound = min(bound, point.objective)
            gained.append(bound)
            if bound <= self._value * (1 + _EQUAL) or (
                len(gained) > _TAIL and gained[-_TAIL] - bound <= _SLOW * abs(bound)
            ):
                break
            at = point.values[self._at_step]
            inside = at if inside is None else inside + _BETWEEN * (at - inside)
            if not self._support(inside, point.values) and not self._support(at, point.values):
                break
        return bound

    def _support(self, steps: Floats, values: Floats) -> int:
        """Add lines at some lanes, (K,) float64, where values break them; return how many."""
        come = self._nights.come
        asked = values[self._at_inside]
        there, mine = self._there(steps), self._there(values[self._at_step])
        least = 0.1 * _EQUAL * max(1.0, float(asked.max(initial=0.0)))
        tops = [self._tops(line, *mine) for line in self._lines]
        lowest = np.min(tops, axis=0) if tops else np.full(len(come), math.inf)
        added: list[tuple[int, int]] = []
        for s in range(len(come)):
            if lowest[s] < asked[s] - least:
                number = int(np.argmin([top[s] for top in tops]))
            else:
                line = self._program.support(float(come[s]), there[0][s], there[1][s])
                number = len(self._lines)
                self._lines.append(line)
                tops.append(self._tops(line, *mine))
                lowest = np.minimum(lowest, tops[-1])
            if tops[number][s] < asked[s] - least and (number, s) not in self._said:
                self._said.add((number, s))
                added.append((number, s))
        if added:
            self._add_rows(added)
        return len(added)

    def _there(self, steps: Floats) -> tuple[Floats, Floats]:
        """Return (S, G) float64 each, lanes and gates that are there, some of them in part."""
        lanes = (self._adds * steps) @ self._of_gate
        return lanes, np.clip((self._opens * steps) @ self._of_gate, 0.0, 1.0)

    def _tops(self, line: Support, lanes: Floats, gates: Floats) -> Floats:
        """Return (S,) float64, what a line bounds each night by."""
        come = self._nights.come
        return np.asarray(come * (line.come + gates @ line.gate) + lanes @ line.lane)

    def _add_rows(self, added: list[tuple[int, int]]) -> None:
        nights, columns = self._nights, self._live.columns
        rows, most = [], []
        for number, s in added:
            line = self._lines[number]
            slope = line.lane[self._gate_of] * self._adds[s]
            slope = slope + float(nights.come[s]) * line.gate[self._gate_of] * self._opens[s]
            kept = np.flatnonzero(slope)
            at = np.append(self._at_step[kept], self._at_inside[s])
            factor = np.append(-slope[kept], 1.0)
            rows.append(sp.csr_array((factor, (np.zeros(len(at), np.int64), at)),
                                     shape=(1, columns)))  # fmt: skip
            most.append(float(nights.come[s]) * line.come)
        self._live.add_rows(
            sp.csr_array(sp.vstack(rows)), np.full(len(most), -math.inf), np.array(most)
        )

    def _take(self, plan: Start) -> None:
        """Take a plan that keeps the rules, if it is better."""
        value = self._worth_of(self.worths(plan))
        if value > self._value:
            self._best, self._value = plan, value

    def worths(self, plan: Start) -> Floats:
        """Return (S,) float64, what a plan is worth on each night."""
        nights = self._nights
        found = self._covered @ self.instance.covered_rows(plan.chosen)
        gates = np.intersect1d(plan.chosen, self._gates)
        flow = OpenGates.of(self.plan, self._posts, self._walks, gates, weighed=True).flow()
        lanes = nights.there[:, gates, plan.lanes[gates]]
        states, state = np.unique(lanes, axis=0, return_inverse=True)
        for number, there in enumerate(states):
            mine = state.ravel() == number
            found[mine] += flow.most(there, nights.come[mine])
        return np.asarray(found)

    def _start(self) -> tuple[Ints, Floats] | None:
        """Return posts, lanes and steps of the best plan as values of the master."""
        if self._best is None:
            return None
        model, column = self._model, self._live.column
        is_open = np.zeros(len(model.y))
        is_open[self._best.chosen] = 1.0
        lanes = self._best.lanes * is_open
        found = {column.get(y.id, -1): is_open[j] for j, y in enumerate(model.y)}
        found |= {column.get(u.id, -1): float(lanes[j]) for j, u in model.u.items()}
        found |= dict(zip(self._at_step.tolist(), self._steps_of(self._best), strict=True))
        found.pop(-1, None)
        return np.array(list(found), dtype=np.int64), np.array(list(found.values()))

    def _steps_of(self, plan: Start) -> Floats:
        """Return (K,) float64, 1 for each gate that is open and each lane that it has."""
        lanes = np.zeros(self.instance.columns, dtype=np.int64)
        lanes[plan.chosen] = plan.lanes[plan.chosen]
        many = lanes[self._gates][self._gate_of]
        return ((many > 0) & (many >= self._lane)).astype(np.float64)
