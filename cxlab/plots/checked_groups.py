"""The plot of forecast against fact by group: purchases side by side, and their ratio against the allowed band."""

from functools import partial
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from cxlab import words
from cxlab.blocks import Caption, Cell, Table
from cxlab.digits import enough_digits
from cxlab.estimate import Estimate
from cxlab.intake.hiding import withheld
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.phrases import group_name, span
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.purchases.by_group import CheckedGroup, GroupCheck
from cxlab.purchases.rule import LEVEL_BAND

_NONE = Cell("–")
_HEADS = Texts({"segment": "Segment", "cluster": "Cluster", "days since the last order": "Days since the last order"})
_OUTCOME = Texts(
    {
        "passed": "within",
        "failed": "off",
        "open": "cannot be told",
        "low": "leans low",
        "high": "leans high",
    }
)
_LONGEST = 16  # letters of a group's name in a line
_ROW, _ROW_NARROW = 40, 76  # pixels that a group takes
_FOOT, _HEAD, _LEGEND = 46, 44, 34  # pixels under and over a panel, and from it down to the words of its marks
_TICKS = (0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0)
_APART = 0.13  # rows between what came and what was foreseen
_FURTHEST = 10.0  # of the ratio, either way: whiskers are cut there


def _draw(check: GroupCheck, ax: Axes) -> None:
    narrow, n = is_narrow(ax), len(check.shown)
    height = float(ax.figure.get_figure(root=True).get_size_inches()[1]) * 72
    between = _FOOT + _HEAD / 2 + 6
    each = (height - _FOOT - _HEAD / 2 - between) / 2
    left, right = panels(ax, 2, 1, gap_y=between / each) if narrow else panels(ax, 1, 2, gap_x=0.08)
    for k, group in enumerate(check.shown):
        name = fill(SEGMENT_NAME.get(group.name, group_name(group.name)), _LONGEST)
        for axes in (left, right) if narrow else (left,):
            token = f"{SEGMENT_TOKEN[group.name]}-ink" if group.name in SEGMENT_TOKEN else "ink"
            axes.text(
                -0.03, k, name, ha="right", va="center", size=12, weight=700,
                color=COLOUR[token], transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        _amounts(group, k, left)
        _ratio(group, k, right)
    top = max([e.number if e.high is None else e.high for g in check.shown for e in (g.expected, g.actual)
               if e.value is not None], default=1.0)  # fmt: skip
    left.set(xlim=(0, 1.06 * top or 1.0))
    left.locator_params(axis="x", nbins=4)
    left.xaxis.set_major_formatter(lambda value, _: words.number(value, 0 if top >= 4 else 1 if top >= 0.5 else 2))
    ends = [end for g in check.shown for end in (g.ratio.low, g.ratio.high, g.ratio.value) if isinstance(end, float)]
    low = max(min([*ends, 0.5]) * 0.92, 1 / _FURTHEST)
    high = min(max([*ends, 2.0]) * 1.08, _FURTHEST)
    right.axvspan(*LEVEL_BAND, color=COLOUR["seq1"], lw=0, zorder=0)
    right.axvline(1, color=COLOUR["ink"], lw=1, zorder=1)
    right.set_xscale("log")
    right.set(xlim=(low, high))
    right.xaxis.set_major_locator(FixedLocator([t for t in _TICKS if low <= t <= high and t not in LEVEL_BAND]))
    right.xaxis.set_minor_locator(NullLocator())
    right.xaxis.set_minor_formatter(NullFormatter())
    right.xaxis.set_major_formatter(lambda value, _: words.number(value, len(f"{value:g}".partition(".")[2])))
    for axes, title in ((left, tr("Purchases per customer")), (right, tr("Foreseen / came"))):
        axes.set(ylim=(n - 0.5, -0.5), yticks=[])
        axes.text(0, 1.0, title, transform=axes.transAxes, ha="left", va="bottom", size=12, weight=700)
        axes.grid(axis="x", color=COLOUR["rule"], lw=0.6, zorder=0)
        axes.set_axisbelow(True)
    _legend(left)
    _under(right, 0, tr("Shaded: {allowed} is allowed", allowed=words.number_between(*LEVEL_BAND, 2)), "muted")
    fit(ax, 0.36 if narrow else 0.20, _FOOT / height, 0.98, 1 - _HEAD / 2 / height)


def _amounts(group: CheckedGroup, k: int, ax: Axes) -> None:
    for estimate, y, token, marker in (
        (group.actual, k - _APART, "ink", "o"),
        (group.expected, k + _APART, "link", "D"),
    ):
        if estimate.value is None:
            continue
        if estimate.has_interval:
            ax.plot(estimate.ends, [y, y], color=COLOUR[token], lw=2.2, solid_capstyle="butt", zorder=3)
        ax.plot([estimate.number], [y], marker, ms=7, color=COLOUR[token], zorder=4)


def _ratio(group: CheckedGroup, k: int, ax: Axes) -> None:
    ratio, token = group.ratio, "bad" if group.outcome == "failed" else "ink"
    if ratio.low is None:
        return
    high = _FURTHEST if ratio.high is None else ratio.high
    ax.plot([ratio.low, high], [k, k], color=COLOUR[token], lw=2.4, solid_capstyle="butt", zorder=3)
    if ratio.value is None:
        return
    face = COLOUR["paper"] if group.outcome == "open" else COLOUR[token]
    marker = "X" if group.outcome == "failed" else "o"
    ax.plot([ratio.number], [k], marker, ms=8, color=face, mec=COLOUR[token], mew=1.8, zorder=4)


def _legend(ax: Axes) -> None:
    """Say under the scale which mark is which."""
    for x, token, text in ((0, "ink", tr("● came")), (70, "link", tr("◆ foreseen"))):
        _under(ax, x, text, token, weight=700)


def _under(ax: Axes, x: float, text: str, token: str, *, weight: int = 400) -> None:
    ax.annotate(
        text, (0, 0), (x, -_LEGEND), xycoords="axes fraction", textcoords="offset points", ha="left", va="center",
        size=12, weight=weight, color=COLOUR[token], annotation_clip=False,
    )  # fmt: skip


def _caption(check: GroupCheck) -> Caption:
    listed = "; ".join(
        f"{group.in_words} {words.number(group.actual.number, 2)} ({words.number(group.expected.number, 2)})"
        for group in check.shown
        if group.actual.value is not None
    )
    by_group = _within(check)
    return Caption(
        check.heading,
        tr(
            "Purchases per customer in the {days} after the cut, {by_group}, and the ratio of what was foreseen "
            "to what "
            "came; {customers}. Lines: 95% intervals.",
            days=span(check.days),
            by_group=by_group,
            customers=words.count(check.n, "customer"),
        ),
        tr(
            "Dots of purchases per customer after the cut {by_group}, in brackets foreseen. {listed}. {heading}.",
            by_group=by_group,
            listed=listed,
            heading=check.heading,
        ),
        tr(
            "A cross (red) is off, a full dot lies within the allowed band, an empty one cannot be told. "
            "Nothing "
            "from after the cut was used for the forecast."
        ),
    )


def _within(check: GroupCheck) -> str:
    """Say within a sentence what the groups are."""
    return f"{check.by_group[:1].lower()}{check.by_group[1:]}"


def _numbers(name: str, check: GroupCheck) -> Table:
    """One row a group: purchases foreseen and made, their ratio, and whether the forecast is off."""
    rows = [
        (
            Cell(
                SEGMENT_NAME.get(group.name, group_name(group.name)),
                segment=group.name if group.name in SEGMENT_NAME else "",
            ),
            Cell(check.sizes[group.name]),
            _each(group.expected),
            _each(group.actual),
            _ratio_cell(group.ratio),
            Cell("–" if check.missing else _outcome(group, check)),
        )
        for group in check.shown
    ]
    rows += [
        (
            Cell(SEGMENT_NAME.get(hidden, group_name(hidden)), segment=hidden if hidden in SEGMENT_NAME else ""),
            Cell(check.sizes[hidden]), *(_NONE if hidden in check.hidden else Cell(withheld()),) * 4,
        )
        for hidden in (*check.untold, *check.hidden)
    ]  # fmt: skip
    return Table(
        name=name,
        caption=tr("Forecast and fact {by_group}", by_group=_within(check)),
        columns=(
            _HEADS.get(check.by, words.capital(check.by)),
            tr("Customers"),
            tr("Foreseen each"),
            tr("Came each"),
            tr("Foreseen / came"),
            tr("Forecast"),
        ),
        rows=tuple(rows),
        note=(
            tr(
                "Purchases per customer in the {days} after the cut. Small figures are 95% intervals. Within, or off: "
                "the whole interval of foreseen / came lies within, or outside, {allowed}. Leans: neither, but it "
                "leaves out 1.",
                days=span(check.days),
                allowed=words.number_between(*LEVEL_BAND, 2),
            )
        ),
        words=(5,),
    )


def _outcome(group: CheckedGroup, check: GroupCheck) -> str:
    if group.outcome == "open" and group in check.leaning:
        return _OUTCOME["low" if group.ratio.number < 1 else "high"]
    return _OUTCOME[group.outcome]


def _each(estimate: Estimate) -> Cell:
    if estimate.value is None:
        return _NONE
    small = words.number_between(*estimate.ends, 2) if estimate.has_interval else ""
    return Cell(words.number(estimate.number, 2), small)


def _ratio_cell(ratio: Estimate) -> Cell:
    if ratio.value is None:
        return _NONE if ratio.low is None else Cell(tr("none came"), tr("at least {n}", n=words.number(ratio.low, 2)))
    if not ratio.has_interval:
        return Cell(words.number(ratio.number, 2))
    digits = enough_digits((ratio.number, *ratio.ends), LEVEL_BAND)
    return Cell(words.number(ratio.number, digits), words.number_between(*ratio.ends, digits))


def _lacks(check: GroupCheck) -> str:
    if check.shown and check.missing in ("", "fit"):
        return ""
    return tr("So there is nothing to draw {by_group}.", by_group=_within(check))


def _grows(check: GroupCheck) -> int:
    return _ROW * len(check.shown)


def _grows_narrow(check: GroupCheck) -> int:
    return _ROW_NARROW * len(check.shown)


def _plot(name: str) -> Plot[GroupCheck]:
    return Plot(
        name, _draw, _caption, partial(_numbers, name), (680, _FOOT + _HEAD), (358, 2 * (_FOOT + _HEAD)), _lacks,
        _grows, _grows_narrow,
    )  # fmt: skip


holdout_by_silence = _plot("holdout_by_silence")
holdout_by_segment = _plot("holdout_by_segment")
holdout_by_cluster = _plot("holdout_by_cluster")
