"""Amounts, lengths of time and numbers of one-time buyers, as the report on fans writes them."""

from cxlab.estimate import Estimate
from cxlab.words import count, money, money_between, number, number_between, percent, percent_between

_DAYS_A_YEAR = 365


def long_time(days: int) -> str:
    """Write a length of time, in years where it is some.

    Examples
    --------
    >>> long_time(1095), long_time(365), long_time(273)
    ('3 years', 'year', '273 days')
    """
    years, rest = divmod(days, _DAYS_A_YEAR)
    if rest or not years:
        return count(days, "day")
    return "year" if years == 1 else f"{years} years"


def span(days: int) -> str:
    """Write a length of time that stands alone.

    Examples
    --------
    >>> span(365), span(730), span(90)
    ('1 year', '2 years', '90 days')
    """
    written = long_time(days)
    return "1 year" if written == "year" else written


def miss(level: float) -> str:
    """Write by how much a forecast missed, where `level` is foreseen / came.

    Examples
    --------
    >>> miss(1.173), miss(0.984), miss(1.001)
    ('17% too high', '2% too low', 'right within 1%')
    """
    off = percent(abs(level - 1))
    return "right within 1%" if off == "0%" else f"{off} too {'high' if level > 1 else 'low'}"


def miss_between(low: float, high: float) -> str:
    """Write an interval of foreseen / came.

    Examples
    --------
    >>> miss_between(0.8, 1.25), miss_between(1.08, 1.28), miss_between(0.4, 0.7)
    ('20% too low to 25% too high', '8–28% too high', '30–60% too low')
    """
    if low >= 1:
        return f"{percent_between(low - 1, high - 1)} too high"
    if high <= 1:
        return f"{percent_between(1 - high, 1 - low)} too low"
    return f"{percent(1 - low)} too low to {percent(high - 1)} too high"


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
