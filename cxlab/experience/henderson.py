"""The equations of a mixed model with crossed factors, from sums of products alone.

Rows are needed once: for the sums of products of the levels' columns, the constant and the score. A factor of very many
levels, the customer mostly, is taken out of the sums in closed form, for its own block is diagonal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
_EXACT = 8
"""Rows of one customer up to which their number counts exactly; above it by steps of a quarter."""


@dataclass(frozen=True, eq=False)
class Factor:
    """A way to sort the rows.

    Attributes
    ----------
    name : of the factor.
    code : shape (n,), number of each row's level, from 0 on; -1: not known.
    n_levels : how many there are.
    """

    name: str
    code: Codes
    n_levels: int


class Sums:
    """Sums of products over the rows.

    Parameters
    ----------
    score : shape (n,).
    factors : those whose levels get an effect each.
    within : one whose levels are taken out in closed form; None: there is none.
    """

    def __init__(self, score: Array, factors: Sequence[Factor], within: Factor | None = None) -> None:
        n = len(score)
        columns = [_columns(f, n) for f in factors]
        columns.append(sparse.csr_array(np.column_stack([np.ones(n), score])))
        whole = sparse.csr_array(sparse.hstack(columns))
        self.n, self.n_levels = n, sum(f.n_levels for f in factors)
        self.n_factors = len(factors) + (within is not None)
        self.of_factor = np.repeat(np.arange(len(factors)), [f.n_levels for f in factors])
        self.products = (whole.T @ whole).toarray()
        self.shared: list[tuple[float, int, Array]] = []
        if within is not None:
            groups = _columns(within, n)
            sizes = np.asarray(groups.sum(axis=0), dtype=np.float64).ravel()
            sums = sparse.csr_array(groups.T @ whole)
            for size, mine in _by_size(sizes):
                part = sparse.csr_array(sparse.diags_array(sizes[mine] ** -0.5) @ sums[mine])
                self.shared.append((size, len(mine), (part.T @ part).toarray()))

    @cached_property
    def between(self) -> Array:
        """Matrix of the quadratic form that gives the variance over the rows of what the levels add."""
        q = self.n_levels
        shares = self.products[q, :q] / self.n
        return np.asarray(self.products[:q, :q] / self.n - np.outer(shares, shares))

    def solve(self, ratios: Array) -> "System":
        """Fit the effects for given ratios of standard deviations to that of the rest, that of `within` last."""
        products, more = self.products, 0.0
        if self.shared:
            square = float(ratios[-1]) ** 2
            products = products.copy()
            for size, many, part in self.shared:
                products -= square * size / (1 + square * size) * part
                more += many * float(np.log1p(square * size))
        return System(self, np.asarray(ratios, dtype=np.float64), products, more)


class System:
    """The equations at given ratios, solved.

    Attributes
    ----------
    likelihood : logarithm of the restricted likelihood but for a constant, the variance of the rest at its best.
    rest : variance of the rest, in squared units of the score.

    References
    ----------
    Henderson (1975), Best linear unbiased estimation and prediction under a selection model; Bates, Mächler, Bolker and
    Walker (2015), Fitting linear mixed-effects models using lme4.
    """

    def __init__(self, sums: Sums, ratios: Array, products: Array, more: float) -> None:
        q = sums.n_levels
        self._sums, self._ratios, self._products = sums, ratios, products
        self.size = q + 1
        self._scale = np.append(ratios[sums.of_factor], 1.0)
        left = products[: q + 1, : q + 1] * self._scale[:, None] * self._scale
        left[np.arange(q), np.arange(q)] += 1.0
        self._root = cholesky(left, lower=True, check_finite=False)
        self._half = solve_triangular(
            self._root, products[: q + 1, q + 1] * self._scale, lower=True, check_finite=False
        )
        whole = float(products[q + 1, q + 1])
        self._squares = max(whole - float(self._half @ self._half), 1e-12 * max(whole, 1e-300))
        self.rest = self._squares / (sums.n - 1)
        self.likelihood = -0.5 * (
            2 * float(np.log(np.diag(self._root)).sum()) + more + (sums.n - 1) * float(np.log(self._squares))
        )

    @cached_property
    def _all(self) -> Array:
        return np.asarray(
            self._scale * solve_triangular(self._root, self._half, lower=True, trans=1, check_finite=False)
        )

    @cached_property
    def _inverse(self) -> Array:
        """Inverse of the scaled equations: shape (levels + 1, levels + 1)."""
        lower, fault = dpotri(self._root, lower=1)
        assert fault == 0
        return np.asarray(np.tril(lower) + np.tril(lower, -1).T)

    @property
    def effects(self) -> Array:
        """Effect of each level: shape (levels,)."""
        return self._all[:-1]

    @property
    def covariances(self) -> Array:
        """Covariances of the levels' effects: shape (levels, levels)."""
        return np.asarray(self.rest * self._inverse[:-1, :-1] * self._scale[:-1, None] * self._scale[:-1])

    @property
    def mean(self) -> tuple[float, float]:
        """Mean over the rows of the constant and what their levels add, and its standard deviation."""
        q = self.size - 1
        weights = np.append(self._sums.products[q, :q] / self._sums.n, 1.0)
        scaled = weights * self._scale
        return float(weights @ self._all), float(np.sqrt(max(self.rest * (scaled @ self._inverse @ scaled), 0.0)))

    def draw(self, normal: Array, rest: float) -> Array:
        """Draw the effects of the levels from standard normal deviates, shape (levels + 1,): shape (levels,)."""
        noise = self._scale * solve_triangular(self._root, normal, lower=True, trans=1, check_finite=False)
        return np.asarray((self._all + np.sqrt(rest) * noise)[:-1])

    @property
    def slopes(self) -> Array:
        """Slope of the likelihood's logarithm in each ratio's square: shape (factors,)."""
        sums, q = self._sums, self.size - 1
        products = self._products
        solved = solve_triangular(
            self._root, products[: q + 1, :q] * self._scale[:, None], lower=True, check_finite=False
        )
        diagonal = np.diag(products)[:q] - (solved**2).sum(axis=0)
        sides = products[:q, q + 1] - solved.T @ self._half
        slopes = np.zeros(sums.n_factors)
        n_shown = sums.n_factors - bool(sums.shared)
        slopes[:n_shown] = -0.5 * (
            np.bincount(sums.of_factor, diagonal, n_shown)
            - (sums.n - 1) / self._squares * np.bincount(sums.of_factor, sides**2, n_shown)
        )
        if sums.shared:
            square = float(self._ratios[-1]) ** 2
            change, more = np.zeros_like(products), 0.0
            for size, many, part in sums.shared:
                change -= size / (1 + square * size) ** 2 * part
                more += many * size / (1 + square * size)
            apart = np.append(-self._all, 1.0)
            scaled = change[: q + 1, : q + 1] * self._scale[:, None] * self._scale
            slopes[-1] = -0.5 * (
                float((self._inverse * scaled).sum()) + more
                + (sums.n - 1) / self._squares * float(apart @ change @ apart)
            )  # fmt: skip
        return slopes


def _columns(factor: Factor, n: int) -> sparse.csr_array:
    known = np.flatnonzero(factor.code >= 0)
    return sparse.csr_array((np.ones(len(known)), (known, factor.code[known])), shape=(n, factor.n_levels))


def _by_size(sizes: Array) -> list[tuple[float, Codes]]:
    """Put levels of about the same size together: exactly up to `_EXACT`, above it by steps of a quarter."""
    steps = np.where(sizes <= _EXACT, sizes, _EXACT + np.ceil(np.log(np.maximum(sizes, 1) / _EXACT) / np.log(1.25)))
    return [
        (float(sizes[steps == step].mean()), np.flatnonzero(steps == step)) for step in np.unique(steps) if step > 0
    ]
