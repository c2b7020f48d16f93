"""Keys of the report `gesture_policy`."""

from typing import get_args

from cxlab.policy.verdict import Token
from cxlab.reports.listed.gestures import BREAK_EVEN, MONEY_UNITS
from cxlab.reports.listed.key import key

UNITS = (*MONEY_UNITS, "<currency> of contribution per order", "<outcome> per customer", "<outcome> per order")
VALUED = "an effect could be told"
SEGMENTED = f"{VALUED}, and the study has segments"
KEYS = (
    key("verdict", "whether to choose by the rule, to give it to everyone or to no one", words=get_args(Token)),
    key("policy_value.everyone", "what a customer brings on average if everyone gets the gesture", *UNITS, when=VALUED),
    key("policy_value.no_one", "the same if no one does", *UNITS, when=VALUED),
    key("policy_value.profit_bringers", "the same if only profit-bringers do", *UNITS, when=SEGMENTED),
    key("policy_value.rule", "the same if the rule chooses", *UNITS, when=VALUED),
    key("policy_value.budget", "the same if those with the best forecasts do, up to `budget_share`", *UNITS,
        when=VALUED),
    *(
        key(f"policy_difference.{one}_minus_{other}", f"`{one}` less `{other}`", *UNITS,
            when=SEGMENTED if "profit_bringers" in (one, other) else VALUED)
        for one, other in (("rule", "everyone"), ("rule", "no_one"), ("everyone", "no_one"), ("budget", "no_one"),
                           ("profit_bringers", "no_one"), ("rule", "profit_bringers"))
    ),
    key("policy_difference.budget_minus_lot", "`budget` less as many chosen by lot", *UNITS, when=VALUED),
    key("[observational.]qini.<arm>", "what the best forecasts first gain over the lot, on average over all shares",
        *UNITS, when=VALUED),
    key("[observational.]qini_p_value.<arm>", "p value of forecasts no better than the lot", "p value", when=VALUED),
    key("[observational.]pays_probability.<arm>", "probability that the gesture brings more than it costs",
        "probability", when="contribution and cost are known"),
    BREAK_EVEN,
    key("listed.give", "customers on the list who are to get it", "customers", when="there is a list"),
    key("listed.hold_out", "customers on the list who are left without it by lot", "customers", when="there is a list"),
)  # fmt: skip
