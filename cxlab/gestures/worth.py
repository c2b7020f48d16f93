"""What a gesture brings in money, after its cost, and what it may cost at most."""

import math
from dataclasses import dataclass

from scipy.stats import norm

from cxlab.estimate import Estimate
from cxlab.gestures.means import TwoMeans


@dataclass(frozen=True)
class Worth:
    """Contribution that a gesture brought, per customer drawn or per gesture given.

    Attributes
    ----------
    incremental : after the cost of the gesture, which is taken off once; no value where that cost is not known.
    break_even : before its cost: what a gesture may cost; no value where only what is left after it is known.
    cost : what one cost on average; None where not known.
    pays : probability that it brings more than it costs, from the interval's normal curve; NaN where the cost is not
        known.
    currency : ISO 4217 code.
    is_assumed : whether the cost is, in part or whole, one that was given and not recorded.
    """

    incremental: Estimate
    break_even: Estimate
    cost: float | None
    pays: float
    currency: str
    is_assumed: bool = False


def find_worth(
    gross: TwoMeans | None, net: TwoMeans | None, *, unit: str, currency: str, is_assumed: bool = False
) -> Worth:
    """Put the two effects on contribution side by side; the cost is what lies between them.

    Parameters
    ----------
    gross, net : contribution with and without the gesture, before and after the gesture's own cost, by one and the same
        comparison; None where only the other is known.
    is_assumed : whether the cost is one that was given and not recorded.
    """
    said = f"{currency} of contribution per {unit}"
    pays = math.nan
    if net is not None and net.standard_error > 0:
        pays = float(norm.cdf(net.difference / net.standard_error))
    return Worth(
        Estimate() if net is None else net.estimate(said),
        Estimate() if gross is None else gross.estimate(said),
        None if gross is None or net is None else gross.difference - net.difference,
        pays,
        currency,
        is_assumed,
    )
