"""What is known of one gesture: its effect, the naive answer beside it, for whom, and whether the two were alike."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from cxlab.estimate import Estimate
from cxlab.gestures.balance import Balance
from cxlab.gestures.fitted import Fitted
from cxlab.gestures.foretold import Foretold
from cxlab.gestures.overlap import Overlap
from cxlab.gestures.sample import Design
from cxlab.gestures.sensitivity import Sensitivity
from cxlab.gestures.verdict import MISMATCH, Verdict
from cxlab.gestures.worth import Worth

_NONE = Estimate()


@dataclass(frozen=True)
class GroupEffect:
    """The effect in a part of the customers, as they stood before the occasion.

    Attributes
    ----------
    grouping, group : name of the grouping, and the part; n_treated, n_control : rows.
    effect : no value where the part is too small to tell.
    percent : the same in percent of the outcome without the gesture.
    joint : the effect with an interval that holds together with those of all other groups of the arm.
    """

    grouping: str
    group: str
    n_treated: int
    n_control: int
    effect: Estimate
    percent: Estimate
    joint: Estimate = _NONE


@dataclass(frozen=True)
class GestureEffect:
    """One arm held against the control.

    Attributes
    ----------
    arm, experiment, design, noun, unit, rows : as in `Sample`.
    label : the key in `results.json` after the dot: the arm, with its experiment before it where there are several.
    prefix : "observational." where a trial stands first.
    n_treated, n_control : rows that can be followed.
    control_mean, treated_mean : outcome without and with the gesture, adjusted; of chosen gestures: of the occasions
        with one.
    naive : the raw difference; effect, percent : the adjusted one; average : at all occasions, for chosen gestures.
        None of the three where the effect is not identifiable.
    always_valid : the effect with an interval that holds at every look; while a trial runs.
    groups : by segment, or by the data's own groups; heterogeneity : p value of their being alike, adjusted for the
        number of groupings; None with fewer than two groups.
    ordinals : the effect of a customer's first, second, third and later gesture.
    recovered : the effect at orders at which something had gone wrong; None where not known.
    made_good : such orders with a gesture against orders that went well without one; no value where not known.
    verdict : by the written rule.
    mismatch : p value of the arms' sizes against the shares meant; None where none were declared.
    placebo : the same comparison on purchases before the occasion; no value where there is no history.
    choice : of chosen gestures, the same from what lies before that time alone: whether the choice went with recent
        purchases.
    worth : None where no contribution is known.
    sensitivity, overlap : for chosen gestures.
    fitted : the models of chosen gestures, for further questions; None for a trial and where no effect is given.
    average_percent : the average effect in percent.
    on_overlap, on_overlap_percent : of chosen gestures, the effect where it is open whether there is one.
    until_next, until_next_percent : of chosen gestures, the effect had no further gesture come; no value where not
        known.
    count_model : of a trial, the effect in percent by a count model, as a check.
    foretold : predicted effects against those that came about; None where too few.
    differences : p value of the groups being alike by grouping, where there are several.
    is_against_now : whether it is against not now, when the same may follow later; else against never.
    n_running : draws that cannot be followed to the end yet; over : the day on which the last of these can.
    """

    arm: str
    experiment: str
    design: Design
    noun: str
    unit: str
    rows: str
    label: str
    prefix: str
    n_treated: int
    n_control: int
    control_mean: Estimate
    treated_mean: Estimate
    naive: Estimate
    effect: Estimate
    percent: Estimate
    average: Estimate
    always_valid: Estimate
    groups: tuple[GroupEffect, ...]
    heterogeneity: float | None
    ordinals: tuple[Estimate, ...]
    recovered: Estimate | None
    made_good: Estimate
    verdict: Verdict
    mismatch: float | None
    placebo: Estimate
    choice: Estimate
    worth: Worth | None
    balance: Balance
    overlap: Overlap | None = None
    sensitivity: Sensitivity | None = None
    fitted: Fitted | None = None
    average_percent: Estimate = _NONE
    on_overlap: Estimate = _NONE
    on_overlap_percent: Estimate = _NONE
    until_next: Estimate = _NONE
    until_next_percent: Estimate = _NONE
    count_model: Estimate = _NONE
    foretold: Foretold | None = None
    differences: Mapping[str, float] = field(default_factory=dict)
    is_against_now: bool = True
    n_running: int = 0
    over: dt.date | None = None

    @property
    def is_told(self) -> bool:
        """Whether an effect is given that may be used."""
        return self.effect.has_interval and not self.is_spoilt

    @property
    def design_found(self) -> Literal["randomised", "observational", "not_identifiable"]:
        """The design, or that it tells no effect."""
        return "not_identifiable" if self.verdict.token == "not_identifiable" else self.design

    @property
    def is_awaited(self) -> bool:
        """Whether customers who were drawn can be followed later only, and nothing is told before."""
        return self.n_running > 0 and not self.is_told

    @property
    def is_spoilt(self) -> bool:
        """Whether the arms are not of the sizes that were meant, so that no figure of the trial can be trusted."""
        return self.mismatch is not None and self.mismatch < MISMATCH

    @property
    def findings(self) -> dict[str, Estimate]:
        """Every number by its key in `results.json`; of a trial that is spoilt, each with the verdict beside it."""
        found = {
            "effect": self.effect,
            "effect_percent": self.percent,
            "effect_average": self.average,
            "effect_average_percent": self.average_percent,
            "effect_overlap": self.on_overlap,
            "effect_overlap_percent": self.on_overlap_percent,
            "effect_until_next_gesture": self.until_next,
            "effect_until_next_gesture_percent": self.until_next_percent,
            "effect_percent_count_model": self.count_model,
            "effect_always_valid": self.always_valid,
            "effect_naive": self.naive,
            "control_mean": self.control_mean,
            "treated_mean": self.treated_mean,
            "placebo": self.placebo,
            "choice_by_recent_purchases": self.choice,
        }
        if self.sensitivity is not None and self.is_told:
            found |= self.sensitivity.findings
        if self.foretold is not None:
            found["predicted_effect_slope"] = self.foretold.slope
        if self.worth is not None and not self.is_spoilt:
            found["incremental_contribution"] = self.worth.incremental
            found["break_even_cost"] = self.worth.break_even
        keyed = {f"{self.prefix}{name}.{self.label}": estimate for name, estimate in found.items()}
        repeated = {part.group for part in self.groups if [g.group for g in self.groups].count(part.group) > 1}
        for part in self.groups:
            name = f"{part.grouping}.{part.group}" if part.group in repeated else part.group
            keyed[f"{self.prefix}effect.{self.label}.{name}"] = part.effect
            keyed[f"{self.prefix}effect_percent.{self.label}.{name}"] = part.percent
        for i, estimate in enumerate(self.ordinals):
            keyed[f"{self.prefix}habituation.{i + 1}"] = estimate
        if self.recovered is not None:
            keyed[f"{self.prefix}recovery.gesture_vs_none"] = self.recovered
            keyed[f"{self.prefix}recovery.gesture_vs_no_failure"] = self.made_good
        keyed = {key: estimate for key, estimate in keyed.items() if estimate.as_finding()}
        if self.is_spoilt:  # they stay for whoever looks for the fault, and none of them may be taken for an answer
            keyed = {key: replace(estimate, verdict=self.verdict.token) for key, estimate in keyed.items()}
        if self.mismatch is not None:
            several = f".{self.experiment}" if self.label != self.arm else ""
            keyed[f"sample_ratio_mismatch{several}"] = Estimate(self.mismatch, unit="p value")
        keyed[f"{self.prefix}verdict.{self.label}"] = Estimate(verdict=self.verdict.token)
        return keyed
