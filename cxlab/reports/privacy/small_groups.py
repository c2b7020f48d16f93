"""Numbers of people that stand on a page: in columns that count them, and in sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cxlab.reports.privacy.pages import PageRead

_HEADS = re.compile(
    r"(?:new )?(?:customers|people|buyers|fans|n)(?: followed)?|(?:uusia )?(?:asiakkaat|asiakkaita|ihmisiä|faneja)",
    re.I,
)
"""Heads of columns that count people, in each language of pages."""
_PEOPLE = r"(?:customers?|people|persons?|buyers|shoppers|clients|asiakas|asiakasta|asiakkaasta|ihmistä|fania)"
_NUMBER = r"\d{1,3}(?:[,\s]\d{3})*"
_SAID = re.compile(rf"(?<![\w.,/–−-])({_NUMBER}) (?:of the |other |new |such |muuta |uutta )?{_PEOPLE}\b(?!-)", re.I)
_NO_GROUP = re.compile(
    r"(?:under|over|least|most|than|about|of|or|up to|times|to|every|per|groups of|equals?|best|first|next|from|and"
    r"|alle|yli|vähintään|enintään|noin|kertaa|joka|ensimmäiset|seuraavat|parhaat|ja) $",
    re.I,
)
"""Before a number that says how small or large a group may be, or is worth, and not how large one is."""


@dataclass(frozen=True)
class Group:
    """A number of people on a page, where it stands, and in a sentence as it is said there."""

    n: int
    place: str
    said: str = ""


def groups_on(page: PageRead) -> list[Group]:
    r"""Return the numbers of people, in a table or a sentence, above 0.

    Examples
    --------
    >>> from cxlab.reports.privacy.pages import read_page
    >>> table = "<table><tr><th>Kind</th><th>Customers</th></tr><tr><th>a</th><td>3</td></tr></table>"
    >>> [group.n for group in groups_on(read_page(f"<p>1,204 customers; under 5 customers</p>{table}"))]
    [3, 1204]
    >>> finnish = "<p>1\u00a0204 asiakasta, joista 3 asiakasta; alle 5 asiakasta</p>"
    >>> sorted(group.n for group in groups_on(read_page(finnish)))
    [3, 1204]
    """
    return [*_in_tables(page), *_in_sentences(page)]


def _in_tables(page: PageRead) -> Iterator[Group]:
    for table in page.tables:
        counts = [i for i, head in enumerate(table.heads) if _HEADS.fullmatch(head)]
        for row in table.rows:
            for i in counts:
                found = re.match(rf"({_NUMBER}|\d+)(?![\d.%])", row[i]) if i < len(row) else None
                if found and (n := _whole(found[1])):
                    yield Group(n, f"{table.place}, “{row[0]}” in the column “{table.heads[i]}”")


def _in_sentences(page: PageRead) -> Iterator[Group]:
    for one in page.texts:
        for found in _SAID.finditer(one.text):
            if not _NO_GROUP.search(one.text[: found.start()]) and (n := _whole(found[1])):
                yield Group(n, f"{one.place}, “{found[0]}”", found[0])


def _whole(written: str) -> int:
    return int(re.sub(r"\D", "", written))
