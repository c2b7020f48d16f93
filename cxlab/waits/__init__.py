"""When customers buy again: how long groups of them wait, and whose silence is late by their own cadence."""

from cxlab.waits.cadence import Cadence, find_cadence, fit_cadence
from cxlab.waits.comparison import WaitComparison, compare_waits
from cxlab.waits.curves import Waiting, WaitingCurve, wait_for_purchases
from cxlab.waits.late import LateError, find_late_customers
from cxlab.waits.late_check import LateCheck
from cxlab.waits.late_customers import LateCustomers
from cxlab.waits.own_gaps import OwnGaps, read_gaps
from cxlab.waits.rows import PurchaseWaits, WaitError, waits_after_gestures, waits_for_second_order, waits_since_cut

__all__ = [
    "Cadence",
    "LateCheck",
    "LateCustomers",
    "LateError",
    "OwnGaps",
    "PurchaseWaits",
    "WaitComparison",
    "WaitError",
    "Waiting",
    "WaitingCurve",
    "compare_waits",
    "find_cadence",
    "find_late_customers",
    "fit_cadence",
    "read_gaps",
    "wait_for_purchases",
    "waits_after_gestures",
    "waits_for_second_order",
    "waits_since_cut",
]
