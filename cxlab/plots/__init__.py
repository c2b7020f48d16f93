"""Every plot of the kit: one a result, in one style; the only modules that import matplotlib or seaborn."""

from cxlab.plots.agreement import agreement_heat_map, agreement_scale
from cxlab.plots.cluster_map import cluster_map
from cxlab.plots.clusters import cluster_stability, number_of_clusters, structure
from cxlab.plots.forecasts import alive_and_back, purchase_value, value_by_fifth
from cxlab.plots.four_fields import four_field_map
from cxlab.plots.intake import orders_over_time
from cxlab.plots.purchases import holdout_by_frequency, purchase_course, repeat_counts
from cxlab.plots.segment_outcomes import segment_outcomes
from cxlab.plots.skill import predictive_skill

__all__ = [
    "agreement_heat_map",
    "agreement_scale",
    "alive_and_back",
    "cluster_map",
    "cluster_stability",
    "four_field_map",
    "holdout_by_frequency",
    "number_of_clusters",
    "orders_over_time",
    "predictive_skill",
    "purchase_course",
    "purchase_value",
    "repeat_counts",
    "segment_outcomes",
    "structure",
    "value_by_fifth",
]
