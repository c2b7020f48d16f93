"""How likely the group held out is to show, at the next reading, a gain as large as the one found here."""

import math
from dataclasses import dataclass

from scipy.stats import norm

from cxlab.estimate import Estimate
from cxlab.policy.giving import GIVE, HOLD_OUT, GivingList
from cxlab.policy.result import GesturePolicy

SURE = 0.8
"""A reading that shows the gain so often is large enough."""
_Z = float(norm.isf(0.025))


@dataclass(frozen=True)
class NextReading:
    """The list as a trial: what it would show if the gain were what it was found to be.

    Attributes
    ----------
    gain : mean gain of those who are chosen, as it was found.
    spread : standard deviation between customers that the error of that gain implies, the same in both arms.
    given, held_out : customers of the list.

    Examples
    --------
    >>> reading = NextReading(gain=0.5, spread=1.0, given=64, held_out=64)
    >>> round(reading.chance, 2), round(reading.with_half.chance, 2)
    (0.81, 0.81)
    """

    gain: float
    spread: float
    given: int
    held_out: int

    @property
    def chance(self) -> float:
        """The share of such readings whose 95% interval lies above zero."""
        if not self.given or not self.held_out:
            return 0.0
        error = self.spread * math.sqrt(1 / self.given + 1 / self.held_out)
        return float(norm.cdf(self.gain / error - _Z)) if error > 0 else 1.0

    @property
    def with_half(self) -> "NextReading":
        """The same with a half of the list held out."""
        half = (self.given + self.held_out) // 2
        return NextReading(self.gain, self.spread, self.given + self.held_out - half, half)


def next_reading(policy: GesturePolicy, giving: GivingList) -> NextReading | None:
    """Reckon what the next reading would show; None for gestures that were chosen, whose spread tells of no trial.

    The error of the gain found is that of two arms, so it tells how customers differ; with other arms it is larger or
    smaller by their sizes.
    """
    values, effect = policy.valued, policy.effect
    if values is None or effect.design != "randomised" or policy.verdict.token not in ("choose", "everyone"):
        return None
    rows = values.chosen["rule"] & values.gain.tried if policy.verdict.token == "choose" else values.chosen["everyone"]
    if not rows.any():
        return None
    found = values.gain.mean(values.gain.gain, rows)
    share = float(rows.mean())
    arms = 1 / (share * effect.n_treated) + 1 / (share * effect.n_control)
    spread = _error(found) / math.sqrt(arms)
    if found.number <= 0 or not math.isfinite(spread):
        return None
    return NextReading(found.number, spread, giving.count(GIVE), giving.count(HOLD_OUT))


def _error(estimate: Estimate) -> float:
    low, high = estimate.ends
    return (high - low) / (2 * _Z)
