"""Prices that make blocks agree: a proximal bundle over the splitting of shared columns.

Every block prices its own copies of the columns it shares with other blocks. Where copies of a
column agree in all blocks and the budget is kept, the prices are the best there are; the master
problem here moves them that way, using all plans of the blocks met so far.
"""
# ruff: noqa: C901, PLR0912, PLR0915 - compiled loops, kept whole and without keywords

from typing import NamedTuple

import numpy as np

from placement.arrays import Floats, Ints
from placement.compiled import compiled


class Pool(NamedTuple):
    """Plans of the blocks, and what the master knows of them; room for ``room`` a block.

    Attributes
    ----------
    held
        (blocks,) int64, plans held of each block; those of block b stand at b · room onwards.
    opens
        (blocks · room, most shared columns of a block) int8, which shared columns a plan opens.
    worth, cost
        (blocks · room,) float64, weight covered plus the block's part of the profits; the block's
        part of the costs. A column's profit and cost are split evenly among its copies.
    share
        (blocks · room,) float64, convex weights of the plans of each block.
    usable
        (blocks · room,) int64, 0 where a plan breaks what is fixed at present.
    first
        (blocks + 1,) int64, where the copies of each block start.
    owner
        (copies,) int64, shared column of a copy.
    times
        (shared columns,) float64, number of its copies.
    """

    held: Ints
    opens: Ints
    worth: Floats
    cost: Floats
    share: Floats
    usable: Ints
    first: Ints
    owner: Ints
    times: Floats


@compiled
def balance(
    pool: Pool, room: int, centre: Floats, money: float, budget: float, pull: float,
    money_pull: float, sweeps: int, enough: float, means: Floats, target: Floats,
) -> float:  # fmt: skip
    """Solve the master problem: the convex mix of plans that agree best at the best worth.

    Maximises worth − centre · copies − money · (cost − budget) less quadratic terms in the
    disagreement of copies (times ``pull``) and in what is overspent (``money_pull``), by exact
    steps between pairs of plans.

    Parameters
    ----------
    pool
        Plans; ``share`` holds the mix to start from, and the one found.
    room
        Of the pool.
    centre, money
        Present prices of the copies, (copies,) float64, and of the budget.
    budget
        What the columns may cost.
    pull, money_pull
        How far prices may move.
    sweeps, enough
        Most passes over the blocks; the gain a block may leave on the table.
    means, target
        Hold the mixed copies, (copies,) float64, and what their columns mix to, (shared,).

    Returns
    -------
    float
        New price of the budget.
    """
    blocks = len(pool.held)
    means[:] = 0.0
    target[:] = 0.0
    spent = 0.0
    for b in range(blocks):
        for r in range(b * room, b * room + pool.held[b]):
            if pool.share[r] > 0.0:
                spent += pool.share[r] * pool.cost[r]
                for c in range(pool.first[b], pool.first[b + 1]):
                    means[c] += pool.share[r] * pool.opens[r, c - pool.first[b]]
    for c in range(len(means)):
        target[pool.owner[c]] += means[c] / pool.times[pool.owner[c]]
    gain = np.empty(room)
    for _ in range(sweeps):
        worst = 0.0
        for b in range(blocks):
            start, width = pool.first[b], pool.first[b + 1] - pool.first[b]
            for again in range(8):
                price = max(0.0, money + money_pull * (spent - budget))
                high, low = -1, -1
                for k in range(pool.held[b]):
                    r = b * room + k
                    if pool.usable[r] == 0:
                        continue
                    worth = pool.worth[r] - price * pool.cost[r]
                    for q in range(width):
                        if pool.opens[r, q] != 0:
                            c = start + q
                            worth -= centre[c] + pull * (means[c] - target[pool.owner[c]])
                    gain[k] = worth
                    if high < 0 or worth > gain[high]:
                        high = k
                    if pool.share[r] > 0.0 and (low < 0 or worth < gain[low]):
                        low = k
                missed = 0.0
                for k in range(pool.held[b]):
                    if pool.share[b * room + k] > 0.0:
                        missed += pool.share[b * room + k] * (gain[high] - gain[k])
                if again == 0:
                    worst = max(worst, missed)
                if missed <= enough or high == low:
                    break
                up, down = b * room + high, b * room + low
                dearer = pool.cost[up] - pool.cost[down]
                bend = money_pull * dearer * dearer if price > 0.0 else 0.0
                for q in range(width):
                    if pool.opens[up, q] != pool.opens[down, q]:
                        bend += pull * (1.0 - 1.0 / pool.times[pool.owner[start + q]])
                step = pool.share[down]
                if bend > 0.0:
                    step = min(step, (gain[high] - gain[low]) / bend)
                pool.share[up] += step
                pool.share[down] -= step
                if pool.share[down] < 1e-12:
                    pool.share[down] = 0.0
                spent += step * dearer
                for q in range(width):
                    change = step * (pool.opens[up, q] - pool.opens[down, q])
                    if change != 0.0:
                        means[start + q] += change
                        target[pool.owner[start + q]] += change / pool.times[pool.owner[start + q]]
        if worst <= enough:
            break
    return max(0.0, money + money_pull * (spent - budget))


@compiled
def worth_at(pool: Pool, room: int, block: int, prices: Floats, money: float) -> Floats:
    """Return what the pool's plans of a block are worth at given prices, −inf if not usable."""
    worth = np.empty(pool.held[block])
    start = pool.first[block]
    for k in range(len(worth)):
        r = block * room + k
        worth[k] = pool.worth[r] - money * pool.cost[r]
        for c in range(start, pool.first[block + 1]):
            if pool.opens[r, c - start] != 0:
                worth[k] -= prices[c]
        if pool.usable[r] == 0:
            worth[k] = -np.inf
    return worth
