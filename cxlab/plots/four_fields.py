"""The plot of the four fields: right is active, up is profitable, and no dot is a person."""

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxlab import words
from cxlab.blocks import SEGMENTS, Caption, Cell, Table
from cxlab.language import Texts, tr, trn
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.plots.crowd import groups_of_neighbours
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.plots.words_of_segments import NONE, is_shown, share_cell, size_in_words
from cxlab.segments import SegmentProfile

Array = NDArray[np.float64]
_RIGHT, _TOP = ("profit_bringers", "candidates"), ("profit_bringers", "misunderstood")
_AXIS = Texts(
    {
        "recency": "Days since the last order",
        "cadence": "Days since the last order, as a multiple of the days allowed",
        "p_alive": "Probability of still being a customer",
    }
)
_LINES_OF_WORDS, _ROW, _UNDER = 3, 17, 46  # of a field's words; their height and that of the axis below, in pixels
_ROUND_DAYS = (0, 7, 14, 30, 60, 90, 120, 180, 240, 300, 365, 540, 730, 1095, 1460, 1825, 2555, 3650)


def _place_activity(profile: SegmentProfile, values: Array) -> Array:
    """Where a measure of activity stands from left (0, passive) to right (1, active); the line stands in the middle."""
    segments = profile.segments
    if segments.activity == "p_alive":
        return values
    most = float(segments.score.max())
    if not 0 < segments.line < most:
        return np.asarray(1 - values / max(most, segments.line, 1.0) / 2, float)
    bend = np.clip(np.log(0.5) / np.log(segments.line / most), 0.1, 3.0)
    return np.asarray(1 - np.clip(values / most, 0, 1) ** bend, float)


def _depth(amount: Array) -> Array:
    """Place amounts on a log scale that passes through zero, for contributions of either sign."""
    return np.asarray(np.sign(amount) * np.log10(1 + np.abs(amount)), float)


def _amount(depth: float) -> float:
    """Undo `_depth`."""
    return float(np.sign(depth) * (10 ** abs(depth) - 1))


def _marks(low: float, high: float) -> Array:
    """Round amounts between two, 1 and 3 of each power of ten, thinned to at most seven."""
    powers = np.array([m * 10.0**p for p in range(10) for m in (1, 3)])
    marks = np.concatenate([-powers[::-1], [0.0], powers])
    marks = marks[(marks >= low) & (marks <= high)]
    return marks[:: max(1, -(-len(marks) // 7))]


def _draw_map(profile: SegmentProfile, ax: Axes) -> None:
    segments, narrow = profile.segments, is_narrow(ax)
    height = ax.figure.get_figure(root=True).get_size_inches()[1] * 72
    across = _place_activity(profile, segments.score.to_numpy(float))
    up = _depth(segments.contribution.to_numpy(float))
    spread = float(np.ptp(up)) or 1.0
    dots = {}
    for name in SEGMENTS:
        mine = (segments.labels == name).to_numpy()
        groups = groups_of_neighbours(across[mine], up[mine] / spread, at_least=profile.minimum_group, n_all=profile.n)
        dots[name] = groups * (1, spread, 1)
    threshold = float(_depth(np.array([segments.threshold]))[0])
    heights = np.concatenate([[threshold], *(groups[:, 1] for groups in dots.values())])
    low, high = float(heights.min()), float(heights.max())
    pad = 0.06 * max(high - low, 0.3)
    low, high = low - pad, high + pad
    inside = height - _UNDER - 2 * (_LINES_OF_WORDS + 0.4) * _ROW
    row = _ROW * (high - low) / inside  # height of a line of words
    ends = (low - (_LINES_OF_WORDS + 0.4) * row, high + (_LINES_OF_WORDS + 0.4) * row)
    ax.set(xlim=(-0.01, 1.01), ylim=ends)
    for name, groups in dots.items():
        sns.scatterplot(
            x=groups[:, 0], y=groups[:, 1], s=17 if narrow else 30, color=COLOUR[SEGMENT_TOKEN[name]],
            linewidth=0.5, edgecolor=COLOUR["paper"], zorder=3, ax=ax,
        )  # fmt: skip
    line = float(_place_activity(profile, np.array([segments.line]))[0])
    ax.axvline(line, color=COLOUR["ink"], lw=1.2, zorder=2)
    ax.axhline(threshold, color=COLOUR["ink"], lw=1.2, zorder=2)
    for k, name in enumerate(SEGMENTS):
        right, top = name in _RIGHT, name in _TOP
        share = profile.rows[k].contribution_share
        said = [(SEGMENT_NAME[name], 700, COLOUR[f"{SEGMENT_TOKEN[name]}-ink"])]
        said.append((size_in_words(profile, k), 400, COLOUR["ink"]))
        if share.value is not None and is_shown(profile, k):
            said.append((tr("{share} of contribution", share=words.percent(share.number)), 400, COLOUR["ink"]))
        first = ends[1] if top else ends[0] + len(said) * row
        for step, (text, weight, colour) in enumerate(said):
            ax.text(
                1.0 if right else 0.0, first - step * row, text, ha="right" if right else "left", va="top",
                weight=weight, size=12 if narrow or step else 14, color=colour, zorder=5,
            )  # fmt: skip
    label = _AXIS[segments.activity]
    ticks = _activity_ticks(profile, narrow=narrow)
    ax.set_xticks(_place_activity(profile, ticks).tolist(), [_written(v, segments.activity) for v in ticks.tolist()])
    marks = _marks(_amount(low), _amount(high))
    money = [words.money(v, segments.currency, 0).replace("\u00a0", " ") for v in marks]
    ax.set_yticks(_depth(marks).tolist(), money)
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel(
        tr("{label} (right: active)", label=label) if not narrow or len(label) < 30 else tr("Activity (right: active)"),
        labelpad=6,
    )
    widest = max((len(text) for text in money), default=1)
    fit(ax, (10 + 7.4 * widest) / (358 if narrow else 680), _UNDER / height, 0.995, 0.995)


def _written(value: float, activity: str) -> str:
    """Write a value on the scale of activity."""
    if activity == "p_alive":
        return words.percent(value)
    return f"{value:.0f}" if activity == "recency" else words.number(value, 0 if value.is_integer() else 1)


def _activity_ticks(profile: SegmentProfile, *, narrow: bool) -> Array:
    """Mark the measure of activity: the line, the ends, and round ones between that do not crowd."""
    segments = profile.segments
    if segments.activity == "p_alive":
        return np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    most = float(segments.score.max())
    rounds = np.array(_ROUND_DAYS if segments.activity == "recency" else (0, 0.1, 0.5, 2, 5, 10, 20), dtype=float)
    kept = [segments.line]
    for mark in [*rounds[rounds <= most]]:
        places = _place_activity(profile, np.array([*kept, mark]))
        if np.abs(places[:-1] - places[-1]).min() > (0.22 if narrow else 0.12):
            kept.append(float(mark))
    return np.unique(kept)


def _caption_of_map(profile: SegmentProfile) -> Caption:
    segments = profile.segments
    parted = tr("the days allowed")
    if segments.activity == "recency":
        days = round(segments.line)
        parted = trn("{n} day since the last order", "{n} days since the last order", days, n=words.number(days))
    elif segments.activity == "p_alive":
        parted = tr("an even chance of being a customer")
    everybody = words.count(profile.n, "customer")
    alt = tr(
        "Map of {everybody} by activity and contribution on a log scale, parted at {line} and {amount}. Share of "
        "customers and of contribution: {listed}.",
        everybody=everybody,
        line=parted,
        amount=words.money(segments.threshold, segments.currency),
        listed="; ".join(_listed(profile, k) for k in range(len(profile.rows))),
    )
    note = tr("Each dot stands at the mean of its group.")
    if profile.minimum_group > 1:
        note = tr("No dot is a single person: each stands at the mean of its group.")
    if segments.activity != "p_alive":
        note += f" {tr('The scale of activity is stretched so that its line stands in the middle.')}"
    subtitle = tr(
        "Contribution so far (log scale through zero) by activity. Each dot is a group of {least} or more neighbours; "
        "{everybody} in all.",
        least=profile.minimum_group,
        everybody=everybody,
    )
    return Caption(_title_of_map(profile), subtitle, alt, note)


def _title_of_map(profile: SegmentProfile) -> str:
    k, largest = max(enumerate(profile.rows), key=lambda pair: pair[1].customers)
    name, size = SEGMENT_NAME[largest.segment], size_in_words(profile, k)
    if not is_shown(profile, k) or largest.contribution_share.value is None:
        return tr("{segment} is the largest field: {size}", segment=name, size=size)
    return tr(
        "{segment} is the largest field: {size} and {share} of the contribution so far",
        segment=name,
        size=size,
        share=words.percent(largest.contribution_share.number),
    )


def _listed(profile: SegmentProfile, k: int) -> str:
    row = profile.rows[k]
    name, size = SEGMENT_NAME[row.segment].lower(), size_in_words(profile, k, of_whom=False)
    if row.contribution_share.value is None or not is_shown(profile, k):
        return f"{name} {size}"
    return tr(
        "{segment} {size} and {share}",
        segment=name,
        size=size,
        share=words.percent(row.contribution_share.number),
    )


def _numbers_of_map(profile: SegmentProfile) -> Table:
    rows = tuple(
        (
            Cell(SEGMENT_NAME[row.segment], segment=row.segment),
            Cell(profile.sizes.written(k)),
            share_cell(profile.size(row.segment)) if is_shown(profile, k) else NONE,
            share_cell(row.contribution_share) if is_shown(profile, k) else NONE,
        )
        for k, row in enumerate(profile.rows)
    )
    return Table(
        "four_field_map",
        tr("Customers and contribution by segment"),
        (tr("Segment"), tr("Customers"), tr("Share"), tr("Contribution so far")),
        rows,
        tr("Small figures are 95% intervals."),
    )


four_field_map = Plot("four_field_map", _draw_map, _caption_of_map, _numbers_of_map, (680, 440), (358, 420))
