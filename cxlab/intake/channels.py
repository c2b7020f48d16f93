"""By which channels customers bought on each day, and whether by the one that is used most or by another."""

from collections.abc import Collection

from cxlab.engine import Engine, fill
from cxlab.intake.sales import CHANNEL_DAYS, CHANNEL_ORDERS


def sum_channel_days(engine: Engine, columns: Collection[str]) -> None:
    """Make the table `channel_days` of the view `orders`, once, when it is first asked for.

    It has customer_id, day (days since 1970), elsewhere (1 where something was bought that day by another channel than
    the one most used, else 0) and main_channel (the name of that one: the channel with lines on most days of customers,
    of two alike the first by name). Lines that do not say their channel are left out; no row where all of the others
    came by one channel.

    Parameters
    ----------
    columns : those of the orders, as the kit names them.
    """
    if engine.has(CHANNEL_DAYS):
        return
    engine.run(fill(_SPLIT if "channel" in columns else _EMPTY, table=CHANNEL_DAYS))


def list_channel_orders(engine: Engine, columns: Collection[str]) -> None:
    """Make the table `channel_orders` of the view `orders`, once, when it is first asked for.

    It has customer_id, day (days since 1970) and channel, each once, of days on which an order was made; lines that do
    not say their channel are left out.

    Parameters
    ----------
    columns : those of the orders, as the kit names them.
    """
    if engine.has(CHANNEL_ORDERS):
        return
    engine.run(fill(_LIST if "channel" in columns else _NONE, table=CHANNEL_ORDERS))


_NONE = (
    "CREATE OR REPLACE TABLE {table} AS SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS BIGINT) AS day, "
    "CAST(NULL AS VARCHAR) AS channel WHERE FALSE"
)
_LIST = """
CREATE OR REPLACE TABLE {table} AS
SELECT DISTINCT o.customer_id, o.day, o.channel FROM (
  SELECT customer_id, CAST(FLOOR(CAST(ordered_at AS DOUBLE) / 86400) AS BIGINT) AS day, channel
  FROM orders WHERE NOT is_return AND channel IS NOT NULL
) AS o JOIN sales AS s ON s.customer_id = o.customer_id AND s.day = o.day AND s.n_orders > 0
"""
_EMPTY = (
    "CREATE OR REPLACE TABLE {table} AS SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS BIGINT) AS day, "
    "CAST(NULL AS BIGINT) AS elsewhere, CAST(NULL AS VARCHAR) AS main_channel WHERE FALSE"
)
_SPLIT = """
CREATE OR REPLACE TABLE {table} AS
WITH bought AS (
  SELECT DISTINCT customer_id, CAST(FLOOR(CAST(ordered_at AS DOUBLE) / 86400) AS BIGINT) AS day, channel
  FROM orders WHERE NOT is_return AND channel IS NOT NULL
), counted AS (
  SELECT channel, ROW_NUMBER() OVER (ORDER BY n DESC, channel) AS place, COUNT(*) OVER () AS n_channels
  FROM (SELECT channel, COUNT(*) AS n FROM bought GROUP BY channel) AS c
), most AS (
  SELECT channel FROM counted WHERE place = 1 AND n_channels > 1
)
SELECT b.customer_id, b.day, CAST(MAX(CASE WHEN b.channel = m.channel THEN 0 ELSE 1 END) AS BIGINT) AS elsewhere,
  MAX(m.channel) AS main_channel
FROM bought AS b CROSS JOIN most AS m GROUP BY b.customer_id, b.day
"""
