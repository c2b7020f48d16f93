"""Orders to one row a customer, as of a day."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine, fill
from cxlab.errors import InputError
from cxlab.intake.questions import LEAST_COSTED
from cxlab.intake.sales import SUMS
from cxlab.purchase_variance import purchase_variance

EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Customers:
    """One row a customer as of `calibration_end`, and what each did in the hold-out window after it.

    Attributes
    ----------
    frame : shape (n customers, columns below), sorted by customer_id, RangeIndex.
    first_order, calibration_end, observation_end : days, all inclusive; the hold-out window is
        (calibration_end, observation_end].
    currency : ISO 4217 code.
    costs_known : whether contribution rests on costs from the data: at least `LEAST_COSTED` of the revenue up to
        calibration_end has a known cost, or something was spent up to then to serve these customers.
    margin_rate : share of revenue that is left after the cost of goods, for lines without a known cost; None where
        every line up to calibration_end brings its cost.
    typical_gap_days : 80th percentile of the days between two order days of one customer, over all customers' gaps
        up to calibration_end; None where nobody came back.
    repeat_days : one row a day on which customers bought again, up to observation_end: day (datetime64), purchases (how
        many of the customers in `frame` did); None where it was not asked for.
    costed_share : share of the revenue up to calibration_end, before returns, that has a known cost of goods; None
        where it was not reckoned.
    purchase_variance : variance, within customers, of what one purchase contributed up to calibration_end, with the
        returns and the effort that followed it; None without known costs, where nobody bought twice, and where it was
        not asked for.

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
    median_gap_days       median days between order days; NaN with fewer than two order days
    iqr_gap_days          their interquartile range; NaN with fewer than two gaps
    revenue               sum, returns deducted
    returns               value of returns, >= 0
    cost_of_goods         0 where not known
    cost_to_serve         0 where not known
    gesture_cost          0 where not known
    contribution          revenue - costs; margin_rate x revenue for what has no known cost of goods
    mean_order_value      revenue / n_orders
    mean_repeat_value     mean day total of repeat-purchase days above 0; NaN where there are none
    n_repeat_values       number of those days
    ===================== ====================================================================

    and in the hold-out window: holdout_purchases (days with an order), holdout_revenue, holdout_contribution,
    holdout_last_day (days from calibration_end to the last day with an order; 0 where there is none).
    Customers whose first order lies after calibration_end are no rows.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> customers = kit.customers
    >>> customers.n, customers.holdout_days
    (481, 244)
    >>> customers.frame[["n_orders", "contribution"]].median().round(2).to_dict()
    {'n_orders': 3.0, 'contribution': 13.36}
    """

    frame: pd.DataFrame
    first_order: dt.date
    calibration_end: dt.date
    observation_end: dt.date
    currency: str
    costs_known: bool
    margin_rate: float | None
    typical_gap_days: float | None = None
    repeat_days: pd.DataFrame | None = None
    costed_share: float | None = None
    purchase_variance: float | None = None

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


class CustomersError(InputError):
    """There are no customers to look at: no orders, or none up to the end of the calibration window."""


def customer_table(
    engine: Engine,
    *,
    calibration_end: dt.date,
    observation_end: dt.date,
    currency: str,
    margin_rate: float,
    with_variance: bool = True,
) -> Customers:
    """Compute one row a customer from the engine's tables `sales`, `returns` and `effort`.

    Parameters
    ----------
    calibration_end, observation_end : days, inclusive. Nothing but the hold-out columns depends on anything after the
        first.
    margin_rate : share of revenue that is left after the cost of goods, for lines without a known cost.
    with_variance : whether to look at how much purchases vary within customers, which takes half the time.

    Raises
    ------
    CustomersError : nobody ordered up to `calibration_end`.
    """
    start, end = (calibration_end - EPOCH).days, (observation_end - EPOCH).days
    table = sum_customers(engine, start, end)
    first, served, every_line, costed_share = _costed(engine, table)
    if first is None:
        raise CustomersError(f"nobody ordered up to calibration_end {calibration_end}: move it to a later day")
    # What the engine works for comes before the frame, beside which it would need its memory once more.
    (typical,) = engine.row(_TYPICAL_GAP, [start])
    repeat_days = _repeat_days(engine, start, end)
    varying = with_variance and (costed_share > 0 or served)
    variance = purchase_variance(engine, start, margin_rate) if varying else None
    frame = engine.frame_by(table, "customer_id", _COLUMNS, [start, start, margin_rate, margin_rate, start])
    for name in ("first_order", "last_order"):
        frame[name] = _dates(frame[name])
    return Customers(
        frame,
        first_order=EPOCH + dt.timedelta(days=first),
        calibration_end=calibration_end,
        observation_end=observation_end,
        currency=currency,
        costs_known=costed_share >= LEAST_COSTED or served,
        margin_rate=None if every_line else margin_rate,
        typical_gap_days=None if typical is None else float(typical),
        repeat_days=repeat_days,
        costed_share=costed_share,
        purchase_variance=variance,
    )


def sum_customers(engine: Engine, calibration_end: int, observation_end: int) -> str:
    """Sum what each customer did into a table of the engine, unless it is there already; return its name.

    Parameters
    ----------
    calibration_end, observation_end : days since 1970, inclusive.
    """
    table = f"{SUMS}{calibration_end}_{observation_end}"
    if not engine.has(table):
        start, end = calibration_end, observation_end
        values = [start, start, end, start, start, start, start, end, start]
        (costed,) = engine.row("SELECT COUNT(CASE WHEN cost <> 0 OR uncosted <> revenue THEN 1 END) FROM days")
        engine.run(fill("CREATE TABLE {t} AS {!sums}", t=table, sums=_customers(costed=costed > 0)), values)
    return table


def _costed(engine: Engine, table: str) -> tuple[int | None, bool, bool, float]:
    """Tell what is known of costs up to the end of calibration.

    Returns
    -------
    The first day with an order (None: there are no customers); whether anything was spent to serve anybody; whether
    every line brings its cost; and what share of the sales do.
    """
    first, served, sold, uncosted, returned, costs = engine.row(fill(_COSTS, t=table))
    if first is None or sold <= 0:  # everything was given away: a cost that is known shows all the same
        return first, served > 0, costs > 0 and not returned, float(costs > 0)
    return first, served > 0, uncosted == 0 and not returned, 1 - uncosted / sold


def _repeat_days(engine: Engine, start: int, end: int) -> pd.DataFrame:
    found = engine.frame(_REPEAT_DAYS, [end, start])
    return found.assign(day=_dates(found["day"]))


def _dates(days: pd.Series) -> NDArray[np.datetime64]:
    """Return days since 1970 as dates."""
    return days.to_numpy().astype("datetime64[D]").astype("datetime64[s]")


_COSTS = (
    "SELECT MIN(first_day), COUNT(CASE WHEN cost_to_serve > 0 THEN 1 END), CAST(COALESCE(SUM(sold), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(sold_uncosted), 0) AS BIGINT), COUNT(CASE WHEN sold_uncosted <> uncosted THEN 1 END), "
    "COUNT(CASE WHEN cost_of_goods <> 0 THEN 1 END) FROM {t}"
)
"""Where `sold_uncosted` is not `uncosted`, something without a cost came back."""
_TYPICAL_GAP = (
    "SELECT PERCENTILE_CONT(0.8) WITHIN GROUP (ORDER BY day - previous_day) FROM sales "
    "WHERE previous_day IS NOT NULL AND day <= ?"
)
_REPEAT_DAYS = (
    "SELECT day, COUNT(*) AS purchases FROM sales WHERE day <= ? AND first_day <= ? AND day > first_day "
    "GROUP BY day ORDER BY day"
)


def _summed(name: str, when: str) -> str:
    """Return the SQL of a sum over some days, what was given back deducted."""
    return f"CAST(SUM(CASE WHEN {when} THEN CASE WHEN is_return THEN -{name} ELSE {name} END ELSE 0 END) AS BIGINT)"


def _customers(*, costed: bool) -> str:
    """Return the SQL of one row a customer; where no cost is known, what is uncosted is the revenue."""
    names = ("revenue", "cost", "uncosted") if costed else ("revenue",)
    net = ", ".join(
        f"{_summed(name, 'known')} AS {name}, {_summed(name, 'NOT known')} AS after_{name}" for name in names
    )
    sold = "CAST(SUM(CASE WHEN known AND NOT is_return THEN uncosted ELSE 0 END) AS BIGINT) AS sold_uncosted"
    return fill(
        _CUSTOMERS,
        net=f"{net}, {sold}" if costed else net,
        cost="cost" if costed else "0",
        after_cost="after_cost" if costed else "0",
        uncosted="uncosted" if costed else "revenue",
        after_uncosted="after_uncosted" if costed else "after_revenue",
        sold_uncosted="sold_uncosted" if costed else "sold",
    )


_CUSTOMERS = """
WITH seen AS (
  SELECT *, day <= ? AS known, CASE WHEN day <= ? THEN day - previous_day END AS gap FROM days WHERE day <= ?
), bought AS (
  SELECT customer_id, MIN(first_day) AS first_day, MAX(CASE WHEN known AND n_orders > 0 THEN day END) AS last_day,
    CAST(SUM(CASE WHEN known THEN n_orders ELSE 0 END) AS BIGINT) AS n_orders,
    COUNT(CASE WHEN known AND n_orders > 0 THEN 1 END) AS n_days,
    COUNT(CASE WHEN NOT known AND n_orders > 0 THEN 1 END) AS holdout_purchases,
    MAX(CASE WHEN NOT known AND n_orders > 0 THEN day END) AS latest_day,
    QUANTILE_CONT(gap, [0.25, 0.5, 0.75]) AS quartiles, COUNT(gap) AS n_gaps,
    {!net},
    CAST(SUM(CASE WHEN known AND is_return THEN revenue ELSE 0 END) AS BIGINT) AS returns,
    CAST(SUM(CASE WHEN known AND NOT is_return THEN revenue ELSE 0 END) AS BIGINT) AS sold,
    CAST(SUM(CASE WHEN known AND day > first_day AND revenue > 0 THEN revenue ELSE 0 END) AS BIGINT) AS repeat_value,
    COUNT(CASE WHEN known AND day > first_day AND revenue > 0 THEN 1 END) AS n_repeat_values
  FROM seen GROUP BY customer_id
), spent AS (
  SELECT customer_id, CAST(SUM(CASE WHEN day <= ? THEN serve ELSE 0 END) AS BIGINT) AS serve,
    CAST(SUM(CASE WHEN day <= ? THEN gesture ELSE 0 END) AS BIGINT) AS gesture,
    CAST(SUM(CASE WHEN day > ? THEN serve ELSE 0 END) AS BIGINT) AS after_serve,
    CAST(SUM(CASE WHEN day > ? THEN gesture ELSE 0 END) AS BIGINT) AS after_gesture
  FROM effort WHERE day <= ? GROUP BY customer_id
)
SELECT b.customer_id, first_day, last_day, n_orders, n_days, quartiles[2] AS median_gap_days,
  CASE WHEN n_gaps > 1 THEN quartiles[3] - quartiles[1] END AS iqr_gap_days, repeat_value,
  n_repeat_values, revenue, returns, {!cost} AS cost_of_goods, {!uncosted} AS uncosted, sold,
  {!sold_uncosted} AS sold_uncosted,
  COALESCE(serve, 0) AS cost_to_serve, COALESCE(gesture, 0) AS gesture_cost, holdout_purchases, latest_day,
  after_revenue AS holdout_revenue, {!after_cost} AS holdout_cost_of_goods, {!after_uncosted} AS holdout_uncosted,
  COALESCE(after_serve, 0) AS holdout_cost_to_serve, COALESCE(after_gesture, 0) AS holdout_gesture_cost
FROM bought AS b LEFT JOIN spent AS s ON s.customer_id = b.customer_id
WHERE first_day <= ?
"""


def _units(cents: str) -> str:
    return f"CAST({cents} AS DOUBLE) / 100"


def _contribution(window: str) -> str:
    """Return the SQL of the contribution in a window, in units of currency; it takes the margin rate as its value."""
    spent = " - ".join(f"{window}{name}" for name in ("cost_of_goods", "cost_to_serve", "gesture_cost"))
    return _units(f"{window}revenue - {window}uncosted - {spent} + ? * {window}uncosted")


_MONEY = ("revenue", "returns", "cost_of_goods", "cost_to_serve", "gesture_cost")
_IN_UNITS = ", ".join(f"{_units(name)} AS {name}" for name in _MONEY)
_COLUMNS = f"""customer_id, first_day AS first_order, last_day AS last_order, n_orders, n_days - 1 AS repeat_purchases,
  CAST(? - first_day AS BIGINT) AS tenure_days, CAST(? - last_day AS BIGINT) AS days_since_last_order, median_gap_days,
  iqr_gap_days, {_IN_UNITS}, {_contribution("")} AS contribution, {_units("revenue")} / n_orders AS mean_order_value,
  CASE WHEN n_repeat_values > 0 THEN {_units("repeat_value")} / n_repeat_values END AS mean_repeat_value,
  n_repeat_values, holdout_purchases, {_units("holdout_revenue")} AS holdout_revenue,
  {_contribution("holdout_")} AS holdout_contribution,
  CAST(COALESCE(latest_day - ?, 0) AS BIGINT) AS holdout_last_day"""
