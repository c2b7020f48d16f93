"""What came in and when, what was not used or was given back, and what the data can answer."""

import math
from collections.abc import Sequence

from cxlab.blocks import Cell, Table
from cxlab.intake import Cohorts, Intake, Ledger, Questions, Rejects, Returns
from cxlab.intake.cohorts import MOST_ROWS
from cxlab.intake.hiding import to_hide, why_hidden, withheld, written_counts
from cxlab.intake.kept_texts import said_again
from cxlab.language import Texts, tr
from cxlab.segments import Together
from cxlab.words import money, number, percent_of

_CAN = Texts({"yes": "Yes", "partly": "In part", "no": "No"})
_HOW = Texts(
    {
        "number": "By the order’s number",
        "amount": "By the same amount",
        "part": "As part of a line, by the price per piece",
        "other": "Not found: none of the earlier orders fits",
        "none": "Not found: the customer has no earlier order",
    }
)
_BY_FIRST_ORDER = Texts(
    {
        "week": "Customers by the week of their first order, and those who came back",
        "month": "Customers by the month of their first order, and those who came back",
        "quarter": "Customers by the quarter of their first order, and those who came back",
        "year": "Customers by the year of their first order, and those who came back",
    }
)


def sources(intake: Intake) -> Table:
    """One row a source: records read, used, rejected, and how the files were read."""
    rows = tuple(
        (
            Cell(t.table), Cell(number(t.n_read)), Cell(number(t.n_used)), Cell(number(t.n_rejected)),
            Cell(money(intake.ledger.revenue, intake.ledger.currency) if t.table == "orders" else "–"),
            Cell(t.understood),
        )
        for t in intake.tables.values()
    )  # fmt: skip
    return Table(
        name="sources",
        caption=tr("What was read"),
        columns=(tr("Table"), tr("Records"), tr("Used"), tr("Not used"), tr("Revenue"), tr("Read as")),
        rows=rows,
        note=tr("Used and not used together are all records in the files. Revenue: of the lines used, before returns."),
        words=(5,),
    )


def ledger(found: Ledger) -> Table | None:
    """One row an order file, or sheet: records used, and their revenue; None where there is one, or are too many."""
    if not found.is_told_by_file:
        return None
    columns = (found.table[name] for name in ("file", "lines", "revenue"))
    hidden = to_hide(found.table["lines"].tolist(), found.minimum_group)
    rows = tuple(
        (Cell(file), Cell(number(n)), Cell(withheld() if hide else money(revenue, found.currency)))
        for hide, file, n, revenue in zip(hidden, *columns, strict=True)
    )
    note = tr("Revenue of the lines used, before returns, to be held against the shop’s own books.")
    why = tr(
        " Hidden: files of under {n} records, and the next smallest that would give them away.", n=found.minimum_group
    )
    return Table(
        name="ledger",
        caption=tr("Revenue by file"),
        columns=(tr("File"), tr("Used"), tr("Revenue")),
        rows=rows,
        note=f"{note}{why}" if hidden.any() else note,
    )


def rejects(found: Rejects) -> Table | None:
    """One row a table, column and reason; None where every record was used."""
    if found.table.empty:
        return None
    columns = (found.table[name] for name in ("reason", "table", "column", "heading", "records", "share"))
    rows = tuple(
        (
            Cell(said_again(reason)),
            Cell(table),
            _column(column, heading),
            Cell(number(records)),
            Cell(percent_of(share, 1, 1)),
        )
        for reason, table, column, heading, records, share in zip(*columns, strict=True)
    )
    return Table(
        name="rejects",
        caption=tr("Records that were not used"),
        columns=(tr("Reason"), tr("Table"), tr("Column"), tr("Records"), tr("Share of the table")),
        rows=rows,
        note=tr(
            "Each stands in the folder rejects with its file, line and text. These are records, not "
            "customers, so small numbers are shown too."
        ),
        words=(1, 2),
    )


def _column(ours: str, heading: str) -> Cell:
    """Name a column as the kit does, and as the files do where that is something else."""
    return Cell(ours, small="" if heading == ours else tr("“{heading}” in the files", heading=heading))


def cohorts(found: Cohorts) -> Table | None:
    """One row a period of first orders: customers, and how many of them came back; None without orders."""
    if found.table.empty:
        return None
    customers = written_counts(found.table["customers"].tolist(), found.minimum_group)
    within, so_far = _shares_back(found, "back_within", "followed"), _shares_back(found, "came_back", "customers")
    names = [found.name(start).removeprefix("the ") for start in found.table["period"]]
    rows = [
        (Cell(name, small=tr("may hold old customers") if i == 0 else ""), Cell(n), within[i], so_far[i])
        for i, (name, n) in enumerate(zip(names, customers, strict=True))
    ]
    if len(rows) > MOST_ROWS:
        rows = [row for row, n in zip(rows, found.table["customers"], strict=True) if n > 0][-MOST_ROWS:]
    note = tr(
        "Back: an order on a later day. Small figures: how many, of those who could be followed "
        "so long. Later rows had less time for “back so far”; what can be compared is “back "
        "within {n} days”. Who first ordered before the data begin counts as new at "
        "the first order in them, so the first rows may hold old customers.",
        n=found.within_days,
    )
    return Table(
        name="cohorts",
        caption=_BY_FIRST_ORDER[found.period],
        columns=(
            tr("First order in"),
            tr("New customers"),
            tr("Back within {n} days", n=found.within_days),
            tr("Back so far"),
        ),
        rows=tuple(rows),
        note=_with_reason(note, rows, found.minimum_group),
    )


def _shares_back(found: Cohorts, back: str, of: str) -> list[Cell]:
    """Write for each row the share of customers who came back, but for those that give a few of them away."""
    hide = found.hidden_of(back, of)
    columns = (found.table[name].tolist() for name in (back, of))
    return [
        Cell("–")
        if not whole
        else Cell(withheld())
        if hidden
        else Cell(percent_of(n, whole), small=tr("{n} of {all}", n=number(n), all=number(whole)), bar=n / whole)
        for n, whole, hidden in zip(*columns, hide, strict=True)
    ]


def _with_reason(note: str, rows: Sequence[tuple[Cell, ...]], minimum_group: int) -> str:
    """Say in a note what is hidden, where something is."""
    is_hidden = any(cell.text == withheld() for row in rows for cell in row)
    return f"{note} {why_hidden(minimum_group)}" if is_hidden else note


def returns(found: Returns) -> Table | None:
    """One row a way in which the purchase of a return was found, or not; None where nothing was given back."""
    if not found.n:
        return None
    shown, hidden = found.table[found.table["lines"] > 0], found.hidden
    columns = (shown[name] for name in ("how", "lines", "value", "median_days"))
    rows = [
        _hidden_return(how)
        if how in hidden
        else _returned(found, _HOW[how], int(lines), float(value), None if days != days else float(days))
        for how, lines, value, days in zip(*columns, strict=True)
    ]
    if len(rows) > 1 and not found.is_hidden:
        rows.append(_returned(found, tr("All returns"), found.n, found.value, found.median_days))
    note = tr("Small figures: share of the revenue before returns. Days from the purchase to the return: median.")
    return Table(
        name="returns",
        caption=tr("What was given back"),
        columns=(tr("How the purchase was found"), tr("Return lines"), tr("Value"), tr("Days until returned")),
        rows=tuple(rows),
        note=_with_reason(note, rows, found.minimum_group),
    )


def _hidden_return(how: str) -> tuple[Cell, ...]:
    return Cell(_HOW[how]), Cell(withheld()), Cell(withheld()), Cell("–")


def _returned(found: Returns, what: str, lines: int, value: float, days: float | None) -> tuple[Cell, ...]:
    share = percent_of(value, found.sold, 1) if found.sold > 0 else ""
    waited = "–" if days is None else number(math.ceil(days))
    return Cell(what), Cell(number(lines)), Cell(money(value, found.currency), small=share), Cell(waited)


def activity_and_profit(found: Together) -> Table | None:
    """Two rows: customers of the recent and of the silent half, by whether they brought much.

    None where that is unknown, or where one of the four holds so few that the other three, of halves, give them away.
    """
    if found.correlation is None or found.is_hidden:
        return None
    names = {"recent": tr("Last order after the median day"), "silent": tr("Last order on the median day or before it")}
    columns = (found.table[name] for name in ("half", "profitable", "unprofitable"))
    rows = tuple(
        (Cell(names[half]), *(Cell(number(n), small=percent_of(n, found.n)) for n in counts))
        for half, *counts in zip(*columns, strict=True)
    )
    return Table(
        name="activity_and_profit",
        caption=tr("Active against profitable"),
        columns=(tr("Customers"), tr("Contribution above the median"), tr("Median contribution or less")),
        rows=rows,
        note=tr("Number of customers, as of the end of calibration; small figures: share of all of them."),
    )


def questions(asked: Questions) -> Table:
    """One row a question: can it be answered, why, and what to bring."""
    rows = tuple((Cell(q.question), Cell(_CAN[q.can]), Cell(q.why), Cell(q.bring or "–")) for q in asked.asked)
    return Table(
        name="questions",
        caption=tr("What these data can answer"),
        columns=(tr("Question"), tr("Answerable"), tr("Why"), tr("What to bring")),
        rows=rows,
        words=(1, 2, 3),
    )
