"""The three purchase models behind one interface."""

import copyreg
from dataclasses import replace
from typing import Any

import pandas as pd

from cxlab.customers import Customers
from cxlab.purchases.bgnbd import BG_NBD, MBG_NBD
from cxlab.purchases.covariate_family import fit_kinds, with_covariates
from cxlab.purchases.covariate_kinds import Kinds, sort_into_kinds
from cxlab.purchases.family import Family, FamilyName
from cxlab.purchases.histories import PurchaseModelError
from cxlab.purchases.model import PurchaseModel, fit_family
from cxlab.purchases.pareto_nbd import PARETO_NBD

FAMILIES: dict[FamilyName, Family] = {family.key: family for family in (BG_NBD, MBG_NBD, PARETO_NBD)}
"""Simplest first."""
Starts = tuple[tuple[float, ...], ...]


def _told(family: Family) -> tuple[Any, ...]:
    """Tell how to make a family again: its functions cannot be pickled, and what they are made of can."""
    if family.slope is not None:
        raise TypeError(f"the {family.title} of one kind cannot be pickled: pickle that of all kinds")
    return _made_again, (family.key.removesuffix("_covariates"), family.made_of, family.starts)


def _made_again(base: FamilyName, kinds: Kinds | None, starts: Starts) -> Family:
    family = FAMILIES[base] if kinds is None else with_covariates(FAMILIES[base], kinds)
    return family if family.starts == starts else replace(family, starts=starts)


copyreg.pickle(Family, _told)


def fit_purchase_model(
    customers: Customers,
    family: FamilyName = "bgnbd",
    covariates: pd.DataFrame | None = None,
    *,
    minimum_group: int = 5,
) -> PurchaseModel:
    """Fit a purchase model to the customers' purchases up to `calibration_end`.

    Parameters
    ----------
    family : bgnbd (a customer may leave after each repeat purchase), mbgnbd (after each purchase, the first included)
        or pareto_nbd (at any time).
    covariates : what was known of each customer before the first repeat purchase, as in `fit_with_covariates`; each
        customer is then foreseen by rates of the own kind. None: all customers are one kind.
    minimum_group : groups of fewer customers are not told apart.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.
    PurchaseModelError : there is no such family.
    CovariateError : a covariate is made of the purchases themselves, or does not belong to these customers.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_purchase_model(kit.customers, "mbgnbd")
    >>> print(model.heading)
    After their first purchase, by the model, 14% do not return
    """
    if family not in FAMILIES:
        raise PurchaseModelError(f"There is no purchase model {family!r}: take one of {', '.join(FAMILIES)}.")
    model = fit_family(FAMILIES[family], customers)
    if covariates is None:
        return model
    return fit_kinds(model, sort_into_kinds(customers, covariates, minimum_group=minimum_group))
