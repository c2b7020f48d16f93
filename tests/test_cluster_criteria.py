"""Criteria for the number of clusters side by side: planted numbers are found, and nothing in one cloud."""

import dataclasses
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.mixture import GaussianMixture

from benchmarks.made.grouped import customers_of, grouped, leaving, ungrouped
from cxlab.clusters import (
    Choice,
    Stability,
    choose_k,
    cluster_stability,
    compare_criteria,
    fit_clusters,
    fit_features,
    mixture_bic,
    prediction_strength,
    search_luck,
    stability_by_number,
)
from cxlab.clusters import criterion as criteria
from cxlab.clusters.choice import _fits, _sampling_error, _spreads
from cxlab.clusters.kmeans import one_thread
from cxlab.clusters.mixture import MANY, fit_mixture, spread_ties
from cxlab.clusters.prediction_strength import foretold
from cxlab.clusters.stability import resampled
from cxlab.plots.clusters import search_luck as luck_plot
from tests.test_cluster_methods import corners

Array = NDArray[np.float64]


def round_cloud(n: int, seed: int, wide: int = 4) -> Array:
    return np.random.default_rng(seed).normal(size=(n, wide))


@pytest.fixture(scope="module")
def side_by_side() -> Choice:
    features = fit_features(grouped(600, 3, 5)[0])
    return compare_criteria(features, choose_k(features, k_max=7, seed=1, n_references=5), seed=1)


class TestTruth:
    @pytest.mark.thorough
    def test_the_number_of_groups_four_standard_deviations_apart_is_found_by_each(self) -> None:
        taken: dict[str, list[bool]] = {}
        for seed, k in enumerate((2, 3, 4, 5)):
            features = fit_features(grouped(600, seed, k)[0])
            choice = compare_criteria(features, choose_k(features, k_max=7, seed=1, n_references=5), seed=1)
            for words, number in choice.votes.items():
                taken.setdefault(words, []).append(number == k)
        assert {words: sum(right) for words, right in taken.items()} == {
            "silhouette": 4,
            "gap statistic": 4,
            "BIC of bell curves": 4,
            "prediction strength": 4,
            "bootstrap stability": 4,
        }

    @pytest.mark.thorough
    def test_in_one_round_cloud_nothing_is_found(self) -> None:
        for seed in range(5):
            cloud = round_cloud(600, seed)
            assert mixture_bic(cloud, k_max=5, seed=1).k == 1
            assert prediction_strength(cloud, k_max=5, seed=1, n_splits=10).k == 1

    def test_in_one_round_cloud_no_division_is_firm(self) -> None:
        found = [stability_by_number(round_cloud(400, seed), k_max=5, seed=1, n_bootstrap=15) for seed in range(4)]
        assert np.mean([one.value[1:].max() for one in found]) < 0.75

    def test_one_time_buyers_alone_are_no_groups_to_the_gap(self) -> None:
        features = fit_features(leaving(1_000, 1))
        choice = compare_criteria(features, choose_k(features, k_max=5, seed=1), seed=1, n_splits=5, n_bootstrap=5)
        assert choice.votes["gap statistic"] == 1
        assert "gap statistic finds no groups" in choice.side_by_side

    def test_counts_are_no_groups_to_bell_curves_though_each_value_is_held_by_many(self) -> None:
        # Whole numbers with bell-shaped frequencies: each of them is a needle to which a curve could shrink.
        counts = np.round(np.random.default_rng(1).normal(0, 1.0, size=(800, 1)))
        matrix = (counts - counts.mean(0)) / counts.std(0)
        assert mixture_bic(matrix, k_max=5, seed=1).k == 1
        needles = [GaussianMixture(k, random_state=1).fit(matrix).bic(matrix) for k in (1, 5)]
        assert needles[1] < needles[0]


class TestFigures:
    def test_bic_is_that_of_scikit_learn(self) -> None:
        matrix, _ = corners(500, 1, 3)
        ours = mixture_bic(matrix, k_max=4, seed=1)
        smooth = spread_ties(matrix, 1)
        with one_thread():
            for k, value in zip(ours.tried, ours.value, strict=True):
                assert value == pytest.approx(fit_mixture(smooth, int(k), seed=1).bic(smooth), rel=1e-9)
        assert ours.tried[0] == 1 and ours.error[ours.tried == ours.k][0] == 0

    def test_pairs_are_counted_as_published(self) -> None:
        found, foreseen = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 2, 2, 0])
        assert foretold(found[:5], foreseen[:5]) == pytest.approx(1 / 3)
        assert foretold(found[3:5] - 1, foreseen[3:5]) == 1.0
        assert foretold(found, foreseen) == 0.0  # a cluster of one foretells nobody

    def test_relabelling_changes_no_strength(self) -> None:
        rng = np.random.default_rng(1)
        found, foreseen = rng.integers(0, 3, 200), rng.integers(0, 4, 200)
        assert foretold(found, foreseen) == foretold(2 - found, (foreseen + 1) % 4)

    def test_the_same_seed_gives_the_same_figures(self) -> None:
        cloud = round_cloud(200, 1)
        for measure in (prediction_strength, stability_by_number, mixture_bic):
            one, other = (measure(cloud, k_max=4, seed=3) for _ in range(2))
            np.testing.assert_array_equal(one.value, other.value)
            assert ((one.low <= one.value) & (one.value <= one.high)).all()

    def test_of_many_customers_curves_begun_on_parts_are_as_likely(self) -> None:
        matrix, _ = corners(MANY, 2, 3, apart=5.0)
        with one_thread():
            begun = fit_mixture(matrix, 3, seed=1)
            whole = GaussianMixture(3, n_init=3, max_iter=300, reg_covar=1e-3, random_state=1).fit(matrix)
        assert begun.bic(matrix) == pytest.approx(whole.bic(matrix), abs=1.0)

    def test_among_many_customers_each_replicate_takes_a_sample_of_its_own(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(criteria, "MOST_WHOLE", 500)
        monkeypatch.setattr(criteria, "REPLICATE", 300)
        one, other = (criteria.replicate_rows(2_000, 1, draw) for draw in range(2))
        assert len(one) == len(other) == 300 and len(np.intersect1d(one, other)) < 100
        matrix, _ = corners(2_000, 1, 3, apart=6.0)
        strength = prediction_strength(matrix, k_max=5, seed=1, n_splits=8)
        stable = stability_by_number(matrix, k_max=5, seed=1, n_bootstrap=8)
        assert (strength.k, stable.k) == (3, 3)
        assert strength.n == stable.n == 300

    def test_so_do_the_resamples_of_the_clusters_chosen_and_single_starts_search_one_such_sample(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(criteria, "MOST_WHOLE", 500)
        monkeypatch.setattr(criteria, "REPLICATE", 300)
        (one, weights), (other, _) = (resampled(2_000, 1, draw) for draw in range(2))
        assert len(one) == 300 and (weights == 1).all() and not np.array_equal(one, other)
        rows, weights = resampled(400, 1, 0)
        assert len(rows) < 400 and weights.sum() == 400
        clusters = fit_clusters(grouped(900, 1, 3)[0], k=3, seed=1)
        stability = cluster_stability(clusters, n_bootstrap=10, seed=1)
        assert stability.draws.mean() > 0.9
        found = search_luck(clusters, stability, seed=1, n_starts=5)
        assert found.n == 300 and found.is_part
        assert "On the same 300 customers, a part of all" in found.reading and "not counted" in found.reading
        assert "of searches" not in found.reading and "1 of 1,000" not in found.reading
        assert found.reading.count("Least steady is") == 1
        assert "900 customers, 300 of them in each" in luck_plot.caption(found).subtitle
        monkeypatch.setattr(criteria, "MOST_WHOLE", 900)
        whole = search_luck(clusters, stability, seed=1, n_starts=5)
        assert not whole.is_part and "the best of 10 misses it" in whole.reading
        assert "of them in each" not in luck_plot.caption(whole).subtitle

    def test_beyond_ten_thousand_the_reading_says_how_many_are_drawn(self) -> None:
        few = Stability(("A", "B"), np.full((9, 2), 0.9), np.array([5_000, 5_000]), 5)
        many = dataclasses.replace(few, size=np.array([5_000, 5_001]))
        assert "10,000 customers are drawn anew, 9 times, a cluster" in few.reading
        assert "10,001 customers are drawn anew, 9 times, 5,000 of them each time, a cluster" in many.reading


class TestSideBySide:
    def test_the_number_chosen_and_the_published_keys_stay(self, side_by_side: Choice) -> None:
        before = dataclasses.replace(side_by_side, others=())
        assert set(before.findings) == {"k", "silhouette"}
        assert {key: side_by_side.findings[key] for key in before.findings} == dict(before.findings)
        assert set(side_by_side.findings) - {"k", "silhouette"} == {
            f"k.{name}" for name in ("silhouette", "gap", "bic", "prediction_strength", "stability")
        }
        assert side_by_side.reading.startswith(before.reading)
        assert before.heading == "All 2 criteria say 5 groups"
        assert side_by_side.heading == "All 5 criteria say 5 groups"

    def test_the_table_holds_every_criterion_at_each_number_and_what_it_takes(self, side_by_side: Choice) -> None:
        table = side_by_side.table.set_index("clusters")
        for name in ("silhouette", "gap", "bic", "prediction_strength", "stability"):
            assert table.loc[2:, [name, f"{name}_error"]].notna().all().all()
            chosen = table.index[table[f"chosen_by_{name}"]]
            assert list(chosen) == [side_by_side.findings[f"k.{name}"].value]
        assert table["prediction_strength"].isna().tolist() == [True] + [False] * 6
        assert "gap_sampling_error" not in table

    def test_the_reading_says_in_a_sentence_whether_they_agree(self, side_by_side: Choice) -> None:
        assert side_by_side.side_by_side == "All 5 criteria take 5."
        bic, strength, stable = side_by_side.others
        others = (dataclasses.replace(bic, k=7), dataclasses.replace(strength, k=1), stable)
        torn = dataclasses.replace(side_by_side, others=others)
        assert torn.side_by_side == (
            "The 5 criteria do not agree: silhouette, gap statistic and bootstrap stability take 5; "
            "prediction strength finds no groups; BIC of bell curves takes 7."
        )
        assert torn.side_by_side in torn.reading
        assert (torn.support, torn.heading) == (3, "3 of 5 criteria say 5 groups")
        undecided = dataclasses.replace(torn, others=(*others[:2], dataclasses.replace(stable, k=2)))
        assert undecided.heading == "The 5 criteria do not settle the number of groups: from none to 7"

    def test_each_is_a_criterion_with_the_figures_that_it_was_read_from(self, side_by_side: Choice) -> None:
        silhouette, gap, *others = side_by_side.criteria
        assert tuple(others) == side_by_side.others
        np.testing.assert_array_equal(silhouette.value, side_by_side.silhouette)
        assert (list(gap.tried), gap.k) == (list(range(1, 8)), side_by_side.k_gap)

    def test_where_a_single_number_could_be_tried_no_agreement_is_claimed(self) -> None:
        features = fit_features(grouped(30, 1, 2)[0])
        choice = compare_criteria(
            features, choose_k(features, k_max=9, seed=1, n_references=3), seed=1, n_splits=3, n_bootstrap=3
        )
        assert choice.heading == "Only 2 groups could be tried"
        assert choice.reading.startswith("No more than 2 clusters could be tried among 30 customers")

    def test_what_samples_add_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cxlab.clusters.choice.MOST_COMPARED", 400)
        monkeypatch.setattr(criteria, "MOST_WHOLE", 500)
        monkeypatch.setattr(criteria, "REPLICATE", 300)
        features = fit_features(grouped(900, 1, 3)[0])
        choice = choose_k(features, k_max=4, seed=1, n_references=3)
        assert (choice.gap_sampling_error > 0).all() and "gap_sampling_error" in choice.table
        choice = compare_criteria(features, choice, seed=1, n_splits=5, n_bootstrap=5)
        assert "What these add to the standard error with 3 clusters: silhouette" in choice.reading
        added = choice.sampling_errors
        assert set(added) == {"silhouette", "gap", "prediction_strength", "stability"}  # curves saw all of the 900
        np.testing.assert_allclose(added["silhouette"], choice.silhouette_error * np.sqrt(1 - 400 / 900))
        for one in choice.criteria:
            if one.name in added:
                assert choice.table.set_index("clusters").loc[one.tried, f"{one.name}_sampling_error"].notna().all()

    def test_the_sampling_error_of_the_gap_is_about_what_samples_differ_by(self) -> None:
        matrix, _ = corners(8_000, 1, 3)
        tried, spreads, errors = np.arange(2, 4), [], []
        with one_thread():
            for seed in range(40):
                part = matrix[np.random.default_rng(seed).choice(8_000, 500, replace=False)]
                fits = _fits(part, tried, 1)
                spreads.append(_spreads(part, fits))
                errors.append(_sampling_error(part, fits, 8_000))
        np.testing.assert_allclose(np.mean(errors, axis=0), np.std(spreads, axis=0), rtol=0.4)


class TestLittleToGoBy:
    @pytest.mark.parametrize("n", [30, 45])
    def test_few_customers_with_many_ties_give_finite_numbers_without_warnings(self, n: int) -> None:
        rng = np.random.default_rng(1)
        customers = customers_of(np.zeros(n), rng.integers(1, 4, n) * 10.0, rng.integers(1, 3, n) * 5.0)
        features = fit_features(customers)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            choice = compare_criteria(features, choose_k(features, k_max=10, seed=1, n_references=5), seed=1)
        for one in choice.others:
            assert np.isfinite(one.value).all() and np.isfinite(one.error).all()
        assert "nan" not in choice.reading.lower()

    @pytest.mark.parametrize("matrix", [np.ones((50, 2)), np.repeat([[0.0], [1.0]], 25, axis=0)])
    def test_no_criterion_takes_more_clusters_than_there_are_different_customers(self, matrix: Array) -> None:
        different = len(np.unique(matrix))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for measure in (prediction_strength, stability_by_number, mixture_bic):
                found = measure(matrix, k_max=4, seed=1)
                assert found.k <= different, found.name
                assert np.isfinite(found.value).all()

    def test_a_half_with_too_few_different_customers_foretells_nothing(self) -> None:
        matrix = np.repeat([[0.0], [1.0], [2.0]], [20, 20, 1], axis=0)
        strength = prediction_strength(matrix, k_max=3, seed=1, n_splits=5)
        assert strength.value[1] == 0.0

    @pytest.mark.thorough
    def test_ungrouped_customers_with_ties_are_not_called_grouped_by_most_criteria(self) -> None:
        features = fit_features(ungrouped(600, 5))
        choice = compare_criteria(features, choose_k(features, k_max=6, seed=1), seed=1, n_splits=10, n_bootstrap=10)
        assert len(set(choice.votes.values())) > 1
        assert "do not agree" in choice.side_by_side
