"""Four ways of dividing customers behind one call: K-Means, a mixture of bell curves, Ward and HDBSCAN."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.cluster import HDBSCAN

from cxlab.clusters.kmeans import STARTS, count_different, k_means, nearest, one_thread, sample_rows, settle
from cxlab.clusters.mixture import MOST_FITTED, fit_mixture, spread_ties
from cxlab.clusters.ward import ward
from cxlab.errors import NotEnoughDataError
from cxlab.language import Texts, tr
from cxlab.words import count, number, percent

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Place = Callable[[Array], Codes]
Method = Literal["k_means", "gaussian_mixture", "ward", "hdbscan"]
METHODS: tuple[Method, ...] = get_args(Method)
NAMES = Texts({"k_means": "K-Means", "gaussian_mixture": "Gaussian mixture", "ward": "Ward", "hdbscan": "HDBSCAN"})
NOISE = -1  # code of a customer whom HDBSCAN gives to no cluster
LEAST_DENSE_SHARE = 0.05  # of the customers looked at: fewer are no cluster to HDBSCAN; with less, one cloud has some
LEAST_DENSE = 10  # nor are fewer than this
NEIGHBOURS = 25  # customers by whom HDBSCAN tells how crowded a place is


@dataclass(frozen=True)
class Grouping:
    """Customers divided by one method.

    Attributes
    ----------
    method : which.
    codes : shape (n,), 0 for the largest cluster, 1 for the next; `NOISE` for a customer of no cluster.
    centres : shape (k, d), in the same order: means of K-Means and of the bell curves; None for Ward and HDBSCAN.
    n_fitted : customers by whom the clusters were found; the others were put to them afterwards (`how_placed`).
    place : the rule that puts any customers into the clusters.
    """

    method: Method
    codes: Codes
    centres: Array | None
    n_fitted: int
    place: Place = field(repr=False)

    @property
    def name(self) -> str:
        """The method as a reader says it."""
        return NAMES[self.method]

    @property
    def k(self) -> int:
        """Number of clusters; noise is none."""
        return len(np.unique(self.codes[self.codes != NOISE]))

    @property
    def noise_share(self) -> float:
        """Share of customers in no cluster."""
        return float((self.codes == NOISE).mean())

    @property
    def how_placed(self) -> str:
        """How customers outside the sample come into a cluster."""
        return {
            "k_means": tr("to the nearest centre"),
            "gaussian_mixture": tr("to the likeliest bell curve"),
            "ward": tr("to the cluster of the most alike customer of the sample"),
            "hdbscan": tr("to the cluster, or to the noise, of the most alike customer of the sample"),
        }[self.method]

    def predict(self, matrix: Array) -> Codes:
        """Put other customers, shape (m, d) on the same scale, into these clusters: shape (m,)."""
        with one_thread():
            return self.place(matrix)

    @property
    def reading(self) -> str:
        """How many clusters of how many customers, how much is noise, and what was done by sample."""
        n = len(self.codes)
        customers, clusters = count(n, "customer"), count(self.k, "cluster")
        text = tr(
            "{method} divides {customers} into {clusters}", method=self.name, customers=customers, clusters=clusters
        )
        if self.method == "hdbscan":
            text = tr(
                "{method} divides {customers} into {clusters} and leaves {noise} as noise, in no cluster",
                method=self.name,
                customers=customers,
                clusters=clusters,
                noise=percent(self.noise_share),
            )
        if self.n_fitted < n:
            text = tr(
                "{text}; found among a sample of {n}, the others put {where}",
                text=text,
                n=number(self.n_fitted),
                where=self.how_placed,
            )
        return text + "."


def fit_method(method: Method, matrix: Array, k: int | None, *, seed: int) -> Grouping:
    """Divide customers by one of the four methods.

    K-Means takes all customers, from ten starts. The others take all up to 10,000 and a sample of so many beyond.

    Parameters
    ----------
    method : `k_means`, `gaussian_mixture`, `ward` or `hdbscan`.
    matrix : shape (n, d), the customers on a common scale.
    k : number of clusters, at most the different rows; HDBSCAN finds its own and takes None or passes over it.
    seed : for the starts and the sample; the same seed gives the same clusters.

    Raises
    ------
    NotEnoughDataError : the customers are all alike.
    ValueError : k is missing where the method needs it.

    References
    ----------
    Ward (1963), Hierarchical grouping to optimize an objective function. Fraley and Raftery (2002), Model-based
    clustering, discriminant analysis, and density estimation. Campello, Moulavi and Sander (2013), Density-based
    clustering based on hierarchical density estimates.
    """
    if count_different(matrix, 2) < 2:
        raise NotEnoughDataError(
            tr(
                "Groups cannot be looked for, because {customers} are all alike in what is measured: "
                "bring more orders, or further columns",
                customers=count(len(matrix), "customer"),
            )
        )
    if k is None and method != "hdbscan":
        raise ValueError(f"{NAMES[method]} needs the number of clusters")
    rows = sample_rows(len(matrix), len(matrix) if method == "k_means" else MOST_FITTED, seed)
    part = matrix[rows]
    wanted = count_different(part, max(1, k or 1))
    with one_thread():
        centres, place = _FITS[method](part, wanted, seed)
        found = place(part)
        order = _by_size(found)
        codes = order[found if len(rows) == len(matrix) else place(matrix)]
    by_place = None if centres is None else centres[np.argsort(order[:-1], kind="stable")]
    return Grouping(method, codes, by_place, len(rows), lambda other: order[place(other)])


def fit_all_methods(matrix: Array, k: int, *, seed: int) -> dict[Method, Grouping]:
    """Divide customers by each of the four methods; see `fit_method`."""
    return {method: fit_method(method, matrix, k, seed=seed) for method in METHODS}


def _by_size(codes: Codes) -> Codes:
    """Return the new number of each code, the largest cluster 0; the last entry keeps noise what it is."""
    size = np.bincount(codes[codes != NOISE]) if (codes != NOISE).any() else np.zeros(0, np.int64)
    return np.append(np.argsort(np.argsort(-size, kind="stable"), kind="stable"), NOISE)


def _fit_k_means(matrix: Array, k: int, seed: int) -> tuple[Array | None, Place]:
    centres = settle(matrix, k_means(matrix, k, starts=STARTS, seed=seed).labels_)[1]
    return centres, lambda other: nearest(other, centres)


def _fit_mixture(matrix: Array, k: int, seed: int) -> tuple[Array | None, Place]:
    model = fit_mixture(spread_ties(matrix, seed), k, seed=seed)
    likeliest = np.unique(model.predict(matrix))  # a curve that is nobody's likeliest is no cluster

    def place(other: Array) -> Codes:
        return np.asarray(model.predict_proba(other)[:, likeliest].argmax(1), np.int64)

    return np.asarray(model.means_[likeliest], float), place


def _fit_ward(matrix: Array, k: int, seed: int) -> tuple[Array | None, Place]:
    return None, _as_nearest(matrix, ward(matrix, k))


def _fit_hdbscan(matrix: Array, k: int, seed: int) -> tuple[Array | None, Place]:
    least = min(max(LEAST_DENSE, round(LEAST_DENSE_SHARE * len(matrix))), len(matrix))
    found = HDBSCAN(min_cluster_size=max(2, least), min_samples=min(NEIGHBOURS, len(matrix)), copy=True).fit(matrix)
    return None, _as_nearest(matrix, np.asarray(found.labels_, np.int64))


def _as_nearest(matrix: Array, codes: Codes) -> Place:
    """Return the rule that gives anybody the code of the most alike row, equal rows the lowest code of theirs."""
    rows, where = np.unique(matrix, axis=0, return_inverse=True)
    code = np.full(len(rows), np.iinfo(np.int64).max)
    np.minimum.at(code, where.reshape(-1), codes)
    tree = cKDTree(rows)
    return lambda other: code[tree.query(other, workers=-1)[1]]


_FITS: dict[Method, Callable[[Array, int, int], tuple[Array | None, Place]]] = {
    "k_means": _fit_k_means,
    "gaussian_mixture": _fit_mixture,
    "ward": _fit_ward,
    "hdbscan": _fit_hdbscan,
}
