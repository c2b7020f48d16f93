"""Who is late by their own cadence, and which of them are worth waking."""

import numpy as np
from numpy.typing import ArrayLike

from cxlab.contingency import Array
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.estimate import Estimate, wilson_interval
from cxlab.pseudonyms import Pseudonyms
from cxlab.waits.cadence import RARE, Cadence
from cxlab.waits.late_check import check_late
from cxlab.waits.late_customers import LateCustomers
from cxlab.waits.late_list import list_late
from cxlab.waits.late_money import GONE, at_stake, follow_money, total

MOST = 10
WITHOUT_HORIZON_DAYS = 90
"""What is at stake is counted over so many days at least, unless a forecast for fewer is held against it."""
NO_FORECAST = ("fails", "cannot_tell")
"""Verdicts on a purchase model with which nothing is expected of anybody."""
_PROFITABLE = ("profit_bringers", "misunderstood")


class LateError(InputError):
    """What is given of the customers does not fit them."""


def find_late_customers(
    customers: Customers,
    cadence: Cadence,
    *,
    labels: ArrayLike | None = None,
    expected: ArrayLike | None = None,
    horizon_days: int | None = None,
    alive: ArrayLike | None = None,
    verdict: str | None = None,
    too_early: bool = False,
    doubt: str = "",
    then: LateCustomers | None = None,
    pseudonyms: Pseudonyms,
    most: int = MOST,
    minimum_group: int = 5,
) -> LateCustomers:
    """Find the customers whose silence is too long for them at `calibration_end`, and rank those worth waking.

    Parameters
    ----------
    customers : one row a customer.
    cadence : of the same customers, in the same order.
    labels : shape (n,), segment of each: profit-bringers and misunderstood have been profitable. None: whoever
        has contributed more than nothing.
    expected : shape (n,), contribution expected of each in the next `horizon_days` if nothing is done.
    horizon_days : how far ahead `expected`, and what is at stake, look; needed with `expected`. None: as far as the
        hold-out window. Where nothing is expected, `WITHOUT_HORIZON_DAYS` at least.
    alive : shape (n,), probability that each is still a customer: nobody is worth waking below `GONE`.
    verdict : on the forecast that the two come from; with one of `NO_FORECAST` they are left out.
    too_early : whether that model gives quiet customers up too early (see `StillCustomers.writes_off_too_early`); then
        nobody counts as gone, and neither an interval of what is expected nor a share who are customers still is told.
    doubt : why the day may be wrong (see `Intake.doubt`), and what to do; then nobody is called late.
    then : those found by the same rule at the cut, where `customers` are as of a later day: the check is theirs.
    pseudonyms : what pages show in place of ids.
    most : customers shown on a page at most.
    minimum_group : smaller groups are not shown on pages.

    Raises
    ------
    LateError : not one value a customer, values that are no numbers, or no `horizon_days` beside `expected`.

    Notes
    -----
    Late is who has at least one gap and whose silence at most `RARE` of the gaps of such a customer last, by the
    customer's own gaps and the shop's (see `fit_cadence`). That is a promise about gaps, not about days: as a long gap
    covers more days than a short one, somewhat more than `RARE` of those who are still customers are called late on any
    one day where purchases fall by chance (6 to 8 in 100 in made-up shops that nobody leaves), fewer where they keep a
    rhythm.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cadence = cx.find_cadence(kit.intake.engine, kit.customers)
    >>> late = cx.find_late_customers(kit.customers, cadence, pseudonyms=kit.pseudonyms)
    >>> print(late.heading)
    63 customers are late by their own cadence and worth waking
    """
    frame, n = customers.frame, customers.n
    if len(cadence.gaps.n) != n:
        raise LateError(f"the cadence is of {len(cadence.gaps.n)} customers, and there are {n}: find it of the same")
    if expected is not None and horizon_days is None:
        raise LateError("expected is given without horizon_days: say over how many days it is expected")
    days = horizon_days or customers.holdout_days or WITHOUT_HORIZON_DAYS
    is_told = verdict not in NO_FORECAST
    value, probability = (
        values if is_told else None for values in (_one_each("expected", expected, n), _one_each("alive", alive, n))
    )
    if value is None:
        days = max(days, WITHOUT_HORIZON_DAYS)
    contribution = frame["contribution"].to_numpy(np.float64)
    profitable = contribution > 0 if labels is None else np.isin(np.asarray(labels, dtype=str), _PROFITABLE)
    if profitable.shape != (n,):
        raise LateError(f"labels has shape {profitable.shape}, but there are {n} customers: give one each")
    judged = cadence.gaps.has_own & (not (cadence.missing or doubt))
    chance = np.where(judged, cadence.silence_chance, 1.0)
    is_late = judged & (chance <= RARE)
    gone = np.zeros(n, dtype=bool) if probability is None or too_early else probability < GONE
    worth = is_late & profitable & ~gone
    stake = at_stake(cadence.pace, contribution, frame["repeat_purchases"].to_numpy(np.float64) + 1, value, days)
    n_judged, n_late, n_worth = int(judged.sum()), int(is_late.sum()), int(worth.sum())
    check = then.check if then else check_late(
        chance, judged, is_late, worth, frame["holdout_purchases"].to_numpy(np.int64) > 0,
        as_of=customers.calibration_end, holdout_days=customers.holdout_days, minimum_group=minimum_group,
    )  # fmt: skip
    foreseen = value if days == customers.holdout_days else None
    money = then.money if then else follow_money(customers, worth, foreseen, minimum_group=minimum_group)
    unit = customers.currency
    return LateCustomers(
        list_late(
            frame,
            cadence,
            stake,
            worth,
            as_of=customers.calibration_end,
            expected=value,
            alive=probability,
            pseudonyms=pseudonyms,
        ),
        as_of=customers.calibration_end,
        late=wilson_interval(n_late, n_judged, unit="share of those who have come back") if n_judged else Estimate(),
        worth=wilson_interval(n_worth, n_late, unit="share of the late") if n_late else Estimate(),
        expected=Estimate() if value is None else total(value, worth, unit),
        brought=Estimate(float(contribution[worth].sum()), n=n_worth, unit=unit),
        letter=Estimate(float(stake[worth].mean()), n=n_worth, unit=f"{unit} per customer")
        if n_worth and value is not None
        else Estimate(),
        mean_alive=float(probability[worth].mean()) if probability is not None and n_worth else None,
        check=check,
        money=money,
        too_early=too_early,
        leaves_out_gone=probability is not None and not too_early,
        n=n,
        n_judged=n_judged,
        n_late=n_late,
        horizon_days=days,
        most=most,
        minimum_group=minimum_group,
        currency=unit,
        missing=cadence.missing,
        doubt=doubt,
        near_then=then is not None and 0 < abs(n_judged - then.n_judged) < minimum_group,
    )


def _one_each(name: str, given: ArrayLike | None, n: int) -> Array | None:
    if given is None:
        return None
    values = np.asarray(given, dtype=np.float64)
    if values.shape != (n,):
        raise LateError(f"{name} has shape {values.shape}, but there are {n} customers: give one each")
    if not np.isfinite(values).all():
        raise LateError(f"{name} holds values that are no numbers: leave it out")
    return values
