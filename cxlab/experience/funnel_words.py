"""What is said of a funnel: who reached what, and what a reader should know of the data."""

from typing import TYPE_CHECKING

from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.words import capital, day, few, number, percent, percent_between

if TYPE_CHECKING:
    from cxlab.experience.funnel import Funnel, Step

SMALL = 100
"""Sessions below which a funnel is small: no step is judged."""
_OFTEN = 0.05
"""Share of the sessions from which on it is said that steps were skipped, or met in another order."""


def reading_of(funnel: "Funnel") -> str:
    """Say who reached what."""
    steps = funnel.journey.steps
    order = (
        tr("in the order that the study gives")
        if steps.are_given
        else tr("in the order in which sessions met them, which was found and not given")
    )
    told = [
        trn("{n} session, {order}: {steps}.", "{n} sessions, {order}: {steps}.", funnel.n, n=number(funnel.n),
            order=order, steps=" → ".join(step.quoted for step in funnel.steps)),
    ]  # fmt: skip
    way = [_went_on(step) for step in funnel.way]
    if way:
        told.append(
            tr(
                "Of the sessions at the step before, these went on, with 95% intervals: {listed}.",
                listed=", ".join(way),
            )
        )
    if steps.n_purchase and funnel.way and funnel.whole.has_interval:
        told.append(
            tr("{share} of all sessions ({interval}) came to {purchase}, which is the purchase{how}.",
               share=percent(funnel.whole.number, 1), interval=percent_between(*funnel.whole.ends, 1),
               purchase=tr("“{name}”", name=steps.purchase), how=_how(funnel))
        )  # fmt: skip
    if funnel.after:
        told.append(
            tr("After it, of the sessions with a purchase: {listed}.",
               listed=", ".join(_went_on(step) for step in funnel.after))
        )  # fmt: skip
    return " ".join(told)


def _how(funnel: "Funnel") -> str:
    known = funnel.journey.steps.known
    if known == "name":
        return tr(" by its name")
    return tr(" because it is the last step") if known == "last" else ""


def _went_on(step: "Step") -> str:
    e = step.share
    assert e is not None
    interval = percent_between(*e.ends, 1) if e.has_interval else "–"
    return tr("{step} {share} ({interval})", step=step.quoted, share=percent(e.number, 1), interval=interval)


def channels_told(funnel: "Funnel") -> str:
    """Say at which steps channels differ; empty where there are no two to compare."""
    judged = [step for step in funnel.way if step.difference is not None]
    if not judged:
        return tr("There are no two channels with enough sessions to hold against each other.")
    by = {verdict: [step for step in judged if step.difference and step.difference.verdict == verdict]
          for verdict in ("yes", "no", "cannot_tell")}  # fmt: skip
    told = []
    for step in by["yes"]:
        d = step.difference
        assert d is not None
        told.append(
            tr("Before {step} channels differ: {high} go on in {highest}, {low} in {lowest}.", step=step.quoted,
               high=percent(step.by_channel[d.highest].number), low=percent(step.by_channel[d.lowest].number),
               highest=tr("“{name}”", name=d.highest), lowest=tr("“{name}”", name=d.lowest))
        )  # fmt: skip
    if by["no"]:
        told.append(
            trn("Before {steps} channels are alike: less than 5 points apart.",
                "Before {steps} channels are alike: less than 5 points apart.",
                len(by["no"]), steps=listed([step.quoted for step in by["no"]]))
        )  # fmt: skip
    if by["cannot_tell"]:
        told.append(
            trn("Before {steps} the data cannot tell whether channels differ.",
                "Before {steps} the data cannot tell whether channels differ.",
                len(by["cannot_tell"]), steps=listed([step.quoted for step in by["cannot_tell"]]))
        )  # fmt: skip
    told.append(tr("Who takes which channel is no accident: the difference need not be the channel’s doing."))
    return " ".join(told)


def asides(funnel: "Funnel") -> list[str]:
    """Say what a reader should know of the data."""
    journey, steps = funnel.journey, funnel.journey.steps
    told = []
    if funnel.is_small and funnel.way:
        told.append(
            tr("That is a small funnel: intervals are wide, and with fewer than {least} sessions no step is judged.",
               least=number(SMALL))
        )  # fmt: skip
    if steps.absent:
        named = listed([tr("“{name}”", name=name) for name in steps.absent])
        told.append(tr("Named in the study, but in no record: {steps}.", steps=named))
    if steps.others:
        named = listed([tr("“{name}” ({n})", name=name, n=number(n)) for name, n in steps.others[:5]])
        told.append(
            trn("{n} further step is in the records and not named in the study; it counts as a click alone: {steps}.",
                "{n} further steps are in the records and not named in the study; they count as clicks alone: {steps}.",
                len(steps.others), n=len(steps.others), steps=named)
        )  # fmt: skip
    if steps.known == "absent" and funnel.way:
        told.append(tr("The purchase is not on record, so it is only asked who went on to the last step."))
    if journey.n_outside:
        told.append(
            trn("{n} session has none of the steps and is left out.",
                "{n} sessions have none of the steps and are left out.", journey.n_outside,
                n=number(journey.n_outside))
        )  # fmt: skip
    if journey.n_later and journey.last_day is not None:
        later = trn(
            "{n} record from after {day}, the last day that counts, is left out: `observation_end` in the study sets "
            "another.",
            "{n} records from after {day}, the last day that counts, are left out: `observation_end` in the study "
            "sets another.",
            max(journey.n_later, funnel.minimum_group),
            n=few(journey.n_later, funnel.minimum_group),
            day=day(journey.last_day),
        )
        told.append(capital(later))
    for k, step in enumerate(funnel.steps):
        if step.phase != "after" and step.skipped > _OFTEN * step.sessions:
            told.append(
                tr("{share} of the sessions that came to {step} or further have no record of it.",
                   share=percent(step.skipped / step.sessions), step=step.quoted)
            )  # fmt: skip
        if k and journey.backwards[k - 1] > _OFTEN * max(int(journey.both[k - 1]), 1):
            told.append(
                tr("{share} of the sessions with both met {step} before {before}.",
                   share=percent(int(journey.backwards[k - 1]) / int(journey.both[k - 1])), step=step.quoted,
                   before=funnel.steps[k - 1].quoted)
            )  # fmt: skip
    told.append(_linked(funnel))
    if journey.n_of_two:
        told.append(
            trn("{n} session names two customers and counts as one’s.", "{n} sessions name two customers and count as "
                "one’s each.", journey.n_of_two, n=number(journey.n_of_two))
        )  # fmt: skip
    if journey.n_channels > len(journey.by_channel) > 0:
        n = journey.n_channels - len(journey.by_channel)
        told.append(
            trn("{n} smaller channel is not looked at by itself.", "{n} smaller channels are not looked at by "
                "themselves.", n, n=number(n))
        )  # fmt: skip
    return told


def _linked(funnel: "Funnel") -> str:
    journey = funnel.journey
    if not journey.n_linked:
        return tr("No session says whose it was, so each counts as another person’s.")
    if journey.n_linked == journey.n_sessions:
        return trn(
            "All sessions are known to be those of {n} customer, and count together.",
            "All sessions are known to be those of {n} customers, and those of each count together.",
            journey.n_customers,
            n=number(journey.n_customers),
        )
    share = min(journey.n_linked / journey.n_sessions, 0.999)  # not all, and rounded to all by no reader
    return tr(
        "{share} of the sessions are known to be those of {n} customers, whose sessions count together; each of the "
        "others counts as another person’s.",
        share=percent(share, 0 if 0.01 <= share < 0.995 else 1),
        n=number(journey.n_customers),
    )
