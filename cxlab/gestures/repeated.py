"""Does the second gesture still work, and one after a failure? Chosen gestures by what had been before them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_of, interval, noun_of, signed

_ORDINAL = ("first", "second", "third and later")
AFTER_FAILURE = "after a failure"


@dataclass(frozen=True)
class RepeatedGestures:
    """The effect of a customer's first, second, third and later gesture, and of those at an order that went wrong."""

    effects: GestureEffects

    @property
    def effect(self) -> GestureEffect | None:
        """The chosen gestures; None where there are none or no effect of theirs can be given."""
        return next((e for e in self.effects.shown if e.ordinals), None)

    @property
    def rows(self) -> tuple[tuple[str, Estimate], ...]:
        """Name and effect, of those that enough customers tell."""
        if self.effect is None:
            return ()
        named = [*zip(_ORDINAL, self.effect.ordinals, strict=True)]
        if self.effect.recovered is not None:
            named.append((AFTER_FAILURE, self.effect.recovered))
        return tuple((name, estimate) for name, estimate in named if estimate.has_interval)

    @property
    def findings(self) -> dict[str, Estimate]:
        """They stand with the effects, as `habituation` and `recovery`."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row a part: its name, the effect and the ends of its interval."""
        rows = [(name, e.number, e.low, e.high) for name, e in self.rows]
        columns = ["gesture", "effect", "effect_low", "effect_high"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], np.float64))

    @property
    def reading(self) -> str:
        """Each part's effect, and what may be made of it."""
        effect = self.effect
        if effect is None:
            return ""
        if not self.rows:
            return "Whether a second gesture still works cannot be told from so few."
        digits = digits_of(effect)
        each = "; ".join(f"{name} {signed(e.number, digits)} ({interval(e, digits)})" for name, e in self.rows)
        return (
            f"Chosen gestures by what the customer had had before, difference in {noun_of(effect)} with 95% intervals: "
            f"{each}.{self._made_good} Who gets a third gesture is another kind of customer than who gets one, so "
            "these figures do not show what a further one would do to the same customer."
        )

    @property
    def _made_good(self) -> str:
        """Say whether a failure with a gesture ends above no failure at all."""
        effect = self.effect
        if effect is None or not effect.made_good.has_interval:
            return ""
        found, digits = effect.made_good, digits_of(effect)
        low, high = found.low or 0.0, found.high or 0.0
        end = "above" if low > 0 else "below" if high < 0 else "neither surely above nor surely below"
        return (
            f" Orders that went wrong and had a gesture lie {end} orders alike that went well without one: "
            f"{signed(found.number, digits)} ({interval(found, digits)})."
        )


def repeated_gestures(effects: GestureEffects) -> RepeatedGestures:
    """Look at chosen gestures by their number, and after a failure."""
    return RepeatedGestures(effects)
