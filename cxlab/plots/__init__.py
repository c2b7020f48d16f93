"""Every plot of the kit: one a result, in one style; the only modules that import matplotlib or seaborn."""

from cxlab.plots.intake import orders_over_time
from cxlab.plots.purchase_value import alive_and_back, purchase_value, value_by_fifth
from cxlab.plots.purchases import holdout_by_frequency, purchase_course, repeat_counts

__all__ = [
    "alive_and_back",
    "holdout_by_frequency",
    "orders_over_time",
    "purchase_course",
    "purchase_value",
    "repeat_counts",
    "value_by_fifth",
]
