"""What came in and when, what was not used or was given back, and what the data can answer."""

from cxlab.blocks import Cell, Table
from cxlab.intake import Cohorts, Intake, Questions, Rejects, Returns
from cxlab.intake.cohorts import MOST_ROWS
from cxlab.segments import Together
from cxlab.words import few, money, number, percent

_CAN = {"yes": "Yes", "partly": "In part", "no": "No"}
_HOW = {
    "number": "By the order's number",
    "amount": "By the same amount",
    "part": "As part of a line, by the price per piece",
    "other": "Not found: earlier orders fit nowhere",
    "none": "Not found: no earlier order",
}


def sources(intake: Intake) -> Table:
    """One row a source: records read, used, rejected, and how the files were read."""
    rows = tuple(
        (Cell(t.table), Cell(number(t.n_read)), Cell(number(t.n_used)), Cell(number(t.n_rejected)), Cell(t.understood))
        for t in intake.tables.values()
    )
    return Table(
        name="sources",
        caption="What was read",
        columns=("Table", "Records", "Used", "Not used", "Read as"),
        rows=rows,
        note="Used and not used together are all records in the files.",
        words=(4,),
    )


def rejects(found: Rejects) -> Table | None:
    """One row a table, column and reason; None where every record was used."""
    if found.table.empty:
        return None
    columns = (found.table[name] for name in ("reason", "table", "column", "heading", "records", "share"))
    rows = tuple(
        (Cell(reason), Cell(table), _column(column, heading), Cell(number(records)), Cell(percent(share, 1)))
        for reason, table, column, heading, records, share in zip(*columns, strict=True)
    )
    return Table(
        name="rejects",
        caption="Records that were not used",
        columns=("Reason", "Table", "Column", "Records", "Share of the table"),
        rows=rows,
        note="Each stands in the folder rejects with its file, line and text.",
        words=(1, 2),
    )


def _column(ours: str, heading: str) -> Cell:
    """Name a column as the kit does, and as the files do where that is something else."""
    return Cell(ours, small="" if heading == ours else f"“{heading}” in the files")


def cohorts(found: Cohorts) -> Table | None:
    """One row a period of first orders: customers, and how many of them came back; None without orders."""
    if found.table.empty:
        return None
    table, smallest = found.table, found.minimum_group
    if len(table) > MOST_ROWS:
        table = table[table["customers"] > 0].tail(MOST_ROWS)
    columns = (table[name] for name in ("period", "customers", "followed", "back_within", "came_back"))
    rows = tuple(
        (
            Cell(found.name(start).removeprefix("the ")),
            Cell(few(int(n), smallest)),
            _share_back(int(within), int(followed), smallest),
            _share_back(int(back), int(n), smallest),
        )
        for start, n, followed, within, back in zip(*columns, strict=True)
    )
    return Table(
        name="cohorts",
        caption=f"Customers by the {found.period} of their first order, and those who came back",
        columns=("First order in", "New customers", f"Back within {found.within_days} days", "Back so far"),
        rows=rows,
        note=(
            "Back: an order on a later day. Small figures: how many, of those who could be followed so long. Who first "
            "ordered before the data begin counts as new at the first order in them, so early rows hold old customers."
        ),
    )


def _share_back(n: int, of: int, minimum_group: int) -> Cell:
    """Write a share of customers who came back; small counts are hidden, and so is a share that gives them away."""
    if not of:
        return Cell("–")
    if of < minimum_group or 0 < n < minimum_group:
        return Cell(few(n, minimum_group) if of >= minimum_group else "–")
    return Cell(percent(n / of), small=f"{number(n)} of {number(of)}", bar=n / of)


def returns(found: Returns) -> Table | None:
    """One row a way in which the purchase of a return was found, or not; None where nothing was given back."""
    if not found.n:
        return None
    shown = found.table[found.table["lines"] > 0]
    columns = (shown[name] for name in ("how", "lines", "customers", "value", "median_days"))
    rows = [
        _returned(found, _HOW[how], int(lines), int(customers), float(value), None if days != days else float(days))
        for how, lines, customers, value, days in zip(*columns, strict=True)
    ]
    if len(rows) > 1:
        rows.append(_returned(found, "All returns", found.n, found.n_customers, found.value, found.median_days))
    return Table(
        name="returns",
        caption="What was given back",
        columns=("How the purchase was found", "Return lines", "Value", "Days until returned"),
        rows=tuple(rows),
        note="Small figures: share of the revenue before returns. Days from the purchase to the return: median.",
    )


def _returned(
    found: Returns, what: str, lines: int, customers: int, value: float, days: float | None
) -> tuple[Cell, ...]:
    if 0 < customers < found.minimum_group:
        return Cell(what), Cell(few(lines, found.minimum_group)), Cell("–"), Cell("–")
    share = percent(value / found.sold, 1) if found.sold > 0 else ""
    waited = "–" if days is None else number(days, 0 if days.is_integer() else 1)
    return Cell(what), Cell(number(lines)), Cell(money(value, found.currency), small=share), Cell(waited)


def activity_and_profit(found: Together) -> Table | None:
    """Two rows: customers of the recent and of the silent half, by whether they brought much; None where unknown."""
    if found.correlation is None:
        return None
    names = {"recent": "Last order later than the median", "silent": "Last order on that day or earlier"}
    columns = (found.table[name] for name in ("half", "profitable", "unprofitable"))
    rows = tuple(
        (Cell(names[half]), *(_part(int(n), found) for n in counts)) for half, *counts in zip(*columns, strict=True)
    )
    return Table(
        name="activity_and_profit",
        caption="Active against profitable",
        columns=("Customers", "More contribution than the median", "No more than it"),
        rows=rows,
        note="Number of customers, as of the end of calibration; small figures: share of all of them.",
    )


def _part(n: int, found: Together) -> Cell:
    if n < found.minimum_group:
        return Cell(few(n, found.minimum_group))
    return Cell(number(n), small=percent(n / found.n))


def questions(asked: Questions) -> Table:
    """One row a question: can it be answered, why, and what to bring."""
    rows = tuple((Cell(q.question), Cell(_CAN[q.can]), Cell(q.why), Cell(q.bring or "–")) for q in asked.asked)
    return Table(
        name="questions",
        caption="What these data can answer",
        columns=("Question", "Answerable", "Why", "What to bring"),
        rows=rows,
        words=(1, 2, 3),
    )
