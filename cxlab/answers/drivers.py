"""What moves repeat purchase? Its part of the answer, in words."""

from cxlab.blocks import Answer, Fact, Strip
from cxlab.experience import DriverWeights, GoodAndBad, PerceivedValue
from cxlab.experience.drivers import GROUP, said_pair
from cxlab.language import tr
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
    name, share = next(iter(weights.shares.items()))
    main = weights.pair("experience") or weights.pair("hedonic")
    line = tr("“{driver}” goes with most of what the drivers explain of repeat purchase.", driver=name)
    if main is not None and main.heavier != "cannot_tell":
        line += " " + said_pair(main)
    interval = percent_between(*share.ends)
    fact = Fact(
        tr("What goes with repeat purchase"),
        percent(share.number),
        tr(
            "of what the drivers explain goes with “{driver}” ({interval}); all of them explain {share} of how "
            "purchases differ.",
            driver=name,
            interval=interval,
            share=percent(weights.total.number, 1),
        ),
        tr("association, not proof"),
        Strip(*_ends(weights), tr("{share}, from {interval}", share=percent(share.number), interval=interval)),
    )
    return Answer(
        tone="partly",
        tag=tr("Association"),
        line=line,
        facts=(fact,),
        decide=_decide(weights, value),
        headline=weights.heading,
        open=_open(weights, value, sides),
    )


def _ends(weights: DriverWeights) -> tuple[float, float, float]:
    share = next(iter(weights.shares.values()))
    low, high = share.ends
    return low, share.number, high


def _decide(weights: DriverWeights, value: PerceivedValue | None) -> str:
    name = next(iter(weights.shares))
    lever = "cannot_tell" if value is None else value.everybody.lever
    if lever == "more_benefit":
        return tr("Try more benefit before less sacrifice: begin with “{driver}”, with a control group.", driver=name)
    if lever == "less_sacrifice":
        return tr("Try less sacrifice before more benefit: begin with “{driver}”, with a control group.", driver=name)
    return tr("Begin trials of what to change with “{driver}”, with a control group.", driver=name)


def _open(
    weights: DriverWeights, value: PerceivedValue | None, sides: GoodAndBad | None
) -> tuple[tuple[str, str], ...]:
    name = next(iter(weights.shares))
    told = [
        (
            tr("Does “{driver}” bring purchases, or do those who buy often judge it better?", driver=name),
            tr("A trial: change it for half of the customers, drawn by lot, and count what both halves buy."),
        )
    ]
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
