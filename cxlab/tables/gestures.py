"""How gestures were given, and how large the next trial must be."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import GestureDesign
from cxlab.gestures.design import token_of
from cxlab.gestures.said import in_percent, title_of
from cxlab.language import Texts, tr, trn
from cxlab.plan import LEAST, SIZES, NextTrial, Window
from cxlab.plan.nouns import counted
from cxlab.words import few, number, number_between, percent

_GIVEN = Texts(
    {
        "randomised": "drawn by lot",
        "observational": "chosen by the shop",
        "not_identifiable": "chosen, and no effect can be given",
    }
)


def gesture_design(design: GestureDesign) -> Table:
    """One row an arm: how it was given, to how many, and against how many."""
    least = design.effects.data.minimum_group
    rows = tuple(
        (
            Cell(title_of(e)),
            Cell(_GIVEN[token_of(e)]),
            Cell((tr("Orders") if e.rows == "order" else tr("Customers")).lower()),
            Cell(few(e.n_treated, least)),
            Cell(few(e.n_control, least)),
        )
        for e in design.effects.effects
    )
    return Table(
        "design",
        tr("How the gestures were given"),
        (tr("Gesture"), tr("How"), tr("Counted in"), tr("With it"), tr("Without it")),
        rows,
        words=(1, 2),
    )


def trial_sizes(trial: NextTrial) -> Table:
    """One row a length of time: what customers bought in it, whom it takes, and what those at hand show."""
    shown = trial.at_hand is not None
    rows = tuple(
        (
            Cell(_length(window)),
            Cell(
                number(window.moments.mean, 2), tr("variance {variance}", variance=number(window.moments.variance, 2))
            ),
            Cell(percent(window.moments.explained)),
            *(_customers(trial.size(size, window)) for size in SIZES),
            *([_seen(trial.detectable(window))] if shown else []),
        )
        for window in trial.windows
        if window.is_known
    )
    each = tr("Customers an arm") if trial.design.is_even else tr("Customers")
    note = tr(
        "To see the effect in {trials}, at the {alpha} level, in percent of the outcome without "
        "the gesture; what the time before foretells is taken out. Small figures are 95% "
        "intervals, but for the variance.",
        trials=trial.design.trials,
        alpha=percent(trial.design.alpha),
    )
    if shown:
        n = few(trial.at_hand or 0, LEAST)
        note += " " + (
            tr("At hand: {n}, as many as here.", n=n)
            if trial.again
            else tr("At hand: {customers} who could be drawn.", customers=counted(n, trial.who))
        )
    return Table(
        "next_trial",
        tr("How large the next trial must be, by how long customers are followed"),
        (
            tr("Followed for"), tr("Outcome a customer"), tr("Foretold"),
            *(f"{each}, +{percent(size)}" for size in SIZES),
            *([tr("Seen with those at hand")] if shown else []),
        ),
        rows,
        note,
    )  # fmt: skip


def _length(window: Window) -> str:
    return tr("The same time") if window.days is None else trn("1 day", "{n} days", window.days, n=number(window.days))


def _customers(size: Estimate) -> Cell:
    if size.value is None:
        return Cell(tr("no number"))
    return Cell(number(size.number), number_between(*size.ends) if size.has_interval else "")


def _seen(effect: Estimate) -> Cell:
    if effect.value is None:
        return Cell(tr("none"))
    return Cell(
        in_percent(f"+{number(effect.number, 1)}"),
        in_percent(number_between(*effect.ends, 1)) if effect.has_interval else "",
    )
