"""The experience itself, and whether it is led or left to chance."""

from cxlab.experience.places import Places, rank_places
from cxlab.experience.spread import Spread, Touchpoint, spread_of_scores

__all__ = ["Places", "Spread", "Touchpoint", "rank_places", "spread_of_scores"]
