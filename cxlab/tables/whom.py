"""Whom to start with in each segment, and on whom effort goes against what comes back."""

from cxlab import words
from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.segments import Effort, Priorities
from cxlab.segments.effort import WHOLE_FROM

_SHOWN = 3
_NONE = Cell("–")
_GROUPS = Texts(
    {
        "takes_more": "Take more than comes back",
        "brings_for_little": "Bring much for little",
    }
)


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
    value = tr("Expected contribution") if priorities.by == "expected" else tr("Ranked by")
    note = tr(
        "The names stand for customers; the table in the file has up to {most} of each, and their ids.",
        most=priorities.most,
    )
    if priorities.horizon_days is not None:
        ahead = trn(
            "“Expected contribution”: in the {n} day after the segments were drawn.",
            "“Expected contribution”: in the {n} days after the segments were drawn.",
            priorities.horizon_days,
            n=words.number(priorities.horizon_days),
        )
        note = f"{ahead} {note}"
    return Table(
        name="start_with",
        caption=tr("The first three to start with in each segment"),
        columns=(tr("Segment"), tr("Customer"), value, tr("Contribution so far"), tr("Days since last order")),
        rows=rows,
        note=note,
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
        caption=tr("Effort against return"),
        columns=(
            tr("Customers who"),
            tr("Customers"),
            tr("Share of all effort"),
            tr("Spent on them"),
            tr("They brought"),
            tr("Brought for each 1 spent"),
            tr("Next, each"),
        ),
        rows=tuple(rows),
        note=(
            trn(
                "Spent: service and gestures. Brought: contribution before these. Next: the {n} day after, effort "
                "taken off; that of the segments stands with them. Small figures are 95% intervals.",
                "Spent: service and gestures. Brought: contribution before these. Next: the {n} days after, effort "
                "taken off; that of the segments stands with them. Small figures are 95% intervals.",
                effort.holdout_days,
                n=words.number(effort.holdout_days),
            )
        ),
    )


def _money(estimate: Estimate, currency: str) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    digits = 0 if abs(estimate.number) >= WHOLE_FROM else 2
    return Cell(
        words.money(estimate.number, currency, digits),
        words.money_between(estimate.low, estimate.high, currency, digits),
    )


def _share(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(words.percent(estimate.number), words.percent_between(estimate.low, estimate.high))


def _rate(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(words.number(estimate.number, 2), words.number_between(estimate.low, estimate.high, 2))
