"""Every plot of the kit: one a result, in one style; the only modules that import matplotlib or seaborn."""

from cxlab.plots.intake import orders_over_time

__all__ = ["orders_over_time"]
