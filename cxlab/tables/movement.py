"""Where the customers of two periods are expected to be later, and what lies between the segments."""

from cxlab import words
from cxlab.blocks import SEGMENTS, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.segments import Migration
from cxlab.segments.migration import AHEAD, WHOLE_FROM

_NONE = Cell("–")


def expected_segments(migration: Migration) -> Table | None:
    """One row a segment: its share at both ends, expected one and four periods later, and the value at stake."""
    if migration.missing:
        return None
    rows = []
    for k, name in enumerate(SEGMENTS):
        ahead = [_share(migration.expected.get((periods, name), Estimate())) for periods in AHEAD]
        rows.append(
            (
                Cell(SEGMENT_NAME[name], segment=name),
                *(Cell(sizes.share_written(k)) for sizes in migration.sizes),
                *ahead,
                _stake(migration, name),
            )
        )
    one, four = AHEAD
    return Table(
        name="expected_segments",
        caption=tr("Where they were, and where they go if they go on moving like that"),
        columns=(
            tr("Segment"),
            tr("First period"),
            tr("Second period"),
            tr("After {n} more", n=one),
            tr("After {n} more", n=four),
            tr("1% like profit-bringers"),
        ),
        rows=tuple(rows),
        note=(
            trn(
                "Shares of {n} customer; a period is {days}. Last column: what 1% of the segment would bring more in a "
                "period if they brought what profit-bringers bring, a comparison of different people. Small figures "
                "are 95% intervals.",
                "Shares of {n} customers; a period is {days}. Last column: what 1% of the segment would bring more in "
                "a period if they brought what profit-bringers bring, a comparison of different people. Small figures "
                "are 95% intervals.",
                migration.n,
                n=words.number(migration.n),
                days=words.count(migration.days, "day"),
            )
        ),
    )


def _share(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(words.percent(estimate.number), words.percent_between(estimate.low, estimate.high))


def _stake(migration: Migration, name: str) -> Cell:
    stake = migration.at_stake.get((name, "profit_bringers"), Estimate())
    if stake.low is None or stake.high is None:
        return _NONE
    digits = 0 if stake.number >= WHOLE_FROM else 2
    return Cell(
        words.money(stake.number, migration.currency, digits),
        words.money_between(stake.low, stake.high, migration.currency, digits),
    )
