"""What a purchase of each customer contributes: Bühlmann's known case, laws, and signs where customers cost more."""

import numpy as np
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
    found = credible_means(means * counts, counts)
    best = 10 + counts / (counts + within / between) * (means - 10)
    assert np.abs(found - best).max() < 0.5
    errors = [float(((guess - truth) ** 2).mean()) for guess in (found, means, np.full(n, 10.0))]
    assert errors[0] < min(errors[1:])


def test_where_customers_do_not_differ_all_get_the_mean_of_all() -> None:
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 12, 5_000).astype(float)
    found = credible_means(rng.normal(10 * counts, 3 * counts**0.5), counts)
    assert float(np.ptp(found)) < 1.0
    assert found.mean() == pytest.approx(10, abs=0.2)


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.integers(1, 50)), min_size=1, max_size=40))
def test_each_lies_between_the_own_mean_and_that_of_all(rows: list[tuple[float, int]]) -> None:
    sums, counts = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found, own, centre = credible_means(sums, counts), sums / counts, sums.sum() / counts.sum()
    slack = 1e-6 * (1 + np.abs(own).max())
    assert (np.minimum(own, centre) - slack <= found).all() and (found <= np.maximum(own, centre) + slack).all()


def test_customers_who_cost_more_than_they_bring_are_expected_to_go_on_so() -> None:
    with open_study(ROOT / "data" / "corner-shop") as kit:
        expected, labels = expect_contribution(kit.customers).values, assign_segments(kit.customers).labels
        came = kit.customers.frame["holdout_contribution"].groupby(labels).mean()
    assert expected is not None
    foreseen = {name: float(expected[(labels == name).to_numpy()].mean()) for name in came.index}
    assert foreseen["candidates"] < 0 and came["candidates"] < 0
    assert foreseen["profit_bringers"] > foreseen["misunderstood"] > foreseen["lost"]
    assert abs(foreseen["lost"]) < 1
