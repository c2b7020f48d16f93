"""Gestures held against orders: to whom, not before the first order, and with which order they came."""

from cxlab.engine import Engine, fill
from cxlab.intake.charges import charge
from cxlab.intake.checks import Rule
from cxlab.intake.sources import TableIntake
from cxlab.words import count, number

_RULES = (
    Rule(
        "customer_id",
        "the customer never ordered",
        "cx_first_day IS NULL",
        remedy="see that customer numbers are written as in orders",
    ),
    Rule(
        "given_at",
        "lies before the customer's first order",
        "FLOOR(CAST(given_at AS DOUBLE) / 86400) < cx_first_day",
        remedy="bring the earlier orders as well, or leave out gestures to people who were no customers yet",
    ),
)


def judge_gestures(engine: Engine, gestures: TableIntake) -> TableIntake:
    """Reject gestures to customers who never ordered, or from before the day of their first order.

    Parameters
    ----------
    engine : holds the table `sales`.
    """
    sql = (
        "SELECT g.*, f.cx_first_day FROM {t} AS g LEFT JOIN (SELECT customer_id, MIN(day) AS cx_first_day FROM sales "
        "WHERE n_orders > 0 GROUP BY customer_id) AS f ON f.customer_id = g.customer_id"
    )
    return charge(engine, gestures, fill(sql, t=gestures.checked), _RULES)


def untied_gestures(engine: Engine, gestures: TableIntake, orders: TableIntake) -> list[str]:
    """Remark on gestures that name an order which their customer does not have: their day ties them to orders."""
    if "order_id" not in gestures.columns:
        return []
    (n,) = engine.row("SELECT COUNT(order_id) FROM gestures")
    found = 0
    if "order_id" in orders.columns:
        (found,) = engine.row(
            "SELECT COUNT(*) FROM gestures AS g JOIN (SELECT DISTINCT customer_id, order_id FROM orders WHERE NOT "
            "is_return) AS o ON o.customer_id = g.customer_id AND o.order_id = g.order_id"
        )
    elif n:
        which = "1 gesture names its order" if n == 1 else f"{count(n, 'gesture')} name their orders"
        return [f"{which}, but the orders have no order_id: gestures are tied to orders by their day."]
    if found == n:
        return []
    verb = "names" if n - found == 1 else "name"
    return [
        f"{number(n - found)} of {count(n, 'gesture')} with an order_id {verb} an order that their customer does not "
        "have: those are tied to orders by their day."
    ]
