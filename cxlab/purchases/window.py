"""Forecast and fact of each customer in the hold-out window, and what two simple rules would have said."""

from dataclasses import dataclass

import numpy as np

from cxlab.customers import Customers
from cxlab.purchases.histories import Array, PurchaseModelError
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.rule import FEWEST_PURCHASES, OWN, SAME, Missing


@dataclass(frozen=True, eq=False)
class HoldoutWindow:
    """Purchases of each customer after the cut.

    Attributes
    ----------
    expected, actual : shape (n,), foreseen by the model, and made.
    simple : what the two rules `OWN` and `SAME` foresee, by their names: shape (n,) each.
    days : length of the window; 0 where there is none.
    is_settled : whether the model's fit settled.
    """

    expected: Array
    actual: Array
    simple: dict[str, Array]
    days: int
    is_settled: bool

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.actual)

    @property
    def missing(self) -> Missing:
        """What a judgement of the model lacks; empty when it lacks nothing."""
        return (
            "window" if self.days == 0 else "purchases" if self.actual.sum() < FEWEST_PURCHASES
            else "forecast" if self.expected.sum() <= 0 else "" if self.is_settled else "fit"
        )  # fmt: skip


def open_window(model: PurchaseModel, customers: Customers) -> HoldoutWindow:
    """Set the purchases that came beside those foreseen.

    Raises
    ------
    PurchaseModelError : the model was fitted on other customers.
    """
    if model.histories.n != customers.n or model.calibration_end != customers.calibration_end:
        raise PurchaseModelError(
            f"The model was fitted on {model.histories.n:,} customers as of {model.calibration_end}, the hold-out has "
            f"{customers.n:,} as of {customers.calibration_end}: fit it on the same customers."
        )
    days = max(customers.holdout_days, 0)
    frequency, age = model.histories.frequency.astype(np.float64), model.histories.age_days.astype(np.float64)
    pace = frequency.sum() / max(age.sum(), 1.0) * days
    return HoldoutWindow(
        expected=model.expected_purchases(days),
        actual=customers.frame["holdout_purchases"].to_numpy(np.float64),
        simple={OWN: frequency / np.maximum(age, 1.0) * days, SAME: np.full(customers.n, pace)},
        days=days,
        is_settled=model.is_settled,
    )
