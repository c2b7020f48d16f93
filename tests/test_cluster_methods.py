"""Four methods behind one call: planted groups are found by each, and how far they agree is told as it is."""

import dataclasses
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from benchmarks.made.grouped import customers_of, grouped, ungrouped
from cxlab.clusters import (
    METHODS,
    NOISE,
    compare_methods,
    features_of,
    fit_all_methods,
    fit_clusters,
    fit_features,
    fit_method,
)
from cxlab.clusters.kmeans import count_different
from cxlab.clusters.method_agreement import OTHERS
from cxlab.clusters.methods import Method
from cxlab.clusters.mixture import spread_ties
from cxlab.clusters.ward import ward
from cxlab.errors import NotEnoughDataError

Array = NDArray[np.float64]
every_method = pytest.mark.parametrize("method", METHODS)


def corners(n: int, seed: int, k: int, *, apart: float = 4.0, wide: int = 4) -> tuple[Array, NDArray[np.int64]]:
    """Draw rows in k round groups, all of them equally far apart."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n)
    return apart / np.sqrt(2) * np.eye(wide)[truth] + rng.normal(size=(n, wide)), truth


class TestTruth:
    @pytest.mark.parametrize("method", ["k_means", "gaussian_mixture", "ward"])
    def test_groups_four_standard_deviations_apart_are_found(self, method: Method) -> None:
        alike = []
        for seed, k in enumerate((2, 3, 4)):
            matrix, truth = corners(1_200, seed, k)
            alike.append(adjusted_rand_score(truth, fit_method(method, matrix, k, seed=1).codes))
        assert np.mean(alike) > (0.7 if method == "ward" else 0.85)  # Ward cuts where groups meet

    def test_hdbscan_finds_the_number_by_itself_where_groups_stand_clear(self) -> None:
        for k in (2, 3, 4):
            matrix, truth = corners(1_200, k, k, apart=8.0)
            found = fit_method("hdbscan", matrix, None, seed=1)
            placed = found.codes != NOISE
            assert found.k == k
            assert found.noise_share < 0.2
            assert adjusted_rand_score(truth[placed], found.codes[placed]) > 0.99

    def test_in_one_cloud_hdbscan_finds_no_groups(self) -> None:
        for seed in range(6):
            cloud = np.random.default_rng(seed).normal(size=(700, 3))
            found = fit_method("hdbscan", cloud, None, seed=1)
            assert found.k == 0 and found.noise_share == 1.0
        assert "0 clusters and leaves 100% as noise, in no cluster" in found.reading

    def test_ward_is_that_of_scikit_learn(self) -> None:
        for seed in range(4):
            matrix = np.random.default_rng(seed).normal(size=(400, 3))
            for k in (1, 2, 5, 150, 400):
                reference = AgglomerativeClustering(k).fit(matrix).labels_
                assert adjusted_rand_score(reference, ward(matrix, k)) == 1.0

    def test_ward_keeps_equal_customers_together(self) -> None:
        matrix = np.random.default_rng(1).integers(0, 4, size=(500, 2)).astype(float)
        codes = ward(matrix, 5)
        kind = np.unique(matrix, axis=0, return_inverse=True)[1].reshape(-1)
        assert all(len(np.unique(codes[kind == one])) == 1 for one in range(kind.max() + 1))


class TestInterface:
    @every_method
    def test_the_same_seed_gives_the_same_clusters_and_those_who_were_fitted_stay_where_they_are(
        self, method: Method
    ) -> None:
        matrix = fit_features(ungrouped(700, 2)).matrix
        one, other = (fit_method(method, matrix, 3, seed=5) for _ in range(2))
        np.testing.assert_array_equal(one.codes, other.codes)
        np.testing.assert_array_equal(one.predict(matrix), one.codes)
        np.testing.assert_array_equal(one.predict(matrix[50:60]), one.codes[50:60])

    @every_method
    def test_clusters_are_numbered_by_size_without_gaps(self, method: Method) -> None:
        codes = fit_method(method, corners(900, 3, 4)[0], 4, seed=1).codes
        size = np.bincount(codes[codes != NOISE])
        assert (size > 0).all() and (np.diff(size) <= 0).all()

    @every_method
    def test_the_order_of_the_rows_changes_nothing_where_groups_are_clear(self, method: Method) -> None:
        matrix, _ = corners(600, 4, 3, apart=8.0)
        mixed = np.random.default_rng(1).permutation(len(matrix))
        one, other = fit_method(method, matrix, 3, seed=1).codes, fit_method(method, matrix[mixed], 3, seed=1).codes
        assert adjusted_rand_score(one[mixed], other) == pytest.approx(1.0)

    def test_centres_are_those_of_the_clusters_that_bear_their_numbers(self) -> None:
        matrix, _ = corners(900, 5, 3)
        for method in ("k_means", "gaussian_mixture"):
            found = fit_method(method, matrix, 3, seed=1)
            assert found.centres is not None
            for c in range(3):
                np.testing.assert_allclose(found.centres[c], matrix[found.codes == c].mean(0), atol=0.15)
        assert fit_method("ward", matrix, 3, seed=1).centres is None

    def test_many_customers_are_put_to_the_likest_of_a_sample_and_it_is_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cxlab.clusters.methods.MOST_FITTED", 400)
        matrix, truth = corners(2_000, 6, 3, apart=6.0)
        found = fit_method("ward", matrix, 3, seed=1)
        assert found.n_fitted == 400
        assert adjusted_rand_score(truth, found.codes) > 0.95
        assert "a sample of 400, the others put to the cluster of the most alike customer" in found.reading
        assert fit_method("k_means", matrix, 3, seed=1).n_fitted == 2_000

    def test_noise_stays_noise_for_others(self) -> None:
        matrix, _ = corners(600, 7, 2, apart=6.0)
        found = fit_method("hdbscan", matrix, None, seed=1)
        noise = matrix[found.codes == NOISE]
        assert len(noise)
        assert (found.predict(noise + 1e-9) == NOISE).all()
        near = cKDTree(matrix).query(matrix + 1e-6)[1]
        np.testing.assert_array_equal(found.predict(matrix + 1e-6), found.codes[near])

    def test_a_number_is_asked_for_where_it_is_needed(self) -> None:
        with pytest.raises(ValueError, match="Ward needs the number of clusters"):
            fit_method("ward", corners(50, 1, 2)[0], None, seed=1)


class TestLittleToGoBy:
    @every_method
    def test_customers_who_are_all_alike_are_refused_with_the_remedy(self, method: Method) -> None:
        with pytest.raises(NotEnoughDataError, match=r"50 customers are all alike.*: bring more orders"):
            fit_method(method, np.ones((50, 2)), 3, seed=1)

    @every_method
    def test_more_clusters_than_kinds_are_cut_to_what_there_is(self, method: Method) -> None:
        matrix = np.tile([[0.0, 0.0], [1.0, 5.0], [2.0, 9.0]], (20, 1))
        found = fit_method(method, matrix, 8, seed=1)
        assert found.k <= 3
        np.testing.assert_array_equal(found.predict(matrix), found.codes)

    @every_method
    def test_few_customers_give_an_answer(self, method: Method) -> None:
        found = fit_method(method, np.random.default_rng(1).normal(size=(7, 2)), 2, seed=1)
        assert len(found.codes) == 7 and "nan" not in found.reading

    def test_constant_missing_and_twice_told_measures_are_left_out_before_any_method_sees_them(self) -> None:
        rng = np.random.default_rng(1)
        customers = customers_of(rng.poisson(3, 200).astype(float), rng.gamma(2, 40, 200), np.full(200, 20.0))
        earned = 6.0 * (1 + customers.frame["repeat_purchases"])
        frame = customers.frame.assign(cost_to_serve=np.nan, contribution=earned)
        features = features_of(frame)
        reasons = {f.name: f.left_out for f in features.candidates}
        assert reasons["mean_order_value"] == "the same for 100%"
        assert reasons["service_per_order"] == "unknown for 100%"
        assert reasons["contribution"].startswith("told already")
        for grouping in fit_all_methods(features.matrix, 3, seed=1).values():
            assert len(grouping.codes) == 200


class TestTies:
    def test_counts_are_spread_over_their_steps_and_measured_values_hardly_move(self) -> None:
        rng = np.random.default_rng(1)
        counts, measured = rng.poisson(1.0, 2_000).astype(float), rng.normal(size=2_000)
        smooth = spread_ties(np.column_stack([counts, measured]), 1)
        assert np.abs(smooth[:, 0] - counts).max() <= 0.5
        assert len(np.unique(smooth[:, 0])) == 2_000
        assert np.median(np.abs(smooth[:, 1] - measured)) < 0.01
        np.testing.assert_array_equal(spread_ties(np.ones((5, 1)), 1), np.ones((5, 1)))

    def test_one_time_buyers_are_no_needle_that_a_curve_shrinks_to(self) -> None:
        features = fit_features(ungrouped(600, 1))
        found = fit_method("gaussian_mixture", features.matrix, 4, seed=1)
        assert np.isfinite(found.centres).all()  # type: ignore[arg-type]
        assert found.k >= 2

    def test_rows_are_counted_as_different_up_to_what_is_asked(self) -> None:
        rows = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
        assert [count_different(rows, most) for most in (2, 3, 9)] == [2, 3, 3]


class TestAgreement:
    def test_where_groups_are_clear_the_answer_does_not_hang_on_the_method(self) -> None:
        customers, _ = grouped(600, 3, 3, apart=6.0)
        agreement = compare_methods(fit_clusters(customers, k=3, seed=1), seed=1, n_bootstrap=50)
        assert not agreement.hangs_on_method
        assert agreement.reading.startswith("The answer does not hang on the method")
        assert agreement.heading == "All 3 other methods give the same clusters"
        assert agreement.same == OTHERS and not agreement.rivals and not agreement.by_one_time
        assert all(pair.adjusted_rand.number > 0.9 for pair in agreement.with_chosen.values())

    def test_in_one_cloud_it_hangs_on_the_method(self) -> None:
        rng = np.random.default_rng(1)
        z = np.exp(0.4 * rng.normal(size=(500, 3)) + [3, 5, 3])
        customers = customers_of(np.round(z[:, 0]), z[:, 1], z[:, 2])
        agreement = compare_methods(fit_clusters(customers, k=5, seed=1), seed=1, n_bootstrap=50)
        assert agreement.hangs_on_method
        assert {"ward", "hdbscan"} <= set(agreement.differing)
        assert agreement.reading.startswith("The answer hangs on the method")
        assert "finds no cluster" in agreement.reading or "finds a single cluster" in agreement.reading
        assert "nan" not in agreement.reading.lower()
        assert "adjusted_rand_index" in agreement.table and len(agreement.table) == 6

    def test_the_indices_are_those_of_scikit_learn_and_lie_in_their_intervals(self) -> None:
        clusters = fit_clusters(ungrouped(400, 3), k=4, seed=1)
        agreement = compare_methods(clusters, seed=1, n_bootstrap=100)
        codes = {"chosen": clusters.codes, **{m: found.codes for m, found in agreement.groupings.items()}}
        for pair in agreement.pairs:
            e = pair.adjusted_rand
            both = (codes[pair.first] != NOISE) & (codes[pair.second] != NOISE)
            if e.has_interval:
                held = codes[pair.first][both], codes[pair.second][both]
                assert e.number == pytest.approx(adjusted_rand_score(*held))
                assert pair.adjusted_mutual_information == pytest.approx(adjusted_mutual_info_score(*held))
                assert e.low <= e.number <= e.high  # type: ignore[operator]

    def test_a_division_agrees_with_itself_whatever_its_numbers(self) -> None:
        customers, _ = grouped(300, 1, 3)
        clusters = fit_clusters(customers, k=3, seed=1)
        swapped = dataclasses.replace(
            clusters,
            labels=clusters.labels.map({"A": "C", "B": "B", "C": "A"}).rename("cluster"),
            centres=clusters.centres[::-1],
        )
        one, other = (compare_methods(each, seed=1, n_bootstrap=20) for each in (clusters, swapped))
        for method in OTHERS:
            assert one.with_chosen[method].adjusted_rand.number == pytest.approx(
                other.with_chosen[method].adjusted_rand.number
            )

    def test_a_method_that_leaves_most_as_noise_does_not_count_as_the_same_answer(self) -> None:
        customers, _ = grouped(600, 3, 3, apart=6.0)
        agreement = compare_methods(fit_clusters(customers, k=3, seed=1), seed=1, n_bootstrap=20)
        pair = agreement.with_chosen["hdbscan"]
        assert pair.alike
        silent = dataclasses.replace(pair, placed=0.4)
        assert silent.open and not silent.alike
        pairs = tuple(silent if each is pair else each for each in agreement.pairs)
        without = dataclasses.replace(agreement, pairs=pairs)
        assert not without.hangs_on_method and without.heading == "The Gaussian mixture and Ward give the same clusters"
        assert "has no answer to hold against them" in without.reading

    def test_methods_that_find_only_who_bought_once_are_said_to(self) -> None:
        rng = np.random.default_rng(1)
        once = rng.random(600) < 0.5
        repeats = np.where(once, 0.0, 1.0 + rng.poisson(30, 600))
        customers = customers_of(repeats, rng.gamma(3, 20, 600), rng.lognormal(3, 0.5, 600))
        clusters = fit_clusters(customers, k=2, seed=1)
        wrong = dataclasses.replace(
            clusters, labels=pd.Series(np.where(rng.random(600) < 0.5, "A", "B"), clusters.labels.index, dtype="str")
        )
        agreement = compare_methods(wrong, seed=1, n_bootstrap=20)
        assert {"gaussian_mixture", "ward"} <= set(agreement.by_one_time)
        assert ("gaussian_mixture", "ward") in agreement.rivals
        assert "though, agree with each other" in agreement.reading
        assert "the split into one-time and repeat buyers, which is known" in agreement.reading

    def test_noise_that_is_a_few_customers_is_not_counted_out(self) -> None:
        customers, _ = grouped(600, 3, 3, apart=6.0)
        agreement = compare_methods(fit_clusters(customers, k=3, seed=1), seed=1, n_bootstrap=20)
        share = agreement.groupings["hdbscan"].noise_share
        assert share > 0 and agreement.noise("hdbscan") == f"{100 * share:.0f}%"
        strict = dataclasses.replace(agreement, minimum_group=1 + round(600 * share))
        assert f"leaves under {strict.minimum_group} as noise" in strict.reading

    def test_an_index_just_below_the_line_is_not_written_as_if_it_reached_it(self) -> None:
        customers, _ = grouped(300, 1, 2)
        pair = compare_methods(fit_clusters(customers, k=2, seed=1), seed=1, n_bootstrap=20).pairs[0]
        written = {
            index: dataclasses.replace(pair, adjusted_rand=dataclasses.replace(pair.adjusted_rand, value=index)).written
            for index in (0.794, 0.798, 0.8, 0.913)
        }
        assert written == {0.794: "0.79", 0.798: "0.798", 0.8: "0.80", 0.913: "0.91"}

    def test_findings_are_the_index_of_each_method(self) -> None:
        customers, _ = grouped(300, 1, 2)
        findings = compare_methods(fit_clusters(customers, k=2, seed=1), seed=1, n_bootstrap=20).findings
        assert set(findings) == {f"method_agreement.{method}" for method in OTHERS}
        assert all(finding.as_finding()["n"] <= 300 for finding in findings.values())

    def test_a_method_that_finds_no_groups_has_no_finding(self) -> None:
        rng = np.random.default_rng(1)
        z = np.exp(0.4 * rng.normal(size=(500, 3)) + [3, 5, 3])
        customers = customers_of(np.round(z[:, 0]), z[:, 1], z[:, 2])
        found = compare_methods(fit_clusters(customers, k=3, seed=1), seed=1, n_bootstrap=20)
        assert found.groupings["hdbscan"].k == 0
        assert "method_agreement.hdbscan" not in found.findings
        assert all("estimate" in finding.as_finding() for finding in found.findings.values())


def test_ward_needs_little_memory() -> None:
    # A whole matrix of distances would take 8 bytes for each of 3 million pairs, twice.
    matrix = np.random.default_rng(1).normal(size=(2_500, 4))
    tracemalloc.start()
    ward(matrix, 4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6
