"""What a study's tables can answer, what they answer in part, and what to bring for the rest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from cxlab.words import count

FEW_CUSTOMERS = 100
"""With fewer customers than this, groups are too small to tell much apart: the answer is in part."""
_NO_ORDERS, _ORDERS = "there are no orders", "orders: customer_id, ordered_at, revenue"
LEAST_CUSTOMERS, LEAST_REPEATERS = 30, 10
"""What a purchase model and clusters need at the least."""


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
    *,
    n_customers: int,
    n_repeaters: int,
    n_holdout_orders: int,
    randomised: bool,
    lone_arm: str | None = None,
) -> Questions:
    """Judge every question by the tables and columns that are there.

    Parameters
    ----------
    columns : the columns of each table that the study brings.
    n_customers : with an order up to the end of the calibration window.
    n_repeaters : of these, with orders on two days or more.
    n_holdout_orders : their orders in the hold-out window.
    randomised : whether gestures were drawn by lot (assignments, or outcomes of an experiment).
    lone_arm : the arm that every record of them is in; None: there are several.
    """
    has = {name: set(found) for name, found in columns.items()}
    orders = has.get("orders")
    gestures = _gestures(has, randomised, lone_arm)
    core = [
        _segments(orders, "costs" in has, n_customers, n_holdout_orders),
        _clusters(orders, n_customers),
        _repeat(orders, n_customers, n_repeaters, n_holdout_orders),
    ]
    asked = [
        *core,
        _effort(has),
        gestures,
        _recovery(has),
        _fans(orders, has),
    ]
    asked += [_experience(has), _word_of_mouth(has), _channels(orders)]
    return Questions(tuple(asked), tuple(core) if orders is not None else (gestures,))


def _segments(orders: set[str] | None, serve: bool, n: int, later: int) -> Question:
    question = "Which customers are active and profitable, and does that foresee what they do next?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if not later:
        return Question(question, "partly", "none of them ordered in the hold-out window", "a later observation_end")
    if n < FEW_CUSTOMERS:
        return Question(
            question, "partly", f"there are only {count(n, 'customer')}", "a longer period, or more customers"
        )
    if "cost" not in orders and not serve:
        why = "without costs, profit is revenue times an assumed margin"
        return Question(question, "partly", why, "what goods cost (orders: cost) or what serving costs (a costs table)")
    return Question(question, "yes", "there are orders and costs")


def _clusters(orders: set[str] | None, n: int) -> Question:
    question = "Do the customers fall into natural groups?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if n < LEAST_CUSTOMERS:
        return Question(question, "no", f"there are only {count(n, 'customer')}", "more customers")
    if n < FEW_CUSTOMERS:
        return Question(
            question, "partly", f"there are only {count(n, 'customer')}", "a longer period, or more customers"
        )
    return Question(question, "yes", "there are orders")


def _repeat(orders: set[str] | None, n: int, repeaters: int, later: int) -> Question:
    question = "Who will buy again, and for how much?"
    if orders is None:
        return Question(question, "no", _NO_ORDERS, _ORDERS)
    if n < LEAST_CUSTOMERS:
        return Question(question, "no", f"there are only {count(n, 'customer')}", "more customers")
    if repeaters < LEAST_REPEATERS:
        why = f"only {repeaters} of {count(n, 'customer')} bought on a second day by then"
        return Question(question, "no", why, "a longer order history")
    if not later:
        why = "the forecast cannot be checked: nobody ordered in the hold-out window"
        return Question(question, "partly", why, "a later observation_end")
    return Question(question, "yes", "there are orders, and later ones to check the forecast against")


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
