"""Moments at which a gesture could be given, each with what was known before it and what came after it."""

from cxlab.occasions.adopted import Adoption, Adoptions, read_adoptions
from cxlab.occasions.around import read_around
from cxlab.occasions.chosen import Occasions, order_occasions
from cxlab.occasions.first_order import FirstOrders, first_order_covariates
from cxlab.occasions.history import HISTORY
from cxlab.occasions.outcomes import OutcomeRows, outcome_rows
from cxlab.occasions.steps import OrderSteps, read_steps
from cxlab.occasions.ties import Ties, tie_gestures
from cxlab.occasions.trial import Assigned, trial_rows

__all__ = [
    "HISTORY",
    "Adoption",
    "Adoptions",
    "Assigned",
    "FirstOrders",
    "Occasions",
    "OrderSteps",
    "OutcomeRows",
    "Ties",
    "first_order_covariates",
    "order_occasions",
    "outcome_rows",
    "read_adoptions",
    "read_around",
    "read_steps",
    "tie_gestures",
    "trial_rows",
]
