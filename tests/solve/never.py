"""A stop rule for work that ends by itself."""

import math


class Never:
    """A stop rule that never stops."""

    def reached(self) -> bool:
        return False

    def left(self) -> float:
        return math.inf
