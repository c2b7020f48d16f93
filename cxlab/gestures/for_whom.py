"""For whom a gesture works: its effect by segment, and whether the segments differ at all."""

from dataclasses import dataclass

import pandas as pd

from cxlab.blocks import SEGMENTS
from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.effect import GestureEffect, GroupEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_of, interval, noun_of, quoted, signed
from cxlab.look import SEGMENT_NAME
from cxlab.words import capital, count, number

DIFFERENT = 0.05
NEW_NAME = "First order"


@dataclass(frozen=True)
class EffectByGroup:
    """The effect of the main arm in each part of the customers, as they stood before it."""

    effects: GestureEffects

    @property
    def effect(self) -> GestureEffect:
        """The arm that is looked at: the main one, or the first that is told by group."""
        told = [e for e in self.effects.shown if any(g.effect.has_interval for g in e.groups)]
        return self.effects.main if self.effects.main in told or not told else told[0]

    @property
    def told(self) -> tuple[GroupEffect, ...]:
        """The groups that are large enough to tell; none of a trial that is spoilt."""
        if self.effect.is_spoilt:
            return ()
        return tuple(group for group in in_order(self.effect.groups) if group.effect.has_interval)

    @property
    def differ(self) -> bool:
        """Whether the groups' effects differ by more than chance."""
        p = self.effect.heterogeneity
        return p is not None and p < DIFFERENT

    @property
    def findings(self) -> dict[str, Estimate]:
        """P value of the groups' effects being alike, by arm, and by grouping where there are several.

        The effects stand with the arms.
        """
        return {
            f"{e.prefix}heterogeneity.{e.label}": Estimate(e.heterogeneity, unit="p value")
            for e in self.effects.effects
            if e.heterogeneity is not None
        } | {
            f"{e.prefix}heterogeneity.{e.label}.{grouping}": Estimate(p, unit="p value")
            for e in self.effects.effects
            if len({group.grouping for group in e.groups}) > 1
            for grouping, p in e.differences.items()
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm and group: rows of each kind, effect and percent with the ends of their intervals.

        `joint_low` and `joint_high` are the ends of the effect's interval that holds together with those of all other
        groups of the arm.
        """
        rows = [(e, g) for e in self.effects.effects for g in e.groups]
        names = [(e.arm, e.experiment, e.design, g.grouping, g.group, g.n_treated, g.n_control) for e, g in rows]
        columns = ["arm", "experiment", "design", "grouping", "group", "n_treated", "n_control"]
        joint = columns_of("joint", (g.joint for _, g in rows))
        return pd.DataFrame(names, columns=columns).assign(
            **columns_of("effect", (g.effect for _, g in rows)),
            joint_low=joint["joint_low"],
            joint_high=joint["joint_high"],
            **columns_of("percent", (g.percent for _, g in rows)),
        )

    @property
    def _at_once(self) -> str:
        """Say which groups lie off zero with intervals that hold all at once."""
        told = [group for group in self.told if group.joint.has_interval]
        off, alone = _off_zero(told, joint=True), _off_zero(told, joint=False)
        if off:
            names = ", ".join(group_name(group.group).lower() for group in off)
            return f"With intervals that hold for all groups at once, these still lie off zero: {names}."
        if alone:
            return "With intervals that hold for all groups at once, none lies off zero."
        return "No group lies off zero, taken alone or all at once."

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.effect.is_spoilt:
            return "With arms that are not what was meant, no group can be told from another"
        if not self.effect.is_told:
            return "For whom it works cannot be told, for no effect can be given"
        if len(self.told) < 2:
            return "For whom it works cannot be told from so few"
        if not self.differ:
            return "The groups differ by no more than chance makes them"
        digits = digits_of(self.effect)
        apart = self.effect.differences
        mine = [g for g in self.told if not apart or g.grouping == min(apart, key=lambda name: apart[name])]
        best, least = (pick(mine, key=lambda g: g.effect.number) for pick in (max, min))
        return (
            f"From {signed(least.effect.number, digits)} for {group_name(least.group).lower()} to "
            f"{signed(best.effect.number, digits)} for {group_name(best.group).lower()}"
        )

    @property
    def reading(self) -> str:
        """Effect by group with interval, and whether they may be ranked."""
        effect, digits = self.effect, digits_of(self.effect)
        if not effect.groups:
            return "The rows belong to no groups, so the effect is known for all together only."
        if effect.is_spoilt:
            return f"No figure of {quoted(effect)} may be used, for all together or for any group."
        if not effect.is_told:
            return f"No effect of {quoted(effect)} can be given, for all together or for any group."
        if not self.told:
            return f"No group has the customers that it takes on both sides to tell what {quoted(effect)} did there."
        each = "; ".join(
            f"{group_name(g.group).lower()} {signed(g.effect.number, digits)} ({interval(g.effect, digits)}; "
            f"{number(g.n_treated)} against {number(g.n_control)})"
            for g in self.told
        )
        name = quoted(effect)
        text = f"{capital(name)}, difference in {noun_of(effect)} with 95% intervals: {each}."
        small = len(effect.groups) - len(self.told)
        if small:
            text += f" {count(small, 'group')} too small to tell."
        p = effect.heterogeneity
        if p is None or len(self.told) < 2:
            return text
        text += f" {self._at_once}"
        if self.differ:
            return (
                f"{text} Differences as large as these come about by chance in {_often(p)}, so the groups do differ; "
                "where two intervals lie over each other, which of the two comes first is open."
            )
        return (
            f"{text} Differences as large as these come about by chance in {_often(p)}: do not choose by group what "
            "was found by looking."
        )


def _off_zero(groups: list[GroupEffect], joint: bool) -> list[GroupEffect]:
    """Pick the groups whose interval leaves out zero."""
    ends = [(group, (group.joint if joint else group.effect).ends) for group in groups]
    return [group for group, (low, high) in ends if low > 0 or high < 0]


def gesture_by_group(effects: GestureEffects) -> EffectByGroup:
    """Look at the effect by the four segments, or by the groups that the data brings.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.gesture_by_group(effects).heading)
    For whom it works cannot be told from so few
    """
    return EffectByGroup(effects)


def in_order(groups: tuple[GroupEffect, ...]) -> tuple[GroupEffect, ...]:
    """Put the four segments in their own order and newcomers last; the data's own groups by name."""
    places = {name: k for k, name in enumerate((*SEGMENTS, "new"))}
    return tuple(sorted(groups, key=lambda g: (g.grouping, places.get(g.group, len(places)), g.group)))


def group_name(group: str) -> str:
    """Name a group as readers know it."""
    return NEW_NAME if group == "new" else SEGMENT_NAME.get(group, group)


def _often(p: float) -> str:
    return "fewer than 1 of 1,000 such studies" if p < 0.001 else f"{number(100 * p)} of 100 such studies"
