"""The records of a source's files in one table, each with the rule that it breaks and the line that it stands on."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from cxlab.contract import TableContract
from cxlab.engine import Engine, fill, quote
from cxlab.intake.checks import Rule, first_broken
from cxlab.intake.opening import Opened
from cxlab.intake.understanding import Understood
from cxlab.intake.values import read_values

_MOST_FILES = 50
"""So many files share a statement: for many more of them the engine's plan would grow out of hand."""


def make_rows(
    engine: Engine,
    contract: TableContract,
    opened: Sequence[Opened],
    understood: Sequence[Understood],
    mapping: Mapping[str, str],
    rules: Sequence[Rule],
) -> dict[int, int]:
    """Read every value of every record, and find the first rule that each breaks: one scan.

    It makes the table `<name of the contract>_rows` and the view `<name of the contract>_checked`, in which each record
    knows its line: cx_file (number), cx_line, the columns of `mapping`, of orders is_return, cx_hash (of all that
    stands in the record) and cx_fault (number of the rule, or NULL).

    Returns
    -------
    The number of records of each file, by its number; files without a record are not in it.

    Raises
    ------
    EngineError : a file is not what it seemed.
    """
    rows = f"{contract.name}_rows"
    known = [column.name for column in contract.columns if column.name in mapping]
    kept = [*known, *(name for name in mapping if name not in known)]
    kinds = _kinds(mapping, opened)
    into = fill("CREATE OR REPLACE TABLE {rows} AS", rows=rows)
    for numbers in _alike(opened, understood):
        one = opened[numbers[0]]
        together = " UNION ALL ".join(
            fill("SELECT {!number} AS cx_file, * FROM {file}", number=str(i), file=opened[i].relation) for i in numbers
        )
        engine.read(
            fill(
                "{!into} SELECT cx_file, cx_line, {!kept}{!also}, cx_hash, {!fault} AS cx_fault "
                "FROM (SELECT *{!returned} FROM ({!values}) AS r) AS q",
                into=into,
                kept=", ".join(quote(name) for name in kept),
                also=", is_return" if contract.name == "orders" else "",
                fault=first_broken(rules),
                returned=_is_return(known) if contract.name == "orders" else "",
                values=read_values(one, together, contract, mapping, kinds, understood[numbers[0]]),
            )
        )
        into = fill("INSERT INTO {rows}", rows=rows)
    sql = "SELECT cx_file, COUNT(*), MIN(rowid), MAX(rowid) FROM {rows} GROUP BY cx_file ORDER BY cx_file"
    found = engine.rows(fill(sql, rows=rows))
    if any(last - first + 1 != n for _, n, first, last in found):
        raise AssertionError(f"{rows}: the records of a file do not stand together")
    counts = {file: n for file, n, _, _ in found}
    engine.read(_with_lines(rows, f"{contract.name}_checked", opened, {file: first for file, _, first, _ in found}))
    return counts


def _alike(opened: Sequence[Opened], understood: Sequence[Understood]) -> list[list[int]]:
    """Group files that follow each other and are read in the same way, up to some of them."""

    def way(i: int) -> tuple[object, ...]:
        one, read = opened[i], understood[i]
        columns = [sorted(found.items()) for found in (one.columns, one.numbers, read.date_formats)]
        return (columns, read.decimal, sorted(read.whole_ids), read.timezone)

    groups = [list(group) for _, group in groupby(range(len(opened)), key=way)]
    return [group[i : i + _MOST_FILES] for group in groups for i in range(0, len(group), _MOST_FILES)]


def _kinds(mapping: Mapping[str, str], opened: Sequence[Opened]) -> dict[str, str]:
    """Return the type in the engine that a column has in every file; text where they differ."""
    kinds = {}
    for ours, theirs in mapping.items():
        found = {one.columns[theirs][1] for one in opened if theirs in one.columns}
        kinds[ours] = found.pop() if len(found) == 1 else "VARCHAR"
    return kinds


def _with_lines(rows: str, checked: str, opened: Sequence[Opened], firsts: Mapping[int, int]) -> str:
    """Return the SQL of a view of records in which each knows its line.

    A table keeps the order in which its rows came: that of the files, and of the lines in each. So where the engine
    read a text by itself, the number of a row in the table tells its line.

    Parameters
    ----------
    firsts : the number of the first row of each file.
    """
    texts = {i: opened[i].text for i in firsts}
    cases = [
        f"WHEN {i} THEN rowid + {text.n_before + 1 - firsts[i]}" for i, text in texts.items() if text and text.lines
    ]
    line = f"CASE cx_file {' '.join(cases)} ELSE cx_line END" if cases else "cx_line"
    sql = "CREATE OR REPLACE VIEW {checked} AS SELECT * REPLACE ({!line} AS cx_line) FROM {rows}"
    return fill(sql, checked=checked, line=line, rows=rows)


def _is_return(known: Collection[str]) -> str:
    signs = [f"COALESCE({name} < 0, FALSE)" for name in ("revenue", "quantity") if name in known]
    if {"quantity", "unit_price"} <= set(known):
        unsaid = "revenue IS NULL AND " if "revenue" in known else ""
        signs.append(f"COALESCE({unsaid}quantity * unit_price < 0, FALSE)")
    flags = ["COALESCE(returned, FALSE)"] if "returned" in known else []
    return ", " + " OR ".join(signs + flags) + " AS is_return"
