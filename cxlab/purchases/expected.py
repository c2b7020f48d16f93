"""What each customer is expected to contribute in the days ahead, where a purchase model can say so."""

from dataclasses import dataclass

from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.purchases.gamma_gamma import fit_gamma_gamma
from cxlab.purchases.histories import Array, look_ahead
from cxlab.purchases.left import left_of_each
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.pareto_nbd import fit_pareto_nbd


@dataclass(frozen=True)
class ExpectedContribution:
    """Contribution expected of each customer, from orders up to the end of calibration alone.

    Attributes
    ----------
    values : shape (n,), in the study's currency; None where no model could be fitted.
    horizon_days : how far ahead they look.
    missing : why there are none; empty where there are.
    """

    values: Array | None
    horizon_days: int
    missing: str = ""


def expect_contribution(
    customers: Customers, model: PurchaseModel | None = None, *, horizon_days: int | None = None
) -> ExpectedContribution:
    """Multiply the purchases expected of each customer by what one of theirs is expected to contribute.

    These are the means of `forecast_value`, which says how sure each is as well.

    Parameters
    ----------
    customers : one row a customer.
    model : fitted on them; None: Pareto/NBD, by which also who bought once may have left.
    horizon_days : how far to look ahead; None: as far as the hold-out window; see `look_ahead`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> expected = cx.expect_contribution(kit.customers)
    >>> expected.horizon_days, expected.values.round(2)[:3].tolist()
    (244, [7.63, 5.43, 1.58])
    """
    ahead = look_ahead(customers, horizon_days)
    try:
        taken, spend = model or fit_pareto_nbd(customers), fit_gamma_gamma(customers)
    except InputError as fault:
        return ExpectedContribution(None, ahead, str(fault))
    return ExpectedContribution(taken.expected_purchases(ahead) * left_of_each(customers, spend).amounts, ahead)
