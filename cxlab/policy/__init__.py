"""Whom to give a gesture to: what each choice is worth, a rule to choose by, and a list with a hold-out group."""

from cxlab.policy.candidates import Candidates, drawn_at_orders, read_candidates
from cxlab.policy.handing import GestureHanding, PlannedTrial, hand_out
from cxlab.policy.ranking import GestureRanking, rank_customers
from cxlab.policy.result import GesturePolicy, choose_customers

__all__ = [
    "Candidates",
    "GestureHanding",
    "GesturePolicy",
    "GestureRanking",
    "PlannedTrial",
    "choose_customers",
    "drawn_at_orders",
    "hand_out",
    "rank_customers",
    "read_candidates",
]
