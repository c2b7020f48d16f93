"""Keys of the report `loyalty`."""

from typing import get_args

from cxlab.loyalty.asymmetry import UNITS, Outcome
from cxlab.loyalty.check import Outcome as Checked
from cxlab.loyalty.rules_of_thumb import Verdict as RuleVerdict
from cxlab.reports.listed.key import UNTOLD, Key, key
from cxlab.two_sides import Verdict

NO_NUMBER = ("no_number",)
NOT_KNOWN = ("not_known",)
FANS = "there are fans enough"
REFERRALS = "the study has referrals, and the check is made"
ANSWERS = "the study has feedback"
PER_FAN = "<currency> per fan in the hold-out window"
BROUGHT = "customers brought by 100 fans in the hold-out window"


def _word_of_mouth(outcome: Outcome) -> tuple[Key, ...]:
    """List what is told of one outcome by the score given."""
    start, unit, of = f"word_of_mouth.{outcome}", UNITS[outcome], outcome
    when = "the study has feedback and referrals" if outcome == "referrals" else ANSWERS
    return (
        key(start, f"whether a low score goes with more lost in {of} than a high one with won", when=when,
            words=get_args(Verdict)),
        key(f"{start}.<score_group>", f"{of} of those who gave such a score, in the window after it", unit, when=when),
        key(f"{start}.low_ratio", "rate after a low score, divided by that after a middle one", "rate ratio",
            when=when),
        key(f"{start}.high_ratio", "rate after a high score, divided by that after a middle one", "rate ratio",
            when=when),
        key(f"{start}.none_ratio", "rate without an answer, divided by that of all who answered", "rate ratio",
            when=when),
        key(f"{start}.costs", "rate after a middle score less that after a low one", unit, when=when),
        key(f"{start}.brings", "rate after a high score less that after a middle one", unit, when=when),
        key(f"{start}.asymmetry", "the one less the other; above 0 the low side weighs more", unit, when=when),
        key(f"{start}.ratio_asymmetry", "the same in ratios; above 1 the low side weighs more", "rate ratio",
            when=when),
    )  # fmt: skip


KEYS = (
    key("fans", "fans: profit-bringers who are hardly gone", "customers", when="they are none, or no fewer than "
        "`minimum_group`"),
    key("one_time_buyers", "customers who bought on one day only, to the end of the observation", "customers",
        when="likewise"),
    key("fan_value", "what a fan brings over the horizon, with those whom fans bring",
        "<currency> per fan over the next <days> days", when=FANS),
    key("one_time_value", "what a one-time buyer brought", "<currency> per one-time buyer", when=FANS),
    key("average_value", "what the average customer had brought by the cut",
        "<currency> per customer up to the cut", when=FANS),
    key("fans_worth", "one-time buyers that one fan is worth", "one-time buyers per fan", when=FANS, words=NO_NUMBER),
    key("fans_worth.average_customers", "average customers that one fan is worth", "average customers per fan",
        when=FANS,
        words=NO_NUMBER),
    key("fans_worth.said_<said>", "whether the number that is often said fits", when=FANS, words=get_args(RuleVerdict)),
    key("referrals_per_fan", "customers whom a fan brought", "customers brought per fan in the hold-out window",
        "customers brought per fan up to the cut", when=FANS, words=NOT_KNOWN),
    key("kept_a_year.<n>", "share of fans' buying that the model foresees to be left a year later, if so many days are "
        "counted", "share of fans' buying a year later", when=FANS, words=NOT_KNOWN),
    key("holdout_check", "whether what was foreseen of fans came, within the band of the written rule", when=FANS,
        words=get_args(Checked)),
    key("holdout_check.expected", "contribution foreseen of fans after the cut", PER_FAN, when="the check is made"),
    key("holdout_check.actual", "contribution that came", PER_FAN, when="the check is made"),
    key("holdout_check.level", "the one divided by the other", "expected / actual", when="the check is made",
        words=NO_NUMBER),
    key("holdout_check.referrals.expected", "customers foreseen to be brought by fans", BROUGHT, when=REFERRALS),
    key("holdout_check.referrals.actual", "customers whom they brought", BROUGHT, when=REFERRALS),
    key("holdout_check.referrals.gap", "the latter less the former", BROUGHT, when=REFERRALS),
    *(one for outcome in get_args(Outcome) for one in _word_of_mouth(outcome)),
    UNTOLD,
)  # fmt: skip
