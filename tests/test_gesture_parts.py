"""One gesture in parts: how expected, how often, after a failure, by cluster; what else it changed, and its harm."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf, norm

from cxlab.answers.gestures import gestures_answer
from cxlab.estimate import Estimate
from cxlab.gestures import (
    GestureEffects,
    gesture_by_cluster,
    gesture_by_group,
    gesture_surprise,
    guard_rails,
    next_trial,
    other_outcomes,
    repeated_gestures,
    service_recovery,
)
from cxlab.gestures.compared import ratio_of
from cxlab.gestures.doubly_robust import effect_on_treated
from cxlab.gestures.expected import joint_width
from cxlab.gestures.fitted import Fitted
from cxlab.gestures.means import TwoMeans
from cxlab.gestures.nuisance import Nuisance
from cxlab.gestures.recovery import judge_paradox
from cxlab.gestures.result import estimate_gestures
from cxlab.gestures.sample import Sample
from cxlab.gestures.slopes import effect_slope
from cxlab.gestures.trial_means import difference_in_means
from cxlab.kit import open_study
from cxlab.simulate import read_settings, simulate_shop, write_shop
from tests.make import HEAD, orders_csv, write_study
from tests.test_gestures import at_least, at_most, estimated, full_sample, sample_of

ALL = slice(None)


def told(found: Any, key: str) -> tuple[float, float, float]:
    estimate: Estimate = found.findings[key]
    return (estimate.number, *estimate.ends)


def shop(folder: Path, **settings: object) -> GestureEffects:
    write_shop(simulate_shop(read_settings(None, **settings)), {}, folder)
    with open_study(folder) as kit:
        return estimate_gestures(kit.gestures, seed=1)


# --- 1. the slope -----------------------------------------------------------------------------------------------------


def known_models(rng: np.random.Generator, n: int, slope: float) -> tuple[Fitted, np.ndarray]:
    """Rows whose models are known to the letter: the effect falls along a scale; three rows a customer."""
    customers = np.arange(n) // 3
    own = rng.normal(size=n // 3 + 1)[customers]
    scale = rng.uniform(0, 1, n)
    chance = 0.15 + 0.5 * scale
    expected = np.exp(0.3 + 0.5 * scale)
    treated = rng.random(n) < chance
    y = expected + 0.4 * own + rng.normal(size=n) + treated * (0.5 + slope * (scale - 0.5))
    nuisance = Nuisance(chance, expected, expected)
    everybody = np.ones(n, dtype=bool)
    return Fitted(everybody, y, treated, customers, scale[:, None], customers % 5, nuisance, None, 1), scale


class TestSlope:
    @pytest.mark.parametrize("slope", [0.0, -0.6])
    def test_covers_what_was_planted_as_often_as_it_says(self, slope: float) -> None:
        rng, draws, hits, errors, found = np.random.default_rng(1), 300, 0, [], []
        for _ in range(draws):
            fitted, scale = known_models(rng, 900, slope)
            value, error, df = effect_slope(fitted, scale, np.empty((900, 0)), np.ones(900, dtype=bool))
            hits += abs(value - slope) <= norm.ppf(0.975) * error
            found.append(value)
            errors.append(error)
            assert df > 100
        assert at_least(0.95, draws) <= hits / draws
        assert 1 - hits / draws >= 0.01  # and not by being far too wide
        assert np.mean(errors) == pytest.approx(np.std(found), rel=0.15)
        assert np.mean(found) == pytest.approx(slope, abs=4 * np.std(found) / draws**0.5)

    def test_what_is_held_alike_takes_away_what_goes_with_it(self) -> None:
        # The effect goes with how much is bought, and so does the scale: alone it has a slope, beside it it has none.
        rng = np.random.default_rng(2)
        fitted, scale = known_models(rng, 6000, 0.0)
        more = replace(fitted, outcome=fitted.outcome + fitted.treated * 0.8 * fitted.nuisance.control)
        everybody = np.ones(6000, dtype=bool)
        alone, error, _ = effect_slope(more, scale, np.empty((6000, 0)), everybody)
        assert alone > 4 * error
        noisy = scale + rng.normal(size=6000)
        beside, error, _ = effect_slope(more, noisy, fitted.nuisance.control[:, None], everybody)
        assert abs(beside) < 3 * error

    def test_two_halves_differ_as_their_effects_do(self) -> None:
        fitted, scale = known_models(np.random.default_rng(3), 9000, -0.6)
        half = (scale > 0.5).astype(float)
        value, error, _ = effect_slope(fitted, half, np.empty((9000, 0)), np.ones(9000, dtype=bool))
        low, high = (fitted.part(half == k) for k in (0.0, 1.0))
        assert low is not None and high is not None
        assert value == pytest.approx(high.difference - low.difference, abs=0.2 * error)

    def test_of_one_kind_of_row_there_is_no_part(self) -> None:
        fitted, scale = known_models(np.random.default_rng(3), 300, 0.0)
        assert fitted.part(np.asarray(scale < 0.01)) is None and fitted.of(scale) is not None

    def test_a_band_over_independent_parts_is_sidaks(self) -> None:
        rng, n = np.random.default_rng(4), 40_000
        parts = []
        for k in range(5):
            mine = np.arange(n) % 5 == k
            parts.append(TwoMeans(1.0, 0.0, np.where(mine, rng.normal(size=n), 0), np.zeros(n), np.arange(n), 9, 9, 99))
        assert joint_width(parts, 1) == pytest.approx(norm.ppf(0.5 + 0.5 * 0.95 ** (1 / 5)), abs=0.03)


# --- 2. surprise ------------------------------------------------------------------------------------------------------


def expected_gestures(seed: int, *, gain: float, fall: float, ratio: float = 0.0, n: int = 6000) -> Sample:
    """Orders whose gesture can be foreseen; it brings `gain` less `fall` a point of its chance, and a share `ratio`."""
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=n), rng.normal(size=n)
    chance = 1 / (1 + np.exp(0.7 - x))
    treated = rng.random(n) < chance
    mean = np.exp(0.2 + 0.2 * x + 0.3 * w)
    y = rng.poisson(mean + treated * (np.maximum(gain - fall * chance, 0) + ratio * mean))
    return sample_of(
        y, np.where(treated, "gesture", "none"), covariates=pd.DataFrame({"x": x, "w": w}), design="observational",
        control="none", rows="order", unit="purchases per gesture",
        groups={"segment": np.where(w > 0, "profit_bringers", "lost").astype(object)},
    )  # fmt: skip


class TestSurprise:
    def test_a_gesture_that_works_less_where_it_was_expected_is_found(self) -> None:
        rng = np.random.default_rng(0)
        chance = 1 / (1 + np.exp(0.7 - rng.normal(size=200_000)))
        gain = np.maximum(1.6 - 2 * chance, 0)
        truth = np.polyfit(10 * chance, gain, 1, w=np.sqrt(chance))[0]  # the best line among those with a gesture
        draws, hits = 6, 0
        for seed in range(draws):
            found = gesture_surprise(estimated(expected_gestures(200 + seed, gain=1.6, fall=2.0, n=3000)))
            _, low, high = told(found, "surprise_slope")
            hits += low < truth < high
            assert high < 0 and found.findings["surprise_verdict"].verdict == "less"
        assert hits / draws >= at_least(0.92, draws)
        assert "works less where it was to be expected" in found.heading and "So gestures work less" in found.reading
        assert found.findings["surprise_slope"].n == 3000

    def test_one_that_works_alike_is_not_said_to_fade_also_where_it_goes_with_buying(self) -> None:
        # as much for everybody; and a share of what is bought anyway: more where more is bought, and it was likelier
        draws, said = 8, 0
        for seed in range(draws):
            gain, ratio = ((0.6, 0.0), (0.0, 0.4))[seed % 2]
            found = gesture_surprise(estimated(expected_gestures(300 + seed, gain=gain, fall=0, ratio=ratio, n=2000)))
            assert found.slope is not None
            said += found.slope.verdict in ("less", "more")
        assert said / draws <= at_most(0.05, draws)

    def test_no_slope_worth_the_name_can_be_said(self) -> None:
        found = gesture_surprise(estimated(expected_gestures(15, gain=0.6, fall=0.0)), equivalence_margin=0.6)
        assert found.slope is not None and found.slope.verdict == "no_slope" and "no such slope" in found.reading

    def test_the_parts_go_from_the_least_expected_to_the_most_and_share_a_band(self) -> None:
        table = gesture_surprise(estimated(expected_gestures(16, gain=1.6, fall=2.0))).table
        assert len(table) == 10 and (table["chance_low"].diff().iloc[1:] > 0).all()
        assert (table["joint_low"] < table["effect_low"]).all() and (table["joint_high"] > table["effect_high"]).all()
        assert table["effect"].iloc[:3].mean() > table["effect"].iloc[-3:].mean() + 0.5
        few = gesture_surprise(estimated(expected_gestures(16, gain=1.0, fall=0.0, n=500)))
        assert 1 < len(few.table) < 5

    def test_in_a_trial_nobody_could_expect_one(self) -> None:
        found = gesture_surprise(estimated(full_sample(61)))
        assert not found.findings and "cannot be known" in found.reading and not len(found.table)

    def test_without_overlap_nothing_is_said(self) -> None:
        x = np.linspace(-1, 1, 800)
        sample = sample_of(
            np.ones(800), np.where(x > 0, "gesture", "none"), covariates=pd.DataFrame({"x": x}), design="observational",
            control="none", rows="order",
        )  # fmt: skip
        found = gesture_surprise(estimated(sample))
        assert not found.findings and "No effect of chosen gestures" in found.reading


# --- 3. how often -----------------------------------------------------------------------------------------------------

OFTEN: dict[str, Any] = {
    "customers": 1500, "trial": "none", "segments": "none", "days": 540, "failures": {"share": 0.0},
    "feedback": {"share": 0.0}, "referrals": {"share": 0.0},
}  # fmt: skip
WORN = {"effect": {"everybody": 0.6}, "wear_off": 0.2, "disappointment": 0.0, "half_life_days": 60, "confounding": 0.5}


class TestHabituation:
    @pytest.mark.thorough
    def test_gestures_that_wear_off_are_found_in_a_shop(self, tmp_path: Path) -> None:
        found = repeated_gestures(shop(tmp_path, seed=2, gestures=WORN, **OFTEN))
        assert found.slope is not None and found.slope.verdict == "less" and "wear off" in found.reading
        _, _, high = told(found, "habituation_slope")
        assert high < 0 and found.findings["habituation_verdict"].verdict == "less"
        assert len(found.rows) == 3 and len(found.waits) >= 2

    @pytest.mark.thorough
    @pytest.mark.parametrize("seed", [3])
    def test_gestures_that_do_nothing_are_not_said_to_wear_off(self, tmp_path: Path, seed: int) -> None:
        effects = shop(tmp_path, seed=seed, gestures=WORN | {"strength": 0.0}, **OFTEN)
        found = repeated_gestures(effects)
        assert found.slope is not None and found.slope.verdict in ("no_slope", "cannot_tell")
        assert "cannot be told" in found.heading or "as well as the first" in found.heading

    @pytest.mark.parametrize(("fall", "verdict"), [(0.5, "less"), (0.0, "cannot_tell"), (-0.5, "more")])
    def test_the_slope_is_that_which_was_planted(self, fall: float, verdict: str) -> None:
        sample = expected_gestures(21, gain=1.5, fall=0.0)
        ordinal = np.random.default_rng(21).integers(1, 6, 6000)
        capped = np.minimum(ordinal, 3)
        treated = sample.arms == "gesture"
        moved = replace(sample, outcome=sample.outcome - fall * treated * (capped - 2), ordinals=ordinal)
        found = repeated_gestures(estimated(moved))
        assert found.slope is not None and found.slope.verdict == verdict
        _, low, high = told(found, "habituation_slope")
        assert low < -fall < high

    def test_a_longer_pause_that_helps_is_found(self) -> None:
        sample = expected_gestures(22, gain=1.5, fall=0.0)
        rng = np.random.default_rng(22)
        since = np.where(rng.random(6000) < 0.3, np.nan, rng.integers(1, 200, 6000).astype(float))
        gain = np.where(np.isfinite(since), 0.5 * (np.log2(1 + np.nan_to_num(since)) - 6), 0.0)
        ordinal = np.where(np.isfinite(since), 2, 1)
        moved = replace(
            sample, outcome=sample.outcome + gain * (sample.arms == "gesture"), ordinals=ordinal, since_gesture=since
        )
        found = repeated_gestures(estimated(moved))
        assert found.wait_slope is not None and found.wait_slope.verdict == "more"
        _, low, high = told(found, "habituation_wait_slope")
        assert low < 0.5 < high and found.waits[0][0] == "up to 30 days after the last"
        assert "lets the next one work more" in found.reading


# --- 4. after a failure -----------------------------------------------------------------------------------------------


def failures(seed: int, *, dent: float, gain: float, n: int = 8000) -> Sample:
    sample = expected_gestures(seed, gain=0.0, fall=0.0, n=n)
    failed = np.random.default_rng(seed).random(n) < 0.4
    treated = sample.arms == "gesture"
    return replace(
        sample, failed=failed, outcome=sample.outcome + 1.0 + failed * (gain * treated - dent),
        ordinals=np.ones(n, dtype=np.int64),
    )  # fmt: skip


class TestRecovery:
    @pytest.mark.parametrize(
        ("dent", "gain", "verdict", "said"),
        [(0.4, 0.8, "paradox", "the recovery paradox"), (0.8, 0.4, "no_paradox", "no recovery paradox here")],
    )
    def test_both_contrasts_and_the_paradox_are_told(self, dent: float, gain: float, verdict: str, said: str) -> None:
        effects = estimated(failures(32, dent=dent, gain=gain))
        keys, found = effects.findings, service_recovery(effects)
        low, high = keys["recovery.gesture_vs_none"].ends
        assert low < gain < high
        low, high = keys["recovery.gesture_vs_no_failure"].ends
        assert low < gain - dent < high
        assert keys["recovery.gesture_vs_no_failure"].verdict == verdict and said in found.reading
        assert len(found.table) == 2 and found.heading

    def test_no_end_of_an_interval_is_written_as_zero_that_is_none(self) -> None:
        effects = estimated(failures(32, dent=0.4, gain=0.8))
        near = replace(effects.effects[0].made_good, low=0.0012)
        found = service_recovery(replace(effects, effects=(replace(effects.effects[0], made_good=near),)))
        assert "(0.001–" in found.reading and "(0.000–" not in found.reading

    def test_the_rule(self) -> None:
        def means(difference: float, error: float) -> TwoMeans:
            n = 1000
            spread = np.where(np.arange(n) % 2, 1.0, -1.0) * error * n**0.5
            return TwoMeans(2 + difference, 2.0, spread, np.zeros(n), np.arange(n), 500, 500, 499)

        assert judge_paradox(means(0.5, 0.1), 0.05) == "paradox"
        assert judge_paradox(means(-0.3, 0.1), 0.05) == "no_paradox"
        assert judge_paradox(means(0.0, 0.05), 0.05) == "no_paradox"  # at most .1 above 2
        assert judge_paradox(means(0.0, 0.1), 0.05) == "cannot_tell"

    def test_without_failures_it_says_what_is_missing(self) -> None:
        found = service_recovery(estimated(full_sample(61)))
        assert not found.rows and "incidents" in found.reading and "too few" not in found.reading


# --- 5. other outcomes and guard rails --------------------------------------------------------------------------------


def trial(seed: int, n: int = 4000, **further: Any) -> Sample:
    rng = np.random.default_rng(seed)
    treated = rng.random(n) < 0.5
    y = rng.poisson(2.0, n).astype(float)
    rails = {
        "sold": 20 * y, "returned": 20 * y * (rng.random(n) < 0.05), "revenue": 19 * y, "earned": 6 * y,
        "complaints": rng.binomial(y.astype(int), 0.1).astype(float),
        "days_to_next": np.minimum(rng.geometric(0.03, n), 90),
    }  # fmt: skip
    given = {name: make(rng, y, treated) for name, make in further.items()}
    return sample_of(
        y, np.where(treated, "card", "control"),
        further={name: np.asarray(v, float) for name, v in (rails | given).items() if v is not None},
    )  # fmt: skip


class TestOtherOutcomes:
    def test_the_days_are_the_area_under_the_kaplan_meier_curve(self) -> None:
        sample = trial(41)
        found = other_outcomes(estimated(sample))
        days, treated = sample.further["days_to_next"], sample.arms == "card"
        areas = []
        for arm in (treated, ~treated):
            came = days[arm] < 90
            curve = ecdf(CensoredData(uncensored=days[arm][came], right=days[arm][~came])).sf
            times = np.concatenate([[0.0], curve.quantiles[curve.quantiles < 90], [90.0]])
            left = np.concatenate([[1.0], curve.probabilities[curve.quantiles < 90]])
            areas.append(float((np.diff(times) * left).sum()))
        value, low, high = told(found, "effect_days_to_next_purchase.card")
        assert value == pytest.approx(areas[0] - areas[1], abs=1e-9)
        raw = difference_in_means(days, treated, sample.clusters).standard_error
        assert high - low == pytest.approx(2 * 1.96 * raw, rel=0.01)

    def test_sooner_is_minus_and_money_may_come_of_larger_purchases(self) -> None:
        sample = trial(
            42, days_to_next=lambda rng, y, t: np.minimum(rng.geometric(np.where(t, 0.045, 0.03)), 90),
            revenue=lambda rng, y, t: y * np.where(t, 23, 19) * rng.uniform(0.9, 1.1, len(y)),
        )  # fmt: skip
        found = other_outcomes(estimated(sample))
        assert told(found, "effect_days_to_next_purchase.card")[2] < 0 and "sooner" in found.heading
        assert told(found, "effect_revenue.card")[1] > 0
        value, _, _ = told(found, "effect_revenue_per_purchase.card")
        assert value == pytest.approx(4.0, abs=0.2) and "purchases were larger" in found.reading
        assert found.table["effect"].notna().all()

    def test_chosen_gestures_have_them_too_confounding_taken_out(self) -> None:
        sample = expected_gestures(43, gain=0.5, fall=0.0)
        rng = np.random.default_rng(143)
        x, treated = sample.covariates["x"].to_numpy(), sample.arms == "gesture"
        days = np.clip(40 - 8 * x - 5 * treated + rng.normal(0, 10, 6000), 1, 90)
        found = other_outcomes(
            estimated(replace(sample, further={"days_to_next": days, "revenue": 3 * sample.outcome}))
        )
        _, low, high = told(found, "effect_days_to_next_purchase.gesture")
        assert low < -5 < high and high - low < 2
        assert days[treated].mean() - days[~treated].mean() < -9  # at first sight

    def test_contribution_is_that_before_the_gestures_own_cost(self) -> None:
        effects = estimated(full_sample(61))
        assert other_outcomes(effects).findings["effect_contribution.card"] == effects.findings["break_even_cost.card"]

    def test_a_table_of_outcomes_has_no_days(self) -> None:
        found = other_outcomes(
            estimated(sample_of(np.arange(200) % 5, np.where(np.arange(200) % 2, "card", "control")))
        )
        assert not found.findings and found.heading and found.reading and found.table.empty


class TestGuardRails:
    def test_a_ratio_is_that_of_the_sums_and_its_error_that_of_resamples(self) -> None:
        rng, n = np.random.default_rng(44), 1500
        below = rng.gamma(2, 1, n)
        above = below * rng.uniform(0, 0.4, n)
        treated, customers = rng.random(n) < 0.5, np.arange(n) // 2
        top, bottom = (difference_in_means(y, treated, customers) for y in (above, below))
        found = ratio_of(top, bottom)
        assert found is not None
        share = [above[arm].sum() / below[arm].sum() for arm in (treated, ~treated)]
        assert found.difference == pytest.approx(share[0] - share[1])
        drawn = []
        for _ in range(300):
            times = np.bincount(rng.integers(0, n // 2, n // 2), minlength=n // 2)[customers]
            sums = [(times * y)[arm].sum() for arm in (treated, ~treated) for y in (above, below)]
            drawn.append(sums[0] / sums[1] - sums[2] / sums[3])
        assert found.standard_error == pytest.approx(np.std(drawn), rel=0.15)

    def test_a_gesture_that_raises_returns_and_complaints_is_caught_and_the_margin_is_not(self) -> None:
        sample = trial(
            45, returned=lambda rng, y, t: 20 * y * (rng.random(len(y)) < np.where(t, 0.12, 0.05)),
            complaints=lambda rng, y, t: rng.binomial(y.astype(int), np.where(t, 0.2, 0.1)),
            earned=lambda rng, y, t: 6 * y * rng.uniform(0.95, 1.05, len(y)),
        )  # fmt: skip
        found = guard_rails(estimated(sample))
        verdicts = {rail.name: rail.verdict for _, rail in found.shown}
        assert verdicts == {"returns": "worse", "complaints": "worse", "margin": "not_worse"}
        _, low, high = told(found, "guard_rail.returns.card")
        assert low < 0.07 < high and "came back" in found.heading
        sure = replace(sample, outcome=sample.outcome + 0.5 * (sample.arms == "card"))
        effects = estimated(sure)
        answer = gestures_answer(effects, gesture_by_group(effects), next_trial(effects), guard_rails(effects))
        assert "But returns and complaints got worse with it" in answer.line
        assert found.findings["guard_rail.returns.card"].verdict == "worse"

    def test_twice_as_many_purchases_alone_touch_no_guard_rail(self) -> None:
        sample = trial(46)
        more = np.where(sample.arms == "card", 2.0, 1.0)
        names = ("sold", "returned", "revenue", "earned", "complaints")
        further = {name: sample.further[name] * more for name in names}
        found = guard_rails(estimated(replace(sample, outcome=sample.outcome * more, further=further)))
        assert {rail.verdict for _, rail in found.shown} <= {"not_worse", "cannot_tell"} and len(found.shown) >= 2

    def test_with_nothing_planted_worse_is_said_in_no_more_than_one_of_twenty(self) -> None:
        draws = 60
        said = 0
        for k in range(draws):
            found = guard_rails(estimated(trial(500 + k, 600)))
            said += any(rail.verdict in ("worse", "shifted") for _, rail in found.shown)
        assert said / draws <= at_most(0.05, draws)

    def test_a_shift_between_channels_is_neither_good_nor_bad(self) -> None:
        sample = trial(
            47, channel_days=lambda rng, y, t: y,
            elsewhere_days=lambda rng, y, t: rng.binomial(y.astype(int), np.where(t, 0.15, 0.3)),
        )  # fmt: skip
        found = guard_rails(estimated(replace(sample, main_channel="shop")))
        (rail,) = [rail for _, rail in found.shown if rail.name == "channel"]
        assert rail.verdict == "shifted" and "“shop”" in rail.said

    def test_only_what_the_study_tells_is_looked_at_and_a_spoilt_trial_tells_nothing(self) -> None:
        sample = trial(48, complaints=lambda *_: None, earned=lambda *_: None)
        assert [rail.name for _, rail in guard_rails(estimated(sample)).shown] == ["returns"]
        spoilt = replace(sample, allocation={"control": 1.0, "card": 5.0})
        assert not guard_rails(estimated(spoilt)).shown
        assert not guard_rails(estimated(full_sample(61))).findings

    def test_while_a_trial_runs_no_harm_is_not_said(self) -> None:
        sample = trial(49, 8000, complaints=lambda rng, y, t: rng.binomial(y.astype(int), np.where(t, 0.2, 0.1)))
        found = guard_rails(estimated(replace(sample, n_running=50)))
        verdicts = {rail.name: rail.verdict for _, rail in found.shown}
        assert verdicts["complaints"] == "worse" and "not_worse" not in verdicts.values()


# --- 6. by cluster ----------------------------------------------------------------------------------------------------


class Letters:
    def predict(self, frame: pd.DataFrame) -> pd.Series:
        return pd.Series(np.where(frame["n_orders"] > 3, "A", "B"))


def clustered(seed: int, apart: float, design: str) -> Sample:
    sample = full_sample(seed, design)
    orders = np.random.default_rng(seed).integers(1, 7, 1200).astype(float)
    orders[:30] = np.nan
    gain = np.where(np.nan_to_num(orders) > 3, apart, -apart) * (sample.arms != sample.control)
    described = pd.DataFrame({"n_orders": orders})
    return replace(sample, outcome=sample.outcome + gain, described=described)


class TestByCluster:
    @pytest.mark.parametrize(("design", "prefix"), [("randomised", "card"), ("observational", "gesture")])
    def test_clusters_that_differ_are_told_apart(self, design: str, prefix: str) -> None:
        found = gesture_by_cluster(estimated(clustered(68, 0.5, design)), Letters())
        assert found.differ and "cluster A" in found.heading
        high, low = (found.findings[f"effect.{prefix}.cluster.{letter}"] for letter in "AB")
        assert high.ends[0] > low.ends[1]
        assert found.findings[f"heterogeneity_by_cluster.{prefix}"].number < 0.001
        assert [g.group for g in found.effect.groups] == ["A", "B", "new"] and "too small to tell" in found.reading

    def test_clusters_that_do_not_are_not_ranked(self) -> None:
        found = gesture_by_cluster(estimated(clustered(52, 0.0, "randomised")), Letters())
        assert not found.differ and "by no more than chance" in found.heading and "do not choose" in found.reading

    def test_without_histories_or_clusters_nothing_is_said_by_cluster(self) -> None:
        for found in (
            gesture_by_cluster(estimated(full_sample(61)), Letters()),
            gesture_by_cluster(estimated(clustered(52, 0.0, "randomised")), None),
        ):
            assert not found.findings and "No clusters can be told" in found.reading and found.heading

    def test_customers_are_described_as_they_stood_before(self, tmp_path: Path) -> None:
        rows = [f"c{i},2024-0{1 + k}-{1 + i % 20:02d},{10 + k},web" for i in range(40) for k in range(i % 4 + 1)]
        gestures = [f"c{i},2024-02-{1 + i % 20:02d}" for i in range(40) if i % 4 > 0]
        write_study(
            tmp_path, "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n",
            head=HEAD + "calibration_end: 2024-03-31\nparameters: {outcome_days: 20}\n",
            orders=orders_csv(*rows, head="customer_id,ordered_at,revenue,channel"),
            gestures=orders_csv(*gestures, head="customer_id,given_at"),
        )  # fmt: skip
        with open_study(tmp_path) as kit:
            (sample,) = kit.gestures.samples
            customers = kit.customers.frame
        described = sample.described
        assert described is not None and set(described.columns) <= set(customers.columns)
        assert (described["n_orders"].dropna() == 1).all() and (described["mean_order_value"].dropna() == 10).all()
        assert "returned" not in sample.further and "complaints" not in sample.further and sample.main_channel == ""
        assert "elsewhere_days" not in sample.further  # one channel only


# --- 7. what an earlier run kept --------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_what_was_kept_of_a_study_tells_the_same_guard_rails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(None, customers=80, seed=6, days=400)
    write_shop(simulate_shop(settings), {}, tmp_path / "shop")
    monkeypatch.setenv("CXLAB_STORE", str(tmp_path / "store"))
    samples = []
    for _ in range(2):
        with open_study(tmp_path / "shop") as kit:
            samples.append(kit.gestures.samples)
    for one, two in zip(*samples, strict=True):
        assert one.main_channel == two.main_channel == "shop"
        assert {"returned", "complaints", "low_answers", "elsewhere_days", "earned"} <= one.further.keys()
        for name, values in one.further.items():
            np.testing.assert_array_equal(values, two.further[name], err_msg=name)


def test_the_effect_of_a_part_that_is_all_is_the_effect() -> None:
    fitted, _ = known_models(np.random.default_rng(5), 900, 0.0)
    means = fitted.part(np.ones(900, dtype=bool))
    whole = effect_on_treated(fitted.outcome, fitted.treated, fitted.nuisance, fitted.clusters)
    assert means is not None and means.difference == pytest.approx(whole.difference)
