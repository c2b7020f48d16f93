"""Moments at which a gesture could be given, each with what was known before it and what came after it."""

from cxlab.occasions.around import read_around
from cxlab.occasions.chosen import Occasions, order_occasions
from cxlab.occasions.first_order import FirstOrders, first_order_covariates
from cxlab.occasions.history import HISTORY
from cxlab.occasions.outcomes import OutcomeRows, outcome_rows
from cxlab.occasions.ties import Ties, tie_gestures
from cxlab.occasions.trial import Assigned, trial_rows

__all__ = [
    "HISTORY",
    "Assigned",
    "FirstOrders",
    "Occasions",
    "OutcomeRows",
    "Ties",
    "first_order_covariates",
    "order_occasions",
    "outcome_rows",
    "read_around",
    "tie_gestures",
    "trial_rows",
]
