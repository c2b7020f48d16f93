"""The plot of what each segment did in the hold-out window."""

from collections.abc import Callable

from matplotlib.axes import Axes

from cxlab import words
from cxlab.blocks import SEGMENTS, Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.plots.words_of_segments import (
    NONE,
    in_a_sentence,
    is_shown,
    money_cell,
    number_cell,
    room_for_names,
    share_cell,
    size_in_words,
)
from cxlab.segments import SegmentProfile


def _draw_next(profile: SegmentProfile, ax: Axes) -> None:
    narrow = is_narrow(ax)
    left, right = panels(ax, 2, 1, gap_y=0.42) if narrow else panels(ax, 1, 2, gap_x=0.14)
    currency = profile.segments.currency
    _bars(profile, left, [row.holdout_purchases for row in profile.rows], lambda v: words.number(v, 2), names=True)
    _bars(
        profile,
        right,
        [row.holdout_contribution for row in profile.rows],
        lambda v: words.money(v, currency),
        names=narrow,
    )
    for axes, title in ((left, tr("Purchases per customer")), (right, tr("Contribution per customer"))):
        axes.text(0, 1.04, title, transform=axes.transAxes, ha="left", va="bottom", size=12, weight=700)
    fit(ax, room_for_names(0.30) if narrow else 0.19, 0.03 if narrow else 0.04, 0.99, 0.94 if narrow else 0.89)


ABOUT_AS_OFTEN = 1.05  # times below which no segment is said to buy more often than another


def _bars(
    profile: SegmentProfile, ax: Axes, values: list[Estimate], written: Callable[[float], str], *, names: bool
) -> None:
    known = [e for e in values if e.value is not None]
    top = max([e.number if e.high is None else e.high for e in known], default=0.0)
    bottom = min([e.number if e.low is None else e.low for e in known], default=0.0)
    top, bottom = max(top, 0.0), min(bottom, 0.0)
    span = (top - bottom) or 1.0
    for k, (name, estimate) in enumerate(zip(SEGMENTS, values, strict=True)):
        token = SEGMENT_TOKEN[name]
        if names:
            ax.text(
                -0.03, k, SEGMENT_NAME[name], ha="right", va="center", weight=700, size=12,
                color=COLOUR[f"{token}-ink"], transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        if estimate.value is None or not is_shown(profile, k):
            ax.text(0, k, size_in_words(profile, k), ha="left", va="center", size=12, color=COLOUR["muted"])
            continue
        ax.barh(k, estimate.number, height=0.46, color=COLOUR[token], lw=0, zorder=2)
        if estimate.low is not None and estimate.high is not None:
            reach = [estimate.low, estimate.high]
            ax.plot(reach, [k + 0.35] * 2, color=COLOUR["ink"], lw=1.6, solid_capstyle="butt", zorder=4)
            for end in reach:
                ax.plot([end] * 2, [k + 0.28, k + 0.42], color=COLOUR["ink"], lw=1.6, zorder=4)
        end = max(estimate.number if estimate.high is None else estimate.high, 0.0)
        ax.text(
            end + 0.02 * span, k + 0.08, written(estimate.number), ha="left", va="center",
            size=12, weight=700,
        )  # fmt: skip
    ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=3)
    ax.set(
        ylim=(3.6, -0.5), xlim=(bottom - (0.02 * span if bottom < 0 else 0), top + 0.24 * span), xticks=[], yticks=[]
    )
    ax.spines["bottom"].set_visible(False)


def _caption_of_next(profile: SegmentProfile) -> Caption:
    shown = [
        (k, row)
        for k, row in enumerate(profile.rows)
        if is_shown(profile, k) and row.holdout_purchases.value is not None
    ]
    title = tr("What each segment bought in the {days} days after", days=profile.holdout_days)
    if len(shown) > 1:
        most = max(shown, key=lambda pair: pair[1].holdout_purchases.number)[1]
        least = min(shown, key=lambda pair: pair[1].holdout_purchases.number)[1]
        if least.holdout_purchases.number > 0:
            times = most.holdout_purchases.number / least.holdout_purchases.number
            title = tr(
                "{most} went on to buy {times} times as often as {least}",
                most=SEGMENT_NAME[most.segment],
                times=words.number(times, 1 if times < 10 else 0),
                least=in_a_sentence(least.segment),
            )
            if times < ABOUT_AS_OFTEN:
                title = tr(
                    "All segments went on to buy about equally often in the {days} days after",
                    days=profile.holdout_days,
                )
    currency = profile.segments.currency
    listed = "; ".join(
        tr(
            "{segment} {purchases} and {money}",
            segment=SEGMENT_NAME[row.segment].lower(),
            purchases=words.number(row.holdout_purchases.number, 2),
            money=words.money(row.holdout_contribution.number, currency),
        )
        for _, row in shown
    )
    return Caption(
        title,
        tr(
            "Purchases and contribution per customer of the segment in the {days} days after the segments were drawn; "
            "{customers}. Whiskers: 95% interval.",
            days=profile.holdout_days,
            customers=words.count(profile.n, "customer"),
        ),
        tr(
            "Bars of purchases and contribution per customer by segment: {listed}. {title}.", listed=listed, title=title
        ),
        tr("Several orders on one day count once."),
    )


def _numbers_of_next(profile: SegmentProfile) -> Table:
    currency = profile.segments.currency
    rows = []
    for k, row in enumerate(profile.rows):
        cells = [
            Cell(SEGMENT_NAME[row.segment], segment=row.segment),
            Cell(profile.sizes.written(k)),
        ]
        if is_shown(profile, k):
            cells += [
                share_cell(row.bought_again),
                number_cell(row.holdout_purchases),
                money_cell(row.holdout_contribution, currency),
            ]
        else:
            cells += [NONE] * 3
        rows.append(tuple(cells))
    return Table(
        "segment_outcomes",
        tr("What each segment did in the {days} days after", days=profile.holdout_days),
        (tr("Segment"), tr("Customers"), tr("Bought again"), tr("Purchases each"), tr("Contribution each")),
        tuple(rows),
        tr("Small figures are 95% intervals."),
    )


segment_outcomes = Plot("segment_outcomes", _draw_next, _caption_of_next, _numbers_of_next, (680, 230), (358, 400))
