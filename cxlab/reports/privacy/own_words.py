"""What a page says of itself, whoever the customers are: the notebooks, the kit's own texts, the study's file."""

import ast
import calendar
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from cxlab.reports.privacy.search import words_of

_PACKAGE = Path(__file__).resolve().parents[2]


class OwnWords:
    """Texts that stand on a page anyway: a value that is one of them tells nobody.

    Parameters
    ----------
    files : the notebooks, and the study's file. told : what the run says of itself: parameters, versions.
    """

    def __init__(self, files: Iterable[Path], told: Any) -> None:
        texts = [file.read_text(encoding="utf-8") for file in files]
        self._words = f" {words_of(' '.join([*map(_prose, texts), json.dumps(told, ensure_ascii=False)]))} "

    def are_written(self, sentence: str) -> bool:
        """Whether a part of a sentence stands so in a notebook, where nothing is computed."""
        return bool(sentence) and f" {words_of(sentence)} " in self._words

    def hold(self, value: str) -> bool:
        """Whether a value is one of them, or part of one; an address of mail never is."""
        words = f" {words_of(value)} "
        return "@" not in value and (words in self._words or words in kit_words())


def _prose(text: str) -> str:
    """Return the sources of a notebook's cells; of another file all of it."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return text
    return "\n".join("".join(cell["source"]) for cell in cells)


@cache
def kit_words() -> str:
    """Return the words of all texts in the package that can come on a page, and the names of months and days."""
    dates = (calendar.month_name, calendar.month_abbr, calendar.day_name, calendar.day_abbr)
    texts = [name for names in dates for name in names]
    for file in sorted(_PACKAGE.rglob("*")):
        if file.suffix == ".j2":
            texts.append(file.read_text(encoding="utf-8"))
        elif file.suffix == ".py":
            texts += _texts_in(file.read_text(encoding="utf-8"))
    return " " + " ".join(words_of(text) for text in texts) + " "


def _texts_in(source: str) -> list[str]:
    """Return the texts in a module, without those that only describe it."""
    found = []
    described = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            described.add(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in described:
            found.append(node.value)
    return found
