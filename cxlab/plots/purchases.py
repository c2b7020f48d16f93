"""The plots of repeat purchases: how often, whether foreseen, and the course over the weeks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.intake.hiding import withheld
from cxlab.language import tr
from cxlab.phrases import group_name
from cxlab.plots.figure import Plot
from cxlab.plots.foreseen import Columns, apart, draw_columns
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.purchases import HoldoutCheck, PurchaseCourse, RepeatCounts
from cxlab.words import count, day, number, number_between, percent, percent_between


def _column(table: pd.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return table[name].to_numpy(np.float64)


def _draw_counts(counts: RepeatCounts, ax: Axes) -> None:
    table = counts.table
    draw_columns(
        Columns(
            tuple(map(group_name, table["repeat_purchases"])),
            _column(table, "share"),
            _column(table, "share_low"),
            _column(table, "share_high"),
            _column(table, "model_share"),
            percent,
            tr("Share of customers"),
            tr("Repeat purchases up to the cut"),
            (tr("counted"), tr("model")),
        ),
        ax,
    )


def _caption_of_counts(counts: RepeatCounts) -> Caption:
    first, gap = counts.table.iloc[0], _gap(counts)
    listed = "; ".join(
        f"{group_name(row['repeat_purchases'])}: {percent(row['share'], 1)}"
        + (f" ({percent(row['model_share'], 1)})" if counts.has_model else "")
        for row in counts.table.to_dict("records")
    )
    times = first["repeat_purchases"]
    share = percent(first["share"])
    title = (
        tr("{share} had not come back", share=share)
        if times == "0"
        else tr("{share} had come back once", share=share)
        if times == "1"
        else tr("{share} came back {times} times", share=share, times=group_name(times))
    )
    beside = (
        tr(" Line across (blue): the model’s share."),
        tr(", in brackets the model’s"),
        tr(" Largest gap {gap} percentage points.", gap=gap),
    )
    mark, brackets, largest = beside if counts.has_model else ("", "", "")
    return Caption(
        tr(
            "{title}; the model has every group right to {gap} points",
            title=title,
            gap=gap,
        )
        if counts.has_model
        else title,
        tr(
            "Share of customers by repeat purchases up to the cut; {customers}.{mark} Whiskers: 95% interval.",
            customers=count(counts.n, "customer"),
            mark=mark,
        ),
        tr(
            "Columns of the share of customers by repeat purchases{brackets}. {listed}.{largest}",
            brackets=brackets,
            listed=listed,
            largest=largest,
        ),
        tr("Several orders on one day are one purchase; the first is not counted."),
    )


def _gap(counts: RepeatCounts) -> str:
    """Write the largest gap between the model's shares and the counted ones, in points; empty without a model."""
    return number(100 * counts.largest_gap.number, 1) if counts.has_model else ""


def _numbers_of_counts(counts: RepeatCounts) -> Table:
    rows = tuple(
        (
            Cell(group_name(row["repeat_purchases"])), Cell(number(row['customers'])),
            Cell(percent(row['share'], 1), percent_between(row['share_low'], row['share_high'], 1)),
            *((Cell(percent(row['model_share'], 1)),) if counts.has_model else ()),
        )
        for row in counts.table.to_dict("records")
    )  # fmt: skip
    return Table(
        "repeat_counts",
        tr("Customers by repeat purchases"),
        (tr("Repeat purchases"), tr("Customers"), tr("Share"), *((tr("Model"),) if counts.has_model else ())),
        rows,
        tr("Small figures are 95% intervals."),
    )


def _lacks_counts(counts: RepeatCounts) -> str:
    return "" if len(counts.table) > 1 else tr("They are all in one group, so there is nothing to draw.")


def _draw_holdout(check: HoldoutCheck, ax: Axes) -> None:
    table = check.table
    known = check.told & (check.days > 0)
    actual, low, high = (
        np.where(known, _column(table, name), np.nan) for name in ("actual", "actual_low", "actual_high")
    )
    draw_columns(
        Columns(
            tuple(map(group_name, table["repeat_purchases"])),
            actual,
            low,
            high,
            _column(table, "expected"),
            lambda v: number(v, 2 if 0 < v < 10 and round(v, 1) != v else 1 if round(v) != v else 0),
            tr("Purchases per customer after the cut"),
            tr("Repeat purchases up to the cut"),
            (tr("came"), tr("foreseen")),
        ),
        ax,
    )


def _caption_of_holdout(check: HoldoutCheck) -> Caption:
    table = check.table
    inside = int(((table["expected"] >= table["actual_low"]) & (table["expected"] <= table["actual_high"])).sum())
    listed = "; ".join(
        f"{group_name(row['repeat_purchases'])}: {number(row['actual'], 2) if told else withheld()} "
        f"({number(row['expected'], 2)})"
        for row, told in zip(table.to_dict("records"), check.told, strict=True)
    )
    hidden = (
        ""
        if check.told.all()
        else tr(" Hidden: purchases that would tell of under {n} customers.", n=check.minimum_group)
    )
    title = tr(
        "In {inside} of {n} groups the forecast lies within the interval of what came",
        inside=number(inside),
        n=number(len(table)),
    )
    return Caption(
        title,
        tr(
            "Purchases per customer in the {days} days after the cut, by purchases before it; "
            "{n} customers. Line across (blue): forecast. Whiskers: 95% interval of what came.",
            days=number(check.days),
            n=number(check.expected.n or 0),
        ),
        tr(
            "Columns of purchases per customer after the cut by repeat purchases before it, in "
            "brackets the forecast. {listed}. {title}.",
            listed=listed,
            title=title,
        ),
        tr("Nothing from after the cut was used for the forecast.{hidden}", hidden=hidden),
    )


def _numbers_of_holdout(check: HoldoutCheck) -> Table:
    rows = tuple(
        (
            Cell(group_name(row["repeat_purchases"])), Cell(number(row['customers'])),
            Cell(number(row['expected'], 2), number_between(row['expected_low'], row['expected_high'], 2)),
            Cell(
                number(row['actual'], 2),
                number_between(row['actual_low'], row['actual_high'], 2) if np.isfinite(row['actual_low']) else "",
            ) if told else Cell(withheld()),
        )
        for row, told in zip(check.table.to_dict("records"), check.told, strict=True)
    )  # fmt: skip
    return Table(
        "holdout_by_frequency",
        tr("Forecast and fact by repeat purchases before the cut"),
        (tr("Repeat purchases"), tr("Customers"), tr("Foreseen each"), tr("Came each")),
        rows,
        tr(
            "Purchases per customer after the cut. Small figures are 95% intervals: of the fit, and "
            "of customers like these."
        ),
    )


def _draw_course(course: PurchaseCourse, ax: Axes) -> None:
    table, narrow = course.table, is_narrow(ax)
    week, actual, expected = _column(table, "week"), _column(table, "actual"), _column(table, "expected")
    low, high = _column(table, "expected_low"), _column(table, "expected_high")
    ax.fill_between(week, low, high, color=COLOUR["link"], alpha=0.22, lw=0, zorder=1)
    ax.plot(week, expected, color=COLOUR["link"], lw=2, ls=(0, (5, 2)), zorder=3)
    ax.plot(week, actual, color=COLOUR["ink"], lw=2.2, zorder=4, solid_capstyle="round")
    top = 1.08 * max(float(actual.max()), float(high.max()), 1.0)
    places = apart([float(actual[-1]), float(expected[-1])], top, 250.0)
    for y, value, word, colour in (
        (places[0], actual[-1], tr("came"), "ink"), (places[1], expected[-1], tr("foreseen"), "link")
    ):  # fmt: skip
        text = word if narrow else f"{word} {number(float(value))}"
        ax.text(week[-1] * 1.015, y, text, ha="left", va="center", size=12, weight=700, color=COLOUR[colour])
    cut = course.cut_week
    if cut < week[-1]:
        ax.axvline(cut, color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=2)
        ax.text(
            cut + 0.01 * week[-1],
            0.03 * top,
            tr("not used") if narrow else tr("not used for the fit"),
            color=COLOUR["muted"],
            size=12,
        )
        ax.text(cut - 0.01 * week[-1], 0.93 * top, tr("the cut"), ha="right", color=COLOUR["muted"], size=12)
    ax.set(xlim=(0, week[-1]), ylim=(0, top))
    ax.locator_params(axis="x", nbins=5 if narrow else 9, integer=True)
    ax.locator_params(axis="y", nbins=5)
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_xlabel(tr("Weeks since the first order"), labelpad=6)
    fit(ax, 0.14 if narrow else 0.08, 0.17, 0.80 if narrow else 0.83, 0.98)


def _caption_of_course(course: PurchaseCourse) -> Caption:
    actual, expected = course.end
    off = expected.number / actual.number - 1 if actual.number else 0.0
    share = percent(abs(off))
    title = (
        tr("Looking forward from the first orders, the model ends {share} below", share=share)
        if off < 0
        else tr("Looking forward from the first orders, the model ends {share} above", share=share)
    )
    middle = course.table.iloc[len(course.table) // 2]
    return Caption(
        title,
        tr(
            "Repeat purchases of {n} customers, added up week by week from {first_order}. Dashed: "
            "the model; band: 95% interval of the fit.",
            n=number(course.n),
            first_order=day(course.first_order),
        ),
        tr(
            "Lines of added-up repeat purchases by week. Week {middle}: {middle_came} came, {middle_foreseen} "
            "foreseen. Week {last}: {came} came, {foreseen} foreseen. {title}.",
            middle=number(middle["week"]),
            middle_came=number(middle["actual"]),
            middle_foreseen=number(middle["expected"]),
            last=number(len(course.table)),
            came=number(actual.number),
            foreseen=number(expected.number),
            title=title,
        ),
        tr(
            "The model was fitted on orders up to {cut}, the dashed upright line.",
            cut=day(course.calibration_end),
        ),
    )


def _numbers_of_course(course: PurchaseCourse) -> Table:
    step = max(1, len(course.table) // 12)
    shown = course.table.iloc[step - 1 :: step]
    rows = tuple(
        (
            Cell(number(row['week'])), Cell(day(row["day"])), Cell(number(row['actual'])),
            Cell(number(row['expected']), number_between(row['expected_low'], row['expected_high'])),
        )
        for row in shown.to_dict("records")
    )  # fmt: skip
    return Table(
        "course",
        tr("Repeat purchases, added up"),
        (tr("Week"), tr("Its last day"), tr("Came"), tr("Foreseen")),
        rows,
        tr(
            "One week in {step}; the file holds them all. Small figures are 95% intervals of the fit.",
            step=number(step),
        )
        if step > 1
        else tr("Small figures are 95% intervals of the fit."),
    )


repeat_counts: Plot[RepeatCounts] = Plot(
    "repeat_counts", _draw_counts, _caption_of_counts, _numbers_of_counts, lacks=_lacks_counts
)
holdout_by_frequency: Plot[HoldoutCheck] = Plot(
    "holdout_by_frequency", _draw_holdout, _caption_of_holdout, _numbers_of_holdout
)
purchase_course: Plot[PurchaseCourse] = Plot("course", _draw_course, _caption_of_course, _numbers_of_course)
