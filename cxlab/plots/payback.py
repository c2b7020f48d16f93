"""The plot of what a new customer has brought by each month, against what winning one costs."""

import numpy as np
from matplotlib.axes import Axes

from cxlab import words
from cxlab.blocks import Caption, Cell, Table
from cxlab.language import tr
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.purchases.new_customer import NewCustomer
from cxlab.purchases.said import discounting, horizon_in_words


def _draw(new: NewCustomer, ax: Axes) -> None:
    narrow, table = is_narrow(ax), new.table
    day, value, low, high = (table[name].to_numpy(np.float64) for name in ("day", "value", "low", "high"))
    known = np.isfinite(low).all()
    if known:
        ax.fill_between(day, low, high, color=COLOUR["link"], alpha=0.22, lw=0, zorder=1)
    ax.plot(day, value, color=COLOUR["link"], lw=2.4, zorder=3)
    ax.plot(day[:1], value[:1], "o", ms=8, color=COLOUR["link"], zorder=4)
    ends = [*value, *((*low, *high) if known else ()), 0.0, new.acquisition_cost]
    bottom, top = min(ends), max(ends)
    span = (top - bottom) or 1.0
    right = float(day[-1])
    ax.text(
        right * 1.02, value[-1], words.money(float(value[-1]), new.currency, 0 if abs(value[-1]) >= 100 else 2),
        ha="left", va="center", size=12, weight=700, color=COLOUR["link"],
    )  # fmt: skip
    ax.annotate(
        tr("first purchase"),
        (float(day[0]), float(value[0])),
        (8, -12),
        textcoords="offset points",
        ha="left",
        va="top",
        size=12,
        color=COLOUR["link"],
        zorder=5,
        bbox=BEHIND,
    )
    if new.acquisition_cost > 0:
        ax.axhline(new.acquisition_cost, color=COLOUR["ink"], lw=1.6, ls=(0, (5, 3)), zorder=2)
        ax.text(
            right,
            new.acquisition_cost + 0.015 * span,
            tr("winning one costs"),
            ha="right",
            va="bottom",
            size=12,
            weight=700,
            color=COLOUR["ink"],
        )
        if new.payback_day.value is not None:
            at = new.payback_day.number
            ax.plot([at, at], [bottom, new.acquisition_cost], color=COLOUR["ink"], lw=1, ls=(0, (2, 2)), zorder=2)
            ax.plot(
                [at], [new.acquisition_cost], "o", ms=7, color=COLOUR["paper"], mec=COLOUR["ink"], mew=1.8, zorder=5
            )
    ax.axhline(0, color=COLOUR["ink"], lw=1, zorder=2)
    ax.set(xlim=(0, right), ylim=(bottom - (0.05 * span if bottom < 0 else 0), top + 0.08 * span))
    ax.locator_params(axis="x", nbins=4 if narrow else 8, integer=True)
    ax.locator_params(axis="y", nbins=5)
    digits = 0 if span >= 5 else 2
    ax.yaxis.set_major_formatter(lambda v, _: words.money(v, new.currency, digits))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_xlabel(tr("Days after the first purchase"), labelpad=6)
    fit(ax, 0.17 if narrow else 0.10, 0.17, 0.80 if narrow else 0.87, 0.97)


def _caption(new: NewCustomer) -> Caption:
    within = horizon_in_words(new.horizon_days)
    listed = "; ".join(
        tr("day {day}: {value}", day=words.number(row["day"]), value=words.money(row["value"], new.currency))
        for row in new.table.iloc[[0, len(new.table) // 2, -1]].to_dict("records")
    )
    cost = ""
    if new.acquisition_cost > 0:
        cost = tr(" Winning one costs {cost}.", cost=words.money(new.acquisition_cost, new.currency))
    return Caption(
        new.heading,
        tr(
            "Contribution of a new customer, added up from the first purchase over the first "
            "{ahead}{discounting}; {customers}. Band: 95% interval.",
            ahead=within,
            discounting=discounting(new.discount_rate),
            customers=words.count(new.value.n or 0, "customer"),
        ),
        tr(
            "Line of the contribution of a new customer by days after the first purchase. {listed}.{cost} {heading}.",
            listed=listed,
            cost=cost,
            heading=new.heading,
        ),
        tr("An average over customers like those so far. The last customers won usually bring less."),
    )


def _numbers(new: NewCustomer) -> Table:
    step = max(1, len(new.table) // 12)
    rows = tuple(
        (
            Cell(words.number(row["day"])),
            Cell(
                words.money(row["value"], new.currency),
                words.money_between(row["low"], row["high"], new.currency) if np.isfinite(row["low"]) else "",
            ),
        )
        for row in new.table.iloc[::step].to_dict("records")
    )
    return Table(
        "payback",
        tr("What a new customer has brought by each month"),
        (tr("Days after the first purchase"), tr("Brought")),
        rows,
        tr("Contribution, first purchase in, later amounts discounted. Small figures are 95% intervals."),
    )


payback: Plot[NewCustomer] = Plot("payback", _draw, _caption, _numbers)
