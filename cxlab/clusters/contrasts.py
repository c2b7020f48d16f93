"""What sets each cluster apart: standardised differences from the other customers, with intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.names import name_clusters
from cxlab.clusters.partition import Clusters
from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import tr
from cxlab.words import count, number, number_between

Array = NDArray[np.float64]
LARGE = 0.8  # Cohen (1988): .2 small, .5 medium, .8 large


@dataclass(frozen=True)
class Contrast:
    """One measure in one cluster, against all customers outside it.

    Attributes
    ----------
    letter, feature, words : the cluster, and the measure as in tables and as a reader says it.
    difference : of the means on the common scale, in standard deviations within (Cohen's d), with its interval; without
        a value where nothing differs within.
    median_inside, median_outside : in the measure's own units.
    """

    letter: str
    feature: str
    words: str
    difference: Estimate
    median_inside: float
    median_outside: float


@dataclass(frozen=True)
class Contrasts:
    """Every measure in every cluster.

    Attributes
    ----------
    contrasts : by cluster, A first, the largest difference first.
    size : customers of each cluster by letter.
    minimum_group : fewest customers that a page may speak of, inside the cluster and outside.
    names : each cluster's name by letter.
    currency : of the money.
    """

    contrasts: tuple[Contrast, ...]
    size: dict[str, int]
    minimum_group: int
    names: dict[str, str]
    currency: str

    @property
    def shown(self) -> tuple[Contrast, ...]:
        """Those of clusters that a page may speak of."""
        n = sum(self.size.values())
        return tuple(c for c in self.contrasts if self.minimum_group <= self.size[c.letter] <= n - self.minimum_group)

    @property
    def letters(self) -> tuple[str, ...]:
        """The clusters that a page may speak of, A first."""
        return tuple(dict.fromkeys(c.letter for c in self.shown))

    @property
    def strongest(self) -> Contrast | None:
        """The largest difference of all that are shown; None where there is none."""
        known = [c for c in self.shown if c.difference.has_interval]
        return max(known, key=lambda c: abs(c.difference.number), default=None)

    @property
    def table(self) -> pd.DataFrame:
        """One row a cluster and measure: difference with interval, medians in and out; small clusters left out."""
        return pd.DataFrame(
            [
                {
                    "cluster": c.letter,
                    "customers": self.size[c.letter],
                    "feature": c.feature,
                    "difference": c.difference.number,
                    "low": c.difference.low,
                    "high": c.difference.high,
                    "median_inside": c.median_inside,
                    "median_outside": c.median_outside,
                }
                for c in self.shown
            ]
        )

    @property
    def heading(self) -> str:
        """The finding as a title."""
        first = self.strongest
        if first is None:
            return tr("No cluster is large enough to say what sets it apart")
        if len(self.size) == 2:
            return tr("The two differ most in {measure}", measure=first.words.lower())
        return tr(
            "{cluster} lies farthest from the others, in {measure}", cluster=first.letter, measure=first.words.lower()
        )

    @property
    def reading(self) -> str:
        """The measure that sets each cluster apart most, with its interval; of two clusters one says it for both."""
        said: list[str] = []
        told: set[str] = set()
        for c in self.shown:
            if c.letter in told or not c.difference.has_interval or (told and len(self.size) == 2):
                continue
            told.add(c.letter)
            e, low, high = c.difference, c.difference.low or 0.0, c.difference.high or 0.0
            ends = (low, high) if e.number > 0 else (-high, -low)
            values = {
                "cluster": c.letter,
                "measure": c.words.lower(),
                "by": number(abs(e.number), 1),
                "interval": number_between(*ends, digits=1),
                "customers": count(self.size[c.letter], "customer"),
            }
            said.append(
                tr(
                    "{cluster} lies above the others most in {measure}, by {by} standard deviations "
                    "({interval}, {customers})",
                    **values,
                )
                if e.number > 0
                else tr(
                    "{cluster} lies below the others most in {measure}, by {by} standard deviations "
                    "({interval}, {customers})",
                    **values,
                )
            )
        if not said:
            return tr("No cluster is large enough to say what sets it apart.")
        return tr(
            "{said}. The clusters were made to differ, so that they do is no finding; by how much, "
            "and in what, is. From {large} on a difference is called large.",
            said="; ".join(said),
            large=number(LARGE, 1),
        )

    @property
    def findings(self) -> Findings:
        """`apart.<cluster>.<feature>` for clusters that a page may speak of."""
        return {f"apart.{c.letter}.{c.feature}": c.difference for c in self.shown if c.difference.has_interval}


def cluster_contrasts(clusters: Clusters, customers: Customers, *, minimum_group: int = 5) -> Contrasts:
    """Measure how far each cluster lies from the other customers in each measure.

    The difference of means on the common scale is divided by the standard deviation within cluster and others. Its
    interval is by the delta method on the moments, without assuming bell curves or equal spreads, over customers and
    with the clusters held fixed: it says how exactly the difference is known, and tests nothing.

    Parameters
    ----------
    clusters : fitted on these customers.
    customers : the same customers, in the same order.
    minimum_group : fewest customers that a page may speak of.

    References
    ----------
    Cohen (1988), Statistical power analysis for the behavioral sciences. Hedges and Olkin (1985), Statistical methods
    for meta-analysis.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> print(cx.cluster_contrasts(clusters, kit.customers).heading)
    A lies farthest from the others, in contribution
    """
    codes, matrix = clusters.codes, clusters.features.matrix
    raw = np.column_stack([feature.raw(customers.frame) for feature in clusters.features.used])
    made: list[Contrast] = []
    for c, letter in enumerate(clusters.letters):
        inside = codes == c
        if not 0 < inside.sum() < len(codes):
            continue
        differences = standardised_differences(matrix, inside)
        own = [
            Contrast(
                letter, f.name, f.words, differences[j],
                float(np.median(raw[inside, j])), float(np.median(raw[~inside, j])),
            )
            for j, f in enumerate(clusters.features.used)
        ]  # fmt: skip
        made += sorted(own, key=lambda one: -abs(np.nan_to_num(one.difference.number)))
    size = np.bincount(codes, minlength=clusters.k)
    named = name_clusters(clusters, customers.frame)
    names = {letter: name.words for letter, name in zip(clusters.letters, named, strict=True)}
    sizes = dict(zip(clusters.letters, size.tolist(), strict=True))
    return Contrasts(tuple(made), sizes, minimum_group, names, customers.currency)


def standardised_differences(matrix: Array, inside: NDArray[np.bool_]) -> list[Estimate]:
    """Difference of means inside and outside in standard deviations within, for each column: length d.

    Parameters
    ----------
    matrix : shape (n, d).
    inside : bool, shape (n,), with rows of either kind.
    """
    n, share = len(matrix), float(inside.mean())
    means = np.where(inside[:, None], matrix[inside].mean(0), matrix[~inside].mean(0))
    away = matrix - means
    spread = np.sqrt((away**2).mean(0))
    known = spread > 1e-9
    scale = np.where(known, spread, 1.0)
    difference = (matrix[inside].mean(0) - matrix[~inside].mean(0)) / scale
    weight = np.where(inside, 1 / share, -1 / (1 - share))[:, None]
    influence = weight * away / scale - difference / 2 * ((away / scale) ** 2 - 1)
    error = influence.std(0) / np.sqrt(n)
    unit = "standard deviations within"
    size = int(inside.sum())
    return [
        normal_interval(float(d), float(e), n=size, unit=unit) if fine else Estimate(n=size, unit=unit)
        for d, e, fine in zip(difference, error, known, strict=True)
    ]
