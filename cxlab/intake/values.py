"""Every value of a file as SQL: most are read at a glance, and only records with an odd one are looked at closely.

A record is odd when not every value of it is plainly what its column asks for. A record that is not odd breaks no rule
on a single column, and each of its values is what the glance gave.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from cxlab.contract import Column, TableContract
from cxlab.engine import fill, literal, quote
from cxlab.intake import readings
from cxlab.intake.opening import Opened
from cxlab.intake.totals import surely_no_total
from cxlab.intake.understanding import Understood

EARLIEST, LATEST = 0, 4102444800
"""Moments outside 1970 to 2099 are slips of the pen, in seconds since 1970."""
LARGEST = 1e10
"""Amounts and numbers beyond this are slips of the pen."""
ODD = "cx_odd"
MISSING = ("CAST(NULL AS VARCHAR)", "VARCHAR")
"""A column that this file lacks and another has: it is empty here."""
_FLOATS = ("FLOAT", "DOUBLE")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_NUMERIC = (*_WHOLE, *_FLOATS, "DECIMAL")
_NUMBERS = ("money", "number")
_READ = (*_NUMBERS, "moment")
"""Kinds of columns whose texts stand for something else; and those whose texts stand for themselves."""
_TEXTS = ("id", "text")


def raw_columns(one: Opened, mapping: Mapping[str, str], contract: TableContract) -> dict[str, tuple[str, str]]:
    """Return the SQL and the type of each column in a file; of amounts that partly are numbers, the texts only."""
    raw = {ours: one.columns.get(theirs, MISSING) for ours, theirs in mapping.items()}
    for column in contract.columns:
        number = _number_beside(one, column, mapping)
        if number:
            text, kind = raw[column.name]
            raw[column.name] = (f"CASE WHEN {number} IS NULL THEN {text} END", kind)
    return raw


def read_values(
    one: Opened,
    records: str,
    contract: TableContract,
    mapping: Mapping[str, str],
    kinds: Mapping[str, str],
    understood: Understood,
    keep: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> str:
    """Return the SQL of the records of a file, or of some that are read alike, with every value read.

    It gives cx_file, cx_line, cx_hash (of all that stands in the record), cx_odd, and for each column its value, and
    what holds where the record is odd: `cx_given_`, whether something stood there; of amounts and numbers `cx_large_`,
    whether it is too large; of amounts in text `cx_sign_`, the currency that stood with it.

    Parameters
    ----------
    one : the file, or the first of them.
    records : SQL of the records as they stand, with cx_file, the number of their file.
    mapping : headings by our names, for the contract's columns and further ones.
    kinds : the types in which further columns are taken along.
    keep : values of columns, by their headings: of the first heading `cx_kept_0` says whether it holds one of them.
    """
    raw = raw_columns(one, mapping, contract)
    first: dict[str, str] = {}
    plain: list[str] = []
    text: dict[str, str] = {}
    close: dict[str, str] = {}
    read: dict[str, str] = {}
    for column in (column for column in contract.columns if column.name in mapping):
        name, (theirs, kind) = column.name, raw[column.name]
        named = {stage: quote(f"cx_{stage}_{name}") for stage in ("first", "last", "text", "close")}
        seen, beside = _first(column, theirs, kind, understood), _number_beside(one, column, mapping)
        first[f"cx_first_{name}"] = f"COALESCE({beside}, {seen})" if beside else seen
        if is_text(kind) and column.kind in _TEXTS:
            first[f"cx_last_{name}"] = f"{theirs}[-1]"
        plain.append(_is_plain(column, theirs, kind, named, understood))
        if is_text(kind) or column.kind not in _READ:
            text[f"cx_text_{name}"] = f"CASE WHEN {ODD} THEN {_text(column, theirs, kind, named['first'])} END"
        if is_text(kind) and column.kind in _NUMBERS:
            amount = f"CAST({readings.number(named['text'], understood.decimal)} AS DOUBLE)"
            close[f"cx_close_{name}"] = f"COALESCE({named['first']}, {amount})"
        read |= _read(column, theirs, kind, named, understood)
    taken = {name: f"CAST({raw[name][0]} AS {kinds[name]})" for name in mapping if name not in contract.names}
    taken |= {f"cx_kept_{i}": _is_kept(*one.columns[name], values) for i, (name, values) in enumerate(keep.items())}
    return fill(
        "SELECT cx_file, line AS cx_line, HASH({!record}) AS cx_hash, {odd}{!read}{!taken} FROM (SELECT *"
        "{!close} FROM (SELECT *{!text} FROM (SELECT *, CASE WHEN {!plain} THEN FALSE ELSE TRUE END AS {odd} FROM "
        "(SELECT *{!first} FROM ({!records}) AS s) AS f) AS o) AS t) AS c",
        record=", ".join(field for _, (field, _) in sorted(one.columns.items())),
        odd=ODD,
        read=_named(read),
        taken=_named(taken),
        close=_named(close),
        text=_named(text),
        plain=" AND ".join(plain),
        first=_named(first),
        records=records,
    )


def _is_kept(theirs: str, kind: str, values: Collection[str]) -> str:
    """Return the SQL of whether a column holds one of some values, whatever its capital letters."""
    kept = ", ".join(literal(value.casefold()) for value in values)
    return f"COALESCE(LOWER({readings.given(_as_text(theirs, kind))}) IN ({kept}), FALSE)"


def _number_beside(one: Opened, column: Column, mapping: Mapping[str, str]) -> str | None:
    """Return the SQL of the numbers in a column of amounts that partly are numbers and partly texts."""
    return one.numbers.get(mapping.get(column.name, "")) if column.kind in _NUMBERS else None


def _named(values: Mapping[str, str]) -> str:
    return "".join(f", {sql} AS {quote(name)}" for name, sql in values.items())


def is_text(kind: str) -> bool:
    """Whether an engine's type is text."""
    return kind == "VARCHAR"


def _as_text(theirs: str, kind: str) -> str:
    return theirs if is_text(kind) else f"CAST({theirs} AS VARCHAR)"


def _first(column: Column, theirs: str, kind: str, understood: Understood) -> str:
    """Return the SQL of a column at a glance: what it is worth in a record that is not odd."""
    if column.kind == "moment":
        return _seconds(column, theirs, kind, understood)
    if column.kind in _NUMBERS:
        if kind.startswith(_NUMERIC):
            return f"CAST({_finite(theirs) if kind in _FLOATS else theirs} AS DOUBLE)"
        return f"CAST({readings.plain_number(_as_text(theirs, kind), understood.decimal)} AS DOUBLE)"
    if column.kind == "flag":
        return theirs if kind == "BOOLEAN" else readings.flag(_as_text(theirs, kind))
    return _as_text(theirs, kind)


def _is_plain(column: Column, theirs: str, kind: str, named: Mapping[str, str], understood: Understood) -> str:
    """Return the SQL that is true where a column is plainly what it should be, and of which the glance is right."""
    first = named["first"]
    nothing = f"{theirs} IS NULL"
    if column.kind == "moment":
        plain = f"{first} >= {EARLIEST} AND {first} < {LATEST}"
    elif column.kind in _NUMBERS:
        plain = f"ABS({first}) <= {LARGEST:.0f}{'' if column.negative else f' AND {first} >= 0'}"
        nothing = f"{theirs} IS NULL AND {first} IS NULL"
    elif column.kind == "flag":
        plain = f"{first} IS NOT NULL"
    elif is_text(kind):
        sure = readings.plain_id if column.kind == "id" else readings.plain_text
        plain = "FALSE" if column.name in understood.whole_ids else sure(theirs, named["last"])
        if column.kind == "id" and column.required:
            plain += f" AND {surely_no_total(theirs)}"
    else:
        plain = f"{theirs} IS NOT NULL" if kind in _WHOLE else "FALSE"
    return plain if column.required else f"({nothing} OR {plain})"


def _text(column: Column, theirs: str, kind: str, first: str) -> str:
    """Return the SQL of the text that a column of an odd record holds, where it is to be read closely."""
    if is_text(kind):
        text = readings.given(theirs)
        return f"CASE WHEN {first} IS NULL THEN {text} END" if column.kind in _READ else text
    number = _finite(theirs) if kind in _FLOATS else theirs
    written = f"CAST({number} AS VARCHAR)"
    if column.kind == "id" and kind.startswith((*_FLOATS, "DECIMAL")):
        whole = f"CAST(TRY_CAST({number} AS BIGINT) AS VARCHAR)"
        written = f"CASE WHEN ABS({number}) < 1e18 AND {number} = FLOOR({number}) THEN {whole} ELSE {written} END"
    return written if kind.startswith(_NUMERIC) else readings.given(written)


def _read(column: Column, theirs: str, kind: str, named: Mapping[str, str], understood: Understood) -> dict[str, str]:
    """Return the SQL of a column's value, and of what its rules need to know of an odd record."""
    name, first, text = column.name, named["first"], named["text"]
    if column.kind not in _READ:
        found = text
        if column.kind == "flag":
            found = first if kind == "BOOLEAN" else readings.flag(text)
        elif name in understood.whole_ids:
            found = f"REGEXP_REPLACE({text}, '\\.0+$', '')"
        return {name: f"CASE WHEN {ODD} THEN {found} ELSE {first} END", f"cx_given_{name}": f"{text} IS NOT NULL"}
    there = f"({first} IS NOT NULL OR {text} IS NOT NULL)" if is_text(kind) else f"{theirs} IS NOT NULL"
    if kind in _FLOATS:
        there = f"COALESCE(ISFINITE({theirs}) OR CAST({theirs} AS VARCHAR) <> 'nan', FALSE)"
    if column.kind == "moment":
        moment = f"COALESCE({first}, {_seconds(column, text, kind, understood)})" if is_text(kind) else first
        return {name: moment, f"cx_given_{name}": there}
    amount = named["close"] if is_text(kind) else first
    if column.lenient:  # NaN: something stands there that is no number; NULL: nothing
        fits = f"ABS({amount}) <= {LARGEST:.0f}"
        return {name: f"CASE WHEN {fits} THEN {amount} WHEN {there} THEN CAST('NaN' AS DOUBLE) END"}
    value = f"CAST(ROUND({amount} * 100) AS BIGINT)" if column.kind == "money" else amount
    read = {
        name: f"CASE WHEN ABS({amount}) <= {LARGEST:.0f} THEN {value} END",
        f"cx_given_{name}": there,
        f"cx_large_{name}": f"COALESCE(ABS({amount}) > {LARGEST:.0f}, FALSE)",
    }
    if column.kind == "money":
        sign = f"CASE WHEN {ODD} THEN {readings.currency_sign(text)} END" if is_text(kind) else "CAST(NULL AS VARCHAR)"
        read[f"cx_sign_{name}"] = sign
    return read


def _finite(number: str) -> str:
    """Return the SQL of a number that is one; NaN and infinity are NULL.

    Notes
    -----
    A Parquet file's least and greatest values leave NaN out, and from these the engine concludes what a comparison
    gives: of all tests only this one is right for NaN.
    """
    return f"CASE WHEN ISFINITE({number}) THEN {number} END"


def _seconds(column: Column, theirs: str, kind: str, understood: Understood) -> str:
    """Return the SQL of a moment as whole seconds since 1970."""
    reading = understood.date_formats.get(column.name, readings.ISO)
    stamp = readings.moment(theirs, reading, kind=kind, timezone=understood.timezone)
    return f"EPOCH_US({stamp}) // 1000000"
