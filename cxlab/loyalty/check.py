"""The hold-out check: what fans were foreseen to bring by a forecast that saw nothing of it, and what they brought."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import Texts, tr, trn
from cxlab.loyalty.evidence import FEWEST_PURCHASES, SHORTEST_DAYS, Outlook, Recommendations, who_came
from cxlab.loyalty.fans import Fans
from cxlab.loyalty.ratio import OF_NONE, fieller_interval
from cxlab.loyalty.weigh import carry_forward
from cxlab.loyalty.words import amount, amount_between, miss, miss_between
from cxlab.words import count, number, number_between

Outcome = Literal["passed", "open", "failed", "not_made"]
LEVEL_BAND = (0.8, 1.25)  # of expected / actual: a fifth either way, even on the log scale
_SAID = Texts(
    {
        "passed": "all of that lies within it",
        "failed": "all of that lies outside it",
        "open": "that reaches over its edge, so the check is open",
    }
)


@dataclass(frozen=True)
class ReferralCheck:
    """Customers whom fans were foreseen to bring in the hold-out window, against those whom they brought.

    Attributes
    ----------
    expected : per 100 fans: customers brought for each purchase up to the cut, times the purchases foreseen; a bare
        verdict where it is not known.
    actual : per 100 fans, brought in the window; likewise.
    gap : actual less expected; likewise.
    """

    expected: Estimate
    actual: Estimate
    gap: Estimate

    @property
    def findings(self) -> dict[str, Estimate]:
        """The three figures, as `holdout_check.referrals.*`."""
        named = {"expected": self.expected, "actual": self.actual, "gap": self.gap}
        return {f"holdout_check.referrals.{name}": e for name, e in named.items() if e.value is not None}

    @property
    def reading(self) -> str:
        """What was foreseen, what came, and whether the two can be told apart; empty where it is not known."""
        if not self.gap.has_interval:
            return ""
        low, high = self.gap.ends
        said = tr("the two are not told apart")
        if low > 0:
            said = tr("more came than was foreseen")
        elif high < 0:
            said = tr("fewer came than were foreseen")
        return tr(
            "Of customers brought by 100 fans in that time, {expected} were foreseen from those brought "
            "up to the cut, and {actual} came: {said}.",
            expected=_each(self.expected),
            actual=_each(self.actual),
            said=said,
        )


NO_REFERRALS = ReferralCheck(*[Estimate(verdict="not_known")] * 3)


@dataclass(frozen=True)
class FanCheck:
    """What fans were foreseen to bring in the hold-out window, against what they brought.

    Attributes
    ----------
    expected : per fan: purchases that the model foresees, times the contribution per purchase of all fans up to the
        cut; a bare verdict without a check.
    actual : contribution per fan in the window; likewise.
    level : expected / actual; likewise, and where fans brought nothing to divide by.
    holdout_days, holdout_purchases : length of the window, and fans' purchases in it.
    referrals : customers whom fans brought in the window, foreseen from those that they had brought by the cut; it
        stands beside the check and does not decide it.
    """

    expected: Estimate
    actual: Estimate
    level: Estimate
    holdout_days: int
    holdout_purchases: int
    currency: str
    referrals: ReferralCheck = NO_REFERRALS

    @property
    def outcome(self) -> Outcome:
        """Whether the level lies within the band: passed or failed by its whole interval; open; or not made at all."""
        if self.actual.value is None:
            return "not_made"
        if not self.level.has_interval:
            return "open"
        low, high = self.level.ends
        if LEVEL_BAND[0] <= low and high <= LEVEL_BAND[1]:
            return "passed"
        return "failed" if high < LEVEL_BAND[0] or low > LEVEL_BAND[1] else "open"

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure: figure, estimate, low, high, n."""
        rows = [("expected", self.expected), ("actual", self.actual), ("expected / actual", self.level)]
        return pd.DataFrame(
            [(name, e.number, e.low, e.high, e.n) for name, e in rows],
            columns=["figure", "estimate", "low", "high", "n"],
        ).astype({"low": float, "high": float})

    @property
    def findings(self) -> Findings:
        """Expected and actual contribution per fan, and the level, as `holdout_check.*`."""
        verdict = Estimate(verdict=self.outcome)
        if self.outcome == "not_made":
            return {"holdout_check": verdict}
        found: dict[str, Estimate] = {"holdout_check.expected": self.expected, "holdout_check.actual": self.actual}
        found |= {"holdout_check.level": self.level, "holdout_check": verdict}
        return found | self.referrals.findings

    @property
    def reading(self) -> str:
        """What was foreseen, what came, and whether the check is passed."""
        if self.outcome == "not_made":
            return tr(
                "No check is made: it takes a hold-out window of {least_days} days and "
                "{fewest} purchases by fans in it, and there are {days} and {purchases}.",
                least_days=SHORTEST_DAYS,
                fewest=FEWEST_PURCHASES,
                days=count(self.holdout_days, "day"),
                purchases=count(self.holdout_purchases, "purchase"),
            )
        said = trn(
            "Held against the {n} day after the cut: from what was known at the cut alone, {expected} "
            "was foreseen of a fan ({expected_between}), and {actual} came ({actual_between}).",
            "Held against the {n} days after the cut: from what was known at the cut alone, {expected} "
            "was foreseen of a fan ({expected_between}), and {actual} came ({actual_between}).",
            self.holdout_days,
            n=number(self.holdout_days),
            expected=amount(self.expected, self.currency),
            expected_between=amount_between(self.expected, self.currency),
            actual=amount(self.actual, self.currency),
            actual_between=amount_between(self.actual, self.currency),
        )
        if not self.level.has_interval:
            near = tr("What came is too near to zero to say how many times too much was foreseen.")
            return f"{said} {near} {self.referrals.reading}".rstrip()
        return (
            tr(
                "{said} So the forecast was {miss} (95% interval {interval}), where {allowed} is "
                "allowed: {where}. {of_referrals}",
                said=said,
                miss=miss(self.level.number),
                interval=miss_between(*self.level.ends),
                allowed=miss_between(*LEVEL_BAND),
                where=_SAID[self.outcome],
                of_referrals=self.referrals.reading,
            )
        ).rstrip()


def check_fans(
    customers: Customers, fans: Fans, outlook: Outlook, referrals: Recommendations | None = None
) -> FanCheck:
    """Foresee what fans bring in the hold-out window from the time before it, and hold it against what came.

    Parameters
    ----------
    customers, fans : as of the cut.
    outlook : purchases foreseen of the fans, with the hold-out window as its window.
    referrals : who recommended whom; None: not known, and not checked.

    Raises
    ------
    NotEnoughDataError : too few fans or one-time buyers.

    Notes
    -----
    The intervals of expected and level hold the fit and that fans are a sample; expected and actual are of the same
    fans and covary. The model is fitted on the time before the window, so the fit does not covary with what came.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> alive = model.probability_alive()
    >>> fans = cx.find_fans(kit.customers, segments.labels, alive)
    >>> import functools
    >>> foresee = functools.partial(cx.foresee_purchases, model, window_days=kit.customers.holdout_days)
    >>> outlook = foresee(fans.are_fans, horizon_days=365)
    >>> print(cx.check_fans(kit.customers, fans, outlook).reading)  # doctest: +ELLIPSIS
    Held against the 244 days after the cut: from what was known at the cut alone, €89.98 was foreseen of a ...
    """
    fans.require_enough()
    own = customers.frame.loc[fans.are_fans]
    n, came = len(own), int(own["holdout_purchases"].sum())
    if customers.holdout_days < SHORTEST_DAYS or came < FEWEST_PURCHASES:
        none = Estimate(n=n, verdict="not_made")
        return FanCheck(none, none, none, customers.holdout_days, came, customers.currency)
    weights = np.eye(1 + len(outlook.days))[0]
    so_far, made = (own[name].to_numpy(np.float64) for name in ("contribution", "repeat_purchases"))
    foreseen = carry_forward(so_far, made + 1, outlook, weights, base_is_foreseen=False)
    actual = own["holdout_contribution"].to_numpy(np.float64)
    pull = (actual - actual.mean()) / np.sqrt(n * (n - 1))
    variances = float(foreseen.influence @ foreseen.influence) + foreseen.fit_variance, float(pull @ pull)
    unit = f"{customers.currency} per fan in the hold-out window"
    mean = float(actual.mean())
    return FanCheck(
        expected=normal_interval(foreseen.value, float(np.sqrt(variances[0])), n=n, unit=unit),
        actual=normal_interval(mean, float(np.sqrt(variances[1])), n=n, unit=unit),
        level=fieller_interval(
            foreseen.value, mean, *variances, float(foreseen.influence @ pull), n=n, unit="expected / actual"
        )
        if mean > 0
        else Estimate(n=n, verdict="no_number"),
        holdout_days=customers.holdout_days,
        holdout_purchases=came,
        currency=customers.currency,
        referrals=NO_REFERRALS if referrals is None else _check_referrals(customers, own, outlook, referrals),
    )


def _check_referrals(
    customers: Customers, own: pd.DataFrame, outlook: Outlook, referrals: Recommendations
) -> ReferralCheck:
    """Foresee whom fans bring in proportion to their purchases, and hold it against whom they brought."""
    came = who_came(referrals)
    cut = pd.Timestamp(customers.calibration_end)
    before, after = (
        np.asarray(
            came.loc[within, "referrer_id"].value_counts().reindex(own["customer_id"], fill_value=0), dtype=np.float64
        )
        for within in (came["referred_on"] <= cut, came["referred_on"] > cut)
    )
    made = np.asarray(own["repeat_purchases"], dtype=np.float64) + 1
    weights = np.eye(1 + len(outlook.days))[0]
    foreseen = carry_forward(100 * before, made, outlook, weights, base_is_foreseen=False)
    n = len(own)
    pull = 100 * (after - after.mean()) / np.sqrt(n * (n - 1))
    apart = pull - foreseen.influence
    unit = "customers brought by 100 fans in the hold-out window"
    variances = (
        float(foreseen.influence @ foreseen.influence) + foreseen.fit_variance,
        float(pull @ pull),
        float(apart @ apart) + foreseen.fit_variance,
    )
    mean = 100 * float(after.mean())
    values = foreseen.value, mean, mean - foreseen.value
    expected, actual, gap = (
        normal_interval(value, float(np.sqrt(variance)), n=n, unit=unit)
        for value, variance in zip(values, variances, strict=True)
    )
    expected, actual = _from_zero(expected), _from_zero(actual)
    if before.any() and after.any():
        return ReferralCheck(expected, actual, gap)
    if not after.any():
        actual = replace(actual, high=100 * OF_NONE / n)
    if not before.any():
        expected = replace(expected, high=100 * OF_NONE / n * foreseen.times)
    (least, most), (low, high) = expected.ends, actual.ends
    less = np.hypot(actual.number - low, most - expected.number)
    more = np.hypot(high - actual.number, expected.number - least)
    return ReferralCheck(expected, actual, replace(gap, low=gap.number - float(less), high=gap.number + float(more)))


def _from_zero(count_of: Estimate) -> Estimate:
    """Cut an interval of a count at zero."""
    return replace(count_of, low=max(0.0, count_of.ends[0]))


def _each(estimate: Estimate) -> str:
    return f"{number(estimate.number, 1)} ({number_between(*estimate.ends, 1)})"
