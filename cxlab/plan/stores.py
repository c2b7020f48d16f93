"""Trials of whole stores: how alike the customers of a store are, and what that costs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine

LEAST_STORES = 8
"""Below four stores an arm a trial of stores shows next to nothing, and its error cannot be told."""


@dataclass(frozen=True)
class Stores:
    """Customers by the store of their last order.

    Attributes
    ----------
    n : stores. customers : of a store, on average.
    alikeness : intra-class correlation of what is left of the outcome, 0 to 1.
    design_effect : how many times the variance of as many customers drawn one by one.
    """

    n: int
    customers: float
    alikeness: float
    design_effect: float


def last_stores(engine: Engine, customers: pd.Series, *, day: int) -> NDArray[np.object_]:
    """Return the store of each customer's last order up to a day (since 1970); None where no order names one.

    Parameters
    ----------
    customers : shape (n,), their ids.
    """
    found = engine.frame(
        "SELECT customer_id, store FROM (SELECT customer_id, store, ROW_NUMBER() OVER (PARTITION BY customer_id "
        "ORDER BY ordered_at DESC, cx_file DESC, cx_line DESC) AS nth FROM orders WHERE store IS NOT NULL "
        "AND ordered_at < ?) AS o WHERE nth = 1 ORDER BY customer_id",
        [(day + 1) * 86400],
    )
    stores = pd.Series(found["store"].to_numpy(object), index=found["customer_id"])
    named = stores.reindex(customers)
    return named.where(named.notna(), None).to_numpy(object)


def compare_stores(left: NDArray[np.float64], stores: NDArray[np.object_]) -> Stores:
    """Measure how alike the customers of a store are.

    Parameters
    ----------
    left : shape (n,), what is left of each customer's outcome. stores : shape (n,), two different ones or more.

    Examples
    --------
    >>> found = compare_stores(np.array([1.0, 1.0, 3.0, 3.0]), np.array(list("aabb"), dtype=object))
    >>> found.alikeness, found.design_effect
    (1.0, 2.0)

    References
    ----------
    Donner and Klar (2000), Design and Analysis of Cluster Randomization Trials, chapter 1 (analysis of variance
    estimator). Eldridge, Ashby and Kerry (2006), International Journal of Epidemiology 35 (stores of unequal size).
    """
    codes, names = pd.factorize(stores)
    sizes, k, n = np.bincount(codes), len(names), len(left)
    means = np.bincount(codes, weights=left) / sizes
    between = float((sizes * (means - left.mean()) ** 2).sum()) / (k - 1)
    within = float(((left - means[codes]) ** 2).sum()) / max(n - k, 1)
    usual = (n - float((sizes**2).sum()) / n) / (k - 1)
    whole = between + (usual - 1) * within
    alikeness = min(1.0, max(0.0, (between - within) / whole)) if whole > 0 else 0.0
    unequal = 1 + float(sizes.var()) / float(sizes.mean()) ** 2
    return Stores(k, n / k, alikeness, 1 + (unequal * n / k - 1) * alikeness)
