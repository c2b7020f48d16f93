"""The gain foreseen for each customer: a ridge regression of the scores on what is known before."""

import numpy as np
import pandas as pd

from cxlab.gestures.basis import as_numbers, expand
from cxlab.gestures.means import Array, Codes
from cxlab.policy.gain import FIRST_STEP, GestureGain

PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)
"""Ridge penalties by row; the largest foresees nearly the same for everybody."""


def foresee_gain(gain: GestureGain, ahead: pd.DataFrame | None = None) -> tuple[Array, Array]:
    """Foresee each row's gain from what is known before, learned from the steps before the row's own.

    The penalty is chosen on customers held out within those that are learned from, so that nothing of a customer's own
    reaches the forecast but through the outcome models behind the other customers' scores. Each step looks back only:
    where every fold is foreseen from all others, each pair of folds tells twice, of one and of the other, and intervals
    of what such forecasts gain are too short by up to a factor of 1.4 when there is nothing to foresee.

    Parameters
    ----------
    ahead : further customers, the columns of `gain.known`: their gain is foreseen from all rows. None: nobody.

    Returns
    -------
    Shape (n,) for the rows, NaN in the steps that are learned from only; and one for each row of `ahead`.

    References
    ----------
    Kennedy (2023), Towards optimal doubly robust estimation of heterogeneous causal effects (the DR-learner),
    Electronic Journal of Statistics 17(2). Wager (2024), Sequential validation of treatment heterogeneity.
    """
    known = gain.known if ahead is None else pd.concat([gain.known, ahead[gain.known.columns]], ignore_index=True)
    matrix, _ = as_numbers(known)
    n, more = gain.n, len(known) - gain.n
    brought = np.concatenate([gain.without, np.full(more, gain.without.mean())])
    columns = expand(matrix, np.zeros(n + more, dtype=bool), brought).columns.astype(np.float64, copy=False)
    basis = np.column_stack([np.ones(n + more), columns])
    sums = _sums(basis[:n], gain.gain, gain.steps)
    found = np.full(n, np.nan)
    for step in range(FIRST_STEP, len(sums)):
        mine = gain.steps == step
        found[mine] = basis[:n][mine] @ _learn(sums[:step])
    return found, basis[n:] @ _learn(sums) if more else np.empty(0)


_Sums = tuple[Array, Array, float, int]


def _sums(basis: Array, target: Array, steps: Codes) -> list[_Sums]:
    """Return what a ridge regression and its squared error take from each step: X'X, X'y, y'y and the rows."""
    found = []
    for step in range(int(steps.max()) + 1):
        mine = steps == step
        x, y = basis[mine], target[mine]
        found.append((x.T @ x, x.T @ y, float(y @ y), len(y)))
    return found


def _learn(parts: list[_Sums]) -> Array:
    """Return the coefficients whose penalty foresees best a part that was left out, each part in turn."""
    if len(parts) < 2:
        return _solve(parts, PENALTIES[-1])
    losses = []
    for penalty in PENALTIES:
        loss = 0.0
        for k, (xx, xy, yy, _) in enumerate(parts):
            found = _solve([part for j, part in enumerate(parts) if j != k], penalty)
            loss += yy - 2 * float(found @ xy) + float(found @ xx @ found)
        losses.append(loss)
    return _solve(parts, PENALTIES[int(np.argmin(losses))])


def _solve(parts: list[_Sums], penalty: float) -> Array:
    xx, xy = np.sum([p[0] for p in parts], axis=0), np.sum([p[1] for p in parts], axis=0)
    weight = np.full(len(xy), penalty * sum(p[3] for p in parts))
    weight[0] = 0.0  # the mean is not drawn towards zero
    return np.asarray(np.linalg.solve(xx + np.diag(weight) + 1e-9 * np.eye(len(xy)), xy))
