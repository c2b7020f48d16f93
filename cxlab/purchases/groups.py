"""Groups of customers by a count, none of them so small that it shows a person."""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
MOST_GROUPS = 8


def merge_small(values: Counts, minimum: int, *, most: int = MOST_GROUPS) -> tuple[Counts, list[str]]:
    """Group customers by a count from 0, counts next to each other joined until no group is smaller than `minimum`.

    Parameters
    ----------
    values : shape (n,), n at least 1.
    minimum : fewest customers in a group.
    most : groups at most; the last takes all higher counts.

    Returns
    -------
    groups : shape (n,), number of each customer's group from 0, ascending in the count.
    names : of the groups: "0", "2–3", "7 or more".

    Examples
    --------
    >>> groups, names = merge_small(np.array([0, 0, 0, 1, 2, 2, 9]), 2)
    >>> groups.tolist(), names
    ([0, 0, 0, 1, 1, 1, 1], ['0', '1 or more'])
    """
    different, counts = np.unique(values, return_counts=True)
    joined: list[list[int]] = []
    sizes: list[int] = []
    for value, size in zip(different.tolist(), counts.tolist(), strict=True):
        if joined and (sizes[-1] < minimum or len(joined) == most):
            joined[-1].append(value)
            sizes[-1] += size
        else:
            joined.append([value])
            sizes.append(size)
    if len(joined) > 1 and sizes[-1] < minimum:
        last = joined.pop()
        joined[-1] += last
    starts = np.array([group[0] for group in joined])
    return np.searchsorted(starts, values, side="right").astype(np.int64) - 1, _names(joined)


def _names(joined: list[list[int]]) -> list[str]:
    names = [str(group[0]) if len(group) == 1 else f"{group[0]}–{group[-1]}" for group in joined]
    if len(joined[-1]) > 1:
        names[-1] = f"{joined[-1][0]} or more"
    return names
