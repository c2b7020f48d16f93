"""The effect of gestures on what customers do next: by lot, by choice, for whom, and whether it pays."""

from cxlab.gestures.alike import Alikeness, gesture_alikeness
from cxlab.gestures.balance import Balance, covariate_balance
from cxlab.gestures.data import GestureData
from cxlab.gestures.design import GestureDesign, gesture_design
from cxlab.gestures.effect import GestureEffect, GroupEffect
from cxlab.gestures.errors import GestureError
from cxlab.gestures.for_whom import EffectByGroup, gesture_by_group
from cxlab.gestures.money import GestureMoney, gesture_money
from cxlab.gestures.naive import NaiveAnswer, naive_answer
from cxlab.gestures.next_trial import next_trial
from cxlab.gestures.repeated import RepeatedGestures, repeated_gestures
from cxlab.gestures.result import GestureEffects, estimate_gestures
from cxlab.gestures.verdict import Verdict

__all__ = [
    "Alikeness",
    "Balance",
    "EffectByGroup",
    "GestureData",
    "GestureDesign",
    "GestureEffect",
    "GestureEffects",
    "GestureError",
    "GestureMoney",
    "GroupEffect",
    "NaiveAnswer",
    "RepeatedGestures",
    "Verdict",
    "covariate_balance",
    "estimate_gestures",
    "gesture_alikeness",
    "gesture_by_group",
    "gesture_design",
    "gesture_money",
    "naive_answer",
    "next_trial",
    "repeated_gestures",
]
