"""Lines that sum up others, told from customers by their label: words for a total, and nothing else of weight."""

from collections.abc import Iterable
from itertools import pairwise

from cxlab.engine import literal

_DOTS = ("ä", "a\u0308", "a")
_SUMS = tuple(
    word.replace("ä", dots)
    for word in ("yhteensä", "kaikki yhteensä", "välisumma", "välisummat")
    for dots in _DOTS
)  # fmt: skip
_WORDS = (
    *_SUMS, "yht", "summa", "summat", "kokonaissumma", "loppusumma", "summa yhteensä", "grand total", "grand totals",
    "total", "totals", "total sum", "sum", "sum total", "subtotal", "sub total", "sub-total", "subtotals",
    "totalt", "totalsumma", "delsumma", "slutsumma", "summe", "gesamt", "gesamtsumme", "zwischensumme",
)  # fmt: skip
"""What a line of totals is called, in Finnish, English, Swedish and German."""
_MONTHS = (
    "(?:tammi|helmi|maalis|huhti|touko|kesä|kesa|heinä|heina|elo|syys|loka|marras|joulu)(?:kuu[a-zäö\\x{308}]{0,3})?",
    "jan(?:uary|uari)?", "feb(?:ruary|ruari)?", "mar(?:ch|s)?", "apr(?:il)?", "may", "maj", "june?", "juni", "july?",
    "juli", "aug(?:ust|usti)?", "sept?(?:ember)?", "o[ck]t(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
    "vuosi", "vuonna", "kuukausi", "viikko", "vko", "year", "month", "week", "q", "år", "månad", "vecka",
    "eur", "euroa", "usd", "sek", "gbp",
)  # fmt: skip
"""What may stand with it: names of months, and words for a time or a currency."""
_BLANKS = "\\s\\x{a0}\\x{202f}"


def is_total(text: str) -> str:
    """Return the SQL of whether a text is the label of a line of totals, in any case.

    That is a word for a total, alone or with nothing but signs, digits, names of months and the like; these may stand
    before *total* as well, and before *yhteensä* anything may, as a spreadsheet writes sums of groups. A digit right
    behind the word, or behind a hyphen that follows it, makes an id of it: SUM-0001 is a customer.
    """
    words, months = "|".join(sorted(_WORDS, key=len, reverse=True)), "|".join(_MONTHS)
    rest = f"(?:[^\\p{{L}}]|(?:{months})(?:[^\\p{{L}}]|$))*"
    label = f"[^\\p{{L}}\\p{{N}}]*(?:{words})"
    before = f"(?:[^\\p{{L}}]|(?:{months})[^\\p{{L}}])*(?:{months})?"
    group = f"(?:.*[{_BLANKS}]yhteens(?:ä|a\\x{{308}}|a)|{before}[{_BLANKS}]totals?)"
    pattern = f"(?i)^(?:{label}|{group})(?:[{_BLANKS}:.,;=*]{rest})?$"
    blanks = " AND ".join(f"NOT CONTAINS({text}, {literal(blank)})" for blank in (" ", "\u00a0"))
    none = f"{text} >= '0' AND {surely_no_total(text)} AND {blanks}"  # cheaper to see than that nothing matches
    return f"CASE WHEN {none} THEN FALSE ELSE REGEXP_MATCHES({text}, {literal(pattern)}) END"


def surely_no_total(text: str) -> str:
    """Return the SQL that is true of what begins with no word for a total: comparisons only, and mostly one.

    Notes
    -----
    An id mostly begins with a digit, or with one letter: that is seen first. Only what begins with two letters, the
    first of them that of such a word, is held against the first three letters of each word.
    """
    starts = {word[:3] for word in _WORDS}
    cases = {form for start in starts for form in (start, start.capitalize(), start.upper())}
    letters = {form[0] for form in cases}
    roughly = _outside(text, ((f"{letter}A", chr(ord(letter) + 1)) for letter in letters))
    closely = _outside(text, ((form, f"{form[:-1]}{chr(ord(form[-1]) + 1)}") for form in cases))
    return f"({' OR '.join((*roughly, *closely))})"


def _outside(text: str, ranges: Iterable[tuple[str, str]]) -> list[str]:
    """Return the SQL of each gap between ranges, that a text lies in it: each from a text on to before another."""
    ends = sorted(ranges)
    gaps = [f"{text} < {literal(ends[0][0])}"]
    for (_, after), (start, _) in pairwise(ends):
        if after < start:
            gaps.append(f"{text} >= {literal(after)} AND {text} < {literal(start)}")
    return [*gaps, f"{text} >= {literal(ends[-1][1])}"]
