"""Safe YAML without surprises: `no`, `012` and `12:30` stay text, a key stands once, and every value knows its line."""

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Path = tuple[str | int, ...]
_SIGNED = re.compile(r"""(?:[{,][^:#]*:|[\[,])\s*(?P<flow>[*&%@`][^,}\]#"']*)|(?::|-)\s+(?P<block>[*&%@`][^#]*)""")
_SLIPS = ("an alias", "undefined alias", "an anchor", "cannot start any token")
"""What the reader says where a text begins with a sign that means something to it; and where it finds that text."""
_WITH_COLON = re.compile(r"\s*([\w-]+):\s+([^\"'{\[#]*?)\s*(?:#.*)?$")
_DEEPEST, _LONGEST_NUMBER, _LONGEST_LINE = 30, 100, 500
"""No study needs more levels of keys and lists, or more digits; and no further is a line looked at for a slip."""


@dataclass
class Document:
    """What a YAML text holds.

    Attributes
    ----------
    data : plain values; a sequence is a tuple.
    lines : line of every key or item by its path, from 1.
    faults : (line, message) of what is no good YAML here: syntax, a key that stands twice, an alias, a tag.
    """

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line of a path, or of the nearest thing above it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Document:
    r"""Read one YAML document.

    Examples
    --------
    >>> read_yaml("control: no\nfrom: 2024-01-31").data
    {'control': 'no', 'from': datetime.date(2024, 1, 31)}
    >>> read_yaml("seed: 1\nseed: 2").faults
    [(2, '`seed` stands twice (first in line 1): keep one')]
    """
    document = Document()
    try:
        too_deep = _too_deep(text)
        if too_deep:
            document.faults.append((too_deep, f"keys and lists lie more than {_DEEPEST} levels deep: take levels out"))
            return document
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        document.faults.append(_as_people_say(error, text.splitlines()))
        return document
    except yaml.YAMLError as error:
        document.faults.append((1, f"is no YAML ({error})".replace("\n", " ")))
        return document
    except (ValueError, OverflowError):
        document.faults.append((1, "is no YAML (a number in it is beyond all measure): mind `\\U` and `%YAML`"))
        return document
    if node is not None:
        document.data = _value(node, (), document, set())
    return document


def read_number(text: str) -> int | float | None:
    """Read a number as people write one: no zero before it, no other base, no colon, no underscore.

    Returns
    -------
    None where the text is no such number; infinity where it is beyond all measure.

    Examples
    --------
    >>> [read_number(text) for text in ("12", "1.5e3", "012", "12:30", "1_000", "nan")]
    [12, 1500.0, None, None, None, None]
    """
    if not _FLOAT.fullmatch(text):
        return None
    if len(text) > _LONGEST_NUMBER:
        return math.inf
    return int(text) if _INT.fullmatch(text) else float(text)


def _as_people_say(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str]:
    """Say in which line a text is no YAML, and why, where it is one of the slips that people make."""
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    line = lines[number][:_LONGEST_LINE] if number < len(lines) else ""
    what = ", ".join(part for part in (error.context, error.problem) if part)
    if "\t" in line and ("'\\t'" in what or line[: len(line) - len(line.lstrip())].count("\t")):
        return number + 1, "a tab stands here: YAML takes spaces only, before a key and after its colon"
    signed = _SIGNED.search(line)
    if signed and any(slip in what for slip in _SLIPS):
        value = (signed["flow"] or signed["block"]).strip()
        return number + 1, f'a text that begins with `{value[0]}` needs quotes: write "{value}"'
    if "mapping values are not allowed" in what and (held := _WITH_COLON.match(line)):
        return number + 1, f'a text with a colon and a space needs quotes: write {held[1]}: "{held[2]}"'
    return number + 1, f"is no YAML ({what}): mind colons, quotes and indentation"


def _too_deep(text: str) -> int:
    """Return the line in which the nesting gets too deep to be read; 0 when it never does."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return event.start_mark.line + 1 if event.start_mark else 1
    return 0


def _value(node: yaml.Node, path: Path, document: Document, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    document.lines.setdefault(path, line)
    if id(node) in seen:
        document.faults.append((line, "an anchor is used again (`*`): write the value out"))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, line, document)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_value(item, (*path, i), document, seen) for i, item in enumerate(node.value))
    data: dict[str, Any] = {}
    for key, value in node.value:
        key_line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else None
        if name is None:
            document.faults.append((key_line, "a key must be plain text"))
        elif name in data:
            first = document.lines[(*path, name)]
            document.faults.append((key_line, f"`{name}` stands twice (first in line {first}): keep one"))
        else:
            document.lines[(*path, name)] = key_line
            data[name] = _value(value, (*path, name), document, seen)
    return data


def _scalar(node: yaml.ScalarNode, line: int, document: Document) -> Any:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if not _tag_is_plain(node):
        if node.tag == "tag:yaml.org,2002:str":
            return text
        document.faults.append((line, f"the tag of `{text}` is not read: write a plain value"))
        return None
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if (number := read_number(text)) is not None:
        if math.isinf(number):
            shown = text if len(text) <= _LONGEST_NUMBER else f"{text[:20]}…"
            document.faults.append((line, f"the number {shown} is beyond all measure: put it in quotes if it is text"))
            return None
        return number
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            document.faults.append((line, f"{text} is no day of the calendar"))
            return None
    return text


def _tag_is_plain(node: yaml.ScalarNode) -> bool:
    """Whether the tag was found by the loader itself and not written in the text."""
    found = yaml.SafeLoader("").resolve(yaml.ScalarNode, node.value, (True, False))  # type: ignore[no-untyped-call]
    return bool(node.tag == found)
