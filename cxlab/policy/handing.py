"""The list to act on, or the trial that would settle whom to give it to, in words."""

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from cxlab.estimate import Estimate, Findings
from cxlab.policy.giving import GIVE, HOLD_OUT, GivingList
from cxlab.policy.next_reading import SURE, NextReading, next_reading
from cxlab.policy.result import GesturePolicy
from cxlab.words import count, day, few, number, percent


class TrialSize(Protocol):
    """How large the next trial must be."""

    @property
    def reading(self) -> str:
        """What it takes, in sentences."""

    @property
    def findings(self) -> Findings:
        """Among them `next_trial.customers_per_arm`, for an effect of 10%."""


@dataclass(frozen=True, eq=False)
class PlannedTrial:
    """The list as the study's next table of assignments; None where there is no list."""

    giving: GivingList | None
    minimum_group: int

    @property
    def table(self) -> pd.DataFrame:
        """One row a customer chosen, with the customers' own ids; empty where there is no list."""
        return pd.DataFrame({"customer_id": []}) if self.giving is None else self.giving.assignments


@dataclass(frozen=True, eq=False)
class GestureHanding:
    """Whom to give the next gesture to.

    Attributes
    ----------
    policy : with its list, where there is one.
    trial : how large the trial must be that would settle what is open.
    """

    policy: GesturePolicy
    trial: TrialSize

    @property
    def next_reading(self) -> NextReading | None:
        """What the list, read as a trial, would show; None where there is no list, or where nothing tells."""
        giving = self.policy.giving
        return None if giving is None else next_reading(self.policy, giving)

    @property
    def is_enough(self) -> str:
        """Say how often the next reading would show the gain, and whether more must be held out for it."""
        reading = self.next_reading
        if reading is None:
            return ""
        shows = f"If the gain is what it was here, the next reading shows it in {_times(reading.chance)}"
        if self.policy.giving is not None and self.policy.giving.with_orders:
            shows = f"Once they have all come to buy: {shows[0].lower()}{shows[1:]}"
        if reading.chance >= SURE:
            return f"{shows}."
        half = reading.with_half
        more = f"and with a half held out (holdout_share: 0.5) in {_times(half.chance)}"
        if half.chance >= SURE:
            return f"{shows}, {more}: hold out more if it must be settled."
        return f"{shows}, {more}: the list is too short to settle it at once, so add up several readings."

    @property
    def trial_size(self) -> str:
        """How many customers it takes to see an effect of 10%, in a sentence; empty where that is not known."""
        size = self.trial.findings.get("next_trial.customers_per_arm", Estimate())
        if size.value is None:
            return ""
        return f"To see an effect of 10% it takes {number(size.number)} {size.unit or 'customers'}."

    @property
    def findings(self) -> dict[str, Estimate]:
        """How many get it, and how many are left without it by lot."""
        giving = self.policy.giving
        if giving is None:
            return {}
        return {f"listed.{arm}": Estimate(giving.count(arm), unit="customers") for arm in (GIVE, HOLD_OUT)}

    @property
    def table(self) -> pd.DataFrame:
        """One row a customer, with the customers' own ids; empty where there is no list."""
        giving = self.policy.giving
        return pd.DataFrame({"customer_id": []}) if giving is None else giving.table

    @property
    def planned(self) -> PlannedTrial:
        """The trial that is written into the list."""
        return PlannedTrial(self.policy.giving, self.policy.effects.data.minimum_group)

    @property
    def heading(self) -> str:
        """The list in a line."""
        giving = self.policy.giving
        if giving is None:
            return "No list: a trial comes first" if not self.policy.verdict.has_list else "No list: nobody is named"
        least = self.policy.effects.data.minimum_group
        held_out = few(giving.count(HOLD_OUT), least)
        return f"{few(giving.count(GIVE), least)} customers to give it to, {held_out} held out by lot"

    @property
    def reading(self) -> str:
        """What the list holds and how to use it; or what trial comes first."""
        policy, giving = self.policy, self.policy.giving
        if giving is None:
            why = policy.no_list or policy.verdict.why
            return f"There is no list, for {why}. {self.trial.reading}"
        least = policy.effects.data.minimum_group
        when = ""
        if giving.day is not None:
            known = "before their last order" if giving.with_orders else f"on {day(giving.day)}"
            when = f", by what was known of each {known}"
        text = (
            f"The table holds {count(len(giving.table), 'customer')}{when}. {few(giving.count(GIVE), least)} are to "
            f"get it and {few(giving.count(HOLD_OUT), least)}, {percent(giving.holdout_share)} of the chosen, by lot, "
            "are not. Keep to it: what those held out buy tells what the gesture did, and the next run reads the "
            "second table as its trial (assignments, with hold_out as the control). "
        )
        if giving.with_orders:
            text += (
                "These gestures came with orders, so what they do is known of customers who come to buy: give them "
                "with the customer's next order, and put the day of that order into the second table, for those held "
                "out as well."
            )
        else:
            text += "Put the day on which you start in it."
        if self.is_enough:
            text += f" {self.is_enough}"
        if giving.left_by:
            text += " The budget does not reach further: "
            text += (
                "the best forecasts come first."
                if giving.left_by == "forecasts"
                else "forecasts do not tell whom to leave out, so the lot decided."
            )
        if giving.n_unlike:
            unlike = few(giving.n_unlike, least)
            text += f" Left out: {unlike} customers unlike any who were seen with or without the gesture."
        return text


def _times(chance: float) -> str:
    """Write how often something comes about; nothing is sure.

    Examples
    --------
    >>> _times(0.341), _times(0.9999), _times(0.001)
    ('about 34 of 100 cases', 'nearly all cases', 'hardly any case')
    """
    of_100 = round(100 * chance)
    if 0 < of_100 < 100:
        return f"about {of_100} of 100 cases"
    return "nearly all cases" if of_100 else "hardly any case"


def hand_out(policy: GesturePolicy, trial: TrialSize) -> GestureHanding:
    """Put the list, or what must come before one, into words.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> policy = cx.choose_customers(effects, kit.candidates(effects.main.rows), seed=1)
    >>> handing = cx.hand_out(policy, cx.next_trial(effects, kit.next_trial))
    >>> print(handing.heading)
    No list: a trial comes first
    """
    return GestureHanding(policy, trial)
