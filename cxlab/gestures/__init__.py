"""The effect of gestures on what customers do next: by lot, by choice, for whom, and whether it pays."""

from cxlab.gestures.alike import Alikeness, gesture_alikeness
from cxlab.gestures.asked_otherwise import AskedOtherwise, asked_otherwise
from cxlab.gestures.balance import Balance, covariate_balance
from cxlab.gestures.by_cluster import EffectByCluster, gesture_by_cluster
from cxlab.gestures.data import GestureData
from cxlab.gestures.design import GestureDesign, gesture_design
from cxlab.gestures.effect import GestureEffect, GroupEffect
from cxlab.gestures.errors import GestureError
from cxlab.gestures.for_whom import EffectByGroup, gesture_by_group
from cxlab.gestures.guard_rails import GuardRails, guard_rails
from cxlab.gestures.money import GestureMoney, gesture_money
from cxlab.gestures.naive import NaiveAnswer, naive_answer
from cxlab.gestures.next_trial import next_trial
from cxlab.gestures.other_outcomes import OtherOutcomes, other_outcomes
from cxlab.gestures.predicted import PredictedEffects, predicted_effects
from cxlab.gestures.recovered import ServiceRecovery, service_recovery
from cxlab.gestures.repeated import RepeatedGestures, repeated_gestures
from cxlab.gestures.result import GestureEffects, estimate_gestures
from cxlab.gestures.surprise import Surprise, gesture_surprise
from cxlab.gestures.verdict import Verdict

__all__ = [
    "Alikeness",
    "AskedOtherwise",
    "Balance",
    "EffectByCluster",
    "EffectByGroup",
    "GestureData",
    "GestureDesign",
    "GestureEffect",
    "GestureEffects",
    "GestureError",
    "GestureMoney",
    "GroupEffect",
    "GuardRails",
    "NaiveAnswer",
    "OtherOutcomes",
    "PredictedEffects",
    "RepeatedGestures",
    "ServiceRecovery",
    "Surprise",
    "Verdict",
    "asked_otherwise",
    "covariate_balance",
    "estimate_gestures",
    "gesture_alikeness",
    "gesture_by_cluster",
    "gesture_by_group",
    "gesture_design",
    "gesture_money",
    "gesture_surprise",
    "guard_rails",
    "naive_answer",
    "next_trial",
    "other_outcomes",
    "predicted_effects",
    "repeated_gestures",
    "service_recovery",
]
