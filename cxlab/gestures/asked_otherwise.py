"""The same gestures, asked otherwise: for whom an effect holds, and what is meant by having none."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import (
    digits_of,
    each_of,
    in_percent,
    interval,
    is_chosen,
    noun_of,
    owned,
    percent_interval,
    quoted,
    signed,
)
from cxlab.language import Texts, tr
from cxlab.words import capital

ON = Texts(
    {
        "Those that had one": "Those that had one",
        "All orders": "All orders",
        "All customers": "All customers",
        "Where it was open": "Where it was open",
        "With none after it": "With none after it",
    }
)
"""On which occasions an effect is asked for, by their names in the table."""


@dataclass(frozen=True)
class AskedOtherwise:
    """The effect of chosen gestures on several groups of occasions; of a trial, by another model."""

    effects: GestureEffects

    @property
    def chosen(self) -> GestureEffect | None:
        """The arm that was chosen, not drawn; None where there is none or no effect of it can be given."""
        return next((e for e in self.effects.shown if e.design == "observational" and e.is_told), None)

    @property
    def rows(self) -> tuple[tuple[str, Estimate, Estimate], ...]:
        """Question as in the table, effect, and the same in percent, of those that can be answered."""
        e = self.chosen
        if e is None:
            return ()
        all_rows = f"All {e.rows}s"
        found = (
            ("Those that had one", e.effect, e.percent),
            (all_rows, e.average, e.average_percent),
            ("Where it was open", e.on_overlap, e.on_overlap_percent),
            ("With none after it", e.until_next, e.until_next_percent),
        )
        return tuple(row for row in found if row[1].has_interval)

    @property
    def findings(self) -> dict[str, Estimate]:
        """All stand with the effects."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row a question: effect and percent with the ends of their intervals."""
        rows = [(name, e.number, e.low, e.high, p.number, p.low, p.high) for name, e, p in self.rows]
        names = ("effect", "effect_low", "effect_high", "percent", "percent_low", "percent_high")
        return pd.DataFrame(rows, columns=["question", *names]).astype(dict.fromkeys(names, np.float64))

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.rows:
            return tr("The count model as a check") if self._checked else tr("There is one way only to ask this")
        signs = {_side(e) for _, e, _ in self.rows}
        if len(signs) == 1:
            return tr("Asked otherwise, the answer is the same")
        return (
            tr("The answer hangs on how it is asked") if {-1, 1} <= signs else tr("Some ways of asking leave it open")
        )

    @property
    def reading(self) -> str:
        """Each answer with its interval, and what was asked."""
        parts = []
        effect = self.chosen
        if effect is not None and self.rows:
            digits = digits_of(effect)
            said = "; ".join(
                f"{_in_a_sentence(ON[name])} {signed(e.number, digits)} ({interval(e, digits)}){_in_percent(p)}"
                for name, e, p in self.rows
            )
            text = tr(
                "{arm}, difference in {purchases} {each}: {said}.",
                arm=capital(quoted(effect)),
                purchases=noun_of(effect),
                each=each_of(effect),
                said=said,
            )
            text += " " + tr("Where it was open: each counts by how near its chance of a gesture was to even.")
            if effect.until_next.has_interval:
                text += " " + tr(
                    "With none after it: had no further gesture come in the time looked at, neither after "
                    "this one nor to those without."
                )
            elif is_chosen(effect):
                text += " " + tr("What one gesture does with none after it cannot be told from these.")
            parts.append(text)
        parts += [_check(e) for e in self._checked]
        return "\n\n".join(parts) or tr("No effect can be given, so none can be asked for otherwise.")

    @property
    def _checked(self) -> tuple[GestureEffect, ...]:
        return tuple(e for e in self.effects.shown if e.is_told and e.count_model.has_interval)


def asked_otherwise(effects: GestureEffects) -> AskedOtherwise:
    """Ask for the effect on other occasions, with no further gesture, or by another model.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.asked_otherwise(effects).heading)
    Asked otherwise, the answer is the same
    """
    return AskedOtherwise(effects)


def _check(effect: GestureEffect) -> str:
    beside = (
        tr(", where the figure of this page is {figure}", figure=in_percent(signed(effect.percent.number, 0)))
        if effect.percent.has_interval
        else ""
    )
    return tr(
        "A count model of {arm}, as a check: {figure} ({interval}){beside}.",
        arm=owned(effect),
        figure=in_percent(signed(effect.count_model.number, 0)),
        interval=percent_interval(effect.count_model),
        beside=beside,
    )


def _in_a_sentence(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _in_percent(estimate: Estimate) -> str:
    return f", {in_percent(signed(estimate.number, 0))}" if estimate.has_interval else ""


def _side(estimate: Estimate) -> int:
    low, high = estimate.ends
    return 1 if low > 0 else -1 if high < 0 else 0
