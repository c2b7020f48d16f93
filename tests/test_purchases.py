"""Repeat purchases: published truths, derivatives, simulated truths, and input that nothing can be learned from."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, hyp2f1

import cxlab
from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.purchases import (
    Histories,
    PurchaseModelError,
    check_holdout,
    count_repeats,
    find_still_customers,
    fit_bgnbd,
    fit_gamma_gamma,
    follow_purchases,
    forecast,
    forecast_value,
)
from cxlab.purchases.bgnbd import fit_histories, maximise_bgnbd
from cxlab.purchases.bgnbd_likelihood import BgNbdLikelihood
from cxlab.purchases.gamma_gamma import maximise_gamma_gamma
from cxlab.purchases.groups import merge_small
from cxlab.purchases.rule import LEVEL_BAND, judge
from tests.purchase_shops import CUT, TRUTH, WINDOW, buying_days, shop

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = np.array([0.2426, 4.4135, 0.7929, 2.4258])  # Fader, Hardie and Lee (2005), table 2


@pytest.fixture(scope="module")
def cdnow() -> Customers:
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        return kit.customers


@pytest.fixture(scope="module")
def true_shop() -> Customers:
    return shop(buying_days(4_000, seed=7))


def analyse(customers: Customers, *, minimum_group: int = 5) -> SimpleNamespace:
    """Everything that the notebook asks for."""
    model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers, minimum_group=minimum_group)
    return SimpleNamespace(
        model=model,
        spend=spend,
        counts=count_repeats(model, minimum_group=minimum_group),
        check=check_holdout(model, customers, minimum_group=minimum_group),
        course=follow_purchases(model, customers),
        still=find_still_customers(model, customers, minimum_group=minimum_group),
        value=forecast_value(model, spend, customers),
    )


class TestPublishedTruths:
    def test_bgnbd_on_the_cdnow_sample(self, cdnow: Customers) -> None:
        model = fit_bgnbd(cdnow)
        assert model.histories.n == 2357 and model.histories.n_repeaters == 946
        assert model.maximum.status == "converged"
        np.testing.assert_allclose(model.parameters, PUBLISHED, rtol=1e-4)
        assert round(model.log_likelihood, 2) == -9582.43
        assert set(model.findings) >= {f"bgnbd.{name}" for name in ("r", "alpha", "a", "b", "log_likelihood")}

    def test_gamma_gamma_on_the_cdnow_sample(self, cdnow: Customers) -> None:
        spend = fit_gamma_gamma(cdnow)
        assert spend.n_repeaters == 946
        np.testing.assert_allclose(spend.parameters, [6.25, 3.74, 15.44], rtol=2e-3)
        assert round(spend.correlation.number, 2) == 0.11  # the note's own figure

    def test_holdout_purchases_of_the_cdnow_sample(self, cdnow: Customers) -> None:
        check = check_holdout(fit_bgnbd(cdnow), cdnow)
        assert check.actual.value == 1882
        assert check.expected.low is not None and check.expected.low < 1653.4 < (check.expected.high or 0)

    def test_customer_1516_of_the_cdnow_sample(self) -> None:
        x, recency, age = np.array([2]), np.array([30.43]), np.array([38.86])
        assert forecast.expected_purchases(PUBLISHED, x, recency, age, 39.0)[0] == pytest.approx(1.226, abs=5e-4)
        r, alpha, a, b = PUBLISHED
        by_hand = 1 / (1 + a / (b + 2 - 1) * ((alpha + 38.86) / (alpha + 30.43)) ** (r + 2))
        assert forecast.probability_alive(PUBLISHED, x, recency, age)[0] == pytest.approx(by_hand, rel=1e-12)

    def test_course_ends_at_all_repeat_purchases(self, cdnow: Customers) -> None:
        assert follow_purchases(fit_bgnbd(cdnow), cdnow).end[0].value == 4339


class TestLikelihood:
    points = pytest.mark.parametrize("at", [(0.24, 4.4, 0.8, 2.4), (3.0, 20.0, 0.05, 9.0), (0.02, 0.5, 4.0, 0.3)])

    @points
    def test_gradient_and_hessian_are_those_of_the_value(self, cdnow: Customers, at: tuple[float, ...]) -> None:
        likelihood = BgNbdLikelihood(*Histories.of(cdnow).different())
        self.compare(likelihood, np.log(at))

    @points
    def test_of_gamma_gamma_too(self, at: tuple[float, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        caught = []
        monkeypatch.setattr(
            "cxlab.purchases.gamma_gamma.maximise", lambda likelihood, starts: caught.append(likelihood)
        )
        rng = np.random.default_rng(3)
        maximise_gamma_gamma(rng.integers(1, 9, 200), rng.gamma(3.0, 0.4, 200))
        self.compare(caught[0], np.log(at[:3]))

    @staticmethod
    def compare(likelihood: object, at: np.ndarray) -> None:
        step = 1e-5
        value, gradient, hessian = likelihood(at)  # type: ignore[operator]
        assert np.isfinite(value)
        for i, move in enumerate(step * np.eye(len(at))):
            above, below = likelihood(at + move), likelihood(at - move)  # type: ignore[operator]
            assert (above[0] - below[0]) / (2 * step) == pytest.approx(gradient[i], rel=1e-5, abs=1e-4)
            np.testing.assert_allclose((above[1] - below[1]) / (2 * step), hessian[i], rtol=1e-5, atol=1e-4)

    def test_equals_the_published_form_customer_by_customer(self, cdnow: Customers) -> None:
        histories = Histories.of(cdnow)
        r, alpha, a, b = 0.3, 5.0, 0.7, 2.0
        x, recency, age = histories.frequency, histories.recency, histories.age
        a1 = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        a2 = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        a3, a4 = (alpha + age) ** -(r + x), a / (b + np.maximum(x, 1) - 1) * (alpha + recency) ** -(r + x)
        naive = float((a1 + a2 + np.log(a3 + (x > 0) * a4)).sum())
        assert BgNbdLikelihood(*histories.different())(np.log([r, alpha, a, b]))[0] == pytest.approx(naive, rel=1e-12)

    def test_order_of_customers_changes_nothing(self, cdnow: Customers) -> None:
        mixed = replace(cdnow, frame=cdnow.frame.sample(frac=1.0, random_state=5))
        assert fit_bgnbd(mixed).parameters.tolist() == fit_bgnbd(cdnow).parameters.tolist()

    def test_starting_on_a_part_ends_at_the_same_top(self, monkeypatch: pytest.MonkeyPatch, cdnow: Customers) -> None:
        whole = maximise_bgnbd(*Histories.of(cdnow).different())
        monkeypatch.setattr("cxlab.purchases.bgnbd._ENOUGH_TO_START", 100)
        np.testing.assert_allclose(
            maximise_bgnbd(*Histories.of(cdnow).different()).parameters, whole.parameters, rtol=1e-5
        )


class TestForecast:
    @given(
        x=st.integers(0, 40), age=st.floats(1, 300), weeks=st.floats(1, 200), r=st.floats(0.1, 3),
        alpha=st.floats(1, 40),
        a=st.floats(1.2, 4), b=st.floats(0.5, 6),
    )  # fmt: skip
    @settings(max_examples=60, deadline=None)
    def test_equals_the_hypergeometric_form_where_that_can_be_computed(
        self, x: int, age: float, weeks: float, r: float, alpha: float, a: float, b: float
    ) -> None:
        # Euler's form, whose parameters do not grow with x; digits are lost only next to a = 1
        z = weeks / (alpha + age + weeks)
        ratio = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        published = (a + b + x - 1) / (a - 1) * (1 - ratio)
        ours = forecast.purchases_while_a_customer(
            np.array([r, alpha, a, b]), np.array([x]), np.array([age]), np.array([weeks])
        )
        assert ours[0] == pytest.approx(published, rel=1e-6)

    @given(
        x=st.integers(0, 5_000), age=st.floats(0, 3_000), share=st.floats(0, 1), weeks=st.floats(0.1, 1_000),
        logs=st.tuples(*[st.floats(-8, 9)] * 4),
    )  # fmt: skip
    @settings(max_examples=150, deadline=None)
    def test_is_finite_and_between_nothing_and_never_leaving(
        self, x: int, age: float, share: float, weeks: float, logs: tuple[float, ...]
    ) -> None:
        parameters = np.exp(np.array(logs))
        history = np.array([x]), np.array([age * share if x else 0.0]), np.array([age])
        alive = forecast.probability_alive(parameters, *history)[0]
        expected = forecast.expected_purchases(parameters, *history, weeks)[0]
        never_leaving = (parameters[0] + x) / (parameters[1] + age) * weeks
        assert 0 <= alive <= 1 and 0 <= forecast.chance_of_purchase(parameters, *history, weeks)[0] <= 1
        assert 0 <= expected <= never_leaving * (1 + 1e-6)

    def test_passes_over_a_equal_to_one(self) -> None:
        around = [
            forecast.expected_purchases(
                np.array([0.3, 5, a, 2.0]), np.array([3]), np.array([20.0]), np.array([30.0]), 26.0
            )[0]
            for a in (1 - 1e-7, 1.0, 1 + 1e-7)
        ]
        assert around[0] > around[1] > around[2] and around[0] - around[2] < 1e-6

    def test_counts_of_purchases_are_a_distribution_with_the_mean_of_a_new_customer(self) -> None:
        weeks = np.array([39.0])
        shares = np.array([forecast.share_with(PUBLISHED, x, weeks)[0] for x in range(3_000)])
        assert shares.min() >= 0 and shares.sum() == pytest.approx(1, abs=1e-9)
        mean = forecast.new_customer_purchases(PUBLISHED, weeks)[0]
        assert (np.arange(3_000) @ shares) == pytest.approx(mean, rel=1e-6)

    def test_a_new_customer_is_one_without_a_history(self) -> None:
        fresh = forecast.expected_purchases(PUBLISHED, np.array([0]), np.zeros(1), np.zeros(1), 20.0)
        assert fresh == pytest.approx(forecast.new_customer_purchases(PUBLISHED, np.array([20.0])))


class TestSimulatedTruths:
    def test_parameters_lie_within_their_intervals(self, true_shop: Customers) -> None:
        model = fit_bgnbd(true_shop)
        for name, truth in zip(("r", "alpha", "a", "b"), TRUTH, strict=True):
            estimate = model.findings[f"bgnbd.{name}"]
            assert estimate.low is not None and estimate.low < truth < (estimate.high or 0), name

    def test_the_model_holds_where_it_is_true(self, true_shop: Customers) -> None:
        check = check_holdout(fit_bgnbd(true_shop), true_shop)
        assert check.verdict == "holds", check.three.reading
        assert check.three.level.low is not None and check.three.level.low < 1 < (check.three.level.high or 0)

    def test_the_model_fails_where_the_future_has_nothing_to_do_with_the_past(self, true_shop: Customers) -> None:
        frame = true_shop.frame.copy()
        frame["holdout_purchases"] = np.random.default_rng(2).permutation(frame["holdout_purchases"].to_numpy())
        check = check_holdout(fit_bgnbd(true_shop), replace(true_shop, frame=frame))
        assert check.verdict == "fails" and check.three.checks["order"] == "failed"

    def test_the_order_may_hold_where_the_amounts_do_not(self, true_shop: Customers) -> None:
        frame = true_shop.frame.copy()
        frame["holdout_purchases"] = frame["holdout_purchases"] * 1.5
        check = check_holdout(fit_bgnbd(true_shop), replace(true_shop, frame=frame))
        assert check.verdict == "partly" and check.three.checks["level"] == "failed"

    def test_too_few_later_purchases_tell_nothing(self, true_shop: Customers) -> None:
        frame = true_shop.frame.assign(holdout_purchases=0, holdout_revenue=0.0)
        found = analyse(replace(true_shop, frame=frame))
        assert found.check.verdict == "cannot_tell" and found.check.actual.value == 0
        assert_nothing_is_missing(found)

    def test_without_a_holdout_window_nothing_is_claimed(self, true_shop: Customers) -> None:
        frame = true_shop.frame.assign(holdout_purchases=0, holdout_revenue=0.0)
        days = true_shop.repeat_days
        assert days is not None
        known = days[days["day"] <= pd.Timestamp(CUT)]
        found = analyse(replace(true_shop, frame=frame, observation_end=CUT, repeat_days=known))
        assert found.check.verdict == "cannot_tell" and not found.still.has_holdout
        assert found.value.actual.value is None and found.value.horizon_days == 90
        assert_nothing_is_missing(found)

    def test_values_of_customers_are_recovered(self) -> None:
        rng = np.random.default_rng(11)
        p, q, gamma, n = 4.0, 5.0, 60.0, 6_000
        counts = rng.integers(1, 8, n)
        means = rng.gamma(p * counts, 1 / (rng.gamma(q, 1 / gamma, n) * counts))
        best = maximise_gamma_gamma(counts, means)
        assert best.status == "converged"
        for found, truth, error in zip(best.log_parameters, np.log([p, q, gamma]), best.log_errors, strict=True):
            assert abs(found - truth) < 3 * error


def assert_nothing_is_missing(found: SimpleNamespace) -> None:
    """No finding, sentence, figure or table says NaN or Infinity, and none raises."""
    for name, result in vars(found).items():
        for key, estimate in result.findings.items():
            assert isinstance(estimate, Estimate)
            for number in (estimate.low, estimate.high):
                assert number is None or np.isfinite(number), (name, key)
            assert estimate.value is not None or estimate.verdict is not None, (name, key)
        assert "nan" not in result.reading.lower() and "inf" not in result.reading.lower().replace("in f", ""), (
            result.reading
        )
    answer = cxlab.repeat_purchases_answer(found.model, found.check, found.still, found.value)
    plots = cxlab.plots
    blocks = [
        plots.repeat_counts.block(found.counts), plots.holdout_by_frequency.block(found.check),
        plots.purchase_course.block(found.course), plots.alive_and_back.block(found.still),
        plots.purchase_value.block(found.spend), plots.value_by_fifth.block(found.value),
    ]  # fmt: skip
    tables = [
        cxlab.tables.purchase_model(found.model), cxlab.tables.forecast_checks(found.check.three),
        cxlab.tables.alive_by_repeats(found.still.by_repeats), *[block.numbers for block in blocks],
    ]  # fmt: skip
    for said in (answer, *[block.caption for block in blocks], *tables):
        assert "nan" not in repr(said).replace("tenant", "").lower(), said
    for block in blocks:
        assert len(block.caption.alt) < 400 and block.wide != block.narrow


class TestInputThatTeachesNothing:
    def test_fewer_than_thirty_customers(self) -> None:
        with pytest.raises(NotEnoughDataError, match=r"needs 30 customers .* are 12: bring more orders"):
            fit_bgnbd(shop(buying_days(12, seed=1)))

    def test_nobody_who_came_back(self) -> None:
        with pytest.raises(NotEnoughDataError, match="and of 50 customers nobody did: bring a longer order history"):
            fit_bgnbd(shop([np.array([0])] * 50))

    def test_hardly_anybody_who_came_back(self) -> None:
        with pytest.raises(NotEnoughDataError, match="and of 50 customers only 3 did"):
            fit_bgnbd(shop([np.array([0])] * 47 + [np.array([0, 9])] * 3))

    def test_everybody_on_the_day_of_the_cut(self) -> None:
        nothing = np.zeros(40, np.int64)
        with pytest.raises(NotEnoughDataError, match="nobody did"):
            fit_histories(Histories(nothing, nothing, nothing), dt.date(2024, 1, 1))

    @pytest.mark.parametrize(
        ("frequency", "recency", "age"),
        [(-1, 0, 9), (1, 12, 9), (2, 1, 9), (0, 3, 9)],
        ids=["less than none", "later", "packed", "alone"],
    )
    def test_histories_that_cannot_be(self, frequency: int, recency: int, age: int) -> None:
        with pytest.raises(PurchaseModelError, match="1 purchase histories cannot be; the first, in row 1"):
            Histories(np.array([0, frequency]), np.array([0, recency]), np.array([9, age]))

    def test_a_model_of_other_customers(self, cdnow: Customers, true_shop: Customers) -> None:
        with pytest.raises(PurchaseModelError, match="fit it on the same customers"):
            check_holdout(fit_bgnbd(cdnow), true_shop)

    def test_purchases_without_value(self, true_shop: Customers) -> None:
        frame = true_shop.frame.assign(n_repeat_values=0, mean_repeat_value=np.nan)
        with pytest.raises(NotEnoughDataError, match="does the orders' revenue column hold the amounts paid"):
            fit_gamma_gamma(replace(true_shop, frame=frame))

    def test_days_that_are_not_known(self, true_shop: Customers) -> None:
        with pytest.raises(PurchaseModelError, match="repeat purchases of each day"):
            follow_purchases(fit_bgnbd(true_shop), replace(true_shop, repeat_days=None))

    @pytest.mark.parametrize(
        "kind", ["nobody leaves", "all alike", "clockwork", "few", "one price", "very many purchases"]
    )
    def test_odd_shops_give_honest_results(self, kind: str) -> None:
        rng = np.random.default_rng(4)
        if kind == "nobody leaves":
            customers = shop(buying_days(400, seed=2, leaves=False))
        elif kind == "all alike":
            customers = shop(
                [
                    np.unique(np.append(0, np.ceil(np.cumsum(rng.exponential(200, 30))))).astype(np.int64)
                    for _ in range(300)
                ]
            )
        elif kind == "clockwork":
            customers = shop([np.arange(0, 3_600, 90)] * 100)
        elif kind == "few":
            customers = shop(buying_days(30, seed=21, truth=np.array([1.0, 60.0, 0.5, 4.0])))
        elif kind == "one price":
            customers = shop(buying_days(300, seed=3))
            frame = customers.frame.copy()
            frame["mean_repeat_value"] = np.where(frame["n_repeat_values"] > 0, 10.0, np.nan)
            customers = replace(customers, frame=frame)
        else:
            customers = shop(
                [np.sort(rng.choice(np.arange(1, 3_600), rng.integers(1_000, 3_000), replace=False)) for _ in range(40)]
            )
        assert_nothing_is_missing(analyse(customers))

    def test_a_shop_that_nobody_leaves_is_said_to_be_one(self) -> None:
        model = fit_bgnbd(shop([np.arange(0, 3_600, 90)] * 100))
        assert model.maximum.status == "at_bound"
        assert model.findings["bgnbd.a"].verdict == "at_bound" and not model.findings["bgnbd.a"].has_interval
        assert "Nobody is seen to leave for good" in model.reading and "does not settle" in model.reading


class TestRule:
    @pytest.mark.parametrize(
        ("level", "spread", "order", "verdict"),
        [
            ("passed", "passed", "passed", "holds"), ("open", "passed", "passed", "partly"),
            ("failed", "passed", "passed", "partly"),
            ("failed", "failed", "passed", "fails"), ("passed", "passed", "failed", "fails"),
            ("passed", "passed", "open", "cannot_tell"),
            ("failed", "passed", "open", "fails"), ("open", "open", "open", "cannot_tell"),
            ("open", "failed", "open", "fails"),
        ],
    )  # fmt: skip
    def test_is_the_written_one(self, level: str, spread: str, order: str, verdict: str) -> None:
        assert judge({"level": level, "spread": spread, "order": order}) == verdict  # type: ignore[dict-item]

    def test_answer_names_no_model_and_no_parameter(self, cdnow: Customers, true_shop: Customers) -> None:
        for customers in (cdnow, true_shop):
            found = analyse(customers)
            answer = cxlab.repeat_purchases_answer(found.model, found.check, found.still, found.value)
            said = f"{answer.tag} {answer.line} {answer.decide} {answer.headline}"
            assert not any(word in said for word in ("BG/NBD", "gamma", "alpha", "p value", "MSE")), said
            assert len(answer.facts) == 3
            low, high = (f"{100 * end:.0f}" for end in LEVEL_BAND)
            assert f"The written rule allows {low}\u2013{high}%." in answer.facts[2].text
            assert_nothing_is_missing(found)


class TestGroups:
    @given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(1, 20))
    def test_none_is_too_small_unless_all_are_one(self, values: list[int], minimum: int) -> None:
        groups, names = merge_small(np.array(values), minimum)
        sizes = np.bincount(groups, minlength=len(names))
        assert len(sizes) == len(names) <= 8
        assert len(names) == 1 or sizes.min() >= minimum
        assert (np.diff(np.array(values)[np.argsort(groups, kind="stable")].astype(int)).size == 0) or all(
            max(np.array(values)[groups == g]) < min(np.array(values)[groups == g + 1]) for g in range(len(names) - 1)
        )

    def test_smaller_groups_are_joined_on_the_page(self, cdnow: Customers) -> None:
        still = find_still_customers(fit_bgnbd(cdnow), cdnow, minimum_group=100)
        assert still.table["customers"].min() >= 100
        assert fit_gamma_gamma(cdnow, minimum_group=100).table["customers"].min() >= 100


def test_same_customers_give_the_same_bytes(cdnow: Customers) -> None:
    first, second = analyse(cdnow), analyse(cdnow)
    assert {k: v.as_finding() for k, v in first.model.findings.items()} == {
        k: v.as_finding() for k, v in second.model.findings.items()
    }
    assert first.value.customers.to_csv() == second.value.customers.to_csv()
    assert cxlab.plots.purchase_course.block(first.course).wide == cxlab.plots.purchase_course.block(second.course).wide


def test_window_of_the_simulated_shop_is_what_it_says(true_shop: Customers) -> None:
    assert true_shop.calibration_days == WINDOW + 1 and true_shop.holdout_days == 900
    assert true_shop.repeat_days is not None
    both = true_shop.frame["repeat_purchases"].sum() + true_shop.frame["holdout_purchases"].sum()
    assert true_shop.repeat_days["purchases"].sum() == both
