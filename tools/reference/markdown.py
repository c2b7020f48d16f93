"""Pieces of a page in Markdown, and what numpydoc says of a class."""

import inspect
import re
from collections.abc import Iterable, Sequence

NOTE = "<!-- Written from the code by `python -m tools.reference`: change the code, and give the command again. -->"
_ATTRIBUTE = re.compile(r"(?P<names>[\w, ]+) : (?P<said>.*)", re.S)


def page(title: str, *parts: str) -> str:
    """Put a page together."""
    return "\n\n".join((f"# {title}", NOTE, *(part.strip("\n") for part in parts if part))) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines)


def code(names: Iterable[str]) -> str:
    """Write names as they stand in files.

    Examples
    --------
    >>> code(["a", "b"])
    '`a`, `b`'
    """
    return ", ".join(f"`{name}`" for name in names)


def attributes(owner: type) -> dict[str, str]:
    """Return what the docstring of a class says of each of its attributes.

    Examples
    --------
    >>> from cxlab.contract import Column
    >>> attributes(Column)["meaning"]
    'one line for the data dictionary'
    """
    doc = inspect.cleandoc(owner.__doc__ or "")
    section = re.search(r"^Attributes\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", doc, flags=re.S | re.M)
    found: dict[str, str] = {}
    for part in re.split(r"\n(?! )", section[1]) if section else ():
        match = _ATTRIBUTE.fullmatch(part)
        if match is None:
            raise ValueError(f"{owner.__name__}: no `name : meaning` in {part!r}")
        said = " ".join(match["said"].split()).rstrip(".")
        found |= {name.strip(): said for name in match["names"].split(",")}
    return found


def sentence(text: str) -> str:
    """Begin with a capital letter and end with a point."""
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
