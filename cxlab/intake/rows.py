"""The records of a source's files in one table, each with the rule that it breaks and the line that it stands on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from cxlab.contract import TableContract
from cxlab.engine import Engine, fill
from cxlab.intake.checks import Rule, first_broken
from cxlab.intake.elsewhere import belongs_elsewhere, can_read_elsewhere, read_elsewhere
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
    keep: Mapping[str, Collection[str]],
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
    flags = ["is_return"] if contract.name == "orders" else []
    moments = {column.name for column in contract.columns if column.kind == "moment"}
    kinds = _kinds(mapping, opened)

    def checked(i: int, records: str, columns: Iterable[str]) -> str:
        """Return the SQL of the checked records of a file, or of some that are read alike."""
        return fill(
            "SELECT CAST(cx_file AS USMALLINT) AS cx_file, {!columns}, cx_hash, {!fault} AS cx_fault "
            "FROM (SELECT *{!returned} FROM ({!values}) AS r) AS q",
            columns=", ".join(columns),
            fault=first_broken(rules),
            returned=_is_return(known) if flags else "",
            values=read_values(opened[i], records, contract, mapping, kinds, understood[i], keep),
        )

    is_elsewhere = belongs_elsewhere(engine, contract.name, opened)
    if is_elsewhere and can_read_elsewhere(engine, opened):
        columns = [*(_at_length(name, moments) for name in kept), *flags, "cx_line"]
        read = read_elsewhere(engine, rows, opened, lambda i, records: checked(i, records, columns))
        if read is not None:
            engine.run(
                fill(
                    "CREATE OR REPLACE VIEW {checked} AS SELECT * FROM {t}", checked=f"{contract.name}_checked", t=rows
                )
            )
            return read
    aside = ["cx_line"] if any(not _is_in_order(one) for one in opened) else []
    into = fill("CREATE OR REPLACE TABLE {rows} AS", rows=rows)
    for numbers in _alike(opened, understood):
        together = " UNION ALL ".join(
            fill("SELECT {!number} AS cx_file, * FROM {file}", number=str(i), file=opened[i].relation) for i in numbers
        )
        columns = [*(_briefly(name, moments) for name in kept), *flags, *aside]
        engine.read(f"{into} {checked(numbers[0], together, columns)}")
        into = fill("INSERT INTO {rows}", rows=rows)
    sql = "SELECT cx_file, COUNT(*), MIN(rowid), MAX(rowid) FROM {rows} GROUP BY cx_file ORDER BY cx_file"
    found = engine.rows(fill(sql, rows=rows))
    if any(last - first + 1 != n for _, n, first, last in found):
        raise AssertionError(f"{rows}: the records of a file do not stand together")
    line = _lines(opened, {file: first for file, _, first, _ in found}, or_else=aside)
    engine.read(
        fill(
            "CREATE OR REPLACE VIEW {checked} AS SELECT CAST(cx_file AS INTEGER) AS cx_file, {!line} AS cx_line, "
            "{!kept}, cx_hash, cx_fault FROM {rows}",
            checked=f"{contract.name}_checked",
            line=line,
            kept=", ".join([*(_at_length(name, moments) for name in kept), *flags]),
            rows=rows,
        )
    )
    if is_elsewhere:
        engine.send(f"{contract.name}_checked")
    return {file: n for file, n, _, _ in found}


def _briefly(name: str, moments: Collection[str]) -> str:
    """Return the SQL of a column as the table has it; a moment takes half the room, and one out of range is NULL."""
    return fill("TRY_CAST({name} AS UINTEGER) AS {name}" if name in moments else "{name}", name=name)


def _at_length(name: str, moments: Collection[str]) -> str:
    return fill("CAST({name} AS BIGINT) AS {name}" if name in moments else "{name}", name=name)


def _is_in_order(one: Opened) -> bool:
    """Whether the place of a record tells its line: the engine reads the file by itself, line by line or row by row."""
    return bool(one.text.lines) if one.text else one.sheet is None


def _lines(opened: Sequence[Opened], firsts: Mapping[int, int], *, or_else: Sequence[str]) -> str:
    """Return the SQL of the line of a record.

    A table keeps the order in which its rows came: that of the files, and of the lines in each. So where that is the
    order of the lines, the number of a row in the table tells its line.

    Parameters
    ----------
    firsts : the number of the first row of each file.
    or_else : the column that has the lines of the other files, if there are any.
    """
    cases = " ".join(
        f"WHEN {i} THEN rowid + {(text.n_before if text else 0) + 1 - firsts[i]}"
        for i, text in ((i, opened[i].text) for i in firsts if _is_in_order(opened[i]))
    )
    rest = "".join(f" ELSE {column}" for column in or_else)
    return f"CASE cx_file {cases}{rest} END" if cases else "cx_line" if or_else else "CAST(NULL AS BIGINT)"


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


def _is_return(known: Collection[str]) -> str:
    signs = [f"COALESCE({name} < 0, FALSE)" for name in ("revenue", "quantity") if name in known]
    if {"quantity", "unit_price"} <= set(known):
        unsaid = "revenue IS NULL AND " if "revenue" in known else ""
        signs.append(f"COALESCE({unsaid}quantity * unit_price < 0, FALSE)")
    flags = ["COALESCE(returned, FALSE)"] if "returned" in known else []
    return ", " + " OR ".join(signs + flags) + " AS is_return"
