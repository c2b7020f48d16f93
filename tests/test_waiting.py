"""Waits until the next purchase: SciPy's curve and ends, areas, waits of one customer that are alike, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, binomtest, ecdf

from cxlab.errors import NotEnoughDataError
from cxlab.waits import wait_for_purchases
from tests.test_known_shops import most_misses


def waits(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    until, seen = np.ceil(rng.exponential(60, n)).astype(np.int64), rng.integers(20, 200, n)
    return np.minimum(until, seen), until <= seen


def test_the_curve_and_its_ends_are_those_of_scipy() -> None:
    days, bought = waits(400, 1)
    found = wait_for_purchases(days, bought, horizon_days=150).curve("all")
    theirs = ecdf(CensoredData(uncensored=days[bought], right=days[~bought])).sf
    inside = np.arange(1, 150)
    assert found.waiting[inside] == pytest.approx(theirs.evaluate(inside), abs=1e-12)
    ends = theirs.confidence_interval(method="log-log")
    assert found.low[inside] == pytest.approx(ends.low.evaluate(inside), abs=1e-6)
    assert found.high[inside] == pytest.approx(ends.high.evaluate(inside), abs=1e-6)


def test_where_all_is_seen_the_restricted_mean_is_a_mean_and_its_interval_that_of_one() -> None:
    days = np.ceil(np.random.default_rng(2).exponential(40, 500)).astype(np.int64)
    found = wait_for_purchases(days, np.full(500, fill_value=True), horizon_days=60).curve("all")
    cut = np.minimum(days, 60)
    assert found.restricted_mean.number == pytest.approx(cut.mean())
    reach = 1.96 * cut.std() / np.sqrt(500)
    assert found.restricted_mean.high == pytest.approx(cut.mean() + reach, rel=1e-3)
    assert found.median.value == np.sort(days)[249]
    assert found.n_bought == (days <= 60).sum()
    assert found.at_risk[[0, 31]].tolist() == [500, (days >= 31).sum()]


def test_waits_of_one_customer_are_alike_and_the_interval_takes_that_in() -> None:
    rng = np.random.default_rng(0)
    truth = float(np.minimum(np.ceil(rng.exponential(60 / np.exp(rng.normal(0, 0.5, 400_000)))), 90).mean())
    missed = 0
    for seed in range(60):
        rng = np.random.default_rng([1, seed])
        pace, each = np.exp(rng.normal(0, 0.5, 150)), rng.integers(1, 6, 150)
        who = np.repeat(np.arange(150), each)
        until, seen = np.ceil(rng.exponential(60 / pace[who])).astype(np.int64), rng.integers(20, 200, len(who))
        days, bought = np.minimum(until, seen), until <= seen
        mean = wait_for_purchases(days, bought, horizon_days=90, customers=who).curve("all").restricted_mean
        assert mean.low is not None and mean.high is not None
        missed += not mean.low <= truth <= mean.high
        alone = wait_for_purchases(days, bought, horizon_days=90).curve("all").restricted_mean
        assert alone.number == mean.number
    assert missed <= most_misses(60)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=5, max_size=60))
@settings(deadline=None)
def test_a_curve_only_falls_and_its_ends_hold_it(rows: list[tuple[int, bool]]) -> None:
    days, bought = (np.array(column) for column in zip(*rows, strict=True))
    found = wait_for_purchases(days, bought, horizon_days=30).curve("all")
    assert found.waiting[0] <= 1 and (np.diff(found.waiting) <= 1e-12).all()
    assert (found.low <= found.waiting + 1e-12).all() and (found.waiting <= found.high + 1e-12).all()
    assert np.isfinite([found.low, found.high]).all()
    assert 0 <= found.restricted_mean.number <= 30
    shuffled = np.random.default_rng(1).permutation(len(days))
    again = wait_for_purchases(days[shuffled], bought[shuffled], horizon_days=30).curve("all")
    assert again.waiting == pytest.approx(found.waiting)


def test_groups_stand_in_the_order_given_and_small_ones_are_named_only() -> None:
    days, bought = waits(60, 3)
    groups = np.array(["lost"] * 28 + ["candidates"] * 29 + ["misunderstood"] * 3)
    found = wait_for_purchases(
        days, bought, horizon_days=90, groups=groups, order=("candidates", "lost", "misunderstood")
    )
    assert [curve.group for curve in found.curves] == ["candidates", "lost"]
    assert found.too_small == ("misunderstood",) and "Too few to be shown: misunderstood." in found.reading
    assert set(found.findings) >= {"restricted_mean.candidates", "restricted_mean.lost"}
    assert found.table["group"].tolist() == ["candidates"] * 91 + ["lost"] * 91


def test_too_few_customers_tell_nothing() -> None:
    with pytest.raises(NotEnoughDataError, match="fewer than 5"):
        wait_for_purchases([3, 4], [True, False], horizon_days=9)


def test_where_nobody_or_everybody_came_back_the_ends_are_those_of_the_binomial() -> None:
    nobody = wait_for_purchases(np.full(18, 184), np.zeros(18), horizon_days=184).curve("all")
    may_be_back = binomtest(0, 18).proportion_ci().high
    assert nobody.waiting[-1] == 1 and nobody.low[-1] == pytest.approx(1 - may_be_back)
    mean = nobody.restricted_mean
    assert mean.number == mean.high == 184 and 184 * (1 - may_be_back) <= mean.ends[0] < 184
    everybody = wait_for_purchases(np.full(28, 6), np.ones(28), horizon_days=184).curve("all")
    assert everybody.waiting[-1] == 0 and everybody.high[-1] == pytest.approx(binomtest(0, 28).proportion_ci().high)
    assert everybody.restricted_mean.ends[0] < 6 < everybody.restricted_mean.ends[1] < 184
    shorter = wait_for_purchases([184] * 10 + [50] * 8, np.zeros(18), horizon_days=184).curve("all")
    assert shorter.low[50] == nobody.low[50] and shorter.low[51] == pytest.approx(
        1 - binomtest(0, 10).proportion_ci().high
    )


@pytest.mark.parametrize(("n", "share"), [(18, 0.01), (18, 0.03), (40, 0.03), (40, 0.99)])
def test_the_mean_wait_of_few_customers_of_whom_hardly_any_come_back_is_covered(n: int, share: float) -> None:
    truth, missed, draws = 90 - share * (90 - 45.5), 0, 200
    for seed in range(draws):
        rng = np.random.default_rng([n, round(100 * share), seed])
        bought = rng.random(n) < share
        days = np.where(bought, rng.integers(1, 91, n), 90)
        low, high = wait_for_purchases(days, bought, horizon_days=90).curve("all").restricted_mean.ends
        missed += not low <= truth <= high
    assert missed <= most_misses(draws, 0.08)
