"""Where chance comes from: fresh for a history, common to all worlds where two courses of events are compared."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Draws:
    """Random numbers for the rows of a crowd.

    Parameters
    ----------
    rng : where they come from.
    worlds : the crowd holds the same customers so many times, one world after the other, and the same customer is
        dealt the same numbers in every world (common random numbers).
    """

    def __init__(self, rng: np.random.Generator, worlds: int = 1) -> None:
        self._rng, self._worlds = rng, worlds

    def days(self, n: int) -> Array:
        """One uniform number for each of `n` rows: whether the customer orders today."""
        drawn = self._rng.random(n // self._worlds)
        return drawn if self._worlds == 1 else np.tile(drawn, self._worlds)

    def visits(self, rows: NDArray[np.int64], n: int) -> tuple[Array, Array]:
        """Four uniform numbers, shape (4, orders), and a normal one, shape (orders,), for the orders of today."""
        if self._worlds == 1:
            return self._rng.random((4, len(rows))), self._rng.standard_normal(len(rows))
        who, place = np.unique(rows % (n // self._worlds), return_inverse=True)
        return self._rng.random((4, len(who)))[:, place], self._rng.standard_normal(len(who))[place]
