"""Who came to buy of late, and how many different customers come in some weeks."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine, fill
from cxlab.intake.trials import ALL_DRAWS


def recent_purchases(engine: Engine, customers: pd.Series, *, day: int, days: int) -> NDArray[np.int64]:
    """Count each customer's days with an order in the `days` before a day, that day not counted.

    Parameters
    ----------
    customers : shape (n,), their ids. day : in days since 1970.
    """
    found = engine.frame(
        "SELECT customer_id, COUNT(*) AS purchases FROM sales WHERE n_orders > 0 AND day >= ? AND day < ? "
        "GROUP BY customer_id ORDER BY customer_id",
        [day - days, day],
    )
    counts = pd.Series(found["purchases"].to_numpy(np.int64), index=found["customer_id"])
    return counts.reindex(customers, fill_value=0).to_numpy(np.int64)


def customers_by_week(engine: Engine, *, start: int, end: int) -> tuple[int, ...]:
    """Count the different customers who came within one week after `start`, two, and so on up to `end`."""
    n_weeks = (end - start) // 7
    found = engine.rows(
        "SELECT CAST(FLOOR(CAST(first_day - 1 - ? AS DOUBLE) / 7) AS BIGINT) AS week, COUNT(*) AS customers FROM "
        "(SELECT customer_id, MIN(day) AS first_day FROM sales WHERE n_orders > 0 AND day > ? AND day <= ? "
        "GROUP BY customer_id) AS f GROUP BY week ORDER BY week",
        [start, start, start + 7 * n_weeks],
    )
    counts = np.zeros(n_weeks, dtype=np.int64)
    for week, n in found:
        counts[week] = n
    return tuple(np.cumsum(counts).tolist())


def customers_in_trials(engine: Engine, *, day: int, outcome_days: int) -> tuple[str, ...]:
    """List the customers whose time in a trial is not over on a day, those among them whose draw lies ahead.

    Parameters
    ----------
    day : in days since 1970. outcome_days : time after a draw in which orders count.
    """
    found = engine.rows(
        fill(
            "SELECT DISTINCT customer_id FROM {t} WHERE customer_id IS NOT NULL AND "
            "CAST(FLOOR(CAST(assigned_at AS DOUBLE) / 86400) AS BIGINT) + ? > ? ORDER BY customer_id",
            t=_draws(engine),
        ),
        [outcome_days, day],
    )
    return tuple(str(customer) for (customer,) in found)


def arms_so_far(engine: Engine, *, named: bool) -> dict[str, frozenset[str]]:
    """Return the arms of each experiment so far, by its name; "" where it has none.

    Parameters
    ----------
    named : whether the draws name their experiments.
    """
    experiment = "COALESCE(experiment, '')" if named else "''"
    found = engine.rows(
        fill(
            "SELECT {!experiment} AS experiment, arm FROM {t} WHERE arm IS NOT NULL GROUP BY {!experiment}, arm "
            "ORDER BY experiment, arm",
            experiment=experiment,
            t=_draws(engine),
        )
    )
    arms: dict[str, set[str]] = {}
    for name, arm in found:
        arms.setdefault(str(name), set()).add(str(arm))
    return {name: frozenset(those) for name, those in arms.items()}


def _draws(engine: Engine) -> str:
    return ALL_DRAWS if engine.has(ALL_DRAWS) else "assignments"
