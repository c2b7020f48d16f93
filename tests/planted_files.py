"""Files with planted faults: texts in any dialect, workbooks, Parquet, and where each fault stands in them."""

import csv
import datetime as dt
import gzip
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests import made_workbooks


@dataclass(frozen=True)
class Dialect:
    """How a program writes a table as text.

    Attributes
    ----------
    encoding : a codec's name; utf-16-be gets the byte order mark that tells it.
    thousands : what stands between thousands; unit : what stands after an amount.
    date_format : as in strftime.
    flags : the words for true and false.
    quote_all : whether every field is quoted.
    packed : whether the file is packed with gzip.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    date_format: str = "%Y-%m-%d"
    flags: tuple[str, str] = ("true", "false")
    quote_all: bool = False
    packed: bool = False

    @property
    def suffix(self) -> str:
        """How a file of it is called."""
        return (".tsv" if self.delimiter == "\t" else ".csv") + (".gz" if self.packed else "")

    def amount(self, cents: int | None) -> str:
        """Write an amount."""
        if cents is None:
            return ""
        text = f"{abs(cents) // 100:,}".replace(",", self.thousands) + f"{self.decimal}{abs(cents) % 100:02d}"
        return ("-" if cents < 0 else "") + text + self.unit

    def moment(self, moment: dt.datetime) -> str:
        """Write a moment, as far as the format tells it."""
        return moment.strftime(self.date_format)

    def told(self, moment: dt.datetime) -> dt.datetime:
        """Return what the format tells of a moment."""
        hours = moment.replace(second=0) if "%H" in self.date_format else dt.datetime.combine(moment, dt.time())
        return moment if "%S" in self.date_format else hours

    def no_such_day(self) -> str:
        """Write the 31st of February."""
        return self.moment(dt.datetime(2024, 1, 31, 12, 30)).replace("01", "02", 1)  # noqa: DTZ001

    def record(self, fields: Iterable[str]) -> str:
        """Write a record, without its line end."""
        out = io.StringIO()
        quoting = csv.QUOTE_ALL if self.quote_all else csv.QUOTE_MINIMAL
        csv.writer(out, delimiter=self.delimiter, quoting=quoting, lineterminator="\r\n").writerow(fields)
        return out.getvalue().removesuffix("\r\n")

    def encode(self, text: str) -> bytes:
        """Return the bytes of a file that holds the text."""
        mark = "\ufeff" if self.encoding == "utf-16-be" else ""
        data = (mark + text).encode(self.encoding)
        return gzip.compress(data, mtime=0) if self.packed else data

    def can_hold(self, text: str) -> bool:
        """Whether its encoding has every character of a text, and none that only a terminal understands."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


_CHOICES: dict[str, tuple[Any, ...]] = {
    "date_format": (
        "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S +0200", "%Y%m%d", "%d.%m.%Y",
        "%d.%m.%Y %H.%M", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%d-%m-%Y",
    ),
    "encoding": ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "latin-1"),
    "numbers": ((".", "", ""), (",", "", ""), (",", " ", ""), (",", "\u00a0", " €"), (".", ",", ""), (",", ".", "")),
    "delimiter": (",", ";", "\t", "|"),
    "flags": (("true", "false"), ("1", "0"), ("kyllä", "ei"), ("x", "")),
    "line_end": ("\n", "\r\n", "\r"),
    "quote_all": (False, True),
    "packed": (False, True),
}  # fmt: skip


def dialects() -> tuple[Dialect, ...]:
    """Return dialects in which every two ways of writing meet at least once."""
    names = list(_CHOICES)
    ways = {name: [(name, i) for i in range(len(_CHOICES[name]))] for name in names}
    left = {frozenset(pair) for a, b in combinations(names, 2) for pair in product(ways[a], ways[b])}
    found: list[Dialect] = []
    while left:
        chosen = sorted(min(left, key=sorted))
        for name in names:
            if name not in dict(chosen):
                chosen.append(max(ways[name], key=lambda way: sum(frozenset((way, o)) in left for o in chosen)))
        left -= {frozenset(pair) for pair in combinations(chosen, 2)}
        values = {name: _CHOICES[name][i] for name, i in chosen}
        decimal, thousands, unit = values.pop("numbers")
        unit = "" if values["encoding"] == "latin-1" else unit  # which has no euro sign
        found.append(Dialect(**values, decimal=decimal, thousands=thousands, unit=unit))
    return tuple(found)


@dataclass(frozen=True)
class Order:
    """A line of orders without a fault."""

    customer: str
    moment: dt.datetime
    cents: int
    cost: int | None = None
    returned: bool = False
    note: str = ""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a record.

    Attributes
    ----------
    column : the column at fault; "": the record as a whole.
    reason : a pattern of the words for it.
    text : what stands there in place of the value, in a dialect.
    typed : the value that does the same in a column of that type; None: no such column can hold it.
    """

    column: str
    reason: str
    text: Callable[[Dialect], str] = lambda _: ""
    typed: tuple[Any] | None = None


NAMES = ("customer_id", "ordered_at", "revenue", "cost", "returned", "category")
_LONG_AGO, _FAR_AHEAD = dt.datetime(1900, 3, 5, 12), dt.datetime(2924, 3, 5, 12)  # noqa: DTZ001
_NO_AMOUNT = "amount|number|finite|measure|missing"
FAULTS: Mapping[str, Fault] = {
    "no customer": Fault("customer_id", "missing", typed=(None,)),
    "a word for nobody": Fault("customer_id", "missing", lambda _: "NULL"),
    "no day": Fault("ordered_at", "missing", typed=(None,)),
    "no such day": Fault("ordered_at", "date", Dialect.no_such_day),
    "a word for a day": Fault("ordered_at", "date", lambda _: "soon"),
    "a day long ago": Fault("ordered_at", "outside|range|1970", lambda d: d.moment(_LONG_AGO), (_LONG_AGO,)),
    "a day far ahead": Fault("ordered_at", "outside|range|2099", lambda d: d.moment(_FAR_AHEAD), (_FAR_AHEAD,)),
    "no amount": Fault("revenue", "missing", typed=(None,)),
    "a word for an amount": Fault("revenue", "amount", lambda _: "dear"),
    "an endless amount": Fault("revenue", _NO_AMOUNT, lambda _: "inf", (float("inf"),)),
    "not a number": Fault("revenue", _NO_AMOUNT, lambda _: "nan", (float("nan"),)),
    "an absurd amount": Fault("revenue", _NO_AMOUNT, lambda d: d.amount(9_999_999_999_999_900), (1e300,)),
    "a cost below zero": Fault("cost", "below zero|negative", lambda d: d.amount(-100), (-1.0,)),
    "neither true nor false": Fault("returned", "true|false", lambda _: "perhaps"),
    "too few fields": Fault("", "field"),
    "too many fields": Fault("", "field"),
    "an open quotation mark": Fault("", "quot"),
}
IN_CELLS = tuple(name for name, fault in FAULTS.items() if fault.column)
IN_TYPED_COLUMNS = tuple(name for name, fault in FAULTS.items() if fault.typed)


@dataclass(frozen=True)
class Reject:
    """Where a planted fault stands: its record, or some cells that it must show."""

    file: str
    line: int
    fault: Fault
    record: str | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planted:
    """A file that was written: the orders that must arrive, and the rejects that must be found."""

    path: Path
    orders: tuple[Order, ...]
    rejects: tuple[Reject, ...] = ()

    @property
    def n_records(self) -> int:
        """Records that stand in it."""
        return len(self.orders) + len(self.rejects)


Line = tuple[Order, str | None]
"""An order, and the name of the fault planted in it."""


def write_text(path: Path, lines: Sequence[Line], dialect: Dialect) -> Planted:
    """Write orders as text, and say where each fault stands."""
    orders, rejects, out = [], [], [dialect.record(NAMES)]
    at = 2
    for order, name in lines:
        fields = _fields(order, dialect)
        fault = FAULTS[name] if name else None
        if fault and fault.column:
            fields[fault.column] = fault.text(dialect)
        record = dialect.record(fields.values())
        if name == "too few fields":
            record = dialect.record(list(fields.values())[:3])
        elif name == "too many fields":
            record = dialect.record([*fields.values(), "and more"])
        elif name == "an open quotation mark":
            record = dialect.delimiter.join([*(x for x in ("open", "2024", "1", "", "")), '"never closed'])
        if fault:
            rejects.append(Reject(path.name, at, fault, record))
        else:
            orders.append(replace(order, moment=dialect.told(order.moment)))
        out.append(record)
        at += 1 + record.count("\n")
    path.write_bytes(dialect.encode(dialect.line_end.join([*out, ""])))
    return Planted(path, tuple(orders), tuple(rejects))


def _fields(order: Order, dialect: Dialect) -> dict[str, str]:
    values = (
        order.customer, dialect.moment(order.moment), dialect.amount(order.cents), dialect.amount(order.cost),
        dialect.flags[0 if order.returned else 1], order.note,
    )  # fmt: skip
    return dict(zip(NAMES, values, strict=True))


def write_parquet(path: Path, lines: Sequence[Line], dialect: Dialect | None = None) -> Planted:
    """Write orders as Parquet, in typed columns or, with a dialect, as the texts that it writes."""
    rows, told, faults = _rows(lines, dialect)
    kinds = (
        pa.string(), pa.timestamp("us"), pa.float64(), pa.float64(), pa.bool_(), pa.dictionary(pa.int32(), pa.string())
    )  # fmt: skip
    schema = pa.schema(dict(zip(NAMES, kinds if dialect is None else [pa.string()] * len(NAMES), strict=True)))
    pq.write_table(pa.Table.from_pylist(rows, schema), path)
    return _planted(path, rows, told, faults, first=1)


def write_xlsx(path: Path, lines: Sequence[Line], dialect: Dialect | None = None, *, inline: bool = False) -> Planted:
    """Write orders as a workbook: numbers and days as such, or all as the texts that a dialect writes.

    What no cell can hold as a number or a day stands as text among them, as people type it.
    """
    rows, told, faults = _rows(lines, dialect)
    for row, fault in zip(rows, faults, strict=True):
        if fault and dialect is None:
            (value,) = fault.typed or ("",)
            if value == "" or (isinstance(value, float) and not isfinite(value)):
                row[fault.column] = fault.text(Dialect())
    cells = [list(NAMES), *(list(row.values()) for row in rows)]
    made_workbooks.write_xlsx(path, {"Sheet1": cells}, shared=not inline)
    return _planted(path, rows, told, faults, first=2)


def _rows(
    lines: Sequence[Line], dialect: Dialect | None
) -> tuple[list[dict[str, Any]], list[Order], list[Fault | None]]:
    """Return the cells of each record, its order as far as they tell it, and the fault in it."""
    faults = [FAULTS[name] if name else None for _, name in lines]
    rows: list[dict[str, Any]] = []
    for (order, _), fault in zip(lines, faults, strict=True):
        if dialect:
            fields = _fields(order, dialect) | ({fault.column: fault.text(dialect)} if fault else {})
            rows.append({name: text or None for name, text in fields.items()})
            continue
        cost = None if order.cost is None else order.cost / 100
        values = (order.customer, order.moment, order.cents / 100, cost, order.returned, order.note or None)
        rows.append(dict(zip(NAMES, values, strict=True)))
        if fault and fault.typed:
            rows[-1][fault.column] = fault.typed[0]
    told = [replace(order, moment=dialect.told(order.moment)) if dialect else order for order, _ in lines]
    return rows, told, faults


def _planted(
    path: Path, rows: list[dict[str, Any]], told: list[Order], faults: list[Fault | None], *, first: int
) -> Planted:
    orders = tuple(order for order, fault in zip(told, faults, strict=True) if not fault)
    rejects = tuple(
        Reject(path.name, line, fault, None, tuple(cell for cell in row.values() if isinstance(cell, str)))
        for line, (row, fault) in enumerate(zip(rows, faults, strict=True), first)
        if fault
    )
    return Planted(path, orders, rejects)
