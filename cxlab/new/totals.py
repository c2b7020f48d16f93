"""The trap of order exports: a total of the whole order that stands among its lines, on one of them or on every one."""

from collections.abc import Sequence
from typing import Literal

from cxlab.new.candidates import DOUBTFUL, SURE, Candidates
from cxlab.new.looks import Look
from cxlab.new.scalars import shown

_FEWEST_ORDERS = 3
_SHARE = 0.9
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
    if len(several) < _FEWEST_ORDERS:
        return None
    on_one = sum(sum(amount is not None for amount in found) == 1 for found in several)
    if on_one >= _SHARE * len(several):
        return "one"
    same = sum(len(set(found)) == 1 for found in several)
    differ = len({amount for found in several for amount in found}) > 1
    return "every" if differ and same >= _SHARE * len(several) else None


def without_order_totals(look: Look, candidates: Candidates) -> tuple[Candidates, list[str]]:
    """Take out the amounts of whole orders where a record is a line, unless no other amount is there.

    Returns
    -------
    The candidates that are left, and what to know of an amount that was kept.
    """
    orders, amounts = candidates.by_ours["order_id"], candidates.by_ours["revenue"]
    if not orders or not amounts:
        return candidates, []
    numbers = look.values(orders[0].theirs)
    stands = {amount.theirs: order_total(numbers, look.values(amount.theirs)) for amount in amounts}
    by_line = any(stands[amount.theirs] is None for amount in amounts if amount.tier < DOUBTFUL)
    by_piece = all(candidates.by_ours[name] for name in ("quantity", "unit_price"))
    kept, notes, refused = [], [], dict(candidates.refused["revenue"])
    for amount in amounts:
        where, name = stands[amount.theirs], shown(amount.theirs)
        if where is None:
            kept.append(amount)
        elif where == "one" and not by_line and not by_piece:
            kept.append(amount)
            notes.append(f"{name} stands on {_STANDS[where]}: keep one line an order, or the others are rejects")
        elif amount.tier == SURE:
            refused[amount.theirs] = f"{name} stands on {_STANDS[where]}: it was not taken"
    left = Candidates({**candidates.by_ours, "revenue": kept}, {**candidates.refused, "revenue": refused})
    return left, notes
