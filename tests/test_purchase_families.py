"""Three purchase models behind one interface: published fits, chances that add up, and forecasts that come true."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import gammaln

import cxlab
from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.purchases import (
    Histories,
    PurchaseModelError,
    check_holdout,
    count_repeats,
    find_still_customers,
    fit_bgnbd,
    fit_gamma_gamma,
    fit_mbgnbd,
    fit_pareto_nbd,
    fit_purchase_model,
    follow_purchases,
    forecast_value,
)
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import Family, FamilyName
from cxlab.purchases.likely import likely_share
from cxlab.purchases.outlook import foresee_purchases
from cxlab.purchases.pareto_nbd import PARETO_NBD
from tests.conftest import ROOT
from tests.family_shops import TRUTHS, draw_paths, split
from tests.purchase_shops import WINDOW, buying_days, shop
from tests.test_purchases import assert_nothing_is_missing

PUBLISHED: dict[FamilyName, tuple[tuple[float, ...], float]] = {
    "bgnbd": ((0.243, 4.414, 0.793, 2.426), -9582.4),  # Fader, Hardie and Lee (2005), table 2
    "mbgnbd": ((0.525, 6.183, 0.891, 1.614), -9582.1),  # Platzer and Reutterer (2016), BTYDplus
    "pareto_nbd": ((0.553, 10.578, 0.606, 11.669), -9595.0),  # Fader, Hardie and Lee (2005), table 2
}
EACH = pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
HISTORIES = ((0, 0.0, 0.0), (0, 0.0, 39.0), (2, 30.43, 38.86), (5, 10.0, 40.0), (25, 36.0, 38.0))


@pytest.fixture(scope="module")
def cdnow() -> Customers:
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        return kit.customers


@pytest.fixture(scope="module")
def true_shop() -> Customers:
    return shop(buying_days(1_000, seed=7))


def parameters_of(family: Family) -> np.ndarray:
    return np.array(PUBLISHED[family.key][0])


def in_weeks(frequency: object, recency: object, age: object) -> Histories:
    """Give a model histories in parts of a day, which real ones are not."""
    return SimpleNamespace(frequency=frequency, recency=recency, age=age)  # type: ignore[return-value]


def chances_of(family: Family, history: tuple[int, float, float], weeks: float, most: int) -> np.ndarray:
    """Probability of 0, 1 ... purchases to come: the density of such paths, integrated over their last day."""
    x, recency, age = history
    at, end = parameters_of(family), age + weeks

    def log_likelihood(frequency: int, last: np.ndarray, until: float) -> np.ndarray:
        return family.log_likelihoods(at, in_weeks(np.full(len(last), frequency), last, np.full(len(last), until)))

    so_far = log_likelihood(x, np.array([recency]), age)[0]
    points, weights = np.polynomial.legendre.leggauss(80)
    last, weights = age + weeks * (1 + points) / 2, weights * weeks / 2
    chances = [float(np.exp(log_likelihood(x, np.array([recency]), end)[0] - so_far))]
    for n in range(1, most):
        room = (n - 1) * np.log(last - age) - gammaln(n)  # where the n - 1 others may lie
        chances.append(float(weights @ np.exp(room + log_likelihood(x + n, last, end) - so_far)))
    return np.array(chances)


class TestPublishedTruths:
    @EACH
    def test_come_out_on_the_cdnow_sample(self, family: Family, cdnow: Customers) -> None:
        model = fit_purchase_model(cdnow, family.key)
        parameters, value = PUBLISHED[family.key]
        assert model.maximum.status == "converged" and model.family is family
        assert model.parameters == pytest.approx(parameters, rel=2e-3)
        assert model.log_likelihood == pytest.approx(value, abs=0.05)
        assert {f"{family.key}.{name}" for name in (*family.parameters, "log_likelihood")} <= set(model.findings)

    def test_are_the_same_by_either_name(self, cdnow: Customers) -> None:
        for fit, key in ((fit_bgnbd, "bgnbd"), (fit_mbgnbd, "mbgnbd"), (fit_pareto_nbd, "pareto_nbd")):
            same = fit_purchase_model(cdnow, key)  # type: ignore[arg-type]
            assert fit(cdnow).parameters.tolist() == same.parameters.tolist()

    def test_a_model_that_is_not_there_is_named_with_those_that_are(self, cdnow: Customers) -> None:
        with pytest.raises(PurchaseModelError, match="take one of bgnbd, mbgnbd, pareto_nbd"):
            fit_purchase_model(cdnow, "pareto")  # type: ignore[arg-type]


class TestTheLikelihoodIsTheDensityOfThePath:
    @EACH
    @pytest.mark.parametrize("history", HISTORIES)
    def test_of_all_that_may_follow_it_is_one(self, family: Family, history: tuple[int, float, float]) -> None:
        weeks = 12.0
        chances = chances_of(family, history, weeks, 60)
        assert chances.sum() == pytest.approx(1, abs=1e-5)
        assert np.arange(60) @ chances == pytest.approx(self.expected(family, history, weeks), rel=1e-3)

    @staticmethod
    def expected(family: Family, history: tuple[int, float, float], weeks: float) -> float:
        one = in_weeks(*(np.array([value]) for value in history))
        return float(family.expected_purchases(parameters_of(family), one, weeks)[0])

    @EACH
    @pytest.mark.parametrize("history", HISTORIES)
    @pytest.mark.parametrize("weeks", [0.01, 12.0, 500.0])
    def test_of_no_purchase_it_is_what_the_chance_of_one_leaves(
        self, family: Family, history: tuple[int, float, float], weeks: float
    ) -> None:
        one = in_weeks(*(np.array([value]) for value in history))
        chance = family.chance_of_purchase(parameters_of(family), one, weeks)[0]
        assert chance == pytest.approx(1 - chances_of(family, history, weeks, 1)[0], abs=1e-9)

    @EACH
    def test_of_a_new_customer_it_gives_the_count_of_purchases(self, family: Family) -> None:
        expected = chances_of(family, (0, 0.0, 0.0), 39.0, 30)
        found = [family.share_with(parameters_of(family), n, np.array([39.0]))[0] for n in range(30)]
        assert found == pytest.approx(expected, rel=1e-6)

    @EACH
    def test_adds_up_over_customers_to_what_is_maximised(self, family: Family, cdnow: Customers) -> None:
        different, counts = Histories.of(cdnow).different()
        at = parameters_of(family)
        each = family.log_likelihoods(at, different)
        assert counts @ each == pytest.approx(family.likelihood(different, counts)(np.log(at))[0], rel=1e-12)


class TestForecast:
    @EACH
    def test_counts_are_a_distribution_with_the_mean_of_a_new_customer(self, family: Family) -> None:
        for at in (parameters_of(family), np.array([0.05, 0.01, 0.8, 900.0]), np.array([3.0, 900.0, 2.5, 0.05])):
            weeks = np.array([0.0, 39.0])
            shares = np.array([family.share_with(at, n, weeks) for n in range(1_500)])
            assert shares.min() >= 0
            if at[1] > 1:  # else a few customers buy thousands of times
                assert shares.sum(axis=0) == pytest.approx(1, abs=1e-6)
                mean = family.new_customer_purchases(at, weeks)
                assert np.arange(1_500) @ shares == pytest.approx(mean, rel=1e-4, abs=1e-9)

    @EACH
    def test_comes_true_of_customers_who_follow_the_model(self, family: Family) -> None:
        paths = draw_paths(family.key, 30_000, seed=12, days=3_000)
        histories, later = split(paths, 2_000)
        at, weeks = np.array(TRUTHS[family.key]), 1_000 / 7
        chance = family.chance_of_purchase(at, histories, weeks)
        expected = family.expected_purchases(at, histories, weeks)
        for low, high in ((0, 0), (1, 1), (2, 4), (5, 99)):
            mine = (histories.frequency >= low) & (histories.frequency <= high)
            n = int(mine.sum())
            assert n > 500
            bought = later[mine] > 0
            assert abs(bought.mean() - chance[mine].mean()) < 4 * bought.std() / np.sqrt(n) + 0.002, low
            assert abs(later[mine].mean() - expected[mine].mean()) < 4 * later[mine].std() / np.sqrt(n) + 0.01, low

    @EACH
    def test_counts_of_new_customers_come_true(self, family: Family) -> None:
        n, days = 20_000, 1_000
        counts = np.array([len(path) - 1 for path in draw_paths(family.key, n, seed=5, days=days)])
        for k in range(6):
            share = family.share_with(np.array(TRUTHS[family.key]), k, np.array([days / 7]))[0]
            assert abs((counts == k).mean() - share) < 4 * np.sqrt(share * (1 - share) / n) + 0.001, k

    @EACH
    def test_odds_of_having_left_are_those_of_the_probability_of_being_there(self, family: Family) -> None:
        some = Histories(np.array([1, 2, 9]), np.array([3, 210, 100]), np.array([200, 272, 300]))
        odds = family.log_odds_gone(parameters_of(family), some)
        alive = family.probability_alive(parameters_of(family), some)
        assert 1 / (1 + np.exp(odds)) == pytest.approx(alive, rel=1e-9)

    @EACH
    def test_planted_parameters_are_found(self, family: Family) -> None:
        histories, _ = split(draw_paths(family.key, 12_000, seed=3, days=2_000), 2_000)
        found = family.maximise(*histories.different())
        off = (found.log_parameters - np.log(TRUTHS[family.key])) / found.log_errors
        assert found.status == "converged" and np.abs(off).max() < 4


class TestEverythingTakesEachModel:
    @staticmethod
    def analyse(customers: Customers, key: FamilyName) -> SimpleNamespace:
        model, spend = fit_purchase_model(customers, key), fit_gamma_gamma(customers)
        return SimpleNamespace(
            model=model, spend=spend, counts=count_repeats(customers, model), check=check_holdout(model, customers),
            course=follow_purchases(model, customers), still=find_still_customers(model, customers),
            value=forecast_value(model, spend, customers),
        )  # fmt: skip

    @EACH
    def test_on_cdnow(self, family: Family, cdnow: Customers) -> None:
        found = self.analyse(cdnow, family.key)
        if family.key == "pareto_nbd":  # that all of them can be drawn is seen from one
            assert_nothing_is_missing(found)
        assert found.counts.largest_gap.number < 0.02
        assert 1_450 < found.check.expected.number < 1_800 and found.check.expected.has_interval
        assert 3_500 < found.course.end[1].number < 4_500
        outlook = foresee_purchases(
            found.model, np.ones(cdnow.n, dtype=bool), window_days=cdnow.holdout_days, horizon_days=400
        )
        assert outlook.window.sum() == pytest.approx(found.check.expected.number)
        assert np.sqrt(outlook.covariance[0, 0]) == pytest.approx(
            float(np.sqrt(found.model.expected_totals(cdnow.holdout_days)[1][0, 0]))
        )

    @EACH
    @pytest.mark.parametrize("kind", ["clockwork", "few", "no window"])
    def test_on_odd_shops(self, family: Family, kind: str, true_shop: Customers) -> None:
        if kind == "clockwork":
            customers = shop([np.arange(0, 3_600, 90)] * 100)
        elif kind == "few":
            customers = shop(buying_days(30, seed=21, truth=np.array([1.0, 60.0, 0.5, 4.0])))
        else:
            days = true_shop.repeat_days
            assert days is not None
            frame = true_shop.frame.assign(holdout_purchases=0, holdout_revenue=0.0, holdout_last_day=0)
            customers = replace(true_shop, frame=frame, observation_end=true_shop.calibration_end)
        for name, result in vars(self.analyse(customers, family.key)).items():
            assert "nan" not in result.reading.lower() and " inf" not in result.reading.lower(), result.reading
            for key, estimate in result.findings.items():
                assert estimate.value is not None or estimate.verdict is not None, (name, key)
                assert all(end is None or np.isfinite(end) for end in (estimate.low, estimate.high)), (name, key)

    @EACH
    def test_and_too_few_customers_teach_none_of_them(self, family: Family) -> None:
        with pytest.raises(NotEnoughDataError, match="needs 30 customers"):
            fit_purchase_model(shop(buying_days(10, seed=1)), family.key)
        with pytest.raises(NotEnoughDataError, match="nobody did"):
            fit_purchase_model(shop([np.array([0])] * 50), family.key)

    def test_in_its_own_words(self, cdnow: Customers) -> None:
        first, year = (self.analyse(cdnow, key) for key in ("mbgnbd", "pareto_nbd"))
        assert "After their first purchase, by the model, 36% do not return" in first.model.heading
        assert "Within a year of their first purchase, by the model, 64% leave for good" in year.model.reading
        for found in (first, year):
            said = f"{found.still.reading} {cxlab.plots.alive_and_back.block(found.still).caption.note}"
            assert "have not left" not in said and "for good, only a slow one" not in said
            assert "bgnbd.r" not in found.model.table.to_csv() and "Nobody is seen" not in found.model.reading
            rows = cxlab.tables.purchase_model(found.model).rows
            assert len(rows) == 8 and all(cell.text for row in rows for cell in row)
        (alive,) = {row["probability_alive"] < 1 for row in first.still.groups.to_dict("records")[:1]}
        assert alive  # who bought once may have left

    def test_and_odds_along_their_slopes_give_the_interval_of_the_odds_themselves(self, cdnow: Customers) -> None:
        model = fit_pareto_nbd(cdnow)
        exact = replace(model, family=replace(PARETO_NBD, odds_are_quick=True))
        near, sure = likely_share(model, seed=3, n_draws=150), likely_share(exact, seed=3, n_draws=150)
        assert near.value == sure.value
        assert near.ends == pytest.approx(sure.ends, abs=0.02)


def test_window_of_the_shops_is_long_enough_for_their_paces() -> None:
    assert max(truth[1] for truth in TRUTHS.values()) < WINDOW / 7
