"""Whether an interval holds the truth, and how far the estimate is off in standard errors."""

from benchmarks.calibration.cases import Values
from cxlab.estimate import Estimate

REACH = 2 * 1.959964  # standard errors from one end of a 95 % interval to the other


def held(name: str, found: Estimate, truth: float) -> Values:
    """Say whether the interval holds the truth (`name`), and its error in standard errors (`z name`).

    An estimate without an interval says nothing; of one without width there is no standard error.
    """
    if found.low is None or found.high is None:
        return {}
    values = {name: [float(found.low - 1e-12 <= truth <= found.high + 1e-12)]}
    width = found.high - found.low
    return values | {f"z {name}": [REACH * (found.number - truth) / width]} if width > 0 else values


def joined(parts: list[Values]) -> Values:
    """Put the values of several estimates together, key by key."""
    whole: Values = {}
    for part in parts:
        for key, values in part.items():
            whole.setdefault(key, []).extend(values)
    return whole
