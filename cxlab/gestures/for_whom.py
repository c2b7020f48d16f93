"""For whom a gesture works: its effect by segment, and whether the segments differ at all."""

from dataclasses import dataclass

import pandas as pd

from cxlab.blocks import SEGMENTS
from cxlab.estimate import Estimate, columns_of
from cxlab.gestures.effect import GestureEffect, GroupEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_of, interval, noun_of, owned, quoted, signed
from cxlab.language import tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.words import capital, number

DIFFERENT = 0.05


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
            return tr(
                "With intervals that hold for all groups at once, these still lie off zero: {names}.", names=names
            )
        if alone:
            return tr("With intervals that hold for all groups at once, none lies off zero.")
        return tr("No group lies off zero, taken alone or all at once.")

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.effect.is_spoilt:
            return tr("With arms that are not what was meant, no group can be told from another")
        if not self.effect.is_told:
            return tr("For whom it works cannot be told, for no effect can be given")
        if len(self.told) < 2:
            return tr("For whom it works cannot be told from so few")
        if not self.differ:
            return tr("The groups differ by no more than chance makes them")
        digits = digits_of(self.effect)
        apart = self.effect.differences
        mine = [g for g in self.told if not apart or g.grouping == min(apart, key=lambda name: apart[name])]
        best, least = (pick(mine, key=lambda g: g.effect.number) for pick in (max, min))
        return tr(
            "From {lowest} for {worst} to {highest} for {best}",
            lowest=signed(least.effect.number, digits),
            worst=group_name(least.group).lower(),
            highest=signed(best.effect.number, digits),
            best=group_name(best.group).lower(),
        )

    @property
    def reading(self) -> str:
        """Effect by group with interval, and whether they may be ranked."""
        effect, digits = self.effect, digits_of(self.effect)
        if not effect.groups:
            return tr("The rows belong to no groups, so the effect is known for all together only.")
        if effect.is_spoilt:
            return tr("No figure of {arm} may be used, for all together or for any group.", arm=owned(effect))
        if not effect.is_told:
            return tr("No effect of {arm} can be given, for all together or for any group.", arm=owned(effect))
        if not self.told:
            return tr(
                "No group has the customers that it takes on both sides to tell what {arm} did there.",
                arm=owned(effect),
            )
        each = "; ".join(
            tr(
                "{group} {difference} ({interval}; {n_treated} against {n_control})",
                group=group_name(g.group).lower(),
                difference=signed(g.effect.number, digits),
                interval=interval(g.effect, digits),
                n_treated=number(g.n_treated),
                n_control=number(g.n_control),
            )
            for g in self.told
        )
        text = tr(
            "{arm}, difference in {purchases} with 95% intervals: {each}.",
            arm=capital(quoted(effect)),
            purchases=noun_of(effect),
            each=each,
        )
        small = len(effect.groups) - len(self.told)
        if small:
            text += " " + trn("{n} group too small to tell.", "{n} groups too small to tell.", small, n=number(small))
        p = effect.heterogeneity
        if p is None or len(self.told) < 2:
            return text
        text += f" {self._at_once}"
        if self.differ:
            return tr(
                "{text} Differences as large as these come about by chance in {often}, so the groups do "
                "differ; where two intervals lie over each other, which of the two comes first is open.",
                text=text,
                often=how_often(p),
            )
        return tr(
            "{text} Differences as large as these come about by chance in {often}: do not choose by "
            "group what was found by looking.",
            text=text,
            often=how_often(p),
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
    return tr("First order") if group == "new" else SEGMENT_NAME.get(group, group)


def how_often(p: float) -> str:
    """Say in how many studies chance alone would make groups differ so much."""
    return tr("fewer than 1 of 1,000 such studies") if p < 0.001 else tr("{n} of 100 such studies", n=number(100 * p))
