"""How fast something grows with the number of certificates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def exponent(values: Mapping[int, float]) -> float:
    """Of the growth between the two greatest sizes, of what comes on top of the smallest size's value.

    1 is linear. The smallest size's value stands for what every run costs, such as the start of its processes.
    """
    smallest, *_, smaller, greatest = sorted(values)
    added = [values[size] - values[smallest] for size in (smaller, greatest)]
    return math.log(added[1] / added[0]) / math.log((greatest - smallest) / (smaller - smallest))
