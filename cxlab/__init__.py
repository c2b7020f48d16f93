"""cxlab: a research kit for customer experience. The public names, and where each lives.

Names are loaded when first used, so that the command line starts without waiting for the analyses.
"""

from importlib import import_module
from typing import Any

_HOME = {
    # the study
    "open_study": "kit",
    "open_example": "example",
    "open_page": "page",
    "check_study": "intake",
    "intake_answer": "answers.intake",
    # one row a customer
    "Customers": "customers",
    # what the data can tell apart
    "activity_against_profit": "segments",
    # repeat purchases
    "rfm_summary": "purchases",
    "fit_bgnbd": "purchases",
    "fit_mbgnbd": "purchases",
    "fit_pareto_nbd": "purchases",
    "fit_purchase_model": "purchases",
    "compare_purchase_models": "purchases",
    "bootstrap_fits": "purchases",
    "count_repeats": "purchases",
    "check_holdout": "purchases",
    "follow_purchases": "purchases",
    "find_still_customers": "purchases",
    "fit_gamma_gamma": "purchases",
    "forecast_value": "purchases",
    "expect_contribution": "purchases",
    "refit": "purchases",
    "fit_with_covariates": "purchases",
    "compare_by_covariates": "purchases",
    "check_by": "purchases",
    "silence_bands": "purchases",
    "measure_errors": "purchases",
    "discount_value": "purchases",
    "value_new_customer": "purchases",
    "worth_of_retention": "purchases",
    # when, and by when they came
    "waits_since_cut": "waits",
    "waits_for_second_order": "waits",
    "waits_after_gestures": "waits",
    "compare_waits": "waits",
    "find_cadence": "waits",
    "find_late_customers": "waits",
    "follow_cohorts": "cohorts",
    "repeat_rates": "cohorts",
    "compare_lasting": "cohorts",
    "repeat_purchases_answer": "answers.purchases",
    # clusters: is there structure, how many, how stable, who
    "fit_features": "clusters",
    "structure_test": "clusters",
    "choose_k": "clusters",
    "compare_criteria": "clusters",
    "fit_clusters": "clusters",
    "fit_labels": "clusters",
    "cluster_customers": "clusters",
    "compare_methods": "clusters",
    "cluster_stability": "clusters",
    "search_luck": "clusters",
    "cluster_profiles": "clusters",
    "cluster_contrasts": "clusters",
    "typical_customers": "clusters",
    "clusters_answer": "answers.clusters",
    # the four segments, held against clusters and against what came next
    "assign_segments": "segments",
    "describe_segments": "segments",
    "compare_partitions": "agreement",
    "agreement_ceiling": "agreement",
    "predictive_skill": "agreement",
    "judge_segmentation": "agreement",
    "draw_lines": "segments",
    "move_lines": "segments",
    "specification_curve": "agreement",
    "stability_over_time": "agreement",
    "segment_migration": "segments",
    "choose_first": "segments",
    "weigh_effort": "segments",
    "segmentation_verdict": "answers.segmentation",
    "segmentation_answer": "answers.segmentation",
    # fans and one-time buyers
    "judge_rules_of_thumb": "loyalty",
    "map_assumptions": "loyalty",
    "weigh_word_of_mouth": "loyalty",
    "foresee_purchases": "purchases.outlook",
    "find_fans": "loyalty",
    "check_fans": "loyalty",
    "weigh_fans": "loyalty",
    "vary_assumptions": "loyalty",
    "loyalty_answer": "answers.loyalty",
    # gestures: what they bring, for whom, and whether it pays
    "estimate_gestures": "gestures",
    "gesture_design": "gestures",
    "naive_answer": "gestures",
    "gesture_alikeness": "gestures",
    "gesture_by_group": "gestures",
    "repeated_gestures": "gestures",
    "gesture_by_cluster": "gestures",
    "gesture_surprise": "gestures",
    "service_recovery": "gestures",
    "other_outcomes": "gestures",
    "guard_rails": "gestures",
    "asked_otherwise": "gestures",
    "predicted_effects": "gestures",
    "gesture_money": "gestures",
    "next_trial": "gestures",
    "covariate_balance": "gestures",
    "gestures_answer": "answers.gestures",
    # whom to give it to
    "choose_customers": "policy",
    "rank_customers": "policy",
    "hand_out": "policy",
    "policy_answer": "answers.policy",
    # the experience itself
    "spread_of_scores": "experience",
    "rank_places": "experience",
    "touchpoint_effects": "touchpoints",
    "steps_before_leaving": "touchpoints",
    "touchpoint_answer": "answers.touchpoints",
    "leaving_answer": "answers.touchpoints",
    "weigh_drivers": "experience",
    "perceived_value": "experience",
    "weigh_good_and_bad": "experience",
    "drivers_answer": "answers.drivers",
    "follow_journey": "experience",
    "weigh_clicks": "experience",
    "journey_answer": "answers.journey",
    "spread_answer": "answers.experience",
    "experience_answer": "answers.experience",
    # numbers with their intervals
    "Estimate": "estimate",
}
_NAMESPACES = ("plots", "tables")
__all__ = [*_HOME, *_NAMESPACES]  # noqa: PLE0604 (names of the dictionary are text)


def __getattr__(name: str) -> Any:
    """Load a public name from the module where it lives."""
    if name in _NAMESPACES:
        return import_module(f"cxlab.{name}")
    if name in _HOME:
        return getattr(import_module(f"cxlab.{_HOME[name]}"), name)
    raise AttributeError(f"module 'cxlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
