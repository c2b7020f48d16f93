"""What some of the customers are expected to buy, step by step into the time ahead, and how sure the fit is of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.purchases.by_parameters import expected_until
from cxlab.purchases.histories import Array, PurchaseModelError
from cxlab.purchases.model import PurchaseModel

STEP_DAYS = 365.25 / 12  # a month


@dataclass(frozen=True, eq=False)
class PurchaseOutlook:
    """Purchases expected of some customers after the cut.

    Attributes
    ----------
    window : shape (n,), purchases expected of each in the first `window_days`.
    ahead : shape (n, k), in each of the k steps that make up `horizon_days`.
    days : shape (k,), the middle of each step, days after the cut.
    covariance : shape (1 + k, 1 + k), of the sums over these customers (of `window` first, then of each step), from
        the fit, by the delta method.
    window_days, horizon_days : how far `window` and `ahead` reach.
    is_settled : whether the search for the fit ended at a maximum.
    """

    window: Array
    ahead: Array
    days: Array
    covariance: Array
    window_days: int
    horizon_days: int
    is_settled: bool


def foresee_purchases(
    model: PurchaseModel, members: NDArray[np.bool_], *, window_days: int, horizon_days: int
) -> PurchaseOutlook:
    """Foresee the purchases of some customers, month by month.

    Parameters
    ----------
    model : fitted on all customers.
    members : bool, shape (n customers,), whom to look at.
    window_days : a first stretch of time that is also given as a whole; 0: none.
    horizon_days : how far to look ahead, cut into equal steps of a month or a little less.

    Raises
    ------
    PurchaseModelError : not one entry of `members` a customer, or a horizon of less than a day.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> many = (kit.customers.frame["n_orders"] > 3).to_numpy()
    >>> outlook = cx.foresee_purchases(model, many, window_days=kit.customers.holdout_days, horizon_days=365)
    >>> outlook.horizon_days
    365
    """
    all_of = model.histories
    if members.shape != (all_of.n,):
        raise PurchaseModelError(
            f"members has shape {members.shape}, but there are {all_of.n} customers: give one each"
        )
    if horizon_days < 1 or window_days < 0:
        raise PurchaseModelError(f"nothing lies between the cut and {min(horizon_days, window_days)} days after it")
    own = all_of.take(members)
    different, counts = own.different()
    edges = np.linspace(0.0, float(horizon_days), int(np.ceil(horizon_days / STEP_DAYS)) + 1)

    def expected(parameters: Array) -> Array:
        """Return window and steps of each different history, shape (m, 1 + k)."""
        till = expected_until(model.family, parameters, different, np.array([window_days, *edges], dtype=np.float64))
        return np.column_stack([till[:, 0], np.diff(till[:, 1:], axis=1)])

    each = expected(model.parameters)[own.which()]
    _, covariance = model.maximum.propagate(lambda parameters: counts @ expected(parameters))
    return PurchaseOutlook(
        window=each[:, 0],
        ahead=each[:, 1:],
        days=(edges[:-1] + edges[1:]) / 2,
        covariance=covariance,
        window_days=window_days,
        horizon_days=horizon_days,
        is_settled=model.is_settled,
    )
