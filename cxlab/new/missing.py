"""What is needed and was not found: a line to fill in, with the columns that it may be."""

from collections.abc import Sequence

from cxlab.contract import Column, TableContract
from cxlab.intake.personal import is_personal
from cxlab.new.candidates import Candidates, is_of_pieces
from cxlab.new.guess import MISSING, Taken
from cxlab.new.looks import Look
from cxlab.new.misfits import misfit
from cxlab.new.scalars import in_full

_MOST_SHOWN = 5


def to_fill_in(contract: TableContract, look: Look, candidates: Candidates, taken: Sequence[Taken]) -> list[Taken]:
    """Return the columns that a table needs beyond those that were taken, with what to fill in."""
    found = {one.ours for one in taken}
    needed = [column.name for column in contract.columns if column.required and column.name not in found]
    if contract.one_of and not any(found.issuperset(group) for group in contract.one_of):
        needed.append(contract.one_of[0][0])
    free = [name for name in look.headings if name not in {one.theirs for one in taken}]
    return [
        Taken(
            ours, None, MISSING, doubt=_words(contract, ours, look, candidates, free),
            refused=tuple(candidates.refused[ours].values()),
        )
        for ours in needed
    ]  # fmt: skip


def _words(contract: TableContract, ours: str, look: Look, candidates: Candidates, free: list[str]) -> str:
    column, refused = contract.column(ours), candidates.refused[ours]
    possible = [name for name in free if name not in refused and _may_be(column, look, name)]
    words = [column.meaning.split(";")[0]]
    if possible:
        words.append(f"perhaps {_listed(possible)}")
    words += refused.values()
    if not possible and not refused:
        words.append("no column of the file seems to hold it")
    if any(ours in group for group in contract.one_of):
        words += [f"or map {' with '.join(group)}" for group in contract.one_of if ours not in group]
    return "; ".join(words)


def _may_be(column: Column, look: Look, name: str) -> bool:
    contents = look.contents[name]
    if misfit(column, contents) or is_personal(name) or (column.name == "revenue" and is_of_pieces(name)):
        return False
    return column.kind != "id" or contents.n_distinct > 2


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_SHOWN
    return ", ".join(map(in_full, names[:_MOST_SHOWN])) + (f" and {more} more" if more > 0 else "")
