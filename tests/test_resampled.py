"""Errors from customers drawn anew: they agree with the formulas where these are right, and say so where not."""

from dataclasses import replace

import numpy as np
import pytest

import cxlab
from cxlab.customers import Customers
from cxlab.purchases import (
    PurchaseModelError,
    bootstrap_fits,
    fit_bgnbd,
    fit_purchase_model,
    resampled,
    worth_of_retention,
)
from cxlab.purchases.by_parameters import new_customer_until
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.model import fit_to_histories
from cxlab.purchases.resampled import affordable_draws
from cxlab.purchases.retention_worth import POINT
from cxlab.tables.purchases import parameter_errors
from tests.conftest import ROOT
from tests.family_shops import draw_paths, split
from tests.purchase_shops import CUT, shop


@pytest.fixture(scope="module")
def cdnow() -> Customers:
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        return kit.customers


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "n_draws"), [("bgnbd", 300), ("mbgnbd", 200), ("pareto_nbd", 60)])
def test_bootstrap_robust_and_plain_errors_agree_where_the_model_is_true(key: FamilyName, n_draws: int) -> None:
    histories, _ = split(draw_paths(key, 6_000, seed=8, days=2_000), 2_000)
    model = fit_to_histories(FAMILIES[key], histories, CUT)
    fits = bootstrap_fits(model, n_draws, seed=4)
    noise = 3.5 / np.sqrt(2 * n_draws)  # of a standard deviation from so many draws
    assert len(fits.draws) == n_draws and fits.n_lost == 0
    np.testing.assert_allclose(fits.log_errors, model.maximum.log_errors, rtol=noise + 0.05)
    np.testing.assert_allclose(fits.log_errors, model.maximum.curvature_log_errors, rtol=noise + 0.10)
    assert fits.draws.mean(axis=0) == pytest.approx(
        model.maximum.log_parameters, abs=5 * fits.log_errors.max() / np.sqrt(n_draws) + 0.02
    )


def test_the_curvature_alone_is_too_sure_on_cdnow_and_the_draws_say_so(cdnow: Customers) -> None:
    fits = bootstrap_fits(fit_bgnbd(cdnow), 300, seed=1)
    alpha = fits.table.set_index("parameter").loc["alpha"]
    assert alpha["hessian"] < 0.88 * alpha["bootstrap"] and alpha["sandwich"] == pytest.approx(
        alpha["bootstrap"], rel=0.12
    )
    assert "about as much as its intervals say" in fits.heading and "The two ways agree" in fits.reading
    for name, estimate in fits.intervals.items():
        low, high = estimate.ends
        assert low < estimate.number < high, name
        assert fits.findings[f"bootstrap.bgnbd.{name}"] == estimate
    shown = parameter_errors(fits)
    assert len(shown.rows) == 4 and "nan" not in repr(shown).lower()


@pytest.mark.parametrize("key", ["bgnbd", "pareto_nbd"])
def test_draws_are_the_maxima_wherever_the_climb_begins(
    cdnow: Customers, key: FamilyName, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fit_purchase_model(cdnow, key)
    stepped = bootstrap_fits(model, 20, seed=3).draws
    monkeypatch.setattr(resampled, "_A_SHORT_STEP", -1.0)
    climbed = bootstrap_fits(model, 20, seed=3).draws
    assert np.ptp(climbed[:, 0]) > 0.01
    assert (np.abs(stepped - climbed).max(axis=0) < 0.005 * climbed.std(axis=0)).all()


def test_the_same_seed_gives_the_same_draws(cdnow: Customers) -> None:
    model = fit_purchase_model(cdnow, "mbgnbd")
    one, two, other = (bootstrap_fits(model, 20, seed=seed).draws for seed in (1, 1, 2))
    assert one.tolist() == two.tolist() != other.tolist()


def test_a_shop_that_nobody_leaves_has_no_spread_to_tell_of() -> None:
    fits = bootstrap_fits(fit_bgnbd(shop([np.arange(0, 3_600, 90)] * 100)), 20, seed=1)
    assert not fits.is_told and fits.n_at_bound == 20 and not fits.ratios
    assert "cannot be told" in fits.heading and "found no best one of their own" in fits.reading
    assert all(e.verdict == "not_settled" and not e.has_interval for e in fits.intervals.values())
    assert "nan" not in f"{parameter_errors(fits)} {fits.reading}".lower()


def test_a_fit_that_did_not_settle_is_said_to_be_one(cdnow: Customers) -> None:
    model = fit_bgnbd(cdnow)
    lost = replace(model, maximum=replace(model.maximum, status="not_converged"))
    fits = bootstrap_fits(lost, 20, seed=1)
    assert not fits.is_told and "did not settle" in fits.reading


@pytest.mark.thorough
@pytest.mark.parametrize("family", ["bgnbd", "mbgnbd"])
def test_figures_have_the_percentiles_of_the_draws(cdnow: Customers, family: FamilyName) -> None:
    model = fit_purchase_model(cdnow, family)
    fits = bootstrap_fits(model, 200, seed=1)
    sure = fits.resampled_model
    drawn = np.exp(fits.draws)
    shares = drawn[:, 2] / (drawn[:, 2] + drawn[:, 3])
    assert sure.leaving.ends == pytest.approx(np.quantile(shares, [0.025, 0.975]))
    assert sure.pace.ends == pytest.approx(np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975]) * 365.25 / 7)
    assert sure.leaving.value == model.leaving.value and sure.expected_totals(30)[0] == model.expected_totals(30)[0]
    point, rough = (worth_of_retention(m, cdnow, horizon_days=365, discount_rate=0.1) for m in (sure, model))
    one = np.array([365.0])
    gains = []
    for parameters in drawn:
        slower = model.family.slowed(parameters, POINT)
        now, then = (new_customer_until(model.family, parameters, c * one)[0] for c in (1.0, slower))
        gains.append(1000 * (then / slower - now))
    assert point.new_purchases.ends == pytest.approx(np.quantile(gains, [0.025, 0.975]), rel=1e-6)
    assert point.present.value == rough.present.value and point.present.ends != rough.present.ends
    for found in (point.present, point.per_new, point.present_purchases):
        assert found.ends[0] < found.number < found.ends[1]
    # the interval leans to where the share who leave is small, which the delta method cannot see
    assert sum(point.new_purchases.ends) > sum(rough.new_purchases.ends)


@pytest.mark.thorough
def test_of_many_histories_some_stand_for_all(cdnow: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    model = bootstrap_fits(fit_purchase_model(cdnow, "pareto_nbd"), 200, seed=1).resampled_model
    ahead = {"horizon_days": 365, "discount_rate": 0.1}
    every = worth_of_retention(model, cdnow, **ahead).present
    monkeypatch.setattr("cxlab.purchases.retention_worth._HISTORIES", 300)
    some = worth_of_retention(model, cdnow, **ahead).present
    assert some.value == every.value and some.ends == pytest.approx(every.ends, rel=0.15)


def test_of_many_customers_some_are_drawn_and_tell_the_same(cdnow: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    histories, _ = split(draw_paths("bgnbd", 12_000, seed=8, days=700), 700)
    model = fit_to_histories(FAMILIES["bgnbd"], histories, CUT)
    some = bootstrap_fits(model, 400, seed=1)
    monkeypatch.setattr(resampled, "MOST_WHOLE", 12_000)
    every = bootstrap_fits(model, 400, seed=1)
    assert (some.n_each, every.n_each) == (5_000, 12_000)
    np.testing.assert_allclose(some.log_errors, every.log_errors, rtol=0.2)  # each known to 3.5 %
    np.testing.assert_allclose(some.log_errors, model.maximum.log_errors, rtol=0.2)
    assert "Of the 12,000 customers 5,000 were drawn 400 times" in some.reading
    assert "The 12,000 customers were drawn anew 400 times" in every.reading


def test_few_draws_tell_a_spread_and_no_ends(cdnow: Customers) -> None:
    model = fit_bgnbd(cdnow)
    fits = bootstrap_fits(model, 50, seed=1)
    assert fits.resampled_model is model
    for i, found in enumerate(fits.intervals.values()):
        low, high = found.ends
        assert np.log(high / low) == pytest.approx(2 * 1.959964 * fits.log_errors[i])


def test_more_draws_are_afforded_the_quicker_a_fit_is() -> None:
    assert affordable_draws(10_000, quick=True) == affordable_draws(1_000, quick=False) == 500
    assert affordable_draws(10**6, quick=False) == 50
    assert affordable_draws(1_000, quick=True, kinds=8) < affordable_draws(1_000, quick=True, kinds=4) < 500


def test_too_few_draws_are_refused(cdnow: Customers) -> None:
    with pytest.raises(PurchaseModelError, match="at least 20 draws, got n = 5"):
        bootstrap_fits(fit_bgnbd(cdnow), 5)
