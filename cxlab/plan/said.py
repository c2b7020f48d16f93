"""The next trial in words."""

from typing import TYPE_CHECKING

from cxlab.plan.window import LEAST
from cxlab.words import count, number, number_between, percent, percent_of

if TYPE_CHECKING:
    from cxlab.plan.sizes import NextTrial


def heading(trial: "NextTrial") -> str:
    """Say what the customers at hand can show."""
    seen = trial.detectable()
    if not trial.is_known or trial.at_hand is None:
        return "How large the next trial must be"
    if seen.value is None:
        return "A trial needs more customers than there are"
    those = f"A trial with as many {trial.who} as here" if trial.again else f"A trial of the {trial.who} at hand"
    return f"{those} shows effects of {number(seen.number, 1)}% or more"


def unknown(trial: "NextTrial") -> str:
    """Say that no size can be reckoned, and why."""
    why = trial.why or f"it takes {LEAST} customers with an outcome that is not the same for all"
    return f"How large the next trial must be cannot be said: {why}."


def takes(trial: "NextTrial", effect: float) -> str:
    """Say what an effect takes."""
    size, raw = trial.size(effect), trial.size(effect, raw=True)
    said = f"To see +{_percent(effect)} in {trial.design.trials}"
    if size.value is None:
        return f"{said}, no number of {trial.noun} suffices."
    text = f"{said} it takes {trial.design.estimate_in_words(size, trial.noun)}{_followed(trial.days)}"
    if raw.value is not None and raw.number > size.number:
        text += f"; {number(raw.number)} without what the time before foretells"
    return f"{text}."


def at_hand(trial: "NextTrial", effect: float) -> str:
    """Say what those at hand show, and how often they would show an effect."""
    found = trial.power(effect)
    if trial.at_hand is None or trial.main is None:
        return ""
    if found is None:
        return f"Fewer than {LEAST} {trial.who} could be drawn, too few for a trial."
    those = f"the {number(trial.at_hand)} {trial.who} at hand"
    if trial.again:
        those = f"as many {trial.who} as here ({number(trial.at_hand)})"
    elif trial.design.is_even:
        those = f"the {number(trial.at_hand // trial.design.block)} an arm at hand"
    seen = trial.detectable()
    if seen.value is None:
        return f"With {those} no effect could be seen, however large."
    text = f"With {those}: +{number(seen.number, 1)}%"
    if seen.has_interval:
        text += f" (95% interval: {number_between(*seen.ends, 1)}%)"
    return f"{text} or more; +{_percent(effect)} would be found in {percent_of(found, 1)} of such trials."


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
    seen = trial.detectable(total=total)
    enough = "too few to see any" if seen.value is None else f"enough to see one of {number(seen.number, 1)}% or more"
    weeks = count(len(trial.by_week), "week")
    return f"In {weeks} about {number(total)} different customers buy here, {enough}."


def other_lengths(trial: "NextTrial", effect: float) -> str:
    """Say what an effect takes when customers are followed for other lengths of time."""
    others = [w for w in trial.windows if w.is_known and w.days is not None and w.days != trial.days]
    said = [
        f"{number(w.days or 0)} days, {number(size.number)}"
        for w in others
        if (size := trial.size(effect, w)).value is not None
    ]
    return f"Followed for {'; for '.join(said)}." if said else ""


def rests_on(trial: "NextTrial") -> str:
    """Say what the figures rest on."""
    window = trial.main
    if window is None or window.days is None:
        return ""
    who = f"In the last {window.days} days, {number(window.n)} such customers"
    if trial.again:
        who = f"In {window.days} days, {number(window.n)} customers without the gesture"
    return (
        f"{who} bought on {number(window.moments.mean, 2)} days on average, with a variance of "
        f"{number(window.moments.variance, 2)}, of which the time before foretells "
        f"{percent(window.moments.explained)}."
    )


def _percent(effect: float) -> str:
    return f"{100 * effect:g}%"


def _followed(days: int | None) -> str:
    return f", each followed for {days} days" if days else ""
