"""The plot of the smallest effect that the customers at hand show, by how long they are followed."""

from matplotlib.axes import Axes

from cxlab.blocks import Caption
from cxlab.language import tr, trn
from cxlab.plan import MATTERS, NextTrial, Window
from cxlab.plan.nouns import counted
from cxlab.plan.said import points
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import number, number_between, percent


def _told(trial: NextTrial) -> list[Window]:
    return [window for window in trial.windows if trial.detectable(window).has_interval]


def _draw(trial: NextTrial, ax: Axes) -> None:
    rows = [
        Row(_length(window), seen, f"+{points(seen.number)}", filled=window.days == trial.days)
        for window in _told(trial)
        for seen in [trial.detectable(window)]
    ]
    draw_rows(ax, rows, unit=tr("Smallest effect seen, percent of the outcome without it"), left=0.14)


def _length(window: Window) -> str:
    if window.days is None:
        return tr("Same time")
    return trn("1 day", "{n} days", window.days, n=number(window.days))


def _caption(trial: NextTrial) -> Caption:
    told = [(window, trial.detectable(window)) for window in _told(trial)]
    listed = "; ".join(f"{_length(w)}: +{points(seen.number)} ({number_between(*seen.ends, 1)})" for w, seen in told)
    return Caption(
        trial.heading,
        tr(
            "Smallest effect that a trial of {customers} shows in {trials}, by how long each is followed. Lines: 95% "
            "intervals. The full dot is the time that trials are read by.",
            customers=counted(trial.at_hand or 0, trial.who),
            trials=trial.design.trials,
        ),
        tr("Dots of the smallest effect that the customers at hand show, by days followed. {listed}.", listed=listed),
        tr("An effect of {effect} takes as many customers as the table says.", effect=percent(MATTERS)),
    )


def _lacks(trial: NextTrial) -> str:
    if _told(trial):
        return ""
    return tr("How small an effect could be seen cannot be drawn: nothing is known to reckon with.")


next_trial: Plot[NextTrial] = Plot(
    "next_trial_effects",
    _draw,
    _caption,
    wide=(680, 90),
    narrow=(358, 90),
    lacks=_lacks,
    grows=lambda trial: 46 * len(_told(trial)),
)
