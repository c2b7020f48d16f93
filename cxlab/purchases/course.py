"""The course of repeat purchases, week by week: what came, and what the model foresaw."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, columns_of
from cxlab.language import tr
from cxlab.purchases.histories import DAYS_A_WEEK, Array, PurchaseModelError
from cxlab.purchases.maximum import positive_estimate
from cxlab.purchases.model import PurchaseModel
from cxlab.words import day, number, number_between, percent


@dataclass(frozen=True)
class PurchaseCourse:
    """Repeat purchases of these customers, added up from the first order on.

    Attributes
    ----------
    table : one row a week: week (from 1), day (its last), actual, expected, expected_low, expected_high, all added up;
        the ends are even on the log scale, and NaN where the data do not settle what is expected.
    first_order, calibration_end : days; what lies after the second was not used.
    n : customers.
    end : actual and expected repeat purchases at the end of the last whole week.
    """

    table: pd.DataFrame
    first_order: dt.date
    calibration_end: dt.date
    n: int
    end: tuple[Estimate, Estimate]

    @property
    def findings(self) -> Findings:
        """The two ends, as `course.actual` and `course.expected`."""
        return {"course.actual": self.end[0], "course.expected": self.end[1]}

    @property
    def cut_week(self) -> float:
        """The cut on the scale of weeks."""
        return ((self.calibration_end - self.first_order).days + 1) / DAYS_A_WEEK

    @property
    def reading(self) -> str:
        """Where the two curves end."""
        actual, expected = self.end
        off = expected.number / actual.number - 1 if actual.number else 0.0
        last = self.table["day"].iloc[-1]
        said = tr(
            "By {date}, week {week}, the {n} customers had come back {came} times. ",
            date=day(last.date()),
            week=number(len(self.table)),
            n=number(self.n),
            came=number(actual.number),
        )
        share = tr("{share} fewer", share=percent(abs(off))) if off < 0 else tr("{share} more", share=percent(abs(off)))
        if expected.low is None or expected.high is None:
            return said + tr(
                "A model that knows only when each of them first bought expected {foreseen} ({share}).",
                foreseen=number(expected.number),
                share=share,
            )
        return said + tr(
            "A model that knows only when each of them first bought expected {foreseen} ({share}, 95% interval "
            "{interval} "
            "from the uncertainty of the fit alone).",
            foreseen=number(expected.number),
            share=share,
            interval=number_between(expected.low, expected.high),
        )


def follow_purchases(model: PurchaseModel, customers: Customers) -> PurchaseCourse:
    """Add up repeat purchases week by week, and those that the model expects from the days of the first orders.

    The curve looks forward from each first order; it does not use who bought when after it, so it is a harder test
    than the forecast of the hold-out window.

    Raises
    ------
    PurchaseModelError : the purchases of each day are not known, or the study is shorter than a week.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> course = cx.follow_purchases(cx.fit_bgnbd(kit.customers), kit.customers)
    >>> print(course.reading)  # doctest: +ELLIPSIS
    By 29 December 2024, week 104, the 481 customers had come back 4,595 times. A model that knows only ...
    """
    days = customers.repeat_days
    weeks = ((customers.observation_end - customers.first_order).days + 1) // 7
    if days is None or weeks < 1:
        what = "the repeat purchases of each day" if days is None else "at least one whole week of orders"
        raise PurchaseModelError(
            f"Purchases can be followed week by week only with {what}: open the study's own orders."
        )
    since = (days["day"].to_numpy("datetime64[D]") - np.datetime64(customers.first_order)).astype(np.int64)
    in_week = np.bincount(since // 7, weights=days["purchases"].to_numpy(np.float64), minlength=weeks)[:weeks]
    actual = np.cumsum(in_week)
    age = model.histories.age_days
    first_day = (customers.calibration_end - customers.first_order).days - age  # days after the very first order
    starts, of_start = np.unique(first_day, return_inverse=True)
    joined = [
        (model.family.of_kind(kind), np.bincount(of_start[mine], minlength=len(starts)))
        for kind, mine in model.histories.each_kind()
    ]
    ends = 7 * np.arange(1, weeks + 1) - 1
    gone = np.maximum(ends[:, None] - starts[None, :], 0)  # shape (weeks, start days)
    different, place = np.unique(gone, return_inverse=True)
    so_far, at = different / DAYS_A_WEEK, place.reshape(gone.shape)

    def total(parameters: Array) -> Array:
        each = (family.new_customer_purchases(parameters, so_far)[at] @ counts for family, counts in joined)
        return np.asarray(sum(each), dtype=np.float64)

    expected, covariance = model.maximum.propagate(total)
    n, unit = customers.n, "repeat purchases since the first order"
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    foreseen = [
        positive_estimate(float(value), float(error), n=n, unit=unit)
        for value, error in zip(expected, errors, strict=True)
    ]
    table = pd.DataFrame(
        {
            "week": np.arange(1, weeks + 1),
            "day": (np.datetime64(customers.first_order) + ends.astype("timedelta64[D]")).astype("datetime64[s]"),
            "actual": actual.astype(np.int64),
            **columns_of("expected", foreseen),
        }
    )
    end = Estimate(int(actual[-1]), n=n, unit=unit), foreseen[-1]
    return PurchaseCourse(table, customers.first_order, customers.calibration_end, n, end)
