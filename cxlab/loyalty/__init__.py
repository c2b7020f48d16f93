"""Fans and one-time buyers: who they are, what each brings, and how many of these equal one fan."""

from cxlab.loyalty.check import FanCheck, check_fans
from cxlab.loyalty.evidence import Evidence, Foresee
from cxlab.loyalty.fans import Fans, LoyaltyError, find_fans
from cxlab.loyalty.ratio import fieller_interval
from cxlab.loyalty.sensitivity import Sensitivity, vary_assumptions
from cxlab.loyalty.weigh import Assumptions
from cxlab.loyalty.worth import FanValue, Worth, weigh_fans

__all__ = [
    "Assumptions",
    "Evidence",
    "FanCheck",
    "FanValue",
    "Fans",
    "Foresee",
    "LoyaltyError",
    "Sensitivity",
    "Worth",
    "check_fans",
    "fieller_interval",
    "find_fans",
    "vary_assumptions",
    "weigh_fans",
]
