"""The columns of a study's files by what they tell: who a customer is, what belongs to a person, or a group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cxlab.contract import TABLES, TableContract
from cxlab.engine import Engine, fill
from cxlab.intake.databases import read_databases
from cxlab.intake.opening import Opened, open_files, well_formed
from cxlab.intake.personal import is_personal, is_surely_personal, point_to_people
from cxlab.intake.places import find_files
from cxlab.study import Source, Study

Kind = Literal["customer", "order", "visit", "personal", "group"]
_ORDER, _VISIT = "order_id", "session_id"
_STAFF = "employee"
_FLOATS = ("FLOAT", "DOUBLE")
_WHAT: Mapping[Kind, str] = {
    "customer": "the id of a customer",
    "order": "the number of an order",
    "visit": "the number of a visit",
    "personal": "what belongs to a person",
    "group": "the name of a group",
}


@dataclass(frozen=True)
class Column:
    """A column of a table's files.

    Attributes
    ----------
    kind : customer and order for ids; personal for what belongs to people; group for names of groups.
    heading : as the files call it.
    values : SQL that selects its values as `v` and, where the files say whose they are, the customer as `who`.
    says_who : whether they do.
    by_content : whether what it holds, and not its heading, points to people.
    """

    table: str
    kind: Kind
    heading: str
    values: str
    says_who: bool = False
    by_content: bool = False

    @property
    def named(self) -> str:
        """The column, as it is told."""
        return f"“{self.heading}” of {self.table}"

    @property
    def what(self) -> str:
        """What a value of it is, as it is told."""
        return _WHAT[self.kind]


@dataclass(frozen=True)
class Records:
    """The records of a table as they stand in its files: SQL that selects their texts as c0, c1, ...; c0 is a date."""

    table: str
    sql: str


@dataclass(frozen=True)
class Files:
    """What the files of a study hold: its columns, and the records of tables that have a date."""

    columns: tuple[Column, ...]
    records: tuple[Records, ...]

    @property
    def groups(self) -> list[Column]:
        """The columns that name groups."""
        return [column for column in self.columns if column.kind == "group"]

    @property
    def of_people(self) -> list[Column]:
        """The others: ids, and what belongs to a person."""
        return [column for column in self.columns if column.kind != "group"]


def open_columns(engine: Engine, study: Study, *, allow_outside: bool) -> Files:
    """Make the files of a study known to the engine, every column of them, and tell what each is.

    Raises
    ------
    SourceError : a file is not there any more, or cannot be read.
    """
    columns: list[Column] = []
    records: list[Records] = []
    databases = read_databases(engine, study)
    for table, source in study.sources.given.items():
        contract = TABLES[table]
        if table in databases:
            opened = [databases[table].opened]
        else:
            files = find_files(study, table, source, allow_outside=allow_outside)
            place = study.place("sources", table, "path")
            opened = [well_formed(engine, one) for one in open_files(engine, files, source, contract, place=place)[0]]
        mapping = {ours: source.columns.get(ours, ours) for ours in (*contract.names, *source.columns)}
        columns += _columns(engine, contract, source, opened, mapping)
        if contract.moment and (found := _records(opened, mapping[contract.moment], table)):
            records.append(found)
    return Files(tuple(columns), tuple(records))


def _columns(
    engine: Engine, contract: TableContract, source: Source, opened: list[Opened], mapping: Mapping[str, str]
) -> Iterator[Column]:
    ours = {theirs: our for our, theirs in mapping.items()}
    kinds = {column.name: column.kind for column in contract.columns}
    ids = [mapping[name] for name, kind in kinds.items() if kind == "id" and name != _ORDER]
    headings = dict.fromkeys(heading for one in opened for heading in one.columns)
    content = _by_content(engine, opened, {h for h in headings if ours.get(h) not in kinds and h not in source.keep})
    for heading in headings:
        our = ours.get(heading, "")
        asked = bool(our)
        kind: Kind
        if kinds.get(our) == "id":
            kind = "order" if our == _ORDER else "visit" if our == _VISIT else "customer"
        elif our in kinds and kinds[our] != "text":
            continue
        elif our == _STAFF or is_surely_personal(heading) or (not asked and heading in content):
            kind = "personal"
        elif any(heading in one.columns and one.columns[heading][1] == "VARCHAR" for one in opened):
            kind = "group"
        else:
            continue
        there = [one for one in ids if any(one in file.columns for file in opened)]
        who = there[::-1] if mapping.get(_VISIT) in there else there[:1]  # a visit of nobody known is a person
        found = kind == "personal" and not is_personal(heading) and our != _STAFF
        yield Column(contract.name, kind, heading, _values(opened, heading, who), bool(who), found)


def _by_content(engine: Engine, opened: list[Opened], asked: set[str]) -> set[str]:
    """Find the headings that point to people in any of the files."""
    found = set()
    for one in opened:
        named = {one.columns[heading][0]: heading for heading in one.columns if heading in asked}
        plain = {field: heading for field, heading in named.items() if field in engine.kinds(one.relation)}
        found |= {plain[field] for field in point_to_people(engine, one.relation, plain)} if plain else set()
    return found


def _values(opened: list[Opened], heading: str, who: list[str]) -> str:
    parts = []
    for one in opened:
        if heading in one.columns:
            known = [f"NULLIF({_text(one, name)}, '')" for name in who if name in one.columns]
            whose = f"COALESCE({', '.join(known)}, NULL)" if known else "CAST(NULL AS VARCHAR)"
            sql = "SELECT {!v} AS v, {!who} AS who FROM {t}"
            parts.append(fill(sql, v=_text(one, heading), who=whose, t=one.relation))
    return " UNION ALL ".join(parts)


def _records(opened: list[Opened], moment: str, table: str) -> Records | None:
    """Select the records of files that all have the columns of the first of them."""
    first = opened[0].columns
    if moment not in first:
        return None
    headings = [moment, *(heading for heading in first if heading != moment)]
    parts = []
    for one in opened:
        if set(headings) <= set(one.columns):
            cells = ", ".join(f"{_text(one, heading)} AS c{i}" for i, heading in enumerate(headings))
            parts.append(fill("SELECT {!cells} FROM {t}", cells=cells, t=one.relation))
    return Records(table, " UNION ALL ".join(parts))


def _text(one: Opened, heading: str | None) -> str:
    """Return the SQL of a column's values as text; of whole numbers that a workbook keeps as others without .0."""
    assert heading is not None
    expression, kind = one.columns[heading]
    text = f"CAST({expression} AS VARCHAR)"
    return f"REGEXP_REPLACE({text}, '[.]0$', '')" if kind in _FLOATS else text
