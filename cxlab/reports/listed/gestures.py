"""Keys of the report `gestures`; those that the report `gesture_policy` has as well."""

from typing import get_args

from cxlab.gestures.rails import RailToken
from cxlab.gestures.recovery import Paradox
from cxlab.gestures.slopes import SlopeToken
from cxlab.gestures.verdict import Token
from cxlab.reports.listed.key import UNTOLD, Key, key

CHOSEN = "gestures were chosen by the shop"
DRAWN = "arms were drawn by lot"
ORDERS = "what came after it is known order by order"
MONEY = "contribution is known"
MONEY_UNITS = tuple(f"<currency> of contribution per {rows}" for rows in ("customer", "gesture"))
PERCENT = "percent of the outcome without it"
DAYS = "days to the next purchase, at most <days>"
BEFORE = ("purchases per customer before the draw", "purchases before the order")
EACH = "<outcome> per gesture"
OUTCOME = ("<outcome> per customer", EACH)
SHARES = (
    "value that came back, of what was sold, as a share",
    "things that went wrong, for a purchase, as a share",
    "low scores, of all answers, as a share",
    "purchases elsewhere than through “<channel>”, as a share",
    "what is left of revenue, gestures aside, as a share",
)
SPOILT = ("cannot_tell",)


def _arm(name: str, meaning: str, *units: str, when: str = "", **further: str) -> Key:
    """List what is told of each arm; in a trial that is spoilt it has the verdict `cannot_tell` beside it."""
    return key(f"[observational.]{name}.<arm>", meaning, *units, when=when, words=SPOILT, **further)


def _chosen(name: str, meaning: str, *units: str, words: tuple[str, ...] = (), when: str = CHOSEN) -> Key:
    return key(f"[observational.]{name}", meaning, *units, when=when, words=words)


BREAK_EVEN = key(
    "[observational.]break_even_cost.<arm>", "what a gesture may cost at most to pay", *MONEY_UNITS, when=MONEY,
    words=SPOILT,
)  # fmt: skip
KEYS = (
    key("[observational.]design", "how the groups came about", words=("randomised", "observational",
        "not_identifiable"),
        when="the study has gestures or a trial"),
    key("[observational.]verdict.<arm>", "what may be said of the gesture", words=get_args(Token)),
    _arm("effect", "what the gesture brings: by lot the difference of the means, adjusted for what was known before; "
         "chosen, the average effect on those who got it", *OUTCOME, when="the groups can be compared"),
    _arm("effect_percent", "the same, in percent of the outcome without it", PERCENT, when="both means are above 0"),
    key("[observational.]effect.<arm>.<group>", "the effect on a group of customers", *OUTCOME,
        when="the group is large enough", words=SPOILT),
    key("[observational.]effect_percent.<arm>.<group>", "the same in percent", PERCENT,
        when="both means are above 0", words=SPOILT),
    key("[observational.]effect.<arm>.cluster.<cluster_or_new>", "the effect on a cluster of the report `clusters`",
        *OUTCOME, when="the cluster is large enough", words=SPOILT),
    key("[observational.]heterogeneity.<arm>", "p value of the effect being alike in all groups", "p value",
        when="there are two groups or more"),
    key("[observational.]heterogeneity.<arm>.<grouping>", "the same, of each of several groupings", "p value",
        when="the study has several groupings",
        rare="only a table `outcomes` with several `segment_` columns has them"),
    key("[observational.]heterogeneity_by_cluster.<arm>", "p value of the effect being alike in all clusters",
        "p value", when="there are two clusters or more"),
    _arm("effect_naive", "the raw difference of the means, which misleads where gestures were chosen", *OUTCOME),
    _arm("control_mean", "mean outcome without the gesture", *OUTCOME),
    _arm("treated_mean", "mean outcome with it", *OUTCOME),
    _arm("effect_average", "the average effect on all, not only on those who got it", *OUTCOME, when=CHOSEN),
    _arm("effect_average_percent", "the same in percent", PERCENT, when=CHOSEN),
    _arm("effect_overlap", "the effect on those of whom it was open whether they get one", *OUTCOME, when=CHOSEN),
    _arm("effect_overlap_percent", "the same in percent", PERCENT, when=CHOSEN),
    _arm("effect_until_next_gesture", "the effect, had no further gesture come", *OUTCOME, when=CHOSEN),
    _arm("effect_until_next_gesture_percent", "the same in percent", PERCENT, when=CHOSEN),
    _arm("effect_percent_count_model", "the effect by a count model, as a check", PERCENT, when=DRAWN),
    _arm("effect_always_valid", "the effect, with an interval that holds however often is looked", *OUTCOME,
         when="a trial still runs", rare="the trials of the example studies are over"),
    _arm("effect_days_to_next_purchase", "by how many days the next purchase comes later", DAYS, when=ORDERS),
    _arm("effect_revenue", "effect on revenue", *(f"<currency> of revenue per {rows}" for rows in ("customer",
         "gesture")),
         when=ORDERS),
    _arm("effect_contribution", "effect on contribution before the cost of the gesture", *MONEY_UNITS, when=ORDERS),
    _arm("effect_revenue_per_purchase", "effect on the value of a purchase", "<currency> of revenue per purchase",
         when=ORDERS),
    _arm("placebo", "the same comparison on purchases before the occasion: far from 0, the groups were not alike",
         *BEFORE, when=ORDERS),
    _arm("choice_by_recent_purchases",
         "purchases just before, of those who got one less those who did not, alike in what "
         "lies further back", *BEFORE, when=CHOSEN),
    _arm("predicted_effect_slope", "how much more effect comes about for each unit more that is predicted: 1 where "
         "predictions hold, 0 where they tell nothing", "effect that comes about by unit predicted",
         when="the customers are enough to predict effects"),
    _arm("robustness_value",
         "share of what is left to explain that something unseen would have to explain for there to "
         "be no effect", "share left to explain", when=CHOSEN),
    _arm("robustness_value_interval", "the same for the interval to reach 0", "share left to explain", when=CHOSEN),
    _arm("e_value", "risk ratio that something unseen would need with both gesture and outcome", "risk ratio",
         when=CHOSEN),
    _arm("e_value_interval", "the same for the interval to reach no effect", "risk ratio", when=CHOSEN),
    key("sample_ratio_mismatch[.<experiment>]",
        "p value of the arms' sizes against the shares that were meant; below .01 "
        "nothing of the trial can be trusted", "p value", when="`allocation:` says what was meant"),
    _arm("incremental_contribution", "what a gesture brings after its cost", *MONEY_UNITS,
         when="contribution and cost are known"),
    BREAK_EVEN,
    _arm("probability_pays", "probability that it brings more than it costs", "probability",
         when="contribution and cost are known"),
    key("[observational.]guard_rail.<rail>.<arm>",
        "by how much the gesture changes a share that it must not make worse",
        *SHARES, when="the study tells of it", words=get_args(RailToken)),
    _chosen("habituation.<n>", "effect of a customer's first, second, third or later gesture", EACH),
    _chosen("habituation_slope", "change of the effect with each further gesture, as it lies in the data",
            f"{EACH}, for each further gesture"),
    _chosen("habituation_slope_alike", "the same between customers alike",
            f"{EACH}, for each further gesture, others alike"),
    _chosen("habituation_wait_slope", "change of the effect with a longer pause since the last gesture",
            f"{EACH}, for a doubling of the days since the last gesture"),
    _chosen("habituation_wait_slope_alike", "the same between customers alike",
            f"{EACH}, for a doubling of the days since the last gesture, others alike"),
    _chosen("habituation_verdict", "whether a further gesture works less", words=get_args(SlopeToken)),
    _chosen("surprise_slope", "change of the effect the more the gesture was to be expected",
            *(f"{unit}, for 10 points of the chance of a gesture" for unit in OUTCOME)),
    _chosen("surprise_slope_alike", "the same between customers alike",
            *(f"{unit}, for 10 points of the chance of a gesture, others alike" for unit in OUTCOME)),
    _chosen("surprise_verdict", "whether an expected gesture works less", words=get_args(SlopeToken)),
    _chosen("recovery.gesture_vs_none", "after a failure, what a gesture brings against none", EACH,
            when="the study has incidents"),
    _chosen("recovery.gesture_vs_no_failure", "a failure with a gesture, against no failure", EACH,
            when="the study has incidents", words=get_args(Paradox)),
    key("next_trial.customers_per_arm", "customers that a trial takes to find an effect of 10 percent",
        "[active ]customers[ an arm]", when="the customers at hand are known"),
    key("next_trial.detectable_percent", "smallest effect that those at hand would show", PERCENT,
        when="the customers at hand are known"),
    UNTOLD,
)  # fmt: skip
