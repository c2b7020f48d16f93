"""What a notebook shows: readings, figures, tables and the answer, each as a block, with the findings it rests on."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import pandas as pd

from cxlab import blocks
from cxlab.answers.doors import doors
from cxlab.errors import MissingDataError, NotEnoughDataError, Untold, if_told
from cxlab.estimate import Estimate, Findings
from cxlab.intake.drawn import Drawn
from cxlab.kit import Kit
from cxlab.lab import forms
from cxlab.lab.frontend import live_shell
from cxlab.language import language_of, speak, tr, translated
from cxlab.plots.figure import Plot
from cxlab.segments import MovedLines
from cxlab.spreadsheet import write_csv

R = TypeVar("R")
P = ParamSpec("P")
BY_NAME = ("customers", "gesture_customers", "gesture_assignments")
"""Tables to act on, which are found by their own names."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class PageError(ValueError):
    """A notebook writes its page wrongly: a finding or a table twice, or a name that is no file name."""


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
        self._findings: set[str] = set()
        self._kept: dict[str, pd.DataFrame] = {}
        self._kept_results: list[object] = []
        self._untold: list[Untold] = []
        self._last: Untold | None = None

    @staticmethod
    def part(compute: Callable[P, R], *given: P.args, **named: P.kwargs) -> R | Untold:
        """Compute a part of the page that stands or falls by itself.

        Where the data do not suffice for it, or for something that it is given, it is `Untold`: what shows it then says
        why, and the other parts of the page stand. A fault of any other kind ends the notebook, as everywhere.
        """
        untold = next((one for one in (*given, *named.values()) if isinstance(one, Untold)), None)
        if untold is not None:
            return untold
        try:
            return compute(*given, **named)
        except (MissingDataError, NotEnoughDataError) as fault:
            return Untold.because(fault)

    @staticmethod
    def if_told(part: R | Untold) -> R | None:
        """Return a part, or None where it is untold: for what is better with it and can do without."""
        return if_told(part)

    def heading(self, text: str | Untold) -> None:
        """Head the section with its finding; what is untold has none, and its reading says so."""
        if isinstance(text, Untold):
            return
        block = blocks.Heading(text)
        self._emit(block, forms.heading_html(block), text)

    def reading(self, result: Result | str | Untold, *, label: str = "", of_drawn: bool = False) -> None:
        """Show a result's sentence and record its findings; or show a computed sentence; or say why it is untold.

        What would answer it is said the first time only, and the reason not twice in a row.

        Parameters
        ----------
        result : what is read.
        label : stands before it.
        of_drawn : on a page that tells of all customers as well: label it as of those drawn by lot, where some were.
        """
        if isinstance(result, Untold):
            self._say_untold(result)
            return
        text = result if isinstance(result, str) else result.reading
        findings = {} if isinstance(result, str) else result.findings
        label = self._drawn.who if of_drawn and self._drawn is not None else translated(label)
        block = blocks.Reading(text, label)
        self._emit(block, forms.reading_html(block), f"{label}. {text}" if label else text, findings)

    def figure(self, plot: Plot[R], result: R | Untold) -> None:
        """Draw a result, or say why it cannot be drawn; the table behind it is kept, see `table`."""
        if isinstance(result, Untold):
            return
        lacking = plot.lacks(result) if plot.lacks else ""
        if lacking:
            self.reading(lacking)
            return
        drawn, title = self._drawn, self.kit.study.title
        block = plot.block(result, source=title if drawn is None else drawn.source(title))
        self._emit(block, forms.figure_html(block), block.caption.alt)
        self._keep_of(plot.name, result)

    def explore(self, plot: Plot[MovedLines], moved: MovedLines | Untold) -> None:
        """Show sliders to move the lines by hand, in JupyterLab; elsewhere, as on the page, draw the result instead.

        The table behind it is kept either way.
        """
        if isinstance(moved, Untold) or live_shell() is None:
            self.figure(plot, moved)
            return
        from IPython.display import display

        from cxlab.lab.explorer import explorer

        display(explorer(moved, source=self.kit.study.title))  # type: ignore[no-untyped-call]
        self._keep_of(plot.name, moved)

    def table(self, show: Callable[[R], blocks.Table | None], result: R | Untold) -> None:
        """Show a result as a table; where there is nothing to show (None), its reading has to say so.

        A result's raw numbers are kept once, under the name of the first figure or table that shows it.
        """
        block = None if isinstance(result, Untold) else show(result)
        if block is None:
            return
        self._emit(block, forms.table_html(block), forms.table_text(block))
        self._keep_of(block.name, result)

    def answer(self, answer: blocks.Answer) -> None:
        """Give the answer to the notebook's question; the page shows it first, and on whom it rests if not on all.

        Where it cannot be told for want of a part, and no verdict is recorded, `results.json` says so.
        """
        columns = {name: table.columns for name, table in self.kit.intake.tables.items()}
        drawn = self._drawn
        rests = drawn.beside_answer(self.report) if drawn is not None else ""
        answer = replace(answer, doors=doors(self.report, columns), rests=rests)
        lacks = self._untold and answer.tone == "cannot" and "verdict" not in self._findings
        findings = {"verdict": Estimate(verdict="cannot_tell")} if lacks else {}
        self._emit(answer, forms.answer_html(answer), forms.answer_text(answer), findings)

    def missing(self, text: str, remedy: str) -> None:
        """Say what the study lacks for an answer, and what would give one."""
        self._say_missing(blocks.Missing(text, remedy, tr("Not in this study")))

    def record(self, findings: Findings) -> None:
        """Record findings that no reading shows."""
        self._emit(None, "", "", findings)

    def keep(self, name: str, table: pd.DataFrame | Untold) -> None:
        """Write a table as CSV and Parquet under `tables/`, named after the report unless it is one of `BY_NAME`.

        Keeping the same table again under the same name does nothing. In the CSV a text that a spreadsheet would take
        for a formula gets an apostrophe before it; the Parquet file keeps every text as it is.

        Raises
        ------
        PageError : the name was used for another table of this page, or is no word of small letters.
        """
        if isinstance(table, Untold):
            return
        if not _NAME.fullmatch(name):
            raise PageError(f"the table {name!r} needs a name of small letters, digits and underscores")
        if name in self._kept:
            if self._kept[name].equals(table):
                return
            raise PageError(f"two tables of this page are named {name!r}: give one of them another name")
        self._kept[name] = table
        if self._tables is None:
            return
        self._tables.mkdir(parents=True, exist_ok=True)
        stem = name if name in BY_NAME else f"{self.report}_{name}"
        write_csv(table, self._tables / f"{stem}.csv")
        table.to_parquet(self._tables / f"{stem}.parquet", index=False)

    @property
    def _drawn(self) -> Drawn | None:
        """How many customers were drawn; None where the page rests on all of them. Files are not read to know it."""
        return None if self.kit.parameters.sample_customers is None else self.kit.intake.drawn

    def _say_untold(self, untold: Untold) -> None:
        if self._last is untold:
            self.reading(tr("Nor can this be told, for the same reason."))
        elif untold in self._untold:
            self.reading(tr("Nor can this be told. {why}", why=untold.text))
        else:
            self._untold.append(untold)
            tag = tr("Not in this study") if untold.is_missing else tr("The data cannot tell")
            self._say_missing(blocks.Missing(untold.text, untold.remedy, tag))
        self._last = untold

    def _say_missing(self, block: blocks.Missing) -> None:
        self._emit(block, forms.missing_html(block), f"{block.text} {block.remedy}")

    def _keep_of(self, name: str, result: object) -> None:
        if any(result is kept for kept in self._kept_results):
            return
        table = getattr(result, "table", None)
        if isinstance(table, pd.DataFrame):
            self.keep(name, table)
            self._kept_results.append(result)

    def _emit(self, block: blocks.Block | None, shown: str, text: str, findings: Findings | None = None) -> None:
        from IPython.display import display

        self._last = None
        recorded = {key: finding for key, estimate in (findings or {}).items() if (finding := estimate.as_finding())}
        twice = sorted(self._findings & recorded.keys())
        if twice:
            raise PageError(
                f"the findings {', '.join(twice)} are given twice on this page: each key stands for one number"
            )
        self._findings |= recorded.keys()
        data: dict[str, Any] = {blocks.MIME: blocks.Output(block, recorded).as_json(), "text/plain": text}
        if shown:
            data["text/html"] = forms.framed(shown)
        display(data, raw=True)  # type: ignore[no-untyped-call]


def open_page(kit: Kit, report: str, *, out: str = "") -> Page:
    """Open the page of a report; see `Page`.

    From now on it is written in the language that the study asks for, if the report is there in it. Where customers
    were drawn by lot, it begins by saying so.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> page = cx.open_page(kit, "segmentation")
    >>> page.kit is kit
    True
    """
    speak(language_of(kit.study.language, report))
    page = Page(kit, report, out)
    if page._drawn is not None:
        said = page._drawn.reading(report, has_referrals="referrals" in kit.intake.tables)
        page.reading(said, label=tr("Drawn by lot"))
    return page
