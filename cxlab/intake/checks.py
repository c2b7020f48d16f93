"""The contract of a table as SQL: a column read by its kind, and a rule for everything that can be wrong with it."""

from dataclasses import dataclass

from cxlab.contract import Column, TableContract
from cxlab.intake import readings

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
class Understood:
    """How texts are read: found out from the data, or said in the study."""

    date_formats: dict[str, str]
    decimal: str = "."
    whole_ids: frozenset[str] = frozenset()

    @property
    def has_date_format(self) -> bool:
        """Whether texts are read as dates by a format, which not every engine can, rather than as ISO 8601."""
        return any(form != readings.ISO for form in self.date_formats.values())


def is_text(kind: str) -> bool:
    """Whether an engine's type is text."""
    return kind == "VARCHAR"


def is_number(kind: str) -> bool:
    """Whether an engine's type is a number."""
    return kind.startswith(_NUMERIC)


def read_column(column: Column, theirs: str, kind: str, understood: Understood) -> dict[str, str]:
    """Return the SQL of a column's value, of whether something was given and is too large, by the results' names.

    Parameters
    ----------
    theirs : SQL of the column as it stands in the source; a text has no words that stand for nothing any more.
    kind : its type in the engine.
    """
    text = theirs if is_text(kind) else readings.given(f"CAST({theirs} AS VARCHAR)")
    number = theirs if is_number(kind) else readings.number(text, understood.decimal)
    amount = f"CAST({number} AS DOUBLE)"
    value = {
        "id": _identifier(column, theirs, text, kind, understood),
        "text": text,
        "moment": _moment(column, theirs, text, kind, understood),
        "money": f"CASE WHEN ABS({amount}) <= {LARGEST:.0f} THEN CAST(ROUND({amount} * 100) AS BIGINT) END",
        "number": f"CASE WHEN ABS({amount}) <= {LARGEST:.0f} THEN {amount} END",
        "flag": theirs if kind == "BOOLEAN" else readings.flag(text),
    }[column.kind]
    read = {column.name: value, f"cx_given_{column.name}": f"({text}) IS NOT NULL"}
    if column.kind in ("money", "number"):
        read[f"cx_large_{column.name}"] = f"COALESCE(ABS({amount}) > {LARGEST:.0f}, FALSE)"
    return read


def rules(
    contract: TableContract, present: frozenset[str], understood: Understood, observation_end: int | None
) -> list[Rule]:
    """List the rules of a table, in the order in which a record is charged with them.

    Parameters
    ----------
    present : the columns that the source has, as the kit names them.
    observation_end : day since 1970 after which nothing counts.
    """
    found: list[Rule] = []
    for column in (c for c in contract.columns if c.name in present):
        name = column.name
        if column.required:
            nobody = name in ("customer_id", "referrer_id", "referred_id")
            found.append(Rule(name, f"{name} is missing", f"NOT cx_given_{name}", outside_limit=nobody))
        found += _kind_rules(column, understood)
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
    if contract.moment in present and observation_end is not None:
        late = f"{contract.moment} >= {(observation_end + 1) * 86400}"
        found.append(Rule(str(contract.moment), "lies after the observation end", late, outside_limit=True))
    return found


def _kind_rules(column: Column, understood: Understood) -> list[Rule]:
    name = column.name
    unread = f"cx_given_{name} AND {name} IS NULL"
    if column.kind == "moment":
        how = f" ({understood.date_formats[name]})" if name in understood.date_formats else ""
        return [
            Rule(name, f"{name} is no date{how}", unread),
            Rule(name, f"{name} lies outside 1970 to 2099", f"{name} < {EARLIEST} OR {name} >= {LATEST}"),
        ]
    if column.kind == "flag":
        return [Rule(name, f"{name} is neither true nor false", unread)]
    if column.kind in ("money", "number"):
        what = "amount" if column.kind == "money" else "number"
        found = [
            Rule(name, f"{name} is no {what}", f"{unread} AND NOT cx_large_{name}"),
            Rule(name, f"{name} is beyond all measure", f"cx_given_{name} AND cx_large_{name}"),
        ]
        if not column.negative:
            found.append(Rule(name, f"{name} is below zero", f"{name} < 0"))
        return found
    return []


def _identifier(column: Column, theirs: str, text: str, kind: str, understood: Understood) -> str:
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        whole = f"CAST(CAST({theirs} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN ABS({theirs}) < 1e18 AND {theirs} = FLOOR({theirs}) THEN {whole} ELSE {text} END"
    return f"REGEXP_REPLACE({text}, '\\.0+$', '')" if column.name in understood.whole_ids else text


def _moment(column: Column, theirs: str, text: str, kind: str, understood: Understood) -> str:
    if kind.startswith(("DATE", "TIMESTAMP")):
        stamp = theirs if kind.startswith("TIMESTAMP") else f"CAST({theirs} AS TIMESTAMP)"
    else:
        stamp = readings.moment(text, understood.date_formats.get(column.name, readings.ISO))
    return f"CAST(FLOOR(EPOCH({stamp})) AS BIGINT)"
