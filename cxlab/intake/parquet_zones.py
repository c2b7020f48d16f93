"""The clock of a Parquet file's moments: the file keeps them in UTC, and the zone they were made in beside them."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from cxlab.engine import Engine, EngineError
from cxlab.intake.dates import is_timezone, is_zoned, moment
from cxlab.intake.kept_texts import KeptText
from cxlab.study import tidy_name

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_UTC = ("UTC", "Etc/UTC", "Z", "GMT")
ON_CLOCK = KeptText("moments on the clock of {zone}")
_AS_FILE_SAYS = KeptText("as the file says")()
ON_UTC = ON_CLOCK(zone="UTC")
"""How it is said of a file that names no other zone."""


@dataclass(frozen=True)
class Clock:
    """The SQL of a column on the clock of its zone, and that clock in words."""

    sql: str
    words: str


def find_clocks(engine: Engine, path: Path, columns: Mapping[str, tuple[str, str]]) -> dict[str, Clock]:
    """Find the clock of each column of moments on no particular one: that of the zone that the file names, else UTC.

    Parameters
    ----------
    columns : the columns' names in the engine and their types there, by their names in the file.
    """
    zoned = {name: column for name, column in columns.items() if is_zoned(column[1])}
    zones = _zones(path) if zoned else {}
    return {name: _clock(engine, *column, zones.get(name)) for name, column in zoned.items()}


def as_written(engine: Engine, path: Path, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the SQL of the text of each column of moments that the file keeps in a zone: its clock, and that from UTC.

    Parameters
    ----------
    fields : the columns' types in the engine, by their SQL, in the order of the file.
    """
    zones = [zone for _, zone in _schema(path)] if any(map(is_zoned, fields.values())) else []
    found: dict[str, str] = {}
    for (field, kind), zone in zip(fields.items(), zones, strict=False):
        clock = _clock(engine, field, kind, zone) if is_zoned(kind) else None
        if clock and clock.words != ON_UTC:
            ahead = f"{clock.sql} - {moment(field, kind=kind)}"
            sign = f"CASE WHEN {clock.sql} >= {moment(field, kind=kind)} THEN '+' ELSE '' END"
            offset = f"{sign} || REGEXP_REPLACE(CAST({ahead} AS VARCHAR), ':00$', '')"
            found[field] = f"COALESCE(TRY(CAST({clock.sql} AS VARCHAR) || {offset}), CAST({field} AS VARCHAR))"
    return found


def _zones(path: Path) -> dict[str, str]:
    """Return the zones that the schema in a file's notes names, by column."""
    return {tidy_name(name): zone for name, zone in _schema(path) if zone}


def _schema(path: Path) -> list[tuple[str, str | None]]:
    """Return the name of each column of a file, in order, and the zone of those that are moments in one."""
    try:
        schema = parquet.read_schema(path)
    except (pa.ArrowException, OSError, ValueError):
        return []
    return [(one.name, one.type.tz if pa.types.is_timestamp(one.type) else None) for one in schema]


def _clock(engine: Engine, field: str, kind: str, zone: str | None) -> Clock:
    utc = moment(field, kind=kind)
    offset = _OFFSET.fullmatch(zone or "")
    if offset and int(offset[2]) < 24:
        span = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return Clock(
            f"({utc} {offset[1]} INTERVAL {span // dt.timedelta(minutes=1)} MINUTE)", ON_CLOCK(zone=zone or "")
        )
    if zone and zone not in _UTC and is_timezone(zone):
        try:
            engine.read(f"SELECT {moment('NULL', kind=kind, timezone=zone)}")
        except EngineError:
            pass  # the engine does not know it
        else:
            return Clock(moment(field, kind=kind, timezone=zone), f"{ON_CLOCK(zone=zone)}, {_AS_FILE_SAYS}")
    return Clock(utc, ON_UTC)
