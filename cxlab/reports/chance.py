"""Whether two estimates differ beyond chance: the interval of their difference, and many of them at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95
FALSE_SHARE = 0.05
"""Share of the differences named that may be chance."""


@dataclass(frozen=True)
class Bounded:
    """An estimate with the ends of its interval, and the interval's coverage, in (0, 1)."""

    value: float
    low: float
    high: float
    level: float


@dataclass(frozen=True)
class Difference:
    """New less old, with its 95% interval, and the two-sided p value of no difference."""

    value: float
    low: float
    high: float
    p: float


def difference(old: Bounded, new: Bounded) -> Difference | None:
    """Hold two estimates against each other as if they were independent.

    Each half of each interval, divided by the normal quantile of its level, is a standard error on its side. Towards
    the other estimate these halves decide whether zero can be left out, so the p value takes the half of each that
    faces the other. Where intervals are symmetric that is the usual comparison.

    Returns
    -------
    None where the intervals do not allow it: one has no width towards the other estimate, or does not hold its own.

    References
    ----------
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach.

    Examples
    --------
    >>> found = difference(Bounded(0.40, 0.38, 0.42, 0.95), Bounded(0.45, 0.43, 0.48, 0.95))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.p < 0.001
    (0.05, 0.022, 0.086, True)
    >>> difference(Bounded(1.0, 1.0, 1.0, 0.95), Bounded(0.9, 0.8, 1.0, 0.95)) is None
    True
    """
    if not (old.low <= old.value <= old.high and new.low <= new.value <= new.high):
        return None
    (old_below, old_above), (new_below, new_above) = _errors(old), _errors(new)
    change = new.value - old.value
    up, down = (old_above, new_below), (old_below, new_above)
    whole = (old_below + old_above, new_below + new_above)
    facing = up if change > 0 else down if change < 0 else whole
    if not math.isfinite(change) or min(facing) <= 0:
        return None
    reach = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    p = math.erfc(abs(change) / math.hypot(*facing) / math.sqrt(2))
    return Difference(change, change - reach * math.hypot(*up), change + reach * math.hypot(*down), p)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number by Benjamini and Hochberg: those up to 0.05 may be named.

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    count = len(p_values)
    found = [1.0] * count
    smallest = 1.0
    for rank, number in sorted(enumerate(sorted(range(count), key=p_values.__getitem__), start=1), reverse=True):
        smallest = min(smallest, p_values[number] * count / rank)
        found[number] = smallest
    return found


def _errors(estimate: Bounded) -> tuple[float, float]:
    """Return the standard error below and above."""
    reach = NormalDist().inv_cdf(0.5 + estimate.level / 2)
    return (estimate.value - estimate.low) / reach, (estimate.high - estimate.value) / reach
