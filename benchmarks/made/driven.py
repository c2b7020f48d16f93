"""Made-up answers with drivers that go with the purchases after them by known slopes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.blocks import SEGMENTS
from cxlab.driver_tags import Group
from cxlab.experience.moments import sum_moments
from cxlab.experience.prepared import standardised
from cxlab.followed import Followed

Array = NDArray[np.float64]
TAGS: tuple[tuple[Group, ...], ...] = (
    ("hedonic", "benefit", "experience"),
    ("hedonic", "benefit", "experience"),
    ("utilitarian", "benefit", "product"),
    ("utilitarian", "sacrifice", "product"),
    ("utilitarian", "sacrifice", "product"),
)
NAMES = ("care", "surprise", "quality", "delay", "price")
RATE, PER_CUSTOMER, LASTING = 1.5, 1.6, 0.5
_MANY = 1_000_000


@dataclass(frozen=True)
class DriverWorld:
    """How purchases hang on drivers.

    Attributes
    ----------
    slopes : of the logarithm of the rate, on one standard deviation of each driver.
    likeness : correlation of any two drivers.
    uneven : variance of the customers' own rates, over the square of their mean.
    good : slope of the first driver above its mean; None: as below.
    by_segment : what the slopes are multiplied by in each segment, in the order of `SEGMENTS`.
    """

    slopes: tuple[float, ...] = (0.0,) * len(NAMES)
    likeness: float = 0.3
    uneven: float = 0.7
    good: float | None = None
    by_segment: tuple[float, ...] = (1.0,) * len(SEGMENTS)
    tags: Mapping[str, tuple[Group, ...]] = field(
        default_factory=lambda: dict(zip(NAMES, TAGS, strict=True)), hash=False
    )

    @property
    def p(self) -> int:
        """How many drivers there are."""
        return len(self.slopes)


def follow(world: DriverWorld, n: int, seed: int) -> Followed:
    """Draw n answers by `PER_CUSTOMER` times fewer customers, with what they bought after."""
    values, customers, rate, segments = _lived(world, n, seed)
    bought = np.random.default_rng([seed, 1]).poisson(rate).astype(np.float64)
    names = list(world.tags)[: world.p]
    frame = pd.DataFrame(
        {"customer_id": pd.Series(customers).map("c{}".format), "day": 0, "score": np.rint(5 + values[:, 0]),
         "purchases": bought}
    )  # fmt: skip
    return Followed(
        frame, pd.DataFrame(values, columns=names), {name: world.tags[name] for name in names}, 90, segments=segments
    )


@cache
def true_shares(world: DriverWorld, n: int = _MANY) -> tuple[float, ...]:
    """Return the share of each driver in n answers whose rates are known; empty where none has any."""
    if not any(world.slopes):
        return ()
    values, customers, rate, _ = _lived(world, n, 1)
    columns = [column for j in range(world.p) if (column := standardised(values[:, j])) is not None]
    each = sum_moments(np.column_stack(columns), rate, customers, seed=1).explained()[0]
    return tuple(float(x) for x in each / each.sum())


def _lived(world: DriverWorld, n: int, seed: int) -> tuple[Array, NDArray[np.int64], Array, NDArray[np.object_]]:
    """Draw drivers, customers and rates; a part of each driver is the customer's own."""
    rng = np.random.default_rng(seed)
    people, p = max(int(n / PER_CUSTOMER), 1), world.p
    who = rng.integers(0, people, n)
    root = np.linalg.cholesky(world.likeness + (1 - world.likeness) * np.eye(p)).T
    own, once = rng.standard_normal((people, p)) @ root, rng.standard_normal((n, p)) @ root
    values = np.sqrt(LASTING) * own[who] + np.sqrt(1 - LASTING) * once
    segment = rng.integers(0, len(SEGMENTS), people)[who]
    moved = values * np.array(world.slopes)
    if world.good is not None:
        moved[:, 0] = np.where(values[:, 0] > 0, world.good, world.slopes[0]) * values[:, 0]
    log_rate = moved.sum(axis=1) * np.array(world.by_segment)[segment]
    own_rate = rng.gamma(1 / world.uneven, world.uneven, people)[who]
    return values, who.astype(np.int64), RATE * own_rate * np.exp(log_rate), np.array(SEGMENTS, dtype=object)[segment]
