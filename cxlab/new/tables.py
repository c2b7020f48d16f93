"""Which of the tables each file is: by what was found in it, and by a word in its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from cxlab.contract import TABLES
from cxlab.new.candidates import DOUBTFUL, LIKELY, SURE
from cxlab.new.columns import guess_columns
from cxlab.new.guess import BY_VALUES, Guess, Taken
from cxlab.new.looks import Look
from cxlab.new.trials import control

_WEIGHT = {SURE: 3.0, LIKELY: 1.0, DOUBTFUL: 0.5, BY_VALUES: 0.25}
_HINT, _ORDERS_FIRST = 4.0, 0.5
_ANYWHERE = {"customer_id", "order_id", "category", "channel", "store"}
"""Columns that tell nothing of the table."""
_COMMON = _ANYWHERE | {"amount", "cost", "kind"}
"""Columns that tell nothing of it when they are called as ours."""


@dataclass(frozen=True)
class Unused:
    """A file that is left out of the study, and why."""

    look: Look
    why: str


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
    for i, look in enumerate(looks):
        if i not in found.values():
            like = _most_like(look, {table: guesses[i, table] for table in TABLES}, found)
            if like is not None:
                found[like] = i
    unused = [
        Unused(look, _why([table for j, table in fits if j == i]))
        for i, look in enumerate(looks)
        if i not in found.values()
    ]
    return [guesses[found[table], table] for table in TABLES if table in found], unused


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
    """Return the table for a file of which not all was found: that of its name, else orders where there are none."""
    hinted = [table for table in TABLES if table in look.hints and table not in found]
    if hinted:
        return max(hinted, key=lambda table: _score(guesses[table]))
    return None if {"orders", "outcomes"} & set(found) else "orders"


def _why(fits: list[str]) -> str:
    if not fits:
        return "its headings are those of no table"
    return f"it could be {' or '.join(fits)}, of which another file has other headings: name their columns alike"
