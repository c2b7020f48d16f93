"""The plots of one fan against one-time buyers, and of what the number hangs on."""

import math

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import tr, trn
from cxlab.loyalty import Sensitivity, Worth
from cxlab.loyalty.rules_of_thumb import SAID
from cxlab.loyalty.words import amount, amount_between, buyers, buyers_between
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import count, money, number, percent

_MOST_BLOCKS = 30
_BLOCKS = (1, 2, 5)  # one-time buyers that one block stands for, and these times ten, times a hundred ...
_FOOT = 50  # room for the scale below them, in pixels
_ROW = 33  # height of an assumption, in pixels
_STRETCH = 2.5  # times as long as the intervals need, at most
_ON_PAPER = {"facecolor": COLOUR["paper"], "edgecolor": "none", "pad": 1.5}  # hides the grid behind a text


def _block(most: float) -> int:
    """Return how many one-time buyers a block stands for, so that there are no more than fit.

    Examples
    --------
    >>> _block(18.0), _block(55.0), _block(420.0)
    (1, 2, 20)
    """
    ten = 1
    while True:
        for step in _BLOCKS:
            if most / (step * ten) <= _MOST_BLOCKS:
                return step * ten
        ten *= 10


def _draw_worth(worth: Worth, ax: Axes) -> None:
    narrow, fan, once, many = is_narrow(ax), worth.fan.weighed.fan, worth.one_time, worth.number
    ax.barh(0, fan.number, height=0.5, color=COLOUR["pb"], lw=0, zorder=2)
    if many.has_interval:
        low, high = (end * once.number for end in many.ends)
        block = _block(max(many.ends[1], many.number))
        _draw_blocks(ax, many.number, block, once.number)
        written = f"{buyers(many.number)}{chr(10) if narrow else ' '}({buyers_between(many)})"
        under = trn(
            "Each block is one one-time buyer, {amount}",
            "Each block is {n} one-time buyers, {amount}",
            block,
            n=number(block),
            amount=money(block * once.number, worth.currency),
        )
    else:
        low, high = once.ends
        ax.barh(1, once.number, height=0.5, color=COLOUR["other"], lw=0, zorder=2)
        written = amount(once, worth.currency)
        under = tr("One of them; no number makes up for one fan")
        if worth.outcome == "unsure_divisor":
            under = tr("One of them; not clearly above zero")
    both = (*fan.ends, fan.number, low, high, 0.0)
    bottom, top = min(both), max(both)
    span = (top - bottom) or 1.0
    for y, begin, end, text in ((0, *fan.ends, amount(fan, worth.currency)), (1, low, high, written)):
        _whisker(ax, y + 0.36, begin, end)
        ax.text(
            max(end, 0.0) + 0.02 * span, y + 0.03, text, ha="left", va="center", size=13, weight=700,
            color=COLOUR["ink"], linespacing=1.3,
        )  # fmt: skip
    for y, name, token in (
        (0, tr("One fan"), "pb-ink"),
        (1, tr("One-time buyers").replace(" ", "\n" if narrow else " "), "ink"),
    ):
        ax.text(
            -0.02, y, name, ha="right", va="center", weight=700, size=12, color=COLOUR[token],
            transform=ax.get_yaxis_transform(), linespacing=1.25,
        )  # fmt: skip
    ax.text(bottom, 1.66, under, ha="left", va="center", size=12, color=COLOUR["muted"])
    ax.axvline(0, ymin=0.22, color=COLOUR["ink"], lw=1, zorder=3)
    ax.set(ylim=(1.95, -0.45), xlim=(bottom, top + (0.55 if narrow else 0.32) * span), xticks=[], yticks=[])
    ax.spines["bottom"].set_visible(False)
    fit(ax, 0.24 if narrow else 0.19, 0.02, 0.99, 0.98)


def _draw_blocks(ax: Axes, many: float, block: int, each: float) -> None:
    """Lay blocks end to end, the last one as wide as what is left."""
    for i in range(max(0, math.ceil(many / block))):
        width = min(block, many - i * block) * each
        ax.barh(
            1, 0.86 * width, left=i * block * each, height=0.5, align="center", color=COLOUR["other"], lw=0, zorder=2
        )


def _whisker(ax: Axes, y: float, low: float, high: float, *, token: str = "ink") -> None:
    ax.plot([low, high], [y, y], color=COLOUR[token], lw=1.6, solid_capstyle="butt", zorder=4)
    for end in (low, high):
        ax.plot([end] * 2, [y - 0.07, y + 0.07], color=COLOUR[token], lw=1.6, zorder=4)


def _caption_of_worth(worth: Worth) -> Caption:
    both = worth.fan.weighed.fan, worth.one_time
    fan, once = (f"{amount(e, worth.currency)} ({amount_between(e, worth.currency)})" for e in both)
    own, cost = worth.fan.evidence, worth.fan.assumptions.acquisition_cost
    listed = tr("One fan: {fan}; a one-time buyer: {once}", fan=fan, once=once)
    many = worth.number
    if many.has_interval:
        listed = tr(
            "{listed}; one-time buyers that equal one fan: {buyers} ({interval})",
            listed=listed,
            buyers=buyers(many.number),
            interval=buyers_between(many),
        )
    off = tr(", less {cost} to win the customer", cost=money(cost, worth.currency)) if cost else ""
    return Caption(
        worth.heading,
        tr(
            "Contribution{off}: expected of a fan {ahead} ({fans}), against what one "
            "of {one_time_buyers} brought. Whiskers: 95% interval.",
            off=off,
            ahead=worth.fan.ahead,
            fans=count(len(own.contribution), "fan"),
            one_time_buyers=own.one_time_buyers,
        ),
        tr(
            "Bars of contribution of one fan and of one-time buyers. {listed}. {heading}.",
            listed=listed,
            heading=worth.heading,
        ),
        tr("The whisker under the blocks is that of their number.")
        if many.has_interval
        else tr("Both bars are drawn to one scale."),
    )


def _numbers_of_worth(worth: Worth) -> Table:
    fan, once = worth.fan.weighed.fan, worth.one_time
    own = worth.fan.evidence
    rows = [
        (Cell(tr("A fan, expected")), _amount(fan, worth), Cell(count(len(own.contribution), "fan"))),
        (Cell(tr("A one-time buyer, so far")), _amount(once, worth), Cell(own.one_time_buyers)),
        (
            Cell(tr("One-time buyers for one fan")),
            _buyers(worth.number),
            Cell(tr("both")),
        ),
    ]
    if worth.average.value is not None:
        everybody = Cell(count(worth.average.n or 0, "customer"))
        rows += [
            (Cell(tr("The average customer, up to the cut")), _amount(worth.average, worth), everybody),
            (Cell(tr("Average customers for one fan")), _buyers(worth.of_average), everybody),
        ]
    return Table(
        "fan_and_one_time",
        tr("One fan against one-time buyers"),
        (tr("Figure"), tr("Estimate"), tr("From")),
        tuple(rows),
        tr(
            "A fan: {ahead}. One-time buyers are told by not having come back; the "
            "average customer is of all, fans in. Small figures are 95% intervals.",
            ahead=worth.fan.ahead,
        ),
        words=(2,),
    )


def _lacks_numbers(found: Sensitivity) -> str:
    return "" if any(v.worth.has_interval for v in found.variants) else tr("So there is nothing to draw.")


def _draw_sensitivity(found: Sensitivity, ax: Axes) -> None:
    narrow, variants = is_narrow(ax), found.variants
    numbers = [v.worth for v in variants if v.worth.has_interval]
    most = max([abs(e.number) for e in numbers] or [1.0])
    top = max([min(e.ends[1], 2 * most) for e in numbers] or [1.0])
    bottom = min([0.0, *(max(e.ends[0], -2 * most) for e in numbers)])
    top = _with_room_for(top)
    for y, variant in enumerate(variants):
        is_base = y == 0
        said = f"{variant.said[:1].upper()}{variant.said[1:]}"
        weight = 700 if is_base else 400
        if narrow:
            ax.text(bottom, y - 0.33, said, ha="left", va="center", size=12, weight=weight, bbox=_ON_PAPER)
        else:
            ax.text(-0.02, y, said, ha="right", va="center", size=12, weight=weight, transform=ax.get_yaxis_transform())
        if not variant.worth.has_interval:
            ax.text(
                bottom,
                y + 0.05,
                tr("no number"),
                ha="left",
                va="center",
                size=12,
                color=COLOUR["muted"],
                bbox=_ON_PAPER,
            )
            continue
        low, high = variant.worth.ends
        at = y + 0.05 if narrow else y
        inside = max(low, bottom), min(high, top)
        ax.plot(inside, [at, at], color=COLOUR["ink"], lw=1.6, solid_capstyle="butt", zorder=3)
        ax.plot(variant.worth.number, at, "o", color=COLOUR["ink" if is_base else "link"], ms=8, zorder=4)
        if high > top:
            ax.plot(top, at, ">", color=COLOUR["ink"], ms=6, zorder=4)
        ax.text(
            inside[1] + 0.03 * (top - bottom), at, buyers(variant.worth.number), ha="left", va="center", size=12,
            weight=700, bbox=_ON_PAPER,
        )  # fmt: skip
    if found.base.worth.has_interval:
        ax.axvline(found.base.worth.number, color=COLOUR["other"], lw=1.2, ls=(0, (4, 3)), zorder=1)
    span = top - bottom
    _draw_said(ax, top, 44 if narrow else 24)
    ax.set(ylim=(len(variants) - 0.4, -1.15), xlim=(bottom - 0.02 * span, top + 0.12 * span), yticks=[])
    ax.locator_params(axis="x", nbins=5)
    ax.xaxis.set_major_formatter(lambda value, _: number(value))
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel(tr("One-time buyers that equal one fan"), labelpad=6)
    height = ax.figure.get_figure(root=True).get_size_inches()[1] * 72
    fit(ax, 0.03 if narrow else 0.40, min(_FOOT / height, 0.5), 0.97 if narrow else 0.98, 0.99)


def _with_room_for(top: float) -> float:
    """Lengthen a scale so that the numbers that are often said lie on it, where that leaves the dots room enough.

    Examples
    --------
    >>> _with_room_for(12.0), _with_room_for(40.0), _with_room_for(2.0)
    (16.0, 40.0, 2.0)
    """
    needed = max(SAID) + 1.0
    return needed if needed / _STRETCH <= top < needed else top


def _draw_said(ax: Axes, top: float, most: int) -> None:
    """Draw the numbers that are often said as lines, unless they would run into one another."""
    if top > most * min(SAID):
        return
    for said in (n for n in SAID if n <= top):
        ax.axvline(said, color=COLOUR["muted"], lw=1.2, ls=(0, (1, 2)), zorder=1)
        ax.text(
            said, -0.83, number(said), ha="center", va="center", size=12, weight=700, color=COLOUR["muted"],
            bbox=_ON_PAPER, zorder=5,
        )  # fmt: skip


def _caption_of_sensitivity(found: Sensitivity) -> Caption:
    listed = "; ".join(
        tr(
            "{said}: {buyers}",
            said=v.said,
            buyers=buyers(v.worth.number) if v.worth.value is not None else tr("no number"),
        )
        for v in found.variants
    )
    alt = tr("Dots of one-time buyers that equal one fan by assumption. {listed}.", listed=listed)
    return Caption(
        found.heading,
        tr(
            "One-time buyers that equal one fan, with one assumption changed at a time. Lines: 95% "
            "interval under that assumption; {fans}.",
            fans=count(found.base.fan.n or 0, "fan"),
        ),
        alt if len(alt) < 400 else tr("{first}; and so on.", first=alt[:380].rsplit(";", 1)[0]),
        tr(
            "Dashed: as reckoned. Dotted: {numbers} and {last}, as often said, where the scale reaches "
            "them. The intervals do not say how likely an assumption is. A cost to win a customer is "
            "left out of the range and the ranking, because its pull follows from the division alone.",
            numbers=", ".join(map(str, SAID[:-1])),
            last=SAID[-1],
        ),
    )


def _numbers_of_sensitivity(found: Sensitivity) -> Table:
    rows = tuple(
        (
            Cell(f"{v.said[:1].upper()}{v.said[1:]}"),
            _buyers(v.worth),
            Cell(amount(v.fan, found.currency)),
            Cell(amount(v.one_time, found.currency)),
            Cell(_change(v.worth, found.base.worth)),
        )
        for v in found.variants
    )
    return Table(
        "assumptions",
        tr("The number under other assumptions"),
        (tr("Assumption"), tr("One-time buyers for one fan"), tr("A fan"), tr("A one-time buyer"), tr("Change")),
        rows,
        tr(
            "One assumption changed at a time. Small figures are 95% intervals; whether a number lies within one is "
            "judged before they are rounded."
        ),
    )


def _change(worth: Estimate, base: Estimate) -> str:
    if worth.value is None or base.value is None or worth is base or base.number == 0:
        return "–"
    change = worth.number / base.number - 1
    return f"{'+' if round(100 * change) > 0 else ''}{percent(change)}"


def _amount(estimate: Estimate, worth: Worth) -> Cell:
    return Cell(amount(estimate, worth.currency), amount_between(estimate, worth.currency))


def _buyers(estimate: Estimate) -> Cell:
    return (
        Cell(buyers(estimate.number), buyers_between(estimate)) if estimate.has_interval else Cell("–", tr("no number"))
    )


fan_and_one_time: Plot[Worth] = Plot(
    "fan_and_one_time", _draw_worth, _caption_of_worth, _numbers_of_worth, (680, 220), (358, 230)
)
fan_assumptions: Plot[Sensitivity] = Plot(
    "assumptions",
    _draw_sensitivity,
    _caption_of_sensitivity,
    _numbers_of_sensitivity,
    (680, 68),
    (358, 150),
    _lacks_numbers,
    lambda found: _ROW * len(found.variants),
)
