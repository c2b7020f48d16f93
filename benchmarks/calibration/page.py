"""The page: tables of figures with their Monte Carlo errors, and whether each lies where it must."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.calibration.cases import Case, Values
from benchmarks.calibration.figures import Figure, Kind, figure_of
from benchmarks.calibration.layout import Cell, Row, Section
from benchmarks.calibration.store import Key
from cxlab.words import count, number


@dataclass(frozen=True)
class Line:
    """A row for one number of customers, with its figures.

    Attributes
    ----------
    row, size : which row, and for how many customers.
    replications : how many there are.
    figures : one a cell; None where there is none, or none yet.
    """

    row: Row
    size: int
    replications: int
    figures: tuple[Figure | None, ...]

    @property
    def judged(self) -> list[tuple[int, Cell, Figure]]:
        """The cells that must lie in a band, with their column and figure."""
        both = zip(self.row.cells, self.figures, strict=True)
        return [(i, c, f) for i, (c, f) in enumerate(both) if c is not None and c.band is not None and f is not None]

    @property
    def failed(self) -> list[tuple[int, Cell, Figure]]:
        """Those of them that do not."""
        return [(i, cell, figure) for i, cell, figure in self.judged if cell.band and not cell.band.holds(figure)]


def lines_of(section: Section, cases: tuple[Case, ...], known: Mapping[Key, Values]) -> Iterator[Line]:
    """Sum up every line of a section, in the order of rows and sizes."""
    by_name = {case.name: case for case in cases}
    for row in section.rows:
        for size in row.sizes or tuple(by_name[row.case].replications):
            values = [known[key] for key in sorted(known) if key[:2] == (row.case, size)]
            figures = [
                figure_of([one.get(cell.key, []) for one in values], cell.kind)
                if cell is not None and size >= cell.least
                else None
                for cell in row.cells
            ]
            yield Line(row, size, len(values), tuple(figures))


def tables(sections: tuple[Section, ...], cases: tuple[Case, ...], known: Mapping[Key, Values]) -> str:
    """Write the tables, after a sentence that says what does not hold."""
    lines = {section.title: list(lines_of(section, cases, known)) for section in sections}
    parts = [_summary(sections, lines)]
    for section in sections:
        columns = [section.columns[0], "customers", "replications", *section.columns[1:], "holds"]
        rows = [_written(columns), "|" + " --- |" * len(columns), *(_line(line) for line in lines[section.title])]
        parts += [f"## {section.title}", section.words, "\n".join(rows)]
    return "\n\n".join(parts)


def _summary(sections: tuple[Section, ...], lines: Mapping[str, list[Line]]) -> str:
    judged = sum(len(line.judged) for some in lines.values() for line in some)
    failed = [
        f"- {section.title}, {line.row.words}, {count(line.size, 'customer')}: {section.columns[1 + column]}, "
        f"measured {_shown(figure, cell.kind)}"
        for section in sections
        for line in lines[section.title]
        for column, cell, figure in line.failed
    ]
    text = f"Of {count(judged, 'figure')} that must lie within a band, {number(judged - len(failed))} do."
    return f"{text} These do not:\n\n" + "\n".join(failed) if failed else text


def _line(line: Line) -> str:
    bad = {column for column, _, _ in line.failed}
    cells = [line.row.words, number(line.size), number(line.replications)]
    for column, (cell, figure) in enumerate(zip(line.row.cells, line.figures, strict=True)):
        text = "" if cell is None or figure is None else _shown(figure, cell.kind)
        cells.append(f"**{text}**" if column in bad else text)
    return _written([*cells, "**no**" if bad else "yes" if line.judged else ""])


def _written(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(figure: Figure, kind: Kind) -> str:
    """Write a figure and, in brackets, its Monte Carlo error.

    Examples
    --------
    >>> _shown(Figure(0.95, 0.0154, 200), "share"), _shown(Figure(0.95, 0.0154, 200), "ratio")
    ('95.0% (1.5)', '0.95 (0.02)')
    """
    if kind == "share":
        return f"{100 * figure.value:.1f}% ({100 * figure.error:.1f})"
    return f"{figure.value:.2f} ({figure.error:.2f})"
