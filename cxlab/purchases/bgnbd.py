"""BG/NBD and MBG/NBD: customers buy at their own pace, and leave at a purchase that turns out to be the last."""

import datetime as dt
from functools import partial

import numpy as np

from cxlab.customers import Customers
from cxlab.language import Texts
from cxlab.purchases import forecast
from cxlab.purchases.bgnbd_likelihood import BgNbdLikelihood, log_likelihoods
from cxlab.purchases.family import Family, FamilyWords, ahead_of_histories, of_histories
from cxlab.purchases.histories import DAYS_A_WEEK, Array, Counts, Histories
from cxlab.purchases.maximum import Maximum
from cxlab.purchases.model import PurchaseModel, fit_family, fit_to_histories

PARAMETERS = ("r", "alpha", "a", "b")
_STARTS = ((1.0, 10.0, 1.0, 2.0), (0.2, 3.0, 0.5, 5.0))
_MEANINGS = Texts(
    {
        "r": "r: how unlike customers’ paces are (small: very)",
        "alpha": "alpha: r / alpha is the mean pace, purchases a week",
        "a": "a: weight of leaving",
        "b": "b: weight of staying",
    }
)


_SHIFTS = (("buying", 1, -1.0), ("leaving", 2, 1.0), ("staying", 3, 1.0))
_SHIFT_WORDS = Texts(
    {
        "buying": "times as often, while they stay",
        "leaving": "times the weight of leaving",
        "staying": "times the weight of staying",
    }
)


def _share_leaving(parameters: Array, slower: float = 1.0) -> float:
    return float(slower * parameters[2] / (parameters[2] + parameters[3]))


def _slowed(parameters: Array, point: float) -> float:
    """Factor on everybody's chance of leaving after a purchase that takes `point` off the share who leave."""
    share = _share_leaving(parameters)
    return (share - point) / share if share > point else 1.0


def _log_odds_gone(parameters: Array, histories: Histories, *, from_first: bool = False) -> Array:
    """Log odds that repeaters have left: shape (n,); the logarithms are taken once for each different day."""
    r, alpha, a, b = parameters
    largest = int(histories.age_days.max(initial=0))
    log_of = np.log(alpha + np.arange(largest + 1) / DAYS_A_WEEK)
    silence = (r + histories.frequency) * (log_of[histories.age_days] - log_of[histories.recency_days])
    stayed = histories.frequency - 1 + from_first
    return np.asarray(np.log(a) - np.log(b + stayed) + silence, dtype=np.float64)


BG_NBD = Family(
    key="bgnbd",
    title="BG/NBD",
    parameters=PARAMETERS,
    in_weeks=frozenset({"alpha"}),
    starts=_STARTS,
    likelihood=BgNbdLikelihood,
    log_likelihoods=of_histories(log_likelihoods),
    probability_alive=of_histories(forecast.probability_alive),
    log_odds_gone=_log_odds_gone,
    expected_purchases=ahead_of_histories(forecast.expected_purchases),
    chance_of_purchase=ahead_of_histories(forecast.chance_of_purchase),
    new_customer_purchases=forecast.new_customer_purchases,
    share_with=forecast.share_with,
    leaving=_share_leaving,
    slowed=_slowed,
    leaves_by=(2,),
    shifts=_SHIFTS,
    odds_are_quick=True,
    words=FamilyWords(
        leaving="share of customers who leave after their first repeat purchase",
        texts=Texts(
            {
                "leaving": "share of customers who leave after their first repeat purchase",
                "row": "Do not return after the first repeat purchase",
                "heading": "after their first repeat purchase, by the model, {share} do not return",
                "reading": "After their first repeat purchase, by the model, {share} do not return{interval}; "
                "fewer after "
                "each later one.",
                "note": "After each later repeat purchase, fewer do not return.",
                "once_under_figure": "Customers who bought once stand apart: to the model they have not left.",
                "once_under_table": "At the cut. To the model, who bought once has not left.",
                "once": "In this model a customer can leave only after a repeat purchase, so whoever bought "
                "once counts as a "
                "customer for good, only a slow one: for them, look at the chance of buying, not at the probability of "
                "being a customer.",
            }
        ),
        meanings=_MEANINGS,
        shifts=_SHIFT_WORDS,
    ),
)
"""Nobody leaves before a repeat purchase."""

MBG_NBD = Family(
    key="mbgnbd",
    title="MBG/NBD",
    parameters=PARAMETERS,
    in_weeks=frozenset({"alpha"}),
    starts=_STARTS,
    likelihood=partial(BgNbdLikelihood, from_first=True),
    log_likelihoods=of_histories(log_likelihoods, from_first=True),
    probability_alive=of_histories(forecast.probability_alive, from_first=True),
    log_odds_gone=partial(_log_odds_gone, from_first=True),
    expected_purchases=ahead_of_histories(forecast.expected_purchases, from_first=True),
    chance_of_purchase=ahead_of_histories(forecast.chance_of_purchase, from_first=True),
    new_customer_purchases=partial(forecast.new_customer_purchases, from_first=True),
    share_with=partial(forecast.share_with, from_first=True),
    leaving=_share_leaving,
    slowed=_slowed,
    leaves_by=(2, 3),
    shifts=_SHIFTS,
    odds_are_quick=True,
    words=FamilyWords(
        leaving="share of customers who leave after their first purchase",
        texts=Texts(
            {
                "leaving": "share of customers who leave after their first purchase",
                "row": "Do not return after the first purchase",
                "heading": "after their first purchase, by the model, {share} do not return",
                "reading": "After their first purchase, by the model, {share} do not return{interval}; fewer "
                "after each "
                "later one.",
                "note": "After each later purchase, fewer do not return.",
                "once_under_figure": "Customers who bought once stand apart: of them only the time since is known.",
                "once_under_table": "At the cut. Who bought once may have left as well.",
                "once": "In this model a customer can leave already after the first purchase. Of those who "
                "bought once only the "
                "time since is known, so they stand apart.",
            }
        ),
        meanings=_MEANINGS,
        shifts=_SHIFT_WORDS,
    ),
)
"""Who bought once may have left as well."""


def fit_bgnbd(customers: Customers) -> PurchaseModel:
    """Fit the BG/NBD model to the customers' purchases up to `calibration_end`.

    Several orders on one day are one purchase, time is counted in weeks from each customer's first order.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
    Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> dict(zip(model.family.parameters, model.parameters.round(2).tolist()))
    {'r': 0.57, 'alpha': 3.3, 'a': 0.24, 'b': 3.25}
    """
    return fit_family(BG_NBD, customers)


def fit_mbgnbd(customers: Customers) -> PurchaseModel:
    """Fit the MBG/NBD model, in which a customer may leave already after the first order; see `fit_bgnbd`.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.

    References
    ----------
    Batislam, Denizel and Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
    International Journal of Research in Marketing 24, 201-209.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_mbgnbd(kit.customers)
    >>> model.expected_purchases(30).round(2)[:3].tolist()
    [0.1, 0.04, 0.08]
    """
    return fit_family(MBG_NBD, customers)


def fit_histories(histories: Histories, calibration_end: dt.date) -> PurchaseModel:
    """Fit the BG/NBD model to purchase histories; see `fit_bgnbd`."""
    return fit_to_histories(BG_NBD, histories, calibration_end)


def maximise_bgnbd(different: Histories, counts: Counts) -> Maximum:
    """Maximise the BG/NBD likelihood over different histories and how many customers have each."""
    return BG_NBD.maximise(different, counts)
