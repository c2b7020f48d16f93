"""What the orders hold, counted as far as it decides what they can answer."""

from dataclasses import dataclass

from cxlab.engine import Engine


@dataclass(frozen=True)
class Counts:
    """Counts of the orders by the end of calibration and after it.

    Attributes
    ----------
    customers : with an order up to the end of calibration.
    repeaters : of these, with orders on two days or more by then.
    holdout_orders : orders of these customers in the hold-out window.
    costed_share : share of the revenue up to the end of calibration, before returns, whose cost of goods is known.
    is_served : whether something is known to have been spent by then to serve customers.
    """

    customers: int = 0
    repeaters: int = 0
    holdout_orders: int = 0
    costed_share: float = 0.0
    is_served: bool = False


def count_orders(engine: Engine, *, calibration_end: int, last_day: int) -> Counts:
    """Count the orders in the tables `days` and `effort`.

    Parameters
    ----------
    calibration_end, last_day : last days of calibration and of observation, in days since 1970.
    """
    cut = calibration_end
    customers, repeaters, later, sold, uncosted = engine.row(
        "SELECT COUNT(CASE WHEN day = first_day AND day <= ? THEN 1 END), "
        "COUNT(CASE WHEN previous_day = first_day AND day <= ? THEN 1 END), "
        "CAST(COALESCE(SUM(CASE WHEN day > ? AND first_day <= ? THEN n_orders END), 0) AS BIGINT), "
        "CAST(COALESCE(SUM(CASE WHEN day <= ? THEN revenue END), 0) AS BIGINT), "
        "CAST(COALESCE(SUM(CASE WHEN day <= ? THEN uncosted END), 0) AS BIGINT) FROM sales WHERE day <= ?",
        [cut, cut, cut, cut, cut, cut, last_day],
    )
    (served,) = engine.row("SELECT COUNT(*) FROM effort WHERE serve > 0 AND day <= ?", [cut])
    return Counts(customers, repeaters, later, 1 - uncosted / sold if sold > 0 else 0.0, served > 0)
