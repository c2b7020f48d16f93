"""The windows of a study: which orders tell, up to which day, and which check what they told."""

import datetime as dt
from dataclasses import dataclass, field

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
class Extent:
    """From when to when there are orders, and how many.

    Attributes
    ----------
    n_customers : with at least one order; n_orders : orders.
    first, last : days with an order since 1970; last_record : the last day with any line of an order.
    alone : the first and the last day up to the study's end that lie far from all others, and how far: `first`, `last`.
    """

    n_customers: int
    n_orders: int
    first: int
    last: int
    last_record: int
    alone: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Windows:
    """Days, all inclusive: the hold-out window is (calibration_end, observation_end]."""

    first_order: dt.date
    last_order: dt.date
    calibration_end: dt.date
    observation_end: dt.date
    n_customers: int
    n_orders: int


def measure_extent(engine: Engine, study: Study) -> Extent:
    """Measure from when to when the table `sales` reaches.

    Raises
    ------
    SourceError : there are no orders.
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
    alone = {which: found for which in _LONELY if (found := _alone(engine, which, study.observation_end))}
    return Extent(n_customers, n_orders, first, last, last_record, alone)


def find_windows(extent: Extent, study: Study) -> Windows:
    """Find the windows from the study's file and the extent of its orders.

    By default the observation ends on the last order's day (or with a later line of an order), and the calibration
    after two thirds of the days from the first to the last order, rounded down.

    Raises
    ------
    StudyError : a window of the study does not fit the orders.
    """
    first_order, last_order = _day(extent.first), _day(extent.last)
    end = study.observation_end or _day(extent.last_record)
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
    return Windows(first_order, last_order, cut, end, extent.n_customers, extent.n_orders)


def lonely_orders(engine: Engine) -> list[str]:
    """Remark on a first or last order day that lies far from all others."""
    found = ((said, _alone(engine, which)) for which, said in _LONELY.items())
    return [said(date=_day(alone[0]), far=alone[1]) for said, alone in found if alone]


def future_orders(extent: Extent, today: dt.date) -> list[str]:
    """Remark on orders that are dated after a day and the one that follows it, for clocks differ."""
    if extent.last <= _number(today) + 1:
        return []
    latest = day(_day(extent.last))
    return [
        f"Orders lie in the future, up to {latest}: are their dates slips? Whatever counts days up to the end of the "
        "data counts days that have not come yet."
    ]


def doubt_dates(extent: Extent, study: Study) -> str:
    """Say why the end of the data, or the cut, may be a slip, and what to do; empty where nothing speaks for it.

    Windows that the study's file gives are taken as meant.
    """
    if "last" in extent.alone:
        alone, far = extent.alone["last"]
        return tr(
            "The last order, on {date}, lies {far} days from all others, and may be a slip: correct their dates, "
            "or set {name} in study.yml.",
            date=day(_day(alone)), far=number(far), name="observation_end",
        )  # fmt: skip
    if "first" in extent.alone and study.calibration_end is None:
        alone, far = extent.alone["first"]
        return tr(
            "The first order, on {date}, lies {far} days from all others, and may be a slip: correct their "
            "dates, or set {name} in study.yml.",
            date=day(_day(alone)), far=number(far), name="calibration_end",
        )  # fmt: skip
    return ""


def _alone(engine: Engine, which: str, end: dt.date | None = None) -> tuple[int, int] | None:
    """Return the first or last day with an order, and how far it lies from all others; None where it lies near."""
    found = engine.rows(
        "SELECT day FROM (SELECT DISTINCT day FROM sales WHERE n_orders > 0 AND day <= ?) AS d ORDER BY day "  # noqa: S608
        f"{'ASC' if which == 'first' else 'DESC'} LIMIT 2",
        [_number(end or dt.date.max)],
    )
    if len(found) < 2 or abs(found[0][0] - found[1][0]) <= LONELY_DAYS:
        return None
    return found[0][0], abs(found[0][0] - found[1][0])


def _day(number_of_it: int) -> dt.date:
    return EPOCH + dt.timedelta(days=number_of_it)


def _number(one: dt.date) -> int:
    return (one - EPOCH).days
