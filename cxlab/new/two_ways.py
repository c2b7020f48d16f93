"""Dates and amounts that can be read in two ways, as the rows looked at leave it open."""

from dataclasses import dataclass

from cxlab.contract import TABLES
from cxlab.engine import Engine
from cxlab.intake.readings import Ambiguous, choose_decimal
from cxlab.new.guess import Guess
from cxlab.new.scalars import in_full, shown


@dataclass(frozen=True)
class Question:
    """What `read:` must settle: the option, its two values, and a value in the file that they read differently."""

    option: str
    values: tuple[str, str]
    example: str


def questions(guess: Guess) -> list[Question]:
    """Return what cannot be told from the first rows of a table; what one column settles is so for the others too."""
    return _of_dates(guess) + _of_amounts(guess)


def _of_dates(guess: Guess) -> list[Question]:
    contract, contents = TABLES[guess.table], guess.look.contents
    moments = {
        theirs: contents[theirs].date
        for ours, theirs in guess.columns.items()
        if contract.column(ours).kind == "moment"
    }
    settled = {date for date in moments.values() if isinstance(date, str)}
    for theirs, date in moments.items():
        if isinstance(date, Ambiguous) and not settled.intersection(date.readings):
            return [_question("date_format", theirs, date)]
    return []


def _of_amounts(guess: Guess) -> list[Question]:
    contract, contents = TABLES[guess.table], guess.look.contents
    amounts = [
        theirs
        for ours, theirs in guess.columns.items()
        if contract.column(ours).kind in ("money", "number") and contents[theirs].kind == "text"
    ]
    fields = {f"f{i}": guess.look.values(theirs) for i, theirs in enumerate(amounts)}
    if not fields:
        return []
    with Engine() as engine:
        engine.take("amounts", fields, dict.fromkeys(fields, "string"))
        found = choose_decimal(engine, "amounts", tuple(fields))
    if not isinstance(found, Ambiguous):
        return []
    where = next(theirs for theirs in amounts if found.value in guess.look.values(theirs))
    return [_question("decimal", where, found)]


def _question(option: str, theirs: str, found: Ambiguous) -> Question:
    one, other = found.meanings
    example = f"{shown(found.value)} in {in_full(theirs)} is {one} or {other}, and all in the first rows leave it open"
    return Question(option, found.readings, example)
