"""The Pareto/NBD model: how often customers come back, and when they silently leave for good.

Buying is a Poisson process whose rate is gamma(r, alpha) over customers; a customer leaves at any time, by a rate that
is gamma(s, beta) over customers. Time in weeks, parameters (r, alpha, s, beta).
"""

import numpy as np

from cxlab.customers import Customers
from cxlab.language import Texts
from cxlab.purchases import pareto_forecast as forecast
from cxlab.purchases.family import Family, FamilyWords, ahead_of_histories, of_histories
from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.maximum import Maximum
from cxlab.purchases.model import WEEKS_A_YEAR, PurchaseModel, fit_family
from cxlab.purchases.pareto_likelihood import ParetoNbdLikelihood, log_likelihoods, log_odds_gone


def _share_leaving(parameters: Array, slower: float = 1.0) -> float:
    """Share of new customers who leave within a year."""
    s, beta = parameters[2:]
    return float(-np.expm1(-s * np.log1p(slower * WEEKS_A_YEAR / beta)))


def _slowed(parameters: Array, point: float) -> float:
    """Factor on everybody's rate of leaving that takes `point` off the share who leave within a year."""
    (s, beta), share = parameters[2:], _share_leaving(parameters)
    if share <= point:
        return 1.0
    return float(beta / WEEKS_A_YEAR * np.expm1(-np.log1p(point - share) / s))


PARETO_NBD = Family(
    key="pareto_nbd",
    title="Pareto/NBD",
    parameters=("r", "alpha", "s", "beta"),
    in_weeks=frozenset({"alpha", "beta"}),
    starts=((1.0, 10.0, 1.0, 10.0), (0.3, 5.0, 0.3, 20.0)),
    likelihood=ParetoNbdLikelihood,
    log_likelihoods=of_histories(log_likelihoods),
    probability_alive=of_histories(forecast.probability_alive),
    log_odds_gone=of_histories(log_odds_gone),
    expected_purchases=ahead_of_histories(forecast.expected_purchases),
    chance_of_purchase=ahead_of_histories(forecast.chance_of_purchase),
    new_customer_purchases=forecast.new_customer_purchases,
    share_with=forecast.share_with,
    leaving=_share_leaving,
    slowed=_slowed,
    leaves_by=(2, 3),
    shifts=(("buying", 1, -1.0), ("leaving", 3, -1.0)),
    odds_are_quick=False,
    words=FamilyWords(
        leaving="share of customers who leave within a year of their first purchase",
        texts=Texts(
            {
                "leaving": "share of customers who leave within a year of their first purchase",
                "row": "Leave within a year of the first purchase",
                "heading": "within a year of their first purchase, by the model, {share} leave for good",
                "reading": "Within a year of their first purchase, by the model, {share} leave for "
                "good{interval}; fewer "
                "in each later year.",
                "note": "In each later year, fewer leave.",
                "once_under_figure": "Customers who bought once stand apart: of them only the time since is known.",
                "once_under_table": "At the cut. Who bought once may have left as well.",
                "once": "In this model a customer can leave at any time, also after the first purchase. Of "
                "those who bought once "
                "only the time since is known, so they stand apart.",
            }
        ),
        meanings=Texts(
            {
                "r": "r: how unlike customers’ paces are (small: very)",
                "alpha": "alpha: r / alpha is the mean pace, purchases a week",
                "s": "s: how unlike customers are in leaving (small: very)",
                "beta": "beta: s / beta is the mean rate of leaving, a week",
            }
        ),
        shifts=Texts({"buying": "times as often, while they stay", "leaving": "times as fast in leaving"}),
    ),
)
"""Anybody may leave at any time."""


def fit_pareto_nbd(customers: Customers) -> PurchaseModel:
    """Fit the Pareto/NBD model to the customers' purchases up to `calibration_end`.

    Several orders on one day are one purchase. Unlike with BG/NBD, who bought once may have left.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.

    References
    ----------
    Schmittlein, Morrison and Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?,
    Management Science 33(1), 1-24.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_pareto_nbd(kit.customers)
    >>> model.probability_alive().round(2)[:3].tolist()
    [0.96, 0.3, 0.66]
    """
    return fit_family(PARETO_NBD, customers)


def maximise_pareto_nbd(different: Histories, counts: Counts) -> Maximum:
    """Maximise the Pareto/NBD likelihood over different histories and how many customers have each."""
    return PARETO_NBD.maximise(different, counts)
