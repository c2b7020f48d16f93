"""Clusters: planted groups are found, groups that are not there are not, and nothing hangs on chance or on letters."""

import dataclasses
import subprocess
import sys
import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom, yeojohnson, yeojohnson_llf
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from benchmarks.made.grouped import customers_of, grouped, leaving, ungrouped
from benchmarks.made.planted import planted_customers
from cxlab.clusters import (
    choose_k,
    cluster_customers,
    cluster_profiles,
    cluster_stability,
    features_of,
    fit_clusters,
    fit_features,
    fit_labels,
    label_customers,
    structure_test,
)
from cxlab.clusters.kmeans import (
    MANY,
    STARTS,
    centres_from,
    k_means,
    nearest,
    one_thread,
    resting_places,
    silhouettes,
    simplified_silhouette,
    tightest_from,
)
from cxlab.clusters.power import POWERS, best_power, transform
from cxlab.clusters.reference import fit_reference
from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import wilson_interval
from tests.depth import examples
from tests.test_cluster_methods import corners

ROOT = Path(__file__).resolve().parent.parent


class TestTruth:
    @pytest.mark.thorough
    def test_planted_groups_are_found_with_their_number(self) -> None:
        right, found, alike = 0, 0, []
        for seed, k in enumerate((2, 3, 4, 5)):
            customers, truth = grouped(600, seed, k)
            features = fit_features(customers)
            found += structure_test(features, k_max=7, seed=1, n_references=19).found
            chosen = choose_k(features, k_max=7, seed=1, n_references=5)
            right += chosen.k == k
            alike.append(adjusted_rand_score(truth, fit_clusters(customers, k=chosen.k, seed=1).labels))
        assert found == 4
        assert right == 4
        assert np.median(alike) > 0.9

    @pytest.mark.thorough
    def test_groups_that_are_not_there_are_found_in_few_of_many_shops(self) -> None:
        n = examples(8)
        most = binom.ppf(0.98, n, 0.05)  # more would come up in fewer than two of 100 runs of this test
        found = [
            structure_test(fit_features(ungrouped(200, seed)), k_max=4, seed=seed, n_references=19) for seed in range(n)
        ]
        assert sum(test.found for test in found) <= most
        assert sum(test.p_value <= 0.05 for test in found) <= most

    def test_customers_who_leave_one_by_one_are_no_groups(self) -> None:
        n = examples(4)
        most = binom.ppf(0.98, n, 0.05)
        found = []
        for seed in range(n):
            customers = leaving(1_000, seed)
            assert (customers.frame["repeat_purchases"] == 0).mean() < 0.1
            found.append(structure_test(fit_features(customers), k_max=4, seed=seed, n_references=19))
        assert sum(test.found for test in found) <= most
        assert np.median([test.excess.number for test in found]) < 0.015

    @pytest.mark.thorough
    def test_where_it_is_shown_that_groups_are_not_there_depends_on_how_many_customers_there_are(self) -> None:
        shown = [
            structure_test(fit_features(leaving(n, 1)), k_max=4, seed=1, n_references=39).shown for n in (150, 2_500)
        ]
        assert shown == ["open", "none"]

    @pytest.mark.thorough
    def test_a_shop_with_costs_and_returns_but_no_groups_has_none(self) -> None:
        features = fit_features(planted_customers(800, 3, driver="nothing"))
        assert not structure_test(features, k_max=6, seed=1, n_references=39).found

    @pytest.mark.thorough
    def test_cdnow_customers_differ_by_degree(self, shared_data: Path) -> None:
        features = fit_features(cdnow(shared_data))
        assert features.names == ("repeat_purchases", "days_since_last_order", "mean_order_value")
        test = structure_test(features, k_max=6, seed=1, n_references=39)
        assert test.shown == "none"
        assert test.findings["structure"].verdict == "no"
        # Two divisions into five are about as tight: which of them wins must not decide the figure.
        assert test.reach.max() < 0.02
        assert test.most < 0.02
        choice = choose_k(features, k_max=6, seed=1)
        assert (choice.k, choice.k_gap) == (2, 1)

    def test_a_division_of_one_cloud_is_unstable_where_it_is_arbitrary(self) -> None:
        rng = np.random.default_rng(2)
        z = rng.normal(size=(300, 3))
        round_cloud = customers_of(
            np.round(np.exp(3 + 0.4 * z[:, 0])), np.exp(5 + 0.4 * z[:, 1]), np.exp(3 + 0.4 * z[:, 2])
        )
        planted, _ = grouped(300, 1, 3)
        arbitrary = cluster_stability(fit_clusters(round_cloud, k=6, seed=1), n_bootstrap=30, seed=1)
        real = cluster_stability(fit_clusters(planted, k=3, seed=1), n_bootstrap=30, seed=1)
        assert not arbitrary.all_stable
        assert real.all_stable and real.draws.mean() > 0.95


class TestFeatures:
    def test_other_customers_are_put_on_the_same_scale(self) -> None:
        customers = ungrouped(200, 1)
        features = fit_features(customers)
        np.testing.assert_allclose(features.transform(customers.frame), features.matrix)
        np.testing.assert_allclose(features.transform(customers.frame.iloc[50:60]), features.matrix[50:60])

    def test_another_currency_changes_nothing(self) -> None:
        customers = ungrouped(200, 1)
        money = ["revenue", "contribution", "mean_order_value", "returns", "cost_to_serve"]
        cents = customers.frame.assign(**{name: customers.frame[name] * 100 for name in money})
        np.testing.assert_allclose(features_of(cents).matrix, fit_features(customers).matrix, atol=1e-3)

    def test_what_the_measures_before_it_tell_is_left_out_and_why(self) -> None:
        features = fit_features(ungrouped(200, 1))
        reasons = {f.name: f.left_out for f in features.candidates}
        assert reasons["contribution"].startswith("told already by the measures before it")
        assert reasons["returned_share"] == "the same for 100%"
        assert "median_gap_days" not in reasons
        assert "Left out" in features.reading

    def test_costs_and_returns_are_measures_where_they_are_known(self) -> None:
        names = fit_features(planted_customers(400, 1)).names
        assert {"returned_share", "service_per_order"} <= set(names)

    def test_measures_of_ones_own_are_columns_of_the_frame(self) -> None:
        frame = ungrouped(200, 1).frame
        frame["visits"] = np.random.default_rng(1).poisson(5, 200)
        features = features_of(frame, (("visits", "Visits", "logarithm"), ("mean_order_value", "Order value", "power")))
        assert features.names == ("visits", "mean_order_value")
        np.testing.assert_allclose(features.transform(frame), features.matrix)

    def test_a_value_far_out_is_drawn_in_and_nobody_is_left_out(self) -> None:
        customers = ungrouped(200, 1)
        frame = customers.frame.copy()
        frame.loc[0, ["mean_order_value", "revenue"]] = 1e7
        features = features_of(frame)
        assert features.n == 200
        assert np.abs(features.matrix).max() <= 3.0
        assert next(f for f in features.candidates if f.name == "mean_order_value").drawn_in >= 1

    def test_the_given_frame_is_not_changed(self) -> None:
        customers = ungrouped(100, 1)
        before = customers.frame.copy()
        fit_clusters(customers, k=3, seed=1)
        pd.testing.assert_frame_equal(customers.frame, before)


class TestLaws:
    def test_letters_go_by_what_a_customer_brings_and_not_by_the_seed(self) -> None:
        customers, _ = grouped(400, 1, 4)
        one, other = (label_customers(customers, k=4, seed=seed) for seed in (1, 77))
        pd.testing.assert_series_equal(one, other)
        brought = customers.frame["contribution"].groupby(one).mean()
        assert brought.is_monotonic_decreasing

    def test_the_order_of_the_rows_changes_nothing(self) -> None:
        customers, _ = grouped(300, 2, 3)
        shuffled = customers.frame.sample(frac=1, random_state=1)
        again = dataclasses.replace(customers, frame=shuffled.reset_index(drop=True))
        labels = label_customers(again, k=3, seed=1)
        labels.index = shuffled.index
        pd.testing.assert_series_equal(labels.sort_index(), label_customers(customers, k=3, seed=1))

    def test_those_who_were_fitted_are_predicted_where_they_are(self) -> None:
        customers = ungrouped(500, 4)
        clusters = fit_clusters(customers, k=5, seed=1)
        pd.testing.assert_series_equal(clusters.predict(customers.frame), clusters.labels)

    def test_a_rule_learned_on_some_customers_knows_nothing_of_the_others(self) -> None:
        customers, truth = grouped(600, 5, 3)
        train, test = customers.frame.iloc[::2], customers.frame.iloc[1::2]
        moved = test.assign(mean_order_value=1e6)
        rule = fit_labels(train, k=3, seed=1)
        pd.testing.assert_series_equal(rule(train), fit_labels(train, k=3, seed=1)(train))
        assert rule(test).index.equals(test.index)
        assert adjusted_rand_score(truth[1::2], rule(test)) > 0.85
        assert rule(moved).isin(["A", "B", "C"]).all()

    def test_the_silhouette_is_that_of_scikit_learn(self) -> None:
        features = fit_features(ungrouped(1_500, 6))  # more rows than a block of distances holds
        codes = fit_clusters(ungrouped(1_500, 6), k=4, seed=1).codes
        np.testing.assert_allclose(silhouettes(features.matrix, [codes])[0], silhouette_samples(features.matrix, codes))

    @pytest.mark.parametrize("power", [-2.0, -0.5, 0.0, 1e-6, 1.0, 1.999999, 2.0, 4.0])
    def test_the_power_is_that_of_scipy(self, power: float) -> None:
        values = np.random.default_rng(1).normal(0.5, 2.0, 500)
        np.testing.assert_allclose(transform(values, power), yeojohnson(values, power), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(transform(abs(values), power), yeojohnson(abs(values), power), rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("low", [-3.0, 0.0])
    def test_the_best_power_is_where_scipy_finds_the_likelihood_largest(self, low: float) -> None:
        for seed in range(5):
            values = low + np.random.default_rng(seed).lognormal(0, 0.4 + 0.3 * seed, 400)
            reference = minimize_scalar(
                lambda power, values=values: -yeojohnson_llf(power, values),  # type: ignore[misc]
                bounds=POWERS,
                method="bounded",
            )
            assert best_power(values) == pytest.approx(float(reference.x), abs=2e-4)  # the search stops at 1e-5

    def test_references_keep_every_value_and_how_measures_go_together(self) -> None:
        features = fit_features(ungrouped(2_000, 8))
        drawn = fit_reference(features, np.arange(features.n), 1).draw(np.random.default_rng(1))
        np.testing.assert_array_equal(np.sort(drawn, axis=0), np.sort(features.matrix, axis=0))
        np.testing.assert_allclose(np.corrcoef(drawn.T), np.corrcoef(features.matrix.T), atol=0.08)

    def test_of_many_customers_a_search_in_parts_finds_the_groups_of_all_of_them(self) -> None:
        matrix, truth = corners(MANY + 1, 3, 4, apart=6.0)
        with one_thread():
            found = k_means(matrix, 4, starts=STARTS, seed=1)
            whole = KMeans(4, n_init=STARTS, random_state=1).fit(matrix)
        assert adjusted_rand_score(truth, found.labels_) > 0.99
        assert found.inertia_ == pytest.approx(whole.inertia_, rel=1e-4)

    def test_a_search_in_parts_is_as_tight_as_one_of_all_customers(self) -> None:
        matrix = fit_features(ungrouped(MANY + 1, 8)).matrix
        spread = dict.fromkeys(("parts", "whole", "one start"), 0.0)
        with one_thread():
            for seed in range(5):
                spread["parts"] += k_means(matrix, 6, starts=STARTS, seed=seed).inertia_
                spread["whole"] += KMeans(6, n_init=STARTS, random_state=seed).fit(matrix).inertia_
                spread["one start"] += KMeans(6, n_init=1, random_state=seed).fit(matrix).inertia_
        assert spread["parts"] < 1.0003 * spread["whole"] < spread["one start"]

    def test_places_that_are_nearly_the_same_are_one(self) -> None:
        matrix, truth = corners(600, 3, 4, apart=8.0)
        with one_thread():
            places, _ = resting_places(matrix, 4, starts=STARTS, seed=1)
            assert max(adjusted_rand_score(truth, nearest(matrix, place)) for place in places) > 0.99
            places, shares = resting_places(matrix, 3, starts=STARTS, seed=1)
            labels = [nearest(matrix, place) for place in places]
            seeds = np.random.default_rng(1).integers(2**31, size=STARTS)
            starts = [kmeans_plusplus(matrix, 3, random_state=int(seed))[0] for seed in seeds]
            each = [simplified_silhouette(matrix, centres_from(matrix, start)) for start in starts]
            mean = shares @ [simplified_silhouette(matrix, place) for place in places]
        assert 2 <= len(places) < STARTS and np.std(each) > 0.001
        assert mean == pytest.approx(np.mean(each), abs=1e-4)
        assert all(adjusted_rand_score(one, other) < 0.99 for one, other in combinations(labels, 2))

    @pytest.mark.parametrize("k", [3, 6])
    def test_the_references_of_the_gap_are_searched_as_well_as_the_data(self, k: int) -> None:
        features = fit_features(ungrouped(2_000, 1))
        without = fit_reference(features, np.arange(features.n), 1)
        elsewhere, *drawn = (without.draw(np.random.default_rng([1, draw])) for draw in range(6))
        with one_thread():
            places = resting_places(elsewhere, k, starts=STARTS, seed=1)[0]
            there = [np.log(tightest_from(one, places).inertia_) for one in drawn]
            data = [np.log(k_means(one, k, starts=STARTS, seed=1).inertia_) for one in drawn]
        assert np.mean(there) - np.mean(data) < 0.002

    @pytest.mark.thorough
    def test_what_lies_beyond_the_reach_of_chance_is_what_the_test_rejects(self) -> None:
        for seed in range(6):
            test = structure_test(fit_features(leaving(400, seed)), k_max=4, seed=seed, n_references=39)
            clear = (abs(test.sharpness - test.expected) > test.reach).any()
            assert clear == (test.p_value <= 0.05)
            assert set(test.findings["structure"].as_finding()) == {"estimate", "n", "unit", "verdict"}

    @pytest.mark.thorough
    def test_any_number_of_threads_gives_the_same_bytes(self) -> None:
        command = (
            "from benchmarks.made.grouped import ungrouped\n"
            "from cxlab.clusters import cluster_customers, cluster_stability\n"
            "clusters = cluster_customers(ungrouped(900, 1), k_max=5, seed=1)\n"
            "draws = cluster_stability(clusters, n_bootstrap=5, seed=1).draws\n"
            "print(clusters.centres.tobytes().hex(), draws.tobytes().hex())"
        )
        said = {
            subprocess.run(
                [sys.executable, "-c", command],
                cwd=ROOT, check=True, capture_output=True, text=True,
                env={"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)},
            ).stdout
            for threads in ("1", "2")
        }  # fmt: skip
        assert len(said) == 1


class TestLittleToGoBy:
    def test_too_few_customers_are_refused_with_the_remedy(self) -> None:
        with pytest.raises(NotEnoughDataError, match=r"among 29 customers, at least 30 are needed"):
            fit_features(ungrouped(29, 1))

    def test_customers_who_do_not_differ_are_refused(self) -> None:
        same = customers_of(np.zeros(50), np.full(50, 10.0), np.full(50, 20.0))
        with pytest.raises(NotEnoughDataError, match="50 customers do not differ"):
            fit_features(same)

    def test_customers_of_two_kinds_only_are_refused(self) -> None:
        half = np.repeat([0.0, 1.0], 25)
        with pytest.raises(NotEnoughDataError, match="fewer than 3 different histories"):
            fit_features(customers_of(half, 10 + half, 20 + half))

    @pytest.mark.parametrize("n", [30, 45])
    def test_few_customers_with_many_ties_give_finite_numbers_without_warnings(self, n: int) -> None:
        rng = np.random.default_rng(1)
        customers = customers_of(np.zeros(n), rng.integers(1, 4, n) * 10.0, rng.integers(1, 3, n) * 5.0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            features = fit_features(customers)
            choice = choose_k(features, k_max=10, seed=1, n_references=5)
            clusters = fit_clusters(customers, k=choice.k, seed=1, features=features)
            results = [
                structure_test(features, k_max=10, seed=1, n_references=19),
                choice,
                cluster_stability(clusters, n_bootstrap=20, seed=1),
                cluster_profiles(clusters, customers),
            ]
        for result in results:
            for key, estimate in result.findings.items():
                assert np.isfinite(estimate.number), key
            assert "nan" not in result.reading.lower()

    def test_no_repeat_buyers_at_all_can_still_be_grouped(self) -> None:
        rng = np.random.default_rng(3)
        customers = customers_of(np.zeros(200), rng.gamma(2, 40, 200), rng.lognormal(3, 0.5, 200))
        clusters = cluster_customers(customers, k_max=5)
        assert "repeat_purchases" not in clusters.features.names
        assert clusters.labels.notna().all()

    def test_more_clusters_than_different_customers_are_cut_to_what_there_is(self) -> None:
        kinds = np.tile([0.0, 1.0, 2.0], 20)
        clusters = fit_clusters(customers_of(kinds, 10 + 5 * kinds, 20 + kinds), k=8, seed=1)
        assert clusters.k == 3

    def test_customers_who_cost_more_than_they_bring_have_no_share(self) -> None:
        customers, _ = grouped(200, 1, 2)
        losing = dataclasses.replace(
            customers, frame=customers.frame.assign(contribution=-1.0 * customers.frame["revenue"])
        )
        profiles = cluster_profiles(fit_clusters(losing, k=2, seed=1), losing)
        assert all(p.contribution_share is None for p in profiles.profiles)
        assert profiles.heading.startswith("Cluster A brings most a head")


class TestWords:
    @pytest.mark.parametrize("k", [2, 5, 9])
    def test_every_cluster_has_a_name_of_its_own(self, k: int) -> None:
        customers = ungrouped(600, 2)
        names = cluster_profiles(fit_clusters(customers, k=k, seed=1), customers).names
        assert len(set(names.values())) == k

    def test_findings_bear_the_keys_of_the_results_file(self) -> None:
        customers, _ = grouped(300, 1, 3)
        features = fit_features(customers)
        clusters = fit_clusters(customers, k=3, seed=1, features=features)
        findings = {
            **structure_test(features, k_max=4, seed=1, n_references=19).findings,
            **choose_k(features, k_max=4, seed=1, n_references=3).findings,
            **cluster_stability(clusters, n_bootstrap=20, seed=1).findings,
            **cluster_profiles(clusters, customers).findings,
        }
        letters = "ABC"
        assert set(findings) == {"structure", "k", "silhouette"} | {
            f"{w}.{c}" for w in ("size", "customers", "stability") for c in letters
        }
        assert findings["structure"].verdict == "yes"
        assert sum(findings[f"customers.{c}"].number for c in letters) == 300

    def test_a_share_of_all_customers_rests_on_all_of_them(self) -> None:
        customers, _ = grouped(300, 1, 3)
        findings = cluster_profiles(fit_clusters(customers, k=3, seed=1), customers).findings
        for letter in "ABC":
            size, n = findings[f"size.{letter}"], findings[f"customers.{letter}"].number
            assert (size.n, size.value) == (300, n / 300)
            assert (size.low, size.high) == (wilson_interval(int(n), 300).low, wilson_interval(int(n), 300).high)

    def test_the_range_of_the_resamples_is_not_given_as_a_confidence_interval(self) -> None:
        customers, _ = grouped(300, 1, 3)
        stability = cluster_stability(fit_clusters(customers, k=3, seed=1), n_bootstrap=20, seed=1)
        for finding in stability.findings.values():
            assert set(finding.as_finding()) == {"estimate", "n", "unit", "verdict"}
        assert "no confidence interval" in stability.reading

    def test_a_small_group_is_not_counted_on_the_page(self) -> None:
        customers, _ = grouped(300, 1, 3)
        profiles = cluster_profiles(fit_clusters(customers, k=3, seed=1), customers, minimum_group=200)
        assert "with under 200 customers nothing is said" in profiles.reading


def cdnow(folder: Path) -> Customers:
    """One row a customer of the CDNOW sample at the published cut, days by customer and day."""
    orders = pd.read_csv(folder / "cdnow" / "cdnow_sample.csv", dtype={"customer_id": "str"})
    orders["paid"] = orders["amount"].astype(float)
    orders["day"] = pd.to_datetime(orders["date"])
    known = orders[orders["day"] <= "1997-09-30"].groupby(["customer_id", "day"], as_index=False)["paid"].sum()
    each = known.groupby("customer_id").agg(days=("day", "size"), last=("day", "max"), paid=("paid", "sum"))
    silent = (pd.Timestamp("1997-09-30") - each["last"]).dt.days.to_numpy(float)
    days = each["days"].to_numpy(float)
    return customers_of(days - 1, silent, each["paid"].to_numpy(float) / days, currency="USD")


def test_measures_that_come_in_lumps_make_the_structure_test_say_that_it_cannot_tell() -> None:
    rng = np.random.default_rng(5)
    kind = np.repeat([0, 1], 150)
    lumps = customers_of(
        np.where(kind == 0, 40, 3) + rng.integers(0, 4, 300),
        np.where(kind == 0, 4.0, 60.0) + rng.random(300),
        np.where(kind == 0, 12.0, 900.0) + rng.random(300),
    )
    structure = structure_test(fit_features(lumps), k_max=4, seed=1, n_references=19)
    assert structure.is_blind and structure.shown == "open"
    assert "come in lumps" in structure.reading


def test_a_single_measure_leaves_nothing_to_compare_and_is_not_told_as_a_finding_of_no_groups() -> None:
    rng = np.random.default_rng(1)
    once = customers_of(np.zeros(120), np.full(120, 30.0), rng.lognormal(3, 0.5, 120))
    structure = structure_test(fit_features(once), k_max=4, seed=1, n_references=19)
    assert (structure.blind, structure.shown) == ("same", "open")
    assert "too few measures" in structure.reading and "0.000" not in structure.reading


def test_a_handful_of_different_histories_is_not_told_as_a_finding_of_no_groups() -> None:
    kind = np.arange(210) % 7
    repeats, value = np.where(kind < 3, 9.0, 2.0), np.where(kind % 2 == 0, 20.0, 90.0)
    structure = structure_test(
        fit_features(customers_of(repeats, np.full(210, 9.0), value)), k_max=9, seed=1, n_references=19
    )
    assert (structure.n_different, structure.blind, structure.shown) == (4, "few", "open")
    assert "no more than 4 different histories" in structure.reading
