"""How a text is read as a date, a number or a truth value; and which way of reading fits a whole column."""

from dataclasses import dataclass

from cxlab.engine import Engine, fill
from cxlab.words import day

ISO = "ISO 8601"
FORMATS = (ISO, "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
SAMPLE = 20_000
_ISO_SHAPE = r"^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?$"
_POINT = r"^[-+]?(\d+|[1-9]\d{0,2}(,\d{3})+)?(\.\d*)?([eE][-+]?\d+)?$"
_COMMA = r"^[-+]?(\d+|[1-9]\d{0,2}([. ]\d{3})+)?(,\d*)?$"
_PLAIN_POINT, _PLAIN_COMMA = r"^-?\d+(\.\d+)?$", r"^-?\d+(,\d+)?$"
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "kyllä", "k")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "ei", "e")


@dataclass(frozen=True)
class Ambiguous:
    """Two readings that fit a column equally well, and a value that they read differently."""

    value: str
    readings: tuple[str, str]
    meanings: tuple[str, str]


def given(text: str) -> str:
    """Return the SQL of a text without the words that stand for nothing."""
    return (
        f"CASE WHEN TRIM({text}) IN ('', 'NULL', 'null', 'NaN', 'nan', 'None', '\\N') THEN NULL ELSE TRIM({text}) END"
    )


def moment(text: str, date_format: str) -> str:
    """Return the SQL that reads a text as a timestamp, or NULL; the clock as it stands, whatever its zone."""
    if date_format == ISO:
        dashes = f"LENGTH({text}) - LENGTH(REPLACE({text}, '-', ''))"
        zoned = f"STRPOS({text}, 'Z') > 0 OR STRPOS({text}, '+') > 0 OR {dashes} > 2"
        plain = (
            f"CASE WHEN {zoned} THEN REGEXP_REPLACE({text}, '\\s?(Z|[+-]\\d{{2}}(:?\\d{{2}})?)$', '') ELSE {text} END"
        )
        stamp = f"TRY_CAST(REPLACE(REPLACE({plain}, 'T', ' '), ',', '.') AS TIMESTAMP)"
        return f"CASE WHEN REGEXP_MATCHES({text}, '{_ISO_SHAPE}') THEN {stamp} END"
    formats = ", ".join(f"'{date_format}{clock}'" for clock in CLOCKS)
    read = f"TRY_STRPTIME({text}, [{formats}])"
    if date_format == "%Y%m%d":
        return f"CASE WHEN REGEXP_MATCHES({text}, '^\\d{{8}}(\\D|$)') THEN {read} END"
    return read


def number(text: str, decimal: str) -> str:
    """Return the SQL that reads a text as a number, or NULL; thousands may be set apart, a currency sign may stand."""
    bare = f"REGEXP_REPLACE(REGEXP_REPLACE({text}, '^[€$£]\\s*', ''), '\\s*[€$£]$', '')"
    bare = f"REPLACE(REPLACE({bare}, '−', '-'), '\u00a0', ' ')"
    if decimal == ".":
        plain, digits, shape, swapped = _PLAIN_POINT, text, _POINT, f"REPLACE({bare}, ',', '')"
    else:
        plain, digits, shape = _PLAIN_COMMA, f"REPLACE({text}, ',', '.')", _COMMA
        swapped = f"REPLACE(REPLACE(REPLACE({bare}, '.', ''), ' ', ''), ',', '.')"
    return (
        f"CASE WHEN REGEXP_MATCHES({text}, '{plain}') THEN TRY_CAST({digits} AS DOUBLE) "
        f"WHEN REGEXP_MATCHES({bare}, '{shape}') THEN TRY_CAST({swapped} AS DOUBLE) END"
    )


def flag(text: str) -> str:
    """Return the SQL that reads a text as true or false, or NULL."""
    words = {True: _TRUE, False: _FALSE}
    cases = " ".join(
        f"WHEN LOWER({text}) IN ({', '.join(repr(w) for w in found)}) THEN {str(value).upper()}"
        for value, found in words.items()
    )
    return f"CASE {cases} END"


def choose_date_format(engine: Engine, relation: str, column: str) -> str | Ambiguous:
    """Find the reading that fits most of a text column; two that fit equally well and differ are `Ambiguous`."""
    counts = _fits(engine, relation, column, FORMATS, sample=True)
    best = max(counts.values())
    left = tuple(f for f in FORMATS if counts[f] and counts[f] >= best / 2)
    if len(left) < 2:
        return left[0] if left else ISO
    counts = _fits(engine, relation, column, left, sample=False)
    best = max(counts.values())
    first, *others = [f for f in left if counts[f] == best]
    for other in others:
        found = _difference(engine, relation, column, first, other)
        if found is not None:
            return found
    return first


def choose_decimal(engine: Engine, relation: str, columns: tuple[str, ...]) -> str | Ambiguous:
    """Find whether numbers are written with a decimal point or comma, over all columns of numbers together."""
    fits = {".": 0, ",": 0}
    for column in columns:
        reads = ", ".join(f"COUNT({number('text', decimal)})" for decimal in fits)
        sql = "SELECT {!reads} FROM (SELECT {!text} AS text FROM {relation}) AS t"
        row = engine.row(fill(sql, reads=reads, text=given(column), relation=relation))
        fits = {decimal: n + more for (decimal, n), more in zip(fits.items(), row, strict=True)}
    if fits["."] != fits[","]:
        return max(fits, key=lambda decimal: fits[decimal])
    a, b = number("text", "."), number("text", ",")
    for column in columns:
        sql = fill(
            "SELECT text, {!a}, {!b} FROM (SELECT {!text} AS text FROM {relation}) AS t WHERE {!a} <> {!b} "
            "ORDER BY text LIMIT 1",
            text=given(column), a=a, b=b, relation=relation,
        )  # fmt: skip
        for value, *meanings in engine.rows(sql):
            return Ambiguous(value, (".", ","), (f"{meanings[0]:g}", f"{meanings[1]:g}"))
    return "."


def _fits(engine: Engine, relation: str, column: str, formats: tuple[str, ...], *, sample: bool) -> dict[str, int]:
    reads = ", ".join(f"COUNT({moment('text', f)})" for f in formats)
    limit = f"LIMIT {SAMPLE}" if sample else ""
    sql = "SELECT {!reads} FROM (SELECT {!text} AS text FROM {relation} WHERE {!text} IS NOT NULL {!limit}) AS t"
    row = engine.read(fill(sql, reads=reads, text=given(column), relation=relation, limit=limit))[0]
    return dict(zip(formats, row, strict=True))


def _difference(engine: Engine, relation: str, column: str, first: str, other: str) -> Ambiguous | None:
    a, b = moment("text", first), moment("text", other)
    sql = fill(
        "SELECT text, CAST({!a} AS DATE), CAST({!b} AS DATE) FROM (SELECT {!text} AS text FROM {relation}) AS t "
        "WHERE {!a} <> {!b} ORDER BY text LIMIT 1",
        a=a, b=b, text=given(column), relation=relation,
    )  # fmt: skip
    rows = engine.read(sql)
    if not rows:
        return None
    text, one, two = rows[0]
    return Ambiguous(text, (first, other), (day(one), day(two)))
