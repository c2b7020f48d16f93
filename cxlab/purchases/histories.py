"""What a buy-till-you-die model knows of each customer: how often, how lately, for how long."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxlab.customers import Customers
from cxlab.errors import InputError, NotEnoughDataError
from cxlab.language import tr, trn
from cxlab.words import number

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
DAYS_A_WEEK = 7.0
FEWEST_CUSTOMERS = 30
FEWEST_REPEATERS = 10
WITHOUT_HOLDOUT_DAYS = 90


class PurchaseModelError(InputError):
    """The purchases at hand cannot carry a purchase model."""


@dataclass(frozen=True, eq=False)
class Histories:
    """Purchase histories, one a customer, in whole days.

    Attributes
    ----------
    frequency : shape (n,), repeat purchases: days with an order, less one.
    recency_days : shape (n,), from the first order to the last; 0 for those who bought once.
    age_days : shape (n,), from the first order to the cut.
    kind : shape (n,), number of the kind of customer, where a model tells kinds apart by covariates; None: all are one.

    Raises
    ------
    PurchaseModelError : a history that cannot be: negative, last order after the cut, repeats without time between.

    Examples
    --------
    >>> two = Histories(np.array([0, 2]), np.array([0, 213]), np.array([100, 272]))
    >>> two.n, two.n_repeaters, two.age.round(2).tolist()
    (2, 1, [14.29, 38.86])
    """

    frequency: Counts
    recency_days: Counts
    age_days: Counts
    kind: Counts | None = None

    def __post_init__(self) -> None:
        x, recency, age = self.frequency, self.recency_days, self.age_days
        if not x.shape == recency.shape == age.shape or x.ndim != 1:
            raise PurchaseModelError(
                f"A history needs a frequency, a recency and an age a customer, got {x.shape}, {recency.shape} and "
                f"{age.shape}."
            )
        broken = (x < 0) | (recency < 0) | (recency > age) | ((x > 0) & (recency < x)) | ((x == 0) & (recency > 0))
        if broken.any():
            i = int(np.flatnonzero(broken)[0])
            raise PurchaseModelError(
                f"{int(broken.sum())} purchase histories cannot be; the first, in row {i}, has {x[i]} repeat "
                "purchases, the "
                f"last {recency[i]} days after the first and the cut {age[i]} days after it: check the order dates."
            )

    @classmethod
    def of(cls, customers: Customers) -> "Histories":
        """Take the histories as of `calibration_end`, in the order of `customers.frame`."""
        frame = customers.frame
        age = frame["tenure_days"].to_numpy(np.int64)
        return cls(
            frame["repeat_purchases"].to_numpy(np.int64), age - frame["days_since_last_order"].to_numpy(np.int64), age
        )

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.frequency)

    @property
    def n_repeaters(self) -> int:
        """Number of customers with at least one repeat purchase."""
        return int((self.frequency > 0).sum())

    @property
    def recency(self) -> Array:
        """Weeks from the first order to the last, shape (n,)."""
        return self.recency_days / DAYS_A_WEEK

    @property
    def age(self) -> Array:
        """Weeks from the first order to the cut, shape (n,)."""
        return self.age_days / DAYS_A_WEEK

    @cached_property
    def _packed(self) -> tuple[Counts, Counts, int]:
        """The different histories as one sorted integer key each, how many have it, and the base of the key."""
        base = int(self.age_days.max(initial=0)) + 1
        different, counts = np.unique(self._key(base), return_counts=True)
        return different, counts.astype(np.int64), base

    def _key(self, base: int) -> Counts:
        key: Counts = (self.frequency * base + self.recency_days) * base + self.age_days
        if self.kind is not None:
            key = key + self.kind * ((int(self.frequency.max(initial=0)) + 1) * base * base)
        return key

    @property
    def kinds(self) -> Counts:
        """Number of the kind of each customer, shape (n,); 0 where all are one."""
        return np.zeros(self.n, dtype=np.int64) if self.kind is None else self.kind

    def each_kind(self) -> list[tuple[int, NDArray[np.bool_]]]:
        """Return the number of each kind that occurs, and who is of it, shape (n,)."""
        kinds = self.kinds
        return [(int(kind), kinds == kind) for kind in np.unique(kinds)]

    def take(self, rows: NDArray[np.bool_] | Counts | slice) -> "Histories":
        """Return some of the histories, with their kinds."""
        kind = None if self.kind is None else self.kind[rows]
        return Histories(self.frequency[rows], self.recency_days[rows], self.age_days[rows], kind)

    def different(self) -> tuple["Histories", Counts]:
        """Return each different history once, in order of (kind, frequency, recency, age), and how many have it."""
        key, counts, base = self._packed
        rest, age = np.divmod(key, base)
        rest, recency = np.divmod(rest, base)
        kind, frequency = np.divmod(rest, int(self.frequency.max(initial=0)) + 1)
        return Histories(frequency, recency, age, None if self.kind is None else kind), counts

    def which(self) -> Counts:
        """Row number in `different` of each customer, shape (n,)."""
        key, _, base = self._packed
        return np.searchsorted(key, self._key(base)).astype(np.int64)

    def require_enough(self) -> None:
        """Raise unless there are customers and repeat purchases enough to learn from.

        Raises
        ------
        NotEnoughDataError : fewer than 30 customers or fewer than 10 who bought on a second day.
        """
        if self.n < FEWEST_CUSTOMERS:
            raise NotEnoughDataError(
                trn(
                    "A purchase model needs {least} customers with an order up to calibration_end, and there is {n}: "
                    "bring more orders, or put calibration_end later in study.yml",
                    "A purchase model needs {least} customers with an order up to calibration_end, and there are {n}: "
                    "bring more orders, or put calibration_end later in study.yml",
                    self.n,
                    least=FEWEST_CUSTOMERS,
                    n=self.n,
                )
            )
        if self.n_repeaters < FEWEST_REPEATERS:
            least, n = FEWEST_REPEATERS, number(self.n)
            if self.n_repeaters == 0:
                raise NotEnoughDataError(
                    tr(
                        "A purchase model needs {least} customers who bought on a second day up to calibration_end, "
                        "and of {n} customers nobody did: bring a longer order history, or put calibration_end later "
                        "in study.yml",
                        least=least,
                        n=n,
                    )
                )
            raise NotEnoughDataError(
                tr(
                    "A purchase model needs {least} customers who bought on a second day up to calibration_end, and of "
                    "{n} customers only {some} did: bring a longer order history, or put calibration_end later in "
                    "study.yml",
                    least=least,
                    n=n,
                    some=self.n_repeaters,
                )
            )


def look_ahead(customers: Customers, horizon_days: int | None) -> int:
    """Return how many days to look ahead: as given, else as long as the hold-out window, or 90 where there is none."""
    if horizon_days is not None and horizon_days < 1:
        raise PurchaseModelError(f"A forecast looks at least one day ahead, got horizon_days = {horizon_days}.")
    return horizon_days or (customers.holdout_days if customers.holdout_days > 0 else WITHOUT_HOLDOUT_DAYS)
