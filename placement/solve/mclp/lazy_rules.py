"""Rules left out until a plan breaks one: what has fewer rules is smaller, and bounds the whole."""

from dataclasses import replace

from placement.arrays import Ints
from placement.cover.instance import Instance

_TIMES = 5  # that rules are taken in one by one, before all of them are


class LeftOut:
    """An instance without those rules that no good plan has broken so far.

    Floors, groups and distances between posts rarely bind a good plan, but keep rows apart and
    posts in the model that others could stand in for. Leaving rules out only adds plans: a bound
    without them holds with them, and a best plan without them that keeps them is a best plan.
    Rules that count no rows hold few columns together and always stay.

    Attributes
    ----------
    instance
        What is left: the instance to work on.
    """

    def __init__(self, instance: Instance) -> None:
        self._whole = instance
        self._limits = frozenset(range(len(instance.limits)))
        self._rules = frozenset(n for n, rule in enumerate(instance.rules) if len(rule.rows))
        self._times = 0
        self.instance = self._left()

    @property
    def any(self) -> bool:
        """Whether something is left out."""
        return bool(self._limits or self._rules)

    def add(self, whole: Instance) -> None:
        """Take in the whole instance anew, with one limit more, which is left out."""
        self._whole = whole
        self._limits |= {len(whole.limits) - 1}
        self.instance = self._left()

    def take_in(self, chosen: Ints) -> bool:
        """Take in the rules that a plan breaks; tell whether there were any.

        Where it comes to that again and again, the rules bind, and all are taken in.
        """
        limits = self._limits.difference(self._whole.broken_limits(chosen))
        rules = self._rules.difference(self._whole.broken_rules(chosen))
        if (limits, rules) == (self._limits, self._rules):
            return False
        self._times += 1
        often = self._times >= _TIMES
        self._limits = frozenset() if often else limits
        self._rules = frozenset() if often else rules
        self.instance = self._left()
        return True

    def _left(self) -> Instance:
        if not self.any:
            return self._whole
        return replace(
            self._whole,
            limits=tuple(
                limit for n, limit in enumerate(self._whole.limits) if n not in self._limits
            ),
            rules=tuple(rule for n, rule in enumerate(self._whole.rules) if n not in self._rules),
        )
