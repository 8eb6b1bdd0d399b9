"""Whom posts cover on random nights, and whom gates let in by the lanes that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import bdtr

from placement.arrays import Floats, Ints
from placement.cover.instance_builder import posting
from placement.cover.survey import survey
from placement.plan.problem import Plan
from placement.solve.capacitated.gate_flow import OpenGates
from placement.solve.questions.baseline import post_names
from placement.solve.questions.evaluate import allow_posts

_MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Crew:
    """Posts of one resource in one plan, and whom they reach.

    Attributes
    ----------
    column
        (P,) int64, which of the numbers drawn for a night is each post's.
    gone
        (P,) float64, share of nights on which it is missing.
    reach, people
        As `crowds` returns them.
    """

    column: Ints
    gone: Floats
    reach: csr_array
    people: Floats

    def covered(self, drawn: Floats, come: Floats) -> Floats:
        """Return (n,) float64, people of the crowds that reach a post that is there, by night."""
        there = drawn >= self.gone
        step = max(1, _MOST_CELLS // max(1, len(self.people)))
        parts = [
            self.people @ (self.reach @ there[begin : begin + step].T.astype(np.float64) > 0)
            for begin in range(0, len(there), step)
        ]
        return np.asarray(np.concatenate(parts) * come)

    @property
    def promised(self) -> float:
        """People within reach of a post, where as many come as in the plan."""
        return float(self.people[self.reach.sum(axis=1) > 0].sum())

    @property
    def exact(self) -> float:
        """The mean of all nights, where as many come as in the plan."""
        stays = 1.0 - np.exp(self.reach @ np.log(np.maximum(self.gone, np.finfo(np.float64).tiny)))
        return float((self.people * stays).sum())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LanedCrew:
    """Gates with lanes in one plan, and who may come through them.

    Attributes
    ----------
    column
        (G,) int64, which of the numbers drawn for a night is each gate's.
    fewer
        (G, U) float64, share of nights on which a gate has 0, 1, … lanes or fewer; 1 from its own
        number on.
    gates
        The gates, in the same order.
    """

    column: Ints
    fewer: Floats
    gates: OpenGates

    def covered(self, drawn: Floats, come: Floats) -> Floats:
        """Return (n,) float64, people who get all the way in, or what they are worth, by night.

        Parameters
        ----------
        drawn
            (n, G) float64, numbers below 1.
        come
            (n,) float64, share of the people who come.
        """
        lanes = (drawn[:, :, None] >= self.fewer).sum(axis=2)
        states, state = np.unique(lanes, axis=0, return_inverse=True)
        found, flow = np.zeros(len(come)), self.gates.flow()
        for number, there in enumerate(states):
            nights = state.ravel() == number
            found[nights] = flow.most(there, come[nights])
        return found

    @property
    def promised(self) -> float:
        """People who get in with every lane there, where as many come as in the plan."""
        lanes = (self.fewer < 1.0).sum(axis=1)
        return float(self.gates.flow().most(lanes, np.ones(1))[0])


def laned_crew(
    plan: Plan,
    posts: Mapping[str, int],
    column: Sequence[int],
    gone: Sequence[tuple[float, float]],
    *,
    weighed: bool = False,
) -> LanedCrew:
    """Return gates with lanes.

    Parameters
    ----------
    plan
        What was asked.
    posts
        Lanes of the gates, by ``"<site>/<resource>"``.
    column
        Which of the numbers drawn is each gate's.
    gone
        For each gate the shares of nights on which it is shut, and on which a lane is away.
    weighed
        Whether people count by what they are worth; else each is one.
    """
    gates, order = open_gates(plan, posts, weighed=weighed)
    most = max(posts.values())
    fewer = np.ones((len(posts), most))
    for line, (lanes, (shut, away)) in enumerate(zip(posts.values(), gone, strict=True)):
        fewer[line, :lanes] = lanes_fewer(lanes, shut, away)
    return LanedCrew(
        column=np.array(column, dtype=np.int64)[order], fewer=fewer[order], gates=gates
    )


def open_gates(
    plan: Plan, posts: Mapping[str, int], *, weighed: bool = False
) -> tuple[OpenGates, Ints]:
    """Return gates with lanes, also where the plan may have none.

    Parameters
    ----------
    plan, posts, weighed
        As `laned_crew` takes them.

    Returns
    -------
    OpenGates
        The gates, in the order of the plan's candidates.
    ndarray
        (G,) int64, which of the posts each of them is.
    """
    plan = allow_posts(plan, plan.problem.units_of(posts))
    walks = survey(plan)
    counted = plan.problem.resources[plan.problem.laned or 0].id
    candidates = posting(plan.problem, walks, counted=(counted,))
    at = {name: number for number, name in enumerate(post_names(plan.problem, candidates))}
    where = np.array([at[name] for name in posts], dtype=np.int64)
    order = np.argsort(where)
    return OpenGates.of(plan, candidates, walks, where[order], weighed=weighed), order


def lanes_fewer(lanes: int, shut: float, away: float) -> Floats:
    """Return (lanes,) float64, shares of nights on which 0, 1, … of so many are there, or fewer.

    Parameters
    ----------
    lanes
        Of a gate.
    shut, away
        Shares of nights on which it is shut, and on which a lane is away.
    """
    return np.asarray(shut + (1.0 - shut) * bdtr(np.arange(lanes), lanes, 1.0 - away))


def crowds(
    plan: Plan, resource: str, sites: Sequence[str], *, counts: Floats | None = None
) -> tuple[csr_array, Floats]:
    """Return whom each post reaches, people within reach of the same posts together.

    Parameters
    ----------
    plan, resource, sites
        What was asked, and the posts of one resource.
    counts
        (M,) float64, what each demand point counts for; its people if None.

    Returns
    -------
    csr_array
        (G, P) float64, 1 where crowd g is within reach of post p.
    ndarray
        (G,) float64, people, or what they count for.
    """
    counted = plan.problem.demand.people if counts is None else counts
    at = {name: number for number, name in enumerate(plan.problem.sites.id)}
    walk = survey(plan).walk[resource].tocsr()[:, [at[site] for site in sites]]
    walk.sort_indices()
    ends = walk.indptr.tolist()
    found: dict[tuple[int, ...], float] = {}
    for row, people in enumerate(counted.tolist()):
        key = tuple(walk.indices[ends[row] : ends[row + 1]].tolist())
        found[key] = found.get(key, 0.0) + people
    found.pop((), None)
    keys = sorted(found)
    indices = [one for key in keys for one in key]
    indptr = np.cumsum([0, *(len(key) for key in keys)])
    reach = csr_array((np.ones(len(indices)), indices, indptr), shape=(len(keys), len(sites)))
    return reach, np.array([found[key] for key in keys], dtype=np.float64)
