"""A million customers of one kind: what agreement and skill come to when nothing is left to chance."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy

from benchmarks.made.crossed import crossed, crossing_segments
from benchmarks.made.planted import planted_customers
from cxlab.blocks import SEGMENTS
from cxlab.clusters import Clusters, fit_clusters
from cxlab.clusters.partition import LETTERS
from cxlab.contingency import (
    adjusted_mutual_information_of,
    adjusted_rand_index_of,
    completeness_of,
    homogeneity_of,
    jaccard_overlaps,
)
from cxlab.customers import Customers
from cxlab.segments import Segments, assign_segments

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Kind = Literal["segments", "returns", "nothing", "clusters"]
MILLION, SEED, K = 1_000_000, 77, 4
_COLUMNS = (
    "repeat_purchases", "days_since_last_order", "mean_order_value", "contribution", "returns", "revenue",
    "cost_to_serve", "n_orders",
)  # fmt: skip


def draw(kind: Kind, n: int, seed: int) -> Customers:
    """Draw customers whose segment, cluster or returned orders decide what they buy next; or nothing does."""
    return crossed(n, seed)[0] if kind == "clusters" else planted_customers(n, seed, driver=kind)


def segment(kind: Kind, customers: Customers) -> Segments:
    """Draw the lines of the segments; they stand still, whoever the customers are."""
    return crossing_segments(customers) if kind == "clusters" else assign_segments(customers)


@dataclass(frozen=True)
class Population:
    """A million customers.

    Attributes
    ----------
    frame : shape (n,), what clusters are found by.
    purchases : shape (n,), in the hold-out window.
    segments, clusters : shape (n,), number of each one's segment, and of the cluster found among all of them.
    """

    frame: pd.DataFrame
    purchases: Array
    segments: Codes
    clusters: Codes

    def skill(self, codes: Codes, means: Array, mean: float) -> float:
        """Return the Poisson deviance explained when each group, by number, is foreseen its mean, and all one mean."""
        y, sizes = self.purchases, np.bincount(codes, minlength=len(means))
        bought = np.bincount(codes, y, minlength=len(means))
        least = float(xlogy(y, y).sum() - y.sum())
        left = least - float((bought * np.log(means) - sizes * means).sum())
        return 1 - left / (least - float(y.sum() * np.log(mean) - len(y) * mean))

    def means(self, codes: Codes, groups: int) -> Array:
        """Return the mean purchases of each group: shape (groups,)."""
        sizes = np.bincount(codes, minlength=groups)
        return np.asarray((np.bincount(codes, self.purchases, minlength=groups) + 1e-9) / (sizes + 1e-9), float)

    def where(self, clusters: Clusters) -> Codes:
        """Put all into clusters that were found among others: their numbers, shape (n,)."""
        return letters_to_codes(clusters.predict(self.frame))

    def agreement(self, clusters: Codes) -> dict[str, list[float]]:
        """Return how far segments and clusters agree among all, by the names of the indices."""
        return agreement_of(np.bincount(self.segments * K + clusters, minlength=4 * K).reshape(4, K))


def agreement_of(counts: NDArray[np.int64]) -> dict[str, list[float]]:
    """Return every index of agreement of a contingency table; of `best_match` one a row."""
    return {
        "adjusted_mutual_information": [adjusted_mutual_information_of(counts)],
        "adjusted_rand_index": [adjusted_rand_index_of(counts)],
        "homogeneity": [homogeneity_of(counts)],
        "completeness": [completeness_of(counts)],
        "best_match": jaccard_overlaps(counts).max(1).tolist(),
    }


def letters_to_codes(labels: pd.Series) -> Codes:
    """Turn clusters' letters into numbers from 0."""
    return np.asarray(pd.Categorical(labels, categories=list(LETTERS[:K])).codes, np.int64)


def segments_to_codes(segments: Segments) -> Codes:
    """Turn segments into their numbers in the order of the four."""
    return np.asarray(pd.Categorical(segments.labels, categories=list(SEGMENTS)).codes, np.int64)


@cache
def population(kind: Kind, n: int = MILLION) -> Population:
    """Draw a million customers once in a process, and find their clusters."""
    customers = draw(kind, n, SEED)
    clusters = fit_clusters(customers, k=K, seed=SEED)
    return Population(
        customers.frame[list(_COLUMNS)],
        customers.frame["holdout_purchases"].to_numpy(float),
        segments_to_codes(segment(kind, customers)),
        letters_to_codes(clusters.labels),
    )
