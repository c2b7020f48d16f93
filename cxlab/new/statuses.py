"""Orders that were cancelled or paid back: columns that say so are not read, and the analyst should know."""

from collections import Counter

from cxlab.new.dictionary import STATUSES, TAKEN_BACK, UNDONE
from cxlab.new.guess import Guess
from cxlab.new.headings import normal
from cxlab.new.scalars import shown

_FEW = 30
_NOTHING = ("0", "0.0", "0.00", "0,00")


def undone(guess: Guess) -> list[str]:
    """Say which columns of orders tell of some that did not come to pass, in the rows looked at."""
    if guess.table != "orders":
        return []
    notes = []
    statuses, taken_back = STATUSES.ranked("status"), TAKEN_BACK.ranked("refunded amount")
    for name in guess.left:
        values = Counter(value for value in guess.look.values(name) if value is not None)
        if normal(name) in statuses and len(values) <= _FEW:
            found = {value: n for value, n in values.items() if normal(value).startswith(UNDONE)}
            if found:
                listed = ", ".join(f"{n:,} {shown(value)}" for value, n in sorted(found.items()))
                notes.append(f"{shown(name)} is not read ({listed} in the first rows): take out what is no order")
        elif normal(name) in taken_back:
            n = sum(times for value, times in values.items() if value not in _NOTHING)
            if n:
                notes.append(f"{shown(name)} is not read, though {n:,} of the first rows have one: these count in full")
    return notes
