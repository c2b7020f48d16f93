"""Cohorts as a reader sees them: the course of the same customers, and the two trends over cohorts."""

from cxlab.blocks import Cell, Table
from cxlab.cohorts.joining import life_of
from cxlab.cohorts.lasting import STRETCH_DAYS, Lasting, Trend
from cxlab.cohorts.retention import Retention
from cxlab.intake.hiding import why_hidden, withheld, written_within
from cxlab.language import tr
from cxlab.words import capital, number, number_between, percent_between, percent_of


def retention_course(retention: Retention) -> Table | None:
    """One row a period of life: how many of the same customers bought in it; None where nobody could be followed."""
    if not retention.course:
        return None
    n, rows = retention.course[0].n or 0, []
    for k, share in enumerate(retention.course, 1):
        some = round(share.number * n)
        told = retention.is_told(share)
        cell = Cell(percent_of(some, n), percent_between(*share.ends), bar=share.number) if told else Cell(withheld())
        rows.append((Cell(capital(life_of(k, retention.joining.length_days))), cell))
    least = retention.joining.minimum_group
    many = tr(
        "{n} customers, the same in each row.",
        n=capital(written_within(n, retention.joining.n, least)),
    )
    hidden = f" {why_hidden(least)}" if any(cell.text == withheld() for _, cell in rows) else ""
    return Table(
        name="retention_course",
        caption=tr("Who bought in each period after the first order"),
        columns=(tr("Since the first order"), tr("Bought")),
        rows=tuple(rows),
        note=f"{many} " + tr("Small figures are 95% intervals.") + hidden,
    )


def lasting_trends(lasting: Lasting) -> Table | None:
    """One row a measure of how long relationships last, with its trend; None where none can be told."""
    if lasting.trend is None or lasting.activity is None:
        return None
    stretches = lasting.horizon_days // STRETCH_DAYS
    bought = tr(
        "Stretches of {days} days with a purchase, of the first {n}",
        days=STRETCH_DAYS,
        n=number(stretches),
    )
    return Table(
        name="lasting_trends",
        caption=tr("How long relationships last, by the time of joining"),
        columns=(tr("Measure"), tr("First cohort"), tr("Last cohort"), tr("Change a year later")),
        rows=(
            _row(
                tr(
                    "Still bought in days {first} to {last}, %",
                    first=number(lasting.half_days + 1),
                    last=number(lasting.horizon_days),
                ),
                lasting.trend,
                100,
                1,
            ),
            _row(bought, lasting.activity, 1, 2),
        ),
        note=tr(
            "{n} customers. First and last cohort by the line through all of them. Small figures are "
            "95% intervals. The verdict goes by the first row alone.",
            n=number(lasting.n),
        ),
    )


def _row(name: str, trend: Trend, factor: int, digits: int) -> tuple[Cell, ...]:
    low, high = trend.slope.ends
    return (
        Cell(name),
        Cell(number(factor * trend.start, digits)),
        Cell(number(factor * trend.end, digits)),
        Cell(number(factor * trend.slope.number, digits), number_between(factor * low, factor * high, digits)),
    )
