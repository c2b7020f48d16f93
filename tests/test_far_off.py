"""What the answer on repeat purchases says beside a forecast that holds: for whom it was off, and what may be paid."""

from dataclasses import replace

import numpy as np
import pytest

import cxlab
from cxlab.answers.far_off import far_off, revenue_missed
from cxlab.blocks import Answer
from cxlab.customers import Customers
from cxlab.purchases import ValueForecast
from tests.purchase_shops import buying_days, shop

YEAR = {"horizon_days": 365, "discount_rate": 0.1}


@pytest.fixture(scope="module")
def customers() -> Customers:
    return shop(buying_days(4_000, seed=7))


def answer_of(customers: Customers, value: ValueForecast | None = None) -> Answer:
    model, spend = cxlab.fit_bgnbd(customers), cxlab.fit_gamma_gamma(customers)
    check, still = cxlab.check_holdout(model, customers), cxlab.find_still_customers(model, customers)
    new = cxlab.value_new_customer(model, customers, **YEAR)
    point = cxlab.worth_of_retention(model, customers, spend, **YEAR)
    found = value or cxlab.forecast_value(model, spend, customers)
    return cxlab.repeat_purchases_answer(model, check, still, found, None, new, point)


def value_of(customers: Customers) -> ValueForecast:
    return cxlab.forecast_value(cxlab.fit_bgnbd(customers), cxlab.fit_gamma_gamma(customers), customers)


def test_a_fifth_that_came_out_far_lower_is_said_at_the_top(customers: Customers) -> None:
    value = value_of(customers)
    table = value.table.copy()
    table.loc[4, ["actual_revenue", "actual_share", "actual_low", "actual_high"]] = [0.01, 0.0, 0.0, 1e-6]
    found = replace(value, table=table)
    assert far_off(None, value) == ""
    assert far_off(None, found).startswith("of the lowest fifth by forecast,")
    answer = answer_of(customers, found)
    assert "It is not right for every group: of the lowest fifth" in answer.line
    assert answer.tag == "The forecast holds in all, not for every group"
    assert answer_of(customers).tag == "The forecast holds"


def test_a_silence_that_is_off_is_said_with_how_far(customers: Customers) -> None:
    model = cxlab.fit_bgnbd(customers)
    bands = cxlab.silence_bands(customers.frame["days_since_last_order"])
    last = np.asarray(bands.labels) == bands.order[-1]
    fewer = np.where(last, 0.2, 1.0) * customers.frame["holdout_purchases"]
    lost = replace(customers, frame=customers.frame.assign(holdout_purchases=np.floor(fewer).astype(int)))
    by = "days since the last order"
    assert far_off(cxlab.check_by(model, customers, bands.labels, by=by, order=bands.order), None) == ""
    check = cxlab.check_by(model, lost, bands.labels, by=by, order=bands.order)
    said = far_off(check, None)
    assert [group.name for group in check.off] == [bands.order[-1]]
    assert bands.order[-1] in said and "too high" in said


def test_prices_share_the_caution_of_the_revenue(customers: Customers) -> None:
    missed = replace(customers, frame=customers.frame.assign(holdout_revenue=1.3 * customers.frame["holdout_revenue"]))
    assert revenue_missed(value_of(customers)) == "" and "too low" in revenue_missed(value_of(missed))
    said = answer_of(missed).decide
    assert "Pay at most" in said and "take this as rough, for the revenue foreseen was" in said
    assert "revenue foreseen was" not in answer_of(customers).decide


def test_a_point_is_priced_in_all_and_for_each_and_there_is_no_second_first(customers: Customers) -> None:
    answer = answer_of(customers)
    question, said = answer.open[-1]
    assert question == "What slows leaving?"
    assert f"in all, for the {customers.n:,} customers, which is" in said and "one customer in a hundred" not in said
    assert "customers with the highest forecasts first" not in answer.decide and answer.decide.count(". ") <= 3


@pytest.mark.parametrize(
    ("dear", "said"), [(0, ""), (3, "why under 5 of them would cost"), (30, "why 30 of them would cost more than they")]
)
def test_those_of_the_best_who_cost_more_than_they_bring_are_left_out(
    customers: Customers, dear: int, said: str
) -> None:
    value = value_of(customers)
    best = value.customers["expected_revenue"].nlargest(dear).index
    frame = value.customers.copy()
    frame.loc[best, "expected_contribution_high"] = -0.01
    found = replace(value, customers=frame)
    assert found.n_best_costly == dear
    decide = answer_of(customers, found).decide
    assert said in decide and ("cost more than" in decide) == bool(dear)
