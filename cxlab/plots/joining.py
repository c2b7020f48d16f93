"""Plots of cohorts: heat maps of who comes back and of what a customer has brought, and the trend over cohorts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from cxlab import words
from cxlab.blocks import Caption, Cell, Table
from cxlab.cohorts.joining import life_of, short_name
from cxlab.cohorts.lasting import Lasting
from cxlab.cohorts.retention import Retention
from cxlab.estimate import Estimate
from cxlab.intake.hiding import why_hidden, withheld, written_counts
from cxlab.language import Texts, tr
from cxlab.phrases import span
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

MOST_ROWS = 15
_BY_PERIOD = Texts(
    {
        "week": "by the week of the first order",
        "month": "by the month of the first order",
        "quarter": "by the quarter of the first order",
        "year": "by the year of the first order",
    }
)
_COLUMNS, _ROOM, _NARROW_ROOM = 12, 490, 235
"""Columns at most, and pixels that there are for them."""
_LETTER, _GAP = 7.6, 9
"""Pixels that a letter takes, and what lies between two columns."""
_SHADES = ("surface", "seq1", "seq2", "seq3")
_ROW, _HEAD, _FOOT = 34, 42, 6
"""Pixels that a row of a heat map takes, and what stands above and below the rows."""


@dataclass(frozen=True)
class _Map:
    """A heat map.

    Attributes
    ----------
    values : shape (r, c). hidden : shape (r, c), which of them a page must not show.
    heads : of the columns. over : what stands over all of these.
    written : writes a value.
    """

    values: NDArray[np.float64]
    hidden: NDArray[np.bool_]
    heads: list[str]
    over: str
    written: Callable[[float], str]

    def columns(self, *, narrow: bool) -> list[int]:
        """Return the columns that there is room for: evenly spread from the first one on."""
        n, shown = self.values.shape[1], self.values[self.is_shown]
        longest = max(len(text) for text in (*self.heads, *(self.written(float(v)) for v in shown)))
        room = (_NARROW_ROOM if narrow else _ROOM) / (_LETTER * longest + _GAP)
        return list(range(0, n, max(1, -(-n // max(2, min(_COLUMNS, int(room)))))))

    @property
    def is_shown(self) -> NDArray[np.bool_]:
        """Which values stand in their cells, shape (r, c)."""
        return ~np.isnan(self.values) & ~self.hidden

    @property
    def limits(self) -> NDArray[np.float64]:
        """Values from which a cell takes the next shade: the quarters of those that are shown."""
        shown = self.values[self.is_shown]
        return np.quantile(shown, [0.25, 0.5, 0.75]) if len(shown) else np.zeros(3)


def _first_row(result: Retention) -> int:
    return max(0, len(result.joining.starts) - MOST_ROWS)


def _shares(result: Retention) -> _Map:
    first, length = _first_row(result), result.joining.length_days
    heads = [str(length * k) for k in range(1, result.share.shape[1] + 1)]
    over = tr("In the {days} up to day", days=span(length))
    return _Map(result.share[first:], result.hidden[first:], heads, over, words.percent)


def _money(result: Retention) -> _Map:
    first, length, values = _first_row(result), result.joining.length_days, result.cumulative_each
    heads = [str(length * k) for k in range(values.shape[1])]
    shown = values[~np.isnan(values)]
    digits = int(np.abs(shown).max(initial=0.0) < 10)
    hidden = result.hidden_money[first:]
    return _Map(values[first:], hidden, heads, tr("Up to day"), lambda v: words.number(v, digits))


def _draw_map(result: Retention, ax: Axes, drawn: _Map) -> None:
    narrow = is_narrow(ax)
    columns, rows, first = drawn.columns(narrow=narrow), len(drawn.values), _first_row(result)
    sizes = written_counts(result.joining.sizes.tolist(), result.joining.minimum_group)[first:]
    for i, start in enumerate(result.joining.starts[first:]):
        name = short_name(start, result.joining.period)
        if narrow:
            ax.text(-0.02, i + 0.32, name, ha="right", va="center", weight=700, transform=ax.get_yaxis_transform())
            ax.text(
                -0.02, i + 0.72, tr("{n} people", n=sizes[i]), ha="right", va="center", color=COLOUR["muted"],
                transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        else:
            ax.text(-0.1, i + 0.5, name, ha="right", va="center", weight=700, transform=ax.get_yaxis_transform())
            ax.text(
                -0.012, i + 0.5, sizes[i], ha="right", va="center", color=COLOUR["muted"],
                transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        for at, j in enumerate(columns):
            _draw_cell(ax, (at, i), float(drawn.values[i, j]), drawn, is_hidden=bool(drawn.hidden[i, j]))
    for at, j in enumerate(columns):
        ax.text(at + 0.5, -0.14, drawn.heads[j], ha="center", va="bottom", weight=700)
    ax.set(xlim=(0, len(columns)), ylim=(rows, 0))
    ax.axis("off")
    height = _HEAD + _FOOT + _row_of(ax) * rows
    top = 1 - _HEAD / height
    fit(ax, 0.335 if narrow else 0.27, _FOOT / height, 0.998, top)
    ax.figure.text(0.998, 1 - 2 / height, drawn.over, ha="right", va="top", color=COLOUR["muted"])
    if not narrow:
        ax.text(-0.012, -0.14 * _ROW / _row_of(ax), tr("people"), ha="right", va="bottom", color=COLOUR["muted"],
                transform=ax.get_yaxis_transform())  # fmt: skip


def _row_of(ax: Axes) -> int:
    return _ROW + 6 * is_narrow(ax)


def _draw_cell(ax: Axes, at: tuple[int, int], value: float, drawn: _Map, *, is_hidden: bool) -> None:
    """Draw a cell; nothing where not all of the cohort could be followed."""
    if np.isnan(value):
        return
    x, y = at
    step = 0 if is_hidden else int(np.searchsorted(drawn.limits, value))
    ax.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=COLOUR[_SHADES[step]], lw=0))
    ax.text(x + 0.5, y + 0.5, "–" if is_hidden else drawn.written(value), ha="center", va="center")


def _grows(result: Retention) -> int:
    return _ROW * min(MOST_ROWS, len(result.joining.starts))


def _grows_narrow(result: Retention) -> int:
    return (_ROW + 6) * min(MOST_ROWS, len(result.joining.starts))


def _lacks(result: Retention) -> str:
    if not result.is_followed:
        return tr("No cohort could be followed long enough to draw how many come back.")
    return "" if (~result.hidden[result.seen]).any() else tr("The cohorts are too small to be shown.")


def _note(result: Retention, drawn: _Map) -> str:
    first, why = result.joining.names[0], why_hidden(result.joining.minimum_group)
    text = tr(
        "Days count from each customer’s own first order. A cell stays empty where not all of a "
        "cohort could be followed so far. {first} may hold old customers, from before the data "
        "begin.",
        first=words.capital(first),
    )
    if len(drawn.columns(narrow=True)) < drawn.values.shape[1]:
        text += tr(" Where there is no room for all columns, some are left out.")
    if len(result.joining.starts) > MOST_ROWS:
        text += tr(" The last {n} cohorts are shown.", n=MOST_ROWS)
    return f"{text} –: {why[:1].lower()}{why[1:]}" if (drawn.hidden & ~np.isnan(drawn.values)).any() else text


def _range(result: Retention, drawn: _Map, column: int, what: str) -> str:
    """Say between which cohorts a column ranges; empty where fewer than two are shown."""
    shown = drawn.is_shown[:, column]
    if shown.sum() < 2:
        return ""
    values = np.where(shown, drawn.values[:, column], np.nan)
    names = result.joining.names[_first_row(result) :]
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return tr(
        " {what}: from {least} ({least_of}) to {most} ({most_of}).",
        what=what,
        least=drawn.written(float(values[low])),
        least_of=names[low],
        most=drawn.written(float(values[high])),
        most_of=names[high],
    )


def _caption_of_shares(result: Retention) -> Caption:
    drawn, length = _shares(result), result.joining.length_days
    return Caption(
        result.heading,
        tr(
            "Share of each cohort with an order in each {days} of their lives, {by_period}; "
            "{customers}. The stronger the colour, the more.",
            days=span(length),
            by_period=_BY_PERIOD[result.joining.period],
            customers=words.count(result.joining.n, "customer"),
        ),
        tr(
            "Heat map of the share with an order by cohort and time since the first order.{ends} {heading}.",
            ends=_range(result, drawn, 0, words.capital(life_of(1, length))),
            heading=result.heading,
        ),
        tr("The day of the first order is in no column. {note}", note=_note(result, drawn)),
    )


def _caption_of_money(result: Retention) -> Caption:
    drawn, currency = _money(result), result.currency
    last = len(result.course)
    title = tr("What a customer has brought, by cohort")
    if result.brought is not None:
        days = span(last * result.joining.length_days)
        in_all, at_first = (words.money(value, currency) for value in (result.brought.number, result.at_first))
        title = tr(
            "A new customer brings {in_all} in {days}, {at_first} of it with the first order",
            in_all=in_all,
            days=days,
            at_first=at_first,
        )
    return Caption(
        title,
        tr(
            "{currency} per customer of the cohort since the first order, added up, returns taken "
            "off; {by_period}. {customers}. The stronger the colour, the more.",
            currency=currency,
            by_period=_BY_PERIOD[result.joining.period],
            customers=words.count(result.joining.n, "customer"),
        ),
        tr(
            "Heat map of revenue per customer by cohort and time since the first order.{ends} {title}.",
            ends=_range(result, drawn, 0, tr("On the first day")),
            title=title,
        ),
        tr("0: the day of the first order. {note}", note=_note(result, drawn)),
    )


def _numbers(result: Retention, drawn: _Map, name: str, caption: str) -> Table:
    first = _first_row(result)
    sizes = written_counts(result.joining.sizes.tolist(), result.joining.minimum_group)[first:]
    rows = tuple(
        (
            Cell(words.capital(label.removeprefix("the "))),
            Cell(size),
            *(
                Cell("") if np.isnan(value) else Cell(withheld()) if hide else Cell(drawn.written(float(value)))
                for value, hide in zip(values, hidden, strict=True)
            ),
        )
        for label, size, values, hidden in zip(
            result.joining.names[first:], sizes, drawn.values, drawn.hidden, strict=True
        )
    )
    is_hidden = any(cell.text == withheld() for row in rows for cell in row)
    note = tr("A cell stays empty where not all of the cohort could be followed so far.")
    note = f"{note} {why_hidden(result.joining.minimum_group)}" if is_hidden else note
    return Table(
        name,
        caption,
        (tr("First order in"), tr("Customers"), *(tr("Day {day}", day=h) for h in drawn.heads)),
        rows,
        note,
    )


def _numbers_of_shares(result: Retention) -> Table:
    days = span(result.joining.length_days)
    caption = tr("Share of each cohort with an order in the {days} up to a day of their lives", days=days)
    return _numbers(result, _shares(result), "cohort_retention", caption)


def _numbers_of_money(result: Retention) -> Table:
    caption = tr("{currency} per customer of the cohort up to a day of their lives", currency=result.currency)
    return _numbers(result, _money(result), "cohort_revenue", caption)


def _draw_lasting(result: Lasting, ax: Axes) -> None:
    narrow, hidden = is_narrow(ax), result.hidden
    at = [_number_of(day) for day in result.joined]
    for x, share, hide in zip(at, result.shares, hidden, strict=True):
        if not hide:
            ax.plot([x, x], share.ends, color=COLOUR["ink"], lw=1.6, solid_capstyle="butt", zorder=3)
            ax.plot(x, share.number, "o", ms=7, color=COLOUR["ink"], zorder=4)
            if len(at) <= (5 if narrow else 10):
                ax.text(
                    x,
                    share.ends[1] + 0.015,
                    words.percent(share.number),
                    ha="center",
                    va="bottom",
                    weight=700,
                    zorder=5,
                )
    if result.trend is not None:
        is_clear = result.verdict in ("longer", "shorter")
        ax.plot(
            [at[0], at[-1]], [result.trend.start, result.trend.end], color=COLOUR["link" if is_clear else "other"],
            lw=2.4, ls="-" if is_clear else (0, (4, 3)), zorder=2,
        )  # fmt: skip
    shown = [share.ends for share, hide in zip(result.shares, hidden, strict=True) if not hide]
    top = min(1.0, max(end for _, end in shown) + 0.1)
    bottom = max(0.0, min(end for end, _ in shown) - 0.06)
    edge = 0.06 * (at[-1] - at[0]) + 10
    ax.set(xlim=(at[0] - edge, at[-1] + edge), ylim=(bottom, top))
    every = max(1, -(-len(at) // (3 if narrow else 6)))
    ticks = list(range(0, len(at), every))
    names = [short_name(result.starts[i], result.joining.period).replace(" ", "\n") for i in ticks]
    ax.set_xticks([at[i] for i in ticks], names)
    ax.yaxis.set_major_formatter(lambda value, _: words.percent(value))
    ax.tick_params(axis="x", pad=6)
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    fit(ax, 0.13 if narrow else 0.075, 0.17, 0.93 if narrow else 0.965, 0.98)


def _number_of(day: float) -> float:
    return float(date2num(dt.datetime(1970, 1, 1) + dt.timedelta(days=float(day))))  # type: ignore[no-untyped-call] # noqa: DTZ001


def _lacks_lasting(result: Lasting) -> str:
    return "" if (~result.hidden).sum() > 1 else tr("There are too few cohorts to draw how long relationships last.")


def _caption_of_lasting(result: Lasting) -> Caption:
    shown = [i for i in range(len(result.shares)) if not result.hidden[i]]
    listed = "; ".join(
        f"{short_name(result.starts[i], result.joining.period)} {words.percent(result.shares[i].number)}"
        for i in ([*shown[:2], *shown[-2:]] if len(shown) > 4 else shown)
    )
    line = ""
    if result.trend is not None:
        line = (
            tr(" The line is the trend, dashed where it may be chance.")
            if result.verdict == "no_change_seen"
            else tr(" The line is the trend.")
        )
        line += tr(" It goes by cohorts of the same season.") if result.by_season else ""
    which = tr("First and last cohorts") if len(shown) > 4 else tr("Cohorts")
    return Caption(
        result.heading,
        tr(
            "Share of each cohort that still bought in {second_half}; {customers}, each followed for "
            "{days}. Whiskers: 95% interval.",
            second_half=result.second_half,
            customers=words.count(result.n, "customer"),
            days=span(result.horizon_days),
        ),
        tr(
            "Points of the share still buying by the time of joining. {which}: {listed}. {heading}.",
            which=which,
            listed=listed,
            heading=result.heading,
        ),
        f"{result.joining.left_out(1)[1:]}{line}",
    )


def _numbers_of_lasting(result: Lasting) -> Table:
    rows = tuple(
        (
            Cell(words.capital(result.joining.names[int(place)].removeprefix("the "))),
            Cell(words.number(n)),
            Cell(withheld()) if hide else _share(share),
        )
        for place, n, share, hide in zip(result.cohorts, result.followed, result.shares, result.hidden, strict=True)
    )
    note = tr("Small figures are 95% intervals.")
    return Table(
        "lasting",
        tr("Who still bought in {second_half}", second_half=result.second_half),
        (tr("First order in"), tr("Customers followed"), tr("Still bought")),
        rows,
        f"{note} {why_hidden(result.joining.minimum_group)}" if result.hidden.any() else note,
    )


def _share(share: Estimate) -> Cell:
    n = share.n or 1
    return Cell(words.percent_of(round(share.number * n), n), words.percent_between(*share.ends))


cohort_retention: Plot[Retention] = Plot(
    "cohort_retention", lambda result, ax: _draw_map(result, ax, _shares(result)), _caption_of_shares,
    _numbers_of_shares, (680, _HEAD + _FOOT), (358, _HEAD + _FOOT), lacks=_lacks, grows=_grows,
    grows_narrow=_grows_narrow,
)  # fmt: skip
cohort_revenue: Plot[Retention] = Plot(
    "cohort_revenue", lambda result, ax: _draw_map(result, ax, _money(result)), _caption_of_money,
    _numbers_of_money, (680, _HEAD + _FOOT), (358, _HEAD + _FOOT), lacks=_lacks, grows=_grows,
    grows_narrow=_grows_narrow,
)  # fmt: skip
lasting_by_cohort: Plot[Lasting] = Plot(
    "lasting", _draw_lasting, _caption_of_lasting, _numbers_of_lasting, (680, 290), (358, 270), lacks=_lacks_lasting
)
