"""Numbers, money, dates and intervals as a reader expects them, and cells that a spreadsheet takes for text."""

import datetime as dt
import re
from dataclasses import dataclass

from cxlab.language import plural, spoken, tr, trn

MINUS, EN_DASH, NO_BREAK = "\u2212", "\u2013", "\u00a0"


@dataclass(frozen=True)
class _Manner:
    """How a language writes figures: between thousands, before decimals, before a percent sign, beside a minus sign."""

    thousands: str
    decimal: str
    percent: str
    joint: str
    money_behind: bool
    date: str


_MANNERS = {
    "en": _Manner(",", ".", "%", " to ", False, "{0.day} {0:%B %Y}"),
    "fi": _Manner(NO_BREAK, ",", f"{NO_BREAK}%", "\u2026", True, "{0.day}.{0.month}.{0.year}"),
}
_MONTHS = (
    "tammikuu", "helmikuu", "maaliskuu", "huhtikuu", "toukokuu", "kesäkuu", "heinäkuu", "elokuu", "syyskuu", "lokakuu",
    "marraskuu", "joulukuu",
)  # fmt: skip
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_SIGNS = "=+-@＝＋－＠"
"""What a formula may start with."""  # full-width signs count in Japanese and Chinese settings
_BREAKS = ";|\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where some program may begin a cell within a text, whatever quotation marks stand around it."""
_PARTS = ";|\t"
"""What stands between the fields of a record."""
_NUMBER = re.compile(r"[-+]\d[\d.,]*(?=[;|\t]|\Z)")
_UNSEEN = '"\0\u200b\ufeff'
"""What a program may drop, as it may blanks, before it looks for a formula."""
_MAYBE_FORMULA = re.compile(rf"(?:^|(?<=[\s{_BREAKS}{_UNSEEN}]))[{re.escape(_SIGNS)}]")


def number(value: float, digits: int = 0) -> str:
    """Write a number with thousands separators and a true minus sign.

    Examples
    --------
    >>> number(2357), number(0.4567, 2)
    ('2,357', '0.46')
    """
    text, manner = f"{value:,.{digits}f}", _manner()
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    return text.translate({ord("-"): MINUS, ord(","): manner.thousands, ord("."): manner.decimal})


def _manner() -> _Manner:
    return _MANNERS[spoken()]


def percent(share: float, digits: int = 0) -> str:
    """Write a share (0 to 1) in percent: ``percent(0.791)`` is 79%."""
    return number(100 * share, digits) + _manner().percent


def percent_sign() -> str:
    """Return the sign behind a number that is in percent already, with what keeps it there."""
    return _manner().percent


def shortest(value: float) -> str:
    """Write a round number, as at the end of a scale, with the digits that it has.

    Examples
    --------
    >>> shortest(2500.0), shortest(0.05)
    ('2,500', '0.05')
    """
    text, manner = f"{value:,.10g}", _manner()
    return text.translate({ord(","): manner.thousands, ord("."): manner.decimal})


def percent_of(part: float, whole: float, digits: int = 0) -> str:
    """Write a part of a whole (above 0) in percent: 0% and 100% only where nothing, or nothing else, is in it.

    Examples
    --------
    >>> percent_of(9056, 9074), percent_of(1, 9074), percent_of(9074, 9074), percent_of(1, 9074, 1)
    ('over 99%', 'under 1%', '100%', 'under 0.1%')
    """
    text, step = percent(part / whole, digits), 10.0**-digits
    if 0 < part < whole and text == percent(0, digits):
        return tr("under {share}", share=percent(step / 100, digits))
    if 0 < part < whole and text == percent(1, digits):
        return tr("over {share}", share=percent(1 - step / 100, digits))
    return text


def money(amount: float, currency: str, digits: int = 2) -> str:
    """Write an amount with its currency: in English a known symbol stands before it, any other code behind."""
    symbol = _SYMBOLS.get(currency)
    text = number(abs(amount), digits)
    sign = MINUS if amount < 0 and text.strip("0.,") else ""
    if symbol and not _manner().money_behind:
        return f"{sign}{symbol}{text}"
    return f"{sign}{text}{NO_BREAK}{symbol or currency}"


def between(low: str, high: str, unit: str = "") -> str:
    """Join two written numbers: an en dash, or "to" beside a minus sign; a unit that both end in stands once.

    Examples
    --------
    >>> between("71%", "91%", "%"), between("3", "5")
    ('71–91%', '3–5')
    """
    joint = _manner().joint if MINUS in low + high else EN_DASH
    return f"{low.removesuffix(unit)}{joint}{high}" if unit else f"{low}{joint}{high}"


def percent_between(low: float, high: float, digits: int = 0) -> str:
    """Write an interval of shares in percent."""
    return between(percent(low, digits), percent(high, digits), _manner().percent)


def number_between(low: float, high: float, digits: int = 0) -> str:
    """Write an interval of numbers."""
    return between(number(low, digits), number(high, digits))


def money_between(low: float, high: float, currency: str, digits: int = 2) -> str:
    """Write an interval of amounts."""
    unit = f"{NO_BREAK}{_SYMBOLS.get(currency, currency)}" if _manner().money_behind else ""
    return between(money(low, currency, digits), money(high, currency, digits), unit)


def day(date: dt.date) -> str:
    """Write a date: 30 September 1997."""
    return _manner().date.format(date)


def month(date: dt.date, *, year: bool = True) -> str:
    """Write the month of a date.

    Examples
    --------
    >>> month(dt.date(1997, 9, 30)), month(dt.date(1997, 9, 30), year=False)
    ('September 1997', 'September')
    """
    name = _MONTHS[date.month - 1] if spoken() == "fi" else f"{date:%B}"
    return f"{name} {date.year}" if year else name


def short(date: dt.date, *, day: bool = False) -> str:
    """Write a date under an axis: its month and year, or its day and month.

    Examples
    --------
    >>> short(dt.date(1997, 9, 30)), short(dt.date(1997, 9, 30), day=True)
    ('Sep 1997', '30 Sep')
    """
    if spoken() == "fi":
        return f"{date.day}.{date.month}." if day else f"{date.month}/{date.year}"
    return f"{date.day} {date:%b}" if day else f"{date:%b %Y}"


def capital(text: str) -> str:
    """Begin a sentence with it.

    Examples
    --------
    >>> capital("chosen gestures")
    'Chosen gestures'
    """
    return f"{text[:1].upper()}{text[1:]}"


def count(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: ``count(2357, "customer")`` is 2,357 customers."""
    return f"{number(n)} {plural(one, many or f'{one}s', n)}"


def days(n: float) -> str:
    """Write a number of days, with a decimal where it is not whole.

    Examples
    --------
    >>> days(27.0), days(23.5), days(1)
    ('27 days', '23.5 days', '1 day')
    """
    return f"{number(n, 0 if float(n).is_integer() else 1)} {trn('day', 'days', n)}"


def few(n: int, minimum_group: int) -> str:
    """Write a count of people, hidden when the group is smaller than `minimum_group` (0 stays 0)."""
    return tr("under {share}", share=minimum_group) if 0 < n < minimum_group else number(n)


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute.

    That may be all of the cell, or what stands after a semicolon, tab, bar or line end within it: a Finnish Excel
    splits a CSV file at semicolons and heeds no quotation mark inside a field. There a number may begin with its sign,
    for a number computes nothing. Commas within a cell need no guard, for whoever splits at commas heeds the marks
    around it.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5"), harmless("A17"), harmless("7; =1+1"), harmless("7;-5,00")
    ("'=1+1", "'-5", 'A17', "7; '=1+1", '7;-5,00')
    """
    text = f"'{cell}" if cell.startswith(("\t", "\r")) else cell

    def guard(sign: re.Match[str]) -> str:
        at = sign.start()
        is_number = at > 0 and text[at - 1] in _PARTS and _NUMBER.match(text, at)
        return f"'{sign[0]}" if not is_number and _begins_cell(text, at) else sign[0]

    return _MAYBE_FORMULA.sub(guard, text)


def _begins_cell(text: str, at: int) -> bool:
    """Whether only blanks and the like stand between a place in a text and the start of a cell."""
    while at and text[at - 1] not in _BREAKS and (text[at - 1].isspace() or text[at - 1] in _UNSEEN):
        at -= 1
    return at == 0 or text[at - 1] in _BREAKS
