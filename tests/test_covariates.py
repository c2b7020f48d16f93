"""Pareto/NBD with covariates: planted ratios are found, nothing where nothing is, and bad covariates are told of."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.kit import open_study
from cxlab.plots.covariates import rate_ratios
from cxlab.purchases import Histories
from cxlab.purchases.covariate_design import CovariateError, design_covariates
from cxlab.purchases.covariate_likelihood import CovariateLikelihood
from cxlab.purchases.covariates import (
    WEEKS_A_YEAR,
    CovariateModel,
    compare_by_covariates,
    fit_with_covariates,
    maximise_both,
)
from cxlab.purchases.maximum import maximise
from cxlab.purchases.pareto_forecast import weeks_as_a_customer
from cxlab.purchases.pareto_nbd import maximise_pareto_nbd
from cxlab.tables.covariates import covariate_groups
from tests.conftest import ROOT
from tests.test_known_shops import most_misses

Array = NDArray[np.float64]
TRUTH = (0.8, 20.0, 0.7, 30.0)  # r, alpha, s, beta, in weeks: slow buyers, so that whole days do no harm
CUT = dt.date(2024, 6, 30)


def order_days(n: int, seed: int, faster: Array | float = 0.0, sooner: Array | float = 0.0) -> list[NDArray[np.int64]]:
    """Draw the days on which customers of a Pareto/NBD shop buy, from the first order to the cut (the last entry).

    Parameters
    ----------
    faster, sooner : shape (n,), logarithms by which the rates of buying and of leaving are multiplied.
    """
    rng = np.random.default_rng(seed)
    r, alpha, s, beta = TRUTH
    pace = rng.gamma(r, 1 / alpha, n) * np.exp(faster) / 7
    stay = 7 * rng.exponential(1 / (rng.gamma(s, 1 / beta, n) * np.exp(sooner)))
    age = rng.integers(400, 730, n)
    found = []
    for i in range(n):
        span = min(stay[i], age[i])
        days = np.ceil(rng.uniform(0, span, rng.poisson(pace[i] * span))).astype(np.int64)
        found.append(np.append(np.unique(np.append(days, 0)), age[i]))
    return found


def shop_of(days: list[NDArray[np.int64]]) -> Customers:
    """Make customers of the days of their orders, the last entry of each being the cut."""
    age = np.array([own[-1] for own in days])
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(len(days))],
            "repeat_purchases": [len(own) - 2 for own in days],
            "tenure_days": age,
            "days_since_last_order": [int(own[-1] - own[-2]) for own in days],
        }
    )
    return Customers(frame, CUT - dt.timedelta(days=730), CUT, CUT, "EUR", costs_known=False, margin_rate=0.3)


def shop(n: int, seed: int, faster: Array | float = 0.0, sooner: Array | float = 0.0) -> Customers:
    return shop_of(order_days(n, seed, faster, sooner))


def known_of(n: int, seed: int) -> pd.DataFrame:
    """Draw a group, a flag and a number of each customer."""
    rng = np.random.default_rng([seed, 1])
    return pd.DataFrame(
        {
            "channel": rng.choice(["shop", "web", "phone"], n, p=[0.5, 0.3, 0.2]),
            "member": rng.random(n) < 0.4,
            "distance": rng.integers(1, 5, n),
        }
    )


FASTER = {"web": 0.4, "phone": -0.3, "yes": 0.25, "one standard deviation more": -0.2}
SOONER = {"web": -0.3, "phone": 0.5, "yes": -0.6, "one standard deviation more": 0.3}
ZONES = (2.5, math.sqrt(1.25))  # mean and standard deviation of the distance
COLUMNS = {"channel": ("web", "phone"), "member": ("yes",), "distance": ("one standard deviation more",)}


def planted(n: int, seed: int) -> tuple[Customers, pd.DataFrame]:
    known = known_of(n, seed)
    distance = (known["distance"].to_numpy() - ZONES[0]) / ZONES[1]
    shifts = [
        known["channel"].map({"shop": 0.0, "web": by["web"], "phone": by["phone"]}).to_numpy()
        + known["member"].to_numpy() * by["yes"]
        + distance * by["one standard deviation more"]
        for by in (FASTER, SOONER)
    ]
    return shop(n, seed, *shifts), known


def first_year(level: str) -> float:
    """Repeat purchases in a year of new customers of a group of `channel`, the other two as they are among all."""
    rng = np.random.default_rng(5)
    member, distance = rng.random(200_000) < 0.4, (rng.integers(1, 5, 200_000) - ZONES[0]) / ZONES[1]
    r, alpha, s, beta = TRUTH
    far = "one standard deviation more"
    g1 = FASTER.get(level, 0.0) + FASTER["yes"] * member + FASTER[far] * distance
    g2 = SOONER.get(level, 0.0) + SOONER["yes"] * member + SOONER[far] * distance
    return float((r / alpha * np.exp(g1) * weeks_as_a_customer(s, beta * np.exp(-g2), WEEKS_A_YEAR)).mean())


def all_text(model: CovariateModel) -> str:
    """All that a page would show of a model."""
    table = covariate_groups(model)
    cells = [] if table is None else [f"{cell.text} {cell.small}" for row in table.rows for cell in row]
    return " ".join([model.heading, model.reading, *cells])


def test_without_covariates_it_is_the_pareto_nbd_model_of_cdnow() -> None:
    with open_study(ROOT / "data" / "cdnow") as kit:
        histories = Histories.of(kit.customers)
    plain = maximise_pareto_nbd(*histories.different())
    without, found = maximise_both(histories, np.empty((histories.n, 0)))
    for one in (without, found):
        assert one.status == "converged" and one.value == pytest.approx(-9594.976, abs=1e-3)
        assert one.value == pytest.approx(plain.value, rel=1e-12)
        assert one.parameters == pytest.approx(plain.parameters, rel=1e-6)
        assert one.covariance == pytest.approx(plain.covariance, rel=1e-5, abs=1e-9)


def test_a_climb_that_begins_on_some_customers_ends_at_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    customers, known = planted(1_500, 4)
    matrix = design_covariates(known, customers.frame["repeat_purchases"].to_numpy() > 0).matrix
    histories = Histories.of(customers)
    wanted = maximise_both(histories, matrix)
    monkeypatch.setattr("cxlab.purchases.family._ENOUGH_TO_START", 60)  # of 60 customers a rare group finds any ratio
    for one, other in zip(maximise_both(histories, matrix), wanted, strict=True):
        assert one.status == other.status == "converged"
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.parameters == pytest.approx(other.parameters, rel=1e-4)


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_slopes_and_curvature_are_those_of_the_likelihood(shift: float) -> None:
    customers, known = planted(200, 3)
    matrix = design_covariates(known, customers.frame["repeat_purchases"].to_numpy() > 0).matrix
    likelihood = CovariateLikelihood(Histories.of(customers), matrix)
    at, small = np.append(np.log(TRUTH), shift * np.linspace(-1, 1, 2 * matrix.shape[1])), 1e-5
    _, gradient, hessian = likelihood(at)
    there, back = ([likelihood(at + sign * small * axis) for axis in np.eye(len(at))] for sign in (1, -1))
    slopes = [(a[0] - b[0]) / (2 * small) for a, b in zip(there, back, strict=True)]
    curvature = [(a[1] - b[1]) / (2 * small) for a, b in zip(there, back, strict=True)]
    assert gradient == pytest.approx(np.array(slopes), rel=1e-5, abs=1e-4)
    assert hessian == pytest.approx(np.array(curvature), rel=1e-4, abs=1e-3)
    each, counts = likelihood.scores(at)
    assert counts @ each == pytest.approx(gradient) and counts.sum() == 200


def test_customers_of_two_groups_with_nothing_in_common_are_two_models() -> None:
    """With the same r and s the log-likelihood is the sum of two plain ones at shifted scales, worked out apart."""
    customers = shop(200, 4)
    histories = Histories.of(customers)
    flag = (np.arange(200) % 2).astype(float)[:, None]
    value, _, _ = CovariateLikelihood(histories, flag)(np.append(np.log(TRUTH), [0.3, -0.5]))
    r, alpha, s, beta = TRUTH
    total = 0.0
    for group, (a, b) in enumerate([(alpha, beta), (alpha * math.exp(-0.3), beta * math.exp(0.5))]):
        mine = flag[:, 0] == group
        own = Histories(histories.frequency[mine], histories.recency_days[mine], histories.age_days[mine])
        total += CovariateLikelihood(own, np.empty((int(mine.sum()), 0)))(np.log([r, a, s, b]))[0]
    assert value == pytest.approx(total, rel=1e-12)


@pytest.mark.thorough
def test_planted_ratios_and_first_years_lie_in_their_intervals() -> None:
    missed = given = 0
    years = {level: first_year(level) for level in ("shop", "web", "phone")}
    for seed in range(10):
        model = fit_with_covariates(*planted(1_000, seed))
        assert model.is_settled and model.left_out == ()
        for column, levels in COLUMNS.items():
            for level in levels:
                row = model.row(column, level)
                for ratio, truth in ((row.purchase_rate, FASTER[level]), (row.leaving_rate, SOONER[level])):
                    low, high = ratio.ends
                    missed += not low <= math.exp(truth) <= high
                    given += 1
        for level, truth in years.items():
            low, high = model.row("channel", level).first_year.ends
            missed += not low <= truth <= high
            given += 1
    assert given == 10 * 11 and missed <= most_misses(given)


def test_a_number_of_many_values_is_taken_by_standard_deviation() -> None:
    size = np.random.default_rng(2).lognormal(0, 0.7, 3_000)
    standard = (size - size.mean()) / size.std()
    model = fit_with_covariates(shop(3_000, 21, 0.3 * standard, -0.4 * standard), pd.DataFrame({"size": 40 * size}))
    row = model.row("size", "one standard deviation more")
    assert row.purchase_rate.ends[0] < math.exp(0.3) < row.purchase_rate.ends[1]
    assert row.leaving_rate.ends[0] < math.exp(-0.4) < row.leaving_rate.ends[1]
    assert row.purchase_rate.ends[0] > 1 > row.leaving_rate.ends[1]
    assert "Customers with size one standard deviation above average buy" in model.reading


def test_a_large_shop_gives_the_ratios_back_and_says_so() -> None:
    model = fit_with_covariates(*planted(5_000, 77))
    web = model.row("channel", "web")
    assert web.purchase_rate.number == pytest.approx(math.exp(0.4), rel=0.1)
    assert model.test is not None and model.test.verdict == "differ" and model.test.freedom == 8
    assert model.log_likelihood > model.log_likelihood_without
    assert model.test.statistic == pytest.approx(2 * (model.log_likelihood - model.log_likelihood_without))
    assert (
        f"Customers with channel “web” buy {web.purchase_rate.number:.2f} times as often while they stay as those "
        in (model.reading)
    )
    assert "These are differences between different customers and no effects" in model.reading
    assert "more than chance would bring (likelihood-ratio test p under 0.001" in model.reading
    assert model.heading.startswith("Customers with ") and "times as" in model.heading


@pytest.mark.thorough
def test_covariates_drawn_at_random_are_said_to_tell_something_in_one_of_twenty_shops() -> None:
    by_ratio = by_both = 0
    for seed in range(45):
        rng = np.random.default_rng([9, seed])
        known = pd.DataFrame({"channel": rng.choice(["a", "b", "c"], 400), "member": rng.random(400) < 0.5})
        test = fit_with_covariates(shop(400, 10_000 + seed), known).test
        assert test is not None
        by_ratio += test.p_value < 0.05
        by_both += test.verdict == "differ"
    assert by_both <= by_ratio <= most_misses(45)


def test_a_gesture_at_the_first_order_is_no_trap_and_one_at_any_time_is() -> None:
    """Gestures come with a seventh of all orders and do nothing: who got one in the window bought more all the same."""
    missed = 0
    for seed in range(12):
        rng = np.random.default_rng([3, seed])
        days = order_days(900, 500 + seed)
        with_gesture = [rng.random(len(own) - 1) < 0.15 for own in days]
        at_first = pd.DataFrame({"first_gesture": [got[0] for got in with_gesture]})
        at_any_time = pd.DataFrame({"any_gesture": [got.any() for got in with_gesture]})
        customers = shop_of(days)
        low, high = fit_with_covariates(customers, at_first).row("first_gesture", "yes").purchase_rate.ends
        missed += not low <= 1 <= high
        assert fit_with_covariates(customers, at_any_time).row("any_gesture", "yes").purchase_rate.ends[0] > 1.3
    assert missed <= most_misses(12)


def test_a_ridge_that_runs_into_the_edge_is_followed_to_its_end() -> None:
    def ridge(x: Array) -> tuple[float, Array, Array]:
        off = x[0] - x[1]
        slopes = np.array([-100 * off, 1 + 100 * off])
        return float(x[1] - 50 * off**2), slopes, 100 * np.array([[-1.0, 1.0], [1.0, -1.0]])

    found = maximise(ridge, [(math.exp(8.9995), math.exp(9 - 1e-12))])
    assert found.status == "at_bound" and found.log_parameters == pytest.approx([9.0, 9.0], abs=1e-6)


class TestCoding:
    def test_the_other_way_round_the_ratios_are_the_inverse(self) -> None:
        customers, known = planted(800, 5)
        one = fit_with_covariates(customers, known)
        other = fit_with_covariates(customers, known.assign(member=~known["member"]))
        assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
        for field in ("purchase_rate", "leaving_rate"):
            here, there = (getattr(model.row("member", "yes"), field) for model in (one, other))
            assert there.number == pytest.approx(1 / here.number, rel=1e-4)
            assert there.ends == pytest.approx((1 / here.ends[1], 1 / here.ends[0]), rel=1e-4)
        assert other.row("channel", "web").purchase_rate.ends == pytest.approx(
            one.row("channel", "web").purchase_rate.ends, rel=1e-4
        )
        assert other.row("member", "no").first_year.number == pytest.approx(
            one.row("member", "yes").first_year.number, rel=1e-4
        )

    def test_units_types_order_of_rows_and_of_columns_change_nothing(self) -> None:
        customers, known = planted(700, 6)
        one = fit_with_covariates(customers, known)
        turned = np.random.default_rng(1).permutation(700)
        frame = customers.frame.iloc[turned].reset_index(drop=True)
        again = known.iloc[turned].reset_index(drop=True)
        again = again.assign(
            distance=1000 * again["distance"], member=again["member"].astype("int8"),
            channel=again["channel"].astype("category"),
        )[["member", "distance", "channel"]]  # fmt: skip
        other = fit_with_covariates(Customers(frame, *_rest(customers)), again)
        for row in one.rows:
            found = other.row(row.covariate, row.level)
            assert found.customers == row.customers
            assert found.first_year.ends == pytest.approx(row.first_year.ends, rel=1e-5)
            if not row.is_reference:
                assert found.purchase_rate.ends == pytest.approx(row.purchase_rate.ends, rel=1e-5)
                assert found.leaving_rate.ends == pytest.approx(row.leaving_rate.ends, rel=1e-5)

    def test_the_frame_that_is_given_stays_as_it_is_and_the_same_input_gives_the_same_table(self) -> None:
        customers, known = planted(400, 7)
        before = known.copy()
        one, other = (fit_with_covariates(customers, known) for _ in range(2))
        assert known.equals(before) and one.table.equals(other.table)


def _rest(customers: Customers) -> tuple[dt.date, dt.date, dt.date, str, bool, float | None]:
    return (
        customers.first_order, customers.calibration_end, customers.observation_end, customers.currency,
        customers.costs_known, customers.margin_rate,
    )  # fmt: skip


class TestWhatIsLeftOut:
    customers, known = planted(400, 8)

    def test_what_is_the_same_for_all_or_says_nothing_new(self) -> None:
        more = self.known.assign(
            country="FI", channel_code=self.known["channel"].map({"shop": 1, "web": 2, "phone": 3})
        )
        model = fit_with_covariates(self.customers, more.assign(again=~more["member"], km=1.6 * more["distance"]))
        assert {row.covariate for row in model.rows} == {"channel", "member", "distance", "channel_code"} - {
            "channel_code"
        }
        assert "Country is the same for all customers looked at, and is left out." in model.reading
        for name in ("Channel code", "Again", "Km"):
            assert f"{name} says nothing that the others do not, and is left out." in model.reading

    def test_a_lone_constant_is_an_error_that_says_what_to_bring(self) -> None:
        for constant in ("FI", 3.0, True):
            with pytest.raises(
                NotEnoughDataError, match=r"Country is the same for all .*: bring one of which two groups"
            ):
                fit_with_covariates(self.customers, pd.DataFrame({"country": [constant] * 400}))
        with pytest.raises(NotEnoughDataError, match="none is given"):
            fit_with_covariates(self.customers, self.known[[]])

    def test_small_groups_are_taken_together(self) -> None:
        text = self.known["channel"].to_numpy(dtype=object)
        back = np.flatnonzero(self.customers.frame["repeat_purchases"].to_numpy() > 0)
        text[back[:6]], text[back[6:12]] = "fax", "letter"
        model = fit_with_covariates(self.customers, self.known.assign(channel=text))
        assert [row.level for row in model.rows if row.covariate == "channel"] == ["shop", "web", "phone", "other"]
        assert model.row("channel", "other").customers == 12 and model.n == 400

    def test_customers_of_groups_that_are_too_small_even_together_are_counted(self) -> None:
        text = self.known["channel"].to_numpy(dtype=object)
        text[:7] = "fax"
        model = fit_with_covariates(self.customers, self.known.assign(channel=text))
        assert model.n == 393 and "7 customers in groups too small to be told apart are left out." in model.left_out
        text[:4] = "web"
        few = fit_with_covariates(self.customers, self.known.assign(channel=text))
        assert few.n == 397 and "under 5 customers in groups too small" in few.reading

    def test_a_group_in_which_nobody_came_back_is_left_out_or_the_error_says_so(self) -> None:
        never = self.customers.frame["repeat_purchases"].to_numpy() == 0
        with pytest.raises(NotEnoughDataError, match="two groups with 10 customers each who bought on a second day"):
            fit_with_covariates(self.customers, pd.DataFrame({"quiet": never}))
        text = np.where(never & (np.arange(400) < 150), "quiet", self.known["channel"])
        model = fit_with_covariates(self.customers, pd.DataFrame({"channel": text}))
        assert [row.level for row in model.rows] == ["shop", "web", "phone"]
        assert "in groups too small" in model.reading

    def test_customers_of_whom_something_is_not_known_are_counted(self) -> None:
        gaps = self.known.assign(distance=self.known["distance"].where(np.arange(400) % 20 > 0))
        gaps.loc[5, "distance"], gaps.loc[6, "channel"] = np.inf, None
        model = fit_with_covariates(self.customers, gaps.assign(rare=np.where(np.arange(400) < 150, 1.0, np.nan)))
        assert model.n == 378 and "22 customers of whom not all of this is known are left out." in model.left_out
        assert "Rare is known of half of the customers at most, and is left out." in model.left_out

    def test_of_very_many_groups_the_largest_stand_alone(self) -> None:
        many = pd.DataFrame({"street": [f"s{i % 13:02d}" for i in range(400)]})
        levels = [row.level for row in fit_with_covariates(self.customers, many).rows]
        assert len(levels) == 8 and levels[0] == "other"


class TestBadInput:
    def test_what_is_made_of_the_purchases_is_refused(self) -> None:
        customers, known = planted(200, 9)
        segments = np.array(SEGMENTS)[np.arange(200) % 4]
        for bad in (
            {"segment": segments},
            {"anything": segments},
            {"revenue": np.arange(200.0)},
            {"cluster": segments},
        ):
            with pytest.raises(CovariateError, match="made of the purchases"):
                fit_with_covariates(customers, known.assign(**bad))
            with pytest.raises(CovariateError, match="made of the purchases"):
                compare_by_covariates(customers, known.assign(**bad))

    def test_dates_other_indexes_and_names_that_stand_twice_are_errors(self) -> None:
        customers, known = planted(200, 10)
        with pytest.raises(CovariateError, match="is a date"):
            fit_with_covariates(customers, known.assign(born=pd.Timestamp("2000-01-01")))
        with pytest.raises(CovariateError, match="one row a customer"):
            fit_with_covariates(customers, known.iloc[1:])
        with pytest.raises(CovariateError, match="stands twice"):
            fit_with_covariates(customers, pd.concat([known, known], axis=1))

    def test_too_few_customers_or_repeats_are_an_error_and_a_page_goes_on(self) -> None:
        alone = [np.array([0, 500])] * 50
        for days, said in (
            (order_days(10, 1), "needs 30 customers"),
            (alone, "nobody did"),
            ([np.array([0, 0])] * 50, "nobody did"),
        ):
            known = pd.DataFrame({"member": np.arange(len(days)) % 2 == 0})
            with pytest.raises(NotEnoughDataError, match=said):
                fit_with_covariates(shop_of(days), known)
            model = compare_by_covariates(shop_of(days), known)
            assert said in model.reading and model.findings == {} and model.table.empty and model.rows == ()
            assert rate_ratios.lacks is not None and rate_ratios.lacks(model) and covariate_groups(model) is None
            assert "cannot" in model.heading or "Nothing known" in model.heading

    def test_without_any_covariate_a_page_goes_on(self) -> None:
        customers, known = planted(100, 11)
        assert compare_by_covariates(customers, known[[]]).reading.startswith("Nothing is known of the customers")

    def test_where_nobody_leaves_it_is_not_told_how_fast(self) -> None:
        model = fit_with_covariates(shop(400, 12, 1.0, -30.0), known_of(400, 12))
        assert not any(row.leaving_rate.has_interval for row in model.rows)
        assert "In 4 of these groups the data does not settle how fast customers leave." in model.reading
        assert "nan" not in all_text(model).lower() and "inf" not in all_text(model).lower().split()
        assert any(row.purchase_rate.has_interval for row in model.rows)

    def test_a_group_of_which_nobody_leaves_gets_no_silent_number(self) -> None:
        member = np.arange(500) % 2 == 0
        model = fit_with_covariates(shop(500, 13, 1.5, np.where(member, -30.0, 1.5)), pd.DataFrame({"member": member}))
        row = model.row("member", "yes")
        assert not row.leaving_rate.has_interval or row.leaving_rate.ends[1] < 0.5
        assert "nan" not in all_text(model).lower()


def test_findings_tables_and_figures_hold_no_gap() -> None:
    model = fit_with_covariates(*planted(600, 14))
    found = {key: one.as_finding() for key, one in model.findings.items()}
    assert {"covariates.purchase_rate.channel.web", "covariates.first_year.channel.shop", "covariates.p_value"} <= set(
        found
    )
    assert all("estimate" in one or "verdict" in one for one in found.values())
    assert found["covariates.fit"] == {"n": 600, "verdict": "converged"}
    table = covariate_groups(model)
    assert table is not None and len(table.rows) == 7 and all(len(row) == len(table.columns) for row in table.rows)
    assert model.table["customers"].tolist()[:3] == sorted(model.table["customers"].tolist()[:3], reverse=True)
    block = rate_ratios.block(model, source="The shop")
    assert block == rate_ratios.block(model, source="The shop") and "nan" not in block.wide.lower()
    assert len(block.caption.alt) < 400 and block.numbers is not None and len(block.numbers.rows) == 4
