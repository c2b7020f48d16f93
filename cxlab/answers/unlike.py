"""Whom a gesture serves and whom it harms, where groups differ by more than chance, as the answer names them."""

from collections.abc import Callable
from dataclasses import dataclass

from cxlab.gestures import EffectByGroup, GestureEffect
from cxlab.gestures.by_cluster import EffectByCluster
from cxlab.gestures.for_whom import DIFFERENT, group_name
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME


@dataclass(frozen=True)
class Sides:
    """Groups in which the whole interval of the effect lies above zero, and below it, in words."""

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    @property
    def is_reversal(self) -> bool:
        """Whether it did good to some and harm to others."""
        return bool(self.good and self.bad)


def sides(main: GestureEffect, groups: EffectByGroup, clusters: EffectByCluster | None = None) -> Sides:
    """Find both sides among the groups of the data or, where these do not differ, among the customers' own clusters.

    Groups are named only where a test says that they differ at all; of the two looks the second must be twice as sure.
    """
    if groups.effect is main and groups.differ:
        return _of(groups, people)
    if clusters is None or not _is_same(clusters.effect, main):
        return Sides()
    p = clusters.effect.heterogeneity
    return _of(clusters, clusters.name) if p is not None and p < DIFFERENT / 2 else Sides()


def people(group: str) -> str:
    """Name the customers of a group within a sentence.

    Examples
    --------
    >>> people("misunderstood"), people("new"), people("Oulu")
    ('the misunderstood', 'those at their first order', 'Oulu')
    """
    if group == "new":
        return tr("those at their first order")
    return tr("the {segment}", segment=SEGMENT_NAME[group].lower()) if group in SEGMENT_NAME else group_name(group)


def extremes(groups: EffectByGroup) -> tuple[str, str] | None:
    """Name the groups with the largest and the smallest effect; None where they are not shown to differ."""
    if not groups.differ or len(groups.told) < 2:
        return None
    best, least = (pick(groups.told, key=lambda g: g.effect.number) for pick in (max, min))
    return people(best.group), people(least.group)


def _of(groups: EffectByGroup, name: Callable[[str], str]) -> Sides:
    good, bad = (
        tuple(name(group.group) for group in groups.told if (sign * group.effect.ends[at]) > 0)
        for sign, at in ((1, 0), (-1, 1))
    )
    return Sides(good, bad)


def _is_same(one: GestureEffect, other: GestureEffect) -> bool:
    return (one.prefix, one.label, one.design) == (other.prefix, other.label, other.design)
