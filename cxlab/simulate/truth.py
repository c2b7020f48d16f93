"""What is really so in a made-up shop, in the shape of the findings of a report."""

import numpy as np

from cxlab.segments import assign_segments
from cxlab.simulate.ahead import brought_after
from cxlab.simulate.driven import drivers_truth
from cxlab.simulate.fans import fans_truth
from cxlab.simulate.felt import experience_truth
from cxlab.simulate.findings import Finding, finding
from cxlab.simulate.frame import customers_of
from cxlab.simulate.gesture_truth import gestures_truth
from cxlab.simulate.occasions import find_occasions
from cxlab.simulate.outlook import ROWS
from cxlab.simulate.settings import KINDS, Settings
from cxlab.simulate.shop import Shop
from cxlab.simulate.taking_up import taking_up_truth
from cxlab.simulate.visits import journey_truth

Truth = dict[str, dict[str, Finding]]


def plant_truth(shop: Shop, *, rows: int = ROWS) -> Truth:
    """Say what an analysis of the shop should find, by report and by key.

    Parameters
    ----------
    rows : occasions times repetitions behind each effect: more rows, smaller Monte Carlo error.

    Returns
    -------
    As in `results.json`: estimate, n, unit or verdict, and `monte_carlo_error`, the standard error that the estimate
    has because it is an average of so many made-up futures. Effects are about the occasions that there were: expected
    values given each customer's real traits and state, not what happened after.
    """
    settings, customers = shop.settings, customers_of(shop)
    segments = assign_segments(customers)
    occasions = find_occasions(shop, segments.active_days)
    truth: Truth = {
        "clusters": _clusters(settings),
        "segmentation": _planted_shares(shop),
        "repeat_purchases": _bgnbd(settings),
        "gestures": gestures_truth(shop, occasions, rows=rows),
        "loyalty": fans_truth(shop, customers, segments, rows=rows),
        "experience": experience_truth(shop.details.felt, shop.details.channel)
        | taking_up_truth(settings, shop.traits, shop.history.left_on, shop.taken_up)
        | _drivers(shop)
        | _visits(shop),
    }
    return {report: found for report, found in truth.items() if found}


def _drivers(shop: Shop) -> dict[str, Finding]:
    """Say what the drivers at each answer really go with."""
    answers = shop.details.felt.answers
    who, day = shop.orders.customer[answers], shop.orders.day[answers].astype(np.int64)
    brought = brought_after(shop.settings, shop.traits, shop.taken_up, who, day, answers < shop.lots[0])
    return drivers_truth(shop.settings, shop.traits, who, day, brought)


def _visits(shop: Shop) -> dict[str, Finding]:
    n = round(shop.settings.journey.sessions * shop.lots[0])
    return journey_truth(shop.settings.journey, shop.settings.seed, n) if n else {}


def _clusters(settings: Settings) -> dict[str, Finding]:
    """Whether there are groups, and how many; left open where four segments are planted, which may or may not show."""
    if settings.segments == "four":
        return {}
    planted = settings.clusters
    if planted is None or planted.separation == 0:
        return {"structure": {"verdict": "no"}}
    return {"structure": {"verdict": "yes"}, "k": finding(planted.k, settings.customers, "clusters")}


def _planted_shares(shop: Shop) -> dict[str, Finding]:
    if shop.settings.segments == "none":
        return {}
    return {
        f"planted_share.{kind}": finding(
            float((shop.traits.kind == number).mean()), shop.traits.n, "share of customers"
        )
        for number, kind in enumerate(KINDS[:-1])
    }


def _bgnbd(settings: Settings) -> dict[str, Finding]:
    """Return the parameters of the BG/NBD model, where the shop follows it to the letter."""
    follows = (
        settings.segments == "none"
        and settings.clusters is None
        and settings.buyers.leaves_after == "repeat"
        and settings.trial is None
        and settings.gestures.highest == 0
        and settings.failures.share == 0
        and settings.referrals.share == 0
        and not any(one.more for one in settings.touchpoints.values())
    )
    return {
        f"bgnbd.{name}": finding(getattr(settings.buyers, name), settings.customers, "time in weeks")
        for name in (("r", "alpha", "a", "b") if follows else ())
    }
