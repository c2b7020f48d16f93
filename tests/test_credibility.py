"""What a purchase of each customer contributes: Bühlmann's known case, laws, and signs where customers cost more."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.kit import open_study
from cxlab.purchases import expect_contribution
from cxlab.purchases.credibility import credible_means
from cxlab.segments import assign_segments
from tests.conftest import ROOT


def test_the_share_of_the_own_mean_is_that_of_known_variances() -> None:
    rng = np.random.default_rng(1)
    n, between, within = 20_000, 4.0, 12.0
    counts = rng.integers(1, 12, n).astype(float)
    truth = rng.normal(10, between**0.5, n)
    means = rng.normal(truth, (within / counts) ** 0.5)
    found = credible_means(means * counts, counts, within)
    best = 10 + counts / (counts + within / between) * (means - 10)
    assert np.abs(found - best).max() < 0.5
    errors = [float(((guess - truth) ** 2).mean()) for guess in (found, means, np.full(n, 10.0))]
    assert errors[0] < min(errors[1:])


def test_where_customers_do_not_differ_all_get_the_mean_of_all() -> None:
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 12, 5_000).astype(float)
    found = credible_means(rng.normal(10 * counts, 3 * counts**0.5), counts, 9.0)
    assert float(np.ptp(found)) < 1.0
    assert found.mean() == pytest.approx(10, abs=0.2)


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.integers(1, 50)), min_size=1, max_size=40), st.floats(1e-3, 1e6))
def test_each_lies_among_the_own_means_and_those_alike_in_number_keep_their_order(
    rows: list[tuple[float, int]], within: float
) -> None:
    sums, counts = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found, own = credible_means(sums, counts, within), sums / counts
    slack = 1e-6 * (1 + np.abs(own).max())
    assert (own.min() - slack <= found).all() and (found <= own.max() + slack).all()
    for number in np.unique(counts):
        mine = counts == number
        order = np.argsort(own[mine], kind="stable")
        assert (np.diff(found[mine][order]) >= -slack).all()


def test_who_buys_much_at_a_loss_is_expected_to_go_on_so_although_the_others_buy_at_a_gain() -> None:
    rng = np.random.default_rng(5)
    counts = np.r_[rng.integers(1, 8, 300), rng.integers(10, 30, 100)].astype(float)
    truth = np.r_[np.full(300, 20.0), np.full(100, -4.0)]
    means = rng.normal(truth, 5.0 / counts**0.5)
    found = credible_means(means * counts, counts, 25.0)
    assert found[300:].max() < 0 < found[:300].min()


@pytest.mark.thorough
def test_the_variance_within_is_that_of_purchases_with_what_follows_them() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        found, end = kit.customers.purchase_variance, pd.Timestamp(kit.customers.calibration_end)
        days = kit.intake.engine.frame("SELECT * FROM days ORDER BY customer_id, day")
        effort = kit.intake.engine.frame(
            "SELECT customer_id, day, serve + gesture AS spent FROM effort ORDER BY customer_id, day"
        )
        rate = kit.parameters.margin_rate
    last = (end - pd.Timestamp(0)).days
    sign = np.where(days["is_return"], -1.0, 1.0)
    money = sign * (days["revenue"] - days["uncosted"] - days["cost"] + rate * days["uncosted"])
    opens = (days["n_orders"] > 0) & ~days["is_return"].astype(bool)
    moves = pd.concat(
        [
            pd.DataFrame({"who": days["customer_id"], "day": days["day"], "opens": opens.astype(int), "money": money}),
            pd.DataFrame({"who": effort["customer_id"], "day": effort["day"], "opens": 0, "money": -effort["spent"]}),
        ]
    )
    moves = moves[moves["day"] <= last]
    by_day = moves.groupby(["who", "day"], as_index=False)[["opens", "money"]].sum()
    by_day["purchase"] = by_day.groupby("who")["opens"].cumsum().clip(lower=1)
    purchases = by_day.groupby(["who", "purchase"])["money"].sum() / 100
    each = purchases.groupby("who").agg(["var", "count"]).query("count > 1")
    pooled = (each["var"] * (each["count"] - 1)).sum() / (each["count"] - 1).sum()
    assert found == pytest.approx(pooled)


@pytest.mark.thorough
def test_customers_who_cost_more_than_they_bring_are_expected_to_go_on_so() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        found, labels = expect_contribution(kit.customers), assign_segments(kit.customers).labels
        came = kit.customers.frame["holdout_contribution"].groupby(labels).mean()
    expected = found.values  # noqa: PD011
    assert expected is not None
    foreseen = {name: float(expected[(labels == name).to_numpy()].mean()) for name in came.index}
    assert foreseen["candidates"] < 0 and came["candidates"] < 0
    assert foreseen["profit_bringers"] > foreseen["misunderstood"] > foreseen["lost"]
    assert abs(foreseen["lost"]) < 1
