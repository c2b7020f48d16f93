"""Keys of the report `intake`."""

from cxlab.reports.listed.key import UNTOLD, key

ORDERS = "the study has orders"
GAPS = "somebody bought on two days"
CORRELATION = key(
    "activity_profitability_correlation",
    "Spearman's correlation of the day of the last order with contribution: 1 where active customers are the "
    "profitable ones, 0 where the two have nothing to do with each other",
    "rank correlation",
    when="there are ten customers, who differ in both",
)
MEDIAN_GAP = key("median_gap_days", "half of the gaps between two orders of a customer are at most so long", "days",
                 when=GAPS)  # fmt: skip
TYPICAL_GAP = key("typical_gap_days", "80% of the gaps between two orders of a customer are at most so long", "days",
                  when=GAPS)  # fmt: skip
HOLDOUT_DAYS = key("holdout_days", "days after the end of calibration, on which forecasts are checked", "days",
                   when=ORDERS)  # fmt: skip
KEYS = (
    key("rows_read.<table>", "records in the files of a table", "records", when="for each table of the study"),
    key("rows_rejected.<table>", "records among them that were not used", "records",
        when="for each table of the study"),
    key("customers", "customers with at least one order that was used", "customers", when=ORDERS),
    key("orders", "orders that were used", "orders", when=ORDERS),
    key("drawn", "customers drawn by lot, on whom all else rests; n: of how many", "customers",
        when="`sample_customers` is set, and there are more",
        rare="the examples are small: all of their customers are looked at"),
    key("first_order", "day of the first order, as 2024-12-31", when=ORDERS),
    key("last_order", "day of the last order, likewise", when=ORDERS),
    key("calendar_gaps", "stretches without orders, or with few, that stand out", "gaps", when=ORDERS),
    key("orders_per_week", "orders in the median week", "orders", when="two whole weeks are seen"),
    key("back_within_days", "share of the customers followed for so long who came back in time",
        "share who came back within <days> days", when="customers could be followed"),
    HOLDOUT_DAYS,
    MEDIAN_GAP,
    TYPICAL_GAP,
    key("returns.matched_share", "share of the returned lines for which a purchase was found", "share of return lines",
        when="something came back"),
    key("returns.share_of_revenue", "value that came back, as a share of what was sold", "share of revenue",
        when="something came back, and something was sold for money"),
    CORRELATION,
    UNTOLD,
)  # fmt: skip
