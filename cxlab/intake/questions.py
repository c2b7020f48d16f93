"""What a study's tables can answer, what they answer in part, and what to bring for the rest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from cxlab.intake.counts import Counts
from cxlab.intake.cycle import PurchaseCycle
from cxlab.words import count, day, number, percent

FEW_CUSTOMERS = 100
"""With fewer customers than this, groups are too small to tell much apart: the answer is in part."""
_NO_ORDERS, _ORDERS = "there are no orders", "orders: customer_id, ordered_at, revenue"
LEAST_CUSTOMERS, LEAST_REPEATERS = 30, 10
"""What a purchase model and clusters need at the least."""
LEAST_COSTED = 0.5
"""Share of the revenue with a known cost from which on costs count as known."""
COSTS = "what goods cost (orders: cost) or what serving costs (a costs table)"


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
        return (
            f"Of {count(len(self.asked), 'question')}, these data answer {n['yes']} in full, {n['partly']} in part "
            f"and {n['no']} not at all."
        )

    @property
    def heading(self) -> str:
        """How many can be answered, in a few words."""
        return f"{sum(q.can == 'yes' for q in self.asked)} of {len(self.asked)} questions can be answered in full"

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
    asked += [_experience(has), _word_of_mouth(has), _channels(orders)]
    return Questions(tuple(asked), tuple(core) if orders is not None else (gestures,))


def _only(n: int) -> str:
    return f"only {count(n, 'customer')} had ordered by the end of calibration"


def _segments(orders: set[str] | None, costs: set[str] | None, counts: Counts) -> Question:
    question = "Which customers are active and profitable, and does that foresee what they do next?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if not counts.holdout_orders:
        why = "none of the customers ordered in the hold-out window"
        return Question(question, "partly", why, "a later observation_end")
    if counts.customers < FEW_CUSTOMERS:
        return Question(question, "partly", _only(counts.customers), "a longer period, or more customers")
    if counts.costed_share >= LEAST_COSTED or counts.is_served:
        return Question(question, "yes", "there are orders and costs")
    if counts.costed_share:
        why = f"{percent(counts.costed_share)} of the revenue has a known cost; of the rest, a margin is assumed"
        return Question(question, "partly", why, "what the other goods cost (orders: cost)")
    if costs is not None and not costs & {"amount", "hourly_rate"}:
        why = "hours are known, but not what an hour costs; without it, profit is revenue times an assumed margin"
        return Question(question, "partly", why, "costs: hourly_rate")
    return Question(question, "partly", "without costs, profit is revenue times an assumed margin", COSTS)


def _clusters(orders: set[str] | None, n: int) -> Question:
    question = "Do the customers fall into natural groups?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if n < LEAST_CUSTOMERS:
        return Question(question, "no", _only(n), "more customers")
    if n < FEW_CUSTOMERS:
        return Question(question, "partly", _only(n), "a longer period, or more customers")
    return Question(question, "yes", "there are orders")


def _repeat(orders: set[str] | None, counts: Counts) -> Question:
    question = "Who will buy again, and for how much?"
    n = counts.customers
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if n < LEAST_CUSTOMERS:
        return Question(question, "no", _only(n), "more customers")
    if counts.repeaters < LEAST_REPEATERS:
        few = f"only {number(counts.repeaters)} of {count(n, 'customer')}"
        why = f"{few} had bought on a second day by the end of calibration"
        return Question(question, "no", why, "a longer order history")
    if not counts.holdout_orders:
        why = "the forecast cannot be checked: nobody ordered in the hold-out window"
        return Question(question, "partly", why, "a later observation_end")
    return Question(question, "yes", "there are orders, and later ones to check the forecast against")


def _lost(cycle: PurchaseCycle) -> Question:
    question = "Is the hold-out window long enough to tell who is lost?"
    if cycle.calibration_end is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if cycle.median_days is None or cycle.typical_days is None:
        return Question(question, "no", "nobody had come back by the end of calibration", "a longer order history")
    holdout, usual = count(cycle.holdout_days, "day"), f"four in five gaps between orders last up to {cycle.typical}"
    if cycle.is_long_enough:
        return Question(question, "yes", f"it has {holdout}; {usual}")
    later, earlier = cycle.enough
    bring = f"orders up to {day(later)} or later"
    bring += f", or a calibration_end of {day(earlier)} or earlier" if earlier else ""
    can = "no" if cycle.holdout_days < cycle.median_days else "partly"
    return Question(question, can, f"it has {holdout}, but {usual}", bring)


def _effort(has: Mapping[str, set[str]]) -> Question:
    question = "On which customers is too much time spent for what comes back?"
    costs = has.get("costs")
    if "orders" not in has:
        needed = _ORDERS if costs is not None else f"{_ORDERS}; and costs: customer_id, spent_at, hours or amount"
        return Question(question, "no", _NO_ORDERS, needed)
    if costs is None:
        return Question(
            question, "no", "nothing says what was spent on whom", "costs: customer_id, spent_at, hours or amount"
        )
    if "amount" not in costs and "hourly_rate" not in costs:
        return Question(question, "partly", "hours are known, but not what an hour costs", "costs: hourly_rate")
    return Question(question, "yes", "there are orders and a log of costs")


def _gestures(has: Mapping[str, set[str]], randomised: bool, lone_arm: str | None) -> Question:
    question = "Does a gesture bring customers back?"
    trial = "outcomes" if "outcomes" in has else "assignments"
    if trial in has and lone_arm is not None:
        why = f"every record of {trial} is in the arm `{lone_arm}`, so there is nothing to compare it with"
        return Question(question, "no", why, f"{trial} of the other arms as well, the control arm among them")
    if "outcomes" in has and randomised:
        return Question(question, "yes", "who got the gesture was drawn by lot")
    if "outcomes" in has:
        why = "who got the gesture was chosen, so the comparison may mislead"
        return Question(question, "partly", why, "a trial: assignments drawn by lot")
    if "assignments" in has and "orders" in has:
        return Question(question, "yes", "who got the gesture was drawn by lot")
    if "gestures" in has and "orders" in has:
        why = "who got a gesture was chosen, so the comparison may mislead"
        return Question(question, "partly", why, "assignments: customer_id, assigned_at, arm")
    return Question(question, "no", "no gesture is recorded", "assignments, or gestures: customer_id, given_at")


def _recovery(has: Mapping[str, set[str]]) -> Question:
    question = "Can a gesture make good a failure?"
    if "incidents" in has and "orders" not in has:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if "incidents" not in has:
        return Question(question, "no", "no failure is recorded", "incidents: customer_id, occurred_at")
    if "gestures" not in has and "assignments" not in has:
        return Question(question, "no", "failures are recorded, but no gesture", "gestures: customer_id, given_at")
    return Question(question, "partly", "failures did not fall by lot", "a trial among customers after a failure")


def _fans(orders: set[str] | None, has: Mapping[str, set[str]]) -> Question:
    question = "How many one-time buyers is one devoted customer worth?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if "referrals" not in has:
        why = "whom the devoted bring along is not recorded"
        return Question(question, "partly", why, "referrals: referrer_id, referred_id")
    return Question(question, "yes", "there are orders and referrals")


def _experience(has: Mapping[str, set[str]]) -> Question:
    question = "Is the experience managed, or does it hang on who serves, where and when?"
    feedback = has.get("feedback")
    if feedback is None:
        return Question(question, "no", "nobody was asked", "feedback: customer_id, given_at, score, employee, store")
    lacking = sorted({"employee", "store"} - feedback)
    if lacking:
        why = f"the answers do not say {' and '.join(lacking)}"
        return Question(question, "partly", why, f"feedback: {', '.join(lacking)}")
    return Question(question, "yes", "there are answers, with who served and where")


def _word_of_mouth(has: Mapping[str, set[str]]) -> Question:
    question = "Who recommends, and does satisfaction drive it?"
    if "referrals" not in has:
        return Question(question, "no", "no referral is recorded", "referrals: referrer_id, referred_id")
    if "feedback" not in has:
        return Question(question, "partly", "referrals are known, but not how satisfied people were", "feedback")
    return Question(question, "yes", "there are referrals and answers")


def _channels(orders: set[str] | None) -> Question:
    question = "Which channels matter for the whole?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, "orders with a channel: customer_id, ordered_at, revenue, channel")
    if "channel" not in orders:
        return Question(question, "no", "orders do not say through which channel they came", "orders: channel")
    return Question(question, "partly", "people choose their channel, so the comparison may mislead", "a trial")
