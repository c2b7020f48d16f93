"""Who is still a customer: the probability of it, held against who then came back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.intake.hiding import GroupSizes, shares_to_hide, written_within
from cxlab.language import SOURCE, speaking, tr
from cxlab.phrases import group_name
from cxlab.purchases.family import FamilyWords
from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import Array, look_ahead
from cxlab.purchases.likely import LIKELY, likely_share
from cxlab.purchases.model import PurchaseModel
from cxlab.words import capital, number, percent, percent_between

Mask = NDArray[np.bool_]
_BANDS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
ONCE = "bought once"


@dataclass(frozen=True)
class RepeatGroups:
    """Customers by repeat purchases.

    Attributes
    ----------
    table : repeat_purchases (words), customers, probability_alive (mean), likely_share (with one above one half).
    note : what the model holds of those who bought once.
    minimum_group : of the study.
    """

    table: pd.DataFrame
    note: str
    minimum_group: int = 5

    @property
    def told(self) -> Mask:
        """Of which rows a page shows the likely share: of those where it tells of no few customers; shape (n rows,)."""
        return _told(self.table, "likely_share", self.minimum_group)


@dataclass(frozen=True)
class StillCustomers:
    """Customers by how probable it is that they have not left.

    Attributes
    ----------
    table : one row a band of probability, and one for those who bought once: group (words), customers,
        probability_alive (mean), expected_share (to buy in the window), actual_share, actual_low, actual_high (Wilson);
        the last three are NaN without a hold-out window.
    groups : one row a number of repeat purchases: repeat_purchases (words), customers, probability_alive (mean),
        likely_share
        (of them with a probability above one half).
    n, n_repeaters : customers; those who came back before the cut.
    likely : repeaters more probably customers than not, as a share of repeaters (see `likely_share`).
    horizon_days : length of the window.
    has_holdout : whether the actual shares are known.
    minimum_group : fewest customers in a row.
    words : how the model is spoken of.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    n: int
    n_repeaters: int
    likely: Estimate
    horizon_days: int
    has_holdout: bool
    minimum_group: int
    words: FamilyWords

    @property
    def bands(self) -> pd.DataFrame:
        """The rows of `table` that are bands of probability."""
        return self.table[self.table["group"] != ONCE]

    @property
    def sizes(self) -> GroupSizes:
        """Customers in each row of `table`, and in what is left of all of them, as a page may show them."""
        rows = self.table["customers"].tolist()
        return GroupSizes((*rows, self.n - sum(rows)), self.minimum_group)

    @property
    def told(self) -> Mask:
        """Of which rows a page shows who came back: of those where it tells of no few customers; shape (n rows,)."""
        return _told(self.table, "actual_share", self.minimum_group) & self.has_holdout

    @property
    def tells_likely(self) -> bool:
        """Whether the share of repeaters who are more probably customers than not tells of no few of them."""
        likely = round(self.likely.number * self.n_repeaters)
        return not shares_to_hide([likely], [self.n_repeaters], self.minimum_group).any()

    @property
    def writes_off_too_early(self) -> bool:
        """Whether more of those least likely to be customers came back than the model had said, beyond chance."""
        first = self.bands.iloc[0]
        return bool(self.told[0] and len(self.bands) > 1 and first["actual_low"] > first["expected_share"])

    @property
    def by_repeats(self) -> "RepeatGroups":
        """The same by number of repeat purchases."""
        return RepeatGroups(self.groups, self.words.texts["once_under_table"], self.minimum_group)

    @property
    def findings(self) -> Findings:
        """Share of repeaters who are more probably still customers than not, as `alive.likely`."""
        return {"alive.likely": self.likely}

    @property
    def heading(self) -> str:
        """What heads the section."""
        first = self.bands.iloc[0]
        if self.writes_off_too_early:
            return tr(
                "Do not write the quiet ones off: {share} of the least likely came back",
                share=percent(first["actual_share"]),
            )
        return tr(
            "{likely_part} of those who ever came back are more likely than not still customers",
            likely_part=capital(self.likely_part),
        )

    @property
    def likely_part(self) -> str:
        """The share of repeaters who are more probably customers than not, as a page may write it."""
        if self.tells_likely:
            return percent(self.likely.number)
        return tr("more than half") if self.likely.number > LIKELY else tr("not more than half")

    @property
    def reading(self) -> str:
        """How many are still customers, and whether those who are came back."""
        likely = self.likely
        known = likely.low is not None and likely.high is not None
        interval = (
            tr(" (95% interval {interval})", interval=percent_between(*likely.ends))
            if known and self.tells_likely
            else ""
        )
        said = tr(
            "Of the {n} customers who had come back before the cut, {likely_part} are, "
            "by the model, more likely than not still customers{interval}. ",
            n=written_within(self.n_repeaters, self.n, self.minimum_group),
            likely_part=self.likely_part,
            interval=interval,
        )
        if not known:
            said += tr("How sure that is cannot be said, for the data does not settle how customers leave. ")
        if len(self.bands) > 1 and self.told[0] and self.told[len(self.bands) - 1]:
            first, last = self.bands.iloc[0], self.bands.iloc[-1]
            said += tr(
                "Of those with a probability of {first}, {first_came} bought again within {horizon_days} "
                "days ({first_interval}), where the model said {first_foreseen}; of those with {last}, {last_came} "
                "({last_interval}), where it said {last_foreseen}. ",
                first=group_name(first["group"]),
                first_came=percent(first["actual_share"]),
                horizon_days=number(self.horizon_days),
                first_interval=percent_between(first["actual_low"], first["actual_high"]),
                first_foreseen=percent(first["expected_share"]),
                last=group_name(last["group"]),
                last_came=percent(last["actual_share"]),
                last_interval=percent_between(last["actual_low"], last["actual_high"]),
                last_foreseen=percent(last["expected_share"]),
            )
        return said + self.words.texts["once"]


def find_still_customers(
    model: PurchaseModel,
    customers: Customers,
    *,
    horizon_days: int | None = None,
    minimum_group: int = 5,
    seed: int = 1,
) -> StillCustomers:
    """Group customers by the probability of being one still, and see who bought in the hold-out window.

    Parameters
    ----------
    horizon_days : how far to look ahead; None: as far as the hold-out window, with which it is then compared.
    minimum_group : groups of fewer customers are joined with their neighbours.
    seed : of the draws behind the interval of `likely`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> still = cx.find_still_customers(cx.fit_bgnbd(kit.customers), kit.customers, seed=1)
    >>> print(still.heading)
    81% of those who ever came back are more likely than not still customers
    """
    horizon_days = look_ahead(customers, horizon_days)
    alive = model.probability_alive()
    chance = model.chance_of_purchase(horizon_days)
    bought = customers.frame["holdout_purchases"].to_numpy(np.int64) > 0
    frequency = model.histories.frequency
    again = frequency > 0
    known = customers.holdout_days > 0 and horizon_days == customers.holdout_days
    rows = []
    for name, mine in _bands(alive, again, minimum_group):
        n = int(mine.sum())
        share = wilson_interval(int(bought[mine].sum()), n) if known else Estimate()
        rows.append(
            (name, n, float(alive[mine].mean()), float(chance[mine].mean()), share.number, share.low, share.high)
        )
    columns = ["group", "customers", "probability_alive", "expected_share", "actual_share", "actual_low", "actual_high"]
    table = pd.DataFrame(rows, columns=columns).astype({"actual_low": float, "actual_high": float})
    number_of, names = merge_small(frequency, minimum_group)
    by_group = [
        (
            name,
            int((number_of == g).sum()),
            float(alive[number_of == g].mean()),
            float((alive[number_of == g] > LIKELY).mean()),
        )
        for g, name in enumerate(names)
    ]
    groups = pd.DataFrame(by_group, columns=["repeat_purchases", "customers", "probability_alive", "likely_share"])
    likely = likely_share(model, seed=seed)
    sizes = len(alive), int(again.sum())
    return StillCustomers(table, groups, *sizes, likely, horizon_days, known, minimum_group, model.family.words)


def _bands(alive: Array, again: Mask, minimum: int) -> list[tuple[str, Mask]]:
    """Return the bands of repeaters, neighbours joined until none is too small, and those who bought once."""
    joined: list[tuple[float, float]] = []
    for low, high in _BANDS:
        if not _within(alive, again, low, high).any():
            continue
        begin = joined.pop()[0] if joined and _within(alive, again, *joined[-1]).sum() < minimum else low
        joined.append((begin, high))
    if len(joined) > 1 and _within(alive, again, *joined[-1]).sum() < minimum:
        joined[-2:] = [(joined[-2][0], joined[-1][1])]
    with speaking(SOURCE):  # names in tables are not translated
        found = [(percent_between(low, high), _within(alive, again, low, high)) for low, high in joined]
    once = ~again
    return [*found, (ONCE, once)] if once.sum() >= max(minimum, 1) else found


def _told(table: pd.DataFrame, share: str, minimum: int) -> Mask:
    """Tell which shares of the rows' customers tell of no few of them, nor of few others by the total."""
    n = table["customers"].to_numpy(np.int64)
    some = np.rint(table[share].fillna(0.0).to_numpy(np.float64) * n).astype(np.int64)
    return ~shares_to_hide(some, n, minimum)


def _within(alive: Array, again: Mask, low: float, high: float) -> Mask:
    return np.asarray(again & (alive >= low) & ((alive < high) | (high == 1.0)), dtype=np.bool_)
