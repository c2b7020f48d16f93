"""Orders over time, with the day on which calibration ends."""

import datetime as dt

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxlab.blocks import Caption, Cell, Table
from cxlab.intake import OrderCalendar
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import count, day, few, number, percent


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
    line = _where(calendar.calibration_end, [pd.Timestamp(start).date() for start in table["period"]])
    ax.axvline(line, ymax=0.94, color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=4)
    ax.text(line - 0.15, top * 1.13, "known", ha="right", va="center", color=COLOUR["muted"])
    ax.text(line + 0.15, top * 1.13, "hold-out", ha="left", va="center", color=COLOUR["muted"])
    ax.set(xlim=(-0.9, len(table) - 0.4), ylim=(0, top * 1.2))
    every = max(1, -(-len(table) // (4 if is_narrow(ax) else 8)))
    ticks = [i for i in at if i % every == 0]
    form = "%b %Y" if calendar.period == "month" else "%-d %b"
    ax.set_xticks(ticks, [f"{table['period'].iloc[i]:{form}}" for i in ticks])
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    fit(ax, 0.13 if is_narrow(ax) else 0.075, 0.11, 0.99, 0.98)


def _where(cut: dt.date, starts: list[dt.date]) -> float:
    """Return where on the axis of periods the day `cut` ends: bar i reaches from i - 0.5 to i + 0.5."""
    i = sum(start <= cut for start in starts) - 1
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
    return Caption(
        title=title,
        subtitle=f"Orders by {period}; dark: first orders of new customers. {count(n, 'order')} in all.",
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
