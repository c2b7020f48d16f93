"""A notebook read as a document: its question, its answer, its sections; no HTML of the page itself yet."""

import base64
import re
from dataclasses import dataclass, field
from typing import Any

from cxlab.blocks import MIME
from cxlab.errors import as_sentence
from cxlab.language import Texts, translated
from cxlab.reports import markup

Block = dict[str, Any]
NO_ALT = "No description has been provided for this image"
_CANNOT = Texts({"MissingDataError": "Not in this study", "NotEnoughDataError": "The data cannot tell"})
_MARKER = "papermill-error-cell-tag"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class DocumentError(ValueError):
    """A page would break the house rules: a figure without words, say."""


@dataclass(frozen=True)
class Item:
    """One thing on the page: a block, or `html` that is already safe; `number` counts figures and tables."""

    kind: str
    block: Block = field(default_factory=dict)
    html: str = ""
    number: int = 0


@dataclass
class Section:
    """A question of the notebook with what answers it."""

    id: str
    question: str
    finding: str = ""
    items: list[Item] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Stop:
    """Where a notebook stopped: the error's name and message, and the question of the section it was in."""

    name: str
    message: str
    question: str


@dataclass
class Document:
    """What a page shows, in order."""

    question: str = ""
    standfirst: str = ""
    answer: Block | None = None
    opening: Section = field(default_factory=lambda: Section("opening", ""))
    sections: list[Section] = field(default_factory=list)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    stop: Stop | None = None
    n_warnings: int = 0
    lack: Block | None = None

    @property
    def missing(self) -> Block | None:
        """The block that says what the study lacks, where the notebook could not be computed for that reason."""
        return self.lack or next(iter(self._lacks), None)

    @property
    def also_missing(self) -> list[Block]:
        """What else it lacks, each reason once."""
        first = self.missing
        others = {block["text"]: block for block in self._lacks if first is None or block["text"] != first["text"]}
        return list(others.values())

    @property
    def _lacks(self) -> list[Block]:
        items = [item for section in (self.opening, *self.sections) for item in section.items]
        return [item.block for item in items if item.kind == "missing"]

    @property
    def stopped(self) -> bool:
        """Whether the notebook came to no end: it failed, or the study lacks the data for any answer."""
        return self.stop is not None or (self.missing is not None and self.answer is None)


def read(notebook: Any) -> Document:
    """Read an executed notebook (a NotebookNode of format 4).

    Raises
    ------
    DocumentError : a figure without a text alternative, two answers, or one finding given twice.
    """
    return _Reader().read(notebook)


class _Reader:
    def __init__(self) -> None:
        self.document = Document()
        self.section = self.document.opening
        self.n_figures = self.n_tables = self.n_outputs = 0
        self.ids = {"answer", "opening", "provenance", "contents"}

    def read(self, notebook: Any) -> Document:
        for cell in notebook.cells:
            if _MARKER in cell.metadata.get("tags", []):
                continue
            if cell.cell_type == "markdown":
                self.prose(cell.source)
            elif cell.cell_type == "code":
                if cell.source.strip():
                    self.section.code.append(cell.source)
                for output in cell.outputs:
                    self.output(output)
        return self.document

    def prose(self, source: str) -> None:
        for named, part in zip(markup.split(source), markup.split(translated(source)), strict=True):
            tokens = part.tokens
            if part.level == 1 and not self.document.question:
                self.document.question = part.title
                if tokens and tokens[0]["type"] == "paragraph":
                    self.document.standfirst = markup.draw([{**tokens[0], "type": "block_text"}]).strip()
                    tokens = tokens[1:]
            elif part.level:
                self.section = Section(self.name(named.title), part.title)
                self.document.sections.append(self.section)
            terms = markup.definitions(tokens) if self.section.id == "words" else None
            if terms is not None:
                self.section.words.extend(terms)
            elif tokens:
                self.section.items.append(Item("html", html=markup.draw(tokens)))

    def name(self, title: str) -> str:
        """Make an id of a title, one of a kind on the page."""
        stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "section"
        name, n = stem, 2
        while name in self.ids:
            name, n = f"{stem}-{n}", n + 1
        self.ids.add(name)
        return name

    def output(self, output: Any) -> None:
        if output.output_type == "error":
            self.error(output.ename, _ANSI.sub("", output.evalue).strip())
        elif output.output_type == "stream":
            if output.name == "stderr":
                self.document.n_warnings += 1
            elif output.text.strip():
                self.text(output.text)
        elif MIME in output.data:
            self.block(output.data[MIME])
        else:
            self.foreign(output.data, output.metadata)

    def error(self, name: str, message: str) -> None:
        """Take in why the notebook stopped; data that are missing, or too few, are no failure."""
        if name in _CANNOT:
            text, _, remedy = (as_sentence(part) for part in message.partition(": "))
            missing = {"kind": "missing", "text": text, "remedy": remedy, "tag": _CANNOT[name]}
            self.document.lack = missing
            if not self.says(missing):
                self.section.items.append(Item("missing", missing))
            if name == "NotEnoughDataError":
                self.document.findings.setdefault("verdict", {"verdict": "cannot_tell"})
        elif not (name == "SystemExit" and message in ("", "0")):
            self.document.stop = Stop(name, message, self.section.question or self.document.question)

    def says(self, missing: Block) -> bool:
        """Whether a part of the page has said that it is missing for the same reason."""
        items = [item for section in (self.document.opening, *self.document.sections) for item in section.items]
        return any(item.kind == "missing" and item.block["text"] == missing["text"] for item in items)

    def block(self, data: dict[str, Any]) -> None:
        for key, finding in data["findings"].items():
            if self.document.findings.setdefault(key, finding) is not finding:
                raise DocumentError(f"the finding {key!r} is given twice: each key stands for one number")
        block = data["block"]
        if block is None:
            return
        kind = block["kind"]
        if kind == "answer":
            if self.document.answer is not None:
                raise DocumentError("the notebook gives two answers: a question has one")
            self.document.answer = block
        elif kind == "heading":
            lacks = any(item.kind == "missing" for item in self.section.items)
            if lacks or self.section.finding or not self.section.question:  # what is lacking comes first
                self.section.items.append(Item("heading", block))
            else:
                self.section.finding = block["text"]
        elif kind == "figure":
            described(block["caption"]["alt"], block["name"])
            self.n_figures += 1
            self.section.items.append(Item("figure", block, number=self.n_figures))
        elif kind == "table":
            self.n_tables += 1
            self.section.items.append(Item("table", block, number=self.n_tables))
        elif kind in ("reading", "missing"):
            self.section.items.append(Item(kind, block))
        else:
            raise DocumentError(f"a block of kind {kind!r} is none that a page can show")

    def foreign(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Show what is no block of ours: HTML and Markdown made safe, pictures with their words, plain text."""
        self.n_outputs += 1
        if "text/html" in data:
            html = _joined(data["text/html"])
            if re.search(r"<img\b", html, flags=re.I):
                raise DocumentError("a picture in HTML has no words on the page: use page.figure")
            kind = "frame" if "<table" in html.lower() else "html"
            self.section.items.append(Item(kind, html=markup.foreign(html), number=self.n_outputs))
        elif "text/markdown" in data:
            self.section.items.append(Item("html", html=markup.markdown(_joined(data["text/markdown"]))))
        elif picture := next((kind for kind in ("image/svg+xml", "image/png", "image/jpeg") if kind in data), None):
            alt = described(str(metadata.get(picture, {}).get("alt", "")), f"output {self.n_outputs}")
            content = _joined(data[picture])
            if picture == "image/svg+xml":
                content = base64.b64encode(content.encode()).decode()
            content = re.sub(r"\s", "", content)
            if not re.fullmatch(r"[A-Za-z0-9+/=]*", content):
                raise DocumentError(f"the picture of output {self.n_outputs} is not base64")
            self.section.items.append(Item("picture", {"uri": f"data:{picture};base64,{content}", "alt": alt}))
        elif "text/plain" in data:
            self.text(_joined(data["text/plain"]))

    def text(self, text: str) -> None:
        self.section.items.append(Item("text", {"text": _ANSI.sub("", text)}, number=self.n_outputs))


def described(alt: str, name: str) -> str:
    """Return the text alternative of a figure if it is one.

    Raises
    ------
    DocumentError : there is none.
    """
    if not alt.strip() or NO_ALT in alt:
        raise DocumentError(f"the figure {name!r} has no text alternative: give its caption an `alt` with its numbers")
    return alt


def _joined(content: Any) -> str:
    return content if isinstance(content, str) else "".join(content)
