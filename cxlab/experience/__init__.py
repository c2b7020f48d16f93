"""The experience itself: whether it is led or left to chance, and what of it goes with purchases."""

from cxlab.experience.drivers import DriverWeights, weigh_drivers
from cxlab.experience.good_and_bad import GoodAndBad, weigh_good_and_bad
from cxlab.experience.places import Places, rank_places
from cxlab.experience.spread import Spread, Touchpoint, spread_of_scores
from cxlab.experience.value import PerceivedValue, perceived_value

__all__ = [
    "DriverWeights",
    "GoodAndBad",
    "PerceivedValue",
    "Places",
    "Spread",
    "Touchpoint",
    "perceived_value",
    "rank_places",
    "spread_of_scores",
    "weigh_drivers",
    "weigh_good_and_bad",
]
