"""The trial that would settle what is open: how many customers it takes."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.result import GestureEffects
from cxlab.words import number, percent

POWER_AND_LEVEL = 1.959964 + 0.841621
"""Standard normal quantiles of a two-sided test at 5% and of a power of 80%."""
SIZES = (0.05, 0.10, 0.20, 0.30)


@dataclass(frozen=True)
class NextTrial:
    """How many customers an arm needs, for effects of several sizes.

    Attributes
    ----------
    spread : standard deviation of the outcome between customers, after what the time before foretells.
    mean : outcome without a gesture. days : length of the time that is looked at; None where it is not known.
    """

    spread: float
    mean: float
    days: int | None

    @property
    def table(self) -> pd.DataFrame:
        """One row an effect: percent of the outcome without it, and customers an arm."""
        rows = [(100 * size, per_arm(self.spread, size * self.mean)) for size in SIZES] if self.is_known else []
        return pd.DataFrame(rows, columns=["effect_percent", "customers_per_arm"])

    @property
    def is_known(self) -> bool:
        """Whether there is a spread and a mean to reckon with."""
        return self.spread > 0 and self.mean > 0

    @property
    def findings(self) -> dict[str, Estimate]:
        """Customers an arm for an effect of 10%."""
        if not self.is_known:
            return {}
        return {
            "next_trial.customers_per_arm": Estimate(per_arm(self.spread, 0.1 * self.mean), unit="customers an arm")
        }

    @property
    def reading(self) -> str:
        """What it takes to see an effect of 10%."""
        if not self.is_known:
            return "How large a trial must be cannot be said before anybody has had an outcome."
        said = "; ".join(f"{percent(size)} takes {number(per_arm(self.spread, size * self.mean))}" for size in SIZES)
        window = f", each followed for {self.days} days" if self.days else ""
        return (
            f"Customers an arm that a trial drawn by lot needs, to see an effect in four of five such trials{window}, "
            f"by the size of the effect: {said}."
        )


def per_arm(spread: float, effect: float) -> int:
    """Return the customers an arm that it takes to see an effect, with 80% power at the 5% level.

    Examples
    --------
    >>> per_arm(spread=1.0, effect=0.5)
    63
    """
    return math.ceil(2 * (POWER_AND_LEVEL * spread / effect) ** 2)


def next_trial(effects: GestureEffects) -> NextTrial:
    """Reckon from those without the gesture: one row a customer, after what the recent time before foretells."""
    main = effects.main
    sample = next(s for s in effects.data.samples if s.design == main.design and s.experiment == main.experiment)
    rows = np.flatnonzero(sample.arms == sample.control)
    if not len(rows):
        rows = np.arange(len(sample.arms))
    rows = rows[np.unique(sample.clusters[rows], return_index=True)[1]]
    if len(rows) < 2:
        return NextTrial(0.0, 0.0, effects.data.outcome_days)
    outcome = sample.outcome[rows]
    spread = float(outcome.std(ddof=1))
    if sample.recent is not None:
        known = np.isfinite(sample.recent[rows])
        before = sample.recent[rows][known]
        if len(before) > 2 and np.ptp(before) > 0 and np.ptp(outcome[known]) > 0:
            spread *= math.sqrt(1 - float(np.corrcoef(before, outcome[known])[0, 1]) ** 2)
    return NextTrial(spread, float(outcome.mean()), effects.data.outcome_days)
