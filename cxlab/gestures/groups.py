"""The effect in parts of the customers: each for itself, all at once, and whether they differ at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as fisher

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GroupEffect
from cxlab.gestures.joint import covariance_of, joint_intervals
from cxlab.gestures.means import Codes, TwoMeans, fewest_clusters
from cxlab.gestures.verdict import LEAST_CUSTOMERS, holm

Part = tuple[GroupEffect, TwoMeans | None]


@dataclass(frozen=True)
class Groups:
    """The effects of one arm by group.

    Attributes
    ----------
    effects : one a group, with joint intervals over all of them.
    differences : p value of the effects of a grouping being alike, by its name; only of those with two groups to tell.
    """

    effects: tuple[GroupEffect, ...]
    differences: dict[str, float]

    @property
    def heterogeneity(self) -> float | None:
        """P value of no grouping's effects differing, adjusted for their number (Holm); None: no two groups."""
        return min(holm(list(self.differences.values())), default=None)


def group_effect(
    grouping: str, group: str, treated: NDArray[np.bool_], clusters: Codes, means: TwoMeans | None, unit: str
) -> Part:
    """Give a group's effect, where enough customers are on both sides.

    Parameters
    ----------
    treated, clusters : of the group's rows. means : of the group; None: could not be told.
    """
    told = means if fewest_clusters(clusters, treated) >= LEAST_CUSTOMERS else None
    effect = GroupEffect(
        grouping, group, int(treated.sum()), int((~treated).sum()),
        Estimate() if told is None else told.estimate(unit), Estimate() if told is None else told.percent(), Estimate(),
    )  # fmt: skip
    return effect, told


def effects_by_group(parts: Sequence[Part], unit: str, seed: int = 1) -> Groups:
    """Put the groups together: intervals that hold at once, and the tests of whether they differ."""
    known = [(k, m) for k, (_, m) in enumerate(parts) if m is not None and m.standard_error > 0]
    effects = [effect for effect, _ in parts]
    if known:
        joint = joint_intervals([m for _, m in known], unit, seed=seed)
        for (k, _), found in zip(known, joint, strict=True):
            effects[k] = replace(effects[k], joint=found)
    differences = {}
    for grouping in dict.fromkeys(effect.grouping for effect in effects):
        mine = [m for k, m in known if effects[k].grouping == grouping]
        if len(mine) > 1:
            differences[grouping] = p_of_no_difference(mine)
    return Groups(tuple(effects), differences)


def p_of_no_difference(groups: Sequence[TwoMeans]) -> float:
    """Return the p value of the groups' effects being alike.

    A Wald test in its F form. Groups of one trial are different customers; those of chosen gestures may share some, and
    then their errors are taken together.
    """
    effects = np.array([m.difference for m in groups])
    contrasts = np.column_stack([np.ones(len(groups) - 1), -np.eye(len(groups) - 1)])
    apart = contrasts @ effects
    spread = contrasts @ covariance_of(groups) @ contrasts.T
    wald = float(apart @ np.linalg.pinv(spread) @ apart) / len(apart)
    return float(fisher.sf(wald, len(apart), min(m.df for m in groups)))
