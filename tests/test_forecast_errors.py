"""Error figures of forecasts: by hand, scikit-learn's, the written rule's, intervals, and nothing to compare."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import d2_tweedie_score, mean_absolute_error, mean_poisson_deviance, root_mean_squared_error

from cxlab.customers import Customers
from cxlab.purchases import check_holdout, fit_bgnbd
from cxlab.purchases.forecast_errors import MEASURES, RULES, measure_errors
from cxlab.purchases.rule import SAME
from cxlab.purchases.window import open_window
from cxlab.tables.forecast_errors import forecast_errors
from tests.fast_shops import CUT, fast_shop


def known(expected: list[float], actual: list[int], frequency: list[int], age: list[int]) -> tuple[Any, Customers]:
    """Four figures a customer, and a model that says just these."""
    n = len(actual)
    frame = pd.DataFrame({"holdout_purchases": actual})
    customers = Customers(frame, CUT - dt.timedelta(99), CUT, CUT + dt.timedelta(50), "EUR", False, 0.3)
    histories = SimpleNamespace(n=n, frequency=np.array(frequency), age_days=np.array(age))
    model = SimpleNamespace(
        histories=histories, calibration_end=CUT, is_settled=True, expected_purchases=lambda _: np.array(expected)
    )
    return model, customers


def test_figures_are_those_worked_out_by_hand() -> None:
    expected, actual = [1.0, 2.0, 4.0, 1.0] * 10, [2, 2, 1, 0] * 10
    model, customers = known(expected, actual, [1, 2, 3, 0] * 10, [100] * 40)  # 50 days on: .5, 1, 1.5, 0 purchases
    found = measure_errors(model, customers)
    own, pace, alike = (found.rule(name) for name in RULES)
    assert own.mean_absolute_error.number == pytest.approx((1 + 0 + 3 + 1) / 4)
    assert own.root_mean_squared_error.number == pytest.approx(np.sqrt((1 + 0 + 9 + 1) / 4))
    assert own.bias.number == pytest.approx((-1 + 0 + 3 + 1) / 4)
    assert pace.mean_absolute_error.number == pytest.approx((1.5 + 1 + 0.5 + 0) / 4)
    assert alike.bias.number == pytest.approx(0.75 - 1.25)  # 6 purchases in 400 days, 50 days on
    assert found.better == "own_pace"
    assert own.error_share.number == pytest.approx(11 / (1.5**2 + 1 + 0.25))
    assert pace.error_share.number == 1 and not pace.error_share.has_interval  # it is held against itself
    assert pace.deviance_explained.number == pytest.approx(
        1 - (2 * np.log(4) - 1.5 + 2 * np.log(2) - 1 + np.log(1 / 1.5) + 0.5)
        / (2 * np.log(2 / 1.25) * 2 + np.log(1 / 1.25))
    )  # fmt: skip


def test_figures_are_those_of_scikit_learn() -> None:
    customers = fast_shop(700, 1)
    model = fit_bgnbd(customers)
    found, window = measure_errors(model, customers), open_window(model, customers)
    for name, forecast in (("model", window.expected), ("everybody_alike", window.simple[SAME])):
        rule = found.rule(name)
        assert rule.mean_absolute_error.number == pytest.approx(mean_absolute_error(window.actual, forecast))
        assert rule.root_mean_squared_error.number == pytest.approx(root_mean_squared_error(window.actual, forecast))
        explained = d2_tweedie_score(window.actual, forecast, power=1)
        assert rule.deviance_explained.number == pytest.approx(explained)
        mean = np.full(customers.n, window.actual.mean())
        left = mean_poisson_deviance(window.actual, forecast) / mean_poisson_deviance(window.actual, mean)
        assert rule.deviance_explained.number == pytest.approx(1 - left)


def test_figures_agree_with_the_check_and_its_written_rule() -> None:
    customers = fast_shop(700, 2)
    model = fit_bgnbd(customers)
    own, check = measure_errors(model, customers).rule("model"), check_holdout(model, customers)
    assert own.mean_absolute_error.number == pytest.approx(check.mean_absolute_error)
    assert own.root_mean_squared_error.number == pytest.approx(check.root_mean_squared_error)
    assert own.bias.number == pytest.approx(check.bias)
    assert own.error_share.number == pytest.approx(check.three.error_share.number)
    assert own.error_share == check.three.error_share


def test_intervals_are_those_for_other_customers() -> None:
    customers = fast_shop(1500, 3)
    model = fit_bgnbd(customers)
    found, window = measure_errors(model, customers, seed=5), open_window(model, customers)
    miss = np.abs(window.expected - window.actual)
    low, high = found.rule("model").mean_absolute_error.ends
    assert high - low == pytest.approx(2 * 1.96 * miss.std() / np.sqrt(1500), rel=0.1)
    again = measure_errors(model, customers, seed=5)
    assert again.table.equals(found.table) and not measure_errors(model, customers, seed=6).table.equals(found.table)
    assert all(f"forecast_errors.{name}.model" in found.findings for name in MEASURES)


def test_a_rule_that_calls_impossible_what_came_explains_nothing() -> None:
    found = measure_errors(*known([1.0, 0.5, 2.0] * 20, [1, 1, 2] * 20, [1, 0, 3] * 20, [50] * 60))
    assert found.rule("own_pace").deviance_explained.verdict == "ruled_out"
    table = forecast_errors(found)
    assert table is not None and any(row[2].text == "none" for row in table.rows)
    assert "nan" not in str(table).lower() and "nan" not in found.reading.lower()


def test_nothing_after_the_cut_tells_nothing() -> None:
    customers = fast_shop(300, 4)
    frame = customers.frame.assign(holdout_purchases=0)
    for lacking in (replace(customers, observation_end=CUT), replace(customers, frame=frame)):
        found = measure_errors(fit_bgnbd(lacking), lacking)
        assert found.rules == () and "cannot be told" in found.reading and "cannot be told" in found.heading
        assert forecast_errors(found) is None and found.findings["forecast_errors"].verdict == "cannot_tell"


def test_a_worse_model_is_said_to_be_worse() -> None:
    rng = np.random.default_rng(1)
    actual = rng.poisson(1.0, 400)
    found = measure_errors(*known(list(rng.permutation(actual) * 3.0 + 0.1), actual.tolist(), [2] * 400, [100] * 400))
    assert found.heading.startswith("A simple rule foresees single customers better")


def test_where_everybody_bought_equally_often_what_is_explained_cannot_be_told() -> None:
    rng = np.random.default_rng(2)
    expected = (25.84 + 0.002 * rng.random(200)).tolist()
    found = measure_errors(*known(expected, [26] * 200, [25] * 200, rng.integers(175, 182, 200).tolist()))
    for rule in found.rules:
        assert rule.deviance_explained.value is None and rule.deviance_explained.verdict == "cannot_tell"
        assert found.findings[f"forecast_errors.deviance_explained.{rule.rule}"].verdict == "cannot_tell"
    assert "how much of that the model explains cannot be told" in found.reading
    for estimate in found.findings.values():
        assert not estimate.has_interval or estimate.ends[0] < estimate.ends[1]


def test_a_simple_rule_that_is_right_to_the_last_digit_is_nothing_to_divide_by() -> None:
    pace = 26 / 50 * 100  # up to rounding, the rule of the own pace says 26 for each
    found = measure_errors(*known([25.0] * 40, [26] * 40, [pace] * 40, [100] * 40))  # type: ignore[list-item]
    assert found.rule("model").error_share.verdict == "cannot_tell" and "cannot be told" in found.heading
