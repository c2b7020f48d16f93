"""Which touchpoints matter: what taking up a channel brings, and what goes with leaving, put into words."""

from collections.abc import Sequence

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.gestures.said import interval, signed
from cxlab.gestures.verdict import Token
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.touchpoints import Leaving, Step, TouchpointEffect, TouchpointEffects
from cxlab.touchpoints.leaving import GOES, Goes
from cxlab.touchpoints.words import in_short, times
from cxlab.words import number, percent, percent_between

_TONE: dict[Token, Tone] = {
    "works": "yes", "harms": "no", "no_effect": "partly", "cannot_tell": "cannot", "not_identifiable": "cannot",
}  # fmt: skip
_GOES: dict[Goes, Tone] = {"leaving": "no", "staying": "yes", "cannot_tell": "cannot", "as_others": "partly"}


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
        line=f"{found.heading}." if n > 1 else f"{found.heading}. {in_short(main, found.equivalence_margin, n)}",
        facts=tuple(_jump(one) for one in judged[:3]),
        decide=_decide(judged) or tr("Change no channel on the strength of these orders."),
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
    goes, worst = _main(found), found.of("leaving")
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
        decide=_keep(found),
        headline=found.heading,
        open=tuple(
            (
                tr("{what}: do customers leave because of it?", what=step.title),
                tr("A trial: half of the customers whom it meets, drawn by lot, are met in another way."),
            )
            for step in worst[:1]
        ),
    )


def _main(found: Leaving) -> Goes:
    """Return the verdict that says most; that all are as others is said of all only."""
    return next((goes for goes in _GOES if found.of(goes)), "cannot_tell")


def _keep(found: Leaving) -> str:
    """Say where to look first for keeping customers, as far as it can be told."""
    worst = found.of("leaving")
    if worst:
        return trn(
            "Find out what happens there ({what}): fewer customers came back than after other orders alike.",
            "Find out what happens where the difference from other orders alike is largest ({what}).",
            len(worst),
            what=worst[0].phrase,
        )
    if not found.shown or found.of("cannot_tell"):
        return tr("Change no touchpoint for the sake of keeping customers yet: of some, nothing can be told.")
    return tr("No touchpoint is the first to look at for keeping customers.")


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


def _decide(judged: Sequence[TouchpointEffect]) -> str:
    """Say what to do about the channels, those with the same verdict in one sentence."""
    brings = [one for one in judged if one.verdict == "works"]
    costs = [one for one in judged if one.verdict == "harms"]
    open_or_none = [one for one in judged if one.verdict not in ("works", "harms")]
    chosen = [one for one in open_or_none if one.verdict == "no_effect" or one.exceeds_effect]
    said = []
    if brings:
        said.append(
            trn(
                "Bring more customers to {names}: it brings purchases, as far as the records tell.",
                "Bring more customers to {names}: they bring purchases, as far as the records tell.",
                len(brings),
                names=_names(brings),
            )
        )
    if costs:
        said.append(
            trn(
                "Bring nobody to {names} for the sake of purchases: it costs some, as far as the records tell.",
                "Bring nobody to {names} for the sake of purchases: they cost some, as far as the records tell.",
                len(costs),
                names=_names(costs),
            )
        )
    if chosen:
        said.append(
            trn(
                "Do not credit {names} with what its users buy: they bought more before they took it up.",
                "Do not credit {names} with what their users buy: they bought more before they took them up.",
                len(chosen),
                names=_names(chosen),
            )
        )
    return " ".join(said)


def _names(channels: Sequence[TouchpointEffect]) -> str:
    return listed([tr("“{name}”", name=one.channel) for one in channels])


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
