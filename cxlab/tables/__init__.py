"""Every table of the kit as a reader sees it: one a result."""

from cxlab.tables.agreement import best_matches
from cxlab.tables.clusters import (
    cluster_criteria,
    cluster_features,
    cluster_methods,
    cluster_profiles,
    typical_customers,
)
from cxlab.tables.gestures import gesture_design, trial_sizes
from cxlab.tables.intake import activity_and_profit, cohorts, ledger, questions, rejects, returns, sources
from cxlab.tables.loyalty import fans_and_others
from cxlab.tables.movement import expected_segments
from cxlab.tables.purchases import alive_by_repeats, forecast_checks, purchase_model
from cxlab.tables.segments import four_segments, segment_actions
from cxlab.tables.whom import customers_to_start_with, effort_and_return

__all__ = [
    "activity_and_profit",
    "alive_by_repeats",
    "best_matches",
    "cluster_criteria",
    "cluster_features",
    "cluster_methods",
    "cluster_profiles",
    "cohorts",
    "customers_to_start_with",
    "effort_and_return",
    "expected_segments",
    "fans_and_others",
    "forecast_checks",
    "four_segments",
    "gesture_design",
    "ledger",
    "purchase_model",
    "questions",
    "rejects",
    "returns",
    "segment_actions",
    "sources",
    "trial_sizes",
    "typical_customers",
]
