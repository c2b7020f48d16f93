"""`parameters.md`: every parameter of the analyses, and which of them each report takes."""

from cxlab.parameters import Parameters, allowed, unit_of
from cxlab.reports.declared import HEAD, rows_of
from cxlab.reports.notebooks import Notebook
from tools.reference import notebooks
from tools.reference.markdown import code, table
from tools.reference.markdown import page as page_of

_KINDS = {"integer": "int", "number": "float", "string": "str"}
_DEFAULT = HEAD.index("default")
_INTRO = """
A parameter is set in three places. A value given with `-p KEY VALUE`, or by a set of `--matrix`, goes before
`parameters:` of `study.yml`, and that goes before the default. Before the default of `seed` goes `seed:` of
`study.yml`. `cxlab report --help-parameters NAME` prints the same for one report.

A default in words says how the value is found where none is given. A share is written as 0.3, not as 30.
"""


def page() -> str:
    """Write it."""
    books = notebooks.all_of_them()
    return page_of(
        "Parameters",
        _INTRO,
        "## All of them",
        table(("parameter", "type", "default", "unit", "allowed", "what it is", "reports"), _all(books)),
        "## By report",
        *(part for book in books for part in _of(book)),
    )


def _all(books: list[Notebook]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    schemas = Parameters.model_json_schema()["properties"]
    for name, field in Parameters.model_fields.items():
        kinds = [kind["type"] for kind in schemas[name].get("anyOf", [schemas[name]]) if kind["type"] != "null"]
        takers = [book for book in books if name in book.parameters]
        default = next(cells[_DEFAULT] for cells in rows_of(takers[0]) if cells[0] == name)
        rows.append(
            (
                f"`{name}`",
                _KINDS[kinds[0]],
                default,
                unit_of(name),
                allowed(name),
                field.description or "",
                code(book.name for book in takers),
            )
        )
    return rows


def _of(book: Notebook) -> tuple[str, str, str]:
    rows = [(f"`{name}`", *(("" if cell == "-" else cell) for cell in cells)) for name, *cells in rows_of(book)]
    return f"### {book.stem}", book.question, table(HEAD, rows)
