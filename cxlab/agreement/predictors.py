"""Ways to foresee what a customer does next: from a group's mean to a gradient boosting of all that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor, Ridge

from cxlab.agreement.ceiling import FitLabels
from cxlab.errors import InputError

Array = NDArray[np.float64]
Target = Literal["purchases", "contribution"]
FEATURES = (
    "n_orders",
    "repeat_purchases",
    "tenure_days",
    "days_since_last_order",
    "median_gap_days",
    "iqr_gap_days",
    "revenue",
    "returns",
    "contribution",
    "cost_to_serve",
    "gesture_cost",
    "mean_order_value",
    "mean_repeat_value",
)
RFM = ("days_since_last_order", "n_orders", "revenue")
FIFTHS = 5
RIDGE = 1e-3


@dataclass(frozen=True)
class Fold:
    """Customers to learn from, and customers to foresee.

    Attributes
    ----------
    frame : shape (n, columns of the customers' frame).
    train, test : numbers of rows.
    actual : shape (n,), what happened in the hold-out window; only `actual[train]` may be looked at.
    target : what `actual` counts; purchases are modelled as counts, contribution by squared error.
    seed : for what is drawn at random.
    number : which fold it is, 0 first.
    some : those of `train` that fits which take long learn from; None: all.
    """

    frame: pd.DataFrame
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    actual: Array
    target: Target
    seed: int
    number: int = 0
    some: NDArray[np.int64] | None = None

    @property
    def mean(self) -> float:
        """Mean of those to learn from."""
        return float(self.actual[self.train].mean())


def by_nothing(fold: Fold) -> Array:
    """Foresee the mean for everybody: shape (n test,)."""
    return np.full(len(fold.test), fold.mean)


def by_group(fold: Fold, labels: pd.Series) -> Array:
    """Foresee the mean of the customer's group; each group is joined by one customer at the overall mean.

    Without that one, a group in which nobody bought would be foreseen as never to buy, which no data can show.
    """
    codes, groups = pd.factorize(labels, sort=True)
    sums = np.bincount(codes[fold.train], fold.actual[fold.train], minlength=len(groups))
    sizes = np.bincount(codes[fold.train], minlength=len(groups))
    means: Array = (sums + fold.mean) / (sizes + 1)
    return means[codes[fold.test]]


def by_refitted_group(fold: Fold, labels: Sequence[pd.Series]) -> Array:
    """Foresee the mean of the cluster, the clusters found among those to learn from only.

    Parameters
    ----------
    labels : of all customers, one set a fold, from `refitted_labels`.
    """
    return by_group(fold, labels[fold.number])


def refitted_labels(
    frame: pd.DataFrame, train: NDArray[np.int64], fit_labels: FitLabels, k: int, seed: int
) -> pd.Series:
    """Label all customers by clusters found among those to learn from; where these do not differ, by one cluster."""
    try:
        return fit_labels(frame.iloc[train], k=k, seed=seed)(frame)
    except InputError:
        return pd.Series("everybody", index=frame.index)


def by_rfm(fold: Fold) -> Array:
    """Foresee from recency, frequency and money in fifths, their effects added (on the log scale for purchases).

    Customers in the same fifths of all three are one row that counts as often as there are of them.
    """
    places = [_fifths(fold.frame[name].to_numpy(float), fold.train) for name in RFM]
    sizes = [int(place.max()) + 1 for place in places]
    cells = np.ravel_multi_index(tuple(places), tuple(sizes))
    counts = np.bincount(cells[fold.train], minlength=int(np.prod(sizes)))
    there = np.flatnonzero(counts)
    design = np.column_stack(
        [
            place[:, None] == np.arange(1, size)[None, :]
            for place, size in zip(np.unravel_index(np.arange(len(counts)), tuple(sizes)), sizes, strict=True)
        ]
    ).astype(float)
    if design.shape[1] == 0:
        return by_nothing(fold)
    counted = counts[there].astype(float)
    means = np.bincount(cells[fold.train], fold.actual[fold.train], minlength=len(counts))[there] / counted
    model = (
        PoissonRegressor(alpha=RIDGE, solver="newton-cholesky", max_iter=200)
        if fold.target == "purchases"
        else Ridge(alpha=1.0, solver="cholesky")
    )
    foreseen = model.fit(design[there], means, sample_weight=counted).predict(design)
    return np.asarray(foreseen, float)[cells[fold.test]]


def by_features(fold: Fold) -> Array:
    """Foresee from everything known about the customer, by gradient boosting of shallow trees.

    What is the same for all those to learn from, or unknown, tells nothing and is left out.
    """
    known = fold.frame[[name for name in FEATURES if name in fold.frame]].to_numpy(float)
    learned = fold.train if fold.some is None else fold.some
    known = known[:, [_differs(column) for column in known[learned].T]]
    if known.shape[1] == 0:
        return by_nothing(fold)
    model = HistGradientBoostingRegressor(
        loss="poisson" if fold.target == "purchases" else "squared_error",
        learning_rate=0.05,
        max_iter=120,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        early_stopping=False,
        random_state=fold.seed,
    )
    return np.asarray(model.fit(known[learned], fold.actual[learned]).predict(known[fold.test]), float)


def _differs(values: Array) -> bool:
    return len(np.unique(values[np.isfinite(values)])) > 1


def _fifths(values: Array, train: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which fifth of those to learn from each is in, from 0: shape (n,); equal values fall into one fifth."""
    cuts = np.unique(np.quantile(values[train], np.arange(1, FIFTHS) / FIFTHS))
    place = np.searchsorted(cuts, values, side="left")
    known = np.unique(place[train])
    return np.where(np.isin(place, known[1:]), np.searchsorted(known, place), 0)
