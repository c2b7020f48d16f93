"""Whom to start with in each segment, and on whom effort goes against what comes back."""

from cxlab import words
from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.look import SEGMENT_NAME
from cxlab.segments import Effort, Priorities
from cxlab.segments.effort import WHOLE_FROM

_SHOWN = 3
_NONE = Cell("–")
_GROUPS = {
    "takes_more": "Take more than comes back",
    "brings_for_little": "Bring much for little",
}


def customers_to_start_with(priorities: Priorities) -> Table | None:
    """Show the first three of each segment, by pseudonym; all who are named stand in the file."""
    if priorities.table.empty:
        return None
    shown = priorities.shown
    first = shown[(shown["place"] <= _SHOWN).to_numpy()]
    numbers = first[["value", "contribution", "days_since_last_order"]].to_numpy(float)
    rows = tuple(
        (
            Cell(SEGMENT_NAME[segment], segment=segment),
            Cell(pseudonym),
            Cell(words.money(value, priorities.currency)),
            Cell(words.money(contribution, priorities.currency)),
            Cell(words.number(days)),
        )
        for segment, pseudonym, (value, contribution, days) in zip(
            first["segment"], first["pseudonym"], numbers.tolist(), strict=True
        )
    )
    value = "Expected" if priorities.by == "expected" else "Ranked by"
    ahead = "" if priorities.horizon_days is None else (
        f"“Expected”: contribution in the {words.count(priorities.horizon_days, 'day')} after the segments were drawn. "
    )  # fmt: skip
    return Table(
        name="start_with",
        caption="The first three to start with in each segment",
        columns=("Segment", "Customer", value, "Contribution so far", "Days since last order"),
        rows=rows,
        note=(
            f"{ahead}The names stand for customers; the table in the file has up to {priorities.most} of each, and "
            "their ids."
        ),
        words=(1,),
    )


def effort_and_return(effort: Effort) -> Table | None:
    """One row a group and a segment: what was spent, what came back, and what came next."""
    if effort.missing:
        return None
    rows = []
    for row in effort.rows:
        known = row.group in SEGMENT_NAME
        name = SEGMENT_NAME.get(row.group, _GROUPS.get(row.group, row.group))
        head = Cell(name, segment=row.group if known else "")
        if row.customers < effort.minimum_group:
            rows.append((head, Cell(words.few(row.customers, effort.minimum_group)), *(_NONE,) * 5))
            continue
        rows.append(
            (
                head,
                Cell(words.number(row.customers)),
                _share(row.effort_share),
                _money(row.spent, effort.currency),
                _money(row.brought, effort.currency),
                _rate(row.return_rate),
                _money(row.later, effort.currency),
            )
        )
    return Table(
        name="effort",
        caption="Effort against return",
        columns=(
            "Customers who",
            "Customers",
            "Share of all effort",
            "Spent on them",
            "They brought",
            "Brought for each 1 spent",
            "Next, each",
        ),
        rows=tuple(rows),
        note=(
            f"Spent: service and gestures. Brought: contribution before these. Next: the "
            f"{words.count(effort.holdout_days, 'day')} after, effort taken off; that of the segments stands with "
            "them. Small figures are 95% intervals."
        ),
    )


def _money(estimate: Estimate, currency: str) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    digits = 0 if abs(estimate.number) >= WHOLE_FROM else 2
    return Cell(
        words.money(estimate.number, currency, digits), words.number_between(estimate.low, estimate.high, digits)
    )


def _share(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(words.percent(estimate.number), words.percent_between(estimate.low, estimate.high))


def _rate(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(words.number(estimate.number, 2), words.number_between(estimate.low, estimate.high, 2))
