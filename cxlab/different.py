"""Which values differ, told by hashing: a sort of what is different only, not of all."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def numbered(values: ArrayLike | pd.Series) -> tuple[int, NDArray[np.int64]]:
    """Return how many different values there are, and the number of each in their order; none may be missing.

    Parameters
    ----------
    values : shape (n,).

    Examples
    --------
    >>> n, codes = numbered(["b", "a", "b"])
    >>> n, codes.tolist()
    (2, [1, 0, 1])
    """
    codes, different = pd.factorize(values if isinstance(values, pd.Series) else _known(np.asarray(values)), sort=True)
    if codes.min(initial=0) < 0:
        raise ValueError("a missing value has no number")
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
        n, codes = numbered(column)
        which = numbered(which * n + codes)[1]
    _, firsts = np.unique(which, return_index=True)
    return matrix[firsts], which
