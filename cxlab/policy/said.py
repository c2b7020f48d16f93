"""Rules and amounts as a sentence says them."""

from collections.abc import Callable

from cxlab.estimate import Estimate
from cxlab.gestures.said import digits_for
from cxlab.gestures.sample import PURCHASES
from cxlab.language import Texts, tr, trn
from cxlab.policy.gain import GestureGain
from cxlab.policy.tree import Rule
from cxlab.words import count, money, money_between, number, number_between

_COUNTS: dict[str, Callable[[float], str]] = {
    "earlier_purchases": lambda n: trn("purchase so far", "purchases so far", n),
    "recent_purchases": lambda n: trn("recent purchase", "recent purchases", n),
    "tenure_days": lambda n: trn("day since the first order", "days since the first order", n),
    "days_since_last_order": lambda n: trn("day since the last order", "days since the last order", n),
    "earlier_gestures": lambda n: trn("gesture so far", "gestures so far", n),
    "days_since_gesture": lambda n: trn("day since the last gesture", "days since the last gesture", n),
    "earlier_failures": lambda n: trn("failure so far", "failures so far", n),
}
_MONEY = Texts(
    {
        "earlier_revenue": "revenue so far",
        "mean_day_value": "value of an order so far",
        "earlier_contribution": "contribution so far",
    }
)
_MAY_BE_NEVER = ("tenure_days", "days_since_last_order", "days_since_gesture")
PER = 100
"""Amounts are told per so many customers or orders; texts say so in words."""


def condition(covariate: str, low: bool, threshold: float, currency: str) -> str:
    """Say one answer to a question of a rule.

    Examples
    --------
    >>> condition("earlier_purchases", True, 3.0, "EUR"), condition("mean_day_value", False, 12.5, "EUR")
    ('at most 3 purchases so far', 'value of an order so far above €12.50')
    >>> condition("town = Oulu", False, 0.5, "EUR"), condition("age", True, 40.0, "EUR")
    ('“town” is Oulu', '“age” at most 40')
    """
    name, is_level, level = covariate.partition(" = ")
    if is_level and low:
        return tr("“{name}” is not {level}", name=name, level=level)
    if is_level:
        return tr("“{name}” is {level}", name=name, level=level)
    if covariate in _COUNTS:
        n, what = _plain(threshold), _COUNTS[covariate](threshold)
        if low:
            return tr("at most {n} {what}", n=n, what=what)
        text = tr("more than {n} {what}", n=n, what=what)
        return tr("{text}, or none yet", text=text) if covariate in _MAY_BE_NEVER else text
    if covariate in _MONEY:
        what, amount = _MONEY[covariate], money(threshold, currency, 0 if threshold == int(threshold) else 2)
        if low:
            return tr("{what} at most {amount}", what=what, amount=amount)
        return tr("{what} above {amount}", what=what, amount=amount)
    if low:
        return tr("“{name}” at most {n}", name=covariate, n=_plain(threshold))
    return tr("“{name}” above {n}", name=covariate, n=_plain(threshold))


def who(rule: Rule, currency: str) -> str:
    """Say to whom a rule gives."""
    if rule.give is not None:
        return tr("everyone") if rule.give else tr("no one")
    given = [_all(_merged(path, currency)) for path, give in rule.answers() if give]
    text = tr("customers with {conditions}", conditions=given[0])
    for conditions in given[1:]:
        text = tr("{text}; or with {conditions}", text=text, conditions=conditions)
    return text


def _all(conditions: list[str]) -> str:
    """Join conditions that hold together."""
    text = conditions[0]
    for further in conditions[1:]:
        text = tr("{first} and {second}", first=text, second=further)
    return text


def _merged(path: tuple[tuple[str, bool, float], ...], currency: str) -> list[str]:
    """Say the answers on a way; of two about one covariate on one side the narrower says both."""
    narrow: dict[tuple[str, bool], float] = {}
    for covariate, low, threshold in path:
        other = narrow.get((covariate, low), threshold)
        narrow[covariate, low] = min(other, threshold) if low else max(other, threshold)
    return [condition(covariate, low, threshold, currency) for (covariate, low), threshold in narrow.items()]


def _plain(value: float) -> str:
    return number(value, 0 if value == int(value) else digits_for(value))


def amount(estimate: Estimate, gain: GestureGain) -> str:
    """Write a gain per hundred: money, or the outcome in its own unit."""
    return _written(estimate.number, estimate, gain)


def more_or_less(estimate: Estimate, gain: GestureGain) -> str:
    """Write a difference per hundred as so much more, or less."""
    size = _written(abs(estimate.number), estimate, gain)
    return tr("{size} less", size=size) if estimate.number < 0 else tr("{size} more", size=size)


def amount_between(estimate: Estimate, gain: GestureGain) -> str:
    """Write the interval of a gain per hundred."""
    low, high = (PER * end for end in estimate.ends)
    digits = _digits(estimate)
    if gain.currency:
        return money_between(low, high, gain.currency, min(digits, 2))
    return number_between(low, high, digits)


def per(gain: GestureGain) -> str:
    """Say what amounts are per; where they are no money, in what as well."""
    each = tr("per 100 customers") if gain.effect.rows == "customer" else tr("per 100 orders")
    if gain.currency:
        return each
    if gain.effect.noun == PURCHASES:
        return tr("in purchases {each}", each=each)
    return tr("in “{noun}” {each}", noun=gain.effect.noun, each=each)


def counted(n: int, gain: GestureGain) -> str:
    """Write so many rows."""
    return count(n, "customer") if gain.effect.rows == "customer" else count(n, "order")


def _written(value: float, estimate: Estimate, gain: GestureGain) -> str:
    digits = _digits(estimate)
    if gain.currency:
        return money(PER * value, gain.currency, min(digits, 2))
    return number(PER * value, digits)


def _digits(estimate: Estimate) -> int:
    low, high = estimate.ends
    return digits_for(PER * max(high - low, 1e-12) / 2)
