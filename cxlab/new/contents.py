"""What the values of a column look like: dates, numbers, yes or no, names, addresses; many or few."""

import re
from collections import Counter
from dataclasses import dataclass

from cxlab.engine import Engine, fill
from cxlab.intake import readings
from cxlab.intake.dates import NUMBERS
from cxlab.new.dictionary import MOMENTS
from cxlab.new.head import Kind, Peek
from cxlab.new.headings import normal

MOST = 0.9
"""The share of a column's values that must read as its kind."""
_SAMPLE, _GLANCE = "sample", 100
_DATE = re.compile(
    r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{8}(?!\d)"
    r"|\d{1,2}[-./ ]+[^\W\d_]{3,9}[-./ ]+\d{2,4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{2,4}"
)
_COUNTED = re.compile(r"\d{5}([.,]\d+)?|\d{9,10}([.,]\d+)?|\d{12,13}")
_DIGIT = re.compile(r".*\d", re.DOTALL)
_WHOLE = re.compile(r"[-+]?\d+([.,]0+)?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NAME = re.compile(r"[^\W\d_]++(?:[ ,.'’&-]++[^\W\d_]++)+\.?")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_POINT, _COMMA = (readings.number("text", mark) for mark in ".,")
_LONGEST, _MOST_FLAGS = 300, 10
MOST_ARMS = 20
"""Values up to which a column has few."""


@dataclass(frozen=True)
class Contents:
    """A column as its values show it.

    Attributes
    ----------
    n, n_given, n_distinct : rows, those with a value, different values.
    most_frequent : the value that stands most often, and `its_share` of those given.
    moments, numbers, flags, whole, mails, names : shares of the given values that are dates, numbers, yes or no, whole
        numbers, e-mail addresses, names as people (or firms) have them.
    date : how its dates are read; two ways, where both fit.
    counted : what its numbers count if they are moments: days or seconds since some day, in words.
    few : its values, where they are few.
    currency : the one that signs in the values name.
    no_number : a value that is no number, with either decimal mark, and `n_no_number` of them; empty where all are.
    one_mark : share of its numbers that are such with the decimal mark that fits most.
    """

    kind: Kind
    n: int
    n_given: int
    n_distinct: int
    most_frequent: str
    its_share: float
    moments: float
    numbers: float
    flags: float
    whole: float
    mails: float
    names: float
    date: str | readings.Ambiguous | None
    counted: str
    few: tuple[str, ...]
    currency: str | None
    no_number: str = ""
    n_no_number: int = 0
    one_mark: float = 1.0

    @property
    def are_moments(self) -> bool:
        """Whether the values are dates or times."""
        return self.kind == "moment" or self.moments >= MOST

    @property
    def are_numbers(self) -> bool:
        """Whether the values are numbers, and not days written as numbers."""
        return not self.are_moments and (self.kind == "number" or self.numbers >= MOST)

    @property
    def are_names(self) -> bool:
        """Whether the values are what people are called."""
        return self.names >= 0.6 and self.n_distinct > 3

    @property
    def are_mails(self) -> bool:
        """Whether the values are e-mail addresses."""
        return self.mails >= 0.5


def judge(looked: Peek) -> dict[str, Contents]:
    """Look at the values of every column, by its name."""
    names = list(looked.columns)
    with Engine() as engine:
        fields = {f"f{i}": looked.columns[name] for i, name in enumerate(names)}
        engine.take(_SAMPLE, fields, dict.fromkeys(fields, "string"))
        return {
            name: _judge(engine, f"f{i}", name, looked.columns[name], looked.kinds[name])
            for i, name in enumerate(names)
        }


def _judge(engine: Engine, field: str, name: str, values: list[str | None], kind: Kind) -> Contents:
    counts = Counter(value for value in values if value is not None)
    n = max(counts.total(), 1)
    most_frequent, n_most = counts.most_common(1)[0] if counts else ("", 0)
    first = list(counts)[:_GLANCE]
    date, n_moments, counted = None, 0, ""
    if kind in ("text", "number") and _most(_DATE, first):
        date, n_moments = _dates(engine, field)
    elif _most(_COUNTED, first) and normal(name) in MOMENTS:
        counted = _counted(engine, field)
    whole = _share(_WHOLE, counts, n)
    n_numbers, no_number, one_mark = round(whole * n), "", 1.0
    if whole < 1 and _most(_DIGIT, first):
        n_numbers, no_number, one_mark = _numbers(engine, field)
    signs = {_SIGNS[sign] for value in counts for sign in (value[0], value[-1]) if sign in _SIGNS}
    return Contents(
        kind, len(values), counts.total(), len(counts), most_frequent, n_most / n,
        moments=n_moments / n,
        numbers=n_numbers / n,
        flags=_count(engine, field, readings.flag("text")) / n if len(counts) <= _MOST_FLAGS else 0.0,
        whole=whole, mails=_share(_MAIL, counts, n), names=_share(_NAME, counts, n), date=date,
        counted=counted, few=tuple(sorted(counts)) if len(counts) <= MOST_ARMS else (),
        currency=signs.pop() if len(signs) == 1 else None,
        no_number=no_number, n_no_number=counts.total() - n_numbers, one_mark=one_mark,
    )  # fmt: skip


def _share(pattern: re.Pattern[str], counts: Counter[str], n: int) -> float:
    fits = (times for value, times in counts.items() if len(value) <= _LONGEST and pattern.fullmatch(value))
    return sum(fits) / n


def _most(pattern: re.Pattern[str], values: list[str]) -> bool:
    return sum(pattern.match(value) is not None for value in values) > len(values) / 2


def _count(engine: Engine, field: str, reading: str) -> int:
    """Return how many values of a column can be read."""
    sql = "SELECT COUNT({!reading}) FROM (SELECT {!text} AS text FROM {t}) AS s"
    return int(engine.read(fill(sql, reading=reading, text=readings.given(field), t=_SAMPLE))[0][0])


def _numbers(engine: Engine, field: str) -> tuple[int, str, float]:
    """Return how many values of a column are numbers with either decimal mark, one that is none, and `one_mark`.

    Cells of a spreadsheet, and files of one table, may each be written in another way.
    """
    sql = (
        "SELECT COUNT(COALESCE(a, b)), COUNT(a), COUNT(b), MIN(CASE WHEN COALESCE(a, b) IS NULL THEN text END) FROM "
        "(SELECT text, {!point} AS a, {!comma} AS b FROM (SELECT {!text} AS text FROM {t}) AS s) AS r"
    )
    n, point, comma, example = engine.read(
        fill(sql, point=_POINT, comma=_COMMA, text=readings.given(field), t=_SAMPLE)
    )[0]
    return int(n), example or "", max(point, comma) / max(n, 1)


def _dates(engine: Engine, field: str) -> tuple[str | readings.Ambiguous, int]:
    """Return how a column of dates is read, and how many of its values are."""
    found = readings.choose_date_format(engine, _SAMPLE, field)
    form = found.readings[0] if isinstance(found, readings.Ambiguous) else found
    return found, _count(engine, field, readings.moment("text", form))


def _counted(engine: Engine, field: str) -> str:
    """Say what numbers count, were they moments: days or seconds since some day; empty when they cannot be."""
    found = readings.choose_date_format(engine, _SAMPLE, field)
    return NUMBERS.get(found, "") if isinstance(found, str) else ""
