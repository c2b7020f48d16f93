"""Which way of reading fits a column: dates by a format, numbers with a decimal point or comma.

A sample tells which readings are possible; the whole column is looked at only where the sample leaves several of them
open, and no further than until it is settled. Values that no reading fits do not matter here.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cxlab.engine import Engine, fill, literal
from cxlab.intake.dates import CLOCK, COMPACT, EXCEL, ISO, UNIX, UNIX_MS, lets_iso_in, moment, to_study
from cxlab.intake.numbers import number
from cxlab.intake.texts import given
from cxlab.words import day

SAMPLE = 20_000
FORMATS = (
    ISO, COMPACT, "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%d.%m.%y", "%y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%B-%Y", "%d/%b/%Y",
    "%d %b %y", "%d-%b-%y", "%b %d, %y", EXCEL, UNIX, UNIX_MS,
)  # fmt: skip
"""The readings of dates that are found out, in the order in which they are preferred where they do not differ."""
_SHAPES = {
    ISO: "9{4}-9{1,2}-9{1,2}", COMPACT: r"9{8}(a?9{6}a?|\.9+)?", EXCEL: "9{5}([.,]9+)?",
    UNIX: r"9{9,10}([.,]9+)?", UNIX_MS: r"9{12,13}(\.9+)?",
}  # fmt: skip
_PIECES = {"%d": "9{1,2}", "%m": "9{1,2}", "%Y": "9{4}", "%y": "9{2}", "%b": "a", "%B": "a", ".": r"\."}
_A_FEW = 0.05
"""Times those of ISO 8601, from which on values beside them are more than slips: they are read by a format of their
own, if that is one and no question, and ISO 8601 beside it."""
NEARLY = 0.99
"""The share of the values that the best reading fits from which on another one fits as good as all of them."""
TELLING = 1_000
"""Values that fit some of the open readings only, after which the others are given up."""
_YEARS = 20
"""Years from which on a reading with a third as many is the right one."""


@dataclass(frozen=True)
class Ambiguous:
    """Two readings that fit equally well, as study.yml has them, and a value that they read differently.

    Attributes
    ----------
    contrary : a value that only the first fits, and one that only the second does, where there are such.
    """

    value: str
    readings: tuple[str, str]
    meanings: tuple[str, str]
    contrary: tuple[str, str] | None = None


@dataclass(frozen=True)
class Choice:
    """The readings that fit a column best: none, one, or several with an example of how they differ."""

    open: tuple[str, ...]
    ambiguous: Ambiguous | None = None

    def among(self, known: Collection[str]) -> str | None:
        """Return the only reading that is left open, or the only open one that is known from elsewhere; else None."""
        left = self.open if len(self.open) == 1 else [reading for reading in self.open if reading in known]
        return left[0] if len(left) == 1 else None


def choose_date(
    engine: Engine, relation: str, theirs: str, kind: str = "VARCHAR", *, first: str | None = None
) -> Choice:
    """Find the readings of dates that fit a column of texts or numbers best.

    Parameters
    ----------
    theirs : SQL of the column in the relation.
    kind : its type in the engine.
    first : a relation with the first records only, which are the sample; None: the first values of the whole.
    """
    values = values_of(theirs, kind, relation)
    sample = f"SELECT * FROM ({values_of(theirs, kind, first or relation)}) AS v LIMIT {SAMPLE}"  # noqa: S608
    possible = possible_dates(engine, sample)
    if len(possible) < 2:
        return Choice(tuple(possible))
    counts = ", ".join(f"COUNT(*) FILTER ({reads_as(form, kind)})" for form in possible)
    fit = dict(zip(possible, engine.read(f"SELECT {counts} FROM ({sample}) AS s")[0], strict=True))  # noqa: S608
    n_iso = fit.pop(ISO, 0)
    best = max(fit.values())
    few = best < _A_FEW * n_iso
    nearly = [form for form, n in fit.items() if n >= NEARLY * best]
    found = _compare(engine, values, _settle(engine, values, nearly, kind), kind)
    if found.ambiguous and n_iso >= best:
        return Choice((ISO,))
    beside_iso = len(found.open) == 1 and lets_iso_in(found.open[0])
    return Choice((ISO,)) if few and not beside_iso else found


def possible_dates(engine: Engine, values: str) -> list[str]:
    """Return the readings of dates that the looks of values do not rule out."""
    digits = (
        f"SELECT TRANSLATE(text, '0123456789', '9999999999') AS text, COUNT(*) AS n FROM ({values}) AS s GROUP BY ALL"  # noqa: S608
    )
    shape = f"REGEXP_REPLACE(REGEXP_REPLACE(text, {literal(CLOCK)}, ''), '\\pL+', 'a', 'g')"
    shapes = engine.read(
        f"SELECT {shape} AS shape, SUM(n) AS n FROM ({digits}) AS d GROUP BY shape ORDER BY n DESC, shape LIMIT 100"  # noqa: S608
    )
    return [form for form in FORMATS if any(re.fullmatch(_shape(form), shape) for shape, _ in shapes)]


def choose_mark(engine: Engine, relation: str, columns: Sequence[str], *, first: str | None = None) -> Choice:
    """Find whether numbers are written with a decimal point or comma, over all columns of texts together.

    Parameters
    ----------
    columns : SQL of each in the relation.
    first : a relation with the first records only, for a glance; None: the first values of the whole.
    """
    reads = {mark: number("text", mark) for mark in (".", ",")}
    fits = [f"{read} IS NOT NULL" for read in reads.values()]
    telling = with_a_mark(relation, columns)
    found = [0, 0]
    for values, few in zip(telling, with_a_mark(first or relation, columns), strict=True):
        told = _tell_at_a_glance(engine, few) or tell(engine, values, fits)
        found = [n + more for n, more in zip(found, told, strict=True)]
    if found[0] != found[1]:
        return Choice((".",) if found[0] > found[1] else (",",))
    for values in telling:
        point, comma = reads.values()
        sql = f"SELECT text, {point}, {comma} FROM ({values}) AS v WHERE {point} <> {comma} ORDER BY text LIMIT 1"  # noqa: S608
        for value, *meanings in engine.read(sql):
            one, two = (f"{meaning:g}" for meaning in meanings)
            contrary = _contrary(engine, " UNION ALL ".join(telling), *fits) if found[0] else None
            return Choice((".", ","), Ambiguous(value, (".", ","), (one, two), contrary))
    return Choice(())


def _tell_at_a_glance(engine: Engine, values: str) -> list[int] | None:
    """Count the first values that only a decimal point and only a decimal comma fit; None: too few, or not so plain."""
    plain = [f"REGEXP_FULL_MATCH(text, '[-+]?\\d+{mark}(?:\\d{{1,2}}|\\d{{4,}})')" for mark in ("\\.", ",")]
    counts = ", ".join(f"COUNT(*) FILTER ({one})" for one in (*plain, "TRUE"))
    point, comma, n = engine.read(f"SELECT {counts} FROM ({values} LIMIT {TELLING}) AS v")[0]  # noqa: S608
    return [point, comma] if point + comma == n == TELLING else None


def with_a_mark(relation: str, columns: Sequence[str]) -> list[str]:
    """Return the query of each column's values that have a point or a comma."""
    return [
        f"SELECT text FROM ({values_of(theirs, 'VARCHAR', relation)}) AS v "  # noqa: S608
        "WHERE CONTAINS(text, ',') OR CONTAINS(text, '.')"
        for theirs in columns
    ]


def choose_date_format(engine: Engine, relation: str, column: str) -> str | Ambiguous:
    """Find the reading that fits most of a text column; two that fit equally well and differ are `Ambiguous`."""
    found = choose_date(engine, relation, column)
    return found.ambiguous or next(iter(found.open), ISO)


def choose_decimal(engine: Engine, relation: str, columns: tuple[str, ...]) -> str | Ambiguous:
    """Find whether numbers are written with a decimal point or comma, over all columns of numbers together."""
    found = choose_mark(engine, relation, columns)
    return found.ambiguous or next(iter(found.open), ".")


def values_of(theirs: str, kind: str, relation: str) -> str:
    """Return the query of a column's values as they stand, and as texts."""
    value = given(theirs) if kind == "VARCHAR" else theirs
    sql = "SELECT value, CAST(value AS VARCHAR) AS text FROM (SELECT {!value} AS value FROM {relation}) AS r "
    return fill(sql + "WHERE value IS NOT NULL", value=value, relation=relation)


def _shape(form: str) -> str:
    return _SHAPES.get(form) or re.sub(r"%\w|\.", lambda piece: _PIECES[piece[0]], form)


def _read(form: str, kind: str) -> str:
    return moment("value", form, kind=kind, also_iso=False)


def reads_as(form: str, kind: str) -> str:
    """Return the SQL of whether a value is a date by a reading alone."""
    return f"COALESCE({_read(form, kind)} >= TIMESTAMP '1000-01-01', FALSE)"


def _settle(engine: Engine, values: str, forms: Sequence[str], kind: str) -> list[str]:
    """Return what fits most of the first values in the column that only some of the readings fit."""
    if len(forms) == 1:
        return list(forms)
    counts = tell(engine, values, [reads_as(form, kind) for form in forms])
    return [form for form, n in zip(forms, counts, strict=True) if n == max(counts)]


def tell(engine: Engine, values: str, fits: Sequence[str]) -> list[int]:
    """Count what each reading fits of the first values that only some of them fit."""
    named = ", ".join(f"{fit} AS fits{i}" for i, fit in enumerate(fits))
    counts = ", ".join(f"COUNT(*) FILTER (fits{i})" for i in range(len(fits)))
    some = " OR ".join(f"fits0 <> fits{i}" for i in range(1, len(fits)))
    telling = f"SELECT * FROM (SELECT {named} FROM ({values}) AS v) AS f WHERE {some} LIMIT {TELLING}"  # noqa: S608
    return list(engine.read(f"SELECT {counts} FROM ({telling}) AS t")[0])  # noqa: S608


def _compare(engine: Engine, values: str, forms: Sequence[str], kind: str) -> Choice:
    """Return the first of the readings, and those that read some value differently, with an example."""
    if any("%y" in form for form in forms):
        forms = _without_days_for_years(engine, values, forms, kind)
    first, *others = forms
    differ = ", ".join(f"MIN(CASE WHEN {_read(first, kind)} <> {_read(form, kind)} THEN text END)" for form in others)
    examples = engine.read(f"SELECT {differ} FROM ({values}) AS v")[0] if others else ()  # noqa: S608
    differing = [(form, text) for form, text in zip(others, examples, strict=True) if text is not None]
    if not differing:
        return Choice((first,))
    other, text = differing[0]
    days = ", ".join(f"CAST({_read(form, 'VARCHAR')} AS DATE)" for form in (first, other))
    one, two = engine.read(f"SELECT {days} FROM (SELECT CAST(? AS VARCHAR) AS value) AS v", [text])[0]  # noqa: S608
    contrary = _contrary(engine, values, reads_as(first, kind), reads_as(other, kind))
    example = Ambiguous(text, (to_study(first), to_study(other)), (day(one), day(two)), contrary)
    return Choice((first, *(form for form, _ in differing)), example)


def _contrary(engine: Engine, values: str, first: str, other: str) -> tuple[str, str] | None:
    """Return a value that only the first of two readings fits and one that only the other does, if there are both."""
    only = f"MIN(text) FILTER ({first} AND NOT {other}), MIN(text) FILTER ({other} AND NOT {first})"
    one, two = engine.read(f"SELECT {only} FROM ({values}) AS v")[0]  # noqa: S608
    return None if one is None or two is None else (one, two)


def _without_days_for_years(engine: Engine, values: str, forms: Sequence[str], kind: str) -> list[str]:
    """Leave out readings with decades of years where another has few: they take days of the month for years."""
    years = ", ".join(f"COUNT(DISTINCT YEAR({_read(form, kind)}))" for form in forms)
    counts = engine.read(f"SELECT {years} FROM ({values}) AS v")[0]  # noqa: S608
    return [form for form, n in zip(forms, counts, strict=True) if n < _YEARS or n < 3 * min(counts)]
