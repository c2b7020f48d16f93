"""What sets clusters apart, who is typical, and what moves them: sample or search."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.made.grouped import customers_of, grouped, ungrouped
from benchmarks.made.planted import planted_customers
from cxlab.clusters import (
    cluster_contrasts,
    cluster_stability,
    fit_clusters,
    fit_features,
    search_luck,
    typical_customers,
)
from cxlab.clusters.contrasts import standardised_differences
from cxlab.clusters.search_luck import SearchLuck
from cxlab.clusters.typical import SHARE_MEANT, nearest_to_medians
from cxlab.customers import Customers
from cxlab.kit import open_study

ROOT = Path(__file__).resolve().parent.parent


class TestDifferences:
    def test_the_difference_is_cohens_d(self) -> None:
        rng = np.random.default_rng(1)
        inside = np.arange(900) < 300
        matrix = rng.normal(size=(900, 2)) * [1.0, 3.0] + np.where(inside[:, None], [1.0, -1.5], 0.0)
        found = standardised_differences(matrix, inside)
        for j, e in enumerate(found):
            a, b = matrix[inside, j], matrix[~inside, j]
            within = np.sqrt((300 * a.var() + 600 * b.var()) / 900)
            assert e.number == pytest.approx((a.mean() - b.mean()) / within)
        assert found[0].number == pytest.approx(1.0, abs=0.15)
        assert found[1].number == pytest.approx(-0.5, abs=0.15)

    @pytest.mark.parametrize("lopsided", [False, True])
    def test_intervals_hold_the_truth_as_often_as_they_say(self, lopsided: bool) -> None:
        # 400 draws: a coverage of .95 would show less than .92 or more than .98 in 1 of 150 runs.
        held = 0
        for seed in range(400):
            rng = np.random.default_rng(seed)
            inside = rng.random(300) < 0.3
            noise = rng.exponential(1.0, 300) - 1.0 if lopsided else rng.normal(size=300) * np.where(inside, 1.0, 2.0)
            within = 1.0 if lopsided else np.sqrt(0.3 * 1.0 + 0.7 * 4.0)
            e = standardised_differences((noise + inside)[:, None], inside)[0]
            held += e.low <= 1.0 / within <= e.high  # type: ignore[operator]
        assert 0.92 <= held / 400 <= 0.98

    def test_the_interval_is_about_as_wide_as_that_of_a_bootstrap(self) -> None:
        customers, _ = grouped(400, 1, 3)
        clusters = fit_clusters(customers, k=3, seed=1)
        matrix, inside = clusters.features.matrix, clusters.codes == 0
        rng = np.random.default_rng(1)
        rows = rng.integers(0, 400, size=(500, 400))
        drawn = np.array([[e.number for e in standardised_differences(matrix[r], inside[r])] for r in rows])
        for e, spread in zip(standardised_differences(matrix, inside), drawn.std(0), strict=True):
            assert (e.high - e.low) / 3.92 == pytest.approx(spread, rel=0.15)  # type: ignore[operator]

    def test_what_is_the_same_for_all_within_has_no_difference(self) -> None:
        inside = np.arange(40) < 20
        e = standardised_differences(inside[:, None].astype(float), inside)[0]
        assert not e.has_interval and e.value is None

    def test_planted_differences_come_first_with_medians_in_days_and_money(self) -> None:
        rng = np.random.default_rng(1)
        dear = np.arange(300) < 120
        value = np.where(dear, 200.0, 20.0) * rng.lognormal(0, 0.2, 300)
        customers = customers_of(rng.poisson(4, 300).astype(float), rng.gamma(3, 20, 300), value)
        contrasts = cluster_contrasts(fit_clusters(customers, k=2, seed=1), customers)
        first = contrasts.contrasts[0]
        assert (first.letter, first.feature) == ("A", "mean_order_value")
        assert first.median_inside == pytest.approx(200, rel=0.1)
        assert first.median_outside == pytest.approx(20, rel=0.1)
        assert "A lies above the others most in mean order value" in contrasts.reading
        assert "they do is no finding" in contrasts.reading
        assert contrasts.findings["apart.A.mean_order_value"].number == first.difference.number

    def test_a_small_cluster_is_not_spoken_of(self) -> None:
        customers, _ = grouped(300, 1, 3)
        contrasts = cluster_contrasts(fit_clusters(customers, k=3, seed=1), customers, minimum_group=101)
        small = {letter for letter, size in contrasts.size.items() if size < 101}
        assert small
        assert not small & set(contrasts.table["cluster"])
        assert not any(key.split(".")[1] in small for key in contrasts.findings)
        nobody = dataclasses.replace(contrasts, minimum_group=1_000)
        assert nobody.reading == "No cluster is large enough to say what sets it apart."
        assert nobody.table.empty
        assert nobody.heading.startswith("No cluster is large enough") and nobody.strongest is None

    def test_of_two_clusters_one_sentence_says_it_for_both(self) -> None:
        customers, _ = grouped(300, 1, 2)
        contrasts = cluster_contrasts(fit_clusters(customers, k=2, seed=1), customers)
        assert contrasts.heading.startswith("The two differ most in")
        assert contrasts.reading.count("the others most in") == 1
        assert contrasts.letters == ("A", "B") and contrasts.currency == "EUR"


def contradictions(customers: Customers, k: int, seed: int) -> list[tuple[str, str, float, float]]:
    """Figures of typical customers more than half a standard deviation within from the cluster's median."""
    clusters = fit_clusters(customers, k=k, seed=seed)
    found = []
    for t in typical_customers(clusters, customers).typical:
        own = customers.frame[(clusters.labels == t.letter).to_numpy()]
        for feature in clusters.features.used:
            values, value = feature.raw(own), t.measures[feature.name]
            median = float(np.median(values))
            if abs(value - median) > 0.5 * values.std():
                found.append((t.letter, feature.name, value, median))
    return found


class TestTypicalCustomers:
    def test_the_unit_of_a_measure_changes_nothing_and_whoever_is_as_near_counts_too(self) -> None:
        matrix = np.random.default_rng(1).normal(size=(60, 3))
        near = nearest_to_medians(matrix, 5)
        assert len(near) == 6
        np.testing.assert_array_equal(nearest_to_medians(matrix * [1.0, 50.0, 1e-3], 5), near)
        assert len(nearest_to_medians(np.repeat(matrix, 3, axis=0), 5)) == 18
        assert len(nearest_to_medians(np.ones((9, 2)), 5)) == 9

    def test_it_stands_for_a_tenth_and_five_at_least_in_two_digits_and_is_nobody(self) -> None:
        customers = planted_customers(600, 2)
        clusters = fit_clusters(customers, k=4, seed=1)
        found = typical_customers(clusters, customers, minimum_group=1)
        assert [t.letter for t in found.typical] == list(clusters.letters)
        for t in found.typical:
            assert t.n_meant >= max(5, round(SHARE_MEANT * t.customers))
            assert all(value == float(f"{value:.2g}") for value in t.measures.values())
            exact = customers.frame["mean_order_value"].to_numpy()
            assert not np.isclose(exact, t.measures["mean_order_value"], rtol=1e-6).any()
        assert "customer_id" not in found.table
        assert "nobody’s own figures" in found.reading

    @pytest.mark.parametrize("k", [2, 3, 5])
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_each_figure_lies_near_the_clusters_median(self, k: int, seed: int) -> None:
        customers, _ = grouped(600, seed, k)
        assert contradictions(customers, k, seed) == []

    @pytest.mark.thorough
    @pytest.mark.parametrize("k", [2, 4, 6])
    def test_in_the_corner_shop_it_does_not_contradict_the_medians(self, k: int) -> None:
        with open_study(ROOT / "data" / "corner-shop") as kit:
            assert contradictions(kit.customers, k, seed=1) == []

    def test_a_cluster_that_is_too_small_has_none(self) -> None:
        customers, _ = grouped(300, 1, 3)
        clusters = fit_clusters(customers, k=3, seed=1)
        size = np.bincount(clusters.codes)
        found = typical_customers(clusters, customers, minimum_group=int(size.min()) + 1)
        assert found.n_left == (size <= size.min()).sum()
        assert "not shown" in found.reading
        none = typical_customers(clusters, customers, minimum_group=1_000)
        assert none.typical == () and none.reading.startswith("No cluster is large enough")

    def test_the_order_of_the_rows_changes_nothing(self) -> None:
        customers, _ = grouped(300, 2, 3)
        frame = customers.frame.sample(frac=1, random_state=1).reset_index(drop=True)
        mixed = dataclasses.replace(customers, frame=frame)
        one, other = (typical_customers(fit_clusters(c, k=3, seed=1), c).table for c in (customers, mixed))
        pd.testing.assert_frame_equal(one, other)


def luck(customers: object, k: int) -> SearchLuck:
    clusters = fit_clusters(customers, k=k, seed=1)  # type: ignore[arg-type]
    return search_luck(clusters, cluster_stability(clusters, n_bootstrap=20, seed=1), seed=1, n_starts=30)


class TestSearchLuck:
    def test_two_clear_groups_are_moved_by_neither(self) -> None:
        found = luck(grouped(400, 1, 2)[0], 2)
        assert set(found.moved_by) == {"neither"}
        assert found.reached.number == 1.0 and found.missed == 0.0

    def test_where_one_start_often_misses_clear_groups_the_search_is_blamed_and_not_the_sample(self) -> None:
        # Eight groups far apart: a single start often joins two and cuts a third, while resamples, helped, come back.
        rng = np.random.default_rng(1)
        corner = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float) * 12
        z = corner[rng.integers(0, 8, 800)] + rng.normal(size=(800, 3))
        customers = customers_of(
            np.round(np.expm1(1.2 + 0.2 * np.maximum(z[:, 0], -5))),
            np.exp(3 + 0.2 * z[:, 1]),
            np.exp(2 + 0.2 * z[:, 2]),
        )
        found = luck(customers, 8)
        assert found.stability.draws.mean() > 0.95
        assert found.draws.mean() < found.stability.draws.mean()
        assert found.reached.number < 1.0
        assert "sample" not in found.moved_by and "both" not in found.moved_by

    def test_an_arbitrary_division_is_moved_by_the_sample(self) -> None:
        rng = np.random.default_rng(2)
        z = np.exp(0.4 * rng.normal(size=(300, 3)) + [3, 5, 3])
        found = luck(customers_of(np.round(z[:, 0]), z[:, 1], z[:, 2]), 6)
        assert {"sample", "both"} & set(found.moved_by)
        assert "with the luck of" in found.reading

    def test_the_table_has_both_kinds_of_luck_side_by_side(self) -> None:
        found = luck(ungrouped(300, 1), 3)
        table = found.table
        assert list(table["cluster"]) == ["A", "B", "C"]
        for kind in ("resamples", "starts"):
            assert table[f"{kind}_jaccard"].between(table[f"{kind}_low"], table[f"{kind}_high"]).all()
        assert set(found.findings) == {"starts.A", "starts.B", "starts.C", "starts_reaching_best"}
        assert (found.spread >= 1).all()
        assert "in other samples" in found.reading and "from other starts" in found.reading
        assert "Neither moves any of them" in found.reading or "By the line of 0.75" in found.reading

    def test_a_small_cluster_is_not_spoken_of(self) -> None:
        found = luck(grouped(300, 1, 2)[0], 2)
        hidden = dataclasses.replace(found, stability=dataclasses.replace(found.stability, minimum_group=1_000))
        assert "in other samples" not in hidden.reading

    def test_features_given_are_those_that_are_searched(self) -> None:
        customers = ungrouped(300, 1)
        clusters = fit_clusters(customers, k=2, seed=1, features=fit_features(customers))
        stability = cluster_stability(clusters, n_bootstrap=20, seed=1)
        one, other = (search_luck(clusters, stability, seed=4, n_starts=10) for _ in range(2))
        np.testing.assert_array_equal(one.draws, other.draws)
