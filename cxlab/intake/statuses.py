"""Orders that did not come to pass: a column that says so and that nothing reads must be spoken of."""

from cxlab.engine import Engine, fill, literal
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.sources import TableIntake
from cxlab.study import Source

HEADINGS = (
    "status", "order status", "financial status", "payment status", "tila", "tilauksen tila", "tilauksen status",
    "tilaustila", "maksun tila",
)  # fmt: skip
"""Headings of columns that say what became of an order."""
UNDONE = (
    "cancel", "refund", "return", "void", "fail", "pending", "on-hold", "on hold", "draft", "trash", "reject", "unpaid",
    "peru", "palaut", "hyvit", "odot", "hyl", "maksamat",
)  # fmt: skip
"""How the word for an order that did not come to pass, or not yet, begins."""
_SHOWN, _LONGEST = 4, 30
_UNDONE = KeptText(
    "By `{heading}`, {n} record of {table} did not come to pass, or not yet ({named}), and count all the same: name "
    "what counts in the study, as `keep: {{{heading}: [Completed]}}` beside `path:`.",
    "By `{heading}`, {n} records of {table} did not come to pass, or not yet ({named}), and count all the same: name "
    "what counts in the study, as `keep: {{{heading}: [Completed]}}` beside `path:`.",
)


def remark_on_undone(engine: Engine, table: TableIntake, source: Source) -> list[str]:
    """Say how many records of orders tell of one that did not come to pass, where no column of that kind is read."""
    read = {*source.columns.values(), *source.keep, *table.columns, *table.further}
    found: list[str] = []
    for heading in sorted({name for one in table.opened for name in one.columns} - read):
        if " ".join(heading.casefold().replace("_", " ").split()) not in HEADINGS:
            continue
        parts = [
            fill(
                "SELECT CAST({field} AS VARCHAR) AS value FROM {file}", field=one.columns[heading][0], file=one.relation
            )
            for one in table.opened
            if heading in one.columns
        ]
        undone = " OR ".join(f"STARTS_WITH(LOWER(value), {literal(word)})" for word in UNDONE)
        rows = engine.read(
            fill(
                "SELECT value, COUNT(*) AS n FROM ({!parts}) AS p WHERE {!undone} GROUP BY value "
                "ORDER BY n DESC, value",
                parts=" UNION ALL ".join(parts), undone=undone,
            )
        )  # fmt: skip
        if rows:
            named = ", ".join(f"{n:,} {value[:_LONGEST]}" for value, n in rows[:_SHOWN])
            n = sum(n for _, n in rows)
            found.append(_UNDONE(n=n, heading=heading, table=table.table, named=named))
    return found
