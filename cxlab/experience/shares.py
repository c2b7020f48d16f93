"""Shares of what drivers explain, and differences of them, with intervals that are honest near nothing.

What a driver explains in a sample is never below 0, so chance alone gives each of them some; in customers drawn anew
chance is in it twice. The draws tell how much of it there is: what they explain more than the sample does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.estimate import Estimate

Array = NDArray[np.float64]
UNIT = "share of what the drivers explain"


@dataclass(frozen=True, eq=False)
class Explained:
    """What each driver explains of the deviance.

    Attributes
    ----------
    each : shape (p,), in the sample. draws : shape (k, p), in customers drawn anew. n : answers.
    """

    each: Array
    draws: Array
    n: int

    @property
    def by_chance(self) -> Array:
        """What chance adds to each, shape (p,)."""
        return np.asarray(np.maximum(self.draws.mean(axis=0) - self.each, 0.0))

    @property
    def without_chance(self) -> Array:
        """What each explains beyond chance, shape (p,); 0 or more."""
        return np.asarray(np.maximum(self.each - self.by_chance, 0.0))

    def total(self, deviance: float) -> Estimate:
        """Return the share of a deviance that all explain together, beyond chance."""
        chance = float(self.by_chance.sum())
        best = max(float(self.each.sum()) - chance, 0.0) / deviance
        draws = np.maximum(self.draws.sum(axis=1) - 2 * chance, 0.0) / deviance
        low, high = (float(x) for x in np.quantile(draws, [0.025, 0.975]))
        return Estimate(best, min(low, best), max(high, best), n=self.n, unit="share of deviance")

    def share(self, members: Sequence[int], less: Sequence[int] = (), *, level: float = 0.95) -> Estimate:
        """Return the share of some drivers, less that of others.

        Notes
        -----
        Draws are looked at as they are, and less twice what chance adds; the interval holds what both give. The former
        draws hold small shares that are there, the latter those that are not, and the shares of strong drivers.
        """
        best = self._of(self.without_chance[None], members, less)[0]
        ends = []
        for draws in (self.draws, np.maximum(self.draws - 2 * self.by_chance, 0.0)):
            ends += np.quantile(self._of(draws, members, less), [0.5 - level / 2, 0.5 + level / 2]).tolist()
        return Estimate(float(best), min(*ends, float(best)), max(*ends, float(best)), level, self.n, UNIT)

    @staticmethod
    def _of(each: Array, members: Sequence[int], less: Sequence[int]) -> Array:
        whole = np.maximum(each.sum(axis=1), 1e-300)
        found = each[:, list(members)].sum(axis=1) - each[:, list(less)].sum(axis=1)
        return np.asarray(found / whole)
