"""Which counts of people a page hides: the small ones, and those that a total would give away."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.words import few, number

HIDDEN = "hidden"


def to_hide(
    counts: Sequence[int], minimum_group: int, *, apart: bool = True, small: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Tell which counts a page must not show beside their total; shape (n,).

    Parameters
    ----------
    counts : shape (n,), people in each group.
    minimum_group : of the study.
    apart : whether nobody is in two groups.
    small : shape (n,), which must be hidden by themselves; by default those from 1 to under `minimum_group`.

    Notes
    -----
    Where the total and the counts that are shown would tell the hidden ones, the next smallest one is hidden as well,
    until they do not. A count of 0 is shown, for there is nobody in it.

    Examples
    --------
    >>> to_hide([13, 3, 20, 0], 5).tolist()  # 3 is what the others leave of the total
    [True, True, False, False]
    >>> to_hide([13, 3, 4, 20], 5).tolist()
    [False, True, True, False]
    """
    sizes = np.asarray(counts, dtype=np.int64)
    hidden = _are_small(sizes, minimum_group) if small is None else np.array(small, dtype=bool)
    if not hidden.any():
        return hidden
    for i in np.argsort(sizes, kind="stable"):
        if not _are_given_away(sizes[hidden], minimum_group, apart=apart):
            break
        if sizes[i] > 0:
            hidden[i] = True
    return hidden


def written_counts(counts: Sequence[int], minimum_group: int) -> list[str]:
    """Write counts of people in groups apart that stand beside their total, the small ones hidden.

    Examples
    --------
    >>> written_counts([13, 3, 4, 0], 5), written_counts([13, 3, 20], 5)
    (['13', 'under 5', 'under 5', '0'], ['hidden', 'hidden', '20'])
    """
    sizes = np.asarray(counts, dtype=np.int64)
    hidden = to_hide(counts, minimum_group)
    is_plain = not _are_given_away(sizes[hidden & _are_small(sizes, minimum_group)], minimum_group, apart=True)
    word = f"under {minimum_group}" if is_plain else HIDDEN  # the larger one must not be told from the small ones
    return [word if hide else number(n) for hide, n in zip(hidden, counts, strict=True)]


def written_steps(upto: Sequence[int], total: int, minimum_group: int) -> list[str]:
    """Write counts that grow from one to the next, none of which tells a small number of those in between.

    Parameters
    ----------
    upto : shape (n,), ascending. total : what they grow to in the end.

    Examples
    --------
    >>> written_steps([2, 20, 22, 40, 61], 62, 5)
    ['under 5', '20', 'hidden', '40', 'all but under 5']
    """
    said, last = [], 0
    for n in upto:
        if _is_small(n, minimum_group):
            said.append(few(n, minimum_group))
        elif _is_small(total - n, minimum_group):
            said.append(f"all but under {minimum_group}")
        elif _is_small(n - last, minimum_group):
            said.append(HIDDEN)
        else:
            said.append(number(n))
            last = n
    return said


def why_hidden(minimum_group: int) -> str:
    """Say what the word "hidden" stands for."""
    return f"Hidden: groups of under {minimum_group} customers, and the next smallest that would give them away."


def _is_small(n: int, minimum_group: int) -> bool:
    return 0 < n < minimum_group


def _are_small(sizes: NDArray[np.int64], minimum_group: int) -> NDArray[np.bool_]:
    return (sizes > 0) & (sizes < minimum_group)


def _are_given_away(hidden: NDArray[np.int64], minimum_group: int, *, apart: bool) -> bool:
    """Whether what a total leaves for the hidden ones tells their sizes, or is itself too small."""
    n, least = len(hidden), minimum_group
    if n < 2:
        return n == 1
    if not apart:
        return int(hidden.max()) < least
    left = int(hidden.sum())
    return left < least or (int(hidden.max()) < least and left in (n, n * (least - 1)))
