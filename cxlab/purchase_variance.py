"""How much what one purchase contributes varies within customers."""

from cxlab.engine import Engine


def purchase_variance(engine: Engine, calibration_end: int, margin_rate: float) -> float | None:
    """Return the variance within customers of what one purchase contributes; None where nobody bought twice.

    Parameters
    ----------
    engine : with the tables `days` and `effort`.
    calibration_end : days since 1970, inclusive.
    margin_rate : share of revenue that is left where no cost is known.

    Returns
    -------
    In squared units of currency. A purchase is a day with an order; returns, and what was spent to serve or as
    gestures, belong to the last purchase before them, or to the first where there is none before. The mean square
    within customers, pooled over those who bought on several days: it takes no view of how customers differ.

    References
    ----------
    Bühlmann and Gisler (2005), A Course in Credibility Theory, chapter 4.8 (structural parameters).
    """
    (within,) = engine.row(_WITHIN, [margin_rate, calibration_end, calibration_end])
    return None if within is None else float(within)


_WITHIN = """
WITH moves AS (
  SELECT customer_id, day, CASE WHEN n_orders > 0 AND NOT is_return THEN 1 ELSE 0 END AS opens,
    CASE WHEN is_return THEN -1.0 ELSE 1.0 END * (revenue - uncosted - cost + CAST(? AS DOUBLE) * uncosted) AS brought
  FROM days WHERE day <= ?
  UNION ALL
  SELECT customer_id, day, 0 AS opens, -1.0 * (serve + gesture) AS brought FROM effort WHERE day <= ?
), numbered AS (
  SELECT customer_id, brought, SUM(opens) OVER (PARTITION BY customer_id ORDER BY day) AS purchase FROM moves
), purchases AS (
  SELECT customer_id, CASE WHEN purchase < 1 THEN 1 ELSE purchase END AS purchase, SUM(brought) / 100.0 AS brought
  FROM numbered GROUP BY customer_id, CASE WHEN purchase < 1 THEN 1 ELSE purchase END
), centred AS (
  SELECT brought - AVG(brought) OVER (PARTITION BY customer_id) AS off,
    COUNT(*) OVER (PARTITION BY customer_id) AS n
  FROM purchases
)
SELECT SUM(off * off) / SUM(1.0 - 1.0 / n) FROM centred WHERE n > 1
"""
