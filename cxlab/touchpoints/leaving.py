"""What goes with leaving: how often customers did not come back after a touchpoint, against other orders alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.gestures.means import Codes, TwoMeans, fewest_clusters
from cxlab.gestures.verdict import LEVEL, holm
from cxlab.language import Texts, tr, trn
from cxlab.occasions import OrderSteps
from cxlab.occasions.steps import StepKind
from cxlab.phrases import listed
from cxlab.words import few, number, number_between, percent, percent_between

Goes = Literal["leaving", "staying", "as_others", "cannot_tell"]
LEAST_ORDERS, LEAST_CUSTOMERS = 30, 20
"""Orders with a touchpoint, and customers on the smaller side, from which on it is looked at."""
MOST_OF_A_KIND = 8
"""Touchpoints of a kind that are looked at, those with most orders."""
UNIT = "share of orders"
_NUMBERS, _RECENT = (2, 3, 5, 10), (1, 2, 3, 5)
"""Where the strata of the customer's order number and of recent orders begin, after the first."""
KINDS: tuple[StepKind, ...] = ("channel", "failure", "answer", "low_score")
GOES = Texts(
    {
        "leaving": "Goes with leaving",
        "staying": "Goes with staying",
        "as_others": "As others",
        "cannot_tell": "Cannot tell",
    }
)
_APART: tuple[Goes, ...] = ("leaving", "staying")
_NOT_APART: tuple[Goes, ...] = ("as_others", "cannot_tell")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Step:
    """One touchpoint.

    Attributes
    ----------
    kind, name : what it is, and what the data calls it; empty: all of the kind, or not said.
    means : share of orders after which the customer did not come back, with it (`treated`) and at other orders,
        weighted to be of customers with as many orders so far, and as many of late (`control`).
    n : orders with it; n_customers : who made them.
    goes : by the written rule.
    """

    kind: StepKind
    name: str
    means: TwoMeans
    n: int
    n_customers: int
    goes: Goes = "cannot_tell"

    @property
    def rate(self) -> Estimate:
        """Share of its orders after which the customer did not come back."""
        e = self.means.mean("treated", UNIT)
        return _within(replace(e, n=self.n))

    @property
    def alike(self) -> Estimate:
        """The same share of other orders, by customers alike."""
        return _within(self.means.mean("control", UNIT))

    @property
    def difference(self) -> Estimate:
        """How much more of its orders these are."""
        return self.means.estimate(UNIT)

    @property
    def key(self) -> str:
        """Its name in the keys of `results.json`."""
        return f"{self.kind}.{self.name}" if self.name else self.kind

    @property
    def title(self) -> str:
        """What it is, at the head of a row."""
        if self.kind == "channel":
            return tr("Ordered by “{name}”", name=self.name)
        if self.kind == "failure":
            return tr("Went wrong: “{name}”", name=self.name) if self.name else tr("Went wrong")
        if self.kind == "answer":
            return tr("Asked at “{name}”", name=self.name)
        return tr("Low score at “{name}”", name=self.name) if self.name else tr("Low score")

    @property
    def phrase(self) -> str:
        """What it is, as it stands within a sentence and among others."""
        if self.kind == "channel":
            return tr("orders by “{name}”", name=self.name)
        if self.kind == "failure":
            return tr("the failure “{name}”", name=self.name) if self.name else tr("orders that went wrong")
        if self.kind == "answer":
            return tr("answers at “{name}”", name=self.name)
        return tr("low scores at “{name}”", name=self.name) if self.name else tr("low scores")


@dataclass(frozen=True, eq=False)
class Leaving:
    """Which touchpoints go with leaving.

    Attributes
    ----------
    steps : each that enough orders have, by kind and then the one with the most orders first.
    base : share of all orders after which the customer did not come back.
    rows : the orders they rest on.
    minimum_group : touchpoints of fewer customers are not shown.
    """

    steps: tuple[Step, ...]
    base: Estimate
    rows: OrderSteps
    minimum_group: int

    @property
    def findings(self) -> dict[str, Estimate]:
        """The base rate, and of each touchpoint the rate, and the difference with its verdict."""
        found = {"leaving_base": self.base}
        for step in self.shown:
            found[f"leaving.{step.key}"] = step.rate
            found[f"leaving_difference.{step.key}"] = replace(step.difference, verdict=step.goes)
        return found

    @property
    def shown(self) -> tuple[Step, ...]:
        """Touchpoints of as many customers as may be shown."""
        return tuple(step for step in self.steps if step.n_customers >= self.minimum_group)

    @property
    def table(self) -> pd.DataFrame:
        """One row a touchpoint: orders, customers, rate, rate of others alike, difference, verdict."""
        rows = []
        for step in self.steps:
            row: dict[str, object] = {
                "kind": step.kind, "name": step.name, "orders": step.n, "customers": step.n_customers,
                "goes_with": step.goes,
            }  # fmt: skip
            for name, e in (("rate", step.rate), ("alike", step.alike), ("difference", step.difference)):
                row |= {name: e.number, f"{name}_low": e.low, f"{name}_high": e.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def of(self, goes: Goes) -> tuple[Step, ...]:
        """Return the touchpoints of a verdict, the largest difference first."""
        mine = [step for step in self.shown if step.goes == goes]
        return tuple(sorted(mine, key=lambda step: -abs(step.difference.number)))

    @property
    def heading(self) -> str:
        """What goes with leaving, in a line."""
        worst = self.of("leaving")
        if not worst:
            return tr("No touchpoint is shown to go with leaving")
        step = worst[0]
        more = trn("{what} and {n} more", "{what} and {n} more", len(worst) - 1, what=step.title, n=len(worst) - 1)
        return tr(
            "{what}: {share} did not come back, {others} after other orders alike",
            what=more if len(worst) > 1 else step.title,
            share=percent(step.rate.number),
            others=percent(step.alike.number),
        )

    @property
    def reading(self) -> str:
        """The base rate, and what lies apart from it."""
        days = number(self.rows.outcome_days)
        said = [
            trn(
                "After {share} of {n} order ({interval}) the customer did not come back within {days} days.",
                "After {share} of {n} orders ({interval}) the customer did not come back within {days} days.",
                self.rows.n,
                share=percent(self.base.number, 1),
                n=number(self.rows.n),
                interval=percent_between(*self.base.ends, 1),
                days=days,
            )
        ]
        said += [_say(step) for goes in _APART for step in self.of(goes)]
        as_others, not_apart = ([step.phrase for step in self.of(goes)] for goes in _NOT_APART)
        if as_others:
            said.append(tr("As after other orders alike: {names}.", names=listed(as_others)))
        if not_apart:
            said.append(tr("Not told apart from other orders alike: {names}.", names=listed(not_apart)))
        said.append(
            tr(
                "This is what goes together, not what causes what: who comes to a touchpoint may have been about to "
                "leave, or to stay, in any case."
            )
        )
        if self.rows.wait_days:
            said.append(
                trn(
                    "Answers and failures come days after the orders, so the time runs from {days} day after each.",
                    "Answers and failures come days after the orders, so the time runs from {days} days after each.",
                    self.rows.wait_days,
                    days=number(self.rows.wait_days),
                )
            )
            said += self._left_out()
        return " ".join(said)

    def _left_out(self) -> list[str]:
        """Say how many orders are left out because the customer was back too soon; nothing where none is."""
        n = self.rows.n_back
        if not n:
            return []
        return [
            trn(
                "Left out: {n} order after which the customer was back by then.",
                "Left out: {n} orders after which the customer was back by then.",
                max(n, self.minimum_group),
                n=few(n, self.minimum_group),
            )
        ]


def steps_before_leaving(
    rows: OrderSteps | None, *, equivalence_margin: float = 0.05, minimum_group: int = 1
) -> Leaving:
    """Find which touchpoints go with leaving: after how many of their orders the customer did not come back.

    Each is held against other orders of customers with as many orders so far (1, 2, 3-4, 5-9, 10 or more) and as many
    in the time just before (0, 1, 2, 3-4, 5 or more), weighted to be alike: a channel of regulars is not praised for
    being one. A channel is held against the others, what went wrong against orders that went well, a place where
    customers answered against answers elsewhere, a low score against higher ones to the same question.

    Parameters
    ----------
    rows : orders whose time after is over, with what went with them; None: the study brings no orders.
    equivalence_margin : share of the others' rate within which a difference counts as none.
    minimum_group : touchpoints of fewer customers are not shown.

    Raises
    ------
    MissingDataError : there are no orders, or nothing that went with them. NotEnoughDataError : too few can be
        followed, or they say nothing that could tell them apart.

    Notes
    -----
    The written rule: a touchpoint goes with leaving, or with staying, when the difference is not 0 after adjusting for
    the number of touchpoints (Holm, p below .05); it is as others when the 90% interval of the difference lies within
    the margin; else the data cannot tell. Errors count a customer's orders together.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> found = cx.steps_before_leaving(kit.order_steps)
    >>> print(found.heading)
    No touchpoint is shown to go with leaving
    """
    if rows is None:
        raise MissingDataError(
            tr("the study brings no orders, so it cannot be seen who came back: add `orders` to its sources")
        )
    if rows.steps.empty:
        raise MissingDataError(
            tr(
                "the study says of no order which touchpoints went with it: bring `channel` in the orders, "
                "`incidents`, or `feedback` with its `touchpoint`"
            )
        )
    if rows.n < LEAST_ORDERS:
        raise NotEnoughDataError(
            trn(
                "whether customers came back is looked at from {least} orders on, and {n} can be followed for {days} "
                "days: bring the orders of a longer time",
                "whether customers came back is looked at from {least} orders on, and {n} can be followed for {days} "
                "days: bring the orders of a longer time",
                rows.n,
                least=number(LEAST_ORDERS),
                n=number(rows.n),
                days=number(rows.outcome_days),
            )
        )
    clusters = np.asarray(np.unique(rows.orders["customer"].to_numpy(np.int64), return_inverse=True)[1], dtype=np.int64)
    found = list(_each(rows, clusters))
    if not found:
        raise NotEnoughDataError(
            tr(
                "no touchpoint has {least} orders beside others without it: bring `channel` in the orders, "
                "`incidents`, or `feedback` with its `touchpoint`",
                least=number(LEAST_ORDERS),
            )
        )
    adjusted = holm([step.means.p_value for step in found])
    judged = tuple(
        replace(step, goes=_judge(step.means, p, equivalence_margin)) for step, p in zip(found, adjusted, strict=True)
    )
    return Leaving(judged, _base(rows, clusters), rows, minimum_group)


def _each(rows: OrderSteps, clusters: Codes) -> Iterator[Step]:
    """Hold every touchpoint with orders enough against the others."""
    steps, left = rows.steps, rows.orders["left"].to_numpy(np.float64)
    numbers, recent = (rows.orders[name].to_numpy(np.int64) for name in ("number", "recent"))
    strata = np.digitize(numbers, _NUMBERS) * (len(_RECENT) + 1) + np.digitize(recent, _RECENT)
    kinds, names, order = steps["kind"], steps["name"], steps["order"].to_numpy(np.int64)

    def marked(which: Mask) -> Mask:
        found = np.zeros(rows.n, dtype=np.bool_)
        found[order[which]] = True
        return found

    for kind in KINDS:
        of_kind = (kinds == kind).to_numpy(bool)
        counted = names[of_kind].value_counts()
        frequent = sorted(_frequent(counted), key=lambda name: (-counted[name], name))[:MOST_OF_A_KIND]
        if kind == "low_score" and "" not in frequent:
            frequent = ["", *frequent]
        for name in frequent:
            mine = of_kind if kind == "low_score" and not name else of_kind & (names == name).to_numpy(bool)
            with_it = marked(mine)
            if kind == "failure":
                others = ~marked(of_kind)
            else:
                asked = (kinds == ("answer" if kind == "low_score" else kind)).to_numpy(bool)
                if kind == "low_score" and name:
                    asked = asked & (names == name).to_numpy(bool)
                others = marked(asked) & ~with_it
            if kind == "answer" and not name:
                continue
            step = _held(kind, name, left, with_it, others, strata, clusters)
            if step is not None:
                yield step


def _frequent(counted: "pd.Series[int]") -> list[str]:
    """Return the names that enough orders have, the most frequent first."""
    return [str(name) for name, n in counted.items() if n >= LEAST_ORDERS]


def _held(
    kind: StepKind, name: str, left: NDArray[np.float64], with_it: Mask, others: Mask, strata: Codes, clusters: Codes
) -> Step | None:
    """Hold orders with a touchpoint against others, weighted to lie in the same strata; None where too few do."""
    n_strata = int(strata.max()) + 1
    n_with, n_others = (np.bincount(strata[side], minlength=n_strata) for side in (with_it, others))
    shared = (n_with > 0) & (n_others > 0)
    with_it, others = with_it & shared[strata], others & shared[strata]
    kept = with_it | others
    treated, mine, who = with_it[kept], strata[kept], clusters[kept]
    if treated.sum() < LEAST_ORDERS or fewest_clusters(who, treated) < LEAST_CUSTOMERS:
        return None
    y, n = left[kept], len(treated)
    expected = np.bincount(strata[others], weights=left[others], minlength=n_strata) / np.maximum(n_others, 1)
    rate, alike = float(y[treated].mean()), float(expected[mine][treated].mean())
    share = treated.mean()
    weight = np.where(treated, 0.0, (n_with / np.maximum(n_others, 1))[mine])
    by_rate = np.where(treated, y - rate, 0.0) / share
    by_alike = (np.where(treated, expected[mine] - alike, 0.0) + weight * (y - expected[mine])) / share
    who = np.asarray(np.unique(who, return_inverse=True)[1], dtype=np.int64)
    means = TwoMeans(
        rate, alike, by_rate, by_alike, who, int(treated.sum()), n - int(treated.sum()),
        max(fewest_clusters(who, treated) - 1, 1),
    )  # fmt: skip
    return Step(kind, name, means.gathered(), int(treated.sum()), len(np.unique(who[treated])))


def _judge(means: TwoMeans, adjusted: float, margin: float) -> Goes:
    if adjusted < 1 - LEVEL:
        return "leaving" if means.difference > 0 else "staying"
    if means.standard_error > 0 and abs(means.difference) + means.reach(0.90) <= margin * means.control:
        return "as_others"
    return "cannot_tell"


def _base(rows: OrderSteps, clusters: Codes) -> Estimate:
    left = rows.orders["left"].to_numpy(np.float64)
    mean = float(left.mean())
    influence = left - mean
    means = TwoMeans(mean, 0.0, influence, np.zeros(rows.n), clusters, rows.n, 0, max(int(clusters.max()), 1))
    return _within(means.mean("treated", UNIT))


def _within(e: Estimate) -> Estimate:
    """Keep an interval of a share within 0 and 1; where nothing varies it is the share itself."""
    low, high = (e.number, e.number) if e.low is None or e.high is None else (e.low, e.high)
    return replace(e, low=max(low, 0.0), high=min(high, 1.0))


def _say(step: Step) -> str:
    points, ends = in_points(step.difference)
    return tr(
        "{what}: {share} of {n} ({interval}), against {others} after other orders alike; {goes}, {points} points "
        "({range}).",
        what=step.title,
        share=percent(step.rate.number, 1),
        n=number(step.n),
        interval=percent_between(*step.rate.ends, 1),
        others=percent(step.alike.number, 1),
        goes=GOES[step.goes].lower(),
        points=points,
        range=ends,
    )


def in_points(e: Estimate) -> tuple[str, str]:
    """Write a difference of shares in points, and the ends of its interval; these are empty where there is none.

    Examples
    --------
    >>> in_points(Estimate(0.021, -0.004, 0.046))
    ('+2.1', '−0.4 to 4.6')
    """
    text = number(100 * e.number, 1)
    ends = number_between(100 * e.ends[0], 100 * e.ends[1], 1) if e.has_interval else ""
    return text if e.number <= 0 else f"+{text}", ends
