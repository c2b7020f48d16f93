"""A finished page read back: every text on it with its place, its tables, and what it would run or ask for."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

_BLOCKS = {
    "body", "caption", "dd", "div", "dt", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "header", "li",
    "main", "nav", "p", "pre", "section", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title",
    "tr",
}  # fmt: skip
_VOID = {"br", "circle", "hr", "img", "link", "meta", "path", "source", "wbr"}
_LOOKS = {"class", "style", "id", "d", "scope", "tabindex", "role", "aria-labelledby", "viewbox", "width", "height"}
"""Attributes that say how a page looks or hangs together."""
_ASKS = {"src", "srcset", "action", "formaction", "background", "poster", "data", "ping", "xlink:href", "manifest"}
_RUNS = {"script", "iframe", "object", "embed", "form", "base", "applet", "portal", "frame"}
_PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=\s]+)|data:image/svg\+xml,(\S+)")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Text:
    """A text of a page, and where it stands, as a person would say it."""

    text: str
    place: str


@dataclass
class Table:
    """A table of a page: its heads, and its rows cell by cell, with where it stands."""

    place: str
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class PageRead:
    """What stands in the file of a page.

    Attributes
    ----------
    texts : every text, also those of pictures, of alternatives, labels and addresses, of folds and of comments.
    tables : in order. lines : texts that stand as they were printed, line by line.
    runs : what would run. asks : what would be asked of another place when the page is opened.
    links : addresses elsewhere that a reader may follow.
    n_pictures : pictures, each counted with its drawing for a phone.
    policy : the page's content security policy.
    """

    texts: list[Text] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    lines: list[Text] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    n_pictures: int = 0
    policy: str = ""


def read_page(html: str) -> PageRead:
    """Read a page as it stands in its file.

    Examples
    --------
    >>> page = read_page("<h2>Who came?</h2><p>Ann <b>and</b> Bo</p><img src='//x.example/a.png' alt='Three bars'>")
    >>> [(one.text, one.place) for one in page.texts[:2]], page.asks
    ([('Who came?', '“Who came?”'), ('Ann and Bo', '“Who came?”')], ['img src=//x.example/a.png'])
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, place: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageRead()
        self.place = place or "above the first section"
        self._held: list[str] = []
        self._inside: list[str] = []
        self._tables: list[Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.flush()
        elif tag in ("br", "small"):
            self._held.append("\n" if tag == "br" else " ")
        if tag not in _VOID:
            self._inside.append(tag)
        if tag in _RUNS:
            self.page.runs.append(f"<{tag}>")
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            self._attribute(tag, name, value, given)
        if tag == "table":
            self._tables.append(Table(self.place))
        elif tag == "tr" and self._tables:
            self._tables[-1].rows.append([])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.flush()
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass
        if tag == "table" and self._tables:
            table = self._tables.pop()
            if table.rows:
                table.heads, table.rows = table.rows[0], table.rows[1:]
            self.page.tables.append(table)

    def handle_data(self, data: str) -> None:
        if "style" not in self._inside:
            self._held.append(data)

    def handle_comment(self, data: str) -> None:
        self.page.texts.append(Text(data, f"{self.place}, a comment"))

    def flush(self) -> None:
        """End the text that is being read: one of its own, and where it stands in a table its cell."""
        raw = "".join(self._held)
        self._held = []
        text = " ".join(raw.split())
        inside = self._inside
        if self._tables and inside and inside[-1] in ("td", "th"):
            if not self._tables[-1].rows:
                self._tables[-1].rows.append([])
            self._tables[-1].rows[-1].append(text)
        if not text:
            return
        if "h1" in inside or "h2" in inside:
            self.place = f"“{text}”"
        code = "pre" in inside
        self.page.texts.append(Text(text, f"{self.place}, code or printed text" if code else self.place))
        if code:
            self.page.lines += [Text(line, self.place) for line in raw.splitlines() if line.strip()]

    def _attribute(self, tag: str, name: str, value: str, given: dict[str, str]) -> None:
        if name.startswith("on"):
            self.page.runs.append(f"{name} of <{tag}>")
        bare = re.sub(r"[\s\0]", "", value).lower()
        if bare.startswith(("javascript:", "vbscript:")):
            self.page.runs.append(f"{name}={value[:40]} of <{tag}>")
        elif name == "http-equiv" and bare == "refresh":
            self.page.asks.append("<meta refresh>")
        elif name == "http-equiv" and bare == "content-security-policy":
            self.page.policy = given.get("content", "")
        elif bare.startswith("data:"):
            self._picture(value)
        elif name in _ASKS or (name == "href" and tag not in ("a", "area")):
            if value and not value.startswith("#"):
                self.page.asks.append(f"{tag} {name}={value[:80]}")
        elif name == "href" and re.match(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", bare):
            self.page.links.append(value)
        elif name == "style" and ("url(" in bare or "@import" in bare):
            self.page.asks.append(f"{tag} style={value[:80]}")
        if name not in _LOOKS and not bare.startswith("data:") and value.strip():
            self.page.texts.append(Text(" ".join(value.split()), f"{self.place}, an {name}"))

    def _picture(self, uri: str) -> None:
        """Read the texts of a drawing: it runs nothing where it stands, but it is read."""
        found = _PICTURE.match(uri.strip())
        if found is None:
            return
        try:
            svg = base64.b64decode(found[1]).decode() if found[1] else unquote(found[2])
        except (binascii.Error, UnicodeDecodeError):
            self.page.runs.append("a picture that cannot be read")
            return
        self.page.n_pictures += 1
        drawn = _Reader(f"{self.place}, in a picture")
        drawn.feed(svg)
        drawn.close()
        drawn.flush()
        self.page.texts += drawn.page.texts
        self.page.runs += [f"{one} in a picture" for one in drawn.page.runs]
