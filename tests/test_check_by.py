"""Forecast against fact by group: sums that agree, groups planted off that are named, chance, and what is hidden."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.blocks import SEGMENTS, Table
from cxlab.customers import Customers
from cxlab.plots.checked_groups import holdout_by_segment, holdout_by_silence
from cxlab.purchases import PurchaseModelError, check_holdout, fit_bgnbd
from cxlab.purchases.by_group import GroupCheck, check_by
from cxlab.purchases.silence import silence_bands
from tests.fast_shops import fast_shop

BY = "days since the last order"


def shown(check: GroupCheck) -> Table:
    table = holdout_by_segment.block(check).numbers
    assert table is not None
    return table


def with_later(customers: Customers, factor: np.ndarray) -> Customers:
    later = np.rint(customers.frame["holdout_purchases"].to_numpy() * factor).astype(np.int64)
    return replace(customers, frame=customers.frame.assign(holdout_purchases=later))


def test_groups_add_up_to_the_whole() -> None:
    customers = fast_shop(2000, 1)
    model = fit_bgnbd(customers)
    bands = silence_bands(customers.frame["days_since_last_order"])
    check, whole = check_by(model, customers, bands.labels, by=BY, order=bands.order), check_holdout(model, customers)
    assert [group.name for group in check.groups] == list(bands.order)
    sizes = np.array([group.customers for group in check.groups])
    assert sizes.sum() == customers.n
    assert sizes @ [group.expected.number for group in check.groups] == pytest.approx(whole.expected.number)
    assert sizes @ [group.actual.number for group in check.groups] == pytest.approx(whole.actual.number)
    for group in check.groups:
        assert group.ratio.number == pytest.approx(group.expected.number / group.actual.number)
        assert group.ratio.ends[0] < group.ratio.number < group.ratio.ends[1]


def test_one_group_of_all_has_the_level_of_the_written_rule() -> None:
    customers = fast_shop(1000, 2)
    model = fit_bgnbd(customers)
    check = check_by(model, customers, ["all"] * customers.n, by="nothing")
    level = check_holdout(model, customers).three.level
    assert check.groups[0].ratio.ends == pytest.approx(level.ends)


def test_a_group_that_buys_twice_as_often_is_named_with_what_chance_would_bring() -> None:
    customers = fast_shop(4000, 3)
    groups = np.where(customers.frame["customer_id"].str[-1] < "5", "north", "south")
    check = check_by(
        fit_bgnbd(customers), with_later(customers, np.where(groups == "north", 2.5, 1)), groups, by="town"
    )
    assert [group.name for group in check.off] == ["north"]
    assert "off in 1 of 2 groups" in check.heading
    assert "north, where the forecast is" in check.reading and "too low" in check.reading
    assert "chance alone would bring fewer than 0.1 such group" in check.reading
    assert check.findings["holdout_by.town.north"].verdict == "failed"
    assert check.findings["holdout_by.town.off"].value == 1


def test_where_the_model_is_right_few_groups_lean_and_hardly_any_is_off() -> None:
    rng = np.random.default_rng(5)
    leaning, off, foreseen, all_of = 0, 0, 0.0, 0
    for seed in range(25):
        customers = fast_shop(2000, 300 + seed)
        groups = rng.integers(0, 10, customers.n).astype(str)
        check = check_by(fit_bgnbd(customers), customers, groups, by="lot")
        leaning += len(check.leaning) + len(check.off)
        off += len(check.off)
        foreseen += check.off_by_chance
        all_of += len(check.groups)
    assert 0.01 * all_of <= leaning <= 0.09 * all_of
    assert foreseen < 2 and off <= foreseen + 3


def test_a_group_in_which_nobody_bought_is_off_when_many_were_foreseen() -> None:
    customers = fast_shop(3000, 6)
    groups = np.where(np.arange(3000) < 600, "closed", "open")
    check = check_by(fit_bgnbd(customers), with_later(customers, groups == "open"), groups, by="branch")
    closed = check.groups[0]
    assert closed.ratio.value is None and closed.outcome == "failed"
    assert "purchases a customer were foreseen and none came" in check.reading
    texts = [cell.text for cell in shown(check).rows[0]]
    assert "none came" in texts and "nan" not in str(shown(check)).lower()
    assert "nan" not in holdout_by_silence.block(check).wide.lower().replace("dominan", "")


def test_a_few_purchases_are_judged_by_their_count() -> None:
    customers = fast_shop(1000, 7)
    groups = np.where(np.arange(1000) < 30, "small", "large")
    later = np.where(groups == "large", customers.frame["holdout_purchases"], 0)
    later[0] = 3
    frame = customers.frame.assign(holdout_purchases=later)
    check = check_by(fit_bgnbd(customers), replace(customers, frame=frame), groups, by="size")
    small = next(group for group in check.groups if group.name == "small")
    assert small.actual.ends[0] * 30 == pytest.approx(0.6187, abs=1e-3)  # Garwood's interval of 3
    assert small.actual.ends[1] * 30 == pytest.approx(8.7673, abs=1e-3)
    assert small.ratio.has_interval


def test_small_groups_are_hidden_and_not_told_by_the_rest() -> None:
    customers = fast_shop(600, 8)
    groups = np.array(["lost"] * 300 + ["misunderstood"] * 289 + ["candidates"] * 8 + ["profit_bringers"] * 3)
    check = check_by(fit_bgnbd(customers), customers, groups, by="segment")
    assert [group.name for group in check.groups] == ["misunderstood", "candidates", "lost"]
    assert check.hidden == ("profit_bringers",) and check.untold == ("candidates",)
    assert "Not shown, for too few customers: profit-bringers. Not shown, for so few purchases" in check.reading
    sizes = {row[0].text: row[1].text for row in shown(check).rows}
    about = (299 + 302) // 2  # the middle of what it can be, whoever of 1 to 4 profit-bringers there are
    assert sizes == {
        "Lost": f"about {about}", "Misunderstood": "289", "Candidates": "8", "Profit-bringers": "under 5"
    }  # fmt: skip
    assert [row[3].text for row in shown(check).rows if row[0].text == "Candidates"] == ["hidden"]
    assert all(name not in " ".join(check.findings) for name in check.hidden)


def test_the_same_goes_for_what_few_bought() -> None:
    customers = fast_shop(400, 8)
    groups = np.array(["lost"] * 200 + ["misunderstood"] * 200)
    later = np.where(groups == "lost", 0, customers.frame["holdout_purchases"])
    later[0] = 2  # purchases of one or two customers; of the others the total would tell them
    check = check_by(
        fit_bgnbd(customers), replace(customers, frame=customers.frame.assign(holdout_purchases=later)), groups,
        by="segment",
    )  # fmt: skip
    assert check.untold == ("misunderstood", "lost") and not check.shown


def test_segments_stand_in_their_own_order() -> None:
    customers = fast_shop(400, 9)
    check = check_by(fit_bgnbd(customers), customers, np.array(SEGMENTS * 100), by="segment")
    assert [group.name for group in check.groups] == list(SEGMENTS)


def test_the_order_of_the_customers_changes_nothing() -> None:
    customers = fast_shop(500, 10)
    groups = np.array(["a", "b"] * 250)
    order = np.random.default_rng(1).permutation(500)
    turned = replace(customers, frame=customers.frame.iloc[order].reset_index(drop=True))
    one, two = (
        check_by(fit_bgnbd(c), c, g, by="half") for c, g in ((customers, groups), (turned, groups[order]))
    )  # fmt: skip
    assert one.table[["ratio", "ratio_low"]].to_numpy() == pytest.approx(two.table[["ratio", "ratio_low"]].to_numpy())


def test_without_time_after_the_cut_nothing_is_judged() -> None:
    customers = fast_shop(300, 11)
    none = replace(customers, observation_end=customers.calibration_end)
    check = check_by(fit_bgnbd(none), none, ["all"] * 300, by="nothing")
    assert check.off == () and "cannot be judged: there is no time after the cut" in check.reading
    assert holdout_by_silence.lacks is not None and holdout_by_silence.lacks(check)
    assert check.findings["holdout_by.nothing"].verdict == "cannot_tell"


def test_where_no_group_may_be_shown_nothing_is_said_of_any() -> None:
    customers = fast_shop(300, 14)
    check = check_by(fit_bgnbd(customers), customers, [str(i) for i in range(300)], by="name")
    assert check.groups == () and "no group has customers enough" in check.reading and len(check.table) == 0
    assert (
        holdout_by_silence.lacks is not None
        and holdout_by_silence.lacks(check) == "So there is nothing to draw by name."
    )
    assert set(check.findings) == {"holdout_by.name"} and "cannot be judged" in check.heading


def test_wrong_groups_are_told() -> None:
    customers = fast_shop(300, 12)
    model = fit_bgnbd(customers)
    with pytest.raises(PurchaseModelError, match="give one group each"):
        check_by(model, customers, ["a", "b"], by="x")
    with pytest.raises(PurchaseModelError, match="order lacks the groups b"):
        check_by(model, customers, ["a", "b"] * 150, by="x", order=["a"])
    with pytest.raises(PurchaseModelError, match="fit it on the same customers"):
        check_by(model, fast_shop(200, 1), ["a"] * 200, by="x")


@given(st.lists(st.integers(0, 900), min_size=1, max_size=300), st.integers(1, 9))
@settings(deadline=None)
def test_bands_hold_their_customers_and_are_not_small(days: list[int], least: int) -> None:
    bands = silence_bands(days, minimum_group=least)
    assert 1 <= len(bands.order) <= 6 and set(bands.labels) == set(bands.order)
    at = [bands.order.index(label) for label in bands.labels]
    ordered = sorted(zip(days, at, strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(ordered))  # longer silence, later band
    sizes = np.bincount(at)
    assert sizes.min() >= min(least, len(days))


def test_bands_begin_and_end_at_round_numbers_of_days() -> None:
    bands = silence_bands(np.random.default_rng(1).integers(0, 365, 5000))
    assert bands.order == (
        "up to 60 days",
        "61–120 days",
        "121–180 days",
        "181–240 days",
        "241–300 days",
        "over 300 days",
    )


@pytest.mark.parametrize("days", [[], [3, -1]])
def test_bands_need_customers_and_days(days: list[int]) -> None:
    with pytest.raises(PurchaseModelError):
        silence_bands(days)


def test_any_model_with_the_same_methods_will_do() -> None:
    customers = fast_shop(300, 13)
    fitted = fit_bgnbd(customers)
    other: Any = SimpleNamespace(
        histories=fitted.histories, calibration_end=fitted.calibration_end, is_settled=True,
        expected_purchases=fitted.expected_purchases, expected_totals=fitted.expected_totals,
    )  # fmt: skip
    assert check_by(other, customers, ["a"] * 300, by="x").table.equals(
        check_by(fitted, customers, ["a"] * 300, by="x").table
    )
