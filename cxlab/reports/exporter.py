"""The page exporter: an executed notebook to one self-contained HTML page; also `jupyter nbconvert --to cxlab`."""

from dataclasses import dataclass
from typing import Any

from nbconvert.exporters import Exporter

from cxlab.reports import document
from cxlab.reports.drawing import render


@dataclass(frozen=True)
class Row:
    """A line of the provenance table; `code` sets the value in the font of code."""

    what: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class Imprint:
    """What a page says of its run.

    Attributes
    ----------
    study : the study's title.
    report : number and name ("Report 02, segmentation").
    index : address of the page with all reports; empty: there is none.
    rows : the provenance table.
    time : start of the run, ISO 8601 in UTC; the only thing on a page that differs between two runs.
    remedy : what to do when the notebook failed.
    """

    study: str = ""
    report: str = ""
    index: str = ""
    rows: tuple[Row, ...] = ()
    time: str = ""
    remedy: str = ""


def page(content: document.Document, imprint: Imprint) -> str:
    """Return the page of a document as HTML.

    A notebook that stopped shows what failed and what to do, and none of its sections: half a report is none.
    """
    sections = [] if content.stop else content.sections
    return render("report.html.j2", d=content, sections=sections, imprint=imprint)


class CxlabExporter(Exporter):  # type: ignore[misc]
    """Write a notebook as a page in the house style.

    The run's `Imprint` is taken from ``resources["cxlab"]``; without it the page has no provenance.
    """

    export_from_notebook = "cxlab report"
    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and the resources.

        Raises
        ------
        PageError : a figure has no text alternative, or the notebook gives two answers.
        """
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        return page(document.read(notebook), resources.get("cxlab", Imprint())), resources
