"""Flows from one grouping to another: bands as wide as their customers, and none by which few could be counted."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.made.moves import moved, periods_of
from cxlab import plots
from cxlab.intake.hiding import HIDDEN, cells_to_hide, written_cells
from cxlab.plots.flow import _folded, _moved_apart
from cxlab.segments import segment_migration

TABLES = st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), min_size=4, max_size=4)


@given(TABLES)
@settings(deadline=None)
def test_no_hidden_count_follows_from_the_totals_of_its_row_and_column(table: list[list[int]]) -> None:
    sizes, hidden = np.array(table), cells_to_hide(table, 5)
    assert hidden[(sizes > 0) & (sizes < 5)].all()
    for counts, mask in (*zip(sizes, hidden, strict=True), *zip(sizes.T, hidden.T, strict=True)):
        n = int(mask.sum())
        left = int(counts[mask].sum())
        assert n != 1 or not (counts > 0)[~mask].any(), "one hidden count is what the others leave of the total"
        assert n == 0 or left >= 5 or (counts[~mask] == 0).all()


@given(TABLES)
def test_hidden_cells_are_written_as_such(table: list[list[int]]) -> None:
    written, hidden = written_cells(table, 5), cells_to_hide(table, 5)
    assert [[text == HIDDEN for text in row] for row in written] == hidden.tolist()


@given(TABLES)
def test_narrow_bands_go_with_the_widest_of_their_row(table: list[list[int]]) -> None:
    sizes = np.array(table, dtype=float)
    folded = _folded(sizes, 5)
    assert folded.sum(axis=1).tolist() == sizes.sum(axis=1).tolist()
    assert not ((folded > 0) & (folded < 5) & (sizes.sum(axis=1)[:, None] >= 20)).any()


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


@pytest.mark.parametrize("narrow", [False, True])
def test_a_band_is_as_wide_as_its_customers(*, narrow: bool) -> None:
    counts = np.array([[50, 0, 0, 0], [0, 30, 20, 0], [0, 0, 0, 0], [0, 0, 0, 100]])
    first, second = (np.repeat(np.indices(counts.shape)[axis].ravel(), counts.ravel()) for axis in (0, 1))
    migration = segment_migration(periods_of(first, second))
    ax = plots.segment_migration(migration)
    bands = [patch for patch in ax.patches if type(patch).__name__ == "PathPatch"]
    widths = sorted(round(float(band.get_path().vertices[5][1] - band.get_path().vertices[2][1]), 3) for band in bands)
    assert widths == [0.1, 0.15, 0.25, 0.5], narrow
