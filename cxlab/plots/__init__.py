"""Every plot of the kit: one a result, in one style; the only modules that import matplotlib or seaborn.

Examples
--------
>>> import cxlab as cx
>>> kit = cx.open_example()
>>> segments = cx.assign_segments(kit.customers)
>>> axes = cx.plots.four_field_map(cx.describe_segments(kit.customers, segments))
>>> axes.get_xlabel()
'Days since the last order (right: active)'
"""

from cxlab.plots.agreement import agreement_heat_map, agreement_scale
from cxlab.plots.alike import covariate_balance, overlap
from cxlab.plots.asked_otherwise import asked_otherwise, predicted_effects
from cxlab.plots.checked_groups import holdout_by_cluster, holdout_by_segment, holdout_by_silence
from cxlab.plots.cluster_contrasts import cluster_contrasts
from cxlab.plots.cluster_criteria import number_of_clusters
from cxlab.plots.cluster_map import cluster_map
from cxlab.plots.cluster_methods import method_agreement
from cxlab.plots.clusters import search_luck, structure
from cxlab.plots.covariates import rate_ratios
from cxlab.plots.drivers import driver_weights, good_and_bad, perceived_value
from cxlab.plots.experience import best_and_worst, touchpoint_spread, variance_shares
from cxlab.plots.flow import segment_migration, segments_to_clusters
from cxlab.plots.forecasts import alive_and_back, purchase_value, value_by_fifth
from cxlab.plots.four_fields import four_field_map
from cxlab.plots.gesture_parts import effect_by_cluster, repeated_gestures, service_recovery, surprise
from cxlab.plots.gestures import effect_by_group, gesture_effect, gesture_worth
from cxlab.plots.guard_rails import guard_rails
from cxlab.plots.intake import orders_over_time, purchase_cycle
from cxlab.plots.joining import cohort_retention, cohort_revenue, lasting_by_cohort
from cxlab.plots.journey import journey_steps, one_more_click
from cxlab.plots.loyalty import fan_and_one_time, fan_assumptions
from cxlab.plots.model_choice import model_choice
from cxlab.plots.moved_lines import moved_lines
from cxlab.plots.next_trial import next_trial
from cxlab.plots.order_numbers import repeat_by_order_number
from cxlab.plots.payback import payback
from cxlab.plots.policy import gesture_ranking, policy_rule, policy_values
from cxlab.plots.purchases import holdout_by_frequency, purchase_course, repeat_counts
from cxlab.plots.segment_outcomes import segment_outcomes
from cxlab.plots.skill import predictive_skill
from cxlab.plots.specification import specification_curve
from cxlab.plots.touchpoints import leaving, touchpoint_effects
from cxlab.plots.waiting import waiting_by_cluster, waiting_by_cohort, waiting_by_gesture, waiting_by_segment
from cxlab.plots.word_of_mouth import word_of_mouth
from cxlab.plots.worth_maps import fan_worth_maps

__all__ = [
    "agreement_heat_map",
    "agreement_scale",
    "alive_and_back",
    "asked_otherwise",
    "best_and_worst",
    "cluster_contrasts",
    "cluster_map",
    "cohort_retention",
    "cohort_revenue",
    "covariate_balance",
    "driver_weights",
    "effect_by_cluster",
    "effect_by_group",
    "fan_and_one_time",
    "fan_assumptions",
    "fan_worth_maps",
    "four_field_map",
    "gesture_effect",
    "gesture_ranking",
    "gesture_worth",
    "good_and_bad",
    "guard_rails",
    "holdout_by_cluster",
    "holdout_by_frequency",
    "holdout_by_segment",
    "holdout_by_silence",
    "journey_steps",
    "lasting_by_cohort",
    "leaving",
    "method_agreement",
    "model_choice",
    "moved_lines",
    "next_trial",
    "number_of_clusters",
    "one_more_click",
    "orders_over_time",
    "overlap",
    "payback",
    "perceived_value",
    "policy_rule",
    "policy_values",
    "predicted_effects",
    "predictive_skill",
    "purchase_course",
    "purchase_cycle",
    "purchase_value",
    "rate_ratios",
    "repeat_by_order_number",
    "repeat_counts",
    "repeated_gestures",
    "search_luck",
    "segment_migration",
    "segment_outcomes",
    "segments_to_clusters",
    "service_recovery",
    "specification_curve",
    "structure",
    "surprise",
    "touchpoint_effects",
    "touchpoint_spread",
    "value_by_fifth",
    "variance_shares",
    "waiting_by_cluster",
    "waiting_by_cohort",
    "waiting_by_gesture",
    "waiting_by_segment",
    "word_of_mouth",
]
