"""How a heading is compared with the words of the dictionary, and what it says of currencies."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

_UNITS = {"eur", "euro", "euroa", "euros", "usd", "gbp", "sek", "verollinen", "veroton", "veroineen"}
_WITH, _TAX = {"incl", "including", "inc", "excl", "excluding", "ex", "sis", "0"}, {"vat", "tax", "taxes", "alv"}
"""Words of a heading that say in what unit, or with what tax, and not what."""
_REMARK = re.compile(r"([^()\[\]]+)[(\[]([^()\[\]]+)[)\]]")
_CODES = {"EUR": ("eur", "euro", "euroa", "€"), "USD": ("usd", "$"), "GBP": ("gbp", "£"), "SEK": ("sek",)}


@dataclass(frozen=True)
class Words:
    """Headings of a column, comma-separated, the better ones first.

    Attributes
    ----------
    sure : they say what it is.
    likely : they may stand for other things too, but not beside what the table holds.
    doubtful : it may be so, and must be looked at.
    """

    sure: str = ""
    likely: str = ""
    doubtful: str = ""

    def ranked(self, name: str) -> dict[str, tuple[int, int]]:
        """Return tier (1, 2, 3) and rank by heading as it is compared; our own name is the surest of all."""
        found = {normal(name): (1, 0)}
        for tier, words in enumerate((self.sure, self.likely, self.doubtful), 1):
            for rank, word in enumerate(words.split(","), 1):
                if word.strip():
                    found.setdefault(normal(word), (tier, rank))
        return found


@cache
def normal(heading: str) -> str:
    """Write a heading as it is compared: no case, spaces, accents, marks, units.

    Examples
    --------
    >>> normal("Customer ID"), normal("customerId"), normal("Summa (€, sis. alv)"), normal("VAT amount")
    ('customerid', 'customerid', 'summa', 'vatamount')
    """
    apart = unicodedata.normalize("NFKD", re.sub("[#№]", " number ", heading))
    words = re.findall(r"[^\W_]+", "".join(c for c in apart if not unicodedata.combining(c)).casefold())
    aside = _UNITS | (_WITH | _TAX if _WITH.intersection(words) and _TAX.intersection(words) else set())
    return "".join(word for word in words if word not in aside) or "".join(words)


def apart(heading: str) -> list[str]:
    """Return what stands before a parenthesis at the end of a heading, and what in it, as they are compared.

    Examples
    --------
    >>> apart("Suositteluarvio (NPS)"), apart("Date [UTC]"), apart("Date")
    (['suositteluarvio', 'nps'], ['date', 'utc'], [])
    """
    found = _REMARK.fullmatch(heading.strip())
    return [normal(found[1]), normal(found[2])] if found else []


def names_one_of(heading: str, words: Collection[str]) -> bool:
    """Whether one of some words stands in a heading before a remark in parentheses, or is the remark.

    Examples
    --------
    >>> names_one_of("Myyty määrä", {"maara"}), names_one_of("Myynti (kpl)", {"kpl"}), names_one_of("Summa", {"kpl"})
    (True, True, False)
    """
    found = _REMARK.fullmatch(heading.strip())
    before, remark = (found[1], normal(found[2])) if found else (heading, "")
    return remark in words or any(normal(word) in words for word in re.findall(r"[^\W\d_]+", before))


def unit(heading: str) -> str | None:
    """Return the currency that a heading names."""
    words = set(re.findall(r"[^\W\d_]+|[€$£]", heading.casefold()))
    return next((code for code, signs in _CODES.items() if words.intersection(signs)), None)
