"""Amounts and cautions as the sections on value ahead write them."""

from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn
from cxlab.phrases import span
from cxlab.purchases.rule import Verdict
from cxlab.words import money, money_between, number, percent

_DAYS_A_YEAR = 365
_WHOLE_FROM = 100
BASIS = Texts(
    {
        "costs": "What a purchase leaves goes by what each customer’s own purchases left so far, costs taken off.",
        "spend": "What a purchase leaves is the shop’s share of the value that the model of spending expects of each "
        "customer, net of returns.",
        "average": "There is no model of spending, so everybody’s purchase counts what a repeat purchase has left on "
        "average.",
    }
)
_CAUTION = Texts(
    {
        "untried": "The model has not been tried on time it had not seen, so take this as arithmetic, not as a "
        "forecast. ",
        "partly": "The model’s forecast holds only partly for this shop, so take the amounts as rough. ",
        "fails": "The model’s forecast does not hold for this shop, so do not plan with these amounts: they are "
        "what would "
        "follow if the model were right. ",
        "cannot_tell": "Whether the model’s forecast holds for this shop cannot be told, so take the amounts as "
        "rough. ",
    }
)


def caution(verdict: Verdict | None) -> str:
    """Say, before anything else, how far the model can be trusted; nothing where its forecast holds."""
    if verdict == "holds":
        return ""
    return _CAUTION["untried" if verdict is None else verdict]


def horizon_in_words(days: int) -> str:
    """Write a length of time after "the next" or "the first".

    Examples
    --------
    >>> horizon_in_words(365), horizon_in_words(1095), horizon_in_words(90)
    ('year', '3 years', '90 days')
    """
    years, rest = divmod(days, _DAYS_A_YEAR)
    if rest or not years:
        return span(days).removeprefix("1 ")
    return trn("{span} year", "{span} years", years, span=number(years)).removeprefix("1 ")


def discounting(rate: float) -> str:
    """Say at which rate later amounts are discounted, as the end of a clause; nothing at 0.

    Examples
    --------
    >>> discounting(0.1), discounting(0.0)
    (', later amounts discounted at 10% a year', '')
    """
    digits = 0 if abs(100 * rate - round(100 * rate)) < 1e-9 else 1
    return tr(", later amounts discounted at {rate} a year", rate=percent(rate, digits)) if rate > 0 else ""


def amount(estimate: Estimate, currency: str, *, interval: bool = False) -> str:
    """Write an amount with no more digits than its size bears, with its interval when asked and known.

    Examples
    --------
    >>> amount(Estimate(21.04, 19.96, 22.13), "EUR", interval=True)
    '€21.04 (95% interval €19.96–€22.13)'
    """
    digits = 0 if abs(estimate.number) >= _WHOLE_FROM else 2
    text = money(estimate.number, currency, digits)
    if not interval:
        return text
    if not estimate.has_interval:
        return tr("{text} (how sure that is cannot be told)", text=text)
    return tr("{text} (95% interval {interval})", text=text, interval=money_between(*estimate.ends, currency, digits))
