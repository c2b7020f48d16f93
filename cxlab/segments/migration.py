"""From segment to segment: who moved between two periods, where that leads, and what lies between the fields."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.estimate import Estimate, columns_of, normal_interval, percentile_interval, wilson_interval
from cxlab.intake.hidden_cells import HiddenCells, hide_cells
from cxlab.intake.hiding import GroupSizes
from cxlab.language import Texts, tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.segments.periods import Periods
from cxlab.segments.rule import KnowsWhoIsAlive, Segments, assign_segments
from cxlab.segments.words import Activity, Profitability

Array = NDArray[np.float64]
AHEAD = (1, 4)
"""Periods ahead for which the expected distribution is given."""
LEAST_FOR_MONEY = 30
"""Customers of a segment from which on its mean contribution is given: below, it is too skewed for an interval."""
MOVED_SHARE = 0.01
"""Share of a segment's customers whose move the value at stake is for."""
N_DRAWS = 2000
WHOLE_FROM = 100
SMALLEST_STAKE = 0.005  # an amount that would be written as nothing
"""Amounts from which on the cents are left out."""
_STAYED = Texts(
    {
        "profit_bringers": "{share} of {size} profit-bringers ({interval})",
        "misunderstood": "{share} of {size} misunderstood ({interval})",
        "candidates": "{share} of {size} candidates ({interval})",
        "lost": "{share} of {size} lost ({interval})",
    }
)
_OTHERS = Texts(
    {
        "misunderstood": "{share} of the {size} misunderstood",
        "candidates": "{share} of the {size} candidates",
        "lost": "{share} of the {size} lost",
    }
)
_PRIOR = 0.25  # customers added to each of the four cells of a row before it is drawn: one in all (Perks 1947)


@dataclass(frozen=True)
class Migration:
    """Where the customers of each segment were one period later.

    Attributes
    ----------
    counts : shape (4, 4), customers by segment at the end of the first period (rows) and of the second (columns), in
        the order of `SEGMENTS`; zeros where nothing can be said.
    transitions : of each pair (from, to), the share of a segment's customers who were in another one period later; no
        value for segments under `minimum_group`.
    net_change : of each segment, its share of these customers at the end of the second period less that at the end of
        the first.
    expected : of each pair (periods ahead, segment), the share of these customers expected there, counted from the
        end of the second period; no value where a segment is too small to follow.
    at_stake : of each pair (from, to), contribution a period that lies between 1 % of the customers who are in the one
        segment now and as many of the other; no value for segments under `LEAST_FOR_MONEY`. A comparison of different
        customers, not the effect of moving any.
    first, second : the rule and each customer's segment at the two ends; None where nothing can be said.
    days : length of a period.
    minimum_group : cells smaller than this are not shown on pages nor among the findings.
    currency : ISO 4217 code.
    missing : why nothing can be said; empty where something can.
    """

    counts: pd.DataFrame
    transitions: dict[tuple[str, str], Estimate]
    net_change: dict[str, Estimate]
    expected: dict[tuple[int, str], Estimate]
    at_stake: dict[tuple[str, str], Estimate]
    first: Segments | None
    second: Segments | None
    days: int
    minimum_group: int
    currency: str
    missing: str = ""

    @property
    def n(self) -> int:
        """Number of customers followed."""
        return int(self.counts.to_numpy().sum())

    @property
    def table(self) -> pd.DataFrame:
        """One row a pair of segments: customers, their share of the first, and the value at stake, with ends."""
        pairs = [(a, b) for a in SEGMENTS for b in SEGMENTS]
        columns: dict[str, list[str] | list[int] | list[float]] = {
            "from_segment": [a for a, _ in pairs],
            "to_segment": [b for _, b in pairs],
            "customers": self.counts.to_numpy(np.int64).ravel().tolist(),
        }
        for name, found in (("share", self.transitions), ("at_stake", self.at_stake)):
            columns |= columns_of(name, [found.get(pair, Estimate()) for pair in pairs])
        return pd.DataFrame(columns)

    @property
    def expected_table(self) -> pd.DataFrame:
        """One row a segment: its share of the customers at both ends, and expected, with ends."""
        sizes = self.counts.to_numpy(float)
        total = max(1.0, sizes.sum())
        columns: dict[str, list[str] | list[float]] = {
            "segment": list(SEGMENTS),
            "first": (sizes.sum(axis=1) / total).tolist(),
            "second": (sizes.sum(axis=0) / total).tolist(),
        }
        for ahead in AHEAD:
            columns |= columns_of(f"after_{ahead}", [self.expected.get((ahead, name), Estimate()) for name in SEGMENTS])
        return pd.DataFrame(columns)

    @property
    def sizes(self) -> tuple[GroupSizes, GroupSizes]:
        """How many were in each segment at the first end and at the second, as a page may show it."""
        counts, axes = self.counts.to_numpy(np.int64), (1, 0)
        first, second = (GroupSizes(tuple(counts.sum(axis=a).tolist()), self.minimum_group) for a in axes)
        return first, second

    def is_hidden(self, start: str, end: str) -> bool:
        """Whether a page does not say how many made this move: so few, or the totals would tell of others so few."""
        return bool(self.hidden.mask[SEGMENTS.index(start), SEGMENTS.index(end)])

    @cached_property
    def hidden(self) -> HiddenCells:
        """What a page may show of the counts; everything that it says of them goes by this."""
        return hide_cells(self.counts, self.minimum_group)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return tr("Who moved between segments cannot be told")
        if not any(self._profit_bringers):
            return tr("Nobody was a profit-bringer in either period")
        change = self.net_change["profit_bringers"]
        if change.low is None or change.high is None or change.low <= 0 <= change.high:
            return tr("As many became profit-bringers as stopped being ones, as far as can be seen")
        if change.number > 0:
            return tr("More customers became profit-bringers than stopped being ones")
        return tr("Fewer customers became profit-bringers than stopped being ones")

    @property
    def reading(self) -> str:
        """Who stayed and who moved, where that leads, and what lies between the segments."""
        if self.missing:
            return self.missing
        parts = [self._lines(), self._stayed(), self._net(), self._small(), self._ahead(), self._stake()]
        return " ".join(part for part in parts if part)

    @property
    def _profit_bringers(self) -> tuple[int, int]:
        """How many were profit-bringers at the first end and at the second."""
        counts, k = self.counts.to_numpy(np.int64), SEGMENTS.index("profit_bringers")
        return int(counts[k].sum()), int(counts[:, k].sum())

    def _lines(self) -> str:
        """Say where the two lines lie, for they are found in the first period and may not be those of the page."""
        assert self.first is not None
        days = round(self.first.line)
        active = {
            "recency": trn("within {n} day", "within {n} days", days, n=words.number(days)),
            "cadence": tr("within {n} times the days allowed", n=words.number(self.first.line, 1)),
            "p_alive": tr("with an even chance or better of being a customer still"),
        }[self.first.activity]
        return tr(
            "Both lines are found in the first period and stay where they are in the second: active is who bought "
            "{active}, profitable who brought more than {amount} in a period.",
            active=active,
            amount=words.money(self.first.threshold, self.currency),
        )

    @property
    def findings(self) -> dict[str, Estimate]:
        """Shares that moved, net changes, expected shares and values at stake; small cells are left out."""
        found = {f"migration.{a}.{b}": e for (a, b), e in self.transitions.items() if not self.is_hidden(a, b)}
        found |= {f"net_change.{name}": e for name, e in self.net_change.items()}
        found |= {f"expected_share.{name}.{ahead}": e for (ahead, name), e in self.expected.items()}
        found |= {f"value_at_stake.{a}.{b}": e for (a, b), e in self.at_stake.items()}
        return {key: estimate for key, estimate in found.items() if estimate.value is not None}

    def _stayed(self) -> str:
        stayed = {name: self.transitions[name, name] for name in SEGMENTS}
        said = [
            _STAYED[name].format(
                share=words.percent(one.number),
                size=self.sizes[0].written(SEGMENTS.index(name)),
                interval=_interval(one),
            )
            for name, one in stayed.items()
            if one.has_interval and not self.is_hidden(name, name)
        ]
        n = words.number(self.n)
        if said:
            return trn(
                "Of {n} customer followed over two periods of {days} days, still in their segment were {shares}.",
                "Of {n} customers followed over two periods of {days} days, still in their segment were {shares}.",
                self.n,
                n=n,
                days=self.days,
                shares="; ".join(said),
            )
        return trn(
            "Of {n} customer followed over two periods of {days} days, how many stayed is not told, for it would give "
            "away fewer than {customers}.",
            "Of {n} customers followed over two periods of {days} days, how many stayed is not told, for it would give "
            "away fewer than {customers}.",
            self.n,
            n=n,
            days=self.days,
            customers=words.count(self.minimum_group, "customer"),
        )

    def _net(self) -> str:
        change = self.net_change["profit_bringers"]
        top = SEGMENTS.index("profit_bringers")
        told = self.hidden.mask[top].any() or self.hidden.mask[:, top].any()
        if change.low is None or change.high is None or told or not any(self._profit_bringers):
            return ""
        points = words.number(100 * abs(change.number), 1)
        ends = words.number_between(100 * change.low, 100 * change.high, 1)
        if change.number > 0:
            said = tr(
                "The share of profit-bringers among them rose by {points} points (95% interval of the change {ends}).",
                points=points,
                ends=ends,
            )
        elif change.number < 0:
            said = tr(
                "The share of profit-bringers among them fell by {points} points (95% interval of the change {ends}).",
                points=points,
                ends=ends,
            )
        else:
            said = tr(
                "The share of profit-bringers among them changed by {points} points (95% interval of the change "
                "{ends}).",
                points=points,
                ends=ends,
            )
        if change.number < 0:
            why = tr(
                "All of them had bought by the end of the first period, many for the first time in it, so a fall is "
                "to be expected; whoever came later is not among them, and a shop that wins customers can grow all "
                "the same."
            )
        else:
            why = tr(
                "All of them had bought by the end of the first period, many for the first time in it, although a "
                "fall was to be expected; whoever came later is not among them, and a shop that wins customers can "
                "grow all the same."
            )
        return f"{said} {why}"

    def _small(self) -> str:
        few = [
            f"{SEGMENT_NAME[name].lower()} ({words.few(size, self.minimum_group) if size else tr('nobody')})"
            for name, size in zip(SEGMENTS, self.counts.to_numpy().sum(axis=1), strict=True)
            if size < self.minimum_group
        ]
        return tr("Too few at first to be followed: {segments}.", segments=", ".join(few)) if few else ""

    def _ahead(self) -> str:
        top = [self.expected.get((ahead, "profit_bringers"), Estimate()) for ahead in AHEAD]
        if not any(self._profit_bringers):
            return ""
        if not all(one.has_interval for one in top):
            return tr(
                "How they will be spread later is not given: it takes at least {customers} at first in each segment "
                "that anybody was in.",
                customers=words.count(self.minimum_group, "customer"),
            )
        soon, late = (
            trn(
                "{share} ({interval}) after {n} more period",
                "{share} ({interval}) after {n} more periods",
                ahead,
                share=words.percent(one.number),
                interval=_interval(one),
                n=words.number(ahead),
            )
            for ahead, one in zip(AHEAD, top, strict=True)
        )
        return tr(
            "If they go on moving like that, of {now} now {soon} and {late} will be profit-bringers.",
            now=self.sizes[1].share_written(SEGMENTS.index("profit_bringers")),
            soon=soon,
            late=late,
        )

    def _stake(self) -> str:
        pairs = {pair: e for pair, e in self.at_stake.items() if e.has_interval and pair[1] == "profit_bringers"}
        if not pairs:
            return tr(
                "No value at stake is given: it takes {least} customers among the profit-bringers and in another "
                "segment.",
                least=LEAST_FOR_MONEY,
            )
        (start, _), stake = max(pairs.items(), key=lambda item: item[1].number)
        if stake.number < SMALLEST_STAKE:
            return tr("No segment brought less than the profit-bringers did, so no value is at stake.")
        digits = 0 if stake.number >= WHOLE_FROM else 2
        others = _OTHERS[start].format(
            share=words.percent(MOVED_SHARE), size=self.sizes[1].written(SEGMENTS.index(start))
        )
        return tr(
            "If {others} of the second period brought what as many profit-bringers bring, that would be {amount} more "
            "a period (95% interval {ends}), the largest such sum: a difference between different customers, which "
            "also grows with the size of the field, and not what moving anybody would bring.",
            others=others,
            amount=words.money(stake.number, self.currency, digits),
            ends=words.money_between(*stake.ends, self.currency, digits),
        )


def segment_migration(
    periods: Periods,
    *,
    activity: Activity = "recency",
    active_days: int | None = None,
    profitability: Profitability | None = None,
    min_profit: float | None = None,
    purchase_model: Callable[[Customers], KnowsWhoIsAlive] | None = None,
    minimum_group: int = 5,
    seed: int = 0,
) -> Migration:
    """Follow the customers of each segment from one period to the next.

    Parameters
    ----------
    periods : the same customers in two periods of equal length.
    activity, active_days, profitability, min_profit, purchase_model : the rule, as in `assign_segments`. What it finds
        out from the data (the usual gap, the median contribution) it finds out in the first period, and both lines
        stay where they are for the second. A purchase model is fitted on the histories up to each end.
    minimum_group : smaller segments are not followed.
    seed : of the draws behind the expected shares.

    Raises
    ------
    SegmentError : the rule does not fit the customers.

    Notes
    -----
    Shares that moved carry Wilson's interval. Expected shares start from the customers' segments at the end of the
    second period, which are known, and move them by the transition matrix; it is drawn from its Dirichlet distribution
    with a quarter of a customer added to each cell, so that a move nobody made is not taken to be impossible. That the
    matrix stays as it is, and that only the present segment counts, is assumed. A change of a share is that of a
    paired proportion. The value at stake compares the mean contribution in the second period of customers by their
    segment at the end of the first, for the label itself rests on the first period's contribution.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> migration = cx.segment_migration(kit.periods)
    >>> print(migration.heading)
    Fewer customers became profit-bringers than stopped being ones
    """
    if periods.missing:
        return _nothing(periods, minimum_group, periods.missing)
    try:
        alive = None
        if activity == "p_alive" and purchase_model is not None:
            alive = [purchase_model(c).probability_alive() for c in (periods.known_first, periods.known_second)]
    except InputError as fault:
        return _nothing(
            periods, minimum_group, tr("Movement between segments cannot be told by P(alive): {fault}", fault=fault)
        )
    first = assign_segments(
        periods.first,
        activity=activity,
        active_days=active_days,
        profitability=profitability,
        min_profit=min_profit,
        alive=None if alive is None else alive[0],
    )
    second = assign_segments(
        periods.second,
        activity=activity,
        active_days=first.active_days,
        profitability="amount",
        min_profit=first.threshold,
        alive=None if alive is None else alive[1],
    )
    counts = pd.crosstab(first.labels, second.labels).reindex(index=SEGMENTS, columns=SEGMENTS, fill_value=0)
    counts.index.name = counts.columns.name = None
    return Migration(
        counts=counts,
        transitions=transition_shares(counts.to_numpy(np.int64), minimum_group),
        net_change=_net_changes(counts.to_numpy(float)),
        expected=expected_shares(counts.to_numpy(np.int64), minimum_group=minimum_group, seed=seed),
        at_stake=_values_at_stake(periods.first, first.labels, counts.to_numpy(np.int64), minimum_group),
        first=first,
        second=second,
        days=periods.days,
        minimum_group=minimum_group,
        currency=periods.first.currency,
    )


def transition_shares(counts: NDArray[np.int64], minimum_group: int) -> dict[tuple[str, str], Estimate]:
    """Share of each row, shape (4, 4), that is in each column, with Wilson's interval; none for small rows."""
    sizes, unit = counts.sum(axis=1), "share of the segment's customers a period later"
    return {
        (start, end): wilson_interval(int(counts[i, j]), int(sizes[i]), unit=unit)
        if sizes[i] >= max(1, minimum_group)
        else Estimate(n=int(sizes[i]))
        for i, start in enumerate(SEGMENTS)
        for j, end in enumerate(SEGMENTS)
    }


def expected_shares(
    counts: NDArray[np.int64], *, minimum_group: int, seed: int, draws: int = N_DRAWS
) -> dict[tuple[int, str], Estimate]:
    """Share of the customers in each segment `AHEAD` periods after the second end; none where a row is too small.

    Parameters
    ----------
    counts : shape (4, 4), customers by segment at the first end (rows) and at the second (columns).
    """
    n, sizes, now = int(counts.sum()), counts.sum(axis=1), counts.sum(axis=0)
    peopled = (sizes > 0) | (now > 0)
    if (sizes[peopled] < max(1, minimum_group)).any():
        return {(ahead, name): Estimate(n=n) for ahead in AHEAD for name in SEGMENTS}
    matrix = counts / np.maximum(1, sizes)[:, None]
    rng = np.random.default_rng(seed)
    drawn = np.zeros((draws, 4, 4))
    for i in np.flatnonzero(peopled):
        drawn[:, i][:, peopled] = rng.dirichlet(counts[i, peopled] + _PRIOR, size=draws)
    found, unit = {}, "share of the customers"
    for ahead in AHEAD:
        value = now / n @ np.linalg.matrix_power(matrix, ahead)
        spread = np.einsum("j,bjk->bk", now / n, np.linalg.matrix_power(drawn, ahead))
        for k, name in enumerate(SEGMENTS):
            found[ahead, name] = percentile_interval(float(value[k]), spread[:, k], n=n, unit=unit)
    return found


def _net_changes(counts: Array) -> dict[str, Estimate]:
    """Change of each segment's share, shape (4, 4) by both ends; interval of Agresti & Min (2005) for paired shares.

    Half a customer is added to each of those who came, left, stayed in and stayed out, so that a change which nobody
    made is not given without doubt.
    """
    n, found = counts.sum(), {}
    for k, name in enumerate(SEGMENTS):
        came, left = counts[:, k].sum() - counts[k, k], counts[k].sum() - counts[k, k]
        size = n + 2
        centre = (came - left) / size
        error = np.sqrt(max(0.0, came + left + 1 - (came - left) ** 2 / size)) / size
        around = normal_interval(float(centre), float(error))
        found[name] = Estimate(
            float((came - left) / n), around.low, around.high, n=int(n), unit="change of the share of the customers"
        )
    return found


def _values_at_stake(
    first: Customers, labels: pd.Series, counts: NDArray[np.int64], minimum_group: int
) -> dict[tuple[str, str], Estimate]:
    """Contribution between 1 % of each segment's customers of now and as many of another, in the second period."""
    later = first.frame["holdout_contribution"].to_numpy(float)
    groups = [later[(labels == name).to_numpy()] for name in SEGMENTS]
    now, unit = counts.sum(axis=0), f"{first.currency} a period"
    found = {}
    for i, start in enumerate(SEGMENTS):
        for j, end in enumerate(SEGMENTS):
            if i == j:
                continue
            enough = min(len(groups[i]), len(groups[j])) >= max(LEAST_FOR_MONEY, minimum_group)
            if not enough or now[i] < minimum_group:
                found[start, end] = Estimate(n=int(now[i]))
                continue
            value, low, high = (MOVED_SHARE * float(now[i]) * one for one in _apart(groups[j], groups[i]))
            found[start, end] = Estimate(value, low, high, n=int(now[i]), unit=unit)
    return found


def _apart(more: Array, less: Array, level: float = 0.95) -> tuple[float, float, float]:
    """Difference of two means and the ends of its interval: Welch's (1947), bent for skewness as in Hall (1992)."""
    value = float(more.mean() - less.mean())
    sizes = np.array([len(more), len(less)], dtype=float)
    parts = np.array([group.var(ddof=1) for group in (more, less)]) / sizes
    error = float(np.sqrt(parts.sum()))
    if error == 0:
        return value, value, value
    freedom = parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum()
    thirds = [float(((group - group.mean()) ** 3).mean()) for group in (more, less)]
    skewness = (thirds[0] / sizes[0] ** 2 - thirds[1] / sizes[1] ** 2) / error**3
    reach = float(student.ppf(0.5 + level / 2, freedom))
    return value, value - error * _bent(reach, skewness), value - error * _bent(-reach, skewness)


def _bent(quantile: float, skewness: float) -> float:
    """Quantile of a studentised mean whose estimate has this skewness: inverse of Hall's cubic."""
    if abs(skewness) < 1e-6:
        return quantile
    return float(3 / skewness * (np.cbrt(1 + skewness * (quantile - skewness / 6)) - 1))


def _nothing(periods: Periods, minimum_group: int, why: str) -> Migration:
    """Say why nothing can be said, and give no number."""
    counts = pd.DataFrame(np.zeros((4, 4), dtype=np.int64), index=SEGMENTS, columns=SEGMENTS)
    days, currency = periods.days, periods.first.currency
    return Migration(counts, {}, {}, {}, {}, None, None, days, minimum_group, currency, why)


def _interval(estimate: Estimate) -> str:
    return tr("95% interval {interval}", interval=words.percent_between(*estimate.ends))
