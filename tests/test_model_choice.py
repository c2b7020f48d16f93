"""The choice among purchase models: the planted one is found, the simplest stays in doubt, and the rule is kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import cxlab
from cxlab.customers import Customers, customer_table
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.plots.model_choice import model_choice
from cxlab.purchases import Histories, ModelChoice, PurchaseModelError, compare_purchase_models
from cxlab.purchases.choice import histories_at_end
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.tables.purchases import model_choice as choice_table
from tests.conftest import ROOT
from tests.family_shops import draw_paths
from tests.purchase_shops import WINDOW, buying_days, shop


@pytest.fixture(scope="module")
def cdnow() -> Customers:
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        return kit.customers


@pytest.fixture(scope="module")
def choice(cdnow: Customers) -> ModelChoice:
    return compare_purchase_models(cdnow, n_bootstrap=400, seed=3)


def planted(family: FamilyName, n: int, seed: int, truth: tuple[float, ...] | None = None) -> Customers:
    return shop(draw_paths(family, n, seed, days=WINDOW + 900, truth=truth))


def assert_speaks(found: ModelChoice) -> None:
    """No sentence, finding, table or figure says NaN or Infinity, and none raises."""
    for key, estimate in found.findings.items():
        assert estimate.value is not None or estimate.verdict is not None, key
        assert all(end is None or np.isfinite(end) for end in (estimate.low, estimate.high)), key
    said = [found.heading, found.reading, repr(choice_table(found))]
    if model_choice.lacks is not None and not model_choice.lacks(found):
        block = model_choice.block(found)
        assert len(block.caption.alt) < 400 and block.wide != block.narrow
        said += [repr(block.caption), repr(block.numbers)]
    assert not any(word in text.lower() for text in said for word in ("nan", "inf%", " inf ")), said


class TestOnCdnow:
    def test_the_fits_are_the_published_ones(self, choice: ModelChoice) -> None:
        found = choice.table.set_index("model")["log_likelihood"].round(1).to_dict()
        assert found == {"BG/NBD": -9582.4, "MBG/NBD": -9582.1, "Pareto/NBD": -9595.0}

    def test_the_score_is_the_density_of_what_each_customer_did(self, choice: ModelChoice, cdnow: Customers) -> None:
        at_cut, at_end = Histories.of(cdnow), histories_at_end(cdnow)
        assert (at_end.frequency - at_cut.frequency).sum() == choice.came.value == 1882
        for one in choice.scores:
            value = one.model.family.log_likelihoods
            each = value(one.model.parameters, at_end) - value(one.model.parameters, at_cut)
            assert one.score.number == pytest.approx(each.mean(), rel=1e-12)
            low, high = one.score.ends
            assert (high - low) / 3.92 == pytest.approx(each.std() / np.sqrt(cdnow.n), rel=0.15)

    def test_histories_at_the_end_are_those_of_a_cut_on_that_day(self, cdnow: Customers) -> None:
        with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
            end = customer_table(
                kit.intake.engine,
                calibration_end=cdnow.observation_end,
                observation_end=cdnow.observation_end,
                currency="USD",
                margin_rate=0.3,
            )
        late = replace(end, frame=cdnow.frame[["customer_id"]].merge(end.frame, on="customer_id"))
        found, expected = histories_at_end(cdnow), Histories.of(late)
        for name in ("frequency", "recency_days", "age_days"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)

    def test_bgnbd_stays_as_no_lead_over_it_is_more_than_chance(self, choice: ModelChoice) -> None:
        leading = choice.leading
        assert leading is not None and leading.key == "mbgnbd" and choice.best == "bgnbd"
        assert leading.ahead_of_simplest.ends[0] < 0 < leading.ahead_of_simplest.ends[1]
        assert choice.heading == "BG/NBD stays: no other model is shown to foresee this shop better"
        assert "the lead of MBG/NBD over it may be chance" in choice.reading and choice.model.family.key == "bgnbd"
        assert [choice.outcome(one) for one in choice.scores] == ["taken", "leads", "not taken"]
        assert "There came 1,882" in choice.reading
        assert_speaks(choice)

    def test_the_same_seed_gives_the_same_and_the_order_of_customers_only_the_draws(
        self, choice: ModelChoice, cdnow: Customers
    ) -> None:
        again = compare_purchase_models(cdnow, n_bootstrap=400, seed=3)
        assert again.table.to_csv() == choice.table.to_csv() and again.reading == choice.reading
        mixed = replace(cdnow, frame=cdnow.frame.sample(frac=1.0, random_state=5))
        other = compare_purchase_models(mixed, n_bootstrap=100, seed=3)
        for one, two in zip(choice.scores, other.scores, strict=True):
            assert one.score.number == pytest.approx(two.score.number, rel=1e-12)


class TestPlantedModels:
    @pytest.mark.parametrize("family", ["bgnbd", "pareto_nbd"])
    def test_bgnbd_is_told_once_whichever_is_taken(self, family: FamilyName) -> None:
        found = compare_purchase_models(planted(family, 4_000, seed=2), n_bootstrap=200, seed=1)
        taken, beside = dict(found.model.findings), dict(found.findings)
        assert found.best == family and not set(taken) & set(beside)
        told = taken | beside
        for name in ("r", "alpha", "a", "b", "log_likelihood"):
            assert told[f"bgnbd.{name}"] == found["bgnbd"].model.findings[f"bgnbd.{name}"]

    @pytest.mark.parametrize("family", list(FAMILIES))
    def test_are_found(self, family: FamilyName) -> None:
        found = compare_purchase_models(planted(family, 4_000, seed=2), n_bootstrap=200, seed=1)
        assert found.best == family, found.reading
        assert_speaks(found)

    def test_are_not_claimed_where_bgnbd_is_true(self) -> None:
        found = [
            compare_purchase_models(planted("bgnbd", 400, seed=seed), n_bootstrap=100, seed=1).best
            for seed in range(12)
        ]
        assert found.count("bgnbd") >= 11


class TestRule:
    def scores(self, choice: ModelChoice, ahead: Estimate) -> ModelChoice:
        bg, mbg, pareto = choice.scores
        ahead_mbg = replace(mbg, ahead_of_simplest=ahead, score=replace(mbg.score, value=bg.score.number + 0.1))
        return replace(choice, scores=(bg, ahead_mbg, pareto))

    def test_takes_the_leading_one_only_when_its_lead_over_bgnbd_leaves_zero_out(self, choice: ModelChoice) -> None:
        assert self.scores(choice, Estimate(0.1, 0.02, 0.2)).best == "mbgnbd"
        assert self.scores(choice, Estimate(0.1, -0.01, 0.2)).best == "bgnbd"
        assert self.scores(choice, Estimate(0.1, 0.0, 0.2)).best == "bgnbd"

    def test_leaves_out_and_names_what_did_not_settle(self, cdnow: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
        lost: list[FamilyName] = ["pareto_nbd"]

        def unsettled(choice_of: list[FamilyName]) -> ModelChoice:
            from cxlab.purchases import choice as module  # the fits are made to fail where it looks them up

            fit = module.fit_to_histories

            def some(family, histories, end):  # type: ignore[no-untyped-def]
                model = fit(family, histories, end)
                off = replace(model.maximum, status="not_converged")
                return replace(model, maximum=off) if family.key in choice_of else model

            with monkeypatch.context() as patch:
                patch.setattr(module, "fit_to_histories", some)
                return compare_purchase_models(cdnow, n_bootstrap=50, seed=1)

        found = unsettled(lost)
        assert found.best == "bgnbd" and "Pareto/NBD did not settle and takes no part." in found.reading
        assert found["pareto_nbd"].score.verdict == "not_settled"
        assert_speaks(found)
        found = unsettled(["bgnbd"])
        assert found.best == "mbgnbd" and "the best of those that settled" in found.reading
        assert_speaks(found)
        found = unsettled(["bgnbd", "mbgnbd"])
        assert found.best == "pareto_nbd" and "only model that settled" in found.heading
        assert_speaks(found)
        found = unsettled(list(FAMILIES))
        assert found.best is None and found.findings["model_choice.best"].verdict == "cannot_tell"
        assert "cannot be told" in found.reading and not found.model.is_settled
        assert_speaks(found)

    def test_goes_by_the_fit_where_there_is_no_window_and_says_so(self, cdnow: Customers) -> None:
        found = compare_purchase_models(replace(cdnow, observation_end=cdnow.calibration_end), n_bootstrap=100, seed=1)
        assert found.days == 0 and found.came.verdict == "no_window" and found.best == "bgnbd"
        assert "no time after that to try them on" in found.reading and "foresee" not in found.heading
        for one in found.scores:
            assert one.score.number * found.n == pytest.approx(one.model.log_likelihood, rel=1e-9)
            assert f"model_choice.{one.key}.fitted" in found.findings
        assert_speaks(found)


class TestInputThatTeachesNothing:
    def test_ten_customers_or_nobody_who_came_back(self) -> None:
        with pytest.raises(NotEnoughDataError, match="needs 30 customers"):
            compare_purchase_models(shop(buying_days(10, seed=1)))
        with pytest.raises(NotEnoughDataError, match="nobody did"):
            compare_purchase_models(shop([np.array([0])] * 40))

    def test_last_days_that_are_not_known(self, cdnow: Customers) -> None:
        frame = cdnow.frame.drop(columns="holdout_last_day")
        with pytest.raises(PurchaseModelError, match="open the study's own orders"):
            compare_purchase_models(replace(cdnow, frame=frame))

    @pytest.mark.parametrize("kind", ["clockwork", "few", "nobody later"])
    def test_odd_shops_give_honest_results(self, kind: str, cdnow: Customers) -> None:
        if kind == "clockwork":
            customers = shop([np.arange(0, 3_600, 90)] * 60)
        elif kind == "few":
            customers = shop(buying_days(30, seed=21, truth=np.array([1.0, 60.0, 0.5, 4.0])))
        else:
            customers = replace(cdnow, frame=cdnow.frame.assign(holdout_purchases=0, holdout_last_day=0))
        found = compare_purchase_models(customers, n_bootstrap=50, seed=1)
        assert_speaks(found)
        assert isinstance(found.table, pd.DataFrame) and len(found.table) == 3
