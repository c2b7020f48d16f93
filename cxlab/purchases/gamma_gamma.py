"""What customers spend when they come back: the gamma-gamma model of the value of a purchase."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln, polygamma
from scipy.stats import norm

from cxlab.customers import Customers
from cxlab.digits import enough_digits
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate, Findings
from cxlab.intake.hiding import about
from cxlab.language import tr
from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import FEWEST_REPEATERS, Array, Counts
from cxlab.purchases.maximum import ROUNDING, Maximum, in_logarithms, maximise, positive_estimate
from cxlab.words import money, money_between, number, number_between

INDEPENDENT_WITHIN = 0.2  # largest correlation of frequency and value that the model is trusted with
_STARTS = ((2.0, 2.0, 2.0), (10.0, 4.0, 0.5))
_NO_MEAN = 0.01  # of p n + q - 1: at 0 the mean is infinite
_PARAMETERS = ("p", "q", "gamma")


@dataclass(frozen=True, eq=False)
class SpendModel:
    """A fitted gamma-gamma model.

    Attributes
    ----------
    counts : shape (n,), repeat purchases of known value of each customer, 0 included.
    means : shape (n,), their mean value; 0 where there are none.
    maximum : p, q and gamma in units of `scale`, with their covariance, and how the search ended.
    scale : the median of `means`, in units of currency.
    currency : ISO 4217 code.
    minimum_group : groups of fewer customers are joined with their neighbours.
    repeats : shape (n,), repeat purchases of each customer, those of no value counted in; None: there are none such.
    """

    counts: Counts
    means: Array
    maximum: Maximum
    scale: float
    currency: str
    minimum_group: int
    repeats: Counts | None = None

    @property
    def is_rounded(self) -> bool:
        """Whether numbers of customers are rounded: beside all who came back, they may tell of a few."""
        few_others = 0 < len(self.counts) - self.n_repeaters < self.minimum_group
        return few_others or (self.repeats is not None and bool((self.repeats != self.counts).any()))

    def written(self, n: int) -> str:
        """Write a number of customers."""
        return tr("about {n}", n=number(about(n, self.minimum_group))) if self.is_rounded else number(n)

    @property
    def n_repeaters(self) -> int:
        """Customers with a repeat purchase of known value."""
        return int((self.counts > 0).sum())

    @property
    def parameters(self) -> Array:
        """Return p, q and gamma (in units of currency): shape (3,)."""
        return np.asarray(self.maximum.parameters * np.array([1.0, 1.0, self.scale]), dtype=np.float64)

    @property
    def is_settled(self) -> bool:
        """Whether the search ended at a maximum, be it at the edge, and customers' values have a mean (q above 1)."""
        return self.maximum.status != "not_converged" and float(self.parameters[1]) > 1.0

    @property
    def log_errors(self) -> Array:
        """Standard errors of the logarithms, shape (3,); infinite for what is not settled.

        A purchase is worth p gamma / (q - 1) on average: where p or q runs off to the edge of what is searched, gamma
        runs with it, and where gamma does, so do both.
        """
        errors = self.maximum.log_errors.copy()
        if self.maximum.status == "not_converged" or not np.isfinite(errors[2]):
            return np.full(3, np.inf)
        if not np.isfinite(errors[:2]).all():
            errors[2] = np.inf
        return errors

    @property
    def alike(self) -> str:
        """Say in a sentence which amounts hardly differ, where p or q ran off to the upper edge; empty elsewhere."""
        within, between = self.maximum.at_edge[:2] & (self.maximum.log_parameters[:2] > 0)
        if within and between:
            return tr(
                "In the model amounts hardly differ, neither between customers nor between a customer’s purchases. "
            )
        if between:
            return tr(
                "In the model customers hardly differ in what they spend a time, so much the same is expected of each. "
            )
        if within:
            return tr(
                "In the model a customer’s own purchases hardly differ in value, so each is expected to "
                "spend the same again. "
            )
        return ""

    @property
    def has_steady_value(self) -> bool | None:
        """Whether value hangs together with frequency by little (the model's assumption); None: cannot be told."""
        low, high = self.correlation.low, self.correlation.high
        if low is None or high is None:
            return None
        if max(abs(low), abs(high)) <= INDEPENDENT_WITHIN:
            return True
        return False if low > INDEPENDENT_WITHIN or high < -INDEPENDENT_WITHIN else None

    @property
    def hangs_together(self) -> bool:
        """Whether how much is shown to hang together with how often at all, be it by little."""
        return self.correlation.has_interval and not self.correlation.ends[0] <= 0 <= self.correlation.ends[1]

    def expected_values(self) -> Array:
        """Value expected of each customer's next purchase, units of currency: shape (n,).

        A mean of the customer's own purchases and of all customers', with more weight on the own the more there are.
        Where the model has no mean (q of 1 or less), that of all repeat purchases stands in for those who bought once.
        """
        return self._expected(self.parameters, self.counts, self.means)

    def values_by(self, parameters: Array, rows: slice) -> Array:
        """Return the values expected of some customers by other parameters (in units of `scale`), (3, d): (rows, d)."""
        return self._expected(
            parameters * np.array([1.0, 1.0, self.scale])[:, None], self.counts[rows, None], self.means[rows, None]
        )

    def propagate(self, function: Callable[[Array], Array]) -> tuple[Array, Array]:
        """Carry the covariance over to `function` of (p, q, gamma), shape (k,): value (k,), covariance (k, k)."""
        return self.maximum.propagate(lambda parameters: function(parameters * np.array([1.0, 1.0, self.scale])))

    def expected_totals(self, weights: Array) -> tuple[Array, Array]:
        """Return sums of the expected values, one a row of `weights` (k, n), and their covariance (k, k)."""
        return self.propagate(lambda parameters: weights @ self._expected(parameters, self.counts, self.means))

    @property
    def typical(self) -> Estimate:
        """Mean value of a repeat purchase over customers, as the model has it."""
        none = np.zeros(1, np.int64)
        value, covariance = self.propagate(lambda parameters: self._expected(parameters, none, none.astype(np.float64)))
        error = float(np.sqrt(covariance[0, 0]))
        return positive_estimate(float(value[0]), error, n=self.n_repeaters, unit=f"{self.currency} a purchase")

    @property
    def correlation(self) -> Estimate:
        """Correlation of how often and how much (Pearson's), among repeaters.

        No rank correlation: the mean of few skewed amounts lies lower in rank than that of many, so ranks hang together
        even where the model's assumption holds. The standard error is that of the influence function, which needs no
        normality.

        References
        ----------
        Devlin, Gnanadesikan and Kettenring (1975), Robust estimation and outlier detection with correlation
        coefficients, Biometrika 62, 531-545 (influence function).
        """
        known = self.counts > 0
        n, unit = int(known.sum()), "correlation"
        often, much = self.counts[known].astype(np.float64), self.means[known]
        if np.ptp(often) == 0 or np.ptp(much) <= ROUNDING * much.mean():
            return Estimate(n=n, verdict="cannot_tell")
        x, y = (often - often.mean()) / often.std(), (much - much.mean()) / much.std()
        rho = float(np.clip(np.mean(x * y), -0.999999, 0.999999))
        error = float(np.std(x * y - rho / 2 * (x**2 + y**2))) / np.sqrt(n)
        reach = norm.ppf(0.975) * error / (1 - rho**2)
        low, high = np.tanh(np.arctanh(rho) + np.array([-1, 1]) * reach)
        return Estimate(rho, float(low), float(high), n=n, unit=unit)

    @property
    def findings(self) -> Findings:
        """The parameters as `gammagamma.*`; the mean value and the correlation with frequency."""
        n, errors, units, found = self.n_repeaters, self.log_errors, ("shape", "shape", self.currency), {}
        for i, name in enumerate(_PARAMETERS):
            value = float(self.parameters[i])
            if np.isfinite(errors[i]):
                found[f"gammagamma.{name}"] = positive_estimate(value, float(errors[i]) * value, n=n, unit=units[i])
            else:
                why = "at_bound" if self.maximum.at_edge[i] else "not_settled"
                found[f"gammagamma.{name}"] = Estimate(value, n=n, unit=units[i], verdict=why)
        found["gammagamma.fit"] = Estimate(n=n, verdict=self.maximum.status)
        return found | {"purchase_value": self.typical, "frequency_value_correlation": self.correlation}

    @property
    def table(self) -> pd.DataFrame:
        """One row a number of repeat purchases: purchases (words), customers, mean, low, high (units of currency)."""
        known = np.flatnonzero(self.counts > 0)
        groups, names = merge_small(self.counts[known], self.minimum_group)
        rows = []
        for group, name in enumerate(names):
            values = self.means[known[groups == group]]
            differ = len(values) > 1 and np.ptp(values) > ROUNDING * values.mean()
            reach = float(norm.ppf(0.975) * values.std(ddof=1) / np.sqrt(len(values))) if differ else np.nan
            rows.append(
                (name, len(values), float(values.mean()), float(values.mean()) - reach, float(values.mean()) + reach)
            )
        return pd.DataFrame(rows, columns=["repeat_purchases", "customers", "mean", "low", "high"])

    @property
    def heading(self) -> str:
        """What heads the section."""
        typical, less = money(self.typical.number, self.currency), self.correlation.number < 0
        if self.has_steady_value is False:
            return tr(
                "Who comes back spends {typical} a time, and how much depends on how often they come", typical=typical
            )
        if not self.hangs_together:
            if self.has_steady_value:
                return tr("Who comes back spends {typical} a time, however often they come", typical=typical)
            return tr(
                "Who comes back spends {typical} a time, and whether that depends on how often they come cannot "
                "be told",
                typical=typical,
            )
        if self.has_steady_value and less:
            return tr(
                "Who comes back spends {typical} a time, and a little less the more often they come", typical=typical
            )
        if self.has_steady_value:
            return tr(
                "Who comes back spends {typical} a time, and a little more the more often they come", typical=typical
            )
        if less:
            return tr("Who comes back spends {typical} a time, and less the more often they come", typical=typical)
        return tr("Who comes back spends {typical} a time, and more the more often they come", typical=typical)

    @property
    def reading(self) -> str:
        """What a purchase is worth, and whether the model's assumption stands."""
        typical, together = self.typical, self.correlation
        interval = ""
        if typical.low is not None and typical.high is not None:
            interval = tr(
                " (95% interval {interval})", interval=money_between(typical.low, typical.high, self.currency)
            )
        said = tr(
            "A repeat purchase is worth {typical} on average over customers{interval}, before returns, from {n} "
            "customers with a repeat purchase above 0. ",
            typical=money(typical.number, self.currency),
            interval=interval,
            n=self.written(self.n_repeaters),
        )
        said += self.alike
        if together.low is None or together.high is None:
            return said + tr(
                "Whether frequent customers spend more a time cannot be told: all are alike in one of the two."
            )
        digits = enough_digits((together.low, together.high), (0.0, -INDEPENDENT_WITHIN, INDEPENDENT_WITHIN))
        said += tr(
            "The model takes it that how often and how much have nothing to do with each other: the "
            "correlation is {correlation} ({interval}), ",
            correlation=number(together.number, digits),
            interval=number_between(together.low, together.high, digits),
        )
        said += {
            True: tr(
                "small enough to go by, within the {limit} that the model is trusted with.",
                limit=number(INDEPENDENT_WITHIN, 1),
            ),
            False: tr(
                "stronger than the {limit} that the model is trusted with, so values of "
                "customers who buy seldom or often are off.",
                limit=number(INDEPENDENT_WITHIN, 1),
            ),
            None: tr(
                "so it cannot be told for certain that it stays within the {limit} that the model is trusted with.",
                limit=number(INDEPENDENT_WITHIN, 1),
            ),
        }[self.has_steady_value]
        return (
            said
            if self.is_settled
            else said + tr(" The fit did not settle on a mean, so take values of single customers as rough.")
        )

    def _expected(self, parameters: Array, counts: Counts, means: Array) -> Array:
        p, q, gamma = parameters
        left = p * counts + q - 1
        pooled = float((self.counts * self.means).sum() / self.counts.sum())
        return np.where(left > _NO_MEAN, p * (gamma + counts * means) / np.maximum(left, _NO_MEAN), pooled)


def fit_gamma_gamma(customers: Customers, *, minimum_group: int = 5) -> SpendModel:
    """Fit the gamma-gamma model to the mean day totals above 0 of customers' repeat purchases.

    Raises
    ------
    NotEnoughDataError : fewer than 10 customers have a repeat purchase of a value above 0.

    References
    ----------
    Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, note at brucehardie.com/notes/025.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> spend = cx.fit_gamma_gamma(kit.customers)
    >>> print(spend.heading)
    Who comes back spends €31.49 a time, however often they come
    """
    counts = customers.frame["n_repeat_values"].to_numpy(np.int64)
    means = np.where(counts > 0, customers.frame["mean_repeat_value"].to_numpy(np.float64), 0.0)
    known = counts > 0
    if int(known.sum()) < FEWEST_REPEATERS:
        raise NotEnoughDataError(
            tr(
                "A model of spending needs {least} customers with a repeat purchase of more "
                "than 0 up to calibration_end, and there are {n}: bring orders with the amounts paid, "
                "over a longer time",
                least=FEWEST_REPEATERS,
                n=int(known.sum()),
            )
        )
    scale = float(np.median(means[known]))
    best = maximise_gamma_gamma(counts[known], means[known] / scale)
    repeats = customers.frame["repeat_purchases"].to_numpy(np.int64)
    return SpendModel(counts, means, best, scale, customers.currency, minimum_group, repeats)


def maximise_gamma_gamma(counts: Counts, means: Array) -> Maximum:
    """Maximise the likelihood of (p, q, gamma) over numbers of purchases and their mean values: shape (n,), above 0."""
    different, place = np.unique(counts, return_inverse=True)
    weight = np.bincount(place).astype(np.float64)
    n, k = counts.astype(np.float64), different.astype(np.float64)
    total, logs = n * means, float((n * np.log(n * means)).sum())
    rest = float(-np.log(means).sum())

    def likelihood(log_parameters: Array) -> tuple[float, Array, Array]:
        parameters = np.exp(log_parameters)
        p, q, gamma = (float(v) for v in parameters)
        shape, reach = p * n + q, total + gamma
        log_reach, inverse, kpq = np.log(reach), 1 / reach, p * k + q
        value = float(weight @ (gammaln(kpq) - gammaln(p * k) - gammaln(q)))
        value += len(n) * q * np.log(gamma) + p * logs + rest - float(shape @ log_reach)
        trigamma = polygamma(1, kpq)
        gradient = np.array([
            float((weight * k) @ (digamma(kpq) - digamma(p * k))) + logs - float(n @ log_reach),
            float(weight @ (digamma(kpq) - digamma(q))) + len(n) * np.log(gamma) - float(log_reach.sum()),
            len(n) * q / gamma - float(shape @ inverse),
        ])  # fmt: skip
        hessian = np.zeros((3, 3))
        hessian[0, 0] = (weight * k**2) @ (trigamma - polygamma(1, p * k))
        hessian[0, 1] = hessian[1, 0] = (weight * k) @ trigamma
        hessian[1, 1] = weight @ (trigamma - polygamma(1, q))
        hessian[0, 2] = hessian[2, 0] = -(n @ inverse)
        hessian[1, 2] = hessian[2, 1] = len(n) / gamma - inverse.sum()
        hessian[2, 2] = -len(n) * q / gamma**2 + shape @ inverse**2
        return float(value), *in_logarithms(parameters, gradient, hessian)

    best = maximise(likelihood, _STARTS)
    p, q, gamma = (float(v) for v in best.parameters)
    shape, reach = p * n + q, total + gamma
    each = [
        n * (digamma(shape) - digamma(p * n) + np.log(total) - np.log(reach)),
        digamma(shape) - digamma(q) + np.log(gamma) - np.log(reach),
        q / gamma - shape / reach,
    ]
    return best.robust(np.stack(each, axis=1) * best.parameters, np.ones(len(n)))
