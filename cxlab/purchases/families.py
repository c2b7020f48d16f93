"""The three purchase models behind one interface."""

from cxlab.customers import Customers
from cxlab.purchases.bgnbd import BG_NBD, MBG_NBD
from cxlab.purchases.family import Family, FamilyName
from cxlab.purchases.histories import PurchaseModelError
from cxlab.purchases.model import PurchaseModel, fit_family
from cxlab.purchases.pareto_nbd import PARETO_NBD

FAMILIES: dict[FamilyName, Family] = {family.key: family for family in (BG_NBD, MBG_NBD, PARETO_NBD)}
"""Simplest first."""


def fit_purchase_model(customers: Customers, family: FamilyName = "bgnbd") -> PurchaseModel:
    """Fit a purchase model to the customers' purchases up to `calibration_end`.

    Parameters
    ----------
    family : bgnbd (a customer may leave after each repeat purchase), mbgnbd (after each purchase, the first included)
        or pareto_nbd (at any time).

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.
    PurchaseModelError : there is no such family.
    """
    if family not in FAMILIES:
        raise PurchaseModelError(f"There is no purchase model {family!r}: take one of {', '.join(FAMILIES)}.")
    return fit_family(FAMILIES[family], customers)
