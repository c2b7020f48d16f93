"""The experience itself, whether it is led or left to chance, and the journey to a purchase."""

from cxlab.experience.clicks import Clicks, weigh_clicks
from cxlab.experience.funnel import Funnel, follow_journey
from cxlab.experience.places import Places, rank_places
from cxlab.experience.spread import Spread, Touchpoint, spread_of_scores

__all__ = [
    "Clicks",
    "Funnel",
    "Places",
    "Spread",
    "Touchpoint",
    "follow_journey",
    "rank_places",
    "spread_of_scores",
    "weigh_clicks",
]
