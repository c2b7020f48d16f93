"""What gestures really do in a made-up shop: at the occasions where they were given, and in the trial."""

import numpy as np

from cxlab.simulate.findings import Finding, finding, mean_and_error
from cxlab.simulate.occasions import MEASURED, Occasions
from cxlab.simulate.outlook import FirstOrders, Outlook, World, look_ahead
from cxlab.simulate.shop import Shop
from cxlab.simulate.traits import Array, Whole

MOST = 100_000
"""Occasions that are looked at, at most."""
GIVEN, NONE = World(strength=1.0), World()
_PURCHASES = "purchases per occasion"


def gestures_truth(shop: Shop, occasions: Occasions, *, rows: int) -> dict[str, Finding]:
    """Say what gestures do, by key of the findings; no keys for what the shop does not have.

    Parameters
    ----------
    occasions : all orders of the watched customers.
    rows : occasions times repetitions behind each effect.
    """
    found: dict[str, Finding] = {}
    if shop.settings.trial is not None or shop.settings.gestures.highest > 0:
        found["design"] = {"verdict": "observational" if shop.settings.trial is None else "randomised"}
    if shop.settings.trial is not None:
        found |= _of_the_trial(shop, occasions, rows)
    if shop.settings.gestures.highest > 0:
        found |= _of_the_chosen(shop, occasions, rows)
    return found


def _of_the_trial(shop: Shop, occasions: Occasions, rows: int) -> dict[str, Finding]:
    """Every arm against control, over all who were taken in."""
    taken = _at_most(shop, occasions.take(occasions.assigned >= 0))
    if not taken.n:
        return {}
    rules, currency = shop.rules, shop.settings.currency
    worlds = tuple(
        World(strength=float(strength) if number else None, shielded=True)
        for number, strength in enumerate(rules.arm_strength)
    )
    outlook = _look(shop, taken, worlds, rows, 1)
    found: dict[str, Finding] = {}
    for number, arm in list(enumerate(rules.arm_names))[1:]:
        more, earned = _differences(outlook, number, 0)
        found[f"effect.{arm}"] = finding(*_summed(more, "purchases per customer"))
        found[f"effect_percent.{arm}"] = _percent(outlook, number, 0)
        found |= _money(earned, float(rules.arm_cost[number]), arm, f"{currency} per customer")
        found |= _by_segment(more, taken.segment, f"effect.{arm}", "purchases per customer")
    return found


def _of_the_chosen(shop: Shop, occasions: Occasions, rows: int) -> dict[str, Finding]:
    """Gestures that staff chose to give: on those who got them, and on all."""
    prefix = "" if shop.settings.trial is None else "observational."
    all_of_them = occasions.take(occasions.eligible)
    was_given = all_of_them.gesture == 1
    treated, others = _at_most(shop, all_of_them.take(was_given)), _at_most(shop, all_of_them.take(~was_given))
    if not treated.n or not others.n:
        return {}
    outlook = _look(shop, treated, (NONE, GIVEN), rows, 2)
    more, earned = _differences(outlook, 1, 0)
    found = {
        f"{prefix}effect.gesture": finding(*_summed(more, _PURCHASES)),
        f"{prefix}effect_percent.gesture": _percent(outlook, 1, 0),
    }
    found |= _money(earned, shop.settings.gestures.cost, "gesture", f"{shop.settings.currency} per gesture", prefix)
    on_others, _ = _differences(_look(shop, others, (NONE, GIVEN), rows, 3), 1, 0)
    share = float(was_given.mean())
    (here, error), (there, further) = mean_and_error(more), mean_and_error(on_others)
    both = float(np.hypot(share * error, (1 - share) * further))
    average = share * here + (1 - share) * there
    found[f"{prefix}effect_average.gesture"] = finding(average, all_of_them.n, _PURCHASES, both)
    found |= _by_segment(more, treated.segment, f"{prefix}effect.gesture", _PURCHASES)
    nth = np.minimum(treated.before.gestures + 1, 3)
    for n in (1, 2, 3):
        if (nth == n).any():
            found[f"{prefix}habituation.{n}"] = finding(*_summed(more[:, nth == n], _PURCHASES))
    return found | _recovery(shop, treated.take(treated.failed), rows, prefix)


def _recovery(shop: Shop, failed: Occasions, rows: int, prefix: str) -> dict[str, Finding]:
    """Hold a failure with a gesture against one without, and against none, where a gesture did follow a failure."""
    if not failed.n:
        return {}
    worlds = (World(1.0, failed=True), World(failed=True), World(failed=False))
    outlook = _look(shop, failed, worlds, rows, 4)
    return {
        f"{prefix}recovery.gesture_vs_{name}": finding(*_summed(_differences(outlook, 0, other)[0], _PURCHASES))
        for name, other in (("none", 1), ("no_failure", 2))
    }


def _look(shop: Shop, occasions: Occasions, worlds: tuple[World, ...], rows: int, which: int) -> Outlook:
    first = FirstOrders(occasions.failed, occasions.cents, worlds)
    return look_ahead(
        occasions.before, shop.traits, shop.rules, days=shop.settings.outcome_days,
        seed=(shop.settings.seed, 4, which), rows=rows, first=first,
        uptake=shop.uptake(occasions.before.who, occasions.day),
    )  # fmt: skip


def _at_most(shop: Shop, occasions: Occasions) -> Occasions:
    """Return all occasions, or `MOST` of them at random."""
    if occasions.n <= MOST:
        return occasions
    rng = np.random.default_rng([shop.settings.seed, 6])
    return occasions.take(np.sort(rng.choice(occasions.n, MOST, replace=False)))


def _differences(outlook: Outlook, one: int, other: int) -> tuple[Array, Array]:
    """Return more purchases and more contribution in one world than in another, shape (repeats, n) each."""
    purchases, contribution = outlook.purchases, outlook.contribution
    return purchases[:, one] - purchases[:, other], contribution[:, one] - contribution[:, other]


def _summed(more: Array, unit: str) -> tuple[float, int, str, float]:
    mean, error = mean_and_error(more)
    return mean, more.shape[1], unit, error


def _percent(outlook: Outlook, one: int, other: int) -> Finding:
    """Ratio of two mean outcomes as a percentage more; its error by the delta method."""
    purchases = outlook.purchases
    base = float(purchases[:, other].mean())
    if base <= 0:
        return finding(0.0, purchases.shape[2], "percent")
    ratio = float(purchases[:, one].mean()) / base
    _, error = mean_and_error(purchases[:, one] - ratio * purchases[:, other])
    return finding(100 * (ratio - 1), purchases.shape[2], "percent", 100 * error / base)


def _money(earned: Array, cost: float, arm: str, unit: str, prefix: str = "") -> dict[str, Finding]:
    mean, error = mean_and_error(earned)
    n = earned.shape[1]
    return {
        f"{prefix}incremental_contribution.{arm}": finding(mean - cost, n, unit, error),
        f"{prefix}break_even_cost.{arm}": finding(mean, n, unit, error),
    }


def _by_segment(more: Array, segment: Whole, key: str, unit: str) -> dict[str, Finding]:
    return {
        f"{key}.{name}": finding(*_summed(more[:, segment == number], unit))
        for number, name in enumerate(MEASURED)
        if (segment == number).any()
    }
