"""Purchase models with covariates: plain formulas at each customer's own parameters, planted kinds found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import cxlab
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.plots.model_choice import model_choice
from cxlab.purchases import (
    CovariateError,
    Histories,
    PurchaseModel,
    bootstrap_fits,
    check_holdout,
    compare_purchase_models,
    count_repeats,
    discount_value,
    find_still_customers,
    fit_gamma_gamma,
    fit_purchase_model,
    follow_purchases,
    forecast_value,
    value_new_customer,
    worth_of_retention,
)
from cxlab.purchases.covariate_family import with_covariates
from cxlab.purchases.covariate_kinds import MOST_KINDS, sort_into_kinds
from cxlab.purchases.covariate_likelihood import CovariateLikelihood, map_to_base
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import Family, FamilyName
from cxlab.purchases.outlook import foresee_purchases
from cxlab.purchases.retention_worth import POINT
from cxlab.tables.purchases import model_choice as choice_table
from cxlab.tables.purchases import parameter_errors, purchase_model
from tests.conftest import ROOT
from tests.family_shops import TRUTHS, draw_paths
from tests.purchase_shops import WINDOW, shop

EACH = pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
SHIFTS = {"bgnbd": (0.8, 0.9, -0.4), "mbgnbd": (0.8, 0.9, -0.4), "pareto_nbd": (0.8, 1.2)}
"""Logarithms of what members are multiplied by: pace, then weight of leaving and of staying, or rate of leaving."""
SHARE = 0.4  # of members


def own_truth(key: FamilyName) -> tuple[float, ...]:
    """Return the parameters of members, as the paper has them: alpha exp(-g1), and a exp(g2), b exp(g3) or beta."""
    own = np.array(TRUTHS[key])
    own[1] *= np.exp(-SHIFTS[key][0])
    own[2:] *= np.exp([0, -SHIFTS[key][1]] if key == "pareto_nbd" else SHIFTS[key][1:])
    return tuple(own.tolist())


def planted(key: FamilyName, n: int, seed: int) -> tuple[Customers, pd.DataFrame]:
    """Draw customers of whom the first 40 % are members, who buy and leave otherwise than the rest."""
    members = int(SHARE * n)
    paths = draw_paths(key, members, seed, days=WINDOW + 900, truth=own_truth(key))
    paths += draw_paths(key, n - members, seed + 5_000, days=WINDOW + 900)
    customers = shop(paths)
    return customers, pd.DataFrame({"member": np.arange(n) < members}, index=customers.frame.index)


@pytest.fixture(scope="module", params=list(FAMILIES))
def fitted(request: pytest.FixtureRequest) -> tuple[PurchaseModel, Customers, pd.DataFrame]:
    customers, known = planted(request.param, 600, 3)
    known = known.assign(channel=np.where(np.arange(600) % 3 == 0, "web", "shop"))
    known.loc[known.index[5:20], "channel"] = None
    return fit_purchase_model(customers, request.param, known), customers, known


class TestLikelihood:
    @EACH
    def test_without_an_effect_it_is_that_of_the_plain_model(self, family: Family) -> None:
        customers, known = planted(family.key, 200, 1)
        kinds, histories = sort_into_kinds(customers, known), Histories.of(customers)
        at = np.log(np.array(TRUTHS[family.key]))
        plain, gradient, hessian = family.likelihood(*histories.different())(at)
        for matrix in (kinds.rows[kinds.which], np.empty((200, 0))):
            zeros = np.zeros(len(family.shifts) * matrix.shape[1])
            value, slopes, curvature = CovariateLikelihood(histories, matrix, family)(np.append(at, zeros))
            assert value == pytest.approx(plain, rel=1e-12)
            assert slopes[:4] == pytest.approx(gradient) and curvature[:4, :4] == pytest.approx(hessian)

    @EACH
    def test_slopes_and_curvature_are_those_of_finite_differences(self, family: Family) -> None:
        customers, known = planted(family.key, 150, 2)
        kinds = sort_into_kinds(customers, known)
        histories = replace(Histories.of(customers), kind=kinds.which)
        likelihood = with_covariates(family, kinds).likelihood(*histories.different())
        at, small = np.append(np.log(TRUTHS[family.key]), 0.5 * np.array(SHIFTS[family.key])), 1e-5
        value, gradient, hessian = likelihood(at)
        ends = [[likelihood(at + sign * small * axis) for sign in (1, -1)] for axis in np.eye(len(at))]
        assert gradient == pytest.approx([(a[0] - b[0]) / (2 * small) for a, b in ends], rel=1e-5, abs=1e-4)
        curved = np.array([(a[1] - b[1]) / (2 * small) for a, b in ends])
        assert hessian == pytest.approx(curved, rel=1e-4, abs=1e-3)
        each, counts = likelihood.scores(at)
        assert counts @ each == pytest.approx(gradient) and counts.sum() == 150
        own = with_covariates(family, kinds).log_likelihoods(np.exp(at), histories)
        assert own.sum() == pytest.approx(value, rel=1e-12)


class TestForecasts:
    def test_sums_of_them_vary_as_if_every_parameter_were_moved(
        self, fitted: tuple[PurchaseModel, Customers, pd.DataFrame]
    ) -> None:
        model, _, _ = fitted
        groups = np.arange(600) % 3

        def sums(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
            each = model.family.expected_purchases(parameters, model.histories, 200 / 7)
            return np.bincount(groups, weights=each)

        plain, plainly = model.maximum.propagate(sums)
        totals, covariance = model.expected_totals(200, groups)
        assert len(model.parameters) > 4
        assert totals == pytest.approx(plain, rel=1e-8)
        assert covariance.ravel() == pytest.approx(plainly.ravel(), rel=1e-5)

    def test_of_each_customer_are_the_plain_formulas_at_the_own_parameters(
        self, fitted: tuple[PurchaseModel, Customers, pd.DataFrame]
    ) -> None:
        model, customers, known = fitted
        base = next(family for family in FAMILIES.values() if model.family.key.startswith(f"{family.key}_cov"))
        kinds, at = sort_into_kinds(customers, known), model.maximum.log_parameters
        assert kinds.at_average == 15 and len(kinds.rows) == 5
        alive, expected = model.probability_alive(), model.expected_purchases(200)
        chance = model.chance_of_purchase(200)
        for i in (0, 5, 250, 301, 599):
            own = np.exp(map_to_base(kinds.rows[kinds.which[i]], base) @ at)
            one = Histories.of(customers).take(np.array([i]))
            assert alive[i] == pytest.approx(base.probability_alive(own, one)[0], rel=1e-12)
            assert expected[i] == pytest.approx(base.expected_purchases(own, one, 200 / 7)[0], rel=1e-12)
            assert chance[i] == pytest.approx(base.chance_of_purchase(own, one, 200 / 7)[0], rel=1e-12)
        member = kinds.rows[kinds.which[0]]
        assert member.tolist() == [1.0, 1.0]  # a member who came by the web
        ratio = model.parameters[4]  # of paces, members against others
        assert model.findings[f"{model.family.key}.buying.member.yes"].value == pytest.approx(ratio)

    def test_of_new_customers_are_those_of_the_kinds_as_they_are(
        self, fitted: tuple[PurchaseModel, Customers, pd.DataFrame]
    ) -> None:
        model, customers, _ = fitted
        family, weeks, kinds = model.family, np.array([10.0, 52.0]), model.histories.kinds
        shares = np.bincount(kinds) / customers.n
        each = [family.of_kind(k).new_customer_purchases(model.parameters, weeks) for k in range(len(shares))]
        found = family.new_customer_purchases(model.parameters, weeks)
        assert found == pytest.approx(shares @ np.array(each))
        counts = [family.share_with(model.parameters, k, weeks) for k in range(400)]
        assert np.sum(counts, axis=0) == pytest.approx(1, abs=1e-6)
        slower = family.slowed(model.parameters, POINT)
        left = family.leaving(model.parameters) - family.leaving(model.parameters, slower)
        assert left == pytest.approx(POINT, rel=1e-9) and slower < 1

    @pytest.mark.thorough
    @pytest.mark.parametrize("fitted", ["bgnbd", "pareto_nbd"], indirect=True)
    def test_reach_every_figure_that_a_purchase_model_gives(
        self, fitted: tuple[PurchaseModel, Customers, pd.DataFrame]
    ) -> None:
        model, customers, _ = fitted
        spend = fit_gamma_gamma(customers)
        ahead = {"horizon_days": 365, "discount_rate": 0.1}
        value = forecast_value(model, spend, customers)
        results = (
            model, value, check_holdout(model, customers), count_repeats(customers, model),
            follow_purchases(model, customers),
            find_still_customers(model, customers, seed=1), discount_value(model, customers, spend, **ahead),
            value_new_customer(model, customers, **ahead), worth_of_retention(model, customers, spend, **ahead),
        )  # fmt: skip
        for result in results:
            assert "nan" not in result.reading.lower().replace("finan", ""), result.reading
            found = [e for e in result.findings.values() if e.value is not None]
            assert found and all(np.isfinite(e.number) for e in found)
        assert value.customers.select_dtypes(float).notna().all().all()
        outlook = foresee_purchases(model, np.arange(600) < 100, window_days=900, horizon_days=365)
        assert outlook.window == pytest.approx(model.expected_purchases(900)[:100])
        if model.family.key == "pareto_nbd_covariates":  # the others take longer
            assert len(parameter_errors(bootstrap_fits(model, 20)).rows) == len(model.parameters)
        assert len(purchase_model(model).rows) == len(model.parameters) + 4
        total = count_repeats(customers, model).table["model_share"].sum()
        assert total == pytest.approx(1, abs=1e-9)


class TestPlantedKinds:
    @EACH
    def test_are_recovered_and_covered(self, family: Family) -> None:
        held, foreseen = [], []
        for seed in range(8):
            customers, known = planted(family.key, 1_200, 100 + seed)
            model = fit_purchase_model(customers, family.key, known)
            errors = model.maximum.log_errors[4:]
            assert model.maximum.status == "converged" and np.isfinite(errors).all()
            off = model.maximum.log_parameters[4:] - np.array(SHIFTS[family.key])
            held += (np.abs(off) <= 1.96 * errors).tolist()
            totals, covariance = model.expected_totals(365, known["member"].to_numpy().astype(np.int64))
            h = model.histories
            for group, truth in enumerate((TRUTHS[family.key], own_truth(family.key))):
                mine = replace(h.take(known["member"].to_numpy() == bool(group)), kind=None)
                aim = family.expected_purchases(np.array(truth), mine, 365 / 7).sum()
                foreseen.append(abs(totals[group] - aim) <= 1.96 * np.sqrt(covariance[group, group]))
        assert np.mean(held) >= 0.8 and np.mean(foreseen) >= 0.75  # 16 to 24 of 95 % each, within chance

    def test_are_taken_and_foresee_better(self) -> None:
        r, alpha, s, beta = TRUTHS["pareto_nbd"]
        loyal = draw_paths("pareto_nbd", 600, 4, days=700, truth=(r, alpha / 4, s, 5 * beta))
        customers = shop(loyal + draw_paths("pareto_nbd", 600, 5, days=700), window=350, after=350)
        known = pd.DataFrame({"member": np.arange(1_200) < 600}, index=customers.frame.index)
        choice = compare_purchase_models(customers, known, n_bootstrap=100)
        assert choice.best == "pareto_nbd_covariates", choice.reading
        assert "its lead over what would be taken without covariates is more than chance" in choice.reading
        assert [one.title for one in choice.scores][3:] == [f"{f.title} with covariates" for f in FAMILIES.values()]
        assert len(choice.table) == 6 and "nan" not in repr(choice_table(choice)).lower()
        block = model_choice.block(choice)
        assert "with covariates" in repr(block.numbers) and len(block.caption.alt) < 400
        assert choice.findings["model_choice.best"].verdict == "pareto_nbd_covariates"
        assert choice.findings["model_choice.pareto_nbd_covariates.ahead_without"].ends[0] > 0

    @pytest.mark.thorough
    def test_that_are_noise_are_left(self) -> None:
        found = []
        for seed in range(8):
            customers = shop(draw_paths("bgnbd", 300, 300 + seed, days=WINDOW + 900))
            mark = np.random.default_rng(seed).random(300) < 0.3
            noise = pd.DataFrame({"mark": mark}, index=customers.frame.index)
            choice = compare_purchase_models(customers, noise, n_bootstrap=100)
            found.append(choice.model.family.has_covariates)
        assert sum(found) <= 1
        plain = compare_purchase_models(customers, n_bootstrap=100)
        assert [one.score.value for one in choice.scores[:3]] == [one.score.value for one in plain.scores]


@pytest.fixture(scope="module")
def customers() -> Customers:
    return planted("bgnbd", 300, 9)[0]


class TestWhatIsGiven:
    def test_nothing_known_changes_nothing(self, customers: Customers) -> None:
        plain = compare_purchase_models(customers, n_bootstrap=50)
        none = compare_purchase_models(customers, customers.frame[[]], n_bootstrap=50)
        assert none.table.to_csv() == plain.table.to_csv() and none.reading == plain.reading

    def test_what_tells_nobody_apart_is_said_and_the_choice_goes_on(self, customers: Customers) -> None:
        same = customers.frame[[]].assign(country="FI")
        choice = compare_purchase_models(customers, same, n_bootstrap=50)
        assert len(choice.scores) == 3 and "takes no part: No covariate tells customers apart" in choice.reading

    def test_too_many_kinds_are_refused(self, customers: Customers) -> None:
        rng = np.random.default_rng(1)
        many = customers.frame[[]].assign(**{name: rng.random(300) for name in ("a", "b")})
        choice = compare_purchase_models(customers, many, n_bootstrap=50)
        assert f"a forecast takes at most {MOST_KINDS}" in choice.reading

    def test_segments_are_refused_unless_from_before(self, customers: Customers) -> None:
        labels = np.array(SEGMENTS)[np.arange(300) % 4]
        for name in ("segment", "field"):
            with pytest.raises(CovariateError, match=f"name it earlier_{name}"):
                compare_purchase_models(customers, customers.frame[[]].assign(**{name: labels}))
        before = fit_purchase_model(customers, "bgnbd", customers.frame[[]].assign(earlier_segment=labels))
        assert len(before.family.kinds) == 4

    def test_another_index_is_refused(self, customers: Customers) -> None:
        with pytest.raises(CovariateError, match="one row a customer"):
            fit_purchase_model(customers, "bgnbd", pd.DataFrame({"member": [True, False]}))


def test_a_study_brings_what_was_known_on_the_day_of_the_first_order() -> None:
    with cxlab.open_study(ROOT / "data" / "corner-shop") as kit:
        known = kit.first_orders.frame
        model = fit_purchase_model(kit.customers, "pareto_nbd", known)
    assert model.histories.n == 2_045 and model.is_settled
    assert {f"buying.{name}" for name in known} <= {name.rpartition(".")[0] for name in model.family.parameters}
    assert model.log_likelihood > fit_purchase_model(kit.customers, "pareto_nbd").log_likelihood
