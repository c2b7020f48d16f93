"""What came in, why records were not used, and what the data can answer."""

from cxlab.blocks import Cell, Table
from cxlab.intake import Intake, Questions, Rejects
from cxlab.words import number, percent

_CAN = {"yes": "Yes", "partly": "In part", "no": "No"}


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


def rejects(found: Rejects) -> Table:
    """One row a table, column and reason."""
    columns = (found.table[name] for name in ("reason", "table", "column", "records", "share"))
    rows = tuple(
        (Cell(reason), Cell(table), Cell(column), Cell(number(records)), Cell(percent(share, 1)))
        for reason, table, column, records, share in zip(*columns, strict=True)
    )
    return Table(
        name="rejects",
        caption="Records that were not used",
        columns=("Reason", "Table", "Column", "Records", "Share of the table"),
        rows=rows or ((Cell("None: every record was used"), Cell("–"), Cell("–"), Cell("0"), Cell("0%")),),
        note="Each stands in the folder rejects with its file, line and text.",
        words=(1, 2),
    )


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
