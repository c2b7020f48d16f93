"""What customers did after a low, a middle and a high score, and whether the low ones weigh more than the high ones."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from cxlab.different import codes_of
from cxlab.estimate import Estimate, log_normal_interval, normal_interval
from cxlab.loyalty.evidence import Array
from cxlab.scores import GROUPS
from cxlab.two_sides import Verdict, judge

Outcome = Literal["referrals", "purchases"]
Codes = NDArray[np.int64]
LEAST_CUSTOMERS = 30  # of each group
LEAST_EVENTS = 20  # in all three groups together
LEAST_FOR_RATIO = 5  # events of each of two groups
LEAST_ROWS = 5  # of each group on a day, else that day is left out
MARGIN = 0.25  # of the middle group's rate: a smaller difference between the two sides counts as none
NONE = len(GROUPS)
"""Place of those who have not answered yet, behind the groups."""
_SCALE: dict[Outcome, float] = {"referrals": 100.0, "purchases": 1.0}
UNITS: dict[Outcome, str] = {"referrals": "customers brought by 100 customers", "purchases": "purchases per customer"}


@dataclass(frozen=True)
class Sides:
    """One outcome by score, and its two sides.

    Attributes
    ----------
    outcome : what is counted: `referrals` (per 100 customers) or `purchases` (per customer), in the window.
    rates : of low, middle, high, and of those who have not answered yet.
    events : how many there were, likewise.
    low_ratio, high_ratio : rate of the low and of the high group, divided by that of the middle.
    none_ratio : rate without an answer, divided by that of all who answered.
    costs : rate of the middle less that of the low group.
    brings : rate of the high group less that of the middle.
    asymmetry : costs less brings; above 0 the low side weighs more.
    ratio_asymmetry : the same in ratios: (middle / low) / (high / middle); above 1 the low side weighs more.
    verdict : by the rule of `judge`.
    """

    outcome: Outcome
    rates: tuple[Estimate, Estimate, Estimate, Estimate]
    events: tuple[int, int, int, int]
    low_ratio: Estimate
    high_ratio: Estimate
    none_ratio: Estimate
    costs: Estimate
    brings: Estimate
    asymmetry: Estimate
    ratio_asymmetry: Estimate
    verdict: Verdict


@dataclass(frozen=True, eq=False)
class _Rates:
    """Rates of the groups and how each customer moves them: shape (4,), and (n customers, 4)."""

    values: Array
    influence: Array
    events: Codes
    extra: Array  # variance of a group without a single event, which nobody moves
    has_none: bool  # whether the rate of those without an answer is known

    def variance(self, weights: Array) -> float:
        """Variance of a weighted sum of the rates."""
        pull = self.influence @ weights
        return float(pull @ pull + self.extra @ weights**2)


def weigh_sides(outcome: Outcome, happened: Array, group: Codes, place: Codes, who: Codes) -> Sides:
    """Hold the rates of the groups against each other.

    Parameters
    ----------
    outcome : what is counted.
    happened : shape (rows,), how often it happened in the window.
    group : shape (rows,), 0 to 2 as in `GROUPS`, `NONE` for no answer yet, below 0 for rows that are not used.
    place : shape (rows,), the day on which the row begins.
    who : shape (rows,), the customer.

    Notes
    -----
    Each group's rate is standardised to the days on which all who answered stand, so that no group is compared at
    another time. Standard errors are robust: what each customer moves a rate by is summed over their rows and squared.
    A rate's interval is that of a Poisson count of the same relative error (Garwood 1936), ratios' are even on the log
    scale, differences' are normal. These go by the rates themselves: a shop that loses 5 customers by bad words and
    wins 5 by good ones is even, though the ratios may differ. The ratios stand beside it.

    References
    ----------
    Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442.
    """
    scale = _SCALE[outcome]
    n = [len(np.unique(who[group == g])) for g in range(NONE + 1)]
    rates = _standardise(happened, group, place, who)
    unit = UNITS[outcome]
    if rates is None:
        none = Estimate(n=sum(n[:NONE]))
        events = _events(happened, group)
        return Sides(outcome, (none,) * 4, events, none, none, none, none, none, none, none, "cannot_tell")
    events = (int(rates.events[0]), int(rates.events[1]), int(rates.events[2]), int(rates.events[3]))
    each = [_rate(rates, g, scale, n[g], unit) for g in range(NONE + 1)]
    low, middle, high, nobody = np.eye(NONE + 1)
    answered = np.array([np.mean(group[(group >= 0) & (group < NONE)] == g) for g in range(NONE)] + [0.0])

    def people(*groups: int) -> int:
        return len(np.unique(who[np.isin(group, groups)]))

    everybody = people(0, 1, 2)

    def difference(weights: Array, level: float = 0.95) -> Estimate:
        error = float(np.sqrt(rates.variance(weights)))
        value = float(weights @ rates.values)
        return normal_interval(scale * value, scale * error, level=level, n=everybody, unit=unit)

    costs, brings = difference(middle - low), difference(high - middle)
    asymmetry = difference(2 * middle - low - high)
    is_enough = min(n[:NONE]) >= LEAST_CUSTOMERS and sum(events[:NONE]) >= LEAST_EVENTS
    narrow = difference(2 * middle - low - high, 0.9)
    is_enough = is_enough and asymmetry.ends[0] < asymmetry.ends[1]  # all alike to the last one is no shop
    verdict = judge(costs, brings, asymmetry, narrow, MARGIN * each[1].number) if is_enough else "cannot_tell"
    return Sides(
        outcome=outcome,
        rates=(each[0], each[1], each[2], each[3]),
        events=events,
        low_ratio=_ratio(rates, [(low, 1), (middle, -1)], people(0, 1)),
        high_ratio=_ratio(rates, [(high, 1), (middle, -1)], people(1, 2)),
        none_ratio=_ratio(rates, [(nobody, 1), (answered, -1)], people(0, 1, 2, NONE)),
        costs=costs,
        brings=brings,
        asymmetry=asymmetry,
        ratio_asymmetry=_ratio(rates, [(middle, 2), (low, -1), (high, -1)], everybody),
        verdict=verdict,
    )


def _events(happened: Array, group: Codes) -> tuple[int, int, int, int]:
    low, middle, high, none = (int(happened[group == g].sum()) for g in range(NONE + 1))
    return low, middle, high, none


def _standardise(happened: Array, group: Codes, place: Codes, who: Codes) -> _Rates | None:
    """Standardise the groups' rates to the days of all who answered; None where no day has rows enough of each."""
    n_places = int(place.max()) + 1 if len(place) else 0
    used = group >= 0
    cell = place * (NONE + 1) + group
    counts = np.bincount(cell[used], minlength=n_places * (NONE + 1)).reshape(n_places, NONE + 1)
    kept = np.asarray((counts[:, :NONE] >= LEAST_ROWS).all(axis=1), dtype=np.bool_)
    if not kept.any():
        return None
    has_none = bool((counts[kept, NONE] >= LEAST_ROWS).all())
    weight = np.where(kept, counts[:, :NONE].sum(axis=1), 0).astype(np.float64)
    weight /= weight.sum()
    rows = used & kept[place] & ((group < NONE) | has_none)
    y, of, at = happened[rows], group[rows], place[rows]
    sums = np.bincount(cell[rows], y, minlength=counts.size).reshape(counts.shape)
    means = sums / np.maximum(counts, 1)
    of_cell = weight[:, None] / np.maximum(counts, 1) * np.sqrt(counts / np.maximum(counts - 1, 1))
    pull = of_cell[at, of] * (y - means[at, of])
    n, codes = codes_of(who[rows])
    each = [np.bincount(codes[of == g], pull[of == g], minlength=n) for g in range(NONE + 1)]
    influence = np.asarray(np.column_stack(each), dtype=np.float64)
    values = np.asarray(weight @ means, dtype=np.float64)
    events = np.array([y[of == g].sum() for g in range(NONE + 1)])
    total = np.array([(of == g).sum() for g in range(NONE + 1)])
    extra = np.where(events == 0, 1.0 / np.maximum(total, 1) ** 2, 0.0)
    return _Rates(values, influence, events.astype(np.int64), extra, has_none)


def _rate(rates: _Rates, g: int, scale: float, n: int, unit: str) -> Estimate:
    value = float(rates.values[g])
    if g == NONE and not rates.has_none:
        return Estimate(n=n)
    variance = rates.variance(np.eye(NONE + 1)[g])
    if value <= 0:
        return Estimate(0.0, 0.0, scale * float(gamma.ppf(0.975, 1)) * float(np.sqrt(variance)), n=n, unit=unit)
    if variance <= 0:
        return Estimate(scale * value, n=n, unit=unit)
    events = value**2 / variance
    low, high = float(gamma.ppf(0.025, events)), float(gamma.ppf(0.975, events + 1))
    return Estimate(scale * value, scale * value * low / events, scale * value * high / events, n=n, unit=unit)


def _ratio(rates: _Rates, parts: list[tuple[Array, int]], n: int) -> Estimate:
    """Return a product of powers of weighted rates; no value where too little happened in one of them."""
    value, slope = 1.0, np.zeros(NONE + 1)
    for weights, power in parts:
        touched = weights > 0
        if rates.events[touched].sum() < LEAST_FOR_RATIO or (touched[NONE] and not rates.has_none):
            return Estimate(n=n)
        rate = float(weights[touched] @ rates.values[touched])
        if rate <= 0:
            return Estimate(n=n)
        value *= rate**power
        slope += power * weights / rate
    return log_normal_interval(value, value * float(np.sqrt(rates.variance(slope))), n=n, unit="rate ratio")
