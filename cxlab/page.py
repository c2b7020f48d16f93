"""What a notebook shows: readings, figures, tables and the answer, each as a block, with the findings it rests on."""

import base64
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pandas as pd

from cxlab import blocks
from cxlab.estimate import Findings
from cxlab.kit import Kit
from cxlab.plots.figure import Plot

R = TypeVar("R")


class Result(Protocol):
    """What every analysis returns: its table, its sentence, its findings by result key."""

    @property
    def table(self) -> pd.DataFrame:
        """The numbers, raw."""

    @property
    def reading(self) -> str:
        """One sentence or paragraph, with interval and n."""

    @property
    def findings(self) -> Findings:
        """Estimates by their key in `results.json`, without the report's name."""


class Page:
    """The page that a notebook writes, block by block.

    Parameters
    ----------
    kit : the open study.
    report : name of the report without its number, as in `results.json`.
    out : folder of the run; tables go to `out/tables`. Empty: no files are written.
    """

    def __init__(self, kit: Kit, report: str, out: str = "") -> None:
        self.kit, self.report = kit, report
        self._tables = Path(out) / "tables" if out else None

    def heading(self, text: str) -> None:
        """Head the section with its finding."""
        self._emit(blocks.Heading(text), f"<h3>{html.escape(text)}</h3>", text)

    def reading(self, result: Result | str, *, label: str = "") -> None:
        """Show a result's sentence and record its findings; or show a computed sentence."""
        text = result if isinstance(result, str) else result.reading
        findings = {} if isinstance(result, str) else result.findings
        start = f"<b>{html.escape(label)}.</b> " if label else ""
        self._emit(blocks.Reading(text, label), f"<p>{start}{html.escape(text)}</p>", text, findings)

    def figure(self, plot: Plot[R], result: R) -> None:
        """Draw a result; the table behind the figure is kept under the plot's name."""
        block = plot.block(result, source=self.kit.study.title)
        picture = base64.b64encode(block.wide.encode()).decode()
        shown = (
            f"<figure><figcaption><b>{html.escape(block.caption.title)}</b><br>{html.escape(block.caption.subtitle)}"
            f'</figcaption><img src="data:image/svg+xml;base64,{picture}" alt="{html.escape(block.caption.alt)}">'
            "</figure>"
        )
        self._emit(block, shown, block.caption.alt)
        table = getattr(result, "table", None)
        if isinstance(table, pd.DataFrame):
            self.keep(plot.name, table)

    def table(self, show: Callable[[R], blocks.Table], result: R) -> None:
        """Show a result as a table; its raw numbers are kept under the table's name."""
        block = show(result)
        head = "".join(f"<th>{html.escape(column)}</th>" for column in block.columns)
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(c.text)} <small>{html.escape(c.small)}</small></td>" for c in row)
            + "</tr>"
            for row in block.rows
        )
        shown = f"<table><caption>{html.escape(block.caption)}</caption><tr>{head}</tr>{rows}</table>"
        self._emit(block, shown, block.caption)
        table = getattr(result, "table", None)
        if isinstance(table, pd.DataFrame):
            self.keep(block.name, table)

    def answer(self, answer: blocks.Answer) -> None:
        """Give the answer to the notebook's question; the page shows it first."""
        line, decide = html.escape(f"{answer.tag}: {answer.line}"), html.escape(answer.decide)
        shown = f"<h3>{line}</h3><p><b>Decide.</b> {decide}</p>"
        self._emit(answer, shown, f"{answer.tag}: {answer.line}")

    def record(self, findings: Findings) -> None:
        """Record findings that no reading shows."""
        self._emit(None, "", "", findings)

    def keep(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as CSV and Parquet under `tables/`, named after the report unless it is `customers`."""
        if self._tables is None:
            return
        self._tables.mkdir(parents=True, exist_ok=True)
        stem = name if name == "customers" else f"{self.report}_{name}"
        table.to_csv(self._tables / f"{stem}.csv", index=False, lineterminator="\n")
        table.to_parquet(self._tables / f"{stem}.parquet", index=False)

    def _emit(self, block: blocks.Block | None, shown: str, text: str, findings: Findings | None = None) -> None:
        from IPython.display import display

        recorded = {key: estimate.as_finding() for key, estimate in (findings or {}).items()}
        data: dict[str, Any] = {blocks.MIME: blocks.Output(block, recorded).as_json(), "text/plain": text}
        if shown:
            data["text/html"] = shown
        display(data, raw=True)  # type: ignore[no-untyped-call]


def open_page(kit: Kit, report: str, *, out: str = "") -> Page:
    """Open the page of a report; see `Page`."""
    return Page(kit, report, out)
