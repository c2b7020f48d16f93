"""What came of a gesture beside purchases: how soon the next one came, revenue, and what is left of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.compared import compare_outcome, ratio_of, sample_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.means import TwoMeans
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_for, digits_of, each_of, interval, noun_of, quoted, signed
from cxlab.language import SOURCE, speaking, tr
from cxlab.words import capital, money, money_between, number

_KEYS = {
    "days_to_next": "effect_days_to_next_purchase",
    "revenue": "effect_revenue",
    "contribution": "effect_contribution",
    "per_purchase": "effect_revenue_per_purchase",
}


@dataclass(frozen=True)
class OtherOutcomes:
    """The effect of each arm on what else came after it.

    Attributes
    ----------
    told : by arm, the effects that the study tells: days_to_next (days to the next purchase within the time looked at,
        counted as all of that time where none came), revenue (net of returns), contribution (before the gesture's own
        cost) and per_purchase (revenue for a purchase).
    without : the same outcomes without the gesture.
    """

    effects: GestureEffects
    told: tuple[tuple[GestureEffect, dict[str, Estimate]], ...]
    without: tuple[dict[str, Estimate], ...]

    @property
    def shown(self) -> tuple[tuple[GestureEffect, dict[str, Estimate], dict[str, Estimate]], ...]:
        """The arms that a page may show, with the effects and the outcomes without the gesture."""
        both = zip(self.told, self.without, strict=True)
        return tuple((e, told, base) for (e, told), base in both if told and e in self.effects.shown)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Every effect by its key."""
        return {
            f"{e.prefix}{_KEYS[name]}.{e.label}": estimate for e, told in self.told for name, estimate in told.items()
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm and outcome: the outcome without it, the effect and the ends of its interval."""
        rows = [
            (e.arm, e.experiment, e.design, _KEYS[name].removeprefix("effect_"), name, estimate, base)
            for (e, told), base in zip(self.told, self.without, strict=True)
            for name, estimate in told.items()
        ]
        names = ["arm", "experiment", "design", "outcome"]
        found = pd.DataFrame([row[:4] for row in rows], columns=names)
        found["without"] = np.array([base[name].number if name in base else np.nan for *_, name, _, base in rows])
        return found.assign(**columns_of("effect", (estimate for *_, estimate, _ in rows)))

    @property
    def heading(self) -> str:
        """The finding in a line, of the main arm."""
        days = next((told.get("days_to_next") for e, told, _ in self.shown if e is self.effects.main), None)
        if days is None:
            return tr("How soon customers came back, and with how much, is not known")
        low, high = days.ends
        if high < 0:
            return tr("The next purchase came {days} days sooner", days=_days(-high, -low))
        if low > 0:
            return tr("The next purchase came {days} days later", days=_days(low, high))
        return tr("Whether the next purchase came sooner is open")

    @property
    def reading(self) -> str:
        """What each arm changed, in days and in money."""
        if not self.shown:
            return tr(
                "The study tells nothing else that came after these gestures, or no effect of theirs can be given."
            )
        return "\n\n".join(self._say(e, told, base) for e, told, base in self.shown)

    def _say(self, effect: GestureEffect, told: dict[str, Estimate], base: dict[str, Estimate]) -> str:
        window, currency = self.effects.data.outcome_days, self.effects.data.currency
        parts = []
        if "days_to_next" in told:
            days = told["days_to_next"]
            digits = digits_for((days.ends[1] - days.ends[0]) / 2)
            parts.append(
                tr(
                    "{arm}: within {window} days, the next purchase came {change} days ({interval}) from the {without} "
                    "without it; minus is sooner. Whoever did not come counts as {window} days.",
                    arm=capital(quoted(effect)),
                    window=window,
                    change=signed(days.number, digits),
                    interval=interval(days, digits),
                    without=number(base["days_to_next"].number, 1),
                )
            )
        said = []
        for name, text in (("revenue", tr("revenue")), ("contribution", tr("contribution before its own cost"))):
            if name in told:
                e = told[name]
                said.append(f"{text} {_plus(e, currency)} ({money_between(*e.ends, currency)})")
        if said:
            name = "" if "days_to_next" in told else f"{capital(quoted(effect))}: "
            digits = digits_of(effect)
            purchases = (
                " "
                + tr(
                    "beside {difference} {purchases} ({interval})",
                    difference=signed(effect.effect.number, digits),
                    purchases=noun_of(effect),
                    interval=interval(effect.effect, digits),
                )
                if effect.is_told
                else ""
            )
            first = capital(said[0]) if not name else said[0]
            parts.append(f"{name}{'; '.join([first, *said[1:]])} {each_of(effect)}{purchases}.")
        if "per_purchase" in told:
            parts.append(_a_purchase(told["per_purchase"], currency))
        return " ".join(parts)


def other_outcomes(effects: GestureEffects) -> OtherOutcomes:
    """Estimate what each gesture changed beside purchases, by the same comparison.

    The days to the next purchase are restricted to the time looked at: min(days, outcome_days). Occasions are counted
    only when that time is over, so it is known of everybody, and its mean is the area under the Kaplan-Meier curve up
    to there (restricted mean survival time).

    References
    ----------
    Royston and Parmar (2013), Restricted mean survival time, BMC Medical Research Methodology 13.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.other_outcomes(effects).heading)
    Whether the next purchase came sooner is open
    """
    told, without = [], []
    for effect in effects.effects:
        means = _means(effects, effect)
        units = _units(effects, effect)
        found = {name: one.estimate(units[name]) for name, one in means.items()}
        base = {name: one.mean("control", units[name]) for name, one in means.items()}
        if effect.is_told and effect.worth is not None and effect.worth.break_even.has_interval:
            found["contribution"] = effect.worth.break_even
        told.append((effect, {name: found[name] for name in _KEYS if name in found}))
        without.append(base)
    return OtherOutcomes(effects, tuple(told), tuple(without))


def _means(effects: GestureEffects, effect: GestureEffect) -> dict[str, TwoMeans]:
    sample = sample_of(effects.data, effect)
    if not effect.is_told:
        return {}
    found = {
        name: means
        for name in ("days_to_next", "revenue")
        if name in sample.further and (means := compare_outcome(sample, effect, sample.further[name])) is not None
    }
    purchases = compare_outcome(sample, effect, sample.outcome) if "revenue" in found else None
    if purchases is not None and (ratio := ratio_of(found["revenue"], purchases)) is not None:
        found["per_purchase"] = ratio
    return found


def _units(effects: GestureEffects, effect: GestureEffect) -> dict[str, str]:
    currency = effects.data.currency
    with speaking(SOURCE):
        each = each_of(effect)
    return {
        "days_to_next": f"days to the next purchase, at most {effects.data.outcome_days}",
        "revenue": f"{currency} of revenue {each}",
        "per_purchase": f"{currency} of revenue per purchase",
    }


def _days(low: float, high: float) -> str:
    digits = digits_for((high - low) / 2)
    return tr("{low} to {high}", low=number(low, digits), high=number(high, digits))


def _a_purchase(change: Estimate, currency: str) -> str:
    """Say whether money came of larger purchases or of more of them."""
    low, high = change.ends
    said = {"change": _plus(change, currency), "interval": money_between(low, high, currency)}
    if low > 0:
        return tr(
            "Revenue for a purchase changed by {change} ({interval}), so part of the money is that purchases were "
            "larger.",
            **said,
        )
    if high < 0:
        return tr("Revenue for a purchase changed by {change} ({interval}), so purchases were smaller.", **said)
    return tr(
        "Revenue for a purchase changed by {change} ({interval}), so they may be of one size with it and without.",
        **said,
    )


def _plus(estimate: Estimate, currency: str) -> str:
    return f"{'+' if estimate.number > 0 else ''}{money(estimate.number, currency)}"
