"""Does an expected gesture work less? The effect by how foreseeable the gesture was from the customer's history."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.compared import sample_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.expected import Expected, parts_by_chance
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_for, digits_of, interval, noun_of, signed
from cxlab.gestures.slopes import Slope, find_slope
from cxlab.language import Texts, tr

POINTS = 10
"""The slope is the change of the effect for so many points of the chance of a gesture, in percent."""
_IN_WORDS = Texts(
    {
        "less": "A gesture works less where it was to be expected",
        "more": "A gesture works more where it was to be expected",
        "no_slope": "Expected or not, a gesture works alike",
        "cannot_tell": "Whether an expected gesture works less cannot be told",
    }
)


@dataclass(frozen=True)
class Surprise:
    """How the effect of chosen gestures goes with how foreseeable they were.

    Attributes
    ----------
    effect : the chosen arm; None where no chosen gesture tells an effect.
    parts : from the least expected to the most; none where there are too few for two.
    slope : for `POINTS` points of the chance of a gesture; None where the chances hardly differ.
    """

    effects: GestureEffects
    effect: GestureEffect | None
    parts: tuple[Expected, ...] = ()
    slope: Slope | None = None

    @property
    def findings(self) -> dict[str, Estimate]:
        """The slope as it lies in the data, that between customers alike, and the verdict on both."""
        if self.effect is None or self.slope is None:
            return {}
        prefix = self.effect.prefix
        return {
            f"{prefix}surprise_slope": self.slope.plain,
            f"{prefix}surprise_slope_alike": self.slope.alike,
            f"{prefix}surprise_verdict": Estimate(verdict=self.slope.verdict),
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row a part: chances, rows of each kind, the effect, its interval and the joint band."""
        return pd.DataFrame(
            {
                "chance_low": [p.low for p in self.parts],
                "chance_high": [p.high for p in self.parts],
                "n_treated": [p.n_treated for p in self.parts],
                "n_control": [p.n_control for p in self.parts],
                **columns_of("effect", (p.effect for p in self.parts)),
                "joint_low": [p.joint[0] for p in self.parts],
                "joint_high": [p.joint[1] for p in self.parts],
                **columns_of("percent", (p.percent for p in self.parts)),
            }
        )

    @property
    def heading(self) -> str:
        """The finding in a line."""
        return _IN_WORDS["cannot_tell" if self.slope is None else self.slope.verdict]

    @property
    def reading(self) -> str:
        """What could be foreseen, how the effect goes with it, and what that shows."""
        if self.effect is None:
            if all(e.design == "randomised" for e in self.effects.effects):
                return tr(
                    "In a trial the lot decides who gets a gesture, so nobody could expect it, and what the "
                    "shop would have chosen cannot be known. Surprise can be looked at only in gestures that "
                    "the shop chose."
                )
            return tr("No effect of chosen gestures can be given, so nothing can be said of how expected they were.")
        if self.slope is None:
            return tr("The chance of a gesture hardly differs from order to order, or too few had one to look at it.")
        digits, noun = digits_of(self.effect), noun_of(self.effect)
        parts = []
        if self.parts:
            first, last = self.parts[0], self.parts[-1]
            parts.append(
                tr(
                    "From the customer’s history it can be foreseen how likely a gesture was. Where it was "
                    "least expected ({least}), it brought {least_effect} in {purchases} ({least_interval}); where it "
                    "was most expected ({most}), {most_effect} ({most_interval}).",
                    least=first.name,
                    least_effect=signed(first.effect.number, digits),
                    purchases=noun,
                    least_interval=interval(first.effect, digits),
                    most=last.name,
                    most_effect=signed(last.effect.number, digits),
                    most_interval=interval(last.effect, digits),
                )
            )
        plain, alike = self.slope.plain, self.slope.alike
        parts.append(
            tr(
                "For every {points} points that a gesture was likelier, its effect changes by {change}; between "
                "customers of one segment from whom as many {purchases} were to be expected, by {change_alike}. "
                "{follows}",
                points=POINTS,
                change=_said(plain),
                purchases=noun,
                change_alike=_said(alike),
                follows=_MEANS[self.slope.verdict],
            )
        )
        parts.append(
            tr(
                "The chance of a gesture is itself an estimate, and noise in it as a rule makes a slope "
                "flatter. Nobody drew by lot who could expect one, so this is no proof of what surprise "
                "itself does."
            )
        )
        return " ".join(parts)


_MEANS = Texts(
    {
        "less": "So gestures work less where they were to be expected.",
        "more": "So gestures work more where they were to be expected.",
        "no_slope": "So there is no such slope worth the name.",
        "cannot_tell": "So whether an expected gesture works less cannot be told.",
    }
)


def gesture_surprise(effects: GestureEffects, *, equivalence_margin: float = 0.05, seed: int = 1) -> Surprise:
    """Look at the effect of chosen gestures by how foreseeable they were.

    How foreseeable a gesture was is its cross-fitted probability, given all that was known before: what a model says
    that has not seen the customer.

    Parameters
    ----------
    equivalence_margin : share of the outcome without a gesture; a slope that makes less of it, between the least and
        the most expected tenth, is none.
    seed : of the draws behind the joint band.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.gesture_surprise(effects).heading)
    Whether an expected gesture works less cannot be told
    """
    effect = next((e for e in effects.shown if e.fitted is not None and e.rows == "order"), None)
    effect = effect or next((e for e in effects.shown if e.fitted is not None), None)
    if effect is None or effect.fitted is None:
        return Surprise(effects, None)
    fitted, everybody = effect.fitted, np.ones(len(effect.fitted.treated), dtype=np.bool_)
    chance = fitted.nuisance.propensity
    treated = fitted.treated & fitted.among()
    least, most = np.quantile(chance[treated], [0.1, 0.9])
    slope = find_slope(
        fitted, sample_of(effects.data, effect), 100 / POINTS * chance, everybody,
        unit=f"{effect.unit}, for {POINTS} points of the chance of a gesture",
        reach=float(100 / POINTS * (most - least)), margin=equivalence_margin * abs(effect.control_mean.number),
    )  # fmt: skip
    return Surprise(effects, effect, parts_by_chance(fitted, effect.unit, chance, seed), slope)


def _said(slope: Estimate) -> str:
    digits = digits_for((slope.ends[1] - slope.ends[0]) / 2)
    return f"{signed(slope.number, digits)} ({interval(slope, digits)})"
