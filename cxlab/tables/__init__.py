"""Every table of the kit as a reader sees it: one a result.

Examples
--------
>>> import cxlab as cx
>>> kit = cx.open_example()
>>> segments = cx.assign_segments(kit.customers)
>>> table = cx.tables.four_segments(cx.describe_segments(kit.customers, segments))
>>> [row[0].text for row in table.rows]
['Profit-bringers', 'Misunderstood', 'Candidates', 'Lost']
"""

from cxlab.tables.agreement import best_matches
from cxlab.tables.clusters import (
    cluster_criteria,
    cluster_features,
    cluster_methods,
    cluster_profiles,
    typical_customers,
)
from cxlab.tables.covariates import covariate_groups
from cxlab.tables.forecast_errors import forecast_errors
from cxlab.tables.gestures import gesture_design, trial_sizes
from cxlab.tables.intake import activity_and_profit, cohorts, ledger, questions, rejects, returns, sources
from cxlab.tables.joining import lasting_trends, retention_course
from cxlab.tables.loyalty import fans_and_others
from cxlab.tables.movement import expected_segments
from cxlab.tables.other_outcomes import other_outcomes
from cxlab.tables.policy import customers_to_give_to, planned_assignments
from cxlab.tables.purchases import alive_by_repeats, forecast_checks, model_choice, parameter_errors, purchase_model
from cxlab.tables.segments import four_segments, segment_actions
from cxlab.tables.waits import late_check, late_customers, purchase_waits
from cxlab.tables.whom import customers_to_start_with, effort_and_return
from cxlab.tables.word_of_mouth import outcomes_by_score
from cxlab.tables.worth_ahead import new_customer, retention_worth

__all__ = [
    "activity_and_profit",
    "alive_by_repeats",
    "best_matches",
    "cluster_criteria",
    "cluster_features",
    "cluster_methods",
    "cluster_profiles",
    "cohorts",
    "covariate_groups",
    "customers_to_give_to",
    "customers_to_start_with",
    "effort_and_return",
    "expected_segments",
    "fans_and_others",
    "forecast_checks",
    "forecast_errors",
    "four_segments",
    "gesture_design",
    "lasting_trends",
    "late_check",
    "late_customers",
    "ledger",
    "model_choice",
    "new_customer",
    "other_outcomes",
    "outcomes_by_score",
    "parameter_errors",
    "planned_assignments",
    "purchase_model",
    "purchase_waits",
    "questions",
    "rejects",
    "retention_course",
    "retention_worth",
    "returns",
    "segment_actions",
    "sources",
    "trial_sizes",
    "typical_customers",
]
