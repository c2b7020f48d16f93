"""How one file is read: found out from what stands in it, said in the study, or known from its like."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType

from cxlab.contract import TableContract
from cxlab.engine import Engine, fill, literal
from cxlab.intake.choices import SAMPLE, TELLING, Ambiguous, Choice, choose_date, choose_mark, reads_as, values_of
from cxlab.intake.dates import (
    EXCEL,
    ISO,
    NUMBERS,
    UNCLEAR,
    UNIX,
    UNIX_MS,
    ZONE,
    from_study,
    is_moment,
    is_zoned,
    to_study,
)
from cxlab.intake.kept_texts import AND, KeptText
from cxlab.intake.settled import follow_date, follow_mark
from cxlab.intake.texts import given
from cxlab.study import AS_WRITTEN, ReadOptions

AMOUNTS = "amounts"
"""Stands for the decimal mark among the columns of `Unsure`, of hints and of what is settled."""
_EXAMPLE = dt.datetime(2024, 12, 31, 14, 5, 9)  # noqa: DTZ001
_SHOWN = set("aAbBdfHIjmMpSyY%")
"""Directives that Python and the engine write alike."""
_FEW_ZONES = 3
_GLANCE = 1_000
"""Records that mostly tell what many more would."""
_OF_SHEET = KeptText("{column} as dates of the sheet, and {form} where they are texts", texts=("form",))
_AS = KeptText("{column} as {form}", texts=("form",))
_NUMBERS = {
    EXCEL: KeptText("days since 1899-12-30 ({name})"),
    UNIX: KeptText("seconds since 1970 ({name})"),
    UNIX_MS: KeptText("milliseconds since 1970 ({name})"),
}
_COMMA = KeptText("decimal comma")()
_ZONED = KeptText("moments with a zone on the clock of {zone}")
_ZONE = KeptText("zone {zone} left out, the clock as it stands")
_ZONES = KeptText("zones {zone} left out, the clock as it stands")
_NOT_USED = KeptText("{key} of study.yml not used here: it does not fit {what}", texts=("what",))
_AMOUNTS = KeptText("the amounts")()
_SEVERAL_ZONES = KeptText("{zone}, which stands for several zones")
_WHOLE = "^\\d+\\.0+$"
Columns = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Understood:
    """How one file is read.

    Attributes
    ----------
    date_formats : readings of its moments that are not of the engine's date types, by our column name.
    decimal : "." or ",".
    whole_ids : columns of ids whose every value looks like 123.0.
    timezone : the zone to whose clock moments with a zone are brought; None: their clock is taken as it stands.
    zones : zones of the moments, a few of them: left out, or brought to the clock of `timezone`.
    settled : the readings that do not stand there for want of any value that would tell, by our column name or
        `AMOUNTS`: what is a hint for other files.
    remarks : what of the study's own words on reading was not used, a sentence each.
    of_sheet : columns of a sheet whose cells are dates for a part, and texts in another form than these.
    """

    date_formats: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."
    whole_ids: frozenset[str] = frozenset()
    timezone: str | None = None
    zones: tuple[str, ...] = ()
    settled: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    of_sheet: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """How it was read, for people."""
        found = [
            (_OF_SHEET if name in self.of_sheet else _AS)(column=name, form=_as_written(reading))
            for name, reading in self.date_formats.items()
        ]
        if self.decimal == ",":
            found.append(_COMMA)
        if self.timezone is not None and self.zones:
            found.append(_ZONED(zone=self.timezone))
        elif self.zones:
            left_out = _ZONE if len(self.zones) == 1 else _ZONES
            found.append(left_out(zone=", ".join(self.zones)))
        return (*found, *self.remarks)

    @property
    def options(self) -> dict[str, str | dict[str, str]]:
        """The same as `read:` in the study would say it: what stands there, or was settled elsewhere."""
        formats = {name: to_study(form) for name, form in self.settled.items() if name != AMOUNTS}
        found: dict[str, str | dict[str, str]] = {}
        if AMOUNTS in self.settled:
            found["decimal"] = self.decimal
        if formats:
            one = next(iter(formats.values()))
            found["date_format"] = one if set(formats.values()) == {one} else formats
        if self.timezone or self.zones:
            found["timezone"] = self.timezone or AS_WRITTEN
        return found


@dataclass(frozen=True)
class Unsure:
    """What of one file fits two readings equally well: a column, as the kit names it, or its amounts."""

    column: str
    ambiguous: Ambiguous


def understand(
    engine: Engine,
    relation: str,
    columns: Columns,
    contract: TableContract,
    options: ReadOptions,
    *,
    hints: Mapping[str, Collection[str]] = MappingProxyType({}),
    is_sheet: bool = False,
) -> Understood | Unsure:
    """Find out how a file is read.

    Parameters
    ----------
    columns : the SQL of their column in the relation, and its type in the engine, by our names.
    options : what the study says of it.
    hints : readings that other files of the source settled on, by our names: they decide where exactly one of them
        is among those that fit.
    is_sheet : whether it is a sheet of a workbook, whose dates are texts as of ISO 8601 where others stand among them.
    """
    kinds = {column.name: column.kind for column in contract.columns if column.name in columns}
    moments = {name: columns[name] for name, kind in kinds.items() if kind == "moment"}
    written = {name: column for name, column in moments.items() if not is_moment(column[1])}
    first = _first_records(engine, relation, columns)
    settled = _settle_dates(engine, relation, written, options, hints, first=first)
    if isinstance(settled, Unsure):
        return settled
    dates = {name: settled.get(name, ISO) for name in written}
    texts = {name: theirs for name, (theirs, kind) in columns.items() if kind == "VARCHAR"}
    numbers = [theirs for name, theirs in texts.items() if kinds.get(name) in ("money", "number")]
    if options.decimal:
        mark = follow_mark(engine, relation, numbers, options.decimal)
    else:
        mark = choose_mark(engine, relation, numbers, first=first)
    decimal = mark.among(hints.get(AMOUNTS, ()))
    if decimal is not None:
        settled[AMOUNTS] = decimal
    elif mark.ambiguous:
        return Unsure(AMOUNTS, mark.ambiguous)
    ids = {name: theirs for name, theirs in texts.items() if kinds.get(name) == "id"}
    whole = _whole_ids(engine, relation, ids, first=first)
    zones = _zones(engine, first, moments, dates)
    remarks = _unused(options, dates, decimal, zones)
    mixed = frozenset(
        name
        for name, reading in dates.items()
        if is_sheet and reading not in (ISO, *NUMBERS) and _holds_dates(engine, relation, *written[name])
    )
    return Understood(dates, decimal or ".", whole, options.timezone, zones, settled, remarks, mixed)


def _first_records(engine: Engine, relation: str, columns: Columns) -> str:
    """Keep the first records, for what is asked of a sample; the whole stays the sample where a column shows little.

    Each question to a file that the engine reads as it goes costs the reading of a large piece of it.
    """
    first = f"{relation}_first"
    engine.read(
        fill("CREATE OR REPLACE TABLE {first} AS SELECT * FROM {relation} LIMIT {!n}",
             first=first, relation=relation, n=str(SAMPLE))
    )  # fmt: skip
    values = [given(theirs) if kind == "VARCHAR" else theirs for theirs, kind in columns.values()]
    counts = ", ".join(f"COUNT({value})" for value in ("*", *values))
    n, *shown = engine.read(fill("SELECT {!counts} FROM {first}", counts=counts, first=first))[0]
    return first if n < SAMPLE or min(shown, default=SAMPLE) >= TELLING else relation


def _holds_dates(engine: Engine, relation: str, theirs: str, kind: str) -> bool:
    """Whether some of the texts of a sheet are how a cell with a date comes out."""
    values = values_of(theirs, kind, relation)
    return bool(engine.read(f"SELECT 1 FROM ({values}) AS v WHERE {reads_as(ISO, kind)} LIMIT 1"))  # noqa: S608


def _settle_dates(
    engine: Engine,
    relation: str,
    written: Columns,
    options: ReadOptions,
    hints: Mapping[str, Collection[str]],
    *,
    first: str,
) -> dict[str, str] | Unsure:
    """Choose a reading for each column that shows one; what is settled in one of them decides in the others."""
    choices: dict[str, Choice] = {}
    for name, column in written.items():
        setting = options.date_format_of(name)
        if setting is None:
            choices[name] = choose_date(engine, relation, *column, first=first)
        else:
            choices[name] = follow_date(engine, relation, *column, from_study(setting), first=first)
    plain = {choice.open[0] for choice in choices.values() if len(choice.open) == 1}
    settled: dict[str, str] = {}
    for name, choice in choices.items():
        reading = choice.among(plain) or choice.among(hints.get(name, ()))
        if reading is not None:
            settled[name] = reading
        elif choice.ambiguous:
            return Unsure(name, choice.ambiguous)
    return settled


def _unused(
    options: ReadOptions, dates: Mapping[str, str], decimal: str | None, zones: Collection[str]
) -> tuple[str, ...]:
    """Say which of the study's words on reading do not hold for a file."""
    columns: dict[str, list[str]] = {}
    for name, reading in dates.items():
        setting = options.date_format_of(name)
        if setting is not None and from_study(setting) != reading:
            columns.setdefault(f'date_format "{setting}"', []).append(name)
    if options.decimal and decimal != options.decimal:
        columns[f'decimal "{options.decimal}"'] = [_AMOUNTS]
    unclear = [zone for zone in zones if zone in UNCLEAR] if options.timezone else []
    if unclear:
        columns[f'timezone "{options.timezone}"'] = [_SEVERAL_ZONES(zone=zone) for zone in unclear]
    return tuple(
        _NOT_USED(key=said, what=reduce(lambda one, other: AND(one=one, other=other), names))
        for said, names in columns.items()
    )


def _whole_ids(engine: Engine, relation: str, ids: Mapping[str, str], *, first: str) -> frozenset[str]:
    """Return which columns of ids have values that all look like 123.0; the first records mostly rule that out."""
    left = list(ids)
    for records, limit in ((first, f"LIMIT {_GLANCE}"), (relation, "")):
        if not left:
            break
        values = fill(
            "SELECT {!ids} FROM {relation} {!limit}",
            ids=", ".join(f"{given(ids[name])} AS id{i}" for i, name in enumerate(left)),
            relation=records,
            limit=limit,
        )
        whole = ", ".join(f"BOOL_AND(REGEXP_MATCHES(id{i}, {literal(_WHOLE)}))" for i in range(len(left)))
        found = engine.read(f"SELECT {whole} FROM ({values}) AS v")[0]  # noqa: S608
        left = [name for name, fits in zip(left, found, strict=True) if fits or (limit and fits is None)]
    return frozenset(left)


def _zones(engine: Engine, relation: str, moments: Columns, dates: Mapping[str, str]) -> tuple[str, ...]:
    """Return zones that stand in the moments, the most frequent of each column first."""
    found: list[str] = []
    for name, (theirs, kind) in moments.items():
        if is_zoned(kind) or dates.get(name) in (UNIX, UNIX_MS):
            found.append("UTC")
        elif kind == "VARCHAR":
            texts = fill(
                "SELECT {!text} AS text FROM {relation} LIMIT {!n}",
                text=given(theirs), relation=relation, n=str(SAMPLE),
            )  # fmt: skip
            zone = f"REGEXP_EXTRACT(text, {literal(ZONE)}, 1)"
            rows = engine.read(
                f"SELECT {zone} AS zone, COUNT(*) AS n FROM ({texts}) AS t GROUP BY zone "  # noqa: S608
                f"HAVING zone <> '' ORDER BY n DESC, zone LIMIT {_FEW_ZONES}"
            )
            found += [zone for zone, _ in rows]
    return tuple(dict.fromkeys(found))[:_FEW_ZONES]


def _as_written(reading: str) -> str:
    if reading == ISO:
        return f"2024-12-31 ({ISO})"
    if reading in NUMBERS:
        return _NUMBERS[reading](name=reading)
    plain = reading.replace("%-", "%")
    if set(re.findall("%(.)", plain)).issubset(_SHOWN):
        return f"{_EXAMPLE.strftime(plain)} ({reading})"
    return reading
