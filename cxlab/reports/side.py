"""The same measures of several studies side by side: figures, intervals, and where they lie on one scale a row."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cxlab.language import tr
from cxlab.reports.measures import Measure, having, shared
from cxlab.reports.past import Finding, Findings

MOST_MARKS = 5
"""Studies that have a mark and a column each; of more, each measure tells the ends and the middle."""
SHAPES = ("disc", "square", "diamond", "ring", "triangle")


@dataclass(frozen=True)
class Mark:
    """A study on a row.

    Attributes
    ----------
    study : its name. shape : of its mark.
    figure, interval : in words. value, low, high : from 0 to 1 on the row's scale; low and high None: no interval.
    """

    study: str
    shape: str
    figure: str
    interval: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Row:
    """A measure.

    Attributes
    ----------
    cells : a mark for each study, in their order; None where a study has none.
    zero : where zero lies on the scale, from 0 to 1. bottom, top : ends of the scale in words.
    """

    name: str
    cells: tuple[Mark | None, ...]
    zero: float
    bottom: str
    top: str

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The studies that have it, in their order."""
        return tuple(mark for mark in self.cells if mark is not None)

    @property
    def ranked(self) -> tuple[Mark, ...]:
        """The studies that have it, the highest first."""
        return tuple(sorted(self.marks, key=lambda mark: -mark.value))

    @property
    def lowest(self) -> Mark:
        """The study with the lowest figure."""
        return self.ranked[-1]

    @property
    def middle(self) -> Mark:
        """The study in the middle; of two the higher."""
        return self.ranked[(len(self.marks) - 1) // 2]

    @property
    def highest(self) -> Mark:
        """The study with the highest figure."""
        return self.ranked[0]

    @property
    def words(self) -> str:
        """What the row's picture shows."""
        if len(self.cells) > MOST_MARKS:
            low, mid, high = self.lowest, self.middle, self.highest
            return tr(
                "{n} studies from {low} to {high}, {middle} in the middle",
                n=len(self.marks), low=low.figure, high=high.figure, middle=mid.figure,
            )  # fmt: skip
        listed = ", ".join(f"{m.study} {m.figure}" + (f" ({m.interval})" if m.interval else "") for m in self.marks)
        return tr("{listed}, on a scale from {bottom} to {top}", listed=listed, bottom=self.bottom, top=self.top)


@dataclass(frozen=True)
class Side:
    """Studies side by side: their names with their shapes, and a row for each measure that two of them share."""

    studies: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    @property
    def has_marks(self) -> bool:
        """Whether each study has a mark and a column of its own."""
        return len(self.studies) <= MOST_MARKS


def side_by_side(studies: Mapping[str, Findings]) -> Side | None:
    """Set studies side by side; None where no two of them share a measure.

    Parameters
    ----------
    studies : findings of each, by its name.
    """
    names = list(studies)
    shapes = [SHAPES[i % len(SHAPES)] for i in range(len(names))]
    all_findings = list(studies.values())
    rows = [_row(measure, having(measure, all_findings), names, shapes) for measure in shared(all_findings)]
    return Side(tuple(zip(names, shapes, strict=True)), tuple(rows)) if rows else None


def _row(measure: Measure, found: Mapping[int, Finding], names: list[str], shapes: list[str]) -> Row:
    bottom, top = measure.scale(found.values())
    digits = measure.digits(found.values())

    def place(value: float) -> float:
        return min(max((value - bottom) / (top - bottom), 0.0), 1.0) if math.isfinite(value) else 0.0

    def mark(i: int, finding: Finding) -> Mark:
        low, high = (
            place(end) if end is not None and finding.has_interval else None for end in (finding.low, finding.high)
        )
        figure, interval = measure.figure(finding, digits), measure.interval(finding, digits)
        return Mark(names[i], shapes[i], figure, interval, place(float(finding.number or 0.0)), low, high)

    cells = tuple(mark(i, found[i]) if i in found else None for i in range(len(names)))
    ends = ("0" if bottom == 0 else f"−{measure.end(-bottom)}"), measure.end(top)
    return Row(measure.name, cells, place(0.0), *ends)
