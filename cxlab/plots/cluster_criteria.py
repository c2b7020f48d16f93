"""The plot of the number of clusters: every criterion side by side, and the number that each takes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import Choice, Criterion
from cxlab.clusters.criterion import TINY
from cxlab.clusters.prediction_strength import STRONG
from cxlab.clusters.stability import STABLE
from cxlab.language import Texts, tr, trn
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.words import number, number_between

Array = NDArray[np.float64]
_TITLES = Texts(
    {
        "silhouette": "Silhouette",
        "gap": "Gap statistic",
        "bic": "BIC of bell curves",
        "prediction_strength": "Prediction strength",
        "stability": "Stability",
    }
)
_RULES = Texts(
    {
        "silhouette": "the highest",
        "gap": "first not beaten",
        "bic": "the lowest",
        "prediction_strength": "the last over the line",
        "stability": "the highest over the line",
    }
)
_LINES = {"prediction_strength": STRONG, "stability": STABLE}


def _shown(one: Criterion) -> tuple[Array, Array, Array]:
    """Return the figures as they are shown, with both ends: BIC as what lies above the lowest."""
    base = float(one.value.min()) if one.name == "bic" else 0.0
    return one.value - base, one.low - base, one.high - base


def _draw(result: Choice, ax: Axes) -> None:
    narrow, criteria = is_narrow(ax), result.criteria
    columns = 2 if narrow or len(criteria) < 3 else 3
    rows = -(-(len(criteria) + 1) // columns)
    grid = panels(ax, rows, columns, gap_x=0.3 if narrow else 0.26, gap_y=0.52 if narrow else 0.5)
    last = int(result.tried[-1])
    for at, one in enumerate(criteria):
        _draw_criterion(grid[at], one, result.k, last)
        if at + columns >= len(criteria):
            grid[at].set_xlabel(tr("Number of clusters") if not narrow else tr("Clusters"), labelpad=4)
    _draw_key(grid[len(criteria)], result.k)
    for panel in grid[len(criteria) + 1 :]:
        panel.set_axis_off()
    fit(ax, 0.115 if narrow else 0.065, 0.085 if narrow else 0.115, 0.985, 0.93 if narrow else 0.895)


def _draw_criterion(ax: Axes, one: Criterion, chosen: int, last: int) -> None:
    value, low, high = _shown(one)
    ax.axvline(chosen, color=COLOUR["other"], lw=1.2, ls=(0, (3, 2)), zorder=1)
    line = _LINES.get(one.name)
    if line is not None:
        ax.axhline(line, color=COLOUR["muted"], lw=1, zorder=1)
    ax.vlines(one.tried, low, high, color=COLOUR["other"], lw=1.6, zorder=2)
    ax.plot(one.tried, value, color=COLOUR["ink"], lw=1.4, marker="o", ms=3.5, zorder=3)
    ends = [float(low.min()), float(high.max()), *([] if line is None else [line])]
    room = max(max(ends) - min(ends), 0.01)
    none = one.k not in one.tried
    if not none:
        ax.plot([one.k], [value[one.tried == one.k][0]], color=COLOUR["link"], marker="o", ms=9, lw=0, zorder=4)
    title, rule = _TITLES[one.name], _RULES[one.name]
    says = tr("none") if one.k == 1 else number(one.k)
    ax.text(0, 1.2, title, transform=ax.transAxes, ha="left", va="bottom", size=12, weight=700)
    for said, along, token, weight in ((f"{says}:", 0, "link", 700), (rule, 8 * len(says) + 8, "muted", 400)):
        ax.annotate(
            said, (0, 1.045), (along, 0), xycoords="axes fraction", textcoords="offset points", ha="left", va="bottom",
            size=12, weight=weight, color=COLOUR[token],
        )  # fmt: skip
    ax.set(ylim=(min(ends) - 0.1 * room, max(ends) + 0.1 * room), xlim=(0.5, last + 0.5))
    step = max(1, -(-last // 6))
    ax.set_xticks(list(range(1, last + 1, step)))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(_tick))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)


def _tick(value: float, _: object) -> str:
    if abs(value) >= 1000:
        return tr("{thousands}k", thousands=_short(value / 1000))
    return _short(round(value, 6))


def _short(value: float) -> str:
    return number(value, len(f"{value:g}".partition(".")[2]))


def _draw_key(ax: Axes, chosen: int) -> None:
    """Say once what the marks mean that recur in every panel."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.plot([0.06], [0.82], color=COLOUR["link"], marker="o", ms=9, lw=0)
    ax.plot([0.06, 0.06], [0.32, 0.6], color=COLOUR["other"], lw=1.2, ls=(0, (3, 2)))
    for y, said in ((0.82, tr("what it takes")), (0.46, tr("this page: {k}", k=number(chosen)))):
        ax.text(0.16, y, said, ha="left", va="center", size=12)


def _caption(result: Choice) -> Caption:
    votes = ", ".join(f"{words} {tr('none') if k == 1 else number(k)}" for words, k in result.votes.items())
    highest = float(result.silhouette.max())
    last = number(int(result.tried[-1]))
    n, k = number(len(result.votes)), number(result.k)
    title = (
        tr("All {n} criteria take the {k} clusters of this page", n=n, k=k)
        if result.support == len(result.votes)
        else trn(
            "Of {n} criteria, {some} takes the {k} clusters of this page",
            "Of {n} criteria, {some} take the {k} clusters of this page",
            result.support,
            n=n,
            some=number(result.support),
            k=k,
        )
    )
    lines = tr("Upright lines: 95% interval of the silhouette; simulation error of the gap.")
    note = tr(
        "The silhouette takes its highest point. The gap takes the first number that the next "
        "one does not beat by more than its error; its reference is customers without groups."
    )
    if result.others:
        lines = tr(
            "Upright lines: 95% interval of the silhouette; simulation error of the gap; 95% interval of the "
            "difference from the lowest BIC; the middle 95% of halves or resamples, which is no confidence interval."
        )
        note = tr(
            "The silhouette and the gap statistic decide, the others are held against them. BIC is "
            "shown as what lies above its lowest value. The line is {strong} for prediction strength "
            "and {stable} for stability, which is that of the cluster that comes back least.",
            strong=number(STRONG, 2),
            stable=number(STABLE, 2),
        )
    what = (
        tr(
            "Each criterion by number of clusters, up to {last}; {n} customers, distances among {compared} of them.",
            last=last,
            n=number(result.n),
            compared=number(result.n_compared),
        )
        if result.n_compared < result.n
        else tr("Each criterion by number of clusters, up to {last}; {n} customers.", last=last, n=number(result.n))
    )
    return Caption(
        title,
        f"{what} {lines}",
        tr(
            "Small multiples of criteria by number of clusters. Number taken by each: {votes}; this "
            "page {k}. The silhouette is highest at {at} ({highest}).",
            votes=votes,
            k=k,
            at=number(result.k_silhouette),
            highest=number(highest, 2),
        ),
        note,
    )


def _numbers(result: Choice) -> Table:
    criteria = result.criteria
    rows = tuple((Cell(number(k)), *(_cell(one, k) for one in criteria)) for k in range(1, int(result.tried[-1]) + 1))
    note = tr("Small figures: 95% interval of the silhouette, simulation error either side of the gap.")
    if result.others:
        note = tr(
            "Small figures: 95% interval of the silhouette, simulation error either side of the gap; 95% interval of "
            "the difference from the lowest BIC; else the middle 95% of replicates."
        )
    heads = (tr("BIC above the lowest") if one.name == "bic" else _TITLES[one.name] for one in criteria)
    columns = (tr("Clusters"), *heads)
    return Table("number_of_clusters", tr("Each criterion by number of clusters"), columns, rows, note)


def _cell(one: Criterion, k: int) -> Cell:
    if k not in one.tried:
        return Cell("–")
    at = int(np.flatnonzero(one.tried == k)[0])
    value, low, high = _shown(one)
    digits = 0 if one.name == "bic" else 3
    figure = number(float(value[at]), digits)
    ends = number_between(float(low[at]), float(high[at]), digits) if one.error[at] > TINY else ""
    return Cell(tr("{figure} (taken)", figure=figure) if k == one.k else figure, ends)


def _more(result: Choice) -> int:
    return 0 if result.others else -130


number_of_clusters = Plot("number_of_clusters", _draw, _caption, _numbers, (680, 400), (358, 520), grows=_more)
