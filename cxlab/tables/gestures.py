"""How gestures were given, and how large the next trial must be."""

from cxlab.blocks import Cell, Table
from cxlab.gestures import GestureDesign, NextTrial
from cxlab.gestures.design import token_of
from cxlab.gestures.said import name_of
from cxlab.words import capital, few, number, percent

_GIVEN = {
    "randomised": "drawn by lot",
    "observational": "chosen by the shop",
    "not_identifiable": "chosen, and no effect can be given",
}


def gesture_design(design: GestureDesign) -> Table:
    """One row an arm: how it was given, to how many, and against how many."""
    least = design.effects.data.minimum_group
    rows = tuple(
        (
            Cell(capital(name_of(e))),
            Cell(_GIVEN[token_of(e)]),
            Cell(f"{e.rows}s"),
            Cell(few(e.n_treated, least)),
            Cell(few(e.n_control, least)),
        )
        for e in design.effects.effects
    )
    return Table(
        "design",
        "How the gestures were given",
        ("Gesture", "How", "Counted in", "With it", "Without it"),
        rows,
        words=(1, 2),
    )


def trial_sizes(trial: NextTrial) -> Table:
    """One row an effect: how many customers an arm it takes to see it."""
    rows = tuple(
        (Cell(percent(row["effect_percent"] / 100)), Cell(number(row["customers_per_arm"])))
        for row in trial.table.to_dict("records")
    )
    return Table(
        "next_trial",
        "How large the next trial must be",
        ("Effect, in percent of the outcome without it", "Customers an arm"),
        rows,
        "To see the effect in four of five such trials, at the 5% level.",
    )
