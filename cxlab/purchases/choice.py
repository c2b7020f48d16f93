"""Which purchase model foresees this shop best: three families, without and with what was known of customers at first.

All are scored on purchases that none of them has seen.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.digits import enough_digits
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate, Findings, bootstrap_sums, columns_of, percentile_interval
from cxlab.language import Texts, tr, trn
from cxlab.once import once_a_run
from cxlab.purchases.covariate_family import fit_kinds
from cxlab.purchases.covariate_kinds import sort_into_kinds
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.histories import Array, Histories, PurchaseModelError
from cxlab.purchases.maximum import positive_estimate
from cxlab.purchases.model import PurchaseModel, fit_to_histories
from cxlab.words import between, day, number, percent

SIMPLEST: FamilyName = "bgnbd"
_EQUAL = 5e-5
"""Models are held as likely as each other where they differ by less than a hundredth of a percent per customer."""
_UNIT = "log-likelihood per customer, time in weeks"
OUTCOMES = Texts({"did not settle": "did not settle", "taken": "taken", "leads": "leads", "not taken": "not taken"})
"""What became of a model, as pages say it."""


@dataclass(frozen=True, eq=False)
class ModelScore:
    """One family: its fit up to the cut, and how likely it held what was scored.

    Attributes
    ----------
    model : the fit.
    score : mean over customers of the log-likelihood of what was scored.
    behind : score less that of the leading family; a bare 0 for the leading one itself.
    ahead_of_simplest : score less that of BG/NBD; a bare 0 for BG/NBD itself.
    ahead_without : of a family with covariates, score less that of the one to take without; a bare verdict (not_asked)
        for the others.
    expected : purchases expected in the hold-out window.

    All five are bare verdicts (not_settled) where the search for the fit did not settle, and so is the last one without
    a hold-out window (no_window), the last but one where BG/NBD did not settle.
    """

    model: PurchaseModel
    score: Estimate
    behind: Estimate
    ahead_of_simplest: Estimate
    ahead_without: Estimate
    expected: Estimate

    @property
    def key(self) -> FamilyName:
        """Name of the family in findings."""
        return self.model.family.key

    @property
    def title(self) -> str:
        """Name of the family in words."""
        title = self.model.family.title
        return tr("{title} with covariates", title=title.split()[0]) if self.has_covariates else title

    @property
    def has_covariates(self) -> bool:
        """Whether customers are told apart by what was known of them at first."""
        return self.model.family.has_covariates

    @property
    def takes_part(self) -> bool:
        """Whether the search settled, so that there is a score."""
        return self.score.value is not None


@dataclass(frozen=True, eq=False)
class ModelChoice:
    """The families side by side, and which one is taken.

    Attributes
    ----------
    scores : one a family, simplest first, those with covariates last.
    came : purchases in the hold-out window; a bare verdict (no_window) where there is none.
    calibration_end : last day that the models were fitted on.
    days : length of the hold-out window; 0: scored is the time that the models were fitted on.
    n : customers.
    no_covariates : why covariates that were given take no part; empty where they do, or none were given.
    at_average : customers of whom not every covariate is known, or whose group is too small.
    """

    scores: tuple[ModelScore, ...]
    came: Estimate
    calibration_end: dt.date
    days: int
    n: int
    no_covariates: str = ""
    at_average: int = 0

    @property
    def leading(self) -> ModelScore | None:
        """The family with the highest score; None where no search settled."""
        return _highest(self.scores)

    @property
    def best(self) -> FamilyName | None:
        """The family to take by the written rule (see `compare_purchase_models`); None where no search settled."""
        leading, simplest = self.leading, self[SIMPLEST]
        if leading is not None and leading.has_covariates and (leading.ahead_without.low or 0.0) > _EQUAL:
            return leading.key
        without = _highest([score for score in self.scores if not score.has_covariates])
        if without is None:
            return None
        if not simplest.takes_part or (without.ahead_of_simplest.low or 0.0) > _EQUAL:
            return without.key
        return SIMPLEST

    @property
    def model(self) -> PurchaseModel:
        """The fit of the best family; where no search settled, that of BG/NBD, which says so of itself."""
        return self[self.best or SIMPLEST].model

    def __getitem__(self, key: FamilyName) -> ModelScore:
        """Return the score of one family."""
        return next(score for score in self.scores if score.key == key)

    @property
    def has_covariates(self) -> bool:
        """Whether families with covariates are among them."""
        return any(one.has_covariates for one in self.scores)

    @property
    def others(self) -> tuple[ModelScore, ...]:
        """Those that take part, the leading one left out."""
        return tuple(s for s in self.scores if s.takes_part and s is not self.leading)

    @property
    def is_clear(self) -> bool:
        """Whether the leading family is ahead of each other one by more than chance allows."""
        return bool(self.others) and all(s.behind.high is not None and s.behind.high < -_EQUAL for s in self.others)

    @property
    def findings(self) -> Findings:
        """Which family is taken, as `model_choice.best`; score, distance and forecast as `model_choice.<family>.*`.

        Where another one than BG/NBD is taken, the parameters of BG/NBD as well, so that shops can be compared.
        """
        simplest = {} if self.model.family.key == SIMPLEST else self[SIMPLEST].model.own_findings
        found = simplest | {"model_choice.best": Estimate(n=self.n, verdict=self.best or "cannot_tell")}
        for one in self.scores:
            start = f"model_choice.{one.key}"
            found[f"{start}.log_likelihood"] = Estimate(one.model.log_likelihood, n=self.n, unit="natural logarithm")
            found[f"{start}.{'holdout' if self.days else 'fitted'}"] = one.score
            found[f"{start}.behind"] = one.behind
            if one.has_covariates:
                found[f"{start}.ahead_without"] = one.ahead_without
            if self.days:
                found[f"{start}.expected"] = one.expected
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a family, simplest first, those with covariates last.

        model, log_likelihood (up to the cut); score, behind, ahead_of_simplest, ahead_without, expected with _low and
        _high; came; outcome: taken, leads (but is not taken), not taken, did not settle.
        """
        columns: dict[str, list[str] | list[float]] = {
            "model": [one.model.family.title for one in self.scores],
            "log_likelihood": [one.model.log_likelihood for one in self.scores],
        }
        for name in ("score", "behind", "ahead_of_simplest", "ahead_without", "expected"):
            columns |= columns_of(name, [getattr(one, name) for one in self.scores])
        columns["came"] = [self.came.number] * len(self.scores)
        columns["outcome"] = [self.outcome(one) for one in self.scores]
        return pd.DataFrame(columns)

    def outcome(self, one: ModelScore) -> str:
        """Say in a word or two what became of a family."""
        if not one.takes_part:
            return "did not settle"
        return "taken" if one.key == self.best else "leads" if one is self.leading else "not taken"

    @property
    def heading(self) -> str:
        """What heads the section."""
        leading, best = self.leading, self.best
        if leading is None or best is None:
            return tr("None of the models settled on these customers")
        if best != leading.key:
            title = self[best].title
            if self.days:
                return tr("{title} stays: no other model is shown to foresee this shop better", title=title)
            return tr("{title} stays: no other model is shown to fit this shop better", title=title)
        if not self.others:
            return tr("{title} is the only model that settled on these customers", title=leading.title)
        if self.is_clear:
            if self.days:
                return tr("{title} foresees this shop best, by more than chance", title=leading.title)
            return tr("{title} fits this shop best, by more than chance", title=leading.title)
        if self.days:
            return tr(
                "{title} foresees this shop best, though not every other model is shown to be worse",
                title=leading.title,
            )
        return tr("{title} fits this shop best, though not every other model is shown to be worse", title=leading.title)

    @property
    def reading(self) -> str:
        """What was compared, how far the models are apart, which is taken and why."""
        leading = self.leading
        n, cut = number(self.n), day(self.calibration_end)
        said = (
            tr(
                "Three models, each without and with what was known of customers at first, were fitted to the "
                "purchases of {n} customers up to {cut}. ",
                n=n,
                cut=cut,
            )
            if self.has_covariates
            else tr("Three models were fitted to the purchases of {n} customers up to {cut}. ", n=n, cut=cut)
        )
        if self.at_average:
            said += tr("Customers of whom not all of it is known, or whose group is too small, stand at the average. ")
        if self.no_covariates:
            said += tr(
                "What was known of customers at first takes no part: {why}. ",
                why=self.no_covariates,
            )
        unsettled = [one.title for one in self.scores if not one.takes_part]
        if leading is None:
            return said + tr("The search for the best fit settled in none of them, so which is best cannot be told.")
        said += (
            tr(
                "Each was then scored by how likely it held what every customer did in the {days} days after that. ",
                days=number(self.days),
            )
            if self.days
            else tr(
                "There is no time after that to try them on, so they are judged by how likely each holds "
                "what it was fitted to, which shows that a model can bend to this shop and not that it "
                "foresees anything. "
            )
        )
        said += tr("{title} held it the likeliest. ", title=leading.title)
        said += "".join(
            tr("{title} held it {less_likely}. ", title=one.title, less_likely=less_likely(one.behind))
            for one in self.others
            if self.is_told(one)
        )
        if self.days:
            told = [one for one in self.scores if one.takes_part and self.is_told(one)]
            totals = ", ".join(f"{one.title} {number(one.expected.number)}" for one in told)
            said += tr(
                "Purchases foreseen: {totals}. There came {came}. ", totals=totals, came=number(self.came.number)
            )
        if unsettled:
            said += trn(
                "{titles} did not settle and takes no part. ",
                "{titles} did not settle and take no part. ",
                len(unsettled), titles=tr(" and ").join(unsettled),
            )  # fmt: skip
        return said + self._why()

    def is_told(self, one: ModelScore) -> bool:
        """Whether sentences tell of a family: of those with covariates only of the best; the table has all."""
        with_covariates = [score for score in self.scores if score.has_covariates]
        return not one.has_covariates or one is _highest(with_covariates)

    def _why(self) -> str:
        leading, best = self.leading, self.best
        assert leading is not None and best is not None
        if best != leading.key:
            title, other = self[best].title, leading.title
            if leading.has_covariates:
                return tr(
                    "{title} is taken: the lead of {other} over it may be chance, and then the rule keeps the simpler.",
                    title=title,
                    other=other,
                )
            return tr(
                "{title} is taken: the lead of {other} over it may be chance, and then the rule keeps the simplest.",
                title=title,
                other=other,
            )
        if leading.has_covariates:
            return tr(
                "{title} is taken: its lead over what would be taken without covariates is more than chance allows.",
                title=leading.title,
            )
        if not self[SIMPLEST].takes_part:
            return tr("{title} is taken, the best of those that settled.", title=leading.title)
        if best == SIMPLEST:
            return tr("{title} is taken: it is the simplest of them, and none is ahead of it.", title=leading.title)
        return tr(
            "{title} is taken: its lead over {other} is more than chance allows.",
            title=leading.title,
            other=self[SIMPLEST].title,
        )


def less_likely(behind: Estimate) -> str:
    """Say how much less likely than the leading family one held what was scored, on the average over customers.

    Examples
    --------
    >>> less_likely(Estimate(-0.02, -0.03, -0.01))
    '2.0% less likely per customer (95% interval 1.0–3.0% less)'
    >>> less_likely(Estimate(-0.002, -0.006, 0.002))
    '0.2% less likely per customer (95% interval from 0.6% less to 0.2% more)'
    >>> less_likely(Estimate(-1e-7, -2e-7, 1e-7))
    'as likely, to a hundredth of a percent'
    """
    shares = [float(np.expm1(v)) for v in (behind.number, *behind.ends)]
    if max(abs(v) for v in shares) < _EQUAL:
        return tr("as likely, to a hundredth of a percent")
    digits = enough_digits([100 * v for v in shares], [0.0], 1)
    middle, low, high = (percent(abs(v), digits) for v in shares)
    interval = (
        tr("{interval} less", interval=between(high, low, percent(0).removeprefix(number(0))))
        if shares[2] <= 0
        else tr("from {low} less to {high} more", low=low, high=high)
    )
    return tr("{middle} less likely per customer (95% interval {interval})", middle=middle, interval=interval)


@once_a_run
def compare_purchase_models(
    customers: Customers,
    covariates: pd.DataFrame | None = None,
    *,
    minimum_group: int = 5,
    n_bootstrap: int = 1_000,
    seed: int = 1,
) -> ModelChoice:
    """Fit BG/NBD, MBG/NBD and Pareto/NBD up to the cut, and score each on the purchases after it.

    With covariates each is fitted once more with these, so that every customer is foreseen by rates of the own kind.

    The likelihood of a history is the density of the whole path of purchases up to a day. So the log-likelihood of the
    path up to the end of the hold-out window, less that of the path up to the cut, both with the parameters fitted up
    to the cut, is the logarithm of the density that the model gave to what the customer did in the window.

    The rule: of the families without covariates, the one with the highest mean over customers is taken, unless the 95%
    interval of its distance to BG/NBD holds 0, in which case BG/NBD stays as the simplest. A family with covariates
    takes its place only where it has the highest mean of all, and the 95% interval of its distance to it lies above 0.
    Less than a hundredth of a percent per customer counts as no distance.
    A family whose search did not settle takes no part; where that is BG/NBD, the highest of the others is taken.
    Without a hold-out window the same is done with the log-likelihood up to the cut.

    Parameters
    ----------
    covariates : what was known of each customer before the first repeat purchase, best on the day of the first order,
        as in `fit_with_covariates`; None, or without columns: none.
    minimum_group : groups of fewer customers are not told apart.
    n_bootstrap : draws of customers behind the intervals; the fits stay as they are.
    seed : of the draws.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.
    PurchaseModelError : it is not known on which day after the cut a customer bought last.
    CovariateError : a covariate is made of the purchases themselves, or does not belong to these customers.

    References
    ----------
    Gneiting and Raftery (2007), Strictly Proper Scoring Rules, Prediction, and Estimation, Journal of the American
    Statistical Association 102, 359-378; Vuong (1989), Likelihood Ratio Tests for Model Selection and Non-Nested
    Hypotheses, Econometrica 57(2), 307-333.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> choice = cx.compare_purchase_models(kit.customers, seed=1)
    >>> print(choice.heading)
    Pareto/NBD foresees this shop best, by more than chance
    """
    at_cut, days = Histories.of(customers), max(customers.holdout_days, 0)
    at_end = histories_at_end(customers) if days else None
    models = [fit_to_histories(family, at_cut, customers.calibration_end) for family in FAMILIES.values()]
    more, no_covariates, at_average = _with_covariates(models, customers, covariates, minimum_group)
    models += more
    each = np.stack([_log_densities(model, at_cut, at_end) for model in models], axis=1)
    settled = [m.is_settled and bool(np.isfinite(each[:, k]).all()) for k, m in enumerate(models)]
    scored = np.where(settled, each, 0.0)
    drawn, n = bootstrap_sums(scored, n_bootstrap, seed) / customers.n, customers.n
    means = scored.mean(axis=0)
    leading = max((k for k in range(len(models)) if settled[k]), key=lambda k: float(means[k]), default=0)
    simplest = next(k for k, model in enumerate(models) if model.family.key == SIMPLEST)
    came = (
        Estimate(int(customers.frame["holdout_purchases"].sum()), n=n, unit="purchases")
        if days
        else Estimate(n=n, verdict="no_window")
    )

    def apart(k: int, other: int) -> Estimate:
        if not settled[k] or not settled[other]:
            return Estimate(n=n, verdict="not_settled")
        if k == other:
            return Estimate(0.0, n=n, unit=_UNIT)
        return percentile_interval(float(means[k] - means[other]), drawn[:, k] - drawn[:, other], n=n, unit=_UNIT)

    scores = [
        ModelScore(
            model,
            percentile_interval(float(means[k]), drawn[:, k], n=n, unit=_UNIT)
            if settled[k] else Estimate(n=n, verdict="not_settled"),
            apart(k, leading), apart(k, simplest), Estimate(n=n, verdict="not_asked"),
            _expected(model, days, settled=settled[k]),
        )
        for k, model in enumerate(models)
    ]  # fmt: skip
    about = came, customers.calibration_end, days, n, no_covariates, at_average
    without = ModelChoice(tuple(scores[: len(FAMILIES)]), *about).best
    taken = next((k for k, one in enumerate(scores) if one.key == without), simplest)
    return ModelChoice(
        tuple(replace(one, ahead_without=apart(k, taken)) if one.has_covariates else one
              for k, one in enumerate(scores)),
        *about,
    )  # fmt: skip


def _with_covariates(
    models: list[PurchaseModel], customers: Customers, covariates: pd.DataFrame | None, minimum_group: int
) -> tuple[list[PurchaseModel], str, int]:
    """Fit each model with covariates, or say why not; and how many customers stand at the average."""
    if covariates is None or covariates.columns.empty:
        return [], "", 0
    try:
        kinds = sort_into_kinds(customers, covariates, minimum_group=minimum_group)
    except NotEnoughDataError as fault:
        return [], str(fault), 0
    return [fit_kinds(model, kinds) for model in models], "", kinds.at_average


def _highest(scores: Sequence[ModelScore]) -> ModelScore | None:
    return max((one for one in scores if one.takes_part), key=lambda one: one.score.number, default=None)


def histories_at_end(customers: Customers) -> Histories:
    """Take the histories of the same customers as of the end of the hold-out window.

    Raises
    ------
    PurchaseModelError : it is not known on which day after the cut a customer bought last.
    """
    frame, at_cut = customers.frame, Histories.of(customers)
    if "holdout_last_day" not in frame:
        raise PurchaseModelError(
            "The models can be tried on later purchases only where the day of each customer's last one is known "
            "(holdout_last_day): open the study's own orders."
        )
    later, last = (frame[name].to_numpy(np.int64) for name in ("holdout_purchases", "holdout_last_day"))
    recency = np.where(later > 0, at_cut.age_days + last, at_cut.recency_days)
    return Histories(at_cut.frequency + later, recency, at_cut.age_days + customers.holdout_days)


def _log_densities(model: PurchaseModel, at_cut: Histories, at_end: Histories | None) -> Array:
    """Logarithm of the density that a model gives to what each customer did, after the cut or up to it; shape (n,)."""
    till_cut = _log_likelihoods(model, at_cut)
    return till_cut if at_end is None else _log_likelihoods(model, at_end) - till_cut


def _log_likelihoods(model: PurchaseModel, histories: Histories) -> Array:
    mine = replace(histories, kind=model.histories.kind)
    different, _ = mine.different()
    return model.family.log_likelihoods(model.parameters, different)[mine.which()]


def _expected(model: PurchaseModel, days: int, *, settled: bool) -> Estimate:
    if not settled or days == 0:
        return Estimate(n=model.histories.n, verdict="no_window" if settled else "not_settled")
    totals, covariance = model.expected_totals(days)
    error = float(np.sqrt(covariance[0, 0]))
    return positive_estimate(float(totals[0]), error, n=model.histories.n, unit="purchases")
