"""The verdict on a gesture: works, harms, no effect, cannot tell or not identifiable, by a written rule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxlab.gestures.means import TwoMeans
from cxlab.language import tr
from cxlab.words import number, percent

Token = Literal["works", "harms", "no_effect", "cannot_tell", "not_identifiable"]
LEVEL = 0.95
LEAST_CUSTOMERS = 20
"""With fewer customers in an arm there is no verdict: one customer more or less would turn it."""
LEAST_EVENTS = 10
"""So many rows of both arms together must have an outcome other than zero."""
TUNED_FOR = 1_000
"""Rows for which the always-valid interval is narrowest."""
MISMATCH = 0.01
"""With a smaller p value the arms are not what was meant, and nothing that follows can be trusted."""


@dataclass(frozen=True)
class Verdict:
    """What may be said of a gesture, and why in a sentence."""

    token: Token
    why: str


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6(2).
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def always_valid_reach(standard_error: float, n: int, alpha: float = 1 - LEVEL) -> float:
    """Return half the width of an interval that holds at every look at once, however often is looked.

    Parameters
    ----------
    standard_error : of the difference at this look. n : rows so far.

    Notes
    -----
    The interval is narrowest at `TUNED_FOR` rows. That must not hang on the look at hand, or the promise is gone.

    Examples
    --------
    About half as wide again as the fixed one there, and wider before and after:

    >>> [round(always_valid_reach(1.0, n) / 1.96, 2) for n in (100, 1000, 10_000)]
    [1.97, 1.55, 1.65]

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Time-uniform central limit theory and asymptotic confidence
    sequences, Annals of Statistics 52(6).
    """
    rho2 = (-2 * math.log(1 - LEVEL) + math.log(-2 * math.log(1 - LEVEL) + 1)) / TUNED_FOR
    grown = n * rho2 + 1
    return standard_error * math.sqrt(n) * math.sqrt(2 * grown / (n**2 * rho2) * math.log(math.sqrt(grown) / alpha))


def judge(
    means: TwoMeans | None,
    *,
    adjusted_p: float,
    equivalence_margin: float,
    customers: int,
    events: int,
    rows: str,
    mismatch: float | None = None,
    running: int = 0,
    arms: int = 1,
    fault: str = "",
    n: int = 0,
    counted: str = "customers",
) -> Verdict:
    """Apply the rule.

    Parameters
    ----------
    means : outcome with and without the gesture; None: there is none.
    adjusted_p : p value of no difference, adjusted for the number of arms.
    equivalence_margin : share of the outcome without the gesture within which an effect counts as none.
    customers : in the smaller arm. events : rows with an outcome other than zero.
    mismatch : p value of the arms' sizes; None: no shares were declared.
    running : draws that cannot be followed to the end yet; then the always-valid interval decides.
    arms : arms that are held against the control, for that interval.
    fault : why a chosen gesture cannot be judged at all; empty: it can.
    n : rows of both arms that can be followed. counted : what `customers` counts, where it is something else.
    """
    if fault:
        return Verdict("not_identifiable", fault)
    if mismatch is not None and mismatch < MISMATCH:
        why = tr("the arms are not of the sizes that were meant, by more than chance: who was counted hangs on the arm")
        return Verdict("cannot_tell", why)
    if customers == 0 and running:
        why = (
            tr("the time after the draw is not over yet for anybody on one of the two sides")
            if n
            else tr("the time after the draw is not over yet for anybody")
        )
        return Verdict("cannot_tell", why)
    if customers < LEAST_CUSTOMERS:
        why = (
            tr("the smaller group has fewer than {n} customers", n=LEAST_CUSTOMERS)
            if counted == "customers"
            else tr("the smaller group has fewer than {n} strata", n=LEAST_CUSTOMERS)
        )
        return Verdict("cannot_tell", why)
    if events < LEAST_EVENTS:
        why = (
            tr("fewer than {n} orders had any outcome at all", n=LEAST_EVENTS)
            if rows == "order"
            else tr("fewer than {n} customers had any outcome at all", n=LEAST_EVENTS)
        )
        return Verdict("cannot_tell", why)
    if means is None or means.standard_error == 0:
        return Verdict("cannot_tell", tr("the outcome is the same for everybody"))
    if running:
        reach = always_valid_reach(means.standard_error, means.n, (1 - LEVEL) / arms)
        decided = abs(means.difference) > reach
    else:
        decided = adjusted_p < 1 - LEVEL
    if decided:
        more = means.difference > 0
        why = tr("the whole interval lies above zero") if more else tr("the whole interval lies below zero")
        if running:
            why = tr("{why}, also when it is widened because the trial is running", why=why)
        return Verdict("works" if more else "harms", why)
    if running:
        return Verdict(
            "cannot_tell",
            tr("the trial is still running: {running} can be followed later only", running=number(running)),
        )
    margin = equivalence_margin * abs(means.control)
    if margin > 0 and abs(means.difference) + means.reach(0.90) <= margin:
        return Verdict(
            "no_effect",
            tr(
                "the 90% interval lies within {margin} of the outcome without the gesture",
                margin=percent(equivalence_margin),
            ),
        )
    return Verdict("cannot_tell", _too_wide(means, equivalence_margin, adjusted_p, arms))


def _too_wide(means: TwoMeans, margin: float, adjusted_p: float, arms: int) -> str:
    if means.p_value < 1 - LEVEL:
        return tr(
            "of {arms} arms tried, one may look like this by chance (p = {p}, adjusted for it)",
            arms=arms,
            p=number(adjusted_p, 3),
        )
    ratio = means.percent()
    if ratio.low is None or ratio.high is None:
        return tr("the interval holds zero")
    return tr(
        "anything from {low} to {high} fits the data, where up to {margin} either way would count as none",
        low=number(ratio.low),
        high=percent(ratio.high / 100),
        margin=percent(margin),
    )
