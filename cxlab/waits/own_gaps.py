"""The gaps between each customer's own purchases, and the silence since the last: what a cadence is learnt from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.contingency import Array, Counts
from cxlab.customers import EPOCH, Customers
from cxlab.engine import Engine
from cxlab.errors import InputError

_PARTS = 1_000_000_000
"""A logarithm is summed in whole parts of so many, so that its sum does not depend on the order of the rows."""


class GapError(InputError):
    """Gaps between purchases that cannot be."""


@dataclass(frozen=True, eq=False)
class OwnGaps:
    """Gaps between the purchase days of each customer, in whole days.

    Attributes
    ----------
    n : shape (c,), gaps: purchase days, less one.
    days : shape (c,), their sum: from the first purchase to the last.
    logs : shape (c,), sum of their natural logarithms.
    silence : shape (c,), days from the last purchase to the cut.

    Raises
    ------
    GapError : sums that no gaps of a day or more can have.
    """

    n: Counts
    days: Counts
    logs: Array
    silence: Counts

    def __post_init__(self) -> None:
        shapes = {part.shape for part in (self.n, self.days, self.logs, self.silence)}
        if len(shapes) != 1 or self.n.ndim != 1:
            raise GapError(f"Gaps need a number, a sum, a sum of logarithms and a silence a customer, got {shapes}.")
        broken = (self.n < 0) | (self.silence < 0) | (self.days < self.n) | ((self.n == 0) & (self.days > 0))
        broken |= (self.logs < -1e-6) | (
            self.logs > self.n * np.log(np.maximum(self.days / np.maximum(self.n, 1), 1)) + 1e-6
        )
        if broken.any():
            i = int(np.flatnonzero(broken)[0])
            raise GapError(
                f"The gaps of {int(broken.sum())} customers cannot be; those in row {i} are {self.n[i]} gaps of "
                f"{self.days[i]} days in all, with a silence of {self.silence[i]} days: check the order dates."
            )

    @property
    def has_own(self) -> NDArray[np.bool_]:
        """Which customers have a gap of their own: shape (c,)."""
        return self.n > 0

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "OwnGaps":
        """Return those of some customers."""
        return OwnGaps(self.n[rows], self.days[rows], self.logs[rows], self.silence[rows])


def read_gaps(engine: Engine, customers: Customers) -> OwnGaps:
    """Read each customer's gaps up to the end of calibration, in the order of `customers.frame`."""
    found = engine.frame(_GAPS, [_PARTS, (customers.calibration_end - EPOCH).days])
    at = found.set_index("customer_id").reindex(customers.frame["customer_id"].to_numpy(object)).fillna(0)
    return OwnGaps(
        at["n"].to_numpy(np.int64),
        at["days"].to_numpy(np.int64),
        at["logs"].to_numpy(np.float64) / _PARTS,
        customers.frame["days_since_last_order"].to_numpy(np.int64),
    )


_GAPS = (
    "SELECT customer_id, COUNT(*) AS n, CAST(SUM(day - previous_day) AS BIGINT) AS days, "
    "CAST(SUM(CAST(ROUND(LN(CAST(day - previous_day AS DOUBLE)) * ?) AS BIGINT)) AS BIGINT) AS logs FROM sales "
    "WHERE n_orders > 0 AND previous_day IS NOT NULL AND day <= ? GROUP BY customer_id ORDER BY customer_id"
)
