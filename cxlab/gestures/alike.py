"""Were those with a gesture and those without alike before it? Balance, overlap and a test that must find nothing."""

import math
from dataclasses import dataclass

import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.balance import as_said
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_for, digits_of, interval, is_shown, quoted, signed
from cxlab.gestures.sensitivity import Sensitivity
from cxlab.language import tr
from cxlab.words import capital, number, percent


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
            return tr("Too few got a gesture to be compared")
        if not len(self.effect.balance.table):
            return tr("Nothing is known of the time before")
        _, most = self.effect.balance.largest
        if self.effect.design == "randomised":
            return tr("Before the draw the arms lay at most {most} standard deviations apart", most=number(most, 2))
        if not self.effect.balance.is_weighted:
            return tr("Those with a gesture differed by up to {most} standard deviations", most=number(most, 2))
        return tr("Weighted, the two differ by at most {most} standard deviations", most=number(most, 2))

    @property
    def reading(self) -> str:
        """Balance, overlap, placebo and what it would take to explain the effect away."""
        effect = self.effect
        if not is_shown(effect, self.effects.data.minimum_group):
            return tr("One of the groups is too small to be shown, and so is what was known of it before.")
        parts = [f"{capital(quoted(effect))}: {effect.balance.reading}"]
        if effect.overlap is not None:
            parts.append(effect.overlap.reading)
        parts += _before(effect)
        if effect.sensitivity is not None:
            parts.append(_unseen(effect))
        return "\n\n".join(parts)


def gesture_alikeness(effects: GestureEffects) -> Alikeness:
    """Pick the arm whose comparison needs checking most.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.gesture_alikeness(effects).heading)
    Weighted, the two differ by at most 0.08 standard deviations
    """
    chosen = next((e for e in effects.effects if e.design == "observational"), effects.effects[0])
    return Alikeness(effects, chosen)


def _before(effect: GestureEffect) -> list[str]:
    """Say how the two compare in the time just before, and what that shows."""
    placebo, choice = effect.placebo, effect.choice
    if not placebo.has_interval:
        return []
    digits = digits_for(_reach(placebo))
    found = f"{signed(placebo.number, digits)} ({interval(placebo, digits)})"
    if effect.design == "randomised":
        end = (
            tr("In as many days before the draw the two differ by {found} purchases, as chance has it.", found=found)
            if _holds_zero(placebo)
            else tr(
                "In as many days before the draw the two differ by {found} purchases, more than chance often has it; "
                "the figure of this page takes it out.",
                found=found,
            )
        )
        return [end]
    if not _holds_zero(placebo):
        end = tr("so the weights do not do their work, and no effect is given.")
    elif _is_coarse(effect):
        end = tr(
            "chance alone can make that. But the interval is so wide that a difference as large as "
            "the effect itself would not show: a weak check."
        )
    else:
        end = tr(
            "nothing to speak of, so the weights do their work. It says nothing about reasons that no record holds."
        )
    said = [
        tr(
            "Weighted to be alike, the two differ by {found} in purchases in as many days before the order: {end}",
            found=found,
            end=end,
        )
    ]
    if choice.has_interval:
        digits = digits_for(_reach(choice))
        found = f"{signed(choice.number, digits)} ({interval(choice, digits)})"
        end = (
            tr(
                "So whatever decided who got one, seen or unseen, it did not go with how much they had "
                "just been buying. That speaks for the figure."
            )
            if _holds_zero(choice)
            else tr(
                "So the shop chose by recent purchases, or by something behind them. The figure is right "
                "only if the records hold what it chose by."
            )
        )
        if not effect.is_told and not _holds_zero(choice):
            end = tr("So the shop chose by recent purchases, or by something behind them.")
        said.append(
            tr(
                "As far as only the time before those days foretells, they differ by {found} in those days. {end}",
                found=found,
                end=end,
            )
        )
    return said


def _unseen(effect: GestureEffect) -> str:
    found = effect.sensitivity
    assert found is not None
    text = tr(
        "Something unseen would have to explain {share} of what is left open of who "
        "got a gesture, and as much of what they bought, for the effect to be nothing",
        share=percent(found.robustness_value, 1),
    )
    if found.robustness_value_low == 0:
        text += tr("; for the interval to hold zero nothing unseen is needed, it does already")
    seen = {"choice": percent(found.seen_choice, 1), "outcome": percent(found.seen_outcome, 1)}
    compared = (
        tr(
            "For comparison: all that is recorded explains {choice} of the one and {outcome} of the other; something "
            "unseen as strong as that would be enough.",
            **seen,
        )
        if found.is_within_reach
        else tr(
            "For comparison: all that is recorded explains {choice} of the one and {outcome} of the other; something "
            "unseen as strong as that would not be enough.",
            **seen,
        )
    )
    return " ".join(part for part in (f"{text}.", compared, _as_the_strongest(effect, found), _by_ratio(found)) if part)


def _as_the_strongest(effect: GestureEffect, found: Sensitivity) -> str:
    """Say what would be left if something unseen were as strong as the strongest of what is recorded."""
    one = found.strongest
    if one is None:
        return ""
    digits = digits_of(effect)
    left = number(found.left, digits)
    size = number(abs(effect.effect.number), digits)
    end = (
        tr("would leave at least {left} of the {size}", left=left, size=size)
        if found.left > 0
        else tr("could take away all of the {size}", size=size)
    )
    return tr(
        "Something unseen as strong as the strongest single thing recorded, {name}, would "
        "explain {choice} and {outcome}, and {end}.",
        name=as_said(one.name),
        choice=percent(one.choice, 1),
        outcome=percent(one.outcome, 1),
        end=end,
    )


def _by_ratio(found: Sensitivity) -> str:
    """Say the E-values, where there is a ratio."""
    if not math.isfinite(found.e_value):
        return ""
    low = ""
    if math.isfinite(found.e_value_low) and found.e_value_low >= 1.05:
        low = tr("; for the interval to reach none, {times} times", times=number(found.e_value_low, 1))
    return tr(
        "As a ratio (E-value): it would have to make both a gesture and purchases {times} times as likely{low}.",
        times=number(found.e_value, 1),
        low=low,
    )


def _is_coarse(effect: GestureEffect) -> bool:
    """Whether the placebo's interval, which holds zero, reaches as far as the effect itself lies from it."""
    farthest = max(abs(effect.placebo.low or 0.0), abs(effect.placebo.high or 0.0))
    return effect.is_told and farthest > abs(effect.effect.number)


def _reach(estimate: Estimate) -> float:
    return ((estimate.high or 0.0) - (estimate.low or 0.0)) / 2


def _holds_zero(estimate: Estimate) -> bool:
    return (estimate.low or 0.0) <= 0 <= (estimate.high or 0.0)
