"""What a fan is really worth in a made-up shop, and what somebody who bought once."""

import numpy as np

from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.parameters import Parameters
from cxlab.purchases import fit_bgnbd
from cxlab.segments.rule import Segments
from cxlab.simulate.crowd import Flags
from cxlab.simulate.findings import Finding, finding, mean_and_error
from cxlab.simulate.frame import money_by_day
from cxlab.simulate.history import BLOCK, STILL_THERE
from cxlab.simulate.outlook import look_ahead
from cxlab.simulate.shop import Shop, recommends
from cxlab.simulate.traits import Array

ALIVE_FROM = 0.8
_DEFAULTS = Parameters()


def fans_truth(shop: Shop, customers: Customers, segments: Segments, *, rows: int) -> dict[str, Finding]:
    """Value of a fan, of somebody who bought once, and how many of these one fan is worth.

    A fan is a profit-bringer at the end of calibration with P(alive) of .8 or more, as the records show it. The value
    is what is really to be expected of these customers over the horizon, those who have left already included: what
    they bring themselves, and what those bring whom they recommend the shop to.

    Parameters
    ----------
    customers, segments : of the watched customers.
    """
    try:
        alive = fit_bgnbd(customers).probability_alive()
    except InputError:  # too few customers or repeat purchases for a model, so nobody is called a fan
        return {}
    is_fan = (segments.labels.to_numpy() == SEGMENTS[0]) & (alive >= ALIVE_FROM)
    earned = _earned_by_the_end(shop)
    once = _bought_once(shop)
    found: dict[str, Finding] = {}
    money = f"{shop.settings.currency} per customer"
    one_time = float(earned[once].mean()) if once.any() else 0.0
    if once.any():
        found["one_time_value"] = finding(one_time, int(once.sum()), money)
    if is_fan.any():
        fans = customers.frame["customer_id"].to_numpy(str)[is_fan].astype(np.int64) - shop.first_id - 1
        value, error = _value(shop, fans, earned, rows)
        found["fan_value"] = finding(value, len(fans), money, error)
        if one_time > 0:
            found["fans_worth"] = finding(value / one_time, len(fans), "one-time buyers per fan", error / one_time)
    return found


def _value(shop: Shop, fans: np.ndarray, earned: Array, rows: int) -> tuple[float, float]:
    at_cut = shop.history.at_cut
    still = at_cut.take(np.isin(at_cut.who, fans))
    if still.n == 0:
        return 0.0, 0.0
    outlook = look_ahead(
        still, shop.traits, shop.rules, days=_DEFAULTS.horizon_days, seed=(shop.settings.seed, 5),
        rows=min(rows, 30_000), discount_rate=_DEFAULTS.discount_rate,
        uptake=shop.uptake(still.who, np.full(still.n, shop.settings.cut)),
    )  # fmt: skip
    weight = recommends(shop.settings)[shop.traits.kind[still.who]]
    worth = _recommended_worth(shop, earned)
    brought = outlook.contribution[:, 0] + worth * _recommendations_a_day(shop) * weight * outlook.days[:, 0]
    mean, error = mean_and_error(brought)
    share = still.n / len(fans)  # the others have left already
    return mean * share, error * share


def _earned_by_the_end(shop: Shop) -> Array:
    """Contribution of each watched customer up to the end of observation, in units of currency."""
    who, _, cents, sign = money_by_day(shop, most=BLOCK)
    earned = sign * (cents[0] - cents[1]) - cents[2] - cents[3]
    return np.bincount(who, weights=earned, minlength=min(BLOCK, shop.traits.n)) / 100


def _bought_once(shop: Shop) -> Flags:
    joins = shop.traits.joins[:BLOCK]
    orders = np.bincount(shop.orders.customer[shop.watched], minlength=len(joins))
    return np.asarray((orders == 1) & (joins <= shop.settings.cut))


def _recommended_worth(shop: Shop, earned: Array) -> float:
    """Mean contribution up to the end of observation of the watched customers who were recommended."""
    recommended = shop.referrers[:BLOCK] >= 0
    return float(earned[recommended].mean()) if recommended.any() else 0.0


def _recommendations_a_day(shop: Shop) -> float:
    """Recommendations a day and customer that led to a new one, for a customer who recommends with weight 1."""
    weight = recommends(shop.settings)[shop.traits.kind]
    until = np.where(shop.history.left_on == STILL_THERE, shop.settings.last_day, shop.history.left_on)
    days = float((weight * (until - shop.traits.joins)).sum())
    return float((shop.referrers >= 0).sum()) / days if days > 0 else 0.0
