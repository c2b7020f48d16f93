"""Touchpoints across channels: which bring purchases, and which go with leaving."""

from cxlab.touchpoints.adoption import TouchpointEffects, touchpoint_effects
from cxlab.touchpoints.effect import TouchpointEffect
from cxlab.touchpoints.leaving import Leaving, Step, steps_before_leaving

__all__ = ["Leaving", "Step", "TouchpointEffect", "TouchpointEffects", "steps_before_leaving", "touchpoint_effects"]
