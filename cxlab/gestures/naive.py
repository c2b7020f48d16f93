"""The naive answer beside the honest one, and why they differ."""

from dataclasses import dataclass

import pandas as pd
from scipy.stats import chi2_contingency

from cxlab.estimate import Estimate
from cxlab.gestures.balance import as_said
from cxlab.gestures.compared import sample_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_of, interval, noun_of, owned, signed
from cxlab.language import tr
from cxlab.words import number

_UNLIKE = 0.01  # chance of shares so unlike in the strata, below which they were not meant to be alike


@dataclass(frozen=True)
class NaiveAnswer:
    """What one sees by holding those with a gesture against those without, and what is left of it."""

    effects: GestureEffects

    @property
    def shown(self) -> tuple[GestureEffect, ...]:
        """Arms with a naive answer that a page may show."""
        return tuple(e for e in self.effects.shown if e.naive.has_interval and not e.is_spoilt)

    @property
    def chosen(self) -> GestureEffect | None:
        """The chosen gestures, where naive and honest may differ most; None where all was drawn."""
        return next((e for e in self.shown if e.design == "observational"), None)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Both answers stand with the effects."""
        return {}

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm: naive and honest, with the ends of their intervals."""
        columns = ["naive", "naive_low", "naive_high", "effect", "effect_low", "effect_high"]
        return self.effects.table[["arm", "experiment", "design", *columns]]

    @property
    def heading(self) -> str:
        """The difference in a line."""
        chosen = self.chosen
        if chosen is None and any(self._is_mixed(e) for e in self.shown):
            return tr("At first sight the arms are not alike: their shares differ by stratum")
        if chosen is None:
            return (
                tr("The lot took care of the comparison")
                if self.shown
                else tr("There is nothing to compare at first sight")
            )
        digits = digits_of(chosen)
        if not chosen.is_told:
            return tr(
                "At first sight {naive} {purchases}; what is behind it stays open",
                naive=signed(chosen.naive.number, digits),
                purchases=noun_of(chosen),
            )
        return tr(
            "At first sight {naive} {purchases}, held against others alike {honest}",
            naive=signed(chosen.naive.number, digits),
            purchases=noun_of(chosen),
            honest=signed(chosen.effect.number, digits),
        )

    @property
    def reading(self) -> str:
        """Why the naive answer misleads, arm by arm."""
        if not self.shown and any(e.is_spoilt for e in self.effects.shown):
            return tr(
                "The arms are not of the sizes that were meant, so holding them against each other tells nothing."
            )
        if not self.shown:
            return tr("Too few got a gesture, or too few did not, to hold them against each other.")
        trials = [e for e in self.shown if e.design == "randomised"]
        chosen = [_say(effect) for effect in self.shown if effect.design != "randomised"]
        mixed = any(self._is_mixed(e) for e in trials)
        return "\n\n".join([*([_say_trial(trials, is_mixed=mixed)] if trials else []), *chosen])

    def _is_mixed(self, effect: GestureEffect) -> bool:
        """Whether strata were drawn into an arm in other shares, so that the arms are not alike as they come."""
        sample = sample_of(self.effects.data, effect)
        if effect.design != "randomised" or "stratum" not in sample.adjust:
            return False
        pair = (sample.arms == effect.arm) | (sample.arms == sample.control)
        table = pd.crosstab(sample.adjust["stratum"][pair].astype(str), sample.arms[pair])
        return min(table.shape) > 1 and float(chi2_contingency(table, correction=False).pvalue) < _UNLIKE


def naive_answer(effects: GestureEffects) -> NaiveAnswer:
    """Put the naive answer beside the honest one.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.naive_answer(effects).heading)
    At first sight +1.51 purchases, held against others alike −0.07
    """
    return NaiveAnswer(effects)


def _say_trial(trials: list[GestureEffect], *, is_mixed: bool) -> str:
    """Say the raw differences of the arms, and what is left when the time before is taken out."""
    each = []
    for effect in trials:
        digits = digits_of(effect)
        honest = (
            f"{signed(effect.effect.number, digits)} ({interval(effect.effect, digits)})" if effect.is_told else "–"
        )
        naive = f"{signed(effect.naive.number, digits)} ({interval(effect.naive, digits)})"
        each.append(
            tr(
                "{naive} for {arm}, and {honest} once the time before is taken out",
                naive=naive,
                arm=owned(effect),
                honest=honest,
            )
        )
    said = tr("Drawn by lot: as they come, the arms differ by {differences}.", differences="; ".join(each))
    if is_mixed:
        return tr(
            "{said} The shares that were drawn into the arms differ by stratum, so as they come the "
            "arms hold other kinds of customers; the second figure compares within strata.",
            said=said,
        )
    return tr("{said} The lot had made them alike, so the two figures of an arm can differ by chance only.", said=said)


def _say(effect: GestureEffect) -> str:
    digits = digits_of(effect)
    naive = tr(
        "{difference} ({interval}) in {purchases}",
        difference=signed(effect.naive.number, digits),
        interval=interval(effect.naive, digits),
        purchases=noun_of(effect),
    )
    compared = tr("{arm} went with {naive} against none", arm=owned(effect), naive=naive)
    before = effect.balance.table
    told = ""
    if len(before):
        row = before.iloc[int(before["before"].abs().to_numpy().argmax())]
        what = as_said(row["covariate"])
        told = " " + (
            tr("But the two differed before: most of all in {what}, where those with one had more.", what=what)
            if row["before"] > 0
            else tr("But the two differed before: most of all in {what}, where those with one had less.", what=what)
        )
    if not effect.is_told:
        return tr("Chosen: {compared}.{told}", compared=compared, told=told)
    gap = effect.naive.number - effect.effect.number
    if (effect.effect.low or 0.0) <= effect.naive.number <= (effect.effect.high or 0.0):
        close = tr("Here the naive answer happens to lie within the honest interval.")
    else:
        by = number(abs(gap), digits)
        close = (
            tr("The naive answer flatters the gesture by {by}: it counts who was chosen.", by=by)
            if gap > 0
            else tr("The naive answer belittles the gesture by {by}: it counts who was chosen.", by=by)
        )
    return tr(
        "Chosen: {compared}.{told} Held against others alike, the difference is {difference} ({interval}). {close}",
        compared=compared,
        told=told,
        difference=signed(effect.effect.number, digits),
        interval=interval(effect.effect, digits),
        close=close,
    )
