"""The four segments: who is active and who is profitable, what each brought, did next, and where it moves."""

from cxlab.segments.effort import Effort, weigh_effort
from cxlab.segments.grid import Lines, draw_lines
from cxlab.segments.migration import Migration, segment_migration
from cxlab.segments.moved import MovedLines, foresight, move_lines, redraw
from cxlab.segments.periods import Periods, two_periods
from cxlab.segments.priorities import Priorities, choose_first
from cxlab.segments.profile import SegmentProfile, describe_segments
from cxlab.segments.rule import SegmentError, Segments, assign_segments
from cxlab.segments.together import Together, activity_against_profit

__all__ = [
    "Effort",
    "Lines",
    "Migration",
    "MovedLines",
    "Periods",
    "Priorities",
    "SegmentError",
    "SegmentProfile",
    "Segments",
    "Together",
    "activity_against_profit",
    "assign_segments",
    "choose_first",
    "describe_segments",
    "draw_lines",
    "foresight",
    "move_lines",
    "redraw",
    "segment_migration",
    "two_periods",
    "weigh_effort",
]
