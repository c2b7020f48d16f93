"""What came of reading a study: what was read, what was rejected and why, and what the data can answer."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxlab.engine import Engine
from cxlab.estimate import Estimate
from cxlab.intake.sources import TableIntake
from cxlab.study import Study


@dataclass(frozen=True)
class Intake:
    """The records of a study in the engine, counted.

    Attributes
    ----------
    tables : what became of each source, by table.
    n_customers : with at least one order kept; n_orders : orders kept.
    first_order, last_order : days; None without orders.
    calibration_end, observation_end : days, inclusive, as the study says or found out; None without orders.
    """

    study: Study
    engine: Engine
    tables: dict[str, TableIntake]
    n_customers: int
    n_orders: int
    first_order: dt.date | None
    last_order: dt.date | None
    calibration_end: dt.date | None
    observation_end: dt.date | None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was read."""
        return tuple(file for table in self.tables.values() for file in table.files)

    @property
    def table(self) -> pd.DataFrame:
        """One row a source: records read, used, rejected."""
        rows = [(t.table, t.n_read, t.n_used, t.n_rejected, t.understood) for t in self.tables.values()]
        return pd.DataFrame(rows, columns=["table", "rows_read", "rows_used", "rows_rejected", "understood"])

    @property
    def findings(self) -> dict[str, Estimate]:
        """Counts and days, by their key in `results.json`."""
        found: dict[str, Estimate] = {}
        for name, table in self.tables.items():
            found[f"rows_read.{name}"] = Estimate(table.n_read, unit="records")
            found[f"rows_rejected.{name}"] = Estimate(table.n_rejected, n=table.n_read, unit="records")
        if self.first_order and self.last_order:
            found["customers"] = Estimate(self.n_customers, unit="customers")
            found["orders"] = Estimate(self.n_orders, unit="orders")
            found["first_order"] = Estimate(self.first_order.isoformat())
            found["last_order"] = Estimate(self.last_order.isoformat())
        return found

    @property
    def reading(self) -> str:
        """What was read, in a sentence."""
        return f"{self.n_orders} orders of {self.n_customers} customers"

    def close(self) -> None:
        """Close the engine."""
        self.engine.close()
