"""The tables that a study may bring: their columns, kinds and what each must have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

Kind = Literal["id", "moment", "money", "number", "flag", "text"]
KINDS: Mapping[Kind, str] = {
    "id": "text that names something, as it stands; 17850.0 is 17850",
    "moment": "a day, or a day with a time",
    "money": "an amount, with a point or a comma",
    "number": "a number, with a point or a comma",
    "flag": "true or false, yes or no, 1 or 0",
    "text": "as it stands",
}
"""What a value of each kind looks like."""


@dataclass(frozen=True)
class Column:
    """A column as the kit names it.

    Attributes
    ----------
    kind : id (text that names something), moment (date or time), money, number, flag (true or false), text.
    required : whether a record without a value is rejected.
    meaning : one line for the data dictionary.
    negative : whether a value below zero is allowed.
    lenient : whether a value that cannot be read counts as missing, and costs no record.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    negative: bool = True
    lenient: bool = False


@dataclass(frozen=True)
class TableContract:
    """What a table must look like.

    Attributes
    ----------
    one_of : of these groups of columns at least one must be there in full, and hold values in each record.
    moment : the column that says when; nothing counts after the observation end.
    further : whether columns beyond these may be there.
    """

    name: str
    columns: tuple[Column, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    moment: str | None = None
    further: bool = False

    def with_drivers(self, names: Iterable[str]) -> Self:
        """Return the same with further columns of numbers; those that it has already stay as they are."""
        further = (Column(name, "number", "a driver", lenient=True) for name in names if name not in self.names)
        return replace(self, columns=(*self.columns, *further))

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(c for c in self.columns if c.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(c.name for c in self.columns)


def _customer(name: str = "customer_id", meaning: str = "who") -> Column:
    return Column(name, "id", meaning, required=True)


def _when(name: str, meaning: str) -> Column:
    return Column(name, "moment", meaning, required=True)


_ORDERS = TableContract(
    "orders",
    (
        _customer(),
        _when("ordered_at", "day or time of the order"),
        Column("revenue", "money", "what was paid for the line; 0 is an order as well, below 0 a return"),
        Column("order_id", "id", "lines of one order are summed; without it the lines of one customer and time"),
        Column("cost", "money", "what the goods of the line cost (not of the piece)"),
        Column("quantity", "number", "pieces; below 0 a return"),
        Column("unit_price", "number", "price of a piece; revenue is quantity x unit_price where revenue is absent"),
        Column("channel", "text", "where the order was made"),
        Column("category", "text", "what kind of goods"),
        Column("store", "text", "which store"),
        Column("currency", "text", "of the amounts; lines in another one than the study's are not used"),
        Column("returned", "flag", "whether the line came back: its revenue counts as negative"),
    ),
    one_of=(("revenue",), ("quantity", "unit_price")),
    moment="ordered_at",
)
_GESTURES = TableContract(
    "gestures",
    (
        _customer(),
        _when("given_at", "day or time of the gesture"),
        Column("kind", "text", "what it was: card, upgrade, call"),
        Column("cost", "money", "what it cost", negative=False),
        Column("order_id", "id", "the order it came with"),
    ),
    moment="given_at",
)
_ASSIGNMENTS = TableContract(
    "assignments",
    (
        _customer(),
        _when("assigned_at", "day or time of the draw"),
        Column("arm", "text", "which arm of the trial", required=True),
        Column("experiment", "text", "which trial, when several run"),
        Column("stratum", "text", "group within which was drawn"),
    ),
    moment="assigned_at",
)
_COSTS = TableContract(
    "costs",
    (
        _customer(),
        _when("spent_at", "day or time of the work"),
        Column("hours", "number", "hours worked for the customer", negative=False),
        Column("amount", "money", "what was spent on the customer", negative=False),
        Column("activity", "text", "what was done"),
        Column("hourly_rate", "money", "cost of an hour", negative=False),
    ),
    one_of=(("amount",), ("hours",)),
    moment="spent_at",
)
_FEEDBACK = TableContract(
    "feedback",
    (
        _customer(),
        _when("given_at", "day or time of the answer"),
        Column("score", "number", "the score given", required=True),
        Column("metric", "text", "what was asked: nps, csat"),
        Column("touchpoint", "text", "where it was asked"),
        Column("employee", "text", "who had served"),
        Column("store", "text", "which store"),
    ),
    moment="given_at",
    further=True,
)
_INCIDENTS = TableContract(
    "incidents",
    (
        _customer(),
        _when("occurred_at", "day or time of the failure"),
        Column("kind", "text", "what went wrong"),
        Column("resolved_at", "moment", "day or time at which it was put right"),
    ),
    moment="occurred_at",
)
_REFERRALS = TableContract(
    "referrals",
    (
        _customer("referrer_id", "who recommended"),
        _customer("referred_id", "who came"),
        Column("referred_at", "moment", "day or time of the referral"),
    ),
    moment="referred_at",
)
_EVENTS = TableContract(
    "events",
    (
        Column("session_id", "id", "the visit to which the step belongs", required=True),
        _when("occurred_at", "day or time of the step"),
        Column("step", "text", "where somebody was: visit, product, basket, payment", required=True),
        Column("customer_id", "id", "who, where that is known"),
        Column("channel", "text", "through which channel: web, app"),
    ),
    moment="occurred_at",
)
_OUTCOMES = TableContract(
    "outcomes",
    (
        Column("arm", "text", "which arm of the trial", required=True),
        Column("outcome", "number", "what was measured after it", required=True),
        Column("customer_id", "id", "who; else the number of the row, and equal rows are different people"),
        Column("contribution", "money", "what came of it, net of what the arm cost"),
    ),
    further=True,
)
TABLES: Mapping[str, TableContract] = {
    table.name: table
    for table in (_ORDERS, _GESTURES, _ASSIGNMENTS, _COSTS, _FEEDBACK, _INCIDENTS, _REFERRALS, _EVENTS, _OUTCOMES)
}
