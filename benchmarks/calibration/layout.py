"""What a page of the calibration is made of: sections of rows of cells, and the bands that most of them share."""

from dataclasses import dataclass

from benchmarks.calibration.figures import Band, Kind

COVERED, SPREAD = Band(0.93, 0.97), Band(0.90, 1.10)
"""What 95 % intervals hold, and their standard errors as a share of the spread of the estimates."""


@dataclass(frozen=True)
class Cell:
    """A figure of a line.

    Attributes
    ----------
    key : of its values in the store.
    kind : how they are summed up.
    band : where the figure must lie; None where it is only shown.
    least : customers from which on it is given.
    """

    key: str
    kind: Kind = "share"
    band: Band | None = None
    least: int = 0


@dataclass(frozen=True)
class Row:
    """A line of a table, one for each number of customers.

    Attributes
    ----------
    words : what is made up, or what is measured on it.
    case : where the values are in the store.
    cells : in the order of the columns; None where there is nothing.
    sizes : numbers of customers for which the line is given; empty for all.
    """

    words: str
    case: str
    cells: tuple[Cell | None, ...]
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """A table with what it means.

    Attributes
    ----------
    title, words : above it.
    columns : headings of the words and of the cells.
    rows : its lines.
    """

    title: str
    words: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
