"""How long it takes from an order file to one row a customer: the kit beside SQL by hand, pandas and lifetimes.

`python -m benchmarks.intake` prints a table in Markdown, on ten million lines as Parquet and as CSV; `--lines N` takes
another number, `--hundred` tells of a hundred million lines. Each run is a process of its own. lifetimes needs an old
pandas, so it gets an environment of its own; without uv or a package index the table does without it. What a way needs
is imported in its function: this module must load where only that is installed.
"""

import argparse
import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from string import Template
from typing import TYPE_CHECKING

from benchmarks.machine import peak_gib
from benchmarks.peer import LIFETIMES, PeerError, ask, python_with

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from cxlab.kit import Kit

LINES, HUNDRED = 10_000_000, 100_000_000
REPETITIONS = 3
PATIENCE_SECONDS = 600  # lifetimes gets a tenth of the lines when it takes longer
TARGET_RATIO, TARGET_GIB, TARGET_GIB_HUNDRED = 1.5, 2, 4
MARGIN_RATE = 0.3
CALIBRATION_END = "2025-05-01"  # two thirds of the two years that the file covers
FILES_OF_HUNDRED = 10
MEASURED = {  # what a way is called, and what it needs, imported before its time starts
    "hand": ("SQL by hand, DuckDB: the customer table", ("duckdb", "pandas", "pyarrow")),
    "tight": ("SQL by hand, as tight as we could: lists for windows, no costs", ("duckdb", "pandas", "pyarrow")),
    "kit": ("the kit: the same, every record checked", ("cxlab.kit",)),
    "summary": ("the kit: frequency, recency, T, money only, rows with gaps refused", ("cxlab.purchases",)),
    "pandas": ("pandas: frequency, recency, T, money only", ("pandas", "pyarrow.parquet")),
    "lifetimes": ("lifetimes 0.11.3: the same as pandas", ("lifetimes.utils", "pyarrow.parquet")),
    "polars": ("Polars: the same as pandas", ("polars",)),
    "scan": ("the bare scan: four columns read, nothing computed", ("duckdb", "pandas", "pyarrow")),
}
NAMES = {"parquet": "Parquet", "csv": "CSV"}
STUDY = """name: made-up-orders
title: Made-up orders
currency: EUR
sources:
  orders: {path: "orders-*.%s"}
calibration_end: %s
parameters: {margin_rate: %s}
"""

# Orders come in the order of time, 20 of them with 60 lines where nothing else is asked; a few customers buy much, most
# buy little. Each 50th order is a credit note to somebody who ordered shortly before, and 1 line in 200 is a gift.
LINES_AN_ORDER = (1, 3, 1, 2, 5, 1, 2, 9, 1, 4, 2, 1, 6, 2, 1, 7, 2, 1, 8, 1)
DRAW = "CREATE MACRO u(i, k) AS HASH(i * 8 + k) / 18446744073709551616.0"
WRITE = Template("""
COPY (
  SELECT FORMAT('C{:07d}', who * 7919 % $customers) AS customer_id,
    FORMAT('{}{:08d}', CASE WHEN credit THEN 'R' ELSE 'O' END, i) AS order_id, ordered_at,
    CASE WHEN credit THEN -price WHEN u(line, 1) < 0.005 THEN 0 ELSE price END AS revenue,
    ['Glass jar', 'Tea towel', 'Candle, scented', 'Wool blanket', 'Bread knife', 'Soap', 'Lantern, small', 'Mug'][
      CAST(1 + thing % 8 AS BIGINT)] || ' ' || thing % 1000 AS product,
    ['FI', 'SE', 'NO', 'DK', 'EE', 'DE', 'FR', 'NL'][1 + who % 8] AS country
  FROM (
    SELECT *, ROUND(1 + 60 * POW(u(line, 2), 3), 2) AS price, HASH(line * 8 + 3) AS thing
    FROM (
      SELECT *, i * 16 + UNNEST(RANGE($sizes[1 + i % $turn])) AS line
      FROM (
        SELECT i, u(i, 4) < 0.02 AS credit,
          TIMESTAMP '2024-01-01' + TO_SECONDS(CAST(63158400.0 * (i + u(i, 5)) / $orders - 0.5 AS BIGINT)) AS ordered_at,
          CAST(FLOOR($customers * POW(u(CASE WHEN credit THEN i - 1 - HASH(i) % 1000 ELSE i END, 6), 1.5)) AS BIGINT)
            AS who
        FROM RANGE($first, $last) AS o(i)
      )
    )
  ) LIMIT $limit
) TO '$file' (FORMAT parquet)
""")
AS_CSV = Template(
    "COPY (SELECT * REPLACE (CAST(revenue AS DECIMAL(9, 2)) AS revenue) FROM '$parquet') TO '$csv' (FORMAT csv, HEADER)"
)

READ = {
    "parquet": "READ_PARQUET('$folder/orders-*.parquet')",
    "csv": "READ_CSV('$folder/orders-*.csv', auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
    "timestampformat='%Y-%m-%d %H:%M:%S', columns={customer_id: 'VARCHAR', order_id: 'VARCHAR', "
    "ordered_at: 'TIMESTAMP', revenue: 'DOUBLE', product: 'VARCHAR', country: 'VARCHAR'})",
}
DAYS = """days AS (
  SELECT customer_id, day, COUNT(sold) AS n_orders, COALESCE(SUM(sold), 0) AS sold,
    COALESCE(SUM(returned), 0) AS returned
  FROM orders GROUP BY ALL
)"""
# As one writes it who knows this file, with the columns of the kit's table: no costs, an order lies on one day,
# no line lacks a value.
BY_HAND = Template("""
WITH orders AS (
  SELECT customer_id, order_id, MIN(CAST(ordered_at AS DATE)) AS day,
    SUM(revenue) FILTER (revenue >= 0) AS sold, -SUM(revenue) FILTER (revenue < 0) AS returned
  FROM $lines GROUP BY ALL
), $days, bought AS (
  SELECT *, MIN(day) OVER (PARTITION BY customer_id) AS first_day,
    day - LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
  FROM days WHERE day <= $cut AND n_orders > 0
), known AS (
  SELECT customer_id, MIN(day) AS first_order, MAX(day) AS last_order, SUM(n_orders) AS n_orders,
    COUNT(*) - 1 AS repeat_purchases, QUANTILE_CONT(gap, 0.5) AS median_gap_days,
    CASE WHEN COUNT(gap) > 1 THEN QUANTILE_CONT(gap, 0.75) - QUANTILE_CONT(gap, 0.25) END AS iqr_gap_days,
    AVG(sold) FILTER (day > first_day AND sold > 0) AS mean_repeat_value,
    COUNT(*) FILTER (day > first_day AND sold > 0) AS n_repeat_values
  FROM bought GROUP BY customer_id
), sums AS (
  SELECT customer_id, SUM(sold - returned) FILTER (day <= $cut) AS revenue,
    SUM(returned) FILTER (day <= $cut) AS returns,
    COUNT(*) FILTER (day > $cut AND n_orders > 0) AS holdout_purchases,
    COALESCE(SUM(sold - returned) FILTER (day > $cut), 0) AS holdout_revenue
  FROM days GROUP BY customer_id
)
SELECT customer_id, first_order, last_order, CAST(n_orders AS BIGINT) AS n_orders, repeat_purchases,
  $cut - first_order AS tenure_days, $cut - last_order AS days_since_last_order, median_gap_days, iqr_gap_days, revenue,
  returns, 0 AS cost_of_goods, 0 AS cost_to_serve, 0 AS gesture_cost, $margin * revenue AS contribution,
  revenue / n_orders AS mean_order_value, mean_repeat_value, n_repeat_values, holdout_purchases, holdout_revenue,
  $margin * holdout_revenue AS holdout_contribution,
  (SELECT QUANTILE_CONT(gap, 0.8) FROM bought) AS typical_gap_days
FROM known JOIN sums USING (customer_id) ORDER BY customer_id
""")
TIGHT = Template("""
WITH orders AS (
  SELECT customer_id, order_id, CAST(ordered_at AS DATE) AS day,
    SUM(revenue) FILTER (revenue >= 0) AS sold, -SUM(revenue) FILTER (revenue < 0) AS returned
  FROM $lines GROUP BY ALL
), $days, customers AS (
  SELECT customer_id, LIST_SORT(LIST(day) FILTER (n_orders > 0 AND day <= $cut)) AS order_days,
    CAST(SUM(n_orders) FILTER (day <= $cut) AS BIGINT) AS n_orders,
    SUM(sold) FILTER (day <= $cut) AS sold,
    COALESCE(SUM(returned) FILTER (day <= $cut), 0) AS returned,
    COUNT(*) FILTER (sold > 0 AND day <= $cut) AS n_values,
    ARG_MIN(sold, day) FILTER (n_orders > 0) AS first_value,
    COUNT(*) FILTER (n_orders > 0 AND day > $cut) AS holdout_purchases,
    COALESCE(SUM(sold - returned) FILTER (day > $cut), 0) AS holdout_revenue
  FROM days GROUP BY customer_id HAVING COUNT(*) FILTER (n_orders > 0 AND day <= $cut) > 0
), paced AS MATERIALIZED (
  SELECT *, LIST_TRANSFORM(order_days[2:], LAMBDA day, i: day - order_days[i]) AS gaps,
    LIST_AGGREGATE(gaps, 'quantile_cont', [0.25, 0.5, 0.75]) AS quartiles,
    n_values - CAST(first_value > 0 AS INT) AS n_repeat_values
  FROM customers
)
SELECT customer_id, order_days[1] AS first_order, order_days[-1] AS last_order, n_orders,
  LEN(order_days) - 1 AS repeat_purchases, $cut - order_days[1] AS tenure_days,
  $cut - order_days[-1] AS days_since_last_order, quartiles[2] AS median_gap_days,
  CASE WHEN LEN(gaps) > 1 THEN quartiles[3] - quartiles[1] END AS iqr_gap_days,
  sold - returned AS revenue, returned AS returns, (sold - returned) / n_orders AS mean_order_value,
  (sold - first_value) / NULLIF(n_repeat_values, 0) AS mean_repeat_value, n_repeat_values,
  holdout_purchases, holdout_revenue,
  (SELECT QUANTILE_CONT(gap, 0.8) FROM (SELECT UNNEST(gaps) AS gap FROM paced)) AS typical_gap_days
FROM paced ORDER BY customer_id
""")
SCAN = Template("SELECT MAX(customer_id), MAX(order_id), MAX(ordered_at), SUM(revenue) FROM $lines")
MONEY = (
    "revenue", "returns", "mean_order_value", "mean_repeat_value", "holdout_revenue", "contribution",
    "holdout_contribution", "cost_of_goods", "cost_to_serve", "gesture_cost",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What one run took."""

    seconds: float
    gib: float


def write_orders(
    folder: Path, lines: int, customers: int, files: int = 1, sizes: tuple[int, ...] = LINES_AN_ORDER
) -> None:
    """Write a study with so many lines of orders as Parquet, file by file, which takes little memory.

    Parameters
    ----------
    sizes : lines of an order, in turn: fewer than 16 each.
    """
    import duckdb

    folder.mkdir(parents=True)
    folder.joinpath("study.yml").write_text(STUDY % ("parquet", CALIBRATION_END, MARGIN_RATE), encoding="utf-8")
    turns = -(-lines // sum(sizes))
    orders, step = len(sizes) * turns, len(sizes) * -(-turns // files)
    with duckdb.connect() as connection:
        connection.execute(DRAW)
        for number, first in enumerate(range(0, orders, step)):
            limit = lines - first // len(sizes) * sum(sizes)
            place = {"first": first, "last": min(first + step, orders), "limit": limit}
            place |= {"sizes": list(sizes), "turn": len(sizes)}
            file = folder / f"orders-{number:02d}.parquet"
            connection.execute(WRITE.substitute(place, customers=customers, orders=orders, file=file))


def write_as_csv(parquet: Path, folder: Path) -> None:
    """Write the same study as CSV."""
    import duckdb

    folder.mkdir()
    folder.joinpath("study.yml").write_text(STUDY % ("csv", CALIBRATION_END, MARGIN_RATE), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(AS_CSV.substitute(parquet=parquet / "orders-*.parquet", csv=folder / "orders-00.csv"))


def by_hand(folder: Path, template: Template = BY_HAND) -> "pd.DataFrame":
    """Write the customer table in SQL, and run it."""
    import duckdb

    lines = Template(READ[folder.name]).substitute(folder=folder)
    sql = template.substitute(lines=lines, days=DAYS, cut=f"DATE '{CALIBRATION_END}'", margin=MARGIN_RATE)
    config = {"preserve_insertion_order": False, "temp_directory": str(folder / "spilled")}
    with duckdb.connect(config=config) as connection:
        return connection.execute(sql).df()


def tightly(folder: Path) -> "pd.DataFrame":
    """Run the SQL that was tuned for this one file."""
    return by_hand(folder, TIGHT)


def by_kit(folder: Path) -> "Kit":
    """Ask the kit; it stays open, as in a notebook."""
    import cxlab as cx

    kit = cx.open_study(folder)
    assert kit.customers.n
    return kit


def frame_of(kit: "Kit") -> "pd.DataFrame":
    """Return the kit's customer table as the one by hand is laid out."""
    return kit.customers.frame.assign(typical_gap_days=kit.customers.typical_gap_days)


def purchases(folder: Path) -> "pd.DataFrame":
    """Read what a summary needs, without returns: to lifetimes each of them were a purchase."""
    import pandas as pd

    columns, (file,) = ["customer_id", "ordered_at", "revenue"], folder.glob("orders-*")
    if file.suffix == ".parquet":
        lines = pd.read_parquet(file, columns=columns)
    else:
        lines = pd.read_csv(file, usecols=columns, parse_dates=["ordered_at"])
    return lines[lines["revenue"] >= 0]


def by_summary(folder: Path) -> "pd.DataFrame":
    """Ask the kit for the summary alone."""
    from cxlab.purchases import rfm_summary

    (file,) = folder.glob("orders-*.parquet")
    return rfm_summary(file, until=dt.date.fromisoformat(CALIBRATION_END))


def by_pandas(folder: Path) -> "pd.DataFrame":
    """Sum up as lifetimes does, with whole numbers instead of periods."""
    import numpy as np
    import pandas as pd

    lines = purchases(folder)
    cut = np.datetime64(CALIBRATION_END).astype(np.int64)
    lines = lines[lines["ordered_at"] < pd.Timestamp(CALIBRATION_END) + pd.Timedelta(days=1)]
    codes, ids = pd.factorize(lines["customer_id"])
    day = lines["ordered_at"].to_numpy().astype("datetime64[D]").astype(np.int64)
    totals = pd.Series(lines["revenue"].to_numpy()).groupby(codes * (cut + 1) + day).sum()
    who, when = np.divmod(totals.index.to_numpy(), cut + 1)
    value = totals.to_numpy()
    first = np.flatnonzero(np.diff(who, prepend=-1))
    last = np.append(first[1:], len(who)) - 1
    frequency = last - first
    money = (np.add.reduceat(value, first) - value[first]) / np.maximum(frequency, 1)
    found = {"frequency": frequency, "recency": when[last] - when[first], "T": cut - when[first]}
    return pd.DataFrame(found | {"monetary_value": np.where(frequency > 0, money, 0)}, index=pd.Index(ids))


def by_lifetimes(folder: Path) -> "pd.DataFrame":
    """Ask lifetimes for its own summary."""
    from lifetimes.utils import summary_data_from_transaction_data

    return summary_data_from_transaction_data(
        purchases(folder), "customer_id", "ordered_at", "revenue", observation_period_end=CALIBRATION_END
    )


def by_polars(folder: Path) -> "pl.DataFrame":
    """Sum up as lifetimes does, from Parquet, with whole numbers instead of periods."""
    import polars as pl

    day, cut = pl.col("day"), dt.date.fromisoformat(CALIBRATION_END)
    lines = pl.scan_parquet(folder / "orders-*.parquet").filter(pl.col("revenue") >= 0)
    days = (
        lines.with_columns(day=pl.col("ordered_at").dt.date())
        .filter(day <= cut)
        .group_by("customer_id", "day")
        .agg(value=pl.col("revenue").sum())
    )
    sums = days.group_by("customer_id").agg(
        frequency=pl.len().cast(pl.Int64) - 1, first=day.min(), last=day.max(), value=pl.col("value").sum(),
        first_value=pl.col("value").get(day.arg_min()),
    )  # fmt: skip
    repeats = pl.col("value") - pl.col("first_value")
    return sums.select(
        "customer_id", "frequency", recency=(pl.col("last") - pl.col("first")).dt.total_days(),
        T=(pl.lit(cut) - pl.col("first")).dt.total_days(),
        monetary_value=pl.when(pl.col("frequency") > 0).then(repeats / pl.col("frequency")).otherwise(0.0),
    ).collect()  # fmt: skip


def bare_scan(folder: Path) -> "pd.DataFrame":
    """Read the columns that a customer table rests on, and look at each value once."""
    return by_hand(folder, SCAN)


WAYS: dict[str, Callable[[Path], "pd.DataFrame | pl.DataFrame | Kit"]] = {
    "hand": by_hand, "tight": tightly, "kit": by_kit, "summary": by_summary, "pandas": by_pandas,
    "lifetimes": by_lifetimes, "polars": by_polars, "scan": bare_scan,
}  # fmt: skip


def measure(way: str, folder: Path) -> Run:
    """Go a way in this process, and keep what comes of it beside the folder."""
    for name in MEASURED[way][1]:
        import_module(name)
    start = time.perf_counter()
    found = WAYS[way](folder)
    run = Run(time.perf_counter() - start, peak_gib())
    write = found.write_parquet if way == "polars" else (frame_of(found) if way == "kit" else found).to_parquet
    write(kept(way, folder))
    return run


def kept(way: str, folder: Path) -> Path:
    """Name the file in which the figures of a way are kept."""
    return folder.parent / f"{way}-{folder.name}.parquet"


def run_once(way: str, folder: Path, python: Path | str = sys.executable, timeout: float | None = None) -> Run:
    """Go a way in a fresh process."""
    try:
        return Run(**ask(python, "-m", "benchmarks.intake", "--one", way, str(folder), timeout=timeout))
    except PeerError as error:
        raise PeerError(f"{MEASURED[way][0]}, {folder.name}: {error}") from error


def run_lifetimes(folder: Path, lines: int) -> tuple[list[Run], str]:
    """Run lifetimes on the file, or on a tenth where it fails or takes too long; return what to say of that as well."""
    try:
        with python_with(*LIFETIMES, "pyarrow<20") as python:
            try:
                runs, note = run_often("lifetimes", folder, python), ""
            except PeerError as error:
                note = f"{error}; so a tenth of the lines was measured."
                folder = folder.parent / "tenth" / folder.name
                write_orders(folder, lines // 10, lines // 100)
                run_once("kit", folder)
                runs = run_often("lifetimes", folder, python)
    except PeerError as error:
        return [], f"lifetimes could not be set up or run: {error}."
    check_summary("lifetimes", folder)
    return runs, note


def run_often(way: str, folder: Path, python: Path) -> list[Run]:
    """Go a way several times in another environment, each not longer than one would wait."""
    return [run_once(way, folder, python, PATIENCE_SECONDS) for _ in range(REPETITIONS)]


def check_customers(folder: Path, by: str = "hand") -> str:
    """Hold the kit's customer table against a hand-written one; return what was found equal.

    Raises
    ------
    RuntimeError : they differ: in which columns.
    """
    import numpy as np
    import pandas as pd

    hand, kit = (pd.read_parquet(kept(way, folder)) for way in (by, "kit"))
    if len(hand) != len(kit):
        raise RuntimeError(f"{folder.name}: {len(hand):,} customers by hand, {len(kit):,} by the kit")
    wrong = []
    for name in hand.columns:
        one, other = hand[name], kit[name]
        if name in MONEY:
            same = np.isclose(one.to_numpy(float), other.to_numpy(float), rtol=1e-6, atol=1e-6, equal_nan=True)
        else:
            same = ((one == other) | (one.isna() & other.isna())).to_numpy()
        if not same.all():
            wrong.append(f"{name} of {(~same).sum():,} customers")
    if wrong:
        raise RuntimeError(f"{folder.name}: by hand and by the kit differ: {'; '.join(wrong)}")
    return f"{len(kit):,} customers, {len(hand.columns)} columns"


def check_summary(way: str, folder: Path) -> None:
    """Hold a summary against the kit's customer table.

    Raises
    ------
    RuntimeError : they differ: in what.
    """
    import numpy as np
    import pandas as pd

    kit, found = pd.read_parquet(kept("kit", folder)), pd.read_parquet(kept(way, folder))
    found = (found.set_index("customer_id") if "customer_id" in found else found).sort_index()
    value = kit["mean_repeat_value"] * kit["n_repeat_values"] / kit["repeat_purchases"]  # theirs counts days at 0
    expected = {
        "frequency": kit["repeat_purchases"],
        "recency": kit["tenure_days"] - kit["days_since_last_order"],
        "T": kit["tenure_days"],
        "monetary_value": value.fillna(0),
    }
    if found.index.tolist() != kit["customer_id"].tolist():
        raise RuntimeError(f"{folder.name}: {way} and the kit do not find the same customers")
    for name, right in expected.items():
        if not np.allclose(found[name], right, rtol=1e-6, atol=1e-6):
            raise RuntimeError(f"{folder.name}: {way} and the kit differ: {name}")


def row(name: str, runs: list[Run], *further: str) -> str:
    """Write one row of a table: what, seconds, peak memory, and what else is known."""
    seconds = sorted(run.seconds for run in runs)
    spread = f" ({seconds[0]:.2f}–{seconds[-1]:.2f})" if len(runs) > 1 else ""
    cells = (name, f"{median(seconds):.2f}{spread}", f"{max(run.gib for run in runs):.2f}", *further)
    return "| " + " | ".join(cells) + " |"


def ratio(runs: list[Run], base: list[Run]) -> str:
    """Write how many times as long as others some runs took."""
    return f"{median(run.seconds for run in runs) / median(run.seconds for run in base):.2f}"


def main(lines: int = LINES) -> str:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory() as temporary:
        parquet, csv = Path(temporary) / "parquet", Path(temporary) / "csv"
        write_orders(parquet, lines, lines // 10)
        write_as_csv(parquet, csv)
        cases = [(way, folder) for folder in (parquet, csv) for way in ("hand", "tight", "kit", "pandas")]
        rounds = [[run_once(way, folder) for way, folder in cases] for _ in range(REPETITIONS)]
        equal = [check_customers(folder) for folder in (parquet, csv)]
        for folder in (parquet, csv):
            check_customers(folder, "tight")
            check_summary("pandas", folder)
        theirs, note = run_lifetimes(parquet, lines)
    runs = {
        (way, folder.name): list(found) for (way, folder), found in zip(cases, zip(*rounds, strict=True), strict=True)
    }
    table = [
        f"| {lines:,} lines of orders | seconds, median of {REPETITIONS} (least to most) | peak GiB | ratio to SQL by "
        "hand | to reach |",
        "| --- | --- | --- | --- | --- |",
    ]
    for (way, kind), found in runs.items():
        reach = f"{TARGET_RATIO} times, {TARGET_GIB} GiB" if way == "kit" else ""
        table.append(row(f"{NAMES[kind]}; {MEASURED[way][0]}", found, ratio(found, runs["hand", kind]), reach))
    if theirs:
        on, times = (f", on {lines // 10:,} lines only", "–") if note else ("", ratio(theirs, runs["hand", "parquet"]))
        table.append(row(f"{NAMES['parquet']}; {MEASURED['lifetimes'][0]}{on}", theirs, times, ""))
    return "\n".join([*table, "", equal_words(equal[0]), *(["", note] if note else [])])


def equal_words(what: str) -> str:
    """Say that the kit's figures are those by hand."""
    return f"The kit's figures are those by hand: {what}; counts and days exactly, money to 1e-6 of its size."


def hundred(lines: int = HUNDRED) -> str:
    """Measure a file that is larger than memory should be, once, and return its table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "parquet"
        write_orders(folder, lines, lines // 20, FILES_OF_HUNDRED)
        runs = {way: [run_once(way, folder)] for way in ("hand", "kit")}
        equal = check_customers(folder)
    table = [
        f"| {lines:,} lines of orders, Parquet, one run | seconds | peak GiB | to reach |",
        "| --- | --- | --- | --- |",
    ]
    for way, found in runs.items():
        table.append(row(MEASURED[way][0], found, f"{TARGET_GIB_HUNDRED} GiB" if way == "kit" else ""))
    return "\n".join([*table, "", equal_words(equal)])


def command_line() -> None:
    """Do what the command line asks for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.intake")
    options.add_argument("--lines", type=int, help=f"lines of orders; {LINES:,}, or {HUNDRED:,} with --hundred")
    options.add_argument("--hundred", action="store_true", help="the proof on a hundred million lines; minutes")
    options.add_argument("--one", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.one:
        print(json.dumps(asdict(measure(asked.one[0], Path(asked.one[1])))))
    elif asked.hundred:
        print(hundred(asked.lines or HUNDRED))
    else:
        print(main(asked.lines or LINES))


if __name__ == "__main__":
    command_line()
