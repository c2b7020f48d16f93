"""Whether channels differ in how many of their sessions go on from a step to the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as fisher
from scipy.stats import norm

from cxlab.estimate import Estimate
from cxlab.experience.clustered import share_of
from cxlab.journey import Journey

Differs = Literal["yes", "no", "cannot_tell"]
LEAST_REACHED = 30
"""Sessions of a channel before a step from which on it is compared there."""
ALIKE = 0.05
"""Channels whose shares differ by less than this are alike."""
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """Whether channels differ in the share that goes on to a step.

    Attributes
    ----------
    highest, lowest : the channels with the highest and the lowest share.
    apart : how far these two lie apart.
    p : of the test that all are alike, adjusted for the number of steps (Holm 1979).
    n : sessions.
    verdict : by the written rule.
    """

    highest: str
    lowest: str
    apart: float
    p: float
    n: int
    verdict: Differs

    @property
    def estimate(self) -> Estimate:
        """How far the highest and the lowest lie apart, with the verdict."""
        return Estimate(self.apart, n=self.n, unit="share of sessions", verdict=self.verdict)


def compare_channels(journey: Journey, steps: Iterable[int], minimum_group: int) -> dict[int, Difference]:
    """Compare the channels at each step, by its number.

    Notes
    -----
    The written rule. Channels *differ* where the test that all shares are alike, with the sessions of one customer
    taken together in each channel and across them, has a p value below .05 after Holm's adjustment for the number of
    steps. They *do not* where the 90% interval of each difference between two of them lies within 5 points either way.
    Otherwise the data *cannot tell*. A channel with fewer than 30 sessions before a step is not compared there.
    """
    told = {k: found for k in steps if (found := _compare(journey, k, minimum_group)) is not None}
    adjusted = holm([found.p for found in told.values()])
    return {
        k: Difference(found.highest, found.lowest, found.apart, p, found.n, "yes" if p < LEVEL else found.verdict)
        for (k, found), p in zip(told.items(), adjusted, strict=True)
    }


def holm(values: Sequence[float]) -> list[float]:
    """Adjust p values for their number.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, largest = [0.0] * len(values), 0.0
    for place, i in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        largest = max(largest, min(1.0, (len(values) - place) * values[i]))
        adjusted[i] = largest
    return adjusted


def _compare(journey: Journey, k: int, minimum_group: int) -> Difference | None:
    """Test one step; the verdict is what it would be where the test shows nothing."""
    names = [
        name for name, sums in journey.by_channel.items()
        if sums.sessions[k - 1] >= LEAST_REACHED and sums.people[k - 1] >= max(minimum_group, 2)
    ]  # fmt: skip
    if len(names) < 2:
        return None
    shares = [share_of(journey.by_channel[name], k, k - 1) for name in names]
    values = np.array([share.value for share in shares])
    n = np.array([share.n for share in shares], dtype=np.float64)
    people = sum(share.people for share in shares)
    pooled = float(sum(share.reached for share in shares) / n.sum())
    highest, lowest = int(values.argmax()), int(values.argmin())
    told = names[highest], names[lowest], float(values[highest] - values[lowest])
    if pooled in (0.0, 1.0):
        return Difference(*told, 1.0, int(n.sum()), "cannot_tell")
    against = np.hstack([-np.ones((len(names) - 1, 1)), np.eye(len(names) - 1)])
    apart = against @ values
    null = against @ _covariance(journey, names, k, np.full(len(names), pooled)) @ against.T
    squares = float(apart @ np.linalg.solve(null, apart))
    free = len(names) - 1
    p = float(fisher.sf(squares / free, free, max(people - len(names), 1)))
    spread = _covariance(journey, names, k, (values * n + 2) / (n + 4))
    reach = float(norm.ppf(0.95))
    alike = all(
        abs(values[i] - values[j]) + reach * np.sqrt(max(spread[i, i] + spread[j, j] - 2 * spread[i, j], 0.0)) < ALIKE
        for i, j in combinations(range(len(names)), 2)
    )
    return Difference(*told, p, int(n.sum()), "no" if alike else "cannot_tell")


def _covariance(journey: Journey, names: Sequence[str], k: int, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the covariance of the channels' shares over people, around what is expected of each."""
    found = np.zeros((len(names), len(names)))
    for i, one in enumerate(names):
        for j, other in enumerate(names[: i + 1]):
            if i == j:
                both = journey.by_channel[one].products
            elif (one, other) in journey.between:
                both = journey.between[one, other]
            elif (other, one) in journey.between:
                both = journey.between[other, one].T
            else:
                continue
            p, q = expected[i], expected[j]
            value = both[k, k] - q * both[k, k - 1] - p * both[k - 1, k] + p * q * both[k - 1, k - 1]
            n = journey.by_channel[one].sessions[k - 1] * journey.by_channel[other].sessions[k - 1]
            found[i, j] = found[j, i] = float(value) / float(n)
            if i == j:
                people = int(journey.by_channel[one].people[k - 1])
                alone = p * (1 - p) / float(journey.by_channel[one].sessions[k - 1])
                found[i, i] = max(found[i, i] * people / (people - 1), alone)
    return found
