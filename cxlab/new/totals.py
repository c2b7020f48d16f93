"""The trap of order exports: a total of the whole order that stands among its lines, on one of them or on every one."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from cxlab.new.candidates import DOUBTFUL, SURE, Candidates
from cxlab.new.dictionary import OF_THE_ORDER
from cxlab.new.headings import apart, normal
from cxlab.new.looks import Look
from cxlab.new.scalars import in_full

_FEWEST_ORDERS = 3
_SHARE, _CENT = 0.9, 0.011
_STANDS = {
    "one": "one line of an order only",
    "every": "every line of an order, the whole of it each time",
}


def order_total(orders: Sequence[str | None], amounts: Sequence[str | None]) -> Literal["one", "every", None]:
    """Say whether an amount belongs to the order and not to its line, as orders of several lines show it.

    Parameters
    ----------
    orders : shape (n,), the order of each line.
    amounts : shape (n,), the amount on it; None where there is none.

    Returns
    -------
    "one" where it stands on one line of an order only, "every" where all lines of an order bear the same.

    Examples
    --------
    >>> order_total("aabbcc", ["9", None] * 3), order_total("aabbcc", "778899"), order_total("aabbcc", "123456")
    ('one', 'every', None)
    """
    lines: dict[str, list[str | None]] = {}
    for order, amount in zip(orders, amounts, strict=True):
        if order is not None:
            lines.setdefault(order, []).append(amount)
    several = [found for found in lines.values() if len(found) > 1]
    if not several:
        return None
    on_one = sum(sum(amount is not None for amount in found) == 1 for found in several)
    if on_one >= _SHARE * len(several):
        return "one"
    same = sum(len(set(found)) == 1 for found in several)
    differ = len({amount for found in several for amount in found}) > 1
    return "every" if differ and same >= _SHARE * len(several) else None


def without_order_totals(look: Look, candidates: Candidates) -> tuple[Candidates, list[str]]:
    """Take out the amounts of whole orders where a record is a line, unless no other amount is there.

    Where too few orders have several lines to tell, the heading and the pieces with their prices may; else an amount
    that is the same on all lines of an order is not taken, so that it is asked about.

    Returns
    -------
    The candidates that are left, and what to know of an amount that was kept.
    """
    orders, amounts = candidates.by_ours["order_id"], candidates.by_ours["revenue"]
    if not orders or not amounts:
        return candidates, []
    numbers = _of_customers(look, candidates, orders[0].theirs)
    products = _products(look, candidates)
    stands = {one.theirs: _stands(numbers, look.values(one.theirs), one.theirs, products) for one in amounts}
    by_line = any(stands[amount.theirs] is None for amount in amounts if amount.tier < DOUBTFUL)
    by_piece = products is not None
    kept, notes, refused = [], [], dict(candidates.refused["revenue"])
    for amount in amounts:
        where, name = stands[amount.theirs], in_full(amount.theirs)
        if where is None:
            kept.append(amount)
        elif where == "one" and not by_line and not by_piece:
            kept.append(amount)
            notes.append(f"{name} stands on {_STANDS[where]}: keep one line an order, or the others are rejects")
        elif where == "perhaps":
            refused[amount.theirs] = (
                f"{name} is the same on all lines of {_several(numbers)}: take it if it is of the line, and keep one "
                "line an order if it is of the whole order"
            )
        elif amount.tier == SURE or is_of_the_order(amount.theirs):
            refused[amount.theirs] = f"{name} stands on {_STANDS[where]}: it was not taken"
    left = Candidates({**candidates.by_ours, "revenue": kept}, {**candidates.refused, "revenue": refused})
    return left, notes


def _of_customers(look: Look, candidates: Candidates, orders: str) -> list[str | None]:
    """Return the order of each line; None where no customer stands, as in a line that sums up a month."""
    found = candidates.by_ours["customer_id"]
    if not found:
        return look.values(orders)
    both = zip(look.values(orders), look.values(found[0].theirs), strict=True)
    return [None if who is None else order for order, who in both]


def is_of_the_order(heading: str) -> bool:
    """Whether a heading names an amount of a whole order.

    Examples
    --------
    >>> is_of_the_order("Order Total (with shipping)"), is_of_the_order("Order line total"), is_of_the_order("Total")
    (True, False, False)
    """
    known = OF_THE_ORDER.ranked("order total")
    return any(word in known for word in (normal(heading), *apart(heading)[:1]))


def _stands(
    orders: Sequence[str | None], amounts: Sequence[str | None], heading: str, products: Sequence[float | None] | None
) -> Literal["one", "every", "perhaps", None]:
    """Say where an amount stands; "perhaps" on every line where a few orders only tell, and nothing else does."""
    lines: dict[str, list[int]] = {}
    for i, order in enumerate(orders):
        if order is not None:
            lines.setdefault(order, []).append(i)
    several = [found for found in lines.values() if len(found) > 1]
    if not several or len(several) >= _FEWEST_ORDERS:
        return order_total(orders, amounts)
    if all(sum(amounts[i] is not None for i in found) == 1 for found in several):
        return "one"
    if any(len({amounts[i] for i in found}) > 1 for found in several):
        return None
    if is_of_the_order(heading):
        return "every"
    if products is not None:
        pairs = [(as_number(amounts[i]), products[i]) for found in several for i in found]
        if all(a is not None and p is not None and abs(a - p) < _CENT for a, p in pairs):
            return None
        if all(a is not None and p is not None and a > p + _CENT for a, p in pairs):
            return "every"
    return "perhaps" if len(set(amounts)) > 1 else None


def _several(orders: Sequence[str | None]) -> str:
    n = sum(times > 1 for order, times in Counter(orders).items() if order is not None)
    return "the 1 order that has several" if n == 1 else f"the {n} orders that have several"


def _products(look: Look, candidates: Candidates) -> list[float | None] | None:
    """Return what the pieces of each line cost, where there are columns for them."""
    pieces, prices = candidates.by_ours["quantity"], candidates.by_ours["unit_price"]
    if not pieces or not prices:
        return None
    both = zip(*(map(as_number, look.values(one[0].theirs)) for one in (pieces, prices)), strict=True)
    return [None if n is None or price is None else n * price for n, price in both]


def as_number(text: str | None) -> float | None:
    """Read an amount, whatever its decimal sign: the last of its points and commas.

    Examples
    --------
    >>> as_number("1 234,50 €"), as_number("1,234.5"), as_number("x"), as_number("-7")
    (1234.5, 1234.5, None, -7.0)
    """
    digits = re.sub(r"[^\d.,-]", "", text or "")
    whole, mark, rest = digits.replace(",", ".").rpartition(".")
    try:
        return float(whole.replace(".", "") + mark + rest)
    except ValueError:
        return None
