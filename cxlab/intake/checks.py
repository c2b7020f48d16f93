"""The contract of a table as SQL: a column read by its kind, and a rule for everything that can be wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cxlab.contract import Column, TableContract
from cxlab.engine import literal
from cxlab.intake import readings
from cxlab.intake.understanding import Understood

EARLIEST, LATEST = 0, 4102444800
"""Moments outside 1970 to 2099 are slips of the pen, in seconds since 1970."""
LARGEST = 1e10
"""Amounts and numbers beyond this are slips of the pen."""
_PRODUCTS = {"orders": [("quantity", "unit_price")], "costs": [("hours", "hourly_rate")]}
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Something that a record must not be.

    Attributes
    ----------
    column : the column at fault, as the kit names it.
    reason : what is wrong, in words.
    broken : SQL over the read columns: true for a record at fault.
    outside_limit : whether such records are left out of the limit on rejects.
    remedy : what to do where many records are at fault, beyond mending the file.
    """

    column: str
    reason: str
    broken: str
    outside_limit: bool = False
    remedy: str = ""


@dataclass(frozen=True)
class Wanted:
    """What the study asks of a table's records, beyond the contract.

    Attributes
    ----------
    currency : ISO 4217 code of every amount.
    observation_end : day since 1970 after which nothing counts; None: everything counts.
    arms : the arms that there may be; None: any.
    """

    currency: str
    observation_end: int | None = None
    arms: tuple[str, ...] | None = None


def is_text(kind: str) -> bool:
    """Whether an engine's type is text."""
    return kind == "VARCHAR"


def is_number(kind: str) -> bool:
    """Whether an engine's type is a number."""
    return kind.startswith(_NUMERIC)


def read_first(column: Column, theirs: str, kind: str, understood: Understood) -> str:
    """Return the SQL of a column at the first glance: its moment, its number, or its text as it counts; else NULL.

    Most moments and numbers can be read as they stand, and only what cannot is looked at more closely.

    Parameters
    ----------
    theirs : SQL of the column as it stands in the source.
    kind : its type in the engine.
    """
    if column.kind == "moment":
        return _seconds(column, theirs, kind, understood)
    if column.kind in ("money", "number"):
        number = theirs if is_number(kind) else readings.number(_as_text(theirs, kind), understood.decimal)
        return f"CAST({_finite(number) if kind in _FLOATS else number} AS DOUBLE)"
    return readings.given(theirs) if is_text(kind) else _finite(theirs) if kind in _FLOATS else theirs


def read_again(column: Column, theirs: str, kind: str, first: str) -> str:
    """Return the SQL of the text of a moment or a number that could not be read at first; NULL where it could."""
    if column.kind not in _READ_TWICE or not is_text(kind):
        return "CAST(NULL AS VARCHAR)"
    return f"CASE WHEN {first} IS NULL THEN {readings.given(theirs)} END"


_READ_TWICE = ("moment", "money", "number")


def read_column(
    column: Column, kind: str, understood: Understood, *, raw: str, first: str, text: str
) -> dict[str, str]:
    """Return the SQL of a column's value, and of what its rules need to know, by the results' names.

    Beside the value these are `cx_given_`: whether something stood there; of amounts and numbers `cx_large_`: whether
    it is too large; of amounts in text `cx_sign_`: the currency that stood with it.

    Parameters
    ----------
    kind : the column's type in the source.
    raw, first, text : the column as it stands, and as `read_first` and `read_again` gave it.
    """
    name = column.name
    given = f"{first} IS NOT NULL"
    if kind in _FLOATS and column.kind in _READ_TWICE:
        given = f"COALESCE(ISFINITE({raw}) OR CAST({raw} AS VARCHAR) <> 'nan', FALSE)"
    elif column.kind in _READ_TWICE:
        given = f"({first} IS NOT NULL OR {text if is_text(kind) else raw} IS NOT NULL)"
    if column.kind in ("money", "number"):
        amount = first
        if is_text(kind):
            amount = f"COALESCE({first}, CAST({readings.number(text, understood.decimal)} AS DOUBLE))"
        large, small = f"ABS({amount}) > {LARGEST:.0f}", f"ABS({amount}) <= {LARGEST:.0f}"
        value = f"CAST(ROUND({amount} * 100) AS BIGINT)" if column.kind == "money" else amount
        read = {name: f"CASE WHEN {small} THEN {value} END", f"cx_large_{name}": f"COALESCE({large}, FALSE)"}
        if column.kind == "money":
            sign = readings.currency_sign(raw) if is_text(kind) else "CAST(NULL AS VARCHAR)"
            read[f"cx_sign_{name}"] = sign
    elif column.kind == "moment":
        again = _seconds(column, text, "VARCHAR", understood)
        read = {name: f"COALESCE({first}, {again})" if is_text(kind) else first}
    elif column.kind == "flag":
        read = {name: first if kind == "BOOLEAN" else readings.flag(_as_text(first, kind))}
    else:
        read = {name: _identifier(column, first, kind, understood) if column.kind == "id" else _as_text(first, kind)}
    return read | {f"cx_given_{name}": given}


def _finite(number: str) -> str:
    """Return the SQL of a number that is one; NaN and infinity are NULL.

    Notes
    -----
    A Parquet file's least and greatest values leave NaN out, and from these the engine concludes what a comparison
    gives: of all tests only this one is right for NaN.
    """
    return f"CASE WHEN ISFINITE({number}) THEN {number} END"


_FLOATS = ("FLOAT", "DOUBLE")
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
"""What a spreadsheet shows in a cell that it could not compute."""
_TOTALS = ("yhteensä", "summa", "välisumma", "loppusumma", "total", "totals", "grand total", "subtotal", "sum", "summe")
"""What stands in place of a customer in a line that sums up the others."""


def _as_text(theirs: str, kind: str) -> str:
    return theirs if is_text(kind) else readings.given(f"CAST({theirs} AS VARCHAR)")


def rules(
    contract: TableContract, present: frozenset[str], formats: Mapping[str, Collection[str]], wanted: Wanted
) -> list[Rule]:
    """List the rules of a table, in the order in which a record is charged with them.

    Parameters
    ----------
    present : the columns that the source has, as the kit names them.
    formats : how the moments among them are written.
    """
    found: list[Rule] = []
    for column in (c for c in contract.columns if c.name in present):
        name = column.name
        if column.required:
            nobody = name in ("customer_id", "referrer_id", "referred_id")
            found.append(Rule(name, f"{name} is missing", f"NOT cx_given_{name}", outside_limit=nobody))
        found += _kind_rules(column, formats.get(name, ()), wanted.currency)
    if contract.one_of:
        groups = [group for group in contract.one_of if present.issuperset(group)]
        lacking = " AND ".join("(" + " OR ".join(f"{name} IS NULL" for name in group) + ")" for group in groups)
        words = " or ".join(" x ".join(group) for group in groups)
        found.append(Rule(groups[0][0], f"{words} is missing", lacking))
    for one, other in _PRODUCTS.get(contract.name, ()):
        if {one, other} <= present:
            found.append(Rule(one, f"{one} x {other} is beyond all measure", f"ABS({one} * {other}) > {LARGEST:.0f}"))
    if contract.name == "orders" and "cost" in present:
        found.append(Rule("cost", "cost is below zero, though the line is no return", "cost < 0 AND NOT is_return"))
    if "currency" in present:
        found.append(
            Rule(
                "currency",
                f"is in another currency than {wanted.currency}",
                f"UPPER(currency) <> {literal(wanted.currency)}",
                remedy=_one_currency(wanted.currency),
            )
        )
    if wanted.arms is not None:
        arms = ", ".join(literal(arm) for arm in wanted.arms)
        found.append(Rule("arm", "arm is none of those in `allocation`", f"arm NOT IN ({arms})", remedy=_ADD_ARM))
    if contract.moment in present and wanted.observation_end is not None:
        late = f"{contract.moment} >= {(wanted.observation_end + 1) * 86400}"
        found.append(Rule(str(contract.moment), "lies after the observation end", late, outside_limit=True))
    return found


_ADD_ARM = "add its share to `allocation`, or leave `allocation` out and go without the check of the arms' sizes"


def _one_currency(currency: str) -> str:
    return f"bring amounts in {currency} only, or say `currency:` in the study if all are in another"


def _kind_rules(column: Column, formats: Collection[str], currency: str) -> list[Rule]:
    name = column.name
    unread = f"cx_given_{name} AND {name} IS NULL"
    if column.kind == "moment":
        how = f" ({' or '.join(formats)})" if formats else ""
        return [
            Rule(name, f"{name} is no date{how}", unread),
            Rule(name, f"{name} lies outside 1970 to 2099", f"{name} < {EARLIEST} OR {name} >= {LATEST}"),
        ]
    if column.kind == "flag":
        return [Rule(name, f"{name} is neither true nor false", unread)]
    if column.kind == "id":
        errors = ", ".join(literal(error) for error in _ERRORS)
        totals = ", ".join(literal(form) for word in _TOTALS for form in (word, word.upper(), word.capitalize()))
        return [
            Rule(name, f"{name} is an error of the spreadsheet", f"STARTS_WITH({name}, '#') AND {name} IN ({errors})"),
            *([Rule(name, "is a line of totals", f"{name} IN ({totals})")] if column.required else []),
        ]
    if column.kind in ("money", "number"):
        what = "amount" if column.kind == "money" else "number"
        found = [
            Rule(name, f"{name} is no {what}", f"{unread} AND NOT cx_large_{name}"),
            Rule(name, f"{name} is beyond all measure", f"cx_given_{name} AND cx_large_{name}"),
        ]
        if not column.negative:
            found.append(Rule(name, f"{name} is below zero", f"{name} < 0"))
        if column.kind == "money":
            signs = ", ".join(literal(sign) for sign in readings.signs_of(currency))
            other = f"cx_sign_{name} NOT IN ({signs})"
            reason = f"{name} is in another currency than {currency}"
            found.append(Rule(name, reason, other, remedy=_one_currency(currency)))
        return found
    return []


def _seconds(column: Column, theirs: str, kind: str, understood: Understood) -> str:
    """Return the SQL of a moment as whole seconds since 1970."""
    reading = understood.date_formats.get(column.name, readings.ISO)
    stamp = readings.moment(theirs, reading, kind=kind, timezone=understood.timezone)
    return f"EPOCH_US({stamp}) // 1000000"


def _identifier(column: Column, theirs: str, kind: str, understood: Understood) -> str:
    text = _as_text(theirs, kind)
    if kind in _FLOATS or kind.startswith("DECIMAL"):
        whole = f"CAST(CAST({theirs} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN ABS({theirs}) < 1e18 AND {theirs} = FLOOR({theirs}) THEN {whole} ELSE {text} END"
    return f"REGEXP_REPLACE({text}, '\\.0+$', '')" if column.name in understood.whole_ids else text
