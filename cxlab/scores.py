"""Scores sorted into low, middle and high, on whatever scale they were given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.errors import InputError
from cxlab.language import tr
from cxlab.words import number

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
GROUPS = ("low", "middle", "high")
NO_ANSWER, OUTSIDE = -1, -2
SCALES = ((1.0, 5.0), (0.0, 5.0), (1.0, 7.0), (0.0, 10.0), (0.0, 100.0))
"""Scales that are taken for given, smallest first."""
WITHIN = 0.95  # share of the answers that must lie on a scale
_TEN = (0.0, 10.0)


@dataclass(frozen=True)
class ScoreScale:
    """A scale and where it is cut.

    Attributes
    ----------
    lowest, highest : its ends; a score beyond them is not used.
    below, above : a score under the first is low, one over the second is high, all others lie in the middle. On 0 to 10
        these are 7 and 8, as is usual for "would you recommend us?"; on every other scale they cut it into thirds.
    is_whole : whether all scores are whole numbers.
    """

    lowest: float
    highest: float
    below: float
    above: float
    is_whole: bool

    @property
    def name(self) -> str:
        """The scale in words."""
        return tr("{lowest} to {highest}", lowest=_short(self.lowest), highest=_short(self.highest))

    @property
    def labels(self) -> tuple[str, str, str]:
        """The scores of each group in words.

        Examples
        --------
        >>> ScoreScale(0, 10, 7, 8, True).labels, ScoreScale(1, 5, 7 / 3, 11 / 3, True).labels
        (('0–6', '7–8', '9–10'), ('1–2', '3', '4–5'))
        """
        if not self.is_whole:
            low, high = _short(self.below), _short(self.above)
            return tr("under {low}", low=low), f"{low}–{high}", tr("over {high}", high=high)
        first, last = int(np.ceil(self.below)), int(np.floor(self.above))
        return (
            _whole(int(np.ceil(self.lowest)), first - 1),
            _whole(first, last),
            _whole(last + 1, int(np.floor(self.highest))),
        )

    def sort(self, scores: Array) -> Codes:
        """Return the place in `GROUPS` of each score; `NO_ANSWER` where there is none, `OUTSIDE` beyond the scale.

        Examples
        --------
        >>> ScoreScale(0, 10, 7, 8, True).sort(np.array([6.0, 7.0, 9.0, np.nan, 11.0])).tolist()
        [0, 1, 2, -1, -2]
        """
        with np.errstate(invalid="ignore"):
            beyond = (scores < self.lowest) | (scores > self.highest)
            found = np.where(scores < self.below, 0, np.where(scores > self.above, 2, 1))
        return np.where(np.isnan(scores), NO_ANSWER, np.where(beyond, OUTSIDE, found)).astype(np.int64)


def find_scale(scores: Array, *, metric: str = "", scale: tuple[float, float] | None = None) -> ScoreScale:
    """Find the scale on which scores were given.

    Parameters
    ----------
    scores : shape (n,), all scores, at least one.
    metric : what was asked; `nps` is from 0 to 10.
    scale : its ends, where they are known. None: the smallest of `SCALES` that holds 95 % of the scores, and from the
        lowest to the highest score where none does.

    Raises
    ------
    InputError : the scale given does not go upwards.

    Examples
    --------
    >>> find_scale(np.array([1.0, 2.0, 4.0, 5.0])).name, find_scale(np.array([0.0, 7.0, 9.0, 8.0])).name
    ('1 to 5', '0 to 10')
    """
    if scale is not None and not scale[0] < scale[1]:
        raise InputError(f"a scale from {scale[0]} to {scale[1]} does not go upwards: give the lower end first")
    ends = scale
    if ends is None and metric.strip().lower() == "nps":
        ends = _TEN
    if ends is None:
        on = ((low, high) for low, high in SCALES if np.mean((scores >= low) & (scores <= high)) >= WITHIN)
        ends = next(on, (float(scores.min()), float(scores.max())))
    lowest, highest = ends
    third = (highest - lowest) / 3
    below, above = (7.0, 8.0) if ends == _TEN else (lowest + third, highest - third)
    used = scores[(scores >= lowest) & (scores <= highest)]
    return ScoreScale(lowest, highest, below, above, bool((used == np.rint(used)).all()))


def _short(value: float) -> str:
    return number(value, 0 if float(value).is_integer() else 1)


def _whole(first: int, last: int) -> str:
    return number(first) if first == last else f"{number(first)}–{number(last)}"
