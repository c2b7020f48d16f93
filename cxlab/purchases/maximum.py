"""Newton's method for a handful of positive parameters: the maximum, how sure it is, and whether it is one at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxlab.estimate import Estimate, log_normal_interval

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array, Array]]
Status = Literal["converged", "at_bound", "not_converged"]

BOX = (-8.0, 9.0)  # of the logarithms: 0.0003 to 8,100
LONGEST_STEP = 2.0
OF_NONE = float(-np.log(0.025))  # 95% upper end of a Poisson mean where nothing was counted
ROUNDING = 1e-9  # share of a value below which what is left over is an error of rounding
SURE_OF_A_PARAMETER = 2.5  # standard error of a logarithm: beyond it the interval spans four orders of magnitude
_NEXT_TO = 0.1  # of a logarithm: so near to the edge a parameter is as good as at it
_MOVE = 1e-5  # of a logarithm, for slopes by differences: right to about five digits
_MAX_STEPS = 200
_MAX_HALVINGS = 40
_TOLERANCE = 1e-9
_HAIR = 1e-6  # of a logarithm
_AS_HIGH = 1e-8  # per unit of |log-likelihood| + 1: two ends so near are one
_FLATTEST = 1e-9  # smallest curvature that is told from none, as a share of the largest


@dataclass(frozen=True)
class Maximum:
    """Where a log-likelihood is largest.

    Attributes
    ----------
    log_parameters : shape (k,), logarithms of the parameters.
    covariance : shape (k, k), of `log_parameters`; zero for those at a bound. From the curvature alone, which is right
        where the model is, or robust (see `robust`).
    curvature_covariance : shape (k, k), from the curvature alone.
    bound : shape (k,), True where the parameter ran into the edge of the box.
    value : the log-likelihood.
    steps : Newton steps taken from the best start.
    status : converged, at_bound (the likelihood still rises at the edge) or not_converged.
    """

    log_parameters: Array
    covariance: Array
    curvature_covariance: Array
    bound: NDArray[np.bool_]
    value: float
    steps: int
    status: Status

    @property
    def parameters(self) -> Array:
        """The parameters themselves, shape (k,)."""
        return np.exp(self.log_parameters)

    @property
    def log_errors(self) -> Array:
        """Standard errors of `log_parameters`, shape (k,); infinite where the data does not settle the parameter."""
        errors = np.sqrt(np.diag(self.covariance))
        largest = np.maximum(errors, self.curvature_log_errors)
        return np.where(self.at_edge | (largest > SURE_OF_A_PARAMETER), np.inf, errors)

    @property
    def at_edge(self) -> NDArray[np.bool_]:
        """Whether a parameter ran into the edge of what is searched, or next to it: shape (k,)."""
        low, high = BOX
        near = (self.log_parameters <= low + _NEXT_TO) | (self.log_parameters >= high - _NEXT_TO)
        return np.asarray(self.bound | near, dtype=np.bool_)

    @property
    def curvature_log_errors(self) -> Array:
        """Standard errors of `log_parameters` if every customer followed the model, shape (k,); 0 at a bound."""
        return np.asarray(np.sqrt(np.diag(self.curvature_covariance)), dtype=np.float64)

    def robust(self, scores: Array, counts: Array) -> "Maximum":
        """Return the same maximum with a covariance that does not take the model for the truth.

        Parameters
        ----------
        scores : shape (m, k), what one customer of each kind adds to the gradient at the maximum.
        counts : shape (m,), customers of each kind.

        References
        ----------
        White (1982), Maximum Likelihood Estimation of Misspecified Models, Econometrica 50(1), 1-25 (the sandwich).
        """
        n, k = float(counts.sum()), int((~self.bound).sum())
        influence = scores @ self.curvature_covariance
        return replace(self, covariance=(influence.T * counts) @ influence * (n / max(n - k, 1.0)))

    def propagate(self, function: Callable[[Array], Array]) -> tuple[Array, Array]:
        """Carry the covariance over to `function` of the parameters by the delta method.

        Parameters
        ----------
        function : parameters, shape (k,) -> shape (m,).

        Returns
        -------
        value : shape (m,), at the maximum.
        covariance : shape (m, m).
        """
        value = function(self.parameters)
        jacobian = self._slopes_from(value, function, len(self.log_parameters))
        return value, jacobian @ self.covariance @ jacobian.T

    def slopes(self, function: Callable[[Array], Array], n: int) -> Array:
        """Return how `function`, as of `propagate`, goes by the logarithm of each of the first n parameters: (m, n)."""
        return self._slopes_from(function(self.parameters), function, n)

    def _slopes_from(self, value: Array, function: Callable[[Array], Array], n: int) -> Array:
        moves = _MOVE * np.eye(len(self.log_parameters))[:n]
        with np.errstate(invalid="ignore"):  # infinite at both: no slope
            found = [(function(np.exp(self.log_parameters + move)) - value) / _MOVE for move in moves]
        return np.stack(found, axis=1)


def positive_estimate(value: float, error: float, *, n: int, unit: str) -> Estimate:
    """Estimate of a positive quantity, even on the log scale; without an interval where the data does not settle it.

    Nor is there one where nothing at all varies, for then nothing tells how far other customers would differ.

    Examples
    --------
    >>> positive_estimate(2.0, 0.2, n=40, unit="weeks").has_interval
    True
    >>> positive_estimate(2.0, 2e3, n=40, unit="weeks").has_interval
    False
    >>> positive_estimate(2.0, 0.0, n=40, unit="weeks").has_interval
    False
    """
    if value > 0 and ROUNDING * value < error <= SURE_OF_A_PARAMETER * value:
        return log_normal_interval(value, error, n=n, unit=unit)
    return Estimate(value, n=n, unit=unit)


def in_logarithms(parameters: Array, gradient: Array, hessian: Array) -> tuple[Array, Array]:
    """Carry a gradient and a Hessian over to the logarithms of the parameters."""
    return gradient * parameters, hessian * np.outer(parameters, parameters) + np.diag(gradient * parameters)


def maximise(objective: Objective, starts: Sequence[Sequence[float]], *, tolerance: float = _TOLERANCE) -> Maximum:
    """Climb from each start (parameters, not logarithms) and return the highest end, of equals one that settled.

    Parameters
    ----------
    objective : logarithms of the parameters, shape (k,) -> value, gradient (k,), Hessian (k, k) in the logarithms.
    starts : a few points, each of k positive numbers.
    tolerance : the largest gradient component at which to stop, per unit of |log-likelihood| + 1.

    References
    ----------
    Nocedal and Wright (2006), Numerical Optimization, chapter 3.4 (modified Newton with backtracking).

    Examples
    --------
    >>> def bowl(x): return -float((x**2).sum()), -2 * x, -2 * np.eye(len(x))
    >>> maximise(bowl, [(3.0, 0.5)]).parameters.round(6).tolist()
    [1.0, 1.0]
    """
    ends = [_climb(objective, np.log(np.asarray(start, dtype=np.float64)), tolerance) for start in starts]
    top = max(end.value for end in ends)
    as_high = [end for end in ends if end.value >= top - _AS_HIGH * (1 + abs(top))]
    return max(as_high, key=lambda end: (end.status != "not_converged", end.value))


def _climb(objective: Objective, at: Array, tolerance: float) -> Maximum:
    at = np.clip(at, *BOX)
    value, gradient, hessian = objective(at)
    done, steps = False, 0
    while steps < _MAX_STEPS:
        held = _held(at, gradient)
        if _largest(gradient[~held]) <= tolerance * (1 + abs(value)):
            done = True
            break
        step = np.zeros_like(at)
        step[~held] = _newton_step(gradient[~held], hessian[np.ix_(~held, ~held)])
        longest = float(np.abs(step).max())
        step *= min(1.0, LONGEST_STEP / longest)
        moved = _first_better(objective, at, step, value, gradient)
        if moved is None:  # no step is better in double precision: as high as it goes
            done = _largest(gradient[~held]) <= 1e-6 * (1 + abs(value))
            break
        at, (value, gradient, hessian) = moved
        steps += 1
    bound = _held(at, gradient)
    status: Status = "not_converged" if not done else "at_bound" if bound.any() else "converged"
    covariance = _covariance(hessian, bound)
    return Maximum(at, covariance, covariance, bound, value, steps, status)


def _held(at: Array, gradient: Array) -> NDArray[np.bool_]:
    """Tell which parameters are at an edge that they would cross; a hair's breadth before it counts as well.

    Else a step along a ridge would be cut short in one of them and not in the others, and no share of it be better.
    """
    low, high = BOX
    return ((at <= low + _HAIR) & (gradient < 0)) | ((at >= high - _HAIR) & (gradient > 0))


def _first_better(
    objective: Objective, at: Array, step: Array, value: float, gradient: Array
) -> tuple[Array, tuple[float, Array, Array]] | None:
    """Halve the step until the value rises enough; None when it never does."""
    share = 1.0
    for _ in range(_MAX_HALVINGS):
        there = np.clip(at + share * step, *BOX)
        found = objective(there)
        if np.isfinite(found[0]) and found[0] > value + 1e-4 * float(gradient @ (there - at)):
            return there, found
        share /= 2
    return None


def _newton_step(gradient: Array, hessian: Array) -> Array:
    """Solve for the step, with every curvature taken as a maximum's and no direction as flat."""
    curvature, axes = np.linalg.eigh(-hessian)
    size = np.maximum(np.abs(curvature), max(_FLATTEST * float(np.abs(curvature).max()), 1e-12))
    step: Array = axes @ ((axes.T @ gradient) / size)
    return step


def _covariance(hessian: Array, bound: NDArray[np.bool_]) -> Array:
    """Invert the negative Hessian over the parameters that are not at a bound; flat directions get a huge variance."""
    covariance = np.zeros_like(hessian)
    free = np.ix_(~bound, ~bound)
    if not (~bound).any():
        return covariance
    curvature, axes = np.linalg.eigh(-hessian[free])
    size = np.maximum(curvature, max(_FLATTEST * float(np.abs(curvature).max()), 1e-12))
    covariance[free] = (axes / size) @ axes.T
    return covariance


def _largest(gradient: Array) -> float:
    return float(np.abs(gradient).max()) if gradient.size else 0.0
