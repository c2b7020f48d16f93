"""How stable each cluster is: whether other customers of the same kind would give it again."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from cxlab.clusters.criterion import MOST_WHOLE, REPLICATE, replicate_rows
from cxlab.clusters.kmeans import count_different, nearest, one_thread
from cxlab.clusters.partition import Clusters
from cxlab.contingency import jaccard_overlaps
from cxlab.estimate import Estimate, Findings, bootstrap_weights
from cxlab.language import SOURCE, Texts, speaking, tr, trn
from cxlab.words import number, number_between

Array = NDArray[np.float64]
NO_PATTERN, STABLE, HIGHLY_STABLE = 0.60, 0.75, 0.85  # Hennig (2007, 2008)
STARTS_EACH = 3  # random starts in each resample, beside one from the centres found in all customers


STABILITY = Texts(
    {"no_pattern": "no pattern", "doubtful": "doubtful", "stable": "stable", "highly_stable": "highly stable"}
)


def stability_of(jaccard: float) -> str:
    """Judge a bootstrap Jaccard; `STABILITY` has the words for it.

    Examples
    --------
    >>> [stability_of(value) for value in (0.5, 0.7, 0.8, 0.9)]
    ['no_pattern', 'doubtful', 'stable', 'highly_stable']
    """
    if jaccard < NO_PATTERN:
        return "no_pattern"
    if jaccard < STABLE:
        return "doubtful"
    return "stable" if jaccard < HIGHLY_STABLE else "highly_stable"


class Kept(NamedTuple):
    """How much of one cluster comes back: its letter, the mean Jaccard, and between what the middle 95 % of draws lie.

    The draws' range is no confidence interval: it says how far one resample goes, not how sure their mean is.
    """

    letter: str
    mean: Estimate
    low: float
    high: float


@dataclass(frozen=True)
class Stability:
    """Bootstrap Jaccard of each cluster.

    Attributes
    ----------
    letters : the clusters, A first.
    draws : share of each cluster and its best match in each resample that both hold: shape (B, k).
    size : customers of each cluster, shape (k,).
    minimum_group : fewest customers that a page may speak of: prose and figures go by `shown`, and tables put a dash.
    """

    letters: tuple[str, ...]
    draws: Array
    size: NDArray[np.int64]
    minimum_group: int

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Mean Jaccard of each cluster, without an interval: see `ranges`."""
        return tuple(
            Estimate(
                float(mean),
                n=int(self.size[c]),
                unit="Jaccard share, 0 to 1",
                verdict=stability_of(float(mean)),
            )
            for c, mean in enumerate(self.draws.mean(0))
        )

    @property
    def ranges(self) -> tuple[Array, Array]:
        """Ends of the middle 95 % of the resamples, no confidence interval: shape (k,) each."""
        low, high = np.quantile(self.draws, [0.025, 0.975], axis=0)
        return low, high

    @property
    def shown(self) -> tuple[Kept, ...]:
        """The clusters that a page may speak of, those of `minimum_group` customers or more."""
        each = zip(self.letters, self.estimates, *self.ranges, strict=True)
        return tuple(
            Kept(letter, e, float(low), float(high))
            for letter, e, low, high in each
            if (e.n or 0) >= self.minimum_group
        )

    @property
    def all_stable(self) -> bool:
        """Whether every cluster reaches .75."""
        return bool((self.draws.mean(0) >= STABLE).all())

    @property
    def n_stable(self) -> int:
        """How many clusters reach .75."""
        return int((self.draws.mean(0) >= STABLE).sum())

    @property
    def table(self) -> pd.DataFrame:
        """One row a cluster: mean Jaccard, middle 95 % of resamples, Monte Carlo error, words."""
        found, (low, high) = self.estimates, self.ranges
        with speaking(SOURCE):
            reading = [STABILITY[stability_of(e.number)] for e in found]
        return pd.DataFrame(
            {
                "cluster": list(self.letters),
                "customers": self.size,
                "jaccard": [e.number for e in found],
                "middle_95_low": low,
                "middle_95_high": high,
                "monte_carlo_error": self.draws.std(0, ddof=1) / np.sqrt(len(self.draws)),
                "resamples": len(self.draws),
                "reading": reading,
            }
        )

    @property
    def heading(self) -> str:
        """The finding as a title."""
        k = len(self.letters)
        if self.all_stable:
            if k == 2:
                return tr("Both clusters come back when the customers are drawn anew")
            return tr("All {k} clusters come back when the customers are drawn anew", k=number(k))
        if self.n_stable == 0:
            return tr("No cluster comes back reliably when the customers are drawn anew")
        return tr(
            "{some} of {k} clusters come back when the customers are drawn anew",
            some=number(self.n_stable),
            k=number(k),
        )

    @property
    def reading(self) -> str:
        """Each cluster's mean Jaccard with the range of the resamples, and what it means."""
        said = [
            f"{one.letter} {number(one.mean.number, 2)} ({number_between(one.low, one.high, 2)}; "
            f"{STABILITY[stability_of(one.mean.number)]})"
            for one in self.shown
        ]
        left = len(self.letters) - len(said)
        if left:
            said.append(
                trn(
                    "{n} cluster with under {least} customers not shown",
                    "{n} clusters with under {least} customers not shown",
                    left,
                    n=number(left),
                    least=number(self.minimum_group),
                )
            )
        n = int(self.size.sum())
        values = {"n": number(n), "times": number(len(self.draws)), "said": "; ".join(said)}
        if n > MOST_WHOLE:
            return tr(
                "When the {n} customers are drawn anew, {times} times, {each} of them each time, a cluster and its "
                "likeness there have this share of their customers in common (1 is all; in brackets where the "
                "middle 95% of the drawings lie, which is no confidence interval): {said}.",
                each=number(REPLICATE),
                **values,
            )
        return tr(
            "When the {n} customers are drawn anew, {times} times, a cluster and its likeness "
            "there have this share of their customers in common (1 is all; in brackets where the "
            "middle 95% of the drawings lie, which is no confidence interval): {said}.",
            **values,
        )

    @property
    def findings(self) -> Findings:
        """`stability.<cluster>` for each letter."""
        return {f"stability.{letter}": e for letter, e in zip(self.letters, self.estimates, strict=True)}


def cluster_stability(clusters: Clusters, *, n_bootstrap: int, seed: int, minimum_group: int = 5) -> Stability:
    """Fit the clusters again on resampled customers and see how much of each comes back.

    In each resample K-Means runs from three random starts and from the centres found in all customers, and the
    tightest result counts: what is measured is the luck of the sample, not of the search. A cluster is compared with
    the one of the resample that overlaps it best, over the customers drawn, each counted once. The features keep the
    scale found in all customers.

    Parameters
    ----------
    clusters : from `fit_clusters`.
    n_bootstrap : resamples; up to 10,000 customers with replacement, beyond that fresh samples of 5,000 without.
    seed : for the resamples and the starts.
    minimum_group : fewest customers that a page may speak of.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> stability = cx.cluster_stability(clusters, n_bootstrap=20, seed=1)
    >>> print(stability.heading)
    All 4 clusters come back when the customers are drawn anew
    """
    matrix, codes = clusters.features.matrix, clusters.codes

    def resample(draw: int) -> Array:
        rows, weights = resampled(len(matrix), seed, draw)
        again = refit(matrix[rows], weights, clusters.centres, _seed(seed, draw))
        return best_jaccard(codes[rows], again, clusters.k)

    with one_thread():
        draws = np.array([resample(draw) for draw in range(n_bootstrap)])
    return Stability(clusters.letters, draws, np.bincount(clusters.codes, minlength=clusters.k), minimum_group)


def _seed(seed: int, draw: int) -> int:
    return int(np.random.SeedSequence([seed, draw]).generate_state(1)[0])


def resampled(n: int, seed: int, draw: int) -> tuple[NDArray[np.int64], Array]:
    """Rows of a resample, each once, and how often each counts; see `cluster_stability`."""
    rows = replicate_rows(n, seed, draw)
    if len(rows) < n:
        return rows, np.ones(len(rows))
    weights = bootstrap_weights(n, 1, _seed(seed, draw))[0]
    return rows[weights > 0], weights[weights > 0].astype(float)


def refit(matrix: Array, weights: Array, centres: Array, seed: int) -> NDArray[np.int64]:
    """Divide resampled rows anew, from random starts and from the centres found in all; the tightest counts."""
    k = count_different(matrix, len(centres))
    models = [KMeans(k, n_init=STARTS_EACH, random_state=seed).fit(matrix, sample_weight=weights)]
    if k == len(centres):
        models.append(KMeans(k, init=centres, n_init=1).fit(matrix, sample_weight=weights))
    best = min(models, key=lambda model: float(model.inertia_))
    return nearest(matrix, np.asarray(best.cluster_centers_, float))


def best_jaccard(codes: NDArray[np.int64], again: NDArray[np.int64], k: int) -> Array:
    """Return the largest intersection over union of each of k clusters with any of another partition: shape (k,)."""
    m = int(again.max()) + 1
    return np.asarray(jaccard_overlaps(np.bincount(codes * m + again, minlength=k * m).reshape(k, m)).max(1), float)
