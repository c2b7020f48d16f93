"""Repeat purchases: who comes back, how often, for how much, and whether the forecast holds in the hold-out window."""

from cxlab.purchases.bgnbd import PurchaseModel, fit_bgnbd
from cxlab.purchases.gamma_gamma import SpendModel, fit_gamma_gamma
from cxlab.purchases.histories import Histories, PurchaseModelError
from cxlab.purchases.holdout import HoldoutCheck, check_holdout

__all__ = [
    "Histories",
    "HoldoutCheck",
    "PurchaseModel",
    "PurchaseModelError",
    "SpendModel",
    "check_holdout",
    "fit_bgnbd",
    "fit_gamma_gamma",
]
