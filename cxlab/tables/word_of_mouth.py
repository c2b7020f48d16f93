"""What customers did by the score that they had given, as a table."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn
from cxlab.loyalty.word_of_mouth import DIGITS, WordOfMouth
from cxlab.words import number, number_between

_NONE = Cell("–")
_ORDER = (2, 1, 0, 3)  # high scores first, no answer last
_NAMES = Texts({"referrals": "Brought by 100 customers", "purchases": "Purchases a customer"})
_RATIOS = {0: "low_ratio", 2: "high_ratio"}


def outcomes_by_score(found: WordOfMouth) -> Table | None:
    """One row a group of scores: customers, what they did next, and how many times as much as after middle scores."""
    if not found.sides:
        return None
    columns = [tr("Score given"), tr("Customers")]
    for side in found.sides:
        columns += [_NAMES[side.outcome], tr("Times that of {score}", score=found.labels[1])]
    rows = []
    for g in _ORDER:
        cells = [Cell(found.labels[g]), Cell(found.size_in_words(g))]
        for side in found.sides:
            shown = found.is_shown(g)
            ratio = getattr(side, _RATIOS[g]) if g in _RATIOS else Estimate()
            cells += [
                _cell(side.rates[g], DIGITS[side.outcome]) if shown else _NONE,
                _cell(ratio, 2) if shown else _NONE,
            ]
        rows.append(tuple(cells))
    return Table(
        name="outcomes_by_score",
        caption=trn(
            "What customers did in the {n} day after, by the last score given by then",
            "What customers did in the {n} days after, by the last score given by then",
            found.window_days,
            n=number(found.window_days),
        ),
        columns=tuple(columns),
        rows=tuple(rows),
        note=" ".join(
            part
            for part in (
                found.counted,
                found.silent_ratios,
                tr(
                    "Small figures are 95% intervals. A customer whose score changed stands in more than one "
                    "row. Times are left out where fewer than 5 came of either group."
                ),
            )
            if part
        ),
    )


def _cell(estimate: Estimate, digits: int) -> Cell:
    if not estimate.has_interval:
        return _NONE
    return Cell(number(estimate.number, digits), number_between(*estimate.ends, digits))
