"""Customers by when they came: who stays, what they bring, and whether relationships last longer than they used to."""

from cxlab.cohorts.lasting import Lasting, compare_lasting
from cxlab.cohorts.order_numbers import RepeatRates, repeat_rates
from cxlab.cohorts.retention import Retention, follow_cohorts

__all__ = ["Lasting", "RepeatRates", "Retention", "compare_lasting", "follow_cohorts", "repeat_rates"]
