"""The fields as a line moves: the page's own line stays, no small group can be told, and what is foreseen is fair."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab.blocks import SEGMENTS
from cxlab.segments import foresight, redraw
from cxlab.segments.words import Activity


@pytest.mark.parametrize("activity", ["recency", "cadence", "p_alive"])
def test_the_own_line_is_among_the_places_and_its_fields_are_those_of_the_page(activity: Activity) -> None:
    kit = cx.open_example()
    segments = cx.assign_segments(kit.customers, activity=activity, purchase_model=cx.fit_pareto_nbd)
    moved = cx.move_lines(kit.customers, segments)
    assert redraw(segments).labels.equals(segments.labels)
    assert moved.own is not None and moved.own.line == segments.line
    assert moved.own.customers == tuple(int((segments.labels == name).sum()) for name in SEGMENTS)
    lines = [place.line for place in moved.places]
    assert lines == sorted(set(lines)) and len(lines) >= 10
    assert cx.plots.moved_lines.lacks is not None and not cx.plots.moved_lines.lacks(moved)


@pytest.mark.parametrize("minimum_group", [2, 5, 20])
def test_no_small_group_can_be_told_from_two_places(minimum_group: int) -> None:
    kit = cx.open_example()
    moved = cx.move_lines(kit.customers, cx.assign_segments(kit.customers), minimum_group=minimum_group)
    counts = np.array([place.customers for place in moved.places])
    assert len(counts) >= 3
    for one in range(len(counts)):
        steps = np.abs(counts - counts[one])
        assert not ((steps > 0) & (steps < minimum_group)).any()
    assert not ((counts > 0) & (counts < minimum_group)).any()


def test_all_the_fields_move_the_same_way_as_the_line() -> None:
    kit = cx.open_example()
    table = cx.move_lines(kit.customers, cx.assign_segments(kit.customers)).table
    assert (table["profit_bringers"].diff().dropna() >= 0).all() and (table["lost"].diff().dropna() <= 0).all()
    assert table[list(SEGMENTS)].sum(axis=1).to_numpy() == pytest.approx(1)
    assert table["chosen"].sum() == 1


@pytest.mark.thorough
def test_what_fields_foresee_is_near_what_the_page_measures_by_cross_fitting() -> None:
    kit = cx.open_example()
    segments = cx.assign_segments(kit.customers)
    quick = foresight(segments.labels, kit.customers.frame["holdout_purchases"].to_numpy(float))
    slow = cx.predictive_skill(kit.customers, segments.labels, cx.fit_labels).score("segments").skill
    assert quick == pytest.approx(slow.number, abs=0.02)


def test_labels_that_mean_nothing_foresee_nothing_and_no_purchases_leave_it_open() -> None:
    rng = np.random.default_rng(5)
    purchases = rng.poisson(2.0, 2000).astype(float)
    labels = pd.Series(rng.choice(SEGMENTS, 2000))
    drawn = foresight(labels, purchases)
    assert drawn is not None and abs(drawn) < 0.01
    assert foresight(labels, np.zeros(2000)) is None
    alone = labels.copy()
    alone[0] = "own"  # a field of one customer foresees the mean of all others
    assert foresight(alone, purchases) is not None


def test_few_customers_are_said_to_be_too_few_and_no_figure_is_drawn() -> None:
    kit = cx.open_example()
    moved = cx.move_lines(kit.customers, cx.assign_segments(kit.customers), minimum_group=200)
    assert len(moved.places) < 3 and "cannot be moved" in moved.reading
    assert cx.plots.moved_lines.lacks is not None and cx.plots.moved_lines.lacks(moved)
    assert not moved.findings


def test_no_purchase_after_the_cut_leaves_what_is_foreseen_out() -> None:
    kit = cx.open_example()
    nobody = replace(kit.customers, frame=kit.customers.frame.assign(holdout_purchases=0))
    moved = cx.move_lines(nobody, cx.assign_segments(nobody))
    assert moved.best is None and "foresee between" not in moved.reading
    assert "–" in [row[-1].text for row in cx.plots.moved_lines.block(moved).numbers.rows]  # type: ignore[union-attr]
