"""MBG/NBD: the published fit of CDNOW, slopes against differences, and what it says of who bought once."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln
from scipy.stats import beta as beta_distribution

from cxlab.kit import open_study
from cxlab.purchases import Histories
from cxlab.purchases.bgnbd_likelihood import BgNbdLikelihood
from cxlab.purchases.forecast import expected_purchases, probability_alive
from cxlab.purchases.maximum import maximise
from tests.conftest import ROOT

PUBLISHED = np.array([0.525, 6.183, 0.891, 1.614])
"""Platzer and Reutterer (2016), BTYDplus, on the same sample; log-likelihood -9582.1."""
SOME = Histories(np.array([0, 1, 3, 40]), np.array([0, 30, 250, 260]), np.array([273, 273, 280, 270]))
COUNTS = np.array([500, 120, 60, 3])


def test_the_published_fit_of_cdnow_comes_out() -> None:
    with open_study(ROOT / "data" / "cdnow") as kit:
        likelihood = BgNbdLikelihood(*Histories.of(kit.customers).different(), from_first=True)
    found = maximise(likelihood, [(1.0, 10.0, 1.0, 2.0), (0.2, 3.0, 0.5, 5.0)])
    assert found.status == "converged"
    assert found.parameters == pytest.approx(PUBLISHED, rel=0.01)
    assert found.value == pytest.approx(-9582.1, abs=0.1)


def test_it_equals_the_published_form_customer_by_customer() -> None:
    r, alpha, a, b = 0.4, 6.0, 0.9, 2.0
    x, stayed = SOME.frequency, betaln(a, b)
    there = betaln(a, b + x + 1) - stayed - (r + x) * np.log(alpha + SOME.age)
    gone = betaln(a + 1, b + x) - stayed - (r + x) * np.log(alpha + SOME.recency)
    each = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(there, gone)
    value, _, _ = BgNbdLikelihood(SOME, COUNTS, from_first=True)(np.log([r, alpha, a, b]))
    assert value == pytest.approx(float(COUNTS @ each), rel=1e-12)


@pytest.mark.parametrize("parameters", [(0.4, 6.0, 0.9, 2.0), (3.0, 40.0, 0.05, 0.3)])
def test_slopes_and_curvature_are_those_of_the_likelihood(parameters: tuple[float, ...]) -> None:
    likelihood, at, small = BgNbdLikelihood(SOME, COUNTS, from_first=True), np.log(parameters), 1e-5
    _, gradient, hessian = likelihood(at)
    there, back = ([likelihood(at + sign * small * axis) for axis in np.eye(4)] for sign in (1, -1))
    assert gradient == pytest.approx(
        np.array([(p[0] - q[0]) / (2 * small) for p, q in zip(there, back, strict=True)]), rel=1e-5, abs=1e-4
    )
    curvature = np.array([(p[1] - q[1]) / (2 * small) for p, q in zip(there, back, strict=True)])
    assert hessian == pytest.approx(curvature, rel=1e-5, abs=1e-4)
    each, counts = likelihood.scores(at)
    assert counts @ each == pytest.approx(gradient)


def test_who_bought_once_may_have_left() -> None:
    r, alpha, a, b = PUBLISHED
    age = np.array([0.0, 10.0, 40.0])
    nothing = np.zeros(3)
    alive = probability_alive(PUBLISHED, nothing.astype(np.int64), nothing, age, from_first=True)
    expected = b / (b + a * ((alpha + age) / alpha) ** r)
    assert alive == pytest.approx(expected)
    assert (probability_alive(PUBLISHED, nothing.astype(np.int64), nothing, age) == 1).all()


def test_purchases_to_come_are_the_mean_over_the_chance_of_leaving() -> None:
    r, alpha, a, b = PUBLISHED
    x, age, weeks = 3, 40.0, 26.0
    reach = weeks / (alpha + age)

    def at(p: float) -> float:
        return float((1 - (1 + p * reach) ** -(r + x)) / p * beta_distribution.pdf(p, a, b + x + 1))

    found = expected_purchases(PUBLISHED, np.array([x]), np.array([35.0]), np.array([age]), weeks, from_first=True)
    alive = probability_alive(PUBLISHED, np.array([x]), np.array([35.0]), np.array([age]), from_first=True)
    assert float((found / alive)[0]) == pytest.approx(quad(at, 0, 1)[0], rel=1e-5)
