"""What a notebook shows, as data: the blocks that a page is made of.

A notebook emits each block as an output of MIME type `MIME`; JupyterLab shows its HTML, and the page exporter draws
it anew in the house style. Every text is plain text (no HTML, no Markdown): whoever draws it escapes it.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

MIME = "application/vnd.cxlab.block+json"
SEGMENTS = ("profit_bringers", "misunderstood", "candidates", "lost")
Tone = Literal["yes", "partly", "no", "cannot", "failed"]


@dataclass(frozen=True)
class Strip:
    """An interval drawn on a scale from `bottom` to `top`; `words` says the same to those who do not see it."""

    low: float
    value: float
    high: float
    words: str
    top: float = 1.0
    bottom: float = 0.0


@dataclass(frozen=True)
class Fact:
    """One of the three facts under a verdict: a label, a big figure, a sentence, perhaps an interval strip."""

    label: str
    big: str
    text: str
    unit: str = ""
    strip: Strip | None = None


@dataclass(frozen=True)
class Field:
    """One of the four fields under a segmentation verdict."""

    segment: str
    big: str
    unit: str
    text: str
    action: str


@dataclass(frozen=True)
class Door:
    """Where to look next: a question, and the name of the report that asks it."""

    question: str
    report: str


@dataclass(frozen=True)
class Answer:
    """The answer to the notebook's question: it stands first on the page and on the index card.

    Attributes
    ----------
    tone : which glyph and colour: yes, partly, no, cannot, failed.
    tag : the verdict in two or three words ("Partly supported").
    line : the verdict in one or two sentences.
    facts : usually three: a figure with its interval, what it is worth, how sure.
    decide : who does what to how many (without the word "Decide.").
    headline : the finding as a title for the index card.
    fields : the four fields, for a segmentation.
    open : what is not settled, and what would settle it: (question, answer) for the index.
    doors : where to look next.
    rests : on whom it rests, where that is not all customers.
    """

    tone: Tone
    tag: str
    line: str
    facts: tuple[Fact, ...]
    decide: str
    headline: str
    fields: tuple[Field, ...] = ()
    open: tuple[tuple[str, str], ...] = ()
    doors: tuple[Door, ...] = ()
    rests: str = ""
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True)
class Heading:
    """The finding that heads a section, as a sentence."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Reading:
    """A computed sentence or paragraph; `label` (perhaps "Decide") stands bold before it."""

    text: str
    label: str = ""
    kind: Literal["reading"] = "reading"


@dataclass(frozen=True)
class Cell:
    """A table cell: its text, a small second line (an interval), a share for a bar, a segment for glyph and colour."""

    text: str
    small: str = ""
    bar: float | None = None
    segment: str = ""


@dataclass(frozen=True)
class Table:
    """A table as a reader sees it; the first cell of each row heads it.

    Attributes
    ----------
    name : file name without ending under `tables/`, without the report's name.
    caption : what it shows; the words "Table N." are put before it.
    note : units, period, what the small figures are.
    columns : the column heads.
    rows : one tuple of cells a row, as many as there are columns.
    words : numbers of columns (from 0) that hold words, not numbers; the first always does.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    words: tuple[int, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Caption:
    """The words around a figure.

    Attributes
    ----------
    title : the finding as a sentence; the words "Figure N." are put before it.
    subtitle : measure, unit, period, n, what the interval is.
    alt : "<Kind> of <what> by <what>. <each group: its numbers>. <the one comparison>", under 400 characters.
    note : definitions; the word "Source:" and the study's title are put behind it.
    """

    title: str
    subtitle: str
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure drawn twice, for a wide page and for a phone, as SVG text, with its words and its numbers."""

    name: str
    caption: Caption
    wide: str
    narrow: str
    source: str = ""
    numbers: Table | None = None
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class Missing:
    """A notebook that cannot be computed: what is missing and what to bring, in a sentence each; the verdict's tag."""

    text: str
    remedy: str
    tag: str = ""
    kind: Literal["missing"] = "missing"


Block = Answer | Heading | Reading | Table | Figure | Missing


@dataclass(frozen=True)
class Output:
    """What is stored in a notebook's output: a block, and the findings recorded with it (as in `results.json`)."""

    block: Block | None
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"block": None if self.block is None else asdict(self.block), "findings": self.findings}
