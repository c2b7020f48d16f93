"""The plot of the number of one-time buyers over two assumptions at once, with 5, 10 and 15 marked."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.loyalty.rules_of_thumb import SAID
from cxlab.loyalty.two_way import TwoWay, WorthMap
from cxlab.loyalty.words import buyers, buyers_between, long_time
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.words import capital, count, money, number, percent

_BANDS = ("paper", "seq1", "seq2", "seq3")
_NO_NUMBER = "no number"
_AXIS = {
    "referrals": "Customers brought by 100 fans",
    "cost": "Cost to win a customer",
}


def _draw(found: TwoWay, ax: Axes) -> None:
    narrow, n = is_narrow(ax), len(found.maps)
    each = panels(ax, n, 1, gap_y=0.42) if narrow else panels(ax, 1, 2, gap_x=0.12)
    for place, (axes, of) in enumerate(zip(each, found.maps, strict=False)):
        _draw_map(found, of, axes)
        if not narrow and place:
            axes.set_yticklabels([])
        label = "Share of fans’ buying left a year later" if narrow or n == 1 else "Share left a year later"
        axes.set_xlabel(label, labelpad=4)
    for axes in each[n:]:
        axes.set_axis_off()
    _legend(found, each[0], narrow=narrow)
    if narrow:
        fit(ax, 0.15, 0.13 if n > 1 else 0.2, 0.94, 0.86 if n > 1 else 0.75)
    else:
        fit(ax, 0.085, 0.15, 0.965, 0.75)


def _draw_map(found: TwoWay, of: WorthMap, ax: Axes) -> None:
    numbers = np.ma.masked_invalid(of.numbers)
    edges = [-np.inf, *map(float, SAID), np.inf]
    lowest, highest = float(numbers.min()), float(numbers.max())
    ends = [min(lowest, edges[1]) - 1, *edges[1:-1], max(highest, edges[-2]) + 1]
    ax.set_facecolor("none")
    bands = ax.contourf(found.kept, found.other, numbers, levels=ends, colors=[COLOUR[t] for t in _BANDS], zorder=1)
    bands.set_edgecolor("face")
    for said in (s for s in SAID if lowest < s < highest):
        ax.contour(found.kept, found.other, numbers, levels=[said], colors=[COLOUR["part"]], linewidths=1.6, zorder=3)
    if of.worth.value is not None and lowest < of.worth.number < highest:
        ax.contour(
            found.kept, found.other, numbers, levels=[of.worth.number], colors=[COLOUR["ink"]], linewidths=1.2,
            linestyles=[(0, (4, 3))], zorder=3,
        )  # fmt: skip
    if np.isnan(of.numbers).any():
        last = np.flatnonzero(~np.isnan(of.numbers).all(axis=1))
        first = float(found.other[last[-1]])
        ax.axhspan(first, float(found.other[-1]), color=COLOUR["other"], alpha=0.25, lw=0, zorder=1)
        middle = (first + float(found.other[-1])) / 2
        ax.text(
            float(found.kept.mean()), middle, _NO_NUMBER, ha="center", va="center", size=12, color=COLOUR["ink"],
            zorder=5,
        )  # fmt: skip
    _draw_own(found, of, ax)
    ax.set(xlim=(found.kept[0], found.kept[-1]), ylim=(found.other[0], found.other[-1]))
    ax.set_title(capital(f"over the next {long_time(of.horizon_days)}"), loc="left", size=12, weight=700, pad=6)
    ax.locator_params(axis="x", nbins=5)
    ax.locator_params(axis="y", nbins=5)
    ax.xaxis.set_major_formatter(lambda value, _: percent(value))
    ax.yaxis.set_major_formatter(lambda value, _: number(value, 0 if found.other[-1] >= 20 else 1))


def _draw_own(found: TwoWay, of: WorthMap, ax: Axes) -> None:
    """Draw where the study stands, with the intervals of both shares, and the number there."""
    x, y = of.kept.number, found.own.number
    style: dict[str, Any] = {"color": COLOUR["ink"], "lw": 1.6, "solid_capstyle": "butt", "zorder": 6, "clip_on": False}
    low, high = of.kept.ends
    ax.plot([max(low, found.kept[0]), high], [y, y], **style)
    if found.own.has_interval:
        ax.plot([x, x], list(found.own.ends), **style)
    ax.plot([x], [y], "o", color=COLOUR["ink"], ms=8, zorder=7, clip_on=False)
    if of.worth.value is None:
        return
    height = float(found.other[-1] - found.other[0])
    right = x < (found.kept[0] + found.kept[-1]) / 2
    top = found.own.ends[1] if found.own.has_interval else y
    ax.text(
        x, top + 0.035 * height, f"{buyers(of.worth.number)} ({buyers_between(of.worth)})", size=12, weight=700,
        ha="left" if right else "right", va="bottom", zorder=8, bbox=BEHIND,
    )  # fmt: skip


def _legend(found: TwoWay, ax: Axes, *, narrow: bool) -> None:
    """Put the bands above the first map, in words and colours, and what the upright scale is."""
    words = [f"under {SAID[0]}", *(f"{a}–{b}" for a, b in pairwise(SAID)), f"over {SAID[-1]}"]
    figure = ax.figure.get_figure(root=True)
    height, width = (float(size) * 72 for size in figure.get_size_inches()[::-1])
    left = 0.03 if narrow else 0.0125
    unit = f", {found.currency}" if found.kind == "cost" else f" {found.when}"
    figure.text(
        left,
        1 - (50 if narrow else 40) / height,
        f"↑ {_AXIS[found.kind]}{unit}",
        size=12,
        color=COLOUR["muted"],
        va="center",
    )
    at = left
    figure.text(at, 1 - 14 / height, "One-time buyers", size=12, color=COLOUR["muted"], va="center")
    if narrow:
        at, row = left, 30
    else:
        at, row = left + 118 / width, 14
    for token, text in zip(_BANDS, words, strict=True):
        figure.text(
            at, 1 - row / height, f" {text} ", size=12, va="center", color=COLOUR["ink"],
            bbox={"facecolor": COLOUR[token], "edgecolor": COLOUR["part"], "lw": 0.8, "pad": 2.5},
        )  # fmt: skip
        at += (22 + 8.2 * len(text)) / width


def _caption(found: TwoWay) -> Caption:
    by = "the share of their buying left a year later and " + (
        "the customers they bring" if found.kind == "referrals" else "the cost to win a customer"
    )
    own = "; ".join(
        f"next {long_time(of.horizon_days)}: {percent(of.kept.number)} left, "
        + (f"{buyers(of.worth.number)} ({buyers_between(of.worth)})" if of.worth.value is not None else _NO_NUMBER)
        for of in found.maps
    )
    whiskers = "the interval of the fit" + (" and of the customers brought" if found.kind == "referrals" else "")
    return Caption(
        found.heading,
        f"One-time buyers that equal one fan, by {by}; {count(found.n_fans, 'fan')}. "
        f"Dot: as reckoned, with its 95% interval in words.",
        f"Maps of one-time buyers that equal one fan by {by}. {capital(own)}.",
        f"Thick lines: {', '.join(map(str, SAID[:-1]))} and {SAID[-1]}. Dashed: the same number as reckoned. Lines at "
        f"the dot: {whiskers}. Only what lies beyond the days that were seen varies with what is left.",
    )


def _numbers(found: TwoWay) -> Table:
    rows = []
    for of in found.maps:
        cells = [
            Cell(capital(f"next {long_time(of.horizon_days)}")),
            Cell(percent(of.kept.number)),
            Cell(buyers(of.worth.number), buyers_between(of.worth)) if of.worth.has_interval else Cell("–", _NO_NUMBER),
        ]
        for said in SAID:
            kept, other = found.needed(of, said)
            cells.append(Cell(percent(kept) if np.isfinite(kept) else "–", _other(found, other)))
        rows.append(tuple(cells))
    changed = "customers brought by 100 fans" if found.kind == "referrals" else "the cost to win a customer"
    return Table(
        "worth_maps",
        "What it would take to make it 5, 10 or 15",
        ("Horizon", "Left a year later", "One-time buyers for one fan", *(f"For {said}" for said in SAID)),
        tuple(rows),
        f"For each number: the share of fans’ buying that would have to be left a year later and, small, {changed}; "
        "one of them changed, the other as reckoned. A dash: nothing that is drawn gives it.",
    )


def _other(found: TwoWay, value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return money(value, found.currency) if found.kind == "cost" else number(value, 1)


def _lacks(found: TwoWay) -> str:
    return "" if found.maps else "So there is no map to draw."


fan_worth_maps: Plot[TwoWay] = Plot(
    "worth_maps", _draw, _caption, _numbers, (680, 330), (358, 150), _lacks, None, lambda found: 270 * len(found.maps)
)
