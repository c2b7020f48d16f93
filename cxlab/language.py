"""The language that pages speak: texts by gettext, chosen once for a page."""

import gettext
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

SOURCE = "en"
"""The language that texts are written in in the code."""
WRITTEN: Mapping[str, frozenset[str]] = {
    "fi": frozenset(
        {
            "clusters",
            "experience",
            "gesture_policy",
            "gestures",
            "intake",
            "loyalty",
            "repeat_purchases",
            "segmentation",
        }
    )
}
"""Reports that a language is there for, by name; others are in English, whole."""
_DOMAIN = "cxlab"
_spoken = SOURCE


def speak(language: str) -> None:
    """Say all texts from now on in a language, by its ISO 639-1 code."""
    global _spoken
    _spoken = language


def spoken() -> str:
    """Return the code of the language that is spoken."""
    return _spoken


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while."""
    before = spoken()
    speak(language)
    try:
        yield
    finally:
        speak(before)


def language_of(asked: str, report: str) -> str:
    """Return the language of a report: the one that the study asks for, if the report is written in it."""
    return asked if report in WRITTEN.get(asked, ()) else SOURCE


def shared_by(languages: Iterable[str]) -> str:
    """Return the language of a page over several studies: the one that all ask for, if there are pages in it."""
    asked = set(languages)
    return asked.pop() if len(asked) == 1 and asked <= WRITTEN.keys() else SOURCE


def is_alike(text: str, language: str, other: str, of_other: str) -> bool:
    """Whether two texts, each in a language of its own, say the same as far as the catalogues know."""
    with speaking(of_other):
        if translated(text) == other:
            return True
    with speaking(language):
        return translated(other) == text


def tr(message: str, /, **values: object) -> str:
    """Say a text in the language that is spoken.

    Parameters
    ----------
    message : in English, with names in braces where values stand; the whole sentence, so that another language may put
        them in its own order.
    values : by name, written already as a reader expects them.

    Examples
    --------
    >>> tr("{share} of the orders", share="79%")
    '79% of the orders'
    """
    text = translated(message)
    return text.format(**values) if values else text


def translated(text: str) -> str:
    """Say a text that stands elsewhere and that the catalogues know from there, as a notebook's cell of prose."""
    return text if _spoken == SOURCE or not text else _catalogue(_spoken).gettext(text)


def trn(one: str, many: str, n: float, /, **values: object) -> str:
    """Say a text that hangs on a number, as `tr` does: `one` for 1, `many` else.

    Examples
    --------
    >>> trn("one order", "{n} orders", 3, n="3")
    '3 orders'
    """
    text = plural(one, many, n)
    return text.format(**values) if values else text


def plural(one: str, many: str, n: float) -> str:
    """Choose between two texts that were marked for translation elsewhere, as `trn` does."""
    if _spoken == SOURCE:
        return one if n == 1 else many
    return _catalogue(_spoken).ngettext(one, many, 1 if n == 1 else 2)


class Texts(Mapping[str, str]):
    """Texts by name, each said in the language that is spoken when it is looked up.

    Examples
    --------
    >>> Texts({"lost": "Lost"})["lost"]
    'Lost'
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, name: str) -> str:
        return translated(self._texts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    place = files("cxlab") / "locale" / language / "LC_MESSAGES" / f"{_DOMAIN}.mo"
    with place.open("rb") as content:
        return gettext.GNUTranslations(content)
