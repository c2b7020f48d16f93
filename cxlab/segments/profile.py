"""What each segment is, what it brought so far, and what it did in the hold-out window."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.estimate import Estimate, bootstrap_sums, columns_of, normal_interval, percentile_interval, wilson_interval
from cxlab.intake.hiding import GroupSizes
from cxlab.language import tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.segments.rule import Segments

LEAST_DRAWS = 1000  # resamples behind an interval, of which an end rests on one in forty
LEAST_FOR_A_MEAN = 2


@dataclass(frozen=True)
class SegmentRow:
    """One segment.

    Attributes
    ----------
    segment, customers : its name and how many are in it.
    size : share of all customers.
    contribution_share, revenue_share : of the total up to the end of calibration; a value of None where the total is
        not safely above zero. They may be negative, or above 1 when others lose money.
    holdout_contribution_share : of the total in the hold-out window, likewise.
    holdout_contribution, holdout_purchases : per customer of the segment in the hold-out window; a value of None for
        fewer than two customers.
    bought_again : share of the segment's customers with an order in the hold-out window.
    difference : how far fields lie apart in hold-out contribution per customer: a profit-bringer over one who is lost,
        over a misunderstood, over a candidate; for the lost, what they bring. It is a difference between groups and
        bounds nothing that an action could do. No value for groups under `minimum_group`.

    Shares rest on all customers (their n); means on the segment's own.
    """

    segment: str
    customers: int
    size: Estimate
    contribution_share: Estimate
    revenue_share: Estimate
    holdout_contribution_share: Estimate
    holdout_contribution: Estimate
    holdout_purchases: Estimate
    bought_again: Estimate
    difference: Estimate


@dataclass(frozen=True)
class SegmentProfile:
    """The four segments side by side.

    Attributes
    ----------
    segments : the rule and each customer's segment.
    rows : one a segment, in the order of `SEGMENTS`; empty segments are there with 0 customers.
    contribution, holdout_contribution : totals of all customers, in units of currency.
    holdout_days : length of the hold-out window.
    minimum_group : groups smaller than this are not shown on pages.
    """

    segments: Segments
    rows: tuple[SegmentRow, ...]
    contribution: float
    holdout_contribution: float
    holdout_days: int
    minimum_group: int

    def row(self, segment: str) -> SegmentRow:
        """Return one segment."""
        return self.rows[SEGMENTS.index(segment)]

    @property
    def n(self) -> int:
        """Number of customers."""
        return self.segments.n

    @property
    def sizes(self) -> GroupSizes:
        """How many are in each segment, as a page may show it."""
        return GroupSizes(tuple(row.customers for row in self.rows), self.minimum_group)

    def size(self, segment: str) -> Estimate:
        """Return the share of the customers in a segment, as a page may show it."""
        k = SEGMENTS.index(segment)
        if k != self.sizes.about:
            return self.rows[k].size
        return wilson_interval(self.sizes.number(k), self.n, unit="share of customers")

    @property
    def undivided(self) -> str:
        """Which question does not divide the customers, and why; empty where both do."""
        top, woken, coming, lost = (row.customers for row in self.rows)
        pairs = {
            tr("nobody is profitable"): top + woken, tr("everybody is profitable"): coming + lost,
            tr("nobody is active"): top + coming, tr("everybody is active"): woken + lost,
        }  # fmt: skip
        common = [said for said, others in pairs.items() if others == 0]
        if len(common) == 2:
            first, second = common
            return tr("{first} and {second}, so neither question divides the customers", first=first, second=second)
        return tr("{common}, so that question does not divide the customers", common=common[0]) if common else ""

    @property
    def table(self) -> pd.DataFrame:
        """One row a segment: counts, shares and means with the ends of their intervals."""
        named = {"customers": [row.customers for row in self.rows]}
        columns: dict[str, list[float] | list[int] | list[str]] = {"segment": [r.segment for r in self.rows], **named}
        for field in _MEASURES:
            columns |= columns_of(field, (getattr(row, field) for row in self.rows))
        return pd.DataFrame(columns)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        top = self.row("profit_bringers")
        if top.customers < self.minimum_group:
            return tr("There are next to no profit-bringers") if top.customers else tr("Nobody is a profit-bringer")
        size = words.percent(self.size(top.segment).number)
        if not top.contribution_share.has_interval:
            return tr("{size} of the customers are profit-bringers", size=size)
        brought = words.percent(top.contribution_share.number)
        return tr("{size} of the customers brought {brought} of the contribution so far", size=size, brought=brought)

    @property
    def next_reading(self) -> str:
        """What each segment bought in the hold-out window, per customer."""
        shown = [row for row in self.rows if row.customers >= max(1, self.minimum_group)]
        shown = [row for row in shown if row.holdout_purchases.value is not None]
        if not shown:
            return tr("No segment is large enough to be followed.")
        if not any(row.holdout_purchases.number for row in shown):
            return tr(
                "Nobody bought in the {days} days after, in no segment that is large enough to be followed.",
                days=self.holdout_days,
            )
        each = "; ".join(f"{SEGMENT_NAME[row.segment].lower()} {self._bought(row)}" for row in shown)
        return tr(
            "Purchases per customer in the {days} days after, with 95% intervals: {each}.",
            days=self.holdout_days,
            each=each,
        )

    def _bought(self, row: SegmentRow) -> str:
        """Write how often a customer of a segment bought, and of how many that is the mean."""
        bought, size = row.holdout_purchases, self.sizes.written(SEGMENTS.index(row.segment))
        spread = words.number_between(*bought.ends, 2) if bought.has_interval else tr("each of them")
        customers = trn("{size} customer", "{size} customers", 1 if size == "1" else 2, size=size)
        return f"{words.number(bought.number, 2)} ({spread}; {customers})"

    @property
    def reading(self) -> str:
        """Size and shares of the profit-bringers, and what is odd about the four."""
        return " ".join([*self._leaders(), *self._oddities()])

    @property
    def findings(self) -> dict[str, Estimate]:
        """Customers, shares and what came next, by segment."""
        found = {f"customers.{row.segment}": Estimate(row.customers, n=self.n, unit="customers") for row in self.rows}
        for key in (
            "size",
            "contribution_share",
            "holdout_contribution_share",
            "holdout_contribution",
            "holdout_purchases",
        ):
            for row in self.rows:
                estimate: Estimate = getattr(row, key)
                if estimate.value is not None:
                    found[f"{key}.{row.segment}"] = estimate
        return found

    def _leaders(self) -> list[str]:
        top, everybody = self.row("profit_bringers"), words.number(self.n)
        if not top.customers and top.customers < self.minimum_group:
            return [
                trn(
                    "Of {everybody} customer, none are profit-bringers.",
                    "Of {everybody} customers, none are profit-bringers.",
                    self.n,
                    everybody=everybody,
                )
            ]
        if top.customers < self.minimum_group:
            return [
                trn(
                    "Of {everybody} customer, {few} are profit-bringers.",
                    "Of {everybody} customers, {few} are profit-bringers.",
                    self.n,
                    everybody=everybody,
                    few=words.few(top.customers, self.minimum_group),
                )
            ]
        size = self.size(top.segment)
        said = [
            trn(
                "{size} of {everybody} customer are profit-bringers ({interval}).",
                "{size} of {everybody} customers are profit-bringers ({interval}).",
                self.n,
                size=words.percent(size.number),
                everybody=everybody,
                interval=_between(size),
            )
        ]
        now, later = top.contribution_share, top.holdout_contribution_share
        if now.has_interval:
            said.append(
                tr(
                    "They brought {share} of the contribution so far ({interval}).",
                    share=words.percent(now.number),
                    interval=_between(now),
                )
            )
        if later.has_interval:
            said.append(
                tr(
                    "Of the contribution in the {days} days after they brought {share} ({interval}).",
                    days=self.holdout_days,
                    share=words.percent(later.number),
                    interval=_between(later),
                )
            )
        return said

    def _oddities(self) -> list[str]:
        said = []
        empty = [SEGMENT_NAME[row.segment].lower() for row in self.rows if row.customers == 0]
        if empty:
            said.append(
                trn(
                    "Nobody is in {n} segment: {names}.",
                    "Nobody is in {n} segments: {names}.",
                    len(empty),
                    n=words.number(len(empty)),
                    names=", ".join(empty),
                )
            )
        if self.undivided:
            said.append(f"{words.capital(self.undivided)}.")
        if self.rows[0].contribution_share.value is None:
            said.append(
                tr(
                    "Contribution so far adds up to {total}, too near to zero or below it for shares to mean anything.",
                    total=words.money(self.contribution, self.segments.currency),
                )
            )
        elif self.rows[0].holdout_contribution_share.value is None:
            said.append(tr("{why} Shares of it would mean nothing.", why=self.no_later_shares))
        return said

    @property
    def no_later_shares(self) -> str:
        """Say why the contribution of the hold-out window is not shared out among the segments."""
        total = words.money(self.holdout_contribution, self.segments.currency)
        if self.holdout_contribution < 0:
            return tr("The {days} days after brought a loss, {total} in all.", days=self.holdout_days, total=total)
        if self.holdout_contribution == 0:
            return tr("The {days} days after brought no contribution.", days=self.holdout_days)
        return tr(
            "Too little contribution came in during the {days} days after, or too unevenly: {total} in all.",
            days=self.holdout_days,
            total=total,
        )


_MEASURES = (
    "size",
    "contribution_share",
    "revenue_share",
    "holdout_contribution_share",
    "holdout_contribution",
    "holdout_purchases",
    "bought_again",
    "difference",
)


def describe_segments(
    customers: Customers, segments: Segments, *, n_bootstrap: int = 200, seed: int = 0, minimum_group: int = 5
) -> SegmentProfile:
    """Count the segments, and sum what each brought so far and in the hold-out window.

    Parameters
    ----------
    customers, segments : the customers and their segments, in the same order.
    n_bootstrap : resamples of the customers behind each share and mean.
    seed : of the resampling.
    minimum_group : groups smaller than this are not shown on pages.

    Notes
    -----
    Both lines are held fixed: no interval says how the lines would have been drawn on other customers, also where they
    are drawn at the median or by the usual gap. Sizes carry Wilson's interval. Shares of a total are ratios of sums
    over the same bootstrap sample; they are given only when the total is above zero in every sample, for a ratio to a
    number near zero says nothing. Means per customer are bootstrapped within the segment.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> profile = cx.describe_segments(kit.customers, segments)
    >>> print(profile.heading)
    25% of the customers brought 68% of the contribution so far
    """
    frame = customers.frame
    member = np.column_stack([(segments.labels == name).to_numpy() for name in SEGMENTS])
    totals = {name: frame[name].to_numpy(float) for name in ("contribution", "revenue", "holdout_contribution")}
    counts = member.sum(axis=0)
    stacked = np.column_stack([member * values[:, None] for values in totals.values()])
    sums = bootstrap_sums(stacked, max(n_bootstrap, LEAST_DRAWS), seed)
    shares = {
        name: _shares(stacked[:, 4 * i : 4 * i + 4].sum(axis=0), sums[:, 4 * i : 4 * i + 4], customers.n, name)
        for i, name in enumerate(totals)
    }
    rows = []
    for k, name in enumerate(SEGMENTS):
        own = frame.loc[member[:, k], ["holdout_contribution", "holdout_purchases"]].to_numpy(float)
        money, purchases = _means(own, n_bootstrap, seed + k + 1, (customers.currency, "purchases"))
        bought = wilson_interval(int((own[:, 1] > 0).sum()), len(own)) if len(own) else Estimate(n=0)
        rows.append(
            SegmentRow(
                segment=name,
                customers=int(counts[k]),
                size=wilson_interval(int(counts[k]), customers.n, unit="share of customers"),
                contribution_share=shares["contribution"][k],
                revenue_share=shares["revenue"][k],
                holdout_contribution_share=shares["holdout_contribution"][k],
                holdout_contribution=money,
                holdout_purchases=purchases,
                bought_again=bought,
                difference=money
                if name == "lost"
                else _difference(name, frame, segments.labels, minimum_group, customers.currency),
            )
        )
    return SegmentProfile(
        segments=segments,
        rows=tuple(rows),
        contribution=float(totals["contribution"].sum()),
        holdout_contribution=float(totals["holdout_contribution"].sum()),
        holdout_days=customers.holdout_days,
        minimum_group=minimum_group,
    )


def _shares(parts: NDArray[np.float64], draws: NDArray[np.float64], n: int, name: str) -> list[Estimate]:
    """Each part's share of what n customers brought, shapes (4,) and (B, 4); none unless that is safely above zero."""
    where = "in the hold-out window" if name.startswith("holdout_") else "so far"
    unit = f"share of {name.removeprefix('holdout_')} {where}"
    total, totals = parts.sum(), draws.sum(axis=1)
    if not (total > 0 and (totals > 0).all()):
        return [Estimate(n=n, unit=unit)] * len(parts)
    return [
        percentile_interval(float(parts[k] / total), draws[:, k] / totals, n=n, unit=unit) for k in range(len(parts))
    ]


def _means(own: NDArray[np.float64], draws: int, seed: int, units: tuple[str, str]) -> tuple[Estimate, Estimate]:
    """Means of the columns over a segment's own customers, shape (n, 2)."""
    n = len(own)
    per = [f"{unit} per customer in the hold-out window" for unit in units]
    if n < LEAST_FOR_A_MEAN:
        return Estimate(n=n, unit=per[0]), Estimate(n=n, unit=per[1])
    means = bootstrap_sums(own, max(draws, LEAST_DRAWS), seed) / n
    first, second = (
        percentile_interval(float(own[:, j].mean()), means[:, j], n=n, unit=per[j])
        if np.ptp(own[:, j]) > 0
        else Estimate(float(own[0, j]), n=n, unit=per[j])  # all alike: drawing them anew tells nothing of others
        for j in (0, 1)
    )
    return first, second


def _difference(name: str, frame: pd.DataFrame, labels: pd.Series, minimum_group: int, currency: str) -> Estimate:
    """Difference of two segments' mean hold-out contribution (Welch's standard error)."""
    pair = ("profit_bringers", "lost" if name == "profit_bringers" else name)
    groups = [frame.loc[(labels == one).to_numpy(), "holdout_contribution"].to_numpy(float) for one in pair]
    if min(len(group) for group in groups) < max(minimum_group, LEAST_FOR_A_MEAN):
        return Estimate()
    means = [float(group.mean()) for group in groups]
    error = float(np.sqrt(sum(group.var(ddof=1) / len(group) for group in groups)))
    return normal_interval(means[0] - means[1], error, n=sum(map(len, groups)), unit=f"{currency} per customer")


def _between(estimate: Estimate) -> str:
    return tr("95% interval {interval}", interval=words.percent_between(*estimate.ends))
