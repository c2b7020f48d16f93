"""Flows of customers from one grouping to another: bands from the groups at the left to those at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from cxlab import words
from cxlab.agreement import Agreement
from cxlab.blocks import SEGMENTS, Caption, Cell, Table
from cxlab.intake.hidden_cells import HiddenCells
from cxlab.intake.hiding import GroupSizes, why_hidden
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.plots.words_of_clusters import names_that_fit
from cxlab.plots.words_of_segments import room_for_names
from cxlab.segments import Migration

Array = NDArray[np.float64]
_GAP, _NODE, _FAINT = 0.035, 0.018, 0.55  # between groups; a group's bar; how much a band covers
_LEAST_APART = (0.115, 0.13)  # between two groups' words, as shares of the height: wide, narrow
_BEND = 0.45
_STILL = Texts(
    {
        "profit_bringers": "{share} of the {size} profit-bringers were still that one period later",
        "misunderstood": "{share} of the {size} misunderstood were still that one period later",
        "candidates": "{share} of the {size} candidates were still that one period later",
        "lost": "{share} of the {size} lost were still that one period later",
    }
)


@dataclass(frozen=True)
class _Group:
    """A group at one side: its words, in bold and plain, its colour and that of its name."""

    name: str
    small: str
    token: str
    ink: str


def draw_flow(
    ax: Axes,
    counts: pd.DataFrame,
    hidden: HiddenCells,
    left: Sequence[_Group],
    right: Sequence[_Group],
    minimum_group: int,
) -> None:
    """Draw the bands from the rows of a table to its columns.

    Parameters
    ----------
    counts : shape (r, c), customers.
    hidden : which of them are; their bands are only as wide as what is shown makes certain.
    left, right : the groups of its rows and columns.
    minimum_group : groups of fewer customers are drawn as if of as many, and bands of fewer not at all.
    """
    sizes, total = np.where(hidden.least < minimum_group, 0, hidden.least), max(1, int(counts.to_numpy().sum()))
    tall, wide = (_heights(counts.to_numpy().sum(axis=axis), minimum_group) / total for axis in (1, 0))
    starts, ends = _stacked(tall), _stacked(wide)
    out, into = starts.copy(), ends.copy()
    for i, group in enumerate(left):
        for j in range(len(right)):
            width = sizes[i, j] / total
            if width > 0:
                ax.add_patch(_band(out[i], into[j], width, COLOUR[group.token]))
            out[i] += width
            into[j] += width
    for side, groups, tops, shares in (
        (0, left, starts, tall),
        (1, right, ends, wide),
    ):
        for group, top, share in zip(groups, tops, shares, strict=True):
            x = 0.0 if side == 0 else 1.0 - _NODE
            ax.add_patch(Rectangle((x, top), _NODE, share, facecolor=COLOUR[group.token], lw=0, zorder=4))
        _name_groups(ax, side, groups, tops + shares / 2)
    ax.set(xlim=(0, 1), ylim=(1 + _GAP * (max(len(left), len(right)) - 1), 0))
    ax.axis("off")


def _heights(sizes: NDArray[np.int64], minimum_group: int) -> Array:
    """Tell of how many customers a group's bar is drawn, so that none of few can be measured."""
    return np.where((sizes > 0) & (sizes < minimum_group), minimum_group, sizes).astype(float)


def _stacked(shares: Array) -> Array:
    """Return where each group begins, from the top, with gaps between them."""
    return np.asarray(np.concatenate([[0.0], (shares + _GAP)[:-1].cumsum()]), float)


def _band(top_left: float, top_right: float, width: float, colour: str) -> PathPatch:
    a, b = _NODE, 1 - _NODE
    bend = (a + _BEND * (b - a), b - _BEND * (b - a))
    points = [
        (a, top_left), (bend[0], top_left), (bend[1], top_right), (b, top_right),
        (b, top_right + width), (bend[1], top_right + width), (bend[0], top_left + width), (a, top_left + width),
        (a, top_left),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(points, codes), facecolor=colour, alpha=_FAINT, lw=0, zorder=2)


def _name_groups(ax: Axes, side: int, groups: Sequence[_Group], middles: Array) -> None:
    """Write the groups' words beside their bars, moved apart where they would touch."""
    narrow = is_narrow(ax)
    apart = _LEAST_APART[narrow] * (1 + _GAP * (len(groups) - 1))
    places = _moved_apart(middles, apart, low=0.04, high=1 + _GAP * (len(groups) - 1) - 0.04)
    x, align = (-0.02, "right") if side == 0 else (1.02, "left")
    for group, y in zip(groups, places, strict=True):
        said = f"{group.name}\n{group.small}" if group.small else group.name
        name, *rest = said.split("\n")
        step = 0.052 if not narrow else 0.06
        first = y - step * len(rest) / 2
        for k, line in enumerate((name, *rest)):
            ax.text(
                x, first + k * step, line, ha=align, va="center", size=12, weight=400 if k else 700,
                color=COLOUR["muted" if k else group.ink], zorder=5,
            )  # fmt: skip


def _moved_apart(middles: Array, apart: float, *, low: float, high: float) -> Array:
    """Move marks in ascending order so that neighbours are `apart`, as little as may be, between two ends."""
    places = np.clip(np.array(middles, dtype=float), low, high)
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + apart)
    if len(places) and places[-1] > high:
        places[-1] = high
        for k in range(len(places) - 2, -1, -1):
            places[k] = min(places[k], places[k + 1] - apart)
    return np.asarray(places, float)


def _segments(sizes: GroupSizes) -> list[_Group]:
    return [
        _Group(SEGMENT_NAME[name], sizes.share_written(k), SEGMENT_TOKEN[name], _ink(name))
        for k, name in enumerate(SEGMENTS)
    ]


def _draw_migration(migration: Migration, ax: Axes) -> None:
    counts, narrow = migration.counts, is_narrow(ax)
    left, right = map(_segments, migration.sizes)
    draw_flow(ax, counts, migration.hidden, left, right, migration.minimum_group)
    heads = (tr("First"), tr("Second")) if narrow else (tr("First period"), tr("Second period"))
    for x, text, align in zip((0.0, 1.0), heads, ("left", "right"), strict=True):
        ax.text(x, -0.045, text, ha=align, va="bottom", size=12, weight=700)
    side = room_for_names(0.3) if narrow else 0.2
    fit(ax, side, 0.01, 1 - side, 0.9 if narrow else 0.93)


def _lacks_migration(migration: Migration) -> str:
    return tr("The movement is not drawn, as nothing can be said of it.") if migration.missing else ""


def _caption_of_migration(migration: Migration) -> Caption:
    sizes, stayed = migration.counts.to_numpy(), []
    for k, name in enumerate(SEGMENTS):
        if sizes[k].sum() >= migration.minimum_group and not migration.hidden.mask[k, k]:
            stayed.append((sizes[k, k] / sizes[k].sum(), name, migration.sizes[0].written(k)))
    title = tr("Customers by segment in two periods")
    if stayed:
        share, name, size = min(stayed)
        title = _STILL[name].format(share=words.percent(share), size=size)
    listed = "; ".join(f"{SEGMENT_NAME[name].lower()} {words.percent(share)}" for share, name, _ in stayed)
    customers = words.count(migration.n, "customer")
    return Caption(
        title,
        tr(
            "Each band is customers who went from a segment (left) to a segment (right); {customers}, two periods of "
            "{days} days, the lines of the first.",
            customers=customers,
            days=migration.days,
        ),
        tr(
            "Flow of {customers} from four segments to the same four one period later. Still in their segment: "
            "{listed}.",
            customers=customers,
            listed=listed or tr("not shown"),
        ),
        tr(
            "Contribution counts within each period only, so these are not the segments above. Customers who came "
            "later are not followed."
        )
        + _hidden_in_words(migration.hidden, migration.minimum_group),
    )


def _hidden_in_words(hidden: HiddenCells, minimum_group: int) -> str:
    if not hidden.mask.any():
        return ""
    said = tr(
        "Where a number is hidden, the band is only as wide as is certain from what is shown, or left out; the bars "
        "are whole."
    )
    return f" {said} {why_hidden(minimum_group)}"


def _numbers_of_migration(migration: Migration) -> Table:
    hidden, rows = migration.hidden, []
    for i, start in enumerate(SEGMENTS):
        cells = [Cell(SEGMENT_NAME[start], segment=start)]
        for j, end in enumerate(SEGMENTS):
            share = migration.transitions[start, end]
            small = ""
            if share.has_interval and not hidden.mask[i, j]:
                assert share.low is not None and share.high is not None
                small = f"{words.percent(share.number)}, {words.percent_between(share.low, share.high)}"
            cells.append(Cell(hidden.written[i][j], small))
        rows.append(tuple(cells))
    return Table(
        "migration",
        tr("Customers by segment in the first period (rows) and in the second (columns)"),
        (tr("From"), *(SEGMENT_NAME[name] for name in SEGMENTS)),
        tuple(rows),
        tr("Small: share of the row, and its 95% interval.")
        + f" {why_hidden(migration.minimum_group)}" * bool(hidden.mask.any()),
    )


def _draw_to_clusters(agreement: Agreement, ax: Axes) -> None:
    counts, narrow = agreement.counts, is_narrow(ax)
    rows, columns = agreement.sizes
    left = [
        _Group(
            SEGMENT_NAME.get(str(name), str(name)), rows.share_written(k), SEGMENT_TOKEN.get(str(name), "other"),
            _ink(str(name)),
        )
        for k, name in enumerate(counts.index)
    ]  # fmt: skip
    names, right = names_that_fit(agreement.names_b, 24, 2), []
    for k, letter in enumerate(counts.columns):
        head = f"{letter}, {columns.share_written(k)}"
        right.append(_Group(head, "" if narrow else names.get(str(letter), ""), "other", "ink"))
    draw_flow(ax, counts, agreement.hidden, left, right, agreement.minimum_group)
    for x, text, align in ((0.0, tr("Segments"), "left"), (1.0, tr("Clusters"), "right")):
        ax.text(x, -0.045, text, ha=align, va="bottom", size=12, weight=700)
    fit(ax, room_for_names(0.3) if narrow else 0.2, 0.01, 0.84 if narrow else 0.72, 0.9 if narrow else 0.93)


def _ink(group: str) -> str:
    return f"{SEGMENT_TOKEN[group]}-ink" if group in SEGMENT_TOKEN else "ink"


def _caption_of_clusters(agreement: Agreement) -> Caption:
    overlaps = {
        group: words.percent(agreement.best_match[group][1].number)
        for group, cluster in agreement.nearest.items()
        if not agreement.is_hidden(group, cluster)
    }
    listed = "; ".join(
        tr(
            "{segment} and {cluster} {share}",
            segment=SEGMENT_NAME.get(group, group).lower(),
            cluster=agreement.nearest[group],
            share=said,
        )
        for group, said in overlaps.items()
    )
    named = "; ".join(f"{letter}: {name}" for letter, name in agreement.names_b.items())
    note = tr("Clusters: {named}.", named=named)
    if not named:
        note = tr("Clusters are lettered by what a customer brings, A most.")
    return Caption(
        _title_of_clusters(agreement, overlaps),
        tr(
            "Each band is customers of a segment (left) who are in a cluster (right); {customers}. The numbers are "
            "with the next figure.",
            customers=words.count(agreement.n, "customer"),
        ),
        tr(
            "Flow of {customers} from {segments} segments to {clusters} clusters. Customers in both, of those in "
            "either: {listed}. All numbers are with the next figure.",
            customers=words.count(agreement.n, "customer"),
            segments=len(agreement.counts),
            clusters=len(agreement.counts.columns),
            listed=listed or tr("not shown"),
        ),
        note + _hidden_in_words(agreement.hidden, agreement.minimum_group),
    )


def _title_of_clusters(agreement: Agreement, overlaps: Mapping[str, str]) -> str:
    if not agreement.nearest_pair:
        return tr("From segments to clusters")
    near, cluster = agreement.nearest_pair
    segment = SEGMENT_NAME.get(near, near)
    if near not in overlaps:
        return tr("{segment} and cluster {cluster} come nearest to each other", segment=segment, cluster=cluster)
    return tr(
        "{segment} and cluster {cluster} come nearest to each other: {share} of those in either are in both",
        segment=segment,
        cluster=cluster,
        share=overlaps[near],
    )


segment_migration = Plot(
    "migration", _draw_migration, _caption_of_migration, _numbers_of_migration, (680, 360), (358, 340),
    lacks=_lacks_migration,
)  # fmt: skip
segments_to_clusters = Plot(
    "segments_to_clusters", _draw_to_clusters, _caption_of_clusters, None, (680, 360), (358, 340)
)
