"""The plot of what sets each cluster apart: a panel a cluster, a row a measure, dots with their intervals."""

import numpy as np
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import Contrast, Contrasts
from cxlab.clusters.contrasts import LARGE
from cxlab.language import Texts, tr, trn
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.plots.words_of_clusters import names_that_fit
from cxlab.words import count, money, number, number_between, percent

MOST_PANELS = 6  # clusters drawn; the table shows them all
_WIDE = Texts(
    {
        "repeat_purchases": "Repeat purchases",
        "days_since_last_order": "Days since last order",
        "mean_order_value": "Order value",
        "contribution": "Contribution",
        "returned_share": "Returned share",
        "service_per_order": "Cost to serve",
    }
)
_NARROW = Texts(
    {
        "repeat_purchases": "Repeats",
        "days_since_last_order": "Days since",
        "mean_order_value": "Order value",
        "contribution": "Contribution",
        "returned_share": "Returned",
        "service_per_order": "To serve",
    }
)


def _by_cluster(result: Contrasts) -> dict[str, dict[str, Contrast]]:
    """Measures of each cluster that is drawn, by name."""
    return {
        letter: {c.feature: c for c in result.shown if c.letter == letter} for letter in result.letters[:MOST_PANELS]
    }


def _shape(result: Contrasts, *, narrow: bool) -> tuple[int, int]:
    """Rows and columns of panels."""
    drawn = max(1, min(len(result.letters), MOST_PANELS))
    columns = 1 if drawn == 1 else 2 if narrow or drawn in (2, 4) else 3
    return -(-drawn // columns), columns


def _draw(result: Contrasts, ax: Axes) -> None:
    narrow = is_narrow(ax)
    clusters = _by_cluster(result)
    if not clusters:
        ax.set_axis_off()
        return
    rows, columns = _shape(result, narrow=narrow)
    grid = panels(ax, rows, columns, gap_x=0.08, gap_y=_gap(result))
    measures = [name for name in _WIDE if any(name in own for own in clusters.values())]
    known = [c.difference for own in clusters.values() for c in own.values() if c.difference.has_interval]
    ends = [0.0, *(e.low or 0.0 for e in known), *(e.high or 0.0 for e in known)]
    pad = 0.06 * max(max(ends) - min(ends), 1.0)
    low, high = min(ends) - pad, max(ends) + pad
    ticks = _round_steps(low, high, 4 if narrow else 6)
    width = (17 if columns > 1 else 36) if narrow else 76 // columns
    names = names_that_fit(result.names, width, 2, lettered=True)
    for at, (letter, own) in enumerate(clusters.items()):
        panel = grid[at]
        panel.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
        for row, name in enumerate(measures):
            if at % columns == 0:
                panel.text(
                    -0.05, row, (_NARROW if narrow else _WIDE)[name], ha="right", va="center", size=12,
                    transform=panel.get_yaxis_transform(),
                )  # fmt: skip
            _draw_row(panel, own.get(name), row)
        panel.set(xlim=(low, high), ylim=(len(measures) - 0.5, -0.5), yticks=[])
        bottom = at + columns >= len(clusters)
        panel.set_xticks(ticks, [number(t) if bottom else "" for t in ticks])
        panel.grid(axis="x", color=COLOUR["rule"], lw=0.6, zorder=0)
        panel.set_axisbelow(True)
        panel.spines["bottom"].set_visible(False)
        panel.text(
            0, 1.03, names[letter], transform=panel.transAxes, ha="left", va="bottom", weight=700, size=12,
            linespacing=1.15,
        )  # fmt: skip
    for panel in grid[len(clusters) :]:
        panel.set_axis_off()
    height = float(ax.figure.get_figure(root=True).get_size_inches()[1]) * 72
    ax.text(
        0.5, -26 / (height - 88), tr("Standard deviations from the others"), transform=ax.transAxes, ha="center",
        va="top", size=12, color=COLOUR["muted"],
    )  # fmt: skip
    fit(ax, 0.26 if narrow else 0.2, 48 / height, 0.99, 1 - 40 / height)


def _draw_row(ax: Axes, one: Contrast | None, row: int) -> None:
    if one is None or not one.difference.has_interval:
        ax.text(0, row, " –", ha="left", va="center", size=12, color=COLOUR["muted"])
        return
    e = one.difference
    strong = abs(e.number) >= LARGE
    token = "ink" if strong else "other"
    ax.plot([e.low or 0.0, e.high or 0.0], [row, row], color=COLOUR[token], lw=2.4, solid_capstyle="butt", zorder=3)
    ax.plot(
        [e.number], [row], "o", ms=6.5, color=COLOUR[token if strong else "paper"], mec=COLOUR[token], mew=1.6, zorder=4
    )


def _round_steps(low: float, high: float, most: int) -> list[float]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000) if (high - low) / s <= most or s == 10_000)
    return [float(t) for t in np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step]


def _measures(result: Contrasts) -> int:
    return max(1, len({c.feature for c in result.shown}))


def _gap(result: Contrasts) -> float:
    """Room between two rows of panels for two lines of words, as a share of a panel."""
    return 44 / (20 * _measures(result))


def _grows(result: Contrasts) -> int:
    return _height(result, narrow=False)


def _grows_narrow(result: Contrasts) -> int:
    return _height(result, narrow=True)


def _height(result: Contrasts, *, narrow: bool) -> int:
    """Twenty pixels a measure in each row of panels, and two lines of words above each."""
    rows = _shape(result, narrow=narrow)[0]
    return rows * _measures(result) * 20 + (rows - 1) * 44


def _caption(result: Contrasts) -> Caption:
    said = []
    for letter, own in _by_cluster(result).items():
        first = next((c for c in own.values() if c.difference.has_interval), None)
        if first is not None:
            said.append(f"{letter}: {first.words.lower()} {number(first.difference.number, 1)}")
    left = len(result.letters) - min(len(result.letters), MOST_PANELS)
    hidden = len(result.size) - len(result.letters)
    notes = [
        tr(
            "Full dots: {large} or more either way, which is called large. The clusters were made to "
            "differ, so that they do is no finding; in what they do, and by how much, is.",
            large=number(LARGE, 1),
        )
    ]
    if left:
        notes.append(
            trn("{n} further cluster in the table.", "{n} further clusters in the table.", left, n=number(left))
        )
    if hidden:
        notes.append(
            trn(
                "Not shown: {n} cluster with under {least} customers.",
                "Not shown: {n} clusters with under {least} customers.",
                hidden,
                n=number(hidden),
                least=number(result.minimum_group),
            )
        )
    first = result.strongest
    title = result.heading if first is None else _medians(first, result)
    return Caption(
        title,
        tr(
            "Mean of the cluster less that of all other customers, in standard deviations within, "
            "with 95% interval; {n} customers, the clusters held fixed.",
            n=number(sum(result.size.values())),
        ),
        tr(
            "Dots of how far each cluster lies from the others, by measure. Largest of each: {said}. "
            "All are standard deviations.",
            said="; ".join(said),
        )
        if said
        else tr("Dots of how far each cluster lies from the others. No cluster is large enough to be shown."),
        " ".join(notes),
    )


def _medians(one: Contrast, of: Contrasts) -> str:
    inside, outside = (_in_units(one.feature, value, of.currency) for value in (one.median_inside, one.median_outside))
    return tr(
        "{measure}: a median of {inside} in {cluster}, of {outside} in the others",
        measure=one.words,
        inside=inside,
        cluster=one.letter,
        outside=outside,
    )


def _in_units(feature: str, value: float, currency: str) -> str:
    if feature in ("mean_order_value", "contribution", "service_per_order"):
        return money(value, currency)
    if feature == "returned_share":
        return percent(value)
    if feature == "days_since_last_order":
        return count(round(value), "day")
    return number(value, 0 if float(value).is_integer() else 1)


def _numbers(result: Contrasts) -> Table:
    rows = tuple(
        (
            Cell(f"{c.letter}: {c.words.lower()}"),
            Cell(number(c.difference.number, 2), number_between(c.difference.low or 0.0, c.difference.high or 0.0, 2))
            if c.difference.has_interval
            else Cell("–"),
            Cell(_in_units(c.feature, c.median_inside, result.currency)),
            Cell(_in_units(c.feature, c.median_outside, result.currency)),
        )
        for c in result.shown
    )
    columns = (tr("Cluster and measure"), tr("Difference"), tr("Median inside"), tr("Median outside"))
    note = tr("Difference in standard deviations within, with its 95% interval; medians in the measure’s own units.")
    return Table("cluster_contrasts", tr("How far each cluster lies from the others"), columns, rows, note)


cluster_contrasts = Plot(
    "cluster_contrasts", _draw, _caption, _numbers, (680, 96), (358, 96), grows=_grows, grows_narrow=_grows_narrow
)
