"""How many clusters: the rule by which one number is taken, and what other criteria would take beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from cxlab.clusters.criterion import Criterion
from cxlab.clusters.features import Features
from cxlab.clusters.kmeans import (
    STARTS,
    count_different,
    k_means,
    one_thread,
    resting_places,
    sample_rows,
    settle,
    silhouettes,
    tightest_from,
)
from cxlab.clusters.reference import Reference, fit_reference
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import tr, trn
from cxlab.once import once_a_run
from cxlab.phrases import listed
from cxlab.words import count, number, number_between

Array = NDArray[np.float64]
MOST_COMPARED = 10_000  # customers between whom all distances are measured; more are sampled
REFERENCES, REFERENCES_OF_MANY, FEWER_BEYOND = 20, 10, 5_000  # draws of many customers differ little
CLOSE_CALL = 0.03  # silhouettes that differ by no more are as good as equal; between them the gap statistic decides
LEAST_A_CLUSTER = 15  # no more clusters are tried than leave this many customers to each on average


@dataclass(frozen=True)
class Choice:
    """The number of clusters and the curves it was read from.

    Attributes
    ----------
    tried : numbers of clusters tried, 2 to the largest: shape (m,).
    silhouette, silhouette_error : mean silhouette width and its standard error over customers: shape (m,).
    gap, gap_error : gap statistic and its simulation error for 1, 2, … clusters: shape (m + 1,).
    k : the number taken: `k_gap` where its silhouette comes within .03 of the largest, else `k_silhouette`.
    k_silhouette : the number with the largest silhouette.
    k_gap : the number by the gap statistic: the least k with gap(k) >= gap(k + 1) - error(k + 1); 1 says no groups.
    n, n_compared : customers, and how many of them were compared.
    gap_sampling_error : what comparing a sample adds to the error of each gap, shape (m + 1,); 0 without a sample.
    others : further criteria (`compare_criteria`); none of them decides.
    """

    tried: NDArray[np.int64]
    silhouette: Array
    silhouette_error: Array
    gap: Array
    gap_error: Array
    k: int
    k_silhouette: int
    k_gap: int
    n: int
    n_compared: int
    gap_sampling_error: Array
    others: tuple[Criterion, ...] = ()

    @property
    def best_silhouette(self) -> Estimate:
        """Mean silhouette width at `k`, its interval over customers with the clusters held fixed."""
        at = int(self.k - self.tried[0])
        error = float(self.silhouette_error[at])
        return normal_interval(float(self.silhouette[at]), error, n=self.n_compared, unit="silhouette width, -1 to 1")

    @property
    def silhouette_range(self) -> tuple[Array, Array]:
        """Ends of the 95 % interval of each mean silhouette width, over customers: shape (m,) each."""
        ends = [
            normal_interval(float(v), float(e)) for v, e in zip(self.silhouette, self.silhouette_error, strict=True)
        ]
        return np.array([end.low for end in ends], float), np.array([end.high for end in ends], float)

    @property
    def gap_range(self) -> tuple[Array, Array]:
        """The gap statistic less and plus its simulation error, as the rule weighs it: shape (m + 1,) each."""
        return self.gap - self.gap_error, self.gap + self.gap_error

    @property
    def agree(self) -> bool:
        """Whether both ways give the same number."""
        return self.k_silhouette == self.k_gap

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion alike: the silhouette and the gap statistic, which decide, then the others."""
        one_on = np.concatenate([[1], self.tried])
        return (
            Criterion(
                "silhouette", tr("silhouette"), self.tried, self.silhouette, self.silhouette_error,
                *self.silhouette_range,
                self.k_silhouette, tr("the highest"), self.n_compared,
            ),
            Criterion(
                "gap", tr("gap statistic"), one_on, self.gap, self.gap_error, *self.gap_range, self.k_gap,
                tr("the first that the next does not beat by more than its error"), self.n_compared,
            ),
            *self.others,
        )  # fmt: skip

    @property
    def sampling_errors(self) -> dict[str, Array]:
        """What taking a sample of m among n customers adds to the standard error of each criterion that takes one.

        A figure of m customers moves by chance like the square root of 1/m, one of all n by that of 1/n, so the sample
        adds the root of 1 - m/n of the error. The gap's error is that of simulation alone; what a sample adds to it is
        reckoned by itself (`gap_sampling_error`).
        """
        added = {one.name: one.error * np.sqrt(1.0 - one.n / self.n) for one in self.criteria if one.n < self.n}
        return added | {"gap": self.gap_sampling_error} if "gap" in added else added

    @property
    def votes(self) -> dict[str, int]:
        """The number that each criterion takes, by its words; 1 says no groups."""
        return {criterion.words: criterion.k for criterion in self.criteria}

    @property
    def support(self) -> int:
        """How many of the criteria take the number chosen."""
        return list(self.votes.values()).count(self.k)

    @property
    def side_by_side(self) -> str:
        """Whether the criteria agree, in a sentence."""
        by_number: dict[int, list[str]] = {}
        for words, k in self.votes.items():
            by_number.setdefault(k, []).append(words)
        if len(by_number) == 1:
            n = number(len(self.votes))
            if self.k_silhouette == 1:
                return tr("All {n} criteria find no groups.", n=n)
            return tr("All {n} criteria take {k}.", n=n, k=number(self.k_silhouette))
        # The number of most criteria first; of as many, the one that was chosen, then the smaller.
        order = sorted(by_number, key=lambda k: (-len(by_number[k]), k != self.k, k))
        said = "; ".join(_takes(by_number[k], k) for k in order)
        return tr("The {n} criteria do not agree: {said}.", n=number(len(self.votes)), said=said)

    @property
    def table(self) -> pd.DataFrame:
        """One row a number of clusters, 1 first: each criterion with its error, and what it chose."""
        none = [np.nan]
        low, high = self.silhouette_range
        k = np.concatenate([[1], self.tried])
        told = pd.DataFrame(
            {
                "clusters": k,
                "silhouette": np.concatenate([none, self.silhouette]),
                "silhouette_error": np.concatenate([none, self.silhouette_error]),
                "silhouette_low": np.concatenate([none, low]),
                "silhouette_high": np.concatenate([none, high]),
                "gap": self.gap,
                "gap_error": self.gap_error,
                "chosen_by_silhouette": k == self.k_silhouette,
                "chosen_by_gap": k == self.k_gap,
                "chosen": k == self.k,
            }
        )
        for one in self.others:
            at = pd.Index(one.tried).get_indexer(pd.Index(k))
            for column, values in (("", one.value), ("_error", one.error), ("_low", one.low), ("_high", one.high)):
                told[one.name + column] = np.where(at >= 0, values[at], np.nan)
            told[f"chosen_by_{one.name}"] = k == one.k
        for one in self.criteria:
            if one.name in self.sampling_errors:
                at = pd.Index(one.tried).get_indexer(pd.Index(k))
                told[f"{one.name}_sampling_error"] = np.where(at >= 0, self.sampling_errors[one.name][at], np.nan)
        return told

    @property
    def heading(self) -> str:
        """The finding as a title."""
        if len(self.tried) == 1:
            return tr("Only {k} groups could be tried", k=number(self.k))
        takes = list(self.votes.values())
        n, k = number(len(takes)), number(self.k)
        if self.support == len(takes):
            return tr("All {n} criteria say {k} groups", n=n, k=k)
        if 2 * self.support > len(takes):
            return tr("{some} of {n} criteria say {k} groups", some=number(self.support), n=n, k=k)
        most = max(takes)
        if min(takes) == 1:
            return tr("The {n} criteria do not settle the number of groups: from none to {most}", n=n, most=most)
        return tr(
            "The {n} criteria do not settle the number of groups: from {least} to {most}",
            n=n,
            least=number(min(takes)),
            most=most,
        )

    @property
    def reading(self) -> str:
        """The number taken, its silhouette with interval and n, and what the gap statistic says."""
        best = self.best_silhouette
        low, high = best.low or 0.0, best.high or 0.0
        text = tr(
            "Of {first} to {last} clusters, {k} hang together best.",
            first=number(int(self.tried[0])),
            last=number(int(self.tried[-1])),
            k=number(self.k_silhouette),
        )
        if len(self.tried) == 1:
            text = tr(
                "No more than {k} clusters could be tried among {n} customers, who are too few, or too much alike.",
                k=number(self.k),
                n=number(self.n),
            )
        if self.agree:
            gap = tr("The gap statistic says the same.")
        elif self.k_gap == 1:
            gap = tr("The gap statistic finds no number that beats customers without any groups.")
        elif self.k == self.k_gap:
            gap = tr(
                "The gap statistic says {k}, which hang together as well but for a trifle, and decides.",
                k=number(self.k),
            )
        else:
            gap = tr(
                "The gap statistic says {k}, which hang together less; the silhouette decides.",
                k=number(self.k_gap),
            )
        with_k = tr(
            "With {k}, the silhouette is {silhouette} ({interval}, {customers}), where 1 is perfectly "
            "apart and 0 is touching.",
            k=number(self.k),
            silhouette=number(best.number, 2),
            interval=number_between(low, high, 2),
            customers=count(self.n_compared, "customer"),
        )
        text = f"{text} {gap} {with_k}"
        return f"{text} {self.side_by_side}{self._by_sample}" if self.others else text

    @property
    def _by_sample(self) -> str:
        """What samples add to the errors, where they were taken."""
        added = self.sampling_errors
        said = [
            tr(
                "{criterion} {error} ({n} customers)",
                criterion=one.words,
                error=number(float(added[one.name][one.tried == self.k][0]), 0 if one.name == "bic" else 3),
                n=number(one.n),
            )
            for one in self.criteria
            if one.name in added and self.k in one.tried
        ]
        if not said:
            return ""
        text = tr(
            "Figures come of samples of the {n} customers. What these add to the standard error with "
            "{k} clusters: {said}.",
            n=number(self.n),
            k=number(self.k),
            said=", ".join(said),
        )
        return f" {text}"

    @property
    def findings(self) -> Findings:
        """`k` and `silhouette`; with further criteria `k.<criterion>` as well, the number that each would take."""
        found = {"k": Estimate(self.k, n=self.n, unit="clusters"), "silhouette": self.best_silhouette}
        if not self.others:
            return found
        takes = {"silhouette": self.k_silhouette, "gap": self.k_gap} | {one.name: one.k for one in self.others}
        return found | {f"k.{name}": Estimate(k, n=self.n, unit="clusters") for name, k in takes.items()}


@once_a_run
def choose_k(features: Features, *, k_max: int, seed: int, n_references: int | None = None) -> Choice:
    """Choose the number of clusters by the largest mean silhouette, close calls by the gap statistic.

    Parameters
    ----------
    features : the customers on a common scale.
    k_max : the largest number tried; fewer when customers or their differences are few.
    seed : for the starts, the references and, beyond 10,000 customers, the sample.
    n_references : customers without groups, drawn this many times for the gap statistic; None: 20 times, and 10 times
        where more than 5,000 customers are compared.

    References
    ----------
    Rousseeuw (1987), Silhouettes. Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a data
    set via the gap statistic; its reference here is the copula of `cxlab.clusters.reference`, not a uniform box, in
    which one-time buyers alone would count as groups.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> choice = cx.choose_k(cx.fit_features(kit.customers), k_max=4, seed=1)
    >>> choice.k
    4
    """
    rows = sample_rows(features.n, MOST_COMPARED, seed)
    matrix = features.matrix[rows]
    tried = np.arange(2, largest_k(matrix, k_max) + 1)
    if n_references is None:
        n_references = REFERENCES if len(matrix) <= FEWER_BEYOND else REFERENCES_OF_MANY
    with one_thread():
        fits = _fits(matrix, tried, seed)
        widths = silhouettes(matrix, [settle(matrix, model.labels_)[0] for model in fits])
        sampling_error = _sampling_error(matrix, fits, features.n)
        without = fit_reference(features, rows, seed)
        elsewhere = without.draw(np.random.default_rng([seed, n_references]))
        places = [resting_places(elsewhere, int(k), starts=STARTS, seed=seed)[0] for k in tried]
        away = np.array([_drawn_spreads(without, places, seed, draw) for draw in range(n_references)])
    gap = away.mean(0) - _spreads(matrix, fits)
    gap_error = away.std(0) * np.sqrt(1 + 1 / n_references)
    silhouette = np.array([width.mean() for width in widths])
    error = np.array([width.std() for width in widths]) / np.sqrt(len(matrix))
    k_silhouette, k_gap = int(tried[silhouette.argmax()]), _first_gap(gap, gap_error)
    close = k_gap > 1 and silhouette[k_gap - 2] >= silhouette.max() - CLOSE_CALL
    k = k_gap if close else k_silhouette
    return Choice(
        tried, silhouette, error, gap, gap_error, k, k_silhouette, k_gap, features.n, len(matrix), sampling_error
    )


def largest_k(matrix: Array, k_max: int) -> int:
    """Return the largest number of clusters worth trying: fewer than different rows, 15 rows to each."""
    return max(2, min(k_max, count_different(matrix, k_max + 1) - 1, len(matrix) // LEAST_A_CLUSTER))


def _fits(matrix: Array, tried: NDArray[np.int64], seed: int) -> list[KMeans]:
    """Fit each number of clusters to the data, from ten starts."""
    return [k_means(matrix, int(k), starts=STARTS, seed=seed) for k in tried]


def _drawn_spreads(without: Reference, places: Sequence[Array], seed: int, draw: int) -> Array:
    drawn = without.draw(np.random.default_rng([seed, draw]))
    return _spreads(drawn, [tightest_from(drawn, some) for some in places])


def _spreads(matrix: Array, fits: list[KMeans]) -> Array:
    """Logarithm of the squared distances to the centres, one cluster first: shape (m + 1,)."""
    inertia = [float(((matrix - matrix.mean(0)) ** 2).sum()), *(float(model.inertia_) for model in fits)]
    return np.log(np.maximum(inertia, 1e-12))


def _sampling_error(matrix: Array, fits: list[KMeans], n: int) -> Array:
    """Return what a sample adds to the standard error of each logarithm of squared distances: shape (m + 1,)."""
    alone = np.zeros(len(matrix), np.int64)
    parts = [(matrix.mean(0)[None], alone), *((model.cluster_centers_, model.labels_) for model in fits)]
    squares = [((matrix - centres[codes]) ** 2).sum(1) for centres, codes in parts]
    share = 1.0 - len(matrix) / n
    return np.array([one.std() / max(one.mean(), 1e-12) * np.sqrt(share / len(matrix)) for one in squares])


def _takes(criteria: list[str], k: int) -> str:
    who, n = listed(criteria), len(criteria)
    if k == 1:
        return trn("{who} finds no groups", "{who} find no groups", n, who=who)
    return trn("{who} takes {k}", "{who} take {k}", n, who=who, k=number(k))


def _first_gap(gap: Array, error: Array) -> int:
    enough = gap[:-1] >= gap[1:] - error[1:]
    return int(enough.argmax()) + 1 if enough.any() else len(gap)
