"""The gain of each fifth of the customers by forecast: whether those who were foreseen to gain more do."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.means import Array
from cxlab.policy.gain import GestureGain

FIFTHS = 5


@dataclass(frozen=True, eq=False)
class GainByFifth:
    """Mean gain of the rows by forecast, the best fifth first.

    Attributes
    ----------
    gains : one a fifth. foreseen : mean forecast of each.
    cuts : shape (4,), the forecasts between fifths, from the best on.

    References
    ----------
    Chernozhukov, Demirer, Duflo and Fernández-Val (2025), Fisher-Schultz lecture: generic machine learning inference on
    heterogeneous treatment effects in randomized experiments (sorted group average effects), Econometrica 93(4).
    """

    gains: tuple[Estimate, ...]
    foreseen: tuple[float, ...]
    cuts: Array

    def fifth(self, foreseen: Array) -> NDArray[np.int64]:
        """Return the fifth, from 0 for the best, that forecasts lie in."""
        return np.asarray((foreseen[:, None] < self.cuts[None, :]).sum(axis=1), dtype=np.int64)

    @property
    def table(self) -> pd.DataFrame:
        """One row a fifth: forecast, gain and its interval."""
        columns: dict[str, list[float]] = {"fifth": list(range(1, FIFTHS + 1)), "foreseen": list(self.foreseen)}
        return pd.DataFrame(columns | columns_of("gain", self.gains))


def gain_by_fifth(gain: GestureGain, foreseen: Array, place: Array) -> GainByFifth:
    """Average the gain within fifths by place: a fifth's rows had no part in the forecasts that put them there."""
    fifth = np.where(np.isfinite(place), np.minimum(np.floor(place * FIFTHS), FIFTHS - 1), -1)
    parts = [fifth == k for k in range(FIFTHS)]
    gains = tuple(gain.mean(gain.gain, mine) if mine.any() else Estimate() for mine in parts)
    means = tuple(float(foreseen[mine].mean()) if mine.any() else float("nan") for mine in parts)
    cuts = np.quantile(foreseen[np.isfinite(foreseen)], [1 - (k + 1) / FIFTHS for k in range(FIFTHS - 1)])
    return GainByFifth(gains, means, cuts)
