"""The plot of the number of one-time buyers over two assumptions at once, with lines at numbers that it reaches."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxlab.blocks import Caption, Cell, Table
from cxlab.language import Texts, tr, trn
from cxlab.loyalty.rules_of_thumb import SAID
from cxlab.loyalty.two_way import TwoWay, WorthMap
from cxlab.loyalty.words import ahead, ahead_short, buyers, buyers_between
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.words import between, capital, count, money, number, percent

_BANDS = ("paper", "seq1", "seq2", "seq3")
_EACH_KEPT, _EACH_OTHER = 10, 8  # of the points drawn, every which one stands in the table
_MOST_DIGITS = 4
_SWATCH = 12  # pixels of a colour's square above the maps
_AXIS = Texts({"referrals": "Customers brought by 100 fans", "cost": "Cost to win a customer"})


def _draw(found: TwoWay, ax: Axes) -> None:
    narrow, n = is_narrow(ax), len(found.maps)
    each = panels(ax, n, 1, gap_y=0.42) if narrow else panels(ax, 1, 2, gap_x=0.16)
    for place, (axes, of) in enumerate(zip(each, found.maps, strict=False)):
        _draw_map(found, of, axes)
        if not narrow and place:
            axes.set_yticklabels([])
        label = tr("Share of fans’ buying left a year later") if narrow or n == 1 else tr("Share left a year later")
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
    lines, lowest, highest = found.lines, float(numbers.min()), float(numbers.max())
    ends = [min([lowest, *lines]) - 1, *lines, max([highest, *lines]) + 1]
    ax.set_facecolor("none")
    colours = [COLOUR[token] for token in _BANDS[: len(lines) + 1]]
    bands = ax.contourf(found.kept, found.other, numbers, levels=ends, colors=colours, zorder=1)
    bands.set_edgecolor("face")
    for line in (line for line in lines if lowest < line < highest):
        ax.contour(found.kept, found.other, numbers, levels=[line], colors=[COLOUR["link"]], linewidths=1.6, zorder=3)
    if _has_dashes(of):
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
            float(found.kept.mean()), middle, tr("no number"), ha="center", va="center", size=12, color=COLOUR["ink"],
            zorder=5,
        )  # fmt: skip
    _draw_own(found, of, ax)
    ax.set(xlim=(found.kept[0], found.kept[-1]), ylim=(found.other[0], found.other[-1]))
    ax.set_title(
        capital(ahead(of.horizon_days)),
        loc="left",
        size=12,
        weight=700,
        pad=6,
    )
    ax.spines[:].set_visible(True)  # a map may be of the colour of the paper all over
    ax.tick_params(axis="x", pad=8)  # so that the lowest number of the one scale does not touch that of the other
    ax.locator_params(axis="x", nbins=5)
    ax.locator_params(axis="y", nbins=5)
    ax.xaxis.set_major_formatter(lambda value, _: percent(value))
    ax.yaxis.set_major_formatter(lambda value, _: number(value, 0 if found.other[-1] >= 20 else 1))


def _has_dashes(of: WorthMap) -> bool:
    """Whether the number as reckoned is a line of the map."""
    return of.worth.value is not None and bool(np.nanmin(of.numbers) < of.worth.number < np.nanmax(of.numbers))


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
    bottom, top = found.own.ends if found.own.has_interval else (y, y)
    # Lines fall to the right: over the dot to its right, and under it to its left, there is none through the dot.
    under = not right and bottom - 0.11 * height > found.other[0]
    ax.text(
        x, bottom - 0.035 * height if under else top + 0.035 * height,
        f"{buyers(of.worth.number)} ({buyers_between(of.worth)})", size=12, weight=700,
        ha="left" if right else "right", va="top" if under else "bottom", zorder=8, bbox=BEHIND,
    )  # fmt: skip


def _legend(found: TwoWay, ax: Axes, *, narrow: bool) -> None:
    """Put the bands above the first map, in words and colours, and what the upright scale is."""
    lines = [_line(line) for line in found.lines]
    words = (
        [tr("under {low}", low=lines[0]), *map(between, lines, lines[1:]), tr("over {high}", high=lines[-1])]
        if lines
        else []
    )
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
    figure.text(at, 1 - 14 / height, tr("One-time buyers"), size=12, color=COLOUR["muted"], va="center")
    if narrow:
        at, row = left, 30
    else:
        at, row = left + 118 / width, 14
    for token, text in zip(_BANDS, words, strict=False):
        figure.add_artist(
            Rectangle(
                (at, 1 - (row + _SWATCH / 2) / height), _SWATCH / width, _SWATCH / height, fc=COLOUR[token],
                ec=COLOUR["muted"], lw=0.8, transform=figure.transFigure,
            )
        )  # fmt: skip
        figure.text(at + (_SWATCH + 6) / width, 1 - row / height, text, size=12, va="center", color=COLOUR["ink"])
        at += (_SWATCH + 24 + 7.6 * len(text)) / width


def _caption(found: TwoWay) -> Caption:
    by = tr("the share of their buying left a year later and the cost to win a customer")
    whiskers = tr("Lines at the dot: the interval of the fit.")
    if found.kind == "referrals":
        by = tr("the share of their buying left a year later and the customers they bring")
        whiskers = tr("Lines at the dot: the interval of the fit and of the customers brought.")
    note = _lines_in_words(found)
    if any(map(_has_dashes, found.maps)):
        note.append(tr("Dashed: the same number as reckoned."))
    note += [whiskers, tr("Only what lies beyond the days that were seen varies with what is left.")]
    return Caption(
        found.heading,
        tr(
            "One-time buyers that equal one fan, by {by}; {fans}. Dot: as reckoned, with its 95% interval in words.",
            by=by,
            fans=count(found.n_fans, "fan"),
        ),
        tr(
            "Maps of one-time buyers that equal one fan by {by}. {as_reckoned}.",
            by=by,
            as_reckoned=capital(_own_words(found)),
        ),
        " ".join(note),
    )


def _line(value: float) -> str:
    """Write a number at which a line is drawn.

    Examples
    --------
    >>> _line(5.0), _line(0.3), _line(2000.0)
    ('5', '0.3', '2,000')
    """
    digits = 0
    while digits < _MOST_DIGITS and round(value, digits) != value:
        digits += 1
    return number(value, digits)


def _lines_in_words(found: TwoWay) -> list[str]:
    lines, said = [_line(line) for line in found.lines], []
    if lines:
        said.append(trn("Thick line: {listed}.", "Thick lines: {listed}.", len(lines), listed=_and(lines)))
    if outside := [str(target) for target in SAID if target not in found.reached]:
        said.append(
            trn(
                "No line for {listed}: nothing that is drawn comes to it.",
                "No line for {listed}: nothing that is drawn comes to them.",
                len(outside),
                listed=_and(outside),
            )
        )
    return said


def _and(numbers: list[str]) -> str:
    *first, last = numbers
    return tr("{first} and {last}", first=", ".join(first), last=last) if first else last


def _numbers(found: TwoWay) -> Table:
    kept, other = range(0, len(found.kept), _EACH_KEPT), range(0, len(found.other), _EACH_OTHER)
    rows = tuple(
        (
            Cell(capital(ahead_short(of.horizon_days))),
            Cell(_other(found, float(found.other[i]))),
            *(Cell(buyers(n) if np.isfinite(n := float(of.numbers[i, j])) else "–") for j in kept),
        )
        for of in found.maps
        for i in other
    )
    return Table(
        "worth_maps",
        tr("One-time buyers for one fan, two assumptions changed at once"),
        (tr("Horizon"), _AXIS[found.kind], *(tr("{share} left", share=percent(float(found.kept[j]))) for j in kept)),
        rows,
        " ".join(
            [
                tr("Left: share of fans’ buying left a year later. {as_reckoned}", as_reckoned=_as_reckoned(found)),
                *(
                    [tr("A dash: no number.")]
                    if any(np.isnan(of.numbers[::_EACH_OTHER]).any() for of in found.maps)
                    else []
                ),
            ]
        ),
    )


def _own_words(found: TwoWay) -> str:
    return "; ".join(
        tr(
            "{ahead}: {kept} left, {worth}",
            ahead=ahead_short(of.horizon_days),
            kept=percent(of.kept.number),
            worth=f"{buyers(of.worth.number)} ({buyers_between(of.worth)})"
            if of.worth.value is not None
            else tr("no number"),
        )
        for of in found.maps
    )


def _as_reckoned(found: TwoWay) -> str:
    other, listed = _other(found, found.own.number), _own_words(found)
    if found.kind == "referrals":
        return tr("As reckoned, with {n} brought by 100 fans, {listed}.", n=other, listed=listed)
    return tr("As reckoned, with {amount} to win a customer, {listed}.", amount=other, listed=listed)


def _other(found: TwoWay, value: float) -> str:
    return money(value, found.currency) if found.kind == "cost" else number(value, 1)


def _lacks(found: TwoWay) -> str:
    return "" if found.maps else tr("So there is no map to draw.")


fan_worth_maps: Plot[TwoWay] = Plot(
    "worth_maps", _draw, _caption, _numbers, (680, 330), (358, 150), _lacks, None, lambda found: 270 * len(found.maps)
)
