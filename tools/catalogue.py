"""Keep the message catalogues in step with the texts: `python -m tools.catalogue`.

Texts are those that the code, the templates and the notebooks' prose say: `tr("…")`, `trn("…", "…", n)`,
`count(n, "…")`, `KeptText("…", "…")`, the values of `Texts({…})`, and each cell of prose. What is new stands in the
catalogue without a translation; what is no longer said goes, and helps a new text that is much like it, which is then
marked as fuzzy for a person to look at.
"""

import ast
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import extract_from_ast

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "cxlab" / "locale"
DOMAIN = "cxlab"
Message = str | tuple[str, str]
_NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def in_code(source: str) -> Iterator[tuple[int, Message]]:
    """Find what a module says: line and text, or the texts for one and many."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "tr" and node.args:
            yield node.lineno, _text(node.args[0])
        elif name == "trn" and len(node.args) > 1:
            yield node.lineno, (_text(node.args[0]), _text(node.args[1]))
        elif name == "count" and len(node.args) > 1 and isinstance(getattr(node.args[1], "value", None), str):
            one = _text(node.args[1])
            yield node.lineno, (one, _text(node.args[2]) if len(node.args) > 2 else f"{one}s")
        elif name == "KeptText" and node.args:
            texts = tuple(_text(one) for one in node.args)
            yield node.lineno, (texts[0], texts[1]) if len(texts) > 1 else texts[0]
        elif name == "Texts" and node.args:
            yield from ((n.lineno, text) for n, text in _values(node.args[0]))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(f"line {node.lineno}: a text that is said must stand there as it is, and not be computed")


def _values(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    if not isinstance(node, ast.Dict):
        raise ValueError(f"line {node.lineno}: Texts takes its texts as they stand there")
    for value in node.values:
        yield value, _text(value)


def in_template(source: str) -> Iterator[tuple[int, Message]]:
    """Find what a template says."""
    for line, function, found in extract_from_ast(jinja2.Environment().parse(source), ("tr", "trn")):
        texts = [text for text in (found if isinstance(found, tuple) else (found,)) if text is not None]
        yield line, texts[0] if function == "tr" else (texts[0], texts[1])


def in_notebook(source: str) -> Iterator[tuple[int, Message]]:
    """Find the cells of prose of a notebook, and the labels that its code gives to readings."""
    for number, cell in enumerate(json.loads(source)["cells"], start=1):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield number, text
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.keyword) and node.arg == "label":
                yield number, _text(node.value)


def said() -> Iterator[tuple[str, int, Message]]:
    """Find all that pages say: file, line (of a notebook the cell), text."""
    kinds: tuple[tuple[Iterable[Path], Any], ...] = (
        ((file for file in (ROOT / "cxlab").rglob("*.py") if file.name != "language.py"), in_code),
        ((ROOT / "cxlab" / "reports" / "templates").glob("*.j2"), in_template),
        ((ROOT / "notebooks").glob("*.ipynb"), in_notebook),
    )
    for found, find in kinds:
        for file in sorted(found):
            for line, message in sorted(find(file.read_text(encoding="utf-8")), key=lambda one: one[0]):
                yield file.relative_to(ROOT).as_posix(), line, message


def template() -> Catalog:
    """Return a catalogue of all texts without translations."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for file, line, message in said():
        found.add(message, locations=[(file, line)])
    return found


def read(language: str) -> Catalog:
    """Read a language's catalogue."""
    with place(language).open("rb") as content:
        return read_po(content, locale=language, domain=DOMAIN)


def place(language: str) -> Path:
    """Return where a language's texts are kept."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def update(language: str) -> None:
    """Bring a language's catalogue up to date, and write what programs read of it."""
    found = read(language) if place(language).exists() else Catalog(locale=language, domain=DOMAIN, project=DOMAIN)
    found.update(template(), no_fuzzy_matching=False)
    found.obsolete.clear()
    found.creation_date = found.revision_date = _NO_DATE  # the same texts, the same bytes
    with place(language).open("wb") as content:
        write_po(content, found, width=120, no_location=True)
    with place(language).with_suffix(".mo").open("wb") as content:
        write_mo(content, found)


def main() -> None:
    """Bring all catalogues up to date, and say what is left to translate."""
    for folder in sorted(LOCALE.iterdir()):
        update(folder.name)
        messages = [message for message in read(folder.name) if message.id]
        left = sum(not message.string or not any(message.string) or message.fuzzy for message in messages)
        print(f"{folder.name}: {len(messages):,} texts, {left:,} of them not translated or to be looked at")  # noqa: T201


if __name__ == "__main__":
    main()
