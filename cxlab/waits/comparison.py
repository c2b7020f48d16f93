"""Who comes back sooner: the waits of groups side by side, and whether they differ by more than chance."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cxlab import words
from cxlab.contingency import Counts
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate, Findings, columns_of
from cxlab.intake.cohorts import MOST_ROWS, group_by_period
from cxlab.language import Texts, tr
from cxlab.phrases import span
from cxlab.waits.curves import Waiting, WaitingCurve, wait_for_purchases
from cxlab.waits.logrank import logrank_p_value
from cxlab.waits.rows import ADJECTIVES, PurchaseWaits
from cxlab.waits.told import ToldWaits, tell_waits

FOLLOWED_SHARE = 0.1
"""Waits of a group that must be followed so far, as a share of them."""
KEPT_SHARE = 0.8
"""Waits whose groups can be followed so far, as a share of all: groups that are too young for that are left out."""
CHANCE = 0.05
SHORTEST_DAYS = 7
"""Waits followed for fewer days than these are not compared: nearly all of them last longer."""
_SAID_ALL = 4  # groups that a reading names one by one


@dataclass(frozen=True)
class WaitComparison:
    """How long groups wait for their next purchase.

    Attributes
    ----------
    waits : what it rests on.
    waiting : the curves; None where nothing can be said.
    reference : the group that the others are held against, the one with most waits; empty where there is one at most.
    differences : restricted mean of each other group less that of the reference, by group.
    p_value : of the log-rank test; None where it cannot be reckoned.
    too_young : groups that cannot be followed as far as the others.
    missing : why nothing can be said, and what to bring; empty where something can.
    """

    waits: PurchaseWaits
    waiting: Waiting | None
    reference: str
    differences: dict[str, Estimate]
    p_value: float | None
    too_young: tuple[str, ...] = ()
    missing: str = ""

    @property
    def curves(self) -> tuple[WaitingCurve, ...]:
        """The curves, in the order in which they are shown."""
        return () if self.waiting is None else self.waiting.curves

    @property
    def marks(self) -> list[int]:
        """Days at which shares and the numbers still waiting are told; none where nothing can be said."""
        return [] if self.waiting is None else sorted(set(self.waiting.marks))

    @cached_property
    def told(self) -> ToldWaits:
        """What a page may tell of the groups, so that it tells of no few customers."""
        assert self.waiting is not None, "nothing can be said of these waits"
        sizes = self.waits.frame["group"].value_counts()
        return tell_waits(
            self.curves, self.marks, {name: int(sizes.get(name, 0)) for name in self.waits.groups},
            self.waiting.minimum_group, parts=self._parts(),
        )  # fmt: skip

    def _parts(self) -> tuple[int, ...] | None:
        """Count customers by the shortest cohorts that other tables may count them by; None where none do."""
        if self.waits.by != "cohort":
            return None
        first = self.waits.frame["start"].to_numpy("datetime64[D]").astype(np.int64)
        shorter, _, place = group_by_period(np.unique(first), most_rows=MOST_ROWS)
        days = np.unique(first, return_counts=True)[1]
        if shorter == "week":  # a week may lie in two months, so that parts of it can be told
            return (1,)
        return tuple(np.bincount(place, weights=days).astype(int).tolist())

    @property
    def horizon_days(self) -> int:
        """How far the waits are followed; 0 where nothing can be said."""
        return 0 if self.waiting is None else self.waiting.horizon_days

    @property
    def are_apart(self) -> bool:
        """Whether the groups differ by more than chance."""
        return self.p_value is not None and self.p_value < CHANCE

    @property
    def table(self) -> pd.DataFrame:
        """One row a group and day: share waiting, its ends, waits that go on."""
        if self.waiting is not None:
            return self.waiting.table
        return pd.DataFrame(
            {name: [] for name in ("group", "day", "waiting", "waiting_low", "waiting_high", "at_risk")}
        )

    @property
    def summary(self) -> pd.DataFrame:
        """One row a group: waits, customers, purchases within the horizon, restricted mean, median, difference."""
        return pd.DataFrame(
            {
                "group": [curve.group for curve in self.curves],
                "waits": [curve.n for curve in self.curves],
                "customers": [curve.n_customers for curve in self.curves],
                "bought": [curve.n_bought for curve in self.curves],
                **columns_of("restricted_mean", (curve.restricted_mean for curve in self.curves)),
                **columns_of("median", (curve.median for curve in self.curves)),
                **columns_of("difference", (self.differences.get(c.group, Estimate()) for c in self.curves)),
            }
        )

    @property
    def heading(self) -> str:
        """The finding in a line."""
        by = self.waits.by
        if not self.curves:
            return _untold(by)
        if not any(curve.n_bought for curve in self.curves):
            return tr("Nobody bought again within {within}", within=self._within)
        soonest, latest = self._ends()
        if soonest is latest:
            return tr(
                "Within {within} the mean wait for the next purchase is {days}",
                within=self._within,
                days=_days(soonest),
            )
        if not self.are_apart:
            return (
                _WHICH_SOONER[by]
                if by in _WHICH_SOONER
                else tr("The data cannot tell which {by} come back sooner", by=by)
            )
        if _days(soonest) == _days(latest):
            if by in _ALL_ALIKE:
                return _ALL_ALIKE[by].format(within=self._within)
            return tr(
                "Within {within} all {by} wait about equally long for the next purchase", within=self._within, by=by
            )
        return tr(
            "Within {within} the mean wait for the next purchase is {soonest_days} for {soonest}, {latest_days} for "
            "{latest}",
            within=self._within,
            soonest_days=_days(soonest),
            soonest=self._said(soonest),
            latest_days=_days(latest),
            latest=self._said(latest),
        )

    @property
    def _within(self) -> str:
        return span(self.horizon_days)

    @property
    def reading(self) -> str:
        """Mean waits, the largest difference, whether it is more than chance, and what was left out."""
        if self.waiting is None:
            return self.missing
        h = self.horizon_days
        parts = [
            tr(
                "Counted {start}, and followed for {days}, a wait that lasts longer counted as {h}: {means}.",
                start=self.waits.start,
                days=span(h),
                h=words.number(h),
                means=self._means(),
            ),
            *self._difference(),
            self.waits.caveat,
            self._left_out(),
        ]
        return " ".join(part for part in parts if part)

    @property
    def findings(self) -> Findings:
        """Restricted mean, median and difference by group, and the test."""
        by = self.waits.by
        found = {f"restricted_mean.{by}.{curve.group}": curve.restricted_mean for curve in self.curves}
        found |= {f"median_wait.{by}.{c.group}": c.median for c in self.curves if c.median.value is not None}
        found |= {f"wait_difference.{by}.{group}": one for group, one in self.differences.items()}
        if len(self.curves) > 1:
            verdict = "differ" if self.are_apart else "cannot_tell"
            n = sum(curve.n for curve in self.curves)
            found[f"waits_differ.{by}"] = Estimate(self.p_value, n=n, unit="p value", verdict=verdict)
        return found

    def _ends(self) -> tuple[WaitingCurve, WaitingCurve]:
        ordered = sorted(self.curves, key=lambda curve: curve.restricted_mean.number)
        return ordered[0], ordered[-1]

    def _said(self, curve: WaitingCurve) -> str:
        return self.waits.said.get(curve.group, curve.group)

    def _counted(self, curve: WaitingCurve) -> str:
        mean, n, who = _mean(curve), self.told.sizes[curve.group], self._said(curve)
        if self.waits.by == "segment" and curve.group in ADJECTIVES:
            return tr("{mean} for {n} of {who}", mean=mean, n=n, who=who)
        return tr("{mean} for {n} {who}", mean=mean, n=n, who=who)

    def _means(self) -> str:
        """Say the mean of each group, or of the two ends where there are many."""
        many = len(self.curves) > _SAID_ALL
        shown = self._ends() if many else self.curves
        said = [self._counted(curve) for curve in shown]
        if len(self.curves) == 1:
            return said[0]
        first, last = ", ".join(said[:-1]), said[-1]
        if many:
            return tr(
                "from the shortest mean to the longest, {first} and {last} (in brackets 95% intervals)",
                first=first,
                last=last,
            )
        return tr("{first} and {last} (in brackets 95% intervals)", first=first, last=last)

    def _difference(self) -> list[str]:
        """Say how far the group that is furthest from the largest one is away from it."""
        if len(self.curves) < 2:
            return []
        if not self.are_apart:
            if self.p_value is None:
                return [tr("The data cannot tell whether these groups wait differently.")]
            return [
                tr(
                    "The data cannot tell whether these groups wait differently: {by_chance}.",
                    by_chance=_by_chance(self.p_value),
                )
            ]
        group, furthest = max(self.differences.items(), key=lambda pair: abs(pair[1].number))
        low, high = sorted(abs(end) for end in furthest.ends)
        sure = furthest.ends[0] > 0 or furthest.ends[1] < 0
        ends = words.number_between(low, high) if sure else words.number_between(*furthest.ends)
        said = self.waits.said
        largest = tr(", the largest of the differences") if len(self.curves) > 2 else ""
        much = words.count(round(abs(furthest.number)), "day")
        if round(abs(furthest.number)) == 0:
            return [
                tr(
                    "Their mean waits lie less than a day apart, though the groups differ by more than "
                    "chance: {by_chance}.",
                    by_chance=_by_chance(self.p_value),
                )
            ]
        figures = {
            "reference": said.get(self.reference, self.reference), "much": much, "who": said.get(group, group),
            "interval": ends, "largest": largest,
        }  # fmt: skip
        apart = (
            tr(
                "Against {reference}, the largest group, the purchase comes {much} sooner for {who} (95% interval "
                "{interval}){largest}.",
                **figures,
            )
            if furthest.number < 0
            else tr(
                "Against {reference}, the largest group, the purchase comes {much} later for {who} (95% interval "
                "{interval}){largest}.",
                **figures,
            )
        )
        return [
            f"{apart} " + tr("The groups differ by more than chance: {by_chance}.", by_chance=_by_chance(self.p_value))
        ]

    def _left_out(self) -> str:
        assert self.waiting is not None
        parts, said = [], self.waits.said
        if self.too_young:
            listed = ", ".join(said.get(name, name) for name in self.too_young)
            parts.append(tr("Left out: {listed}, which cannot be followed so far yet.", listed=listed))
        if self.waiting.too_small:
            listed = ", ".join(said.get(name, name) for name in self.waiting.too_small)
            parts.append(
                tr("Left out: {listed}, which hold under {n} customers.", listed=listed, n=self.waiting.minimum_group)
            )
        return " ".join(parts)


def compare_waits(waits: PurchaseWaits, *, minimum_group: int = 5) -> WaitComparison:
    """Put the waits of groups side by side.

    Parameters
    ----------
    waits : each with the group that was known at its beginning.
    minimum_group : groups of fewer customers are not shown.

    Notes
    -----
    Waits are followed as far as at least a tenth (`FOLLOWED_SHARE`) of the waits in each group could be, and not
    beyond their window. Groups that are too young for that are left out, as long as the others hold four fifths
    (`KEPT_SHARE`) of the waits. A restricted mean is the mean wait when longer ones are counted as that many days: the
    area under the curve. Differences allow for customers with waits in both groups.

    References
    ----------
    Royston and Parmar (2013), Restricted mean survival time, BMC Medical Research Methodology 13:152.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> waits = cx.waits_for_second_order(kit.intake.engine, kit.customers)
    >>> compared = cx.compare_waits(waits)
    >>> print(compared.reading)  # doctest: +ELLIPSIS
    Counted from the first order to the next purchase, and followed for 341 days, a wait that lasts longer ...
    """
    if waits.missing:
        return WaitComparison(waits, None, "", {}, None, missing=waits.missing)
    frame = waits.frame
    if frame["followed_days"].max() < 1:
        return WaitComparison(
            waits,
            None,
            "",
            {},
            None,
            missing=tr(
                "The data end on the day from which the waits run, so nobody "
                "could be followed for a "
                "day. Bring a longer history."
            ),
        )
    horizon, too_young = choose_horizon(frame["followed_days"].to_numpy(np.int64), frame["group"], waits.window_days)
    if horizon < SHORTEST_DAYS:
        return WaitComparison(
            waits,
            None,
            "",
            {},
            None,
            missing=tr(
                "The waits can be followed for {days} only, too short a time "
                "to compare them in. Bring a "
                "longer history.",
                days=words.count(horizon, "day"),
            ),
        )
    kept = frame[~frame["group"].isin(too_young)]
    order = tuple(one for one in waits.groups if one not in too_young)
    days, bought, group, who = (kept[name].to_numpy() for name in ("days", "bought", "group", "customer_id"))
    try:
        waiting = wait_for_purchases(
            days, bought, horizon_days=horizon, groups=group, customers=who, order=order, minimum_group=minimum_group
        )
    except NotEnoughDataError as fault:
        return WaitComparison(waits, None, "", {}, None, missing=f"{fault}.")
    names = [curve.group for curve in waiting.curves]
    shown = np.isin(group.astype(str), names)
    p_value = logrank_p_value(
        days[shown], bought[shown], group[shown], horizon_days=horizon, customers=who[shown]
    )  # fmt: skip
    reference, differences = _differences(waiting)
    return WaitComparison(waits, waiting, reference, differences, p_value, too_young)


def choose_horizon(followed: Counts, groups: pd.Series, window_days: int | None = None) -> tuple[int, tuple[str, ...]]:
    """Choose how far waits are followed: as far as a tenth of the waits in each group could be.

    Parameters
    ----------
    followed : shape (n,), n at least 1, days from the beginning of each wait to the end of observation.
    groups : shape (n,).
    window_days : not beyond that.

    Returns
    -------
    The days, at least 1; and the groups that are too young to be followed so far.

    Examples
    --------
    >>> choose_horizon(np.array([300] * 50 + [200] * 40 + [9] * 10), pd.Series(["a"] * 50 + ["b"] * 40 + ["c"] * 10))
    (200, ('c',))
    """
    reach, sizes = {}, {}
    for name in sorted(set(groups)):
        own = np.sort(followed[(groups == name).to_numpy()])[::-1]
        reach[name], sizes[name] = int(own[max(0, int(np.ceil(FOLLOWED_SHARE * len(own))) - 1)]), len(own)
    held = {days: sum(sizes[name] for name in reach if reach[name] >= days) for days in reach.values()}
    horizon = max(days for days, n in held.items() if n >= KEPT_SHARE * len(followed))
    if window_days is not None:
        horizon = min(horizon, window_days)
    horizon = max(horizon, 1)
    return horizon, tuple(name for name in reach if reach[name] < horizon)


def _differences(waiting: Waiting) -> tuple[str, dict[str, Estimate]]:
    """Hold each group's restricted mean against that of the group with most waits."""
    curves = waiting.curves
    if len(curves) < 2:
        return "", {}
    at = int(np.argmax([curve.n for curve in curves]))
    return curves[at].group, {curve.group: _apart(waiting, i, at) for i, curve in enumerate(curves) if i != at}


def _apart(waiting: Waiting, i: int, at: int) -> Estimate:
    """Restricted mean of one group less that of another, with ends made of those of both means.

    References
    ----------
    Zou (2007), Toward using confidence intervals to compare correlations, Psychological Methods 12(4), 399-413 (the
    method of variance estimates recovery, for estimates that hang together).
    """
    spread = waiting.covariance
    both = float(np.sqrt(spread[i, i] * spread[at, at]))
    together = float(spread[i, at]) / both if both > 0 else 0.0
    mine, other = waiting.curves[i].restricted_mean, waiting.curves[at].restricted_mean
    down, up = (abs(mine.number - end) for end in mine.ends)
    other_down, other_up = (abs(other.number - end) for end in other.ends)

    def reach(a: float, b: float) -> float:
        return float(np.sqrt(max(a**2 + b**2 - 2 * together * a * b, 0.0)))

    value, n = mine.number - other.number, waiting.curves[i].n + waiting.curves[at].n
    low, high = value - reach(down, other_up), value + reach(up, other_down)
    return Estimate(value, low, high, n=n, unit="days to the next purchase")


_WHICH_SOONER = Texts(
    {
        "segment": "The data cannot tell which segments come back sooner",
        "cluster": "The data cannot tell which clusters come back sooner",
        "cohort": "The data cannot tell which new customers come back sooner",
        "gesture": "The data cannot tell which orders come back sooner",
    }
)
_ALL_ALIKE = Texts(
    {
        "segment": "Within {within} all segments wait about equally long for the next purchase",
        "cluster": "Within {within} all clusters wait about equally long for the next purchase",
        "cohort": "Within {within} all new customers wait about equally long for the next purchase",
        "gesture": "Within {within} all orders wait about equally long for the next purchase",
    }
)
_UNTOLD = Texts(
    {
        "segment": "How long it takes to the next purchase cannot be told by segment",
        "cluster": "How long it takes to the next purchase cannot be told by cluster",
        "cohort": "How long it takes to the next purchase cannot be told by cohort",
        "gesture": "How long it takes to the next purchase cannot be told by gesture",
    }
)


def _untold(by: str) -> str:
    return _UNTOLD[by] if by in _UNTOLD else tr("How long it takes to the next purchase cannot be told by {by}", by=by)


def _days(curve: WaitingCurve) -> str:
    return words.count(round(curve.restricted_mean.number), "day")


def _mean(curve: WaitingCurve) -> str:
    return f"{_days(curve)} ({words.number_between(*curve.restricted_mean.ends)})"


def _by_chance(p_value: float | None) -> str:
    """Say how often chance alone makes groups differ that much: the p value, in words.

    Examples
    --------
    >>> _by_chance(0.0003)
    'chance alone would do as much in fewer than 1 of 1,000 such shops'
    >>> _by_chance(0.515)
    'chance alone would do as much in 52 of 100 such shops'
    """
    assert p_value is not None
    if p_value < 0.001:
        return tr("chance alone would do as much in fewer than 1 of {of} such shops", of=words.number(1000))
    n, of = (words.number(1000 * p_value), 1000) if p_value < 0.01 else (str(min(round(100 * p_value), 99)), 100)
    return tr("chance alone would do as much in {n} of {of} such shops", n=n, of=words.number(of))
