"""Rows of dots with their intervals on one scale: what every plot of effects is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from cxlab.estimate import Estimate
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import number

BEHIND = {"facecolor": COLOUR["paper"], "edgecolor": "none", "pad": 0.5}
"""Paper behind words, so that no line runs through them."""
_LETTER = 6.6
"""Width of a letter in pixels."""
_ASIDE = 0.012
"""Share of the scale between the line at zero and words that are set beside it."""


@dataclass(frozen=True)
class Row:
    """A dot with its interval.

    Attributes
    ----------
    name : stands at the left, in `ink`; empty: none.
    estimate : value and interval; drawn only where it has one.
    words : stands at the interval.
    mark, ink : colour tokens of the dot and of the name.
    filled : whether the dot is full.
    gap : room before the row, in rows.
    wide : a wider interval, drawn as a thin line behind; None: there is none.
    """

    name: str
    estimate: Estimate
    words: str
    mark: str = "ink"
    ink: str = "ink"
    filled: bool = True
    gap: float = 0.0
    wide: Estimate | None = None


def draw_rows(
    ax: Axes,
    rows: Sequence[Row],
    *,
    unit: str,
    left: float,
    band: tuple[float, float] | None = None,
    bottom: float = 0.17,
) -> None:
    """Draw the rows from top to bottom, zero as a line.

    Parameters
    ----------
    unit : stands under the scale. left : share of the width that the names take on a wide figure.
    band : a range around zero that is shaded.
    """
    narrow = is_narrow(ax)
    ends = [0.0, *(band or ())]
    for row in rows:
        ends += [x for e in (row.estimate, row.wide) if e is not None for x in (e.low, e.high) if x is not None]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    if band is not None:
        ax.axvspan(*band, color=COLOUR["seq1"], lw=0, zorder=0)
    width = float(ax.figure.get_figure(root=True).get_size_inches()[0]) * 72 * (0.97 - left)
    letter = _LETTER * 1.08 * span / width
    y = 0.0
    for row in rows:
        y += row.gap
        _draw_row(ax, row, y, span, letter, narrow=narrow)
        y += 1
    ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
    ax.set(xlim=(low - 0.04 * span, high + 0.04 * span), ylim=(y - 0.35, -0.85), yticks=[])
    ax.set_xlabel(unit, loc="left")
    say_ticks(ax)
    ax.locator_params(axis="x", nbins=4 if narrow else 6)
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.8)
    ax.set_axisbelow(True)
    height = float(ax.figure.get_figure(root=True).get_size_inches()[1]) * 72
    fit(ax, 0.03 if narrow else left, min(0.45, 44 / height), 0.97, 0.99)


class _Spoken(ScalarFormatter):
    """Figures along a scale, with the decimal mark of the language that is spoken."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one of them."""
        return super().__call__(x, pos).replace(".", number(0.1, 1)[1])


def say_ticks(ax: Axes) -> None:
    """Write the figures along the horizontal scale as the language does."""
    ax.xaxis.set_major_formatter(_Spoken())


def _draw_row(ax: Axes, row: Row, y: float, span: float, letter: float, *, narrow: bool) -> None:
    if row.name:
        ax.text(
            0.0 if narrow else -0.02, y - 0.4 if narrow else y, row.name, transform=ax.get_yaxis_transform(), size=12,
            weight=700, color=COLOUR[row.ink], ha="left" if narrow else "right", va="bottom" if narrow else "center",
            zorder=6, bbox=BEHIND,
        )  # fmt: skip
    e = row.estimate
    if e.low is None or e.high is None:
        ax.text(0, y, f" {row.words}", ha="left", va="center", size=12, color=COLOUR["muted"])
        return
    if row.wide is not None and row.wide.has_interval:
        ax.plot(row.wide.ends, [y, y], color=COLOUR[row.mark], lw=0.9, solid_capstyle="butt", zorder=3)
    ax.plot([e.low, e.high], [y, y], color=COLOUR[row.mark], lw=2.4, solid_capstyle="butt", zorder=3)
    face = COLOUR[row.mark] if row.filled else COLOUR["paper"]
    ax.plot([e.number], [y], "o", ms=8, color=face, mec=COLOUR[row.mark], mew=1.8, zorder=4)
    if not narrow:
        half = len(row.words) * letter / 2  # words that would lie on the line at zero stand beside it
        side = "center" if abs(e.number) > half else "left" if e.number >= 0 else "right"
        aside = {"center": 0.0, "left": _ASIDE, "right": -_ASIDE}[side]
        ax.text(
            aside * span if aside else e.number, y - 0.2, row.words, ha=side, va="bottom", size=12,
            color=COLOUR["ink"], zorder=5, bbox=BEHIND,
        )  # fmt: skip
    else:
        ax.text(
            1.0, y - 0.4, row.words, ha="right", va="bottom", size=12, color=COLOUR["ink"], zorder=5,
            transform=ax.get_yaxis_transform(), bbox=BEHIND,
        )  # fmt: skip
