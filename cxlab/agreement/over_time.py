"""Which of two ways of grouping lasts: how far each agrees with itself one period later."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from cxlab import words
from cxlab.agreement.partitions import PartitionError
from cxlab.contingency import Counts, adjusted_mutual_information_of
from cxlab.different import codes_of
from cxlab.drawn_tables import draw_tables
from cxlab.estimate import Estimate, columns_of, percentile_interval, wilson_interval
from cxlab.language import tr, trn

LEAST_GROUPS = 2
_UNIT = "adjusted mutual information, 0 chance, 1 identity"


@dataclass(frozen=True)
class OverTime:
    """How far the segments and the clusters agree with what they are one period later, both drawn anew.

    Attributes
    ----------
    segments, clusters : adjusted mutual information of the earlier and the later partition.
    difference : segments less clusters, paired over customers.
    stayed : share of the customers whose segment is the same.
    n : customers who are in both.
    days : length of the period.
    missing : why nothing can be said; empty where it can.
    """

    segments: Estimate
    clusters: Estimate
    difference: Estimate
    stayed: Estimate
    n: int
    days: int
    missing: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row a way of grouping, and one for what lies between them."""
        rows = (("segments", self.segments), ("clusters", self.clusters), ("difference", self.difference))
        return pd.DataFrame({"partition": [name for name, _ in rows], **columns_of("agreement", (e for _, e in rows))})

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return tr("Which of the two lasts longer cannot be told")
        low, high = self.difference.ends
        if low <= 0 <= high:
            return tr("Segments and clusters last about equally long, as far as can be seen")
        return (
            tr("The segments last longer than the clusters")
            if low > 0
            else tr("The clusters last longer than the segments")
        )

    @property
    def reading(self) -> str:
        """How far each agrees with itself later, and which does more."""
        if self.missing:
            return self.missing
        return " ".join([self._stayed(), self._agree(), self._by_themselves()])

    def _stayed(self) -> str:
        drawn = trn(
            "{n} day later both are drawn anew, as the next report will draw them.",
            "{n} days later both are drawn anew, as the next report will draw them.",
            self.days,
            n=words.number(self.days),
        )
        stayed = trn(
            "{share} of {n} customer are in the same segment as before (95% interval {interval}).",
            "{share} of {n} customers are in the same segment as before (95% interval {interval}).",
            self.n,
            share=words.percent(self.stayed.number),
            n=words.number(self.n),
            interval=words.percent_between(*self.stayed.ends),
        )
        return f"{drawn} {stayed}"

    def _agree(self) -> str:
        points, (low, high) = words.number(abs(self.difference.number), 2), self.difference.ends
        segments, clusters = _shown(self.segments), _shown(self.clusters)
        if self.difference.number > 0:
            return tr(
                "On the scale where 0 is chance and 1 is identity, the segments agree with the earlier ones at "
                "{segments}, the clusters with the earlier ones at {clusters}: the segments {points} more "
                "({interval}).",
                segments=segments,
                clusters=clusters,
                points=points,
                interval=words.number_between(low, high, 2),
            )
        return tr(
            "On the scale where 0 is chance and 1 is identity, the segments agree with the earlier ones at {segments}, "
            "the clusters with the earlier ones at {clusters}: the segments {points} less ({interval}).",
            segments=segments,
            clusters=clusters,
            points=points,
            interval=words.number_between(-high, -low, 2),
        )

    @staticmethod
    def _by_themselves() -> str:
        return tr(
            "Most measures behind the clusters add up over time and change slowly by themselves; the segments turn on "
            "the last order."
        )

    @property
    def findings(self) -> dict[str, Estimate]:
        """Agreement over time of both, what lies between them, and who stayed."""
        if self.missing:
            return {}
        return {
            "over_time.segments": self.segments,
            "over_time.clusters": self.clusters,
            "over_time.segments_minus_clusters": self.difference,
            "over_time.stayed": self.stayed,
        }


def stability_over_time(
    segments: tuple[pd.Series, pd.Series],
    clusters: tuple[pd.Series, pd.Series],
    *,
    days: int,
    missing: str = "",
    n_bootstrap: int = 200,
    seed: int = 0,
) -> OverTime:
    """Hold two ways of grouping the same customers against themselves one period later.

    Parameters
    ----------
    segments, clusters : labels at the first end and at the second, each shape (n,), customers in the same order.
    days : length of the period between the ends.
    missing : why two such periods tell nothing; empty where they do.
    n_bootstrap, seed : resamples of the customers, the partitions kept as they are.

    Raises
    ------
    PartitionError : labels that are not of the same customers.

    Notes
    -----
    Adjusted mutual information asks for no names of the groups, so clusters found anew need not be matched with the
    earlier ones. Intervals are those of `draw_tables`, as in `compare_partitions`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> first, second = kit.customers, kit.periods.known_second
    >>> fields = [cx.assign_segments(each).labels for each in (first, second)]
    >>> groups = [cx.fit_clusters(each, k=4, seed=1).labels for each in (first, second)]
    >>> lasting = cx.stability_over_time(tuple(fields), tuple(groups), days=kit.periods.days)
    >>> print(lasting.heading)
    The clusters last longer than the segments
    """
    if missing:
        none = Estimate()
        return OverTime(none, none, none, none, 0, days, missing)
    sizes = {len(labels) for labels in (*segments, *clusters)}
    if len(sizes) != 1 or sizes == {0}:
        raise PartitionError(f"Labels of {sorted(sizes)} customers: give those of the same customers, four times")
    alone = _alone(min(map(_groups, segments)) < LEAST_GROUPS, min(map(_groups, clusters)) < LEAST_GROUPS)
    if alone:
        none = Estimate()
        return OverTime(none, none, none, none, 0, days, alone)
    codes = [codes_of(labels)[1] for labels in (*segments, *clusters)]
    shape = tuple(int(one.max()) + 1 for one in codes)
    cells = np.bincount(np.ravel_multi_index(codes, shape), minlength=int(np.prod(shape)))
    tables = draw_tables(cells.reshape(shape), n_bootstrap, seed)
    own, theirs = (partial(_agreement, axes=axes) for axes in ((2, 3), (0, 1)))
    apart = own(tables.counts) - theirs(tables.counts)
    same, n = int((segments[0].to_numpy(str) == segments[1].to_numpy(str)).sum()), tables.n
    return OverTime(
        tables.estimate(own, unit=_UNIT),
        tables.estimate(theirs, unit=_UNIT),
        percentile_interval(apart, tables.draws_of(own) - tables.draws_of(theirs), n=n, unit=_UNIT),
        wilson_interval(same, n, unit="share of the customers"),
        n,
        days,
    )


def _alone(in_one_segment: bool, in_one_cluster: bool) -> str:
    """Say which way of grouping keeps all customers together; empty where none does."""
    if in_one_segment and in_one_cluster:
        return tr("Which lasts longer cannot be told: all customers are in one of the segments and of the clusters.")
    if in_one_segment:
        return tr("Which lasts longer cannot be told: all customers are in one of the segments.")
    return tr("Which lasts longer cannot be told: all customers are in one of the clusters.") if in_one_cluster else ""


def _groups(labels: pd.Series) -> int:
    return int(labels.nunique())


def _agreement(table: Counts, axes: tuple[int, int]) -> float:
    return adjusted_mutual_information_of(table.sum(axis=axes))


def _shown(estimate: Estimate) -> str:
    return tr(
        "{value} (95% interval {interval})",
        value=words.number(estimate.number, 2),
        interval=words.number_between(*estimate.ends, 2),
    )
