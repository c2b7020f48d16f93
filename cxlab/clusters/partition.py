"""The customers in k clusters, lettered by what a customer of each brings."""

import string
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.features import Features, features_of, fit_features
from cxlab.clusters.kmeans import STARTS, count_different, k_means, nearest, one_thread, settle
from cxlab.customers import Customers
from cxlab.estimate import Findings
from cxlab.language import tr
from cxlab.words import count

LETTERS = (*string.ascii_uppercase, *(f"A{letter}" for letter in string.ascii_uppercase))


@dataclass(frozen=True)
class Clusters:
    """Customers in k clusters.

    Attributes
    ----------
    labels : shape (n,), index of `Customers.frame`, letters; A is the cluster whose customers bring most a head.
    features : the common scale that distances are measured on.
    centres : shape (k, d), A first.
    customer_ids : shape (n,), as in the frame.
    spread : sum of squared distances to the centres.
    seed : what the starts were drawn with.
    """

    labels: pd.Series
    features: Features
    centres: NDArray[np.float64]
    customer_ids: pd.Series
    spread: float
    seed: int

    @property
    def k(self) -> int:
        """Number of clusters."""
        return len(self.centres)

    @property
    def letters(self) -> tuple[str, ...]:
        """The clusters' letters, A first."""
        return LETTERS[: self.k]

    @property
    def codes(self) -> NDArray[np.int64]:
        """Each customer's cluster as a number from 0: shape (n,)."""
        return np.asarray(pd.Categorical(self.labels, categories=list(self.letters)).codes, np.int64)

    def predict(self, frame: pd.DataFrame) -> pd.Series:
        """Put other customers into the clusters as they were fitted: letters, index of `frame`."""
        with one_thread():
            codes = nearest(self.features.transform(frame), self.centres)
        return _lettered(codes, frame.index)

    @property
    def table(self) -> pd.DataFrame:
        """One row a customer: customer_id, cluster."""
        return pd.DataFrame({"customer_id": self.customer_ids, "cluster": self.labels})

    @property
    def reading(self) -> str:
        """How many customers are in how many clusters; the profiles know which are large enough to count out."""
        return tr(
            "{customers} in {clusters}.",
            customers=count(len(self.labels), "customer"),
            clusters=count(self.k, "cluster"),
        )

    @property
    def findings(self) -> Findings:
        """None: sizes are recorded with the profiles."""
        return {}


def fit_clusters(customers: Customers, *, k: int, seed: int, features: Features | None = None) -> Clusters:
    """Divide the customers into k clusters by K-Means with ten starts.

    Parameters
    ----------
    customers : whom to divide.
    k : number of clusters, 2 or more.
    seed : what the starts are drawn with; it does not decide the letters, contribution does.
    features : from `fit_features(customers)`; fitted here when not given.

    Raises
    ------
    NotEnoughDataError : too few customers, or nothing in which they differ.

    References
    ----------
    Arthur and Vassilvitskii (2007), k-means++: the advantages of careful seeding.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> clusters.k, len(clusters.labels) == kit.customers.n
    (4, True)
    """
    given = fit_features(customers) if features is None else features
    return _fit(customers.frame, given, k, seed)


def fit_labels(frame: pd.DataFrame, *, k: int, seed: int) -> Callable[[pd.DataFrame], pd.Series]:
    """Fit features and clusters on some customers and return the rule that puts any customer into them.

    For use inside folds and halves: nothing of other customers reaches the rule.

    Parameters
    ----------
    frame : columns of `Customers.frame`, the customers to learn from.
    k, seed : as in `fit_clusters`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> rule = cx.fit_labels(kit.customers.frame, k=4, seed=1)
    >>> rule(kit.customers.frame).nunique()
    4
    """
    return _fit(frame, features_of(frame), k, seed).predict


def label_customers(customers: Customers, *, k: int, seed: int) -> pd.Series:
    """Letters of the customers' clusters, index of `customers.frame`."""
    return fit_clusters(customers, k=k, seed=seed).labels


def _fit(frame: pd.DataFrame, features: Features, k: int, seed: int) -> Clusters:
    with one_thread():
        model = k_means(features.matrix, count_different(features.matrix, k), starts=STARTS, seed=seed)
        codes, centres = settle(features.matrix, np.asarray(model.labels_, np.int64))
    spread = float(((features.matrix - centres[codes]) ** 2).sum())
    contribution = frame["contribution"].to_numpy(float)
    worth = np.bincount(codes, contribution) / np.bincount(codes)
    order = np.argsort(-worth, kind="stable")
    place = np.argsort(order)
    labels = _lettered(place[codes], frame.index)
    return Clusters(labels, features, centres[order], frame["customer_id"], spread, seed)


def _lettered(codes: NDArray[np.int64], index: pd.Index) -> pd.Series:
    return pd.Series(np.array(LETTERS)[codes], index=index, name="cluster", dtype="str")
