"""The plots of who is still a customer, what a purchase is worth, and who brings most of it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.intake.hiding import why_hidden, withheld
from cxlab.language import tr
from cxlab.phrases import group_name
from cxlab.plots.figure import Plot
from cxlab.plots.foreseen import Columns, draw_columns
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.purchases import SpendModel, StillCustomers, ValueForecast
from cxlab.words import capital, money, money_between, number, percent, percent_between

_LABEL_HEIGHT = 0.07  # of a label, as a share of the height of the axes


def _column(table: pd.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return table[name].to_numpy(np.float64)


def _draw_alive(still: StillCustomers, ax: Axes) -> None:
    table = still.table
    share, low, high = (
        np.where(still.told, _column(table, f"actual_{name}"), np.nan) for name in ("share", "low", "high")
    )
    draw_columns(
        Columns(
            tuple(map(group_name, table["group"])),
            share,
            low,
            high,
            _column(table, "expected_share"),
            percent,
            tr("Share who bought after the cut"),
            tr("Probability of still being a customer"),
            (tr("came"), tr("foreseen")),
        ),
        ax,
    )


def _caption_of_alive(still: StillCustomers) -> Caption:
    bands = still.bands
    first, last = bands.iloc[0], bands.iloc[-1]
    if not (still.told[0] and still.told[len(bands) - 1]):
        title = tr(
            "{share} of repeat customers are more likely than not still customers",
            share=capital(still.likely_part),
        )
    elif len(bands) > 1 and last["actual_share"] > first["actual_share"]:
        title = (
            tr(
                "Of the likeliest, {last} came back, of the least likely {first}",
                last=percent(last["actual_share"]),
                first=percent(first["actual_share"]),
            )
            if first["actual_share"] > 0
            else tr("The likeliest came back, the least likely did not")
        )
    elif len(bands) > 1:
        title = tr("The probability of being a customer did not tell who came back")
    else:
        title = tr(
            "Repeat customers are much alike to the model: {first} likely to be customers still",
            first=group_name(first["group"]),
        )
    listed = "; ".join(
        f"{group_name(row['group'])}: {percent(row['actual_share'])} ({percent(row['expected_share'])})"
        if told
        else tr("{group}: {foreseen} foreseen", group=group_name(row["group"]), foreseen=percent(row["expected_share"]))
        for row, told in zip(still.table.to_dict("records"), still.told, strict=True)
    )
    return Caption(
        title,
        tr(
            "Share of customers who bought within {horizon_days} days of the cut, by the probability "
            "of being one; {n} customers. Line across (blue): forecast. Whiskers: 95% interval.",
            horizon_days=number(still.horizon_days),
            n=number(still.n),
        ),
        tr(
            "Columns of the share who bought after the cut by probability of being a customer, in "
            "brackets the forecast. {listed}. {title}.",
            listed=listed,
            title=title,
        ),
        still.words.texts["once_under_figure"],
    )


def _numbers_of_alive(still: StillCustomers) -> Table:
    rows = tuple(
        (
            Cell(group_name(row["group"])), Cell(still.sizes.written(i)),
            Cell(percent(row['probability_alive'])),
            Cell(percent(row['expected_share'])),
            Cell(percent(row['actual_share']), percent_between(row['actual_low'], row['actual_high']))
            if still.told[i] else Cell(withheld() if still.has_holdout else "–"),
        )
        for i, row in enumerate(still.table.to_dict("records"))
    )  # fmt: skip
    hidden = "" if still.told.all() or not still.has_holdout else f" {why_hidden(still.minimum_group)}"
    return Table(
        "alive_and_back",
        tr("Probability of being a customer, and who came back"),
        (tr("Probability"), tr("Customers"), tr("Mean probability"), tr("Foreseen to buy"), tr("Bought")),
        rows,
        tr(
            "Within {horizon_days} days of the cut. Small figures are 95% intervals.{hidden}",
            horizon_days=number(still.horizon_days),
            hidden=hidden,
        ),
    )


def _draw_spend(spend: SpendModel, ax: Axes) -> None:
    table, narrow = spend.table, is_narrow(ax)
    mean, low, high = (_column(table, name) for name in ("mean", "low", "high"))
    typical = spend.typical.number
    at = np.arange(len(table))
    top = 1.12 * max(float(np.nanmax(np.fmax(high, mean))), typical)  # room for a label over the highest whisker
    ax.axhline(typical, color=COLOUR["link"], lw=2, ls=(0, (5, 2)), zorder=2)
    for i in at:
        if np.isfinite(low[i]):
            ax.plot([i, i], [low[i], high[i]], color=COLOUR["ink"], lw=1.6, solid_capstyle="butt", zorder=3)
    ax.plot(at, mean, "o", color=COLOUR["ink"], ms=7, zorder=4)
    if not narrow:
        for i in at:
            above = _clear_of(typical, float(np.fmax(high[i], mean[i])) + 0.015 * top, top)
            written = money(float(mean[i]), spend.currency, 0)
            ax.text(float(i), above, written, ha="center", va="bottom", size=12, weight=700)
    beside = 1.015 * len(table) - 0.5
    ax.text(beside, typical, tr("model"), ha="left", va="center", size=12, weight=700, color=COLOUR["link"])
    ax.set(xlim=(-0.6, len(table) - 0.5), ylim=(0, top))
    ax.set_xticks(
        at,
        [name.replace(tr(" or more"), "+") if narrow else name for name in map(group_name, table["repeat_purchases"])],
    )
    ax.locator_params(axis="y", nbins=5)
    ax.yaxis.set_major_formatter(lambda value, _: money(value, spend.currency, 0))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_xlabel(tr("Repeat purchases up to the cut"), labelpad=6)
    fit(ax, 0.13 if narrow else 0.08, 0.17, 0.86 if narrow else 0.92, 0.98)


def _clear_of(line: float, bottom: float, top: float) -> float:
    """Lift a label that stands on `bottom` over a line that would cross it; heights on a scale of `top`.

    Examples
    --------
    >>> _clear_of(50.0, 48.0, 100.0) > 50.0, _clear_of(50.0, 60.0, 100.0), _clear_of(50.0, 20.0, 100.0)
    (True, 60.0, 20.0)
    """
    tall, gap = _LABEL_HEIGHT * top, 0.015 * top
    return line + gap if bottom - gap < line < bottom + tall else bottom


def _caption_of_spend(spend: SpendModel) -> Caption:
    table = spend.table
    title = {
        True: tr("What a customer spends a time depends little on how often they come")
        if spend.hangs_together
        else tr("What a customer spends a time depends little, or not at all, on how often they come"),
        False: tr("What a customer spends a time depends on how often they come"),
        None: tr("What a customer spends a time depends on how often they come; by how much is open")
        if spend.hangs_together
        else tr("Whether what a customer spends a time depends on how often they come cannot be told"),
    }[spend.has_steady_value]
    listed = "; ".join(
        f"{group_name(row['repeat_purchases'])}: {money(row['mean'], spend.currency)} "
        f"({spend.written(row['customers'])})"
        for row in table.to_dict("records")
    )
    return Caption(
        title,
        tr(
            "Mean value of a repeat purchase by their number; {n} customers who came back. "
            "Dashed: mean over customers in the model. Whiskers: 95% interval.",
            n=spend.written(spend.n_repeaters),
        ),
        tr(
            "Dots of the mean value of a repeat purchase by their number, in brackets customers. "
            "{listed}. Mean in the model: {typical}.",
            listed=listed,
            typical=money(spend.typical.number, spend.currency),
        ),
        tr("Value of a purchase: all orders of one day, returns not taken off."),
    )


def _numbers_of_spend(spend: SpendModel) -> Table:
    rows = tuple(
        (
            Cell(group_name(row["repeat_purchases"])), Cell(spend.written(row['customers'])),
            Cell(
                money(row['mean'], spend.currency),
                money_between(row['low'], row['high'], spend.currency) if np.isfinite(row['low']) else "",
            ),
        )
        for row in spend.table.to_dict("records")
    )  # fmt: skip
    return Table(
        "purchase_value",
        tr("Value of a repeat purchase"),
        (tr("Repeat purchases"), tr("Customers"), tr("Mean value")),
        rows,
        tr("Small figures are 95% intervals."),
    )


def _draw_value(value: ValueForecast, ax: Axes) -> None:
    table = value.table
    draw_columns(
        Columns(
            tuple(map(group_name, table["group"])),
            _column(table, "actual_share"),
            _column(table, "actual_low"),
            _column(table, "actual_high"),
            _column(table, "expected_share"),
            percent,
            tr("Share of revenue after the cut"),
            tr("Customers by their forecast"),
            (tr("came"), tr("foreseen")),
        ),
        ax,
    )


def _caption_of_value(value: ValueForecast) -> Caption:
    table, top, came = value.table, value.top_share.number, value.actual_top_share
    if value.are_alike:
        title = value.heading
    elif not value.has_actual:
        title = tr("The fifth with the highest forecasts is expected to bring {top} of the revenue", top=percent(top))
    else:
        title = tr("The fifth with the highest forecasts brought {came} of the revenue", came=percent(came.number))
    listed = "; ".join(
        tr("{group}: {foreseen} foreseen", group=group_name(row["group"]), foreseen=percent(row["expected_share"]))
        + (tr(", {came} came", came=percent(row["actual_share"])) if np.isfinite(row["actual_share"]) else "")
        for row in table.to_dict("records")
    )
    return Caption(
        title,
        tr(
            "Share of the revenue of the {horizon_days} days after the cut, by fifths of {n} "
            "customers. Line across (blue): forecast. Whiskers: 95% interval of what came.",
            horizon_days=number(value.horizon_days),
            n=number(value.n),
        ),
        tr("Columns of the share of revenue by fifth of customers. {listed}. {title}.", listed=listed, title=title),
        tr("Forecast: expected purchases times the expected value of a purchase, net of returns."),
    )


def _numbers_of_value(value: ValueForecast) -> Table:
    known = value.has_actual
    rows = tuple(
        (
            Cell(capital(group_name(row["group"]))), Cell(number(row['customers'])),
            Cell(money(row['expected_revenue'], value.currency, 0)),
            Cell(percent(row['expected_share'])),
            Cell(money(row['actual_revenue'], value.currency, 0) if known else "–"),
            Cell(
                percent(row['actual_share']),
                percent_between(row['actual_low'], row['actual_high']) if np.isfinite(row['actual_low']) else "",
            ) if known else Cell("–"),
        )
        for row in value.table.to_dict("records")
    )  # fmt: skip
    return Table(
        "value_by_fifth",
        tr("Revenue by fifth of customers, from the highest forecast to the lowest"),
        (tr("Fifth"), tr("Customers"), tr("Foreseen"), tr("Share"), tr("Came"), tr("Share")),
        rows,
        tr(
            "Revenue in the {horizon_days} days after the cut. Small figures are 95% intervals.",
            horizon_days=number(value.horizon_days),
        ),
    )


alive_and_back: Plot[StillCustomers] = Plot("alive_and_back", _draw_alive, _caption_of_alive, _numbers_of_alive)
purchase_value: Plot[SpendModel] = Plot("purchase_value", _draw_spend, _caption_of_spend, _numbers_of_spend)
value_by_fifth: Plot[ValueForecast] = Plot("value_by_fifth", _draw_value, _caption_of_value, _numbers_of_value)
