"""Every table of the kit as a reader sees it: one a result."""

from cxlab.tables.agreement import best_matches
from cxlab.tables.clusters import cluster_features, cluster_profiles
from cxlab.tables.intake import questions, rejects, sources
from cxlab.tables.purchases import alive_by_repeats, forecast_checks, purchase_model
from cxlab.tables.segments import four_segments, segment_actions

__all__ = [
    "alive_by_repeats",
    "best_matches",
    "cluster_features",
    "cluster_profiles",
    "forecast_checks",
    "four_segments",
    "purchase_model",
    "questions",
    "rejects",
    "segment_actions",
    "sources",
]
