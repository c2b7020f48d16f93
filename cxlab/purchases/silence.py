"""Customers by how long they have been silent, in bands with round edges."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import Array, PurchaseModelError

_UNITS = (1, 5, 10, 30, 50, 100, 200, 365)
_MOST_STEPS = 40
"""Round numbers that are at most looked at: the finest unit that needs no more of them is taken."""
MOST_BANDS = 6


@dataclass(frozen=True, eq=False)
class Bands:
    """Bands of days.

    Attributes
    ----------
    labels : shape (n,), the band of each customer.
    order : names of the bands, from the shortest silence to the longest.
    """

    labels: NDArray[np.str_]
    order: tuple[str, ...]


def silence_bands(days: ArrayLike, *, most: int = MOST_BANDS, minimum_group: int = 5) -> Bands:
    """Part customers into bands of about equal size by the days since their last order, at round numbers of days.

    Parameters
    ----------
    days : shape (n,), whole days since each customer's last order.
    most : bands at most.
    minimum_group : bands of fewer customers are joined with their neighbours.

    Raises
    ------
    PurchaseModelError : there are no customers, or a silence is below 0.

    Examples
    --------
    >>> silence_bands(range(100), most=4).order
    ('up to 25 days', '26–50 days', '51–75 days', 'over 75 days')
    >>> silence_bands([7, 7, 7]).order
    ('7 days',)
    """
    silent = np.asarray(days, dtype=np.int64)
    if silent.size == 0 or silent.min() < 0:
        raise PurchaseModelError("Bands of silence need customers, each with 0 or more days since the last order.")
    if silent.min() == silent.max():
        return Bands(np.full(silent.shape, _days(int(silent[0]))), (_days(int(silent[0])),))
    edges = _round_edges(silent.astype(np.float64), most)
    band = np.searchsorted(edges, silent, side="left").astype(np.int64)
    groups, _ = merge_small(band, minimum_group, most=most)
    kept = [int(edges[band[groups == g].max()]) for g in range(int(groups.max()))]
    order = _names(kept)
    return Bands(np.asarray(order)[groups], tuple(order))


def _round_edges(silent: Array, most: int) -> NDArray[np.int64]:
    """Last days of all bands but the longest: the round numbers next to the quantiles."""
    longest = float(silent.max())
    unit = next((unit for unit in _UNITS if longest / unit <= _MOST_STEPS), _UNITS[-1])
    wanted = np.quantile(silent, np.arange(1, most) / most)
    edges = np.unique(np.maximum(unit * np.round(wanted / unit), unit if silent.min() > 0 else 0)).astype(np.int64)
    return edges[edges < longest]


def _names(edges: list[int]) -> list[str]:
    if not edges:
        return ["all"]
    begins = [edge + 1 for edge in edges[:-1]]
    middle = [
        _days(begin) if begin == end else f"{begin}–{end} days" for begin, end in zip(begins, edges[1:], strict=True)
    ]
    return [
        f"up to {_days(edges[0])}" if edges[0] else "0 days",
        *middle,
        f"over {_days(edges[-1])}",
    ]


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"
