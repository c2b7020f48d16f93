"""`files.md`: what lies in the folder of a run."""

import inspect
import re

from cxlab.customers import Customers
from cxlab.intake.rejects import HEADER
from cxlab.reports.listed.manifest import BEFORE, REPORT, RUN
from cxlab.reports.listed.tables import TABLES, Kept
from tools.reference import notebooks
from tools.reference.markdown import code, table
from tools.reference.markdown import page as page_of

_FILES = (
    ("index.html", "the answers of all reports of this run, and its provenance"),
    ("NN_name.html", "the page of a report; one file that opens without a network"),
    ("notebooks/NN_name.ipynb", "the executed notebook"),
    ("tables/*.csv, tables/*.parquet", "the tables behind the figures, and those to act on, below"),
    ("results.json", "every finding, for machines: [results.md](results.md)"),
    ("rejects/<table>.csv", "records that were not used, and why, below; only where there are some"),
    ("manifest.json", "what went in and what came of it, below"),
    (".intake/", "what was read of the study, for the next run and the notebooks; may be removed"),
)
_INTRO = """
A run of a study lies in `DIR/<study>/`, where DIR is `reports` unless `--out` says otherwise, and `<study>` is the
`name:` in its `study.yml`. With `--matrix` it lies in `DIR/<study>/<label>/`. `DIR/index.html` is over all studies.
"""
_TABLES = """
Every table is there twice: as CSV, in which a text that a spreadsheet would take for a formula has an apostrophe before
it, and as Parquet, in which all stands as it was brought. A report's tables begin with its name. Behind `effect±` stand
three columns: `effect`, and with `effect_low` and `effect_high` the ends of its interval. A column in brackets may be
there or not. Where the study lacks the data for a report, or for a part of it, its tables are not there either.

Tables in **bold** hold the customers' own ids: they are for those who act on them, and not for publication.
"""
_REJECTS = """
A record that was not used stands in `rejects/<table>.csv`, with the columns
{columns}: where it stands, the column of the kit at
fault, why, the text as it stood, and what the file calls that column.
"""
_FURTHER = {
    "holdout_purchases": "days with an order after calibration_end",
    "holdout_revenue": "revenue of that time, returns deducted",
    "holdout_contribution": "contribution of that time",
    "holdout_last_day": "days from calibration_end to the last day with an order; 0 where there is none",
    "segment": "which of the four segments",
    "cluster": "the letter that the report `clusters` gives",
    "cluster_of_four": "the letter where four clusters are asked for, as the report `segmentation` does",
}
_COLUMN = re.compile(r"^(\w+) {2,}(\S.*)$|^(\w{21}) (\S.*)$", re.M)


def page() -> str:
    """Write it."""
    return page_of(
        "Files of a run",
        _INTRO,
        table(("file", "what it is"), [(f"`{name}`", said) for name, said in _FILES]),
        "## Tables",
        _TABLES,
        *(part for book in notebooks.all_of_them() for part in _of(book.name)),
        "## The table customers",
        "One row a customer, as of the end of calibration.",
        table(("column", "what it is"), [(f"`{name}`", said) for name, said in customer_columns().items()]),
        "## rejects",
        _REJECTS.format(columns=code(HEADER)),
        "## manifest.json",
        table(("key", "what it is"), [(f"`{name}`", said) for name, said in {**RUN, **BEFORE}.items()]),
        "Of each report:",
        table(("key", "what it is"), [(f"`{name}`", said) for name, said in REPORT.items()]),
    )


def customer_columns() -> dict[str, str]:
    """Return what each column of the table `customers` means, most of it from the docstring of `Customers`."""
    doc = inspect.cleandoc(Customers.__doc__ or "")
    lines = doc.split("=" * 21)[1:]
    found = {a or c: b or d for a, b, c, d in _COLUMN.findall("\n".join(lines))}
    return found | _FURTHER


def _of(report: str) -> list[str]:
    kept = [one for one in TABLES if one.report == report]
    rows = [(_name(one), one.row, ", ".join(one.columns), one.when or "always") for one in kept]
    return [f"### {report}", table(("table", "one row", "columns", "when it is there"), rows)]


def _name(kept: Kept) -> str:
    return f"**`{kept.stem}`**" if kept.is_personal else f"`{kept.stem}`"
