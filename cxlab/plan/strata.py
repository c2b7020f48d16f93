"""Groups within which the lot is drawn: by segment, and by what customers bought of late."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from cxlab.plan.errors import PlanError

KINDS = ("segment", "purchases")
EVERYBODY, OTHERS = "all", "others"
LEAST_IN_STRATUM = 20


def read_strata(text: str) -> tuple[str, ...]:
    """Read what the strata are made of.

    Raises
    ------
    PlanError : a word that is none of them.

    Examples
    --------
    >>> read_strata("segment, purchases"), read_strata("none")
    (('segment', 'purchases'), ())
    """
    words = [word.strip() for word in text.split(",")]
    if words == ["none"]:
        return ()
    strange = [word for word in words if word not in KINDS]
    if strange:
        raise PlanError(f"--strata has `{strange[0]}`: choose of {', '.join(KINDS)}, or none")
    return tuple(kind for kind in KINDS if kind in words)


def make_strata(
    segments: NDArray[np.object_],
    recent: NDArray[np.int64],
    kinds: Collection[str] = KINDS,
    *,
    least: int = LEAST_IN_STRATUM,
) -> NDArray[np.object_]:
    """Name the stratum of each customer.

    Parameters
    ----------
    segments : shape (n,). recent : shape (n,), purchases in the time before.
    least : strata of fewer customers are taken together.

    Examples
    --------
    >>> make_strata(np.array(["lost"] * 4, dtype=object), np.array([0, 1, 2, 5]), least=1).tolist()
    ['lost 0', 'lost 1-2', 'lost 1-2', 'lost 3+']
    """
    parts = [segments.astype(str)] if "segment" in kinds else []
    if "purchases" in kinds:
        parts.append(_levels(recent))
    if not parts:
        return np.full(len(segments), EVERYBODY, dtype=object)
    names = np.array([" ".join(words) for words in zip(*parts, strict=True)], dtype=object)
    _, codes, counts = np.unique(names.astype(str), return_inverse=True, return_counts=True)
    return np.where(counts[codes] < least, OTHERS, names)


def _levels(recent: NDArray[np.int64]) -> NDArray[np.str_]:
    """None; up to the median of those with any; more."""
    some = recent[recent > 0]
    if not len(some):
        return np.full(len(recent), "0")
    middle = int(np.median(some))
    usual = "1" if middle == 1 else f"1-{middle}"
    return np.where(recent == 0, "0", np.where(recent <= middle, usual, f"{middle + 1}+"))
