"""With how many digits to write a figure, so that rounding does not carry it over an edge that matters."""

from collections.abc import Iterable

import numpy as np

_MOST = 6


def enough_digits(values: Iterable[float], edges: Iterable[float], digits: int = 2) -> int:
    """Return the fewest digits, at least `digits`, with which each value as written lies on its own side of each edge.

    Examples
    --------
    >>> enough_digits([-0.0044, 0.229], [0.0]), enough_digits([0.7996, 1.1], [0.8, 1.25])
    (3, 4)
    >>> enough_digits([0.78, 0.99], [0.8, 1.25])
    2
    """
    all_values, all_edges = list(values), list(edges)
    for enough in range(digits, _MOST):
        if all(np.sign(round(v, enough) - e) == np.sign(v - e) for v in all_values for e in all_edges):
            return enough
    return _MOST
