"""Published experiments and the like: one row a customer whose outcome is already summed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.engine import Engine, fill, quote
from cxlab.intake import TableIntake
from cxlab.study import Outcomes

GROUP_PREFIX = "segment_"


@dataclass(frozen=True)
class OutcomeRows:
    """One row a customer, in the order of the file; equal rows are different people.

    Attributes
    ----------
    frame : arm (str), outcome (float), contribution (float, units of currency; where given), customer_id (str; where
        given).
    covariates : what was known before the draw: numbers as float, all else as text; same rows.
    groups : the columns that begin with `segment_`, as text; by these the effect is reported.
    """

    frame: pd.DataFrame
    covariates: pd.DataFrame
    groups: pd.DataFrame

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.frame)


def outcome_rows(engine: Engine, table: TableIntake, source: Outcomes) -> OutcomeRows:
    """Read the engine's `outcomes`; `covariates` and `ignore` of the source name columns of the file, or of ours."""
    further = list(table.further)
    theirs = {source.columns.get(name, name): name for name in further}
    columns = [name for name in ("arm", "outcome", "contribution", "customer_id") if name in table.columns]
    names = "".join(f", {quote(name)}" for name in [*columns, *further])
    found = engine.frame(fill("SELECT cx_file, cx_line{!names} FROM outcomes ORDER BY cx_file, cx_line", names=names))
    frame = pd.DataFrame({"arm": found["arm"].astype("str"), "outcome": found["outcome"].astype(np.float64)})
    if "contribution" in columns:
        frame["contribution"] = found["contribution"].astype(np.float64) / 100
    if "customer_id" in columns:
        frame["customer_id"] = found["customer_id"].astype("str")
    ignored = {theirs.get(name, name) for name in source.ignore}
    chosen = [name for name in further if name not in ignored]
    if source.covariates is not None:
        wanted = {theirs.get(name, name) for name in source.covariates}
        chosen = [name for name in chosen if name in wanted]
    covariates = pd.DataFrame({name: _typed(found[name]) for name in chosen}, index=found.index)
    groups = pd.DataFrame(
        {name: found[name].astype("str") for name in further if name.startswith(GROUP_PREFIX)}, index=found.index
    )
    return OutcomeRows(frame, covariates, groups)


def _typed(column: pd.Series) -> pd.Series:
    """Read a column as numbers where each of its values is one; else leave it as text."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column.astype(np.float64)
    text = column.astype("str").where(column.notna(), None).str.strip()
    text = text.where(~text.isin(["", "NA", "NaN", "nan", "NULL", "null", "None"]), None)
    for candidate in (text, text.str.replace(",", ".", regex=False)):
        numbers = pd.to_numeric(candidate, errors="coerce")
        if numbers.notna().sum() == text.notna().sum() > 0:
            return numbers.astype(np.float64)
    return text
