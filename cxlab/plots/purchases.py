"""The plots of repeat purchases: how often, whether foreseen, and the course over the weeks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.intake.hiding import HIDDEN
from cxlab.plots.figure import Plot
from cxlab.plots.foreseen import Columns, apart, draw_columns
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.purchases import HoldoutCheck, PurchaseCourse, RepeatCounts
from cxlab.words import count, day, number, number_between, percent, percent_between

_REPEATS = "Repeat purchases up to the cut"


def _column(table: pd.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return table[name].to_numpy(np.float64)


def _draw_counts(counts: RepeatCounts, ax: Axes) -> None:
    table = counts.table
    draw_columns(
        Columns(
            tuple(table["repeat_purchases"]), _column(table, "share"), _column(table, "share_low"),
            _column(table, "share_high"), _column(table, "model_share"), percent, "Share of customers", _REPEATS,
            ("counted", "model"),
        ),
        ax,
    )  # fmt: skip


def _caption_of_counts(counts: RepeatCounts) -> Caption:
    first, gap = counts.table.iloc[0], _gap(counts)
    listed = "; ".join(
        f"{row['repeat_purchases']}: {percent(row['share'], 1)}"
        + (f" ({percent(row['model_share'], 1)})" if counts.has_model else "")
        for row in counts.table.to_dict("records")
    )
    times = first["repeat_purchases"]
    start = (
        "had not come back" if times == "0" else "had come back once" if times == "1" else f"came back {times} times"
    )
    title = f"{percent(first['share'])} {start}"
    beside = (" Blue: the model's share.", ", in brackets the model's", f" Largest gap {gap}.")
    mark, brackets, largest = beside if counts.has_model else ("", "", "")
    return Caption(
        f"{title}; the model has every group right to {gap.removesuffix(' percentage points')} points"
        if counts.has_model else title,
        f"Share of customers by repeat purchases up to the cut; {count(counts.n, 'customer')}.{mark} Whiskers: 95% "
        "interval.",
        f"Columns of the share of customers by repeat purchases{brackets}. {listed}.{largest}",
        "Several orders on one day are one purchase; the first is not counted.",
    )  # fmt: skip


def _gap(counts: RepeatCounts) -> str:
    """Write the largest gap between the model's shares and the counted ones; empty without a model."""
    return f"{number(100 * counts.largest_gap.number, 1)} percentage points" if counts.has_model else ""


def _numbers_of_counts(counts: RepeatCounts) -> Table:
    rows = tuple(
        (
            Cell(row['repeat_purchases']), Cell(number(row['customers'])),
            Cell(percent(row['share'], 1), percent_between(row['share_low'], row['share_high'], 1)),
            *((Cell(percent(row['model_share'], 1)),) if counts.has_model else ()),
        )
        for row in counts.table.to_dict("records")
    )  # fmt: skip
    return Table(
        "repeat_counts", "Customers by repeat purchases",
        ("Repeat purchases", "Customers", "Share", *(("Model",) if counts.has_model else ())), rows,
        "Small figures are 95% intervals.",
    )  # fmt: skip


def _lacks_counts(counts: RepeatCounts) -> str:
    return "" if len(counts.table) > 1 else "They are all in one group, so there is nothing to draw."


def _draw_holdout(check: HoldoutCheck, ax: Axes) -> None:
    table = check.table
    known = check.told & (check.days > 0)
    actual, low, high = (
        np.where(known, _column(table, name), np.nan) for name in ("actual", "actual_low", "actual_high")
    )
    draw_columns(
        Columns(
            tuple(table["repeat_purchases"]), actual, low, high, _column(table, "expected"),
            lambda v: number(v, 2 if 0 < v < 10 and round(v, 1) != v else 1 if round(v) != v else 0),
            "Purchases per customer after the cut", _REPEATS, ("came", "foreseen"),
        ),
        ax,
    )  # fmt: skip


def _caption_of_holdout(check: HoldoutCheck) -> Caption:
    table = check.table
    inside = int(((table["expected"] >= table["actual_low"]) & (table["expected"] <= table["actual_high"])).sum())
    listed = "; ".join(
        f"{row['repeat_purchases']}: {number(row['actual'], 2) if told else HIDDEN} ({number(row['expected'], 2)})"
        for row, told in zip(table.to_dict("records"), check.told, strict=True)
    )
    hidden = "" if check.told.all() else f" Hidden: purchases that would tell of under {check.minimum_group} customers."
    title = f"In {number(inside)} of {number(len(table))} groups the forecast lies within what came"
    return Caption(
        title,
        f"Purchases per customer in the {number(check.days)} days after the cut, by purchases before it; "
        f"{number(check.expected.n or 0)} customers. Blue: forecast. Whiskers: 95% interval of what came.",
        "Columns of purchases per customer after the cut by repeat purchases before it, in brackets the forecast. "
        f"{listed}. {title}.",
        f"Nothing from after the cut was used for the forecast.{hidden}",
    )


def _numbers_of_holdout(check: HoldoutCheck) -> Table:
    rows = tuple(
        (
            Cell(row['repeat_purchases']), Cell(number(row['customers'])),
            Cell(number(row['expected'], 2), number_between(row['expected_low'], row['expected_high'], 2)),
            Cell(
                number(row['actual'], 2),
                number_between(row['actual_low'], row['actual_high'], 2) if np.isfinite(row['actual_low']) else "",
            ) if told else Cell(HIDDEN),
        )
        for row, told in zip(check.table.to_dict("records"), check.told, strict=True)
    )  # fmt: skip
    return Table(
        "holdout_by_frequency", "Forecast and fact by repeat purchases before the cut",
        ("Repeat purchases", "Customers", "Foreseen each", "Came each"), rows,
        "Purchases per customer after the cut. Small figures are 95% intervals: of the fit, and of customers like "
        "these.",
    )  # fmt: skip


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
        (places[0], actual[-1], "came", "ink"), (places[1], expected[-1], "foreseen", "link")
    ):  # fmt: skip
        text = word if narrow else f"{word} {number(float(value))}"
        ax.text(week[-1] * 1.015, y, text, ha="left", va="center", size=12, weight=700, color=COLOUR[colour])
    cut = course.cut_week
    if cut < week[-1]:
        ax.axvline(cut, color=COLOUR["ink"], lw=1, ls=(0, (4, 3)), zorder=2)
        ax.text(
            cut + 0.01 * week[-1],
            0.03 * top,
            "not used" if narrow else "not used for the fit",
            color=COLOUR["muted"],
            size=12,
        )
        ax.text(cut - 0.01 * week[-1], 0.93 * top, "the cut", ha="right", color=COLOUR["muted"], size=12)
    ax.set(xlim=(0, week[-1]), ylim=(0, top))
    ax.locator_params(axis="x", nbins=5 if narrow else 9, integer=True)
    ax.locator_params(axis="y", nbins=5)
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_xlabel("Weeks since the first order", labelpad=6)
    fit(ax, 0.14 if narrow else 0.08, 0.17, 0.80 if narrow else 0.83, 0.98)


def _caption_of_course(course: PurchaseCourse) -> Caption:
    actual, expected = course.end
    off = expected.number / actual.number - 1 if actual.number else 0.0
    title = (
        f"Looking forward from the first orders, the model ends {percent(abs(off))} {'below' if off < 0 else 'above'}"
    )
    middle = course.table.iloc[len(course.table) // 2]
    return Caption(
        title,
        f"Repeat purchases of {number(course.n)} customers, added up week by week from {day(course.first_order)}. "
        "Dashed: the model; band: 95% interval of the fit.",
        f"Lines of added-up repeat purchases by week. Week {number(middle['week'])}: {number(middle['actual'])} came, "
        f"{number(middle['expected'])} foreseen. Week {number(len(course.table))}: {number(actual.number)} came, "
        f"{number(expected.number)} foreseen. {title}.",
        f"The model was fitted on orders up to {day(course.calibration_end)}, the dashed upright line.",
    )


def _numbers_of_course(course: PurchaseCourse) -> Table:
    step = max(1, len(course.table) // 12)
    shown = course.table.iloc[step - 1 :: step]
    rows = tuple(
        (
            Cell(number(row['week'])), Cell(f"{row['day']:%Y-%m-%d}"), Cell(number(row['actual'])),
            Cell(number(row['expected']), number_between(row['expected_low'], row['expected_high'])),
        )
        for row in shown.to_dict("records")
    )  # fmt: skip
    return Table(
        "course", "Repeat purchases, added up", ("Week", "Its last day", "Came", "Foreseen"), rows,
        f"Every {number(step)}. week; the file holds them all. Small figures are 95% intervals of the fit." if step > 1
        else "Small figures are 95% intervals of the fit.",
    )  # fmt: skip


repeat_counts: Plot[RepeatCounts] = Plot(
    "repeat_counts", _draw_counts, _caption_of_counts, _numbers_of_counts, lacks=_lacks_counts
)
holdout_by_frequency: Plot[HoldoutCheck] = Plot(
    "holdout_by_frequency", _draw_holdout, _caption_of_holdout, _numbers_of_holdout
)
purchase_course: Plot[PurchaseCourse] = Plot("course", _draw_course, _caption_of_course, _numbers_of_course)
