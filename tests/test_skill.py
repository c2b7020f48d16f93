"""How much each description of a customer foresees."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.made.planted import RATES, planted_customers
from cxlab.agreement import PartitionError, crossfit, predictive_skill
from cxlab.agreement.ceiling import Predict
from cxlab.agreement.crossfit import cross_fitted_losses, divisions, folds, poisson_deviance
from cxlab.agreement.predictors import Fold, by_features, by_group, by_nothing, by_rfm
from cxlab.clusters import fit_labels
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.segments import assign_segments


@given(st.integers(10, 200), st.integers(0, 100))
def test_the_ten_folds_hold_everybody_once(n: int, seed: int) -> None:
    parts = folds(n, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(st.lists(st.integers(0, 20), min_size=2, max_size=30))
def test_deviance_is_smallest_at_the_mean(counts: list[int]) -> None:
    actual = np.array(counts, dtype=float)
    at_mean = poisson_deviance(actual, np.full(len(actual), actual.mean())).sum()
    for other in (actual.mean() * 0.9, actual.mean() * 1.1 + 0.01):
        assert poisson_deviance(actual, np.full(len(actual), other)).sum() >= at_mean - 1e-6
    assert (poisson_deviance(actual, actual) >= 0).all()


def test_a_large_shop_is_divided_into_folds_once() -> None:
    assert divisions(100, 7) == [7, 17, 27]
    assert divisions(20_000, 7) == [7]


def small_fold(actual: list[float]) -> Fold:
    """Six customers to learn from, two to foresee."""
    frame = pd.DataFrame({"days_since_last_order": 1, "n_orders": 1, "revenue": 1.0}, index=range(8))
    return Fold(frame, np.arange(6), np.arange(6, 8), np.array(actual), "purchases", 0)


def test_a_group_is_foreseen_by_its_mean_with_one_average_customer_among_it() -> None:
    fold = small_fold([3, 3, 3, 0, 0, 0, 9, 9])
    labels = pd.Series(list("aaabbbab"))
    assert by_group(fold, labels).tolist() == [(9 + 1.5) / 4, 1.5 / 4]


def test_a_group_that_nobody_was_seen_of_is_foreseen_by_the_mean_of_all() -> None:
    fold = small_fold([3, 3, 3, 0, 0, 0, 9, 9])
    assert by_group(fold, pd.Series(["a"] * 6 + ["new", "a"])).tolist() == [1.5, 1.5]


def test_fifths_of_customers_who_are_all_alike_foresee_the_mean() -> None:
    fold = small_fold([3, 3, 3, 0, 0, 0, 9, 9])
    assert by_rfm(fold).tolist() == by_nothing(fold).tolist() == [1.5, 1.5]


@pytest.mark.thorough
def test_the_skill_of_planted_segments_is_what_the_planted_rates_explain() -> None:
    customers = planted_customers(3000, 1)
    labels = assign_segments(customers).labels
    rate = labels.map(RATES).to_numpy(float)
    actual = customers.frame["holdout_purchases"].to_numpy(float)
    known = poisson_deviance(actual, rate).sum()
    nothing = poisson_deviance(actual, np.full(len(actual), actual.mean())).sum()
    found = predictive_skill(customers, labels, fit_labels, n_bootstrap=50, seed=1)
    assert found.score("segments").skill.number == pytest.approx(1 - known / nothing, abs=0.01)
    assert found.best.predictor == "segments"
    assert found.difference.low > 0.1  # type: ignore[operator]


class Foretold:
    """A purchase model that knows the planted rates."""

    def __init__(self, rates: NDArray[np.float64]) -> None:
        self.rates = rates

    def expected_purchases(self, horizon_days: float) -> NDArray[np.float64]:
        return self.rates * horizon_days / 184


def test_a_purchase_model_foresees_beside_the_others() -> None:
    customers = planted_customers(300, 2)
    rates = assign_segments(customers).labels.map(RATES).to_numpy(float)
    labels = pd.Series(np.where(np.arange(300) % 2, "odd", "even"))
    found = predictive_skill(
        customers, labels, fit_labels, purchase_model=lambda _: Foretold(rates), n_bootstrap=20, seed=1
    )
    assert found.best.predictor == "purchase_model"
    assert "skill.purchase_model" in found.findings
    assert "contribution_skill.purchase_model" not in found.findings


@pytest.mark.thorough
def test_a_purchase_model_that_cannot_be_fitted_is_left_out_and_the_reading_says_why() -> None:
    def refuse(customers: Customers) -> Foretold:
        raise InputError("nobody came back.")

    customers = planted_customers(200, 3)
    found = predictive_skill(
        customers, assign_segments(customers).labels, fit_labels, purchase_model=refuse, n_bootstrap=20
    )
    assert found.reading.endswith("The purchase model is left out: nobody came back.")
    assert [s.predictor for s in found.scores] == ["segments", "clusters", "rfm", "features"]


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_numbers_on_one_thread_and_on_two() -> None:
    customers = planted_customers(250, 4)
    labels = assign_segments(customers).labels
    tables = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            tables.append(predictive_skill(customers, labels, fit_labels, n_bootstrap=20, seed=9).table)
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_too_few_customers_or_buyers_are_not_scored_but_said() -> None:
    few = planted_customers(60, 5)
    found = predictive_skill(few, assign_segments(few).labels, fit_labels)
    assert found.scores == () and found.findings == {} and "too few" in found.reading
    quiet = planted_customers(150, 5)
    quiet.frame["holdout_purchases"] = 0
    found = predictive_skill(quiet, assign_segments(quiet).labels, fit_labels)
    assert found.missing and found.table.empty


def test_no_contribution_in_the_holdout_window_leaves_that_score_out() -> None:
    customers = planted_customers(150, 6)
    customers.frame["holdout_contribution"] = 0.0
    found = predictive_skill(customers, assign_segments(customers).labels, fit_labels, n_bootstrap=20)
    assert not any(key.startswith("contribution_skill") for key in found.findings)
    assert all(np.isfinite(e.number) for e in found.findings.values())


@pytest.mark.parametrize("column", [[np.nan] * 8, [7.0] * 8, [1.0] * 6 + [2.0, 3.0], [5.0, *[np.nan] * 5, 2.0, 3.0]])
def test_a_measure_that_tells_nothing_of_those_to_learn_from_is_left_out(column: list[float]) -> None:
    fold = small_fold([3, 3, 3, 0, 0, 0, 9, 9])
    alike = replace(fold, frame=fold.frame.assign(mean_repeat_value=column))
    assert by_features(alike).tolist() == by_nothing(fold).tolist()


@pytest.mark.thorough
def test_the_folds_weigh_little_in_what_is_found() -> None:
    customers = planted_customers(400, 9)
    single, averaged = ([found_by(customers, seed, n) for seed in range(6)] for n in (1, 3))
    assert np.std(averaged) < 0.8 * np.std(single)


def found_by(customers: Customers, seed: int, divisions: int) -> float:
    """Skill of boosted trees with as many divisions into folds."""
    actual = customers.frame["holdout_purchases"].to_numpy(float)
    ways = {"nothing": by_nothing, "features": by_features}
    starts = [1000 * seed + 10 * i for i in range(divisions)]
    losses = [cross_fitted_losses(customers.frame, actual, "purchases", ways, start) for start in starts]
    off = {way: sum(float(one.losses[way].sum()) for one in losses) for way in ways}
    return 1 - off["features"] / off["nothing"]


@pytest.mark.thorough
def test_a_thousand_resamples_stand_behind_a_verdict_however_few_are_asked_for() -> None:
    customers = planted_customers(150, 6)
    labels = assign_segments(customers).labels
    few, many = (predictive_skill(customers, labels, fit_labels, n_bootstrap=b) for b in (20, 1000))
    pd.testing.assert_frame_equal(few.table, many.table, check_exact=True)


def test_labels_of_other_customers_are_an_error() -> None:
    customers = planted_customers(120, 7)
    with pytest.raises(PartitionError, match="give one each"):
        predictive_skill(customers, pd.Series(["a"]), fit_labels)


@pytest.mark.thorough
def test_clusters_are_fitted_once_in_each_fold_though_two_things_are_foreseen_with_them() -> None:
    seeds = []

    def counted(frame: pd.DataFrame, /, *, k: int, seed: int) -> Predict:
        seeds.append(seed)
        return fit_labels(frame, k=k, seed=seed)

    customers = planted_customers(200, 3)
    predictive_skill(customers, assign_segments(customers).labels, counted, n_bootstrap=20, seed=5)
    assert seeds == list(range(5, 35))  # ten folds, three divisions


@pytest.mark.thorough
def test_where_no_clusters_can_be_found_everybody_is_foreseen_by_the_mean() -> None:
    def refuse(frame: pd.DataFrame, /, *, k: int, seed: int) -> Predict:
        raise InputError("they do not differ")

    customers = planted_customers(200, 3)
    found = predictive_skill(customers, assign_segments(customers).labels, refuse, n_bootstrap=20, seed=5)
    assert found.score("clusters").skill.number == pytest.approx(0, abs=1e-12)


@pytest.mark.thorough
def test_of_many_customers_fits_that_take_long_learn_from_some_and_the_error_of_that_is_what_other_lots_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crossfit, "MOST_LEARNED", 400)
    monkeypatch.setattr(crossfit, "PANEL", 300)
    monkeypatch.setattr(crossfit, "SETTLED_FROM", 1_000)
    frame = planted_customers(3_000, 3).frame
    actual = frame["holdout_purchases"].to_numpy(float)
    skills, errors = [], []
    for seed in range(10):
        found = cross_fitted_losses(frame, actual, "purchases", {"nothing": by_nothing, "trees": by_features}, seed)
        skills.append(1 - found.losses["trees"].sum() / found.losses["nothing"].sum())
        errors.append(found.learning_error)
    spread, error = float(np.std(skills, ddof=1)), float(np.mean(errors))
    assert 0.5 * error < spread < 2 * error, (spread, error)


def test_nobody_is_foreseen_by_fits_that_saw_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossfit, "MOST_LEARNED", 50)
    monkeypatch.setattr(crossfit, "PANEL", 20)
    monkeypatch.setattr(crossfit, "SETTLED_FROM", 100)
    panel = crossfit.panel_of(200, 1)
    for number, (train, test) in enumerate(crossfit.parted(200, 1)):
        some = crossfit.learned_from(train, panel, 1, number)
        assert len(np.unique(some)) == 50 and set(some) <= set(train)
        assert not set(some) & (set(test) | set(panel))
    assert len(crossfit.folds(200, 1)) == 5 and crossfit.n_learned(200) == 50
    assert len(crossfit.folds(50, 1)) == 10 and crossfit.n_learned(50) is None and not len(crossfit.panel_of(50, 1))


@pytest.mark.thorough
def test_a_skill_says_from_how_many_it_was_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    customers = planted_customers(600, 3)
    labels = assign_segments(customers).labels
    assert "were learned from" not in predictive_skill(customers, labels, fit_labels).reading
    monkeypatch.setattr(crossfit, "MOST_LEARNED", 300)
    monkeypatch.setattr(crossfit, "PANEL", 100)
    skill = predictive_skill(customers, labels, fit_labels)
    assert skill.n_learned == 300 and skill.learning_error > 0
    assert "were learned from 300 customers at a time, drawn by lot" in skill.reading
