"""Lines of orders to what each customer bought and gave back on a day: what counts as an order, and when."""

from collections.abc import Collection, Mapping

from cxlab.engine import Engine, fill

SALES, RETURNS, EFFORT = "sales", "returns", "effort"
LINES, DAYS, DAY_SUMS = "order_lines", "days", "day_sums"
RETURN_LINES = "return_lines"
LEDGER, SUSPECTS = "ledger", "suspects"
FIRST_DAYS = "first_days"
CHANNEL_DAYS = "channel_days"
CHANNEL_ORDERS = "channel_orders"
SUMS = "customers_"
"""How the names of tables begin that hold sums over the days of each customer."""
_A_LINE = 17  # bytes of memory that sums by customer need for each line, at least
_A_LINE_OF_SEVERAL, _MOST_FOR_SEVERAL = 84, 800 << 20  # putting lines together is faster with so many, up to so much


def make_sales(engine: Engine, orders: str, columns: Collection[str], *, one_line: bool = False) -> None:
    """Sum the lines of `orders` by customer and day; the views `days`, `sales` and `returns` show the sums.

    Lines of one order_id (of one customer) are one order, made when its first line was; without an order_id the lines
    of one customer and moment are. An order whose lines fall on several days counts on the first of them only, and what
    came later counts as revenue of its own day: so nothing that comes later changes what was known on a day. A return
    is no order.

    Parameters
    ----------
    one_line : whether it is known that no order has two lines.

    Notes
    -----
    Sales: customer_id, day (days since 1970), n_orders, revenue and cost (cents; cost of lines with a known cost),
    uncosted (cents of revenue from lines without a known cost); and on days with an order first_day (the customer's
    first one) and previous_day (the last one before; NULL on the first).
    Returns: customer_id, day, revenue, cost, uncosted (cents given back, >= 0).
    """
    forget_followers(engine)
    view_lines(engine, orders, columns)
    n, loose, n_returns = engine.row(
        fill(
            "SELECT COUNT(*), COUNT(*) - COUNT({!order_id}), COUNT(CASE WHEN is_return THEN 1 END) FROM {orders}",
            order_id="order_id" if "order_id" in columns else "CAST(NULL AS VARCHAR)",
            orders=orders,
        )
    )
    engine.expect(max(n * _A_LINE, 0 if one_line else min(n * _A_LINE_OF_SEVERAL, _MOST_FOR_SEVERAL)))
    keys = ["customer_id", *(["order_id"] if "order_id" in columns else []), *(["alone"] if loose else [])]
    keys += ["is_return"] if n_returns else []
    each = _lines(keys, columns) if one_line else _orders(keys, columns)
    engine.run(_sum_days(each, keys, columns, simple=not n_returns, counts_days=not one_line))
    if not one_line and engine.row(fill("SELECT MAX(longest) FROM {sums}", sums=DAY_SUMS))[0]:
        engine.run(_sum_days(_long_orders(keys, columns), keys, columns, simple=False))
    engine.run(
        fill(
            "CREATE OR REPLACE VIEW {days} AS SELECT customer_id, {!is_return} AS is_return, day, n_orders, revenue, "
            "{!costs}, first_day, previous_day FROM {sums}",
            days=DAYS,
            is_return="is_return" if n_returns else "FALSE",
            costs="cost, uncosted" if "cost" in columns else "CAST(0 AS BIGINT) AS cost, revenue AS uncosted",
            sums=DAY_SUMS,
        )
    )
    name_sales(engine)


def view_lines(engine: Engine, orders: str, columns: Collection[str]) -> None:
    """Make the view `order_lines` of the lines of `orders`."""
    engine.run(
        fill(
            "CREATE OR REPLACE VIEW {lines} AS SELECT customer_id, order_id, "
            "CASE WHEN order_id IS NULL THEN ordered_at END AS alone, "
            "CAST(FLOOR(CAST(ordered_at AS DOUBLE) / 86400) AS INTEGER) AS day, is_return, "
            "CASE WHEN is_return THEN ABS(revenue) ELSE revenue END AS revenue, COALESCE(cost, 0) AS cost, "
            "CASE WHEN cost IS NOT NULL THEN 0 WHEN is_return THEN ABS(revenue) ELSE revenue END AS uncosted, pieces "
            "FROM (SELECT customer_id, ordered_at, is_return, {!order_id} AS order_id, {!revenue} AS revenue, "
            "{!cost} AS cost, {!pieces} AS pieces FROM {orders}) AS l",
            lines=LINES,
            order_id="order_id" if "order_id" in columns else "CAST(NULL AS VARCHAR)",
            revenue=line_revenue(columns),
            cost="ABS(cost)" if "cost" in columns else "CAST(NULL AS BIGINT)",
            pieces="ABS(quantity)" if "quantity" in columns else "CAST(NULL AS DOUBLE)",
            orders=orders,
        )
    )


def name_lines(*, named: bool) -> str:
    """Return the SQL of the lines that later steps look at: those of orders which gestures name, if any do."""
    which = "order_id IN (SELECT order_id FROM gestures)" if named else "FALSE"
    return fill("SELECT * FROM {lines} WHERE {!which}", lines=LINES, which=which)


def name_sales(engine: Engine) -> None:
    """Make the views `sales` and `returns` of `days`."""
    engine.run(
        fill(
            "CREATE OR REPLACE VIEW {sales} AS SELECT customer_id, day, n_orders, revenue, cost, uncosted, first_day, "
            "previous_day FROM {days} WHERE NOT is_return",
            sales=SALES,
            days=DAYS,
        )
    )
    engine.run(
        fill(
            "CREATE OR REPLACE VIEW {returns} AS SELECT customer_id, day, revenue, cost, uncosted FROM {days} "
            "WHERE is_return",
            returns=RETURNS,
            days=DAYS,
        )
    )


def make_effort(engine: Engine, columns: Mapping[str, Collection[str]]) -> None:
    """Put what was spent on customers into the table `effort`: customer_id, day, serve and gesture (cents).

    Parameters
    ----------
    columns : the columns of the tables `costs` and `gestures`, for those that are there. Hours without an hourly rate
        cost nothing here.
    """
    forget_followers(engine)
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


def forget_followers(engine: Engine, *, but: Collection[str] = ()) -> None:
    """Drop what was made of days that are made anew, but for some tables."""
    made = {RETURN_LINES, LEDGER, SUSPECTS, FIRST_DAYS, CHANNEL_DAYS, CHANNEL_ORDERS}
    for name in {*engine.names(SUMS), *made}.difference(but):
        engine.drop(name)


def line_revenue(columns: Collection[str]) -> str:
    """Return the SQL of the revenue of a line of orders, in cents; of a return it may be below zero."""
    product = "CAST(ROUND(quantity * unit_price * 100) AS BIGINT)"
    if "revenue" not in columns:
        return product
    return f"COALESCE(revenue, {product})" if {"quantity", "unit_price"} <= set(columns) else "revenue"


def _orders(keys: Collection[str], columns: Collection[str]) -> str:
    """Return the SQL of orders, each on the day of its first line: right where no order has lines on several days."""
    return fill(
        "SELECT customer_id, {!is_return}MIN(day) AS day, MAX(day) - MIN(day) AS longest, TRUE AS opens, {!sums} "
        "FROM {lines} GROUP BY {!keys}",
        is_return=_if_returned(keys),
        sums=_sums(columns),
        lines=LINES,
        keys=", ".join(keys),
    )


def _lines(keys: Collection[str], columns: Collection[str]) -> str:
    """Return the SQL of orders of one line each."""
    return fill(
        "SELECT customer_id, {!is_return}day, TRUE AS opens, {!values} FROM {lines}",
        is_return=_if_returned(keys),
        values=", ".join(_summed(columns)),
        lines=LINES,
    )


def _long_orders(keys: Collection[str], columns: Collection[str]) -> str:
    """Return the SQL of the days of each order, and which of them opens it."""
    return fill(
        "SELECT *, day = MIN(day) OVER (PARTITION BY {!keys}) AS opens FROM (SELECT {!keys}, day, {!sums} "
        "FROM {lines} GROUP BY {!keys}, day) AS o",
        sums=_sums(columns),
        lines=LINES,
        keys=", ".join(keys),
    )


def _sum_days(
    orders: str, keys: Collection[str], columns: Collection[str], *, simple: bool, counts_days: bool = False
) -> str:
    """Return the SQL that makes the table of sums by day.

    Parameters
    ----------
    simple : whether an order opens on every day: there are no returns, and no order has lines on several days.
    counts_days : whether it is to tell over how many days orders had lines.
    """
    is_return = _if_returned(keys)
    opens = "opens AND NOT is_return" if is_return else "opens"
    first, previous = "FIRST_VALUE(day) OVER ordered", "LAG(day) OVER ordered"
    kind = ", CASE WHEN n_orders > 0 THEN 1 {!returned}ELSE 3 END"
    return fill(
        "CREATE OR REPLACE TABLE {made} AS SELECT *, {!first} AS first_day, {!previous} AS previous_day "
        "FROM (SELECT customer_id, {!is_return}day, {!longest}CAST({!n_orders} AS INTEGER) AS n_orders, {!sums} "
        "FROM ({!orders}) AS o GROUP BY customer_id, {!is_return}day) AS d "
        "WINDOW ordered AS (PARTITION BY customer_id{!kind} ORDER BY day)",
        made=DAY_SUMS,
        first=first if simple else f"CASE WHEN n_orders > 0 THEN {first} END",
        previous=previous if simple else f"CASE WHEN n_orders > 0 THEN {previous} END",
        is_return=is_return,
        longest="MAX(longest) AS longest, " if counts_days else "",
        n_orders="COUNT(*)" if simple else f"COUNT(CASE WHEN {opens} THEN 1 END)",
        sums=_sums(columns),
        orders=orders,
        kind="" if simple else fill(kind, returned="WHEN is_return THEN 2 " if is_return else ""),
    )


def _if_returned(keys: Collection[str]) -> str:
    return "is_return, " if "is_return" in keys else ""


def _sums(columns: Collection[str]) -> str:
    """Return the SQL of the sums of lines, or of orders; without costs what is uncosted is the revenue."""
    return ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in _summed(columns))


def _summed(columns: Collection[str]) -> tuple[str, ...]:
    return ("revenue", "cost", "uncosted") if "cost" in columns else ("revenue",)
