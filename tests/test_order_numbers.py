"""Repeat rate by order number: counted by hand, and selection that is not taken for habit."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab.cohorts.joining import EPOCH
from cxlab.cohorts.order_numbers import RepeatRates, repeat_rates
from cxlab.engine import Engine
from tests.shops_by_joining import Shop, closed_engines, engine_of  # noqa: F401 (a fixture)

BEGIN = dt.date(2024, 1, 1)
START = (BEGIN - EPOCH).days
UNLIKE = Shop(n=1200, joining_days=200, days=700, stay=5000.0, pace=0.02)


def bought(customer: str, *days: int) -> list[tuple[str, int, int, bool]]:
    return [(customer, START + day, 1000, False) for day in days]


def found(engine: Engine, days: int, **arguments: int) -> RepeatRates:
    return repeat_rates(engine, observation_end=BEGIN + dt.timedelta(days=days), **arguments)


def test_five_customers_are_counted_as_by_hand() -> None:
    engine = engine_of(
        bought("A", 0, 5, 10, 60)  # after the first and second in time, not after the third
        + bought("B", 0, 40)
        + bought("C", 3, 13)
        + bought("D", 80, 85)  # followed for 10 days after the first, and not after the second
        + bought("E", 85)  # not followed for 10 days, though it could not come back sooner
    )
    rates = found(engine, 90, minimum_group=1, within_days=10)
    assert rates.table[["purchase", "followed", "came"]].to_numpy().tolist() == [[1, 4, 3]]  # 30 for the later ones
    assert rates.rates[0].value == 0.75


def test_rates_agree_with_a_count_by_pandas() -> None:
    shop = replace(UNLIKE, n=700, stay=300.0)
    engine = shop.draw(4)
    rates = repeat_rates(engine, observation_end=shop.end)
    sales = engine.frame("SELECT customer_id, day, first_day FROM sales ORDER BY customer_id, day")
    first = pd.to_datetime(sales["first_day"], unit="D").dt.to_period(rates.joining.period[0].upper())
    sales = sales[(first > first.min()).to_numpy()]  # who joined in the first cohort is left out
    sales["k"] = sales.groupby("customer_id").cumcount() + 1
    sales["gap"] = -sales.groupby("customer_id")["day"].diff(-1)
    sales = sales[sales["day"] + rates.within_days <= (shop.end - EPOCH).days]
    assert rates.within_days % 30 == 0 and len(rates.rates) >= 5
    for k, rate in enumerate(rates.rates, 1):
        mine = sales[sales["k"] == k]
        assert rate.n == len(mine) and rate.number == pytest.approx((mine["gap"] <= rates.within_days).mean())


@pytest.mark.thorough
def test_unlike_customers_without_habits_rise_but_the_same_ones_do_not() -> None:
    held, rises = [], []
    for seed in range(40):
        with UNLIKE.draw(seed) as engine:
            rates = repeat_rates(engine, observation_end=UNLIKE.end, within_days=30)
        assert rates.same is not None
        rises.append(rates.rises)
        low, high = rates.same.rise.ends
        held.append(low <= 0 <= high)
    assert np.mean(rises) >= 0.9  # by selection alone
    assert np.mean(held) >= 0.87  # of 40 at 95 %: less once in 30 times


def test_a_planted_habit_is_found_in_the_same_customers() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for i in range(400):
        gaps = rng.exponential(60 * 0.8 ** np.arange(12))
        days = rng.integers(0, 400) + np.r_[0, np.ceil(gaps)].cumsum()
        rows += bought(f"c{i}", *(int(day) for day in np.unique(days) if day <= 900))
    rates = found(engine_of(rows), 900, within_days=30)
    assert rates.same is not None and rates.same.rise.ends[0] > 0
    assert "They came back sooner, which is habit, or" in rates.reading


def test_nobody_comes_back() -> None:
    rates = found(engine_of([row for i in range(60) for row in bought(f"c{i}", i % 20)]), 300)
    assert rates.within_days == 90 and rates.ends is None
    assert rates.rates[0].value == 0 and rates.rates[0].ends[1] > 0
    assert "0% came back within 90 days (95% interval 0–" in rates.reading
    assert rates.heading == "0% came back within 90 days of their first purchase"


def test_everybody_on_the_same_day_cannot_be_followed() -> None:
    rates = found(engine_of([row for i in range(60) for row in bought(f"c{i}", 0)]), 0)
    assert rates.rates == () and rates.findings == {} and rates.table.empty
    assert "Too few customers could be followed" in rates.reading


def test_ten_customers_are_told_without_a_rate_that_gives_a_few_away() -> None:
    rates = found(engine_of([row for i in range(10) for row in bought(f"c{i}", i, *([20] * (i < 3)))]), 200)
    assert not rates.told.any() and rates.findings == {}
    assert rates.heading == "How many come for one more purchase cannot be told"
