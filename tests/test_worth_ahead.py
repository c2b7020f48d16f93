"""Value ahead: discounting against integrals, a new customer and a point of retention against what was planted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.plots.payback import payback
from cxlab.purchases import Histories, PurchaseModelError, fit_bgnbd, fit_gamma_gamma, forecast_value
from cxlab.purchases.bgnbd import BG_NBD
from cxlab.purchases.by_parameters import new_customer_until
from cxlab.purchases.discounted import discount_value, discounted_purchases
from cxlab.purchases.left import left_of_each, left_of_purchases
from cxlab.purchases.new_customer import new_customer_steps, value_new_customer
from cxlab.purchases.outlook import foresee_purchases
from cxlab.purchases.retention_worth import POINT, worth_of_retention
from cxlab.purchases.steps import steps_ahead
from cxlab.tables.worth_ahead import new_customer, retention_worth
from tests.fast_shops import FIRST, MARGIN, REPEAT, TRUTH, fast_shop
from tests.test_known_shops import most_misses

YEAR = {"horizon_days": 365, "discount_rate": 0.1}
CDNOW = TRUTH
# ---------------------------------------------------------------- time ahead


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("days", [1, 30, 365, 1461])
def test_a_steady_income_is_worth_what_the_formula_says(rate: float, days: int) -> None:
    steps = steps_ahead(days, rate)
    force = np.log1p(rate) / 365.25
    whole = days if rate == 0 else (1 - np.exp(-force * days)) / force
    assert steps.discounted(lambda at: 2.0 * at) == pytest.approx(2 * whole, rel=1e-4)


def test_a_new_customer_is_discounted_as_the_integral_says() -> None:
    steps = steps_ahead(730, 0.15)
    day = np.arange(0.0, 730.01, 0.1)
    bought = np.diff(new_customer_until(BG_NBD, CDNOW, day))
    exact = float(bought @ 1.15 ** (-(day[:-1] + 0.05) / 365.25))
    assert steps.discounted(lambda at: new_customer_until(BG_NBD, CDNOW, at)) == pytest.approx(exact, rel=2e-4)


def test_slower_leaving_is_another_clock() -> None:
    r, alpha, a, b = CDNOW
    slower, weeks = 0.8, 52.0
    z = weeks / alpha
    exact = quad(lambda p: beta.pdf(p, a, b) * (1 - (1 + slower * p * z) ** -r) / (slower * p), 0, 1)[0]
    found = steps_ahead(364, 0.0).discounted(lambda at: new_customer_until(BG_NBD, CDNOW, at), slower=slower)
    assert found == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize(("days", "rate"), [(0, 0.1), (-5, 0.1), (365, -0.1), (365, float("nan"))])
def test_time_ahead_needs_days_and_a_rate(days: int, rate: float) -> None:
    with pytest.raises(PurchaseModelError, match="at least a day"):
        steps_ahead(days, rate)


# ---------------------------------------------------------------- present customers


def test_each_customer_is_discounted_as_in_the_outlook_and_at_no_rate_as_in_the_forecast() -> None:
    customers = fast_shop(700, 1)
    model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
    found = discount_value(model, customers, spend, **YEAR)
    outlook = foresee_purchases(model, np.ones(700, bool), window_days=0, horizon_days=365)
    weights = 1.1 ** (-outlook.days / 365.25)
    assert found.customers["discounted_purchases"].to_numpy() == pytest.approx(outlook.ahead @ weights)
    assert found.total.number == pytest.approx(found.customers["discounted_contribution"].sum())
    plain = discount_value(model, customers, spend, horizon_days=273, discount_rate=0.0)
    whole = forecast_value(model, spend, customers, horizon_days=273).customers
    assert plain.customers["discounted_contribution"].to_numpy() == pytest.approx(whole["expected_contribution"])
    assert plain.total.number == pytest.approx(plain.undiscounted)
    assert found.total.number < found.undiscounted and "Discounting takes off" in found.reading
    low, high = (found.customers[f"discounted_purchases_{end}"] for end in ("low", "high"))
    assert (low < found.customers["discounted_purchases"]).all() and (low < high).all()


@pytest.mark.thorough
def test_the_total_holds_what_is_planted() -> None:
    steps, missed, n = steps_ahead(365, 0.1), 0, 30
    for seed in range(n):
        customers = fast_shop(600, 500 + seed)
        model, spend = fit_bgnbd(customers), fit_gamma_gamma(customers)
        low, high = discount_value(model, customers, spend, **YEAR).total.ends
        own = planted_values(customers)
        missed += not low <= float(own @ discounted_purchases(BG_NBD, TRUTH, model.histories, steps)) <= high
    assert missed <= most_misses(n)


def planted_values(customers: Customers) -> np.ndarray:
    """Contribution of the next purchase of each customer, as the planted gammas say: shape 8 over, 4 within."""
    often = customers.frame["repeat_purchases"].to_numpy(float)
    total = np.where(often > 0, often * customers.frame["mean_repeat_value"].fillna(0.0).to_numpy(), 0.0)
    weight = 8 / (8 + 4 * often)  # near enough: the best linear guess has n / (n + within / between) on the own mean
    return MARGIN * (weight * REPEAT + (1 - weight) * np.where(often > 0, total / np.maximum(often, 1), REPEAT))


# ---------------------------------------------------------------- what purchases leave


def test_first_and_repeat_purchases_leave_what_is_planted_and_their_errors_are_right() -> None:
    found = [left_of_purchases(fast_shop(1000, 700 + seed)) for seed in range(80)]
    first, repeat = (np.array([getattr(left, name) for left in found]) for name in ("first", "repeat"))
    assert first.mean() == pytest.approx(MARGIN * FIRST, rel=0.01)
    assert repeat.mean() == pytest.approx(MARGIN * REPEAT, rel=0.02)
    errors = np.sqrt(np.mean([(left.influence**2).sum(axis=0) for left in found], axis=0))
    assert errors == pytest.approx([first.std(), repeat.std()], rel=0.25)
    both = np.sqrt(np.mean([left.variance(np.array([1.5])) for left in found]))
    assert both == pytest.approx((first + 1.5 * repeat).std(), rel=0.25)


def test_by_hand() -> None:
    frame = fast_shop(4, 1).frame.assign(
        repeat_purchases=[0, 1, 2, 0], n_repeat_values=[0, 1, 2, 0], mean_repeat_value=[np.nan, 20.0, 15.0, np.nan],
        revenue=[10.0, 50.0, 40.0, 30.0], returns=[0.0, 0.0, 0.0, 10.0], contribution=[3.0, 10.0, 8.0, 7.0],
    )  # fmt: skip
    left = left_of_purchases(replace(fast_shop(4, 1), frame=frame))
    # sales 10, 50, 40, 40: first days 10, 30, 10, 40, the rest 20 and 30; 28 of 140 is left
    assert left.first == pytest.approx(0.2 * 90 / 4)
    assert left.repeat == pytest.approx(0.2 * 50 / 3)


@pytest.mark.parametrize("lacking", ["revenue", "repeat_purchases"])
def test_what_purchases_leave_cannot_be_told_without_sales_or_repeats(lacking: str) -> None:
    customers = fast_shop(50, 2)
    frame = customers.frame.assign(**{lacking: 0})
    with pytest.raises(NotEnoughDataError, match="What a purchase leaves cannot be told"):
        left_of_purchases(replace(customers, frame=frame))


# ---------------------------------------------------------------- a new customer


def test_a_new_customers_value_is_within_its_interval_as_often_as_it_says() -> None:
    repeats = new_customer_steps(BG_NBD, TRUTH, steps_ahead(365, 0.1))[-1]
    truth, missed, n = MARGIN * (FIRST + REPEAT * repeats), 0, 80
    for seed in range(n):
        customers = fast_shop(1200, 900 + seed)
        low, high = value_new_customer(fit_bgnbd(customers), customers, **YEAR).value.ends
        missed += not low <= truth <= high
    assert missed <= most_misses(n)


def test_value_is_first_purchase_and_repeats_and_grows_over_the_year() -> None:
    customers = fast_shop(800, 3)
    found = value_new_customer(fit_bgnbd(customers), customers, **YEAR)
    assert found.value.number == pytest.approx(
        found.first.number + found.repeat.number * found.purchases.number
    )  # fmt: skip
    assert found.table["value"].iloc[0] == found.first.number and found.table["day"].iloc[-1] == 365
    assert (np.diff(found.table["value"]) > 0).all()
    assert "usually worth less" in found.reading and "may be spent on winning one" in found.reading
    assert found.findings["new_customer.value"] == found.value and "payback" not in str(list(found.findings))


def test_a_cost_is_earned_back_where_the_curve_crosses_it() -> None:
    customers = fast_shop(800, 4)
    model = fit_bgnbd(customers)

    def at(cost: float) -> tuple[float | None, str | None, str]:
        found = value_new_customer(model, customers, **YEAR, acquisition_cost=cost)
        day = found.payback_day
        if day.has_interval:
            assert day.ends[0] <= day.number <= day.ends[1]
        return None if day.value is None else day.number, day.verdict, found.reading

    curve = value_new_customer(model, customers, **YEAR).table
    third = float(curve["value"].iloc[3])
    assert at(third)[0] == pytest.approx(curve["day"].iloc[3])
    halfway = (third + float(curve["value"].iloc[4])) / 2
    assert at(halfway)[0] == pytest.approx((curve["day"].iloc[3] + curve["day"].iloc[4]) / 2)
    assert at(1.0)[:2] == (0.0, "at_once") and "earned back with the first purchase" in at(1.0)[2]
    assert at(500.0)[:2] == (None, "not_within") and "not expected to be earned back" in at(500.0)[2]
    near_end = float(curve["value"].iloc[-1]) - 0.01
    assert "to beyond that time" in at(near_end)[2] and "cannot be told for certain" in at(near_end)[2]


def test_a_new_customer_who_costs_more_than_comes_in_earns_nothing_back() -> None:
    customers = fast_shop(800, 5, margin=-0.1)
    found = value_new_customer(fit_bgnbd(customers), customers, **YEAR, acquisition_cost=5.0)
    assert found.value.number < 0 and found.pays is False
    assert "brings nothing" in found.heading and "no cost of winning one is earned back" in found.reading
    assert "nan" not in payback.block(found).wide.lower() and "nan" not in str(new_customer(found)).lower()


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (None, "has not been tried"),
        ("partly", "holds only partly"),
        ("fails", "does not hold for this shop"),
        ("cannot_tell", "cannot be told"),
    ],
)
def test_a_model_that_does_not_hold_is_said_first(verdict: str, said: str) -> None:
    customers = fast_shop(400, 6)
    model = fit_bgnbd(customers)
    results = [
        call(verdict) for call in (
            lambda v: value_new_customer(model, customers, **YEAR, verdict=v),
            lambda v: worth_of_retention(model, customers, **YEAR, verdict=v),
            lambda v: discount_value(model, customers, **YEAR, verdict=v),
        )
    ]  # fmt: skip
    for result in results:
        assert said in result.reading.split(". ")[0]
    assert not value_new_customer(model, customers, **YEAR, verdict="holds").reading.startswith("The model")


def test_figures_are_drawn_and_shown_with_and_without_a_cost() -> None:
    customers = fast_shop(400, 7)
    model = fit_bgnbd(customers)
    for cost in (0.0, 12.0):
        found = value_new_customer(model, customers, **YEAR, acquisition_cost=cost)
        block = payback.block(found)
        assert ("winning one costs" in block.wide) == (cost > 0) and len(block.caption.alt) < 400
        assert len(new_customer(found).rows) == (6 if cost else 4)
    with pytest.raises(PurchaseModelError, match="cannot cost less than nothing"):
        value_new_customer(model, customers, **YEAR, acquisition_cost=-1.0)


# ---------------------------------------------------------------- a point of retention


def followed(n: int, seed: int, slower: float, *, after: float) -> tuple[Histories, np.ndarray, np.ndarray]:
    """Follow customers for 230 days as they are, then on as they are and, with the same luck, leaving more slowly.

    Returns the histories, and each customer's purchases more after the cut; and those in the first `after` days of new
    customers who leave more slowly from the beginning.
    """
    rng = np.random.default_rng(seed)
    r, alpha, a, b = TRUTH
    pace, leaving = rng.gamma(r, 1 / alpha, n) / 7, rng.beta(a, b, n)
    now, cut = np.zeros(n), 230
    frequency, last = np.zeros(n, np.int64), np.zeros(n, np.int64)
    gone = {name: np.zeros(n, bool) for name in ("as_is", "later", "new")}
    more, more_new = np.zeros(n), np.zeros(n)
    todo = np.arange(n)
    while len(todo):
        now[todo] += rng.exponential(1 / np.maximum(pace[todo], 1e-12))
        todo = todo[now[todo] <= max(cut + after, after)]
        known, late, luck = now[todo] <= cut, now[todo] > cut, rng.random(len(todo))
        here = ~gone["as_is"][todo]
        day = np.ceil(now[todo]).astype(np.int64)
        new_day = here & known & (day > last[todo])
        frequency[todo] += new_day
        last[todo] = np.where(new_day, day, last[todo])
        more[todo] += late * (1.0 * ~gone["later"][todo] - here)
        more_new[todo] += (now[todo] <= after) * (1.0 * ~gone["new"][todo] - here)
        gone["as_is"][todo] |= luck < leaving[todo]
        gone["later"][todo] |= np.where(known, luck < leaving[todo], luck < slower * leaving[todo])
        gone["new"][todo] |= luck < slower * leaving[todo]
        todo = todo[~(gone["as_is"][todo] & gone["later"][todo] & gone["new"][todo])]
    return Histories(frequency, last, np.full(n, cut)), more, more_new


def test_a_point_brings_what_it_brings_customers_who_are_followed() -> None:
    share = BG_NBD.leaving(TRUTH)
    slower = (share - POINT) / share
    histories, more, more_new = followed(400_000, 1, slower, after=365.0)
    steps = steps_ahead(365, 0.0)
    different, counts = histories.different()
    now, then = (discounted_purchases(BG_NBD, TRUTH, different, steps, slower=c) for c in (1.0, slower))
    error = more.std() / np.sqrt(len(more))
    assert float(counts @ (then - now)) / histories.n == pytest.approx(more.mean(), abs=3 * error)
    gain = [steps.discounted(lambda at: new_customer_until(BG_NBD, TRUTH, at), slower=c) for c in (1.0, slower)]
    error_new = more_new.std() / np.sqrt(len(more_new))
    assert float(gain[1] - gain[0]) == pytest.approx(more_new.mean(), abs=3 * error_new)
    assert more_new.mean() > 15 * error_new and more.mean() > 10 * error  # so the comparison says something


@pytest.mark.thorough
def test_the_intervals_of_a_point_hold_what_is_planted() -> None:
    share = BG_NBD.leaving(TRUTH)
    steps, plain = steps_ahead(365, 0.1), steps_ahead(365, 0.0)
    slower, n, missed = (share - POINT) / share, 30, {"present": 0, "new": 0}

    def gain(of: Callable[[float], float | np.ndarray]) -> np.ndarray:
        return np.asarray(of(slower) - of(1.0))

    new = (
        REPEAT
        * MARGIN
        * 1000
        * gain(lambda c: steps.discounted(lambda at: new_customer_until(BG_NBD, TRUTH, at), slower=c))
    )
    for seed in range(n):
        customers = fast_shop(600, 2000 + seed)
        model = fit_bgnbd(customers)
        found = worth_of_retention(model, customers, **YEAR)
        missed["new"] += not found.per_new.ends[0] <= float(new) <= found.per_new.ends[1]
        present = gain(lambda c, h=model.histories: discounted_purchases(BG_NBD, TRUTH, h, plain, slower=c)).sum()
        missed["present"] += not found.present_purchases.ends[0] <= present <= found.present_purchases.ends[1]
    assert max(missed.values()) <= most_misses(n), missed


def test_a_point_is_said_in_plain_words_and_nothing_is_claimed_to_bring_it() -> None:
    customers = fast_shop(800, 8)
    model = fit_bgnbd(customers)
    found = worth_of_retention(model, customers, fit_gamma_gamma(customers), **YEAR, verdict="holds")
    assert found.basis == "spend" and found.present.ends[0] > 0
    share, each = found.leaving.number, found.present.number / customers.n
    assert found.slowed in (f"{100 * share:.{d}f}% to {100 * share - 1:.{d}f}%" for d in (0, 1))
    assert f"leave after their first repeat purchase fell from {found.slowed}" in found.reading
    assert found.each.number == pytest.approx(each) and "in all bring" in found.heading
    assert "800 present customers" in found.heading and "for each of them" in found.reading
    assert found.reading.endswith("which only a trial can tell.")
    table = retention_worth(found)
    assert table is not None and len(table.rows) == 2 and len(found.table) == 4
    plain = worth_of_retention(model, customers, **YEAR)
    assert plain.basis == "average" and "There is no model of spending" in plain.reading


def test_where_nobody_leaves_or_the_fit_is_rough_a_point_cannot_be_told() -> None:
    customers = fast_shop(500, 9)
    model = fit_bgnbd(customers)
    low = replace(model, maximum=replace(model.maximum, log_parameters=np.log([0.24, 4.4, 0.001, 2.4])))
    rough = replace(model, maximum=replace(model.maximum, status="not_converged"))
    for lacking in (low, rough):
        found = worth_of_retention(lacking, customers, **YEAR)
        assert "cannot be told" in found.heading and "cannot be told" in found.reading
        assert retention_worth(found) is None and "nan" not in found.reading.lower()
        assert found.findings["retention_point"].verdict == "cannot_tell" and len(found.table) == 0
    assert not value_new_customer(rough, customers, **YEAR).value.has_interval
    assert "how sure that is cannot be told" in discount_value(rough, customers, **YEAR).reading


def test_costs_that_are_known_go_by_the_customers_own_purchases() -> None:
    customers = replace(fast_shop(500, 10), costs_known=True)
    each = left_of_each(customers, None)
    assert each.basis == "costs" and each.amounts.shape == (500,)
    model = fit_bgnbd(customers)
    found = discount_value(model, customers, **YEAR)
    assert "costs taken off" in found.reading and found.total.has_interval


def test_the_same_customers_give_the_same_bytes() -> None:
    customers = fast_shop(400, 11)
    one, two = (
        [
            repr(value_new_customer(model, customers, **YEAR).findings),
            repr(worth_of_retention(model, customers, **YEAR).findings),
        ]
        for model in (fit_bgnbd(customers), fit_bgnbd(customers))
    )
    assert one == two
