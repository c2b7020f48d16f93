"""A crossed mixed model of scores: how much of their variance goes with each factor, such as who served and where.

score = mean + one random effect a level of each factor + rest. The variances are judged by the restricted likelihood,
and what is not sure about them is carried through by weighted draws.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky
from scipy.optimize import minimize
from scipy.special import logsumexp, ndtr
from scipy.stats import chi2, multivariate_t, qmc
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from cxlab.experience.henderson import Array, Factor, Sums, System

DRAWS = 512
MANY_LEVELS = 300
"""Levels from which on draws are taken as they come from about the mode: there each would cost much, and the likelihood
is near to a normal one."""
_DF = 4
_LARGEST = 50.0
"""Standard deviation of a factor against that of the rest up to which it is sought."""
_SHOWN = 2.706
"""Twice the logarithm by which the best variance must be likelier than none: 5% of half a chi-squared (Self and Liang
1987)."""
_STEP = 0.02


class CrossedModel:
    """The fitted model.

    Parameters
    ----------
    score : shape (n,).
    factors : those whose levels get an effect each.
    within : a factor of many levels beside them, the customer mostly; None: there is none.
    groups : factors by name of the group, for `of_these`.
    seed : start of the draws.

    Attributes
    ----------
    names : of the factors, `within` last.
    best : shape (factors,), standard deviations over that of the rest where the restricted likelihood is highest.
    rest : variance of the rest there, in squared units of the score.
    ratios : shape (draws, factors), the same, drawn; weights : shape (draws,), adding up to 1.
    effects : mean and standard deviation of every level's effect by factor, against the mean over the factor's rows,
        drawn towards 0 as far as it is unsure.
    level : mean score of the rows and its standard deviation, the levels being those there are.
    of_these : share of the variance that lies between the levels there are, by group: shape (draws,). Levels are taken
        as they are here, each as often as it has rows, and not as a sample of others; those of `within`, and `rest`,
        are such a sample.
    best_of_these : the same where the restricted likelihood is highest: one number a group.

    Notes
    -----
    The standard deviation of a factor against the rest has a half-Cauchy prior of scale 1 (Gelman 2006, Polson and
    Scott 2012), the variance of the rest one flat in its logarithm. Draws come from a t distribution with 4 degrees of
    freedom about the mode, on quasi-random points, and are weighted by importance. They are drawn on a scale that is
    linear where a factor's variance drowns in the rest and logarithmic above it, and folded at 0.
    """

    def __init__(
        self,
        score: Array,
        factors: Sequence[Factor],
        within: Factor | None = None,
        *,
        groups: Mapping[str, Sequence[str]],
        seed: int,
    ) -> None:
        self.factors = tuple(factors)
        everything = (*self.factors, *([within] if within else []))
        self.names = tuple(f.name for f in everything)
        self.n = len(score)
        self._has_within = within is not None
        self._mean = float(score.mean())
        self._sums = Sums(score - self._mean, self.factors, within)
        self._units = np.sqrt(np.array([f.n_levels for f in everything], dtype=np.float64) / self.n)
        groups = {**{f.name: (f.name,) for f in self.factors}, **groups}
        with threadpool_limits(limits=1):  # sums in one order; and small ones, for which threads wait for each other
            self.best = self._highest(np.sqrt(np.e - 1) * self._units, with_prior=False)
            at_best = self._sums.solve(self.best)
            self.rest = at_best.rest
            self.best_of_these = self._at_best(at_best, groups)
            self._draw(seed, groups)

    def interval(self, values: Array, level: float = 0.95) -> tuple[float, float]:
        """Return the middle part of weighted draws."""
        tail = (1 - level) / 2
        low, high = (weighted_quantile(values, self.weights, share) for share in (tail, 1 - tail))
        return low, high

    def is_shown(self, factor: int) -> bool:
        """Whether some variance of a factor is much likelier than none, the others' being what they may."""
        return self._shown[factor]

    @cached_property
    def _shown(self) -> tuple[bool, ...]:
        if not self._is_exact:  # many levels: by the curvature at the mode
            return tuple(bool(z > np.sqrt(_SHOWN)) for z in self._mode / np.sqrt(np.diag(self._around)))
        top = self._sums.solve(self.best).likelihood
        return tuple(best > 0 and self._gain(k, top) > _SHOWN for k, best in enumerate(self.best))

    def _gain(self, factor: int, top: float) -> float:
        """Return twice the logarithm by which the best variance of a factor is likelier than none."""
        without = np.where(np.arange(len(self.best)) == factor, 0.0, self.best)
        if 2 * (top - self._sums.solve(without).likelihood) <= _SHOWN:
            return 0.0  # others that give way would only make none likelier
        free = np.arange(len(self.best)) != factor
        without = self._highest(np.maximum(self.best, self._units / 2), with_prior=False, free=free)
        return 2 * (top - self._sums.solve(without).likelihood)

    def _at_best(self, system: System, groups: Mapping[str, Sequence[str]]) -> Mapping[str, float]:
        """Return what is expected to lie between the levels, of each group, at given ratios: a share of all of it."""
        effects, between = system.effects, self._sums.between
        unsure = system.covariances * between

        def variance(mask: Array) -> float:
            part = effects * mask
            return float(part @ between @ part + mask @ unsure @ mask)

        within = float(self.best[-1]) ** 2 if self._has_within else 0.0
        total = variance(np.ones(len(effects))) + system.rest * (1 + within)
        found = {name: variance(_in_group(self.factors, group)) / total for name, group in groups.items()}
        found["rest"] = system.rest / total
        if self._has_within:
            found[self.names[-1]] = system.rest * within / total
        return found

    def _highest(self, begin: Array, *, with_prior: bool, free: NDArray[np.bool_] | None = None) -> Array:
        """Find the ratios of the highest likelihood, or density; it is even in each, so that squares are moved.

        Those that are not `free` stay 0.
        """
        units = self._units
        if not len(units):
            return units

        def fault(logs: Array) -> tuple[float, Array]:
            squares = units**2 * np.expm1(logs)
            system = self._sums.solve(np.sqrt(squares))
            height, slope, turn = system.likelihood, system.slopes, units**2 * np.exp(logs)
            if with_prior:
                height += float((logs / 2 - np.log1p(squares)).sum())
                return -height, -(slope * turn + 0.5 - turn / (1 + squares))
            return -height, -slope * turn

        most = np.log1p((_LARGEST / units) ** 2) * (1.0 if free is None else free)
        ends = [(0.0, float(one)) for one in most]
        begin = np.where(most > 0, begin, 0.0)
        found = minimize(fault, np.log1p((begin / units) ** 2), jac=True, method="L-BFGS-B", bounds=ends,
                         options={"ftol": 1e-11, "gtol": 1e-5})  # fmt: skip
        return np.asarray(units * np.sqrt(np.expm1(found.x)))

    def _prior(self, places: Array) -> Array:
        ratios = self._units * np.sinh(places)
        return np.asarray((np.log(np.cosh(places)) - np.log1p(ratios**2)).sum(axis=-1))

    def _slope(self, places: Array) -> Array:
        """Slope of the density's logarithm on the scale of the draws."""
        ratios = self._units * np.sinh(places)
        turn = 2 * ratios * self._units * np.cosh(places)
        return np.asarray(self._sums.solve(np.abs(ratios)).slopes * turn + np.tanh(places) - turn / (1 + ratios**2))

    def _spread(self, mode: Array) -> Array:
        """Return the inverse of the curvature at the mode; directions of little of it get a variance of 4 at most."""
        k = len(mode)
        steps = np.eye(k) * _STEP
        curvature = np.array([(self._slope(mode - s) - self._slope(mode + s)) / (2 * _STEP) for s in steps])
        values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
        return np.asarray((vectors / np.maximum(values, 0.25)) @ vectors.T)

    def _draw(self, seed: int, groups: Mapping[str, Sequence[str]]) -> None:
        units, k = self._units, len(self._units)
        mode = np.arcsinh(self._highest(np.maximum(self.best, units / 2), with_prior=True) / units)
        spread = self._spread(mode)
        self._mode, self._around = mode, spread
        rng = np.random.default_rng(seed)
        points = qmc.MultivariateNormalQMC(np.zeros(k + 1), rng=rng).random(DRAWS)
        # The last normal deviate makes the chi-squared of a t distribution, by its quantiles.
        is_exact = self._is_exact = self._sums.n_levels <= MANY_LEVELS
        scale = np.sqrt(_DF / chi2.ppf(ndtr(points[:, k]), _DF)) if is_exact else np.ones(DRAWS)
        places = np.abs(mode + scale[:, None] * (points[:, :k] @ cholesky(spread, lower=True).T))
        self.ratios = units * np.sinh(np.minimum(places, np.arcsinh(2 * _LARGEST / units)))
        within = self.ratios[:, -1] ** 2 if self._has_within else np.zeros(DRAWS)
        told = _Told(self._sums, self.factors, groups, rng, self.names[-1] if self._has_within else "")
        at_mode = None if is_exact else self._sums.solve(units * np.sinh(mode))
        for ratios, beside in zip(self.ratios, within, strict=True):
            told.of(at_mode or self._sums.solve(ratios), beside)
        if is_exact:
            sides = np.array(list(product((1.0, -1.0), repeat=k)))
            law = multivariate_t(mode, spread, df=_DF)
            proposal = logsumexp([law.logpdf(side * places).reshape(DRAWS) for side in sides], axis=0)
            weights = np.array(told.likelihood) + self._prior(places) - proposal
            weights = np.exp(weights - weights.max())
        else:
            weights = np.ones(DRAWS)
        self.weights = np.asarray(weights / weights.sum())
        self.effects = told.effects(self.weights)
        mean, deviation = told.mean(self.weights)
        self.level = (self._mean + mean, deviation)
        self.of_these = told.of_these


class _Told:
    """What each draw of the ratios tells of the levels, kept without its equations."""

    def __init__(
        self,
        sums: Sums,
        factors: Sequence[Factor],
        groups: Mapping[str, Sequence[str]],
        rng: np.random.Generator,
        within: str,
    ) -> None:
        self._sums, self._factors, self._rng = sums, factors, rng
        self._names = (*groups, "rest", *([within] if within else []))
        self._masks = [_in_group(factors, group) for group in groups.values()]
        self.likelihood: list[float] = []
        self._levels: list[tuple[Array, Array]] = []
        self._means: list[tuple[float, float]] = []
        self._shares: list[list[float]] = []
        self._last: System | None = None

    def of(self, system: System, within: float) -> None:
        self.likelihood.append(system.likelihood)
        if system is not self._last:
            self._levels.append(self._against_others(system))
            self._means.append(system.mean)
            self._last = system
        n = self._sums.n
        rest = system.rest * (n - 1) / self._rng.chisquare(n - 1)
        drawn = system.draw(self._rng.standard_normal(system.size), rest)
        *parts, whole = (self._variance(drawn * mask) for mask in (*self._masks, np.ones_like(drawn)))
        parts += [rest, rest * within]
        self._shares.append([part / (whole + rest * (1 + within)) for part in parts[: len(self._names)]])

    def _against_others(self, system: System) -> tuple[Array, Array]:
        """Return effects and variances against the mean over the rows of each factor."""
        rows, effects, covariances = self._sums.products[-2, :-2], system.effects.copy(), system.covariances
        variances, end = np.diag(covariances).copy(), 0
        for f in self._factors:
            mine = slice(end, end + f.n_levels)
            end += f.n_levels
            shares = rows[mine] / rows[mine].sum()
            beside = covariances[mine, mine] @ shares
            effects[mine] -= shares @ effects[mine]
            variances[mine] += shares @ beside - 2 * beside
        return effects, np.maximum(variances, 0.0)

    def _variance(self, effects: Array) -> float:
        return float(effects @ self._sums.between @ effects)

    @property
    def of_these(self) -> Mapping[str, Array]:
        return dict(zip(self._names, np.array(self._shares).reshape(-1, len(self._names)).T, strict=True))

    def effects(self, weights: Array) -> Mapping[str, tuple[Array, Array]]:
        means, variances = (np.array(part) for part in zip(*self._levels, strict=True))
        weights = weights if len(means) > 1 else np.ones(1)
        mean = weights @ means
        deviation = np.sqrt(weights @ (variances + (means - mean) ** 2))
        ends = np.cumsum([0, *(f.n_levels for f in self._factors)])
        return {f.name: (mean[a:b], deviation[a:b]) for f, a, b in zip(self._factors, ends, ends[1:], strict=False)}

    def mean(self, weights: Array) -> tuple[float, float]:
        means, deviations = np.array(self._means).T
        weights = weights if len(means) > 1 else np.ones(1)
        mean = float(weights @ means)
        return mean, float(np.sqrt(weights @ (deviations**2 + (means - mean) ** 2)))


def _in_group(factors: Sequence[Factor], group: Sequence[str]) -> Array:
    """Return 1 for each level of the factors that are in a group, else 0: shape (levels,)."""
    return np.concatenate([np.full(f.n_levels, float(f.name in group)) for f in factors])


def weighted_quantile(values: Array, weights: Array, share: float) -> float:
    """Return the quantile of weighted values.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25]), 0.625)
    2.0
    """
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(share, middle / weights.sum(), values[order]))
