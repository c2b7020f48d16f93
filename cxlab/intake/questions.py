"""What a study's tables can answer, what they answer in part, and what to bring for the rest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from cxlab.intake.counts import Counts
from cxlab.intake.cycle import PurchaseCycle
from cxlab.language import tr
from cxlab.words import count, day, number, percent

FEW_CUSTOMERS = 100
"""With fewer customers than this, groups are too small to tell much apart: the answer is in part."""
LEAST_CUSTOMERS, LEAST_REPEATERS = 30, 10
"""What a purchase model and clusters need at the least."""
LEAST_COSTED = 0.5
"""Share of the revenue with a known cost from which on costs count as known."""


def no_orders() -> str:
    """Say why nothing about customers can be told."""
    return tr("there are no orders")


def orders_needed() -> str:
    """Name what it takes to tell anything about customers."""
    return "orders: customer_id, ordered_at, revenue"


def costs_needed() -> str:
    """Name what tells profit from revenue."""
    return tr("what goods cost (orders: cost) or what serving costs (a costs table)")


@dataclass(frozen=True)
class Question:
    """A question, whether the data can answer it (yes, partly, no), why, and what to bring."""

    question: str
    can: str
    why: str
    bring: str = ""


@dataclass(frozen=True)
class Questions:
    """What the study can and cannot answer; `core` are the questions that it must answer to be of use."""

    asked: tuple[Question, ...]
    core: tuple[Question, ...]

    def and_also(self, question: Question) -> Self:
        """Put a further question behind those that the study must answer."""
        at = 1 + max(self.asked.index(core) for core in self.core)
        return replace(self, asked=(*self.asked[:at], question, *self.asked[at:]))

    @property
    def table(self) -> pd.DataFrame:
        """One row a question."""
        rows = [(q.question, q.can, q.why, q.bring) for q in self.asked]
        return pd.DataFrame(rows, columns=["question", "can", "why", "bring"])

    @property
    def reading(self) -> str:
        """How many can be answered."""
        n = {can: sum(q.can == can for q in self.asked) for can in ("yes", "partly", "no")}
        if not n["no"]:
            return tr(
                "Of {n} questions, these data answer {yes} in full, {partly} in part, and leave none unanswered.",
                n=len(self.asked),
                yes=n["yes"],
                partly=n["partly"],
            )
        return tr(
            "Of {n} questions, these data answer {yes} in full, {partly} in part and {no} not at all.",
            n=len(self.asked),
            **n,
        )

    @property
    def heading(self) -> str:
        """How many can be answered, in a few words."""
        return tr(
            "{yes} of {n} questions can be answered in full",
            yes=sum(q.can == "yes" for q in self.asked),
            n=len(self.asked),
        )

    @property
    def findings(self) -> dict[str, object]:
        """Nothing of this is a measurement."""
        return {}


def answerable(
    columns: Mapping[str, Collection[str]],
    counts: Counts,
    cycle: PurchaseCycle,
    *,
    randomised: bool,
    lone_arm: str | None = None,
) -> Questions:
    """Judge every question by the tables and columns that are there, and by what the orders hold.

    Parameters
    ----------
    columns : the columns of each table that the study brings.
    counts, cycle : of the orders; empty ones where a study brings none.
    randomised : whether gestures were drawn by lot (assignments, or outcomes of an experiment).
    lone_arm : the arm that every record of them is in; None: there are several.
    """
    has = {name: set(found) for name, found in columns.items()}
    orders = has.get("orders")
    gestures = _gestures(has, randomised, lone_arm)
    core = [
        _segments(orders, has.get("costs"), counts),
        _clusters(orders, counts.customers),
        _repeat(orders, counts),
    ]
    asked = [
        *core,
        _lost(cycle),
        _effort(has),
        gestures,
        _recovery(has),
        _fans(orders, has),
    ]
    asked += [_experience(has), _journey(has), _word_of_mouth(has), _channels(orders)]
    return Questions(tuple(asked), tuple(core) if orders is not None else (gestures,))


def _only(n: int) -> str:
    return tr("only {customers} had ordered by the end of calibration", customers=count(n, "customer"))


def _segments(orders: set[str] | None, costs: set[str] | None, counts: Counts) -> Question:
    question = tr("Which customers are active and profitable, and does that foresee what they do next?")
    if orders is None:
        return Question(question, "no", no_orders(), orders_needed())
    if not counts.holdout_orders:
        why = tr("none of the customers ordered in the hold-out window")
        return Question(question, "partly", why, tr("a later observation_end"))
    if counts.customers < FEW_CUSTOMERS:
        return Question(question, "partly", _only(counts.customers), tr("a longer period, or more customers"))
    if counts.costed_share >= LEAST_COSTED or counts.is_served:
        return Question(question, "yes", tr("there are orders and costs"))
    if counts.costed_share:
        why = tr(
            "{costed_share} of the revenue has a known cost; of the rest, a margin is assumed",
            costed_share=percent(counts.costed_share),
        )
        return Question(question, "partly", why, tr("what the other goods cost (orders: cost)"))
    if costs is not None and not costs & {"amount", "hourly_rate"}:
        why = tr("hours are known, but not what an hour costs; without it, profit is revenue times an assumed margin")
        return Question(question, "partly", why, "costs: hourly_rate")
    return Question(question, "partly", tr("without costs, profit is revenue times an assumed margin"), costs_needed())


def _clusters(orders: set[str] | None, n: int) -> Question:
    question = tr("Do the customers fall into natural groups?")
    if orders is None:
        return Question(question, "no", no_orders(), orders_needed())
    if n < LEAST_CUSTOMERS:
        return Question(question, "no", _only(n), tr("more customers"))
    if n < FEW_CUSTOMERS:
        return Question(question, "partly", _only(n), tr("a longer period, or more customers"))
    return Question(question, "yes", tr("there are orders"))


def _repeat(orders: set[str] | None, counts: Counts) -> Question:
    question = tr("Who will buy again, and for how much?")
    n = counts.customers
    if orders is None:
        return Question(question, "no", no_orders(), orders_needed())
    if n < LEAST_CUSTOMERS:
        return Question(question, "no", _only(n), tr("more customers"))
    if counts.repeaters < LEAST_REPEATERS:
        few = tr("only {repeaters} of {customers}", repeaters=number(counts.repeaters), customers=count(n, "customer"))
        why = tr("{few} had bought on a second day by the end of calibration", few=few)
        return Question(question, "no", why, tr("a longer order history"))
    if not counts.holdout_orders:
        why = tr("the forecast cannot be checked: nobody ordered in the hold-out window")
        return Question(question, "partly", why, tr("a later observation_end"))
    return Question(question, "yes", tr("there are orders, and later ones to check the forecast against"))


def _lost(cycle: PurchaseCycle) -> Question:
    question = tr("Is the hold-out window long enough to tell who is lost?")
    if cycle.calibration_end is None:
        return Question(question, "no", no_orders(), orders_needed())
    if cycle.median_days is None or cycle.typical_days is None:
        return Question(
            question, "no", tr("nobody had come back by the end of calibration"), tr("a longer order history")
        )
    holdout, usual = (
        count(cycle.holdout_days, "day"),
        tr("four in five gaps between orders last up to {typical}", typical=cycle.typical),
    )
    if cycle.is_long_enough:
        return Question(question, "yes", tr("it has {holdout}; {usual}", holdout=holdout, usual=usual))
    later, earlier = cycle.enough
    bring = tr("orders up to {later} or later", later=day(later))
    bring += tr(", or a calibration_end of {earlier} or earlier", earlier=day(earlier)) if earlier else ""
    can = "no" if cycle.holdout_days < cycle.median_days else "partly"
    return Question(question, can, tr("it has {holdout}, but {usual}", holdout=holdout, usual=usual), bring)


def _effort(has: Mapping[str, set[str]]) -> Question:
    question = tr("On which customers is too much time spent for what comes back?")
    costs = has.get("costs")
    if "orders" not in has:
        needed = (
            orders_needed()
            if costs is not None
            else tr("{orders}; and costs: customer_id, spent_at, hours or amount", orders=orders_needed())
        )
        return Question(question, "no", no_orders(), needed)
    if costs is None:
        return Question(
            question,
            "no",
            tr("nothing says what was spent on whom"),
            "costs: customer_id, spent_at, hours or amount",
        )
    if "amount" not in costs and "hourly_rate" not in costs:
        return Question(question, "partly", tr("hours are known, but not what an hour costs"), "costs: hourly_rate")
    return Question(question, "yes", tr("there are orders and a log of costs"))


def _gestures(has: Mapping[str, set[str]], randomised: bool, lone_arm: str | None) -> Question:
    question = tr("Does a gesture bring customers back?")
    trial = "outcomes" if "outcomes" in has else "assignments"
    if trial in has and lone_arm is not None:
        why = tr(
            "every record of {trial} is in the arm `{lone_arm}`, so there is nothing to compare it with",
            trial=trial,
            lone_arm=lone_arm,
        )
        return Question(
            question, "no", why, tr("{trial} of the other arms as well, the control arm among them", trial=trial)
        )
    if "outcomes" in has and randomised:
        return Question(question, "yes", tr("who got the gesture was drawn by lot"))
    if "outcomes" in has:
        why = tr("who got the gesture was chosen, so the comparison may mislead")
        return Question(question, "partly", why, tr("a trial: assignments drawn by lot"))
    if "assignments" in has and "orders" in has:
        return Question(question, "yes", tr("who got the gesture was drawn by lot"))
    if "gestures" in has and "orders" in has:
        why = tr("who got a gesture was chosen, so the comparison may mislead")
        return Question(question, "partly", why, "assignments: customer_id, assigned_at, arm")
    return Question(question, "no", tr("no gesture is recorded"), "assignments, or gestures: customer_id, given_at")


def _recovery(has: Mapping[str, set[str]]) -> Question:
    question = tr("Can a gesture make good a failure?")
    if "incidents" in has and "orders" not in has:
        return Question(question, "no", no_orders(), orders_needed())
    if "incidents" not in has:
        return Question(question, "no", tr("no failure is recorded"), "incidents: customer_id, occurred_at")
    if "gestures" not in has and "assignments" not in has:
        return Question(question, "no", tr("failures are recorded, but no gesture"), "gestures: customer_id, given_at")
    return Question(question, "partly", tr("failures were not random"), tr("a trial among customers after a failure"))


def _fans(orders: set[str] | None, has: Mapping[str, set[str]]) -> Question:
    question = tr("How many one-time buyers is one devoted customer worth?")
    if orders is None:
        return Question(question, "no", no_orders(), orders_needed())
    if "referrals" not in has:
        why = tr("whom the devoted bring along is not recorded")
        return Question(question, "partly", why, "referrals: referrer_id, referred_id")
    return Question(question, "yes", tr("there are orders and referrals"))


def _experience(has: Mapping[str, set[str]]) -> Question:
    question = tr("Is the experience managed, or does it hang on who serves, where and when?")
    feedback = has.get("feedback")
    if feedback is None:
        return Question(
            question, "no", tr("nobody was asked"), "feedback: customer_id, given_at, score, employee, store"
        )
    lacking = sorted({"employee", "store"} - feedback)
    if lacking:
        why = tr("the answers do not say {columns}", columns=tr(" and ").join(lacking))
        return Question(question, "partly", why, f"feedback: {', '.join(lacking)}")
    return Question(question, "yes", tr("there are answers, with who served and where"))


def _journey(has: Mapping[str, set[str]]) -> Question:
    question = tr("Where do people drop off on the way to a purchase?")
    events = has.get("events")
    if events is None:
        return Question(question, "no", tr("no visit is recorded"), "events: session_id, occurred_at, step")
    if "channel" not in events:
        return Question(question, "partly", tr("visits do not say through which channel"), "events: channel")
    return Question(question, "yes", tr("there are visits, step by step"))


def _word_of_mouth(has: Mapping[str, set[str]]) -> Question:
    question = tr("Who recommends, and does satisfaction drive it?")
    if "referrals" not in has:
        return Question(question, "no", tr("no referral is recorded"), "referrals: referrer_id, referred_id")
    if "feedback" not in has:
        return Question(question, "partly", tr("referrals are known, but not how satisfied people were"), "feedback")
    return Question(question, "yes", tr("there are referrals and answers"))


def _channels(orders: set[str] | None) -> Question:
    question = tr("Which channels matter for the whole?")
    if orders is None:
        return Question(
            question, "no", no_orders(), tr("orders with a channel: customer_id, ordered_at, revenue, channel")
        )
    if "channel" not in orders:
        return Question(question, "no", tr("orders do not say through which channel they came"), "orders: channel")
    return Question(question, "partly", tr("people choose their channel, so the comparison may mislead"), tr("a trial"))
