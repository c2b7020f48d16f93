"""Whether what the study says of reading holds for a file, or the file is plainly written otherwise.

It is said for all files of a source, often for the sake of one. It holds where it fits, where the values leave the
matter open, and where nothing else fits either; a few values that only another reading fits are slips.
"""

from collections.abc import Sequence

from cxlab.engine import Engine
from cxlab.intake.choices import (
    NEARLY,
    SAMPLE,
    TELLING,
    Choice,
    choose_date,
    choose_mark,
    possible_dates,
    reads_as,
    tell,
    values_of,
    with_a_mark,
)
from cxlab.intake.dates import ISO, lets_iso_in
from cxlab.intake.numbers import number

_SLIPS = 0.05
"""The share of the values up to which those that another reading fits, and the settled one does not, are slips."""


def follow_date(
    engine: Engine, relation: str, theirs: str, kind: str, setting: str, *, first: str | None = None
) -> Choice:
    """Choose the settled reading of dates for a column, or another where that is how the column is written.

    Parameters
    ----------
    theirs : SQL of the column in the relation.
    kind : its type in the engine.
    first : a relation with the first records only, which are the sample; None: the first values of the whole.
    """
    values = values_of(theirs, kind, relation)
    sample = f"SELECT * FROM ({values_of(theirs, kind, first or relation)}) AS v LIMIT {SAMPLE}"  # noqa: S608
    others = [form for form in possible_dates(engine, sample) if form != setting]
    if not others:
        return Choice((setting,))
    reads = reads_as(setting, kind)
    looks_like_iso = "SUBSTR(text, 5, 1) = '-'"  # which is cheaper to see than that another reading does not fit
    if setting != ISO and lets_iso_in(setting) and _any(engine, values, f"NOT {looks_like_iso}", reads):
        reads = f"({reads} OR {reads_as(ISO, kind)})"
    if _holds(engine, [values], reads, [reads_as(form, kind) for form in others]):
        return Choice((setting,))
    found = choose_date(engine, relation, theirs, kind, first=first)
    if setting in found.open or not found.open:
        return Choice((setting,))
    return Choice((setting,)) if found.ambiguous and _any(engine, values, "TRUE", reads_as(setting, kind)) else found


def follow_mark(engine: Engine, relation: str, columns: Sequence[str], setting: str) -> Choice:
    """Choose the settled decimal mark for columns of texts, or the other where these are written so.

    Parameters
    ----------
    columns : SQL of each in the relation.
    """
    other = "," if setting == "." else "."
    reads, others = (f"{number('text', mark)} IS NOT NULL" for mark in (setting, other))
    if not columns or _holds(engine, with_a_mark(relation, columns), reads, [others]):
        return Choice((setting,))
    found = choose_mark(engine, relation, columns)
    return found if found.open == (other,) else Choice((setting,))


def _holds(engine: Engine, columns: Sequence[str], setting: str, others: Sequence[str]) -> bool:
    """Whether a settled reading fits, or no other one fits as good as all values.

    Parameters
    ----------
    columns : queries of values.
    setting : SQL of whether the settled reading fits a value.
    others : the same of the other readings.

    Notes
    -----
    Of the values after the sample only the first that tell matter: fewer than `TELLING` of them are slips, beside a
    sample of twenty times as many.
    """
    counts = [_count(engine, values, setting, others) for values in columns]
    fits, lost, *each = [sum(of_all) for of_all in zip(*counts, strict=True)]
    near = [other for other, n in zip(others, each, strict=True) if n >= NEARLY * (fits + lost)]
    if near and lost > _SLIPS * (fits + lost):
        return False
    for other in near:  # the sample leaves it open, but what comes after it may not
        told = [tell(engine, values, [setting, other]) for values in columns]
        fit, others_fit = (sum(of_all) for of_all in zip(*told, strict=True))
        if others_fit >= NEARLY * max(TELLING, fit + others_fit):
            return False
    return True


def _count(engine: Engine, values: str, setting: str, others: Sequence[str]) -> tuple[int, ...]:
    """Count the first values that the settled reading fits, that only others fit, and that each of the others fits."""
    named = ", ".join(f"{other} AS fits{i}" for i, other in enumerate(others))
    counts = ", ".join(f"COUNT(*) FILTER (fits{i})" for i in range(len(others)))
    some = " OR ".join(f"fits{i}" for i in range(len(others)))
    judged = f"SELECT {setting} AS fits, {named} FROM (SELECT * FROM ({values}) AS v LIMIT {SAMPLE}) AS s"  # noqa: S608
    sql = f"SELECT COUNT(*) FILTER (fits), COUNT(*) FILTER (NOT fits AND ({some})), {counts} FROM ({judged}) AS j"  # noqa: S608
    return tuple(engine.read(sql)[0])


def _any(engine: Engine, values: str, where: str, reads: str) -> bool:
    """Whether a reading fits any of the values for which a condition holds."""
    sql = f"SELECT 1 FROM ({values}) AS v WHERE CASE WHEN {where} THEN {reads} ELSE FALSE END LIMIT 1"  # noqa: S608
    return bool(engine.read(sql))
