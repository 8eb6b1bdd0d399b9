"""One block solved exactly: which columns are worth their price, by depth-first search.

The problem is max over y ∈ {0, 1} of Σ weight of the rows covered − Σ price · y, the uncapacitated
location problem behind every block bound. All numbers are whole multiples of one power of two (see
`dual_bounds.worth_grid`), and only added, subtracted and compared, so what is
proven here is proven exactly.
"""

# ruff: noqa: C901, PLR0912, PLR0915 - compiled loops, kept whole and without keywords

from typing import NamedTuple

import numpy as np

from placement.arrays import Bools, Floats, Ints
from placement.compiled import compiled, part_of_compiled


class Block(NamedTuple):
    """Rows of an instance, and the columns that cover any of them.

    Attributes
    ----------
    rows, columns
        (m,) and (n,) int64, numbers in the instance, ascending.
    indptr, indices
        Rows in compressed form, columns numbered within the block.
    column_indptr, column_indices
        The same relation by columns.
    order
        (m,) int64, rows by rising number of columns: the order in which prices are raised.
    weight
        (m,) float64, worth of the rows.
    """

    rows: Ints
    columns: Ints
    indptr: Ints
    indices: Ints
    column_indptr: Ints
    column_indices: Ints
    order: Ints
    weight: Floats


@part_of_compiled
def raise_prices(block: Block, u: Floats, slack: Floats, state: Ints, covered: Bools) -> float:
    """Raise the prices of uncovered rows while no free column becomes worth more than it costs.

    The dual ascent of Erlenkotter (Operations Research 26, 1978), without distances.

    Returns
    -------
    float
        Sum of what was raised: the bound falls by it.
    """
    raised = 0.0
    for i in block.order:
        room = block.weight[i] - u[i]
        if covered[i] or room <= 0.0:
            continue
        for k in range(block.indptr[i], block.indptr[i + 1]):
            j = block.indices[k]
            if state[j] < 0 and slack[j] < room:
                room = slack[j]
                if room <= 0.0:
                    break
        if room > 0.0:
            u[i] += room
            raised += room
            for k in range(block.indptr[i], block.indptr[i + 1]):
                j = block.indices[k]
                if state[j] < 0:
                    slack[j] -= room
    return raised


@part_of_compiled
def _open(block: Block, j: int, u: Floats, slack: Floats, state: Ints, covered: Bools) -> float:
    """Open a column: its rows are covered, their prices go back; return the weight covered."""
    gain = 0.0
    state[j] = 1
    for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
        i = block.column_indices[q]
        if covered[i]:
            continue
        covered[i] = True
        gain += block.weight[i]
        for k in range(block.indptr[i], block.indptr[i + 1]):
            other = block.indices[k]
            if state[other] < 0:
                slack[other] += u[i]
        u[i] = 0.0
    return gain


@part_of_compiled
def _settle(
    block: Block, price: Floats, u: Floats, slack: Floats, state: Ints, covered: Bools,
    worth: float, bound: float, least: float,
) -> tuple[float, float, bool]:  # fmt: skip
    """Raise prices and fix columns until nothing moves.

    Returns
    -------
    worth
        Of the open columns, less their prices.
    bound
        On what the block can be worth with the columns fixed so far.
    alive
        False where the bound is not above ``least``.
    """
    moved = True
    while moved:
        bound -= raise_prices(block, u, slack, state, covered)
        if bound <= least:
            return worth, bound, False
        moved = False
        for j in range(len(price)):
            if state[j] >= 0:
                continue
            if bound - slack[j] <= least:
                state[j] = 0
                moved = True
                continue
            gain, private = 0.0, 0.0
            for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
                i = block.column_indices[q]
                if covered[i]:
                    continue
                gain += block.weight[i]
                alone = True
                for k in range(block.indptr[i], block.indptr[i + 1]):
                    other = block.indices[k]
                    if other != j and state[other] < 0:
                        alone = False
                        break
                if alone:
                    private += block.weight[i]
            if gain <= price[j]:
                state[j] = 0
                moved = True
            elif private >= price[j]:
                bound -= slack[j]
                worth += _open(block, j, u, slack, state, covered) - price[j]
                moved = True
    return worth, bound, True


@part_of_compiled
def _choose(block: Block, price: Floats, state: Ints, covered: Bools) -> int:
    """Return the free column with most to gain, −1 where none is free."""
    best, chosen = 0.0, -1
    for j in range(len(price)):
        if state[j] >= 0:
            continue
        gain = -price[j]
        for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
            i = block.column_indices[q]
            if not covered[i]:
                gain += block.weight[i]
        if chosen < 0 or gain > best:
            best, chosen = gain, j
    return chosen


@part_of_compiled
def improve(block: Block, price: Floats, fixed: Ints, plan: Bools) -> float:
    """Improve a plan of the block by single changes and swaps; return its worth less its price."""
    count = np.zeros(len(block.weight), dtype=np.int64)
    worth = 0.0
    for j in range(len(price)):
        if fixed[j] >= 0:
            plan[j] = fixed[j] == 1
        if plan[j]:
            worth -= price[j]
            for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
                count[block.column_indices[q]] += 1
    for i in range(len(count)):
        if count[i] > 0:
            worth += block.weight[i]
    moved = True
    while moved:
        moved = False
        for j in range(len(price)):
            if fixed[j] >= 0:
                continue
            only = 1 if plan[j] else 0  # rows whose cover hangs on this column
            gain = -price[j]
            for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
                if count[block.column_indices[q]] == only:
                    gain += block.weight[block.column_indices[q]]
            if (gain > 0.0 and only == 0) or (gain < 0.0 and only == 1):
                worth += abs(gain)
                plan[j] = not plan[j]
                for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
                    count[block.column_indices[q]] += 1 if only == 0 else -1
                moved = True
        if not moved:
            gain = _swap(block, price, fixed, plan, count)
            worth += gain
            moved = gain > 0.0
    return worth


@part_of_compiled
def _swap(block: Block, price: Floats, fixed: Ints, plan: Bools, count: Ints) -> float:
    """Make the first swap that gains, and return its gain, 0 where none does."""
    for j in range(len(price)):
        if not plan[j] or fixed[j] >= 0:
            continue
        loss = -price[j]
        for q in range(block.column_indptr[j], block.column_indptr[j + 1]):
            i = block.column_indices[q]
            count[i] -= 1
            if count[i] == 0:
                loss += block.weight[i]
        best, chosen = 0.0, -1
        for other in range(len(price)):
            if plan[other] or fixed[other] >= 0:
                continue
            gain = -price[other] - loss
            for q in range(block.column_indptr[other], block.column_indptr[other + 1]):
                if count[block.column_indices[q]] == 0:
                    gain += block.weight[block.column_indices[q]]
            if gain > best:
                best, chosen = gain, other
        back = j if chosen < 0 else chosen
        for q in range(block.column_indptr[back], block.column_indptr[back + 1]):
            count[block.column_indices[q]] += 1
        if chosen >= 0:
            plan[j] = False
            plan[chosen] = True
            return best
    return 0.0


@compiled
def solve_block(
    block: Block,
    price: Floats,
    start: Floats,
    fixed: Ints,
    plan: Bools,
    floor: float,
    most_nodes: int,
) -> tuple[float, float, int]:
    """Find the best plan of a block, or prove that none is worth more than ``floor``.

    Parameters
    ----------
    block
        Rows and columns.
    price
        (n,) float64, what a column costs, of any sign.
    start
        (m,) float64, prices of the rows to start the ascent from, for instance those of an earlier
        call; holds the prices at the root afterwards.
    fixed
        (n,) int64, 1 for columns that are open, 0 closed, −1 free.
    plan
        (n,) bool, a plan to start from; the best plan found afterwards.
    floor
        Worth that is of no interest: the bound returned is never below it. −inf for none.
    most_nodes
        Nodes after which the search ends with an open bound.

    Returns
    -------
    bound
        No plan of the block is worth more.
    worth
        Of ``plan``; equal to ``bound`` where the search was neither cut short nor floored.
    nodes
        Nodes visited.
    """
    rows, columns = len(block.weight), len(price)
    worth = improve(block, price, fixed, plan)
    least = max(worth, floor)
    u_at = np.zeros((columns + 2, rows))
    slack_at = np.zeros((columns + 2, columns))
    state_at = np.full((columns + 2, columns), -1, dtype=np.int64)
    covered_at = np.zeros((columns + 2, rows), dtype=np.bool_)
    value = np.zeros(columns + 2)
    bound = np.zeros(columns + 2)
    branch = np.zeros(columns + 2, dtype=np.int64)
    step = np.zeros(columns + 2, dtype=np.int64)
    u, slack, state, covered = u_at[0], slack_at[0], state_at[0], covered_at[0]
    for j in range(columns):
        slack[j] = price[j]
        state[j] = fixed[j]
        if fixed[j] < 0 and price[j] <= 0.0:
            state[j] = 1
    for j in range(columns):
        if state[j] == 1:
            value[0] += _open(block, j, u, slack, state, covered) - price[j]
    bound[0] = value[0]
    for i in range(rows):
        if covered[i]:
            continue
        room = min(block.weight[i], start[i])
        for k in range(block.indptr[i], block.indptr[i + 1]):
            if state[block.indices[k]] < 0:
                room = min(room, slack[block.indices[k]])
        u[i] = room
        bound[0] += block.weight[i] - room
        for k in range(block.indptr[i], block.indptr[i + 1]):
            if state[block.indices[k]] < 0:
                slack[block.indices[k]] -= room
    value[0], bound[0], alive = _settle(
        block, price, u, slack, state, covered, value[0], bound[0], least
    )
    for i in range(rows):
        if not covered[i]:
            start[i] = u[i]
    nodes = 1
    depth = 0 if alive else -1
    while depth >= 0:
        if step[depth] == 0:
            branch[depth] = _choose(block, price, state_at[depth], covered_at[depth])
            if branch[depth] < 0:
                if value[depth] > worth:
                    worth = value[depth]
                    for j in range(columns):
                        plan[j] = state_at[depth, j] == 1
                    least = max(least, worth)
                depth -= 1
                continue
        if step[depth] == 2 or bound[depth] <= least:
            depth -= 1
            continue
        if nodes >= most_nodes:
            for level in range(depth + 1):
                if step[level] < 2:
                    least = max(least, bound[level])
            return least, worth, nodes
        j = branch[depth]
        below = depth + 1
        for i in range(rows):
            u_at[below, i] = u_at[depth, i]
            covered_at[below, i] = covered_at[depth, i]
        for i in range(columns):
            slack_at[below, i] = slack_at[depth, i]
            state_at[below, i] = state_at[depth, i]
        value[below], bound[below] = value[depth], bound[depth]
        if step[depth] == 0:
            value[below] -= price[j]
            bound[below] -= slack_at[depth, j]
            value[below] += _open(
                block, j, u_at[below], slack_at[below], state_at[below], covered_at[below]
            )
        else:
            state_at[below, j] = 0
        step[depth] += 1
        nodes += 1
        value[below], bound[below], alive = _settle(
            block, price, u_at[below], slack_at[below], state_at[below], covered_at[below],
            value[below], bound[below], least,
        )  # fmt: skip
        if alive:
            step[below] = 0
            depth = below
    return least, worth, nodes
