"""Findings and intervals."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from cxlab import estimate
from cxlab.estimate import (
    Estimate,
    bootstrap_sums,
    bootstrap_weights,
    log_normal_interval,
    normal_interval,
    percentile_interval,
    wilson_interval,
)

anything = st.one_of(st.none(), st.floats(), st.integers(), st.text())


@given(anything, st.none() | st.floats(), st.none() | st.floats())
def test_a_finding_never_holds_nan_or_infinity(
    value: float | int | str | None, low: float | None, high: float | None
) -> None:
    finding = Estimate(value, low, high, n=3, unit="x").as_finding()
    json.dumps(finding, allow_nan=False)
    assert ("low" in finding) == ("high" in finding)
    assert "estimate" in finding or "low" not in finding


def test_a_normal_interval_is_the_textbook_one() -> None:
    estimate = normal_interval(10.0, 2.0)
    assert estimate.low == pytest.approx(10 - 1.959964 * 2, abs=1e-5)
    assert estimate.high == pytest.approx(10 + 1.959964 * 2, abs=1e-5)


@given(st.floats(0.01, 100), st.floats(0.001, 100))
def test_a_log_scale_interval_never_leaves_the_positive_numbers(value: float, standard_error: float) -> None:
    estimate = log_normal_interval(value, standard_error)
    assert estimate.low is not None and estimate.high is not None
    assert 0 <= estimate.low <= value <= estimate.high
    if math.isfinite(estimate.high) and estimate.low > 0:
        assert estimate.low * estimate.high == pytest.approx(value**2, rel=1e-6)


def test_wilsons_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    n, truths = 40, np.linspace(0.05, 0.95, 91)
    low, high = np.array([(e.low, e.high) for e in (wilson_interval(k, n) for k in range(n + 1))]).T
    covered = [binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in truths]
    assert 0.945 < np.mean(covered) < 0.965


def test_bootstrap_draws_that_are_not_finite_are_an_error_and_not_dropped() -> None:
    with pytest.raises(ValueError, match="1 of 3"):
        percentile_interval(1.0, np.array([1.0, np.nan, 2.0]))


@given(st.integers(1, 50), st.integers(1, 20), st.integers(0, 2**31))
def test_every_bootstrap_sample_is_as_large_as_the_data_and_repeats_with_its_seed(
    n: int, draws: int, seed: int
) -> None:
    weights = bootstrap_weights(n, draws, seed)
    assert weights.shape == (draws, n)
    assert (weights.sum(axis=1) == n).all()
    assert (weights == bootstrap_weights(n, draws, seed)).all()


def test_customers_drawn_by_the_lot_tell_the_same_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "MOST_DRAWN", 1_500)
    rng = np.random.default_rng(7)
    x = np.column_stack([rng.gamma(0.3, 10, 4_000), np.ones(4_000), 100 + rng.standard_normal(4_000)])
    drawn = bootstrap_sums(x, 2_000, seed=1)
    assert drawn[:, 1] == pytest.approx(4_000)  # as many customers in each sample, though the lots differ in size
    wanted = x.std(axis=0) * np.sqrt(4_000)
    assert drawn.std(axis=0)[[0, 2]] == pytest.approx(wanted[[0, 2]], rel=0.06)
    assert drawn.mean(axis=0) == pytest.approx(x.sum(axis=0), rel=0.01)


def test_intervals_by_the_lot_cover_the_truth_as_often_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "MOST_DRAWN", 300)
    rng, covered = np.random.default_rng(8), 0
    for seed in range(400):
        x = np.column_stack([rng.gamma(0.8, 1.0, 1_000), rng.gamma(0.8, 1.0, 1_000)])
        sums, drawn = x.sum(axis=0), bootstrap_sums(x, 200, seed)
        found = percentile_interval(float(sums[0] / sums[1]), drawn[:, 0] / drawn[:, 1])
        covered += found.ends[0] <= 1.0 <= found.ends[1]
    assert 0.92 <= covered / 400 <= 0.975, covered / 400
