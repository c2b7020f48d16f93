"""How far other methods agree about who belongs together, and whether the answer hangs on the method."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.methods import NAMES, NOISE, Grouping, Method, fit_method
from cxlab.clusters.partition import Clusters
from cxlab.contingency import (
    adjusted_mutual_information_of,
    adjusted_rand_index,
    adjusted_rand_index_of,
    contingency,
)
from cxlab.drawn_tables import draw_tables
from cxlab.estimate import Estimate, Findings
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.words import capital, few, number, number_between, percent

Codes = NDArray[np.int64]
ALIKE = 0.80  # adjusted Rand index from which two partitions count as the same answer (Steinley 2004: "good")
ONLY_ONE_TIME = 0.95  # adjusted Rand index with that split from which a division is hardly anything else
PLACED = 0.50  # a method that finds groups but leaves more than the other half as noise gives no answer
CHOSEN = "chosen"
OTHERS: tuple[Method, ...] = ("gaussian_mixture", "ward", "hdbscan")  # K-Means made the chosen clusters themselves


@dataclass(frozen=True)
class Pair:
    """Two partitions held against each other, over the customers whom both put into a cluster.

    Attributes
    ----------
    first, second : methods, or `chosen` for the clusters of the page.
    adjusted_rand : adjusted Rand index, its interval over customers with both partitions fixed; without a value where
        one of them has a single cluster or none.
    adjusted_mutual_information : the same agreement in information; None as above.
    placed : share of customers whom both put into a cluster.
    """

    first: str
    second: str
    adjusted_rand: Estimate
    adjusted_mutual_information: float | None
    placed: float

    @property
    def written(self) -> str:
        """The index with two digits; with three where two would read as .8, which it does not reach."""
        index = self.adjusted_rand.number
        return number(index, 3 if index < ALIKE <= round(index, 2) else 2)

    @property
    def alike(self) -> bool:
        """Whether the two give the same answer: an index of .8 or more, for at least half of the customers."""
        return not self.open and self.adjusted_rand.number >= ALIKE

    @property
    def open(self) -> bool:
        """Whether nothing is said: groups are found, but more than half of the customers are noise to one of them."""
        return self.placed < PLACED and self.adjusted_rand.has_interval


@dataclass(frozen=True)
class MethodAgreement:
    """Other methods at the number of clusters chosen, against the chosen clusters and against each other.

    Attributes
    ----------
    pairs : every pair, those with the chosen clusters first.
    groupings : what each method found.
    k : the number of clusters asked for; HDBSCAN finds its own.
    n : customers.
    one_time : adjusted Rand index of each division, `chosen` with them, and the split into one-time and repeat buyers,
        which is known without looking for groups; NaN where there is none, or all customers are of one kind.
    minimum_group : fewest customers that a page may speak of.
    """

    pairs: tuple[Pair, ...]
    groupings: Mapping[Method, Grouping]
    k: int
    n: int
    one_time: Mapping[str, float]
    minimum_group: int

    @property
    def with_chosen(self) -> dict[Method, Pair]:
        """Each method against the chosen clusters."""
        held = {pair.second: pair for pair in self.pairs if pair.first == CHOSEN}
        return {method: held[method] for method in OTHERS}

    @property
    def same(self) -> tuple[Method, ...]:
        """The methods that give the same answer as the chosen clusters."""
        return tuple(method for method, pair in self.with_chosen.items() if pair.alike)

    def noise(self, method: Method) -> str:
        """Write how much a method leaves in no cluster, as a share, or as too few to be counted out."""
        n = round(self.groupings[method].noise_share * self.n)
        return few(n, self.minimum_group) if 0 < n < self.minimum_group else percent(n / self.n)

    def between(self, first: str, second: str) -> Pair:
        """Return the pair of two divisions, methods or `chosen`."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {first, second})

    @property
    def rivals(self) -> tuple[tuple[Method, Method], ...]:
        """Pairs of methods that agree with each other on another answer than the chosen clusters."""
        return tuple((one, other) for one, other in combinations(self.differing, 2) if self.between(one, other).alike)

    @property
    def by_one_time(self) -> tuple[Method, ...]:
        """The methods that find another answer, and in it all but the split into one-time and repeat buyers."""
        return tuple(method for method in self.differing if self.one_time[method] >= ONLY_ONE_TIME)

    @property
    def differing(self) -> tuple[Method, ...]:
        """The methods that give another answer than the chosen clusters; to find no groups is one."""
        return tuple(method for method, pair in self.with_chosen.items() if not (pair.alike or pair.open))

    @property
    def hangs_on_method(self) -> bool:
        """Whether any of the methods gives another answer."""
        return bool(self.differing)

    @property
    def table(self) -> pd.DataFrame:
        """One row a pair: adjusted Rand index with interval, adjusted mutual information, customers placed by both."""
        return pd.DataFrame(
            [
                {
                    "first": pair.first,
                    "second": pair.second,
                    "clusters_first": self.k if pair.first == CHOSEN else self.groupings[pair.first].k,  # type: ignore[index]
                    "clusters_second": self.groupings[pair.second].k,  # type: ignore[index]
                    "adjusted_rand_index": pair.adjusted_rand.number,
                    "low": pair.adjusted_rand.low,
                    "high": pair.adjusted_rand.high,
                    "adjusted_mutual_information": pair.adjusted_mutual_information,
                    "placed_by_both": pair.placed,
                    "alike": pair.alike,
                }
                for pair in self.pairs
            ]
        )

    @property
    def heading(self) -> str:
        """The finding as a title."""
        if len(self.same) == len(OTHERS):
            return tr("All {n} other methods give the same clusters", n=number(len(OTHERS)))
        if not self.same:
            return tr("No other method gives the same clusters")
        n, same, others = len(self.same), _named(self.same), _named(self.differing) if self.differing else ""
        if not others:
            return capital(trn("{same} gives the same clusters", "{same} give the same clusters", n, same=same))
        return capital(
            trn(
                "{same} gives the same clusters, {others} others",
                "{same} give the same clusters, {others} others",
                n,
                same=same,
                others=others,
            )
        )

    @property
    def reading(self) -> str:
        """Whether the answer hangs on the method, with each method's index against the chosen clusters."""
        values = {
            "k": number(self.k),
            "n": number(self.n),
            "said": "; ".join(self._said(method, pair) for method, pair in self.with_chosen.items()),
            "alike": number(ALIKE, 1),
        }
        text = (
            tr(
                "The answer hangs on the method: held against the {k} clusters of {n} customers, {said} (adjusted "
                "Rand index: 1 is the same division, 0 is chance; from {alike} on it counts as the same answer, a "
                "rule of thumb).",
                **values,
            )
            if self.hangs_on_method
            else tr(
                "The answer does not hang on the method: held against the {k} clusters of {n} customers, {said} "
                "(adjusted Rand index: 1 is the same division, 0 is chance; from {alike} on it counts as the same "
                "answer, a rule of thumb).",
                **values,
            )
        )
        return " ".join((text, *self._other_answer))

    @property
    def _other_answer(self) -> list[str]:
        """What the methods that differ say instead, where they agree or find what is known already."""
        said = [
            tr(
                "{methods}, though, agree with each other at {index}.",
                methods=capital(_named((one, other))),
                index=self.between(one, other).written,
            )
            for one, other in self.rivals
        ]
        if self.by_one_time:
            said.append(
                trn(
                    "What {methods} finds is the split into one-time and repeat buyers, which is known "
                    "without looking for groups.",
                    "What {methods} find is the split into one-time and repeat buyers, which is known "
                    "without looking for groups.",
                    len(self.by_one_time),
                    methods=_named(self.by_one_time),
                )
            )
        return said

    def _said(self, method: Method, pair: Pair) -> str:
        grouping, index, name = self.groupings[method], pair.adjusted_rand, _named((method,))
        if method == "hdbscan" and grouping.k < 2:
            noise = self.noise(method)
            if grouping.k == 0:
                return tr("HDBSCAN, which counts by itself, finds no cluster and leaves {noise} as noise", noise=noise)
            return tr(
                "HDBSCAN, which counts by itself, finds a single cluster and leaves {noise} as noise", noise=noise
            )
        if not index.has_interval:
            return tr("{method} finds a single cluster", method=name)
        values = {"written": pair.written, "interval": number_between(index.low or 0.0, index.high or 0.0, 2)}
        if method == "hdbscan":
            k, noise = number(grouping.k), self.noise(method)
            if pair.open:
                return tr(
                    "HDBSCAN, which counts by itself, finds {k}, leaves {noise} as noise and has no answer to hold "
                    "against them",
                    k=k,
                    noise=noise,
                )
            return tr(
                "HDBSCAN, which counts by itself, finds {k}, leaves {noise} as noise and agrees at {written} "
                "({interval})",
                k=k,
                noise=noise,
                **values,
            )
        if pair.open:
            return tr("{method} has no answer to hold against them", method=name)
        return tr("{method} agrees at {written} ({interval})", method=name, **values)

    @property
    def findings(self) -> Findings:
        """`method_agreement.<method>`: adjusted Rand index of each method that has one with the chosen clusters."""
        return {
            f"method_agreement.{method}": pair.adjusted_rand
            for method, pair in self.with_chosen.items()
            if pair.adjusted_rand.value is not None
        }


def compare_methods(
    clusters: Clusters, *, seed: int, n_bootstrap: int = 200, minimum_group: int = 5
) -> MethodAgreement:
    """Divide the same customers by a Gaussian mixture, Ward and HDBSCAN, and see how far they agree with the clusters.

    Parameters
    ----------
    clusters : the chosen ones, by K-Means, from `fit_clusters`.
    seed : for the methods and the intervals.
    n_bootstrap : resamples of customers behind each interval, both partitions held fixed.
    minimum_group : fewest customers that a page may speak of.

    References
    ----------
    Hubert and Arabie (1985), Comparing partitions. Steinley (2004), Properties of the Hubert-Arabie adjusted Rand
    index, Psychological Methods 9. Vinh, Epps and Bailey (2010), Information theoretic measures for clusterings
    comparison.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> print(cx.compare_methods(clusters, seed=1).heading)
    No other method gives the same clusters
    """
    matrix = clusters.features.matrix
    groupings = {method: fit_method(method, matrix, clusters.k, seed=seed) for method in OTHERS}
    codes: dict[str, Codes] = {CHOSEN: clusters.codes, **{m: grouping.codes for m, grouping in groupings.items()}}
    pairs = tuple(
        _pair(one, other, codes[one], codes[other], n_bootstrap, seed) for one, other in combinations(codes, 2)
    )
    once = clusters.features.one_time.astype(np.int64)
    one_time = {one: _index(own, once) for one, own in codes.items()}
    return MethodAgreement(pairs, groupings, clusters.k, len(matrix), one_time, minimum_group)


def _named(methods: tuple[Method, ...]) -> str:
    """Name methods as a sentence does."""
    return listed([tr("the Gaussian mixture") if m == "gaussian_mixture" else NAMES[m] for m in methods])


def _index(one: Codes, other: Codes) -> float:
    """Return the adjusted Rand index over those whom the first places; NaN where either has fewer than two clusters."""
    one, other = one[one != NOISE], other[one != NOISE]
    if min(len(np.unique(one)), len(np.unique(other))) < 2:
        return float("nan")
    return adjusted_rand_index(one, other)


def _pair(first: str, second: str, one: Codes, other: Codes, n_bootstrap: int, seed: int) -> Pair:
    both = (one != NOISE) & (other != NOISE)
    placed, n = float(both.mean()), int(both.sum())
    one, other = one[both], other[both]
    unit = "adjusted Rand index"
    if n == 0 or min(len(np.unique(one)), len(np.unique(other))) < 2:
        return Pair(first, second, Estimate(n=n, unit=unit), None, placed)
    table = contingency(one, other)
    rand = draw_tables(table, n_bootstrap, seed).estimate(adjusted_rand_index_of, unit=unit)
    return Pair(first, second, rand, adjusted_mutual_information_of(table), placed)
