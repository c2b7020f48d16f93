"""Keys of the journey in the report `experience`."""

from typing import get_args

from cxlab.experience.channels import Differs
from cxlab.experience.clicks import ClickVerdict
from cxlab.experience.funnel import DropOff
from cxlab.reports.listed.key import key

_SHARE, _ODDS, _VISITS = "share of sessions", "odds ratio per click", "the study has events"

KEYS = (
    key("sessions", "sessions with one of the steps", "sessions", when=_VISITS),
    key("journey_conversion[.<visit_channel>]", "sessions that came to the purchase, or to the last step where that is "
        "not on record; in a channel", _SHARE, when=_VISITS),
    key("step_conversion.<step>[.<visit_channel>]", "sessions that came to the step, of those that came to the one "
        "before; after the purchase, of those with a purchase; in a channel", _SHARE, when=_VISITS),
    key("drop_off.<step>", "share that goes on to it, less the lowest such share of the other steps; the verdict is "
        "whether most drop off there", _SHARE, when="there are three steps or more up to the purchase",
        words=get_args(DropOff)),
    key("channels_differ[.<step>]", "difference between the channels with the highest and the lowest share that goes "
        "on to the step; the verdict is whether channels differ, at that step or at any", _SHARE,
        when="two channels have enough sessions", words=get_args(Differs)),
    key("click_effect[.<step>]", "odds of going on from a step with one more record before it, against those without; "
        "over all steps, with the verdict, or from one", _ODDS, when="the visits have times of day",
        words=get_args(ClickVerdict)),
)  # fmt: skip
