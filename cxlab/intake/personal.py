"""Columns that point to people: a name, an address, a number to call. No page or table may show what they hold."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from cxlab.engine import Engine, fill, literal, quote

_PLACES = {"zip", "postal", "city", "kaupunki", "postcode", "postinumero"}
"""What may also be a kind of place, when it has few values."""
_WORDS = {
    "mail",
    "puh",
    "mobile",
    "street",
    "birth",
    "birthday",
    "hetu",
    "ssn",
    "gsm",
    "recipient",
    "consignee",
    "vastaanottaja",
    "yhteyshenkilo",
    "henkilo",
    "salesperson",
} | _PLACES
_ALONE = {
    "contact",
    "person",
    "customer",
    "client",
    "buyer",
    "user",
    "seller",
    "attention",
    "ship",
    "deliver",
    "bill",
    "to",
    "asiakas",
    "ostaja",
    "myyja",
}
"""Words that name somebody where nothing else stands beside them: a customer, but no customer segment."""
_OF_PEOPLE = {"first", "last", "full", "given", "family", "customer", "billing", "shipping", "contact", "asiakkaan"}
_NAMES = ("firstname", "lastname", "surname", "fullname", "etunimi", "sukunimi", "kokonimi", "username")
_ENDS = ("name", "nimi", "address", "osoite", "email", "phone", "puhelin", "sahkoposti", "katu", "kaupunki")
_PARTS = ("address", "osoite", "puhelin", "sahkoposti", "postcode", "postinumero", "syntym")
_FEW = 20
"""A column with at most so many different values, as a kind of place, points to nobody."""
_LEAST = 50
_MOST_DIFFERENT, _MOST_MAILS = 0.5, 0.5
_SOME, _MOST_PEOPLE = 5, 0.5
_LIKE_PEOPLE = (
    r"^\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'.-]*)+$"
    r"|(?i:katu|tie|kuja|polku|street|road|avenue|lane|gatan|v\x{e4}gen|stra(?:ss|\x{df})e) \d+"
    r"|\+?\d{2,}[ -]\d{2,}[ -]?\d{2,}"
)
"""What looks like a name, an address or a number to call: words with capitals, a street and a number, digits in groups.
"""
_AT_A_TIME = 500
"""Columns that one query looks at."""


def is_personal(heading: str) -> bool:
    """Whether a heading names what belongs to a person: a name, an address, a number to call.

    Examples
    --------
    >>> is_personal("Billing City"), is_personal("Asiakkaan sähköposti"), is_personal("capacity")
    (True, True, False)
    """
    words = _words(heading)
    return any(_is_personal(word) for word in words) or (bool(words) and _ALONE.issuperset(words))


def is_surely_personal(heading: str) -> bool:
    """Whether a heading names what belongs to a person, however few different values the column has.

    Examples
    --------
    >>> is_surely_personal("customer_name"), is_surely_personal("zip_code"), is_surely_personal("product_name")
    (True, False, False)
    """
    words = _words(heading)
    if words and _ALONE.issuperset(words):
        return True
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


def point_to_people(engine: Engine, table: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Find the columns of a table that tell people apart, by their headings and by what they hold.

    Parameters
    ----------
    columns : their headings in the file, by their names in the engine.
    """
    kinds = engine.kinds(table)
    surely = {name for name, heading in columns.items() if is_surely_personal(heading)}
    asked = [
        name for name, heading in columns.items()
        if name not in surely and (kinds[name] == "VARCHAR" or is_personal(heading))
    ]  # fmt: skip
    found = set(surely)
    for start in range(0, len(asked), _AT_A_TIME):
        held = _held(engine, table, asked[start : start + _AT_A_TIME])
        found |= {
            name for name, counts in held.items() if _tells(counts, columns[name], is_text=kinds[name] == "VARCHAR")
        }
    return tuple(name for name in columns if name in found)


def _held(engine: Engine, table: str, names: Sequence[str]) -> dict[str, Sequence[int]]:
    """Count the values of each column, the different ones, mail addresses and numbers: one scan for all of them."""
    sql = fill(
        "SELECT cx_name, CAST(SUM(cx_n) AS BIGINT), COUNT(*), "
        "CAST(SUM(CASE WHEN cx_value LIKE '%_@_%._%' THEN cx_n ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN TRY_CAST(REPLACE(cx_value, ',', '.') AS DOUBLE) IS NULL THEN 0 ELSE cx_n END) AS BIGINT), "
        "CAST(SUM(CASE WHEN REGEXP_MATCHES(cx_value, {!people}) THEN cx_n ELSE 0 END) AS BIGINT) "
        "FROM (SELECT cx_name, cx_value, COUNT(*) AS cx_n FROM (SELECT {!texts} FROM {t}) AS r "
        "UNPIVOT (cx_value FOR cx_name IN ({!names})) GROUP BY cx_name, cx_value) AS v "
        "GROUP BY cx_name ORDER BY cx_name",
        texts=", ".join(fill("CAST({c} AS VARCHAR) AS {c}", c=name) for name in names),
        names=", ".join(quote(name) for name in names),
        people=literal(_LIKE_PEOPLE),
        t=table,
    )
    return {name: counts for name, *counts in engine.rows(sql)}


def _tells(counts: Sequence[int], heading: str, *, is_text: bool) -> bool:
    """Whether a column of so many values, different ones, mail addresses, numbers and names tells people apart."""
    n, n_different, n_mails, n_numbers, n_people = counts
    if is_text and n_different > _SOME and n_people > _MOST_PEOPLE * n:
        return True
    different = is_text and n >= _LEAST and n_different > _MOST_DIFFERENT * n and 2 * n_numbers <= n
    many = n_different > _FEW and (is_personal(heading) or different)
    return many or (is_text and n_mails > _MOST_MAILS * n)
