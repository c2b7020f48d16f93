"""Rules and amounts as a sentence says them."""

from cxlab.estimate import Estimate
from cxlab.gestures.said import digits_for
from cxlab.gestures.sample import PURCHASES
from cxlab.policy.gain import GestureGain
from cxlab.policy.tree import Rule
from cxlab.words import between, money, number

_COUNTS = {
    "earlier_purchases": ("purchase so far", "purchases so far"),
    "recent_purchases": ("recent purchase", "recent purchases"),
    "tenure_days": ("day since the first order", "days since the first order"),
    "days_since_last_order": ("day since the last order", "days since the last order"),
    "earlier_gestures": ("gesture so far", "gestures so far"),
    "days_since_gesture": ("day since the last gesture", "days since the last gesture"),
    "earlier_failures": ("failure so far", "failures so far"),
}
_MONEY = {
    "earlier_revenue": "revenue so far", "mean_day_value": "value of an order so far",
    "earlier_contribution": "contribution so far",
}  # fmt: skip
_MAY_BE_NEVER = ("tenure_days", "days_since_last_order", "days_since_gesture")
PER = 100
"""Amounts are told per so many customers or orders."""


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
    if is_level:
        return f"“{name}” is {'not ' if low else ''}{level}"
    if covariate in _COUNTS:
        one, many = _COUNTS[covariate]
        text = f"{'at most' if low else 'more than'} {_plain(threshold)} {one if threshold == 1 else many}"
        return text if low or covariate not in _MAY_BE_NEVER else f"{text}, or none yet"
    side = "at most" if low else "above"
    if covariate in _MONEY:
        return f"{_MONEY[covariate]} {side} {money(threshold, currency, 0 if threshold == int(threshold) else 2)}"
    return f"“{covariate}” {side} {_plain(threshold)}"


def who(rule: Rule, currency: str) -> str:
    """Say to whom a rule gives."""
    if rule.give is not None:
        return "everyone" if rule.give else "no one"
    given = [" and ".join(_merged(path, currency)) for path, give in rule.answers() if give]
    return f"customers with {'; or with '.join(given)}"


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
    return f"{size} {'less' if estimate.number < 0 else 'more'}"


def amount_between(estimate: Estimate, gain: GestureGain) -> str:
    """Write the interval of a gain per hundred."""
    low, high = (_written(end, estimate, gain) for end in estimate.ends)
    return between(low, high)


def per(gain: GestureGain) -> str:
    """Say what amounts are per; where they are no money, in what as well."""
    noun = gain.effect.noun
    what = "" if gain.currency else f"in {noun if noun == PURCHASES else f'“{noun}”'} "
    return f"{what}per {PER} {gain.effect.rows}s"


def _written(value: float, estimate: Estimate, gain: GestureGain) -> str:
    low, high = estimate.ends
    digits = digits_for(PER * max(high - low, 1e-12) / 2)
    if gain.currency:
        return money(PER * value, gain.currency, min(digits, 2))
    return number(PER * value, digits)
