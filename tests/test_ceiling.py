"""What agreement is held against: noise, and luck on the same measures."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.made.planted import planted_customers
from cxlab.agreement import Ceiling, PartitionError, agreement_ceiling, compare_partitions
from cxlab.agreement.ceiling import random_rule
from cxlab.clusters import fit_clusters, fit_labels
from cxlab.estimate import Estimate
from cxlab.plots.agreement import agreement_scale


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(0, 1000))
def test_a_random_rule_makes_groups_of_exactly_the_sizes_asked_for(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = np.round(rng.standard_normal((sum(sizes), 3)))  # many ties
    assert np.bincount(random_rule(features, np.array(sizes), rng), minlength=len(sizes)).tolist() == sizes


def test_a_random_rule_is_no_better_than_other_random_rules() -> None:
    customers = planted_customers(300, 1)
    clusters = fit_clusters(customers, k=4, seed=1)
    low = 0
    for seed in range(20):
        labels = random_rule(clusters.features.matrix, np.array([90, 90, 60, 60]), np.random.default_rng(1000 + seed))
        agreement = compare_partitions(pd.Series(labels).astype(str), clusters.labels, n_bootstrap=20)
        found = agreement_ceiling(
            customers.frame, agreement, clusters.labels, clusters.features.matrix, fit_labels,
            k=4, n_splits=0, n_rules=39, seed=seed,
        )  # fmt: skip
        low += found.p_value <= 0.05
    assert low <= 4  # 20 trials at 5 %: more than four happen once in 400 times


def test_a_partition_that_is_the_clusters_beats_every_random_rule() -> None:
    customers = planted_customers(300, 2)
    clusters = fit_clusters(customers, k=4, seed=1)
    agreement = compare_partitions(clusters.labels, clusters.labels, n_bootstrap=20)
    matrix = clusters.features.matrix
    found = agreement_ceiling(
        customers.frame, agreement, clusters.labels, matrix, fit_labels, k=4, n_splits=3, n_rules=99
    )
    assert found.p_value == 0.01
    assert 0 < found.noise_ceiling.number <= 1
    assert len(found.splits) == 3
    assert found.heading == "Segments and clusters draw nearly the same lines"


def test_the_noise_ceiling_is_a_middle_of_splits_and_claims_no_confidence() -> None:
    customers = planted_customers(100, 2)
    clusters = fit_clusters(customers, k=2, seed=1)
    agreement = compare_partitions(clusters.labels, clusters.labels, n_bootstrap=20)
    matrix = clusters.features.matrix
    found = agreement_ceiling(
        customers.frame, agreement, clusters.labels, matrix, fit_labels, k=2, n_splits=5, n_rules=19
    )
    told = found.findings["noise_ceiling"].as_finding()
    assert told.keys() == {"estimate", "n", "unit"} and told["estimate"] == pytest.approx(np.median(found.splits))
    assert found.split_band[0] < told["estimate"] < found.split_band[1]
    assert "no confidence interval" in found.reading


def test_too_few_customers_have_no_ceiling_and_the_reading_says_so() -> None:
    customers = planted_customers(40, 3)
    clusters = fit_clusters(customers, k=2, seed=1)
    agreement = compare_partitions(clusters.labels, clusters.labels, n_bootstrap=20)
    matrix = clusters.features.matrix
    found = agreement_ceiling(customers.frame, agreement, clusters.labels, matrix, fit_labels, k=2, n_rules=19)
    assert "noise_ceiling" not in found.findings
    assert "too few to be halved" in found.reading


def test_measures_of_other_customers_are_an_error() -> None:
    customers = planted_customers(60, 4)
    clusters = fit_clusters(customers, k=2, seed=1)
    agreement = compare_partitions(clusters.labels, clusters.labels, n_bootstrap=20)
    with pytest.raises(PartitionError, match="same customers"):
        agreement_ceiling(customers.frame, agreement, clusters.labels, np.zeros((3, 2)), fit_labels, k=2)


def test_standing_out_and_the_band_are_told_by_the_result_and_the_figure_says_the_same() -> None:
    rules = np.linspace(0, 0.8, 41)
    observed = Estimate(0.9, 0.8, 0.95, n=100)
    found = Ceiling(Estimate(n=100), np.zeros(0), rules, observed, 0.05)
    assert found.stands_out
    assert found.random_band == pytest.approx((0.02, 0.4, 0.78))
    assert "more than random rules" in agreement_scale.block(found).caption.title
    chance = dataclasses.replace(found, p_value=0.051)
    assert not chance.stands_out
    assert (
        "random rules of the same sizes agree with the clusters as much" in agreement_scale.block(chance).caption.title
    )
    assert found.heading == "Segments and clusters draw nearly the same lines"
    assert "random rules agree with the clusters as much" in chance.heading
    assert "partly" in dataclasses.replace(found, observed=Estimate(0.4, 0.3, 0.5, n=100)).heading
    for p_value in (0.01, 0.5):
        low = dataclasses.replace(found, observed=Estimate(0.1, 0.0, 0.2, n=100), p_value=p_value)
        assert low.heading == "Left to itself, the data draws other lines"
    numbers = agreement_scale.block(found).numbers
    assert numbers is not None
    assert [cell.text for cell in numbers.rows[0][1:]] == ["0.40", "0.02\u20130.78"]


def test_of_many_customers_some_are_drawn_by_lot_and_the_page_says_so() -> None:
    customers = planted_customers(400, 3)
    clusters = fit_clusters(customers, k=4, seed=1)
    agreement = compare_partitions(clusters.labels, clusters.labels, n_bootstrap=20)
    given = customers.frame, agreement, clusters.labels, clusters.features.matrix, fit_labels
    drawn = agreement_ceiling(*given, k=4, n_splits=3, n_rules=19, most_customers=150)
    every = agreement_ceiling(*given, k=4, n_splits=3, n_rules=19)
    assert (drawn.n_customers, drawn.n_drawn, drawn.noise_ceiling.n) == (400, 150, 150)
    assert (every.n_customers, every.n_drawn, every.noise_ceiling.n) == (400, 400, 400)
    assert "150 customers drawn by lot of 400" in drawn.reading and "by lot" not in every.reading
    assert drawn.observed == every.observed and len(set(drawn.random_rules)) > 1
    assert drawn.p_value == every.p_value == 0.05
