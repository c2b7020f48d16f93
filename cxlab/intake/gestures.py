"""Gestures held against orders: to whom, not before the first order, and with which order they came."""

from cxlab.engine import Engine, fill
from cxlab.intake.charges import charge
from cxlab.intake.checks import Rule
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.sources import TableIntake

_RULES = (
    Rule(
        "customer_id",
        KeptText("the customer never ordered")(),
        "cx_first_day IS NULL",
        remedy="see that customer numbers are written as in orders",
    ),
    Rule(
        "given_at",
        KeptText("lies before the customer’s first order")(),
        "FLOOR(CAST(given_at AS DOUBLE) / 86400) < cx_first_day",
        remedy="bring the earlier orders as well, or leave out gestures to people who were no customers yet",
    ),
)
_NO_NUMBERS = KeptText(
    "{n} gesture names its order, but the orders have no order_id: gestures are tied to orders by their day.",
    "{n} gestures name their orders, but the orders have no order_id: gestures are tied to orders by their day.",
)
_UNTIED = KeptText(
    "{n} of {all} gestures with an order_id names an order that their customer does not have: those are tied to orders "
    "by their day.",
    "{n} of {all} gestures with an order_id name an order that their customer does not have: those are tied to orders "
    "by their day.",
    numbers=("all",),
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
        return [_NO_NUMBERS(n=n)]
    return [] if found == n else [_UNTIED(n=n - found, all=n)]
