"""How a text, a number or a moment of the engine is read as a timestamp.

A reading is `ISO`, a format as in `strptime`, or `excel`, `unix`, `unix_ms` for numbers. The usual ways of writing come
first, told apart by what is cheap to see (a length, a sign at a fixed place): a format that is tried in vain costs ten
times one that fits. What is left goes through an expression that knows every clock.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cxlab.engine import literal

ISO, EXCEL, UNIX, UNIX_MS, COMPACT = "ISO 8601", "excel", "unix", "unix_ms", "%Y%m%d"
NUMBERS: Mapping[str, str] = MappingProxyType(
    {EXCEL: "days since 1899-12-30", UNIX: "seconds since 1970", UNIX_MS: "milliseconds since 1970"}
)
"""The readings of numbers, in words."""
_OFFSET = r"[+-]\d{2}(?::?\d{2})?"
ZONES: Mapping[str, str] = MappingProxyType(
    {
        "UTC": "Z", "GMT": "Z", "UT": "Z", "WET": "+00", "WEST": "+01", "CET": "+01", "CEST": "+02", "EET": "+02",
        "EEST": "+03", "EST": "-05", "EDT": "-04", "CDT": "-05", "MST": "-07", "MDT": "-06", "PST": "-08", "PDT": "-07",
    }
)  # fmt: skip
"""Words for a zone, and their offsets."""
UNCLEAR = ("CST", "IST", "BST")
"""Words that stand for several zones: a clock with such a one can be read as it stands, but be brought to no other."""
_ZONE_WORDS = "|".join((*ZONES, *UNCLEAR))
_ZONE = rf"(?: ?(?:Z|{_OFFSET})| (?:{_ZONE_WORDS}))"
_HALF = r"(?:[ \x{a0}\x{202f}]?([AaPp])\.?([Mm])\.?)?"
CLOCK = r"(?:T|,? +)(?:(?:klo|at) +)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?" + _HALF + _ZONE + "?$"
"""A clock behind a date, with its zone: hours, minutes, seconds, and AM or PM in two letters."""
ZONE = r"[:.]\d{2}(?:[.,]\d+)?(?:[ \x{a0}\x{202f}]?[AaPp]\.?[Mm]\.?)? ?(Z|" + _ZONE_WORDS + "|" + _OFFSET + ")$"
"""The zone behind a clock."""
_ISO_SHAPE = r"^\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?" + _ZONE + "?)?$"
_ISO_END = r"(:\d{2})?(?:[.,]\d+)?" + _ZONE + "?$"
_CLOCKS = "HIMpSfgnTXczZ"
_RANGES = {
    EXCEL: (25_569, 73_050.99999),
    UNIX: (100_000_000, 4_102_444_799),
    UNIX_MS: (100_000_000_000, 4_102_444_799_999),
}
"""What lies in 1970 to 2099; seconds from 1973 on, as fewer of them cannot be told from a date (20240105)."""
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip


def from_study(date_format: str) -> str:
    """Return the reading that `date_format` in study.yml means."""
    return ISO if date_format.lower() == "iso" else date_format


def to_study(reading: str) -> str:
    """Write a reading as study.yml has it."""
    return "iso" if reading == ISO else reading


def is_timezone(name: str) -> bool:
    """Whether there is a time zone of that name; the machine's own, whatever it is, is none."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return False
    return name != "localtime"


def is_moment(kind: str) -> bool:
    """Whether an engine's type is a date or a timestamp."""
    return kind.startswith(("DATE", "TIMESTAMP"))


def is_zoned(kind: str) -> bool:
    """Whether an engine's type is a moment on no particular clock."""
    return kind.startswith(("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"))


def moment(
    theirs: str, date_format: str = ISO, *, kind: str = "VARCHAR", timezone: str | None = None, also_iso: bool = True
) -> str:
    """Return the SQL that reads a value as a timestamp, or NULL.

    Parameters
    ----------
    theirs : SQL of the value; a text is trimmed.
    date_format : how a text or a number is read; nothing to a date or a timestamp of the engine.
    kind : the value's type in the engine.
    timezone : the zone to whose clock a moment with a zone is brought; None: the zone is left out and the clock stays.
    also_iso : whether a text as of ISO 8601 is read beside another format that it cannot be mistaken for.
    """
    if is_zoned(kind):
        return _on_the_clock_of(timezone, theirs)
    if is_moment(kind):
        return theirs if kind == "TIMESTAMP" else f"TRY_CAST({theirs} AS TIMESTAMP)"
    reading = from_study(date_format)
    if kind.startswith(_NUMERIC):
        return _from_number(theirs, reading, timezone)
    text = theirs if kind == "VARCHAR" else f"CAST({theirs} AS VARCHAR)"
    if reading == ISO:
        return _iso(text, timezone)
    if reading in NUMBERS:
        number = f"TRY_CAST(REPLACE({text}, ',', '.') AS DOUBLE)"
        found = f"CASE WHEN NOT CONTAINS({text}, '_') THEN {_from_number(number, reading, timezone)} END"
    elif reading == COMPACT:
        found = _compact(text, timezone)
    elif _has_clock(reading):
        found = _as_it_stands(text, reading, timezone)
    else:
        found = _with_any_clock(text, reading, timezone)
    return f"COALESCE({found}, {_iso(text, timezone)})" if also_iso and lets_iso_in(reading) else found


def _on_the_clock_of(timezone: str | None, instant: str) -> str:
    """Return the wall clock of an instant in a zone; without one that of UTC."""
    instant = f"CAST({instant} AS TIMESTAMPTZ)"  # one in nanoseconds is of a type of its own
    if timezone is None:
        return f"MAKE_TIMESTAMP(EPOCH_US({instant}))"
    return f"TIMEZONE({literal(timezone)}, {instant})"


def _from_number(number: str, reading: str, timezone: str | None) -> str:
    """Read a number; all of it without errors, as the engine may evaluate values that the CASE leaves out."""
    if reading == COMPACT:
        digits = f"CAST(TRY_CAST({number} AS BIGINT) AS VARCHAR)"
        whole = f"{number} BETWEEN 10000101 AND 99991231235959 AND {number} = FLOOR({number})"
        return f"CASE WHEN {whole} THEN {_compact(digits, timezone)} END"
    if reading not in NUMBERS:
        text = f"CAST({number} AS VARCHAR)"
        return _as_it_stands(text, reading, timezone) if reading != ISO else f"TRY_CAST({text} AS TIMESTAMP)"
    low, high = _RANGES[reading]
    if reading == EXCEL:
        micros = f"TRY_CAST(ROUND((CAST({number} AS DOUBLE) - {low}) * 86400) * 1e6 AS BIGINT)"
    else:
        micros = f"TRY_CAST(FLOOR(CAST({number} AS DOUBLE)) * {'1e6' if reading == UNIX else '1e3'} AS BIGINT)"
    found = f"MAKE_TIMESTAMP({micros})"
    if reading != EXCEL and timezone is not None:
        found = _on_the_clock_of(timezone, f"MAKE_TIMESTAMPTZ({micros})")
    return f"CASE WHEN {number} BETWEEN {low} AND {high} THEN {found} END"


def _iso(text: str, timezone: str | None) -> str:
    with_t = f"TRY_STRPTIME({text}, '%Y-%m-%dT%H:%M:%S')"
    with_space = f"TRY_STRPTIME({text}, '%Y-%m-%d %H:%M:%S')"
    padded = f"SUBSTR({text}, 17, 1) = ':' AND SUBSTR({text}, 14, 1) = ':'"
    bare = f"REGEXP_REPLACE({text}, {literal(_ISO_END)}, '\\1')"
    clock = f"CASE WHEN {padded} THEN TRY_CAST(LEFT({text}, 19) AS TIMESTAMP) ELSE TRY_CAST({bare} AS TIMESTAMP) END"
    if timezone is not None:
        signs = (f"SUFFIX({text}, 'Z')", f"SUFFIX({text}, 'C')", f"SUFFIX({text}, 'T')", f"CONTAINS({text}, '+')")
        zoned = " OR ".join((*signs, f"CONTAINS(SUBSTR({text}, 11), '-')"))
        joined = f"REPLACE(REPLACE(REPLACE({text}, ' +', '+'), ' -', '-'), ' Z', 'Z')"
        worded = f"CAST({clock} AS VARCHAR) || {_offset(text)}"
        joined = f"CASE WHEN SUFFIX({text}, 'T') THEN {worded} ELSE {joined} END"
        instant = f"TRY_CAST({joined} AS TIMESTAMP WITH TIME ZONE)"
        clock = f"CASE WHEN {zoned} THEN {_on_the_clock_of(timezone, instant)} ELSE {clock} END"
    return (
        f"COALESCE(CASE WHEN STRLEN({text}) = 19 "
        f"THEN COALESCE({with_space}, {with_t}) "
        f"WHEN STRLEN({text}) = 10 THEN TRY_STRPTIME({text}, '%Y-%m-%d') END, "
        f"CASE WHEN REGEXP_MATCHES({text}, {literal(_ISO_SHAPE)}) THEN {clock} END)"
    )


def _offset(text: str) -> str:
    """Return the SQL of the offset that stands behind a clock, also where it is a word."""
    words = " ".join(f"WHEN '{word}' THEN '{offset}'" for word, offset in ZONES.items())
    words += "".join(f" WHEN '{word}' THEN NULL" for word in UNCLEAR)
    zone = f"REGEXP_EXTRACT({text}, {literal(ZONE)}, 1)"
    return f"CASE {zone} {words} ELSE {zone} END"


def _in_zone(text: str, clock: str, timezone: str | None) -> str:
    """Bring a clock that was read without its zone to a zone's, where the text carries one."""
    if timezone is None:
        return clock
    instant = f"TRY_CAST(CAST({clock} AS VARCHAR) || {_offset(text)} AS TIMESTAMP WITH TIME ZONE)"
    zoned = f"REGEXP_MATCHES({text}, {literal(ZONE)})"
    return f"CASE WHEN {zoned} THEN {_on_the_clock_of(timezone, instant)} ELSE {clock} END"


def _compact(text: str, timezone: str | None) -> str:
    stands = f"REGEXP_MATCHES({text}, '^\\d{{8}}(?:\\.0+)?$')"
    clocked = f"REGEXP_MATCHES({text}, '^\\d{{8}}T?\\d{{6}}Z?$')"
    digits = f"REGEXP_REPLACE(RTRIM({text}, 'Z'), 'T', '')"
    instant = f"TRY_STRPTIME({digits}, '{COMPACT}%H%M%S')"
    if timezone is not None:
        zoned = _on_the_clock_of(timezone, f"MAKE_TIMESTAMPTZ(EPOCH_US({instant}))")
        instant = f"CASE WHEN SUFFIX({text}, 'Z') THEN {zoned} ELSE {instant} END"
    return (
        f"CASE WHEN STRLEN({text}) = 8 OR {stands} THEN TRY_STRPTIME(LEFT({text}, 8), '{COMPACT}') "
        f"WHEN {clocked} THEN {instant} "
        f"WHEN REGEXP_MATCHES({text}, '^\\d{{8}}[T ]') THEN {_any_clock(text, COMPACT, timezone)} END"
    )


def _with_any_clock(text: str, reading: str, timezone: str | None) -> str:
    def read(clock: str = "") -> str:
        return f"TRY_STRPTIME({text}, {literal(reading + clock)})"

    bare = f"NOT CONTAINS({text}, '{':' if ' ' in reading else ' '}')"
    usual = (
        f"CASE WHEN {bare} THEN {read()} "
        f"WHEN SUBSTR({text}, -3, 1) = ':' THEN "
        f"CASE WHEN SUBSTR({text}, -6, 1) = ':' THEN {read(' %H:%M:%S')} ELSE {read(' %H:%M')} END "
        f"WHEN SUFFIX({text}, 'M') THEN "
        f"CASE WHEN SUBSTR({text}, -9, 1) = ':' THEN {read(' %I:%M:%S %p')} ELSE {read(' %I:%M %p')} END "
        f"WHEN SUBSTR({text}, -3, 1) = '.' THEN "
        f"CASE WHEN CONTAINS({text}, ' klo ') THEN {read(' klo %H.%M')} ELSE {read(' %H.%M')} END END"
    )
    return f"COALESCE({usual}, {_any_clock(text, reading, timezone)})"


def _any_clock(text: str, reading: str, timezone: str | None) -> str:
    """Read a date with whatever clock stands behind it, by way of one that the engine knows."""
    usual = f"REGEXP_REPLACE({text}, {literal(CLOCK)}, ' \\1:\\2:\\3 \\4\\5')"
    clocks = (" %H:%M: ", " %H:%M:%S ", " %I:%M: %p", " %I:%M:%S %p", "")
    formats = ", ".join(literal(reading + clock) for clock in clocks)
    return _in_zone(text, f"TRY_STRPTIME({usual}, [{formats}])", timezone)


def _as_it_stands(text: str, reading: str, timezone: str | None) -> str:
    bare = re.sub(r" ?%[zZ]$", "", reading)
    if bare != reading:
        without = f"REGEXP_REPLACE({text}, {literal(_ZONE + '$')}, '')"
        return _in_zone(text, f"TRY_STRPTIME({without}, {literal(bare)})", timezone)
    found = f"TRY_STRPTIME({text}, {literal(reading)})"
    return _on_the_clock_of(timezone, found) if re.search("%[zZ]", reading.replace("%%", "")) else found


def _has_clock(reading: str) -> bool:
    return re.search(f"%-?[{_CLOCKS}]", reading.replace("%%", "")) is not None


def lets_iso_in(reading: str) -> bool:
    """Whether no value can be read both ways; one that begins with the year and has the day before the month is."""
    return not (reading.startswith("%Y") and not re.match(r"%Y\W?%-?[mbBj]", reading))
