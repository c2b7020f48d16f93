"""The peer of the clusters: the same figures, on samples as large, by scikit-learn.

Numbers of starts, references, halves and resamples, and settings, are the kit's own constants. What scikit-learn
has no call for is taken from the kit and timed with the rest: where K-Means comes to rest, how ties are spread, Jaccard
overlaps, the strength of a prediction, the adjusted Rand indices of resampled tables. Every start is fitted to all
rows, as scikit-learn does it. The copula of customers without groups is made of
scikit-learn's quantiles. Every step may use as many threads as scikit-learn likes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.linear_model import LinearRegression
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, silhouette_samples
from sklearn.metrics.cluster import contingency_matrix
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import PowerTransformer, QuantileTransformer

from cxlab.clusters import choice, criterion, features, kmeans, methods, mixture, stability, structure
from cxlab.clusters.prediction_strength import STARTS_EACH as STARTS_A_HALF
from cxlab.clusters.prediction_strength import foretold
from cxlab.clusters.stability import best_jaccard
from cxlab.contingency import adjusted_rand_indices_of

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


class Peer:
    """Every step on the same customers, one after the other; `took` holds its seconds."""

    def __init__(self, frame: pd.DataFrame, k: int, *, k_max: int) -> None:
        self.frame, self.k, self.k_max = frame, k, k_max
        self.rng = np.random.default_rng(1)
        self.took: dict[str, float] = {}

    def run(self, *, n_structure: int, n_references: int, n_splits: int, n_bootstrap: int, n_stability: int) -> None:
        """Take every step."""
        with self._timed("features"):
            self.matrix = self._scaled()
        self.tried = range(2, self.k_max + 1)
        with self._timed("structure"):
            self._structure(n_structure)
        with self._timed("k"):
            self._choice(n_references)
        with self._timed("criteria"):
            self._criteria(n_splits, n_bootstrap)
        with self._timed("clusters"):
            self.clusters = self._fit(self.matrix, self.k, kmeans.STARTS)
        with self._timed("methods"):
            self._methods()
        with self._timed("stability"):
            self._stability(n_stability)
        with self._timed("search_luck"):
            self._search_luck()

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.took[step] = time.perf_counter() - start

    def _sample(self, most: int) -> Array:
        n = len(self.matrix)
        return self.matrix[self.rng.choice(n, most, replace=False)] if n > most else self.matrix

    def _replicate(self) -> Array:
        return self.matrix if len(self.matrix) <= criterion.MOST_WHOLE else self._sample(criterion.REPLICATE)

    def _resample(self) -> tuple[Array, Array | None]:
        """Rows of a resample, each once, and their weights: with replacement, or a fresh sample of many."""
        part = self._replicate()
        if len(part) < len(self.matrix):
            return part, None
        weights = np.bincount(self.rng.integers(0, len(part), len(part)), minlength=len(part)).astype(float)
        return part[weights > 0], weights[weights > 0]

    def _fit(self, rows: Array, k: int, starts: int, weights: Array | None = None) -> KMeans:
        return KMeans(k, n_init=starts, random_state=1).fit(rows, sample_weight=weights)

    def _refit(self, rows: Array, weights: Array | None, middles: Array) -> Codes:
        """Divide anew from random starts and from the middles found in all; the tightest counts."""
        models = (
            self._fit(rows, len(middles), stability.STARTS_EACH, weights),
            KMeans(len(middles), init=middles, n_init=1).fit(rows, sample_weight=weights),
        )
        return np.asarray(min(models, key=lambda model: float(model.inertia_)).labels_, np.int64)

    def _scaled(self) -> Array:
        """Bring the measures to one scale, and see how far each is told by those before it."""
        raw = self.frame.to_numpy(float)
        for column in raw.T:
            np.unique(column, return_counts=True)
        scaled = PowerTransformer(method="yeo-johnson").fit_transform(raw / np.abs(raw).mean(0))
        scaled = np.clip(scaled, -features.FARTHEST, features.FARTHEST)
        for j in range(1, scaled.shape[1]):
            LinearRegression().fit(scaled[:, :j], scaled[:, j]).score(scaled[:, :j], scaled[:, j])
        return np.asarray(scaled, float)

    def _without_groups(self, rows: Array) -> Callable[[], Array]:
        """Return a draw of as many customers from a Gaussian copula with the same margins and correlations."""
        quantiles = QuantileTransformer(n_quantiles=len(rows), output_distribution="normal", subsample=None)
        latent = np.corrcoef(quantiles.fit_transform(rows), rowvar=False)
        middle = np.zeros(rows.shape[1])
        return lambda: quantiles.inverse_transform(self.rng.multivariate_normal(middle, latent, len(rows)))

    def _structure(self, n_references: int) -> None:
        rows = self._sample(structure.MOST_TESTED)
        draw = self._without_groups(rows)
        elsewhere = draw()
        ks = range(2, min(self.k_max, structure.MOST_CLUSTERS) + 1)
        places = [place for k in ks for place in self._places(elsewhere, k)]
        for drawn in (rows, *(draw() for _ in range(n_references))):
            for place in places:
                away = KMeans(len(place), init=place, n_init=1).fit(drawn).transform(drawn)
                two = np.partition(away, 1, axis=1)[:, :2]
                (1 - two[:, 0] / two[:, 1]).mean()

    def _choice(self, n_references: int) -> None:
        rows = self._sample(choice.MOST_COMPARED)
        for k in self.tried:
            silhouette_samples(rows, self._fit(rows, k, kmeans.STARTS).labels_)
        draw = self._without_groups(rows)
        elsewhere = draw()
        places = [self._places(elsewhere, k) for k in self.tried]
        for _ in range(n_references):
            drawn = draw()
            for some in places:
                np.log(min(KMeans(len(place), init=place, n_init=1).fit(drawn).inertia_ for place in some))

    def _places(self, rows: Array, k: int) -> Array:
        return kmeans.resting_places(rows, k, starts=kmeans.STARTS, seed=1)[0]

    def _criteria(self, n_splits: int, n_bootstrap: int) -> None:
        smooth = mixture.spread_ties(self._sample(mixture.MOST_FITTED), 1)
        for k in range(1, self.k_max + 1):
            model = self._mixture(smooth, k)
            model.bic(smooth)
            model.score_samples(smooth)
        for _ in range(n_splits):
            mixed = self.rng.permutation(self._replicate())
            one, other = mixed[::2], mixed[1::2]
            for k in self.tried:
                first, second = (self._fit(half, k, STARTS_A_HALF) for half in (one, other))
                foretold(first.labels_.astype(np.int64), second.predict(one).astype(np.int64))
                foretold(second.labels_.astype(np.int64), first.predict(other).astype(np.int64))
        whole = self._sample(criterion.MOST_WHOLE)
        found = [self._fit(whole, k, kmeans.STARTS) for k in self.tried]
        for _ in range(n_bootstrap):
            rows, weights = self._resample()
            for model in found:
                again = self._refit(rows, weights, model.cluster_centers_)
                best_jaccard(model.predict(rows).astype(np.int64), again, len(model.cluster_centers_))

    def _mixture(self, rows: Array, k: int) -> GaussianMixture:
        starts, least = mixture.FITS_EACH, mixture.LEAST_VARIANCE
        return GaussianMixture(k, n_init=starts, max_iter=mixture.MOST_STEPS, reg_covar=least, random_state=1).fit(rows)

    def _methods(self) -> None:
        rows = self._sample(mixture.MOST_FITTED)
        least = round(methods.LEAST_DENSE_SHARE * len(rows))
        by_density = HDBSCAN(min_cluster_size=least, min_samples=methods.NEIGHBOURS, copy=True).fit(rows).labels_
        by_ward = AgglomerativeClustering(self.k).fit(rows).labels_
        curves = self._mixture(mixture.spread_ties(rows, 1), self.k)
        found = [self.clusters.labels_, curves.predict(self.matrix)]
        found += [KNeighborsClassifier(1).fit(rows, labels).predict(self.matrix) for labels in (by_ward, by_density)]
        for i, one in enumerate(found):
            for other in found[i + 1 :]:
                self._agreement(one, other)

    def _agreement(self, one: Codes, other: Codes, n_bootstrap: int = 200) -> None:
        both = (one != methods.NOISE) & (other != methods.NOISE)
        if not both.any():
            return
        adjusted_rand_score(one[both], other[both])
        adjusted_mutual_info_score(one[both], other[both])
        table = contingency_matrix(one[both], other[both])
        n = int(table.sum())
        draws = self.rng.multinomial(n, table.ravel() / n, size=n_bootstrap).reshape(n_bootstrap, *table.shape)
        np.quantile(adjusted_rand_indices_of(draws), [0.025, 0.975])

    def _stability(self, n_bootstrap: int) -> None:
        for _ in range(n_bootstrap):
            rows, weights = self._resample()
            again = self._refit(rows, weights, self.clusters.cluster_centers_)
            best_jaccard(self.clusters.predict(rows).astype(np.int64), again, self.k)

    def _search_luck(self, n_starts: int = 50) -> None:
        rows = self._replicate()
        codes = self.clusters.predict(rows).astype(np.int64)
        for seed in range(n_starts):
            model = KMeans(self.k, n_init=1, random_state=seed).fit(rows)
            best_jaccard(codes, model.labels_.astype(np.int64), self.k)
