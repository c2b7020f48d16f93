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
from cxlab.intake.cycle import TYPICAL_SHARE
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import count, day, few, number, percent
from cxlab.words import days as written

_MUTED: dict[str, Any] = {"va": "center", "color": COLOUR["muted"]}


def _lacks(calendar: OrderCalendar) -> str:
    return "" if calendar.calibration_end else "Without orders there is nothing to draw."


def _draw(calendar: OrderCalendar, ax: Axes) -> None:
    table = calendar.table
    assert calendar.calibration_end is not None
    orders, new = table["orders"].to_numpy(float), table["new_customers"].to_numpy(float)
    whole = table["complete"].to_numpy(bool)
    at = range(len(table))
    for height, token, alpha in ((orders, "other", 0.55), (new, "ink", 1.0)):
        sns.barplot(
            x=np.arange(len(height)), y=height, native_scale=True, errorbar=None, width=0.7, color=COLOUR[token],
            saturation=1, alpha=alpha, lw=0, zorder=2, ax=ax,
        )  # fmt: skip
    for i in [i for i in at if not whole[i]]:
        ax.text(i, orders[i], "*", ha="center", va="bottom", size=13, color=COLOUR["muted"])
    top = max(float(orders.max()), 1.0)
    starts = [pd.Timestamp(start).date() for start in table["period"]]
    line = _where(calendar.calibration_end, starts)
    for gap in calendar.gaps.found:
        ax.axvspan(
            _where(gap.start - dt.timedelta(days=1), starts), _where(gap.end, starts), ymax=0.9, color=COLOUR["seq2"],
            lw=0, zorder=1,
        )  # fmt: skip
    ax.axvline(line, ymax=0.94, color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=4)
    ends = (-0.9, len(table) - 0.4)
    room, apart = (share * (ends[1] - ends[0]) for share in ((0.19, 0.016) if is_narrow(ax) else (0.095, 0.008)))
    between = min(max(line, ends[0] + room), ends[1] - room)
    ax.text(between - apart, top * 1.13, "known", ha="right", **_MUTED)
    ax.text(between + apart, top * 1.13, "hold-out", ha="left", **_MUTED)
    ax.set(xlim=ends, ylim=(0, top * 1.2))
    every = max(1, -(-len(table) // (4 if is_narrow(ax) else 8)))
    ticks = [i for i in at if i % every == 0]
    form = "%b %Y" if calendar.period == "month" else "%-d %b"
    ax.set_xticks(ticks, [f"{table['period'].iloc[i]:{form}}" for i in ticks])
    if len(table) - 1 - ticks[-1] < every / 3:  # else the last name would run off the figure
        ax.get_xticklabels()[-1].set_horizontalalignment("right")
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    fit(ax, 0.13 if is_narrow(ax) else 0.075, 0.11, 0.99, 0.98)


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
        title = f"No new customer came after the {period} of {day(last_new)}: the rest are repeat orders"
        if period == "month":
            title = f"No new customer came after {last_new:%B %Y}: the rest are repeat orders"
    elif n_new < n:
        title = f"{percent(n_new / n)} of the orders are first orders, the rest come from customers known before"
    else:
        title = "Every order is a first order: nobody came back"
    partial = "" if bool(table["complete"].all()) else f" * An incomplete {period}."
    if calendar.gaps.found:
        partial = f" Shaded: {count(len(calendar.gaps.found), 'gap')}.{partial}"
    return Caption(
        title=title,
        subtitle=f"Orders by {period}; strong, below: first orders of new customers. {count(n, 'order')} in all.",
        alt=(
            f"Bars of orders by {period} from {day(starts[0])} on. Most in the {period} from {day(starts[most])}: "
            f"{number(orders[most])}; in the last: {number(orders[-1])}. First orders: {number(n_new)} of {number(n)}."
        ),
        note=f"Left of the dashed line lies what the reports may know, right of it what checks them.{partial}",
    )


def _numbers(calendar: OrderCalendar) -> Table:
    table = calendar.table
    rows = tuple(
        (Cell(day(pd.Timestamp(start).date())), Cell(number(orders)), Cell(few(int(new), calendar.minimum_group)))
        for start, orders, new in zip(table["period"], table["orders"], table["new_customers"], strict=True)
    )
    columns = (f"{calendar.period.title()} from", "Orders", "First orders")
    return Table("calendar", f"Orders by {calendar.period}", columns, rows)


orders_over_time: Plot[OrderCalendar] = Plot(
    "calendar", _draw, _caption, _numbers, lacks=_lacks, wide=(680, 260), narrow=(358, 240)
)


def _few_gaps(cycle: PurchaseCycle) -> str:
    if cycle.calibration_end is None:
        return "Without orders there is nothing to draw."
    return "" if cycle.n_gaps >= cycle.minimum_group else "Too few customers came back to draw how long that took."


def _draw_cycle(cycle: PurchaseCycle, ax: Axes) -> None:
    narrow = is_narrow(ax)
    days, share = cycle.table["days"].to_numpy(float), cycle.table["share"].to_numpy(float)
    median, typical, last = cycle.median_days, cycle.typical_days, cycle.quantile(_SHOWN_UP_TO)
    assert median is not None and typical is not None and last is not None
    end = 1.06 * max(min(last, 4 * typical), 1.25 * typical, min(cycle.holdout_days, 5 * typical))
    ax.step([0, *days, max(end, days[-1])], [0, *share, 1], where="post", color=COLOUR["ink"], lw=2, zorder=3)
    for at, height, said in ((median, 0.5, "half"), (typical, TYPICAL_SHARE, "four in five")):
        ax.plot([at], [height], "o", ms=7, color=COLOUR["ink"], zorder=4)
        ax.text(
            at + 0.02 * end, height - 0.03, f"{said} within {written(at)}", ha="left", va="top", weight=700, size=12,
            bbox=BEHIND, zorder=5,
        )  # fmt: skip
    if cycle.holdout_days <= end:
        ax.axvline(cycle.holdout_days, ymax=0.9, color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=2)
    right = cycle.holdout_days > 0.5 * end
    text = f"hold-out: {count(cycle.holdout_days, 'day')}"
    beyond = cycle.holdout_days > end
    where = end if beyond else cycle.holdout_days + (-0.012 if right else 0.012) * end
    ax.text(
        where, 1.09, f"{text} →" if beyond else text, ha="right" if right else "left", va="center",
        color=COLOUR["muted"],
    )  # fmt: skip
    ax.set(xlim=(0, end), ylim=(0, 1.14), yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("Days since the order before", labelpad=6)
    ax.yaxis.set_major_formatter(lambda value, _: percent(value))
    ax.xaxis.set_major_formatter(lambda value, _: number(value))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4 if narrow else 8, integer=True))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    fit(ax, 0.14 if narrow else 0.075, 0.19, 0.98, 0.99)


def _caption_of_cycle(cycle: PurchaseCycle) -> Caption:
    assert cycle.calibration_end is not None and cycle.median_days is not None and cycle.typical_days is not None
    over, holdout = percent(cycle.over_by_then), count(cycle.holdout_days, "day")
    until = day(cycle.calibration_end)
    return Caption(
        title=(
            f"Four in five who came back did so within {written(cycle.typical_days)}; the hold-out window has {holdout}"
        ),
        subtitle=(
            "Share of the gaps between two days with an order of the same customer that last up to so many days; "
            f"{count(cycle.n_gaps, 'gap')} up to {until}."
        ),
        alt=(
            f"Rising curve of the share of gaps between orders by their length in days. Half last up to "
            f"{written(cycle.median_days)}, four in five up to {written(cycle.typical_days)}. The hold-out window has "
            f"{holdout}; {over} of the gaps are no longer."
        ),
        note=f"Only gaps that had ended by {until} are counted, so the longest ones are missing.",
    )


def _numbers_of_cycle(cycle: PurchaseCycle) -> Table:
    days = cycle.table["days"].to_numpy(np.int64)
    rows = tuple(
        (Cell(name), Cell(few(n, cycle.minimum_group)), Cell(percent(n / cycle.n_gaps)))
        for name, upto in (*_LENGTHS, ("Length of the hold-out", cycle.holdout_days))
        for n in (int(cycle.table.loc[days <= upto, "gaps"].sum()),)
    )
    columns = ("Gap of up to", "Gaps", "Share of all")
    return Table("cycle", "Gaps between orders, by their length", columns, rows)


_SHOWN_UP_TO = 0.97
"""The axis reaches so far into the gaps: the last few can be very long."""
_LENGTHS = (("7 days", 7), ("30 days", 30), ("90 days", 90), ("180 days", 180), ("365 days", 365))
purchase_cycle: Plot[PurchaseCycle] = Plot(
    "cycle", _draw_cycle, _caption_of_cycle, _numbers_of_cycle, lacks=_few_gaps, wide=(680, 270), narrow=(358, 270)
)
