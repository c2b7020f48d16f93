"""Of a table with arms: which arm is the control, and which columns are outcomes beside the one that is asked for."""

import re

from cxlab.engine import Engine
from cxlab.intake.personal import point_to_people
from cxlab.new.dictionary import HEADINGS
from cxlab.new.guess import Guess
from cxlab.new.headings import normal

_CONTROL = re.compile(
    r"(control|ctrl|kontrolli|verrokki|vertailu|placebo|lume|holdout|none|untreated|baseline|false|no|ei)\w*|0+|no.*"
)


def arms(guess: Guess) -> tuple[str, ...]:
    """Return the arms in the rows looked at."""
    theirs = guess.columns.get("arm")
    return guess.look.contents[theirs].few if theirs else ()


def control(guess: Guess) -> str | None:
    """Return the arm that is the control by its name; None where no arm, or more than one, is called so."""
    found = [arm for arm in arms(guess) if arm == "control"] or [
        arm for arm in arms(guess) if _CONTROL.fullmatch(normal(arm))
    ]
    return found[0] if len(found) == 1 else None


def other_outcomes(guess: Guess) -> list[str]:
    """Return columns of numbers that are called as outcomes are, and are not the one that was taken."""
    words = HEADINGS["outcomes"]["outcome"].ranked("outcome")
    return [name for name in guess.left if normal(name) in words and guess.look.contents[name].are_numbers]


def personal(guess: Guess) -> list[str]:
    """Return columns that point to a person, as the intake leaves them out, as far as the rows looked at tell."""
    fields = {f"f{i}": name for i, name in enumerate(guess.left)}
    if not fields:
        return []
    with Engine() as engine:
        values = {field: guess.look.values(name) for field, name in fields.items()}
        engine.take("sample", values, dict.fromkeys(fields, "string"))
        return [fields[field] for field in point_to_people(engine, "sample", fields)]


def ignored(guess: Guess) -> list[str]:
    """Return columns of an experiment that are no covariates: other outcomes, and what points to a person."""
    if guess.table != "outcomes":
        return []
    also, people = other_outcomes(guess), personal(guess)
    return [name for name in guess.left if name in also or name in people]
