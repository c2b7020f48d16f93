"""Which of the tables each file is: by what was found in it, and by a word in its name."""

from collections.abc import Sequence

from cxlab.contract import TABLES
from cxlab.new.candidates import DOUBTFUL, LIKELY, SURE
from cxlab.new.columns import guess_columns
from cxlab.new.customers import is_list_of_customers
from cxlab.new.guess import BY_VALUES, Guess, Taken
from cxlab.new.looks import Look
from cxlab.new.trials import control
from cxlab.new.unused import Unused, n_found, names_an_amount, why_unused

_WEIGHT = {SURE: 3.0, LIKELY: 1.0, DOUBTFUL: 0.5, BY_VALUES: 0.25}
_HINT, _ORDERS_FIRST = 4.0, 0.5
_ANYWHERE = {"customer_id", "order_id", "category", "channel", "store"}
"""Columns that tell nothing of the table."""
_COMMON = _ANYWHERE | {"amount", "cost", "kind"}
"""Columns that tell nothing of it when they are called as ours."""


def sort_out(looks: Sequence[Look]) -> tuple[list[Guess], list[Unused]]:
    """Give each table one file, and each file one table, the surest first.

    Returns
    -------
    Guesses in the order of the contract, and the files for which no table is left.
    """
    guesses = {(i, table): guess_columns(table, look) for i, look in enumerate(looks) for table in TABLES}
    order = list(TABLES)
    fits = sorted(
        (key for key, guess in guesses.items() if _fits(guess)),
        key=lambda key: (-_score(guesses[key]), order.index(key[1]), key[0]),
    )
    found: dict[str, int] = {}
    for i, table in fits:
        if table not in found and i not in found.values():
            found[table] = i
    left = [i for i in range(len(looks)) if i not in found.values()]
    for i in sorted(left, key=lambda i: -max(n_found(guesses[i, table]) for table in TABLES)):
        like = _most_like(looks[i], {table: guesses[i, table] for table in TABLES}, found)
        if like is not None:
            found[like] = i
    used = {table: guesses[found[table], table] for table in TABLES if table in found}
    unused = [
        Unused(
            look,
            why_unused({table: guesses[i, table] for table in TABLES}, [table for j, table in fits if j == i], used),
        )
        for i, look in enumerate(looks)
        if i not in found.values()
    ]
    return list(used.values()), unused


def _fits(guess: Guess) -> bool:
    """Whether all that is needed was found, and something in it tells this table from others."""
    if not guess.is_complete:
        return False
    hinted = guess.table in guess.look.hints
    tiers = {one.ours: one.tier for one in guess.taken}
    if guess.table in ("assignments", "outcomes"):
        named = tiers["arm"] == SURE or control(guess) is not None
        dated = any(guess.look.contents[name].are_moments for name in guess.look.headings)
        return hinted or (named and (guess.table == "assignments" or not dated))
    if guess.table == "orders":
        if is_list_of_customers(guess):
            return False
        amounts = [tiers[name] for name in ("revenue", "unit_price") if name in tiers]
        return hinted or min(amounts, default=DOUBTFUL) <= LIKELY or tiers["ordered_at"] == SURE
    return hinted or any(_tells(one) for one in guess.taken)


def _tells(one: Taken) -> bool:
    return one.tier == SURE and one.ours not in (_COMMON if one.called_ours else _ANYWHERE)


def _score(guess: Guess) -> float:
    score = sum(_WEIGHT.get(one.tier, 0.0) / (2 if one.ours in _COMMON else 1) for one in guess.taken)
    hinted = guess.look.hints
    return score + _HINT * (guess.table in hinted) + _ORDERS_FIRST * (guess.table == "orders")


def _most_like(look: Look, guesses: dict[str, Guess], found: dict[str, int]) -> str | None:
    """Return the table for a file of which not all was found: that of its name, else orders where there are none.

    Orders are made of a file whose headings name an amount, or say nothing at all.
    """
    is_list = is_list_of_customers(guesses["orders"])
    hinted = [table for table in TABLES if table in look.hints and table not in found]
    if is_list and "orders" in hinted:
        hinted.remove("orders")
    if hinted:
        return max(hinted, key=lambda table: _score(guesses[table]))
    if is_list or {"orders", "outcomes"} & set(found):
        return None
    says_nothing = all(one.tier >= BY_VALUES for guess in guesses.values() for one in guess.taken)
    return "orders" if says_nothing or names_an_amount(guesses["orders"]) else None
