"""The windows of a study: which orders tell, up to which day, and which check what they told."""

import datetime as dt
from dataclasses import dataclass

from cxlab.engine import Engine
from cxlab.intake.places import SourceError
from cxlab.study import Study, StudyError
from cxlab.words import day

EPOCH = dt.date(1970, 1, 1)
LONELY_DAYS = 365
"""An order that lies further than this from all others may be a slip of the pen: it is remarked on."""


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
    remarks = []
    for which, order in (("first", "ASC"), ("last", "DESC")):
        found = engine.rows(
            "SELECT day FROM (SELECT DISTINCT day FROM sales WHERE n_orders > 0) AS d ORDER BY day "  # noqa: S608
            f"{order} LIMIT 2"
        )
        if len(found) == 2 and abs(found[0][0] - found[1][0]) > LONELY_DAYS:
            alone = EPOCH + dt.timedelta(days=found[0][0])
            remarks.append(
                f"The {which} order, on {day(alone)}, lies {abs(found[0][0] - found[1][0]):,} days from all others: "
                "is its date a slip? The windows hang on it."
            )
    return remarks
