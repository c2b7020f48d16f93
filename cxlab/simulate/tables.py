"""The records of a made-up shop as tables, in the columns of the contract."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxlab.simulate.details import CATEGORIES, FAILURES
from cxlab.simulate.driven import drivers_of
from cxlab.simulate.felt import TOUCHPOINTS
from cxlab.simulate.history import STILL_THERE
from cxlab.simulate.settings import CHANNELS, KINDS
from cxlab.simulate.shop import Shop
from cxlab.simulate.traits import Array, Whole
from cxlab.simulate.visits import CHANNELS as VISIT_CHANNELS
from cxlab.simulate.visits import STEPS, visits_of

PIECE = 500_000
"""Orders that are made into a piece of a table at a time."""
Table = Iterator[pa.Table]


def tables_of(shop: Shop) -> Mapping[str, Table]:
    """Return the tables of a study by name, each in pieces.

    Left out are those without a record, and a trial into whose control arm nobody was drawn.
    """
    orders, details = shop.orders, shop.details
    given = np.flatnonzero(orders.gesture > 0)
    assigned = np.flatnonzero(orders.assigned >= 0)
    answered = np.flatnonzero(details.score >= 0)
    failed = np.flatnonzero(orders.failed)
    referred = np.flatnonzero(shop.referrers >= 0)
    made = {
        "orders": (_orders(shop), orders.n),
        "gestures": (_gestures(shop, given), len(given)),
        "assignments": (_assignments(shop, assigned), int((orders.assigned == 0).sum())),
        "costs": (_costs(shop), int((details.milli_hours > 0).sum())),
        "feedback": (_feedback(shop, answered), len(answered)),
        "incidents": (_incidents(shop, failed), len(failed)),
        "referrals": (_referrals(shop, referred), len(referred)),
        "events": (_events(shop), round(shop.settings.journey.sessions * shop.lots[0])),
    }
    return {name: table for name, (table, n) in made.items() if n}


def latent_customers(shop: Shop) -> Table:
    """Return what nobody could know of each customer: planted segment and group, day of leaving, pace."""
    traits, left_on = shop.traits, shop.history.left_on
    kinds = [*KINDS[:-1], ""]
    yield pa.table(
        {
            "customer_id": _ids(shop, np.arange(traits.n)),
            "planted_segment": _words(kinds, traits.kind),
            "planted_cluster": pa.array(traits.cluster, mask=traits.cluster < 0),
            "joined_on": _days(shop, traits.joins),
            "left_on": _days(shop, left_on, left_on == STILL_THERE),
            "purchases_a_year": np.round(365.25 * -np.expm1(-traits.pace), 4),
            "probability_of_leaving": np.round(traits.leaving, 6),
        }
    )


def _orders(shop: Shop) -> Table:
    """Lines of orders; what came back is a line of its own, under the number of its order and with its day alone."""
    orders, details = shop.orders, shop.details
    for rows in _pieces(shop):
        back = rows[details.back_on[rows] >= 0]
        both = np.concatenate([rows, back])
        sign = np.repeat([1, -1], [len(rows), len(back)])
        evening = np.full(len(back), 21 * 60)
        seconds = _seconds(shop, orders.day[rows], details.minute[rows])
        returned = _seconds(shop, details.back_on[back], evening)
        yield pa.table(
            {
                "customer_id": _ids(shop, orders.customer[both]),
                "order_id": both + 1,
                "ordered_at": pa.array(np.concatenate([seconds, returned])),
                "revenue": sign * orders.cents[both] / 100,
                "cost": sign * details.goods_cents[both] / 100,
                "channel": _words([*CHANNELS, *shop.settings.touchpoints], details.made_in[both]),
                "category": _words(CATEGORIES, details.category[both]),
                "store": _words(_stores(shop), details.store[both]),
            }
        )


def _gestures(shop: Shop, rows: Whole) -> Table:
    kinds = ["", shop.settings.gestures.kind, *shop.rules.arm_names[1:]]
    yield pa.table(
        {
            "customer_id": _ids(shop, shop.orders.customer[rows]),
            "given_at": _moments(shop, rows),
            "kind": _words(kinds, shop.orders.gesture[rows]),
            "cost": shop.gesture_cents[rows] / 100,
            "order_id": rows + 1,
        }
    )


def _assignments(shop: Shop, rows: Whole) -> Table:
    """Draws of the trial; the strata are those who order for the first time, for the second to fourth, and after.

    Orders that a channel brought are not counted: no draw comes of them.
    """
    earlier = np.zeros(shop.lots[0], np.int64)
    earlier[shop.watched] = shop.history.before.orders
    if len(shop.watched) < shop.lots[0]:
        earlier = _earlier_orders(shop)
    yield pa.table(
        {
            "customer_id": _ids(shop, shop.orders.customer[rows]),
            "assigned_at": _days(shop, shop.orders.day[rows].astype(np.int64)),
            "arm": _words(list(shop.rules.arm_names), shop.orders.assigned[rows]),
            "stratum": _words(["new", "occasional", "regular"], np.digitize(earlier[rows], [1, 4])),
        }
    )


def _earlier_orders(shop: Shop) -> Whole:
    """Orders of the same customer before each order of the first lot, among them."""
    mine = shop.orders.customer[: shop.lots[0]]
    order = np.argsort(mine, kind="stable")
    customer = mine[order]
    starts = np.flatnonzero(np.concatenate([[True], customer[1:] != customer[:-1]]))
    lengths = np.diff(np.concatenate([starts, [len(customer)]]))
    earlier = np.empty(len(customer), np.int64)
    earlier[order] = np.arange(len(customer)) - np.repeat(starts, lengths)
    return earlier


def _costs(shop: Shop) -> Table:
    details = shop.details
    for rows in _pieces(shop):
        rows = rows[details.milli_hours[rows] > 0]
        yield pa.table(
            {
                "customer_id": _ids(shop, shop.orders.customer[rows]),
                "spent_at": _days(shop, shop.orders.day[rows].astype(np.int64)),
                "hours": details.milli_hours[rows] / 1000,
                "hourly_rate": np.full(len(rows), round(shop.settings.money.hourly_rate, 2)),
            }
        )


def _feedback(shop: Shop, rows: Whole) -> Table:
    details, a_store = shop.details, shop.settings.feedback.employees
    names = [f"{store}-{number + 1}" for store in _stores(shop) for number in range(a_store)]
    by_lot = np.split(shop.orders.customer[rows], np.searchsorted(rows, shop.lots[:-1]))
    drawn = drivers_of(shop.settings, shop.traits, by_lot)
    yield pa.table(
        {
            "customer_id": _ids(shop, shop.orders.customer[rows]),
            "given_at": _days(shop, shop.orders.day[rows].astype(np.int64)),
            "score": details.score[rows],
            "metric": _words(["nps"], np.zeros(len(rows), np.int64)),
            "touchpoint": _words(list(TOUCHPOINTS), details.channel[rows]),
            "employee": _words(names, details.employee[rows]),
            "store": _words(_stores(shop), details.store[rows]),
            **{name: _numbers(values) for name, values in drawn.items()},
        }
    )


def _incidents(shop: Shop, rows: Whole) -> Table:
    resolved = shop.details.resolved_on[rows].astype(np.int64)
    yield pa.table(
        {
            "customer_id": _ids(shop, shop.orders.customer[rows]),
            "occurred_at": _days(shop, shop.orders.day[rows].astype(np.int64)),
            "kind": _words(FAILURES, shop.details.failure[rows]),
            "resolved_at": _days(shop, resolved, resolved < 0),
        }
    )


def _referrals(shop: Shop, rows: Whole) -> Table:
    yield pa.table(
        {
            "referrer_id": _ids(shop, shop.referrers[rows]),
            "referred_id": _ids(shop, rows),
            "referred_at": _days(shop, shop.traits.joins[rows]),
        }
    )


def _events(shop: Shop) -> Table:
    """Write down visits, those of a known customer with its name; orders that a channel brought come without any."""
    n, last = shop.lots[0], shop.settings.days * 86400 - 1
    orders = shop.orders.take(slice(0, n))
    seconds = (orders.day.astype(np.int64) * 1440 + shop.details.minute[:n]) * 60
    for piece in visits_of(shop.settings.journey, shop.settings.seed, orders.customer, seconds, last):
        who = piece["customer"].to_numpy()
        yield pa.table(
            {
                "session_id": piece["session"].to_numpy() + 1,
                "occurred_at": np.datetime64(shop.settings.start, "s") + piece["second"].to_numpy().astype("m8[s]"),
                "step": _words(STEPS, piece["step"].to_numpy()),
                "customer_id": pa.array(_ids(shop, who), mask=who < 0),
                "channel": _words(VISIT_CHANNELS, piece["app"].to_numpy().astype(np.int64)),
            }
        )


def _pieces(shop: Shop) -> Iterator[Whole]:
    """Yield the numbers of the orders, in pieces that lie within a lot."""
    for start, end in pairwise((0, *shop.lots)):
        for first in range(start, end, PIECE):
            yield np.arange(first, min(first + PIECE, end))


def _ids(shop: Shop, who: NDArray[np.integer]) -> NDArray[np.int64]:
    return who.astype(np.int64) + shop.first_id + 1


def _stores(shop: Shop) -> list[str]:
    return [f"S{number + 1}" for number in range(shop.settings.stores)]


def _words(names: Sequence[str], numbers: NDArray[np.integer]) -> pa.Array:
    return pa.array(names).take(pa.array(numbers))


def _numbers(values: Array) -> pa.Array:
    """Return numbers, whole ones without a decimal; NaN stands for none."""
    unknown = np.isnan(values)
    whole = bool((np.rint(values[~unknown]) == values[~unknown]).all())
    return pa.array(np.where(unknown, 0, values).astype(np.int64) if whole else values, mask=unknown)


def _days(shop: Shop, days: Whole, unknown: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(np.datetime64(shop.settings.start) + days, mask=unknown)


def _moments(shop: Shop, rows: Whole) -> pa.Array:
    return pa.array(_seconds(shop, shop.orders.day[rows], shop.details.minute[rows]))


def _seconds(shop: Shop, day: NDArray[np.integer], minute: NDArray[np.integer]) -> NDArray[np.datetime64]:
    minutes = day.astype(np.int64) * 24 * 60 + minute
    return np.asarray(np.datetime64(shop.settings.start, "s") + minutes * np.timedelta64(60, "s"))
