"""Errors from customers drawn anew: they agree with the formulas where these are right, and say so where not."""

from dataclasses import replace

import numpy as np
import pytest

import cxlab
from cxlab.customers import Customers
from cxlab.purchases import PurchaseModelError, bootstrap_fits, fit_bgnbd, fit_purchase_model
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.model import fit_to_histories
from cxlab.tables.purchases import parameter_errors
from tests.conftest import ROOT
from tests.family_shops import draw_paths, split
from tests.purchase_shops import CUT, shop


@pytest.fixture(scope="module")
def cdnow() -> Customers:
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        return kit.customers


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


def test_too_few_draws_are_refused(cdnow: Customers) -> None:
    with pytest.raises(PurchaseModelError, match="at least 20 draws, got n = 5"):
        bootstrap_fits(fit_bgnbd(cdnow), 5)
