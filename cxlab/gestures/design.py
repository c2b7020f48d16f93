"""How the gestures were given: drawn by lot, chosen, or in a way from which no effect can be told."""

from dataclasses import dataclass

import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import name_of, p_value
from cxlab.gestures.verdict import MISMATCH
from cxlab.language import tr
from cxlab.words import number


@dataclass(frozen=True)
class GestureDesign:
    """How every arm came about, as detected from the tables."""

    effects: GestureEffects

    @property
    def token(self) -> str:
        """The design of the evidence that stands first: randomised, observational or not_identifiable."""
        return token_of(self.effects.effects[0])

    @property
    def findings(self) -> dict[str, Estimate]:
        """`design`, and that of the chosen gestures beside a trial."""
        found = {"design": Estimate(verdict=self.token)}
        for effect in self.effects.effects:
            if effect.prefix:
                found[f"{effect.prefix}design"] = Estimate(verdict=token_of(effect))
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm: arm, experiment, design, rows, n_treated, n_control."""
        rows = [(e.arm, e.experiment, token_of(e), e.rows, e.n_treated, e.n_control) for e in self.effects.effects]
        return pd.DataFrame(rows, columns=["arm", "experiment", "design", "row", "n_treated", "n_control"])

    def _empty(self, trial: GestureEffect) -> list[str]:
        """List the arms of a trial that were meant and got nobody."""
        drawn = next(
            s.drawn for s in self.effects.data.samples if (s.design, s.experiment) == (trial.design, trial.experiment)
        )
        return [arm for arm, n in drawn.items() if n == 0]

    @property
    def heading(self) -> str:
        """The design in a line."""
        if self.effects.data.n_trials and any(e.prefix for e in self.effects.effects):
            return tr("Some gestures were drawn by lot, others were chosen")
        return {
            "randomised": tr("Who got a gesture was drawn by lot"),
            "observational": tr("Who got a gesture was chosen, not drawn"),
            "not_identifiable": tr("Gestures were given in a way that tells no effect"),
        }[self.token]

    @property
    def reading(self) -> str:
        """How the arms came about, how many rows they have, and what control means."""
        parts = list(dict.fromkeys(self.effects.data.words))
        open_ones = [e for e in self.effects.effects if token_of(e) == "not_identifiable"]
        parts += [
            tr("For {arm} no effect can be given: {why}.", arm=name_of(effect), why=effect.verdict.why)
            for effect in open_ones
        ]
        trial = next((e for e in self.effects.effects if e.design == "randomised"), None)
        if trial is not None:
            parts.append(_lots(trial, self._empty(trial)))
        return "\n\n".join(parts)


def token_of(effect: GestureEffect) -> str:
    """Return the design of one arm, or that it tells no effect."""
    return effect.design_found


def gesture_design(effects: GestureEffects) -> GestureDesign:
    """State the design that was detected: assignments are lots, gestures without them were chosen.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.gesture_design(effects).heading)
    Some gestures were drawn by lot, others were chosen
    """
    return GestureDesign(effects)


def _lots(trial: GestureEffect, empty: list[str]) -> str:
    if trial.mismatch is None:
        return tr("The study does not declare the shares that were meant, so the arms’ sizes could not be checked.")
    if trial.mismatch < MISMATCH:
        return tr(
            "The arms are not of the sizes that were meant (chance alone would do this in {rarely}): "
            "something decides who is counted, so no verdict is given. Find it before reading on.",
            rarely=_rarely(trial.mismatch),
        ) + "".join(f" {tr('Nobody was drawn for “{arm}”.', arm=arm)}" for arm in empty)
    return tr("The arms are of the sizes that were meant ({p}).", p=p_value(trial.mismatch))


def _rarely(p: float) -> str:
    return tr("fewer than 1 in 10,000 draws") if p < 1e-4 else tr("{n} of 10,000 draws", n=number(10_000 * p))
