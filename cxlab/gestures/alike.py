"""Were those with a gesture and those without alike before it? Balance, overlap and a test that must find nothing."""

from dataclasses import dataclass

import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.balance import in_words
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_for, interval, is_shown, name_of, signed
from cxlab.words import number, percent


@dataclass(frozen=True)
class Alikeness:
    """The checks of one arm: the chosen gestures where there are any, else the first arm of the trial."""

    effects: GestureEffects
    effect: GestureEffect

    @property
    def findings(self) -> dict[str, Estimate]:
        """The placebo and the rest stand with the effects."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm and covariate: standardised mean differences before and after weighting."""
        parts = [
            e.balance.table.assign(arm=e.arm, experiment=e.experiment, design=e.design) for e in self.effects.effects
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not is_shown(self.effect, self.effects.data.minimum_group):
            return "Too few got a gesture to be compared"
        if not len(self.effect.balance.table):
            return "Nothing is known of the time before"
        _, most = self.effect.balance.largest
        if self.effect.design == "randomised":
            return f"Before the draw the arms lay at most {number(most, 2)} standard deviations apart"
        if not self.effect.balance.is_weighted:
            return f"Those with a gesture differed by up to {number(most, 2)} standard deviations"
        return f"Weighted, the two differ by at most {number(most, 2)} standard deviations"

    @property
    def reading(self) -> str:
        """Balance, overlap, placebo and what it would take to explain the effect away."""
        effect = self.effect
        if not is_shown(effect, self.effects.data.minimum_group):
            return "One of the groups is too small to be shown, and so is what was known of it before."
        parts = [f"{name_of(effect)[:1].upper()}{name_of(effect)[1:]}: {effect.balance.reading}"]
        if effect.overlap is not None:
            parts.append(effect.overlap.reading)
        if effect.placebo.has_interval:
            parts.append(_placebo(effect))
        if effect.sensitivity is not None:
            parts.append(_unseen(effect))
        return "\n\n".join(parts)


def gesture_alikeness(effects: GestureEffects) -> Alikeness:
    """Pick the arm whose comparison needs checking most."""
    chosen = next((e for e in effects.effects if e.design == "observational"), effects.effects[0])
    return Alikeness(effects, chosen)


def _placebo(effect: GestureEffect) -> str:
    placebo = effect.placebo
    digits = digits_for(max(abs(placebo.low or 0.0), abs(placebo.high or 0.0)))
    holds = (placebo.low or 0.0) <= 0 <= (placebo.high or 0.0)
    when = "before the draw" if effect.design == "randomised" else "before the order"
    end = "as it should be, for a gesture changes nothing before it" if holds else "though nothing can have caused it"
    return (
        f"The same comparison of purchases {when} finds {signed(placebo.number, digits)} "
        f"({interval(placebo, digits)}), {end}."
    )


def _unseen(effect: GestureEffect) -> str:
    found = effect.sensitivity
    assert found is not None
    name, share = found.strongest
    text = (
        f"Something unseen would have to explain {percent(found.robustness_value, 1)} of what is left open of who got "
        "a gesture, and as much of what they bought, for the effect to be nothing"
    )
    if found.robustness_value_low == 0:
        text += "; for the interval to reach zero nothing unseen is needed, it does already"
    if not name:
        return text + "."
    return f"{text}. For comparison: {in_words(name)}, the strongest thing that is seen, explains {percent(share, 1)}."
