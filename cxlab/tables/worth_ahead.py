"""Value ahead as a reader sees it: what a new customer brings and may cost, and what a point of retention is worth."""

from cxlab import words
from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.purchases.new_customer import NewCustomer
from cxlab.purchases.retention_worth import PER_NEW, POINT, RetentionWorth
from cxlab.purchases.said import discounting, horizon_in_words

_WHOLE_FROM = 100


def new_customer(new: NewCustomer) -> Table:
    """One row a figure: what the first and the later purchases leave, what one may cost, when a cost is earned back."""
    currency, within = new.currency, horizon_in_words(new.horizon_days)
    rows = [
        (Cell(tr("First purchase leaves")), _money(new.first, currency)),
        (Cell(tr("A repeat purchase leaves")), _money(new.repeat, currency)),
        (Cell(tr("Repeat purchases in the first {ahead}, discounted", ahead=within)), _number(new.purchases)),
        (Cell(tr("Brings in the first {ahead}, so may cost at most", ahead=within)), _money(new.value, currency)),
    ]
    if new.acquisition_cost > 0:
        rows.append((Cell(tr("Winning one costs")), Cell(words.money(new.acquisition_cost, currency))))
        rows.append((Cell(tr("Earned back, days after the first purchase")), _payback(new)))
    return Table(
        name="new_customer",
        caption=tr("What a new customer brings"),
        columns=(tr("Figure"), tr("Estimate")),
        rows=tuple(rows),
        note=(
            tr(
                "On average over customers like those so far ({n}){discounting}. Small figures are "
                "95% intervals. The last customers won usually bring less than the average.",
                n=words.number(new.value.n or 0),
                discounting=discounting(new.discount_rate),
            )
        ),
    )


def retention_worth(worth: RetentionWorth) -> Table | None:
    """One row for the present customers, one for new ones: purchases and contribution that a point would add."""
    if worth.missing:
        return None
    rows = (
        (
            Cell(words.count(worth.n, "present customer")),
            _number(worth.present_purchases, 0),
            _money(worth.present, worth.currency),
        ),
        (
            Cell(tr("{n} new customers", n=words.number(PER_NEW))),
            _number(worth.new_purchases, 0),
            _money(worth.per_new, worth.currency),
        ),
    )
    return Table(
        name="retention_point",
        caption=tr("What one point fewer customers leaving would bring"),
        columns=(tr("Of"), tr("More purchases"), tr("More contribution")),
        rows=rows,
        note=(
            tr(
                "Over the next {ahead}{discounting}. One point: the {leaving} is {less} in "
                "place of {share}, and everybody leaves more slowly in that proportion. Small "
                "figures are 95% intervals.",
                ahead=horizon_in_words(worth.horizon_days),
                discounting=discounting(worth.discount_rate),
                leaving=worth.leaving_in_words,
                less=words.percent(worth.leaving.number - POINT, 1),
                share=words.percent(worth.leaving.number, 1),
            )
        ),
    )


def _payback(new: NewCustomer) -> Cell:
    day = new.payback_day
    if day.value is None:
        return Cell(tr("not in that time"))
    if day.low is None:
        return Cell(words.number(day.number))
    ends = words.number_between(*day.ends) if day.has_interval else tr("{low} or later", low=words.number(day.low))
    return Cell(words.number(day.number), ends)


def _number(estimate: Estimate, digits: int = 2) -> Cell:
    small = words.number_between(*estimate.ends, digits) if estimate.has_interval else ""
    return Cell(words.number(estimate.number, digits), small)


def _money(estimate: Estimate, currency: str) -> Cell:
    digits = 0 if abs(estimate.number) >= _WHOLE_FROM else 2
    small = words.money_between(*estimate.ends, currency, digits) if estimate.has_interval else ""
    return Cell(words.money(estimate.number, currency, digits), small)
