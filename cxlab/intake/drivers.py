"""Drivers of repeat purchase among the columns of feedback: read as numbers, and held against what the study says."""

from cxlab.contract import TABLES, TableContract
from cxlab.engine import Engine, fill
from cxlab.errors import did_you_mean
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.places import SourceError
from cxlab.intake.values import LARGEST
from cxlab.study import Study

_NO_NUMBERS = KeptText(
    "{n} value of `{driver}` in feedback is no number, and counts as missing.",
    "{n} values of `{driver}` in feedback are no numbers, and count as missing.",
)


def contract_of(study: Study, table: str) -> TableContract:
    """Return what a table must look like in a study: its drivers are columns of feedback as well."""
    contract = TABLES[table]
    return contract.with_drivers(study.drivers) if table == "feedback" else contract


def check_drivers(engine: Engine, study: Study) -> None:
    """See that every driver is a column of the feedback that was read, and holds numbers.

    Raises
    ------
    SourceError : one is not there, or holds none; where the study names it, and what to do.
    """
    there = engine.kinds("feedback")
    for name in study.drivers:
        place = study.place("drivers", name)
        if name not in there:
            known = [one for one in there if not one.startswith("cx_")]
            near = did_you_mean(name, known) or f"; it has {', '.join(known)}."
            raise SourceError(
                f"{place}: feedback has no column `{name}`{near} Map it under `columns:` in "
                f"{study.place('sources', 'feedback')}, as `columns: {{{name}: …}}`, or take it out"
            )
        n, n_filled = engine.row(fill(_COUNTS, name=name, most=MOST))
        if not n:
            what = "holds no number" if n_filled else "is empty"
            raise SourceError(f"{place}: the column `{name}` of feedback {what}: bring numbers, or take it out")


def remark_on_drivers(engine: Engine, study: Study) -> list[str]:
    """Say how many values of each driver are no numbers."""
    counts = {name: engine.row(fill(_COUNTS, name=name, most=MOST)) for name in study.drivers}
    return [_NO_NUMBERS(n=all_ - n, driver=name) for name, (n, all_) in counts.items() if all_ > n]


MOST = f"{LARGEST:.0f}"
"""What is no number stands as NaN, which is greater than every number."""
_COUNTS = "SELECT COUNT(CASE WHEN ABS({name}) <= {!most} THEN 1 END), COUNT({name}) FROM feedback"
