"""Do relationships last longer: a planted change is found, a shop that stays as it is shows none."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab.cohorts.joining import EPOCH
from cxlab.cohorts.lasting import MOST_OPEN, Lasting, compare_lasting
from tests.shops_by_joining import Shop, closed_engines, engine_of  # noqa: F401 (a fixture)

SHOP = Shop(n=600, joining_days=1095, days=1460, stay=220.0)


def compared(shop: Shop, seed: int) -> Lasting:
    with shop.draw(seed) as engine:
        return compare_lasting(engine, observation_end=shop.end)


def true_slope(shop: Shop, found: Lasting) -> float:
    """Return the slope that the same cohorts would have without chance."""
    share = shop.still(found.joined - (shop.begin - EPOCH).days, found.half_days, found.horizon_days)
    years, weights = found.joined / 365.25, found.followed.astype(float)
    season = np.array([start.month for start in found.starts]) if found.by_season else np.zeros(len(years))
    inside = (season[:, None] == np.unique(season)[None, :]).astype(float)
    design = np.column_stack([years, inside]) * np.sqrt(weights)[:, None]
    return float(np.linalg.lstsq(design, share * np.sqrt(weights), rcond=None)[0][0])


@pytest.mark.thorough
def test_a_shop_that_stays_as_it_is_is_not_said_to_change_in_95_of_100() -> None:
    found = [compared(SHOP, seed) for seed in range(60)]
    assert {one.horizon_days for one in found} == {730} and all(one.by_season for one in found)
    said = [one.verdict in ("longer", "shorter") for one in found]
    assert np.mean(said) <= 0.12  # of 60 at 5 %: more once in 100 times
    wide = [one for one in found if one.trend and max(map(abs, one.trend.slope.ends)) > MOST_OPEN]
    assert not any(one.verdict == "no_change_seen" for one in wide), "what is left open is not ruled out"
    slopes = np.array([one.trend.slope.number for one in found if one.trend])
    errors = np.array([np.ptp(one.trend.slope.ends) / (2 * 1.96) for one in found if one.trend])
    assert abs(slopes.mean()) < 3 * slopes.std() / np.sqrt(len(slopes))
    assert 0.85 < errors.mean() / slopes.std() < 1.30


def test_a_planted_change_is_found_and_its_interval_holds_the_truth() -> None:
    shop = replace(SHOP, n=1500, longer=1.7)
    found = [compared(shop, seed) for seed in range(20)]
    assert np.mean([one.verdict == "longer" for one in found]) >= 0.9
    held = []
    for one in found:
        assert one.trend is not None
        low, high = one.trend.slope.ends
        held.append(low <= true_slope(shop, one) <= high)
    assert np.mean(held) >= 0.85  # of 20 at 95 %: less once in 60 times
    assert found[0].heading == "Relationships last longer than they used to"
    assert "percentage points for each year later" in found[0].reading


def test_relationships_that_grow_shorter_are_found_as_well() -> None:
    found = compared(replace(SHOP, n=4000, stay=400.0, longer=0.6), 1)
    assert found.verdict == "shorter" and found.activity is not None and found.activity.slope.ends[1] < 0


def test_cohorts_are_counted_as_by_pandas() -> None:
    shop = replace(SHOP, n=500)
    engine = shop.draw(2)
    found = compare_lasting(engine, observation_end=shop.end)
    sales = engine.frame("SELECT customer_id, day, first_day FROM sales ORDER BY customer_id, day")
    end = (shop.end - EPOCH).days
    sales = sales[sales["first_day"] + found.horizon_days <= end]
    quarter = pd.to_datetime(sales["first_day"], unit="D").dt.to_period("Q")
    offset = sales["day"] - sales["first_day"]
    for row in found.table.to_dict("records"):
        mine = quarter == pd.Period(row["cohort"], "Q")
        late = mine & offset.between(found.half_days + 1, found.horizon_days)
        assert row["followed"] == sales.loc[mine, "customer_id"].nunique()
        assert row["still"] == sales.loc[late, "customer_id"].nunique()
        inside = sales[mine & offset.between(1, found.horizon_days // 30 * 30)]
        stretch = (offset[inside.index] - 1) // 30
        stretches = stretch.groupby(inside["customer_id"]).nunique().sum() / row["followed"]
        assert row["stretches"] == pytest.approx(stretches)


def test_a_season_of_joining_is_not_taken_for_a_trend() -> None:
    """Who joins from October to December stays half as long, and the cohorts end with such a quarter."""
    rng = np.random.default_rng(5)
    rows, begin = [], dt.date(2021, 1, 1)
    for i in range(1800):
        joined = int(rng.integers(0, 1095))
        is_late = (begin + dt.timedelta(days=joined)).month >= 10
        until = joined + rng.exponential(90 if is_late else 300)
        days = {joined, *(int(day) for day in joined + 25 * np.arange(1, 60) if day < min(until, 1459))}
        rows += [(f"c{i:05d}", (begin - EPOCH).days + day, 1000, False) for day in sorted(days)]
    found = compare_lasting(engine_of(rows), observation_end=begin + dt.timedelta(days=1459))
    assert found.by_season and found.verdict == "no_change_seen"
    assert "same season" in found.reading


def test_too_little_is_said_to_be_too_little() -> None:
    one_quarter = Shop(n=2000, joining_days=90, days=540)
    found = compared(one_quarter, 1)
    assert found.verdict == "cannot_tell" and found.trend is None
    assert "cannot be told: it takes 3 cohorts" in found.reading
    short = Shop(n=2000, joining_days=250, days=260, pace=0.01)
    assert "too short a time" in compared(short, 1).reading
    few = Shop(n=60)
    assert compared(few, 1).verdict == "cannot_tell"


def test_a_season_that_cannot_be_kept_apart_is_named() -> None:
    found = compared(Shop(n=2500, joining_days=400, days=540), 1)
    assert found.trend is not None and not found.by_season
    assert "cannot be kept apart from the trend" in found.reading


@pytest.mark.parametrize("days", [0, 1200])
def test_nobody_came_back(days: int) -> None:
    begin = (dt.date(2021, 1, 1) - EPOCH).days
    rows = [(f"c{i}", begin + (i * days) // 400, 1000, False) for i in range(400)]
    found = compare_lasting(engine_of(rows), observation_end=dt.date(2024, 12, 31))
    assert found.verdict == "cannot_tell" and "nobody came back" in found.reading
    assert found.findings["lasting"].as_finding() == {"verdict": "cannot_tell"}
    assert found.table.empty


def test_hardly_anybody_came_back_late() -> None:
    begin = (dt.date(2021, 1, 1) - EPOCH).days
    rows = [(f"c{i:04d}", begin + i, 1000, False) for i in range(1000)]
    rows += [(f"c{i:04d}", begin + i + 5, 1000, False) for i in range(0, 1000, 2)]
    found = compare_lasting(engine_of(rows), observation_end=dt.date(2024, 12, 31))
    assert found.verdict == "cannot_tell" and "fewer than 10 customers still bought" in found.reading
    assert [share.value for share in found.shares] == [0.0] * len(found.shares)
    assert all(share.ends[1] > 0 for share in found.shares)
    assert "nan" not in found.reading.lower()
