"""How the plots of the segments name a segment, hide a small one, and write an estimate into a cell."""

from cxlab import words
from cxlab.blocks import Cell
from cxlab.estimate import Estimate
from cxlab.segments import SegmentProfile

NONE = Cell("–")


def is_shown(profile: SegmentProfile, k: int) -> bool:
    """Tell whether the k-th segment has enough customers to be shown."""
    return profile.rows[k].customers >= profile.minimum_group


def size_in_words(profile: SegmentProfile, k: int) -> str:
    """Say how large the k-th segment is."""
    row = profile.rows[k]
    if row.customers == 0:
        return "nobody"
    if not is_shown(profile, k):
        return f"{words.few(row.customers, profile.minimum_group)} customers"
    return f"{profile.sizes.share_written(k)} of customers"


def in_a_sentence(segment: str) -> str:
    """Name a segment's customers inside a sentence."""
    return {"profit_bringers": "profit-bringers", "candidates": "candidates"}.get(segment, f"the {segment}")


def share_cell(estimate: Estimate) -> Cell:
    """Write a share in percent, its interval under it."""
    if estimate.low is None or estimate.high is None:
        return NONE
    return Cell(words.percent(estimate.number), words.percent_between(estimate.low, estimate.high))


def number_cell(estimate: Estimate) -> Cell:
    """Write a number with two decimals, its interval under it."""
    if estimate.low is None or estimate.high is None:
        return NONE
    return Cell(words.number(estimate.number, 2), words.number_between(estimate.low, estimate.high, 2))


def money_cell(estimate: Estimate, currency: str) -> Cell:
    """Write an amount, its interval under it."""
    if estimate.low is None or estimate.high is None:
        return NONE
    return Cell(words.money(estimate.number, currency), words.number_between(estimate.low, estimate.high, 2))
