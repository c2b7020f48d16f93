"""The plot of how many come for one more purchase, by the number of the purchase."""

import numpy as np
from matplotlib.axes import Axes

from cxlab import words
from cxlab.blocks import Caption, Cell, Table
from cxlab.cohorts.order_numbers import RepeatRates, ordinal
from cxlab.intake.hiding import why_hidden, withheld
from cxlab.language import tr
from cxlab.phrases import span
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

_APART = 0.16
"""How far the same customers' points stand beside those of all."""


def _draw(result: RepeatRates, ax: Axes) -> None:
    narrow, told = is_narrow(ax), result.told
    shown = [(k, rate) for k, rate in enumerate(result.rates, 1) if told[k - 1]]
    for k, rate in shown:
        ax.plot([k, k], rate.ends, color=COLOUR["ink"], lw=1.6, solid_capstyle="butt", zorder=3)
        ax.plot(k, rate.number, "o", ms=7, color=COLOUR["ink"], zorder=4)
        if k in (shown[0][0], shown[-1][0]) or (not narrow and len(shown) <= 10):
            ax.text(k, rate.ends[0] - 0.02, words.percent(rate.number), ha="center", va="top", weight=700, zorder=5)
    reach = [end for _, rate in shown for end in rate.ends]
    if result.same is not None:
        same = result.same
        at = [1 + _APART, same.upto - _APART]
        for x, rate in zip(at, (same.first, same.last), strict=True):
            ax.plot([x, x], rate.ends, color=COLOUR["link"], lw=1.6, solid_capstyle="butt", zorder=3)
            ax.plot(x, rate.number, "D", ms=6, color=COLOUR["link"], zorder=4)
        ax.plot(at, [same.first.number, same.last.number], color=COLOUR["link"], lw=1.2, ls=(0, (4, 3)), zorder=2)
        reach += [*same.first.ends, *same.last.ends]
        ax.text(
            at[0] - 0.1, max(same.first.ends[1], same.last.ends[1]) + 0.02,
            tr("the same {n} people", n=words.number(same.first.n or 0))
            if narrow
            else tr("the same {n} customers, early and later", n=words.number(same.first.n or 0)),
            ha="left", va="bottom", color=COLOUR["link"], weight=700,
        )  # fmt: skip
    top, bottom = min(1.09, max(reach) + 0.1), max(0.0, min(reach) - 0.12)
    ax.set(xlim=(0.5, max((k for k, _ in shown), default=1) + 0.5), ylim=(bottom, top))
    ax.set_xticks(range(1, max((k for k, _ in shown), default=1) + 1))
    ax.set_yticks([tick for tick in np.arange(0, 1.01, 0.2) if bottom <= tick <= top])
    ax.yaxis.set_major_formatter(lambda value, _: words.percent(value))
    ax.set_xlabel(tr("Number of the purchase"), labelpad=4)
    ax.tick_params(axis="x", pad=6)
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    fit(ax, 0.13 if narrow else 0.075, 0.19, 0.99, 0.99)


def _lacks(result: RepeatRates) -> str:
    return "" if result.ends else tr("There are not two purchases after which it can be told how many came again.")


def _caption(result: RepeatRates) -> Caption:
    within = span(result.within_days)
    listed = "; ".join(
        f"{ordinal(k)} {words.percent(rate.number)}" for k, rate in enumerate(result.rates, 1) if result.told[k - 1]
    )
    diamonds = ""
    if result.same is not None:
        times = words.number(result.same.upto + 1)
        diamonds = tr(
            " Diamonds: the same people early and later, all of whom bought at least {times} times.", times=times
        )
    if not result.told.all():
        diamonds += tr(" Points that would tell what a few customers did are left out.")
    return Caption(
        result.heading,
        tr(
            "Share of customers who came for one more purchase within {within}, of those followed "
            "for so long after it. Whiskers: 95% interval.",
            within=within,
        ),
        tr(
            "Points of the share who came again within {within} by the number of the purchase: {listed}.",
            within=within,
            listed=listed,
        ),
        tr(
            "Several orders on one day are one purchase.{diamonds}{left_out}",
            diamonds=diamonds,
            left_out=result.joining.left_out(result.first),
        ),
    )


def _numbers(result: RepeatRates) -> Table:
    rows = tuple(
        (
            Cell(words.capital(ordinal(k))),
            Cell(result.counted(k)),
            Cell(
                words.percent_of(int(result.came[k - 1]), int(result.followed[k - 1])),
                words.percent_between(*rate.ends),
            )
            if result.told[k - 1]
            else Cell(withheld()),
        )
        for k, rate in enumerate(result.rates, 1)
    )
    note = tr("Small figures are 95% intervals.")
    return Table(
        "order_numbers",
        tr("Who came for one more purchase within {days}", days=span(result.within_days)),
        (tr("After purchase"), tr("Customers followed"), tr("Came again")),
        rows,
        note if result.told.all() else f"{note} {why_hidden(result.joining.minimum_group)}",
    )


repeat_by_order_number: Plot[RepeatRates] = Plot(
    "order_numbers", _draw, _caption, _numbers, (680, 300), (358, 300), lacks=_lacks
)
