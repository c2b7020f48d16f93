"""Losses on customers that a description was not fitted on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from cxlab.agreement.ceiling import FitLabels
from cxlab.agreement.predictors import Fold, Target, refitted_labels

Array = NDArray[np.float64]
Way = Callable[[Fold], Array]
N_FOLDS = 10
N_DIVISIONS = 3  # into folds, their losses averaged: a single one moves what is foreseen of a few thousand customers
SETTLED_FROM = 10_000  # customers from which on a single division is enough, into few folds
MOST_LEARNED = 40_000  # customers of a fold that fits which take long learn from; of more, so many are drawn by lot
FEW_FOLDS = 5
PANEL = 5_000  # customers by whom it is seen what that adds to the error


def folds(n: int, seed: int) -> list[NDArray[np.int64]]:
    """Divide n rows into folds at random, sizes differing by one at most; row numbers in order."""
    order, how_many = np.random.default_rng(seed).permutation(n), N_FOLDS if n < SETTLED_FROM else FEW_FOLDS
    return [np.sort(part).astype(np.int64) for part in np.array_split(order, how_many)]


def is_large(n: int) -> bool:
    """Whether folds of n customers have more to learn from than is needed, a panel left out."""
    return n - n // FEW_FOLDS - PANEL > MOST_LEARNED


def parted(n: int, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the rows to learn from and the rows to foresee of each fold."""
    found = []
    for test in folds(n, seed):
        is_other = np.ones(n, dtype=np.bool_)
        is_other[test] = False
        found.append((np.flatnonzero(is_other), test))
    return found


def n_learned(n: int) -> int | None:
    """Return from how many customers, by lot, fits that take long learn in each fold; None: from all of the fold's."""
    return MOST_LEARNED if is_large(n) else None


def panel_of(n: int, seed: int) -> NDArray[np.int64]:
    """Draw customers whom every fold foresees and none learns from, where folds learn from some of theirs only."""
    if not is_large(n):
        return np.zeros(0, dtype=np.int64)
    return np.sort(np.random.default_rng([seed, N_FOLDS]).choice(n, min(PANEL, n // N_FOLDS), replace=False))


def learned_from(train: NDArray[np.int64], panel: NDArray[np.int64], seed: int, number: int) -> NDArray[np.int64]:
    """Return those of a fold's rows that fits which take long learn from: all, or `MOST_LEARNED` drawn by lot."""
    if not len(panel):
        return train
    others = np.setdiff1d(train, panel, assume_unique=True)
    some = np.random.default_rng([seed, number]).choice(others, min(MOST_LEARNED, len(others)), replace=False)
    return np.sort(some)


def labels_in_folds(frame: pd.DataFrame, fit_labels: FitLabels, k: int, seed: int) -> list[pd.Series]:
    """Fit clusters in each fold once, whatever is foreseen with them afterwards: labels of all customers a fold."""
    panel = panel_of(len(frame), seed)
    with threadpool_limits(limits=1):
        return [
            refitted_labels(frame, learned_from(train, panel, seed, number), fit_labels, k, seed + number)
            for number, (train, _) in enumerate(parted(len(frame), seed))
        ]


def divisions(n: int, seed: int) -> list[int]:
    """Return a seed for each division of n customers into folds; none of the seeds within them is used twice."""
    return [seed + N_FOLDS * i for i in range(N_DIVISIONS if n < SETTLED_FROM else 1)]


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """How far each way was off.

    Attributes
    ----------
    losses : by way, shape (n,), of each customer.
    on_panel : by way, shape (folds,), mean over the customers whom all folds foresee; empty where there are none.
    """

    losses: dict[str, Array]
    on_panel: dict[str, Array]

    @property
    def learning_error(self) -> float:
        """What learning from these customers and not from others adds to the standard error of a skill, at most.

        The folds learn from different customers, and all of them foresee the same ones.
        """
        if not self.on_panel:
            return 0.0
        base = float(self.on_panel["nothing"].mean())
        spreads = [found.std(ddof=1) / base for found in self.on_panel.values()] if base > 0 else [0.0]
        return float(max(spreads) / np.sqrt(FEW_FOLDS))


def cross_fitted_losses(
    frame: pd.DataFrame, actual: Array, target: Target, ways: Mapping[str, Way], seed: int
) -> CrossFitted:
    """Loss of each customer under each way, fitted on the other folds.

    On one thread: the fits are small, and sums are then added in the same order on every machine.
    """
    panel = panel_of(len(frame), seed)
    losses = {name: np.zeros(len(frame)) for name in ways}
    on_panel: dict[str, list[float]] = {name: [] for name in ways if len(panel)}
    with threadpool_limits(limits=1):
        for number, (train, test) in enumerate(parted(len(frame), seed)):
            some, asked = learned_from(train, panel, seed, number), np.concatenate([test, panel])
            fold = Fold(frame, train, asked, actual, target, seed + number, number, some)
            for name, way in ways.items():
                loss = _LOSS[target](actual[asked], way(fold))
                losses[name][test] = loss[: len(test)]
                if len(panel):
                    on_panel[name].append(float(loss[len(test) :].mean()))
    return CrossFitted(losses, {name: np.array(found) for name, found in on_panel.items()})


def poisson_deviance(actual: Array, mean: Array) -> Array:
    """Deviance of each count from its mean, shape (n,); a mean is taken to be at least 1e-6.

    Examples
    --------
    >>> poisson_deviance(np.array([0.0, 1.0]), np.array([0.5, 1.0])).tolist()
    [1.0, 0.0]
    """
    mean = np.maximum(mean, 1e-6)
    return np.asarray(2 * (xlogy(actual, actual / mean) - (actual - mean)), float)


def _squared(actual: Array, mean: Array) -> Array:
    return np.asarray((actual - mean) ** 2, float)


_LOSS: dict[Target, Callable[[Array, Array], Array]] = {"purchases": poisson_deviance, "contribution": _squared}
