"""Of a table with arms: which arm is the control, and which columns are outcomes beside the one that is asked for."""

import re

from cxlab.intake.personal import is_personal
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
    """Return columns that point to a person; one with few values, as a kind of place, does not."""
    contents = guess.look.contents
    return [name for name in guess.left if not contents[name].few and (is_personal(name) or contents[name].are_mails)]


def ignored(guess: Guess) -> list[str]:
    """Return columns of an experiment that are no covariates: other outcomes, and what points to a person."""
    if guess.table != "outcomes":
        return []
    also, people = other_outcomes(guess), personal(guess)
    return [name for name in guess.left if name in also or name in people]
