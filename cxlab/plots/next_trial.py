"""The plot of the smallest effect that the customers at hand show, by how long they are followed."""

from matplotlib.axes import Axes

from cxlab.blocks import Caption
from cxlab.plan import MATTERS, NextTrial, Window
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import number, number_between, percent


def _told(trial: NextTrial) -> list[Window]:
    return [window for window in trial.windows if trial.detectable(window).has_interval]


def _draw(trial: NextTrial, ax: Axes) -> None:
    rows = [
        Row(_length(window), seen, f"+{number(seen.number, 1)}%", filled=window.days == trial.days)
        for window in _told(trial)
        for seen in [trial.detectable(window)]
    ]
    draw_rows(ax, rows, unit="Smallest effect seen, percent of the outcome without it", left=0.14)


def _length(window: Window) -> str:
    return "Same time" if window.days is None else f"{window.days} days"


def _caption(trial: NextTrial) -> Caption:
    told = [(window, trial.detectable(window)) for window in _told(trial)]
    listed = "; ".join(
        f"{_length(w)}: +{number(seen.number, 1)}% ({number_between(*seen.ends, 1)})" for w, seen in told
    )
    return Caption(
        trial.heading,
        f"Smallest effect that a trial of {number(trial.at_hand or 0)} {trial.who} shows in {trial.design.trials}, by "
        f"how long each is followed. Lines: 95% intervals. The full dot is the time that trials are read by.",
        f"Dots of the smallest effect that the customers at hand show, by days followed. {listed}.",
        f"An effect of {percent(MATTERS)} takes as many customers as the table says.",
    )


def _lacks(trial: NextTrial) -> str:
    return "" if _told(trial) else "How small an effect could be seen cannot be drawn: nothing is known to reckon with."


next_trial: Plot[NextTrial] = Plot(
    "next_trial_effects",
    _draw,
    _caption,
    wide=(680, 90),
    narrow=(358, 90),
    lacks=_lacks,
    grows=lambda trial: 46 * len(_told(trial)),
)
