"""Ridge regressions with a logit, a log or no link, cross-fitted: the folds share their passes over the rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from cxlab.gestures.means import Array, Codes

Kind = Literal["logit", "log", "line"]
NO_FOLD = -1
"""Fold of rows that nobody leaves out."""
_BLOCK = 16_384  # rows that are looked at together
_KEPT = 64 * 2**20  # bytes up to which all blocks are kept from one pass to the next
_MOST_STEPS = 60
_SLOW = 0.25  # curvature is taken anew where a step leaves more than this share of the slope
_STEEPEST = 30.0  # a log mean is kept from going beyond
_FLAT = 1e-6
ROUGHLY = 1e-3
"""Slope at which to stop where regressions are only held against each other."""
Mask = NDArray[np.bool_]


def cross_fit_ridge(
    kind: Kind,
    target: Array,
    basis: Array,
    folds: Codes,
    penalty: float,
    *,
    learned: Mask | None = None,
    weights: Array | None = None,
    start: Array | None = None,
    flat: float = _FLAT,
) -> Array:
    """Foresee each row by a regression that has seen nothing of its fold: shape (n,), see `cross_fit_as_if`."""
    (found,) = cross_fit_as_if(
        kind,
        target,
        basis,
        folds,
        penalty,
        basis[:, :0],
        (1.0,),
        learned=learned,
        weights=weights,
        start=start,
        flat=flat,
    )
    return found


def cross_fit_as_if(
    kind: Kind,
    target: Array,
    basis: Array,
    folds: Codes,
    penalty: float,
    part: Array,
    counts: Sequence[float],
    *,
    learned: Mask | None = None,
    weights: Array | None = None,
    start: Array | None = None,
    flat: float = _FLAT,
) -> tuple[Array, ...]:
    """Foresee each row, as if some of what is known of it were otherwise, by a regression that never saw its fold.

    Minimises the weighted mean of the losses plus half the penalty times the sum of squared coefficients, the constant
    left free. Newton's method; curvature is taken once for all folds and anew only where steps get slow, and every pass
    over the rows serves all folds.

    Parameters
    ----------
    kind : logit (target in [0, 1], logistic loss), log (target >= 0, Poisson's), line (least squares).
    target : shape (n,). basis : shape (n, q), columns of mean 0 and standard deviation 1; float32 or float64.
    folds : shape (n,), from 0.
    part : shape (n, k). counts : rows are foreseen with so many times `part` in the place of the basis' last k columns.
    learned : bool, shape (n,), rows that are learned from; None: all.
    weights : shape (n,), of the losses; None: equal.
    start : shape (q + 1,), coefficients to start from, the constant first; None: the mean.
    flat : the largest slope at which to stop going down; in half the precision at least ten times the default.

    Returns
    -------
    One of shape (n,) for each of `counts`: expected targets. Where there is nothing to learn, the mean of the other
    folds.
    """
    rows = np.arange(len(target)) if learned is None else np.flatnonzero(learned)
    found = tuple(np.empty(len(target)) for _ in counts)
    live = []
    for fold in np.unique(folds).tolist():
        seen = target[rows[folds[rows] != fold]]
        if len(seen) and basis.shape[1] and np.ptp(seen) > 0:
            live.append(fold)
        else:
            for one in found:
                one[folds == fold] = float(seen.mean()) if len(seen) else 0.0
    if not live:
        return found
    problem = _Problem(kind, target, basis, folds, rows, weights, penalty, tuple(live), flat)
    coefficients = problem.solve(problem.start() if start is None else np.tile(start[:, None], len(live)))
    for k, fold in enumerate(live):
        most = 3 * target[rows[folds[rows] != fold]].max() if kind == "log" else np.inf
        for lot in _lots(np.flatnonzero(folds == fold)):
            x = basis[lot]
            for one, count in zip(found, counts, strict=True):
                x[:, basis.shape[1] - part.shape[1] :] = count * part[lot]
                one[lot] = np.minimum(_expected(kind, x, coefficients[:, k]), most)
    return found


def fit_ridge(
    kind: Kind,
    target: Array,
    basis: Array,
    penalty: float,
    *,
    weights: Array | None = None,
    start: Array | None = None,
    flat: float = _FLAT,
) -> Array:
    """Fit one regression to all rows: shape (q + 1,), the constant first; as `cross_fit_ridge`."""
    everywhere = np.full(len(target), NO_FOLD)
    problem = _Problem(kind, target, basis, everywhere, np.arange(len(target)), weights, penalty, (0,), flat)
    return problem.solve(problem.start() if start is None else start[:, None])[:, 0]


@dataclass(frozen=True, eq=False)
class _Problem:
    """The regressions of all folds, side by side: coefficients have shape (q + 1, folds)."""

    kind: Kind
    target: Array
    basis: Array
    folds: Codes
    rows: NDArray[np.int64]
    weights: Array | None
    penalty: float
    live: tuple[int, ...]
    flat: float

    def start(self) -> Array:
        """Coefficients of nothing but the mean."""
        weights = None if self.weights is None else self.weights[self.rows]
        mean = float(np.average(self.target[self.rows], weights=weights))
        constant = {"logit": np.log(max(mean, 1e-9) / max(1 - mean, 1e-9)), "log": np.log(max(mean, 1e-9))}
        found = np.zeros((self.basis.shape[1] + 1, len(self.live)))
        found[0] = constant.get(self.kind, mean)
        return found

    def solve(self, coefficients: Array) -> Array:
        """Go down from here till it is flat."""
        flat = self.flat if self.basis.dtype == np.float64 else max(self.flat, 10 * _FLAT)
        height, slope = self._look(coefficients)
        steep = np.abs(slope).max()
        factors, is_fresh = self._factors(coefficients), True
        for _ in range(_MOST_STEPS):
            if steep <= flat:
                break
            step = np.column_stack([cho_solve(f, slope[:, k]) for k, f in enumerate(factors)])
            moved, height_then, slope_then = self._step(coefficients, step, height)
            steep_then = np.abs(slope_then).max()
            if is_fresh and not (height_then < height).any():
                break  # no number of this size shows a slope any more
            coefficients, height, slope = moved, height_then, slope_then
            is_fresh = bool(steep_then > max(_SLOW * steep, flat))
            if is_fresh:
                factors = self._factors(coefficients)
            steep = steep_then
        return coefficients

    def _step(self, coefficients: Array, step: Array, height: Array) -> tuple[Array, Array, Array]:
        """Go down by a step, or by a part of it in those folds in which the whole leads up."""
        share = np.ones(len(self.live))
        for _ in range(12):
            moved = coefficients - share * step
            then, slope = self._look(moved)
            worse = ~(then <= height + 4 * np.finfo(self.basis.dtype).eps * np.abs(height))
            if not worse.any():
                return moved, then, slope
            share = np.where(worse, share / 4, share)
        share = np.where(worse, 0.0, share)
        moved = coefficients - share * step
        return moved, *self._look(moved)

    def _look(self, coefficients: Array) -> tuple[Array, Array]:
        """Return the penalised mean loss of each fold's regression, and its slope."""
        height, slope = np.zeros(len(self.live)), np.zeros(coefficients.shape)
        weight = np.zeros(len(self.live))
        given = coefficients.astype(self.basis.dtype)
        for fold, x, y, w in self._blocks():
            others = np.array([k for k, left_out in enumerate(self.live) if left_out != fold], dtype=np.int64)
            if not len(others):
                continue
            ahead = (x @ given[1:, others] + given[0, others]).astype(np.float64)
            mean, loss = _mean_and_loss(self.kind, y[:, None], ahead)
            off = w[:, None] * (mean - y[:, None])
            weight[others] += w.sum()
            height[others] += w @ loss
            slope[0, others] += off.sum(axis=0)
            slope[1:, others] += x.T @ off.astype(x.dtype)
        height, slope = height / weight, slope / weight
        height += self.penalty / 2 * (coefficients[1:] ** 2).sum(axis=0)
        slope[1:] += self.penalty * coefficients[1:]
        return height, slope

    def _factors(self, coefficients: Array) -> list[tuple[Array, bool]]:
        """Return the curvature of each fold's regression, where they all lie on average, decomposed (Cholesky)."""
        size, count = coefficients.shape
        middle = coefficients.mean(axis=1)
        curvature, weight = np.zeros((count, size, size)), np.zeros(count)
        for fold, x, _, w in self._blocks():
            others = [k for k, left_out in enumerate(self.live) if left_out != fold]
            if not others:
                continue
            part = _bend(self.kind, x, w, middle)
            for k in others:
                curvature[k] += part
                weight[k] += w.sum()
        found = []
        for k in range(count):
            bent = curvature[k] / weight[k]
            steadied = (
                max(1e-9, 10 * float(np.finfo(self.basis.dtype).eps)) * bent.diagonal().max()
            )  # slower, not other
            bent[np.diag_indices(size)] += np.r_[steadied, np.full(size - 1, self.penalty + steadied)]
            found.append(cho_factor(bent, lower=True, check_finite=False))
        return found

    def _blocks(self) -> Iterable[tuple[int, Array, Array, Array]]:
        """Give the rows learned from in blocks of one fold: its number, basis, target and weights."""
        size = len(self.rows) * self.basis.shape[1] * self.basis.itemsize
        return self._few_blocks if size <= _KEPT else self._cut_blocks()

    @cached_property
    def _few_blocks(self) -> tuple[tuple[int, Array, Array, Array], ...]:
        """All blocks, where they are small enough to be kept from one pass to the next."""
        return tuple(self._cut_blocks())

    def _cut_blocks(self) -> Iterator[tuple[int, Array, Array, Array]]:
        whose = self.folds[self.rows]
        for fold in np.unique(whose).tolist():
            for lot in _lots(self.rows[whose == fold]):
                weights = np.ones(len(lot)) if self.weights is None else self.weights[lot]
                yield fold, self.basis[lot], self.target[lot], weights


def _lots(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for begin in range(0, len(rows), _BLOCK):
        yield rows[begin : begin + _BLOCK]


def _bend(kind: Kind, x: Array, weights: Array, coefficients: Array) -> Array:
    """Return the sum of the losses' second derivatives in the constant and the coefficients."""
    given = coefficients.astype(x.dtype)
    ahead = (x @ given[1:] + given[0]).astype(np.float64)
    bent = weights.copy()
    if kind == "logit":
        chance = expit(ahead)
        bent *= chance * (1 - chance)
    elif kind == "log":
        bent *= np.exp(np.minimum(ahead, _STEEPEST))
    rooted = x * np.sqrt(bent).astype(x.dtype)[:, None]
    found = np.empty((len(coefficients), len(coefficients)))
    found[1:, 1:] = rooted.T @ rooted
    found[0, 0] = bent.sum()
    found[0, 1:] = found[1:, 0] = x.T @ bent.astype(x.dtype)
    return found


def _mean_and_loss(kind: Kind, target: Array, ahead: Array) -> tuple[Array, Array]:
    if kind == "logit":
        return expit(ahead), np.logaddexp(0, ahead) - target * ahead
    if kind == "log":
        ahead = np.minimum(ahead, _STEEPEST)
        mean = np.exp(ahead)
        return mean, mean - target * ahead
    return ahead, (target - ahead) ** 2 / 2


def _expected(kind: Kind, x: Array, coefficients: Array) -> Array:
    given = coefficients.astype(x.dtype)
    ahead = (x @ given[1:] + given[0]).astype(np.float64)
    return _mean_and_loss(kind, np.zeros(len(ahead)), ahead)[0]
