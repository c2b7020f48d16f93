"""How well could two partitions agree at all: with the noise of sampling, and by luck on the same features."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab import words
from cxlab.agreement.partitions import Agreement, PartitionError
from cxlab.contingency import adjusted_mutual_information
from cxlab.errors import InputError
from cxlab.estimate import Estimate
from cxlab.language import tr

LEAST_CUSTOMERS = 60  # two halves of thirty
MOST_CUSTOMERS = 20_000  # what more of them would change is measured in docs/decisions/0013-many-orders.md
ALIKE, PARTLY = 0.75, 0.3  # adjusted mutual information from which on lines are said to be nearly, or partly, the same
ERROR_RATE = 0.05  # how often a partition that is no better than a random rule may be said to stand out
Predict = Callable[[pd.DataFrame], pd.Series]


class FitLabels(Protocol):
    """Fits a partition on some customers and returns the rule that puts any customer into it."""

    def __call__(self, frame: pd.DataFrame, /, *, k: int, seed: int) -> Predict:
        """Fit on `frame`, the columns of the customers' frame."""


@dataclass(frozen=True)
class Ceiling:
    """What agreement is to be held against.

    Attributes
    ----------
    noise_ceiling : median adjusted mutual information between two clusterings, each fitted on one half of the
        customers and both predicted for all; no value when the customers are too few to be halved. It has no interval:
        the splits are of the same customers, so their spread tells nothing of other customers.
    splits : shape (S,), one value a split into halves.
    random_rules : shape (R,), adjusted mutual information of the clusters with each random rule.
    observed : that of the clusters with the partition in question, with its interval.
    p_value : share of the random rules that agree with the clusters as much or more, (1 + count) / (1 + R).
    n_customers, n_drawn : customers, and how many of them ceiling and random rules come from.
    """

    noise_ceiling: Estimate
    splits: NDArray[np.float64]
    random_rules: NDArray[np.float64]
    observed: Estimate
    p_value: float
    n_customers: int = 0
    n_drawn: int = 0

    @property
    def stands_out(self) -> bool:
        """Whether the partition agrees with the clusters more than random rules do, but for `ERROR_RATE` of them."""
        return self.p_value <= ERROR_RATE

    @property
    def as_much(self) -> int:
        """How many random rules agree with the clusters as much as the partition does, or more."""
        return round(self.p_value * (1 + len(self.random_rules))) - 1

    @property
    def random_band(self) -> tuple[float, float, float]:
        """Low end, middle and high end of the random rules: quantiles 2.5, 50 and 97.5 % of their agreement."""
        low, middle, high = (float(v) for v in np.quantile(self.random_rules, [0.025, 0.5, 0.975]))
        return low, middle, high

    @property
    def split_band(self) -> tuple[float, float]:
        """Ends of the middle 95 % of the splits, of which there must be some: a range, no confidence interval."""
        low, high = (float(v) for v in np.quantile(self.splits, [0.025, 0.975]))
        return low, high

    @property
    def heading(self) -> str:
        """The finding in a line: how alike segments and clusters are, and whether random rules are as alike."""
        ami = self.observed.number
        if ami >= PARTLY and not self.stands_out:
            return tr(
                "Segments and clusters agree, but {as_much} of {rules} random rules agree with the clusters as much",
                as_much=words.number(self.as_much),
                rules=words.number(len(self.random_rules)),
            )
        if ami >= ALIKE:
            return tr("Segments and clusters draw nearly the same lines")
        if ami >= PARTLY:
            return tr("Left to itself, the data draws partly the same lines")
        return tr("Left to itself, the data draws other lines")

    @property
    def table(self) -> pd.DataFrame:
        """One row for the segments, then one a split and one a random rule."""
        kinds = ["segments"] + ["halves"] * len(self.splits) + ["random rule"] * len(self.random_rules)
        values = np.concatenate([[self.observed.number], self.splits, self.random_rules])
        return pd.DataFrame({"kind": kinds, "adjusted_mutual_information": values})

    @property
    def reading(self) -> str:
        """The ceiling and the random rules in a sentence each."""
        said = tr(
            "Of {rules} random rules with groups of the same sizes on the same measures, {beaten} agree less with the "
            "clusters than the four segments do; in the middle they agree at {middle}.",
            rules=words.number(len(self.random_rules)),
            beaten=words.number(int((self.random_rules < self.observed.number).sum())),
            middle=words.number(self.random_band[1], 2),
        )
        ceiling = self.noise_ceiling
        if self.n_drawn < self.n_customers:
            drawn, of = words.count(self.n_drawn, "customer"), words.number(self.n_customers)
            said += " " + tr("Both were worked out on {drawn} drawn by lot of {of}.", drawn=drawn, of=of)
        if ceiling.value is None:
            return f"{tr('The customers are too few to be halved, so there is no noise ceiling.')} {said}"
        first = tr(
            "Clusters found in two halves of the customers apart agree with each other at {ceiling} in the middle of "
            "{splits} splits ({customers}; 95% of the splits lie within {spread}, which is a range over splits of the "
            "same customers and no confidence interval).",
            ceiling=words.number(ceiling.number, 2),
            splits=words.number(len(self.splits)),
            customers=words.count(ceiling.n or 0, "customer"),
            spread=words.number_between(*self.split_band, 2),
        )
        return f"{first} {said}"

    @property
    def findings(self) -> dict[str, Estimate]:
        """The noise ceiling, and how the agreement stands among random rules."""
        found = {
            "random_rules_p": Estimate(self.p_value, n=len(self.random_rules), unit="p value against random rules"),
        }
        return {"noise_ceiling": self.noise_ceiling, **found} if self.noise_ceiling.value is not None else found


def agreement_ceiling(
    frame: pd.DataFrame,
    agreement: Agreement,
    clusters: pd.Series,
    features: ArrayLike,
    fit_labels: FitLabels,
    *,
    k: int,
    n_splits: int = 20,
    n_rules: int = 199,
    most_customers: int = MOST_CUSTOMERS,
    seed: int = 0,
) -> Ceiling:
    """Measure the noise ceiling of the clusters, and the agreement of random rules with them.

    Parameters
    ----------
    frame : the customers' frame, what `fit_labels` learns from.
    agreement : of the partition in question with the clusters.
    clusters : shape (n,), index of `frame`.
    features : shape (n, d), the standardised measures that the clusters were found in.
    fit_labels : fits k clusters on some of the customers.
    k : number of clusters.
    n_splits : random divisions of the customers into two halves.
    n_rules : random rules with as many groups, of the same sizes, as the partition in question.
    most_customers : of more, so many are drawn by lot, and the ceiling and the random rules are theirs.
    seed : of the draw, the splits and the rules.

    Raises
    ------
    PartitionError : features that are not of these customers.

    Notes
    -----
    A random rule is made as the segments are: one question divides all customers, a second one each side of it. Here
    a question is a random direction in the space of the measures, cut where the groups get their sizes; customers who
    are alike are put in random order. Against shuffled labels anything built from the same measures would stand out.
    The ceiling is shown beside the agreement and never divides it: two clean partitions of which one is finer do not
    agree fully, however little noise there is.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> agreement = cx.compare_partitions(segments.labels, clusters.labels)
    >>> matrix = clusters.features.matrix
    >>> ceiling = cx.agreement_ceiling(kit.customers.frame, agreement, clusters.labels, matrix, cx.fit_labels, k=4)
    >>> print(ceiling.heading)
    Segments and clusters agree, but 58 of 199 random rules agree with the clusters as much
    """
    matrix = np.asarray(features, dtype=float)
    if matrix.ndim != 2 or not len(matrix) == len(frame) == len(clusters) == agreement.n:
        raise PartitionError(
            f"Agreement ({agreement.n}), clusters ({len(clusters)}), features {matrix.shape} and customers "
            f"({len(frame)}) differ in number: give those of the same customers"
        )
    rng, n = np.random.default_rng(seed), len(frame)
    sizes = agreement.counts.sum(axis=1).to_numpy(np.int64)
    if n > most_customers:
        some = np.sort(rng.permutation(n)[:most_customers])
        frame, matrix, clusters = frame.iloc[some], matrix[some], clusters.iloc[some]
        sizes = np.diff(np.cumsum(sizes) * most_customers // n, prepend=0)
    splits = _half_agreements(frame, fit_labels, k, n_splits, rng)
    sizes = sizes[sizes > 0]
    rules = np.array([adjusted_mutual_information(random_rule(matrix, sizes, rng), clusters) for _ in range(n_rules)])
    observed = agreement.adjusted_mutual_information
    unit = "adjusted mutual information, 0 chance, 1 identity"
    ceiling = Estimate(float(np.median(splits)), n=len(frame), unit=unit) if len(splits) else Estimate(n=len(frame))
    as_much = int((rules >= observed.number - 1e-12).sum())
    return Ceiling(ceiling, splits, rules, observed, (1 + as_much) / (1 + n_rules), n, len(frame))


def random_rule(
    features: NDArray[np.float64], sizes: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Divide the customers into groups of given sizes by random questions asked one inside the other, shape (n,)."""
    labels = np.zeros(len(features), dtype=np.int64)
    order = rng.permutation(len(sizes))
    _divide(features, np.arange(len(features)), [(int(g), int(sizes[g])) for g in order], labels, rng)
    return labels


def _divide(
    features: NDArray[np.float64],
    rows: NDArray[np.int64],
    groups: list[tuple[int, int]],
    labels: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    if len(groups) == 1:
        labels[rows] = groups[0][0]
        return
    half = len(groups) // 2
    first = sum(size for _, size in groups[:half])
    height = features[rows] @ rng.standard_normal(features.shape[1])
    mixed = rng.permutation(len(rows))  # who are alike come in random order
    ranked = rows[mixed[np.argsort(height[mixed], kind="stable")]]
    _divide(features, ranked[:first], groups[:half], labels, rng)
    _divide(features, ranked[first:], groups[half:], labels, rng)


def _half_agreements(
    frame: pd.DataFrame, fit_labels: FitLabels, k: int, n_splits: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Agreement of clusterings of two halves, one value a split; empty where halves cannot be clustered."""
    n = len(frame)
    if n < LEAST_CUSTOMERS:
        return np.zeros(0)
    found = []
    for _ in range(n_splits):
        order = rng.permutation(n)
        halves = (np.sort(order[: n // 2]), np.sort(order[n // 2 :]))
        seed = int(rng.integers(2**31))
        try:
            one, other = (fit_labels(frame.iloc[half], k=k, seed=seed)(frame) for half in halves)
        except InputError:  # a half in which the customers do not differ
            return np.zeros(0)
        found.append(adjusted_mutual_information(one, other))
    return np.array(found)
