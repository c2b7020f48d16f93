"""Does it pay? What every gesture brought, before and after its cost."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import chance, each_of, in_number, owned, quoted
from cxlab.gestures.worth import Worth
from cxlab.language import tr, trn
from cxlab.words import capital, money, money_between


@dataclass(frozen=True)
class GestureMoney:
    """What the gestures brought in contribution."""

    effects: GestureEffects

    @property
    def paid(self) -> tuple[tuple[GestureEffect, Worth], ...]:
        """The arms that a page may show and whose contribution is known."""
        known = [(e, e.worth) for e in self.effects.shown if e.worth is not None and not e.is_spoilt]
        return tuple(
            (e, worth) for e, worth in known if worth.break_even.has_interval or worth.incremental.has_interval
        )

    @property
    def findings(self) -> dict[str, Estimate]:
        """Probability that each arm pays; the amounts stand with the effects."""
        return {
            f"{e.prefix}probability_pays.{e.label}": Estimate(w.pays, n=w.incremental.n, unit="probability")
            for e, w in self.paid
            if w.incremental.has_interval
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm: brought before its cost, cost, left after it, with the ends of the intervals."""
        rows = [
            (
                e.arm, e.experiment, e.design, *_ends(w.break_even), np.nan if w.cost is None else w.cost,
                *_ends(w.incremental), w.pays,
            )
            for e, w in self.paid
        ]  # fmt: skip
        columns = ["arm", "experiment", "design", "break_even", "break_even_low", "break_even_high", "cost"]
        left = ["incremental", "incremental_low", "incremental_high", "probability_pays"]
        return pd.DataFrame(rows, columns=[*columns, *left])

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.paid:
            return tr("What a gesture brings in money is not known")
        for sign in (1, -1):
            sure = [owned(e) for e, w in self.paid if _surely(w, sign)]
            if sure:
                arms = capital(reduce(lambda one, other: tr("{first} and {last}", first=one, last=other), sure))
                return (
                    tr("{arms} brought more than was spent", arms=arms)
                    if sign > 0
                    else tr("{arms} brought less than was spent", arms=arms)
                )
        if not any(w.incremental.has_interval for _, w in self.paid):
            return tr("What gestures brought is known, what they cost is not")
        return tr("Whether it pays is not settled")

    @property
    def reading(self) -> str:
        """What each arm brought, cost and left, and how likely it pays."""
        if not self.paid:
            return tr(
                "The study tells no contribution for these gestures, or no effect of theirs can be "
                "trusted, so nothing can be said of money."
            )
        return "\n\n".join(_say(e, w) for e, w in self.paid)


def gesture_money(effects: GestureEffects) -> GestureMoney:
    """Look at what gestures brought in money.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.gesture_money(effects).heading)
    Whether it pays is not settled
    """
    return GestureMoney(effects)


def _say(effect: GestureEffect, worth: Worth) -> str:
    gross, net, currency = worth.break_even, worth.incremental, worth.currency
    if gross.low is None or gross.high is None:
        assert net.low is not None and net.high is not None
        return tr(
            "{arm}: {net} of contribution {each}, its cost already taken off (95% interval {interval}). {pays}",
            arm=capital(quoted(effect)),
            net=money(net.number, currency),
            each=each_of(effect),
            interval=money_between(net.low, net.high, currency),
            pays=_pays(effect, worth),
        )
    text = tr(
        "{arm}: {gross} of contribution {each} before its cost (95% interval {interval})",
        arm=capital(quoted(effect)),
        gross=money(gross.number, currency),
        each=each_of(effect),
        interval=money_between(gross.low, gross.high, currency),
    )
    if worth.cost is None or net.low is None or net.high is None:
        return tr(
            "{text}. What it cost is not recorded, so whether it pays cannot be said; that much it may cost.", text=text
        )
    left = money_between(net.low, net.high, currency)
    given = tr(", taken as given where none is recorded") if worth.is_assumed else ""
    return tr(
        "{text}. At a cost of {cost}{given}, {net} are left ({left}). {pays}",
        text=text,
        cost=money(worth.cost, currency),
        given=given,
        net=money(net.number, currency),
        left=left,
        pays=_pays(effect, worth),
    )


def _pays(effect: GestureEffect, worth: Worth) -> str:
    return trn(
        "By this alone, the probability that {arm} pays is {chance}.",
        "By this alone, the probability that {arm} pay is {chance}.",
        in_number(effect),
        arm=owned(effect),
        chance=chance(worth.pays),
    )


def _surely(worth: Worth, sign: int) -> bool:
    end = worth.incremental.low if sign > 0 else worth.incremental.high
    return end is not None and sign * end > 0


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    low = np.nan if estimate.low is None else estimate.low
    return estimate.number, low, np.nan if estimate.high is None else estimate.high
