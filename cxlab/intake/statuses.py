"""Orders that did not come to pass, or in another currency: a column that says so and is not read is spoken of."""

from collections.abc import Collection, Iterator

from cxlab.engine import Engine, fill, literal
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.readings import is_other_currency
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
CURRENCY_HEADINGS = ("currency", "currency code", "order currency", "valuutta", "valuuttakoodi")
"""Headings of columns that say in which currency an amount is."""
_SHOWN, _LONGEST = 4, 30
_OTHER_CURRENCY = KeptText(
    "By `{heading}`, {n} record of {table} is in another currency than {currency} ({named}), and its amount is added "
    "up as if it were in {currency}: write `currency: {heading}` under `columns:` in the study, and it is not used.",
    "By `{heading}`, {n} records of {table} are in another currency than {currency} ({named}), and their amounts are "
    "added up as if they were in {currency}: write `currency: {heading}` under `columns:` in the study, and they are "
    "not used.",
)
_UNDONE = KeptText(
    "By `{heading}`, {n} record of {table} did not come to pass, or not yet ({named}), and count all the same: name "
    "what counts in the study, as `keep: {{{heading}: [Completed]}}` beside `path:`.",
    "By `{heading}`, {n} records of {table} did not come to pass, or not yet ({named}), and count all the same: name "
    "what counts in the study, as `keep: {{{heading}: [Completed]}}` beside `path:`.",
)


def remark_on_undone(engine: Engine, table: TableIntake, source: Source) -> list[str]:
    """Say how many records of orders tell of one that did not come to pass, where no column of that kind is read."""
    undone = " OR ".join(f"STARTS_WITH(LOWER(value), {literal(word)})" for word in UNDONE)
    return [
        _UNDONE(n=n, heading=heading, table=table.table, named=named)
        for heading, n, named in _unread(engine, table, source, HEADINGS, undone)
    ]


def remark_on_currencies(engine: Engine, table: TableIntake, source: Source, currency: str) -> list[str]:
    """Say how many records tell of another currency than the study's in a column that is not read.

    Parameters
    ----------
    currency : ISO 4217 code of the study.
    """
    other = is_other_currency("value", currency)
    return [
        _OTHER_CURRENCY(n=n, heading=heading, table=table.table, named=named, currency=currency)
        for heading, n, named in _unread(engine, table, source, CURRENCY_HEADINGS, other)
    ]


def _unread(
    engine: Engine, table: TableIntake, source: Source, headings: Collection[str], where: str
) -> Iterator[tuple[str, int, str]]:
    """Find columns that no table takes: their heading, records of which a condition on `value` holds, and these."""
    read = {*source.columns.values(), *source.keep, *table.columns, *table.further}
    for heading in sorted({name for one in table.opened for name in one.columns} - read):
        if " ".join(heading.casefold().replace("_", " ").split()) not in headings:
            continue
        parts = [
            fill(
                "SELECT TRIM(CAST({field} AS VARCHAR)) AS value FROM {file}",
                field=one.columns[heading][0], file=one.relation,
            )
            for one in table.opened
            if heading in one.columns
        ]  # fmt: skip
        rows = engine.read(
            fill(
                "SELECT value, COUNT(*) AS n FROM ({!parts}) AS p WHERE value <> '' AND ({!where}) GROUP BY value "
                "ORDER BY n DESC, value",
                parts=" UNION ALL ".join(parts), where=where,
            )
        )  # fmt: skip
        if rows:
            yield heading, sum(n for _, n in rows), ", ".join(f"{n:,} {value[:_LONGEST]}" for value, n in rows[:_SHOWN])
