"""Which columns of a file may be one of ours: by the heading, and only where the values do not contradict it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from cxlab.contract import TableContract
from cxlab.intake.personal import is_personal
from cxlab.new.dictionary import HEADINGS, PIECES
from cxlab.new.headings import Words, apart, names_one_of, normal
from cxlab.new.looks import Look
from cxlab.new.misfits import misfit
from cxlab.new.scalars import in_full
from cxlab.new.systems import System

SURE, LIKELY, DOUBTFUL = 1, 2, 3
_NEAR, _SHORTEST_NEAR = 0.87, 6


@dataclass(frozen=True, order=True)
class Candidate:
    """A column of the file that may be one of ours; the best sorts first.

    Attributes
    ----------
    tier : how much its heading says: 1 sure, 2 likely, 3 doubtful.
    rank : place among the headings of that tier; 0: it is called as ours is.
    like : the heading that it is only like.
    """

    tier: int
    rank: int
    place: int
    theirs: str = field(compare=False)
    like: str = field(default="", compare=False)


@dataclass(frozen=True)
class Candidates:
    """Candidates of a table by our column, best first; and why columns that are called so were not taken."""

    by_ours: Mapping[str, list[Candidate]]
    refused: Mapping[str, dict[str, str]]


def find_candidates(contract: TableContract, look: Look, system: System | None) -> Candidates:
    """Hold every heading of a file against what our columns of a table are called elsewhere."""
    by_ours: dict[str, list[Candidate]] = {}
    refused: dict[str, dict[str, str]] = {}
    for column in contract.columns:
        found = by_ours[column.name] = []
        refusals = refused[column.name] = {}
        for candidate in _called_so(contract.name, column.name, look, system):
            if column.name == "revenue" and is_of_pieces(candidate.theirs):
                continue
            why = misfit(column, look.contents[candidate.theirs], called_so=candidate.tier < DOUBTFUL)
            if not why:
                found.append(candidate)
            elif candidate.tier < DOUBTFUL:
                refusals[candidate.theirs] = f"{in_full(candidate.theirs)} {why}"
        found.sort()
    return Candidates(by_ours, refused)


def is_of_pieces(heading: str) -> bool:
    """Whether a heading is one of quantities, of which no amount of money is made."""
    return names_one_of(heading, PIECES)


def _called_so(table: str, ours: str, look: Look, system: System | None) -> list[Candidate]:
    headings = {theirs: normal(theirs) for theirs in look.headings}
    if system and ours in system.columns and table == "orders":
        wanted = [normal(heading) for heading in system.columns[ours]]
        return [
            Candidate(SURE, wanted.index(plain) + 1, place, theirs)
            for place, (theirs, plain) in enumerate(headings.items())
            if plain in wanted
        ]
    known = HEADINGS[table].get(ours, Words()).ranked(ours)
    taken = {word for column, words in HEADINGS[table].items() for word in words.ranked(column)}
    found = []
    for place, (theirs, plain) in enumerate(headings.items()):
        if plain in known:
            found.append(Candidate(*known[plain], place, theirs))
        elif plain not in taken and (word := _without_remark(theirs, known, taken)):
            tier, rank = known[word]
            found.append(Candidate(max(tier, LIKELY), len(known) + rank, place, theirs))
        elif len(plain) >= _SHORTEST_NEAR and plain not in taken and not is_personal(theirs):
            near = get_close_matches(plain, [word for word in known if _may_be_misspelled(plain, word)], 1, _NEAR)
            if near:
                found.append(Candidate(DOUBTFUL, len(known), place, theirs, near[0]))
    return found


def _without_remark(heading: str, known: Collection[str], taken: Collection[str]) -> str:
    """Return the known word that stands before a parenthesis or in it, where the other does not name another column."""
    parts = [] if is_personal(heading) else apart(heading)
    for word, other in zip(parts, reversed(parts), strict=True):
        if word in known and (other in known or other not in taken):
            return word
    return ""


def _may_be_misspelled(heading: str, word: str) -> bool:
    """Whether a heading may stand for a word; one that only goes on where the other ends says something else."""
    return len(word) >= _SHORTEST_NEAR and not heading.startswith(word) and not word.startswith(heading)
