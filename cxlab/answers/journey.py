"""Where do people drop off? The part of the answer that the visits give."""

from cxlab.blocks import Answer, Fact, Strip, Tone
from cxlab.errors import Untold
from cxlab.experience import Clicks, Funnel
from cxlab.language import tr
from cxlab.words import number, percent, percent_between


def journey_answer(funnel: Funnel, clicks: Clicks | Untold | None = None) -> Answer:
    """Put into words where people drop off on the way to a purchase, and what to do.

    Parameters
    ----------
    clicks : what one more click goes with, where it can be told.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cx.journey_answer(cx.follow_journey(kit.journey), cx.weigh_clicks(kit.journey)).tone
    'partly'
    """
    return Answer(
        tone=_tone(funnel),
        tag=_tag(funnel),
        line=_line(funnel),
        facts=tuple(fact for fact in (_whole(funnel), _step(funnel), _click(clicks)) if fact is not None),
        decide=_decide(funnel),
        headline=funnel.heading,
        open=_open(funnel, clicks),
    )


def _tone(funnel: Funnel) -> Tone:
    return "partly" if funnel.worst is not None else "cannot"


def _tag(funnel: Funnel) -> str:
    worst = funnel.worst
    if worst is not None:
        return tr("Most drop off before {step}", step=worst.quoted)
    return tr("No step stands out") if len(funnel.way) > 1 and not funnel.is_small else tr("Cannot tell")


def _line(funnel: Funnel) -> str:
    worst = funnel.worst
    if worst is not None and worst.share is not None:
        return tr(
            "On the way to a purchase most drop off before {step}: {share} of those at {before} go on to it.",
            step=worst.quoted,
            share=percent(worst.share.number),
            before=tr("“{name}”", name=worst.of),
        )
    if not funnel.way:
        return tr("The visits have one step only, so the data cannot tell where people drop off.")
    if funnel.is_small:
        return tr("The funnel is too small to tell where people drop off: {n} sessions.", n=number(funnel.n))
    if len(funnel.way) == 1:
        return tr("The visits have two steps, so there is no other step to hold the drop-off against.")
    return tr("On the way to a purchase no step loses more than every other.")


def _whole(funnel: Funnel) -> Fact | None:
    e = funnel.whole
    if not funnel.way or not e.has_interval:
        return None
    ends, end = percent_between(*e.ends, 1), tr("“{name}”", name=funnel.way[-1].name)
    return Fact(
        tr("Come to the purchase") if funnel.journey.steps.n_purchase else tr("Come to the last step"),
        percent(e.number, 1),
        tr("came to {end} (95% interval {interval}; {n} sessions).", end=end, interval=ends, n=number(funnel.n)),
        tr("of the sessions"),
        Strip(
            e.ends[0], e.number, e.ends[1], tr("{share}, from {interval}", share=percent(e.number, 1), interval=ends)
        ),
    )


def _step(funnel: Funnel) -> Fact | None:
    if not funnel.way:
        return None
    step = funnel.worst or funnel.lowest
    if step.share is None or not step.share.has_interval:
        return None
    return Fact(
        tr("The narrowest step"),
        percent(step.share.number, 1),
        tr(
            "go on from {before} to {step} ({interval}).",
            before=tr("“{name}”", name=step.of),
            step=step.quoted,
            interval=percent_between(*step.share.ends, 1),
        ),
        tr("of those before it"),
    )


def _click(clicks: Clicks | Untold | None) -> Fact | None:
    if not isinstance(clicks, Clicks):
        return None
    e = clicks.percent
    if clicks.verdict == "cannot_tell":
        return Fact(
            tr("One more click"),
            tr("Cannot tell"),
            tr("Anything from {interval} in the odds of going on fits the data.", interval=percent_between(*e.ends, 1)),
        )
    sign = "+" if e.number > 0 else ""
    return Fact(
        tr("One more click"),
        f"{sign}{percent(e.number, 1)}",
        tr(
            "in the odds of going on went with it ({interval}); whether it is the click’s doing, a trial can tell.",
            interval=percent_between(*e.ends, 1),
        ),
    )


def _decide(funnel: Funnel) -> str:
    worst = funnel.worst
    if worst is not None:
        return tr(
            "Look first at what stands between {before} and {step}: change one thing there for half of the sessions, "
            "drawn by lot, and read both halves.",
            before=tr("“{name}”", name=worst.of),
            step=worst.quoted,
        )
    return tr("Change no step on the strength of these visits. Record more of them, step by step.")


def _open(funnel: Funnel, clicks: Clicks | Untold | None) -> tuple[tuple[str, str], ...]:
    told = []
    worst = funnel.worst
    if worst is not None:
        told.append(
            (
                tr("What keeps people from {step}?", step=worst.quoted),
                tr("A trial: half of the sessions, drawn by lot, meet that step in another form."),
            )
        )
    elif funnel.way:
        told.append(
            (
                tr("At which step do people drop off?"),
                tr("Four times as many sessions make the intervals half as wide."),
            )
        )
    if isinstance(clicks, Clicks) and clicks.verdict in ("less", "more", "cannot_tell"):
        told.append(
            (
                tr("Does a click less bring more purchases?"),
                tr("A trial: half of the sessions, drawn by lot, have one page less on the way."),
            )
        )
    if funnel.channels_differ == "yes":
        told.append(
            (
                tr("Do channels differ, or the people in them?"),
                tr("A trial: customers drawn by lot are invited to the other channel."),
            )
        )
    return tuple(told)
