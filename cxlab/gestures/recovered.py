"""After a failure: what a gesture brings there, and whether the two together end above no failure at all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_for, interval, noun_of, signed
from cxlab.language import Texts, tr

AGAINST_NONE, AGAINST_NO_FAILURE = "against a failure without one", "against no failure and none"
AGAINST = Texts(
    {
        "against a failure without one": "against a failure without one",
        "against no failure and none": "against no failure and none",
    }
)
"""The contrasts by their names in the table."""
_MOST_DIGITS = 4


@dataclass(frozen=True)
class ServiceRecovery:
    """Orders that went wrong and had a gesture, held against two others."""

    effects: GestureEffects

    @property
    def effect(self) -> GestureEffect | None:
        """The chosen gestures; None where there are none, or nothing is known of failures."""
        return next((e for e in self.effects.shown if e.recovered is not None or e.made_good.has_interval), None)

    @property
    def rows(self) -> tuple[tuple[str, Estimate], ...]:
        """Name in the table and effect of the two contrasts, of those that enough customers tell."""
        if self.effect is None:
            return ()
        named = ((AGAINST_NONE, self.effect.recovered or Estimate()), (AGAINST_NO_FAILURE, self.effect.made_good))
        return tuple((name, e) for name, e in named if e.has_interval)

    @property
    def digits(self) -> int:
        """Decimals that both contrasts are written with: enough for each end to show on which side of zero it lies."""
        found = min((digits_for((e.ends[1] - e.ends[0]) / 2) for _, e in self.rows), default=2)
        while found < _MOST_DIGITS and any(end and not round(end, found) for _, e in self.rows for end in e.ends):
            found += 1
        return found

    @property
    def findings(self) -> dict[str, Estimate]:
        """They stand with the effects, as `recovery`; that against no failure carries the verdict on the paradox."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row a contrast: its name, the effect and the ends of its interval, the verdict."""
        rows = [(name, e.number, *e.ends, e.verdict or "") for name, e in self.rows]
        columns = ["contrast", "effect", "effect_low", "effect_high"]
        return pd.DataFrame(rows, columns=[*columns, "verdict"]).astype(dict.fromkeys(columns[1:], np.float64))

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.rows:
            return tr("What a gesture does after a failure cannot be told from so few")
        token = self.effect.made_good.verdict if self.effect is not None else None
        if token == "paradox":
            return tr("A failure with a gesture ends above no failure at all")
        if token == "no_paradox":
            return tr("A failure with a gesture does not end above no failure")
        return tr("Whether a gesture more than makes good a failure is open")

    @property
    def reading(self) -> str:
        """Both contrasts with their intervals, and what follows."""
        if self.effect is None:
            return tr(
                "The study records no orders that went wrong (incidents) beside chosen gestures that tell an effect."
            )
        if not self.rows:
            return tr("Too few orders that went wrong had a gesture, or too few had none, to tell what it does there.")
        found = dict(self.rows)
        noun, parts = noun_of(self.effect), []
        said = {name: f"{signed(e.number, self.digits)} ({interval(e, self.digits)})" for name, e in found.items()}
        if AGAINST_NONE in said:
            change = said[AGAINST_NONE]
            parts.append(
                tr(
                    "At orders that went wrong, a gesture brings {change} in {purchases}.",
                    change=change,
                    purchases=noun,
                )
            )
        if AGAINST_NO_FAILURE in said:
            parts.append(
                tr(
                    "Held against orders alike that went well and had none, they come to {change} in {purchases}.",
                    change=said[AGAINST_NO_FAILURE],
                    purchases=noun,
                )
            )
        follows = {
            "paradox": tr(
                "So failure and gesture together end above no failure: the recovery paradox. That is no "
                "reason to fail: what goes wrong may differ from order to order in ways that no record "
                "holds."
            ),
            "no_paradox": tr("So there is no recovery paradox here: at best the gesture makes good what went wrong."),
            "cannot_tell": tr("Whether the gesture more than makes good the failure cannot be told."),
        }
        parts.append(follows.get(self.effect.made_good.verdict or "", ""))
        return " ".join(part for part in parts if part)


def service_recovery(effects: GestureEffects) -> ServiceRecovery:
    """Look at gestures after a failure.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.service_recovery(effects).heading)
    Whether a gesture more than makes good a failure is open
    """
    return ServiceRecovery(effects)
