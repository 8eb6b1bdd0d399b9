"""All plans of a small instance."""

import itertools

import numpy as np

from placement.cover.instance import Instance


def every_plan(instance: Instance) -> list[tuple[float, tuple[int, ...]]]:
    """Return all plans that keep the rules, with their worth."""
    found = []
    for size in range(instance.columns + 1):
        for chosen in itertools.combinations(range(instance.columns), size):
            columns = np.array(chosen, dtype=np.int64)
            if instance.broken_rule(columns) is None:
                found.append((instance.value(columns), chosen))
    return found
