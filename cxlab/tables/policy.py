"""The list to act on, as counts: the customers themselves stand in the run's tables only."""

from cxlab.blocks import SEGMENTS, Cell, Table
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME
from cxlab.policy import GestureHanding, PlannedTrial
from cxlab.policy.giving import GIVE, HOLD_OUT
from cxlab.words import few


def customers_to_give_to(handing: GestureHanding) -> Table | None:
    """One row an answer: how many customers; None where there is no list."""
    giving = handing.policy.giving
    if giving is None:
        return None
    least, n_rest = handing.policy.effects.data.minimum_group, giving.count("")
    rows = [
        (Cell(tr("Give")), Cell("give"), Cell(few(giving.count(GIVE), least))),
        (Cell(tr("Held out by lot")), Cell("hold_out"), Cell(few(giving.count(HOLD_OUT), least))),
    ]
    if n_rest:
        rows.append((Cell(tr("Not chosen")), Cell(tr("empty")), Cell(few(n_rest, least))))
    where = tr("The customers stand in the file gesture_customers among the run’s tables, with their own ids.")
    return Table(
        "gesture_customers",
        tr("Whom to give it to"),
        (tr("Answer"), tr("Column arm of the table"), tr("Customers")),
        tuple(rows),
        " ".join(part for part in (where, handing.names_only) if part),
        words=(1,),
    )


def planned_assignments(planned: PlannedTrial) -> Table | None:
    """One row a stratum: how many get it and how many do not; None where there is no list."""
    giving, least = planned.giving, planned.minimum_group
    if giving is None:
        return None
    counts = giving.assignments.groupby(["stratum", "arm"]).size().unstack(fill_value=0)
    for arm in (GIVE, HOLD_OUT):
        if arm not in counts:
            counts[arm] = 0
    shown = [
        (_stratum(str(name)), Cell(few(int(row[GIVE]), least)), Cell(few(int(row[HOLD_OUT]), least)))
        for name, row in counts.loc[sorted(counts.index, key=_place)].iterrows()
    ]
    return Table(
        "gesture_assignments",
        tr("The trial that is written into the list"),
        (tr("Group"), tr("Give"), tr("Held out by lot")),
        tuple(shown),
        tr(
            "The file gesture_assignments among the run’s tables is the study’s next table of "
            "assignments, with hold_out as its control."
        ),
    )


def _stratum(name: str) -> Cell:
    if name in SEGMENTS:
        return Cell(SEGMENT_NAME[name], segment=name)
    return Cell(tr("First order") if name == "new" else name or tr("All"))


def _place(name: str) -> int:
    return SEGMENTS.index(name) if name in SEGMENTS else len(SEGMENTS)
