"""The model that was taken, fitted once more to the same shop at a later day."""

from typing import cast

from cxlab.customers import Customers
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.model import PurchaseModel, fit_family


def refit(model: PurchaseModel, customers: Customers) -> PurchaseModel:
    """Fit the family of a model to the customers as of another day, without covariates.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or fewer than 10 who bought on a second day.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> later = cx.refit(model, kit.customers_at_end)
    >>> model.calibration_end < later.calibration_end
    True
    """
    return fit_family(FAMILIES[cast(FamilyName, model.family.key.removesuffix("_covariates"))], customers)
