"""How sure the money of single customers is: cover in shops with a known truth, the basis it rests on, and edges."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.made.buyers import AFTER, MARGIN, TRUTHS, draw_buyers
from cxlab.customers import Customers
from cxlab.purchases import discount_value, fit_bgnbd, fit_gamma_gamma, forecast_value
from cxlab.purchases.by_parameters import expected_until
from cxlab.purchases.credibility import contribution_per_purchase, drawn_credible_means
from cxlab.purchases.discounted import discounted_purchases
from cxlab.purchases.money_of_each import N_DRAWS, MoneyDraws
from cxlab.purchases.steps import steps_ahead

YEAR = {"horizon_days": 365, "discount_rate": 0.1}
SPENDING = np.array([4.0, 4.0, 15.0])  # p, q, gamma of the buyers that are drawn


def inside(frame: pd.DataFrame, name: str, truth: np.ndarray) -> float:
    return float(frame[f"{name}_low"].le(truth).mul(frame[f"{name}_high"].ge(truth)).mean())


def ends(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[[f"{name}_low", name, f"{name}_high"]].to_numpy(np.float64)


@pytest.fixture(scope="module")
def customers() -> Customers:
    return draw_buyers("bgnbd", 500, 1).customers


@pytest.mark.thorough
def test_money_that_the_true_parameters_expect_lies_inside() -> None:
    at, held, steps = np.array(TRUTHS["bgnbd"]), [], steps_ahead(**YEAR)
    for seed in range(16):
        customers = draw_buyers("bgnbd", 500, 700 + seed).customers
        model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
        frame, h = forecast_value(model, spend, customers).customers, model.histories
        left = spend.counts, spend.means
        value = SPENDING[0] * (SPENDING[2] + left[0] * left[1]) / (SPENDING[0] * left[0] + SPENDING[1] - 1)
        purchases = expected_until(model.family, at, h, np.array([float(AFTER)]))[:, 0]
        later = discount_value(model, customers, spend, **YEAR).customers
        discounted = MARGIN * value * discounted_purchases(model.family, at, h, steps)
        held.append([
            inside(frame, "expected_value", value),
            inside(frame, "expected_revenue", purchases * value),
            inside(frame, "expected_contribution", MARGIN * purchases * value),
            inside(later, "discounted_contribution", discounted),
        ])  # fmt: skip
    assert (np.mean(held, axis=0) > 0.88).all() and (np.mean(held, axis=0) < 0.99).all(), np.mean(held, axis=0)


def test_they_hold_the_estimate_and_say_nothing_of_nobody(customers: Customers) -> None:
    model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
    frame = forecast_value(model, spend, customers).customers
    assert (customers.frame["repeat_purchases"] == 0).sum() > 100
    for name in ("expected_value", "expected_revenue", "expected_contribution"):
        found = ends(frame, name)
        assert np.isfinite(found).all() and (np.diff(found, axis=1) > 0).all()
    # what a purchase is worth is as unsure for all who bought once, and surer for who bought often
    once = frame["repeat_purchases"].to_numpy() == 0
    width = np.log(frame["expected_value_high"] / frame["expected_value_low"]).to_numpy()
    assert np.ptp(width[once]) < 1e-12 and width[frame["repeat_purchases"] > 8].max() < width[once].min()


def test_they_are_the_log_normal_ones_where_both_are_straight(customers: Customers) -> None:
    """With errors a tenth as large the draws must come to the delta method's product of two estimates."""
    model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
    small = replace(model, maximum=replace(model.maximum, covariance=model.maximum.covariance / 100))
    tight = replace(spend, maximum=replace(spend.maximum, covariance=spend.maximum.covariance / 100))
    frame = forecast_value(small, tight, customers).customers
    for i in (0, 77, 400):
        x = model.histories.take(np.array([i]))
        of_model = small.maximum.propagate(
            lambda p, x=x: np.log(expected_until(small.family, p, x, np.array([float(AFTER)]))[:, 0])
        )[1][0, 0]
        of_spend = tight.maximum.propagate(lambda p, i=i: np.log(tight.values_by(p[:, None], slice(i, i + 1))[:, 0]))[
            1
        ][0, 0]
        # what is left after returns is settled by the sample and adds what it adds
        low, _, high = ends(frame, "expected_revenue")[i]
        reach = 1.959964 * np.sqrt(of_model + of_spend)
        assert np.log(high / low) / 2 == pytest.approx(reach, rel=0.05)


def test_without_a_model_of_spending_or_with_costs_they_go_by_what_purchases_left(customers: Customers) -> None:
    model = fit_bgnbd(customers)
    plain = discount_value(model, customers, None, **YEAR).customers
    costly = replace(customers, costs_known=True, purchase_variance=60.0)
    own = discount_value(model, costly, None, **YEAR).customers
    lost = costly.frame.assign(contribution=costly.frame["contribution"] - 8.0 * costly.frame["n_orders"])
    negative = discount_value(model, replace(costly, frame=lost), None, **YEAR).customers
    for frame in (plain, own, negative):
        found = ends(frame, "discounted_contribution")
        assert np.isfinite(found).all() and (np.diff(found, axis=1) >= 0).all()
    assert (negative["discounted_contribution_low"] < 0).any()


def test_what_a_purchase_left_is_drawn_around_what_is_expected_of_it(customers: Customers) -> None:
    costly = replace(customers, costs_known=True, purchase_variance=20.0)
    normal = np.random.default_rng(1).standard_normal((4_000, 7))
    drawn = drawn_credible_means(costly, normal)(slice(0, 60))
    expected = contribution_per_purchase(costly)[:60]
    assert np.ptp(expected) > 0
    assert np.median(drawn, axis=1) == pytest.approx(expected, rel=0.03)
    # the mean of all moves as it does when customers are drawn anew
    rng, means = np.random.default_rng(2), []
    for _ in range(300):
        again = costly.frame.iloc[rng.integers(0, costly.n, costly.n)].reset_index(drop=True)
        again.iloc[0] = costly.frame.iloc[int(np.argmin(costly.frame["repeat_purchases"]))]
        means.append(contribution_per_purchase(replace(costly, frame=again))[0])
    first = int(np.argmin(costly.frame["repeat_purchases"]))
    spread = drawn_credible_means(costly, normal)(slice(first, first + 1)).std()
    assert spread == pytest.approx(np.std(means), rel=0.25)
    unknown = replace(costly, purchase_variance=None)
    assert np.unique(drawn_credible_means(unknown, normal)(slice(0, 5)), axis=0).shape == (1, 4_000)


def test_a_fit_that_did_not_settle_gives_no_ends_of_what_comes(customers: Customers) -> None:
    model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
    rough = replace(model, maximum=replace(model.maximum, status="not_converged"))
    frame = forecast_value(rough, spend, customers).customers
    assert frame["expected_revenue_low"].isna().all() and frame["expected_value_low"].notna().all()


def test_draws_are_the_same_every_time_and_even(customers: Customers) -> None:
    model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
    one, two = (forecast_value(model, spend, customers).customers for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    draws = MoneyDraws(model.maximum)
    amounts = draws._of_amounts
    assert amounts.shape[0] == N_DRAWS
    assert abs(amounts.mean(axis=0)).max() < 0.02 and abs(amounts.std(axis=0) - 1).max() < 0.05
