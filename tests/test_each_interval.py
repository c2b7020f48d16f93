"""How sure single forecasts are: the delta method one by one, cover in shops with a known truth, and edges."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from cxlab.purchases import Histories, fit_bgnbd, fit_gamma_gamma, fit_purchase_model, forecast, forecast_value
from cxlab.purchases.bgnbd import BG_NBD
from cxlab.purchases.by_parameters import alive_log_odds, expected_until, new_customer_until
from cxlab.purchases.each_interval import alive_ends, expected_ends
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from tests.fast_shops import TRUTH, fast_shop

DAYS = 273.0


def test_expected_purchases_are_the_published_ones() -> None:
    cdnow = np.array([0.2426, 4.4135, 0.7929, 2.4258])
    one = Histories(np.array([2]), np.array([213]), np.array([272]))  # 30.43 and 38.86 weeks
    assert expected_until(BG_NBD, cdnow, one, np.array([39.0 * 7])) == pytest.approx(1.226, abs=5e-4)
    assert expit(alive_log_odds(BG_NBD, cdnow, one)) == pytest.approx(0.7266, abs=1e-3)
    assert new_customer_until(BG_NBD, cdnow, np.array([0.0, 7 * 39.0]))[0] == 0


@pytest.mark.parametrize("family", list(FAMILIES))
def test_what_is_expected_goes_by_few_different_pairs_and_is_the_same(family: FamilyName) -> None:
    model = fit_purchase_model(fast_shop(800, 1), family)
    found = expected_until(model.family, model.parameters, model.histories, np.array([30.0, DAYS]))
    assert found[:, 0] == pytest.approx(model.expected_purchases(30), rel=1e-12)
    assert found[:, 1] == pytest.approx(model.expected_purchases(DAYS), rel=1e-12)


@pytest.mark.parametrize("parameters", [(0.24, 4.4, 0.79, 2.4), (3.0, 80.0, 0.02, 5.0), (0.3, 0.5, 4.0, 1.0)])
@pytest.mark.parametrize("frequency", [0, 1, 40, 390])
def test_joining_points_by_a_polynomial_changes_nothing(parameters: tuple[float, ...], frequency: int) -> None:
    age = np.arange(400, 1500, 5)
    many = Histories(np.full(len(age), frequency), np.full(len(age), frequency), age)
    days, found = np.array([0.0, 1.0, 30.0, 365.0, 3650.0]), np.array(parameters)
    expected = expected_until(BG_NBD, found, many, days)
    for k, day in enumerate(days):
        exact = forecast.expected_purchases(found, many.frequency, many.recency, many.age, day / 7)
        assert expected[:, k] == pytest.approx(exact, rel=1e-8, abs=1e-10)


def test_intervals_are_those_of_the_delta_method_customer_by_customer() -> None:
    model = fit_bgnbd(fast_shop(800, 2))
    low, high = expected_ends(model, DAYS)
    alive_low, alive_high = alive_ends(model)
    h = model.histories
    for i in np.flatnonzero(h.frequency > 0)[:5]:
        own = h.frequency[[i]], h.recency[[i]], h.age[[i]]
        value, covariance = model.maximum.propagate(lambda p, own=own: np.log(forecast.expected_purchases(p, *own, 39)))
        reach = 1.959964 * np.sqrt(covariance[0, 0])
        assert [low[i], high[i]] == pytest.approx(np.exp(value[0] + np.array([-reach, reach])), rel=1e-5)
        value, covariance = model.maximum.propagate(lambda p, own=own: logit(forecast.probability_alive(p, *own)))
        reach = 1.959964 * np.sqrt(covariance[0, 0])
        assert [alive_low[i], alive_high[i]] == pytest.approx(expit(value[0] + np.array([-reach, reach])), rel=1e-5)


@pytest.mark.thorough
def test_intervals_hold_what_the_true_parameters_say() -> None:
    held, alive_held = [], []
    for seed in range(60):
        model = fit_bgnbd(fast_shop(1500, 100 + seed))
        h = model.histories
        again = h.frequency > 0
        truth = forecast.expected_purchases(TRUTH, h.frequency, h.recency, h.age, 39)
        low, high = expected_ends(model, DAYS)
        held.append(np.mean((low <= truth) & (truth <= high)))
        truth = forecast.probability_alive(TRUTH, h.frequency, h.recency, h.age)
        low, high = alive_ends(model)
        alive_held.append(np.mean(((low <= truth) & (truth <= high))[again]))
    assert 0.88 <= np.mean(held) <= 0.99
    assert 0.88 <= np.mean(alive_held) <= 0.99


def test_who_bought_once_is_a_customer_for_sure_to_this_model() -> None:
    customers = fast_shop(500, 3)
    model = fit_bgnbd(customers)
    low, high = alive_ends(model)
    once = model.histories.frequency == 0
    assert (low[once] == 1).all() and (high[once] == 1).all()
    inside = ~once
    alive = model.probability_alive()
    assert ((low <= alive) & (alive <= high))[inside].all() and (low[inside] > 0).all() and (high[inside] < 1).all()


def test_a_fit_that_did_not_settle_gives_no_ends() -> None:
    model = fit_bgnbd(fast_shop(500, 4))
    rough = replace(model, maximum=replace(model.maximum, status="not_converged"))
    assert np.isnan(expected_ends(rough, DAYS)).all()
    assert np.isnan(alive_ends(rough)).all()


def test_forecasts_of_customers_carry_the_ends() -> None:
    customers = fast_shop(500, 5)
    model = fit_bgnbd(customers)
    frame = forecast_value(model, fit_gamma_gamma(customers), customers).customers
    for name in ("probability_alive", "expected_purchases"):
        ends = frame[[f"{name}_low", name, f"{name}_high"]].to_numpy()
        assert np.isfinite(ends).all() and (np.diff(ends, axis=1) >= -1e-12).all()
