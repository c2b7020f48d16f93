"""Two partitions of the same customers: how far they agree, and where they do not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial, reduce

import numpy as np
import pandas as pd

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.contingency import (
    Array,
    Counts,
    adjusted_mutual_information_of,
    adjusted_rand_index_of,
    completeness_of,
    homogeneity_of,
    jaccard_overlaps,
    standardised_residuals,
)
from cxlab.drawn_tables import draw_tables
from cxlab.errors import InputError
from cxlab.estimate import Estimate
from cxlab.intake.hidden_cells import HiddenCells, hide_cells, surely_largest
from cxlab.intake.hiding import GroupSizes
from cxlab.language import tr, trn
from cxlab.look import SEGMENT_NAME

NEARLY_ALL = 0.9
"""Share of a group from which on a page may say "nearly all" of a hidden count."""


class PartitionError(InputError):
    """Two partitions cannot be compared."""


@dataclass(frozen=True)
class Agreement:
    """How far two partitions agree.

    Attributes
    ----------
    counts : shape (R, C), customers by group of the first partition (rows) and of the second (columns).
    residuals : shape (R, C), adjusted standardised residuals of independence (Haberman 1973); 0 where undefined.
    adjusted_mutual_information, adjusted_rand_index : 0 is chance, 1 is identity.
    homogeneity : how far each group of the second holds customers of one group of the first only; 1 is wholly.
    completeness : how far each group of the first lies in one group of the second only.
    best_match : of each group of the first, its largest Jaccard overlap with a group of the second, and with which.
    minimum_group : cells smaller than this are not shown on pages.
    names_b : words for groups of the second; the group itself where there are none.
    """

    counts: pd.DataFrame
    residuals: pd.DataFrame
    adjusted_mutual_information: Estimate
    adjusted_rand_index: Estimate
    homogeneity: Estimate
    completeness: Estimate
    best_match: dict[str, tuple[str, Estimate]]
    minimum_group: int
    names_b: Mapping[str, str] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of customers."""
        return int(self.counts.to_numpy().sum())

    @property
    def shares(self) -> pd.DataFrame:
        """Shape (R, C): share of each row's customers in each column; 0 for empty rows."""
        totals = self.counts.sum(axis=1).clip(lower=1)
        return self.counts.div(totals, axis=0)

    @cached_property
    def hidden(self) -> HiddenCells:
        """What a page may show of the counts; everything that it says of them goes by this."""
        return hide_cells(self.counts, self.minimum_group)

    @property
    def sizes(self) -> tuple[GroupSizes, GroupSizes]:
        """How many are in each group of the first partition and of the second, as a page may show it."""
        counts = self.counts.to_numpy(np.int64)
        rows, columns = (GroupSizes(tuple(counts.sum(axis=a).tolist()), self.minimum_group) for a in (1, 0))
        return rows, columns

    @property
    def groups_spoken_of(self) -> dict[str, int]:
        """Groups of the first that are large enough for a page to speak of, with their rows."""
        sizes = self.counts.to_numpy().sum(axis=1)
        return {str(g): i for i, g in enumerate(self.counts.index) if sizes[i] >= max(1, self.minimum_group)}

    @property
    def main_cluster(self) -> dict[str, str]:
        """Of each group spoken of, where most of it is, as far as what is shown makes that certain."""
        return self._surely_largest(self.hidden.least, self.hidden.most)

    @property
    def nearest(self) -> dict[str, str]:
        """Of each group spoken of, which group overlaps it most, as far as what is shown makes that certain."""
        return self._surely_largest(self._overlaps(self.hidden.least), self._overlaps(self.hidden.most))

    @property
    def nearest_pair(self) -> tuple[str, str] | None:
        """The groups that overlap most of all pairs; None where what is shown leaves that open."""
        least, most = self._overlaps(self.hidden.least), self._overlaps(self.hidden.most)
        k = surely_largest(least.ravel(), most.ravel())
        if k is None:
            return None
        i, j = divmod(k, least.shape[1])
        pair = str(self.counts.index[i]), str(self.counts.columns[j])
        return pair if pair[0] in self.groups_spoken_of else None

    def is_hidden(self, group: str, other: str) -> bool:
        """Whether a page does not say how many are in both groups."""
        return bool(self.hidden.mask[self._at(group, other)])

    def is_nearly_all(self, group: str, other: str) -> bool:
        """Whether what is shown makes certain that nearly all of a group of the first are in one of the second."""
        at = self._at(group, other)
        return bool(self.hidden.least[at] > NEARLY_ALL * max(1, self.counts.to_numpy()[at[0]].sum()))

    def share(self, group: str, other: str) -> float:
        """Share of a group of the first that is in one of the second."""
        return float(self.shares.to_numpy()[self._at(group, other)])

    def share_in_words(self, group: str, other: str) -> str:
        """Write how much of a group of the first is in one of the second, as a page may."""
        i, j = self._at(group, other)
        if not self.hidden.mask[i, j]:
            return words.percent(self.share(group, other))
        return tr("nearly all") if self.is_nearly_all(group, other) else self.hidden.written[i][j]

    def _at(self, group: str, other: str) -> tuple[int, int]:
        return self.counts.index.tolist().index(group), self.counts.columns.tolist().index(other)

    def _overlaps(self, cells: Counts) -> Array:
        """Jaccard overlaps if the cells were these, by the totals as they are."""
        counts = self.counts.to_numpy()
        either = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True) - cells
        return np.asarray(cells / np.maximum(either, 1), float)

    def _surely_largest(self, least: Array | Counts, most: Array | Counts) -> dict[str, str]:
        found = {group: surely_largest(least[i], most[i]) for group, i in self.groups_spoken_of.items()}
        return {group: str(self.counts.columns[k]) for group, k in found.items() if k is not None}

    @property
    def table(self) -> pd.DataFrame:
        """One row a pair of groups: customers, share of the row, overlap (Jaccard), residual."""
        counts = self.counts.to_numpy()
        rows, columns = counts.shape
        return pd.DataFrame(
            {
                "segment": np.repeat(self.counts.index.to_numpy(), columns),
                "cluster": np.tile(self.counts.columns.to_numpy(), rows),
                "customers": counts.ravel(),
                "share_of_segment": self.shares.to_numpy().ravel(),
                "overlap": jaccard_overlaps(counts).ravel(),
                "residual": self.residuals.to_numpy().ravel(),
            }
        )

    @property
    def reading(self) -> str:
        """How far they agree, with interval and n."""
        ami = self.adjusted_mutual_information
        said = trn(
            "On a scale where 0 is chance and 1 is identity, the two ways of grouping {n} customer agree at {ami} "
            "(adjusted mutual information, 95% interval {interval}).",
            "On a scale where 0 is chance and 1 is identity, the two ways of grouping {n} customers agree at {ami} "
            "(adjusted mutual information, 95% interval {interval}).",
            self.n,
            n=words.number(self.n),
            ami=words.number(ami.number, 2),
            interval=words.number_between(*ami.ends, 2),
        )
        return f"{said}{self._merged()}"

    def _merged(self) -> str:
        """Say which groups of the first the second puts together; empty where no two have one main cluster."""
        together: dict[str, list[str]] = {}
        for group, cluster in self.main_cluster.items():
            together.setdefault(cluster, []).append(SEGMENT_NAME.get(group, group).lower())
        said = [
            tr(
                "The largest part of the {groups} is in one cluster, {cluster}: the data merges them.",
                groups=reduce(lambda one, other: tr("{one} and of the {other}", one=one, other=other), groups),
                cluster=cluster,
            )
            for cluster, groups in together.items()
            if len(groups) > 1
        ]
        return "".join(f" {one}" for one in said)

    @property
    def findings(self) -> dict[str, Estimate]:
        """The four measures of agreement."""
        return {
            "adjusted_mutual_information": self.adjusted_mutual_information,
            "adjusted_rand_index": self.adjusted_rand_index,
            "homogeneity": self.homogeneity,
            "completeness": self.completeness,
        }


def compare_partitions(
    labels_a: pd.Series,
    labels_b: pd.Series,
    *,
    groups_a: tuple[str, ...] | None = None,
    n_bootstrap: int = 200,
    seed: int = 0,
    minimum_group: int = 5,
    names_b: Mapping[str, str] | None = None,
) -> Agreement:
    """Compare two partitions of the same customers.

    Parameters
    ----------
    labels_a, labels_b : shape (n,), with the same index.
    groups_a : groups of the first in the order wanted, with those that are empty; by default the four segments in their
        order where they are these, else sorted.
    n_bootstrap, seed : resamples of the customers, both partitions kept as they are.
    minimum_group : cells smaller than this are not shown on pages.
    names_b : words for groups of the second.

    Raises
    ------
    PartitionError : no customers, or labels that are not of the same customers.

    Notes
    -----
    Intervals are those of `draw_tables`, shifted by the excess that drawing anew adds.

    References
    ----------
    Vinh, Epps & Bailey (2010), JMLR 11; Hubert & Arabie (1985), J. Classification 2; Rosenberg & Hirschberg (2007).

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> clusters = cx.fit_clusters(kit.customers, k=4, seed=1)
    >>> print(cx.compare_partitions(segments.labels, clusters.labels).reading)  # doctest: +ELLIPSIS
    On a scale where 0 is chance and 1 is identity, the two ways of grouping 481 customers agree at 0.31 ...
    """
    if len(labels_a) == 0 or not labels_a.index.equals(labels_b.index):
        raise PartitionError(
            f"The two partitions are not of the same customers ({len(labels_a)} and {len(labels_b)} labels): "
            "give two columns of one table"
        )
    counts = pd.crosstab(labels_a.astype(str), labels_b.astype(str))
    if groups_a is None and set(counts.index) <= set(SEGMENTS):
        groups_a = SEGMENTS
    if groups_a is not None:
        counts = counts.reindex(list(groups_a), fill_value=0)
    counts.index.name = counts.columns.name = None
    table = counts.to_numpy(np.int64)
    measure = partial(draw_tables(table, n_bootstrap, seed).estimate, unit="0 none, 1 full")
    overlaps = jaccard_overlaps(table)
    best = {
        str(group): (
            str(counts.columns[int(overlaps[i].argmax())]),
            measure(partial(_best_overlap, row=i)),
        )
        for i, group in enumerate(counts.index)
        if table[i].sum() > 0
    }
    return Agreement(
        counts=counts,
        residuals=pd.DataFrame(standardised_residuals(table), index=counts.index, columns=counts.columns),
        adjusted_mutual_information=measure(adjusted_mutual_information_of),
        adjusted_rand_index=measure(adjusted_rand_index_of),
        homogeneity=measure(homogeneity_of),
        completeness=measure(completeness_of),
        best_match=best,
        minimum_group=minimum_group,
        names_b=dict(names_b or {}),
    )


def _best_overlap(counts: Counts, row: int) -> float:
    return float(jaccard_overlaps(counts)[row].max())
