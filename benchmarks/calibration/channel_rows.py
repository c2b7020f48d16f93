"""Whether what is said of a channel holds what was planted: its effect, the verdict, and what goes with leaving."""

from typing import get_args

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.intervals import held, joined
from benchmarks.made.channels import (
    CHANNEL,
    CHANNEL_WORLDS,
    adoptions_of,
    orders_on_engine,
    shop_with_channel,
    steps_of,
)
from cxlab.gestures.verdict import Token
from cxlab.simulate.taking_up import taking_up_truth
from cxlab.touchpoints import steps_before_leaving, touchpoint_effects


def taken_up(n: int, seed: int, *, world: str) -> Values:
    """Look at a channel in a shop of n customers as the notebook does.

    Returns
    -------
    The effect held against what was planted; the verdict; whether the naive interval holds it, and the naive ratio; and
    whether the web, by which each order comes by lot, is said to bring or cost purchases, or to go with leaving or
    staying.
    """
    shop = shop_with_channel(CHANNEL_WORLDS[world][1], n, seed)
    truth = taking_up_truth(shop.settings, shop.traits, shop.history.left_on, shop.taken_up)
    planted = truth[f"touchpoint_effect.{CHANNEL}"]["estimate"]
    with orders_on_engine(shop) as engine:
        adoptions = adoptions_of(engine, shop.settings, seed=seed_of_analysis(seed))
        found = touchpoint_effects(adoptions, seed=seed_of_analysis(seed))
        steps = steps_before_leaving(steps_of(engine, shop.settings)).steps
    one = next(one for one in found.effects if one.channel == CHANNEL)
    parts: list[Values] = [held("effect", one.effect, planted)]
    if one.is_told and one.found is not None:
        parts.append({"off": [100 * (one.effect.number - planted) / one.found.control_mean.number]})
    if one.naive.has_interval:
        low, high = one.naive.ends
        parts.append({"naive held": [float(low <= planted <= high)], "naive ratio": [one.naive_ratio.number]})
    parts.append({token: [float(one.verdict == token)] for token in get_args(Token)})
    parts.append({"claimed": [float(one.verdict in ("works", "harms"))]})
    web = next(one for one in found.effects if one.channel == "web")
    parts.append({"web claimed": [float(web.verdict in ("works", "harms"))]})
    parts += [{"leaving": [float(step.goes in ("leaving", "staying"))]} for step in steps if step.name == "web"]
    return joined(parts)
