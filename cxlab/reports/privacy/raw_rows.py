"""Records of the study's files on a page: rows that hold a record's date and two of its other values as they stand."""

import re
from collections.abc import Sequence

from cxlab.engine import Engine, fill, literal
from cxlab.reports.privacy.columns import Records
from cxlab.reports.privacy.pages import PageRead

_LEAST_OTHERS = 2
_MOST = 20_000
"""Records that are held against the rows of the pages: more of one table have dates that are on them only by chance."""
_APART = re.compile(r"\s{2,}|[,;\t|]")


class Rows:
    """The rows of a page, those of tables and those that were printed: of each its cells, and where it stands."""

    def __init__(self, page: PageRead) -> None:
        tables = [(row, table.place) for table in page.tables for row in table.rows]
        printed = [(_APART.split(line.text.strip()), line.place) for line in page.lines]
        found = [({_plain(cell) for cell in row} - {""}, place) for row, place in [*tables, *printed]]
        self._rows = [(row, place) for row, place in found if len(row) > _LEAST_OTHERS]
        self._by_cell: dict[str, list[int]] = {}
        for i, (row, _) in enumerate(self._rows):
            for cell in row:
                self._by_cell.setdefault(cell, []).append(i)

    @property
    def cells(self) -> set[str]:
        """All cells."""
        return set(self._by_cell)

    def holding(self, record: Sequence[str | None]) -> str | None:
        """Return where a row stands that holds a record, whose date comes first; None where there is none.

        Examples
        --------
        >>> from cxlab.reports.privacy.pages import read_page
        >>> rows = Rows(read_page("<pre>0  c1  2024-01-05  5.5</pre>"))
        >>> rows.holding(["2024-01-05", "c1", "5.50"]), rows.holding(["2024-01-05", "c2", "5.50"])
        ('above the first section', None)
        """
        moment = _plain(record[0] or "")
        others = {_plain(cell) for cell in record[1:] if cell} - {"", moment}
        for i in self._by_cell.get(moment, ()):
            row, place = self._rows[i]
            if len(others & row) >= _LEAST_OTHERS:
                return place
        return None


def _plain(cell: str) -> str:
    """Write a cell so that 5.50 and 5.5 are the same."""
    text = " ".join(cell.lower().split())
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", text) else text


def find_records(engine: Engine, records: Records, pages: Sequence[Rows]) -> list[list[str]]:
    """Find where records of a table stand on pages; a list of places for each page."""
    cells = sorted({cell for page in pages for cell in page.cells if re.search(r"\d", cell)})
    engine.run(
        fill("CREATE OR REPLACE TABLE cx_cells AS SELECT UNNEST(STRING_SPLIT(?, {!line})) AS cell", line=literal("\n")),
        ["\n".join(cells)],
    )
    sql = fill(
        "SELECT DISTINCT * FROM ({!records}) AS r WHERE LOWER(TRIM(c0)) IN (SELECT cell FROM cx_cells) LIMIT {!most}",
        records=records.sql, most=str(_MOST),
    )  # fmt: skip
    found: list[list[str]] = [[] for _ in pages]
    for record in engine.rows(sql):
        for places, page in zip(found, pages, strict=True):
            place = page.holding(record)
            if place is not None and place not in places:
                places.append(place)
    return found
