"""What gestures bring: known truths, laws, calibration, confounding, and the rule of the verdict branch by branch."""

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm
from scipy.stats import t as student

from cxlab.estimate import Estimate
from cxlab.gestures import (
    GestureData,
    GestureEffect,
    GestureEffects,
    estimate_gestures,
    gesture_by_group,
    gesture_design,
    gesture_money,
    next_trial,
)
from cxlab.gestures.basis import as_numbers, expand
from cxlab.gestures.doubly_robust import average_effect, effect_on_treated
from cxlab.gestures.means import TwoMeans, cluster_codes
from cxlab.gestures.nuisance import Learner, Nuisance, fit_outcomes, fit_propensity, make_folds
from cxlab.gestures.observational import chosen_effects
from cxlab.gestures.randomised import trial_effects
from cxlab.gestures.sample import Sample
from cxlab.gestures.sensitivity import e_value, robustness_value
from cxlab.gestures.trial_means import adjusted_means, difference_in_means, sample_ratio_mismatch
from cxlab.gestures.verdict import Verdict, always_valid_reach, holm, judge
from cxlab.kit import open_study
from tests.depth import examples
from tests.make import HEAD, orders_csv, write_study

some = settings(max_examples=examples(20), deadline=None)


def sample_of(
    outcome: Any, arms: Any, *, covariates: pd.DataFrame | None = None, design: str = "randomised",
    customers: Any = None, control: str = "control", **further: Any,
) -> Sample:  # fmt: skip
    names = np.asarray(arms, dtype=object)
    known = pd.DataFrame(index=range(len(names)))
    if covariates is not None and len(covariates.columns):
        known = covariates.reset_index(drop=True)
    values, counts = np.unique(names.astype(str), return_counts=True)
    clusters = cluster_codes(None if customers is None else np.asarray(customers, dtype=object), len(names))
    found = Sample(
        design=design, arms=names, control=control, outcome=np.asarray(outcome, dtype=float), noun="purchases",  # type: ignore[arg-type]
        unit="purchases per customer", rows="customer", clusters=clusters, covariates=known, adjust=known,
        drawn=dict(zip(values.tolist(), counts.tolist(), strict=True)),
    )  # fmt: skip
    return replace(found, **further)


def estimated(*samples: Sample, seed: int = 1, margin: float = 0.05, learner: Learner = "ridge") -> GestureEffects:
    data = GestureData(samples, 90, "EUR", 5, ("As it came.",) * len(samples))
    return estimate_gestures(data, equivalence_margin=margin, seed=seed, outcome_model=learner)


def one_trial(sample: Sample) -> GestureEffect:
    (effect,) = trial_effects(sample, equivalence_margin=0.05, currency="EUR", several=False)
    return effect


def one_chosen(sample: Sample, seed: int = 1) -> GestureEffect:
    (effect,) = chosen_effects(sample, equivalence_margin=0.05, currency="EUR", seed=seed)
    return effect


def standard_error(estimate: Estimate, df: int) -> float:
    assert estimate.low is not None and estimate.high is not None
    return float((estimate.high - estimate.low) / 2 / student.ppf(0.975, df))


def at_most(share: float, draws: int) -> float:
    """The largest share of draws that a true share explains, but once in ten thousand times."""
    return float(binom.ppf(1 - 1e-4, draws, share)) / draws


def at_least(share: float, draws: int) -> float:
    return float(binom.ppf(1e-4, draws, share)) / draws


# --- 1. known truths --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hillstrom(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, GestureEffects]:
    folder = tmp_path_factory.mktemp("hillstrom")
    shutil.copy(shared_data / "hillstrom" / "hillstrom.csv", folder / "hillstrom.csv")
    effects = {}
    for outcome in ("visit", "spend"):
        others = ", ".join({"visit", "spend", "conversion"} - {outcome})
        write_study(
            folder,
            f"  outcomes:\n    path: hillstrom.csv\n    columns: {{arm: segment, outcome: {outcome}}}\n"
            "    control: No E-Mail\n    allocation: {No E-Mail: 1, Mens E-Mail: 1, Womens E-Mail: 1}\n"
            f"    ignore: [{others}]\n",
        )
        with open_study(folder) as kit:
            effects[outcome] = estimate_gestures(kit.gestures)
    return effects


def test_one_row_a_customer_says_what_one_an_occasion_does() -> None:
    rng = np.random.default_rng(3)
    influence, clusters = rng.standard_normal((2, 500)), rng.permutation(np.arange(500) % 90)
    found = TwoMeans(2.0, 1.5, influence[0], influence[1], clusters, 200, 300, 40)
    gathered = found.gathered()
    assert len(gathered.clusters) == 90 and gathered.n == found.n
    assert np.allclose(gathered.covariance, found.covariance, rtol=1e-12)
    assert gathered.mean("treated", "").ends == pytest.approx(found.mean("treated", "").ends)


class TestHillstrom:
    @pytest.mark.parametrize(
        ("outcome", "arm", "value", "error", "digits", "error_digits"),
        [
            ("visit", "Mens E-Mail", 0.07659, 0.0034, 5, 4), ("visit", "Womens E-Mail", 0.04523, 0.0032, 5, 4),
            ("spend", "Mens E-Mail", 0.770, 0.145, 3, 3), ("spend", "Womens E-Mail", 0.424, 0.130, 3, 3),
        ],
    )  # fmt: skip
    def test_the_published_differences_come_out_to_the_digit(
        self, hillstrom: dict[str, GestureEffects], outcome: str, arm: str, value: float, error: float, digits: int,
        error_digits: int,
    ) -> None:  # fmt: skip
        findings = hillstrom[outcome].findings
        naive = findings[f"effect_naive.{arm}"]
        assert round(naive.number, digits) == value
        assert round(standard_error(naive, 21_000), error_digits) == error
        assert naive.n == {"Mens E-Mail": 42_613, "Womens E-Mail": 42_693}[arm]  # equal rows are different people
        effect = findings[f"effect.{arm}"]
        assert effect.low is not None and effect.high is not None and effect.low < value < effect.high
        # What was known before takes noise out of visits; it tells next to nothing of what is spent.
        most = 1.001 if outcome == "spend" else 1.0
        assert effect.high - effect.low < most * ((naive.high or 0) - (naive.low or 0))

    def test_both_mails_work_by_lot_and_the_lot_was_as_meant(self, hillstrom: dict[str, GestureEffects]) -> None:
        effects = hillstrom["visit"]
        findings = effects.findings
        assert gesture_design(effects).findings["design"].verdict == "randomised"
        assert {e.arm: e.verdict.token for e in effects.effects} == {"Mens E-Mail": "works", "Womens E-Mail": "works"}
        assert findings["sample_ratio_mismatch"].number > 0.01
        assert findings["control_mean.Mens E-Mail"].number == pytest.approx(0.1062, abs=0.001)


class TestLaLonde:
    def study(self, folder: Path, *files: Path, design: str = "randomised") -> GestureEffects:
        frame = pd.concat([pd.read_csv(file) for file in files])
        frame["treat"] = frame["treat"].astype(int)
        folder.mkdir(exist_ok=True)
        frame.to_csv(folder / "lalonde.csv", index=False)
        write_study(
            folder,
            "  outcomes:\n    path: lalonde.csv\n    columns: {arm: treat, outcome: re78}\n"
            f'    control: "0"\n    design: {design}\n    ignore: [data_id]\n',
        )
        with open_study(folder) as kit:
            return estimate_gestures(kit.gestures)

    def test_the_experiment_comes_out_to_the_cent(self, shared_data: Path, tmp_path: Path) -> None:
        effects = self.study(tmp_path, shared_data / "lalonde" / "nsw_dw.csv")
        naive, effect = effects.findings["effect_naive.1"], effects.findings["effect.1"]
        assert round(naive.number, 2) == 1794.34 and naive.n == 445
        assert standard_error(naive, 184) == pytest.approx(671.0, abs=0.1)
        assert effect.low is not None and effect.high is not None and effect.low < 1794.34 < effect.high
        assert effects.main.mismatch is None and effects.main.verdict.token == "works"

    def test_against_a_survey_the_naive_answer_is_far_off_and_the_honest_one_is_not(
        self, shared_data: Path, tmp_path: Path
    ) -> None:
        trial = pd.read_csv(shared_data / "lalonde" / "nsw_dw.csv")
        trial[trial["treat"] == 1].to_csv(tmp_path / "treated.csv", index=False)
        effects = self.study(
            tmp_path / "study", tmp_path / "treated.csv", shared_data / "lalonde" / "cps_controls.csv",
            design="observational",
        )  # fmt: skip
        main = effects.main
        assert round(main.naive.number) == -8498 and main.n_treated == 185
        if main.verdict.token != "not_identifiable":
            assert main.effect.low is not None and main.effect.high is not None
            assert main.effect.low > -8498 + 4000 and abs(main.effect.number) < 4000
            assert main.effect.low < 1794.34 < main.effect.high
        design = gesture_design(effects).findings["design"].verdict
        assert design == ("not_identifiable" if main.verdict.token == "not_identifiable" else "observational")


# --- 2. laws ----------------------------------------------------------------------------------------------------------


@st.composite
def trials(draw: st.DrawFn, least: int = 24) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, arm, covariates and customers of a small trial in which each covariate varies in each arm."""
    n = draw(st.integers(least, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    treated = np.arange(n) % 2 == 0
    x = np.column_stack([rng.normal(size=n), np.arange(n) // 2 % 2]).astype(float)
    y = rng.poisson(np.exp(0.3 * x[:, 0] + 0.5 * treated)) + rng.normal(size=n) * draw(st.sampled_from([0.0, 1.0]))
    customers = rng.integers(0, draw(st.sampled_from([n, 5 * n])), n)
    return y.astype(float), treated, x, np.unique(customers, return_inverse=True)[1].astype(np.int64)


Trial = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def both_ways(trial: Trial) -> tuple[TwoMeans, TwoMeans]:
    y, treated, x, customers = trial
    return difference_in_means(y, treated, customers), adjusted_means(y, treated, x, customers)


def close(value: float, expected: float, scale: float = 1.0) -> None:
    assert value == pytest.approx(expected, rel=1e-7, abs=1e-7 * scale)


class TestLaws:
    @given(trials())
    @some
    def test_swapping_the_arms_flips_the_sign(self, trial: Trial) -> None:
        y, treated, x, customers = trial
        for one, two in zip(both_ways(trial), both_ways((y, ~treated, x, customers)), strict=True):
            close(two.difference, -one.difference)
            close(two.standard_error, one.standard_error)
            close(two.p_value, one.p_value)

    @given(trials(), st.floats(-100, 100))
    @some
    def test_adding_a_constant_to_the_outcome_changes_no_difference(self, trial: Trial, constant: float) -> None:
        y, treated, x, customers = trial
        for one, two in zip(both_ways(trial), both_ways((y + constant, treated, x, customers)), strict=True):
            close(two.difference, one.difference, 100)
            close(two.standard_error, one.standard_error, 100)

    @given(trials(), st.floats(0.01, 100))
    @some
    def test_scaling_the_outcome_scales_the_difference_and_its_error(self, trial: Trial, factor: float) -> None:
        y, treated, x, customers = trial
        for one, two in zip(both_ways(trial), both_ways((factor * y, treated, x, customers)), strict=True):
            close(two.difference, factor * one.difference, factor)
            close(two.standard_error, factor * one.standard_error, factor)

    @given(trials(), st.integers(0, 100))
    @some
    def test_the_order_of_rows_and_the_scale_of_covariates_change_nothing(self, trial: Trial, seed: int) -> None:
        y, treated, x, customers = trial
        order = np.random.default_rng(seed).permutation(len(y))
        moved = (y[order], treated[order], 7 * x[order] - 3, customers[order])
        for one, two in zip(both_ways(trial), both_ways(moved), strict=True):
            close(two.difference, one.difference)
            close(two.standard_error, one.standard_error)

    @given(trials())
    @some
    def test_the_difference_is_that_of_the_two_means_and_neymans_error(self, trial: Trial) -> None:
        y, treated, _, _ = trial
        found = difference_in_means(y, treated, np.arange(len(y)))
        one, zero = y[treated], y[~treated]
        close(found.difference, one.mean() - zero.mean())
        close(found.standard_error, math.sqrt(one.var(ddof=1) / len(one) + zero.var(ddof=1) / len(zero)))
        assert found.df == min(len(one), len(zero)) - 1

    @given(trials())
    @some
    def test_the_adjusted_difference_is_lins_regression(self, trial: Trial) -> None:
        y, treated, x, _ = trial
        centred = x - x.mean(axis=0)
        t = treated[:, None].astype(float)
        design = np.hstack([np.ones((len(y), 1)), t, centred, t * centred])
        found = adjusted_means(y, treated, x, np.arange(len(y)))
        if min(treated.sum(), (~treated).sum()) >= 20:  # one covariate for ten rows
            close(found.difference, float(np.linalg.lstsq(design, y, rcond=None)[0][1]))
        else:
            close(found.difference, y[treated].mean() - y[~treated].mean())

    @pytest.mark.parametrize("shift", [0.0, 100.0])
    def test_a_covariate_that_varies_in_one_arm_only_does_no_harm(self, shift: float) -> None:
        # Five of a hundred treated have something that no control has: in the control arm the column is a constant.
        rng = np.random.default_rng(5)
        treated = np.arange(200) < 100
        y = rng.normal(1.0, 0.1, 200) + shift
        x = np.zeros((200, 1))
        x[:5] = 1
        raw = difference_in_means(y, treated, np.arange(200))
        found = adjusted_means(y, treated, x, np.arange(200))
        assert abs(found.difference - raw.difference) < 3 * raw.standard_error

    @pytest.mark.parametrize("n_arm", [3, 10, 40])
    def test_rows_that_stand_twice_tell_nothing_new(self, n_arm: int) -> None:
        rng = np.random.default_rng(n_arm)
        treated, y = np.arange(2 * n_arm) < n_arm, rng.normal(size=2 * n_arm)
        x, customers = rng.normal(size=(2 * n_arm, 1)), np.arange(2 * n_arm)
        one = both_ways((y, treated, x, customers))
        two = both_ways((np.tile(y, 2), np.tile(treated, 2), np.tile(x, (2, 1)), np.tile(customers, 2)))
        close(two[0].difference, one[0].difference)
        assert two[0].df == one[0].df
        for a, b in zip(one[:1] if n_arm < 10 else one, two[:1] if n_arm < 10 else two, strict=True):
            assert b.standard_error >= a.standard_error * (1 - 1e-9)

    def test_rows_that_stand_twice_shrink_the_error_by_no_more_than_the_small_sample_factor(self) -> None:
        rng = np.random.default_rng(1)
        treated, y, customers = np.arange(400) < 200, rng.normal(size=400), np.arange(400)
        one = difference_in_means(y, treated, customers).standard_error
        two = difference_in_means(np.tile(y, 2), np.tile(treated, 2), np.tile(customers, 2)).standard_error
        alone = difference_in_means(np.tile(y, 2), np.tile(treated, 2), np.arange(800)).standard_error
        assert two == pytest.approx(one, rel=0.002) and alone == pytest.approx(one / math.sqrt(2), rel=0.01)

    def test_chosen_arms_that_are_swapped_flip_the_average_effect(self) -> None:
        sample = confounded(np.random.default_rng(3), 900, strength=0.25)
        other = replace(sample, control="card")
        one, two = one_chosen(sample), one_chosen(other)
        assert two.average.number == pytest.approx(-one.average.number, rel=1e-4)
        assert two.naive.number == pytest.approx(-one.naive.number)
        assert (two.average.high or 0) - (two.average.low or 0) == pytest.approx(
            (one.average.high or 0) - (one.average.low or 0), rel=1e-4
        )

    def test_an_outcome_in_other_units_scales_the_chosen_effect(self) -> None:
        sample = confounded(np.random.default_rng(4), 900, strength=0.5)
        one, two = one_chosen(sample), one_chosen(replace(sample, outcome=100 * sample.outcome))
        for name in ("effect", "average", "naive"):
            assert getattr(two, name).number == pytest.approx(100 * getattr(one, name).number, rel=1e-6)
        assert two.percent.number == pytest.approx(one.percent.number, rel=1e-6)

    def test_with_models_given_a_constant_changes_no_chosen_effect(self) -> None:
        rng = np.random.default_rng(8)
        n = 400
        p, m = rng.uniform(0.1, 0.9, n), rng.normal(size=n)
        treated, y = rng.random(n) < p, m + rng.normal(size=n)
        customers = rng.integers(0, 200, n)
        customers = np.unique(customers, return_inverse=True)[1].astype(np.int64)
        for shift in (0.0, 50.0):
            nuisance = Nuisance(p, m + 1 + shift, m + shift)
            on_treated = effect_on_treated(y + shift, treated, nuisance, customers)
            average = average_effect(y + shift, treated, nuisance, customers)
            if not shift:
                first = (on_treated, average)
        close(on_treated.difference, first[0].difference, 100)
        close(average.difference, first[1].difference, 100)
        close(average.standard_error, first[1].standard_error, 100)
        swapped = average_effect(y, ~treated, Nuisance(1 - p, m, m + 1), customers)
        close(swapped.difference, -first[1].difference)
        for means in (*first, swapped):  # what every row adds sums to nothing
            assert abs(means.influence_treated.mean()) < 1e-9 and abs(means.influence_control.mean()) < 1e-9

    def test_a_customer_with_many_rows_stays_in_one_fold(self) -> None:
        customers = np.repeat(np.arange(50), 7)
        folds = make_folds(customers, 3)
        assert all(len(np.unique(folds[customers == k])) == 1 for k in range(50))
        assert np.bincount(folds[::7]).tolist() == [10] * 5

    @given(st.floats(0, 50), st.floats(0.001, 5), st.integers(1, 10_000))
    @some
    def test_the_robustness_value_grows_with_t_and_lies_between_0_and_1(self, t: float, more: float, df: int) -> None:
        low, high = robustness_value(t, df), robustness_value(t + more, df)
        assert 0 <= low <= high < 1 and (low < high or high > 0.999)
        assert robustness_value(t + more, df + 1) <= high + 1e-12
        # it is the root of x^2 / (1 - x) = t^2 / df, as Cinelli and Hazlett define it
        assert high**2 / (1 - high) == pytest.approx((t + more) ** 2 / df, rel=1e-3, abs=1e-9)

    @given(st.floats(1, 50), st.floats(0.001, 5))
    @some
    def test_the_e_value_grows_with_the_ratio_and_a_halving_counts_as_a_doubling(self, ratio: float, by: float) -> None:
        assert 1 <= e_value(ratio) < e_value(ratio + by)
        assert e_value(1 / ratio) == pytest.approx(e_value(ratio))
        assert e_value(1.0) == 1 and math.isnan(e_value(0.0)) and math.isnan(e_value(math.nan))

    def test_holm_by_hand(self) -> None:
        # Four p values: the smallest times 4, the next times 3, ... and never less than the one before.
        assert holm([0.005, 0.03, 0.011, 0.6]) == pytest.approx([0.02, 0.06, 0.033, 0.6])
        assert holm([0.4, 0.5]) == pytest.approx([0.8, 0.8]) and holm([0.7, 0.8]) == [1.0, 1.0] and holm([]) == []

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
    @some
    def test_holm_lies_between_no_adjustment_and_bonferroni_and_keeps_the_order(self, p: list[float]) -> None:
        found = holm(p)
        assert all(x <= y <= min(1, len(p) * x) + 1e-12 for x, y in zip(p, found, strict=True))
        assert [found[i] for i in np.argsort(p, kind="stable")] == sorted(found)
        assert min(found) == pytest.approx(min(1.0, len(p) * min(p)))

    def test_the_sample_ratio_p_value_is_uniform_when_the_lot_is_as_meant(self) -> None:
        rng = np.random.default_rng(11)
        shares = np.array([2.0, 1.0, 1.0])
        p = np.array([sample_ratio_mismatch(row.astype(float), shares)
                      for row in rng.multinomial(3000, shares / 4, size=500)])  # fmt: skip
        for share in (0.05, 0.25, 0.5, 0.75):
            assert at_least(share, 500) <= (p < share).mean() <= at_most(share, 500), share
        assert sample_ratio_mismatch(np.array([1200.0, 900.0, 900.0]), shares) < 1e-6


# --- 3. calibration ---------------------------------------------------------------------------------------------------


def negative_binomial(rng: np.random.Generator, mean: np.ndarray, size: float = 1.0) -> np.ndarray:
    return rng.poisson(rng.gamma(size, mean / size)).astype(float)


class TestCalibration:
    @pytest.mark.parametrize("share", [0.5, 0.25])
    def test_intervals_of_a_trial_cover_as_often_as_they_say(self, share: float) -> None:
        rng, n, draws = np.random.default_rng(21), 400, 1000
        covered = np.zeros(2)
        widths = np.zeros(2)
        for _ in range(draws):
            before = rng.gamma(1.0, 1.0, n)
            x = rng.poisson(2 * before).astype(float)[:, None]
            treated = rng.permutation(n) < share * n
            y = negative_binomial(rng, 2 * before + 0.5 * treated, 3.0)
            for k, found in enumerate((difference_in_means(y, treated, np.arange(n)),
                                       adjusted_means(y, treated, x, np.arange(n)))):  # fmt: skip
                covered[k] += abs(found.difference - 0.5) <= found.reach(0.95)
                widths[k] += found.reach(0.95)
        error = 2 * math.sqrt(0.95 * 0.05 / draws)
        assert (covered / draws >= 0.93 - error).all() and (covered / draws <= 0.97 + error).all(), covered / draws
        assert widths[1] < 0.9 * widths[0]  # and the adjustment pays

    @pytest.mark.parametrize("n_arms", [1, 3])
    def test_without_an_effect_a_verdict_is_given_by_mistake_in_no_more_than_one_of_twenty(self, n_arms: int) -> None:
        rng, draws = np.random.default_rng(22 + n_arms), 500
        arms = np.array(["control", "a", "b", "c"], dtype=object)[np.arange(100 * (n_arms + 1)) % (n_arms + 1)]
        wrong = 0
        for _ in range(draws):
            treated = {arm: arms == arm for arm in ("a", "b", "c")[:n_arms]}
            y = negative_binomial(rng, np.full(len(arms), 1.5))
            means = []
            for mine in treated.values():
                rows = mine | (arms == "control")
                means.append(difference_in_means(y[rows], mine[rows], np.arange(rows.sum())))
            adjusted = holm([m.p_value for m in means])
            tokens = {
                judge(m, adjusted_p=p, equivalence_margin=0.05, customers=100, events=100, rows="customer",
                      arms=n_arms).token
                for m, p in zip(means, adjusted, strict=True)
            }  # fmt: skip
            wrong += bool(tokens & {"works", "harms"})
        assert wrong / draws <= at_most(0.05, draws), wrong / draws

    @pytest.mark.thorough
    def test_the_whole_path_of_a_trial_with_three_arms_keeps_the_level_too(self) -> None:
        rng, draws, n = np.random.default_rng(26), 120, 320
        wrong = 0
        for _ in range(draws):
            arms = rng.permutation(np.array(["control", "a", "b", "c"], dtype=object)[np.arange(n) % 4])
            known = pd.DataFrame({"recent": rng.poisson(2.0, n)})
            y = negative_binomial(rng, 0.5 + known["recent"].to_numpy(float))
            found = trial_effects(
                sample_of(y, arms, covariates=known), equivalence_margin=0.05, currency="EUR", several=False
            )
            wrong += any(e.verdict.token in ("works", "harms") for e in found)
        assert wrong / draws <= at_most(0.05, draws), wrong / draws

    @staticmethod
    def crossed(looks: np.ndarray, draws: int, seed: int) -> float:
        """Share of trials without an effect whose always-valid interval leaves out zero at any of the looks (rows)."""
        rng = np.random.default_rng(seed)
        reach = np.array([always_valid_reach(1 / math.sqrt(n), int(n)) for n in looks])
        hits = 0
        for _ in range(draws):
            mean = np.cumsum(rng.standard_normal(looks[-1]))[looks - 1] / looks
            hits += bool((np.abs(mean) > reach).any())
        return hits / draws

    def test_ninety_daily_looks_at_nothing_mislead_in_no_more_than_one_of_twenty(self) -> None:
        assert self.crossed(np.arange(1, 91) * 20, 1000, 31) <= at_most(0.05, 1000)

    def test_so_do_ninety_looks_with_the_error_estimated_from_counts(self) -> None:
        rng, draws, a_day = np.random.default_rng(32), 300, 40
        hits, peeked = 0, 0
        treated = np.arange(90 * a_day) % 2 == 0
        looks = np.arange(1, 91) * a_day
        reach = np.array([always_valid_reach(1.0, int(n)) for n in looks])
        for _ in range(draws):
            y = negative_binomial(rng, np.full(90 * a_day, 2.0))
            sums = [(np.cumsum(np.where(arm, y, 0))[looks - 1], np.cumsum(np.where(arm, y**2, 0))[looks - 1])
                    for arm in (treated, ~treated)]  # fmt: skip
            m = looks / 2
            error = np.sqrt(sum((squares - total**2 / m) / (m - 1) / m for total, squares in sums))
            gap = np.abs(sums[0][0] - sums[1][0]) / m
            hits += bool((gap > reach * error).any())
            peeked += bool((gap > 1.96 * error).any())
        assert hits / draws <= at_most(0.05, draws)
        assert peeked / draws > 0.2  # the fixed interval, looked at daily, misleads often: this is what it is for

    def test_however_often_is_looked_an_interval_that_holds_at_every_look_holds(self) -> None:
        # A look after each customer, from the 20th to the 20,000th: asked of a confidence sequence, at most 5%.
        assert self.crossed(np.arange(20, 20_001), 1500, 33) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 1500)


# --- 4. chosen gestures -----------------------------------------------------------------------------------------------


def confounded(rng: np.random.Generator, n: int, effect: float = 0.4, strength: float = 1.0) -> Sample:
    """Counts whose mean and whose chance of a gesture hang on the same covariates, in curves."""
    x = rng.normal(size=(n, 4))
    pull = 0.9 * x[:, 0] - 0.5 * x[:, 1] ** 2 + 0.5 * x[:, 2] + 0.3 * x[:, 0] * x[:, 2]
    choice = 1 / (1 + np.exp(0.6 - strength * pull))
    mean = np.exp(0.2 + 0.4 * x[:, 0] - 0.25 * x[:, 1] ** 2 + 0.3 * np.maximum(x[:, 2], 0))
    treated = rng.random(n) < choice
    y = negative_binomial(rng, mean, 2.0) + treated * rng.poisson(effect, n)
    known = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    return sample_of(y, np.where(treated, "card", "control"), covariates=known, design="observational")


class TestChosen:
    def test_confounding_that_is_seen_is_taken_out(self) -> None:
        draws, truth = 30, 0.4
        found = []
        for k in range(draws):
            sample = confounded(np.random.default_rng(100 + k), 2000)
            treated = np.asarray(sample.arms == "card", dtype=bool)
            matrix, _ = as_numbers(sample.covariates)
            basis, folds = expand(matrix, treated, sample.outcome), make_folds(sample.clusters, k)
            p = fit_propensity(treated, basis, folds, k)
            nuisance = Nuisance(p, *fit_outcomes(sample.outcome, treated, basis, folds, k))
            three = (
                difference_in_means(sample.outcome, treated, sample.clusters),
                effect_on_treated(sample.outcome, treated, nuisance, sample.clusters),
                average_effect(sample.outcome, treated, nuisance, sample.clusters),
            )
            found += [(means.difference - truth, means.reach(0.95)) for means in three]
        bias = np.array(found).reshape(draws, 3, 2)
        naive, on_treated, average = bias[:, :, 0].mean(axis=0)
        assert naive > 0.3
        covered = (np.abs(bias[:, 1:, 0]) <= bias[:, 1:, 1]).mean(axis=0)
        assert (covered >= at_least(0.95, draws)).all(), covered
        assert abs(on_treated) < 0.15 * naive and abs(average) < 0.15 * naive
        assert np.mean(np.abs(bias[:, 0, 0]) <= bias[:, 0, 1]) < 0.2  # the naive interval hardly ever covers

    def test_one_of_the_two_models_may_be_wrong(self) -> None:
        rng = np.random.default_rng(55)
        n = 20_000
        x = rng.normal(size=n)
        p, m = 1 / (1 + np.exp(-x)), np.exp(0.5 * x)
        treated = rng.random(n) < p
        y = rng.poisson(m + 0.5 * treated).astype(float)
        flat, clusters = np.full(n, 0.5), np.arange(n)
        for nuisance in (Nuisance(p, flat, flat), Nuisance(flat, m + 0.5, m)):
            for means in (effect_on_treated(y, treated, nuisance, clusters),
                          average_effect(y, treated, nuisance, clusters)):  # fmt: skip
                assert abs(means.difference - 0.5) < 4 * means.standard_error
        assert difference_in_means(y, treated, clusters).difference > 0.9

    def test_the_checks_stand_beside_the_effect(self) -> None:
        effect = one_chosen(confounded(np.random.default_rng(9), 1500, strength=0.5))
        assert effect.overlap is not None and effect.sensitivity is not None
        assert effect.sensitivity.robustness_value >= effect.sensitivity.robustness_value_low >= 0
        before, after = (effect.balance.table[name].abs().max() for name in ("before", "after"))
        assert before > 0.3 and after < 0.1
        assert effect.average.has_interval and "e_value.card" in effect.findings


def shop_by_the_day(
    folder: Path, seed: int, *, gain: float, n: int = 500, late_days: int = 0, named: bool = False
) -> tuple[Path, pd.DataFrame]:
    """A year of customers who differ in how often they come; one order in eight gets a card by chance.

    With `gain` a card brings one order more, 12 days later, with that probability; those orders get no card. A card is
    handed over up to `late_days` after its order, whatever the customer does meanwhile; `named`: it names that order.
    """
    rng = np.random.default_rng(seed)
    orders, cards = [], []
    first = pd.Timestamp("2023-01-01")
    for i in range(n):
        rate = rng.gamma(1.0, 1 / 45)
        days = np.flatnonzero(rng.random(365) < 1 - np.exp(-rate))
        more = []
        for day in days:
            if rng.random() < 0.125:
                given_on = int(day) + (int(rng.integers(0, late_days + 1)) if late_days else 0)
                if given_on < 365:
                    cards.append((f"c{i}", given_on, f"{i}-{day}"))
                if rng.random() < gain and day + 12 < 365:
                    more.append(day + 12)
        orders += [(f"c{i}", day, f"{i}-{day}") for day in sorted({*days.tolist(), *more})]
    frames = []
    for rows in (orders, cards):
        frame = pd.DataFrame(rows, columns=["customer_id", "day", "order_id"])
        frames.append(frame.assign(at=(first + pd.to_timedelta(frame["day"], unit="D")).dt.strftime("%Y-%m-%d")))
    rows = [f"{who},{at},10,{order}" for who, _, order, at in frames[0].itertuples(index=False)]
    given_rows = [f"{who},{at},1,{order if named else ''}" for who, _, order, at in frames[1].itertuples(index=False)]
    write_study(
        folder, "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n",
        head=HEAD + "observation_end: 2023-12-31\nparameters: {outcome_days: 60}\n",
        orders=orders_csv(*rows, head="customer_id,ordered_at,revenue,order_id"),
        gestures=orders_csv(*given_rows, head="customer_id,given_at,cost,order_id"),
    )  # fmt: skip
    counted = frames[0].groupby("customer_id").size().rename("orders").to_frame()
    counted["carded"] = counted.index.isin(frames[1]["customer_id"])
    return folder, counted


class TestImmortalTime:
    @pytest.mark.parametrize(("gain", "seed"), [(0.0, 1), (0.0, 2), (0.5, 3)])
    def test_customers_with_a_card_against_the_others_is_wrong_and_orders_against_orders_is_right(
        self, tmp_path: Path, gain: float, seed: int
    ) -> None:
        folder, customers = shop_by_the_day(tmp_path, seed, gain=gain)
        carded = customers["carded"].to_numpy()
        naive = customers["orders"].to_numpy()[carded].mean() - customers["orders"].to_numpy()[~carded].mean()
        assert naive > 5  # who gets a card has lived through more orders: it looks like a wonder
        with open_study(folder) as kit:
            effects = estimate_gestures(kit.gestures, seed=1)
        (effect,) = effects.effects
        assert effect.is_told and effect.verdict.token in (("works",) if gain else ("cannot_tell", "no_effect"))
        assert effect.effect.low is not None and effect.effect.high is not None
        # an order more 12 days later, but for those who would have come on that day in any case
        assert effect.effect.low < 0.95 * gain < effect.effect.high
        assert effect.effect.high - effect.effect.low < 0.6
        assert gesture_design(effects).findings["design"].verdict == "observational"
        assert effects.findings["effect.gesture"] == effect.effect
        assert effect.placebo.low is not None and effect.placebo.low < 0 < (effect.placebo.high or 0)

    @pytest.mark.parametrize("named", [True, False])
    def test_a_card_that_comes_days_after_its_order_is_not_blamed_for_customers_who_were_back_before_it(
        self, tmp_path: Path, named: bool
    ) -> None:
        # No card does anything. Where it names no order it belongs to the last one before it: an order that is followed
        # by another within the week loses its late card to that one, so the orders with a card are those without a
        # quick return.
        folder, _ = shop_by_the_day(tmp_path, 5, gain=0.0, n=2000, late_days=7, named=named)
        with open_study(folder) as kit:
            (effect,) = estimate_gestures(kit.gestures).effects
        assert effect.verdict.token in ("no_effect", "cannot_tell"), (effect.verdict, effect.effect)

    def test_where_others_alike_abound_the_effect_is_that_on_all_who_got_it(self) -> None:
        # At the most telling covariate, 2 standard deviations out, three of four still get it: nobody lacks controls.
        gaps, covered, draws = [], 0, 8
        for k in range(draws):
            rng = np.random.default_rng(200 + k)
            x = rng.normal(size=4000)
            treated = rng.random(4000) < 1 / (1 + np.exp(-0.55 * x))
            gain = 0.6 * np.exp(0.6 * x)
            y = rng.poisson(np.exp(0.2 * x) + treated * gain)
            arms = np.where(treated, "card", "control")
            effect = one_chosen(sample_of(y, arms, covariates=pd.DataFrame({"x": x}), design="observational")).effect
            truth = gain[treated].mean()
            gaps.append(effect.number - truth)
            assert effect.low is not None and effect.high is not None
            covered += effect.low < truth < effect.high
        assert covered / draws >= at_least(0.95, draws) and abs(np.mean(gaps)) < 0.05, (covered, np.mean(gaps))


# --- 5. the rule ------------------------------------------------------------------------------------------------------


def means_of(difference: float, error: float, control: float = 1.0, n: int = 1000) -> TwoMeans:
    """Two means whose difference has exactly the error asked for."""
    influence = np.zeros(n)
    influence[0] = error * n
    treated = np.zeros(n)
    return TwoMeans(
        control + difference, control, influence, treated, np.arange(n), n // 2, n // 2, max(n // 2 - 1, 1)
    )  # fmt: skip


def judged(means: TwoMeans | None, **further: Any) -> Verdict:
    usual: dict[str, Any] = {
        "adjusted_p": 1.0 if means is None else means.p_value, "equivalence_margin": 0.05, "customers": 500,
        "events": 500, "rows": "customer",
    }  # fmt: skip
    return judge(means, **(usual | further))


class TestRule:
    def test_an_interval_above_or_below_zero_works_or_harms(self) -> None:
        assert judged(means_of(0.3, 0.1)).token == "works" and judged(means_of(-0.3, 0.1)).token == "harms"
        edge = float(student.ppf(0.975, 499)) * 0.1
        assert judged(means_of(edge * 1.001, 0.1)).token == "works"
        assert judged(means_of(edge * 0.999, 0.1)).token == "cannot_tell"

    def test_the_p_value_that_counts_is_the_adjusted_one(self) -> None:
        means = means_of(0.22, 0.1)
        assert means.p_value < 0.05 and judged(means, adjusted_p=2 * means.p_value).token == "cannot_tell"

    def test_no_effect_takes_a_narrow_interval_within_the_margin(self) -> None:
        assert judged(means_of(0.0, 0.02)).token == "no_effect"
        assert judged(means_of(0.02, 0.02)).token == "cannot_tell"  # its 90% interval ends at .053
        assert judged(means_of(0.0, 0.1)).token == "cannot_tell"
        assert judged(means_of(0.0, 0.02), equivalence_margin=0.0).token == "cannot_tell"
        assert judged(means_of(0.0, 0.02, control=0.0)).token == "cannot_tell"
        assert judged(means_of(0.04, 0.005)).token == "works"  # a small effect that is sure is an effect

    def test_a_large_trial_without_an_effect_says_so(self) -> None:
        rng = np.random.default_rng(41)
        arms = np.where(np.arange(40_000) % 2 == 0, "control", "card")
        effect = one_trial(sample_of(rng.poisson(4.0, 40_000), arms, allocation={"control": 1, "card": 1}))
        assert effect.verdict.token == "no_effect" and "90% interval" in effect.verdict.why

    @pytest.mark.parametrize(
        "further", [{"mismatch": 0.009}, {"customers": 19}, {"events": 9}, {"means": None}, {"error": 0.0}]
    )
    def test_what_cannot_be_trusted_cannot_be_told_however_large(self, further: dict[str, Any]) -> None:
        means = means_of(5.0, further.pop("error", 0.1))
        if "means" in further:
            means = further.pop("means")
        found = judged(means, **further)
        assert found.token == "cannot_tell" and found.why

    @pytest.mark.parametrize("further", [{"mismatch": 0.011}, {"customers": 20}, {"events": 10}])
    def test_on_the_line_it_is_trusted(self, further: dict[str, Any]) -> None:
        assert judged(means_of(5.0, 0.1), **further).token == "works"

    def test_a_fault_goes_before_everything(self) -> None:
        found = judged(None, fault="because", mismatch=0.0, customers=0)
        assert (found.token, found.why) == ("not_identifiable", "because")

    def test_while_a_trial_runs_the_wider_interval_decides(self) -> None:
        means = means_of(0.25, 0.1)
        assert judged(means).token == "works" and judged(means, running=10).token == "cannot_tell"
        assert "still running" in judged(means, running=10).why
        assert judged(means_of(0.5, 0.1), running=10).token == "works"
        assert judged(means_of(-0.5, 0.1), running=10).token == "harms"
        assert judged(means_of(0.31, 0.1), running=10, arms=1).token == "works"
        assert judged(means_of(0.31, 0.1), running=10, arms=5).token == "cannot_tell"

    def test_while_a_trial_runs_it_is_not_said_that_there_is_no_effect(self) -> None:
        means = means_of(0.0, 0.02)
        assert judged(means).token == "no_effect" and judged(means, running=1).token == "cannot_tell"

    def test_a_running_trial_carries_both_intervals(self) -> None:
        rng = np.random.default_rng(42)
        sample = sample_of(rng.poisson(2.0, 400), np.where(np.arange(400) % 2 == 0, "control", "card"), n_running=30)
        running, over = one_trial(sample), one_trial(replace(sample, n_running=0))
        assert running.always_valid.has_interval and not over.always_valid.has_interval
        assert (running.always_valid.high or 0) > (running.effect.high or 0)
        assert "effect_always_valid.card" in running.findings and "effect_always_valid.card" not in over.findings

    def test_sizes_that_were_not_meant_leave_the_estimates_and_take_the_verdict(self) -> None:
        rng = np.random.default_rng(43)
        arms = np.where(np.arange(1000) < 600, "control", "card")
        y = rng.poisson(2.0, 1000) + 2 * (arms == "card")
        effect = one_trial(sample_of(y, arms, allocation={"control": 1.0, "card": 1.0}))
        assert effect.verdict.token == "cannot_tell" and effect.mismatch is not None and effect.mismatch < 1e-6
        assert effect.effect.has_interval and effect.effect.number == pytest.approx(2, abs=0.5)
        assert one_trial(sample_of(y, arms, allocation={"control": 3.0, "card": 2.0})).verdict.token == "works"
        assert one_trial(sample_of(y, arms)).mismatch is None

    def test_an_arm_of_two_cannot_be_told(self) -> None:
        arms = np.array(["control"] * 100 + ["card"] * 2)
        effect = one_trial(sample_of(np.arange(102.0), arms))
        assert effect.verdict.token == "cannot_tell" and "fewer than 20 customers" in effect.verdict.why
        alone = one_trial(sample_of(np.arange(101.0), arms[:101]))
        assert alone.verdict.token == "cannot_tell" and not alone.effect.has_interval and not alone.naive.has_interval

    @pytest.mark.parametrize("design", ["randomised", "observational"])
    def test_an_outcome_of_nothing_but_zeros_cannot_be_told(self, design: str) -> None:
        rng = np.random.default_rng(44)
        arms, known = np.where(rng.random(300) < 0.5, "control", "card"), pd.DataFrame({"x": rng.normal(size=300)})
        (effect,) = estimated(sample_of(np.zeros(300), arms, design=design, covariates=known)).effects
        assert effect.verdict.token == "cannot_tell" and not effect.percent.has_interval

    def test_an_outcome_that_is_the_same_for_everybody_cannot_be_told(self) -> None:
        effect = one_trial(sample_of(np.ones(300), np.where(np.arange(300) % 2 == 0, "control", "card")))
        assert effect.verdict.token == "cannot_tell" and "the same for everybody" in effect.verdict.why


class TestNotIdentifiable:
    def chosen(self, treated: np.ndarray, *, n_known: int = 2, seed: int = 51, **further: Any) -> GestureEffect:
        rng = np.random.default_rng(seed)
        known = pd.DataFrame({f"x{k}": rng.normal(size=len(treated)) for k in range(n_known)})
        arms = np.where(treated, "card", "control")
        drawn = {"card": int(treated.sum()), "control": int((~treated).sum())}
        y = rng.poisson(2.0, len(treated))
        further = {"drawn": drawn} | further
        (effect,) = estimated(sample_of(y, arms, covariates=known, design="observational", **further)).effects
        return effect

    def assert_open(self, effect: GestureEffect, why: str) -> None:
        assert effect.verdict.token == "not_identifiable" and why in effect.verdict.why, effect.verdict
        assert not effect.effect.has_interval and not effect.average.has_interval and not effect.percent.has_interval
        keys = set(effect.findings)
        assert not keys & {"effect.card", "effect_average.card", "effect_percent.card", "robustness_value.card"}
        assert effect.findings["verdict.card"].verdict == "not_identifiable"
        data = GestureData((), 90, "EUR", 5, ())
        effects = GestureEffects((effect,), data)
        assert gesture_design(effects).findings["design"].verdict == "not_identifiable"
        assert why in gesture_design(effects).reading and (why in effects.reading or effect.n_control < 5)

    def test_everyone_got_it(self) -> None:
        self.assert_open(self.chosen(np.ones(200, dtype=bool)), "everyone got the gesture")

    def test_nobody_got_it(self) -> None:
        effect = self.chosen(np.zeros(200, dtype=bool))
        assert effect.verdict.token == "not_identifiable" and not effect.naive.has_interval

    def test_a_fixed_rule_chose(self) -> None:
        rng = np.random.default_rng(52)
        x = rng.normal(size=800)
        arms = np.where(x > 0.3, "card", "control")
        sample = sample_of(
            rng.poisson(2.0, 800), arms, covariates=pd.DataFrame({"x": x, "z": rng.normal(size=800)}),
            design="observational",
        )  # fmt: skip
        effect = one_chosen(sample)
        self.assert_open(effect, "others alike without one")
        assert effect.naive.has_interval and "effect_naive.card" in effect.findings

    def test_nothing_is_known_of_the_time_before(self) -> None:
        self.assert_open(self.chosen(np.arange(200) % 2 == 0, n_known=0), "nothing is known")

    @pytest.mark.parametrize("n_control", [25, 28])
    def test_fewer_than_thirty_without_one(self, n_control: int) -> None:
        self.assert_open(self.chosen(np.arange(400) >= n_control), "fewer than 30")

    def test_fewer_than_thirty_without_one_also_where_they_are_fewer_than_twenty(self) -> None:
        effect = self.chosen(np.arange(400) >= 12)
        assert effect.verdict.token == "not_identifiable"

    def test_fewer_than_twenty_with_one_is_too_few_and_not_a_fault_of_the_design(self) -> None:
        effect = self.chosen(np.arange(400) < 12)
        assert effect.verdict.token == "cannot_tell" and "fewer than 20 customers" in effect.verdict.why
        assert effect.naive.has_interval

    def test_a_placebo_that_finds_something(self) -> None:
        rng = np.random.default_rng(53)
        treated = rng.random(800) < 0.4
        older = pd.DataFrame({"older_purchases": rng.poisson(3.0, 800).astype(float)})
        recent = rng.poisson(2.0, 800) + 2.0 * treated  # and the covariates do not know of it
        effect = self.chosen(treated, recent=recent, older=older)
        self.assert_open(effect, "before it")
        assert effect.placebo.low is not None and effect.placebo.low > 0
        clean = self.chosen(treated, recent=rng.poisson(2.0, 800).astype(float), older=older)
        assert clean.verdict.token != "not_identifiable" and clean.effect.has_interval

    def test_half_overlap_trims_and_says_so(self) -> None:
        rng = np.random.default_rng(54)
        x = rng.normal(size=2000)
        treated = (rng.random(2000) < 0.35) | (x > 0.9)  # beyond .9 everybody
        arms = np.where(treated, "card", "control")
        y = rng.poisson(np.exp(0.3 * x))
        effect = one_chosen(sample_of(y, arms, covariates=pd.DataFrame({"x": x}), design="observational"))
        assert effect.overlap is not None and effect.overlap.is_trimmed and effect.effect.has_interval
        assert "so sure to get it that they are left out" in effect.overlap.reading
        assert effect.effect.low is not None and effect.effect.low < 0 < (effect.effect.high or 0)
        assert not effect.average.has_interval  # nobody can be held against those beyond


# --- 6. keys ----------------------------------------------------------------------------------------------------------


def everything(effects: GestureEffects) -> dict[str, dict[str, Any]]:
    """All findings of the report, as `results.json` has them; NaN and Infinity are faults."""
    groups = gesture_by_group(effects)
    parts = (effects, gesture_design(effects), groups, gesture_money(effects), next_trial(effects))
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        findings: Mapping[str, Estimate] = part.findings
        for key, estimate in findings.items():
            assert key not in found, key
            found[key] = estimate.as_finding()
    json.dumps(found, allow_nan=False)
    assert all(found.values())
    for part in parts:
        assert part.reading and "nan" not in part.reading.split()
    return found


def full_sample(seed: int, design: str = "randomised", **further: Any) -> Sample:
    rng = np.random.default_rng(seed)
    n = 1200
    x = rng.normal(size=n)
    treated = rng.random(n) < 1 / (1 + np.exp(-(0.25 * x if design == "observational" else 0 * x)))
    name = "gesture" if design == "observational" else "card"
    arms = np.where(treated, name, "none" if design == "observational" else "control")
    y = rng.poisson(np.exp(0.3 * x + 0.2 * treated))
    segment = np.array(["profit_bringers", "misunderstood", "candidates", "lost"], dtype=object)[np.arange(n) % 4]
    recent = rng.poisson(np.exp(0.3 * x)).astype(float)
    sample = sample_of(
        y, arms, covariates=pd.DataFrame({"x": x}), design=design, control=str(arms[~treated][0]),
        groups={"segment": segment}, recent=recent, older=pd.DataFrame({"older_purchases": x}),
        contribution=3.0 * y, own_cost=np.where(treated, 0.5, 0.0),
        allocation={"control": 1.0, "card": 1.0} if design == "randomised" else None,
    )  # fmt: skip
    if design == "observational":
        sample = replace(
            sample,
            rows="order",
            unit="purchases per gesture",
            ordinals=rng.integers(1, 4, n),
            failed=rng.random(n) < 0.5,
        )
    return replace(sample, **further)


SEGMENTS = ("profit_bringers", "misunderstood", "candidates", "lost")


def keys_of(arm: str, prefix: str = "") -> set[str]:
    names = (
        "effect", "effect_percent", "effect_naive", "placebo", "incremental_contribution", "break_even_cost", "verdict",
    )  # fmt: skip
    return {f"{prefix}{name}.{arm}" for name in names} | {f"{prefix}effect.{arm}.{s}" for s in SEGMENTS}


class TestKeys:
    def test_a_trial_has_the_keys_of_the_contract(self) -> None:
        found = everything(estimated(full_sample(61)))
        assert keys_of("card") | {"design", "sample_ratio_mismatch"} <= found.keys()
        assert found["design"] == {"verdict": "randomised"}
        assert not [key for key in found if key.startswith("observational")]
        effect = found["effect.card"]
        assert set(effect) == {"estimate", "low", "high", "level", "n", "unit"} and effect["level"] == 0.95
        assert effect["n"] == 1200
        cost = found["break_even_cost.card"]["estimate"] - found["incremental_contribution.card"]["estimate"]
        assert cost == pytest.approx(0.5, abs=1e-6)  # taken off once
        percent, effects = found["effect_percent.card"]["estimate"], estimated(full_sample(61))
        ratio = effects.main.treated_mean.number / effects.main.control_mean.number
        assert percent == pytest.approx(100 * (ratio - 1))

    def test_chosen_gestures_have_theirs(self) -> None:
        found = everything(estimated(full_sample(68, "observational")))
        wanted = keys_of("gesture") | {"design", "effect_average.gesture", "robustness_value.gesture"}
        wanted |= {f"habituation.{k}" for k in (1, 2, 3)} | {"recovery.gesture_vs_none"}
        assert wanted <= found.keys() and found["design"] == {"verdict": "observational"}
        assert "sample_ratio_mismatch" not in found

    def test_chosen_gestures_beside_a_trial_stand_under_their_own_name(self) -> None:
        found = everything(estimated(full_sample(61), full_sample(68, "observational")))
        assert keys_of("card") | keys_of("gesture", "observational.") <= found.keys()
        assert found["design"] == {"verdict": "randomised"}
        assert found["observational.design"] == {"verdict": "observational"}
        assert "effect.gesture" not in found and "observational.habituation.1" in found
        alone = everything(estimated(full_sample(68, "observational")))
        assert found["observational.effect.gesture"] == alone["effect.gesture"]

    def test_everything_of_the_chosen_gestures_beside_a_trial_is_named_so(self) -> None:
        both = set(everything(estimated(full_sample(61), full_sample(68, "observational"))))
        trial = set(everything(estimated(full_sample(61))))
        assert {key for key in both - trial if not key.startswith("observational.")} == set()

    def test_several_experiments_stand_before_their_arms(self) -> None:
        spring, autumn = full_sample(63, experiment="spring"), full_sample(64, experiment="autumn")
        found = everything(estimated(spring, autumn))
        assert keys_of("spring.card") | keys_of("autumn.card") <= found.keys()
        assert {"sample_ratio_mismatch.spring", "sample_ratio_mismatch.autumn"} <= found.keys()
        assert "effect.card" not in found and "sample_ratio_mismatch" not in found
        alone = everything(estimated(spring))
        assert "effect.card" in alone and found["effect.spring.card"] == alone["effect.card"]

    @pytest.mark.parametrize("outcome", ["zeros", "huge", "tiny", "negative", "constant"])
    @pytest.mark.parametrize("design", ["randomised", "observational"])
    def test_no_finding_is_nan_or_infinite_whatever_came(self, design: str, outcome: str) -> None:
        sample = full_sample(65, design)
        y = {
            "zeros": 0 * sample.outcome, "huge": 1e12 * sample.outcome, "tiny": 1e-12 * sample.outcome,
            "negative": -sample.outcome, "constant": 0 * sample.outcome + 3,
        }[outcome]  # fmt: skip
        found = everything(estimated(replace(sample, outcome=y)))
        assert f"verdict.{'card' if design == 'randomised' else 'gesture'}" in found

    @pytest.mark.parametrize("design", ["randomised", "observational"])
    @pytest.mark.parametrize("n", [1, 2, 5, 39, 45])
    def test_nor_with_next_to_nobody(self, design: str, n: int) -> None:
        whole = full_sample(66, design)
        rows = np.zeros(1200, dtype=bool)
        rows[:n] = True
        few = {
            name: getattr(whole, name)[rows]
            for name in ("arms", "outcome", "recent", "contribution", "own_cost")
        }  # fmt: skip
        small = replace(
            whole, **few, clusters=np.arange(n), covariates=whole.covariates[rows], adjust=whole.adjust[rows],
            older=whole.older[rows] if whole.older is not None else None,
            groups={"segment": whole.groups["segment"][rows]},
            ordinals=None if whole.ordinals is None else whole.ordinals[rows],
            failed=None if whole.failed is None else whole.failed[rows],
        )  # fmt: skip
        assert everything(estimated(small))

    def test_the_order_of_rows_changes_no_finding_of_a_trial(self) -> None:
        sample = full_sample(67)
        order = np.random.default_rng(1).permutation(1200)
        moved = replace(
            sample, arms=sample.arms[order], outcome=sample.outcome[order], covariates=sample.covariates.iloc[order],
            adjust=sample.adjust.iloc[order], groups={"segment": sample.groups["segment"][order]},
            recent=sample.recent[order], contribution=sample.contribution[order], own_cost=sample.own_cost[order],  # type: ignore[index]
        )  # fmt: skip
        one, two = everything(estimated(sample)), everything(estimated(moved))
        assert one.keys() == two.keys()
        for key, finding in one.items():
            if key.startswith("predicted_effect_slope"):
                continue  # rows without a customer are dealt into folds as they come
            for name, value in finding.items():
                assert two[key][name] == (pytest.approx(value, rel=1e-7) if isinstance(value, float) else value), key

    def test_the_contribution_of_a_table_of_outcomes_is_net_of_what_the_arm_cost(self, tmp_path: Path) -> None:
        rows = [f"{'AB'[i % 2]},{i % 3},{5 + i % 7 + 2 * (i % 2)}" for i in range(400)]
        write_study(
            tmp_path, "  outcomes: {path: o.csv, control: A}\n", o=orders_csv(*rows, head="arm,outcome,contribution")
        )
        with open_study(tmp_path) as kit:
            found = everything(estimate_gestures(kit.gestures))
        assert found["incremental_contribution.B"]["estimate"] == pytest.approx(2.0, abs=0.1)
        assert "break_even_cost.B" not in found  # what the arm cost is not told

    def test_the_wider_of_two_levels_has_the_wider_interval(self) -> None:
        means = means_of(0.3, 0.1)
        wide, narrow = means.estimate("x", level=0.99), means.estimate("x", level=0.9)
        assert (wide.low or 0) < (narrow.low or 0) < 0.3 < (narrow.high or 0) < (wide.high or 0)
        assert means.p_value == pytest.approx(2 * norm.sf(3), rel=0.1)


@pytest.mark.thorough
def test_gestures_at_random_days_that_name_no_order_are_not_said_to_do_anything(tmp_path: Path) -> None:
    # Who comes back soon has fewer days in which to get a gesture: controls must not be picked by what came later.
    start = np.datetime64("2022-01-01")
    found = []
    for seed in range(4):
        rng = np.random.default_rng(700 + seed)
        n, days, given = 1_500, 720, 110_000
        pace = rng.gamma(1.5, 1 / 1.5, n) * 3 / 90
        bought = [np.append(rng.uniform(0, days, rng.poisson(rate * days)), rng.uniform(0, 30)) for rate in pace]
        orders = [f"c{i},{start + int(t)},{rng.integers(5, 40)}" for i, times in enumerate(bought) for t in times]
        who, when = rng.integers(0, n, given), rng.integers(31, 620, given)
        gestures = [f"c{i},{start + int(t)}" for i, t in zip(who, when, strict=True)]
        folder = write_study(
            tmp_path / str(seed), "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n",
            orders=orders_csv(*orders), gestures=orders_csv(*gestures, head="customer_id,given_at"),
        )  # fmt: skip
        with open_study(folder) as kit:
            effect = estimate_gestures(kit.gestures, seed=seed).main.effect
        assert effect.low is not None and effect.high is not None
        found.append((effect.number, (effect.high - effect.low) / (2 * 1.96)))
    mean = sum(value for value, _ in found) / len(found)
    error = sum(one**2 for _, one in found) ** 0.5 / len(found)
    assert abs(mean) < 3.3 * error, found
