"""The list to act on, or the trial that would settle whom to give it to, in words."""

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from cxlab.estimate import Estimate, Findings
from cxlab.intake.drawn import Drawn
from cxlab.language import tr
from cxlab.policy.giving import GIVE, HOLD_OUT, GivingList
from cxlab.policy.next_reading import SURE, NextReading, next_reading
from cxlab.policy.result import GesturePolicy
from cxlab.words import capital, count, day, few, number, percent


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
    drawn : how many customers were drawn by lot, whom alone the list can name; None: it can name all.
    """

    policy: GesturePolicy
    trial: TrialSize
    drawn: Drawn | None = None

    @property
    def names_only(self) -> str:
        """Say that the list names none but those drawn by lot; empty where nobody was, or where there is no list."""
        return "" if self.drawn is None or self.policy.giving is None else self.drawn.names_only

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
        shows = tr(
            "if the gain is what it was here, the next reading shows it in {times}", times=_times(reading.chance)
        )
        if self.policy.giving is not None and self.policy.giving.with_orders:
            shows = tr("once they have all come to buy: {shows}", shows=shows)
        shows = capital(shows)
        if reading.chance >= SURE:
            return f"{shows}."
        half = reading.with_half
        if half.chance >= SURE:
            return tr(
                "{shows}, and with a half held out by lot in {times}: hold out more if it must be settled.",
                shows=shows,
                times=_times(half.chance),
            )
        return tr(
            "{shows}, and with a half held out by lot in {times}: the list is too short to settle it at "
            "once, so add up several readings.",
            shows=shows,
            times=_times(half.chance),
        )

    @property
    def trial_size(self) -> str:
        """How many customers it takes to see an effect of 10%, in a sentence; empty where that is not known."""
        size = self.trial.findings.get("next_trial.customers_per_arm", Estimate())
        if size.value is None:
            return ""
        if (size.unit or "").endswith(" an arm"):
            return tr("To see an effect of 10% it takes {n} customers an arm.", n=number(size.number))
        return tr("To see an effect of 10% it takes {n} customers.", n=number(size.number))

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
            return (
                tr("No list: a trial comes first")
                if not self.policy.verdict.has_list
                else tr("No list: nobody is named")
            )
        least = self.policy.effects.data.minimum_group
        held_out = few(giving.count(HOLD_OUT), least)
        return tr(
            "{n} customers to give it to, {held_out} held out by lot",
            n=few(giving.count(GIVE), least),
            held_out=held_out,
        )

    @property
    def reading(self) -> str:
        """What the list holds and how to use it; or what trial comes first."""
        policy, giving = self.policy, self.policy.giving
        if giving is None:
            why = policy.no_list or policy.verdict.why
            return tr("There is no list, for {why}. {reading}", why=why, reading=self.trial.reading)
        least, customers = policy.effects.data.minimum_group, count(len(giving.table), "customer")
        holds = tr("The table holds {customers}.", customers=customers)
        if giving.with_orders and giving.day is not None:
            holds = tr(
                "The table holds {customers}, by what was known of each before their last order.", customers=customers
            )
        elif giving.day is not None:
            holds = tr(
                "The table holds {customers}, by what was known of each on {day}.",
                customers=customers,
                day=day(giving.day),
            )
        said = [
            holds,
            self.names_only,
            tr(
                "{given} are to get it and {held_out}, {share} of the chosen, by lot, are not. "
                "Keep to it: what those held out buy tells what the gesture did, and the next run reads the second "
                "table as its trial (assignments, with hold_out as the control).",
                given=few(giving.count(GIVE), least),
                held_out=few(giving.count(HOLD_OUT), least),
                share=percent(giving.holdout_share),
            ),
            tr(
                "These gestures came with orders, so what they do is known of customers who come to buy: "
                "give them with the customer’s next order, and put the day of that order into the second "
                "table, for those held out as well."
            )
            if giving.with_orders
            else tr("Put the day on which you start in it."),
            self.is_enough,
            self._left_out(giving, least),
        ]
        return " ".join(part for part in said if part)

    @staticmethod
    def _left_out(giving: GivingList, least: int) -> str:
        """Say who is not on the list for want of budget, and who because nobody like them was seen."""
        said = []
        if giving.left_by == "forecasts":
            said.append(tr("The budget does not reach further: the best forecasts come first."))
        elif giving.left_by:
            said.append(
                tr("The budget does not reach further: forecasts do not tell whom to leave out, so the lot decided.")
            )
        if giving.n_unlike:
            unlike = few(giving.n_unlike, least)
            said.append(tr("Left out: {n} customers unlike any who were seen with or without the gesture.", n=unlike))
        return " ".join(said)


def _times(chance: float) -> str:
    """Write how often something comes about; nothing is sure.

    Examples
    --------
    >>> _times(0.341), _times(0.9999), _times(0.001)
    ('about 34 of 100 cases', 'nearly all cases', 'hardly any case')
    """
    of_100 = round(100 * chance)
    if 0 < of_100 < 100:
        return tr("about {n} of 100 cases", n=of_100)
    return tr("nearly all cases") if of_100 else tr("hardly any case")


def hand_out(policy: GesturePolicy, trial: TrialSize, *, drawn: Drawn | None = None) -> GestureHanding:
    """Put the list, or what must come before one, into words.

    Parameters
    ----------
    policy : with its list, where there is one.
    trial : how large the next trial must be.
    drawn : how many customers were drawn by lot, as the kit's intake knows it; None: none were, all are there.

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
    return GestureHanding(policy, trial, drawn)
