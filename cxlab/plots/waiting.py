"""The plots of waiting: what share has not bought again, day by day, with the numbers that still wait below."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from cxlab import words
from cxlab.blocks import SEGMENTS, Caption, Cell, Table
from cxlab.contingency import Array
from cxlab.intake.hiding import withheld
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_TOKEN
from cxlab.phrases import span
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.waits.comparison import WaitComparison
from cxlab.waits.curves import WaitingCurve

MOST_DRAWN = 6
_OTHERS = ("ink", "link", "muted", "ink", "link", "muted")
_DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-", (0, (6, 2)), "-", (0, (2, 1.5)), "-", (0, (6, 2)),
)  # fmt: skip
_DAYS = Texts(
    {
        "segment": "Days after the cut",
        "cluster": "Days after the cut",
        "cohort": "Days after the first order",
        "gesture": "Days after the order",
    }
)
_CURVES = Texts(
    {
        "segment": "Falling curves of the share that has not bought again by segment, after {middle} and {last} days: "
        "{listed}. {heading}.",
        "cluster": "Falling curves of the share that has not bought again by cluster, after {middle} and {last} days: "
        "{listed}. {heading}.",
        "cohort": "Falling curves of the share that has not bought again by cohort, after {middle} and {last} days: "
        "{listed}. {heading}.",
        "gesture": "Falling curves of the share that has not bought again by gesture, after {middle} and {last} days: "
        "{listed}. {heading}.",
    }
)
_PLOT, _TOP, _AXIS, _HEAD = 250, 30, 44, 20
"""Pixels: height of the curves, over them, of the axis under them, and of the line over the numbers."""
_ROW, _ROW_NARROW, _APART = 19, 36, 16.0


def _drawn(found: WaitComparison) -> tuple[WaitingCurve, ...]:
    """Return the curves that are drawn: all, or the largest where they are too many, in the order given."""
    told = tuple(curve for curve in found.curves if _has_course(found.told.marks[curve.group].tolist()))
    largest = sorted(told, key=lambda curve: -curve.n)[:MOST_DRAWN]
    return tuple(curve for curve in told if any(curve is one for one in largest))


def with_gaps(curve: WaitingCurve, found: WaitComparison) -> tuple[Array, Array, Array, Array]:
    """Return the days that are drawn, the share and its ends, with NaN where a share in between must not be told."""
    days = curve.days[found.told.days[curve.group]]
    untold = np.asarray(found.marks)[~found.told.marks[curve.group]]
    gaps = np.flatnonzero(np.searchsorted(untold, days[:-1]) < np.searchsorted(untold, days[1:])) + 1
    share, low, high = (
        np.insert(part[days].astype(np.float64), gaps, np.nan) for part in (curve.waiting, curve.low, curve.high)
    )
    return np.insert(days.astype(np.float64), gaps, days[gaps - 1]), share, low, high


def _has_course(told: Sequence[bool]) -> bool:
    """Whether a curve has a figure before its last one; from the start straight to the end it would be no curve.

    Examples
    --------
    >>> _has_course([True, False, False, True]), _has_course([True, True, False, True]), _has_course([True, True])
    (False, True, True)
    """
    return any(told[1:-1]) or (len(told) == 2 and told[-1])


def _colours(group: str, k: int) -> tuple[str, str, str | tuple[int, tuple[float, ...]]]:
    if group in SEGMENTS:
        token = SEGMENT_TOKEN[group]
        return COLOUR[token], COLOUR[f"{token}-ink"], "-"
    return COLOUR[_OTHERS[k]], COLOUR[_OTHERS[k]], _DASHES[k]


def _draw(found: WaitComparison, ax: Axes) -> None:
    narrow, curves, h = is_narrow(ax), _drawn(found), found.horizon_days
    width, height = (float(x) * 72 for x in ax.figure.get_figure(root=True).get_size_inches())
    names = [found.waits.labels.get(curve.group, curve.group) for curve in curves]
    longest = 7.6 * max(map(len, names))
    left, right = (42 if narrow else longest + 34), width - longest - (12 if narrow else 18)
    below = _AXIS + _HEAD + (_ROW_NARROW if narrow else _ROW) * len(curves) + 6
    ax.set(xlim=(0, h), ylim=(0, 1))
    for k, curve in enumerate(curves):
        mark, _, dash = _colours(curve.group, k)
        days, share, low, high = with_gaps(curve, found)
        ax.fill_between(days, low, high, step="post", color=mark, alpha=0.16, lw=0, zorder=2)
        ax.step(days, share, where="post", color=mark, lw=2, ls=dash, zorder=4 + k / 10)
    ends = [float(curve.waiting[found.told.days[curve.group]][-1]) for curve in curves]
    places = spread(ends, _APART / (height - below - _TOP))
    for k, (curve, name, y) in enumerate(zip(curves, names, places, strict=True)):
        ax.text(h + 8 / (right - left) * h, y, name, ha="left", va="center", size=12, weight=700,
                color=_colours(curve.group, k)[1])  # fmt: skip
    shown = found.marks[::2] if narrow else found.marks
    ax.set_xticks(shown)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], [words.percent(y) for y in (0, 0.25, 0.5, 0.75, 1)])
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_xlabel(_DAYS.get(found.waits.by, tr("Days")), labelpad=4)
    fit(ax, left / width, below / height, right / width, 1 - _TOP / height)
    _write(found, ax, curves, names, shown, (height - below - _TOP, right - left, left))
    ax.text(
        -(left - 4) / (right - left),
        1 + 9 / (height - below - _TOP),
        tr("Share that has not bought again"),
        transform=ax.transAxes,
        ha="left",
        va="bottom",
        size=12,
        color=COLOUR["muted"],
    )


def _write(
    found: WaitComparison, ax: Axes, curves: Sequence[WaitingCurve], names: Sequence[str], marks: Sequence[int],
    pixels: tuple[float, float, float],
) -> None:  # fmt: skip
    """Write the numbers that still wait under the axis."""
    narrow, (high, wide, left) = is_narrow(ax), pixels
    edge, top = -(left - 4) / wide, _AXIS + 8
    ax.text(
        edge,
        -top / high,
        tr("Not back yet, and still followed"),
        transform=ax.transAxes,
        ha="left",
        va="center",
        size=12,
        color=COLOUR["muted"],
    )
    for k, (curve, name) in enumerate(zip(curves, names, strict=True)):
        y = top + _HEAD + k * (_ROW_NARROW if narrow else _ROW)
        ax.text(edge, -y / high, name, transform=ax.transAxes, ha="left", va="center", size=12, weight=700,
                color=_colours(curve.group, k)[1])  # fmt: skip
        y += _ROW_NARROW - _ROW if narrow else 0
        for day, text in zip(found.marks, found.told.go_on[curve.group], strict=True):
            if day not in marks:
                continue
            ax.text(day, -y / high, text, transform=ax.get_xaxis_transform(), ha="center", va="center", size=12)


def spread(places: Sequence[float], need: float, top: float = 1.0) -> list[float]:
    """Move heights so far apart that words at them do not touch, as little as may be, from 0 to `top`.

    Examples
    --------
    >>> [round(y, 2) for y in spread([0.5, 0.52, 0.9], 0.1)]
    [0.46, 0.56, 0.9]
    """
    order = np.argsort(places, kind="stable")
    groups = [[float(places[i]), 1] for i in order]  # middle and number of words that touch one another
    i = 0
    while i < len(groups) - 1:
        (a, n), (b, m) = groups[i], groups[i + 1]
        if b - a >= need * (n + m) / 2 - 1e-12:
            i += 1
            continue
        groups[i : i + 2] = [[(a * n + b * m) / (n + m), n + m]]
        i = max(i - 1, 0)
    found = np.empty(len(places))
    at = 0
    for middle, n in groups:
        half = need * (n - 1) / 2
        centre = min(max(middle, half), max(top - half, half))
        found[order[at : at + int(n)]] = centre + need * (np.arange(int(n)) - (n - 1) / 2)
        at += int(n)
    return [float(y) for y in found]


def _caption(found: WaitComparison) -> Caption:
    drawn, h = _drawn(found), found.horizon_days
    middle = len(found.marks) // 2
    listed = "; ".join(
        f"{found.waits.labels.get(curve.group, curve.group)} "
        + ", ".join(_share(curve, found, k) for k in (middle, len(found.marks) - 1))
        for curve in drawn
    )
    n = found.waits.n if found.waits.unit == "customer" else sum(curve.n for curve in found.curves)
    largest = tr("The largest groups are drawn. ") if len(drawn) == MOST_DRAWN < len(found.curves) else ""
    left_out = [found.waits.labels.get(c.group, c.group) for c in found.curves if c not in drawn]
    few = (
        tr("Not drawn, for too few to tell a course: {groups}. ", groups=", ".join(left_out))
        if left_out and not largest
        else ""
    )
    about = tr(", rounded") if found.told.rounds_waits else ""
    dash = (
        tr("A curve is left open, and “–” stands, where more would tell of a few customers. ")
        if found.told.hides
        else ""
    )
    return Caption(
        found.heading,
        tr(
            "Share that has not bought again, {start}, over {days}; {n}. Band: 95% interval.",
            start=found.waits.start,
            days=span(h),
            n=words.count(n, "order") if found.waits.unit == "order" else words.count(n, "customer"),
        ),
        _CURVES[found.waits.by].format(
            middle=found.marks[middle],
            last=h,
            listed=listed,
            heading=found.heading,
        )[:399],
        tr(
            "{largest}{few}{dash}Under the axis: waits that still go on and can be followed{about}. "
            "Several orders on one day are one purchase.",
            largest=largest,
            few=few,
            dash=dash,
            about=about,
        ),
    )


def _share(curve: WaitingCurve, found: WaitComparison, k: int) -> str:
    return words.percent(curve.waiting[found.marks[k]]) if found.told.marks[curve.group][k] else withheld()


def _numbers(found: WaitComparison) -> Table:
    marks = found.marks[1:]
    rows = tuple(
        (
            Cell(
                found.waits.labels.get(curve.group, curve.group), segment=curve.group if curve.group in SEGMENTS else ""
            ),
            Cell(found.told.sizes[curve.group]),
            *(
                Cell(words.percent(curve.waiting[day]), words.percent_between(curve.low[day], curve.high[day]))
                if found.told.marks[curve.group][k]
                else Cell(withheld())
                for k, day in enumerate(marks, 1)
            ),
        )
        for curve in found.curves
    )
    return Table(
        f"waiting_by_{found.waits.by}",
        tr("Share that has not bought again"),
        (tr("Group"), tr("Waits"), *(tr("Day {day}", day=words.number(day)) for day in marks)),
        rows,
        tr("Counted {start}.{note} Small figures are 95% intervals.", start=found.waits.start, note=found.told.note),
    )


def _lacks(found: WaitComparison) -> str:
    if not found.curves:
        return tr("So there is nothing to draw.")
    return "" if _drawn(found) else tr("No curve can be drawn that would not tell of a few customers.")


def _plot(by: str) -> Plot[WaitComparison]:
    fixed = _PLOT + _TOP + _AXIS + _HEAD + 6
    return Plot(
        f"waiting_by_{by}", _draw, _caption, _numbers, (680, fixed), (358, fixed),
        _lacks,
        lambda found: _ROW * len(_drawn(found)), lambda found: _ROW_NARROW * len(_drawn(found)),
    )  # fmt: skip


waiting_by_segment = _plot("segment")
waiting_by_cluster = _plot("cluster")
waiting_by_cohort = _plot("cohort")
waiting_by_gesture = _plot("gesture")
