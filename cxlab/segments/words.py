"""The segment rule in words: what each line means, and how much the two lines measure the same thing."""

from typing import Literal

from cxlab import words
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr

Activity = Literal["recency", "cadence", "p_alive"]
Profitability = Literal["break_even", "median", "amount"]

ACTIONS = Texts(
    {
        "profit_bringers": "Best service and the first gestures. Do not let them drift.",
        "misunderstood": "Find out why they stopped. Wake them in a trial.",
        "candidates": "Raise the basket, re-price, or cut the cost to serve.",
        "lost": "Review. Repair or end it kindly, and ask why.",
    }
)
STRONG = 0.6  # rank correlation from which on the two questions are said to overlap
NEARLY_ONE = 0.8  # and from which on to be nearly one


def line_in_words(activity: Activity, active_days: int) -> str:
    """Say what active means.

    Examples
    --------
    >>> line_in_words("recency", 77)
    'an order in the last 77 days'
    """
    if activity == "cadence":
        return tr(
            "silent for no longer than twice the customer’s own usual gap between orders, or than "
            "{active_days} days where there is no rhythm to go by yet",
            active_days=active_days,
        )
    if activity == "p_alive":
        return tr("more likely than not still a customer, by the purchase model")
    return (
        tr("an order on the last day or the day before it")
        if active_days == 1
        else tr("an order in the last {active_days} days", active_days=active_days)
    )


def money_in_words(profitability: Profitability, threshold: float, currency: str) -> str:
    """Say what profitable means.

    Examples
    --------
    >>> money_in_words("median", 12.5, "EUR")
    'more contribution so far than the median customer, €12.50'
    """
    if profitability == "break_even":
        return tr("that more came in than the customer cost: contribution so far above zero")
    amount = words.money(threshold, currency)
    if profitability == "amount":
        return tr("more than {amount} of contribution so far", amount=amount)
    return tr("more contribution so far than the median customer, {amount}", amount=amount)


def together_in_words(together: Estimate | None, who: str = "") -> str:
    """Say how far activity and profitability measure the same thing; empty where it is not known.

    Parameters
    ----------
    who : names the two at the start of the sentence; empty: they were named just before.
    """
    if together is None:
        return ""
    two = who or tr("The two")
    if together.low is None or together.high is None:
        return tr("{two} rank the customers exactly alike, so two of the four segments hold next to nobody.", two=two)
    return tr(
        "{two} {go_together}: their rank correlation is {correlation} (95% interval {interval}, {customers}).",
        two=two,
        go_together=_strength(together),
        correlation=words.number(together.number, 2),
        interval=words.number_between(together.low, together.high, 2),
        customers=words.count(together.n or 0, "customer"),
    )


def costs_in_words(*, costs_known: bool, costed_share: float | None, margin_rate: float | None) -> str:
    """Say what contribution rests on where a cost is missing, and what to bring; empty where none is.

    Examples
    --------
    >>> costs_in_words(costs_known=True, costed_share=0.8, margin_rate=0.3)
    'The cost of goods is known for 80% of the revenue so far; of the rest 30% is taken to be left.'
    """
    rate = tr("a share") if margin_rate is None else words.percent(margin_rate)
    known = share_in_words(costed_share or 0.0)
    if costs_known and costed_share:
        if margin_rate is None:
            return ""
        return tr(
            "The cost of goods is known for {known} of the revenue so far; of the rest {rate} is taken to be left.",
            known=known,
            rate=rate,
        )
    if costs_known:
        if costed_share is None:
            return ""
        return tr("The cost of goods is not known: {rate} of revenue is taken to be left.", rate=rate)
    if costed_share:
        said = tr(
            "A cost came with only {known} of the revenue so far, so contribution is taken to be {rate} of the rest: "
            "profitable then means having spent much, not being cheap to serve.",
            known=known,
            rate=rate,
        )
    else:
        said = tr(
            "No costs came with the data, so contribution is taken to be {rate} of revenue: profitable then means "
            "having spent much, not being cheap to serve.",
            rate=rate,
        )
    bring = tr("Bring the cost of goods, or the hours spent on each customer, to tell the two apart.")
    return f"{said} {bring}"


def share_in_words(share: float) -> str:
    """Write a share in percent, but for one that would be rounded to all or nothing.

    Examples
    --------
    >>> share_in_words(0.9997), share_in_words(0.5), share_in_words(0.001)
    ('more than 99%', '50%', 'less than 1%')
    """
    if 0.995 <= share < 1:
        return tr("more than {share}", share=words.percent(0.99))
    if 0 < share < 0.005:
        return tr("less than {share}", share=words.percent(0.01))
    return words.percent(share)


def _strength(together: Estimate) -> str:
    """Say how two questions stand to each other."""
    assert together.low is not None and together.high is not None
    if together.low <= 0 <= together.high:
        return tr("have nothing to do with each other, as far as can be seen")
    if together.number < 0:
        return tr("run against each other")
    if together.number >= NEARLY_ONE:
        return tr("measure nearly the same thing")
    if together.number >= STRONG:
        return tr("overlap to a large part")
    return tr("go together, but are not the same thing")
