"""Every table of the kit as a reader sees it: one a result."""

from cxlab.tables.intake import questions, rejects, sources
from cxlab.tables.purchases import alive_by_repeats, forecast_checks, purchase_model

__all__ = [
    "alive_by_repeats",
    "forecast_checks",
    "purchase_model",
    "questions",
    "rejects",
    "sources",
]
