"""Pareto/NBD: the published fit of CDNOW, slopes against differences, and the published integrals in many digits."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad

from cxlab.kit import open_study
from cxlab.purchases import Histories, pareto_likelihood
from cxlab.purchases.pareto_forecast import (
    expected_purchases,
    new_customer_purchases,
    probability_alive,
    weeks_as_a_customer,
)
from cxlab.purchases.pareto_likelihood import ParetoNbdLikelihood
from cxlab.purchases.pareto_nbd import maximise_pareto_nbd
from tests.conftest import ROOT

PUBLISHED = np.array([0.553, 10.578, 0.606, 11.669])
SOME = Histories(np.array([0, 1, 3, 40]), np.array([0, 30, 250, 260]), np.array([273, 273, 280, 270]))
COUNTS = np.array([500, 120, 60, 3])


def test_the_published_fit_of_cdnow_comes_out() -> None:
    with open_study(ROOT / "data" / "cdnow") as kit:
        found = maximise_pareto_nbd(*Histories.of(kit.customers).different())
    assert found.status == "converged"
    assert found.parameters == pytest.approx(PUBLISHED, rel=0.01)
    assert found.value == pytest.approx(-9595.0, abs=0.05)


@pytest.mark.parametrize("parameters", [(0.6, 9.0, 0.7, 14.0), (0.05, 0.5, 2.5, 300.0), (3.0, 40.0, 0.05, 0.5)])
def test_slopes_and_curvature_are_those_of_the_likelihood(parameters: tuple[float, ...]) -> None:
    likelihood, at, small = ParetoNbdLikelihood(SOME, COUNTS), np.log(parameters), 1e-5
    _, gradient, hessian = likelihood(at)
    there, back = ([likelihood(at + sign * small * axis) for axis in np.eye(4)] for sign in (1, -1))
    slopes = [(a[0] - b[0]) / (2 * small) for a, b in zip(there, back, strict=True)]
    curvature = [(a[1] - b[1]) / (2 * small) for a, b in zip(there, back, strict=True)]
    assert gradient == pytest.approx(slopes, rel=1e-4, abs=1e-3)
    assert hessian == pytest.approx(np.array(curvature), rel=1e-3, abs=1e-2)
    each, counts = likelihood.scores(at)
    assert counts @ each == pytest.approx(gradient)


@pytest.mark.parametrize(
    ("x", "recency", "age"), [(0, 0.0, 39.0), (2, 30.43, 38.86), (40, 37.0, 38.5), (3, 1.0, 400.0), (5, 10.0, 10.0)]
)
def test_the_chance_of_being_there_is_the_integral_that_the_model_says(x: int, recency: float, age: float) -> None:
    r, alpha, s, beta = PUBLISHED
    start = (alpha + recency) ** (r + x)

    def gone(u: float) -> float:
        return float(s * start * (alpha + u) ** -(r + x) * (beta + u) ** -(s + 1))

    still = start * (alpha + age) ** -(r + x) * (beta + age) ** -s
    expected = still / (still + quad(gone, recency, age, epsabs=1e-13)[0])
    found = probability_alive(PUBLISHED, np.array([x]), np.array([recency]), np.array([age]))
    assert float(found[0]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "parameters",
    [(0.553, 10.578, 0.606, 11.669), (5, 50, 3, 500), (0.3, 200, 0.8, 2), (2, 0.5, 0.2, 300), (20, 10, 15, 30)],
)
def test_the_rule_is_as_good_as_one_of_400_nodes(
    parameters: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    age, x = rng.uniform(0.1, 300, 3000), np.where(rng.random(3000) < 0.3, 0.0, rng.geometric(0.2, 3000))
    x[:200] = rng.integers(50, 400, 200)
    recency = np.where(x > 0, age * np.sqrt(rng.random(3000)), 0.0)

    def logarithms() -> NDArray[np.float64]:
        return pareto_likelihood.log_chance_of_leaving(np.array(parameters, float), x, recency, age)

    few = logarithms()
    points, weights = np.polynomial.legendre.leggauss(400)
    left, bend = (1 - points) / 2, pareto_likelihood._BEND
    monkeypatch.setattr(pareto_likelihood, "_SHARE_LEFT", left**bend)
    monkeypatch.setattr(pareto_likelihood, "_LOG_SHARES", np.log(weights / 2 * bend * left ** (bend - 1)))
    many = logarithms()
    assert few == pytest.approx(many, abs=1e-8, rel=0)
    assert (few != many).any()


def test_nobody_is_without_a_number_and_who_has_just_bought_is_still_there() -> None:
    x, recency, age = np.array([0, 0, 900, 4]), np.array([0.0, 0.0, 52.0, 0.6]), np.array([0.0, 900.0, 52.0, 900.0])
    alive = probability_alive(PUBLISHED, x, recency, age)
    assert alive[0] == alive[2] == 1
    assert np.isfinite(alive).all() and (alive >= 0).all()
    assert np.isfinite(expected_purchases(PUBLISHED, x, recency, age, 52.0)).all()


@pytest.mark.parametrize("s", [0.3, 1.0, 1.0 + 1e-9, 2.5])
def test_weeks_to_stay_are_the_area_under_the_chance_of_staying(s: float) -> None:
    area = quad(lambda u: (20.0 / (20.0 + u)) ** s, 0, 60.0)[0]
    assert float(weeks_as_a_customer(s, np.array([20.0]), 60.0)[0]) == pytest.approx(area, rel=1e-6)


def test_a_new_customer_is_one_of_whom_nothing_is_known() -> None:
    nothing = np.zeros(1)
    known = expected_purchases(PUBLISHED, nothing.astype(np.int64), nothing, nothing, 39.0)
    assert new_customer_purchases(PUBLISHED, np.array([39.0])) == pytest.approx(known)


def test_planted_parameters_are_found() -> None:
    rng = np.random.default_rng(3)
    r, alpha, s, beta, n = 0.8, 8.0, 0.9, 20.0, 20_000
    rates, lives = rng.gamma(r, 1 / alpha, n), rng.exponential(1 / rng.gamma(s, 1 / beta, n))
    age_days = rng.integers(200, 365, n)
    frequency, recency = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for i in range(n):
        span = min(lives[i], age_days[i] / 7) * 7
        days = np.unique(np.ceil(rng.uniform(0, span, rng.poisson(rates[i] * span / 7))).astype(np.int64))
        days = days[(days > 0) & (days <= age_days[i])]
        frequency[i], recency[i] = len(days), days.max(initial=0)
    found = maximise_pareto_nbd(*Histories(frequency, recency, age_days).different())
    off = (found.log_parameters - np.log([r, alpha, s, beta])) / found.log_errors
    assert np.abs(off).max() < 4
