"""The next trial in words."""

from typing import TYPE_CHECKING

from cxlab.language import tr, trn
from cxlab.plan.nouns import counted
from cxlab.plan.window import LEAST
from cxlab.words import count, number, number_between, percent, percent_of

if TYPE_CHECKING:
    from cxlab.plan.sizes import NextTrial


def points(value: float, digits: int = 1) -> str:
    """Write a number of percent.

    Examples
    --------
    >>> points(12.34), points(10.0, 0)
    ('12.3%', '10%')
    """
    return tr("{n}%", n=number(value, digits))


def heading(trial: "NextTrial") -> str:
    """Say what the customers at hand can show."""
    seen = trial.detectable()
    if not trial.is_known or trial.at_hand is None:
        return tr("How large the next trial must be")
    if seen.value is None:
        return tr("A trial needs more customers than there are")
    effect = points(seen.number)
    if trial.who == "active customers":
        if trial.again:
            return tr("A trial with as many active customers as here shows effects of {effect} or more", effect=effect)
        return tr("A trial of the active customers at hand shows effects of {effect} or more", effect=effect)
    if trial.who == "customers":
        if trial.again:
            return tr("A trial with as many customers as here shows effects of {effect} or more", effect=effect)
        return tr("A trial of the customers at hand shows effects of {effect} or more", effect=effect)
    those = f"A trial with as many {trial.who} as here" if trial.again else f"A trial of the {trial.who} at hand"
    return f"{those} shows effects of {effect} or more"


def unknown(trial: "NextTrial") -> str:
    """Say that no size can be reckoned, and why."""
    why = trial.why or tr("it takes {n} customers with an outcome that is not the same for all", n=LEAST)
    return tr("How large the next trial must be cannot be said: {why}.", why=why)


def takes(trial: "NextTrial", effect: float) -> str:
    """Say what an effect takes."""
    size, raw = trial.size(effect), trial.size(effect, raw=True)
    said = tr("To see +{effect} in {trials}", effect=_percent(effect), trials=trial.design.trials)
    if size.value is None:
        if trial.noun == "customers":
            return tr("{said}, no number of customers suffices.", said=said)
        return f"{said}, no number of {trial.noun} suffices."
    text = tr("{said} it takes {size}", said=said, size=trial.design.estimate_in_words(size, trial.noun))
    if trial.days:
        text = tr("{text}, each followed for {n} days", text=text, n=trial.days)
    if raw.value is not None and raw.number > size.number:
        text = tr("{text}; {n} without what the time before foretells", text=text, n=number(raw.number))
    return f"{text}."


def at_hand(trial: "NextTrial", effect: float) -> str:
    """Say what those at hand show, and how often they would show an effect."""
    found = trial.power(effect)
    if trial.at_hand is None or trial.main is None:
        return ""
    if found is None:
        return tr("Fewer than {customers} could be drawn, too few for a trial.", customers=counted(LEAST, trial.who))
    those = tr("the {customers} at hand", customers=counted(trial.at_hand, trial.who))
    if trial.again:
        those = f"as many {trial.who} as here ({number(trial.at_hand)})"
        if trial.who == "customers":
            those = tr("as many customers as here ({n})", n=number(trial.at_hand))
    elif trial.design.is_even:
        those = tr("the {n} an arm at hand", n=number(trial.at_hand // trial.design.block))
    seen = trial.detectable()
    if seen.value is None:
        return tr("With {those} no effect could be seen, however large.", those=those)
    text = tr("With {those}: +{effect}", those=those, effect=points(seen.number))
    if seen.has_interval:
        interval = tr("{n}%", n=number_between(*seen.ends, 1))
        text = tr("{text} (95% interval: {interval})", text=text, interval=interval)
    return tr(
        "{text} or more; +{effect} would be found in {share} of such trials.",
        text=text,
        effect=_percent(effect),
        share=percent_of(found, 1),
    )


def as_they_come(trial: "NextTrial", effect: float) -> str:
    """Say how long it takes until the customers for an effect have come to buy, or that they do not come."""
    needed = trial.needed(effect)
    if needed is None or not trial.by_week:
        return ""
    total = sum(needed.values())
    weeks = trial.weeks(total)
    if weeks is not None:
        return f"Drawn as they come to buy, {number(total)} different customers take {count(weeks, 'week')}."
    most, longest = trial.by_week[-1], len(trial.by_week)
    return (
        f"Drawn as they come to buy, {number(total)} are not there within {longest} weeks: in the last "
        f"{longest}, {number(most)} different customers came."
    )


def within_reach(trial: "NextTrial", effect: float) -> str:
    """Say what the customers there are can show, where they are too few for an effect; else nothing."""
    total = trial.in_reach
    if total is None or not trial.is_out_of_reach(effect):
        return ""
    seen, weeks = trial.detectable(total=total), len(trial.by_week)
    enough = (
        tr("too few to see any")
        if seen.value is None
        else tr("enough to see one of {effect} or more", effect=points(seen.number))
    )
    return trn(
        "In {weeks} week about {n} different customers buy here, {enough}.",
        "In {weeks} weeks about {n} different customers buy here, {enough}.",
        weeks,
        weeks=number(weeks),
        n=number(total),
        enough=enough,
    )


def other_lengths(trial: "NextTrial", effect: float) -> str:
    """Say what an effect takes when customers are followed for other lengths of time."""
    others = [w for w in trial.windows if w.is_known and w.days is not None and w.days != trial.days]
    said = [
        tr("{days} days, {n}", days=number(w.days or 0), n=number(size.number))
        for w in others
        if (size := trial.size(effect, w)).value is not None
    ]
    if not said:
        return ""
    listed, *more = said
    for one in more:
        listed = tr("{listed}; for {further}", listed=listed, further=one)
    return tr("Followed for {listed}.", listed=listed)


def rests_on(trial: "NextTrial") -> str:
    """Say what the figures rest on."""
    window = trial.main
    if window is None or window.days is None:
        return ""
    who = tr("In the last {days} days, {n} such customers", days=window.days, n=number(window.n))
    if trial.again:
        who = tr("In {days} days, {n} customers without the gesture", days=window.days, n=number(window.n))
    return tr(
        "{who} bought on {mean} days on average, with a variance of {variance}, of which the time before foretells "
        "{share}.",
        who=who,
        mean=number(window.moments.mean, 2),
        variance=number(window.moments.variance, 2),
        share=percent(window.moments.explained),
    )


def _percent(effect: float) -> str:
    return tr("{n}%", n=f"{100 * effect:g}")
