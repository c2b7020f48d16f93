"""How sure the forecast of every single customer is, as far as the fit goes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from cxlab.purchases.by_parameters import alive_log_odds
from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.maximum import SURE_OF_A_PARAMETER
from cxlab.purchases.model import PurchaseModel

_Z = float(norm.ppf(0.975))


@dataclass(frozen=True, eq=False)
class SlopesOfEach:
    """A figure of each different history, and how it moves with the parameters.

    Attributes
    ----------
    value : shape (m,).
    slopes : shape (m, k), with the logarithms of the parameters.
    error : shape (m,), standard error from the fit, by the delta method; infinite where the fit did not settle.
    which : shape (n,), the row of each customer.
    """

    value: Array
    slopes: Array
    error: Array
    which: Counts

    @property
    def is_sure(self) -> NDArray[np.bool_]:
        """Whether the data settles the figure of each customer, shape (n,); a logarithm, that is."""
        return np.asarray(self.error <= SURE_OF_A_PARAMETER, dtype=np.bool_)[self.which]


def slopes_of_each(model: PurchaseModel, function: Callable[[Array, Histories], Array]) -> SlopesOfEach:
    """Work out a figure of each customer, and carry the fit's covariance over to it.

    Parameters
    ----------
    function : parameters, histories (m) -> shape (m,), of each of them.

    Notes
    -----
    Customers with one history have one figure, and only the variances are worked out, not how two customers' figures
    move together: so it takes little time and memory with a million customers.
    """
    histories, _ = model.histories.different()
    return _carried(model, function(model.parameters, histories), model.slopes_of_each(function))


def _carried(model: PurchaseModel, value: Array, jacobian: Array) -> SlopesOfEach:
    """Carry the fit's covariance over to a figure of each different history."""
    variance = np.einsum("ij,jk,ik->i", jacobian, model.maximum.covariance, jacobian)
    error = np.sqrt(np.maximum(variance, 0.0)) if model.is_settled else np.full(len(value), np.inf)
    return SlopesOfEach(value, jacobian, error, model.histories.which())


def log_expected_of_each(model: PurchaseModel, horizon_days: float) -> SlopesOfEach:
    """Work out the logarithm of the purchases expected of each customer."""
    expected, slopes = model.expected_with_slopes(horizon_days)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing is expected, and nothing moves
        return _carried(model, np.log(expected), np.nan_to_num(slopes / expected[:, None], posinf=0.0, neginf=0.0))


def ends_of_each(found: SlopesOfEach, back: Callable[[Array], Array] = np.exp) -> tuple[Array, Array]:
    """Return the ends of the 95 % interval of each customer, by default of what `found` has the logarithms of: (n,).

    The interval is even on the log scale and holds the uncertainty of the fit alone: how far the mean that the model
    expects of such a customer would move with other customers to learn from. What this customer buys may well lie
    outside. NaN where the data does not settle it.
    """
    reach = np.where(found.error <= SURE_OF_A_PARAMETER, _Z * found.error, np.nan)
    low, high = (np.asarray(back(found.value + sign * reach), dtype=np.float64) for sign in (-1, 1))
    return low[found.which], high[found.which]


def expected_ends(model: PurchaseModel, horizon_days: float) -> tuple[Array, Array]:
    """Return the ends of the 95 % interval of the purchases expected of each customer, see `ends_of_each`."""
    return ends_of_each(log_expected_of_each(model, horizon_days))


def alive_ends(model: PurchaseModel) -> tuple[Array, Array]:
    """Return the ends of the 95 % interval of each customer's probability of still being one: two of shape (n,).

    Even on the scale of the log odds, from the uncertainty of the fit alone; both 1 where the model is sure of it
    whatever the parameters (who bought once, with BG/NBD). NaN where the data does not settle it.
    """
    return ends_of_each(slopes_of_each(model, partial(alive_log_odds, model.family)), expit)
