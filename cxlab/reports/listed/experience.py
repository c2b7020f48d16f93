"""Keys of the report `experience`."""

from typing import get_args

from cxlab.experience.spread import Kind
from cxlab.reports.listed import drivers, journey
from cxlab.reports.listed.key import UNTOLD, key

_SHARE = "share of variance"

KEYS = (
    key("variance_share.<factor>", "share of the variance of the scores that lies between the people, places and times "
        "in the data, by factor; `time` is day of the week, hour and week together, `rest` what goes with none", _SHARE,
        when="the answers tell the factor's levels apart"),
    key("deviation.<factor>", "standard deviation of what its levels add to a score, these being a sample of others",
        "score", when="the same"),
    key("score.<touchpoint>", "mean score there", "score", when="it has as many customers as may be shown"),
    key("kind.<touchpoint>", "share of the variance of its scores that goes with who served, where and when; the "
        "verdict is whether the experience there is random, expected or managed", _SHARE, when="the same",
        words=get_args(Kind)),
    key("standing_out.<factor>", "how many stand out from chance", "employees", "stores",
        when="the answers say who served, or where"),
    *drivers.KEYS,
    *journey.KEYS,
    UNTOLD,
)  # fmt: skip
