"""Who buys oftener and who leaves sooner, by what was known from the first day: Pareto/NBD with covariates."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import chi2

from cxlab import words
from cxlab.customers import Customers
from cxlab.different import different_rows
from cxlab.errors import InputError
from cxlab.estimate import Estimate, Findings, columns_of
from cxlab.language import Texts, tr, trn
from cxlab.purchases.covariate_design import CovariateColumn, CovariateError, Design, design_covariates
from cxlab.purchases.covariate_likelihood import CovariateLikelihood
from cxlab.purchases.covariate_words import of_a_level, p_in_words, times_in_words
from cxlab.purchases.family import N_BASE, some
from cxlab.purchases.histories import Array, Histories
from cxlab.purchases.maximum import Maximum, maximise, positive_estimate
from cxlab.purchases.model import WEEKS_A_YEAR
from cxlab.purchases.pareto_forecast import weeks_as_a_customer
from cxlab.purchases.pareto_nbd import PARETO_NBD

SURE_BELOW = 0.05
"""Differences are said to be more than chance when the p values of both tests lie below."""
_FEW = 3  # groups up to which all are told of
_MOST_SENTENCES = 6
_AT_FIRST = 1.0  # logarithm of the largest ratio that some customers are taken to have found: a few may find any
_PURCHASES, _LEAVING = "times as often, while a customer", "times as fast"
_FIRST_YEAR = "repeat purchases of a new customer in a year"


@dataclass(frozen=True)
class CovariateLevel:
    """One group of customers, held against the first group of its covariate.

    Attributes
    ----------
    covariate, level, reference : names; `level` is `reference` for the group that the others are held against.
    customers : how many; of a number all of them.
    purchase_rate : how many times as often its customers buy while they are customers; no value for the reference.
    leaving_rate : how many times as fast they leave; likewise.
    first_year : repeat purchases expected of a new customer in a year, the other covariates as they are among all.
    """

    covariate: str
    level: str
    reference: str
    customers: int
    purchase_rate: Estimate
    leaving_rate: Estimate
    first_year: Estimate

    @property
    def is_reference(self) -> bool:
        """Whether the others are held against it."""
        return self.level == self.reference


@dataclass(frozen=True)
class CovariateTest:
    """Whether the covariates together tell customers apart.

    Attributes
    ----------
    statistic : twice the difference of the log-likelihoods with and without the covariates.
    freedom : how many rate ratios are tested.
    p_value : of the likelihood-ratio test, which takes the model for the truth.
    robust_p_value : of Wald's test with the sandwich covariance, which does not.
    """

    statistic: float
    freedom: int
    p_value: float
    robust_p_value: float

    @property
    def verdict(self) -> str:
        """Say "differ" when both p values are below `SURE_BELOW`, else "cannot_tell"."""
        return "differ" if max(self.p_value, self.robust_p_value) < SURE_BELOW else "cannot_tell"


@dataclass(frozen=True, eq=False)
class CovariateModel:
    """A Pareto/NBD model whose rates of buying and of leaving depend on covariates; time in weeks.

    Attributes
    ----------
    rows : one a group, in the order of the covariates; empty where nothing could be fitted.
    n, n_repeaters : customers looked at, and how many of them bought on a second day.
    maximum : log r, log alpha, log s, log beta, then the logarithms of the purchase-rate ratios, then those of the
        leaving-rate ratios, with their robust covariance; None where nothing could be fitted.
    log_likelihood, log_likelihood_without : at the maximum with the covariates, and of the same customers without.
    test : whether the covariates tell anything; None where one of the two fits did not settle.
    left_out : what is not used, a sentence each.
    missing : why nothing can be said, and what to bring; empty where something can.
    """

    rows: tuple[CovariateLevel, ...]
    n: int
    n_repeaters: int = 0
    maximum: Maximum | None = None
    log_likelihood: float = float("nan")
    log_likelihood_without: float = float("nan")
    test: CovariateTest | None = None
    left_out: tuple[str, ...] = ()
    missing: str = ""

    @property
    def compared(self) -> tuple[CovariateLevel, ...]:
        """The groups that are held against another one."""
        return tuple(row for row in self.rows if not row.is_reference)

    @property
    def is_settled(self) -> bool:
        """Whether the search ended at a maximum, be it at the edge of what was searched."""
        return self.maximum is not None and self.maximum.status != "not_converged"

    def row(self, covariate: str, level: str) -> CovariateLevel:
        """Return one group."""
        return next(row for row in self.rows if (row.covariate, row.level) == (covariate, level))

    @property
    def table(self) -> pd.DataFrame:
        """One row a group: covariate, level, reference, customers, and the three figures with their ends."""
        columns: dict[str, list[str] | list[int] | list[float]] = {
            "covariate": [row.covariate for row in self.rows],
            "level": [row.level for row in self.rows],
            "reference": [row.reference for row in self.rows],
            "customers": [row.customers for row in self.rows],
        }
        for field in _FIELDS:
            columns |= columns_of(field, (getattr(row, field) for row in self.rows))
        return pd.DataFrame(columns)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return tr("Nothing known from the first day can be held against how customers come back")
        if not self.is_settled:
            return tr("The fit did not settle, so no groups are compared")
        if self.test is None or self.test.verdict != "differ":
            return tr("Nothing known from the first day is shown to tell who comes back more")
        shown = [(row, field) for row in self.compared for field in _FIELDS[:2] if _leaves_out_one(getattr(row, field))]
        if not shown:
            return tr("What is known from the first day goes with how customers come back")
        row, field = max(shown, key=lambda pair: _distance(getattr(*pair)))
        ratio = getattr(row, field)
        who, others = of_a_level(row.covariate, row.level), of_a_level(row.covariate, row.reference)
        often = times_in_words(ratio)
        if field == "purchase_rate":
            return tr(
                "Customers {who} buy {often} as often while they stay as those {others}",
                who=who, often=often, others=others,
            )  # fmt: skip
        return tr("Customers {who} leave {often} as fast as those {others}", who=who, often=often, others=others)

    @property
    def reading(self) -> str:
        """Both ratios of each group, whether together they are more than chance, and what they are not."""
        if self.missing:
            return self.missing
        if not self.is_settled:
            return " ".join((trn("For {n} customer the search for the best fit did not settle.",
                                 "For {n} customers the search for the best fit did not settle.",
                                 self.n, n=words.number(self.n)),
                             *self.left_out))  # fmt: skip
        start = tr(
            "{customers}, {n_repeaters} of whom bought again.",
            customers=words.count(self.n, "customer"),
            n_repeaters=words.number(self.n_repeaters),
        )
        return " ".join((start, *self._groups(), self._chance(), _SAID["no_effect"], *self.left_out))

    @property
    def findings(self) -> Findings:
        """Ratios and expected purchases by covariate and group, the test, and both log-likelihoods."""
        if self.maximum is None:
            return {}
        n, unit = self.n, "natural logarithm"
        found = {
            f"covariates.{field}.{row.covariate}.{row.level}": estimate
            for row in self.rows
            for field in _FIELDS
            if (estimate := getattr(row, field)).value is not None
        }
        found |= {
            "covariates.log_likelihood": Estimate(self.log_likelihood, n=n, unit=unit),
            "covariates.log_likelihood_without": Estimate(self.log_likelihood_without, n=n, unit=unit),
            "covariates.fit": Estimate(n=n, verdict=self.maximum.status),
        }
        if self.test is not None:
            found |= {
                "covariates.likelihood_ratio": Estimate(
                    self.test.statistic, n=n, unit=f"chi-square with {self.test.freedom} degrees of freedom",
                    verdict=self.test.verdict,
                ),
                "covariates.p_value": Estimate(self.test.p_value, n=n, unit="probability"),
                "covariates.robust_p_value": Estimate(self.test.robust_p_value, n=n, unit="probability"),
            }  # fmt: skip
        return found

    def _groups(self) -> list[str]:
        """Tell of the groups that stand apart, or of all where there are few."""
        compared = self.compared
        apart = [
            row for row in compared if any(_leaves_out_one(ratio) for ratio in (row.purchase_rate, row.leaving_rate))
        ]
        told = compared if len(compared) <= _FEW else tuple(apart[:_MOST_SENTENCES])
        said = [_sentence(row) for row in told]
        if rest := len(compared) - len(told):
            said.append(_the_rest(rest, in_table=len(apart) > len(told), others=bool(told)))
        loose = [row for row in compared if row not in told and not row.leaving_rate.has_interval]
        if loose:
            said.append(
                tr(
                    "In {n} of these groups the data does not settle how fast customers leave.",
                    n=words.number(len(loose)),
                )
            )
        return said

    def _chance(self) -> str:
        if self.test is None:
            return tr("Whether all this is more than chance cannot be told.")
        both = tr(
            "likelihood-ratio test {p}, and {robust_p} when customers need not follow the model",
            p=p_in_words(self.test.p_value),
            robust_p=p_in_words(self.test.robust_p_value),
        )
        if self.test.verdict == "differ":
            return tr("Together these differences are more than chance would bring ({both}).", both=both)
        return tr(
            "Together these differences are not shown to be more than chance would bring ({both}); "
            "of intervals like these, one in twenty leaves out no difference by chance.",
            both=both,
        )


_FIELDS = ("purchase_rate", "leaving_rate", "first_year")
_SAID = Texts(
    {
        "nothing_known": "Nothing is known of the customers from the first day on, so no groups are compared.",
        "no_effect": "These are differences between different customers and no effects: that somebody buys more or "
        "less because of them is not shown.",
    }
)


def fit_with_covariates(customers: Customers, covariates: pd.DataFrame, *, minimum_group: int = 5) -> CovariateModel:
    """Fit the Pareto/NBD model with covariates that shift the rate of buying and the rate of leaving.

    Parameters
    ----------
    covariates : shape (n, columns), index like that of `customers.frame`: flags (bool, or 0 and 1), groups (text or
        categories), or numbers. Each has to be settled before the first repeat purchase, best on the day of the first
        order: who stays longer has more time to come by anything that is counted later. A segment or a cluster made of
        the same purchases is refused; one as of a day before them begins its name with `earlier_`.
    minimum_group : groups of fewer customers are not told apart.

    Raises
    ------
    CovariateError : the index is another one, or a covariate is made of the purchases themselves (a segment, say).
    NotEnoughDataError : fewer than 30 customers, fewer than 10 who bought on a second day, or no covariate of which two
        groups have 10 of these each.

    Notes
    -----
    Maximum likelihood, without priors; intervals from the sandwich covariance, even on the scale of logarithms. For
    what is merged or left out see `design_covariates`: the result says it. Expected purchases of a group are those of
    all customers looked at, had they been in it, their other covariates as they are.

    References
    ----------
    Fader and Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models; White
    (1982), Maximum Likelihood Estimation of Misspecified Models, Econometrica 50(1), 1-25.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_with_covariates(kit.customers, kit.first_orders.frame)
    >>> print(model.heading)
    Nothing known from the first day is shown to tell who comes back more
    """
    if not covariates.index.equals(customers.frame.index):
        raise CovariateError(
            f"The covariates have {len(covariates):,} rows, the customers {customers.n:,}, or another index: give one "
            "row a customer, in the order of customers.frame."
        )
    everybody = Histories.of(customers)
    everybody.require_enough()
    design = design_covariates(covariates, everybody.frequency > 0, minimum_group=minimum_group)
    used = design.used
    histories = everybody.take(used)
    histories.require_enough()
    without, maximum = maximise_both(histories, design.matrix)
    settled = "not_converged" not in (without.status, maximum.status)
    return CovariateModel(
        rows=tuple(row for column in design.columns for row in _rows(column, design, maximum)),
        n=histories.n,
        n_repeaters=histories.n_repeaters,
        maximum=maximum,
        log_likelihood=maximum.value,
        log_likelihood_without=without.value,
        test=_test(without, maximum) if settled else None,
        left_out=design.left_out,
    )


def compare_by_covariates(customers: Customers, covariates: pd.DataFrame, *, minimum_group: int = 5) -> CovariateModel:
    """Fit the model with covariates, or say in a result why that cannot be done, so that a page goes on.

    Parameters
    ----------
    covariates : as in `fit_with_covariates`; it may have no column.

    Raises
    ------
    CovariateError : a covariate is made of the purchases themselves, or does not belong to these customers.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> kinds = cx.compare_by_covariates(kit.customers, kit.first_orders.frame)
    >>> print(kinds.heading)
    Nothing known from the first day is shown to tell who comes back more
    """
    if covariates.columns.empty:
        return CovariateModel((), customers.n, missing=_SAID["nothing_known"])
    try:
        return fit_with_covariates(customers, covariates, minimum_group=minimum_group)
    except CovariateError:
        raise
    except InputError as fault:
        return CovariateModel((), customers.n, missing=f"{fault}.")


def maximise_both(histories: Histories, covariates: Array) -> tuple[Maximum, Maximum]:
    """Maximise the likelihood without and with covariates of shape (n, p); covariances robust.

    Returns
    -------
    without : of log r, log alpha, log s, log beta.
    found : of these and the logarithms of the p purchase-rate and the p leaving-rate ratios.
    """
    without = PARETO_NBD.maximise(*histories.different())
    start = (*without.parameters.tolist(), *(1.0,) * (2 * covariates.shape[1]))
    part = some(histories.n)
    if part is not None:
        near = maximise(CovariateLikelihood(histories.take(part), covariates[part]), [start]).log_parameters
        near[N_BASE:] = near[N_BASE:].clip(-_AT_FIRST, _AT_FIRST)
        start = tuple(np.exp(near).tolist())
    likelihood = CovariateLikelihood(histories, covariates)
    found = maximise(likelihood, [start])
    return without, found.robust(*likelihood.scores(found.log_parameters))


def _rows(column: CovariateColumn, design: Design, maximum: Maximum) -> list[CovariateLevel]:
    years = _first_years(column, design, maximum)
    return [
        CovariateLevel(
            column.name, level, column.levels[0], column.customers[k],
            _ratio(maximum, N_BASE + column.start + k - 1, _PURCHASES, len(design.matrix)) if k else Estimate(),
            _ratio(maximum, N_BASE + design.matrix.shape[1] + column.start + k - 1, _LEAVING, len(design.matrix))
            if k
            else Estimate(),
            years[k],
        )
        for k, level in enumerate(column.levels)
    ]  # fmt: skip


def _ratio(maximum: Maximum, place: int, unit: str, n: int) -> Estimate:
    """Rate ratio with its interval; where the data does not settle it, its value alone and why."""
    value, error = float(maximum.parameters[place]), float(maximum.log_errors[place])
    if maximum.status == "not_converged" or not np.isfinite(error):
        why = "at_bound" if maximum.bound[place] else "not_settled"
        return Estimate(value, n=n, unit=unit, verdict=why)
    return positive_estimate(value, error * value, n=n, unit=unit)


def _first_years(column: CovariateColumn, design: Design, maximum: Maximum) -> list[Estimate]:
    """Repeat purchases expected in a year of customers who are new, had all been in each of the groups."""
    rows, which = different_rows(design.matrix)
    share = np.bincount(which, minlength=len(rows)) / len(which)
    p = rows.shape[1]
    others = rows.copy()
    others[:, column.start : column.start + column.width] = 0.0

    def expected(parameters: Array) -> Array:
        r, alpha, s, beta = parameters[:N_BASE]
        g1, g2 = np.log(parameters[N_BASE : N_BASE + p]), np.log(parameters[N_BASE + p :])
        found = []
        for k in range(len(column.levels)):
            mine = others.copy()
            if k:
                mine[:, column.start + k - 1] = 1.0
            stay = weeks_as_a_customer(float(s), beta * np.exp(-mine @ g2), WEEKS_A_YEAR)
            found.append(share @ (r / alpha * np.exp(mine @ g1) * stay))
        return np.array(found)

    values, covariance = maximum.propagate(expected)
    n, errors = len(which), np.sqrt(np.diag(covariance))
    estimates = [
        positive_estimate(float(v), float(e), n=n, unit=_FIRST_YEAR) for v, e in zip(values, errors, strict=True)
    ]
    rates = [N_BASE + column.start + j for j in range(column.width)]
    bound = [False] + [bool(maximum.bound[i] or maximum.bound[i + p]) for i in rates]
    loose = maximum.status == "not_converged"
    return [replace(e, low=None, high=None) if loose or b else e for e, b in zip(estimates, bound, strict=True)]


def _test(without: Maximum, found: Maximum) -> CovariateTest:
    shifts = found.log_parameters[N_BASE:]
    statistic, freedom = max(0.0, 2 * (found.value - without.value)), len(shifts)
    settled = np.isfinite(found.log_errors[N_BASE:])
    robust = 1.0
    if settled.any():
        covariance = found.covariance[N_BASE:, N_BASE:][np.ix_(settled, settled)]
        wald = float(shifts[settled] @ np.linalg.pinv(covariance, hermitian=True) @ shifts[settled])
        robust = float(chi2.sf(wald, int(settled.sum())))
    return CovariateTest(statistic, freedom, float(chi2.sf(statistic, freedom)), robust)


def _leaves_out_one(ratio: Estimate) -> bool:
    return ratio.has_interval and not ratio.ends[0] <= 1 <= ratio.ends[1]


def _distance(ratio: Estimate) -> float:
    """How many standard errors the logarithm of a ratio lies from that of 1, up to a factor."""
    low, high = ratio.ends
    return float(abs(np.log(ratio.number)) / np.log(high / low))


def _sentence(row: CovariateLevel) -> str:
    who, others = of_a_level(row.covariate, row.level), of_a_level(row.covariate, row.reference)
    often, fast = row.purchase_rate, row.leaving_rate
    if not often.has_interval:
        start = tr(
            "Customers {who} are held against those {others}, and how often they buy while they stay the data does not "
            "settle",
            who=who,
            others=others,
        )
    else:
        start = tr(
            "Customers {who} buy {often} as often while they stay as those {others} (95% interval {interval})",
            who=who,
            often=times_in_words(often),
            others=others,
            interval=_interval(often),
        )
    if not fast.has_interval:
        return start + tr("; how fast they leave the data does not settle.")
    return start + tr(", and leave {fast} as fast ({interval}).", fast=times_in_words(fast), interval=_interval(fast))


def _interval(ratio: Estimate) -> str:
    interval = words.number_between(*ratio.ends, 2)
    return interval if _leaves_out_one(ratio) else tr("{interval}, so it may be no difference", interval=interval)


def _the_rest(n: int, *, in_table: bool, others: bool) -> str:
    """Say what holds of the groups that have no sentence of their own; `others` have one."""
    written = words.number(n)
    if in_table and others:
        return trn("The other {n} group stands in the table.", "The other {n} groups stand in the table.", n, n=written)
    if in_table:
        return trn(
            "None of the {n} group stands in the table.", "None of the {n} groups stand in the table.", n, n=written
        )
    if others:
        return trn(
            "The other {n} group cannot be told from what it is held against.",
            "The other {n} groups cannot be told from what they are held against.",
            n, n=written,
        )  # fmt: skip
    return trn(
        "None of the {n} group can be told from the one that it is held against.",
        "None of the {n} groups can be told from the one that it is held against.",
        n, n=written,
    )  # fmt: skip
