"""The verdict over all ways to draw the lines."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.made.planted import planted_customers
from cxlab.agreement import (
    PartitionError,
    SpecificationCurve,
    judge_segmentation,
    predictive_skill,
    specification_curve,
)
from cxlab.agreement.crossfit import cross_fitted_losses
from cxlab.agreement.predictors import by_group
from cxlab.agreement.specification import losses_by_group
from cxlab.clusters import fit_labels
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.segments import assign_segments, draw_lines


class Alive:
    """A purchase model that goes by the silence."""

    def __init__(self, customers: Customers) -> None:
        silent = customers.frame["days_since_last_order"].to_numpy(float)
        self.chances = np.exp(-silent / 60)

    def probability_alive(self) -> np.ndarray:
        return self.chances

    def expected_purchases(self, horizon_days: float) -> np.ndarray:
        return self.chances * horizon_days / 100


def curve_of(
    customers: Customers, *, seed: int = 0, purchase_model: Callable[[Customers], Alive] | None = None
) -> SpecificationCurve:
    """Draw the lines in all ways and judge each."""
    segments = assign_segments(customers)
    skill = predictive_skill(customers, segments.labels, fit_labels, seed=seed)
    return specification_curve(customers, draw_lines(customers, segments, purchase_model=purchase_model), skill)


def test_the_grid_holds_27_ways_and_the_chosen_one_among_them_is_the_page_s() -> None:
    customers = planted_customers(500, 1)
    chosen = assign_segments(customers)
    lines = draw_lines(customers, chosen, purchase_model=Alive)
    assert len(lines) == len({one.name for one in lines}) == 27
    (mine,) = [one for one in lines if one.is_chosen]
    assert mine.labels is not None and mine.labels.equals(chosen.labels)
    assert mine.choices == ("recency", "usual", "break_even") and (mine.line, mine.threshold) == (chosen.line, 0)


@pytest.mark.parametrize("activity", ["recency", "cadence", "p_alive"])
@pytest.mark.parametrize("profitability", ["break_even", "median", "amount"])
def test_a_way_at_the_usual_line_is_what_the_rule_gives(activity: str, profitability: str) -> None:
    customers = planted_customers(400, 2)
    lines = draw_lines(customers, assign_segments(customers), purchase_model=Alive)
    (found,) = [one for one in lines if one.choices == (activity, "usual", profitability)]
    amount = {"min_profit": float(customers.frame["contribution"].mean())} if profitability == "amount" else {}
    rule = assign_segments(
        customers, activity=activity, profitability=profitability, purchase_model=Alive, **amount  # type: ignore[arg-type]
    )  # fmt: skip
    assert found.labels is not None and found.labels.equals(rule.labels)


def test_strict_lines_call_fewer_active_than_lenient_ones() -> None:
    customers = planted_customers(600, 3)
    lines = {one.choices: one for one in draw_lines(customers, assign_segments(customers), purchase_model=Alive)}
    for activity in ("recency", "cadence", "p_alive"):
        active = [
            int(lines[activity, place, "median"].labels.isin(["profit_bringers", "candidates"]).sum())  # type: ignore[union-attr]
            for place in ("strict", "usual", "lenient")
        ]
        assert active[0] < active[1] < active[2]


def test_a_line_that_divides_nobody_stands_in_the_grid_with_the_reason() -> None:
    customers = planted_customers(300, 4, costs_known=False)
    lines = draw_lines(customers, assign_segments(customers))
    whole = [one for one in lines if one.profitability == "break_even"]
    assert all(one.labels is None for one in whole)
    assert {one.missing for one in whole if one.activity == "recency"} == {
        "without costs everybody who paid is above break-even"
    }
    assert {one.missing for one in lines if one.activity == "p_alive"} == {"there is no purchase model to go by"}


def test_a_model_that_cannot_be_fitted_gives_its_reason_to_its_ways() -> None:
    def refuse(customers: Customers) -> Alive:
        raise InputError("nobody came back")

    customers = planted_customers(300, 4)
    lines = draw_lines(customers, assign_segments(customers), purchase_model=refuse)
    assert {one.missing for one in lines if one.activity == "p_alive"} == {"nobody came back"}


def test_what_happens_later_moves_no_line() -> None:
    customers = planted_customers(200, 5)
    later = replace(customers, frame=customers.frame.assign(holdout_purchases=9, holdout_contribution=1e6))
    for one, other in zip(
        *(draw_lines(c, assign_segments(c), purchase_model=Alive) for c in (customers, later)), strict=True
    ):
        assert (one.labels is None) == (other.labels is None)
        assert one.labels is None or (other.labels is not None and one.labels.equals(other.labels))


@pytest.mark.thorough
def test_the_chosen_way_gets_the_page_s_own_skill_and_verdict() -> None:
    customers = planted_customers(600, 6)
    chosen = assign_segments(customers)
    own = predictive_skill(customers, chosen.labels, fit_labels, purchase_model=Alive, seed=3)
    curve = specification_curve(customers, draw_lines(customers, chosen, purchase_model=Alive), own)
    found = curve.chosen
    assert found.skill is not None and found.verdict == judge_segmentation(own)
    columns = ["predictor", "skill", "skill_low", "skill_high", "share", "share_low", "share_high"]
    pd.testing.assert_frame_equal(found.skill.table[columns], own.table[columns], rtol=1e-9)
    assert found.difference.low == pytest.approx(own.difference.low, rel=1e-9)


def test_losses_by_sums_are_the_losses_fold_by_fold() -> None:
    customers = planted_customers(230, 7)
    labels = assign_segments(customers).labels
    actual = customers.frame["holdout_purchases"].to_numpy(float)
    slow = cross_fitted_losses(
        customers.frame, actual, "purchases", {"g": lambda fold: by_group(fold, labels)}, 5
    ).losses["g"]  # fmt: skip
    codes = np.unique(labels.to_numpy(str), return_inverse=True)[1][:, None]
    np.testing.assert_allclose(losses_by_group(codes, actual, 5)[:, 0], slow, rtol=1e-12)


@pytest.mark.thorough
def test_where_nothing_the_lines_know_drives_purchases_every_way_says_so() -> None:
    customers = planted_customers(800, 8, driver="returns")
    curve = curve_of(customers, seed=1, purchase_model=Alive)
    assert curve.agreeing == 1 and curve.is_robust and set(curve.tokens) == {"not_supported"}
    assert curve.heading == "The verdict does not hang on the lines"
    assert "“not supported”, so it is robust" in curve.reading
    assert curve.findings["specifications.agreeing"].verdict == "robust"
    assert curve.findings["specifications.not_supported"].value == len(curve.others)


@pytest.mark.thorough
def test_a_truth_that_lies_on_one_line_is_said_to_hang_on_it() -> None:
    customers = planted_customers(1500, 9)  # the planted rates follow the usual line of recency, and no other
    curve = curve_of(customers, seed=1)
    assert curve.chosen.verdict is not None and curve.chosen.verdict.token == "supported"
    assert not curve.is_robust and curve.heading == "The verdict hangs on the lines"
    assert "so it is not robust" in curve.reading and "9 more cannot be drawn or judged" in curve.reading
    assert curve.reading.count(". ") == 0  # one sentence
    table = curve.table.set_index("specification")
    assert len(table) == 27 and (table["missing"] != "").sum() == 9
    assert table.loc[table["missing"] != "", "skill_difference"].isna().all()
    drawn = table[table["verdict"] != ""]
    assert (drawn["skill_difference_low"] <= drawn["skill_difference"]).all()
    tokens = ("supported", "partly_supported", "not_supported", "cannot_tell")
    judged = sum(curve.findings[f"specifications.{token}"].number for token in tokens)
    assert judged == len(curve.others) == 17


@pytest.mark.parametrize("n", [20, 60])
def test_too_few_customers_cannot_tell_by_any_lines(n: int) -> None:
    customers = planted_customers(n, 5)
    curve = curve_of(customers)
    assert set(curve.tokens) <= {"cannot_tell"} and curve.chosen.verdict is not None
    assert curve.chosen.verdict.token == "cannot_tell" and "too few" in curve.chosen.missing
    assert curve.table["skill"].isna().all()


def test_all_customers_alike_leave_no_other_way_and_the_sentence_says_why() -> None:
    customers = planted_customers(120, 5)
    alike = replace(
        customers, frame=customers.frame.assign(days_since_last_order=10, contribution=5.0, median_gap_days=20.0)
    )
    curve = curve_of(alike)
    assert curve.others == () and curve.findings == {}
    assert curve.heading == "Whether other lines would change the verdict cannot be told"
    assert curve.reading.startswith("Whether other lines would change the verdict cannot be told: nobody is")


def test_the_chosen_way_must_be_marked_once_and_be_of_these_customers() -> None:
    customers = planted_customers(150, 6)
    segments = assign_segments(customers)
    lines, skill = draw_lines(customers, segments), predictive_skill(customers, segments.labels, fit_labels)
    with pytest.raises(PartitionError, match="must be the chosen one"):
        specification_curve(customers, [replace(one, is_chosen=False) for one in lines], skill)
    wrong = [replace(one, labels=None if one.labels is None else one.labels.head(3)) for one in lines]
    with pytest.raises(PartitionError, match="give one each"):
        specification_curve(customers, wrong, skill)
    with pytest.raises(PartitionError, match="give that of these"):
        specification_curve(customers, lines, replace(skill, n=149))
