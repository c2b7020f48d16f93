"""Columns of what came with a mark of what was foreseen: the shape that most plots of purchases share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxlab.language import tr
from cxlab.plots.style import COLOUR, fit, is_narrow

Array = NDArray[np.float64]
_LONGEST_SHARED = 7  # letters that there is room for under a column of a phone
_NEAREST = 15.0  # pixels between two words


@dataclass(frozen=True)
class Columns:
    """What to draw: one column a group, from left to right.

    Attributes
    ----------
    names : of the groups.
    actual, low, high : shape (n groups,), what came and its interval; NaN: not known, nothing is drawn.
    foreseen : shape (n groups,), what the model said; NaN: nothing, and nothing is drawn.
    written : how to write a value.
    axis : what is measured; below : what the groups are.
    words : at the two marks: of what came, of what was foreseen.
    """

    names: tuple[str, ...]
    actual: Array
    low: Array
    high: Array
    foreseen: Array
    written: Callable[[float], str]
    axis: str
    below: str
    words: tuple[str, str] = ("came", "foreseen")


def draw_columns(columns: Columns, ax: Axes) -> None:
    """Draw grey columns with their 95 % whiskers, and a blue mark across each where the model put it."""
    narrow, n = is_narrow(ax), len(columns.names)
    known = np.isfinite(columns.actual)
    at = np.arange(n)
    sns.barplot(
        x=at[known], y=columns.actual[known], native_scale=True, errorbar=None, width=0.62, color=COLOUR["other"],
        saturation=1, alpha=0.55, lw=0, zorder=2, ax=ax,
    )  # fmt: skip
    for i in at[known]:
        ends = columns.low[i], columns.high[i]
        if np.isfinite(ends).all():
            ax.plot([i, i], ends, color=COLOUR["ink"], lw=1.6, solid_capstyle="butt", zorder=4)
            for end in ends:
                ax.plot([i - 0.08, i + 0.08], [end, end], color=COLOUR["ink"], lw=1.6, zorder=4)
    for i in at:
        ax.plot(
            [i - 0.36, i + 0.36], [columns.foreseen[i]] * 2, color=COLOUR["link"], lw=3, solid_capstyle="butt", zorder=5
        )
    tops = np.fmax(np.fmax(columns.high, columns.actual), columns.foreseen)
    top = float(np.nanmax(tops)) * (1.1 if narrow else 1.14) or 1.0
    height = 340.0 * 0.72
    if not narrow:
        for i in at[known]:
            ax.text(
                i,
                tops[i] + 0.015 * top,
                columns.written(float(columns.actual[i])),
                ha="center",
                va="bottom",
                size=12,
                weight=700,
            )
    words = []
    if np.isfinite(columns.foreseen[-1]):
        words.append((float(columns.foreseen[-1]), columns.words[1], COLOUR["link"]))
    if known[-1]:
        words.append((float(columns.actual[-1]), columns.words[0], COLOUR["ink"]))
    for y, (_, word, colour) in zip(apart([w[0] for w in words], top, height), words, strict=True):
        ax.text(n - 0.55, y, word, ha="left", va="center", size=12, weight=700, color=colour)
    ax.set(xlim=(-0.55, n - 0.45), ylim=(0, top))
    names = _short_names(columns.names) if narrow else list(columns.names)
    ax.set_xticks(at, names)
    ax.locator_params(axis="y", nbins=5)
    ax.yaxis.set_major_formatter(lambda value, _: columns.written(value))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_xlabel(columns.below, labelpad=6)
    longest = max(len(columns.written(float(v))) for v in ax.get_yticks())
    lines = max(name.count("\n") + 1 for name in names)
    left = (10 + 7.5 * longest) / (358 if narrow else 680)
    right = 1 - (12 + 7.6 * max(len(word) for word in columns.words)) / (358 if narrow else 680)
    ax.text(
        -left / (right - left),
        1.03,
        columns.axis,
        transform=ax.transAxes,
        ha="left",
        va="bottom",
        size=12,
        color=COLOUR["muted"],
    )
    fit(ax, left, (40 + 15 * lines) / 340, right, 0.92)


def apart(places: list[float], top: float, height: float) -> list[float]:
    """Move two heights on a scale of `top` over `height` pixels so far apart that words at them do not touch.

    Examples
    --------
    >>> apart([5.0, 5.0], 10.0, 100.0)
    [5.75, 4.25]
    """
    if len(places) < 2:
        return places
    need = _NEAREST / height * top
    first, second = places
    gap = first - second
    if abs(gap) >= need:
        return places
    move = (need - abs(gap)) / 2 * (1 if gap >= 0 else -1)
    low = min(first + move, second - move)
    lift = max(0.0, need / 2 - low)
    return [first + move + lift, second - move + lift]


def _short_names(names: tuple[str, ...]) -> list[str]:
    """Shorten names for a phone; a long last word that they share goes, for the axis says what they are."""
    short = [_short(name, len(names)) for name in names]
    last = {name.rpartition("\n")[2] for name in short}
    if len(short) > 1 and len(last) == 1 and len(min(last)) > _LONGEST_SHARED:
        return [name.rpartition("\n")[0] for name in short]
    return short


def _short(name: str, n: int) -> str:
    short = name.replace(tr(" or more"), "+")
    if n > 4 and short.endswith("%"):
        short = short.replace("–", "–\n")
    return short.replace(" ", "\n") if n > 3 else short
