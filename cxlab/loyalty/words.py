"""Amounts, lengths of time and numbers of one-time buyers, as the report on fans writes them."""

from cxlab.estimate import Estimate
from cxlab.language import tr, trn
from cxlab.words import count, money, money_between, number, number_between, percent, percent_between

_DAYS_A_YEAR = 365


def ahead(days: int) -> str:
    """Write how far ahead is looked, in years where it is some.

    Examples
    --------
    >>> ahead(1095), ahead(365), ahead(273)
    ('over the next 3 years', 'over the next year', 'over the next 273 days')
    """
    years = _years(days)
    if not years:
        return trn("over the next {n} day", "over the next {n} days", days, n=number(days))
    return trn("over the next year", "over the next {n} years", years, n=number(years))


def ahead_short(days: int) -> str:
    """Write the same where there is little room.

    Examples
    --------
    >>> ahead_short(1095), ahead_short(365)
    ('next 3 years', 'next year')
    """
    years = _years(days)
    if not years:
        return trn("next {n} day", "next {n} days", days, n=number(days))
    return trn("next year", "next {n} years", years, n=number(years))


def from_the_cut(days: int) -> str:
    """Write the same where it is said that the time begins with the cut, as the start of a sentence.

    Examples
    --------
    >>> from_the_cut(365), from_the_cut(273)
    ('Over the year from the cut', 'Over the 273 days from the cut')
    """
    years = _years(days)
    if not years:
        return trn("Over the {n} day from the cut", "Over the {n} days from the cut", days, n=number(days))
    return trn("Over the year from the cut", "Over the {n} years from the cut", years, n=number(years))


def after_the_cut(days: int) -> str:
    """Write the time after the cut, at the start of a sentence.

    Examples
    --------
    >>> after_the_cut(273)
    'In the 273 days after the cut'
    """
    return trn("In the {n} day after the cut", "In the {n} days after the cut", days, n=number(days))


def span(days: int) -> str:
    """Write a length of time that stands alone.

    Examples
    --------
    >>> span(365), span(730), span(90)
    ('1 year', '2 years', '90 days')
    """
    years = _years(days)
    return count(years, "year") if years else count(days, "day")


def _years(days: int) -> int:
    """Return the number of years where it is a whole one, else 0."""
    years, rest = divmod(days, _DAYS_A_YEAR)
    return 0 if rest else years


def miss(level: float) -> str:
    """Write by how much a forecast missed, where `level` is foreseen / came.

    Examples
    --------
    >>> miss(1.173), miss(0.984), miss(1.001)
    ('17% too high', '2% too low', 'right within 1%')
    """
    off = percent(abs(level - 1))
    if off == percent(0):
        return tr("right within {off}", off=percent(0.01))
    return tr("{off} too high", off=off) if level > 1 else tr("{off} too low", off=off)


def miss_between(low: float, high: float) -> str:
    """Write an interval of foreseen / came.

    Examples
    --------
    >>> miss_between(0.8, 1.25), miss_between(1.08, 1.28), miss_between(0.4, 0.7)
    ('20% too low to 25% too high', '8–28% too high', '30–60% too low')
    """
    if low >= 1:
        return tr("{off} too high", off=percent_between(low - 1, high - 1))
    if high <= 1:
        return tr("{off} too low", off=percent_between(1 - high, 1 - low))
    return tr("{low} too low to {high} too high", low=percent(1 - low), high=percent(high - 1))


def amount(estimate: Estimate, currency: str) -> str:
    """Write an amount, with no more digits than its size bears.

    Examples
    --------
    >>> amount(Estimate(128.4), "USD"), amount(Estimate(9.178), "USD")
    ('$128', '$9.18')
    """
    return money(estimate.number, currency, _digits(estimate.number))


def amount_between(estimate: Estimate, currency: str) -> str:
    """Write the interval of an amount."""
    low, high = estimate.ends
    return money_between(low, high, currency, _digits(estimate.number))


def buyers(value: float) -> str:
    """Write how many one-time buyers.

    Examples
    --------
    >>> buyers(13.96), buyers(3.14), buyers(0.42)
    ('14', '3.1', '0.42')
    """
    return number(value, _places(value))


def buyers_between(estimate: Estimate) -> str:
    """Write the interval of a number of one-time buyers, as exactly as the number itself."""
    return number_between(*estimate.ends, _places(estimate.number))


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 2


def _places(value: float) -> int:
    return 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
