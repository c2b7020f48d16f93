"""Repeat purchases: who comes back, how often, for how much, and whether the forecast holds in the hold-out window."""

from cxlab.purchases.alive import RepeatGroups, StillCustomers, find_still_customers
from cxlab.purchases.bgnbd import PurchaseModel, fit_bgnbd
from cxlab.purchases.course import PurchaseCourse, follow_purchases
from cxlab.purchases.expected import ExpectedContribution, expect_contribution
from cxlab.purchases.frequency import RepeatCounts, count_repeats
from cxlab.purchases.gamma_gamma import SpendModel, fit_gamma_gamma
from cxlab.purchases.histories import Histories, PurchaseModelError
from cxlab.purchases.holdout import HoldoutCheck, check_holdout
from cxlab.purchases.pareto_nbd import ParetoNbd, fit_pareto_nbd
from cxlab.purchases.rule import ThreeChecks
from cxlab.purchases.value import ValueForecast, forecast_value
from cxlab.purchases.waiting import Waiting, WaitingCurve, wait_for_purchases

__all__ = [
    "ExpectedContribution",
    "Histories",
    "HoldoutCheck",
    "ParetoNbd",
    "PurchaseCourse",
    "PurchaseModel",
    "PurchaseModelError",
    "RepeatCounts",
    "RepeatGroups",
    "SpendModel",
    "StillCustomers",
    "ThreeChecks",
    "ValueForecast",
    "Waiting",
    "WaitingCurve",
    "check_holdout",
    "count_repeats",
    "expect_contribution",
    "find_still_customers",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_pareto_nbd",
    "follow_purchases",
    "forecast_value",
    "wait_for_purchases",
]
