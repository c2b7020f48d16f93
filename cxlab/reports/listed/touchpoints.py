"""Keys of the report `experience` that tell of touchpoints: what taking them up brings, and what goes with leaving."""

from typing import get_args

from cxlab.gestures.verdict import Token
from cxlab.reports.listed.key import key
from cxlab.touchpoints.effect import RATIO, UNIT
from cxlab.touchpoints.leaving import UNIT as OF_ORDERS
from cxlab.touchpoints.leaving import Goes

_TAKEN = "30 customers or more took up another channel than the one they began in"
_TOLD = "an effect is given"

KEYS = (
    key("touchpoint_effect.<taken_up>", "purchases in `outcome_days` that taking the channel up brings to those who "
        "did, against customers alike who did not", UNIT, when=_TAKEN, words=get_args(Token)),
    key("touchpoint_effect_ratio.<taken_up>", "the same as a ratio to what they would have bought without it", RATIO,
        when=_TOLD),
    key("touchpoint_naive.<taken_up>", "purchases in the last `outcome_days` of those who had taken it up, less those "
        "of the others, as they are", UNIT, when=_TAKEN),
    key("touchpoint_naive_ratio.<taken_up>", "the same as a ratio", RATIO, when=_TAKEN),
    key("touchpoint_placebo.<taken_up>", "the comparison of the effect on purchases in the `outcome_days` before, "
        "which it cannot have changed", "purchases before the order", when="customers had a history long enough"),
    key("touchpoint_robustness.<taken_up>", "what something unseen would have to explain of what is left open, of who "
        "takes it up and of purchases alike, for there to be no effect", "share left to explain", when=_TOLD),
    key("leaving_base", "orders after which the customer did not come back within `outcome_days`", OF_ORDERS,
        when="30 orders or more can be followed"),
    key("leaving.<before_leaving>", "the same of orders with that step", OF_ORDERS, when="30 orders or more have it"),
    key("leaving_difference.<before_leaving>", "the same less that of other orders, by customers with as many orders "
        "so far and of late; the verdict is what it goes with", OF_ORDERS, when="the same", words=get_args(Goes)),
)  # fmt: skip
