"""A typical customer of each cluster, in days and money, such that nobody is recognised."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.names import ClusterName, name_clusters
from cxlab.clusters.partition import Clusters
from cxlab.customers import Customers
from cxlab.estimate import Findings
from cxlab.language import tr, trn
from cxlab.words import money, number, percent

Array = NDArray[np.float64]
SHARE_MEANT = 0.10  # of a cluster's customers, those nearest to its medians, whose mean is the typical customer
LEAST_MEANT = 5  # customers at least who are averaged, however small a group may be shown
DIGITS = 2  # significant digits that are left


@dataclass(frozen=True)
class Typical:
    """The typical customer of one cluster.

    Attributes
    ----------
    letter : the cluster.
    customers : how many are in it.
    n_meant : customers whose mean this is: those nearest to the medians.
    measures : by measure, in its own units, two significant digits.
    named : what sets the cluster apart.
    """

    letter: str
    customers: int
    n_meant: int
    measures: dict[str, float]
    named: ClusterName

    @property
    def name(self) -> str:
        """Its name as a reader says it."""
        return self.named.words


@dataclass(frozen=True)
class TypicalCustomers:
    """A typical customer of each cluster that is large enough, A first.

    Attributes
    ----------
    typical : one a cluster of `minimum_group` or more.
    currency : of the money.
    n_left : clusters that are too small.
    minimum_group : fewest customers that a page may speak of.
    """

    typical: tuple[Typical, ...]
    currency: str
    n_left: int
    minimum_group: int

    @property
    def table(self) -> pd.DataFrame:
        """One row a cluster: customers, how many the typical one stands for, its measures."""
        return pd.DataFrame(
            [{"cluster": t.letter, "customers": t.customers, "mean_of": t.n_meant, **t.measures} for t in self.typical]
        )

    @property
    def reading(self) -> str:
        """The typical customers of the first two clusters, and what a typical customer is."""
        said = [
            f"{t.letter}: {', '.join(_said(name, v, self.currency) for name, v in t.measures.items())}"
            for t in self.typical[:2]
        ]
        text = tr("No cluster is large enough to show a typical customer.")
        if said:
            first = tr("A typical customer of {whom}", whom=said[0])
            parts = [first, *(tr("of {whom}", whom=whom) for whom in said[1:])]
            if len(self.typical) > len(said):
                parts.append(tr("the others are in the table"))
            each = tr(
                "Each is the mean of the tenth of its cluster, never fewer than {least} customers, whose figures lie "
                "nearest to the cluster’s medians: rounded, and nobody’s own figures.",
                least=number(self.minimum_group),
            )
            text = f"{'; '.join(parts)}. {each}"
        return f"{text} {self.left_unshown}" if self.n_left else text

    @property
    def left_unshown(self) -> str:
        """How many clusters are too small."""
        return trn(
            "{n} cluster of under {least} customers not shown.",
            "{n} clusters of under {least} customers not shown.",
            self.n_left,
            n=number(self.n_left),
            least=number(self.minimum_group),
        )

    @property
    def findings(self) -> Findings:
        """None: typical customers illustrate."""
        return {}


def typical_customers(clusters: Clusters, customers: Customers, *, minimum_group: int = 5) -> TypicalCustomers:
    """Describe the middle of each cluster as a customer.

    The tenth of a cluster that lies nearest to its medians is averaged (a trimmed mean), `minimum_group` customers and
    five at least (microaggregation), and the mean is rounded to two significant digits. Unlike the medians, each of
    which may come of another customer, its figures go together. Unlike the medoid, the member with the least total
    distance to the others, it is no real person, and lies near the medians in every measure.

    Parameters
    ----------
    clusters : fitted on these customers.
    customers : the same customers, in the same order.
    minimum_group : fewest customers that a page may speak of.

    References
    ----------
    Donoho and Gasko (1992), Breakdown properties of location estimates based on halfspace depth and projected
    outlyingness, Annals of Statistics 20 (means of the innermost share in several measures). Domingo-Ferrer and
    Mateo-Sanz (2002), Practical data-oriented microaggregation for statistical disclosure control, IEEE TKDE 14.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> print(cx.typical_customers(clusters, kit.customers).reading)  # doctest: +ELLIPSIS
    A typical customer of A: 18 repeat purchases, last order 18 days ago, €31 an order, €200 contribution, ...
    """
    codes, matrix, used = clusters.codes, clusters.features.matrix, clusters.features.used
    raw = np.column_stack([feature.raw(customers.frame) for feature in used])
    least, names = max(minimum_group, LEAST_MEANT), name_clusters(clusters, customers.frame)
    found = []
    for c, letter in enumerate(clusters.letters):
        members = np.flatnonzero(codes == c)
        if len(members) < least:
            continue
        near = members[nearest_to_medians(matrix[members], least)]
        mean = raw[near].mean(0)
        measures = {f.name: _rounded(float(value)) for f, value in zip(used, mean, strict=True)}
        found.append(Typical(letter, len(members), len(near), measures, names[c]))
    return TypicalCustomers(tuple(found), customers.currency, clusters.k - len(found), least)


def nearest_to_medians(matrix: Array, least: int) -> NDArray[np.int64]:
    """Return the tenth of the rows, `least` or more, that lie nearest to the medians, with whoever is as near.

    Distances are Euclidean, each column in its own standard deviations, so that a measure in which the rows are all but
    alike counts as much as one in which they differ widely.

    Parameters
    ----------
    matrix : shape (n, d).
    least : rows at least, at most n.

    Examples
    --------
    >>> nearest_to_medians(np.array([[0.0], [1.0], [2.0], [3.0], [50.0]]), 3).tolist()
    [1, 2, 3]
    """
    spread = matrix.std(0)
    away = (((matrix - np.median(matrix, axis=0)) / np.where(spread > 0, spread, 1.0)) ** 2).sum(1)
    most = max(least, round(SHARE_MEANT * len(matrix)))
    return np.flatnonzero(away <= np.partition(away, most - 1)[most - 1])


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _said(name: str, value: float, currency: str) -> str:
    written = number(value, 0 if abs(value) >= 10 or value.is_integer() else 1)
    amount = money(value, currency, 0 if abs(value) >= 10 else 2)
    return {
        "repeat_purchases": trn("{n} repeat purchase", "{n} repeat purchases", value, n=written),
        "days_since_last_order": trn("last order {n} day ago", "last order {n} days ago", value, n=written),
        "mean_order_value": tr("{amount} an order", amount=amount),
        "contribution": tr("{amount} contribution", amount=amount),
        "returned_share": tr("{share} of sales returned", share=percent(value)),
        "service_per_order": tr("{amount} to serve an order", amount=amount),
    }[name]
