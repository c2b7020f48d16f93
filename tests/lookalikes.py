"""Tables of people that a page shows alike, though the counts that it hides are not the same."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from cxlab.intake.hidden_cells import hide_cells

TOLD_BY_ALL_TOTALS = [[4, 3, 50, 60], [3, 4, 2, 70], [40, 50, 3, 4], [60, 70, 4, 3]]
"""Each row and each column leaves its hidden counts open, but all totals together tell that the 2 is 2."""


def tables_that_look_like(table: list[list[int]]) -> Iterator[list[list[int]]]:
    """Yield tables with other hidden counts, but the same totals and the same that is shown."""
    sizes, cells = np.array(table), hide_cells(table, 5)
    for (i, j), (k, m) in combinations(np.argwhere(cells.mask).tolist(), 2):
        if i == k or j == m or not cells.mask[i, m] or not cells.mask[k, j]:
            continue
        for step in (1, -1):
            other = sizes.copy()
            other[[i, k], [j, m]] += step
            other[[i, k], [m, j]] -= step
            if (other >= 0).all() and hide_cells(other, 5).written == cells.written:
                yield other.tolist()
