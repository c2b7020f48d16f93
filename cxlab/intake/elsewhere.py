"""Records read and checked where the files lie for a whole cluster, by the SQL that reads them here as well."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from glob import escape
from itertools import pairwise
from pathlib import Path

from cxlab.engine import Engine, Part, fill, literal, quote
from cxlab.intake.opening import Opened

_SMALL = 8 << 20
"""Bytes up to which another table than orders is read here, and sent where it is needed."""
_PART_ROWS = 1_000_000
"""Rows of a Parquet file that one task reads; a text is read by one task, as only its start tells its records."""
_KINDS = frozenset(
    ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP")
)
"""Types that every engine has; a column of another is taken along as text."""


def belongs_elsewhere(engine: Engine, table: str, opened: Sequence[Opened]) -> bool:
    """Whether the records of a table are to lie where the helpers of the engine work, if it has any.

    Orders always do. Rows of an experiment never do: they go into estimates as they are.
    """
    if not engine.has_helpers or table == "outcomes":
        return False
    return table == "orders" or sum(one.path.stat().st_size for one in opened if one.path.exists()) > _SMALL


def can_read_elsewhere(engine: Engine, opened: Sequence[Opened]) -> bool:
    """Whether all files can be read as they stand: none had to be copied first."""
    return all(
        one.path.exists() and one.sheet is None and not (engine.folder / f"{one.relation}.csv").exists()
        and (one.text is None or one.text.lines is not None)
        for one in opened
    )  # fmt: skip


def read_elsewhere(
    engine: Engine, rows: str, opened: Sequence[Opened], query: Callable[[int, str], str]
) -> dict[int, int] | None:
    """Make the table `rows` from all records of some files, read by tasks elsewhere.

    Parameters
    ----------
    query : returns the SQL of the checked records of a file by its number, from the SQL of its records as they stand.

    Returns
    -------
    The number of records of each file that has any; None: the tasks do not see the files.

    Raises
    ------
    EngineError : a file is not what it seemed.
    """
    columns = _columns(engine, query(0, fill("SELECT 0 AS cx_file, * FROM {t}", t=opened[0].relation)))
    taken = ", ".join(_taken(name, kind) for name, kind in columns.items())
    parts = [
        Part(
            str(_file(one)), _file(one).stat().st_size, _view(engine, one),
            f"SELECT {taken} FROM ({query(i, f'SELECT {i} AS cx_file, * FROM cx_records')}) AS q",  # noqa: S608
            first, last, one.text is not None,
        )
        for i, one in enumerate(opened)
        for first, last in _ranges(engine, one)
    ]  # fmt: skip
    if not engine.read_apart(rows, parts, {name: _kind(name, kind) for name, kind in columns.items()}):
        return None
    return dict(engine.rows(fill("SELECT cx_file, COUNT(*) FROM {t} GROUP BY cx_file ORDER BY cx_file", t=rows)))


def _view(engine: Engine, one: Opened) -> str:
    """Return the SQL that reads a file, by its whole path: a task works in a folder of its own."""
    here, everywhere = (literal(escape(str(path))) for path in (one.path, _file(one)))
    return engine.definition(one.relation).replace(here, everywhere)


def _file(one: Opened) -> Path:
    return one.path.resolve()


def _columns(engine: Engine, sql: str) -> Mapping[str, str]:
    return {str(row[0]): str(row[1]) for row in engine.read(f"DESCRIBE {sql}")}


def _kind(name: str, kind: str) -> str:
    if name in ("cx_file", "cx_line", "cx_hash"):
        return "BIGINT"
    return kind if kind in _KINDS else "VARCHAR"


def _taken(name: str, kind: str) -> str:
    """Return the SQL of a column with a type that every engine has; of a hash only which ones are equal counts."""
    if name == "cx_hash":
        return "CAST(CAST(cx_hash AS HUGEINT) - 9223372036854775808 AS BIGINT) AS cx_hash"
    return f"CAST({quote(name)} AS {_kind(name, kind)}) AS {quote(name)}"


def _ranges(engine: Engine, one: Opened) -> Iterator[tuple[int, int]]:
    """Yield the first and last lines of the parts of a file."""
    if one.text is not None:
        yield one.text.n_before + 1, one.text.n_before + 1
        return
    ((n,),) = engine.read(fill("SELECT COUNT(*) FROM {t}", t=one.relation))
    edges = [*range(0, n, _PART_ROWS), n]
    yield from ((before + 1, after) for before, after in pairwise(edges))
