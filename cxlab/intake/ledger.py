"""What the order files hold in money, file by file: to be held against a ledger, to the cent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.engine import Engine, fill
from cxlab.intake.sales import LEDGER, line_revenue
from cxlab.words import count, money

MOST_FILES = 12
"""Up to so many files, or sheets, are told one by one."""


@dataclass(frozen=True)
class Ledger:
    """The revenue of the lines that were used, by file.

    Attributes
    ----------
    table : one row a file, or sheet, in their order: file, lines (used), revenue (before returns, in units of
        currency), returned (what return lines take back of it, >= 0).
    currency, minimum_group : of the study.
    """

    table: pd.DataFrame
    currency: str = "EUR"
    minimum_group: int = 5

    @property
    def revenue(self) -> float:
        """All revenue before returns."""
        return float((self.table["revenue"] * 100).round().sum()) / 100

    @property
    def returned(self) -> float:
        """All that return lines take back, >= 0."""
        return float((self.table["returned"] * 100).round().sum()) / 100

    @property
    def is_told_by_file(self) -> bool:
        """Whether there are several files, and few enough to tell each."""
        return 1 < len(self.table) <= MOST_FILES

    @property
    def lines(self) -> tuple[str, ...]:
        """Say it for a terminal: the whole, and below it each file, where these are few."""
        whole = f"revenue of the lines used, {self.told(self.revenue, self.returned)}"
        if not self.is_told_by_file:
            return (whole,)
        columns = (self.table[name] for name in ("file", "lines", "revenue", "returned"))
        each = (
            f"  {file}: {count(int(n), 'record')} used, {self.told(float(revenue), float(returned))}"
            for file, n, revenue, returned in zip(*columns, strict=True)
        )
        return (whole, *each)

    def told(self, revenue: float, returned: float) -> str:
        """Write a revenue, what was given back of it, and what that leaves, to the cent."""
        if not returned:
            return money(revenue, self.currency)
        left = money(round(revenue - returned, 2), self.currency)
        return (
            f"{money(revenue, self.currency)} before returns of {money(returned, self.currency)}, which leaves {left}"
        )


def sum_ledger(engine: Engine, columns: Collection[str]) -> None:
    """Sum the lines of the view `orders` by file into the table `ledger`, once, when it is first asked for.

    It has file (its number), lines, revenue and returned (cents).
    """
    if engine.has(LEDGER):
        return
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {ledger} AS SELECT cx_file AS file, COUNT(*) AS lines, "
            "CAST(COALESCE(SUM(CASE WHEN NOT is_return THEN revenue END), 0) AS BIGINT) AS revenue, "
            "CAST(COALESCE(SUM(CASE WHEN is_return THEN ABS(revenue) END), 0) AS BIGINT) AS returned "
            "FROM (SELECT cx_file, is_return, {!revenue} AS revenue FROM orders) AS l GROUP BY cx_file",
            ledger=LEDGER,
            revenue=line_revenue(columns),
        )
    )


def read_ledger(
    engine: Engine, columns: Collection[str], names: Sequence[str], *, currency: str, minimum_group: int
) -> Ledger:
    """Return what the order files hold in money.

    Parameters
    ----------
    columns : those of the orders, as the kit names them.
    names : of the files and sheets, in the order of their numbers.
    """
    sum_ledger(engine, columns)
    sums = np.zeros((len(names), 3), dtype=np.int64)
    for file, *found in engine.rows("SELECT file, lines, revenue, returned FROM ledger ORDER BY file"):
        sums[file] = found
    table = pd.DataFrame({"file": pd.array(list(names), dtype="str"), "lines": sums[:, 0]})
    table["revenue"], table["returned"] = sums[:, 1] / 100, sums[:, 2] / 100
    return Ledger(table, currency, minimum_group)


def empty_ledger() -> Ledger:
    """Return the ledger of a study without orders."""
    return Ledger(pd.DataFrame({"file": [], "lines": [], "revenue": [], "returned": []}))
