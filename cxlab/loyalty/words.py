"""Amounts, lengths of time and numbers of one-time buyers, as the report on fans writes them."""

from cxlab.estimate import Estimate
from cxlab.words import count, money, money_between, number, number_between

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
    low, high = ends(estimate)
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
    return number_between(*ends(estimate), _places(estimate.number))


def ends(estimate: Estimate) -> tuple[float, float]:
    """Return both ends of an interval that is known to be there."""
    assert estimate.low is not None and estimate.high is not None
    return estimate.low, estimate.high


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 2


def _places(value: float) -> int:
    return 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
