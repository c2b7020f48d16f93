"""How often customers came back: the count of repeat purchases, as it is and as the model has it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import DAYS_A_WEEK
from cxlab.purchases.model import PurchaseModel
from cxlab.words import number, percent, percent_between


@dataclass(frozen=True)
class RepeatCounts:
    """Customers by their number of repeat purchases up to the cut.

    Attributes
    ----------
    table : one row a number of repeat purchases: repeat_purchases (words), customers, share, share_low, share_high
        (actual, Wilson), model_share.
    n : customers.
    """

    table: pd.DataFrame
    n: int

    @property
    def largest_gap(self) -> Estimate:
        """Largest difference between the two shares."""
        gap = (self.table["share"] - self.table["model_share"]).abs().to_numpy(np.float64)
        return Estimate(float(gap.max()), n=self.n, unit="largest difference in share of customers")

    @property
    def findings(self) -> Findings:
        """The largest difference, as `repeat_counts.largest_gap`."""
        return {"repeat_counts.largest_gap": self.largest_gap}

    @property
    def reading(self) -> str:
        """How near the model comes to the counts it was fitted on."""
        first = self.table.iloc[0]
        return (
            f"Of {number(self.n)} customers, {percent(first['share'])} "
            f"({percent_between(first['share_low'], first['share_high'])}, 95% interval) had "
            f"{first['repeat_purchases']} repeat "
            f"purchases by the cut; the model says {percent(first['model_share'])}. In no group are the two more than "
            f"{number(100 * self.largest_gap.number, 1)} percentage points apart. This is the period that the model "
            "was fitted on, "
            "so it shows that the model can bend to this shop, not yet that it foresees anything."
        )


def count_repeats(model: PurchaseModel, *, minimum_group: int = 5) -> RepeatCounts:
    """Count customers by repeat purchases, and set beside it the count that the model expects of such customers.

    Parameters
    ----------
    minimum_group : groups of fewer customers are joined with their neighbours.
    """
    histories, family = model.histories, model.family
    groups, names = merge_small(histories.frequency, minimum_group)
    n, sizes = histories.n, np.bincount(groups, minlength=len(names))
    begins = [int(histories.frequency[groups == g].min()) for g in range(len(names))]
    ages = [
        (family.of_kind(kind), *np.unique(histories.age_days[mine], return_counts=True))
        for kind, mine in histories.each_kind()
    ]

    def model_share(purchases: int) -> float:
        """Share of customers with so many, each kind by the ages that it has."""
        weeks = [(own, days / DAYS_A_WEEK, counts) for own, days, counts in ages]
        return sum(float(own.share_with(model.parameters, purchases, w) @ counts) for own, w, counts in weeks) / n

    begins[0] = 0
    last = [begin - 1 for begin in begins[1:]]
    names = [str(a) if a == b else f"{a}–{b}" for a, b in zip(begins, last, strict=False)] + names[-1:]
    shares = [sum(model_share(x) for x in range(a, b)) for a, b in pairwise(begins)]
    shares.append(max(0.0, 1.0 - sum(shares)))
    rows = []
    for name, size, share in zip(names, sizes.tolist(), shares, strict=True):
        actual = wilson_interval(size, n)
        rows.append((name, size, actual.number, actual.low, actual.high, share))
    columns = ["repeat_purchases", "customers", "share", "share_low", "share_high", "model_share"]
    return RepeatCounts(pd.DataFrame(rows, columns=columns), n)
