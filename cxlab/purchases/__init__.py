"""Repeat purchases: who comes back, how often, for how much, and whether the forecast holds in the hold-out window."""

from cxlab.purchases.alive import RepeatGroups, StillCustomers, find_still_customers
from cxlab.purchases.bgnbd import fit_bgnbd, fit_mbgnbd
from cxlab.purchases.by_group import GroupCheck, check_by
from cxlab.purchases.choice import ModelChoice, compare_purchase_models
from cxlab.purchases.course import PurchaseCourse, follow_purchases
from cxlab.purchases.covariate_design import CovariateError
from cxlab.purchases.covariates import CovariateModel, compare_by_covariates, fit_with_covariates
from cxlab.purchases.discounted import DiscountedValue, discount_value
from cxlab.purchases.expected import ExpectedContribution, expect_contribution
from cxlab.purchases.families import fit_purchase_model
from cxlab.purchases.forecast_errors import ForecastErrors, measure_errors
from cxlab.purchases.frequency import RepeatCounts, count_repeats
from cxlab.purchases.gamma_gamma import SpendModel, fit_gamma_gamma
from cxlab.purchases.histories import Histories, PurchaseModelError
from cxlab.purchases.holdout import HoldoutCheck, check_holdout
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.new_customer import NewCustomer, value_new_customer
from cxlab.purchases.pareto_nbd import fit_pareto_nbd
from cxlab.purchases.refit import refit
from cxlab.purchases.resampled import BootstrapFits, bootstrap_fits
from cxlab.purchases.retention_worth import RetentionWorth, worth_of_retention
from cxlab.purchases.rfm_summary import SummaryError, rfm_summary
from cxlab.purchases.rule import ThreeChecks
from cxlab.purchases.silence import Bands, silence_bands
from cxlab.purchases.value import ValueForecast, forecast_value

__all__ = [
    "Bands",
    "BootstrapFits",
    "CovariateError",
    "CovariateModel",
    "DiscountedValue",
    "ExpectedContribution",
    "ForecastErrors",
    "GroupCheck",
    "Histories",
    "HoldoutCheck",
    "ModelChoice",
    "NewCustomer",
    "PurchaseCourse",
    "PurchaseModel",
    "PurchaseModelError",
    "RepeatCounts",
    "RepeatGroups",
    "RetentionWorth",
    "SpendModel",
    "StillCustomers",
    "SummaryError",
    "ThreeChecks",
    "ValueForecast",
    "bootstrap_fits",
    "check_by",
    "check_holdout",
    "compare_by_covariates",
    "compare_purchase_models",
    "count_repeats",
    "discount_value",
    "expect_contribution",
    "find_still_customers",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_mbgnbd",
    "fit_pareto_nbd",
    "fit_purchase_model",
    "fit_with_covariates",
    "follow_purchases",
    "forecast_value",
    "measure_errors",
    "refit",
    "rfm_summary",
    "silence_bands",
    "value_new_customer",
    "worth_of_retention",
]
