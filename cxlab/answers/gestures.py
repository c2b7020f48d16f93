"""Do gestures bring customers back? The answer in words."""

from cxlab.answers.unlike import Sides, extremes, listed, sides
from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.gestures import EffectByGroup, GestureEffect, GestureEffects, GuardRails
from cxlab.gestures.by_cluster import EffectByCluster
from cxlab.gestures.said import (
    chance,
    digits_of,
    each_of,
    interval,
    is_chosen,
    is_shown,
    name_of,
    noun_of,
    p_value,
    quoted,
    signed,
    verb,
)
from cxlab.gestures.verdict import Token
from cxlab.gestures.worth import Worth
from cxlab.plan import MATTERS, NextTrial, within_reach
from cxlab.words import capital, day, money, money_between, number, percent

_TONE: dict[Token, Tone] = {
    "works": "yes", "harms": "no", "no_effect": "cannot", "cannot_tell": "cannot", "not_identifiable": "cannot",
}  # fmt: skip
_REVERSAL = "Good for some, harm for others"
_TAG: dict[Token, str] = {
    "works": "It works",
    "harms": "It harms",
    "no_effect": "No effect",
    "cannot_tell": "Cannot tell",
    "not_identifiable": "No effect can be given",
}


def gestures_answer(
    effects: GestureEffects,
    groups: EffectByGroup,
    trial: NextTrial,
    rails: GuardRails | None = None,
    clusters: EffectByCluster | None = None,
) -> Answer:
    """Put the verdict on the main gesture into words: what it brings, to whom, whether it pays, what to do.

    Parameters
    ----------
    rails : what it makes worse is named beside the verdict; None: not looked at.
    clusters : whom it serves and whom it harms, where the groups do not differ; None: not looked at.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> groups, rails = cx.gesture_by_group(effects), cx.guard_rails(effects)
    >>> trial = cx.next_trial(effects, kit.next_trial)
    >>> cx.gestures_answer(effects, groups, trial, rails).tag
    'Cannot tell'
    """
    main = effects.main
    token = main.verdict.token
    apart = sides(main, groups, clusters)
    is_reversal = apart.is_reversal and main.is_told and not main.n_running and token != "not_identifiable"
    careful = main.design == "observational" and (is_reversal or token in ("works", "harms"))
    tag = _REVERSAL if is_reversal else _TAG[token]
    return Answer(
        tone="partly" if is_reversal or (careful and token == "works") else _TONE[token],
        tag=f"{tag}, by the records" if careful else tag,
        line=_reversal(effects, apart) if is_reversal else _line(effects, apart, rails),
        facts=(_effect(effects), _worth(effects), _sure(effects)),
        decide=(_part_them(effects, apart, trial) if is_reversal else _decide(effects, groups, trial)).strip(),
        headline=effects.heading,
        open=_open(effects, trial),
    )


def _reversal(effects: GestureEffects, apart: Sides) -> str:
    """Say that it does good to some and harm to others, and what is left of that on the whole."""
    main, digits = effects.main, digits_of(effects.main)
    how = ", as far as the records tell" if main.design == "observational" else ""
    return (
        f"It depends on whom{how}: {quoted(main)} did good among {listed(apart.good)} and harm among "
        f"{listed(apart.bad)}. On the whole that is {signed(main.effect.number, digits)} in {noun_of(main)} "
        f"{each_of(main)} ({interval(main.effect, digits)}), which hides both."
    )


def _part_them(effects: GestureEffects, apart: Sides, trial: NextTrial) -> str:
    """Say what to do where it does good to some and harm to others."""
    main = effects.main
    if main.design == "observational":
        return (
            f"Give it no more to {listed(apart.bad)} than now. Draw the next gestures by lot, within each of these "
            f"groups, to prove it before spending more. {_trial_size(trial)}"
        )
    return (
        f"Give it to {listed(apart.good)} and not to {listed(apart.bad)}, and hold a random part of the first out, so "
        "that the next report can tell whether that holds. Whether it pays there, in money, the report on whom to give "
        "it to weighs."
    )


def _line(effects: GestureEffects, apart: Sides, rails: GuardRails | None) -> str:
    main, name = effects.main, quoted(effects.main)
    token = main.verdict.token
    if token == "not_identifiable":
        return f"The data cannot tell what {name} {verb(main, 'bring')}: {main.verdict.why}."
    if token == "cannot_tell" or not main.is_told:
        money_first = ""
        if _pays(main):
            money_first = " In money it came out ahead, even at the low end of what fits the data."
        open_still = f"whether {name} {verb(main, 'bring')} customers back"
        return f"The data cannot tell {open_still}: {main.verdict.why}.{money_first}"
    digits, noun = digits_of(main), noun_of(main)
    base = f"{number(main.control_mean.number, digits)} without"
    if token == "no_effect":
        return (
            f"No: {name} changed next to nothing, {signed(main.effect.number, digits)} in {noun} {each_of(main)} "
            f"on top of {base}.{_limited(effects, apart, rails)}"
        )
    start, side = ("Yes", "more") if token == "works" else ("No", "less")
    how = ", as far as the records tell" if main.design == "observational" else ""
    share = f" ({signed(main.percent.number, 0)}%)" if main.percent.has_interval else ""
    return (
        f"{start}{how}: {name} brought {number(abs(main.effect.number), digits)} {side} in {noun} {each_of(main)} "
        f"than the {base}{share}.{_limited(effects, apart, rails)}"
    )


def _limited(effects: GestureEffects, apart: Sides, rails: GuardRails | None) -> str:
    """Say what speaks against the verdict; where it harms, what makes the harm larger or smaller."""
    main = effects.main
    if main.verdict.token != "harms":
        return f" But {_limit(effects, apart, rails)}."
    worse = () if rails is None else rails.worse(main)
    if worse:
        return f" {capital(listed([rail.short.lower() for rail in worse]))} got worse with it, too."
    if apart.good:
        return f" But among {listed(apart.good)} it did good."
    if main.design == "observational":
        return f" But {_CHOSEN_BY_SOMETHING}."
    return ""


_CHOSEN_BY_SOMETHING = "the shop chose who got it, and something unseen may have chosen with it"


def _limit(effects: GestureEffects, apart: Sides, rails: GuardRails | None) -> str:
    """Say the one thing that limits the verdict."""
    main = effects.main
    worse = () if rails is None else rails.worse(main)
    if worse:
        return f"{listed([rail.short.lower() for rail in worse])} got worse with it"
    if apart.bad:
        return f"among {listed(apart.bad)} it did harm"
    if apart.good and main.verdict.token == "no_effect":
        return f"among {listed(apart.good)} it did good"
    if main.design == "observational":
        return _CHOSEN_BY_SOMETHING
    if main.worth is None:
        return "what is left of it in money, once its cost is taken off, is not recorded"
    if not main.worth.incremental.has_interval:
        return "whether it pays cannot be said, for what it cost is not recorded"
    if _loses(main):
        return "it costs more than it brings"
    if not _pays(main):
        return "whether it pays is not settled"
    days = effects.data.outcome_days
    return f"what comes after {days} days is not known" if days else "it holds for customers like these"


def _pays(effect: GestureEffect) -> bool:
    """Whether it surely brings more than it costs."""
    worth = effect.worth
    return (
        not effect.is_spoilt and worth is not None and worth.incremental.low is not None and worth.incremental.low > 0
    )


def _loses(effect: GestureEffect) -> bool:
    """Whether it surely costs more than it brings."""
    worth = effect.worth
    return (
        not effect.is_spoilt and worth is not None and worth.incremental.high is not None and worth.incremental.high < 0
    )


def _effect(effects: GestureEffects) -> Fact:
    main = effects.main
    label = f"Effect of {name_of(main)}"
    if not main.is_told or not is_shown(main, effects.data.minimum_group):
        naive = ""
        if main.is_spoilt:
            return Fact(label, "–", f"No figure of this trial may be used: {main.verdict.why}.")
        if main.naive.has_interval and is_shown(main, effects.data.minimum_group):
            naive = f" At first sight it is {signed(main.naive.number, digits_of(main))}, which misleads."
        return Fact(label, "–", f"No effect is given: {main.verdict.why}.{naive}")
    digits, effect = digits_of(main), main.effect
    assert effect.low is not None and effect.high is not None
    days = effects.data.outcome_days
    when = f"in the {days} days after" if days else "as it was measured"
    return Fact(
        label,
        signed(effect.number, digits),
        f"{when} (95% interval {interval(effect, digits)}); at first sight "
        f"{signed(main.naive.number, digits)}.",
        unit=f"{noun_of(main)} {each_of(main)}",
        strip=Strip(
            effect.low, effect.number, effect.high,
            f"{signed(effect.number, digits)}, from {interval(effect, digits)}",
            top=max(1.3 * effect.high, 0.3 * abs(effect.low)), bottom=min(1.3 * effect.low, -0.3 * abs(effect.high)),
        ),
    )  # fmt: skip


def _worth(effects: GestureEffects) -> Fact:
    main = effects.main
    label, worth = "What it is worth", main.worth
    if not is_shown(main, effects.data.minimum_group):
        return Fact(label, "–", _not_shown(main))
    if main.is_spoilt:
        return Fact(label, "–", "No figure of this trial may be used.")
    if worth is None or not (worth.break_even.has_interval or worth.incremental.has_interval):
        if not main.is_told:
            return Fact(label, "–", "No effect can be given, so nor can what it is worth.")
        return Fact(label, "–", "The study does not tell what it brings in money.")
    per = "a gesture" if main.rows == "order" else "a customer"
    gross, net = worth.break_even, worth.incremental
    if net.low is None or net.high is None:
        assert gross.low is not None and gross.high is not None
        spread = money_between(gross.low, gross.high, worth.currency)
        return Fact(
            label, money(gross.number, worth.currency),
            f"of contribution before its cost ({spread}): so much may it cost. What it did cost is not recorded.",
            unit=per,
        )  # fmt: skip
    return Fact(
        label,
        money(net.number, worth.currency),
        f"of contribution after {_of_cost(worth)} "
        f"({money_between(net.low, net.high, worth.currency)}); the probability that it pays is {chance(worth.pays)}.",
        unit=per,
    )


def _of_cost(worth: Worth) -> str:
    if worth.cost is None:
        return "its cost"
    given = ", which was given where none is recorded" if worth.is_assumed else ""
    return f"a cost of {money(worth.cost, worth.currency)}{given}"


def _sure(effects: GestureEffects) -> Fact:
    main = effects.main
    if not is_shown(main, effects.data.minimum_group):
        return Fact("How sure", "–", _not_shown(main))
    against = f"against {number(main.n_control)} without"
    if main.design == "randomised":
        if main.is_spoilt:
            spoilt = (
                f"{number(main.n_treated)} with it and {number(main.n_control)} without are not the shares that were "
                f"meant ({p_value(main.mismatch or 0.0)})."
            )
            return Fact("How sure", "Not at all", spoilt)
        checked = "" if main.mismatch is None else f", in the shares that were meant ({p_value(main.mismatch)})"
        return Fact("How sure", number(main.n_treated), f"{against}, drawn by lot{checked}.", unit=f"{main.rows}s")
    text = f"{against}, chosen by the shop."
    if main.sensitivity is not None:
        text += (
            f" Something unseen would have to explain {percent(main.sensitivity.robustness_value, 1)} of what is left "
            "open for the effect to be nothing."
        )
    return Fact("How sure", number(main.n_treated), text, unit=f"{main.rows}s")


def _decide(effects: GestureEffects, groups: EffectByGroup, trial: NextTrial) -> str:
    main, name = effects.main, quoted(effects.main)
    token, size = main.verdict.token, _trial_size(trial)
    if main.is_spoilt:
        return (
            "Use no figure of this trial. Hold the list of the draw against the records: who is missing in one arm, or "
            "stands in another? Bring everybody who was drawn, or draw anew and count everybody."
        )
    if token == "not_identifiable":
        return f"Decide nothing by these figures. Draw the next gestures by lot, and leave a random half out. {size}"
    if token == "cannot_tell" and main.n_running and main.over is not None:
        return (
            f"Wait, and change nothing by these figures: the time after the last draw is over on {day(main.over)}. "
            "Bring the orders up to that day, and read this page again."
        )
    if token == "harms":
        return f"Stop {name}, and look at what came with it before trying anything like it."
    if _loses(main):
        if _loses_when_free(main):
            return f"Stop {name}: it would lose even if it were free."
        return f"Stop {name}, or make it cheaper: it costs more than it brings, and {_cheap(main)}"
    if token == "cannot_tell":
        larger = "a larger trial" if main.design == "randomised" else "a trial drawn by lot"
        size += _apart(groups, noun_of(main))
        if _pays(main):
            return (
                f"Go on with {name}, and leave a random part of the customers without it: the money speaks for it, the "
                f"purchases do not yet. {size}"
            )
        return f"Neither roll it out nor stop it by these figures. Go on with {larger}. {size}"
    if token == "no_effect":
        if _pays(main):
            return (
                f"Keep {name} where it is as cheap as here: purchases hardly moved, yet it brought more than it cost."
            )
        return f"Do not expect purchases from {name}; {_cheap(main)}"
    unlike = _unlike(groups, noun_of(main))
    if main.design == "observational":
        return f"Keep it as it is for now, and prove it in a trial before spending more. {size}{unlike}"
    if not _pays(main):
        return f"Give it only where it costs less than it brings; {_cheap(main)}"
    return f"Give it, and leave a random tenth without it, so that the next report can tell again.{unlike}"


def _apart(groups: EffectByGroup, noun: str) -> str:
    """Say that the next trial must draw within groups, where this one shows that they differ."""
    found = extremes(groups)
    return f" Draw within each group, for {found[0]} and {found[1]} differ in {noun}." if found else ""


def _unlike(groups: EffectByGroup, noun: str) -> str:
    """Say which groups differ, and where it is weighed whom to give it to."""
    found = extremes(groups)
    if not found:
        return ""
    return (
        f" It does more among {found[0]} than among {found[1]}, in {noun}; whether it pays to choose, in money, the "
        "report on whom to give it to weighs."
    )


def _cheap(main: GestureEffect) -> str:
    if main.worth is None or not main.worth.break_even.has_interval:
        return "bring revenue and costs to know where that is."
    worth = main.worth
    if worth.break_even.number <= 0:
        return "by these figures it would lose even if it were free."
    return f"it may cost {money(worth.break_even.number, worth.currency)} at most."


def _loses_when_free(main: GestureEffect) -> bool:
    """Whether it surely brings less than nothing, before its cost."""
    return main.worth is not None and main.worth.break_even.high is not None and main.worth.break_even.high < 0


def _trial_size(trial: NextTrial) -> str:
    size = trial.size(MATTERS)
    if size.value is None:
        return ""
    takes = f"To see an effect of {percent(MATTERS)} it takes {number(size.number)} customers an arm."
    return f"{takes} {within_reach(trial, MATTERS)}".strip()


def _open(effects: GestureEffects, trial: NextTrial) -> tuple[tuple[str, str], ...]:
    found = []
    for effect in effects.shown:
        if effect.verdict.token in ("cannot_tell", "not_identifiable"):
            found.append(
                (
                    f"{'Do' if is_chosen(effect) else 'Does'} {quoted(effect)} bring customers back?",
                    f"Not known: {effect.verdict.why}. {_settles(effect, trial)}",
                )
            )
        elif effect.design == "observational":
            found.append(
                (
                    f"Was it {quoted(effect)}, or who was chosen?",
                    "Answered in part, by others alike. A trial that leaves a random half out settles it.",
                )
            )
    worth = effects.main.worth
    if effects.main.is_spoilt or effects.main.is_awaited:
        return tuple(found)
    if worth is None or not worth.incremental.has_interval:
        bring = "what a gesture costs (gestures: cost, or the parameter gesture_cost), and the orders’ costs"
        if effects.data.outcome_days is None:
            bring = "what each customer brought, less what the arm cost (outcomes: contribution)"
        found.append(("Does it pay?", f"Not known: bring {bring}."))
    return tuple(found)


def _settles(effect: GestureEffect, trial: NextTrial) -> str:
    if effect.is_spoilt:
        return "A trial in which everybody who is drawn is counted settles it."
    if effect.n_running and effect.over is not None:
        return f"The time after the last draw is over on {day(effect.over)}; then it can be read."
    larger = "A larger trial" if effect.design == "randomised" else "A trial drawn by lot"
    return f"{larger} settles it. {_trial_size(trial)}".strip()


def _not_shown(effect: GestureEffect) -> str:
    """Say why an arm is not shown."""
    if effect.n_running and effect.over is not None:
        return f"Nothing to say yet: the time after the last draw is over on {day(effect.over)}."
    return "Too few to say."
