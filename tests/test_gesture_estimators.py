"""Estimators behind the effects of gestures: other implementations, published numbers and planted truths."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlglot
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge

from cxlab.gestures import basis
from cxlab.gestures.basis import as_numbers
from cxlab.gestures.count_model import rate_ratio
from cxlab.gestures.doubly_robust import average_effect, doubly_robust_scores, effect_on_treated, overlap_effect
from cxlab.gestures.foretold import hold_against_realised
from cxlab.gestures.groups import effects_by_group, group_effect, p_of_no_difference
from cxlab.gestures.joint import joint_intervals, pointwise_level
from cxlab.gestures.means import TwoMeans
from cxlab.gestures.nuisance import (
    Learner,
    Nuisance,
    fit_outcomes,
    fit_propensity,
    make_deals,
    make_features,
    make_folds,
)
from cxlab.gestures.ridge import Kind, cross_fit_as_if, cross_fit_ridge
from cxlab.gestures.sensitivity import e_value, find_sensitivity
from cxlab.gestures.trial_means import adjusted_means, difference_in_means
from cxlab.gestures.until_next import purchases_without_more_gestures
from cxlab.kit import open_study
from cxlab.parameters import ParameterError, resolve_parameters
from tests.make import HEAD, orders_csv, write_study
from tests.test_gestures import at_least, at_most, confounded, estimated, full_sample, negative_binomial, one_chosen

# --- regressions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["logit", "log", "line"])
@pytest.mark.parametrize("penalty", [1e-3, 0.1])
def test_the_cross_fitted_ridge_is_that_of_scikit_learn(kind: Kind, penalty: float) -> None:
    rng = np.random.default_rng(1)
    n, learned = 400, rng.random(400) < 0.7
    x = rng.normal(size=(n, 6)) @ rng.normal(size=(6, 6))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    mean = np.exp(0.3 * x[:, 0] - 0.2 * x[:, 1])
    y = {"logit": (rng.random(n) < mean / (1 + mean)).astype(float), "log": rng.poisson(mean) * 1.0}.get(
        kind, mean + rng.normal(size=n)
    )
    folds = make_folds(np.arange(n), 2)
    found = cross_fit_ridge(kind, y, x, folds, penalty, learned=learned)
    half = cross_fit_ridge(kind, y, x.astype(np.float32), folds, penalty, learned=learned)  # type: ignore[arg-type]
    for fold in range(5):
        seen, away = learned & (folds != fold), folds == fold
        model: Any = {
            "logit": LogisticRegression(C=1 / (penalty * seen.sum()), solver="newton-cholesky", tol=1e-9),
            "log": PoissonRegressor(alpha=penalty, solver="newton-cholesky", tol=1e-9),
            "line": Ridge(alpha=penalty * seen.sum()),
        }[kind].fit(x[seen], y[seen])
        expected = model.predict_proba(x[away])[:, 1] if kind == "logit" else model.predict(x[away])
        assert found[away] == pytest.approx(expected, rel=1e-4, abs=1e-4)
        assert half[away] == pytest.approx(expected, rel=3e-3, abs=3e-3)


def test_rows_are_foreseen_as_if_they_were_otherwise() -> None:
    rng = np.random.default_rng(5)
    x, treated = rng.normal(size=(300, 2)), rng.random(300) < 0.4
    y, folds = rng.poisson(np.exp(0.3 * x[:, 0] + 0.5 * treated)).astype(float), np.arange(300) % 3
    part = np.column_stack([np.ones(300), x[:, 0]])
    both = np.hstack([x, treated[:, None] * part])
    as_it_is = cross_fit_ridge("log", y, both, folds, 0.01)
    with_it, without = cross_fit_as_if("log", y, both, folds, 0.01, part, (1.0, 0.0))
    assert np.where(treated, with_it, without) == pytest.approx(as_it_is)
    for fold in range(3):
        seen, away = folds != fold, folds == fold
        model = PoissonRegressor(alpha=0.01, solver="newton-cholesky", tol=1e-9).fit(both[seen], y[seen])
        assert with_it[away] == pytest.approx(model.predict(np.hstack([x, part])[away]), rel=1e-4)
        assert without[away] == pytest.approx(model.predict(np.hstack([x, 0 * part])[away]), rel=1e-4)


def test_what_both_arms_have_in_common_is_learned_from_both_and_what_they_have_not_from_each() -> None:
    rng = np.random.default_rng(6)
    n = 3000
    x = rng.normal(size=(n, 2))
    treated, mean = rng.random(n) < 0.3, np.exp(0.2 + 0.5 * x[:, 0])
    gain = mean * np.expm1(0.3 + 0.4 * x[:, 1])
    y = rng.poisson(mean + treated * gain).astype(float)
    features, folds = make_features(x, treated, y), make_folds(np.arange(n), 1)
    with_it, without = fit_outcomes(y, treated, features, folds, 1)
    assert np.corrcoef(without, mean)[0, 1] > 0.97 and np.corrcoef(with_it - without, gain)[0, 1] > 0.8
    hidden = np.where(rng.random(n) < 0.1, np.nan, y)  # what is not known is not learned from
    known = np.isfinite(hidden)
    part = fit_outcomes(np.where(known, y, 1e6), treated, features, folds, 1, known=known)
    assert part[1] == pytest.approx(without, rel=0.5) and part[1].max() < 30


def test_a_row_of_weight_three_counts_as_three_rows_and_what_is_constant_is_foreseen_so() -> None:
    rng = np.random.default_rng(3)
    x, weights = rng.normal(size=(200, 3)), rng.integers(1, 4, 200)
    y, folds = rng.poisson(np.exp(0.4 * x[:, 0])).astype(float), np.arange(200) % 4
    weighted = cross_fit_ridge("log", y, x, folds, 0.01, weights=weights.astype(float))
    repeated = cross_fit_ridge(
        "log", np.repeat(y, weights), np.repeat(x, weights, axis=0), np.repeat(folds, weights), 0.01
    )
    assert repeated == pytest.approx(np.repeat(weighted, weights), rel=1e-4)
    assert cross_fit_ridge("log", np.zeros(200), x, folds, 0.01) == pytest.approx(np.zeros(200))
    only_in_one = np.where((folds == 2) & (np.arange(200) < 100), 1.0, 0.0)
    assert (cross_fit_ridge("log", only_in_one, x, folds, 0.01)[folds == 2] == 0).all()  # the others know of none


def test_half_the_precision_with_many_rows_changes_no_figure_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = confounded(np.random.default_rng(4), 900, strength=0.4)
    whole = one_chosen(sample)
    monkeypatch.setattr(basis, "_MANY", 100)
    half = one_chosen(sample)
    for name in ("effect", "average", "on_overlap"):
        one, two = getattr(whole, name), getattr(half, name)
        assert two.number == pytest.approx(one.number, abs=0.01 * (one.ends[1] - one.ends[0]))
        assert two.number != one.number  # and it was half


# --- the effects of one pass ------------------------------------------------------------------------------------------


def golden_rows() -> tuple[np.ndarray, ...]:
    """Rows made without chance, with the true models of them."""
    i = np.arange(500)
    x = (i * 0.6180339887498949) % 1 * 4 - 2
    u, v = (i * 0.7548776662466927) % 1, (i * 0.5698402909980532) % 1
    p = 1 / (1 + np.exp(0.4 - 0.8 * x))
    m0 = np.exp(0.3 * x)
    m1 = m0 + 0.5 + 0.2 * x
    treated = u < p
    return p, m0, m1, treated, np.floor(2 * np.where(treated, m1, m0) * v + v), i % 4


def test_several_deals_of_the_folds_are_pooled_as_doubleml_does() -> None:
    p, m0, m1, treated, y, _ = golden_rows()
    models = Nuisance(p, m1, m0), Nuisance(0.5 * p + 0.2, m1 + 0.3, m0 - 0.2)
    both = Nuisance.of(
        *(np.stack([getattr(one, name) for one in models]) for name in ("propensity", "treated", "control"))
    )
    assert np.array_equal(both.propensity, (models[0].propensity + models[1].propensity) / 2)
    assert np.array_equal(both.chances, np.stack([one.propensity for one in models]))
    for estimate in (average_effect, effect_on_treated, overlap_effect):
        one, two = (estimate(y, treated, each, np.arange(500)) for each in models)
        found = estimate(y, treated, both, np.arange(500))
        assert found.difference == pytest.approx((one.difference + two.difference) / 2, rel=1e-12)
        apart = (one.difference - two.difference) / 2
        variance = (one.standard_error**2 + two.standard_error**2) / 2 + apart**2
        assert found.standard_error == pytest.approx(variance**0.5, rel=1e-12)
        assert found.df == min(one.df, two.df)


def test_customers_are_dealt_twice_where_they_are_few_and_stay_in_one_fold() -> None:
    customers = np.arange(900) // 3
    deals = make_deals(customers, 1)
    assert deals.shape == (2, 900) and (deals[0] != deals[1]).mean() > 0.5
    assert np.array_equal(deals[:, ::3], deals[:, 2::3])
    assert make_deals(np.arange(5_001), 1).shape == (5_001,)


def test_with_equal_models_the_effects_are_those_of_doubleml() -> None:
    # DoubleML 0.11.4, IRM with external predictions and normalize_ipw: coef and se, and the effects of gate().
    p, m0, m1, treated, y, group = golden_rows()
    nuisance, customers = Nuisance(p, m1, m0), np.arange(500)
    average = average_effect(y, treated, nuisance, customers)
    assert average.difference == pytest.approx(0.5280943606817621, abs=1e-9)
    assert average.standard_error == pytest.approx(0.10692980405267637, rel=0.002)
    on_treated = effect_on_treated(y, treated, nuisance, customers)
    assert on_treated.difference == pytest.approx(0.6649282052112577, abs=0.002)  # weights are normalised otherwise
    assert on_treated.standard_error == pytest.approx(0.13528285481454824, rel=0.02)
    scores = doubly_robust_scores(y, treated, nuisance)
    deals = Nuisance.of(*(np.stack([one, one]) for one in (p, m1, m0)))
    for estimate in (average_effect, effect_on_treated):  # two deals that come to the same are as one
        one, two = (estimate(y, treated, models, customers) for models in (nuisance, deals))
        assert (two.difference, two.standard_error) == pytest.approx((one.difference, one.standard_error), rel=1e-12)
    for k, expected in enumerate((0.392283, 0.452780, 0.698858, 0.567967)):  # weights as they come, there and here
        assert scores[group == k].mean() == pytest.approx(expected, abs=1e-6)
        part = average_effect(y, treated, nuisance, customers, among=group == k)
        assert part.difference == pytest.approx(expected, abs=0.05)  # weights that add up to 1 in each group


def fitted(sample: Any, seed: int, learner: Learner = "ridge") -> tuple[np.ndarray, np.ndarray, Nuisance]:
    treated = np.asarray(sample.arms == "card", dtype=bool)
    matrix, _ = as_numbers(sample.covariates)
    features, folds = make_features(matrix, treated, sample.outcome, learner), make_folds(sample.clusters, seed)
    foreseen = fit_outcomes(sample.outcome, treated, features, folds, seed, learner)
    return sample.outcome, treated, Nuisance(fit_propensity(treated, features, folds, seed, learner), *foreseen)


def test_an_error_that_hangs_on_a_few_customers_is_known_to_be_unsure() -> None:
    rng = np.random.default_rng(4)
    n = 400
    treated, noise = rng.random(n) < 0.5, rng.normal(size=n)
    models = Nuisance(np.full(n, 0.5), np.zeros(n), np.zeros(n))
    even = effect_on_treated(noise, treated, models, np.arange(n))
    assert even.df == min(treated.sum(), n - treated.sum()) - 1  # where all weigh alike, nothing is taken off
    heavy = noise.copy()
    heavy[np.flatnonzero(~treated)[:3]] = (90.0, -90.0, 90.0)
    few = effect_on_treated(heavy, treated, models, np.arange(n))
    assert few.df < 10
    assert few.reach(0.95) / few.standard_error > 1.1 * even.reach(0.95) / even.standard_error
    # The same rows, three to a customer: what counts is what a customer adds.
    assert effect_on_treated(heavy, treated, models, np.arange(n) // 3).df < 10


class TestOverlapEffect:
    def test_it_is_the_effect_weighted_by_e_times_one_less_e(self) -> None:
        found = []
        for k in range(16):
            rng = np.random.default_rng(800 + k)
            n = 1500
            x = rng.normal(size=(n, 2))
            p = 1 / (1 + np.exp(0.8 - 1.6 * x[:, 0]))
            gain = 0.7 * np.exp(0.5 * x[:, 0])
            treated = rng.random(n) < p
            y = rng.poisson(np.exp(0.2 + 0.3 * x[:, 0]) + treated * gain)
            sample = replace(
                confounded(rng, n), outcome=y.astype(float), arms=np.where(treated, "card", "control").astype(object),
                covariates=pd.DataFrame(x, columns=["a", "b"]),
            )  # fmt: skip
            outcome, _, nuisance = fitted(sample, k)
            means = overlap_effect(outcome, treated, nuisance, sample.clusters)
            truth, on_treated = np.average(gain, weights=p * (1 - p)), gain[treated].mean()
            found.append((means.difference - truth, means.reach(0.95), means.standard_error, on_treated - truth))
        bias, reach, error, other = np.array(found).T
        assert np.mean(np.abs(bias) <= reach) >= at_least(0.95, 16)
        assert (
            abs(bias.mean()) < 3.5 * error.mean() / 4 and other.mean() > 0.15
        )  # and it is another than on the treated
        assert 0.55 < bias.std(ddof=1) / error.mean() < 1.6

    def test_an_error_in_the_chances_changes_it_to_second_order_only(self) -> None:
        rng = np.random.default_rng(81)
        n = 200_000
        x = rng.normal(size=n)
        p, m0, gain = 1 / (1 + np.exp(1 - x)), np.exp(0.3 * x), np.exp(0.5 * x)
        treated = rng.random(n) < p
        y = rng.poisson(m0 + treated * gain).astype(float)

        def at(shift: float) -> tuple[float, float]:
            e = 1 / (1 + np.exp(1 - x - shift))
            means = overlap_effect(y, treated, Nuisance(e, m0 + gain, m0), np.arange(n))
            return means.difference, float(np.average(gain, weights=e * (1 - e)))

        (up, plain_up), (down, plain_down) = at(0.2), at(-0.2)
        assert abs(up - down) < 0.2 * abs(plain_up - plain_down)

    def test_where_the_effect_is_the_same_for_all_and_swapped_arms_flip_it(self) -> None:
        p, m0, _, treated, y, _ = golden_rows()
        one = overlap_effect(y, treated, Nuisance(p, m0 + 0.5, m0), np.arange(500))
        two = overlap_effect(y, ~treated, Nuisance(1 - p, m0, m0 + 0.5), np.arange(500))
        assert two.difference == pytest.approx(-one.difference)
        assert two.standard_error == pytest.approx(one.standard_error)
        assert abs(one.influence_treated.mean()) < 1e-12 and abs(one.influence_control.mean()) < 1e-12

    def test_it_stands_with_the_effects_also_where_the_treated_were_trimmed(self) -> None:
        rng = np.random.default_rng(54)
        x = rng.normal(size=2000)
        arms = np.where((rng.random(2000) < 0.35) | (x > 0.9), "card", "control").astype(object)
        sample = replace(
            confounded(rng, 2000), outcome=rng.poisson(np.exp(0.3 * x)).astype(float), arms=arms,
            covariates=pd.DataFrame({"x": x}),
        )  # fmt: skip
        effect = one_chosen(sample)
        assert effect.overlap is not None and effect.overlap.is_trimmed and not effect.average.has_interval
        low, high = effect.on_overlap.ends
        assert low < 0 < high and "effect_overlap.card" in effect.findings
        ratio = effect.findings["effect_overlap_percent.card"]
        assert ratio.low is not None and ratio.low < 0 < (ratio.high or 0)


# --- groups -----------------------------------------------------------------------------------------------------------


def by_fours(rng: np.random.Generator, n: int, effects: tuple[float, ...]) -> list[TwoMeans]:
    """Four groups of different customers, a lot in each."""
    found = []
    for effect in effects:
        treated = np.arange(n) % 2 == 0
        y = negative_binomial(rng, np.full(n, 1.5) + effect * treated, 2.0)
        found.append(difference_in_means(y, treated, np.arange(n)))
    return found


class TestGroups:
    @pytest.mark.parametrize(("groups", "critical"), [(2, 2.21), (3, 2.35), (4, 2.44), (5, 2.51)])
    def test_with_correlations_of_a_half_the_factor_is_dunnetts(self, groups: int, critical: float) -> None:
        # Dunnett (1964), two-sided, 5 %, infinite degrees of freedom.
        level = pointwise_level(0.5 * np.eye(groups) + 0.5)
        assert float(norm.ppf(0.5 + level / 2)) == pytest.approx(critical, abs=0.015)

    def test_joint_intervals_of_a_trial_hold_all_at_once_and_pointwise_ones_do_not(self) -> None:
        rng, draws, truth = np.random.default_rng(82), 600, (0.0, 0.2, 0.4, 0.6)
        all_at_once = np.zeros(2)
        for _ in range(draws):
            means = by_fours(rng, 160, truth)
            for k, found in enumerate((joint_intervals(means, "x"), [m.estimate("x") for m in means])):
                all_at_once[k] += all(e.ends[0] <= t <= e.ends[1] for e, t in zip(found, truth, strict=True))
        joint, pointwise = all_at_once / draws
        assert at_least(0.94, draws) <= joint <= at_most(0.965, draws) and pointwise < 0.88

    def test_they_do_where_customers_stand_in_several_groups(self) -> None:
        rng, draws, n = np.random.default_rng(83), 150, 800
        customers, group = np.arange(n) // 4, np.arange(n) % 4  # each customer in every group
        held, levels = 0, []
        for k in range(draws):
            shared = np.repeat(rng.normal(size=n // 4), 4)
            p, m = np.full(n, 0.5), np.full(n, 2.0)
            treated = rng.random(n // 4)[customers] < 0.5
            y = 2 + shared + 0.3 * rng.normal(size=n)
            means = [effect_on_treated(y, treated, Nuisance(p, m, m), customers, among=group == g) for g in range(4)]
            found = joint_intervals(means, "x", seed=k)
            held += all(e.ends[0] <= 0 <= e.ends[1] for e in found)
            levels.append((found[0].ends[1] - found[0].ends[0]) / (2 * means[0].standard_error))
        assert at_least(0.94, draws) <= held / draws <= at_most(0.965, draws)
        assert np.mean(levels) < 2.3  # narrower than for four groups that have nothing to do with each other (2.5)

    @pytest.mark.parametrize("n", [60, 400])
    def test_groups_that_are_alike_are_said_to_differ_in_no_more_than_one_of_twenty(self, n: int) -> None:
        rng, draws = np.random.default_rng(84 + n), 600
        hits = sum(p_of_no_difference(by_fours(rng, n, (0.3,) * 4)) < 0.05 for _ in range(draws))
        assert at_least(0.02, draws) <= hits / draws <= at_most(0.05, draws)

    def test_a_reversal_by_group_is_found(self) -> None:
        rng = np.random.default_rng(85)
        found = [p_of_no_difference(by_fours(rng, 600, (0.5, 0.5, 0.5, -0.4))) for _ in range(20)]
        assert np.mean(np.array(found) < 0.05) > 0.9

    def test_each_grouping_has_its_own_test_and_the_smallest_counts_adjusted(self) -> None:
        rng, parts = np.random.default_rng(86), []
        for grouping, effects in (("one", (0.0, 0.0)), ("two", (-0.6, 0.9))):
            for k, means in enumerate(by_fours(rng, 400, effects)):
                treated = np.arange(400) % 2 == 0
                parts.append(group_effect(grouping, str(k), treated, np.arange(400), means, "x"))
        groups = effects_by_group(parts, "x")
        assert set(groups.differences) == {"one", "two"} and groups.differences["two"] < 1e-3
        assert groups.heterogeneity == pytest.approx(2 * groups.differences["two"])
        for effect in groups.effects:
            (low, high), (joint_low, joint_high) = effect.effect.ends, effect.joint.ends
            assert joint_low < low < high < joint_high and effect.joint.value == effect.effect.value


# --- predicted effects ------------------------------------------------------------------------------------------------


class TestForetold:
    @staticmethod
    def sample(seed: int, gain: float, n: int = 4000) -> tuple[Any, np.ndarray]:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(n, 3))
        more = 0.4 + gain * np.exp(0.6 * x[:, 0])
        treated = rng.random(n) < 1 / (1 + np.exp(0.3 - 0.5 * x[:, 1]))
        y = rng.poisson(np.exp(0.3 * x[:, 1]) + treated * more).astype(float)
        arms = np.where(treated, "card", "control").astype(object)
        return replace(confounded(rng, n), outcome=y, arms=arms, covariates=pd.DataFrame(x, columns=list("abc"))), more

    def test_effects_that_differ_are_foretold(self) -> None:
        for seed in (91, 92):
            sample, more = self.sample(seed, 0.8)
            y, treated, nuisance = fitted(sample, 1)
            found = hold_against_realised(y, treated, nuisance, sample.clusters, "x")
            assert found is not None and found.tells
            low, high = found.slope.ends
            assert low < 1 < high and low > 0.4
            order = np.argsort(nuisance.treated - nuisance.control)
            for fifth, told, realised in zip(np.array_split(order, 5), found.predicted, found.realised, strict=True):
                reach = (realised.ends[1] - realised.ends[0]) / 2
                assert abs(realised.number - more[fifth].mean()) < 1.8 * reach
                assert told == pytest.approx((nuisance.treated - nuisance.control)[fifth].mean())
            assert found.realised[-1].number > found.realised[0].number + 0.5

    def test_where_the_effect_is_the_same_for_all_nobody_is_said_to_gain_more(self) -> None:
        told = []
        for seed in range(93, 105):
            sample, _ = self.sample(seed, 0.0, 1200)
            y, treated, nuisance = fitted(sample, 1)
            found = hold_against_realised(y, treated, nuisance, sample.clusters, "x")
            told.append(found is not None and found.tells)
        assert np.mean(told) <= at_most(0.05, 12)

    def test_a_trial_has_it_too_and_few_customers_have_it_not(self) -> None:
        effects = estimated(full_sample(61))
        assert effects.main.foretold is not None and "predicted_effect_slope.card" in effects.findings
        y, treated, nuisance = np.zeros(150), np.arange(150) % 2 == 0, np.linspace(0, 1, 150)
        half = np.full(150, 0.5)
        assert hold_against_realised(y, treated, Nuisance(half, nuisance, half), np.arange(150), "x") is None
        same = np.ones(1000)
        flat = hold_against_realised(
            same, np.arange(1000) % 2 == 0, Nuisance(same / 2, same, same), np.arange(1000), "x"
        )
        assert flat is None


# --- up to the next gesture -------------------------------------------------------------------------------------------


def repeated_shop(rng: np.random.Generator, n: int, factor: float) -> dict[str, np.ndarray]:
    """One occasion a customer; a gesture makes the customer buy `factor` times as often for the rest of the window.

    Chosen by the customer's pace, at the occasion and at every order after it; a second one adds nothing to the first.
    """
    pace = rng.gamma(2.0, 1.0, n)  # purchases in a window
    chance = 1 / (1 + np.exp(2.2 - 0.25 * pace))
    treated = rng.random(n) < chance
    until, follows, total = np.zeros(n), np.zeros(n, dtype=bool), np.zeros(n)
    lifted, clock = treated.copy(), np.zeros(n)
    while True:
        clock = clock + rng.exponential(1 / (pace * np.where(lifted, factor, 1.0)))
        buys = clock <= 1
        if not buys.any():
            break
        total += buys
        until += buys & ~follows
        gives = buys & (rng.random(n) < chance)
        follows |= gives
        lifted |= gives
        clock = np.where(buys, clock, np.inf)
    known = pace * rng.gamma(400.0, 1 / 400.0, n)
    return {
        "pace": pace, "known": known, "treated": treated, "until": until, "follows": follows, "total": total,
    }  # fmt: skip


class TestUntilNextGesture:
    def test_it_is_the_effect_of_one_gesture_and_none_after_it(self) -> None:
        gaps, plain, covered, draws = [], [], 0, 4
        for k in range(draws):
            shop = repeated_shop(np.random.default_rng(900 + k), 20_000, 1.5)
            treated = shop["treated"]
            sample = replace(
                confounded(np.random.default_rng(k), 20_000), outcome=shop["total"],
                arms=np.where(treated, "card", "control").astype(object),
                covariates=pd.DataFrame({"pace": shop["known"]}), until_gesture=shop["until"],
                is_followed=shop["follows"],
            )  # fmt: skip
            effect = one_chosen(sample, k)
            truth = 0.5 * shop["pace"][treated].mean()
            low, high = effect.until_next.ends
            covered += low < truth < high
            gaps.append(effect.until_next.number - truth)
            plain.append(effect.effect.number - truth)
        assert covered >= at_least(0.95, draws) * draws
        assert np.mean(plain) < -0.25  # later gestures to those without one hide half of what the first one does
        assert abs(np.mean(gaps)) < 0.12

    def test_without_later_gestures_purchases_stay_as_they_are(self) -> None:
        rng = np.random.default_rng(9)
        y, x = rng.poisson(2.0, 200).astype(float), rng.normal(size=(200, 2))
        none = np.zeros(200, dtype=bool)
        found, cut = purchases_without_more_gestures(y, none, y > 2, x, np.arange(200) % 5, 1)
        assert found == pytest.approx(y) and cut == 0

    def test_where_nearly_every_order_has_one_too_few_are_left_to_tell(self) -> None:
        rng = np.random.default_rng(11)
        y, x = 1 + rng.poisson(2.0, 400).astype(float), rng.normal(size=(400, 2))
        _, cut = purchases_without_more_gestures(y, rng.random(400) < 0.98, y > 2, x, np.arange(400) % 5, 1)
        assert cut == 0  # one in three orders at most: that can be told
        many = np.where(rng.random(400) < 0.1, 12.0, 1.0)  # who comes again gets one; those who did not stand for all
        _, cut = purchases_without_more_gestures(many, many == 1, y > 2, x, np.arange(400) % 5, 1)
        assert cut > 0.1

    def test_purchases_up_to_the_next_gesture_are_those_counted_by_hand(self, tmp_path: Path) -> None:
        rng, start = np.random.default_rng(10), np.datetime64("2023-01-01")
        orders, cards = [], []
        for i in range(40):
            days = np.flatnonzero(rng.random(200) < 0.05)
            orders += [(f"c{i}", int(day)) for day in days]
            cards += [(f"c{i}", int(day)) for day in days if rng.random() < 0.3]
        folder = write_study(
            tmp_path, "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n",
            head=HEAD + "observation_end: 2023-07-19\nparameters: {outcome_days: 60}\n",
            orders=orders_csv(*(f"{who},{start + day},10" for who, day in orders)),
            gestures=orders_csv(*(f"{who},{start + day}" for who, day in cards), head="customer_id,given_at"),
        )  # fmt: skip
        with open_study(folder) as kit:
            occasions, data = kit.occasions, kit.gestures
            statements = [sql for sql in kit.intake.engine.statements if "order_day AS day" in sql]
        assert statements
        for sql in statements:
            (spark,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
            sqlglot.parse_one(spark, read="spark")
        assert occasions is not None
        first = int((start - np.datetime64("1970-01-01")).astype(int))
        assert len(occasions.frame) > 100
        for row in occasions.frame.to_dict("records"):
            day = row["day"] - first
            ahead = [d for who, d in orders if who == row["customer_id"] and day < d <= day + 60]
            given = [d for who, d in cards if who == row["customer_id"] and day < d <= day + 60]
            assert row["gesture_follows"] == bool(given)
            assert row["purchases_until_gesture"] == sum(d <= min(given, default=day + 60) for d in ahead)
        (sample,) = data.samples
        assert sample.until_gesture is not None and (sample.until_gesture <= sample.outcome).all()


# --- boosting ---------------------------------------------------------------------------------------------------------


class TestBoosting:
    def test_it_is_a_parameter_that_a_study_may_set(self) -> None:
        assert resolve_parameters({}).outcome_model == "ridge"
        assert resolve_parameters({"outcome_model": "boosting"}).outcome_model == "boosting"
        with pytest.raises(ParameterError, match="one of ridge, boosting"):
            resolve_parameters({}, outcome_model="forest")

    def test_where_nothing_is_smooth_boosting_takes_out_what_a_ridge_leaves(self) -> None:
        # Chosen and bought by a wave that jumps up and down: no hinge at a quartile and no square draws that.
        rng = np.random.default_rng(95)
        n = 5000
        x = rng.uniform(-1, 1, size=(n, 4))
        side = (np.sin(10 * x[:, 0]) > 0).astype(float)
        treated = rng.random(n) < 0.3 + 0.3 * side
        y = negative_binomial(rng, 1 + 2 * side + 0.5 * treated, 2.0)
        sample = replace(
            confounded(rng, n), outcome=y, arms=np.where(treated, "card", "control").astype(object),
            covariates=pd.DataFrame(x, columns=list("abcd")),
        )  # fmt: skip
        effects = {name: estimated(sample, learner=name).main for name in ("ridge", "boosting")}
        naive, ridge = effects["ridge"].naive.number - 0.5, effects["ridge"].effect.number - 0.5
        boosted = effects["boosting"].effect
        assert naive > 0.45 and ridge > 0.35 and abs(boosted.number - 0.5) < 0.2
        assert effects["boosting"].findings.keys() == effects["ridge"].findings.keys()

    def test_the_same_seed_gives_the_same_and_outcomes_below_zero_are_foreseen(self) -> None:
        sample = confounded(np.random.default_rng(96), 400, strength=0.3)
        sample = replace(sample, outcome=sample.outcome - 3)
        one, two = (estimated(sample, learner="boosting").findings for _ in range(2))
        assert {k: e.as_finding() for k, e in one.items()} == {k: e.as_finding() for k, e in two.items()}
        assert "effect.card" in one and "effect_percent.card" not in one


# --- sensitivity ------------------------------------------------------------------------------------------------------


class TestSensitivity:
    def test_something_unseen_as_strong_as_a_covariate_biases_by_no_more_than_is_said(self) -> None:
        rng = np.random.default_rng(97)
        n = 100_000
        x, z, w = rng.normal(size=(3, n))
        gets = 0.4 * x + 0.4 * z + 0.1 * w + rng.normal(size=n)
        y = 0.5 * gets + 0.6 * x + 0.6 * z + 0.1 * w + rng.normal(size=n)

        def slope(*columns: np.ndarray) -> float:
            return float(np.linalg.lstsq(np.column_stack([np.ones(n), gets, *columns]), y, rcond=None)[0][1])

        short, long = slope(x, w), slope(x, w, z)
        found = find_sensitivity(
            short, short, 2.0, 1.5, y, gets > np.inf, np.column_stack([x, w]), {"x": [0], "w": [1]}
        )
        assert found.strongest is None or found.strongest.bias == 0.0  # nobody treated: nothing to compare with
        told = _sensitivity_of(short, y, gets, np.column_stack([x, w]))
        assert told.strongest is not None and told.strongest.name == "x"
        # z is as strong as x given w; the bound allows for what x hides of it, so it is a little more
        assert short - long <= told.strongest.bias * 1.01 and told.strongest.bias < 1.5 * (short - long)
        assert told.left == pytest.approx(short - told.strongest.bias)

    def test_e_values_of_the_published_example(self) -> None:
        # VanderWeele and Ding (2017): risk ratio 3.9, interval 1.8 to 8.7.
        assert e_value(3.9) == pytest.approx(7.26, abs=0.005) and e_value(1.8) == pytest.approx(3.0, abs=0.005)

    def test_the_e_value_of_the_interval_is_that_of_its_nearer_end(self) -> None:
        sure = one_chosen(confounded(np.random.default_rng(9), 1500, effect=0.8, strength=0.5))
        assert sure.sensitivity is not None and sure.percent.low is not None
        ratio = 1 + sure.percent.low / 100
        assert ratio > 1 and sure.sensitivity.e_value_low == pytest.approx(e_value(ratio))
        assert 1 < sure.sensitivity.e_value_low < sure.sensitivity.e_value
        found = sure.findings
        assert found["e_value_interval.card"].number == sure.sensitivity.e_value_low
        unsure = one_chosen(confounded(np.random.default_rng(8), 300, effect=0.0, strength=0.5))
        assert unsure.sensitivity is not None and unsure.sensitivity.e_value_low == 1.0


def _sensitivity_of(size: float, outcome: np.ndarray, gets: np.ndarray, matrix: np.ndarray) -> Any:
    return find_sensitivity(size, 0.0, 1.0, 1.0, outcome, gets, matrix, {"x": [0], "w": [1]})


# --- trials -----------------------------------------------------------------------------------------------------------


class TestTrials:
    def test_with_strata_the_adjusted_difference_is_the_post_stratified_one(self) -> None:
        rng = np.random.default_rng(98)
        n = 600
        stratum = rng.integers(0, 3, n)
        treated = rng.random(n) < np.array([0.3, 0.5, 0.7])[stratum]
        y = rng.poisson(1.0 + stratum + 0.5 * treated).astype(float)
        matrix, _ = as_numbers(pd.DataFrame({"stratum": np.array(["a", "b", "c"], dtype=object)[stratum]}))
        found = adjusted_means(y, treated, matrix, np.arange(n))
        each = [(y[treated & (stratum == s)].mean() - y[~treated & (stratum == s)].mean()) for s in range(3)]
        assert found.difference == pytest.approx(np.average(each, weights=np.bincount(stratum)))
        within = sum(
            np.mean(stratum == s) ** 2 * y[arm & (stratum == s)].var() / (arm & (stratum == s)).sum()
            for s in range(3)
            for arm in (treated, ~treated)
        )
        between = np.var(np.array(each)[stratum]) / n
        assert found.standard_error == pytest.approx(math.sqrt(within + between), rel=0.03)
        assert difference_in_means(y, treated, np.arange(n)).difference > found.difference + 0.2

    def test_errors_of_clustered_rows_are_those_of_the_customers_sums(self) -> None:
        rng = np.random.default_rng(99)
        customers = np.repeat(np.arange(60), rng.integers(1, 6, 60))
        treated = (customers % 2 == 0)[:]
        y = rng.normal(size=60)[customers] + rng.normal(size=len(customers))
        found = difference_in_means(y, treated, customers)
        variance = 0.0
        for arm in (treated, ~treated):
            sums = np.bincount(customers[arm], weights=y[arm] - y[arm].mean())
            variance += 30 / 29 * (sums**2).sum() / arm.sum() ** 2
        assert found.standard_error == pytest.approx(math.sqrt(variance)) and found.df == 29

    def test_without_covariates_the_count_model_is_the_ratio_of_means_with_its_delta_error(self) -> None:
        rng = np.random.default_rng(100)
        n, treated = 500, np.arange(500) % 3 == 0
        y = negative_binomial(rng, np.where(treated, 2.0, 1.5), 1.0)
        found = rate_ratio(y, treated, np.empty((n, 0)), np.arange(n))
        one, zero = y[treated], y[~treated]
        log = math.log(one.mean() / zero.mean())
        error = math.sqrt(one.var() / len(one) / one.mean() ** 2 + zero.var() / len(zero) / zero.mean() ** 2)
        assert found.number == pytest.approx(100 * math.expm1(log), rel=1e-5)
        low, high = (math.log1p(end / 100) for end in found.ends)
        assert (high - low) / 2 == pytest.approx(1.974 * error, rel=0.005)

    def test_what_was_known_before_narrows_the_count_model_and_it_covers(self) -> None:
        rng, draws, n = np.random.default_rng(101), 200, 300
        covered, width = 0, np.zeros(2)
        for _ in range(draws):
            pace = rng.gamma(1.5, 1.0, n)
            treated = rng.permutation(n) < n / 2
            y = rng.poisson(pace * np.where(treated, 1.3, 1.0)).astype(float)
            before = rng.poisson(3 * pace).astype(float)[:, None]
            found = [rate_ratio(y, treated, x, np.arange(n)) for x in (before, np.empty((n, 0)))]
            covered += found[0].ends[0] <= 30 <= found[0].ends[1]
            width += [math.log1p(e.ends[1] / 100) - math.log1p(e.ends[0] / 100) for e in found]
        assert at_least(0.94, draws) <= covered / draws <= at_most(0.965, draws) and width[0] < 0.85 * width[1]

    def test_a_count_model_stands_beside_the_effect_but_not_where_outcomes_are_negative(self) -> None:
        effect = estimated(full_sample(61)).main
        check = effect.findings["effect_percent_count_model.card"]
        assert check.number == pytest.approx(effect.percent.number, abs=4)
        sample = full_sample(61)
        negative = estimated(replace(sample, outcome=sample.outcome - 1)).findings
        assert "effect_percent_count_model.card" not in negative and "effect.card" in negative
