"""How sure the forecast of every single customer is, as far as the fit goes."""

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from cxlab.purchases.by_parameters import alive_log_odds, expected_until
from cxlab.purchases.histories import Array, Histories
from cxlab.purchases.maximum import SURE_OF_A_PARAMETER
from cxlab.purchases.model import PurchaseModel

_Z = float(norm.ppf(0.975))
_MOVE = 1e-4  # of the logarithm of a parameter, for slopes by central differences


def errors_of_each(model: PurchaseModel, function: Callable[[Array, Histories], Array]) -> tuple[Array, Array]:
    """Carry the fit's covariance over to a figure of each customer.

    Parameters
    ----------
    function : parameters, histories (m) -> shape (m,), of each of them.

    Returns
    -------
    value : shape (n,), the figure of each customer.
    error : shape (n,), its standard error from the fit, by the delta method; infinite where the fit did not settle.

    Notes
    -----
    Customers with one history have one figure, and only the variances are worked out, not how two customers' figures
    move together: so it takes little time and memory with a million customers.
    """
    log_parameters, covariance = model.maximum.propagate(np.log)
    histories, _ = model.histories.different()
    which = model.histories.which()
    value = function(np.exp(log_parameters), histories)[which]
    if not model.is_settled:
        return value, np.full(len(value), np.inf)
    slopes = []
    for move in _MOVE * np.eye(len(log_parameters)):
        up, down = (function(np.exp(log_parameters + sign * move), histories) for sign in (1, -1))
        with np.errstate(invalid="ignore"):  # where the model is sure, whatever the parameters: nothing moves
            slopes.append(np.nan_to_num((up - down) / (2 * _MOVE), nan=0.0))
    jacobian = np.stack(slopes, axis=1)
    variance = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)
    return value, np.sqrt(np.maximum(variance, 0.0))[which]


def expected_ends(model: PurchaseModel, horizon_days: float) -> tuple[Array, Array]:
    """Return the ends of the 95 % interval of the purchases expected of each customer: two of shape (n,).

    The interval is even on the log scale and holds the uncertainty of the fit alone: how far the mean that the model
    expects of such a customer would move with other customers to learn from. What this customer buys may well lie
    outside. NaN where the data does not settle it.
    """
    days = np.array([float(horizon_days)])

    def log_expected(parameters: Array, histories: Histories) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(expected_until(model.family, parameters, histories, days)[:, 0]), dtype=np.float64)

    value, error = errors_of_each(model, log_expected)
    return _ends(value, error, np.exp)


def alive_ends(model: PurchaseModel) -> tuple[Array, Array]:
    """Return the ends of the 95 % interval of each customer's probability of still being one: two of shape (n,).

    Even on the scale of the log odds, from the uncertainty of the fit alone; both 1 where the model is sure of it
    whatever the parameters (who bought once, with BG/NBD). NaN where the data does not settle it.
    """
    value, error = errors_of_each(model, partial(alive_log_odds, model.family))
    return _ends(value, error, expit)


def _ends(value: Array, error: Array, back: Callable[[Array], Array]) -> tuple[Array, Array]:
    reach = np.where(error <= SURE_OF_A_PARAMETER, _Z * error, np.nan)
    low, high = (np.asarray(back(value + sign * reach), dtype=np.float64) for sign in (-1, 1))
    return low, high
