"""The page exporter: an executed notebook to one self-contained HTML page; also `jupyter nbconvert --to cxlab`."""

from typing import Any

from nbconvert.exporters import Exporter

from cxlab.reports import document
from cxlab.reports.drawing import render
from cxlab.reports.imprint import Imprint


class CxlabExporter(Exporter):
    """Write a notebook as a page in the house style.

    The run's `Imprint` is taken from ``resources["cxlab"]``; without it the page has no provenance.
    """

    export_from_notebook = "cxlab report"
    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, dict[str, Any]]:
        """Return the page and the resources.

        Raises
        ------
        DocumentError : a figure has no text alternative, or the notebook gives two answers.
        """
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        return page(document.read(notebook), resources.get("cxlab", Imprint())), resources


def page(content: document.Document, imprint: Imprint) -> str:
    """Return the page of a document as HTML.

    A notebook that stopped shows why and what to do, and none of its sections: half a report is none.
    """
    sections = [] if content.stopped else content.sections
    return render("report.html.j2", d=content, sections=sections, imprint=imprint)
