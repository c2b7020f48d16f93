"""Files that are left out of a study, and why: what was not found in them, or which file brings that table already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cxlab.contract import TABLES
from cxlab.new.customers import is_list_of_customers
from cxlab.new.guess import MISSING, Guess
from cxlab.new.looks import Look
from cxlab.new.scalars import scalar

_FEWEST_FOUND = 2


@dataclass(frozen=True)
class Unused:
    """A file that is left out of the study, and why."""

    look: Look
    why: str

    @property
    def words(self) -> str:
        """What is to be said of it."""
        return f"{self.look.title} {'are' if self.look.is_several else 'is'} not used: {self.why}"


def n_found(guess: Guess) -> int:
    """Count the columns that a table needs and that a file has by their headings, read or not."""
    contract = TABLES[guess.table]
    needed = {column.name for column in contract.columns if column.required}
    needed |= {ours for group in contract.one_of for ours in group}
    return sum(
        bool(one.refused) if one.theirs is None else one.tier < MISSING for one in guess.taken if one.ours in needed
    )


def why_unused(guesses: Mapping[str, Guess], fits: Collection[str], used: Mapping[str, Guess]) -> str:
    """Say why a file is left out.

    Parameters
    ----------
    guesses : what the file is as each of the tables.
    fits : the tables that it could be.
    used : what the tables were made of.
    """
    orders = guesses["orders"]
    it, its, is_ = ("they", "their", "are") if orders.look.is_several else ("it", "its", "is")
    if is_list_of_customers(orders):
        return f"{it} {is_} a list of customers, a row each: no table of a study is made of one"
    taken = [table for table in fits if table in used]
    if taken:
        return f"{it} could be {' or '.join(taken)}, {_beside(guesses[taken[0]], used[taken[0]])}"
    hinted = guesses[next(iter(guesses))].look.hints
    nearest = max(guesses.values(), key=lambda guess: (n_found(guess), guess.table in hinted))
    lacking = [one for one in nearest.taken if one.theirs is None]
    if n_found(nearest) < _FEWEST_FOUND or not lacking:
        return f"{its} headings are those of no table"
    said = "; ".join(f"`{one.ours}` was not found{_because(one.refused)}" for one in lacking)
    if nearest.table == "orders" and not names_an_amount(nearest):
        said = "nothing in it is called as an amount is, nor as pieces with their price"
    return f"{it} could be {nearest.table}, but {said}"


def names_an_amount(orders: Guess) -> bool:
    """Whether a heading of a file is one of amounts that orders have, or pieces stand there with their price."""
    return all(one.theirs is not None or one.refused for one in orders.taken if one.ours == "revenue")


def _because(refused: Sequence[str]) -> str:
    return f": {', '.join(refused)}" if refused else ""


def _beside(guess: Guess, used: Guess) -> str:
    """Say how a file differs from the one that was taken for the table, and what to do."""
    other = used.look.title
    has, its = ("have", "their") if guess.look.is_several else ("has", "its")
    files, them = ("the files", "them") if len(guess.look.names) > 1 else ("the file", "it")
    if set(guess.look.headings) == set(used.look.headings):
        if guess.look.is_book and used.look.is_book and guess.look.sheets != used.look.sheets:
            return f"and {has} the same headings as {other}, but other sheets: call the sheets alike"
        return f"and {has} the same headings as {other}: put them under one `path:` if they are of one table"
    both = {ours: (used.columns[ours], one) for ours, one in guess.columns.items() if ours in used.columns}
    called = ", ".join(
        f"{ours}: [{scalar(theirs)}, {scalar(one)}]" for ours, (theirs, one) in both.items() if theirs != one
    )
    if not called:
        return f"of which {other} has other columns: bring them with the same"
    sheets = f", name {its} sheets under `read:`" if guess.look.sheets else ""
    return (
        f"but {its} columns are called otherwise than those of {other}: to bring both, copy {files} into the folder, "
        f"add {them} to `path:`"
        f"{sheets}, and give both names under `columns:` ({called})"
    )
