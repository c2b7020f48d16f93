"""What moves repeat purchase: published shares, known worlds, laws."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import PoissonRegressor

import cxlab as cx
from benchmarks.made.driven import DriverWorld, follow, true_shares
from cxlab.customers import EPOCH
from cxlab.driver_tags import Group
from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.experience import moments as parts
from cxlab.experience.drivers import weigh_drivers
from cxlab.experience.moments import sum_moments
from cxlab.experience.poisson import fit_poisson
from cxlab.experience.prepared import prepare, standardised
from cxlab.experience.shapley import MOST_EXACT, explained_by_each
from cxlab.followed import Followed
from cxlab.simulate import simulate_shop
from cxlab.simulate.driven import drivers_truth
from cxlab.simulate.settings import Driver, Feedback, Settings
from cxlab.simulate.tables import tables_of

Array = NDArray[np.float64]
# Fertility, Agriculture, Examination, Education, Catholic, Infant.Mortality of 47 provinces (Mosteller and Tukey 1977).
_SWISS = """
80.2 17 15 12 9.96 22.2 83.1 45.1 6 9 84.84 22.2 92.5 39.7 5 5 93.4 20.2 85.8 36.5 12 7 33.77 20.3
76.9 43.5 17 15 5.16 20.6 76.1 35.3 9 7 90.57 26.6 83.8 70.2 16 7 92.85 23.6 92.4 67.8 14 8 97.16 24.9
82.4 53.3 12 7 97.67 21 82.9 45.2 16 13 91.38 24.4 87.1 64.5 14 6 98.61 24.5 64.1 62 21 12 8.52 16.5
66.9 67.5 14 7 2.27 19.1 68.9 60.7 19 12 4.43 22.7 61.7 69.3 22 5 2.82 18.7 68.3 72.6 18 2 24.2 21.2
71.7 34 17 8 3.3 20 55.7 19.4 26 28 12.11 20.2 54.3 15.2 31 20 2.15 10.8 65.1 73 19 9 2.84 20
65.5 59.8 22 10 5.23 18 65 55.1 14 3 4.52 22.4 56.6 50.9 22 12 15.14 16.7 57.4 54.1 20 6 4.2 15.3
72.5 71.2 12 1 2.4 21 74.2 58.1 14 8 5.23 23.8 72 63.5 6 3 2.56 18 60.5 60.8 16 10 7.72 16.3
58.3 26.8 25 19 18.46 20.9 65.4 49.5 15 8 6.1 22.5 75.5 85.9 3 2 99.71 15.1 69.3 84.9 7 6 99.68 19.8
77.3 89.7 5 2 100 18.3 70.5 78.2 12 6 98.96 19.4 79.4 64.9 7 3 98.22 20.2 65 75.9 9 9 99.06 17.8
92.2 84.6 3 3 99.46 16.3 79.3 63.1 13 13 96.83 18.1 70.4 38.4 26 12 5.62 20.3 65.7 7.7 29 11 13.79 20.5
72.7 16.7 22 13 11.22 18.9 64.4 17.6 35 32 16.92 23 77.6 37.6 15 7 4.97 20 67.6 18.7 25 7 8.65 19.5
35 1.2 37 53 42.34 18 44.7 46.6 16 29 50.43 18.2 42.8 27.7 22 29 58.33 19.3
"""
SWISS = np.array([float(word) for word in _SWISS.split()]).reshape(47, 6)


def refitted(values: Array, purchases: Array, customers: NDArray[np.int64]) -> Array:
    """Shapley's shares of the deviance from a Poisson fit of every set of drivers."""
    p = values.shape[1]
    gain = np.zeros(2**p)
    for number in range(1, 2**p):
        members = [j for j in range(p) if number >> j & 1]
        fit = fit_poisson(values[:, members], purchases, customers)
        gain[number] = fit.null_deviance - fit.deviance
    each = np.zeros(p)
    rng = np.random.default_rng(1)
    orders = [rng.permutation(p) for _ in range(4000)]
    for order in orders:
        before = 0
        for j in order:
            each[j] += gain[before | 1 << j] - gain[before]
            before |= 1 << j
    return each / len(orders)


class TestShares:
    def test_published_shares_of_the_swiss_provinces(self) -> None:
        # Grömping (2006), Relative importance for linear regression in R: the package relaimpo, Journal of Statistical
        # Software 17(1): 70.67 % of the variance is explained, and shared out by lmg like this.
        correlation = np.corrcoef(SWISS, rowvar=False)
        each = explained_by_each(correlation[None, 1:, 1:], correlation[None, 0, 1:])[0]
        published = [0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592]
        assert each == pytest.approx(published, abs=1e-7)

    def test_drivers_that_do_not_go_together_explain_the_squares_of_their_correlations(self) -> None:
        pull = np.array([[0.5, -0.3, 0.1, 0.0]])
        assert explained_by_each(np.eye(4)[None], pull)[0] == pytest.approx(pull[0] ** 2, abs=1e-7)

    def test_a_hand_worked_example_of_two_drivers_that_go_together(self) -> None:
        # Alone .36 and .25; together (.36 + .25 - 2 x .5 x .6 x .5) / .75 = .41333. Each: the mean of first and last.
        each = explained_by_each(np.array([[[1, 0.5], [0.5, 1]]]), np.array([[0.6, 0.5]]))[0]
        both = 0.31 / 0.75
        assert each == pytest.approx([(0.36 + both - 0.25) / 2, (0.25 + both - 0.36) / 2], abs=1e-7)

    @pytest.mark.parametrize("p", [3, MOST_EXACT + 2])
    def test_the_sum_is_the_whole_and_the_order_of_drivers_changes_nothing(self, p: int) -> None:
        rng = np.random.default_rng(p)
        root = rng.standard_normal((p, p + 3))
        covariance, pull = root @ root.T, rng.standard_normal(p)
        each = explained_by_each(covariance[None], pull[None])[0]
        assert each.sum() == pytest.approx(pull @ np.linalg.solve(covariance, pull), rel=1e-6)
        turned = explained_by_each(covariance[None, ::-1, ::-1], pull[None, ::-1])[0]
        assert turned[::-1] == pytest.approx(each, abs=1e-9 if p <= MOST_EXACT else 0.15 * each.max())

    def test_orders_that_are_drawn_come_near_to_all_of_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        correlation = np.corrcoef(SWISS, rowvar=False)
        exact = explained_by_each(correlation[None, 1:, 1:], correlation[None, 0, 1:])[0]
        monkeypatch.setattr("cxlab.experience.shapley.MOST_EXACT", 1)
        assert explained_by_each(correlation[None, 1:, 1:], correlation[None, 0, 1:])[0] == pytest.approx(
            exact, abs=0.012
        )

    def test_sums_of_products_give_what_refits_of_every_set_give(self) -> None:
        made = follow(DriverWorld((0.35, 0.15, 0.0, -0.2, 0.1)), 6000, 5)
        ready = prepare(made)
        quick = sum_moments(ready.values, ready.purchases, ready.customers, seed=1).explained()[0]
        slow = refitted(ready.values, ready.purchases, ready.customers)
        assert quick / quick.sum() == pytest.approx(slow / slow.sum(), abs=0.01)
        assert quick.sum() == pytest.approx(slow.sum(), rel=0.03)

    def test_they_do_so_for_skewed_drivers_as_well(self) -> None:
        made = follow(DriverWorld((0.25, 0.1, 0.0, -0.2, 0.0)), 6000, 6)
        skewed = made.values.assign(care=np.rint(np.exp(made.values["care"])), delay=np.rint(made.values["delay"] * 2))
        ready = prepare(replace(made, values=skewed))
        quick = sum_moments(ready.values, ready.purchases, ready.customers, seed=1).explained()[0]
        slow = refitted(ready.values, ready.purchases, ready.customers)
        assert quick / quick.sum() == pytest.approx(slow / slow.sum(), abs=0.05)

    def test_customers_in_lots_give_the_same_shares_and_like_intervals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = follow(DriverWorld((0.3, 0.1, 0.0, -0.1, 0.0)), 4000, 7)
        one = weigh_drivers(made)
        monkeypatch.setattr(parts, "MOST_UNITS", 500)
        other = weigh_drivers(made)
        assert other.explained.each == pytest.approx(one.explained.each)
        widths = [w.shares["care"].ends[1] - w.shares["care"].ends[0] for w in (one, other)]
        assert widths[0] == pytest.approx(widths[1], rel=0.2)


class TestWeights:
    def test_planted_weights_are_held_and_the_heavier_side_is_named(self) -> None:
        world = DriverWorld((0.4, 0.2, 0.1, 0.0, 0.0))
        found, truth = weigh_drivers(follow(world, 4000, 3)), true_shares(world, 200_000)
        assert found.tells and found.total.verdict == "shown"
        for name, share in zip(found.prepared.names, truth, strict=True):
            low, high = found.shares[name].ends
            assert low <= share <= high
        pair = found.pair("experience")
        assert pair is not None and pair.heavier == "experience"
        assert sum(share.number for share in found.shares.values()) == pytest.approx(1)
        assert found.findings["driver_difference.hedonic_minus_utilitarian"].verdict == "hedonic"

    def test_with_nothing_planted_nothing_is_put_in_order(self) -> None:
        told = [weigh_drivers(follow(DriverWorld(), 800, seed)) for seed in range(20)]
        assert sum(w.tells for w in told) <= 4  # of 20 at 5 %: more than 4 in less than one of 100
        silent = next(w for w in told if not w.tells)
        assert not silent.shares and not silent.groups
        assert all(pair.heavier == "cannot_tell" for pair in silent.pairs)
        assert set(silent.findings) == {
            "drivers_explained", "driver_difference.hedonic_minus_utilitarian",
            "driver_difference.experience_minus_product", "driver_difference.benefit_minus_sacrifice",
        }  # fmt: skip

    def test_the_order_of_rows_changes_nothing(self) -> None:
        made = follow(DriverWorld((0.3, 0.1, 0.0, -0.1, 0.0)), 1500, 9)
        turn = np.random.default_rng(1).permutation(made.n)
        mixed = replace(
            made, frame=made.frame.iloc[turn].reset_index(drop=True),
            values=made.values.iloc[turn].reset_index(drop=True),
        )  # fmt: skip
        assert weigh_drivers(mixed).explained.each == pytest.approx(weigh_drivers(made).explained.each)

    def test_units_and_outliers_of_a_driver_change_little(self) -> None:
        made = follow(DriverWorld((0.3, 0.1, 0.0, -0.1, 0.0)), 1500, 9)
        in_euros = made.values.assign(price=1000 + 50 * made.values["price"])
        slip = in_euros.copy()
        slip.loc[3, "price"] = 1e9
        plain, euros, slipped = (weigh_drivers(replace(made, values=v)) for v in (made.values, in_euros, slip))
        assert euros.explained.each == pytest.approx(plain.explained.each)
        assert slipped.explained.each == pytest.approx(plain.explained.each, rel=0.1, abs=2)

    def test_a_missing_value_costs_no_answer(self) -> None:
        made = follow(DriverWorld((0.4, 0.2, 0.1, 0.0, 0.0)), 1500, 3)
        gaps = made.values.copy()
        gaps.loc[::3, "care"] = np.nan
        found = weigh_drivers(replace(made, values=gaps))
        assert found.prepared.n == 1500 and found.prepared.missing["care"] == 500
        assert "“care” in 500" in found.reading

    def test_what_cannot_be_looked_at_is_said(self) -> None:
        made = follow(DriverWorld((0.4, 0.2, 0.1, 0.0, 0.0)), 1500, 3)
        odd = made.values.assign(surprise=3.0, delay=2 * made.values["care"] + 1, price=np.nan)
        found = weigh_drivers(replace(made, values=odd))
        assert set(found.prepared.left_out) == {"surprise", "delay", "price"}
        assert "“surprise”, for all answers have one value of it" in found.reading

    def test_a_study_without_drivers_is_told_what_to_bring(self) -> None:
        with pytest.raises(MissingDataError, match="add `drivers` to study"):
            weigh_drivers(None)

    def test_too_few_answers_are_said_to_be_so(self) -> None:
        with pytest.raises(NotEnoughDataError, match="100 answers by 50 customers"):
            weigh_drivers(follow(DriverWorld(), 60, 1))


class TestStandardised:
    def test_a_driver_with_few_values_keeps_its_rare_ones(self) -> None:
        rare = np.zeros(1000)
        rare[:2] = 1
        assert standardised(rare) is not None

    def test_one_value_is_none(self) -> None:
        assert standardised(np.array([2.0, 2.0, np.nan])) is None


def test_slopes_are_those_of_a_reference_and_errors_those_of_a_jackknife() -> None:
    made = follow(DriverWorld((0.3, 0.1, 0.0, -0.1, 0.0)), 800, 2)
    ready = prepare(made)
    fit = fit_poisson(ready.values, ready.purchases, ready.customers)
    reference = PoissonRegressor(alpha=0, tol=1e-10, max_iter=1000).fit(ready.values, ready.purchases)
    assert fit.slopes == pytest.approx([reference.intercept_, *reference.coef_], abs=1e-5)
    without = []
    for customer in range(ready.n_customers):
        kept = ready.customers != customer
        codes = np.unique(ready.customers[kept], return_inverse=True)[1]
        without.append(fit_poisson(ready.values[kept], ready.purchases[kept], codes).slopes)
    apart = np.array(without) - np.mean(without, axis=0)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(np.sqrt((apart**2).sum(axis=0)), rel=0.03)


def test_the_drivers_of_a_made_up_shop_change_no_order_and_no_score() -> None:
    settings = Settings(customers=400, seed=5)
    plain = settings.model_copy(update={"feedback": settings.feedback.model_copy(update={"drivers": None})})
    with_them, without = simulate_shop(settings), simulate_shop(plain)
    assert (with_them.orders.day == without.orders.day).all()
    assert (with_them.details.score == without.details.score).all()
    answers = [next(tables_of(shop)["feedback"]) for shop in (with_them, without)]
    assert answers[0].column_names[: len(answers[1].column_names)] == answers[1].column_names
    assert answers[0].select(answers[1].column_names) == answers[1]


def test_the_weights_planted_in_a_made_up_shop_are_found() -> None:
    drivers = {
        "care": Driver(loading=0.6, tags=("experience",), mood=0.2),
        "price": Driver(tags=("product",), mood=0.2, decimals=1),
    }
    feedback = Feedback(share=0.5, drivers=drivers)
    shop = simulate_shop(Settings(customers=1500, seed=5, feedback=feedback))
    answers = shop.details.felt.answers
    truth = drivers_truth(shop.settings, shop.traits, shop.orders.customer[answers], shop.orders.day[answers])
    assert truth["driver.care"]["estimate"] > 0.9
    assert truth["driver_difference.experience_minus_product"]["verdict"] == "experience"
    share = truth["driver.care"]["estimate"] + truth["driver.price"]["estimate"]
    assert share == pytest.approx(1, abs=1e-5)


def test_drivers_that_go_with_nothing_have_no_shares_in_the_truth() -> None:
    tags: dict[str, tuple[Group, ...]] = {"care": ("experience",), "price": ("product",)}
    drivers = {name: Driver(loading=0, mood=0.3, tags=mine) for name, mine in tags.items()}
    shop = simulate_shop(Settings(customers=600, seed=5, feedback=Feedback(share=0.5, drivers=drivers)))
    answers = shop.details.felt.answers
    truth = drivers_truth(shop.settings, shop.traits, shop.orders.customer[answers], shop.orders.day[answers])
    assert list(truth) == ["drivers_explained"]
    assert truth["drivers_explained"]["estimate"] == 0
    assert truth["drivers_explained"]["verdict"] == "cannot_tell"


def test_answers_are_followed_over_their_days_and_no_further() -> None:
    kit = cx.open_example()
    followed = kit.followed
    assert isinstance(followed, Followed)
    assert list(followed.tags) == ["care", "surprise", "quality", "delivery_days", "price_level"]
    frame = followed.frame
    last = (kit.customers.observation_end - EPOCH).days
    assert (frame["day"] + followed.outcome_days <= last).all() and followed.n_open > 0
    orders = kit.intake.engine.frame("SELECT customer_id, day FROM sales WHERE n_orders > 0 ORDER BY customer_id, day")
    orders["customer_id"] = orders["customer_id"].astype("str")
    some = frame.sample(40, random_state=1)
    columns = (some[name].to_list() for name in ("customer_id", "day", "purchases", "earlier_purchases"))
    for customer, day, purchases, earlier in zip(*columns, strict=True):
        mine = orders[orders["customer_id"] == customer]["day"].to_numpy(np.int64)
        assert purchases == ((mine > day) & (mine <= day + followed.outcome_days)).sum()
        assert earlier == (mine < day).sum()
