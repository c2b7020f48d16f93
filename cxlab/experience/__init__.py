"""The experience itself: whether it is led or left to chance, what of it goes with purchases, and the way to one."""

from cxlab.experience.clicks import Clicks, weigh_clicks
from cxlab.experience.drivers import DriverWeights, weigh_drivers
from cxlab.experience.funnel import Funnel, follow_journey
from cxlab.experience.good_and_bad import GoodAndBad, weigh_good_and_bad
from cxlab.experience.places import Places, rank_places
from cxlab.experience.spread import Spread, Touchpoint, spread_of_scores
from cxlab.experience.value import PerceivedValue, perceived_value

__all__ = [
    "Clicks",
    "DriverWeights",
    "Funnel",
    "GoodAndBad",
    "PerceivedValue",
    "Places",
    "Spread",
    "Touchpoint",
    "follow_journey",
    "perceived_value",
    "rank_places",
    "spread_of_scores",
    "weigh_clicks",
    "weigh_drivers",
    "weigh_good_and_bad",
]
