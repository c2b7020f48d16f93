"""Effects as a sentence says them: with as many digits as they are sure of, and the unit in words."""

import math

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.sample import CHOSEN, PURCHASES
from cxlab.words import MINUS, number, number_between, percent, percent_between


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
        return "chosen gestures"
    return f"{effect.arm} ({effect.experiment})" if effect.label != effect.arm else effect.arm


def noun_of(effect: GestureEffect) -> str:
    """Name the outcome: purchases, or in quotation marks what the data calls it."""
    return effect.noun if effect.noun == PURCHASES else f"“{effect.noun}”"


def quoted(effect: GestureEffect) -> str:
    """Name an arm within a sentence: those of the data in quotation marks."""
    return name_of(effect) if is_chosen(effect) else f"“{name_of(effect)}”"


def verb(effect: GestureEffect, stem: str) -> str:
    """Put a verb in the number of the arm's name: an arm of the data is one thing, chosen gestures are many."""
    return stem if is_chosen(effect) else f"{stem}s"


def is_chosen(effect: GestureEffect) -> bool:
    """Whether these are the gestures that the shop chose to give at orders."""
    return effect.arm == CHOSEN and effect.rows == "order"


def each_of(effect: GestureEffect) -> str:
    """Say what an effect is per."""
    return "per gesture" if effect.rows == "order" else "per customer"


def chance(probability: float) -> str:
    """Write a probability in percent; no figure of a sample makes it 0 or 100.

    Examples
    --------
    >>> chance(0.943), chance(0.9999), chance(0.001)
    ('94%', 'over 99%', 'under 1%')
    """
    if probability > 0.995:
        return "over 99%"
    return "under 1%" if probability < 0.005 else percent(probability)


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
