"""Flows from one grouping to another: bands as wide as their customers, and none by which few could be counted."""

import re
from itertools import islice

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from benchmarks.made.moves import moved, periods_of
from cxlab import plots
from cxlab.intake.hidden_cells import cells_to_hide, hide_cells
from cxlab.intake.hiding import GroupSizes, withheld
from cxlab.plots.flow import _moved_apart
from cxlab.plots.style import canvas
from cxlab.segments import segment_migration
from tests.depth import examples
from tests.lookalikes import TOLD_BY_ALL_TOTALS, tables_that_look_like

LEAST = 5
TABLES = st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), min_size=4, max_size=4)
SPARSE = st.lists(
    st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 8, 30, 200]), min_size=3, max_size=3), min_size=4, max_size=4
)
ALONE_IN_ITS_ROW = [[40, 30, 0], [20, 3, 0], [0, 50, 90]]


def range_of(sizes: np.ndarray, hidden: np.ndarray, cell: tuple[int, int]) -> tuple[int, int]:
    """Least and most of a hidden count by what is known of totals, if none but a zero can be zero: a linear programme.

    The number of all is known; a small total lies below `LEAST`, the largest of the others is known but for these.
    """
    places = [tuple(place) for place in np.argwhere(hidden)]
    sums, most, everybody = [], [], float(sizes[hidden].sum())
    for axis in (0, 1):
        totals = sizes.sum(axis=1 - axis)
        small = (totals > 0) & (totals < LEAST)
        for k, total in enumerate(totals):
            ends = np.array([total, total])
            if small[k]:
                ends = np.array([1, LEAST - 1])
            elif small.any() and k == int(totals.argmax()):
                ends = total + totals[small].sum() - np.array([(LEAST - 1) * small.sum(), small.sum()])
            told = np.take(np.where(hidden, 0, sizes), k, axis=axis).sum()
            mine = [float(place[axis] == k) for place in places]
            sums += [mine, [-one for one in mine]]
            most += [float(ends[1] - told), float(told - ends[0])]
    goal = np.array([float(place == cell) for place in places])
    bounds = [(min(1, sizes[place]), None) for place in places]
    whole = {"A_eq": np.ones((1, len(places))), "b_eq": [everybody]}
    low, high = (linprog(s * goal, A_ub=sums, b_ub=most, bounds=bounds, **whole).fun * s for s in (1, -1))
    return int(np.ceil(low - 1e-6)), int(np.floor(high + 1e-6))


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6), st.data())
def test_sizes_tell_nothing_of_a_small_group(sizes: list[int], data: st.DataObject) -> None:
    small = [k for k, n in enumerate(sizes) if 0 < n < LEAST]
    shown = GroupSizes(tuple(sizes), LEAST)
    if not small or shown.about is None:
        return
    other = list(sizes)
    for k in small:
        other[k] = data.draw(st.integers(1, LEAST - 1))
    other[shown.about] += sum(sizes) - sum(other)
    again = GroupSizes(tuple(other), LEAST)
    if again.about != shown.about:  # another one is the largest now, and the totals of both would have to be alike
        return
    for k, n in enumerate(sizes):
        assert again.written(k) == shown.written(k)
        assert again.share_written(k) == shown.share_written(k)
        low, high = shown.ends(k)
        assert low <= n <= high and low <= shown.number(k) <= high


def test_a_total_does_not_tell_a_small_group_by_subtraction() -> None:
    shown = GroupSizes((200, 2, 80, 120), LEAST)
    assert [shown.written(k) for k in range(4)] == ["about 199", "under 5", "80", "120"]
    assert shown.share_written(1) == "under 5"
    assert GroupSizes((200, 80), LEAST).written(0) == "200"


@given(TABLES | SPARSE)
@example(TOLD_BY_ALL_TOTALS)
@example(ALONE_IN_ITS_ROW)
@settings(deadline=None, max_examples=examples(20))
def test_no_small_count_follows_from_all_totals_together(table: list[list[int]]) -> None:
    sizes, hidden = np.array(table), cells_to_hide(table, LEAST)
    small = (sizes > 0) & (sizes < LEAST)
    assert hidden[small].all()
    assert small.any() or not hidden.any(), "nothing is hidden for nothing"
    for i, j in np.argwhere(small):
        low, high = range_of(sizes, hidden, (i, j))
        low_at_best, high_at_best = range_of(sizes, np.ones_like(hidden), (i, j))
        assert low <= max(1, low_at_best) and high >= min(LEAST - 1, high_at_best)


@pytest.mark.parametrize("table", [TOLD_BY_ALL_TOTALS, ALONE_IN_ITS_ROW])
def test_a_count_told_by_all_totals_is_opened_and_most_of_the_table_stays(table: list[list[int]]) -> None:
    hidden = cells_to_hide(table, LEAST)
    cell = (1, 2) if len(table) == 4 else (1, 1)
    low, high = range_of(np.array(table), hidden, cell)
    assert low <= 1 and high >= LEAST - 1
    assert hidden.mean() < 0.65


@given(TABLES | SPARSE)
@settings(deadline=None, max_examples=examples(20))
def test_a_reader_finds_out_no_more_than_is_said(table: list[list[int]]) -> None:
    sizes, cells = np.array(table), hide_cells(table, LEAST)
    small = (sizes > 0) & (sizes < LEAST)
    words = [text for row, mask in zip(cells.written, cells.mask, strict=True) for text in np.array(row)[mask]]
    assert set(words) <= {withheld(), f"under {LEAST}"}
    assert [[not text.isdigit() for text in row] for row in cells.written] == cells.mask.tolist()
    assert (cells.least <= sizes).all() and (sizes <= cells.most).all()
    assert (cells.least == sizes)[~cells.mask].all() and (cells.most == sizes)[~cells.mask].all()
    if f"under {LEAST}" in words:
        assert set(cells.least[small]) == {1} and set(cells.most[small]) == {LEAST - 1}


@given(TABLES | SPARSE)
@example([[2, 40, 0], [20, 3, 9], [0, 14, 50]])
@settings(deadline=None, max_examples=examples(5))
def test_what_can_be_found_out_is_the_same_whatever_the_hidden_counts_are(table: list[list[int]]) -> None:
    seen = hide_cells(table, LEAST)
    for other in islice(tables_that_look_like(table), 2):
        again = hide_cells(other, LEAST)
        assert (again.least == seen.least).all() and (again.most == seen.most).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_words_beside_the_bars_never_touch(middles: list[float]) -> None:
    places = _moved_apart(np.sort(middles), 0.115, low=0.0, high=1.0)
    assert (np.diff(places) >= 0.115 - 1e-9).all()
    assert places[-1] <= 1.0


def test_the_movement_is_drawn_with_the_share_that_stayed_least() -> None:
    first, second = moved(2_000, 1)
    migration = segment_migration(periods_of(first, second))
    figure = plots.segment_migration.block(migration)
    shares = [second[first == k].tolist().count(k) / (first == k).sum() for k in range(4)]
    assert figure.caption.title.startswith(f"{min(shares):.0%} of the")
    assert re.search("Flow of 2,000 customers", figure.caption.alt)


def test_where_nothing_can_be_said_no_movement_is_drawn() -> None:
    first, second = moved(40, 1)
    migration = segment_migration(periods_of(first, second, missing="Too short."))
    assert plots.segment_migration.lacks is not None
    assert plots.segment_migration.lacks(migration).startswith("The movement is not drawn")


@pytest.mark.parametrize("size", [(680, 360), (358, 340)], ids=["page", "phone"])
def test_a_band_is_as_wide_as_its_customers(size: tuple[int, int]) -> None:
    counts = np.array([[50, 0, 0, 0], [0, 30, 20, 0], [0, 0, 0, 0], [0, 0, 0, 100]])
    first, second = (np.repeat(np.indices(counts.shape)[axis].ravel(), counts.ravel()) for axis in (0, 1))
    migration = segment_migration(periods_of(first, second))
    ax = plots.segment_migration(migration, canvas(*size))
    bands = [patch for patch in ax.patches if type(patch).__name__ == "PathPatch"]
    widths = sorted(round(float(band.get_path().vertices[5][1] - band.get_path().vertices[2][1]), 3) for band in bands)
    assert widths == [0.1, 0.15, 0.25, 0.5]


def test_a_hidden_number_has_a_band_of_those_only_who_are_certain_by_the_others() -> None:
    counts = np.array([[150, 0, 100, 50], [0, 100, 90, 0], [0, 0, 2, 179], [60, 50, 40, 30]])
    first, second = (np.repeat(np.indices(counts.shape)[axis].ravel(), counts.ravel()) for axis in (0, 1))
    migration = segment_migration(periods_of(first, second))
    ax = plots.segment_migration(migration)
    bands = [patch for patch in ax.patches if type(patch).__name__ == "PathPatch"]
    drawn = [float(band.get_path().vertices[5][1] - band.get_path().vertices[2][1]) for band in bands]
    least = migration.hidden.least
    assert migration.hidden.mask[2].tolist() == [False, False, True, True] and least[2, 3] == 177
    assert sorted(np.round(np.array(drawn) * counts.sum(), 6)) == sorted(least[least >= LEAST])
    assert "only as wide as is certain" in plots.segment_migration.block(migration).caption.note
