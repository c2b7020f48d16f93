"""How often customers came back: the count of repeat purchases, as it is and, where there is one, as a model has it."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.intake.hiding import are_few, written_part
from cxlab.language import tr, trn
from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import DAYS_A_WEEK, Array, Histories
from cxlab.purchases.model import PurchaseModel
from cxlab.words import capital, count, day, number, percent, percent_between


@dataclass(frozen=True)
class RepeatCounts:
    """Customers by their number of repeat purchases up to the cut.

    Attributes
    ----------
    table : one row a number of repeat purchases: repeat_purchases (words), customers, share, share_low, share_high
        (actual, Wilson), model_share (NaN without a model).
    n, n_repeaters : customers, and those of them who came back.
    calibration_end : last day that was used.
    has_model : whether the shares of a model stand beside the actual ones.
    minimum_group : of the study.
    """

    table: pd.DataFrame
    n: int
    n_repeaters: int
    calibration_end: dt.date
    has_model: bool
    minimum_group: int

    @property
    def came_back(self) -> Estimate:
        """Share of the customers who came back."""
        return wilson_interval(self.n_repeaters, self.n, unit="share of customers who bought on a second day")

    @property
    def is_told(self) -> bool:
        """Whether that share tells of no few customers."""
        return not are_few([self.n_repeaters], [self.n], self.minimum_group).any()

    @property
    def largest_gap(self) -> Estimate:
        """Largest difference between the two shares; no value without a model."""
        if not self.has_model:
            return Estimate()
        gap = (self.table["share"] - self.table["model_share"]).abs().to_numpy(np.float64)
        return Estimate(float(gap.max()), n=self.n, unit="largest difference in share of customers")

    @property
    def findings(self) -> Findings:
        """The share who came back as `came_back`, the largest difference as `repeat_counts.largest_gap`."""
        return {"came_back": self.came_back, "repeat_counts.largest_gap": self.largest_gap}

    @property
    def part(self) -> str:
        """How many of how many came back, as a clause."""
        some = written_part(self.n_repeaters, self.n, self.minimum_group)
        return tr("of {customers}, {some} bought on a second day", customers=count(self.n, "customer"), some=some)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.n_repeaters in (0, self.n):
            return tr("Everybody came back") if self.n_repeaters else tr("Nobody has come back yet")
        if not self.is_told:
            if 2 * self.n_repeaters > self.n:
                return tr("More than half of the customers came back")
            return tr("Not more than half of the customers came back")
        return tr("{share} of the customers came back", share=percent(self.came_back.number))

    @property
    def reading(self) -> str:
        """How many came back, and how near the model comes to the counts it was fitted on."""
        interval = (
            tr(" (95% interval {interval})", interval=percent_between(*self.came_back.ends)) if self.is_told else ""
        )
        said = tr(
            "{part}{interval}, by {cut}.",
            part=capital(self.part),
            interval=interval,
            cut=day(self.calibration_end),
        )
        if not self.has_model:
            return said
        return f"{said} " + tr(
            "In no group is the model’s share more than {points} percentage points from the "
            "counted one. This is the period that the model was fitted on, so it shows that the "
            "model can bend to this shop, not yet that it foresees anything.",
            points=number(100 * self.largest_gap.number, 1),
        )


def count_repeats(customers: Customers, model: PurchaseModel | None = None, *, minimum_group: int = 5) -> RepeatCounts:
    """Count customers by repeat purchases; a model's count of such customers stands beside it where one is given.

    Parameters
    ----------
    model : fitted on them.
    minimum_group : groups of fewer customers are joined with their neighbours.

    Raises
    ------
    NotEnoughDataError : there are no customers, or fewer than `minimum_group`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> counts = cx.count_repeats(kit.customers, cx.fit_bgnbd(kit.customers))
    >>> print(counts.heading)
    75% of the customers came back
    """
    histories = Histories.of(customers)
    n = histories.n
    if n < max(1, minimum_group):
        raise NotEnoughDataError(
            trn(
                "how often customers come back is not told of fewer than {minimum_group} of them, and there is {n} "
                "with an order up to calibration_end: bring more orders, or put calibration_end later in study.yml",
                "how often customers come back is not told of fewer than {minimum_group} of them, and there are {n} "
                "with an order up to calibration_end: bring more orders, or put calibration_end later in study.yml",
                n,
                minimum_group=minimum_group,
                n=n,
            )
        )
    groups, names = merge_small(histories.frequency, minimum_group)
    sizes = np.bincount(groups, minlength=len(names))
    begins = [0, *(int(histories.frequency[groups == g].min()) for g in range(1, len(names)))]
    last = [begin - 1 for begin in begins[1:]]
    names = [str(a) if a == b else f"{a}–{b}" for a, b in zip(begins, last, strict=False)] + names[-1:]
    shares = np.full(len(names), np.nan) if model is None else _model_shares(model, begins)
    rows = []
    for name, size, share in zip(names, sizes.tolist(), shares.tolist(), strict=True):
        actual = wilson_interval(size, n)
        rows.append((name, size, actual.number, actual.low, actual.high, share))
    columns = ["repeat_purchases", "customers", "share", "share_low", "share_high", "model_share"]
    return RepeatCounts(
        pd.DataFrame(rows, columns=columns), n, histories.n_repeaters, customers.calibration_end, model is not None,
        minimum_group,
    )  # fmt: skip


def _model_shares(model: PurchaseModel, begins: list[int]) -> Array:
    """Share of customers that a model expects in each group, from its first number of purchases up to the next one's.

    Parameters
    ----------
    begins : ascending, from 0 on; the last group has no end.
    """
    histories, family = model.histories, model.family
    ages = [
        (family.of_kind(kind), *np.unique(histories.age_days[mine], return_counts=True))
        for kind, mine in histories.each_kind()
    ]

    def share_with(purchases: int) -> float:
        """Share of customers with so many, each kind by the ages that it has."""
        weeks = [(own, days / DAYS_A_WEEK, counts) for own, days, counts in ages]
        return sum(float(own.share_with(model.parameters, purchases, w) @ counts) for own, w, counts in weeks) / (
            histories.n
        )

    shares = [sum(share_with(x) for x in range(a, b)) for a, b in pairwise(begins)]
    return np.array([*shares, max(0.0, 1.0 - sum(shares))])
