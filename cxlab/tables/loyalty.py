"""Fans, one-time buyers, all others and all customers side by side."""

import math
from collections.abc import Callable

from cxlab.blocks import Cell, Table
from cxlab.language import Texts, tr, trn
from cxlab.loyalty import Fans
from cxlab.words import money, money_between, number, number_between

_NAMES = Texts(
    {"fans": "Fans", "one_time_buyers": "One-time buyers", "others": "All others", "everybody": "All customers"}
)
_NONE = Cell("–")


def fans_and_others(fans: Fans) -> Table:
    """One row a group: customers, what each bought and brought up to the cut and after it."""

    def amount(value: float) -> str:
        return money(value, fans.currency)

    def amounts(low: float, high: float) -> str:
        return money_between(low, high, fans.currency)

    def purchases(value: float) -> str:
        return number(value, 1)

    def span(low: float, high: float) -> str:
        return number_between(low, high, 1)

    n_after = fans.holdout_days
    columns = [tr("Group"), tr("Customers"), tr("Purchases so far"), tr("Contribution so far")]
    measures: list[tuple[str, Callable[[float], str], Callable[[float, float], str]]] = [
        ("purchases", purchases, span),
        ("contribution", amount, amounts),
    ]
    if fans.holdout_days:
        columns += [
            trn("Purchases, next {n} day", "Purchases, next {n} days", n_after, n=number(n_after)),
            trn("Contribution, next {n} day", "Contribution, next {n} days", n_after, n=number(n_after)),
        ]
        measures += [("holdout_purchases", purchases, span), ("holdout_contribution", amount, amounts)]
    rows = []
    for row in fans.table.to_dict("records"):
        cells = [Cell(_NAMES[row["group"]]), Cell(fans.size(row["group"]))]
        for measure, write, write_span in measures:
            value, low, high = (float(row[f"{measure}{end}"]) for end in ("", "_low", "_high"))
            if row["customers"] < fans.minimum_group or not math.isfinite(value):
                cells.append(_NONE)
            else:
                cells.append(Cell(write(value), write_span(low, high) if low < high else ""))
        rows.append(tuple(cells))
    return Table(
        name="fans_and_others",
        caption=tr("Fans, one-time buyers and all others"),
        columns=tuple(columns),
        rows=tuple(rows),
        note=_note(fans),
    )


def _note(fans: Fans) -> str:
    said = [
        tr(
            "Means a customer; small figures are 95% intervals. So far: up to {calibration_end}. "
            "Fans are told by what they did up to then, one-time buyers by not having come back "
            "until {observation_end}: that they bought nothing in the time after is how they are "
            "told, not a finding.",
            calibration_end=fans.calibration_end,
            observation_end=fans.observation_end,
        )
    ]
    if (fans.are_fans & fans.came_once).any():
        said.append(tr("Fans who bought once and have not come back stand in both of the first two rows."))
    if fans.rounded:
        said.append(tr("“About”: rounded, for it would tell of under {n} customers.", n=fans.minimum_group))
    return " ".join(said)
