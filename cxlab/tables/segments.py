"""The four segments side by side, and what to do with each."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_NAME
from cxlab.segments import SegmentProfile
from cxlab.segments.profile import SegmentRow
from cxlab.segments.words import ACTIONS
from cxlab.words import money, money_between, number, number_between, percent, percent_between

SMALLEST_AMOUNT = 0.005  # below it an amount is written as nothing
_NONE = Cell("–")
_UNKNOWN = Texts(
    {
        "profit_bringers": "Whether a gesture keeps them",
        "misunderstood": "Why they stopped",
        "candidates": "Whether they would spend more",
        "lost": "How many left over a failure",
    }
)


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
        caption=tr("The four segments"),
        columns=(
            tr("Segment"),
            tr("Customers"),
            tr("Share"),
            tr("Contribution so far"),
            tr("Contribution next"),
            tr("Next, per customer"),
            tr("Next, purchases each"),
        ),
        rows=tuple(rows),
        note=(
            tr(
                "Small figures are 95% intervals. “Next”: the {days} days after the segments were drawn.",
                days=profile.holdout_days,
            )
            + _of_net(profile)
        ),
    )


def _of_net(profile: SegmentProfile) -> str:
    """Say why shares of contribution may be odd, where a segment brought less than nothing."""
    shares = [s for row in profile.rows for s in (row.contribution_share, row.holdout_contribution_share)]
    if not any(share.has_interval and share.number < 0 for share in shares):
        return ""
    said = tr("Shares are of what is left when losses are taken off, so those above zero add up to more than 100%.")
    return f" {said}"


def segment_actions(profile: SegmentProfile) -> Table:
    """One row a segment: what to do now, how far it lies from another field, and what is not known yet."""
    rows = []
    for row in profile.rows:
        head = Cell(SEGMENT_NAME[row.segment], segment=row.segment)
        if row.customers == 0:
            rows.append((head, Cell(tr("Nothing: nobody is in it.")), _NONE, _NONE))
            continue
        unknown = _UNKNOWN[row.segment]
        if row.segment == "candidates" and not profile.segments.costs_known:
            unknown = tr("What they cost to serve")
        apart = _apart(row.difference, profile.segments.currency, row.segment)
        if row.difference.low is None:
            apart = Cell("–", _why_not_apart(profile, row))
        rows.append((head, Cell(ACTIONS[row.segment]), apart, Cell(unknown)))
    return Table(
        name="segment_actions",
        caption=tr("A decision for each segment"),
        columns=(tr("Segment"), tr("Do now"), tr("Difference between fields"), tr("What is not known yet")),
        rows=tuple(rows),
        note=(
            tr(
                "Difference: contribution per customer over {days} days, with its 95% interval; of the lost, what each "
                "of them brought. The fields hold different people: whoever is moved from one to another may bring "
                "more than the difference, or less, or nothing.",
                days=profile.holdout_days,
            )
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
        return _alone(estimate, number(estimate.number, 2))
    return Cell(number(estimate.number, 2), number_between(estimate.low, estimate.high, 2))


def _amount(estimate: Estimate, currency: str) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _alone(estimate, money(estimate.number, currency))
    return Cell(money(estimate.number, currency), money_between(estimate.low, estimate.high, currency))


def _alone(estimate: Estimate, written: str) -> Cell:
    """Write a mean without interval: where all are alike, drawing them anew tells nothing."""
    return _NONE if estimate.value is None else Cell(written, tr("each of them"))


def _apart(estimate: Estimate, currency: str, segment: str) -> Cell:
    """Write how much more a profit-bringer brought than the lost, another less than those; what a lost one brought."""
    if estimate.low is None or estimate.high is None:
        return _NONE
    value, low, high = estimate.number, estimate.low, estimate.high
    if value < 0 and segment != "lost":
        low, high = -high, -low
    amount = money(value if segment == "lost" else abs(value), currency)
    if abs(value) < SMALLEST_AMOUNT:
        amount = tr("nothing")
    if segment == "lost":
        said = tr("{amount} from each of them", amount=amount)
    elif segment == "profit_bringers" and value < 0:
        said = tr("{amount} less than the lost", amount=amount)
    elif segment == "profit_bringers":
        said = tr("{amount} more than the lost", amount=amount)
    elif value < 0:
        said = tr("{amount} more than profit-bringers", amount=amount)
    else:
        said = tr("{amount} less than profit-bringers", amount=amount)
    return Cell(said, money_between(low, high, currency))


def _why_not_apart(profile: SegmentProfile, row: SegmentRow) -> str:
    """Say why a segment's contribution is not held against that of another."""
    other = {"profit_bringers": "lost"}.get(row.segment, "profit_bringers")
    if row.segment != "lost" and profile.row(other).customers == 0:
        if other == "lost":
            return tr("there are no lost customers to compare with")
        return tr("there are no profit-bringers customers to compare with")
    if row.segment == "lost" and row.customers >= profile.minimum_group:
        return tr("each of them {amount}", amount=money(row.holdout_contribution.number, profile.segments.currency))
    return tr("too few to compare")
