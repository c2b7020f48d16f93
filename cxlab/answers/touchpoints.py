"""Which touchpoints matter: what taking up a channel brings, and what goes with leaving, put into words."""

from collections.abc import Iterator, Sequence

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.gestures.said import interval, signed
from cxlab.gestures.verdict import Token
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.touchpoints import Leaving, Step, TouchpointEffect, TouchpointEffects
from cxlab.touchpoints.leaving import GOES, Goes
from cxlab.touchpoints.words import conclusion, times
from cxlab.words import number, percent, percent_between

_TONE: dict[Token, Tone] = {
    "works": "yes", "harms": "no", "no_effect": "partly", "cannot_tell": "cannot", "not_identifiable": "cannot",
}  # fmt: skip
_GOES: dict[Goes, Tone] = {"leaving": "no", "staying": "yes", "as_others": "partly", "cannot_tell": "cannot"}


def touchpoint_answer(found: TouchpointEffects) -> Answer:
    """Put into words whether channels bring purchases, and what to do.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cx.touchpoint_answer(cx.touchpoint_effects(kit.adoptions)).headline
    'Mostly selection: “web”'
    """
    main = found.main
    judged = [one for mine in found.by_verdict.values() for one in mine]
    n = len(found.judged)
    return Answer(
        tone="partly" if main.is_mostly_selection else _TONE[main.verdict],
        tag=tr("{verdict}: “{name}”", verdict=main.said, name=main.channel),
        line=f"{found.heading}."
        if n > 1
        else tr("“{name}”: {conclusion}", name=main.channel, conclusion=conclusion(main, found.equivalence_margin, n)),
        facts=tuple(_jump(one) for one in judged[:3]),
        decide=" ".join(_decide(judged)) or tr("Change no channel on the strength of these orders."),
        headline=found.heading,
        open=tuple(_open(one) for one in judged if one.verdict != "no_effect"),
    )


def leaving_answer(found: Leaving) -> Answer:
    """Put into words what goes with leaving, and what to do.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cx.leaving_answer(cx.steps_before_leaving(kit.order_steps)).tag
    'Cannot tell'
    """
    goes = next(goes for goes in _GOES if found.of(goes)) if found.shown else "cannot_tell"
    worst = found.of("leaving")
    base = Fact(
        tr("How many do not come back"),
        percent(found.base.number),
        tr("({interval}). After {n} orders, within {days} days.", interval=percent_between(*found.base.ends),
           n=number(found.rows.n), days=number(found.rows.outcome_days)),
        tr("of orders"),
    )  # fmt: skip
    return Answer(
        tone=_GOES[goes],
        tag=GOES[goes],
        line=found.heading + ".",
        facts=(*(_leaves(step) for step in worst[:2]), base),
        decide=trn(
            "Find out what happens there: {what}.",
            "Find out what happens there, first where the difference is largest: {what}.",
            len(worst),
            what=worst[0].title,
        )
        if worst
        else tr("No touchpoint is the first to look at for keeping customers."),
        headline=found.heading,
        open=tuple(
            (
                tr("{what}: do customers leave because of it?", what=step.title),
                tr("A trial: half of the customers whom it meets, drawn by lot, are met in another way."),
            )
            for step in worst[:1]
        ),
    )


def _jump(one: TouchpointEffect) -> Fact:
    """Say what is left of the jump that one sees."""
    name = tr("What “{name}” brings", name=one.channel)
    at_first = ""
    if one.naive_ratio.has_interval:
        at_first = tr("At first sight {times} the others’ purchases.", times=times(one.naive_ratio))
    if not one.is_told:
        return Fact(name, one.said, at_first)
    effect, ends = signed(one.effect.number, one.digits), interval(one.effect, one.digits)
    low, high = one.effect.ends
    told = tr("among customers alike (95% interval {interval}).", interval=ends)
    return Fact(
        name,
        effect,
        f"{told} {at_first}".strip(),
        tr("purchases in {days} days", days=number(one.outcome_days)),
        Strip(
            low, one.effect.number, high, tr("{figure}, from {interval}", figure=effect, interval=ends),
            top=max(1.3 * high, 0.3 * abs(low)), bottom=min(1.3 * low, -0.3 * abs(high)),
        ),
    )  # fmt: skip


def _decide(judged: Sequence[TouchpointEffect]) -> Iterator[str]:
    for one in judged:
        if one.verdict == "works":
            yield tr(
                "Bring more customers to “{name}”: it brings purchases, as far as the records tell.", name=one.channel
            )
        if one.verdict == "harms":
            yield tr("Bring nobody to “{name}” for the sake of purchases: it costs them.", name=one.channel)
    unproven = [one for one in judged if one.verdict not in ("works", "harms")]
    selected = [
        tr("“{name}”", name=one.channel) for one in unproven if one.verdict == "no_effect" or one.exceeds_effect
    ]
    if selected:
        yield tr(
            "That customers in {channels} buy more is no reason to bring others there: they bought more before.",
            channels=listed(selected),
        )


def _open(one: TouchpointEffect) -> tuple[str, str]:
    """Say what is open, and the trial that would settle it."""
    return (
        tr("Does “{name}” bring purchases to those who do not use it yet?", name=one.channel),
        tr(
            "A trial: half of them, drawn by lot, are invited to it, and all who were invited are held against all who "
            "were not, whoever then took it up."
        ),
    )


def _leaves(step: Step) -> Fact:
    return Fact(
        tr("What goes with leaving"),
        step.title,
        tr(
            "After {share} of these orders ({interval}) the customer did not come back, after other orders alike "
            "{others}.",
            share=percent(step.rate.number),
            interval=percent_between(*step.rate.ends),
            others=percent(step.alike.number),
        ),
    )
