"""A fitted purchase model: how often customers come back and when they stop, whichever family it is of."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, percentile_interval
from cxlab.language import Texts, tr
from cxlab.purchases.by_parameters import expected_until
from cxlab.purchases.family import N_BASE, Family
from cxlab.purchases.histories import DAYS_A_WEEK, Array, Counts, Histories
from cxlab.purchases.maximum import Maximum, positive_estimate
from cxlab.words import capital, number, number_between, percent, percent_between

WEEKS_A_YEAR = 365.25 / DAYS_A_WEEK
_UNSETTLED = Texts(
    {
        "pace": "how much customers differ in pace",
        "leaving": "how much they differ in leaving",
        "both": "how much customers differ in pace or how much they differ in leaving",
    }
)


@dataclass(frozen=True, eq=False)
class PurchaseModel:
    """A fitted purchase model and the histories it was fitted on; time in weeks.

    Attributes
    ----------
    histories : one a customer, in the order of the customers given.
    maximum : the parameters with their robust covariance (in logarithms), and how the search ended.
    calibration_end : last day that was used.
    family : which model it is.
    draws : shape (d, k), logarithms of the parameters of fits to customers drawn anew (see `bootstrap_fits`), by whose
        percentiles pace, leaving and a point of retention then have their intervals; None: by the delta method, which
        is too sure of leaving with few customers.
    """

    histories: Histories
    maximum: Maximum
    calibration_end: dt.date
    family: Family
    draws: Array | None = None

    @property
    def parameters(self) -> Array:
        """Return the parameters in the order of `family.parameters`: shape (k,)."""
        return self.maximum.parameters

    @property
    def log_likelihood(self) -> float:
        """Natural logarithm of the likelihood at its maximum."""
        return self.maximum.value

    @property
    def is_settled(self) -> bool:
        """Whether the search ended at a maximum, be it at the edge of what was searched."""
        return self.maximum.status != "not_converged"

    def __getstate__(self) -> dict[str, object]:
        """Leave out what follows from the rest, when it is kept for another notebook."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _ahead(self) -> dict[float, tuple[Array, Array]]:
        return {}

    @cached_property
    def _different(self) -> tuple[Histories, Counts, Counts]:
        different, counts = self.histories.different()
        return different, counts, self.histories.which()

    def probability_alive(self) -> Array:
        """Probability that each customer is still one at `calibration_end`: shape (n,).

        With BG/NBD it is 1 for who bought once, as nobody leaves before a repeat purchase.
        """
        return self._for_each(lambda h: self.family.probability_alive(self.parameters, h))

    def expected_purchases(self, horizon_days: float) -> Array:
        """Purchases expected of each customer in the next `horizon_days`: shape (n,)."""
        return self._for_each(lambda h: self._expected(self.parameters, h, horizon_days))

    def chance_of_purchase(self, horizon_days: float) -> Array:
        """Probability of each customer's buying at all in the next `horizon_days`: shape (n,)."""
        weeks = horizon_days / DAYS_A_WEEK
        return self._for_each(lambda h: self.family.chance_of_purchase(self.parameters, h, weeks))

    def expected_totals(self, horizon_days: float, groups: Counts | None = None) -> tuple[Array, Array]:
        """Return the purchases expected of each group of customers, and their covariance from the fit.

        Parameters
        ----------
        horizon_days : how far to look ahead.
        groups : shape (n,), number of each customer's group from 0; None: all are one group.

        Returns
        -------
        totals : shape (n groups,).
        covariance : shape (n groups, n groups), by the delta method.
        """
        number_of = np.zeros(self.histories.n, dtype=np.int64) if groups is None else groups
        return self._totals(number_of, np.ones(self.histories.n), int(number_of.max()) + 1, horizon_days)

    def expected_weighted(self, weights: Array, groups: Counts, horizon_days: float) -> tuple[Array, Array]:
        """Return sums of weight x expected purchases, one a group, and their covariance; weights of shape (n,)."""
        return self._totals(groups, weights, int(groups.max()) + 1, horizon_days)

    def _totals(self, groups: Counts, weights: Array, n_groups: int, horizon_days: float) -> tuple[Array, Array]:
        different, _, which = self._different
        members = np.zeros((n_groups, different.n))
        np.add.at(members, (groups, which), weights)
        expected, slopes = self.expected_with_slopes(horizon_days)
        jacobian = members @ slopes
        return members @ expected, jacobian @ self.maximum.covariance @ jacobian.T

    def expected_with_slopes(self, horizon_days: float) -> tuple[Array, Array]:
        """Return purchases expected of each different history, shape (m,), and their slopes: see `slopes_of_each`.

        Worked out once for each horizon, for much on a page asks for it.
        """
        if horizon_days not in self._ahead:
            different, _, _ = self._different
            expected = self._expected(self.parameters, different, horizon_days)
            slopes = self.slopes_of_each(lambda parameters, h: self._expected(parameters, h, horizon_days))
            self._ahead[horizon_days] = expected, slopes
        return self._ahead[horizon_days]

    def slopes_of_each(self, function: Callable[[Array, Histories], Array]) -> Array:
        """Return how a figure of each different history goes by the logarithm of each parameter: shape (m, k).

        Parameters
        ----------
        function : parameters, histories (m) -> shape (m,).

        Notes
        -----
        Customers of one kind follow four parameters of their own, whatever covariates there are: so four are moved,
        and the others' slopes follow by the chain rule.
        """
        different, _, _ = self._different
        by_own = self.maximum.slopes(lambda parameters: function(parameters, different), N_BASE)
        by_own = np.nan_to_num(by_own, nan=0.0)  # where the model is sure, whatever the parameters, nothing moves
        if not self.family.has_covariates:
            return by_own
        slopes = np.empty((different.n, len(self.parameters)))
        for kind, mine in different.each_kind():
            slope = self.family.of_kind(kind).slope
            slopes[mine] = by_own[mine] if slope is None else by_own[mine] @ slope
        return slopes

    def estimate(self, function: Callable[[Array], float], unit: str) -> Estimate:
        """Estimate of a positive quantity that follows from the parameters, its interval even on the log scale."""
        value, covariance = self.maximum.propagate(lambda parameters: np.array([function(parameters)]))
        return positive_estimate(float(value[0]), float(np.sqrt(covariance[0, 0])), n=self.histories.n, unit=unit)

    def _estimate_by_draws(self, function: Callable[[Array], float], unit: str) -> Estimate:
        """Return the same by percentiles of the draws, where there are any."""
        if self.draws is None:
            return self.estimate(function, unit)
        drawn = np.array([function(parameters) for parameters in np.exp(self.draws)])
        return percentile_interval(function(self.parameters), drawn, n=self.histories.n, unit=unit)

    @property
    def pace(self) -> Estimate:
        """Purchases a year of a customer who has not left."""
        return self._estimate_by_draws(
            lambda p: self.family.pace(p) * WEEKS_A_YEAR, "purchases a year while a customer"
        )

    @property
    def leaving(self) -> Estimate:
        """Share of customers who leave early.

        With BG/NBD those for whom the first repeat purchase is the last, with MBG/NBD those for whom the first purchase
        is, both a / (a + b): of those who stay, fewer leave after each later one, for those who leave easily are gone.
        With Pareto/NBD those who leave within a year of the first purchase, 1 - (beta / (beta + a year))^s.
        """
        unit = self.family.words.leaving
        if self.maximum.bound[list(self.family.leaves_by)].any():  # the curvature does not say how sure it is
            return Estimate(self.family.leaving(self.parameters), n=self.histories.n, unit=unit)
        return self._estimate_by_draws(self.family.leaving, unit)

    @property
    def nobody_leaves(self) -> bool:
        """Whether the share who leave is so small that it would be written as 0%."""
        return self.leaving.number < 0.005

    @property
    def first_year(self) -> Estimate:
        """Repeat purchases expected of a new customer in the first year."""
        year, purchases = np.array([WEEKS_A_YEAR]), self.family.new_customer_purchases
        return self.estimate(lambda p: float(purchases(p, year)[0]), "repeat purchases of a new customer in a year")

    @property
    def findings(self) -> Findings:
        """What `own_findings` holds; and what it means as `pace`, `leaving`, `first_year`."""
        return self.own_findings | {"pace": self.pace, "leaving": self.leaving, "first_year": self.first_year}

    @property
    def own_findings(self) -> dict[str, Estimate]:
        """The parameters, the log-likelihood and how the fit ended, as `<family>.*`."""
        n, key = self.histories.n, self.family.key
        errors = self.log_errors
        found: dict[str, Estimate] = {}
        for i, name in enumerate(self.family.parameters):
            value, unit = float(self.parameters[i]), self.family.unit(name)
            if np.isfinite(errors[i]) and self.is_settled:
                found[f"{key}.{name}"] = positive_estimate(value, float(errors[i]) * value, n=n, unit=unit)
            else:
                why = "at_bound" if self.maximum.at_edge[i] else "not_settled"
                found[f"{key}.{name}"] = Estimate(value, n=n, unit=unit, verdict=why)
        found[f"{key}.log_likelihood"] = Estimate(self.log_likelihood, n=n, unit="natural logarithm")
        found[f"{key}.fit"] = Estimate(n=n, verdict=self.maximum.status)
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding: parameter, estimate, low, high, n."""
        rows = [
            (k.removeprefix(f"{self.family.key}."), e.number, e.low, e.high, e.n)
            for k, e in self.findings.items()
            if e.value is not None
        ]
        return pd.DataFrame(rows, columns=["parameter", "estimate", "low", "high", "n"]).astype(
            {"low": float, "high": float}
        )

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.nobody_leaves:
            return tr("Nobody is seen to leave for good")
        return capital(self.family.words.texts["heading"].format(share=percent(self.leaving.number)))

    @property
    def reading(self) -> str:
        """How often customers come back, how many leave, and what the data does not settle."""
        pace, leaving, year = self.pace, self.leaving, self.first_year
        if self.nobody_leaves:
            gone = tr("Nobody is seen to leave for good.")
        else:
            gone = self.family.words.texts["reading"].format(
                share=percent(leaving.number), interval=_interval_percent(leaving)
            )
        said = tr(
            "As long as they stay, customers buy {pace} times a year on average{pace_interval}. {gone} A "
            "new customer is expected to buy again {year} times in the first year{year_interval}.",
            pace=number(pace.number, 1),
            pace_interval=tr(" (95% interval {interval})", interval=number_between(*pace.ends, 1))
            if pace.has_interval
            else "",
            gone=gone,
            year=number(year.number, 1),
            year_interval=_interval(year),
        )
        if not self.is_settled:
            return f"{said} " + tr("The search for the best fit did not settle, so take these figures as rough.")
        loose = [name for at, name in ((0, "pace"), (2, "leaving")) if not self._is_sure(at)]
        if not loose:
            return said
        what = _UNSETTLED["both" if len(loose) > 1 else loose[0]]
        return f"{said} " + tr("The data does not settle {what}; forecasts can still be sound.", what=what)

    @property
    def log_errors(self) -> Array:
        """Standard errors of the logarithms, shape (k,); infinite for both of a pair of which one is not settled.

        The first two shape how paces differ, the next two how leaving does: where one of a pair runs off to the edge
        of what is searched, only their ratio is settled, and the other one runs with it.
        """
        errors = self.maximum.log_errors.copy()
        for pair in (slice(0, 2), slice(2, 4)):
            if not np.isfinite(errors[pair]).all():
                errors[pair] = np.inf
        return errors

    def influence(self) -> tuple[Array, Histories, Counts]:
        """Return how one customer of each history moves the logarithms of the parameters, and whose these are.

        Returns
        -------
        influence : shape (n different, k).
        histories : the different ones.
        counts : shape (n different,), customers that have each.
        """
        different, counts, _ = self._different
        scores, _ = self.family.likelihood(different, counts).scores(self.maximum.log_parameters)
        return scores @ self.maximum.curvature_covariance, different, counts

    def _is_sure(self, at: int) -> bool:
        """Whether the data settles both of two parameters, the one at this place and the next."""
        return bool(np.isfinite(self.log_errors[at : at + 2]).all())

    def _expected(self, parameters: Array, histories: Histories, horizon_days: float) -> Array:
        return expected_until(self.family, parameters, histories, np.array([float(horizon_days)]))[:, 0]

    def _for_each(self, function: Callable[[Histories], Array]) -> Array:
        different, _, which = self._different
        return function(different)[which]


def fit_family(family: Family, customers: Customers) -> PurchaseModel:
    """Fit one family to the customers' purchases up to `calibration_end`.

    Several orders on one day are one purchase, time is counted in weeks from each customer's first order.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.
    """
    return fit_to_histories(family, Histories.of(customers), customers.calibration_end)


def fit_to_histories(family: Family, histories: Histories, calibration_end: dt.date) -> PurchaseModel:
    """Fit one family to purchase histories; see `fit_family`."""
    histories.require_enough()
    return PurchaseModel(histories, family.maximise(*histories.different()), calibration_end, family)


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" ({number_between(estimate.low, estimate.high, 1)})"


def _interval_percent(estimate: Estimate) -> str:
    return "" if estimate.low is None or estimate.high is None else f" ({percent_between(estimate.low, estimate.high)})"
