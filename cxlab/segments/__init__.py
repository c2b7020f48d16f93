"""The four segments: who is active and who is profitable, what each segment brought, and what it did next."""

from cxlab.segments.profile import SegmentProfile, describe_segments
from cxlab.segments.rule import SegmentError, Segments, assign_segments
from cxlab.segments.together import Together, activity_against_profit

__all__ = [
    "SegmentError",
    "SegmentProfile",
    "Segments",
    "Together",
    "activity_against_profit",
    "assign_segments",
    "describe_segments",
]
