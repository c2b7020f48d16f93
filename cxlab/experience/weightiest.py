"""Which driver may be named, and what may be said of it: a share is not enough where its interval holds nothing."""

from dataclasses import dataclass
from typing import Literal

from cxlab.experience.shares import Explained

Lead = Literal["most", "more", "none"]


@dataclass(frozen=True)
class Weightiest:
    """What may be said of single drivers.

    Attributes
    ----------
    lead : `most` where the first one's whole interval lies above one half, `more` where its share is above that of
        each other one by the whole interval of their difference, else `none`.
    named : by position, the one that leads; without one, each whose interval begins above 0, the largest share first.
    """

    lead: Lead
    named: tuple[int, ...]


def find_weightiest(explained: Explained) -> Weightiest:
    """Say which driver stands out, by the written rule.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.array([[8.0, 1.0], [7.0, 2.0]])
    >>> find_weightiest(Explained(draws.mean(axis=0), draws, 100))
    Weightiest(lead='most', named=(0,))
    >>> find_weightiest(Explained(np.array([5.0, 4.0]), np.array([[7.0, 2.0], [3.0, 6.0]]), 100))
    Weightiest(lead='none', named=(0, 1))
    """
    each = range(len(explained.each))
    shares = {j: explained.share([j]) for j in each}
    order = sorted(each, key=lambda j: (-shares[j].number, j))
    first = order[0]
    if shares[first].ends[0] > 0.5:
        return Weightiest("most", (first,))
    if shares[first].ends[0] > 0 and all(explained.share([first], [j]).ends[0] > 0 for j in order[1:]):
        return Weightiest("more", (first,))
    return Weightiest("none", tuple(j for j in order if shares[j].ends[0] > 0))
