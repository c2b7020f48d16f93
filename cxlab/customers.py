"""Orders to one row a customer, as of a day."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Customers:
    """One row a customer as of `calibration_end`, and what each did in the hold-out window after it.

    Attributes
    ----------
    frame : shape (n customers, columns below), sorted by customer_id, RangeIndex.
    first_order, calibration_end, observation_end : days, all inclusive; the hold-out window is
        (calibration_end, observation_end].
    currency : ISO 4217 code.
    costs_known : whether contribution rests on costs from the data; else it is revenue times `margin_rate`.
    margin_rate : share of revenue that is left after the cost of goods, where it is assumed.
    typical_gap_days : 80th percentile of the days between two order days of one customer, over all customers' gaps up to
        calibration_end; None where nobody came back.

    Notes
    -----
    Columns known at `calibration_end` (money in units of currency, float64; counts int64; days int64 or float64):

    ===================== ====================================================================
    customer_id           str, as it stands in the data
    first_order           datetime64, day of the first order
    last_order            datetime64, day of the last order up to calibration_end
    n_orders              orders
    repeat_purchases      days with an order, less one
    tenure_days           calibration_end - first_order
    days_since_last_order calibration_end - last_order
    median_gap_days       median days between order days; NaN with fewer than two
    iqr_gap_days          their interquartile range; NaN with fewer than two
    revenue               sum, returns deducted
    returns               value of returns, >= 0
    cost_of_goods         0 where not known
    cost_to_serve         0 where not known
    gesture_cost          0 where not known
    contribution          revenue - costs, or margin_rate x revenue
    mean_order_value      revenue / n_orders
    mean_repeat_value     mean day total of repeat-purchase days above 0; NaN where there are none
    n_repeat_values       number of those days
    ===================== ====================================================================

    and in the hold-out window: holdout_purchases (days with an order), holdout_revenue, holdout_contribution.
    Customers whose first order lies after calibration_end are no rows.
    """

    frame: pd.DataFrame
    first_order: dt.date
    calibration_end: dt.date
    observation_end: dt.date
    currency: str
    costs_known: bool
    margin_rate: float | None
    typical_gap_days: float | None = None

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.frame)

    @property
    def calibration_days(self) -> int:
        """Days from the first order to calibration_end, both counted."""
        return (self.calibration_end - self.first_order).days + 1

    @property
    def holdout_days(self) -> int:
        """Days of the hold-out window."""
        return (self.observation_end - self.calibration_end).days
