"""The day of each customer's first order: by what channel, for what and where most was bought on it."""

from collections.abc import Collection

from cxlab.engine import Engine, fill
from cxlab.intake.sales import FIRST_DAYS, SALES, line_revenue

KNOWN = ("channel", "category", "store")
"""What orders may say of a first day."""


def sum_first_days(engine: Engine, columns: Collection[str]) -> None:
    """Make the table `first_days` of the view `orders`, once, when it is first asked for.

    It has customer_id, first_day (days since 1970) and the columns `KNOWN`, text: of each the value on which the
    customer spent most that day (of two alike the first by name); NULL where the lines do not say it.

    Parameters
    ----------
    columns : those of the orders, as the kit names them.
    """
    if engine.has(FIRST_DAYS):
        return
    known = [name for name in KNOWN if name in columns]
    values = [f"{_most(name)}.{name}" if name in known else f"CAST(NULL AS VARCHAR) AS {name}" for name in KNOWN]
    steps = [_STARTED]
    if known:
        steps += [fill(_BOUGHT, names=", ".join(known), revenue=line_revenue(columns))]
        steps += [fill(_MOST, most=_most(name), name=name) for name in known]
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {first} AS WITH {!steps} SELECT s.customer_id, s.first_day, {!values} "
            "FROM started AS s{!joins}",
            first=FIRST_DAYS,
            steps=", ".join(steps),
            values=", ".join(values),
            joins="".join(f" LEFT JOIN {_most(name)} ON {_most(name)}.customer_id = s.customer_id" for name in known),
        )
    )


def _most(name: str) -> str:
    """Name the step that finds what was spent most on."""
    return f"most_by_{name}"


_STARTED = fill(
    "started AS (SELECT customer_id, MIN(day) AS first_day FROM {sales} WHERE n_orders > 0 GROUP BY customer_id)",
    sales=SALES,
)
_BOUGHT = (
    "bought AS (SELECT l.customer_id, {!names}, revenue FROM (SELECT customer_id, {!names}, "
    "CAST(FLOOR(CAST(ordered_at AS DOUBLE) / 86400) AS INTEGER) AS day, {!revenue} AS revenue FROM orders "
    "WHERE NOT is_return) AS l JOIN started AS f ON f.customer_id = l.customer_id AND f.first_day = l.day)"
)
_MOST = (
    "{most} AS (SELECT customer_id, {name} FROM (SELECT customer_id, {name}, ROW_NUMBER() OVER (PARTITION BY "
    "customer_id ORDER BY spent DESC, {name}) AS place FROM (SELECT customer_id, {name}, SUM(revenue) AS spent "
    "FROM bought WHERE {name} IS NOT NULL GROUP BY customer_id, {name}) AS c) AS r WHERE place = 1)"
)
