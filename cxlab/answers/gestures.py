"""Do gestures bring customers back? The answer in words."""

from cxlab.answers.unlike import Sides, extremes, sides
from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.gestures import EffectByGroup, GestureEffect, GestureEffects, GuardRails
from cxlab.gestures.by_cluster import EffectByCluster
from cxlab.gestures.said import (
    chance,
    digits_of,
    each_of,
    in_number,
    in_percent,
    interval,
    is_shown,
    name_of,
    noun_of,
    owned,
    rows_of,
    signed,
)
from cxlab.gestures.verdict import Token
from cxlab.gestures.worth import Worth
from cxlab.language import Texts, tr, trn
from cxlab.phrases import listed
from cxlab.plan import MATTERS, NextTrial, within_reach
from cxlab.words import capital, day, money, money_between, number, percent

_TONE: dict[Token, Tone] = {
    "works": "yes", "harms": "no", "no_effect": "cannot", "cannot_tell": "cannot", "not_identifiable": "cannot",
}  # fmt: skip
_TAG = Texts(
    {
        "works": "It works",
        "harms": "It harms",
        "no_effect": "No effect",
        "cannot_tell": "Cannot tell",
        "not_identifiable": "No effect can be given",
    }
)


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
    tag = tr("Good for some, harm for others") if is_reversal else _TAG[token]
    return Answer(
        tone="partly" if is_reversal or (careful and token == "works") else _TONE[token],
        tag=tr("{tag}, by the records", tag=tag) if careful else tag,
        line=_reversal(effects, apart) if is_reversal else _line(effects, apart, rails),
        facts=(_effect(effects), _worth(effects), _sure(effects)),
        decide=(_part_them(effects, apart, trial) if is_reversal else _decide(effects, groups, trial)).strip(),
        headline=effects.heading,
        open=_open(effects, trial),
    )


def _reversal(effects: GestureEffects, apart: Sides) -> str:
    """Say that it does good to some and harm to others, and what is left of that on the whole."""
    main, digits = effects.main, digits_of(effects.main)
    found = tr(
        "{arm} did good among {good} and harm among {bad}. On the whole that is {difference} in {purchases} {each} "
        "({interval}), which hides both.",
        arm=owned(main),
        good=listed(apart.good),
        bad=listed(apart.bad),
        difference=signed(main.effect.number, digits),
        purchases=noun_of(main),
        each=each_of(main),
        interval=interval(main.effect, digits),
    )
    if main.design == "observational":
        return tr("It depends on whom, as far as the records tell: {found}", found=found)
    return tr("It depends on whom: {found}", found=found)


def _part_them(effects: GestureEffects, apart: Sides, trial: NextTrial) -> str:
    """Say what to do where it does good to some and harm to others."""
    main = effects.main
    if main.design == "observational":
        return tr(
            "Give it no more to {bad} than now. Draw the next gestures by lot, within each of these groups, to prove "
            "it before spending more. {size}",
            bad=listed(apart.bad),
            size=_trial_size(trial),
        )
    return tr(
        "Give it to {good} and not to {bad}, and hold a random part of the first out, so that the next report can tell "
        "whether that holds. Whether it pays there, in money, the report on whom to give it to weighs.",
        good=listed(apart.good),
        bad=listed(apart.bad),
    )


def _line(effects: GestureEffects, apart: Sides, rails: GuardRails | None) -> str:
    main, arm = effects.main, owned(effects.main)
    token = main.verdict.token
    if token == "not_identifiable":
        return trn(
            "The data cannot tell what {arm} brings: {why}.",
            "The data cannot tell what {arm} bring: {why}.",
            in_number(main),
            arm=arm,
            why=main.verdict.why,
        )
    if token == "cannot_tell" or not main.is_told:
        line = trn(
            "The data cannot tell whether {arm} brings customers back: {why}.",
            "The data cannot tell whether {arm} bring customers back: {why}.",
            in_number(main),
            arm=arm,
            why=main.verdict.why,
        )
        if _pays(main):
            return f"{line} {tr('In money it came out ahead, even at the low end of what fits the data.')}"
        return line
    digits, noun = digits_of(main), noun_of(main)
    mean, limited = number(main.control_mean.number, digits), _limited(effects, apart, rails)
    if token == "no_effect":
        line = tr(
            "No: {arm} changed next to nothing, {difference} in {purchases} {each} on top of {mean} without.",
            arm=arm,
            difference=signed(main.effect.number, digits),
            purchases=noun,
            each=each_of(main),
            mean=mean,
        )
        return f"{line}{limited}"
    said = {
        "arm": arm,
        "size": number(abs(main.effect.number), digits),
        "purchases": noun,
        "each": each_of(main),
        "mean": mean,
        "share": f" ({in_percent(signed(main.percent.number, 0))})" if main.percent.has_interval else "",
    }
    careful = main.design == "observational"
    if token == "works":
        found = tr("{arm} brought {size} more in {purchases} {each} than the {mean} without{share}", **said)
        line = (
            tr("Yes, as far as the records tell: {found}.", found=found)
            if careful
            else tr("Yes: {found}.", found=found)
        )
    else:
        found = tr("{arm} brought {size} less in {purchases} {each} than the {mean} without{share}", **said)
        line = (
            tr("No, as far as the records tell: {found}.", found=found) if careful else tr("No: {found}.", found=found)
        )
    return f"{line}{limited}"


def _limited(effects: GestureEffects, apart: Sides, rails: GuardRails | None) -> str:
    """Say what speaks against the verdict; where it harms, what makes the harm larger or smaller."""
    main = effects.main
    if main.verdict.token != "harms":
        return " " + tr("But {limit}.", limit=_limit(effects, apart, rails))
    worse = () if rails is None else rails.worse(main)
    if worse:
        rails_in_words = listed([rail.short.lower() for rail in worse])
        return " " + capital(tr("{rails} got worse with it, too.", rails=rails_in_words))
    if apart.good:
        return " " + tr("But {limit}.", limit=tr("among {groups} it did good", groups=listed(apart.good)))
    if main.design == "observational":
        return " " + tr("But {limit}.", limit=_chosen_by_something())
    return ""


def _chosen_by_something() -> str:
    return tr("the shop chose who got it, and something unseen may have chosen with it")


def _limit(effects: GestureEffects, apart: Sides, rails: GuardRails | None) -> str:
    """Say the one thing that limits the verdict."""
    main = effects.main
    worse = () if rails is None else rails.worse(main)
    if worse:
        return tr("{rails} got worse with it", rails=listed([rail.short.lower() for rail in worse]))
    if apart.bad:
        return tr("among {groups} it did harm", groups=listed(apart.bad))
    if apart.good and main.verdict.token == "no_effect":
        return tr("among {groups} it did good", groups=listed(apart.good))
    if main.design == "observational":
        return _chosen_by_something()
    if main.worth is None:
        return tr("what is left of it in money, once its cost is taken off, is not recorded")
    if not main.worth.incremental.has_interval:
        return tr("whether it pays cannot be said, for what it cost is not recorded")
    if _loses(main):
        return tr("it costs more than it brings")
    if not _pays(main):
        return tr("whether it pays is not settled")
    days = effects.data.outcome_days
    return (
        tr("what comes after {days} days is not known", days=days) if days else tr("it holds for customers like these")
    )


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
    label = tr("Effect of {arm}", arm=name_of(main))
    if not main.is_told or not is_shown(main, effects.data.minimum_group):
        naive = ""
        if main.is_spoilt:
            return Fact(label, "–", tr("No figure of this trial may be used: {why}.", why=main.verdict.why))
        if main.naive.has_interval and is_shown(main, effects.data.minimum_group):
            naive = " " + tr(
                "At first sight it is {difference}, which misleads.",
                difference=signed(main.naive.number, digits_of(main)),
            )
        return Fact(label, "–", f"{tr('No effect is given: {why}.', why=main.verdict.why)}{naive}")
    digits, effect = digits_of(main), main.effect
    assert effect.low is not None and effect.high is not None
    days = effects.data.outcome_days
    when = tr("in the {days} days after", days=days) if days else tr("as it was measured")
    return Fact(
        label,
        signed(effect.number, digits),
        tr(
            "{when} (95% interval {interval}); at first sight {naive}.",
            when=when, interval=interval(effect, digits), naive=signed(main.naive.number, digits),
        ),
        unit=f"{noun_of(main)} {each_of(main)}",
        strip=Strip(
            effect.low, effect.number, effect.high,
            tr("{figure}, from {interval}", figure=signed(effect.number, digits), interval=interval(effect, digits)),
            top=max(1.3 * effect.high, 0.3 * abs(effect.low)), bottom=min(1.3 * effect.low, -0.3 * abs(effect.high)),
        ),
    )  # fmt: skip


def _worth(effects: GestureEffects) -> Fact:
    main = effects.main
    label, worth = tr("What it is worth"), main.worth
    if not is_shown(main, effects.data.minimum_group):
        return Fact(label, "–", _not_shown(main))
    if main.is_spoilt:
        return Fact(label, "–", tr("No figure of this trial may be used."))
    if worth is None or not (worth.break_even.has_interval or worth.incremental.has_interval):
        if not main.is_told:
            return Fact(label, "–", tr("No effect can be given, so nor can what it is worth."))
        return Fact(label, "–", tr("The study does not tell what it brings in money."))
    per = tr("a gesture") if main.rows == "order" else tr("a customer")
    gross, net = worth.break_even, worth.incremental
    if net.low is None or net.high is None:
        assert gross.low is not None and gross.high is not None
        spread = money_between(gross.low, gross.high, worth.currency)
        return Fact(
            label, money(gross.number, worth.currency),
            tr(
                "of contribution before its cost ({spread}): so much may it cost. What it did cost is not recorded.",
                spread=spread,
            ),
            unit=per,
        )  # fmt: skip
    return Fact(
        label,
        money(net.number, worth.currency),
        _after_cost(worth, money_between(net.low, net.high, worth.currency), chance(worth.pays)),
        unit=per,
    )


def _after_cost(worth: Worth, interval: str, pays: str) -> str:
    said = {"interval": interval, "chance": pays}
    if worth.cost is None:
        return tr(
            "of contribution ({interval}) after its cost; the probability that it pays is {chance}.",
            **said,
        )
    cost = money(worth.cost, worth.currency)
    if worth.is_assumed:
        return tr(
            "of contribution ({interval}) after a cost of {cost}, which was given where none is recorded; the "
            "probability that it pays is {chance}.",
            cost=cost,
            **said,
        )
    return tr(
        "of contribution ({interval}) after a cost of {cost}; the probability that it pays is {chance}.",
        cost=cost,
        **said,
    )


def _sure(effects: GestureEffects) -> Fact:
    main = effects.main
    if not is_shown(main, effects.data.minimum_group):
        return Fact(tr("How sure"), "–", _not_shown(main))
    n = number(main.n_control)
    if main.design == "randomised":
        if main.is_spoilt:
            spoilt = tr(
                "{n_treated} with it and {n_control} without are not the shares that were meant.",
                n_treated=number(main.n_treated),
                n_control=n,
            )
            return Fact(tr("How sure"), tr("Not at all"), spoilt)
        text = (
            tr("against {n} without, drawn by lot.", n=n)
            if main.mismatch is None
            else tr("against {n} without, drawn by lot, in the shares that were meant.", n=n)
        )
        return Fact(tr("How sure"), number(main.n_treated), text, unit=rows_of(main.rows))
    text = tr("against {n} without, chosen by the shop.", n=n)
    if main.sensitivity is not None:
        text += " " + tr(
            "Something unseen would have to explain {share} of what is left open for the effect to be nothing.",
            share=percent(main.sensitivity.robustness_value, 1),
        )
    return Fact(tr("How sure"), number(main.n_treated), text, unit=rows_of(main.rows))


def _decide(effects: GestureEffects, groups: EffectByGroup, trial: NextTrial) -> str:
    main, arm = effects.main, owned(effects.main)
    token, size = main.verdict.token, _trial_size(trial)
    if main.is_spoilt:
        return tr(
            "Use no figure of this trial. Hold the list of the draw against the records: who is "
            "missing in one arm, or stands in another? Bring everybody who was drawn, or draw anew "
            "and count everybody."
        )
    if token == "not_identifiable":
        return tr(
            "Decide nothing by these figures. Draw the next gestures by lot, and leave a random half out. {size}",
            size=size,
        )
    if token == "cannot_tell" and main.n_running and main.over is not None:
        return tr(
            "Wait, and change nothing by these figures: the time after the last draw is over on "
            "{over}. Bring the orders up to that day, and read this page again.",
            over=day(main.over),
        )
    if token == "harms":
        return tr("Stop {arm}, and look at what came with it before trying anything like it.", arm=arm)
    if _loses(main):
        if _loses_when_free(main):
            return tr("Stop {arm}: it would lose even if it were free.", arm=arm)
        return tr(
            "Stop {arm}, or make it cheaper: it costs more than it brings, and {cheap}", arm=arm, cheap=_cheap(main)
        )
    if token == "cannot_tell":
        size += _apart(groups, noun_of(main))
        if _pays(main):
            return tr(
                "Go on with {arm}, and leave a random part of the customers without it: the money speaks for it, the "
                "purchases do not yet. {size}",
                arm=arm,
                size=size,
            )
        if main.design == "randomised":
            return tr("Neither roll it out nor stop it by these figures. Go on with a larger trial. {size}", size=size)
        return tr(
            "Neither roll it out nor stop it by these figures. Go on with a trial drawn by lot. {size}", size=size
        )
    if token == "no_effect":
        if _pays(main):
            return tr(
                "Keep {arm} where it is as cheap as here: purchases hardly moved, yet it brought more than it cost.",
                arm=arm,
            )
        return tr("Do not expect purchases from {arm}; {cheap}", arm=arm, cheap=_cheap(main))
    unlike = _unlike(groups, noun_of(main))
    if main.design == "observational":
        return tr(
            "Keep it as it is for now, and prove it in a trial before spending more. {size}{unlike}",
            size=size,
            unlike=unlike,
        )
    if not _pays(main):
        return tr("Give it only where it costs less than it brings; {cheap}", cheap=_cheap(main))
    return tr(
        "Give it, and leave a random tenth without it, so that the next report can tell again.{unlike}", unlike=unlike
    )


def _apart(groups: EffectByGroup, noun: str) -> str:
    """Say that the next trial must draw within groups, where this one shows that they differ."""
    found = extremes(groups)
    if not found:
        return ""
    one, other = found
    return " " + tr(
        "Draw within each group, for {one} and {other} differ in {purchases}.", one=one, other=other, purchases=noun
    )


def _unlike(groups: EffectByGroup, noun: str) -> str:
    """Say which groups differ, and where it is weighed whom to give it to."""
    found = extremes(groups)
    if not found:
        return ""
    more, less = found
    return " " + tr(
        "It does more among {more} than among {less}, in {purchases}; whether it pays to choose, in money, the "
        "report on whom to give it to weighs.",
        more=more,
        less=less,
        purchases=noun,
    )


def _cheap(main: GestureEffect) -> str:
    if main.worth is None or not main.worth.break_even.has_interval:
        return tr("bring revenue and costs to know where that is.")
    worth = main.worth
    if worth.break_even.number <= 0:
        return tr("by these figures it would lose even if it were free.")
    return tr("it may cost {amount} at most.", amount=money(worth.break_even.number, worth.currency))


def _loses_when_free(main: GestureEffect) -> bool:
    """Whether it surely brings less than nothing, before its cost."""
    return main.worth is not None and main.worth.break_even.high is not None and main.worth.break_even.high < 0


def _trial_size(trial: NextTrial) -> str:
    size = trial.size(MATTERS)
    if size.value is None:
        return ""
    takes = tr(
        "To see an effect of {effect} it takes {n} customers an arm.",
        effect=percent(MATTERS),
        n=number(size.number),
    )
    return f"{takes} {within_reach(trial, MATTERS)}".strip()


def _open(effects: GestureEffects, trial: NextTrial) -> tuple[tuple[str, str], ...]:
    found = []
    for effect in effects.shown:
        if effect.verdict.token in ("cannot_tell", "not_identifiable"):
            found.append(
                (
                    trn(
                        "Does {arm} bring customers back?",
                        "Do {arm} bring customers back?",
                        in_number(effect),
                        arm=owned(effect),
                    ),
                    tr("This is not known: {why}. {settles}", why=effect.verdict.why, settles=_settles(effect, trial)),
                )
            )
        elif effect.design == "observational":
            found.append(
                (
                    tr("Was it {arm}, or who was chosen?", arm=owned(effect)),
                    tr("This is answered in part, by others alike. A trial that leaves a random half out settles it."),
                )
            )
    worth = effects.main.worth
    if effects.main.is_spoilt or effects.main.is_awaited:
        return tuple(found)
    if worth is None or not worth.incremental.has_interval:
        bring = tr("what a gesture costs (gestures: cost, or the parameter gesture_cost), and the orders’ costs")
        if effects.data.outcome_days is None:
            bring = tr("what each customer brought, less what the arm cost (outcomes: contribution)")
        found.append((tr("Does it pay?"), tr("This is not known: bring {bring}.", bring=bring)))
    return tuple(found)


def _settles(effect: GestureEffect, trial: NextTrial) -> str:
    if effect.is_spoilt:
        return tr("A trial in which everybody who is drawn is counted settles it.")
    if effect.n_running and effect.over is not None:
        return tr("The time after the last draw is over on {over}; then it can be read.", over=day(effect.over))
    settles = (
        tr("A larger trial settles it.") if effect.design == "randomised" else tr("A trial drawn by lot settles it.")
    )
    return f"{settles} {_trial_size(trial)}".strip()


def _not_shown(effect: GestureEffect) -> str:
    """Say why an arm is not shown."""
    if effect.n_running and effect.over is not None:
        return tr("Nothing to say yet: the time after the last draw is over on {over}.", over=day(effect.over))
    return tr("Too few to say.")
