"""Which touchpoints matter, in the words of the page's answer: a fact, what to do, and what is open."""

from cxlab.blocks import Fact, Strip
from cxlab.errors import Untold
from cxlab.gestures.said import interval, signed
from cxlab.language import tr
from cxlab.touchpoints import Leaving, TouchpointEffect, TouchpointEffects
from cxlab.touchpoints.effect import SAYS
from cxlab.touchpoints.words import exceeds_effect, times
from cxlab.words import number, percent, percent_between


def touchpoint_fact(reach: TouchpointEffects | Untold) -> Fact | None:
    """Say what is left of the jump of the channel of which most can be told; None where nothing is."""
    if isinstance(reach, Untold) or not reach.judged:
        return None
    one = reach.main
    name = tr("“{name}”", name=one.channel)
    at_first = ""
    if one.naive_ratio.has_interval:
        at_first = tr("At first sight {times} the others’ purchases.", times=times(one.naive_ratio))
    if not one.is_told:
        return Fact(tr("The jump at {name}", name=name), SAYS[one.verdict], at_first)
    effect = signed(one.effect.number, one.digits)
    ends = interval(one.effect, one.digits)
    low, high = one.effect.ends
    return Fact(
        tr("The jump at {name}", name=name),
        effect,
        " ".join(
            part for part in (tr("among customers alike (95% interval {interval}).", interval=ends), at_first) if part
        ),
        tr("purchases in {days} days", days=number(one.outcome_days)),
        Strip(low, one.effect.number, high, tr("{figure}, from {interval}", figure=effect, interval=ends)),
    )


def leaving_fact(leaving: Leaving | Untold) -> Fact | None:
    """Say what goes with leaving most; None where nothing is shown to."""
    if isinstance(leaving, Untold) or not leaving.of("leaving"):
        return None
    step = leaving.of("leaving")[0]
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


def touchpoint_decision(reach: TouchpointEffects | Untold, leaving: Leaving | Untold) -> str:
    """Say what to do; empty where nothing follows."""
    said: list[str] = []
    if not isinstance(reach, Untold):
        said += [_decide(one) for mine in reach.by_verdict.values() for one in mine]
    if not isinstance(leaving, Untold) and (worst := leaving.of("leaving")):
        said.append(
            tr(
                "{what}: find out what happens, for more customers than elsewhere do not come back.",
                what=worst[0].title,
            )
        )
    return " ".join(part for part in said if part)


def touchpoint_open(reach: TouchpointEffects | Untold, leaving: Leaving | Untold) -> tuple[tuple[str, str], ...]:
    """List what is open, each with what would settle it."""
    found = [
        (
            tr("Does “{name}” bring purchases to those who do not use it yet?", name=one.channel),
            tr(
                "A trial: half of them, drawn by lot, are invited to it, and all who were invited are held against all "
                "who were not, whoever then took it up."
            ),
        )
        for one in (() if isinstance(reach, Untold) else reach.judged)
        if one.verdict != "no_effect"
    ]
    if not isinstance(leaving, Untold) and (worst := leaving.of("leaving")):
        found.append(
            (
                tr("{what}: do customers leave because of it?", what=worst[0].title),
                tr("A trial: half of the customers whom it meets, drawn by lot, are met in another way."),
            )
        )
    return tuple(found)


def _decide(one: TouchpointEffect) -> str:
    if one.verdict == "works":
        return tr(
            "Bring more customers to “{name}”: it brings purchases, as far as the records tell.", name=one.channel
        )
    if one.verdict == "harms":
        return tr("Bring nobody to “{name}” for the sake of purchases: it costs them.", name=one.channel)
    if one.verdict == "no_effect" or exceeds_effect(one):
        return tr(
            "Do not take the purchases of those who use “{name}” for its doing: they bought more before they did.",
            name=one.channel,
        )
    return ""
