"""Retention and revenue by cohort: a shop counted by hand, and what a page must not tell."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab.cohorts.retention import Retention, follow_cohorts
from cxlab.engine import Engine
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import wilson_interval
from cxlab.intake.hiding import shares_to_hide
from tests.shops_by_joining import EPOCH, Row, Shop, closed_engines, engine_of  # noqa: F401 (a fixture)

MONDAY = dt.date(2024, 1, 1)
START = (MONDAY - EPOCH).days


def rows(customer: str, *purchases: tuple[int, int]) -> list[Row]:
    """Return what a customer bought, or below zero gave back, on days of the shop."""
    return [(customer, START + day, abs(cents), cents < 0) for day, cents in purchases]


def by_hand() -> Engine:
    """Return five customers in two weeks: A and B join in the first, C, D and E in the second."""
    return engine_of(
        rows("A", (0, 1000), (7, 500), (8, 100), (9, -200))
        + rows("B", (2, 2000))
        + rows("C", (7, 1000), (14, 1000))
        + rows("D", (8, 400), (30, 600))
        + rows("E", (5, -100), (13, 100))
    )


def followed(engine: Engine, days: int, *, minimum_group: int = 1) -> Retention:
    end = MONDAY + dt.timedelta(days=days)
    return follow_cohorts(engine, observation_end=end, currency="EUR", minimum_group=minimum_group)


def test_five_customers_are_counted_as_by_hand() -> None:
    found = followed(by_hand(), 34)
    assert (found.joining.period, found.joining.length_days) == ("week", 7)
    assert found.joining.sizes.tolist() == [2, 3]
    assert found.seen.tolist() == [[True] * 4, [True] * 3 + [False]]  # E joined on day 13: three weeks to day 34
    assert found.share[0].tolist() == [0.5, 0.5, 0, 0]
    assert found.share[1, :3].tolist() == [1 / 3, 0, 0]
    assert np.isnan(found.share[1, 3])  # D came in its fourth week, of which not all of the cohort saw the end
    np.testing.assert_allclose(found.revenue_each[0], [15, 2.5, -0.5, 0, 0])
    np.testing.assert_allclose(found.revenue_each[1, :4], [5, 10 / 3, 0, 0])
    np.testing.assert_allclose(found.cumulative_each[0], [15, 17.5, 17, 17, 17])
    table = found.table
    assert len(table) == 9 and not table.isna().any().any()
    assert table.iloc[1].drop("cohort").tolist() == [2, 1, 1, 7, 1, 0.5, 2.5, 17.5]


def test_the_course_is_of_the_same_customers_and_agrees_with_a_count_by_pandas() -> None:
    shop = Shop(n=900, joining_days=360, days=540)
    engine = shop.draw(3)
    found = follow_cohorts(engine, observation_end=shop.end, currency="EUR")
    assert found.joining.period == "month"
    sales = engine.frame("SELECT customer_id, day, first_day, revenue FROM sales ORDER BY customer_id, day")
    month = pd.to_datetime(sales["first_day"], unit="D").dt.month
    end = (shop.end - EPOCH).days
    told = len(found.course)
    until = sales.groupby(month)["first_day"].transform("max") + 30 * told
    base = sales[(until <= end) & (month > 1)]  # who joined in the first month is left out
    n = base["customer_id"].nunique()
    offset = base["day"] - base["first_day"]
    assert told > 3
    for k, share in enumerate(found.course, 1):
        came = base.loc[offset.between(30 * (k - 1) + 1, 30 * k), "customer_id"].nunique()
        assert share.n == n and share.number == pytest.approx(came / n)
    spent = base[offset <= 30 * told].groupby("customer_id")["revenue"].sum() / 100
    assert found.brought is not None
    assert found.brought.number == pytest.approx(spent.mean())
    assert found.brought.ends[1] - found.brought.number == pytest.approx(1.959964 * spent.sem())
    assert "are left out" in found.reading


def test_a_shop_where_nobody_comes_back_stands_at_none_with_an_interval() -> None:
    found = followed(engine_of([row for i in range(60) for row in rows(f"c{i}", (i % 20, 1000))]), 60, minimum_group=5)
    assert found.course[0].value == 0 and found.course[0].ends[1] > 0
    assert found.share[found.seen].tolist() == [0.0] * int(found.seen.sum())
    assert "0% of them bought again (95% interval 0–" in found.reading
    assert found.heading.startswith("0% of new customers buy again in the first 7 days")


def test_customers_of_one_day_cannot_be_followed() -> None:
    found = followed(engine_of([row for i in range(40) for row in rows(f"c{i}", (0, 1000))]), 0, minimum_group=5)
    assert not found.is_followed and not found.course and found.findings == {}
    assert "cannot be told" in found.reading and "nan" not in found.reading.lower()
    assert found.table["share"].tolist() == [1.0]  # the day of the first order itself


def test_one_cohort_alone_is_followed_as_it_is() -> None:
    engine = engine_of([row for i in range(40) for row in rows(f"c{i}", (i % 5, 1000), *([(20, 500)] * (i < 20)))])
    found = followed(engine, 60, minimum_group=5)
    assert len(found.joining.starts) == 1 and found.course[0].n == 40
    assert "left out" not in found.reading


@pytest.mark.parametrize("cents", [0, -500])
def test_amounts_of_nothing_and_below_do_no_harm(cents: int) -> None:
    engine = engine_of([row for i in range(40) for row in ((f"c{i}", START + i % 9, cents, False),)])
    found = followed(engine, 30, minimum_group=5)
    assert found.brought is not None and found.brought.number == cents / 100
    assert "nan" not in found.reading.lower()


def test_a_shop_without_orders_says_so() -> None:
    with pytest.raises(NotEnoughDataError, match="nobody ordered up to"):
        followed(by_hand(), -1)


def test_orders_after_the_end_of_observation_change_nothing() -> None:
    before = followed(by_hand(), 20)
    later = engine_of([
        *by_hand().rows("SELECT customer_id, day, revenue, is_return FROM days ORDER BY customer_id, day"),
        *rows("A", (21, 9900)), *rows("Z", (25, 100)),
    ])  # fmt: skip
    pd.testing.assert_frame_equal(followed(later, 20).table, before.table)


def test_no_cell_of_few_customers_is_shown_nor_found_by_taking_away() -> None:
    shop = Shop(n=260, joining_days=360, days=540, pace=0.01)
    found = follow_cohorts(shop.draw(5), observation_end=shop.end, currency="EUR")
    bought, others = found.bought, found.joining.sizes[:, None] - found.bought
    small = ((bought > 0) & (bought < 5)) | ((others > 0) & (others < 5))
    assert (found.seen & small).any() and found.hidden[found.seen & small].all()
    for k, share in enumerate(found.course):
        hidden = bought[found.followed & found.hidden[:, k], k]
        told = found.followed & ~found.hidden[:, k]
        left = round(share.number * (share.n or 0)) - bought[told, k].sum()  # what a reader finds by taking away
        assert left == hidden.sum() and len(hidden) != 1 and (left == 0 or left >= 5 or not (bought[told, k] > 0).any())


def test_shares_are_hidden_with_the_next_smallest() -> None:
    assert shares_to_hide([3], [40], 5).tolist() == [True]
    assert shares_to_hide([3, 20], [40, 40], 5).tolist() == [True, True]
    assert shares_to_hide([20, 30], [20, 40], 5).tolist() == [False, False]  # all of them is no few of others


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.52, 0.34, 0.26, 0.23), "More than half of that decline is over by days 31 to 60, with 34%"),  # 18 of 29
        ((0.52, 0.40, 0.26, 0.22), "More than half of that decline is over by days 61 to 90, with 26%"),
        ((0.52, 0.50, 0.48, 0.22), "More than half of that decline came in the last of these stretches"),
        ((0.52, 0.50, 0.50, 0.49), "That difference may be chance."),
    ],
)
def test_it_is_said_when_more_than_half_of_the_decline_is_over(shares: tuple[float, ...], said: str) -> None:
    shop = Shop(n=900, joining_days=360, days=540)
    found = follow_cohorts(shop.draw(3), observation_end=shop.end, currency="EUR")
    course = tuple(wilson_interval(round(1_000 * share), 1_000) for share in shares)
    assert said in replace(found, course=course).reading
