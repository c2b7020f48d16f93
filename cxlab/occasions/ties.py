"""Which order each gesture belongs to: the one it names, else the customer's last one in the days before it."""

from collections.abc import Collection
from dataclasses import dataclass

from cxlab.engine import Engine, fill
from cxlab.language import tr, trn
from cxlab.words import few

TIE_DAYS = 7
"""A gesture that names no order belongs to the last order day of at most so many days before it."""
TIED = "tied_gestures"


@dataclass(frozen=True)
class Ties:
    """How gestures found their orders.

    Attributes
    ----------
    by_order : named an order that is there.
    same_day, earlier : belong to the customer's order of the same day, or of up to `TIE_DAYS` days before.
    loose : no order lies close enough before them: they count as a cost, but not as a gesture at an order.
    costs_known : whether every gesture says what it cost.
    """

    by_order: int = 0
    same_day: int = 0
    earlier: int = 0
    loose: int = 0
    costs_known: bool = False

    @property
    def n(self) -> int:
        """Gestures."""
        return self.by_order + self.same_day + self.earlier + self.loose

    @property
    def reading(self) -> str:
        """How many were tied in which way."""
        return self.said()

    def said(self, minimum_group: int = 1) -> str:
        """Say how many were tied in which way; counts under `minimum_group` are not written out."""
        if not self.n:
            return ""

        one = minimum_group == 1

        def many(n: int) -> str:
            """Count gestures; one that may not be written out is told as several."""
            gestures = trn("gesture", "gestures", n if one else 2)
            return f"{few(n, minimum_group)} {gestures}"

        ways = [
            tr("{gestures} by the order that they name", gestures=many(self.by_order)) if self.by_order else "",
            tr("{gestures} to an order of the same day", gestures=many(self.same_day)) if self.same_day else "",
            tr("{gestures} to the last order, up to {days} days before", gestures=many(self.earlier), days=TIE_DAYS)
            if self.earlier
            else "",
        ]
        said = "; ".join(way for way in ways if way)
        text = tr("Tied to orders: {ways}.", ways=said) if said else tr("No gesture could be tied to an order.")
        if self.loose:
            text += " " + tr(
                "{gestures} had no order in the {days} days before, and only cost money.",
                gestures=many(self.loose),
                days=TIE_DAYS,
            )
        return text


def tie_gestures(engine: Engine, gestures: Collection[str], orders: Collection[str]) -> Ties:
    """Make the table `tied_gestures` from the engine's `gestures`, `sales` and `order_lines`.

    Columns: customer_id, day (of the gesture, days since 1970), order_day (of the order it belongs to; NULL where it
    belongs to none), way (order, same_day, earlier, loose), cost (cents; 0 where not known), uncosted (1 where no cost
    is recorded, else 0), kind (NULL where not given).

    Parameters
    ----------
    gestures, orders : the columns that these tables have; no gestures: an empty table is made.
    """
    if not gestures:
        engine.run(fill(_EMPTY, tied=TIED))
        return Ties()
    names_order = "order_id" in gestures and "order_id" in orders
    engine.run(
        fill(
            _TIE,
            tied=TIED,
            key="order_id" if names_order else "CAST(NULL AS VARCHAR)",
            cost="COALESCE(cost, 0)" if "cost" in gestures else "0",
            uncosted="CASE WHEN cost IS NULL THEN 1 ELSE 0 END" if "cost" in gestures else "1",
            kind="kind" if "kind" in gestures else "CAST(NULL AS VARCHAR)",
            days=str(TIE_DAYS),
        )
    )
    sql = "SELECT way, COUNT(*) FROM {tied} GROUP BY way ORDER BY way"
    found = dict(engine.rows(fill(sql, tied=TIED)))
    unknown = 1
    if "cost" in gestures:
        (unknown,) = engine.row("SELECT COUNT(*) - COUNT(cost) FROM gestures")
    return Ties(
        found.get("order", 0), found.get("same_day", 0), found.get("earlier", 0), found.get("loose", 0), unknown == 0
    )


_EMPTY = (
    "CREATE OR REPLACE TABLE {tied} AS SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS BIGINT) AS day, "
    "CAST(NULL AS BIGINT) AS order_day, CAST(NULL AS VARCHAR) AS way, CAST(0 AS BIGINT) AS cost, "
    "CAST(0 AS BIGINT) AS uncosted, CAST(NULL AS VARCHAR) AS kind WHERE FALSE"
)
_TIE = """
CREATE OR REPLACE TABLE {tied} AS
WITH given AS (
  SELECT customer_id, CAST(FLOOR(CAST(given_at AS DOUBLE) / 86400) AS BIGINT) AS day, {!key} AS order_id,
    CAST({!cost} AS BIGINT) AS cost, CAST({!uncosted} AS BIGINT) AS uncosted, {!kind} AS kind FROM gestures
), named AS (
  SELECT customer_id, order_id, MIN(day) AS order_day FROM order_lines
  WHERE order_id IS NOT NULL AND NOT is_return GROUP BY customer_id, order_id
), numbered AS (
  SELECT g.customer_id, g.day, g.cost, g.uncosted, g.kind, n.order_day AS named_day, 1 AS is_gesture
  FROM given AS g LEFT JOIN named AS n ON n.customer_id = g.customer_id AND n.order_id = g.order_id
  UNION ALL
  SELECT customer_id, day, 0 AS cost, 0 AS uncosted, CAST(NULL AS VARCHAR) AS kind,
    CAST(NULL AS BIGINT) AS named_day, 0 AS is_gesture
  FROM sales WHERE n_orders > 0
), looked_back AS (
  SELECT customer_id, day, cost, uncosted, kind, named_day, is_gesture,
    MAX(CASE WHEN is_gesture = 0 THEN day END)
      OVER (PARTITION BY customer_id ORDER BY day, is_gesture ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS last_day
  FROM numbered
)
SELECT customer_id, day,
  CASE WHEN named_day IS NOT NULL THEN named_day WHEN day - last_day <= {!days} THEN last_day END AS order_day,
  CASE WHEN named_day IS NOT NULL THEN 'order' WHEN day = last_day THEN 'same_day'
    WHEN day - last_day <= {!days} THEN 'earlier' ELSE 'loose' END AS way, cost, uncosted, kind
FROM looked_back WHERE is_gesture = 1
"""
