"""How far the fit moves when the customers are drawn anew: bootstrap errors beside those of the formulas."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, Findings, percentile_interval
from cxlab.language import tr
from cxlab.purchases.histories import Array, Counts, Histories, PurchaseModelError
from cxlab.purchases.maximum import SURE_OF_A_PARAMETER, maximise, positive_estimate
from cxlab.purchases.model import PurchaseModel
from cxlab.words import number, percent

N_DRAWS = 500
FEWEST_DRAWS, LEAST_AFFORDED = 20, 50
ENOUGH_FOR_ENDS = 200
"""Fewer draws tell how far a figure spreads, but not where one in forty of them begins."""
_AT_LENGTH = 10_000  # different histories for which 500 draws take a few seconds
MOST_WHOLE, DRAWN_OF_MANY = 10_000, 5_000  # customers up to whom as many are drawn; and how many are of more
_TIMES_SLOWER, _A_KIND = 10, 5_000  # of a likelihood by quadrature; histories for which a kind of customer counts
_A_SHORT_STEP = 0.5  # of a logarithm: so far Newton's method may be trusted to step
_NEAR_ENOUGH = 1e-7  # a thousandth of a standard error or so from the maximum of a draw
MOST_LOST = 0.05  # share of draws without a maximum of their own, beyond which the errors are not told
ALIKE = (0.8, 1.25)  # bootstrap / robust error: the two are called the same within it


@dataclass(frozen=True, eq=False)
class BootstrapFits:
    """The model fitted again on customers drawn anew, and the errors that follow.

    Attributes
    ----------
    model : the fit on the customers themselves.
    draws : shape (n settled, k), logarithms of the parameters of each fit whose search settled, as far from the model
        as fits to as many customers as there are would lie.
    n_drawn : fits that were tried.
    n_at_bound : of the settled ones, those with a parameter at the edge of what is searched.
    n_each : customers in each draw.
    """

    model: PurchaseModel
    draws: Array
    n_drawn: int
    n_at_bound: int
    n_each: int

    @property
    def n_lost(self) -> int:
        """Fits without a maximum of their own: the search did not settle, or ran into the edge."""
        return self.n_drawn - len(self.draws) + self.n_at_bound

    @property
    def is_told(self) -> bool:
        """Whether enough of the fits have a maximum of their own for their spread to say something."""
        return self.model.is_settled and self.n_lost <= MOST_LOST * self.n_drawn

    @property
    def covariance(self) -> Array:
        """Covariance of the logarithms of the parameters over the draws, shape (k, k)."""
        return np.asarray(np.cov(self.draws, rowvar=False), dtype=np.float64)

    @property
    def log_errors(self) -> Array:
        """Standard errors of the logarithms, shape (k,); infinite where the data does not settle the parameter."""
        if not self.is_told:
            return np.full(len(self.model.family.parameters), np.inf)
        errors = np.sqrt(np.diag(self.covariance))
        return np.where(errors > SURE_OF_A_PARAMETER, np.inf, errors)

    @property
    def ratios(self) -> dict[str, float]:
        """Bootstrap over robust error of each parameter that both settle."""
        both = zip(self.model.family.parameters, self.log_errors, self.model.log_errors, strict=True)
        return {name: float(a / b) for name, a, b in both if np.isfinite(a) and np.isfinite(b) and b > 0}

    @property
    def intervals(self) -> dict[str, Estimate]:
        """Each parameter with the interval of its draws; a bare value where the data does not settle it.

        By their percentiles, with fewer than `ENOUGH_FOR_ENDS` of them by their spread on the log scale.
        """
        n, found, family = self.model.histories.n, {}, self.model.family
        for i, name in enumerate(family.parameters):
            value, unit = float(self.model.parameters[i]), family.unit(name)
            error = float(self.log_errors[i])
            if np.isfinite(error) and len(self.draws) < ENOUGH_FOR_ENDS:
                found[name] = positive_estimate(value, error * value, n=n, unit=unit)
            elif np.isfinite(error):
                found[name] = percentile_interval(value, np.exp(self.draws[:, i]), n=n, unit=unit)
            else:
                found[name] = Estimate(value, n=n, unit=unit, verdict="not_settled")
        return found

    @property
    def resampled_model(self) -> PurchaseModel:
        """The model, its figures with the intervals of the draws; the model as it is where these are too few."""
        settled = len(self.draws)
        if not self.model.is_settled or settled < max(ENOUGH_FOR_ENDS, (1 - MOST_LOST) * self.n_drawn):
            return self.model
        return replace(self.model, draws=self.draws)

    @property
    def findings(self) -> Findings:
        """The parameters with their bootstrap intervals, as `bootstrap.<family>.<parameter>`."""
        return {f"bootstrap.{self.model.family.key}.{name}": e for name, e in self.intervals.items()}

    @property
    def table(self) -> pd.DataFrame:
        """One row a parameter: estimate; standard errors of its logarithm by hessian, sandwich, bootstrap; low, high.

        An error is NaN where the data does not settle the parameter. low and high are the bootstrap interval.
        """
        maximum, intervals = self.model.maximum, self.intervals.values()
        curved = np.where(np.isfinite(self.model.log_errors), maximum.curvature_log_errors, np.nan)
        columns = {
            "parameter": list(self.model.family.parameters),
            "estimate": self.model.parameters,
            "hessian": curved,
            "sandwich": _finite(self.model.log_errors),
            "bootstrap": _finite(self.log_errors),
            "low": [np.nan if e.low is None else e.low for e in intervals],
            "high": [np.nan if e.high is None else e.high for e in intervals],
        }
        return pd.DataFrame(columns)

    @property
    def heading(self) -> str:
        """What heads the section."""
        if not self.ratios:
            return tr("How sure the figures of the model are cannot be told by drawing customers anew")
        name, ratio = self._furthest
        if self._is_alike(ratio):
            return tr("Other customers would move the model about as much as its intervals say")
        if ratio > 1:
            return tr("Other customers would move {name} more than its interval says", name=name)
        return tr("Other customers would move {name} less than its interval says", name=name)

    @property
    def reading(self) -> str:
        """How much each parameter moves from draw to draw, against what the two formulas say."""
        said = self._how_drawn
        if not self.is_told:
            if self.model.is_settled:
                return said + tr(
                    "But {n} of these fits found no best one of their own, so their spread says nothing.",
                    n=number(self.n_lost),
                )
            return said + tr(
                "But already the fit to the customers themselves did not settle, so their spread says nothing."
            )
        rows = [row for row in self.table.to_dict("records") if np.isfinite([row["sandwich"], row["bootstrap"]]).all()]
        if not rows:
            return said + tr("They differ by orders of magnitude: the data does not settle the parameters.")
        each = ", ".join(f"{row['parameter']} {percent(row['bootstrap'])}" for row in rows)
        robust = ", ".join(percent(row["sandwich"]) for row in rows)
        plain = ", ".join(percent(row["hessian"]) for row in rows)
        name, ratio = self._furthest
        alike = self._is_alike(ratio)
        end = (
            tr(
                "The two ways agree as far as so many draws can tell, so the intervals on this page hold "
                "for customers like these."
            )
            if alike
            else tr(
                "For {name} the two differ by a factor of {ratio}, so take its interval as rough.",
                name=name,
                ratio=number(ratio, 2),
            )
        )
        return said + tr(
            "From draw to draw they vary by (standard errors): {each}. The formula behind the "
            "intervals on this page says {robust}; one that takes it that every customer follows the "
            "model says {plain}. {end}",
            each=each,
            robust=robust,
            plain=plain,
            end=end,
        )

    @property
    def _how_drawn(self) -> str:
        """Who was drawn, and how often."""
        n, n_drawn = self.model.histories.n, number(self.n_drawn)
        if self.n_each == n:
            return tr(
                "The {n} customers were drawn anew {n_drawn} times and the model was fitted to each draw. ",
                n=number(n),
                n_drawn=n_drawn,
            )
        return tr(
            "Of the {n} customers {n_each} were drawn {n_drawn} times, and the model was fitted to each draw. What "
            "follows is told for as many as there are: fits to more customers differ less, by the square root of the "
            "numbers. ",
            n=number(n),
            n_each=number(self.n_each),
            n_drawn=n_drawn,
        )

    def _is_alike(self, ratio: float) -> bool:
        """Whether two errors are the same but for the luck of the draws, of which few tell a spread but roughly."""
        luck = 2 / np.sqrt(2 * len(self.draws))
        return bool(ALIKE[0] - luck <= ratio <= ALIKE[1] + luck)

    @property
    def _furthest(self) -> tuple[str, float]:
        """The parameter whose two errors differ most, and their ratio."""
        return max(self.ratios.items(), key=lambda item: abs(np.log(item[1])))


def bootstrap_fits(model: PurchaseModel, n: int | None = None, *, seed: int = 1) -> BootstrapFits:
    """Draw the customers anew, as many as there are, and fit the model to each draw.

    Of more than 10,000 customers 5,000 are drawn, and how far a fit to them lies from the model is divided by the
    square root of how many times as many there are (the m-out-of-n bootstrap). Customers with the same history are one
    row with a weight, so a draw is a draw of weights. Each fit starts one step of Newton's method from the fit to the
    customers themselves, a step that costs nothing: what each history adds to the gradient there is known. From there
    the method takes one or two more.

    Parameters
    ----------
    model : a fitted model of any family.
    n : draws, at least 20; None: 500, fewer where a fit takes long (see `affordable_draws`).
    seed : of the draws.

    Raises
    ------
    PurchaseModelError : fewer than 20 draws.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 6 and 13. Bickel, Götze and van Zwet (1997),
    Resampling fewer than n observations, Statistica Sinica 7.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> refits = cx.bootstrap_fits(cx.fit_bgnbd(kit.customers), seed=1)
    >>> print(refits.heading)
    Other customers would move a more than its interval says
    """
    different, counts = model.histories.different()
    customers = model.histories.n
    each = customers if customers <= MOST_WHOLE else DRAWN_OF_MANY
    if n is None:
        n = affordable_draws(min(different.n, each), quick=model.family.odds_are_quick, kinds=len(model.family.kinds))
    if n < FEWEST_DRAWS:
        raise PurchaseModelError(f"A spread takes at least {FEWEST_DRAWS} draws, got n = {n}.")
    rng = np.random.default_rng(seed)
    shares, influence = counts / counts.sum(), model.influence()[0]
    draws, at_bound = [], 0
    for _ in range(n):
        drawn = rng.multinomial(each, shares)
        step = drawn @ influence * (customers / each)
        near = model.maximum.log_parameters + step * (np.abs(step).max() <= _A_SHORT_STEP)
        likelihood = model.family.likelihood(*_occurring(different, drawn))
        found = maximise(likelihood, [np.exp(near).tolist()], tolerance=_NEAR_ENOUGH)
        if found.status != "not_converged":
            draws.append(found.log_parameters)
            at_bound += found.status == "at_bound"
    middle = model.maximum.log_parameters
    away = np.array(draws).reshape(-1, len(model.parameters)) - middle
    return BootstrapFits(model, middle + away * np.sqrt(each / customers), n, at_bound, each)


def affordable_draws(n_different: int, *, quick: bool, kinds: int = 0) -> int:
    """Return how many fits are worth their time: from 50, whose spread is off by a tenth, to 500.

    Parameters
    ----------
    n_different : different histories, by which the time of a fit goes.
    quick : whether the likelihood is written out; by quadrature a fit takes some ten times as long.
    kinds : kinds of customers that covariates make, each a likelihood of its own; 0 without covariates.

    Examples
    --------
    >>> affordable_draws(1500, quick=True), affordable_draws(1500, quick=False), affordable_draws(10_000, quick=False)
    (500, 333, 50)
    >>> affordable_draws(1500, quick=True, kinds=6)
    158
    """
    work = n_different * (1 if quick else _TIMES_SLOWER) + _A_KIND * kinds
    return min(N_DRAWS, max(LEAST_AFFORDED, N_DRAWS * _AT_LENGTH // max(work, 1)))


def _occurring(different: Histories, drawn: Counts) -> tuple[Histories, Counts]:
    """Leave out histories that were not drawn: they add nothing."""
    there = drawn > 0
    return different.take(there), drawn[there]


def _finite(errors: Array) -> Array:
    return np.where(np.isfinite(errors), errors, np.nan)
