"""Waits for the next purchase, each from a day on which its group was known: what the curves of waiting rest on."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab.blocks import SEGMENTS
from cxlab.contingency import Counts
from cxlab.customers import EPOCH, Customers
from cxlab.engine import Engine
from cxlab.errors import InputError
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_NAME
from cxlab.occasions import Occasions
from cxlab.phrases import months, months_in_short
from cxlab.words import day

MOST_COHORTS = 6
_STEPS = (1, 3, 6, 12, 24, 60, 120, 600)
"""Months that a cohort may hold."""
_GIVEN, _NOT = "gesture", "none"
ADJECTIVES = frozenset({"misunderstood", "lost"})
"""Segments whose names are adjectives."""
_MONTHS_A_YEAR = 12


class WaitError(InputError):
    """Groups that do not fit the customers whose waits are looked at."""


@dataclass(frozen=True)
class PurchaseWaits:
    """One row a wait for the next purchase.

    Attributes
    ----------
    frame : customer_id, start (datetime64, day from which the wait runs), days (whole days to the next purchase day, or
        to the end of observation), bought (bool: a purchase ended it), followed_days (from start to the end of
        observation), group.
    by : what the groups are: segment, cluster, cohort or gesture.
    groups : their keys, in the order in which they are shown.
    labels : the groups as they head a row.
    said : the groups within a sentence, after the word "for".
    unit : what a wait is counted as: customer or order.
    start : from when the waits run, in words.
    caveat : what has to be said beside every comparison of them.
    window_days : how far they are looked at; None: as far as they can be followed.
    missing : why there are no waits, and what to bring; empty where there are.
    """

    frame: pd.DataFrame
    by: str
    groups: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    unit: str = "customer"
    start: str = ""
    caveat: str = ""
    window_days: int | None = None
    missing: str = ""

    @property
    def n(self) -> int:
        """Number of waits."""
        return len(self.frame)


def waits_since_cut(
    engine: Engine, customers: Customers, labels: ArrayLike, *, by: str = "segment", name: str = "cluster"
) -> PurchaseWaits:
    """List each customer's wait from the end of calibration to the first purchase after it.

    Parameters
    ----------
    engine : holds the view `sales`.
    customers : one row a customer.
    labels : shape (n,), the group of each customer as known at the end of calibration, in the order of the frame.
    by : what the groups are; those of `segment` are named as everywhere.
    name : what one of the other groups is called.

    Raises
    ------
    WaitError : not one label a customer.

    Notes
    -----
    The groups are drawn by what came before the cut. A wait that began before it would be looked at because of how it
    went on: who is silent for long gets into a group of silent customers, and who came back soon into another. So
    everybody waits from the cut on, whether they come back or not.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> waits = cx.waits_since_cut(kit.intake.engine, kit.customers, segments.labels)
    >>> print(cx.compare_waits(waits).heading)
    Within 244 days the mean wait for the next purchase is 58 days for candidates, 200 days for the lost
    """
    groups = np.asarray(labels, dtype=str)
    if groups.shape != (customers.n,):
        raise WaitError(f"labels has shape {groups.shape}, but there are {customers.n} customers: give one each")
    if customers.holdout_days < 1:
        return _none(
            by,
            tr(
                "There is no time after the end of calibration in which to wait for a purchase. Put "
                "calibration_end before the last order in study.yml."
            ),
        )
    cut, end = (_number(date) for date in (customers.calibration_end, customers.observation_end))
    found = engine.frame(_SINCE_CUT, [cut, end, cut])
    following = pd.Series(found["next_day"].to_numpy(np.float64), index=found["customer_id"].to_numpy(object))
    ids = customers.frame["customer_id"]
    frame = _frame(ids, np.full(customers.n, cut), following.reindex(ids.to_numpy(object)).to_numpy(), end, groups)
    present = set(groups.tolist())
    known = by == "segment"
    order = tuple(one for one in SEGMENTS if one in present) if known else tuple(sorted(present))
    heads = {one: SEGMENT_NAME[one] if known else _cluster(name, one) for one in order}
    return PurchaseWaits(
        frame,
        by,
        order,
        heads,
        {one: _segment(one) if known else _customers_of(name, one) for one in order},
        start=tr("from {cut} to the next purchase", cut=day(customers.calibration_end)),
        caveat=tr(
            "Everybody is counted from the day on which the groups were drawn, those who never came back as well."
        ),
        window_days=customers.holdout_days,
    )


def waits_for_second_order(engine: Engine, customers: Customers) -> PurchaseWaits:
    """List each customer's wait from the first order to the second, by the time of the first.

    Also customers whose first order came after the end of calibration are among them. Cohorts are months, or as many
    months as it takes to have at most `MOST_COHORTS` of them.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> waits = cx.waits_for_second_order(kit.intake.engine, kit.customers)
    >>> print(cx.compare_waits(waits).heading)
    The data cannot tell which new customers come back sooner
    """
    end = _number(customers.observation_end)
    found = engine.frame(_SECOND, [end])
    first = found["first_day"].to_numpy(np.int64)
    keys, names, short = _cohorts(first)
    frame = _frame(found["customer_id"], first, found["second_day"].to_numpy(np.float64), end, keys)
    order = tuple(names)
    return PurchaseWaits(
        frame,
        "cohort",
        order,
        short,
        {one: tr("customers of {months}", months=names[one]) for one in order},
        start=tr("from the first order to the next purchase"),
        caveat=tr(
            "Among the customers of {months} there may be old ones, from before the data begin.", months=names[order[0]]
        )
        if len(order) > 1
        else tr("Some of them may be old customers, from before the data begin."),
    )


def waits_after_gestures(engine: Engine, occasions: Occasions | None, customers: Customers) -> PurchaseWaits:
    """List the waits from orders with a gesture and from orders at which none was given though it could have been.

    Parameters
    ----------
    occasions : orders at which the shop chose to give a gesture or not, as `order_occasions` lists them; None: the
        study records no such gesture.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> waits = cx.waits_after_gestures(kit.intake.engine, kit.occasions, kit.customers)
    >>> print(cx.compare_waits(waits).heading)  # doctest: +ELLIPSIS
    Within 90 days the mean wait for the next purchase is 22 days for orders with a gesture, 35 days for ...
    """
    treated = np.zeros(0, dtype=bool) if occasions is None else occasions.frame["treated"].to_numpy(bool)
    if occasions is None or not treated.any() or treated.all():
        return _none(
            "gesture",
            tr(
                "The study records no order without one, so waits after a gesture cannot be held against others. "
                "Bring gestures (customer_id, given_at) as they were given."
            )
            if treated.any()
            else tr(
                "The study records no gesture that the shop chose to give at an order, so waits after a gesture cannot "
                "be held against others. Bring gestures (customer_id, given_at) as they were given."
            ),
        )
    end = _number(customers.observation_end)
    known = occasions.frame[["customer_id", "order_day", "day"]]
    rows = known.merge(engine.frame(_NEXT, [end]), on=["customer_id", "order_day"], how="left", validate="many_to_one")
    groups = np.where(treated, _GIVEN, _NOT)
    start = rows["day"].to_numpy(np.int64)
    frame = _frame(rows["customer_id"], start, rows["next_day"].to_numpy(np.float64), end, groups)
    return PurchaseWaits(
        frame,
        "gesture",
        (_GIVEN, _NOT),
        {_GIVEN: tr("With a gesture"), _NOT: tr("Without")},
        {_GIVEN: tr("orders with a gesture"), _NOT: tr("orders without one")},
        unit="order",
        start=tr("from the order to the next purchase"),
        caveat=tr(
            "This describes, and tells no effect: the shop chose the orders, and may have chosen "
            "those of customers who would have come back sooner anyway."
        ),
        window_days=occasions.outcome_days,
    )


def _none(by: str, missing: str) -> PurchaseWaits:
    nobody = np.zeros(0, dtype=np.int64)
    return PurchaseWaits(
        _frame(pd.Series([], dtype="str"), nobody, nobody.astype(float), 0, nobody.astype(str)), by, missing=missing
    )


def _frame(ids: pd.Series, start: Counts, following: ArrayLike, end: int, groups: ArrayLike) -> pd.DataFrame:
    after = np.asarray(following, dtype=np.float64)
    bought = np.isfinite(after)
    days = np.where(bought, after, end) - start
    return pd.DataFrame(
        {
            "customer_id": ids.to_numpy(),
            "start": start.astype("datetime64[D]").astype("datetime64[s]"),
            "days": days.astype(np.int64),
            "bought": bought,
            "followed_days": end - start,
            "group": np.asarray(groups, dtype=str),
        }
    )


def _cohorts(first: Counts) -> tuple[NDArray[np.str_], dict[str, str], dict[str, str]]:
    """Return the key of each customer's cohort, shape (n,), and the cohorts' names in order of time, long and short."""
    joined = first.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    low, high = int(joined.min()), int(joined.max())
    step = next(s for s in _STEPS if high // s - low // s < MOST_COHORTS or s == _STEPS[-1])
    starts = joined // step * step
    keys = starts.astype("datetime64[M]").astype(str)
    there = {str(np.datetime64(int(m), "M")): int(m) for m in np.unique(starts).tolist()}
    names, short = (
        {key: _period(m, step, written) for key, m in there.items()} for written in (months, months_in_short)
    )
    return keys, names, short


def _period(month: int, step: int, written: Callable[[dt.date, dt.date], str]) -> str:
    """Name the months from one counted from January 1970 on."""
    first, last = (dt.date(1970 + m // _MONTHS_A_YEAR, m % _MONTHS_A_YEAR + 1, 1) for m in (month, month + step - 1))
    if step > _MONTHS_A_YEAR:
        return tr("{first} to {last}", first=f"{first:%Y}", last=f"{last:%Y}")
    return f"{first:%Y}" if step == _MONTHS_A_YEAR else written(first, last)


def _segment(name: str) -> str:
    if name in ADJECTIVES:
        return _ADJECTIVES[name]
    return SEGMENT_NAME[name].lower()


def _cluster(kind: str, name: str) -> str:
    return tr("Cluster {name}", name=name) if kind == "cluster" else f"{kind.capitalize()} {name}"


def _customers_of(kind: str, name: str) -> str:
    if kind == "cluster":
        return tr("customers of cluster {name}", name=name)
    return tr("customers of {kind} {name}", kind=kind, name=name)


_ADJECTIVES = Texts({"misunderstood": "the misunderstood", "lost": "the lost"})


def _number(date: dt.date) -> int:
    return (date - EPOCH).days


_SINCE_CUT = (
    "SELECT customer_id, MIN(CASE WHEN day > ? THEN day END) AS next_day FROM sales "
    "WHERE n_orders > 0 AND day <= ? AND first_day <= ? GROUP BY customer_id ORDER BY customer_id"
)
_SECOND = (
    "SELECT customer_id, first_day, MIN(CASE WHEN previous_day = first_day THEN day END) AS second_day FROM sales "
    "WHERE n_orders > 0 AND day <= ? GROUP BY customer_id, first_day ORDER BY customer_id"
)
_NEXT = (
    "SELECT customer_id, day AS order_day, LEAD(day) OVER (PARTITION BY customer_id ORDER BY day) AS next_day "
    "FROM sales WHERE n_orders > 0 AND day <= ? ORDER BY customer_id, order_day"
)
