"""Every table of the kit as a reader sees it: one a result."""

from cxlab.tables.intake import questions, rejects, sources

__all__ = ["questions", "rejects", "sources"]
