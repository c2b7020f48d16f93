"""The segment rule in words: what each line means, and how much the two lines measure the same thing."""

from typing import Literal

from cxlab import words
from cxlab.estimate import Estimate

Activity = Literal["recency", "cadence", "p_alive"]
Profitability = Literal["break_even", "median", "amount"]

ACTIONS = {
    "profit_bringers": "Best service and the first gestures. Do not let them drift.",
    "misunderstood": "Find out why they stopped. Wake them in a trial.",
    "candidates": "Raise the basket, re-price, or cut the cost to serve.",
    "lost": "Review. Repair or end it kindly, and ask why.",
}
STRONG = 0.6  # rank correlation from which on the two questions are said to be nearly one


def line_in_words(activity: Activity, active_days: int) -> str:
    """Say what active means.

    Examples
    --------
    >>> line_in_words("recency", 77)
    'an order in the last 77 days'
    """
    if activity == "cadence":
        return (
            "silent for no longer than twice the customer's own usual gap between orders, or than "
            f"{active_days} days where there is no rhythm to go by yet"
        )
    if activity == "p_alive":
        return "more likely than not still a customer, by the purchase model"
    return (
        "an order on the last day or the day before it"
        if active_days == 1
        else f"an order in the last {active_days} days"
    )


def money_in_words(profitability: Profitability, threshold: float, currency: str) -> str:
    """Say what profitable means.

    Examples
    --------
    >>> money_in_words("median", 12.5, "EUR")
    'more contribution so far than the median customer, €12.50'
    """
    if profitability == "break_even":
        return "that more came in than the customer cost: contribution so far above zero"
    amount = words.money(threshold, currency)
    if profitability == "amount":
        return f"more than {amount} of contribution so far"
    return f"more contribution so far than the median customer, {amount}"


def together_in_words(together: Estimate | None, *, costs_known: bool, margin_rate: float | None) -> str:
    """Say how far activity and profitability measure the same thing, and what to bring when costs are missing."""
    said = []
    if together is not None and together.has_interval and together.low is not None and together.high is not None:
        spread = words.number_between(together.low, together.high, 2)
        said.append(
            f"The two {_strength(together)}: their rank correlation is {words.number(together.number, 2)} "
            f"(95% interval {spread}, {words.count(together.n or 0, 'customer')})."
        )
    elif together is not None:
        said.append("The two rank the customers exactly alike, so two of the four segments hold next to nobody.")
    if not costs_known:
        share = "a share" if margin_rate is None else words.percent(margin_rate)
        said.append(
            f"No costs came with the data, so contribution is taken to be {share} of revenue: profitable then means "
            "having spent much, not being cheap to serve. Bring the cost of goods, or the hours spent on each customer,"
            " to tell the two apart."
        )
    return " ".join(said)


def _strength(together: Estimate) -> str:
    """Say how two questions stand to each other."""
    assert together.low is not None and together.high is not None
    if together.low <= 0 <= together.high:
        return "have nothing to do with each other, as far as can be seen"
    if together.number < 0:
        return "run against each other"
    return "measure nearly the same thing" if together.number >= STRONG else "go together, but are not the same thing"
