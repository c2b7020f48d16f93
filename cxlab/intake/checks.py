"""The contract of a table as SQL: a rule for everything that can be wrong with a record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from cxlab.contract import Column, TableContract
from cxlab.engine import literal
from cxlab.intake import readings
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.totals import is_total
from cxlab.intake.values import EARLIEST, LARGEST, LATEST, ODD

_PRODUCTS = {"orders": [("quantity", "unit_price")], "costs": [("hours", "hourly_rate")]}


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
    of_one_column : whether one column decides: then a record that is not odd (see `values`) cannot break it.
    """

    column: str
    reason: str
    broken: str
    outside_limit: bool = False
    remedy: str = ""
    of_one_column: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the study asks of a table's records, beyond the contract.

    Attributes
    ----------
    currency : ISO 4217 code of every amount.
    observation_end : day since 1970 after which nothing counts; None: everything counts.
    arms : the arms that there may be; None: any.
    keep : values of columns, by their headings: records with another one are left out.
    """

    currency: str
    observation_end: int | None = None
    arms: tuple[str, ...] | None = None
    keep: Mapping[str, Collection[str]] = field(default_factory=dict)


_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
"""What a spreadsheet shows in a cell that it could not compute."""
_TOTAL = KeptText("is a line of totals")()
_MISSING = KeptText("{column} is missing")
_LEFT_OUT = KeptText("left out: “{column}” is none of those under keep")
_BEYOND = KeptText("{column} is beyond all measure")
_BELOW = KeptText("{column} is below zero")
_COST_BELOW = KeptText("cost is below zero, though the line is no return")()
_OTHER_CURRENCY = KeptText("is in another currency than {currency}")
_COLUMN_IN_OTHER_CURRENCY = KeptText("{column} is in another currency than {currency}")
_NO_ARM = KeptText("arm is none of those in `allocation`")()
_LATE = KeptText("lies after the observation end")()
_NO_DATE = KeptText("{column} is no date")
_NO_DATE_IN_FORM = KeptText("{column} is no date ({form})")
_NO_DATE_AS_WRITTEN = KeptText("{column} is no date as its file writes dates")
_OUT_OF_RANGE = KeptText("{column} lies outside 1970 to 2099")
_NO_FLAG = KeptText("{column} is neither true nor false")
_ERROR = KeptText("{column} is an error of the spreadsheet")
_NO_AMOUNT = KeptText("{column} is no amount")
_NO_NUMBER = KeptText("{column} is no number")
_WITHOUT_TOTALS = "leave lines of totals out of the export"


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
    if contract.name == "orders" and "order_id" in present:
        label = f"NOT cx_given_customer_id AND {is_total('order_id')}"
        found.append(Rule("order_id", _TOTAL, label, outside_limit=True, remedy=_WITHOUT_TOTALS))
    for column in (c for c in contract.columns if c.name in present and not c.lenient):
        name = column.name
        if column.required:
            nobody = name in ("customer_id", "referrer_id", "referred_id")
            found.append(Rule(name, _MISSING(column=name), f"NOT cx_given_{name}", outside_limit=nobody))
        found += _kind_rules(column, formats.get(name, ()), wanted.currency)
    found = [replace(rule, of_one_column=True) for rule in found]
    found = [
        *(Rule("", _LEFT_OUT(column=heading), f"NOT cx_kept_{i}", outside_limit=True)
          for i, heading in enumerate(wanted.keep)),
        *found,
    ]  # fmt: skip
    if contract.one_of:
        groups = [group for group in contract.one_of if present.issuperset(group)]
        lacking = " AND ".join("(" + " OR ".join(f"{name} IS NULL" for name in group) + ")" for group in groups)
        words = " or ".join(" x ".join(group) for group in groups)
        found.append(Rule(groups[0][0], _MISSING(column=words), lacking))
    for one, other in _PRODUCTS.get(contract.name, ()):
        if {one, other} <= present:
            found.append(Rule(one, _BEYOND(column=f"{one} x {other}"), f"ABS({one} * {other}) > {LARGEST:.0f}"))
    if contract.name == "orders" and "cost" in present:
        found.append(Rule("cost", _COST_BELOW, "cost < 0 AND NOT is_return"))
    if "currency" in present:
        found.append(
            Rule(
                "currency",
                _OTHER_CURRENCY(currency=wanted.currency),
                readings.is_other_currency("currency", wanted.currency),
                remedy=bring_one_currency(wanted.currency),
            )
        )
    if wanted.arms is not None:
        arms = ", ".join(literal(arm) for arm in wanted.arms)
        found.append(Rule("arm", _NO_ARM, f"arm NOT IN ({arms})", remedy=_ADD_ARM))
    if contract.moment in present and wanted.observation_end is not None:
        late = f"{contract.moment} >= {(wanted.observation_end + 1) * 86400}"
        found.append(Rule(str(contract.moment), _LATE, late, outside_limit=True))
    return found


def first_broken(rules: Sequence[Rule]) -> str:
    """Return the SQL of the number of the first rule that a record breaks, or NULL."""
    found: list[str] = []
    for single, numbered in groupby(enumerate(rules), key=lambda rule: rule[1].of_one_column):
        cases = f"CASE {' '.join(f'WHEN {rule.broken} THEN {i}' for i, rule in numbered)} END"
        found.append(f"CASE WHEN {ODD} THEN {cases} END" if single else cases)
    return f"CAST(COALESCE({', '.join([*found, 'NULL'])}) AS TINYINT)"


_ADD_ARM = "add its share to `allocation`, or leave `allocation` out and go without the check of the arms' sizes"


def bring_one_currency(currency: str) -> str:
    """Say what to do where many amounts are in another currency than the study's."""
    return f"bring amounts in {currency} only, or say `currency:` in the study if all are in another"


def _kind_rules(column: Column, formats: Collection[str], currency: str) -> list[Rule]:
    name = column.name
    unread = f"cx_given_{name} AND {name} IS NULL"
    if column.kind == "moment":
        none = _NO_DATE_AS_WRITTEN if formats else _NO_DATE
        reason = _NO_DATE_IN_FORM(column=name, form=next(iter(formats))) if len(formats) == 1 else none(column=name)
        return [
            Rule(name, reason, unread),
            Rule(name, _OUT_OF_RANGE(column=name), f"{name} < {EARLIEST} OR {name} >= {LATEST}"),
        ]
    if column.kind == "flag":
        return [Rule(name, _NO_FLAG(column=name), unread)]
    if column.kind == "id":
        errors = ", ".join(literal(error) for error in _ERRORS)
        return [
            Rule(name, _ERROR(column=name), f"STARTS_WITH({name}, '#') AND {name} IN ({errors})"),
            *([Rule(name, _TOTAL, is_total(name), remedy=_WITHOUT_TOTALS)] if column.required else []),
        ]
    if column.kind in ("money", "number"):
        none = _NO_AMOUNT if column.kind == "money" else _NO_NUMBER
        found = [
            Rule(name, none(column=name), f"{unread} AND NOT cx_large_{name}"),
            Rule(name, _BEYOND(column=name), f"cx_given_{name} AND cx_large_{name}"),
        ]
        if not column.negative:
            found.append(Rule(name, _BELOW(column=name), f"{name} < 0"))
        if column.kind == "money":
            signs = ", ".join(literal(sign) for sign in readings.signs_of(currency))
            other = f"cx_sign_{name} NOT IN ({signs})"
            reason = _COLUMN_IN_OTHER_CURRENCY(column=name, currency=currency)
            found.append(Rule(name, reason, other, remedy=bring_one_currency(currency)))
        return found
    return []
