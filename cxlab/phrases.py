"""Pieces of sentences that another language puts into a case of its own, and names of groups as pages say them."""

import datetime as dt
import re
from collections.abc import Callable, Sequence

from cxlab.language import SOURCE, Texts, speaking, spoken, tr, translated, trn
from cxlab.words import EN_DASH, day, number

_NUMBER = re.compile(r"\d+")
_NAMES = Texts(
    {
        "most": "{a} or more",
        "once": "bought once",
        "day": "{a} day",
        "days": "{a} days",
        "days_between": "{a}–{b} days",
        "days_up_to": "up to {a} days",
        "day_up_to": "up to {a} day",
        "days_over": "over {a} days",
        "day_over": "over {a} day",
        "percent_between": "{a}–{b}%",
        "highest": "highest fifth",
        "second": "second fifth",
        "third": "third fifth",
        "fourth": "fourth fifth",
        "lowest": "lowest fifth",
        "no_cadence": "Bought once, no cadence",
        "late": "Late: at most {a}% of their gaps last so long",
        "gaps_between": "{a}% to {b}% of their gaps do",
        "gaps_over": "Over {a}% of their gaps do",
        "average": "average",
        "standard": "one standard deviation more",
        "yes": "yes",
        "no": "no",
        "all": "all",
    }
)
"""Names that groups have in tables and findings, which are in English; digits stand for letters."""


with speaking(SOURCE):
    _KNOWN = frozenset(_NAMES.values())


def listed(names: Sequence[str]) -> str:
    """List names in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *first, last = names
    return tr("{first} and {last}", first=", ".join(first), last=last) if first else last


def group_name(name: str) -> str:
    """Say the name of a group, as it stands in a table, in the language that is spoken; others stay as they are.

    Examples
    --------
    >>> group_name("31–90 days"), group_name("web")
    ('31–90 days', 'web')
    """
    found = _NUMBER.findall(name)
    if len(found) > len("ab"):
        return name
    figures = dict(zip("ab", found, strict=False))
    text = name
    for letter, figure in figures.items():
        text = text.replace(figure, f"{{{letter}}}", 1)
    return translated(text).format(**figures) if text in _KNOWN else name


def span(n: int) -> str:
    """Write a number of days that something goes on for: in Finnish a genitive.

    Examples
    --------
    >>> span(90), span(1)
    ('90 days', '1 day')
    """
    return trn("{span} day", "{span} days", n, span=number(n))


def months(first: dt.date, last: dt.date) -> str:
    """Name a month, or the months from one to another of the same year.

    Examples
    --------
    >>> months(dt.date(2024, 4, 1), dt.date(2024, 4, 30)), months(dt.date(2024, 4, 1), dt.date(2024, 6, 30))
    ('April 2024', 'April to June 2024')
    """
    return _MONTHS[spoken()][0](first, last)


def months_in_short(first: dt.date, last: dt.date) -> str:
    """Name the same where there is little room.

    Examples
    --------
    >>> months_in_short(dt.date(2024, 4, 1), dt.date(2024, 6, 1))
    'Apr–Jun 2024'
    """
    return _MONTHS[spoken()][1](first, last)


def day_in_short(date: dt.date) -> str:
    """Write a date where there is little room.

    Examples
    --------
    >>> day_in_short(dt.date(2024, 4, 1))
    '1 Apr 2024'
    """
    return f"{date.day} {date:%b %Y}" if spoken() == SOURCE else day(date)


def _english(first: dt.date, last: dt.date) -> str:
    start = "" if first.month == last.month else f"{first:%B} to "
    return f"{start}{last:%B %Y}"


def _english_in_short(first: dt.date, last: dt.date) -> str:
    start = "" if first.month == last.month else f"{first:%b}{EN_DASH}"
    return f"{start}{last:%b %Y}"


def _finnish(first: dt.date, last: dt.date) -> str:
    start = "" if first.month == last.month else f"{_STEMS[first.month - 1]}{EN_DASH}"
    return f"{start}{_STEMS[last.month - 1]}kuu {last.year}"


def _finnish_in_short(first: dt.date, last: dt.date) -> str:
    start = "" if first.month == last.month else f"{first.month}{EN_DASH}"
    return f"{start}{last.month}/{last.year}"


_STEMS = ("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu")
_MONTHS: dict[str, tuple[Callable[[dt.date, dt.date], str], Callable[[dt.date, dt.date], str]]] = {
    "en": (_english, _english_in_short),
    "fi": (_finnish, _finnish_in_short),
}
