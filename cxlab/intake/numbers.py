"""How a text is read as a number, with or without a currency; and which currency it carries."""

from collections.abc import Mapping
from types import MappingProxyType

from cxlab.engine import literal

_CODES = (
    "AED|AFN|ALL|AMD|ANG|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHF|"
    "CLP|CNY|COP|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HRK|"
    "HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|"
    "MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|"
    "RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|"
    "UGX|USD|UYU|UZS|VES|VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW|ZWL"
)
"""Codes of ISO 4217."""
_DOLLARS = (
    "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "DOP", "FJD", "GYD", "HKD", "JMD", "KYD",
    "LRD", "MXN", "NAD", "NZD", "SBD", "SGD", "SRD", "TTD", "TWD", "USD", "UYU", "XCD",
)  # fmt: skip
_SIGNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "€": ("EUR",), "e": ("EUR",), "euro": ("EUR",), "euroa": ("EUR",), "euros": ("EUR",),
        "$": _DOLLARS, "£": ("GBP", "EGP", "FKP", "GIP", "LBP", "SHP", "SSP", "SYP"),
        "¥": ("JPY", "CNY"), "kr": ("SEK", "NOK", "DKK", "ISK"), "₹": ("INR",), "₽": ("RUB",), "₺": ("TRY",),
        "₩": ("KRW", "KPW"), "₴": ("UAH",), "₪": ("ILS",), "฿": ("THB",), "₫": ("VND",), "₱": ("PHP",),
        "₦": ("NGN",), "₸": ("KZT",), "₾": ("GEL",), "zł": ("PLN",), "Kč": ("CZK",), "Ft": ("HUF",), "lei": ("RON",),
        "Fr": ("CHF",), "US$": ("USD",), "CA$": ("CAD",), "C$": ("CAD", "NIO"), "AU$": ("AUD",), "A$": ("AUD",),
        "NZ$": ("NZD",), "HK$": ("HKD",), "S$": ("SGD",), "R$": ("BRL",), "MX$": ("MXN",), "NT$": ("TWD",),
    }
)  # fmt: skip
"""What stands for a currency beside its code, and for which ones."""
_SPELT: Mapping[str, str] = MappingProxyType({sign.upper(): sign for sign in _SIGNS if sign.upper() not in (sign, "E")})
_USUAL = ("€", "$", "£")
_SPACE, _MINUS = r"[ \x{a0}\x{202f}\x{2009}]", "[-−–]"
_WORDS = r"(?i:euro[as]?|kr\.?|zł|Kč|Ft|lei|Fr\.?|[A-Z]{3})"
_SIGN = r"(?:US|CA|C|AU|A|NZ|HK|S|R|MX|NT)?\$|[€£¥₹₽₺₩₴₪฿₫₱₦₸₾]"
_CURRENCY = rf"(?:{_SIGN}|{_WORDS})"
_BESIDE = r"([^-−–+0-9.,()\s\x{a0}\x{202f}\x{2009}'’]+)[^\pL€-₿$£¥]*$"
_NOT_PLAIN = "[^-+0-9., ]"


def number(text: str, decimal: str) -> str:
    """Return the SQL that reads a trimmed text as a number, or NULL.

    Notes
    -----
    Thousands may be set apart by a space, an apostrophe or the other decimal mark, in groups of three; a currency may
    stand before or after, a minus behind (SAP), or parentheses for it (accounts). A dash in place of cents is none:
    5,- is 5.
    """
    shaped = f"REGEXP_MATCHES({text}, {literal(_shape(decimal))})"
    known = f"NOT REGEXP_MATCHES({text}, '[A-Za-z]{{3}}') OR REGEXP_MATCHES({text}, '(?i)lei|{_CODES}')"
    kept = "(?:[Kk][Rr]|[Ff][Rr])\\.|[^0-9.]" if decimal == "." else "[^0-9,]"
    digits = f"REPLACE(REGEXP_REPLACE({text}, '{kept}', '', 'g'), ',', '.')"
    without_cents = f"REGEXP_REPLACE({text}, '[.,]{_MINUS}+', '')"
    below_zero = f"REGEXP_MATCHES({without_cents}, '[-−–(]')"
    return (
        f"COALESCE({plain_number(text, decimal)}, CASE WHEN {shaped} AND ({known}) "
        f"THEN CASE WHEN {below_zero} THEN -1 ELSE 1 END * TRY_CAST({digits} AS DOUBLE) END)"
    )


def _shape(decimal: str) -> str:
    """Return the pattern of a number that is more than digits: in groups of three, with a currency, a late minus."""
    mark, group = (r"\.", ",") if decimal == "." else (",", r"\.")
    groups = "|".join(rf"[1-9]\d{{0,2}}(?:{sign}\d{{3}})+" for sign in (group, _SPACE, "['’]"))
    whole, blank = rf"(?:{groups}|\d+)", f"{_SPACE}?"
    core = rf"(?:{whole}(?:{mark}(?:\d*|{_MINUS}{{1,2}}))?|{mark}\d+)"
    before, behind, after = (
        rf"(?:{_CURRENCY}{blank})?",
        rf"(?:{blank}{_CURRENCY})?",
        rf"(?:{blank}(?:{_CURRENCY}|[Ee]))?",
    )
    ways = (
        rf"[-−–+]{blank}{before}{core}{after}", rf"{before}(?:[-−–+]{blank})?{core}{after}",
        rf"{before}{whole}(?:{mark}\d+)?{behind}{blank}{_MINUS}{behind}",
        rf"{before}\({blank}{before}{core}{after}{blank}\){after}",
    )  # fmt: skip
    return f"^(?:{'|'.join(ways)})$"


def plain_number(text: str, decimal: str) -> str:
    """Return the SQL that reads what is but digits, a sign, a decimal mark and an exponent as a number, or NULL.

    Notes
    -----
    The engine would take infinity, nan and 1_000 as well.
    """
    number = f"TRY_CAST({text} AS DOUBLE)" if decimal == "." else f"TRY_CAST(REPLACE({text}, ',', '.') AS DOUBLE)"
    alone = f"ISFINITE({number}) AND NOT CONTAINS({text}, '_')"
    if decimal != ".":
        alone += f" AND NOT CONTAINS({text}, '.')"
    return f"CASE WHEN {alone} THEN {number} END"


def currency_sign(text: str) -> str:
    """Return the SQL of the sign or the code of the currency that stands with a number in a trimmed text, or NULL."""
    usual = " ".join(f"WHEN PREFIX({text}, '{sign}') OR SUFFIX({text}, '{sign}') THEN '{sign}'" for sign in _USUAL)
    found = f"UPPER(REGEXP_EXTRACT({text}, {literal(_BESIDE)}, 1))"
    spelt = " ".join(f"WHEN {literal(upper)} THEN {literal(sign)}" for upper, sign in _SPELT.items())
    e = f"WHEN 'E' THEN CASE WHEN LOWER(RIGHT({text}, 1)) = 'e' THEN 'e' END"  # and not that of 1e5
    other = f"CASE {found} {e} {spelt} ELSE REGEXP_EXTRACT({found}, '^(?:{_SIGN}|{_CODES})$') END"
    return f"CASE WHEN REGEXP_MATCHES({text}, '{_NOT_PLAIN}') THEN NULLIF(CASE {usual} ELSE {other} END, '') END"


def signs_of(currency: str) -> tuple[str, ...]:
    """Return what may stand for a currency in a file, as `currency_sign` gives it: its code, and its signs.

    Examples
    --------
    >>> signs_of("INR"), signs_of("SEK")
    (('INR', '₹'), ('SEK', 'kr'))
    """
    return (currency, *(sign for sign, codes in _SIGNS.items() if currency in codes))


def is_other_currency(text: str, currency: str) -> str:
    """Return the SQL of whether a column of currencies names another one, by its code or its sign."""
    signs = ", ".join(literal(sign.upper()) for sign in signs_of(currency))
    return f"UPPER({text}) NOT IN ({signs})"
