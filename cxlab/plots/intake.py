"""Orders over time, with the end of calibration and the gaps; and the days between the orders of a customer."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxlab.blocks import Caption, Cell, Table
from cxlab.intake import OrderCalendar, PurchaseCycle
from cxlab.intake.cycle import TYPICAL_SHARE, whole_days
from cxlab.intake.hiding import why_hidden, withheld, written_counts, written_steps
from cxlab.language import Texts, tr, trn
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import count, day, number, percent, percent_of, short

_UP_TO = 0.88
"""Share of the height that lines and shaded gaps take: below the words at the top."""
_NAME = 62
"""Pixels that the name of a month takes."""
_BY = Texts({"week": "Orders by week", "month": "Orders by month"})
_BARS = Texts({"week": "Bars of orders by week", "month": "Bars of orders by month"})
_INCOMPLETE = Texts({"week": "* An incomplete week.", "month": "* An incomplete month."})
_MUTED: dict[str, Any] = {"va": "center", "color": COLOUR["muted"]}


def _lacks(calendar: OrderCalendar) -> str:
    return "" if calendar.calibration_end else tr("Without orders there is nothing to draw.")


def _draw(calendar: OrderCalendar, ax: Axes) -> None:
    table = calendar.table
    assert calendar.calibration_end is not None
    orders, new = table["orders"].to_numpy(float), table["new_customers"].to_numpy(float)
    whole = table["complete"].to_numpy(bool)
    at = range(len(table))
    for height, token in ((orders, "other"), (new, "ink")):
        sns.barplot(
            x=np.arange(len(height)), y=height, native_scale=True, errorbar=None, width=0.7, color=COLOUR[token],
            saturation=1, lw=0, zorder=2, ax=ax,
        )  # fmt: skip
    for i in [i for i in at if not whole[i]]:
        ax.text(i, orders[i], "*", ha="center", va="bottom", size=13, color=COLOUR["muted"])
    top = max(float(orders.max()), 1.0)
    starts = [pd.Timestamp(start).date() for start in table["period"]]
    line = _where(calendar.calibration_end, starts)
    for gap in calendar.gaps.found:
        ax.axvspan(
            _where(gap.start - dt.timedelta(days=1), starts), _where(gap.end, starts), ymax=_UP_TO, fc=COLOUR["seq2"],
            ec=COLOUR["muted"], lw=1, zorder=1,
        )  # fmt: skip
    ax.axvline(line, ymax=_UP_TO, color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=4)
    ends = (-0.9, len(table) - 0.4)
    room, apart = (share * (ends[1] - ends[0]) for share in ((0.19, 0.016) if is_narrow(ax) else (0.095, 0.008)))
    between = min(max(line, ends[0] + room), ends[1] - room)
    ax.text(between - apart, top * 1.13, tr("known"), ha="right", **_MUTED)
    ax.text(between + apart, top * 1.13, tr("hold-out"), ha="left", **_MUTED)
    ax.set(xlim=ends, ylim=(0, top * 1.2))
    every = max(1, -(-len(table) // (4 if is_narrow(ax) else 8)))
    ticks = [i for i in at if i % every == 0]
    bar = 0.9 * (358 if is_narrow(ax) else 680) / (ends[1] - ends[0])  # pixels from one bar to the next
    runs_off = (ends[1] - ticks[-1]) * bar < _NAME / 2
    if runs_off and every * bar < 1.6 * _NAME:
        ticks, runs_off = ticks[:-1], False
    ax.set_xticks(ticks, [short(table["period"].iloc[i], day=calendar.period != "month") for i in ticks])
    if runs_off:
        ax.get_xticklabels()[-1].set_horizontalalignment("right")
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.tick_params(axis="x", pad=9)  # below the 0 of the other axis, which stands beside the first name
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    fit(ax, 0.13 if is_narrow(ax) else 0.075, 0.125, 0.99, 0.98)


def _where(cut: dt.date, starts: list[dt.date]) -> float:
    """Return where on the axis of periods the day `cut` ends: bar i reaches from i - 0.5 to i + 0.5."""
    i = max(0, sum(start <= cut for start in starts) - 1)
    length = (starts[i] - starts[i - 1]).days if i + 1 == len(starts) else (starts[i + 1] - starts[i]).days
    return i - 0.5 + min(1.0, ((cut - starts[i]).days + 1) / max(1, abs(length)))


def _caption(calendar: OrderCalendar) -> Caption:
    assert calendar.calibration_end is not None
    table, period = calendar.table, calendar.period
    orders, new = table["orders"].to_numpy(np.int64), table["new_customers"].to_numpy(np.int64)
    starts = [pd.Timestamp(start).date() for start in table["period"]]
    n, n_new, most = int(orders.sum()), int(new.sum()), int(orders.argmax())
    last_new = max(start for start, k in zip(starts, new, strict=True) if k > 0)
    if last_new.replace(day=28) < calendar.calibration_end and starts[-1] > last_new:
        title = tr("No new customer came after {name}: the rest are repeat orders", name=calendar.name(last_new))
    elif n_new < n:
        title = tr(
            "{share} of the orders are first orders, the rest come from customers known before",
            share=percent_of(n_new, n),
        )
    else:
        title = tr("Every order is a first order: nobody came back")
    unfinished, last = ("" if bool(table["complete"].iloc[i]) else tr(" (incomplete)") for i in (most, -1))
    n_gaps, partial = len(calendar.gaps.found), _starred(calendar)
    gaps = tr(" Few orders or none: {spans}.", spans=calendar.gaps.spans(2)) if n_gaps else ""
    if n_gaps:
        shaded = trn(
            "Shaded: the gap in the calendar ({spans}).", "Shaded: {n} gaps in the calendar ({spans}).", n_gaps,
            n=number(n_gaps), spans=calendar.gaps.spans(),
        )  # fmt: skip
        partial = f"{shaded} {partial}"
    return Caption(
        title=title,
        subtitle=tr(
            "{what}; strong, below: first orders of new customers. {orders} in all.",
            what=_BY[period], orders=count(n, "order"),
        ),
        alt=tr(
            "{what}, {first} to {last}. Most in {most}: {orders}{unfinished}; in the last: {orders_last}{last_one}. "
            "First orders: {n_new} of {n} ({share}). Known up to {calibration_end}, hold-out after it.{gaps}",
            what=_BARS[period], first=calendar.name(starts[0]), last=calendar.name(starts[-1]),
            most=calendar.name(starts[most]), orders=number(orders[most]), unfinished=unfinished,
            orders_last=number(orders[-1]), last_one=last, n_new=number(n_new), n=number(n),
            share=percent_of(n_new, n), calibration_end=day(calendar.calibration_end), gaps=gaps,
        ),
        note=" ".join(
            (tr("Left of the dashed line lies what the reports may know, right of it what checks them."), partial)
        ).strip(),
    )  # fmt: skip


def _starred(calendar: OrderCalendar) -> str:
    """Say what a star stands for, where there is one."""
    return "" if bool(calendar.table["complete"].all()) else _INCOMPLETE[calendar.period]


def _numbers(calendar: OrderCalendar) -> Table:
    table = calendar.table
    new = written_counts(table["new_customers"].tolist(), calendar.minimum_group)
    columns = (table[name] for name in ("period", "orders", "complete"))
    rows = tuple(
        (Cell(f"{_row_name(calendar, start)}{'' if whole else ' *'}"), Cell(number(orders)), Cell(first))
        for start, orders, whole, first in zip(*columns, new, strict=True)
    )
    hidden = why_hidden(calendar.minimum_group) if withheld() in new else ""
    heads = (
        tr("Month") if calendar.period == "month" else tr("Week from"), tr("Orders"), tr("First orders"),
    )  # fmt: skip
    note = " ".join(part for part in (_starred(calendar), hidden) if part)
    return Table("calendar", _BY[calendar.period], heads, rows, note=note)


def _row_name(calendar: OrderCalendar, start: pd.Timestamp) -> str:
    return calendar.name(start.date()) if calendar.period == "month" else day(start.date())


orders_over_time: Plot[OrderCalendar] = Plot(
    "calendar", _draw, _caption, _numbers, lacks=_lacks, wide=(680, 260), narrow=(358, 240)
)


def _few_gaps(cycle: PurchaseCycle) -> str:
    if cycle.calibration_end is None:
        return tr("Without orders there is nothing to draw.")
    return "" if cycle.n_gaps >= cycle.minimum_group else tr("Too few customers came back to draw how long that took.")


def _draw_cycle(cycle: PurchaseCycle, ax: Axes) -> None:
    narrow = is_narrow(ax)
    days, share = cycle.table["days"].to_numpy(float), cycle.table["share"].to_numpy(float)
    median, typical, last = cycle.median_days, cycle.typical_days, cycle.quantile(_SHOWN_UP_TO)
    assert median is not None and typical is not None and last is not None
    end = 1.06 * max(min(last, 4 * typical), 1.25 * typical, min(cycle.holdout_days, 5 * typical))
    ax.step([0, *days, max(end, days[-1])], [0, *share, 1], where="post", color=COLOUR["ink"], lw=2, zorder=3)
    left, right_end = 0.14 if narrow else 0.075, 0.98
    letter = 7.2 / ((right_end - left) * (358 if narrow else 680)) * end  # days that a bold letter takes
    breaks = []
    for at, height, said in ((median, 0.5, tr("half")), (typical, TYPICAL_SHARE, tr("four in five"))):
        ax.plot([at], [height], "o", ms=7, color=COLOUR["ink"], zorder=4)
        words = f"{said}: {whole_days(at)}" if narrow else tr("{said} within {days}", said=said, days=whole_days(at))
        below = at < end / 2 or at + letter * len(words) < 0.98 * end  # right of the curve and under it, else above it
        where, side = (at + 0.02 * end, 1) if below else (at - 0.02 * end, -1)
        ax.text(
            where, height - 0.03 * side, words, ha="left" if below else "right", va="top" if below else "bottom",
            weight=700, size=12, zorder=5,
        )  # fmt: skip
        ends = sorted((where - letter * side, where + 1.2 * letter * len(words) * side))  # in any font
        if ends[0] <= cycle.holdout_days <= ends[1]:
            breaks.append(sorted((height - 0.015 * side, height - 0.115 * side)))
    if cycle.holdout_days <= end:
        for low, high in zip((0.0, *(b[1] for b in breaks)), (*(b[0] for b in breaks), 1.02), strict=True):
            ax.plot([cycle.holdout_days] * 2, [low, high], color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=2)
    right = cycle.holdout_days > 0.5 * end
    text = tr("hold-out: {days}", days=count(cycle.holdout_days, "day"))
    beyond = cycle.holdout_days > end
    where = end if beyond else cycle.holdout_days + (-0.012 if right else 0.012) * end
    ax.text(
        where, 1.09, f"{text} →" if beyond else text, ha="right" if right else "left", va="center",
        color=COLOUR["muted"],
    )  # fmt: skip
    ax.set(xlim=(0, end), ylim=(0, 1.14), yticks=[0, 0.5, 1])
    ax.set_xlabel(tr("Days since the order before"), labelpad=4)
    ax.tick_params(axis="x", pad=8)
    ax.yaxis.set_major_formatter(lambda value, _: percent(value))
    ax.xaxis.set_major_formatter(lambda value, _: number(value))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4 if narrow else 8, integer=True))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    fit(ax, left, 0.2, right_end, 0.99)


def _caption_of_cycle(cycle: PurchaseCycle) -> Caption:
    assert cycle.calibration_end is not None and cycle.median_days is not None and cycle.typical_days is not None
    holdout, over = count(cycle.holdout_days, "day"), ""
    if _steps(cycle)[cycle.holdout_days][1]:
        over = tr("; {share} of the gaps are no longer", share=percent_of(cycle.over_by_then, 1))
    until = day(cycle.calibration_end)
    return Caption(
        title=(
            tr(
                "Four in five who came back did so within {days}; the hold-out window has {holdout}",
                days=whole_days(cycle.typical_days),
                holdout=holdout,
            )
        ),
        subtitle=(
            tr(
                "Share of the gaps between two days with an order of the same customer that last up to "
                "so many days; {gaps} up to {until}.",
                gaps=count(cycle.n_gaps, "gap"),
                until=until,
            )
        ),
        alt=(
            tr(
                "Rising curve of the share of gaps between orders by their length in days. Half last up "
                "to {median}, four in five up to {typical}. The hold-out window has {holdout}{over}.",
                median=whole_days(cycle.median_days),
                typical=whole_days(cycle.typical_days),
                holdout=holdout,
                over=over,
            )
        ),
        note=tr("Only gaps that had ended by {until} are counted, so the longest ones are missing.", until=until),
    )


def _numbers_of_cycle(cycle: PurchaseCycle) -> Table:
    steps = _steps(cycle)
    lengths = (*((count(n, "day"), n) for n in _LENGTHS), (tr("Length of the hold-out"), cycle.holdout_days))
    rows = tuple((Cell(name), Cell(steps[upto][0]), Cell(steps[upto][1] or "–")) for name, upto in lengths)
    columns = (tr("Gap of up to"), tr("Gaps"), tr("Share of all"))
    hidden = any(said == withheld() for said, _ in steps.values())
    note = tr("Hidden: what differs from another row by under {n} gaps.", n=cycle.minimum_group) if hidden else ""
    return Table("cycle", tr("Gaps between orders, by their length"), columns, rows, note=note)


def _steps(cycle: PurchaseCycle) -> dict[int, tuple[str, str]]:
    """Write how many of the gaps are up to so many days long, and their share; empty where the count is hidden."""
    lengths = sorted({*_LENGTHS, cycle.holdout_days})
    counts = [int(cycle.table.loc[cycle.table["days"] <= upto, "gaps"].sum()) for upto in lengths]
    written = written_steps(counts, cycle.n_gaps, cycle.minimum_group)
    return {
        upto: (said, percent_of(n, cycle.n_gaps) if said == number(n) else "")
        for upto, n, said in zip(lengths, counts, written, strict=True)
    }


_SHOWN_UP_TO = 0.97
"""The axis reaches so far into the gaps: the last few can be very long."""
_LENGTHS = (7, 30, 90, 180, 365)
purchase_cycle: Plot[PurchaseCycle] = Plot(
    "cycle", _draw_cycle, _caption_of_cycle, _numbers_of_cycle, lacks=_few_gaps, wide=(680, 270), narrow=(358, 270)
)
