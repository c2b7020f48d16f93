"""The windows of a study: which orders tell, up to which day, and which check what they told."""

import datetime as dt
from dataclasses import dataclass

from cxlab.engine import Engine
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.places import SourceError
from cxlab.language import tr
from cxlab.study import Study, StudyError
from cxlab.words import day, number

EPOCH = dt.date(1970, 1, 1)
LONELY_DAYS = 365
"""An order that lies further than this from all others may be a slip of the pen: it is remarked on."""
_LONELY = {
    "first": KeptText(
        "The first order, on {date}, lies {far} days from all others: is its date a slip? The windows hang on it.",
        numbers=("far",), days=("date",),
    ),
    "last": KeptText(
        "The last order, on {date}, lies {far} days from all others: is its date a slip? The windows hang on it.",
        numbers=("far",), days=("date",),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Windows:
    """Days, all inclusive: the hold-out window is (calibration_end, observation_end]."""

    first_order: dt.date
    last_order: dt.date
    calibration_end: dt.date
    observation_end: dt.date
    n_customers: int
    n_orders: int


def find_windows(engine: Engine, study: Study) -> Windows:
    """Find the windows from the study's file and the orders in the table `sales`.

    By default the observation ends on the last order's day (or with a later line of an order), and the calibration
    after two thirds of the days from the first to the last order, rounded down.

    Raises
    ------
    SourceError : there are no orders. StudyError : a window of the study does not fit the orders.
    """
    n_customers, n_orders, first, last = engine.row(
        "SELECT COUNT(CASE WHEN previous_day IS NULL THEN 1 END), CAST(COALESCE(SUM(n_orders), 0) AS BIGINT), "
        "MIN(day), MAX(day) FROM sales WHERE n_orders > 0"
    )
    (last_record,) = engine.row("SELECT MAX(day) FROM sales")
    if not n_orders:
        raise SourceError(
            f"{study.place('sources', 'orders')}: the orders are returns only: bring what was bought as well"
        )
    first_order, last_order = EPOCH + dt.timedelta(days=first), EPOCH + dt.timedelta(days=last)
    end = study.observation_end or EPOCH + dt.timedelta(days=last_record)
    until = study.observation_end or last_order
    cut = study.calibration_end or first_order + dt.timedelta(days=(until - first_order).days * 2 // 3)
    if cut < first_order:
        raise StudyError(
            f"{study.place('calibration_end')}: `calibration_end` {cut} lies before the first order, which was on "
            f"{first_order}: move it to a later day, or leave it out"
        )
    if study.calibration_end and cut >= end:
        raise StudyError(
            f"{study.place('calibration_end')}: `calibration_end` {cut} does not lie before the last order, on "
            f"{last_order}: move it to an earlier day, or leave it out"
        )
    return Windows(first_order, last_order, cut, end, n_customers, n_orders)


def lonely_orders(engine: Engine) -> list[str]:
    """Remark on a first or last order day that lies far from all others."""
    return [said(date=alone, far=far) for which, said in _LONELY.items() for alone, far in _alone(engine, which)]


def future_orders(engine: Engine, today: dt.date) -> list[str]:
    """Remark on orders that are dated after a day and the one that follows it, for clocks differ."""
    (last,) = engine.row("SELECT MAX(day) FROM sales WHERE n_orders > 0 AND day > ?", [_number(today) + 1])
    if last is None:
        return []
    latest = day(EPOCH + dt.timedelta(days=last))
    return [
        f"Orders lie in the future, up to {latest}: are their dates slips? Whatever counts days up to the end of the "
        "data counts days that have not come yet."
    ]


def doubt_dates(engine: Engine, study: Study) -> str:
    """Say why the end of the data, or the cut, may be a slip, and what to do; empty where nothing speaks for it.

    Windows that the study's file gives are taken as meant.
    """
    end = study.observation_end
    for which, given, name in (("last", None, "observation_end"), ("first", study.calibration_end, "calibration_end")):
        for alone, far in [] if given else _alone(engine, which, end):
            values = {"date": day(alone), "far": number(far), "name": name}
            if which == "first":
                return tr(
                    "The first order, on {date}, lies {far} days from all others, and may be a slip: correct their "
                    "dates, or set {name} in study.yml.",
                    **values,
                )
            return tr(
                "The last order, on {date}, lies {far} days from all others, and may be a slip: correct their dates, "
                "or set {name} in study.yml.",
                **values,
            )
    return ""


def _alone(engine: Engine, which: str, end: dt.date | None = None) -> list[tuple[dt.date, int]]:
    """Return the first or last day with an order, and how far it lies from all others; none where it lies near."""
    found = engine.rows(
        "SELECT day FROM (SELECT DISTINCT day FROM sales WHERE n_orders > 0 AND day <= ?) AS d ORDER BY day "  # noqa: S608
        f"{'ASC' if which == 'first' else 'DESC'} LIMIT 2",
        [_number(end or dt.date.max)],
    )
    if len(found) < 2 or abs(found[0][0] - found[1][0]) <= LONELY_DAYS:
        return []
    return [(EPOCH + dt.timedelta(days=found[0][0]), abs(found[0][0] - found[1][0]))]


def _number(one: dt.date) -> int:
    return (one - EPOCH).days
