"""What is unsure of a column that was taken."""

from collections.abc import Mapping

from cxlab.contract import Column
from cxlab.new.candidates import DOUBTFUL, LIKELY, SURE, Candidate, Candidates
from cxlab.new.contents import MOST
from cxlab.new.customers import doubts_of_customers, guests
from cxlab.new.looks import Look
from cxlab.new.scalars import in_full, shown

_FULLER = 0.05


def doubts(table: str, column: Column, look: Look, candidates: Candidates, chosen: Mapping[str, Candidate]) -> str:
    """Say what is unsure of the candidate that was chosen for one of our columns; empty when nothing is.

    Parameters
    ----------
    chosen : the candidates that were taken, by our columns.
    """
    candidate = chosen[column.name]
    name = in_full(candidate.theirs)
    found = []
    if candidate.like:
        found.append(f"the heading {name} is only like `{candidate.like}`")
    elif candidate.tier == DOUBTFUL:
        found.append(f"is {name} {column.meaning.split(';')[0]}?")
    rivals = _rivals(column.name, look, candidates, candidate, {one.theirs for one in chosen.values()})
    if rivals:
        found.append(" or ".join([name, *map(in_full, rivals)]) + "?")
    if column.name == "customer_id":
        found += doubts_of_customers(table, look, candidates, candidate.theirs)
    if look.peek.names.count(candidate.theirs) > 1:
        found.append(f"two columns are called {name}: rename one in the file")
    if column.kind == "moment" and look.contents[candidate.theirs].counted:
        found.append(f"{name} holds numbers, read as {look.contents[candidate.theirs].counted}")
    words, many = unread(column, look, candidate.theirs)
    if many:
        found.append(words)
    if _has_two_marks(column, look, candidate.theirs):
        found.append(f"{name} has a decimal point in some rows and a comma in others: of one text file, one is read")
    return "; ".join(found)


def _has_two_marks(column: Column, look: Look, theirs: str) -> bool:
    """Whether one text file writes its numbers in two ways, which is read in one."""
    is_one_text = len(look.names) == 1 and not look.is_book and look.contents[theirs].kind == "text"
    return column.kind in ("money", "number") and is_one_text and look.contents[theirs].one_mark < MOST


def unread(column: Column, look: Look, theirs: str) -> tuple[str, bool]:
    """Say which values of a column of numbers are none, and whether they are many; empty where all are numbers."""
    contents = look.contents[theirs]
    if column.kind not in ("money", "number") or not contents.no_number or contents.kind == "number":
        return "", False
    n, given = contents.n_no_number, contents.n_given
    are = "is no number" if n == 1 else "are no numbers"
    words = f"{n:,} of the first {given:,} values of {in_full(theirs)} {are}, as {shown(contents.no_number)}"
    return words, not contents.are_numbers


def _rivals(ours: str, look: Look, candidates: Candidates, candidate: Candidate, used: set[str]) -> list[str]:
    """Return columns that are as good a guess and tell something else."""
    if candidate.tier == SURE and candidate.rank == 0:
        return []
    worst = max(candidate.tier, LIKELY if ours == "customer_id" else SURE)
    others = [c.theirs for c in candidates.by_ours[ours] if c.tier <= worst and not c.like and c.theirs not in used]
    if ours == "customer_id":
        others = [other for other in others if not guests(look, other)]
    return [other for other in others if not _tell_the_same(look, candidate.theirs, other)]


def _tell_the_same(look: Look, one: str, other: str) -> bool:
    """Whether two columns part the rows alike, and the other is not the fuller one."""
    both = zip(look.values(one), look.values(other), strict=True)
    pairs = {(a, b) for a, b in both if a is not None and b is not None}
    fuller = look.contents[other].n_given - look.contents[one].n_given > _FULLER * look.contents[one].n
    return not fuller and len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
