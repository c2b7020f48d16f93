"""What moves repeat purchase? Its part of the answer, in words."""

from collections.abc import Sequence

from cxlab.blocks import Answer, Fact, Strip
from cxlab.driver_tags import Group
from cxlab.experience import DriverWeights, GoodAndBad, PerceivedValue
from cxlab.experience.drivers import GROUP, said_pair
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.words import percent, percent_between


def drivers_answer(
    weights: DriverWeights, value: PerceivedValue | None = None, sides: GoodAndBad | None = None
) -> Answer:
    """Put into words which driver goes with most, which side weighs more, and what to try.

    Parameters
    ----------
    weights, value, sides : what was found; None: it cannot be told.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cx.drivers_answer(cx.weigh_drivers(kit.followed)).facts[0].label
    'What goes with repeat purchase'
    """
    if not weights.tells:
        return Answer(
            tone="cannot",
            tag=tr("Cannot tell"),
            line=tr("The drivers that were asked for do not tell who buys again."),
            facts=(),
            decide=tr("Change nothing on the strength of these drivers."),
            headline=weights.heading,
            open=(
                (
                    tr("What moves repeat purchase?"),
                    tr("Ask for other drivers, or of more customers: these explain no more than chance would."),
                ),
            ),
        )
    line, main = _line(weights), weights.pair("experience") or weights.pair("hedonic")
    if main is not None and main.heavier != "cannot_tell":
        line += " " + said_pair(main)
    return Answer(
        tone="partly",
        tag=tr("Association"),
        line=line,
        facts=(_fact(weights),),
        decide=_decide(weights, value),
        headline=weights.heading,
        open=_open(weights, value, sides),
    )


def _is_alone(weights: DriverWeights) -> bool:
    return len(weights.shares) == 1


def _line(weights: DriverWeights) -> str:
    """Name the driver that leads; without one, say so, and name those that are shown to go with purchases."""
    if _is_alone(weights):
        return tr("“{driver}” goes with repeat purchase.", driver=next(iter(weights.shares)))
    if weights.lead == "none":
        told = tr("Which driver goes with most of repeat purchase cannot be told: none stands out from the others.")
        if weights.named:
            told += " " + trn(
                "One is shown to go with it at all: {names}.",
                "These are shown to go with it: {names}.",
                len(weights.named),
                names=_quoted(weights.named),
            )
        return told
    if weights.lead == "most":
        return tr("“{driver}” goes with most of what the drivers explain of repeat purchase.", driver=weights.named[0])
    return tr(
        "“{driver}” goes with more of what the drivers explain of repeat purchase than any other.",
        driver=weights.named[0],
    )


def _quoted(names: Sequence[str]) -> str:
    return listed([tr("“{driver}”", driver=name) for name in names])


def _fact(weights: DriverWeights) -> Fact:
    """Give the share of the driver that leads; without one, that of all in how purchases differ."""
    label, unit, total = tr("What goes with repeat purchase"), tr("association, not proof"), weights.total
    if _is_alone(weights) or weights.lead == "none":
        share, interval = percent(total.number, 1), percent_between(*total.ends, 1)
        told = tr(
            "of how purchases differ goes with “{driver}” ({interval}).",
            driver=next(iter(weights.shares)),
            interval=interval,
        ) if _is_alone(weights) else tr(
            "of how purchases differ goes with all drivers together ({interval}); no share of a single one stands out.",
            interval=interval,
        )  # fmt: skip
        low, high = total.ends
        strip = Strip(low, total.number, high, tr("{share}, from {interval}", share=share, interval=interval))
        return Fact(label, share, told, unit, strip)
    name = weights.named[0]
    e = weights.shares[name]
    share, interval = percent(e.number), percent_between(*e.ends)
    return Fact(
        label,
        share,
        tr(
            "of what the drivers explain goes with “{driver}” ({interval}); all of them explain {share} of how "
            "purchases differ.",
            driver=name,
            interval=interval,
            share=percent(total.number, 1),
        ),
        unit,
        Strip(e.ends[0], e.number, e.ends[1], tr("{share}, from {interval}", share=share, interval=interval)),
    )


def _shown(weights: DriverWeights) -> Sequence[str]:
    """Return the drivers that may be named: one that stands by itself tells, or nothing would."""
    return list(weights.shares) if _is_alone(weights) else weights.named


_LEVER: dict[str, Group] = {"more_benefit": "benefit", "less_sacrifice": "sacrifice"}


def _decide(weights: DriverWeights, value: PerceivedValue | None) -> str:
    """Say which trials come first: with a driver that is shown, and that is of the lever which pays more."""
    lever = "cannot_tell" if value is None else value.everybody.lever
    mine = [name for name in _shown(weights) if lever not in _LEVER or _LEVER[lever] in weights.tags[name]]
    if lever in _LEVER and mine:
        if lever == "more_benefit":
            return tr(
                "Try more benefit before less sacrifice: begin with “{driver}”, with a control group.", driver=mine[0]
            )
        return tr(
            "Try less sacrifice before more benefit: begin with “{driver}”, with a control group.", driver=mine[0]
        )
    if lever == "more_benefit":
        return tr("Try more benefit before less sacrifice, with a control group.")
    if lever == "less_sacrifice":
        return tr("Try less sacrifice before more benefit, with a control group.")
    if not mine:
        return tr("Choose no driver on the strength of these answers: ask more customers first.")
    if len(mine) == 1:
        return tr("Begin trials of what to change with “{driver}”, with a control group.", driver=mine[0])
    return tr("Begin trials of what to change with one of these, with a control group: {names}.", names=_quoted(mine))


def _open(
    weights: DriverWeights, value: PerceivedValue | None, sides: GoodAndBad | None
) -> tuple[tuple[str, str], ...]:
    told = [
        (
            tr("Does “{driver}” bring purchases, or do those who buy often judge it better?", driver=name),
            tr("A trial: change it for half of the customers, drawn by lot, and count what both halves buy."),
        )
        for name in _shown(weights)[:1]
    ]
    if not _is_alone(weights) and weights.lead == "none":
        told.append(
            (
                tr("Which driver goes with most of repeat purchase?"),
                tr("Four times as many answers make the interval half as wide."),
            )
        )
    told += [
        (
            tr("Which goes with more: {one} or {other}?", one=GROUP[pair.one].lower(), other=GROUP[pair.other].lower()),
            tr("Four times as many answers make the interval half as wide."),
        )
        for pair in weights.pairs
        if pair.heavier == "cannot_tell"
    ][:1]
    if value is not None and value.segments and not value.differs:
        told.append(
            (
                tr("For whom does more benefit pay, and for whom less sacrifice?"),
                tr("More answers of each segment, or a trial of both levers drawn within segments."),
            )
        )
    if sides is not None and all(bend.verdict == "cannot_tell" for bend in sides.bends):
        told.append(
            (
                tr("Does a bad answer cost more than a good one brings?"),
                tr("Four times as many answers make the interval half as wide."),
            )
        )
    return tuple(told)
