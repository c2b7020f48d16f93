"""What moves a cluster: the luck of the search on the same customers, kept apart from the luck of the sample."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.criterion import replicate_rows
from cxlab.clusters.kmeans import STARTS, k_means, nearest, one_thread, settle
from cxlab.clusters.partition import Clusters
from cxlab.clusters.stability import STABLE, Kept, Stability, best_jaccard
from cxlab.estimate import Estimate, Findings, wilson_interval
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.words import number, number_between, percent, percent_between

Array = NDArray[np.float64]
Moved = Literal["neither", "sample", "search", "both"]
_MOVERS: tuple[Moved, ...] = ("sample", "search", "both")
AS_TIGHT = 1e-3  # a start has reached the tightest division when its spread is larger by no more than this share


@dataclass(frozen=True)
class SearchLuck:
    """How much of each cluster single starts find again on the same customers, beside how much resamples do.

    Attributes
    ----------
    stability : from resamples, in each of which the best of several starts counts: the luck of the sample.
    draws : share of each cluster that one random start and it have in common, same customers: shape (R, k).
    spread : spread of each start as a multiple of the tightest known: shape (R,), 1 or more.
    n : customers on whom the starts were tried.
    """

    stability: Stability
    draws: Array
    spread: Array
    n: int

    @property
    def reached(self) -> Estimate:
        """Share of single starts that reach the tightest division known, with Wilson's interval."""
        return wilson_interval(int((self.spread <= 1 + AS_TIGHT).sum()), len(self.spread), unit="share of starts")

    @property
    def is_part(self) -> bool:
        """Whether the starts searched a part of the customers, where the clusters were searched otherwise."""
        return self.n < int(self.stability.size.sum())

    @property
    def missed(self) -> float:
        """Chance that the best of ten such starts misses it, from the share that reach it.

        Where the starts searched a part of the customers (`is_part`), it is no figure of the search of all of them.
        """
        return float((1.0 - self.reached.number) ** STARTS)

    @property
    def moved_by(self) -> tuple[Moved, ...]:
        """What keeps each cluster's mean Jaccard below .75: the sample, the search, both or neither."""
        words: dict[tuple[bool, bool], Moved] = {
            (False, False): "neither",
            (True, False): "sample",
            (False, True): "search",
            (True, True): "both",
        }
        sample, search = self.stability.draws.mean(0) < STABLE, self.draws.mean(0) < STABLE
        return tuple(words[bool(a), bool(b)] for a, b in zip(sample, search, strict=True))

    @property
    def starts(self) -> dict[str, tuple[float, float, float]]:
        """Of each cluster by letter: mean Jaccard over single starts, and ends of their middle 95 %."""
        low, high = np.quantile(self.draws, [0.025, 0.975], axis=0)
        each = zip(self.stability.letters, self.draws.mean(0), low, high, strict=True)
        return {letter: (float(mean), float(least), float(most)) for letter, mean, least, most in each}

    @property
    def shown(self) -> tuple[tuple[Kept, tuple[float, float, float]], ...]:
        """The clusters that a page may speak of: what resamples keep of each, and what single starts do."""
        return tuple((kept, self.starts[kept.letter]) for kept in self.stability.shown)

    @property
    def table(self) -> pd.DataFrame:
        """One row a cluster: mean Jaccard and middle 95 % over resamples, and over single starts."""
        low, high = self.stability.ranges
        start_low, start_high = np.quantile(self.draws, [0.025, 0.975], axis=0)
        return pd.DataFrame(
            {
                "cluster": list(self.stability.letters),
                "customers": self.stability.size,
                "resamples_jaccard": self.stability.draws.mean(0),
                "resamples_low": low,
                "resamples_high": high,
                "starts_jaccard": self.draws.mean(0),
                "starts_low": start_low,
                "starts_high": start_high,
                "moved_by": list(self.moved_by),
                "starts": len(self.draws),
            }
        )

    @property
    def reading(self) -> str:
        """How often one start reaches the tightest division, the least steady cluster, and what moves which."""
        e = self.reached
        values = {
            "n": number(self.n),
            "share": percent(e.number),
            "starts": number(len(self.spread)),
            "interval": percent_between(e.low or 0.0, e.high or 0.0),
            "best_of": number(STARTS),
        }
        if self.is_part:
            return self._told(
                tr(
                    "On the same {n} customers, a part of all, {share} of {starts} single starts reach the tightest "
                    "division of these ({interval}). The search behind this page is one of all customers; how often "
                    "that one misses the tightest division was not counted.",
                    **values,
                )
            )
        text = (
            tr(
                "On the same {n} customers, {share} of {starts} single starts reach the tightest division "
                "({interval}), so that the best of {best_of} misses it in less than 1 of 1,000 searches.",
                **values,
            )
            if self.missed < 0.001
            else tr(
                "On the same {n} customers, {share} of {starts} single starts reach the tightest division "
                "({interval}), so that the best of {best_of} misses it in {missed} of searches.",
                missed=percent(self.missed, 1),
                **values,
            )
        )
        return self._told(text)

    def _told(self, text: str) -> str:
        """Add to how often starts succeed which cluster is the least steady, and what moves which."""
        if not self.shown:
            return text
        kept, (mean, low, high) = min(self.shown, key=lambda one: min(one[0].mean.number, one[1][0]))
        least = tr(
            "Least steady is {cluster}, which keeps {in_samples} in other samples and {from_starts} "
            "({interval}) from other starts.",
            cluster=kept.letter,
            in_samples=number(kept.mean.number, 2),
            from_starts=number(mean, 2),
            interval=number_between(low, high, 2),
        )
        return f"{text} {least} {self._blamed}"

    @property
    def _blamed(self) -> str:
        """Whether sample or search move any cluster that a page may speak of, by the line of .75."""
        moved = dict(zip(self.stability.letters, self.moved_by, strict=True))
        said = [
            _moves(letters, by)
            for by in _MOVERS
            if (letters := [kept.letter for kept, _ in self.shown if moved[kept.letter] == by])
        ]
        if not said:
            return tr("Neither moves any of them below {line}.", line=number(STABLE, 2))
        return tr("By the line of {line}, {said}.", line=number(STABLE, 2), said="; ".join(said))

    @property
    def findings(self) -> Findings:
        """`starts.<cluster>`, mean Jaccard over single starts, and `starts_reaching_best`."""
        unit = "Jaccard share, 0 to 1"
        means = {
            f"starts.{letter}": Estimate(float(mean), n=int(size), unit=unit)
            for letter, mean, size in zip(self.stability.letters, self.draws.mean(0), self.stability.size, strict=True)
        }
        return means | {"starts_reaching_best": self.reached}


def search_luck(clusters: Clusters, stability: Stability, *, seed: int, n_starts: int = 50) -> SearchLuck:
    """Run K-Means from single random starts on the same customers and see how much of each cluster each finds.

    Parameters
    ----------
    clusters : from `fit_clusters`.
    stability : of the same clusters, from `cluster_stability`.
    seed : for the starts and, beyond 10,000 customers, the one sample of 5,000 that all of them search.
    n_starts : single starts (k-means++).

    References
    ----------
    Steinley (2003), Local optima in K-means clustering: what you don't know may hurt you, Psychological Methods 8.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> stability = cx.cluster_stability(clusters, n_bootstrap=20, seed=1)
    >>> print(cx.search_luck(clusters, stability, seed=1).reading)  # doctest: +ELLIPSIS
    On the same 481 customers, 44% of 50 single starts reach the tightest division (31–58%), so that the ...
    """
    matrix = clusters.features.matrix[replicate_rows(clusters.features.n, seed, 0)]
    draws, spread = np.empty((n_starts, clusters.k)), np.empty(n_starts)
    with one_thread():
        found = nearest(matrix, clusters.centres)
        codes, centres = settle(matrix, found)
        best = float(((matrix - centres[codes]) ** 2).sum())
        for start in range(n_starts):
            model = k_means(matrix, clusters.k, starts=1, seed=seed + 1 + start)
            draws[start] = best_jaccard(found, np.asarray(model.labels_, np.int64), clusters.k)
            spread[start] = float(model.inertia_)
    tightest = max(min(best, float(spread.min())), np.finfo(float).tiny)
    return SearchLuck(stability, draws, np.maximum(spread / tightest, 1.0), len(matrix))


def _moves(letters: list[str], by: Moved) -> str:
    who, n = listed(letters), len(letters)
    return {
        "sample": trn("{who} moves with the luck of the sample", "{who} move with the luck of the sample", n, who=who),
        "search": trn("{who} moves with the luck of the search", "{who} move with the luck of the search", n, who=who),
        "both": trn("{who} moves with the luck of both", "{who} move with the luck of both", n, who=who),
    }[by]
