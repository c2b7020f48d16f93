"""Visits step by step: the order of the steps, how far each session came, and the sums that tell of it."""

from cxlab.journey.sessions import Journey, Sums, journey_table
from cxlab.journey.steps import Steps

__all__ = ["Journey", "Steps", "Sums", "journey_table"]
