"""Lines of orders to sales and returns: what counts as an order, and on which day."""

from collections.abc import Collection, Mapping

from cxlab.engine import Engine, fill

SALES, RETURNS, EFFORT = "sales", "returns", "effort"


def make_sales(engine: Engine, orders: str, columns: Collection[str]) -> None:
    """Sum the lines of `orders` into the tables `sales` and `returns`.

    Lines of one order_id (of one customer) are one order, made when its first line was; without an order_id the lines
    of one customer and moment are. An order whose lines fall on several days is one sale a day, and only the first of
    them opens the order: so nothing that comes later changes what was known on a day. A return is no order.

    Sales: customer_id, day (days since 1970), revenue and cost (cents; cost of lines with a known cost), uncosted
    (cents of revenue from lines without a known cost), opens (bool).
    Returns: customer_id, day, revenue, cost, uncosted (cents given back, >= 0).
    """
    key = (
        "CAST(moment AS VARCHAR)"
        if "order_id" not in columns
        else "COALESCE('order ' || order_id, CAST(moment AS VARCHAR))"
    )
    engine.run(
        fill(
            "CREATE OR REPLACE VIEW order_lines AS SELECT customer_id, {!key} AS order_key, "
            "CAST(FLOOR(CAST(moment AS DOUBLE) / 86400) AS BIGINT) AS day, revenue, COALESCE(cost, 0) AS cost, "
            "CASE WHEN cost IS NULL THEN revenue ELSE 0 END AS uncosted, is_return "
            "FROM (SELECT customer_id, ordered_at AS moment, is_return, {!order_id} AS order_id, "
            "{!revenue} AS revenue, {!cost} AS cost FROM {orders}) AS l",
            key=key,
            order_id="order_id" if "order_id" in columns else "NULL",
            revenue=_revenue(columns),
            cost="ABS(cost)" if "cost" in columns else "CAST(NULL AS BIGINT)",
            orders=orders,
        )
    )
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {sales} AS SELECT customer_id, day, revenue, cost, uncosted, "
            "day = MIN(day) OVER (PARTITION BY customer_id, order_key) AS opens "
            "FROM (SELECT customer_id, order_key, day, CAST(SUM(revenue) AS BIGINT) AS revenue, "
            "CAST(SUM(cost) AS BIGINT) AS cost, CAST(SUM(uncosted) AS BIGINT) AS uncosted "
            "FROM order_lines WHERE NOT is_return GROUP BY customer_id, order_key, day) AS s",
            sales=SALES,
        )
    )
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {returns} AS SELECT customer_id, day, ABS(revenue) AS revenue, cost, "
            "ABS(uncosted) AS uncosted FROM order_lines WHERE is_return",
            returns=RETURNS,
        )
    )


def make_effort(engine: Engine, columns: Mapping[str, Collection[str]]) -> None:
    """Put what was spent on customers into the table `effort`: customer_id, day, serve and gesture (cents).

    Parameters
    ----------
    columns : the columns of the tables `costs` and `gestures`, for those that are there. Hours without an hourly rate
        cost nothing here.
    """
    parts = ["SELECT CAST(NULL AS VARCHAR) AS customer_id, 0 AS moment, 0 AS serve, 0 AS gesture WHERE FALSE"]
    costs = columns.get("costs", ())
    hours = "ROUND(hours * hourly_rate)" if {"hours", "hourly_rate"} <= set(costs) else "0"
    spent = f"COALESCE(amount, {hours}, 0)" if "amount" in costs else f"COALESCE({hours}, 0)"
    if costs:
        parts.append(f"SELECT customer_id, spent_at AS moment, CAST({spent} AS BIGINT), 0 FROM costs")  # noqa: S608
    if "cost" in columns.get("gestures", ()):
        parts.append("SELECT customer_id, given_at AS moment, 0, COALESCE(cost, 0) FROM gestures")
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {effort} AS SELECT customer_id, "
            "CAST(FLOOR(CAST(moment AS DOUBLE) / 86400) AS BIGINT) AS day, "
            "CAST(SUM(serve) AS BIGINT) AS serve, CAST(SUM(gesture) AS BIGINT) AS gesture "
            "FROM ({!parts}) AS e GROUP BY customer_id, day",
            effort=EFFORT,
            parts=" UNION ALL ".join(parts),
        )
    )


def _revenue(columns: Collection[str]) -> str:
    product = "CAST(ROUND(quantity * unit_price * 100) AS BIGINT)"
    if "revenue" not in columns:
        return product
    return f"COALESCE(revenue, {product})" if {"quantity", "unit_price"} <= set(columns) else "revenue"
