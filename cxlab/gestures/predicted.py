"""Can it be foretold who gains most? Predicted effects beside those that came about."""

from dataclasses import dataclass

import pandas as pd

from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.foretold import FIFTHS
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_of, interval, noun_of, owned, signed
from cxlab.language import tr
from cxlab.words import number


@dataclass(frozen=True)
class PredictedEffects:
    """Predicted against realised effects of the main arm, or of the first that has them."""

    effects: GestureEffects

    @property
    def effect(self) -> GestureEffect | None:
        """The arm that is looked at; None where none has enough customers."""
        told = [e for e in self.effects.shown if e.is_told and e.foretold is not None]
        return self.effects.main if self.effects.main in told else next(iter(told), None)

    @property
    def findings(self) -> dict[str, Estimate]:
        """The slopes stand with the effects, as `predicted_effect_slope`."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm and fifth: predicted effect, and the realised one with the ends of its interval."""
        parts = [
            pd.DataFrame(
                {"arm": e.arm, "experiment": e.experiment, "design": e.design, "fifth": range(1, FIFTHS + 1),
                 "predicted": e.foretold.predicted, **columns_of("realised", e.foretold.realised)}
            )
            for e in self.effects.effects
            if e.foretold is not None
        ]  # fmt: skip
        columns = ["arm", "experiment", "design", "fifth", "predicted", "realised", "realised_low", "realised_high"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        found = None if self.effect is None else self.effect.foretold
        if found is None:
            return tr("Too few to foretell who gains most")
        if not found.tells:
            return tr("Who gains most cannot be foretold from what was known before")
        if (found.slope.high or 0.0) < 1:
            return tr("Who gains more can be foretold, but less than predicted")
        return tr("Who gains more can be foretold from what was known before")

    @property
    def reading(self) -> str:
        """The outermost fifths, the slope, and what may be made of it."""
        effect = self.effect
        found = None if effect is None else effect.foretold
        if effect is None or found is None:
            return tr(
                "To hold predicted effects against those that came about takes twenty customers with and "
                "without a gesture in each of five parts, and an effect that may be used."
            )
        digits = digits_of(effect)
        ends = (
            tr(
                "{predicted} was predicted and {realised} came about ({interval})",
                predicted=signed(found.predicted[k], digits),
                realised=signed(found.realised[k].number, digits),
                interval=interval(found.realised[k], digits),
            )
            for k in (0, -1)
        )
        least, most = ends
        slope = f"{number(found.slope.number, 2)} ({interval(found.slope, 2)})"
        said = tr(
            "From what was known before it, the effect of {arm} was predicted for customers that "
            "the models had not seen. In the fifth of whom least is expected, {least} in {purchases}; "
            "in that of whom most is expected, {most}. For each unit more that is predicted, {slope} "
            "come about: 1 where predictions hold, 0 where they tell nothing.",
            arm=owned(effect),
            least=least,
            purchases=noun_of(effect),
            most=most,
            slope=slope,
        )
        if not found.tells:
            return tr("{said} That may be nothing: do not choose by predicted effect.", said=said)
        if (found.slope.high or 0.0) < 1:
            return tr(
                "{said} The order can be used, the size of the predictions cannot: they are too far apart.", said=said
            )
        return tr("{said} The order can be used to choose whom to give it to.", said=said)


def predicted_effects(effects: GestureEffects) -> PredictedEffects:
    """Hold predicted effects against those that came about.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.predicted_effects(effects).heading)
    Who gains more can be foretold from what was known before
    """
    return PredictedEffects(effects)
