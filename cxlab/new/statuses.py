"""Orders that were cancelled or paid back: which rows a study leaves out for it, and what it does not read."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cxlab.new.dictionary import DONE, STATUSES, TAKEN_BACK, UNDONE
from cxlab.new.guess import Guess
from cxlab.new.headings import normal
from cxlab.new.scalars import in_full, shown

_FEW = 30
_NOTHING = ("0", "0.0", "0.00", "0,00")
_OF_WOO = re.compile("wc[-_]")


@dataclass(frozen=True)
class Status:
    """A column of orders that says whether they came to pass.

    Attributes
    ----------
    kept : its values that stand for a sale, in the order in which they come; those that are `unknown` are asked about.
    others : rows by the values that stand for none.
    n, n_bare : rows looked at, and those without a value.
    why_not : why rows cannot be left out by it; empty where they can.
    """

    heading: str
    kept: tuple[str, ...]
    unknown: tuple[str, ...]
    others: tuple[tuple[str, int], ...]
    n: int
    n_bare: int
    why_not: str = ""

    @property
    def no_sales(self) -> str:
        """Which of its values stand for no sale, and in how many rows."""
        return ", ".join(f"{n:,} {shown(value)}" for value, n in self.others)

    @property
    def left_out(self) -> str:
        """What is left out by it, in words."""
        bare = f", {self.n_bare:,} without a value" if self.n_bare else ""
        n = sum(n for _, n in self.others) + self.n_bare
        return f"{n:,} of the first {self.n:,} rows: {self.no_sales}{bare}"

    @property
    def trap(self) -> str:
        """What to know where rows cannot be left out by it."""
        return f"rows count as sales whose {in_full(self.heading)} says otherwise ({self.no_sales}): {self.why_not}"


def statuses(guess: Guess) -> list[Status]:
    """Return the columns of orders by which some of the rows looked at are no sales."""
    if guess.table != "orders":
        return []
    known = STATUSES.ranked("status")
    found = [_status(guess, name) for name in guess.left if normal(name) in known]
    return [status for status in found if status is not None]


def undone(guess: Guess) -> list[str]:
    """Say of what orders do not tell: rows left out for their status, and amounts paid back that are not read."""
    if guess.table != "orders":
        return []
    found = statuses(guess)
    notes = [
        f"`keep` leaves out what is no sale by its {in_full(one.heading)}, {one.left_out}"
        for one in found
        if not one.why_not
    ]
    rows = _kept_rows(guess, found)
    for name in guess.left:
        if normal(name) in TAKEN_BACK.ranked("refunded amount"):
            values = guess.look.values(name)
            n = sum(values[row] is not None and values[row] not in _NOTHING for row in rows)
            if n:
                notes.append(
                    f"{in_full(name)} is not read, though {n:,} of the first rows have one: these count in full"
                )
    return notes


def _status(guess: Guess, heading: str) -> Status | None:
    values = guess.look.values(heading)
    counts = Counter(value for value in values if value is not None)
    undone = {value: n for value, n in counts.items() if _plain(value).startswith(UNDONE)}
    kept = tuple(value for value in counts if value not in undone)
    if len(counts) > _FEW or not undone:
        return None
    unknown = tuple(value for value in kept if not _plain(value).startswith(DONE))
    why_not = _why_not(guess, heading) if kept else "none of the first rows would be left; see which of these are sales"
    bare = len(values) - counts.total()
    return Status(heading, kept, unknown, tuple(sorted(undone.items())), len(values), bare, why_not)


def _why_not(guess: Guess, heading: str) -> str:
    """Say why rows cannot be left out by a status; empty where they can."""
    if heading not in guess.look.everywhere:
        return "not all of the files have that column; take out what is no sale"
    numbers = guess.columns.get("order_id")
    orders: Sequence[str | None] = guess.look.values(numbers) if numbers else ()
    given = {order for order, value in zip(orders, guess.look.values(heading), strict=False) if value is not None}
    bare = sum(
        order in given and value is None for order, value in zip(orders, guess.look.values(heading), strict=False)
    )
    if bare:
        return (
            f"it stands on one line of an order only, and `keep` would leave out the {bare:,} others; write it on each "
            "line, or take out what is no sale"
        )
    return ""


def _plain(value: str) -> str:
    return normal(_OF_WOO.sub("", value, count=1) if _OF_WOO.match(value) else value)


def _kept_rows(guess: Guess, found: Sequence[Status]) -> list[int]:
    """Return the rows that are not left out."""
    asked = [(guess.look.values(one.heading), set(one.kept)) for one in found if not one.why_not]
    n = max((len(guess.look.values(name)) for name in guess.look.headings), default=0)
    return [row for row in range(n) if all(values[row] in kept for values, kept in asked)]
