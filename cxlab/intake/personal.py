"""Columns that point to people: a name, an address, a number to call. No page or table may show what they hold."""

import re
import unicodedata

from cxlab.engine import Engine, fill, quote

_PLACES = {"zip", "postal", "city", "kaupunki", "postcode", "postinumero"}
"""What may also be a kind of place, when it has few values."""
_WORDS = {"mail", "puh", "mobile", "street", "birth", "birthday", "hetu", "ssn"} | _PLACES
_OF_PEOPLE = {"first", "last", "full", "given", "family", "customer", "billing", "shipping", "contact", "asiakkaan"}
_NAMES = ("firstname", "lastname", "surname", "fullname", "etunimi", "sukunimi", "kokonimi", "username")
_ENDS = ("name", "nimi", "address", "osoite", "email", "phone", "puhelin", "sahkoposti", "katu", "kaupunki")
_PARTS = ("address", "osoite", "puhelin", "sahkoposti", "postcode", "postinumero", "syntym")
_FEW = 20
"""A column with at most so many different values, as a kind of place, points to nobody."""
_LEAST = 50
_MOST_DIFFERENT, _MOST_MAILS = 0.5, 0.5


def is_personal(heading: str) -> bool:
    """Whether a heading names what belongs to a person: a name, an address, a number to call.

    Examples
    --------
    >>> is_personal("Billing City"), is_personal("Asiakkaan sähköposti"), is_personal("capacity")
    (True, True, False)
    """
    return any(_is_personal(word) for word in _words(heading))


def is_surely_personal(heading: str) -> bool:
    """Whether a heading names what belongs to a person, however few different values the column has.

    Examples
    --------
    >>> is_surely_personal("customer_name"), is_surely_personal("zip_code"), is_surely_personal("product_name")
    (True, False, False)
    """
    words = _words(heading)
    named = any(word.endswith(("name", "nimi")) for word in words)
    if named:
        return (len(words) == 1 and words[0] in ("name", "nimi", *_NAMES)) or bool(_OF_PEOPLE.intersection(words))
    return any(_is_personal(word) for word in words if word not in _PLACES)


def _is_personal(word: str) -> bool:
    return word in _WORDS or word.endswith(_ENDS) or any(part in word for part in _PARTS)


def _words(heading: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
    return re.findall(r"[^\W\d_]+", plain)


def point_to_people(engine: Engine, table: str, columns: dict[str, str]) -> tuple[str, ...]:
    """Find the columns of a table that tell people apart, by their headings and by what they hold.

    Parameters
    ----------
    columns : their headings in the file, by their names in the engine.
    """
    kinds = engine.kinds(table)
    found = []
    for name, heading in columns.items():
        is_text = kinds[name] == "VARCHAR"
        mails = f"COUNT(CASE WHEN {quote(name)} LIKE '%_@_%._%' THEN 1 END)" if is_text else "0"
        sql = fill("SELECT COUNT({c}), COUNT(DISTINCT {c}), {!mails} FROM {t}", c=name, mails=mails, t=table)
        n, n_different, n_mails = engine.row(sql)
        many = n_different > _FEW
        different = (
            is_text and n >= _LEAST and n_different > _MOST_DIFFERENT * n and not _are_numbers(engine, table, name)
        )
        people = is_surely_personal(heading) or (many and (is_personal(heading) or different))
        if people or n_mails > _MOST_MAILS * n:
            found.append(name)
    return tuple(found)


def _are_numbers(engine: Engine, table: str, name: str) -> bool:
    number = f"TRY_CAST(REPLACE({quote(name)}, ',', '.') AS DOUBLE)"
    (n, n_numbers) = engine.row(fill("SELECT COUNT({c}), COUNT({!number}) FROM {t}", c=name, number=number, t=table))
    return bool(2 * n_numbers > n)
