"""One row a customer of a made-up shop, straight from what happened and not by way of its files."""

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.simulate.history import BLOCK
from cxlab.simulate.shop import Shop
from cxlab.simulate.traits import Array, Whole

_QUARTERS = (0.25, 0.5, 0.75)


def customers_of(shop: Shop, *, most: int = BLOCK) -> Customers:
    """Sum up the customers as `cxlab.customers.customer_table` does it from the files.

    Parameters
    ----------
    most : only so many customers, the first ones; they are as good as any.
    """
    settings, cut = shop.settings, shop.settings.cut
    who, days, cents, sign = money_by_day(shop, most=most)
    first_day = shop.traits.joins[:most]
    n = len(first_day)
    known, later = days <= cut, days > cut

    def total(values: Whole, rows: np.ndarray) -> Whole:
        return np.rint(np.bincount(who[rows], weights=values[rows], minlength=n)).astype(np.int64)

    sale, back = sign > 0, sign < 0
    n_orders = total(sign, sale & known)
    revenue, goods = total(sign * cents[0], known), total(sign * cents[1], known)
    serve, gestures = total(cents[2], known), total(cents[3], known)
    again = sale & known & (days > first_day[who])
    n_values, repeat_value = total(sign, again), total(cents[0], again)
    order_who, order_day = who[sale & known], days[sale & known]
    by_customer = np.lexsort((order_day, order_who))
    order_who, order_day = order_who[by_customer], order_day[by_customer]
    same = order_who[1:] == order_who[:-1]
    gaps, gap_who = np.diff(order_day)[same], order_who[1:][same]
    low, median, high = _quantiles(gap_who, gaps, n)
    last = np.zeros(n, np.int64)
    np.maximum.at(last, order_who, order_day)
    start = np.datetime64(settings.start)
    spent_later = total(cents[1] * sign, later) + total(cents[2] + cents[3], later)
    held_revenue = total(sign * cents[0], later)
    frame = pd.DataFrame(
        {
            "customer_id": pd.Series(np.arange(n) + shop.first_id + 1).astype("str"),
            "first_order": (start + first_day).astype("datetime64[s]"),
            "last_order": (start + last).astype("datetime64[s]"),
            "n_orders": n_orders,
            "repeat_purchases": n_orders - 1,
            "tenure_days": cut - first_day,
            "days_since_last_order": cut - last,
            "median_gap_days": median,
            "iqr_gap_days": np.where(np.bincount(gap_who, minlength=n) > 1, high - low, np.nan),
            "revenue": revenue / 100,
            "returns": total(cents[0], back & known) / 100,
            "cost_of_goods": goods / 100,
            "cost_to_serve": serve / 100,
            "gesture_cost": gestures / 100,
            "contribution": (revenue - goods - serve - gestures) / 100,
            "mean_order_value": revenue / 100 / np.maximum(n_orders, 1),
            "mean_repeat_value": np.where(n_values > 0, repeat_value / 100 / np.maximum(n_values, 1), np.nan),
            "n_repeat_values": n_values,
            "holdout_purchases": total(sign, sale & later),
            "holdout_revenue": held_revenue / 100,
            "holdout_contribution": (held_revenue - spent_later) / 100,
            "holdout_last_day": _last_day(who[sale & later], days[sale & later] - cut, n),
        }
    )[first_day <= cut].reset_index(drop=True)
    return Customers(
        frame,
        first_order=frame["first_order"].min().date(),
        calibration_end=settings.calibration_end,
        observation_end=settings.observation_end,
        currency=settings.currency,
        costs_known=True,
        margin_rate=None,
        typical_gap_days=float(np.quantile(gaps, 0.8)) if len(gaps) else None,
        costed_share=1.0,
    )


def _last_day(who: Whole, day: Whole, n: int) -> Whole:
    """Return the last of the days of each customer, from 1; 0 where there is none."""
    last = np.zeros(n, np.int64)
    np.maximum.at(last, who, day)
    return last


def money_by_day(shop: Shop, *, most: int) -> tuple[Whole, Whole, Whole, Whole]:
    """List what was earned and spent, the orders first and then what came back.

    Returns
    -------
    customer and day, shape (lines,); revenue, cost of goods, of service and of gestures in hundredths of the currency's
    unit, shape (4, lines), the first two to be taken times the sign; sign, shape (lines,), -1 for what came back.
    """
    orders, details = shop.orders, shop.details
    mine = np.flatnonzero(orders.customer < most)
    back = mine[details.back_on[mine] >= 0]
    nothing = np.zeros(len(back), np.int64)
    cents = [
        np.concatenate([orders.cents[mine], orders.cents[back]]),
        np.concatenate([details.goods_cents[mine], details.goods_cents[back]]),
        np.concatenate([details.serve_cents[mine], nothing]),
        np.concatenate([shop.gesture_cents[mine], nothing]),
    ]
    return (
        np.concatenate([orders.customer[mine], orders.customer[back]]).astype(np.int64),
        np.concatenate([orders.day[mine], details.back_on[back]]).astype(np.int64),
        np.array(cents, dtype=np.int64),
        np.repeat([1, -1], [len(mine), len(back)]),
    )


def _quantiles(who: Whole, gaps: Whole, n: int) -> tuple[Array, ...]:
    """Quartiles of each customer's gaps, linear between neighbours; NaN without any."""
    order = np.lexsort((gaps, who))
    sorted_gaps = gaps[order].astype(float)
    counts = np.bincount(who, minlength=n)
    start = np.cumsum(counts) - counts
    found = []
    for share in _QUARTERS:
        at = share * np.maximum(counts - 1, 0)
        low = np.floor(at).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(counts - 1, 0))
        ends = [
            sorted_gaps[np.minimum(start + end, max(len(gaps) - 1, 0))] if len(gaps) else np.zeros(n)
            for end in (low, high)
        ]
        value = ends[0] + (at - low) * (ends[1] - ends[0])
        found.append(np.where(counts > 0, value, np.nan))
    return tuple(found)
