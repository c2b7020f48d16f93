"""How the plots of the segments name a segment, hide a small one, and write an estimate into a cell."""

from collections.abc import Iterable

from cxlab import words
from cxlab.blocks import Cell
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_NAME
from cxlab.segments import SegmentProfile

NONE = Cell("–")
_LETTER, _BESIDE, _NARROW = 6.7, 6, 358  # pixels: a bold letter, room beside a name, width of a narrow figure
_IN_A_SENTENCE = Texts(
    {
        "profit_bringers": "profit-bringers",
        "misunderstood": "the misunderstood",
        "candidates": "candidates",
        "lost": "the lost",
    }
)


def is_shown(profile: SegmentProfile, k: int) -> bool:
    """Tell whether the k-th segment has enough customers to be shown."""
    return profile.rows[k].customers >= profile.minimum_group


def size_in_words(profile: SegmentProfile, k: int, *, of_whom: bool = True) -> str:
    """Say how large the k-th segment is; without `of_whom`, a share alone where there is one."""
    row = profile.rows[k]
    if row.customers == 0:
        return tr("nobody")
    if not is_shown(profile, k):
        return tr("{few} customers", few=words.few(row.customers, profile.minimum_group))
    share = profile.sizes.share_written(k)
    return tr("{share} of customers", share=share) if of_whom else share


def in_a_sentence(segment: str) -> str:
    """Name a segment's customers inside a sentence."""
    return _IN_A_SENTENCE[segment]


def room_for_names(least: float, names: Iterable[str] | None = None) -> float:
    """Return the share of a narrow figure's width that bold names take, by default the segments', at least `least`."""
    return max(least, (_LETTER * max(map(len, names or SEGMENT_NAME.values())) + _BESIDE) / _NARROW)


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
    return Cell(words.money(estimate.number, currency), words.money_between(estimate.low, estimate.high, currency))
