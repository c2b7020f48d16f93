"""The effects of all gestures of a study, those drawn by lot first."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.gestures.data import GestureData
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.nuisance import Learner
from cxlab.gestures.observational import chosen_effects
from cxlab.gestures.randomised import trial_effects
from cxlab.gestures.said import (
    count_rows,
    digits_of,
    each_of,
    in_percent,
    interval,
    is_shown,
    noun_of,
    percent_interval,
    quoted,
    signed,
)
from cxlab.language import Texts, tr, trn
from cxlab.once import once_a_run
from cxlab.words import capital, day, number

_IN_WORDS = Texts(
    {
        "works": "It works",
        "harms": "It harms",
        "no_effect": "It has no effect worth the name",
        "cannot_tell": "The data cannot tell",
        "not_identifiable": "No effect can be given",
    }
)
_IN_TABLE = (
    "naive", "effect", "percent", "average", "average_percent", "on_overlap", "on_overlap_percent", "until_next",
    "until_next_percent", "count_model", "always_valid", "placebo",
)  # fmt: skip


@dataclass(frozen=True)
class GestureEffects:
    """What each gesture of a study did.

    Attributes
    ----------
    effects : one an arm; trials first, then chosen gestures.
    data : the rows they rest on.
    """

    effects: tuple[GestureEffect, ...]
    data: GestureData

    @property
    def main(self) -> GestureEffect:
        """The arm that the answer is about: of the first kind of evidence, the one whose verdict says most."""
        first = [effect for effect in self.effects if effect.design == self.effects[0].design]
        says = ("works", "harms", "no_effect", "cannot_tell", "not_identifiable")
        sizes = [abs(effect.effect.number) if effect.effect.value is not None else 0.0 for effect in first]
        return min(zip(first, sizes, strict=True), key=lambda one: (says.index(one[0].verdict.token), -one[1]))[0]

    @property
    def shown(self) -> tuple[GestureEffect, ...]:
        """The arms that a page may show: both sides large enough."""
        return tuple(e for e in self.effects if is_shown(e, self.data.minimum_group))

    @property
    def findings(self) -> dict[str, Estimate]:
        """Every number by its key in `results.json`."""
        found: dict[str, Estimate] = {}
        for effect in self.effects:
            found |= effect.findings
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm: sizes, the two means, naive and honest effect with their intervals, verdict."""
        rows = []
        for e in self.effects:
            row: dict[str, object] = {
                "arm": e.arm, "experiment": e.experiment, "design": e.design_found, "n_treated": e.n_treated,
                "n_control": e.n_control, "treated_mean": e.treated_mean.number, "control_mean": e.control_mean.number,
            }  # fmt: skip
            for name in _IN_TABLE:
                estimate: Estimate = getattr(e, name)
                row |= {name: estimate.number, f"{name}_low": _end(estimate.low), f"{name}_high": _end(estimate.high)}
            row |= {"sample_ratio_mismatch": np.nan if e.mismatch is None else e.mismatch, "verdict": e.verdict.token}
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def heading(self) -> str:
        """The finding on the main arm in a line."""
        main = self.main
        if main.is_awaited and main.over is not None and not main.is_spoilt:
            return tr(
                "{arm}: it can be read when the time after the draw is over, on {over}",
                arm=capital(quoted(main)),
                over=day(main.over),
            )
        if not is_shown(main, self.data.minimum_group):
            return tr("Too few got a gesture to tell anything")
        name = quoted(main)
        if not main.is_told:
            return f"{capital(name)}: {_IN_WORDS[main.verdict.token].lower()}"
        more = signed(main.effect.number, digits_of(main))
        found = f"{more} {noun_of(main)} {each_of(main)} ({interval(main.effect, digits_of(main))})"
        if main.verdict.token == "cannot_tell":
            found = tr("{found}, not settled", found=found)
        return f"{capital(name)}: {found}"

    @property
    def reading(self) -> str:
        """Every arm in a sentence, with interval, n and verdict."""
        said = [effect_reading(effect) for effect in self.shown]
        waiting = [e for e in self.effects if e.is_awaited and not is_shown(e, self.data.minimum_group)]
        said += [f"{capital(quoted(effect))}: {effect.verdict.why}." for effect in waiting]
        hidden = len(self.effects) - len(self.shown) - len(waiting)
        if hidden:
            said.append(
                trn(
                    "{n} more arm is too small to be shown.",
                    "{n} more arms are too small to be shown.",
                    hidden,
                    n=number(hidden),
                )
            )
        return "\n\n".join(said)


def estimate_gestures(
    data: GestureData, *, equivalence_margin: float = 0.05, seed: int = 1, outcome_model: Learner = "ridge"
) -> GestureEffects:
    """Estimate the effect of every gesture of a study.

    Trials are read as they were drawn, whoever then got the gesture (intention to treat), adjusted for the time before.
    Chosen gestures are held against orders alike without one, or declared not identifiable by the written rule.

    Parameters
    ----------
    equivalence_margin : share of the outcome without a gesture within which an effect counts as none.
    seed : deals customers into folds; nothing else is left to chance.
    outcome_model : what foresees the outcome of chosen gestures, and their chance: a ridge regression on curves of the
        covariates, or gradient boosting.

    Raises
    ------
    NotEnoughDataError : no arm but the control holds anybody.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(effects.heading)
    “card”: +0.72 purchases per customer (−0.25 to 1.70), not settled
    """
    estimate = _estimated_once if data.origin else _estimated
    effects = estimate(data, data.origin, equivalence_margin, seed, outcome_model)
    if not effects:
        raise NotEnoughDataError(
            tr("nobody was in any arm but the control: bring the rows of those who got a gesture as well")
        )
    return GestureEffects(effects, data)


def _estimated(
    data: GestureData, origin: str, equivalence_margin: float, seed: int, outcome_model: Learner
) -> tuple[GestureEffect, ...]:
    """Estimate the effect of every arm; `origin` tells of the rows, whose content is then not looked at."""
    del origin
    several = data.n_trials > 1
    effects: list[GestureEffect] = []
    for sample in data.samples:
        if sample.design == "randomised":
            effects += trial_effects(
                sample, equivalence_margin=equivalence_margin, currency=data.currency, several=several,
                minimum_group=data.minimum_group, seed=seed,
            )  # fmt: skip
        else:
            effects += chosen_effects(
                sample, equivalence_margin=equivalence_margin, currency=data.currency, seed=seed,
                prefix="observational." if data.n_trials else "", minimum_group=data.minimum_group,
                learner=outcome_model,
            )  # fmt: skip
    return tuple(effects)


_estimated_once = once_a_run(_estimated, aside=("data",), mapped=True)


def verdict_in_words(effect: GestureEffect) -> str:
    """Say the verdict; of chosen gestures it holds as far as the records tell."""
    words = _IN_WORDS[effect.verdict.token]
    surely = effect.verdict.token in ("works", "harms", "no_effect")
    return (
        tr("{words}, as far as the records tell", words=words) if effect.design == "observational" and surely else words
    )


def effect_reading(effect: GestureEffect) -> str:
    """Say one arm's effect in a sentence or two."""
    digits, name = digits_of(effect), capital(quoted(effect))
    sizes = tr(
        "{treated} with it, {n_control} without",
        treated=count_rows(effect.n_treated, effect.rows),
        n_control=number(effect.n_control),
    )
    mean = number(effect.control_mean.number, digits)
    if effect.design == "randomised":
        base = tr("from {mean} without it, as adjusted", mean=mean)
    elif effect.rows == "order":
        base = tr("from {mean} that the same orders would have had without it", mean=mean)
    else:
        base = tr("from {mean} that the same customers would have had without it", mean=mean)
    if not effect.is_told:
        return tr(
            "{arm}: {verdict}, for {why} ({sizes}).",
            arm=name,
            verdict=_IN_WORDS[effect.verdict.token].lower(),
            why=effect.verdict.why,
            sizes=sizes,
        )
    ratio = ""
    if effect.percent.has_interval:
        ratio = tr(
            ", or {figure} ({interval})",
            figure=in_percent(signed(effect.percent.number, 0)),
            interval=percent_interval(effect.percent),
        )
    text = tr(
        "{arm}: {difference} {purchases} {each} (95% interval {interval}), {base}{ratio}; {sizes}. {verdict}: {why}.",
        arm=name,
        difference=signed(effect.effect.number, digits),
        purchases=noun_of(effect),
        each=each_of(effect),
        interval=interval(effect.effect, digits),
        base=base,
        ratio=ratio,
        sizes=sizes,
        verdict=verdict_in_words(effect),
        why=effect.verdict.why,
    )
    if effect.always_valid.has_interval:
        text += " " + tr(
            "While it runs, the interval that holds at every look is {interval}.",
            interval=interval(effect.always_valid, digits),
        )
    return text


def _end(value: float | None) -> float:
    return np.nan if value is None else value
