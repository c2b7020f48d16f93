"""Which column of a file is which of ours, for one table: each of ours gets the best, each of theirs one place."""

from dataclasses import replace

from cxlab.contract import TABLES, TableContract
from cxlab.intake.personal import is_personal
from cxlab.new.candidates import SURE, Candidate, Candidates, find_candidates
from cxlab.new.customers import guests, instead_of_guests, is_joined
from cxlab.new.doubts import doubts, unread
from cxlab.new.guess import BY_VALUES, Guess, Taken
from cxlab.new.looks import Look
from cxlab.new.missing import to_fill_in
from cxlab.new.scalars import in_full
from cxlab.new.systems import System, known_system
from cxlab.new.totals import without_order_totals

_MAIL = "e-mail addresses are fine as an id: pages show pseudonyms; two spellings are two customers"


def guess_columns(table: str, look: Look) -> Guess:
    """Guess which column of a file is which of ours, were it this table."""
    contract = TABLES[table]
    system = known_system(look.headings) if table == "orders" else None
    candidates = find_candidates(contract, look, system)
    notes: list[str] = []
    if table == "orders":
        candidates, notes = without_order_totals(look, candidates)
    chosen = _assign(contract, look, candidates)
    if contract.one_of:
        _settle_amount(contract, candidates, chosen)
    taken = [_taken(contract, ours, look, candidates, chosen) for ours in contract.names if ours in chosen]
    taken += _by_values(contract, look, taken)
    taken += to_fill_in(contract, look, candidates, taken)
    if system:
        taken, more = _known(taken, look, system)
        notes += more
    taken.sort(key=lambda one: contract.names.index(one.ours))
    refused = _refused(look, candidates, taken)
    warnings = [
        f"{why}; it is read all the same, for it bears our name: rename it in the file" for why in refused[True]
    ]
    return Guess(table, look, tuple(taken), tuple(warnings), (*refused[False], *notes))


def _assign(contract: TableContract, look: Look, candidates: Candidates) -> dict[str, Candidate]:
    """Give each of ours its best candidate, and each column of the file to one of ours only."""
    places = {ours: place for place, ours in enumerate(contract.names)}
    pairs = sorted((one, places[ours], ours) for ours, found in candidates.by_ours.items() for one in found)
    chosen: dict[str, Candidate] = {}
    used: set[str] = set()
    for candidate, _, ours in pairs:
        if ours not in chosen and candidate.theirs not in used:
            chosen[ours] = candidate
            used.add(candidate.theirs)
    who = chosen.get("customer_id")
    if who and guests(look, who.theirs) and (named := instead_of_guests(look, candidates)):
        chosen["customer_id"] = next(one for one in candidates.by_ours["customer_id"] if one.theirs == named)
    return chosen


def _settle_amount(contract: TableContract, candidates: Candidates, chosen: dict[str, Candidate]) -> None:
    """Where no amount came together, take a column for it that was given to one that is not needed."""
    if not any(chosen.keys() >= set(group) for group in contract.one_of):
        (ours,) = contract.one_of[0]
        for candidate in candidates.by_ours[ours]:
            holder = next((name for name, one in chosen.items() if one.theirs == candidate.theirs), None)
            if holder is None or not contract.column(holder).required:
                if holder:
                    del chosen[holder]
                chosen[ours] = candidate
                break
    if "quantity" not in chosen:
        chosen.pop("unit_price", None)


def _taken(
    contract: TableContract, ours: str, look: Look, candidates: Candidates, chosen: dict[str, Candidate]
) -> Taken:
    candidate = chosen[ours]
    remark = _MAIL if contract.column(ours).kind == "id" and look.contents[candidate.theirs].are_mails else ""
    words, many = unread(contract.column(ours), look, candidate.theirs)
    remark = remark if many else words or remark
    called_ours = candidate.tier == SURE and candidate.rank == 0
    doubt = doubts(contract.name, contract.column(ours), look, candidates, chosen)
    return Taken(ours, candidate.theirs, candidate.tier, called_ours, doubt, remark)


def _by_values(contract: TableContract, look: Look, taken: list[Taken]) -> list[Taken]:
    """Take the only column of dates for the moment of a table, whatever it is called."""
    ours = contract.moment
    if ours is None or ours in {one.ours for one in taken} or not contract.column(ours).required:
        return []
    used = {one.theirs for one in taken}
    dates = [
        name for name in look.headings
        if look.contents[name].are_moments and name not in used and not is_joined(name) and not is_personal(name)
    ]  # fmt: skip
    if len(dates) != 1:
        return []
    return [Taken(ours, dates[0], BY_VALUES, doubt=f"{in_full(dates[0])} is the only column of dates that is left")]


def _known(taken: list[Taken], look: Look, system: System) -> tuple[list[Taken], list[str]]:
    """Add what is known of the system from which the file comes."""
    used = {one.theirs for one in taken}
    notes = [note for heading, note in system.notes.items() if heading in look.headings and heading not in used]
    return [replace(one, remark=system.remarks.get(one.theirs or "", one.remark)) for one in taken], notes


def _refused(look: Look, candidates: Candidates, taken: list[Taken]) -> dict[bool, list[str]]:
    """Say why columns were not taken for one of ours that has no other; apart by whether they bear our very name."""
    found, used = {one.ours for one in taken}, {one.theirs for one in taken}
    said: dict[bool, list[str]] = {True: [], False: []}
    for ours, refused in candidates.refused.items():
        for theirs, why in refused.items():
            if ours not in found and theirs not in used and look.contents[theirs].n_given:
                said[theirs == ours].append(why)
    return said
