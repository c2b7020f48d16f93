"""The four segments side by side, and what to do with each."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.look import SEGMENT_NAME
from cxlab.segments import SegmentProfile
from cxlab.segments.profile import SegmentRow
from cxlab.segments.words import ACTIONS
from cxlab.words import money, number, number_between, percent, percent_between

SMALLEST_AMOUNT = 0.005  # below it an amount is written as nothing
_NONE = Cell("–")
_ALIKE = "each of them"  # where all are alike, drawing them anew tells nothing, and no interval is given
_AGAINST = {"profit_bringers": ("more", "than the lost"), "lost": ("", "")}
_BEHIND = ("less", "than profit-bringers")
_OTHER_WAY = {"more": "less", "less": "more"}
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
    for k, row in enumerate(profile.rows):
        first = (Cell(SEGMENT_NAME[row.segment], segment=row.segment), Cell(profile.sizes.written(k)))
        if row.customers < profile.minimum_group:
            rows.append((*first, *(_NONE,) * 5))
            continue
        rows.append(
            (
                *first,
                _share(profile.size(row.segment)),
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
        note=(
            f"Small figures are 95% intervals. “Next”: the {profile.holdout_days} days after the segments were drawn."
            f"{_of_net(profile)}"
        ),
    )


def _of_net(profile: SegmentProfile) -> str:
    """Say why shares of contribution may be odd, where a segment brought less than nothing."""
    shares = [s for row in profile.rows for s in (row.contribution_share, row.holdout_contribution_share)]
    if not any(share.has_interval and share.number < 0 for share in shares):
        return ""
    return " Shares are of what is left when losses are taken off, so those above zero add up to more than 100%."


def segment_actions(profile: SegmentProfile) -> Table:
    """One row a segment: what to do now, how far it lies from another field, and what is not known yet."""
    rows = []
    for row in profile.rows:
        head = Cell(SEGMENT_NAME[row.segment], segment=row.segment)
        if row.customers == 0:
            rows.append((head, Cell("Nothing: nobody is in it."), _NONE, _NONE))
            continue
        unknown = _UNKNOWN[row.segment]
        if row.segment == "candidates" and not profile.segments.costs_known:
            unknown = "What they cost to serve"
        apart = _apart(row.difference, profile.segments.currency, *_AGAINST.get(row.segment, _BEHIND))
        if row.difference.low is None:
            apart = Cell("–", _why_not_apart(profile, row))
        rows.append((head, Cell(ACTIONS[row.segment]), apart, Cell(unknown)))
    return Table(
        name="segment_actions",
        caption="A decision for each segment",
        columns=("Segment", "Do now", "Difference between fields", "What is not known yet"),
        rows=tuple(rows),
        note=(
            f"Difference: contribution per customer over {profile.holdout_days} days, with its 95% interval; of the "
            "lost, what each of them brought. The fields hold different people: whoever is moved from one to another "
            "may bring more than the difference, or less, or nothing."
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
        return _NONE if estimate.value is None else Cell(number(estimate.number, 2), _ALIKE)
    return Cell(number(estimate.number, 2), number_between(estimate.low, estimate.high, 2))


def _amount(estimate: Estimate, currency: str) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE if estimate.value is None else Cell(money(estimate.number, currency), _ALIKE)
    return Cell(money(estimate.number, currency), number_between(estimate.low, estimate.high, 2))


def _apart(estimate: Estimate, currency: str, side: str, other: str) -> Cell:
    """Write a difference as an amount of more or less than others; without a side, what each brought."""
    if estimate.low is None or estimate.high is None:
        return _NONE
    value, low, high = estimate.number, estimate.low, estimate.high
    if side and value < 0:
        side, value, low, high = _OTHER_WAY[side], -value, -high, -low
    words = f"{side} {other}" if side else "from each of them"
    if abs(value) < SMALLEST_AMOUNT:
        return Cell(f"nothing {words}", number_between(low, high, 2))
    return Cell(f"{money(value, currency)} {words}", number_between(low, high, 2))


def _why_not_apart(profile: SegmentProfile, row: SegmentRow) -> str:
    """Say why a segment's contribution is not held against that of another."""
    other = {"profit_bringers": "lost"}.get(row.segment, "profit_bringers")
    if row.segment != "lost" and profile.row(other).customers == 0:
        return f"there are no {SEGMENT_NAME[other].lower()} customers to compare with"
    if row.segment == "lost" and row.customers >= profile.minimum_group:
        return f"each of them {money(row.holdout_contribution.number, profile.segments.currency)}"
    return "too few to compare"
