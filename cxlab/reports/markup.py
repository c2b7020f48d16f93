"""Markdown and foreign HTML, made safe: whatever a notebook holds, nothing of it can run or be fetched."""

import re
from dataclasses import dataclass
from typing import Any

import mistune
import nh3
from mistune.core import BlockState

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h3", "h4", "h5",
    "h6", "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"}, "ol": {"start"}, "abbr": {"title"},
    "th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_parse = mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough"])
_draw = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
Token = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A run of Markdown: what stands before the first heading (`level` 0), or a heading and what follows it."""

    level: int
    title: str
    tokens: tuple[Token, ...]


def split(source: str) -> list[Part]:
    r"""Cut a Markdown text at its headings of level 1 and 2; a heading inside a code block is none.

    Examples
    --------
    >>> [(part.level, part.title) for part in split("# Who buys again?\n\nAll of them.\n\n## How?\n")]
    [(1, 'Who buys again?'), (2, 'How?')]
    """
    parts: list[Part] = []
    level, title, held = 0, "", list[Token]()
    for token in _tokens(source):
        if token["type"] == "heading" and token["attrs"]["level"] <= 2:
            if level or held:
                parts.append(Part(level, title, tuple(held)))
            level, title, held = token["attrs"]["level"], plain(token), []
        elif token["type"] != "blank_line":
            held.append(token)
    if level or held:
        parts.append(Part(level, title, tuple(held)))
    return parts


def plain(token: Token) -> str:
    """Return the text of a token without its marks."""
    if "raw" in token and "children" not in token:
        return str(token["raw"])
    if token["type"] in ("softbreak", "linebreak"):
        return " "
    return "".join(plain(child) for child in token.get("children", ()))


def draw(tokens: tuple[Token, ...] | list[Token]) -> str:
    """Render Markdown tokens as safe HTML; raw HTML in them is shown as text."""
    renderer = _draw.renderer
    assert renderer is not None
    return _reachable(safe(str(renderer(list(tokens), BlockState()))))


def markdown(source: str) -> str:
    """Render a Markdown text as safe HTML."""
    return draw(_tokens(source))


def definitions(tokens: tuple[Token, ...]) -> list[tuple[str, str]] | None:
    """Read a list of ``- **Term**: meaning`` as terms and meanings (safe HTML); None if it is anything else."""
    if len(tokens) != 1 or tokens[0]["type"] != "list":
        return None
    found = []
    for item in tokens[0]["children"]:
        inline = [t for block in item["children"] for t in block.get("children", ())]
        if len(item["children"]) != 1 or len(inline) < 2 or inline[0]["type"] != "strong":
            return None
        rest = [dict(t) for t in inline[1:]]
        if rest[0]["type"] == "text":
            rest[0]["raw"] = re.sub(r"^\s*:\s*", "", rest[0]["raw"])
        found.append((plain(inline[0]), draw([{"type": "block_text", "children": rest}]).strip()))
    return found


def safe(html: str) -> str:
    """Keep only the elements and attributes of the allow-list; scripts, styles, pictures and handlers go.

    Examples
    --------
    >>> safe('<p onclick="x()">a<script>b()</script><img src="//c">d</p>')
    '<p>ad</p>'
    """
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, attribute_filter=_attribute,
        link_rel="noopener noreferrer",
    )  # fmt: skip


def _attribute(element: str, name: str, value: str) -> str | None:
    """Drop an address of another host without its scheme: of a page that is a file it is a share of that host."""
    return None if name == "href" and re.match(r"\s*[/\\]\s*[/\\]", value) else value


def foreign(html: str) -> str:
    """Make the HTML of an output safe, say a data frame's; an empty table head becomes an empty cell."""
    return re.sub(r"<th[^>]*>\s*</th>", "<td></td>", safe(html))


def _reachable(html: str) -> str:
    """Let the keyboard scroll what may be wider than the page: tables and blocks of code."""
    html = html.replace("<pre>", '<pre tabindex="0" role="group" aria-label="Code">')
    html = html.replace("<table>", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')
    return html.replace("</table>", "</table></div>")


def _tokens(source: str) -> list[Token]:
    tokens = _parse(source)
    assert isinstance(tokens, list)
    return tokens
