"""A typical customer of each cluster, in days and money, such that nobody is recognised."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.kmeans import sample_rows
from cxlab.clusters.partition import Clusters
from cxlab.clusters.profiles import name_clusters
from cxlab.customers import Customers
from cxlab.estimate import Findings
from cxlab.words import count, money, number, percent

Array = NDArray[np.float64]
MOST_COMPARED = 2_000  # members of a cluster between whom distances are measured; more are sampled
LEAST_MEANT = 5  # customers at least whose mean stands for the medoid, however small a group may be shown
DIGITS = 2  # significant digits that are left


@dataclass(frozen=True)
class Typical:
    """The typical customer of one cluster.

    Attributes
    ----------
    letter : the cluster.
    customers : how many are in it.
    n_meant : customers whose mean this is: the medoid and those most like it.
    measures : by measure, in its own units, two significant digits.
    name : what sets the cluster apart.
    """

    letter: str
    customers: int
    n_meant: int
    measures: dict[str, float]
    name: str


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
        text = "No cluster is large enough to show a typical customer."
        if said:
            middle = count(self.minimum_group, "customer")
            rest = len(self.typical) - len(said)
            text = (
                f"A typical customer of {'; of '.join(said)}{'; the others are in the table' * bool(rest)}. Each is "
                f"the mean of the {middle} at the middle of the cluster, rounded, and nobody's own figures."
            )
        if self.n_left:
            text += f" {count(self.n_left, 'cluster')} of under {number(self.minimum_group)} customers not shown."
        return text

    @property
    def findings(self) -> Findings:
        """None: typical customers illustrate."""
        return {}


def typical_customers(
    clusters: Clusters, customers: Customers, *, seed: int, minimum_group: int = 5
) -> TypicalCustomers:
    """Describe the middle of each cluster as a customer.

    The medoid, the member with the least total distance to the others, is a real person. So it and the members most
    like it, `minimum_group` together and five at least, are averaged (microaggregation), and the mean is rounded to two
    significant digits.

    Parameters
    ----------
    clusters : fitted on these customers.
    customers : the same customers, in the same order.
    seed : for the sample of members, beyond 2,000 in a cluster.
    minimum_group : fewest customers that a page may speak of.

    References
    ----------
    Kaufman and Rousseeuw (1990), Finding groups in data (medoids). Domingo-Ferrer and Mateo-Sanz (2002), Practical
    data-oriented microaggregation for statistical disclosure control, IEEE TKDE 14.
    """
    codes, matrix, used = clusters.codes, clusters.features.matrix, clusters.features.used
    raw = np.column_stack([feature.raw(customers.frame) for feature in used])
    least, names = max(minimum_group, LEAST_MEANT), name_clusters(clusters, customers.frame)
    found = []
    for c, letter in enumerate(clusters.letters):
        members = np.flatnonzero(codes == c)
        if len(members) < least:
            continue
        middle = medoid(matrix[members[sample_rows(len(members), MOST_COMPARED, seed)]])
        near = np.argsort(((matrix[members] - middle) ** 2).sum(1), kind="stable")[:least]
        mean = raw[members[near]].mean(0)
        measures = {f.name: _rounded(float(value)) for f, value in zip(used, mean, strict=True)}
        found.append(Typical(letter, len(members), least, measures, names[c]))
    return TypicalCustomers(tuple(found), customers.currency, clusters.k - len(found), least)


def medoid(matrix: Array) -> Array:
    """Return the row with the least total distance to the others: shape (d,).

    Examples
    --------
    >>> medoid(np.array([[0.0], [1.0], [9.0]])).tolist()
    [1.0]
    """
    square = (matrix**2).sum(1)
    away = np.sqrt(np.maximum(square[:, None] + square - 2.0 * matrix @ matrix.T, 0.0)).sum(1)
    return np.asarray(matrix[int(away.argmin())])


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _said(name: str, value: float, currency: str) -> str:
    written = number(value, 0 if abs(value) >= 10 or value.is_integer() else 1)
    return {
        "repeat_purchases": f"{written} repeat {'purchase' if value == 1 else 'purchases'}",
        "days_since_last_order": f"last order {written} {'day' if value == 1 else 'days'} ago",
        "mean_order_value": f"{money(value, currency, 0 if abs(value) >= 10 else 2)} an order",
        "contribution": f"{money(value, currency, 0 if abs(value) >= 10 else 2)} contribution",
        "returned_share": f"{percent(value)} of sales returned",
        "service_per_order": f"{money(value, currency, 0 if abs(value) >= 10 else 2)} to serve an order",
    }[name]
