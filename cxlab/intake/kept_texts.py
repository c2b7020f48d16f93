"""Texts that are kept with what was read: in English, and said in the language of a page when it shows them.

What is read of a study serves all its pages, the command line and programs, and it is read before a page is opened.
"""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cached_property

from cxlab.language import SOURCE, plural, speaking, spoken, translated
from cxlab.words import day, number

_DAY = "%d %B %Y"
_kept: list["KeptText"] = []


class KeptText:
    """A text with names in braces where values stand; calling it gives the text in English.

    Parameters
    ----------
    one, many : the text for one and for other numbers; without `many` it hangs on none.
    numbers, days, texts : names of values that are whole numbers (`n` always is), days, or kept texts themselves;
        others stay as they are.

    Examples
    --------
    >>> lines = KeptText("{n} line of {all} lacks {column}", "{n} lines of {all} lack {column}", numbers=("all",))
    >>> lines(n=1200, all=5000, column="cost")
    '1,200 lines of 5,000 lack cost'
    """

    def __init__(
        self,
        one: str,
        many: str = "",
        *,
        numbers: tuple[str, ...] = (),
        days: tuple[str, ...] = (),
        texts: tuple[str, ...] = (),
    ) -> None:
        self.one, self.many = one, many
        self._numbers, self._days, self._texts = {"n", *numbers}, days, texts
        _kept.append(self)

    def __call__(self, **values: str | int | dt.date) -> str:
        """Say it in English."""
        with speaking(SOURCE):
            n = values.get("n")
            text = self.many if self.many and n != 1 else self.one
            return text.format(**{name: _written(value) for name, value in values.items()})

    def again(self, text: str) -> str | None:
        """Say a text in the language that is spoken, if it is this one with some values."""
        for pattern in self._patterns:
            if found := pattern.fullmatch(text):
                values = {name: self._value(name, value) for name, value in found.groupdict().items()}
                n = values.get("n", 0)
                said = plural(self.one, self.many, n) if self.many and isinstance(n, int) else translated(self.one)
                return said.format(**{name: _written(value) for name, value in values.items()})
        return None

    def _value(self, name: str, text: str) -> str | int | dt.date:
        if name in self._numbers:
            return int(text.replace(",", ""))
        if name in self._days:
            return dt.datetime.strptime(text, _DAY).replace(tzinfo=dt.UTC).date()
        return said_again(text) if name in self._texts else text

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile("".join(self._parts(text)), re.DOTALL) for text in (self.one, self.many) if text)

    def _parts(self, text: str) -> Iterator[str]:
        seen: set[str] = set()
        for place, part in enumerate(re.split(r"\{(\w+)\}", text)):
            if place % 2 == 0:
                yield re.escape(part.replace("{{", "{").replace("}}", "}"))
            elif part in seen:
                yield f"(?P={part})"
            else:
                seen.add(part)
                value = r"[\d,]+" if part in self._numbers else r"\d+ \w+ \d+" if part in self._days else ".+?"
                yield f"(?P<{part}>{value})"

    @cached_property
    def plain_length(self) -> int:
        """How many characters of it are no values: the more, the less likely it is taken for another."""
        return len(re.sub(r"\{\w+\}", "", self.one))


AND = KeptText("{one} and {other}", texts=("one", "other"))


def said_again(text: str) -> str:
    """Say a text that was kept in the language that is spoken now; one that is none of them stays as it is."""
    if spoken() == SOURCE:
        return text
    for kept in sorted(_kept, key=lambda one: -one.plain_length):
        if (said := kept.again(text)) is not None:
            return said
    return text


def _written(value: str | int | dt.date) -> str:
    if isinstance(value, int):
        return number(value)
    return day(value) if isinstance(value, dt.date) else value
