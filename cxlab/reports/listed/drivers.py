"""Keys of the part of the report `experience` that is on drivers of repeat purchase."""

from typing import get_args

from cxlab.driver_tags import PAIRS
from cxlab.experience.drivers import Told
from cxlab.experience.value import Lever
from cxlab.reports.listed.key import key
from cxlab.two_sides import Verdict

_SHARE = "share of what the drivers explain"
_TOLD = "the study tags drivers, and they explain more than chance"
_PERCENT = "percent, per standard deviation"
_SIDES = "percent of purchases, per standard deviation"
_VALUE = "the study tags a benefit and a sacrifice"
_BENDS = "the study tags drivers, and customers enough stand on both sides of the median"

KEYS = (
    key("drivers_explained", "share of the deviance of purchases after an answer that all drivers explain together, "
        "beyond chance; the verdict is whether that is more than chance", "share of deviance",
        when="the study tags drivers", words=get_args(Told)),
    key("driver.<driver>", "share of a driver in what all of them explain (Shapley's value, LMG)", _SHARE, when=_TOLD),
    key("driver_change.<driver>", "change of purchases with one standard deviation more of it, the others alike",
        _PERCENT, when=_TOLD),
    key("driver_group.<driver_group>", "sum of the shares of the drivers with this tag", _SHARE, when=_TOLD),
    key("driver_difference.<driver_group>_minus_<driver_side>", "share of one side less that of the other; the verdict "
        "is which goes with more", _SHARE, when="both sides have a driver; the estimate where they explain more than "
        "chance", words=(*dict.fromkeys(group for pair in PAIRS for group in pair), "alike", "cannot_tell")),
    key("perceived_value.<value_group>", "purchases with one standard deviation more benefit against those with one "
        "less sacrifice; the verdict is which pays more", _PERCENT, when=_VALUE, words=get_args(Lever)),
    key("benefit_slope.<value_group>", "change of purchases with one standard deviation more benefit", _PERCENT,
        when=_VALUE),
    key("sacrifice_slope.<value_group>", "change of purchases with one standard deviation less sacrifice", _PERCENT,
        when=_VALUE),
    key("perceived_value_differs", "how often chance alone makes the segments differ as much; the verdict is whether "
        "they do", "p value", when="two segments have answers enough", words=("yes", "not_shown")),
    key("driver_asymmetry.<bend>", "what the bad side of the median costs less what the good one brings; the verdict "
        "is which weighs more", _SIDES, when=_BENDS, words=get_args(Verdict)),
    key("driver_costs.<bend>", "purchases lost with one standard deviation on the bad side of the median", _SIDES,
        when=_BENDS),
    key("driver_brings.<bend>", "purchases won with one standard deviation on the good side of the median", _SIDES,
        when=_BENDS),
)  # fmt: skip
