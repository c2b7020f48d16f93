"""The tables that a run keeps under `tables/`, as CSV and as Parquet: what a row is, and the columns."""

from dataclasses import dataclass

from cxlab.clusters.features import CANDIDATES
from cxlab.page import BY_NAME
from cxlab.reports.listed.key import as_regex

_ENDS = "±"


@dataclass(frozen=True)
class Kept:
    """A table.

    Attributes
    ----------
    name : as `Page.keep` takes it: without the report. row : what a row is.
    columns : in order; `±` behind one stands for two more, with the ends of its interval: `_low` and `_high`. Places
        and optional parts are as in `Key`.
    when : when it is there; empty: always. rare : as in `Key`.
    """

    report: str
    name: str
    row: str
    columns: tuple[str, ...]
    when: str = ""
    rare: str = ""

    @property
    def stem(self) -> str:
        """Name of its files without the ending."""
        return self.name if self.name in BY_NAME else f"{self.report}_{self.name}"

    @property
    def is_personal(self) -> bool:
        """Whether it holds the customers' own ids."""
        return "customer_id" in self.columns

    def holds(self, columns: list[str]) -> bool:
        """Whether a table has these columns, in this order.

        Examples
        --------
        >>> one = Kept("intake", "cycle", "a gap", ("days", "share±", "[cost]"))
        >>> one.holds(["days", "share", "share_low", "share_high"]), one.holds(["share", "days"])
        (True, False)
        """
        return bool(as_regex("".join(map(_in_row, self.columns))).fullmatch("".join(f"{name}," for name in columns)))


def _in_row(column: str) -> str:
    """Write a column as it stands in a row of them, each with a comma behind it."""
    if column.startswith("["):
        return f"[{column[1:-1]},]"
    names = [column.rstrip(_ENDS)] + [f"{column[:-1]}{end}" for end in ("_low", "_high") if column.endswith(_ENDS)]
    return "".join(f"{name}," for name in names)


def _kept(report: str, name: str, row: str, columns: str, when: str = "", rare: str = "") -> Kept:
    return Kept(report, name, row, tuple(columns.split()), when, rare)


_WAITS = "group day waiting waiting_low waiting_high at_risk"
_CHECKED = "group customers expected± actual± ratio± outcome"
_ARM = "arm experiment design"
_GROUP = f"{_ARM} grouping group n_treated n_control effect± joint_low joint_high percent±"
_WORTH = f"{_ARM} break_even± cost incremental± probability_pays"
_MEASURES = " ".join(f"[{name}]" for name, _, _ in CANDIDATES)
_APART = _MEASURES.replace("[", "[apart_")
_GESTURES = "the study has gestures or a trial"
_CHOSEN = "gestures were chosen by the shop"
_LIST = "the report comes to a list"
_ANSWERS = "the study has feedback"
_DRIVERS = "the study tags drivers, and there are answers enough"
_VISITS = "the study has events"
TABLES = (
    _kept("intake", "sources", "a table of the study", "table rows_read rows_used rows_rejected files understood"),
    _kept("intake", "ledger", "a file, or sheet, of orders", "file lines revenue returned",
          "the orders came in several",
          rare="the example studies bring one file of orders"),
    _kept("intake", "rejects", "a reason", "table column reason records share heading", "a record was rejected",
          rare="the example studies have no rejects"),
    _kept("intake", "calendar", "a week or month", "period orders new_customers revenue complete"),
    _kept("intake", "calendar_gaps", "a gap that stands out",
          "first_day last_day days orders usual_orders_a_week meaning"),
    _kept("intake", "cohorts", "a period of first orders", "period customers came_back followed back_within"),
    _kept("intake", "returns", "a way by which returns were matched", "how lines customers value median_days",
          "something came back"),
    _kept("intake", "cycle", "a length of gap", "days gaps share"),
    _kept("intake", "activity_and_profit", "a half of the customers, by their last order",
          "half profitable unprofitable"),
    _kept("intake", "questions", "a question", "question can why bring"),
    _kept("clusters", "features", "a measure that clusters may be made of",
          "feature used change power unit centre scale drawn_in correlation left_out"),
    _kept("clusters", "structure", "a number of clusters",
          "clusters sharpness expected_without_groups low high excess chance stands_out_most p_value"),
    _kept("clusters", "number_of_clusters", "a number of clusters",
          "clusters silhouette silhouette_error silhouette_low silhouette_high gap gap_error chosen_by_silhouette "
          "chosen_by_gap chosen bic bic_error bic_low bic_high chosen_by_bic prediction_strength "
          "prediction_strength_error prediction_strength_low prediction_strength_high chosen_by_prediction_strength "
          "stability stability_error stability_low stability_high chosen_by_stability"),
    _kept("clusters", "method_agreement", "a pair of methods",
          "first second clusters_first clusters_second adjusted_rand_index low high adjusted_mutual_information "
          "placed_by_both alike"),
    _kept("clusters", "cluster_stability", "a cluster",
          "cluster customers jaccard middle_95_low middle_95_high monte_carlo_error resamples reading"),
    _kept("clusters", "search_luck", "a cluster",
          "cluster customers resamples_jaccard resamples_low resamples_high starts_jaccard starts_low starts_high "
          "moved_by starts"),
    _kept("clusters", "cluster_map", "a cluster",
          "cluster name customers share± one_time_share revenue_share contribution_share median_repeat_purchases "
          "median_days_since_last_order median_tenure_days median_mean_order_value median_revenue median_contribution "
          f"{_APART}"),
    _kept("clusters", "cluster_contrasts", "a cluster and measure",
          "cluster customers feature difference low high median_inside median_outside"),
    _kept("clusters", "typical_customers", "a cluster", f"cluster customers mean_of {_MEASURES}"),
    _kept("clusters", "customer_clusters", "a customer", "customer_id cluster"),
    _kept("segmentation", "four_field_map", "a segment",
          "segment customers size± contribution_share± revenue_share± holdout_contribution_share± "
          "holdout_contribution± holdout_purchases± bought_again± difference±"),
    _kept("segmentation", "segments_to_clusters", "a segment and cluster",
          "segment cluster customers share_of_segment overlap residual"),
    _kept("segmentation", "agreement_scale", "the segments, a split into halves, or a random rule",
          "kind adjusted_mutual_information"),
    _kept("segmentation", "predictive_skill", "a way to describe customers",
          "predictor skill± share± contribution_skill±"),
    _kept("segmentation", "specification_curve", "a way to draw the lines",
          "specification is_chosen verdict skill± share± skill_difference± missing"),
    _kept("segmentation", "moved_lines", "a place of a line",
          "line profit_bringers misunderstood candidates lost foresight chosen"),
    _kept("segmentation", "over_time", "segments, clusters, and the difference", "partition agreement±"),
    _kept("segmentation", "migration", "a pair of segments", "from_segment to_segment customers share± at_stake±"),
    _kept("segmentation", "expected_segments", "a segment", "segment first second after_1± after_4±"),
    _kept("segmentation", "effort", "a group or segment",
          "group customers size± effort_share± spent± brought± net± return_rate± later±",
          "what was spent on customers is known"),
    _kept("segmentation", "start_with", "a customer to start with",
          "segment place customer_id pseudonym value contribution days_since_last_order repeat_purchases"),
    _kept("segmentation", "customers", "a customer who had ordered by the end of calibration",
          "customer_id first_order last_order n_orders repeat_purchases tenure_days days_since_last_order "
          "median_gap_days "
          "iqr_gap_days revenue returns cost_of_goods cost_to_serve gesture_cost contribution mean_order_value "
          "mean_repeat_value n_repeat_values holdout_purchases holdout_revenue holdout_contribution holdout_last_day "
          "segment cluster cluster_of_four"),
    _kept("repeat_purchases", "repeat_counts", "a number of repeat purchases",
          "repeat_purchases customers share± model_share"),
    _kept("repeat_purchases", "model", "a figure of the model", "parameter estimate low high n"),
    _kept("repeat_purchases", "model_choice", "a model",
          "model log_likelihood score± behind± ahead_of_simplest± ahead_without± expected± came outcome"),
    _kept("repeat_purchases", "parameter_errors", "a parameter",
          "parameter estimate hessian sandwich bootstrap low high"),
    _kept("repeat_purchases", "rate_ratios", "a value of a covariate",
          "covariate level reference customers purchase_rate± leaving_rate± first_year±",
          "something is known of customers from the first day on"),
    _kept("repeat_purchases", "holdout_by_frequency", "a number of repeat purchases",
          "repeat_purchases customers expected± actual±"),
    _kept("repeat_purchases", "checks", "a check", "check estimate low high allowed_low allowed_high outcome"),
    _kept("repeat_purchases", "forecast_errors", "who foresees",
          "rule mean_absolute_error± root_mean_squared_error± bias± deviance_explained± error_share±"),
    _kept("repeat_purchases", "holdout_by_silence", "a band of days since the last order", _CHECKED),
    _kept("repeat_purchases", "holdout_by_segment", "a segment", _CHECKED),
    _kept("repeat_purchases", "course", "a week", "week day actual expected±"),
    _kept("repeat_purchases", "alive_and_back", "a group by P(alive)",
          "group customers probability_alive expected_share actual_share actual_low actual_high"),
    _kept("repeat_purchases", "alive_by_repeats", "a number of repeat purchases",
          "repeat_purchases customers probability_alive likely_share"),
    _kept("repeat_purchases", "waiting_by_segment", "a segment and day", _WAITS),
    _kept("repeat_purchases", "waiting_by_cluster", "a cluster and day", _WAITS),
    _kept("repeat_purchases", "waiting_by_cohort", "a cohort and day", _WAITS),
    _kept("repeat_purchases", "waiting_by_gesture", "with or without a gesture, and day", _WAITS, _CHOSEN),
    _kept("repeat_purchases", "late_customers", "a customer who is late and worth waking",
          "place customer_id pseudonym as_of at_stake contribution days_since_last_order usual_gap_days "
          "late_after_days "
          "times_usual silence_chance repeat_purchases expected_contribution probability_alive"),
    _kept("repeat_purchases", "late_check", "a band of the silence's chance", "group customers came_back share±"),
    _kept("repeat_purchases", "cohort_retention", "a cohort and period of life",
          "cohort customers period from_day to_day bought share revenue cumulative_revenue"),
    _kept("repeat_purchases", "order_numbers", "a number of purchase", "purchase followed came share±"),
    _kept("repeat_purchases", "lasting", "a cohort", "cohort joined followed still share± stretches",
          "cohorts could be followed for long enough"),
    _kept("repeat_purchases", "purchase_value", "a number of repeat purchases",
          "repeat_purchases customers mean low high"),
    _kept("repeat_purchases", "value_by_fifth", "a fifth of the customers, by their forecast",
          "group customers expected_revenue expected_share actual_revenue actual_share actual_low actual_high"),
    _kept("repeat_purchases", "customer_forecasts", "a customer",
          "customer_id repeat_purchases days_since_last_order probability_alive± chance_of_purchase "
          "expected_purchases± "
          "expected_value± expected_revenue± expected_contribution±"),
    _kept("repeat_purchases", "customer_values", "a customer",
          "customer_id discounted_purchases± contribution_of_a_purchase discounted_contribution±"),
    _kept("repeat_purchases", "payback", "a month after the first purchase", "day value low high"),
    _kept("repeat_purchases", "retention_point", "a figure", "figure estimate low high n"),
    _kept("gestures", "design", "an arm", f"{_ARM} row n_treated n_control", _GESTURES),
    _kept("gestures", "effects", "an arm",
          f"{_ARM} n_treated n_control treated_mean control_mean naive± effect± percent± average± average_percent± "
          "on_overlap± on_overlap_percent± until_next± until_next_percent± count_model± always_valid± placebo± "
          "sample_ratio_mismatch verdict", _GESTURES),
    _kept("gestures", "other_outcomes", "an arm and outcome", f"{_ARM} outcome without effect±", _GESTURES),
    _kept("gestures", "alikeness", "an arm and covariate",
          "covariate treated control before after arm experiment design", _GESTURES),
    _kept("gestures", "asked_otherwise", "a way to ask", "question effect± percent±", _CHOSEN),
    _kept("gestures", "effect_by_group", "an arm and group", _GROUP, _GESTURES),
    _kept("gestures", "effect_by_cluster", "an arm and cluster", _GROUP, _GESTURES),
    _kept("gestures", "predicted_effects", "an arm and fifth of the customers",
          f"{_ARM} fifth predicted realised±", _GESTURES),
    _kept("gestures", "repeated", "a customer's first, second, later gesture, or a pause", "gesture effect±", _CHOSEN),
    _kept("gestures", "surprise", "a part by the chance of a gesture",
          "chance_low chance_high n_treated n_control effect± joint_low joint_high percent±", _CHOSEN),
    _kept("gestures", "recovery", "a contrast", "contrast effect± verdict", f"{_CHOSEN}, and the study has incidents"),
    _kept("gestures", "worth", "an arm", _WORTH, _GESTURES),
    _kept("gestures", "guard_rails", "an arm and guard rail",
          f"{_ARM} guard_rail without change± p_value adjusted_p verdict", _GESTURES),
    _kept("gestures", "next_trial_effects", "a length of time",
          "outcome_days n mean variance explained customers_5 customers_10 customers_20 customers_30 customers_10_raw "
          "at_hand detectable_percent± detectable_percent_raw", _GESTURES),
    _kept("loyalty", "fans_and_others", "a group of customers",
          "group customers purchases± contribution± holdout_purchases± holdout_contribution±"),
    _kept("loyalty", "customers_by_group", "a customer", "customer_id segment probability_alive is_fan came_once"),
    _kept("loyalty", "fan_and_one_time", "a figure", "figure estimate low high n"),
    _kept("loyalty", "assumptions", "an assumption",
          "changed assumption estimate low high fan_value one_time_value"),
    _kept("loyalty", "rules_of_thumb", "a number that is often said", "said verdict fits_under of assumptions"),
    _kept("loyalty", "worth_maps", "a point of the map",
          "horizon_days kept_a_year [cost] [referrals] one_time_buyers"),
    _kept("loyalty", "outcomes_by_score", "an outcome and score",
          "outcome group customers rate± ratio_to_middle±", "the study has feedback"),
    _kept("gesture_policy", "worth", "an arm", _WORTH, _GESTURES),
    _kept("gesture_policy", "policies", "a way to choose", "policy share value± over_no_one± over_everyone±",
          _GESTURES),
    _kept("gesture_policy", "qini", "an arm and share of the customers", f"{_ARM} share gained± by_lot", _GESTURES),
    _kept("gesture_policy", "gesture_customers", "a customer, the best forecast first",
          "customer_id place segment foreseen gain± rule arm", _LIST),
    _kept("gesture_policy", "gesture_assignments", "a customer chosen",
          "customer_id assigned_at arm experiment stratum", _LIST),
    _kept("experience", "variance_shares", "a factor", "factor share±", _ANSWERS),
    _kept("experience", "touchpoints", "a touchpoint", "touchpoint answers customers score± share± kind", _ANSWERS),
    _kept("experience", "journey_steps", "a step, over all sessions and in each channel",
          "step phase channel of sessions_before sessions share± verdict", _VISITS),
    _kept("experience", "one_more_click", "a step that leads on, and all of them together",
          "step next sessions odds_ratio±", _VISITS),
    _kept("experience", "clicks_up_to_a_step", "a step and a number of records before it",
          "step clicks sessions went_on", _VISITS),
    _kept("experience", "best_and_worst", "somebody who served, or a store",
          "factor level answers customers mean effect±", _ANSWERS),
    _kept("experience", "touchpoint_effects", "a channel beside the one in which most began",
          "channel adopters began_there naive± naive_ratio± effect± effect_ratio± placebo± verdict",
          "customers took up another channel"),
    _kept("experience", "leaving", "a touchpoint",
          "kind name orders customers goes_with rate± alike± difference±", "orders can be followed"),
    _kept("experience", "driver_weights", "a driver", "driver tags missing share± change±", _DRIVERS),
    _kept("experience", "perceived_value", "a segment, everybody first",
          "segment answers customers benefit± less_sacrifice± contrast±", _DRIVERS),
    _kept("experience", "good_and_bad", "a driver, the score first",
          "driver answers median costs± brings± asymmetry± weighs", _DRIVERS),
)  # fmt: skip
"""In the order of the notebooks and of their pages."""
