"""Shops whose customers buy and leave as one of the three purchase models says: what the tests of their choice see."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlab.purchases import Histories
from cxlab.purchases.family import FamilyName

TRUTHS: dict[FamilyName, tuple[float, float, float, float]] = {
    "bgnbd": (0.6, 40.0, 0.7, 2.0),
    "mbgnbd": (1.2, 50.0, 0.8, 1.2),
    "pareto_nbd": (0.9, 40.0, 0.7, 60.0),
}
"""Paces of about once a year and slower, so that whole days do no harm; time in weeks."""


def draw_paths(
    family: FamilyName, n: int, seed: int, *, days: int, truth: tuple[float, ...] | None = None
) -> list[NDArray[np.int64]]:
    """Draw the days on which each of `n` customers buys, from the first (0) to `days`; several on one day are one."""
    rng = np.random.default_rng(seed)
    r, alpha, third, fourth = truth or TRUTHS[family]
    pace = rng.gamma(r, 1 / alpha, n) / 7
    if family == "pareto_nbd":
        life = 7 * rng.exponential(1 / np.maximum(rng.gamma(third, 1 / fourth, n), 1e-12))
        stays = np.full(n, np.inf)
    else:
        life, leaving = np.full(n, np.inf), rng.beta(third, fourth, n)
        stays = rng.geometric(np.clip(leaving, 1e-12, 1.0)) - float(family == "mbgnbd")  # repeat purchases made
    found = []
    for i in range(n):
        end = min(float(days), life[i])
        n_till = rng.poisson(pace[i] * days)
        at = np.sort(rng.uniform(0, days, n_till))[: int(min(stays[i], n_till))]
        found.append(np.unique(np.append(0, np.ceil(at[at <= end]))).astype(np.int64))
    return found


def split(paths: list[NDArray[np.int64]], cut: Any) -> tuple[Histories, NDArray[np.int64]]:
    """Split paths at a day (one for all, or one each): the histories up to it, and the purchases after it."""
    cuts = np.broadcast_to(np.asarray(cut, dtype=np.int64), (len(paths),))
    known = [days[days <= at] for days, at in zip(paths, cuts, strict=True)]
    frequency = np.array([len(days) - 1 for days in known])
    later = np.array([len(days) for days in paths]) - 1 - frequency
    return Histories(frequency, np.array([days[-1] for days in known]), cuts.copy()), later
