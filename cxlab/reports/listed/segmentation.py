"""Keys of the report `segmentation`."""

from typing import get_args

from cxlab.agreement.verdict import Token
from cxlab.reports.listed.intake import CORRELATION
from cxlab.reports.listed.key import key

HOLDOUT = "there is time after the end of calibration"
PERIODS = "the study is long enough for two periods"
COSTS = "what was spent on customers is known"
AGREEMENT = "adjusted mutual information, 0 chance, 1 identity"
KEYS = (
    CORRELATION,
    key("size.<segment>", "share of the customers who are in the segment", "share of customers"),
    key("customers.<segment>", "customers in it", "customers"),
    key("contribution_share.<segment>", "share of all contribution up to the cut that its customers brought",
        "share of contribution so far", when="all customers together brought more than nothing"),
    key("holdout_contribution_share.<segment>", "the same after the cut",
        "share of contribution in the hold-out window",
        when="all customers together brought more than nothing then"),
    key("holdout_contribution.<segment>", "what each of them contributed after the cut",
        "<currency> per customer in the hold-out window", when=HOLDOUT),
    key("holdout_purchases.<segment>", "days with an order of each of them after the cut",
        "purchases per customer in the hold-out window", when=HOLDOUT),
    key("adjusted_mutual_information", "agreement of segments and four clusters", "0 none, 1 full"),
    key("adjusted_rand_index", "the same in pairs of customers", "0 none, 1 full"),
    key("homogeneity", "how far each cluster holds customers of one segment only", "0 none, 1 full"),
    key("completeness", "how far each segment lies in one cluster only", "0 none, 1 full"),
    key("noise_ceiling", "agreement of two clusterings, each of one half of the customers: more cannot be asked for",
        AGREEMENT, when="the customers are enough to be halved"),
    key("random_rules_p", "share of random rules that agree with the clusters as much as the segments do",
        "p value against random rules"),
    key("skill.<predictor>", "how well purchases after the cut are foreseen by it",
        "share of the Poisson deviance of hold-out purchases explained", when=HOLDOUT),
    key("skill_share.<predictor>", "the same, divided by that of the best one", "share of the best skill",
        when="the best one foresees something"),
    key("contribution_skill.<predictor>", "how well contribution after the cut is foreseen by it",
        "share of the squared error of hold-out contribution explained", when=HOLDOUT),
    key("skill_difference.segments_minus_clusters", "skill of the segments less that of the clusters",
        "share of the Poisson deviance of hold-out purchases explained", when=HOLDOUT),
    key("verdict", "whether the four segments tell who will buy again", words=get_args(Token)),
    key("specifications.agreeing", "share of the other ways to draw the lines that come to the same verdict",
        "share of the other specifications", when=HOLDOUT, words=("robust", "not_robust")),
    *(
        key(f"specifications.{token}", f"how many of them come to `{token}`", "other specifications", when=HOLDOUT)
        for token in get_args(Token)
    ),
    key("over_time.segments", "agreement of the segments with those drawn anew a period later", AGREEMENT,
        when=PERIODS),
    key("over_time.clusters", "the same of the clusters", AGREEMENT, when=PERIODS),
    key("over_time.segments_minus_clusters", "what lies between the two", AGREEMENT, when=PERIODS),
    key("over_time.stayed", "share who are in the same segment a period later", "share of the customers", when=PERIODS),
    key("migration.<from>.<to>", "share of a segment's customers who are in that segment a period later",
        "share of the segment's customers a period later", when=f"{PERIODS}, and the cell is not hidden"),
    key("net_change.<segment>", "its share of the customers a period later, less that before",
        "change of the share of the customers", when=PERIODS),
    key("expected_share.<segment>.<ahead>", "its share so many periods ahead, if all moves on as it did",
        "share of the customers", when=PERIODS),
    key("value_at_stake.<from>.<to>", "what a period brings more if one in a hundred customers moves from one to the "
        "other", "<currency> a period", when=f"{PERIODS}, and both have customers enough"),
    key("effort.size.<effort_group>", "share of the customers who are in the group", "share of customers", when=COSTS),
    key("effort.effort_share.<effort_group>", "share of all that was spent on customers", "share of all effort",
        when=COSTS),
    key("effort.spent.<effort_group>", "cost to serve and gestures, in all", "<currency>", when=COSTS),
    key("effort.brought.<effort_group>", "what their revenue left before that effort, in all", "<currency>",
        when=COSTS),
    key("effort.net.<effort_group>", "brought less spent", "<currency>", when=COSTS),
    key("effort.return_rate.<effort_group>", "brought divided by spent", "<currency> brought per <currency> spent",
        when=COSTS),
    key("effort.later.<effort_group>", "what each of the group contributed after the cut",
        "<currency> per customer in the hold-out window", when=f"{COSTS}; not for segments"),
)  # fmt: skip
