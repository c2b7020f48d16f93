"""Which values differ, told by hashing: what is sorted is what differs, not all."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def codes_of(values: ArrayLike | pd.Series) -> tuple[int, NDArray[np.int64]]:
    """Return how many different values there are, and the number of each in their order; a missing one is the last.

    Parameters
    ----------
    values : shape (n,).

    Examples
    --------
    >>> n, codes = codes_of(["b", "a", "b"])
    >>> n, codes.tolist()
    (2, [1, 0, 1])
    """
    given = values if isinstance(values, pd.Series) else _known(np.asarray(values))
    codes, different = pd.factorize(given, sort=True, use_na_sentinel=False)
    return len(different), codes.astype(np.int64)


def _known(values: NDArray[Any]) -> NDArray[Any]:
    """Return values of a type that pandas takes."""
    return values.astype(object) if values.dtype.kind == "U" else values


def different_rows(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the different rows in order, and the number of each row among them: shapes (m, p) and (n,).

    Examples
    --------
    >>> rows, which = different_rows(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]))
    >>> rows.tolist(), which.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [1, 0, 1])
    """
    which = np.zeros(len(matrix), np.int64)
    for column in matrix.T:
        n, codes = codes_of(column)
        which = codes_of(which * n + codes)[1]
    firsts = np.zeros(int(which.max(initial=-1)) + 1, np.int64)
    firsts[which[::-1]] = np.arange(len(which))[::-1]
    return matrix[firsts], which
