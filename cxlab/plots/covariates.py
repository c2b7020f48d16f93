"""The plot of how often groups of customers buy and how fast they leave, against the largest group."""

import math

from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from cxlab import words
from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.purchases.covariate_design import NUMBER_LEVELS
from cxlab.purchases.covariate_words import level_name, title_of
from cxlab.purchases.covariates import CovariateLevel, CovariateModel

_TICKS = (1.0, 0.5, 2.0, 0.1, 10.0, 0.2, 5.0, 0.01, 100.0, 0.05, 20.0, 0.02, 50.0, 0.7, 1.5, 0.8, 1.25, 0.9, 1.1)
"""Those that matter most come first; one that finds no room is left out."""
_APART = 0.13  # of the width, at least so far from tick to tick
_FURTHEST = 4.6  # of a logarithm: intervals are cut off at a hundredth and at a hundred times
_LONGEST = {False: 18, True: 13}  # letters of a name, by whether the drawing is for a phone
_ROW, _HEAD, _FOOT = 34, 24, 76  # height of a group, of its covariate's name, and of what stands around, in pixels
_PANELS = Texts({"purchase_rate": "Buy, while they stay", "leaving_rate": "Leave"})


def _lacks(model: CovariateModel) -> str:
    if any(_has_figure(row) for row in model.compared):
        return ""
    return tr("No group is held against another, so there is nothing to draw.")


def _has_figure(row: CovariateLevel) -> bool:
    return row.purchase_rate.has_interval or row.leaving_rate.has_interval


def _covariates(model: CovariateModel) -> list[str]:
    return list(dict.fromkeys(row.covariate for row in model.compared))


def _places(model: CovariateModel) -> tuple[list[tuple[float, str]], list[tuple[float, CovariateLevel]], float]:
    """Place the covariates' names and the groups from top to bottom, in pixels; return the height they take."""
    heads, rows, y = [], [], 0.0
    for covariate in _covariates(model):
        mine = [row for row in model.compared if row.covariate == covariate]
        title, other = title_of(covariate), _short(covariate, mine[0].reference)
        head = (
            tr("{title} by one standard deviation, against {other}", title=title, other=other)
            if mine[0].level == NUMBER_LEVELS[1]
            else tr("{title}, against {other}", title=title, other=other)
        )
        heads.append((y + _HEAD / 2, head))
        y += _HEAD
        for row in mine:
            rows.append((y + _ROW / 2, row))
            y += _ROW
    return heads, rows, y


def _height(model: CovariateModel) -> int:
    return round(_places(model)[2])


def _height_narrow(model: CovariateModel) -> int:
    return 2 * _height(model) + _FOOT


def _draw(model: CovariateModel, ax: Axes) -> None:
    narrow = is_narrow(ax)
    height = float(ax.figure.get_figure(root=True).get_size_inches()[1]) * 72
    bottom, top = 44 / height, 1 - 32 / height
    fit(ax, 0.36 if narrow else 0.24, bottom, 0.98, top)
    between = _FOOT / max(1.0, _places(model)[2])
    both = panels(ax, 2, 1, gap_y=between) if narrow else panels(ax, 1, 2, gap_x=0.08)
    for axes, (field, title) in zip(both, _PANELS.items(), strict=True):
        _draw_panel(model, axes, field, names=narrow or axes is both[0])
        axes.text(0, 1, title, transform=axes.transAxes, ha="left", va="bottom", size=12, weight=700)


def _draw_panel(model: CovariateModel, ax: Axes, field: str, *, names: bool) -> None:
    heads, rows, height = _places(model)
    ratios = [getattr(row, field) for _, row in rows]
    ends = [_log(end) for ratio in ratios if ratio.has_interval for end in ratio.ends]
    low, high = min(-0.1, *ends, 0.0), max(0.1, *ends, 0.0)
    room = 0.06 * (high - low)
    low, high = low - room, high + room
    ax.set(xlim=(low, high), ylim=(height, 0), yticks=[])
    ticks = _ticks(low, high)
    ax.set_xticks(
        [math.log(tick) for tick in ticks], [words.number(tick, len(f"{tick:g}".partition(".")[2])) for tick in ticks]
    )
    ax.set_xlabel(tr("times, log scale"), loc="left")
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.8)
    ax.set_axisbelow(True)
    ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
    for y, row in rows:
        if names:
            ax.text(
                -0.03, y + 4, _short(row.covariate, row.level, narrow=is_narrow(ax)), ha="right", va="center", size=12,
                weight=700,
                color=COLOUR["ink"], transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        _draw_ratio(ax, y, getattr(row, field))
    for y, name in heads if names else []:
        ax.text(
            0.01, y, name, ha="left", va="center", size=12, color=COLOUR["muted"], zorder=6, bbox=BEHIND,
            transform=blended_transform_factory(ax.figure.transFigure, ax.transData),
        )  # fmt: skip


def _draw_ratio(ax: Axes, y: float, ratio: Estimate) -> None:
    if not ratio.has_interval:
        ax.text(
            0, y + 4, tr(" not settled"), ha="left", va="center", size=12, color=COLOUR["muted"], zorder=5, bbox=BEHIND
        )
        return
    low, high = ratio.ends
    colour = COLOUR["muted" if low <= 1 <= high else "ink"]
    ax.plot([_log(low), _log(high)], [y + 4, y + 4], color=colour, lw=2.4, solid_capstyle="butt", zorder=3)
    ax.plot([_log(ratio.number)], [y + 4], "o", ms=8, color=colour, mec=colour, zorder=4)
    ax.text(
        _log(ratio.number), y - 3, words.number(ratio.number, 2), ha="center", va="bottom", size=12, zorder=5,
        color=COLOUR["ink"], bbox=BEHIND,
    )  # fmt: skip


def _log(ratio: float) -> float:
    return max(-_FURTHEST, min(_FURTHEST, math.log(ratio)))


def _ticks(low: float, high: float) -> list[float]:
    """Choose ratios for the scale, as many as there is room for."""
    chosen: list[float] = []
    for tick in _TICKS:
        at = math.log(tick)
        if low <= at <= high and all(abs(at - math.log(one)) >= _APART * (high - low) for one in chosen):
            chosen.append(tick)
    return sorted(chosen)


def _short(covariate: str, level: str, *, narrow: bool = False) -> str:
    """Cut a name to the room that it has."""
    if level == NUMBER_LEVELS[1]:
        return tr("higher")
    room, name = _LONGEST[narrow], level_name(covariate, level)
    return name if len(name) <= room else f"{name[: room - 1].rstrip()}…"


def _caption(model: CovariateModel) -> Caption:
    shown = [row for row in model.compared if _has_figure(row)]
    listed = "; ".join(
        tr(
            "{group} {buys} and {leaves}",
            group=_short(row.covariate, row.level),
            buys=_said(row.purchase_rate),
            leaves=_said(row.leaving_rate),
        )
        for row in shown[:6]
    )
    more = "; " + words.count(len(shown) - 6, "more group") if len(shown) > 6 else ""
    return Caption(
        model.heading,
        tr(
            "How many times as often customers of a group buy while they stay, and how many times as "
            "fast they leave, against the group named; {customers}. Lines: 95% intervals.",
            customers=words.count(model.n, "customer"),
        ),
        tr("Dots of the buying and the leaving ratio by group: {listed}{more}.", listed=listed, more=more),
        tr("Grey: the interval holds 1, so it may be no difference. Differences between customers, no effects."),
    )


def _said(ratio: Estimate) -> str:
    return words.number(ratio.number, 2) if ratio.has_interval else tr("not settled")


def _numbers(model: CovariateModel) -> Table:
    rows = tuple(
        (
            Cell(
                f"{title_of(row.covariate)}: {level_name(row.covariate, row.level)}",
                tr("against {reference}", reference=level_name(row.covariate, row.reference)),
            ),
            _cell(row.purchase_rate),
            _cell(row.leaving_rate),
        )
        for row in model.compared
    )
    return Table(
        "rate_ratios",
        tr("How often groups of customers buy and how fast they leave"),
        (tr("Customers by"), tr("Buy, times as often"), tr("Leave, times as fast")),
        rows,
        tr("Small figures are 95% intervals."),
    )


def _cell(ratio: Estimate) -> Cell:
    if not ratio.has_interval:
        return Cell("–", tr("not settled by the data"))
    return Cell(words.number(ratio.number, 2), words.number_between(*ratio.ends, 2))


rate_ratios = Plot(
    "rate_ratios", _draw, _caption, _numbers, (680, _FOOT), (358, _FOOT), lacks=_lacks, grows=_height,
    grows_narrow=_height_narrow,
)  # fmt: skip
