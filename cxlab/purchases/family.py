"""What sets one purchase model apart from another: its parameters, its likelihood, its forecasts and its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from cxlab.language import Texts
from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.maximum import Maximum, maximise

if TYPE_CHECKING:
    from cxlab.purchases.covariate_kinds import Kinds

FamilyName = Literal["bgnbd", "mbgnbd", "pareto_nbd", "bgnbd_covariates", "mbgnbd_covariates", "pareto_nbd_covariates"]
N_BASE = 4  # parameters that all customers share
_ENOUGH_TO_START = 5_000  # different histories, about, on which the climb begins where there are twice as many


class Likelihood(Protocol):
    """A log-likelihood of purchase histories as a function of the logarithms of the k parameters."""

    def __call__(self, log_parameters: Array) -> tuple[float, Array, Array]:
        """Return the log-likelihood, its gradient (k,) and its Hessian (k, k)."""

    def scores(self, log_parameters: Array) -> tuple[Array, Array]:
        """Return what one customer of each history adds to the gradient, (n different, k), and how many there are."""


class OfHistories(Protocol):
    """Something that a model says of each purchase history; time in weeks."""

    def __call__(self, parameters: Array, histories: Histories) -> Array:
        """Return it, shape (n,)."""


class Ahead(Protocol):
    """Something that a model says of each purchase history and the weeks after it."""

    def __call__(self, parameters: Array, histories: Histories, weeks: float) -> Array:
        """Return it, shape (n,)."""


def of_histories(function: Callable[..., Array], **settings: bool) -> OfHistories:
    """Let a function of parameters, frequency, recency and age look at histories."""
    return lambda parameters, histories: function(
        parameters, histories.frequency, histories.recency, histories.age, **settings
    )


def ahead_of_histories(function: Callable[..., Array], **settings: bool) -> Ahead:
    """Let a function of parameters, frequency, recency, age and weeks look at histories."""
    return lambda parameters, histories, weeks: function(
        parameters, histories.frequency, histories.recency, histories.age, weeks, **settings
    )


@dataclass(frozen=True)
class FamilyWords:
    """How a model is spoken of; `{share}` and `{interval}` stand for figures.

    Attributes
    ----------
    leaving : unit of the share who leave.
    texts : `leaving`, that unit as pages say it; `row`, the same as a row of a table; `heading`, what heads the
        section, and `reading`, the sentence on who leaves; `note`, what a table adds; and what the model holds of those
        who bought once: `once_under_figure`, `once_under_table`, and `once`, as sentences of the text.
    meanings : what each parameter means, as a row of a table.
    shifts : what a covariate does to each of the family's `shifts`, to stand behind a group of customers.
    """

    leaving: str
    texts: Texts
    meanings: Mapping[str, str]
    shifts: Texts


class Leaving(Protocol):
    """The share of customers who leave early."""

    def __call__(self, parameters: Array, slower: float = 1.0) -> float:
        """Return it, where everybody leaves so many times as fast."""


def _pace(parameters: Array) -> float:
    return float(parameters[0] / parameters[1])


@dataclass(frozen=True)
class Family:
    """One purchase model, not fitted yet: customers buy at a pace of their own, and at some time leave for good.

    The first two parameters are those of the paces, a gamma distribution over customers with shape r and scale alpha
    (weeks); the next two are those of leaving. With covariates (see `with_covariates`) more follow, one a shift and
    column; then customers are of several kinds, each with a family of its own.

    Attributes
    ----------
    key : its name in findings.
    title : its name in words.
    parameters : names of the k of them, four without covariates.
    in_weeks : names of those that are weeks; the others are shapes.
    starts : where the search begins.
    likelihood : different histories and how many customers have each -> the likelihood.
    log_likelihoods : the logarithm of the likelihood of each history.
    probability_alive, log_odds_gone : that a customer has not left; the logarithm of the odds that he or she has.
    expected_purchases, chance_of_purchase : in the next weeks.
    new_customer_purchases : parameters, weeks (n,) -> repeat purchases in the weeks after a first order (n,).
    share_with : parameters, purchases, weeks (n,) -> probability of just so many in the weeks after a first order (n,).
    pace : parameters -> purchases a week of a customer who has not left.
    leaving : parameters, factor on how fast customers leave -> the share who leave early, as the words say.
    slowed : parameters, points -> factor on how fast customers leave that takes so much off that share; 1 where the
        share is no larger.
    leaves_by : numbers of the parameters at whose bounds nothing says how sure that share is.
    shifts : what covariates move: name, number of the parameter, and the sign with which it goes.
    kinds : a family of each kind of customer, as a function of the same parameters; empty where all are one.
    slope : how the logarithms of the four parameters that customers of one kind follow go by those of all: shape
        (4, k); None where all are one, who follow the parameters themselves.
    made_of : the kinds that it was made of, by which it is made again in another process; None where all are one.
    odds_are_quick : whether `log_odds_gone` may be asked hundreds of times.
    words : how it is spoken of.
    """

    key: FamilyName
    title: str
    parameters: tuple[str, ...]
    in_weeks: frozenset[str]
    starts: tuple[tuple[float, ...], ...]
    likelihood: Callable[[Histories, Counts], Likelihood] = field(repr=False)
    log_likelihoods: OfHistories = field(repr=False)
    probability_alive: OfHistories = field(repr=False)
    log_odds_gone: OfHistories = field(repr=False)
    expected_purchases: Ahead = field(repr=False)
    chance_of_purchase: Ahead = field(repr=False)
    new_customer_purchases: Callable[[Array, Array], Array] = field(repr=False)
    share_with: Callable[[Array, int, Array], Array] = field(repr=False)
    leaving: Leaving = field(repr=False)
    slowed: Callable[[Array, float], float] = field(repr=False)
    leaves_by: tuple[int, ...]
    shifts: tuple[tuple[str, int, float], ...]
    odds_are_quick: bool
    words: FamilyWords = field(repr=False)
    pace: Callable[[Array], float] = field(repr=False, default=_pace)
    kinds: "tuple[Family, ...]" = field(repr=False, default=())
    slope: Array | None = field(repr=False, default=None, compare=False)
    made_of: "Kinds | None" = field(repr=False, default=None, compare=False)

    @property
    def has_covariates(self) -> bool:
        """Whether customers are of several kinds."""
        return bool(self.kinds)

    def unit(self, parameter: str) -> str:
        """Return the unit of a parameter: weeks, a shape, or the ratio that a covariate makes."""
        is_ratio = self.parameters.index(parameter) >= N_BASE
        return "ratio" if is_ratio else "weeks" if parameter in self.in_weeks else "shape"

    def own(self, parameters: Array) -> Array:
        """Return the four parameters that customers of one kind follow, of all of them."""
        return parameters if self.slope is None else np.exp(self.slope @ np.log(parameters))

    def of_kind(self, kind: int) -> "Family":
        """Return the family of one kind of customer, as a function of the same parameters."""
        return self.kinds[kind] if self.kinds else self

    def maximise(self, different: Histories, counts: Counts) -> Maximum:
        """Maximise the likelihood over different histories and how many customers have each; covariance robust.

        With very many histories the climb begins on some of them: see `some`.
        """
        starts = list(self.starts)
        part = some(different.n)
        if part is not None:
            near = maximise(self.likelihood(different.take(part), counts[part]), starts)
            found = tuple(near.parameters.tolist())
            starts = [found] if near.status == "converged" else [found, *starts]
        likelihood = self.likelihood(different, counts)
        best = maximise(likelihood, starts)
        return best.robust(*likelihood.scores(best.log_parameters))


def some(n: int) -> slice | None:
    """Return which of n histories a climb begins on, every k-th, to come next to the top at little cost; None: all.

    Examples
    --------
    >>> some(100_000), some(9_000)
    (slice(None, None, 20), None)
    """
    return slice(None, None, n // _ENOUGH_TO_START) if n > 2 * _ENOUGH_TO_START else None
