"""The four segments: who is active and who is profitable, what each segment brought, and what it did next."""

from cxlab.segments.profile import SegmentProfile, describe_segments
from cxlab.segments.rule import SegmentError, Segments, assign_segments

__all__ = ["SegmentError", "SegmentProfile", "Segments", "assign_segments", "describe_segments"]
