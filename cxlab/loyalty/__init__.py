"""Fans and one-time buyers: who they are, what each brings, and how many of these equal one fan."""

from cxlab.loyalty.check import FanCheck, check_fans
from cxlab.loyalty.evidence import Evidence, Foresee
from cxlab.loyalty.fans import Fans, LoyaltyError, find_fans
from cxlab.loyalty.ratio import fieller_interval
from cxlab.loyalty.rules_of_thumb import RulesOfThumb, judge_rules_of_thumb
from cxlab.loyalty.sensitivity import Sensitivity, vary_assumptions
from cxlab.loyalty.two_way import TwoWay, map_assumptions
from cxlab.loyalty.weigh import Assumptions
from cxlab.loyalty.word_of_mouth import WordOfMouth, weigh_word_of_mouth
from cxlab.loyalty.worth import FanValue, Worth, weigh_fans

__all__ = [
    "Assumptions",
    "Evidence",
    "FanCheck",
    "FanValue",
    "Fans",
    "Foresee",
    "LoyaltyError",
    "RulesOfThumb",
    "Sensitivity",
    "TwoWay",
    "WordOfMouth",
    "Worth",
    "check_fans",
    "fieller_interval",
    "find_fans",
    "judge_rules_of_thumb",
    "map_assumptions",
    "vary_assumptions",
    "weigh_fans",
    "weigh_word_of_mouth",
]
