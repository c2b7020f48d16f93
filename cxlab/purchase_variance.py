"""How much what one purchase contributes varies within customers."""

import numpy as np

from cxlab.engine import Engine

CENTS = 100


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
    sums = engine.frame(_SUMS, [calibration_end, calibration_end]).to_numpy(np.float64)
    n, known, uncosted, known_2, both, uncosted_2 = sums.T
    if not len(sums):
        return None
    squares = known_2 + 2 * margin_rate * both + margin_rate**2 * uncosted_2
    within = squares - (known + margin_rate * uncosted) ** 2 / n
    return float(within.sum() / (n - 1).sum()) / CENTS**2


_SUMS = """
WITH moves AS (
  SELECT customer_id, day, CASE WHEN n_orders > 0 AND NOT is_return THEN 1 ELSE 0 END AS opens,
    CASE WHEN is_return THEN uncosted + cost - revenue ELSE revenue - uncosted - cost END AS known,
    CASE WHEN is_return THEN -uncosted ELSE uncosted END AS uncosted
  FROM days WHERE day <= ?
  UNION ALL
  SELECT customer_id, day, 0 AS opens, -serve - gesture AS known, 0 AS uncosted FROM effort WHERE day <= ?
), numbered AS (
  SELECT customer_id, known, uncosted, SUM(opens) OVER (PARTITION BY customer_id ORDER BY day) AS purchase FROM moves
), purchases AS (
  SELECT customer_id, CASE WHEN purchase < 1 THEN 1 ELSE purchase END AS purchase,
    CAST(SUM(known) AS DOUBLE) AS known, CAST(SUM(uncosted) AS DOUBLE) AS uncosted
  FROM numbered GROUP BY customer_id, CASE WHEN purchase < 1 THEN 1 ELSE purchase END
)
SELECT COUNT(*) AS n, SUM(known) AS known, SUM(uncosted) AS uncosted, SUM(known * known) AS known_2,
  SUM(known * uncosted) AS both, SUM(uncosted * uncosted) AS uncosted_2
FROM purchases GROUP BY customer_id HAVING COUNT(*) > 1 ORDER BY customer_id
"""
"""Whole cents up to the squares, so that the order in which they are added up makes no difference."""
