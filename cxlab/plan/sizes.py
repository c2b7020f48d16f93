"""How large the next trial must be, by the size of the effect and by how long customers are followed."""

import math
from dataclasses import dataclass, field, replace

import pandas as pd

from cxlab.estimate import Estimate
from cxlab.plan import said
from cxlab.plan.design import TrialDesign
from cxlab.plan.stores import LEAST_STORES, Stores
from cxlab.plan.window import LEAST, Window

SIZES = (0.05, 0.10, 0.20, 0.30)
MATTERS = 0.10
"""The effect that is told first: percent of the outcome without a gesture."""


@dataclass(frozen=True)
class NextTrial:
    """What it takes to see an effect, and what can be seen with the customers there are.

    Attributes
    ----------
    windows : what customers bought in the last days of history, by the length of that time; those too long are missing.
    days : the length that trials are read by; None where it is not known.
    at_hand : customers that could be drawn; None: not known. who : what they are.
    again : whether those at hand are as many as another trial, or another comparison, had.
    by_week : different customers who came to buy within one week, two, and so on; empty where not known.
    why : why nothing can be reckoned; empty where it can, or where it is not known.
    noun : what is drawn, in the plural. scale : as in `Moments`, for whole stores.
    """

    windows: tuple[Window, ...]
    days: int | None
    design: TrialDesign = field(default_factory=TrialDesign)
    at_hand: int | None = None
    who: str = "customers"
    again: bool = False
    by_week: tuple[int, ...] = ()
    noun: str = "customers"
    scale: float = 1.0
    why: str = ""

    @property
    def main(self) -> Window | None:
        """The window of the length that trials are read by; None where there is no purchase in it."""
        return next((w for w in self.windows if w.days == self.days and w.is_known), None)

    @property
    def is_known(self) -> bool:
        """Whether there is a spread and a mean to reckon with."""
        return self.main is not None

    def needed(self, effect: float, window: Window | None = None, *, raw: bool = False) -> dict[str, int] | None:
        """Return the customers by arm that an effect takes; None where no number suffices or nothing is known.

        Parameters
        ----------
        raw : with nothing taken out of what the time before foretells.
        """
        window = window or self.main
        if window is None or not window.is_known:
            return None
        moments = window.moments.raw if raw else window.moments
        return self.design.needed(replace(moments, scale=self.scale), effect)

    def size(self, effect: float, window: Window | None = None, *, raw: bool = False) -> Estimate:
        """Return the customers that an effect takes, with an interval: of an arm where all are alike, else in all."""
        window, sizes = window or self.main, self.needed(effect, window, raw=raw)
        if window is None or sizes is None:
            return Estimate()
        even = self.design.is_even
        n = sizes[self.design.control] if even else sum(sizes.values())
        unit = f"{self.noun} an arm" if even else self.noun
        if window.n < LEAST:
            return Estimate(n, n=window.n, unit=unit)
        return Estimate(n, n / window.reach, n * window.reach, n=window.n, unit=unit)

    def detectable(self, window: Window | None = None, *, total: int | None = None, raw: bool = False) -> Estimate:
        """Return the smallest effect that `total` customers show, in percent; by default those at hand.

        Its interval is that of customers who are more or fewer by as much as the window's variance and mean may be off.
        """
        window, total = window or self.main, self.at_hand if total is None else total
        if window is None or not window.is_known or total is None or self.is_too_few(total):
            return Estimate()
        moments = replace(window.moments.raw if raw else window.moments, scale=self.scale)
        found, low, high = (
            self.design.detectable(moments, factor * total) for factor in (1.0, window.reach, 1 / window.reach)
        )
        unit = "percent of the outcome without it"
        if found is None:
            return Estimate()
        if low is None or high is None or window.n < LEAST:
            return Estimate(100 * found, n=window.n, unit=unit)
        return Estimate(100 * found, 100 * low, 100 * high, n=window.n, unit=unit)

    def power(self, effect: float) -> float | None:
        """Return the share of trials of those at hand that find an effect; None where it is not known."""
        if self.main is None or self.at_hand is None or self.is_too_few(self.at_hand):
            return None
        return self.design.power_of(replace(self.main.moments, scale=self.scale), effect, self.at_hand)

    def is_too_few(self, total: int) -> bool:
        """Whether so many are too few for any trial."""
        return total < (LEAST if self.noun == "customers" else LEAST_STORES)

    def weeks(self, total: int) -> int | None:
        """Return the weeks until so many different customers have come to buy; None: longer than was looked at."""
        return next((week for week, n in enumerate(self.by_week, 1) if n >= total), None)

    @property
    def in_reach(self) -> int | None:
        """Customers who can be drawn, now or as they come to buy within the weeks looked at; None: unknown."""
        known = [n for n in (self.at_hand, *self.by_week[-1:]) if n is not None]
        return max(known, default=None)

    def is_out_of_reach(self, effect: float) -> bool:
        """Whether an effect takes more customers than there are, and than come to buy in the weeks looked at."""
        needed = self.needed(effect)
        return (
            bool(self.by_week)
            and self.in_reach is not None
            and needed is not None
            and sum(needed.values()) > self.in_reach
        )

    def of_stores(self, stores: Stores) -> "NextTrial":
        """Return the same with whole stores drawn, which are counted then instead of customers."""
        return replace(
            self, at_hand=stores.n, who="stores", noun="stores", by_week=(),
            scale=stores.design_effect / stores.customers,
        )  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:
        """One row a length of time.

        Columns: outcome_days, n (customers it rests on), mean, variance, explained (share that the time before
        foretells), customers_5, _10, _20, _30 (an arm where all are alike, else in all, to see an effect of so many
        percent), customers_10_raw (with nothing taken out), at_hand, detectable_percent (what those at hand show) with
        its interval, detectable_percent_raw.
        """
        rows = []
        for window in self.windows:
            if not window.is_known:
                continue
            seen = self.detectable(window)
            rows.append(
                {
                    "outcome_days": window.days, "n": window.n, "mean": window.moments.mean,
                    "variance": window.moments.variance, "explained": window.moments.explained,
                    **{f"customers_{100 * size:.0f}": self.size(size, window).number for size in SIZES},
                    "customers_10_raw": self.size(MATTERS, window, raw=True).number,
                    "at_hand": math.nan if self.at_hand is None else self.at_hand,
                    "detectable_percent": seen.number,
                    "detectable_percent_low": math.nan if seen.low is None else seen.low,
                    "detectable_percent_high": math.nan if seen.high is None else seen.high,
                    "detectable_percent_raw": self.detectable(window, raw=True).number,
                }
            )  # fmt: skip
        columns = [
            "outcome_days", "n", "mean", "variance", "explained", *(f"customers_{100 * s:.0f}" for s in SIZES),
            "customers_10_raw", "at_hand", "detectable_percent", "detectable_percent_low", "detectable_percent_high",
            "detectable_percent_raw",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Customers an arm for an effect of 10%, and the smallest effect that those at hand show."""
        found = {
            "next_trial.customers_per_arm": self.size(MATTERS),
            "next_trial.detectable_percent": self.detectable(),
        }
        return {key: estimate for key, estimate in found.items() if estimate.value is not None}

    @property
    def heading(self) -> str:
        """What the customers at hand can show."""
        return said.heading(self)

    @property
    def reading(self) -> str:
        """What an effect of 10% takes, what those at hand show, and what another length of time would change."""
        if self.main is None:
            return said.unknown(self)
        parts = [
            said.takes(self, MATTERS), said.at_hand(self, MATTERS), said.other_lengths(self, MATTERS),
            self.design.caution, said.rests_on(self),
        ]  # fmt: skip
        return " ".join(part for part in parts if part)
