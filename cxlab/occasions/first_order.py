"""What was known of each customer on the day of the first order, before anybody could come back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.customers import EPOCH, Customers
from cxlab.engine import Engine, fill
from cxlab.intake.first_days import KNOWN, sum_first_days
from cxlab.intake.sales import FIRST_DAYS
from cxlab.language import Texts, tr, trn
from cxlab.occasions.ties import TIED, tie_gestures
from cxlab.words import few

GESTURE = "first_gesture"
_MEANING = Texts({"channel": "by which channel", "category": "for what kind of goods", "store": "in which store"})
_NAME = Texts({"channel": "channel", "category": "category", "store": "store"})


@dataclass(frozen=True, eq=False)
class FirstOrders:
    """What was known of each customer on the day of the first order.

    Attributes
    ----------
    frame : index like that of `customers.frame`; those of first_channel, first_category, first_store (text; missing
        where the lines of that day do not say it) and first_gesture (bool) which the study can tell.
    missing : what it cannot tell, and what to bring, a sentence each.
    n_with_gesture : customers who got a gesture on the day of the first order, with it.
    n_later : customers who got their first one up to the end of calibration later; they count as without one.
    n_before : customers whose first order lies before the day of the shop's first gesture, or after that of the last
        up to the end of calibration; they could have had none.
    minimum_group : smaller counts are not written out.
    """

    frame: pd.DataFrame
    missing: tuple[str, ...]
    n_with_gesture: int = 0
    n_later: int = 0
    n_before: int = 0
    minimum_group: int = 5

    @property
    def reading(self) -> str:
        """What is known of the first orders, which gestures count, and what the study does not say."""
        told = [name.removeprefix("first_") for name in self.frame.columns if name != GESTURE]
        parts = []
        if told:
            listed = _listed([_NAME[name] for name in told], tr(" and "))
            parts.append(
                trn(
                    "Of the day of the first order the {listed} is known.",
                    "Of the day of the first order the {listed} are known.",
                    len(told),
                    listed=listed,
                )
            )
        if GESTURE in self.frame:
            parts.append(self._gestures())
        return " ".join((*parts, *self.missing))

    def _gestures(self) -> str:
        least = self.minimum_group
        said = tr(
            "A gesture came with the first order, on its day, to {n} customers.", n=few(self.n_with_gesture, least)
        )
        if self.n_later:
            said += tr(
                " Those who got their first one later ({n}) count as without: who comes back often has more days on "
                "which to get one, so a later gesture would go with more purchases even if it did nothing.",
                n=few(self.n_later, least),
            )
        if self.n_before:
            said += tr(
                " So do those who first ordered when no gestures were given yet, or none any more ({n}).",
                n=few(self.n_before, least),
            )
        return said


def first_order_covariates(
    engine: Engine, customers: Customers, columns: Mapping[str, Collection[str]], *, minimum_group: int = 5
) -> FirstOrders:
    """Read what was known of each customer on the day of the first order.

    Parameters
    ----------
    engine : holds the tables that the intake made.
    columns : the columns of the study's tables, by table.
    minimum_group : smaller counts are not written out.

    Notes
    -----
    Channel, category and store are those on which most was spent that day. A gesture counts when it was given on that
    day and belongs to an order of that day. One that came later does not, not even with the first parcel: whoever
    ordered again before it came would have had less time to get it, and whoever came back more would have had more.
    """
    sum_first_days(engine, columns.get("orders", ()))
    frame = engine.frame(fill(_FIRST, first=FIRST_DAYS), [(customers.calibration_end - EPOCH).days])
    placed = frame.set_index("customer_id").reindex(customers.frame["customer_id"])
    found: dict[str, pd.Series] = {}
    unsaid = []
    for name in KNOWN:
        column = placed[name].set_axis(customers.frame.index)
        if column.notna().any():
            found[f"first_{name}"] = column.rename(f"first_{name}")
        else:
            unsaid.append(name)
    missing = [_missing(unsaid)] if unsaid else []
    counts = (0, 0, 0)
    if "gestures" in columns:
        first_days = placed["first_day"].to_numpy(np.int64)
        found[GESTURE], counts = _gestures(engine, customers, columns, first_days)
    else:
        missing.append(
            tr("No gestures are recorded: bring gestures (customer_id, given_at) to see who got one at first.")
        )
    result = pd.DataFrame(found, index=customers.frame.index)
    return FirstOrders(result, tuple(missing), *counts, minimum_group=minimum_group)


def _missing(unsaid: list[str]) -> str:
    return tr(
        "The orders do not say {what} they were made: bring orders with {columns}.",
        what=_listed([_MEANING[name] for name in unsaid], tr(" or ")),
        columns=_listed(unsaid, tr(" and ")),
    )


def _listed(names: list[str], joint: str) -> str:
    return f"{', '.join(names[:-1])}{joint}{names[-1]}" if len(names) > 1 else names[0]


def _gestures(
    engine: Engine, customers: Customers, columns: Mapping[str, Collection[str]], first_days: np.ndarray
) -> tuple[pd.Series, tuple[int, int, int]]:
    """Tell who got a gesture with the first order; how many did, got one later only, and could have had none."""
    tie_gestures(engine, columns["gestures"], columns.get("orders", ()))
    cut = (customers.calibration_end - EPOCH).days
    given = engine.frame(fill(_GIVEN, tied=TIED, first=FIRST_DAYS), [cut])
    ids = customers.frame["customer_id"]
    own = given.set_index("customer_id").reindex(ids)["with_first"]
    with_first = own.eq(1).to_numpy(dtype=bool, na_value=False)
    later = own.eq(0).to_numpy(dtype=bool, na_value=False)
    start, end = engine.row(fill("SELECT MIN(day), MAX(day) FROM {tied} WHERE day <= ?", tied=TIED), [cut])
    outside = np.zeros(len(ids), dtype=bool) if start is None else (first_days < start) | (first_days > end)
    counts = int(with_first.sum()), int(later.sum()), int((outside & ~with_first).sum())
    return pd.Series(with_first, index=customers.frame.index, name=GESTURE), counts


_FIRST = (
    "SELECT customer_id, first_day, channel, category, store FROM {first} WHERE first_day <= ? ORDER BY customer_id"
)
_GIVEN = (
    "SELECT t.customer_id, MAX(CASE WHEN t.day = f.first_day AND t.order_day = f.first_day THEN 1 ELSE 0 END) AS "
    "with_first FROM {tied} AS t JOIN {first} AS f ON f.customer_id = t.customer_id WHERE t.day <= ? "
    "GROUP BY t.customer_id ORDER BY t.customer_id"
)
