"""For whom a gesture works, by the customers' own clusters: each customer in the one it was in before the occasion."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.compared import compare_outcome, sample_of
from cxlab.gestures.effect import GestureEffect, GroupEffect
from cxlab.gestures.for_whom import EffectByGroup, how_often
from cxlab.gestures.groups import effects_by_group, group_effect
from cxlab.gestures.means import TwoMeans
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_of, interval, noun_of, quoted, signed
from cxlab.gestures.sample import NEW, Sample
from cxlab.language import tr, trn
from cxlab.words import capital, number


class Clustering(Protocol):
    """What puts customers into clusters, as `cxlab.clusters.Clusters` does."""

    def predict(self, frame: pd.DataFrame, /) -> pd.Series:
        """Return a letter for each row."""


@dataclass(frozen=True)
class EffectByCluster(EffectByGroup):
    """The effect of the main arm in each cluster of the customers, as they stood before it."""

    @property
    def findings(self) -> dict[str, Estimate]:
        """Effect by arm and cluster, and the p value of their being alike."""
        found = {}
        for e in self.effects.effects:
            for group in e.groups:
                found[f"{e.prefix}effect.{e.label}.cluster.{group.group}"] = group.effect
            if e.heterogeneity is not None:
                found[f"{e.prefix}heterogeneity_by_cluster.{e.label}"] = Estimate(e.heterogeneity, unit="p value")
        return {key: estimate for key, estimate in found.items() if estimate.as_finding()}

    def name(self, group: str) -> str:
        """Name a cluster as pages do."""
        return tr("first order") if group == NEW else tr("cluster {group}", group=group)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.effect.is_spoilt or len(self.told) < 2:
            return tr("By the customers’ own clusters it cannot be told for whom it works")
        if not self.differ:
            return tr("The clusters differ by no more than chance makes them")
        digits = digits_of(self.effect)
        best, least = (pick(self.told, key=lambda g: g.effect.number) for pick in (max, min))
        return tr(
            "From {lowest} for {worst} to {highest} for {best}",
            lowest=signed(least.effect.number, digits),
            worst=self.name(least.group),
            highest=signed(best.effect.number, digits),
            best=self.name(best.group),
        )

    @property
    def reading(self) -> str:
        """Effect by cluster with interval, and whether they may be ranked."""
        effect, digits = self.effect, digits_of(self.effect)
        if not effect.groups:
            return tr("No clusters can be told: too few customers, no effect, or nothing known of the time before.")
        if not self.told:
            return tr("No cluster has the customers that it takes on both sides.")
        each = "; ".join(
            tr(
                "{group} {difference} ({interval}; {n_treated} against {n_control})",
                group=self.name(g.group),
                difference=signed(g.effect.number, digits),
                interval=interval(g.effect, digits),
                n_treated=number(g.n_treated),
                n_control=number(g.n_control),
            )
            for g in self.told
        )
        parts = [
            tr(
                "{arm}, difference in {purchases} with 95% intervals: {each}.",
                arm=capital(quoted(effect)),
                purchases=noun_of(effect),
                each=each,
            )
        ]
        small = len(effect.groups) - len(self.told)
        if small:
            parts.append(
                trn("{n} cluster too small to tell.", "{n} clusters too small to tell.", small, n=number(small))
            )
        p = effect.heterogeneity
        if p is not None:
            often = how_often(p)
            parts.append(
                tr("Differences as large as these come about by chance in {often}, so they do differ.", often=often)
                if self.differ
                else tr(
                    "Differences as large as these come about by chance in {often}, so do not choose by cluster what "
                    "was found by looking.",
                    often=often,
                )
            )
        parts.append(
            tr(
                "Clusters are those of the customers at the end of calibration; each order is put into "
                "the one that its customer’s history came nearest to on that day. The letters are those "
                "of the report on clusters."
            )
        )
        return " ".join(parts)


def gesture_by_cluster(effects: GestureEffects, clusters: Clustering | None) -> EffectByCluster:
    """Look at the effect by the customers' own clusters.

    Parameters
    ----------
    clusters : puts customers into clusters who are described by the columns of `Sample.described`, which are those of
        `Customers.frame`; it is shown only what was known before the occasion. None: there are no clusters.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.gesture_by_cluster(effects, kit.clusters_if_any).heading)
    By the customers’ own clusters it cannot be told for whom it works
    """
    found = []
    for effect in effects.effects:
        parts = (
            [] if clusters is None or not effect.is_told else _parts(sample_of(effects.data, effect), effect, clusters)
        )
        groups = effects_by_group(parts, effect.unit)
        found.append(
            replace(effect, groups=groups.effects, heterogeneity=groups.heterogeneity, differences=groups.differences)
        )
    return EffectByCluster(GestureEffects(tuple(found), effects.data))


def _parts(sample: Sample, effect: GestureEffect, clusters: Clustering) -> list[tuple[GroupEffect, TwoMeans | None]]:
    if sample.described is None:
        return []
    known = sample.described["n_orders"].notna().to_numpy()
    labels = np.full(len(known), NEW, dtype=object)
    if known.any():
        labels[known] = clusters.predict(sample.described[known].reset_index(drop=True)).to_numpy(object)
    parts = []
    for group in sorted(set(labels.tolist())):
        mine = np.asarray(labels == group, dtype=np.bool_)
        rows = mine & ((sample.arms == effect.arm) | (sample.arms == sample.control))
        means: TwoMeans | None
        if effect.fitted is not None:
            means = effect.fitted.part(mine[effect.fitted.rows])
        else:
            means = compare_outcome(sample, effect, sample.outcome, mine=mine)
        treated = np.asarray(sample.arms[rows] == effect.arm, dtype=np.bool_)
        parts.append(group_effect("cluster", str(group), treated, sample.clusters[rows], means, sample.unit))
    return parts
