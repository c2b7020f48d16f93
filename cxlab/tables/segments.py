"""The four segments side by side, and what to do with each."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.look import SEGMENT_NAME
from cxlab.segments import SegmentProfile
from cxlab.segments.words import ACTIONS
from cxlab.words import few, money, number, number_between, percent, percent_between

_NONE = Cell("–")
_WORTH = {
    "profit_bringers": "for each one kept from being lost",
    "misunderstood": "for each one who becomes a profit-bringer",
    "candidates": "for each one who becomes a profit-bringer",
    "lost": "each, without any effort",
}
_UNKNOWN = {
    "profit_bringers": "Whether a gesture keeps them",
    "misunderstood": "Why they stopped",
    "candidates": "Whether they would spend more",
    "lost": "How many left over a failure",
}


def four_segments(profile: SegmentProfile) -> Table:
    """One row a segment: customers, shares so far and next, and what a customer of it did next."""
    currency = profile.segments.currency
    rows = []
    for row in profile.rows:
        first = (Cell(SEGMENT_NAME[row.segment], segment=row.segment), Cell(few(row.customers, profile.minimum_group)))
        if row.customers < profile.minimum_group:
            rows.append((*first, *(_NONE,) * 5))
            continue
        rows.append(
            (
                *first,
                _share(row.size),
                _share(row.contribution_share),
                _share(row.holdout_contribution_share),
                _amount(row.holdout_contribution, currency),
                _count(row.holdout_purchases),
            )
        )
    return Table(
        name="segments",
        caption="The four segments",
        columns=(
            "Segment",
            "Customers",
            "Share",
            "Contribution so far",
            "Contribution next",
            "Next, per customer",
            "Next, purchases each",
        ),
        rows=tuple(rows),
        note=f"Small figures are 95% intervals. “Next”: the {profile.holdout_days} days after the segments were drawn.",
    )


def segment_actions(profile: SegmentProfile) -> Table:
    """One row a segment: what to do now, what it is worth at most, and what is not known yet."""
    rows = []
    for row in profile.rows:
        unknown = _UNKNOWN[row.segment]
        if row.segment == "candidates" and not profile.segments.costs_known:
            unknown = "What they cost to serve"
        worth = _amount(row.worth, profile.segments.currency, _WORTH[row.segment])
        rows.append(
            (Cell(SEGMENT_NAME[row.segment], segment=row.segment), Cell(ACTIONS[row.segment]), worth, Cell(unknown))
        )
    return Table(
        name="segment_actions",
        caption="A decision for each segment",
        columns=("Segment", "Do now", "Worth at most", "What is not known yet"),
        rows=tuple(rows),
        note=(
            f"Worth: difference in contribution per customer over {profile.holdout_days} days, with its 95% interval. "
            "It is a difference between groups, not the effect of an action."
        ),
        words=(1, 2, 3),
    )


def _share(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    inside = 0 <= estimate.number <= 1
    return Cell(
        percent(estimate.number), percent_between(estimate.low, estimate.high), bar=estimate.number if inside else None
    )


def _count(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(number(estimate.number, 2), number_between(estimate.low, estimate.high, 2))


def _amount(estimate: Estimate, currency: str, words: str = "") -> Cell:
    if estimate.low is None or estimate.high is None:
        return Cell("–", "too few customers" if words else "")
    spread = number_between(estimate.low, estimate.high, 2)
    return Cell(f"{money(estimate.number, currency)} {words}".strip(), spread)
