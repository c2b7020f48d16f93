"""Plots of whether those with a gesture and those without were alike before it."""

import datetime as dt

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.customers import EPOCH
from cxlab.gestures import Alikeness
from cxlab.gestures.balance import ALIKE, as_said, in_words
from cxlab.gestures.overlap import BINS
from cxlab.gestures.said import is_shown, name_of
from cxlab.language import tr
from cxlab.plots.figure import Plot
from cxlab.plots.rows import say_ticks
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import day, number, percent, percent_between

_MOST = 16  # covariates that are drawn; the table has all


def _largest(found: Alikeness) -> pd.DataFrame:
    table = found.effect.balance.table
    order = np.argsort(-table["before"].abs().to_numpy(), kind="stable")[:_MOST]
    return table.iloc[order]


def _draw_love(found: Alikeness, ax: Axes) -> None:
    narrow, table = is_narrow(ax), _largest(found)
    weighted = found.effect.balance.is_weighted
    ax.axvspan(-ALIKE, ALIKE, color=COLOUR["seq1"], lw=0, zorder=0)
    for y, row in enumerate(table.to_dict("records")):
        ax.plot([row["before"]], [y], "o", ms=8, color=COLOUR["paper"], mec=COLOUR["muted"], mew=1.8, zorder=3)
        if weighted:
            ax.plot([row["before"], row["after"]], [y, y], color=COLOUR["rule"], lw=1.5, zorder=2)
            ax.plot([row["after"]], [y], "o", ms=8, color=COLOUR["ink"], zorder=4)
        name = as_said(str(row["covariate"]))
        name = name if len(name) <= 34 else f"{name[:33]}…"
        place = (0.0, y - 0.26, "left", "bottom") if narrow else (-0.02, y, "right", "center")
        ax.text(
            place[0], place[1], name, transform=ax.get_yaxis_transform(), ha=place[2], va=place[3], size=12,
            color=COLOUR["ink"], zorder=6,
        )  # fmt: skip
    reach = max(0.25, 1.1 * float(table[["before", "after"]].abs().max().max()))
    ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
    ax.set(xlim=(-reach, reach), ylim=(len(table) - 0.4, -0.9 if narrow else -0.6), yticks=[])
    unit = tr("Standardised difference") if narrow else tr("Standardised difference, with a gesture less without")
    ax.set_xlabel(unit, loc="left")
    say_ticks(ax)
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.8)
    ax.set_axisbelow(True)
    fit(ax, 0.03 if narrow else 0.36, 0.13, 0.97, 0.99)


def _love_caption(found: Alikeness) -> Caption:
    weighted = found.effect.balance.is_weighted
    shown = _largest(found)
    said = "; ".join(
        f"{as_said(row['covariate'])} {number(row['before'], 2)}"
        + (tr(", after {difference}", difference=number(row["after"], 2)) if weighted else "")
        for row in shown.head(5).to_dict("records")
    )
    kinds = tr("Ring: as they came; dot: weighted to be alike.") if weighted else tr("Ring: as they came.")
    return Caption(
        found.heading,
        tr(
            "Standardised mean differences of what was known before, {arm} against none. "
            "{kinds} Shaded: up to {limit}, which counts as alike.",
            arm=name_of(found.effect),
            kinds=kinds,
            limit=number(ALIKE, 1),
        ),
        tr(
            "Dots of standardised differences by what was known before, the largest first. {covariates}. {heading}.",
            covariates=said,
            heading=found.heading,
        )[:399],
    )


def _love_numbers(found: Alikeness) -> Table:
    weighted = found.effect.balance.is_weighted
    calendar = in_words("day") if found.effect.rows == "order" else None
    rows = tuple(
        (
            Cell(as_said(str(row["covariate"]))),
            Cell(_mean(row["treated"], is_day=row["covariate"] == calendar)),
            Cell(_mean(row["control"], is_day=row["covariate"] == calendar)),
            Cell(number(row["before"], 2)),
            Cell(number(row["after"], 2) if weighted else "–"),
        )
        for row in found.effect.balance.table.to_dict("records")
    )
    return Table(
        "alikeness",
        tr("What was known before"),
        (tr("Known before"), tr("With it, mean"), tr("Without, mean"), tr("Difference"), tr("After weighting")),
        rows,
        tr("Differences in standard deviations."),
    )


def _mean(value: float, *, is_day: bool = False) -> str:
    if is_day:
        return day(EPOCH + dt.timedelta(days=round(value)))
    return number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def _lacks_love(found: Alikeness) -> str:
    if not _is_shown(found):
        return tr("So there is nothing to draw.")
    return "" if len(found.effect.balance.table) else tr("So there is nothing to draw.")


def _is_shown(found: Alikeness) -> bool:
    return is_shown(found.effect, found.effects.data.minimum_group)


def _draw_overlap(found: Alikeness, ax: Axes) -> None:
    overlap = found.effect.overlap
    assert overlap is not None
    edges = np.arange(BINS) / BINS
    tallest = float(max(overlap.treated_bins.max(), overlap.control_bins.max()))
    ax.bar(edges, overlap.treated_bins, width=0.9 / BINS, align="edge", color=COLOUR["ink"], lw=0)
    ax.bar(edges, -overlap.control_bins, width=0.9 / BINS, align="edge", color=COLOUR["other"], lw=0)
    ax.axhline(0, color=COLOUR["ink"], lw=1)
    treated = tr("With a gesture ({n})", n=number(overlap.n_treated))
    ax.text(0.99, 0.97, treated, transform=ax.transAxes, ha="right", va="top", size=12, weight=700)
    control = tr("Without ({n})", n=number(overlap.n_control))
    ax.text(0.99, 0.03, control, transform=ax.transAxes, ha="right", va="bottom", size=12, color=COLOUR["muted"],
            weight=700)  # fmt: skip
    filled = np.flatnonzero(np.maximum(overlap.treated_bins, overlap.control_bins))
    most = max(0.25, float(filled.max() + 1) / BINS)
    ticks = [x for x in (0, 0.25, 0.5, 0.75, 1) if x <= most]
    ax.set(xlim=(0, most), ylim=(-1.15 * tallest, 1.15 * tallest), yticks=[], xticks=ticks)
    ax.set_xticklabels([percent(x) for x in ticks])
    ax.set_xlabel(tr("Chance of a gesture, by what was known before"), loc="left")
    fit(ax, 0.03, 0.2, 0.97, 0.99)


def _overlap_caption(found: Alikeness) -> Caption:
    overlap = found.effect.overlap
    assert overlap is not None
    title = tr(
        "{share} of those with a gesture have others alike without one",
        share=percent(overlap.share_inside),
    )
    middle = [float(np.average(np.arange(BINS) + 0.5, weights=b)) / BINS for b in
              (overlap.treated_bins, overlap.control_bins)]  # fmt: skip
    return Caption(
        title,
        tr(
            "Shares of orders by their chance of a gesture, as foreseen from what was known before; "
            "above with a gesture, below without."
        ),
        tr(
            "Mirrored histogram of the chance of a gesture. With a gesture: mean {treated}; without: "
            "mean {control}. {title}; weighted, those without count as {n}.",
            treated=percent(middle[0]),
            control=percent(middle[1]),
            title=title,
            n=number(overlap.effective_controls),
        ),
    )


def _overlap_numbers(found: Alikeness) -> Table:
    overlap = found.effect.overlap
    assert overlap is not None
    rows = tuple(
        (
            Cell(percent_between(k / BINS, (k + 1) / BINS)),
            Cell(percent(float(overlap.treated_bins[k]), 1)),
            Cell(percent(float(overlap.control_bins[k]), 1)),
        )
        for k in range(BINS)
        if overlap.treated_bins[k] or overlap.control_bins[k]
    )
    return Table("overlap", tr("The chance of a gesture"), (tr("Chance"), tr("With a gesture"), tr("Without")), rows,
                 tr("Shares of each group."))  # fmt: skip


def _lacks_overlap(found: Alikeness) -> str:
    if found.effect.overlap is not None and _is_shown(found):
        return ""
    return (
        tr("The lot decided who got a gesture, so chances need not be foreseen.")
        if (found.effect.design == "randomised")
        else tr("The chances of a gesture could not be foreseen from so little.")
    )


covariate_balance = Plot(
    "alikeness", _draw_love, _love_caption, _love_numbers, (680, 80), (358, 90), _lacks_love,
    lambda found: 30 * min(len(found.effect.balance.table), _MOST),
)  # fmt: skip
overlap = Plot("overlap", _draw_overlap, _overlap_caption, _overlap_numbers, (680, 260), (358, 260), _lacks_overlap)
