"""Effects as a sentence says them: with as many digits as they are sure of, and the unit in words."""

import math

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.sample import CHOSEN, PURCHASES
from cxlab.language import tr, trn
from cxlab.words import MINUS, capital, count, number, number_between, percent, percent_between

_MANY = 2


def digits_for(size: float) -> int:
    """Return how many decimals two significant figures take.

    Examples
    --------
    >>> digits_for(0.0766), digits_for(0.21), digits_for(1794.0)
    (3, 2, 0)
    """
    if not math.isfinite(size) or size == 0:
        return 2
    return int(min(max(1 - math.floor(math.log10(abs(size))), 0), 4))


def digits_of(effect: GestureEffect) -> int:
    """Return the decimals in which an arm's outcome is written: two figures of half its interval's width."""
    widths = [_width(e) for e in (effect.effect, effect.naive) if _width(e) > 0]
    return digits_for(widths[0] / 2) if widths else 2


def _width(estimate: Estimate) -> float:
    return 0.0 if estimate.low is None or estimate.high is None else estimate.high - estimate.low


def signed(value: float, digits: int) -> str:
    """Write a number with its sign, also when it is above zero.

    Examples
    --------
    >>> signed(0.214, 2), signed(-0.05, 2)
    ('+0.21', '−0.05')
    """
    text = number(value, digits)
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def interval(estimate: Estimate, digits: int) -> str:
    """Write the ends of an interval; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return number_between(estimate.low, estimate.high, digits)


def percent_interval(estimate: Estimate) -> str:
    """Write the ends of an interval that is given in percent; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return percent_between(estimate.low / 100, estimate.high / 100)


def name_of(effect: GestureEffect) -> str:
    """Name an arm: as it stands in the data, chosen gestures by what they are."""
    if is_chosen(effect):
        return tr("chosen gestures")
    return f"{effect.arm} ({effect.experiment})" if effect.label != effect.arm else effect.arm


def title_of(effect: GestureEffect) -> str:
    """Name an arm at the head of a row: as it stands in the data, chosen gestures with a capital."""
    return capital(name_of(effect)) if is_chosen(effect) else name_of(effect)


def noun_of(effect: GestureEffect) -> str:
    """Name the outcome: purchases, or in quotation marks what the data calls it."""
    return trn("purchase", "purchases", _MANY) if effect.noun == PURCHASES else tr("“{noun}”", noun=effect.noun)


def outcome_of(effect: GestureEffect, days: int | None) -> str:
    """Name the outcome with the time in which it is counted.

    Parameters
    ----------
    days : after the occasion; None: the outcome was measured outside the study.
    """
    noun = noun_of(effect)
    return tr("{noun} in the {days} days after", noun=noun, days=days) if days else tr("{noun} per customer", noun=noun)


def quoted(effect: GestureEffect) -> str:
    """Name an arm within a sentence: those of the data in quotation marks."""
    return name_of(effect) if is_chosen(effect) else tr("“{name}”", name=name_of(effect))


def owned(effect: GestureEffect) -> str:
    """Name an arm as `quoted` does, where a language that has cases takes the genitive: in "the effect of {arm}".

    Other languages say "owing to", "with" or "without" it by such an effect, too.
    """
    if is_chosen(effect):
        return trn("chosen gesture", "chosen gestures", _MANY)
    return tr("“{gesture}”", gesture=name_of(effect))


def in_number(effect: GestureEffect) -> int:
    """Return 1 where an arm's name is one thing, 2 for chosen gestures, which are many: for the verb beside it."""
    return _MANY if is_chosen(effect) else 1


def is_chosen(effect: GestureEffect) -> bool:
    """Whether these are the gestures that the shop chose to give at orders."""
    return effect.arm == CHOSEN and effect.rows == "order"


def each_of(effect: GestureEffect) -> str:
    """Say what an effect is per."""
    return tr("per gesture") if effect.rows == "order" else tr("per customer")


def count_rows(n: int, rows: str) -> str:
    """Write a number of rows: customers or orders."""
    return count(n, "order") if rows == "order" else count(n, "customer")


def rows_of(rows: str) -> str:
    """Name rows beside a number that stands for itself."""
    return trn("order", "orders", _MANY) if rows == "order" else trn("customer", "customers", _MANY)


def in_percent(figure: str) -> str:
    """Write a figure, or two with what joins them, with a percent sign.

    Examples
    --------
    >>> in_percent("+12")
    '+12%'
    """
    return tr("{figure}%", figure=figure)


def chance(probability: float) -> str:
    """Write a probability in percent; no figure of a sample makes it 0 or 100.

    Examples
    --------
    >>> chance(0.943), chance(0.9999), chance(0.001)
    ('94%', 'over 99%', 'under 1%')
    """
    if probability > 0.995:
        return tr("over {share}", share=percent(0.99))
    return tr("under {share}", share=percent(0.01)) if probability < 0.005 else percent(probability)


def p_value(p: float) -> str:
    """Write a p value, with three decimals where two could not be told from the line that it is held against.

    Examples
    --------
    >>> p_value(0.87), p_value(0.0122), p_value(0.0002)
    ('p = 0.87', 'p = 0.012', 'p < 0.001')
    """
    if p < 0.001:
        return "p < 0.001"
    return f"p = {number(p, 2 if p >= 0.1 else 3)}"


def is_shown(effect: GestureEffect, minimum_group: int) -> bool:
    """Whether both arms are large enough to be shown."""
    return min(effect.n_treated, effect.n_control) >= minimum_group
