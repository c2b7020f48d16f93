"""What customers say of single drivers, and what each of them really goes with in the purchases after the answer.

Drivers go with how often a customer buys anyway, and bring nothing: orders do not change.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxlab.driver_tags import GROUPS, PAIRS, Group
from cxlab.experience.prepared import standardised
from cxlab.experience.shapley import explained_by_each
from cxlab.simulate.findings import Finding, finding
from cxlab.simulate.settings import Driver, Settings
from cxlab.simulate.traits import Array, Traits, Whole

STREAM = 5
_ROWS = 1_000_000
_MOST_TIMES = 400
_LEAST = 100  # answers that drivers are judged from
_SHARE = "share of what the drivers explain"


def draw_drivers(
    drivers: Mapping[str, Driver], lots: Sequence[tuple[Whole, np.random.Generator]], pace: Array
) -> dict[str, Array]:
    """Draw each driver at each answer.

    Parameters
    ----------
    lots : lots of answers, each with the numbers of the customers, shape (answers,), and a stream of its own. The first
        stream also draws what is lasting, the same for all answers of a customer.
    pace : shape (customers,), their purchases a day.

    Returns
    -------
    By name, shape (answers of all lots,); NaN where it is missing.
    """
    often = np.log(np.maximum(pace, 1e-12))
    spread = float(often.std())
    often = (often - often.mean()) / spread if spread > 0 else np.zeros(len(pace))
    moods = [rng.standard_normal(len(who)) for who, rng in lots]
    found = {}
    for name, driver in drivers.items():
        lasting = lots[0][1].standard_normal(len(pace))
        values = [
            _answered(driver, often[who], mood, lasting[who], rng) for (who, rng), mood in zip(lots, moods, strict=True)
        ]
        found[name] = np.concatenate(values)
    return found


def _answered(driver: Driver, often: Array, mood: Array, own: Array, rng: np.random.Generator) -> Array:
    once = rng.standard_normal(len(often))
    missing = rng.random(len(often)) < driver.missing
    rest = np.sqrt(driver.lasting) * own + np.sqrt(1 - driver.lasting) * once
    left = np.sqrt(max(1 - driver.loading**2 - driver.mood**2, 0.0))
    felt = driver.loading * often + driver.mood * mood + left * rest
    felt = np.where(felt > 0, driver.bend * felt, felt)
    value = np.clip(driver.mean + driver.spread * felt, driver.lowest, driver.highest)
    return np.where(missing, np.nan, np.round(value, driver.decimals))


def drivers_of(settings: Settings, traits: Traits, lots: Sequence[Whole]) -> dict[str, Array]:
    """Return the drivers of a shop's answers; those of each lot of orders are drawn from a stream of their own."""
    drivers = settings.feedback.drivers
    if not drivers:
        return {}
    streams = [[settings.seed, STREAM, *([number] if number else [])] for number in range(len(lots))]
    drawn = [(who, np.random.default_rng(stream)) for who, stream in zip(lots, streams, strict=True)]
    return draw_drivers(drivers, drawn, traits.pace)


def drivers_truth(
    settings: Settings, traits: Traits, who: Whole, day: NDArray[np.integer], brought: Array | None = None
) -> dict[str, Finding]:
    """Say which share each driver has in what all of them explain, among the customers who answered.

    Their drivers are drawn anew for a million answers, and held against the purchases that are expected of each
    customer after an answer, gestures and failures aside. Where no driver goes with how often a customer buys, they
    explain nothing, and have no shares in it.

    Parameters
    ----------
    who, day : shape (answers,), number of the customer and the day.
    brought : shape (answers,), purchases that channels are expected to bring in the days after it; None: none.
    """
    drivers = settings.feedback.drivers
    over = day + settings.outcome_days <= settings.last_day
    who, more = who[over], np.zeros(int(over.sum())) if brought is None else brought[over]
    if not drivers or len(who) < _LEAST:
        return {}
    times = int(np.clip(_ROWS // len(who), 1, _MOST_TIMES))
    many = np.tile(who, times)
    # Each time the customers are others with the same traits, so that what lasts is drawn anew as well.
    n = traits.n
    several = np.repeat(np.arange(times), len(who)) * n + many
    rng = np.random.default_rng([settings.seed, 7])
    drawn = draw_drivers(drivers, [(several, rng)], np.tile(traits.pace, times))
    bought = np.tile(_expected(traits, settings.outcome_days)[who] + more, times)
    scaled = {name: standardised(values) for name, values in drawn.items()}
    kept = {name: values for name, values in scaled.items() if values is not None}
    if not kept:
        return {}
    if not any(drivers[name].loading for name in kept) or bought.std() <= 1e-12 * bought.mean():
        # What they would seem to explain is what the draws have by chance, and its shares are nobody's.
        return {"drivers_explained": {**finding(0.0, len(who), "share of deviance"), "verdict": "cannot_tell"}}
    columns = np.column_stack(list(kept.values()))
    covariance = np.cov(columns, rowvar=False, bias=True).reshape(len(kept), len(kept))
    pull = (columns * (bought - bought.mean())[:, None]).mean(axis=0) / bought.mean()
    each = explained_by_each(covariance[None], pull[None])[0]
    shares = each / each.sum()
    by_name = dict(zip(kept, (float(share) for share in shares), strict=True))
    found = {f"driver.{name}": finding(share, len(who), _SHARE) for name, share in by_name.items()}
    groups = {
        group: sum(share for name, share in by_name.items() if group in drivers[name].tags)
        for group in GROUPS
        if any(group in drivers[name].tags for name in kept)
    }
    found |= {f"driver_group.{group}": finding(share, len(who), _SHARE) for group, share in groups.items()}
    for one, other in PAIRS:
        if one in groups and other in groups:
            apart = groups[other] - groups[one]
            heavier: Group = other if apart > 0 else one
            found[f"driver_difference.{other}_minus_{one}"] = {**finding(apart, len(who), _SHARE), "verdict": heavier}
    return found


def _expected(traits: Traits, days: int) -> Array:
    """Return the purchases expected in some days after one, by customers who may leave after each."""
    buys, leaves = -np.expm1(-traits.pace), traits.leaving
    staying = (1 - leaves) * -np.expm1(days * np.log1p(-buys * leaves)) / np.maximum(leaves, 1e-12)
    return np.where(leaves > 0, staying, buys * days)
