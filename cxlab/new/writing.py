"""The text of a new `study.yml`: every guess on a line of its own, with what it means and what is unsure of it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxlab.contract import TABLES
from cxlab.new.guess import Guess, Taken
from cxlab.new.money import find_currency
from cxlab.new.page import Page
from cxlab.new.scalars import in_full, scalar, shown
from cxlab.new.statuses import Status, statuses
from cxlab.new.trials import arms, control, ignored, other_outcomes, personal
from cxlab.new.two_ways import questions
from cxlab.new.unused import Unused
from cxlab.study import FILL_IN

_MEANINGS = {
    "orders": "what was bought: a line an order, or a line of it",
    "gestures": "small gestures that were made to customers",
    "assignments": "who was drawn for which arm of a trial, and when",
    "costs": "work and money that went into serving customers",
    "feedback": "what customers answered when they were asked",
    "incidents": "what went wrong for customers",
    "referrals": "who recommended the shop to whom",
    "events": "steps of visits: from the first page to the purchase, and after it",
    "outcomes": "a published experiment, one row a customer",
}
_OPTIONAL = """
# What may be set besides; take the # away where you want to set it.
# calibration_end: 2024-06-30   # what is known up to this day foresees what came after; else two thirds of the time
# observation_end: 2024-12-31   # nothing after this day counts; else the day of the last order
# parameters:
#   margin_rate: 0.3            # share of revenue that is left after the cost of goods, where no costs are given
# privacy: {pseudonymise: true, minimum_group: 5}   # what pages show of people: no ids, and no smaller groups
"""


@dataclass(frozen=True)
class Said:
    """Something to be said: where in the file it stands (() where it stands nowhere), and what."""

    path: tuple[str, ...]
    words: str

    @property
    def what(self) -> str:
        """What stands there, as a person calls it."""
        return f"`{self.path[-1]}` of {self.path[1]}" if len(self.path) > 2 else f"`{self.path[-1]}`"


@dataclass(frozen=True)
class Written:
    """The text of a study, and what is to be said of it."""

    text: str
    to_fill_in: tuple[Said, ...]
    unsure: tuple[Said, ...]


def write_text(
    folder: Path, guesses: Sequence[Guess], paths: Mapping[str, str | Sequence[str]], unused: Sequence[Unused]
) -> Written:
    """Write the text of a study.

    Parameters
    ----------
    paths : path of each table's files, or several.
    """
    writer = _Writer()
    writer.head(folder, guesses)
    for guess in guesses:
        writer.source(guess, paths[guess.table])
    if not {"orders", "outcomes"} & {guess.table for guess in guesses}:
        writer.no_orders()
    for one in unused:
        writer.unused(one)
    return Written(writer.page.text + _OPTIONAL, tuple(writer.to_fill_in), tuple(writer.unsure))


def name_of(folder: Path) -> str:
    """Return the name of a study that lies in a folder: its name, as far as it is a valid one.

    Examples
    --------
    >>> name_of(Path("/data/My käämi, 2024")), name_of(Path("/"))
    ('My-kaami-2024', 'study')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", folder.resolve().name) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-") or "study"


class _Writer:
    """Writes a study part by part, and keeps what is to be said of it."""

    def __init__(self) -> None:
        self.page = Page()
        self.to_fill_in: list[Said] = []
        self.unsure: list[Said] = []

    def head(self, folder: Path, guesses: Sequence[Guess]) -> None:
        """Write what is of the whole study."""
        title = re.sub(r"[-_\s]+", " ", folder.resolve().name).strip(" .") or "A new study"
        currency = find_currency(guesses)
        self.page.remark("Guessed by `cxlab new` from headings and first rows: correct what is wrong, then run")
        self.page.remark("`cxlab check` on this folder, which reads all rows and says what is used and what is not.")
        self.page.line(f"name: {name_of(folder)}")
        self.page.line(f"title: {scalar(title[0].upper() + title[1:])}", "shown on the pages")
        self.page.line("language: en", "of the pages")
        self.page.line(f"currency: {currency.code}", currency.where, unsure=currency.doubt)
        self.page.line("sources:")
        if currency.doubt:
            self.unsure.append(Said(("currency",), currency.doubt))

    def source(self, guess: Guess, path: str | Sequence[str]) -> None:
        """Write a source."""
        self.page.line(f"  {guess.table}:", _MEANINGS[guess.table])
        self.page.line(f"    path: {_value(path)}")
        self._read(guess)
        self._keep(guess)
        self.page.line("    columns:", "ours: yours")
        for taken in guess.taken:
            self._column(guess, taken)
        if guess.table in ("assignments", "outcomes"):
            self._trial(guess)
        if guess.table == "outcomes":
            self._experiment(guess)
        if guess.table == "events":
            self._journey(guess)
        out = [*ignored(guess), *left_out(guess), *(one.heading for one in statuses(guess) if not one.why_not)]
        left = [name for name in guess.left if name not in out]
        along = TABLES[guess.table].further
        if left:
            words = "taken along" if along else "not read"
            self.page.remark(f"{words}: {', '.join(in_full(name)[1:-1] for name in left)}", indent=4)
        for words in (*guess.warnings, *guess.notes, *notes_of_people(guess)):
            self.page.remark(words, indent=4)
        self.unsure += [Said(("sources", guess.table), words) for words in guess.warnings]

    def no_orders(self) -> None:
        """Write the line for orders, which a study must have."""
        words = "a study needs orders, or outcomes: bring their file"
        self.page.line("  orders:", f"{FILL_IN} the path: {words}")
        self.page.line("    path:")
        self.to_fill_in.append(Said(("sources", "orders", "path"), words))

    def unused(self, one: Unused) -> None:
        """Write of a file that is left out."""
        self.page.remark(one.words, indent=2)
        self.unsure.append(Said((), one.words))

    def _keep(self, guess: Guess) -> None:
        """Write which values of a status count."""
        found = statuses(guess)
        for one in (one for one in found if one.why_not):
            if one.kept:
                self.page.remark(f"keep: {{{_kept(one)}}}", indent=4)
            self.page.remark(one.trap, indent=4)
            self.unsure.append(Said(("sources", guess.table), one.trap))
        kept = [one for one in found if not one.why_not]
        if not kept:
            return
        unknown = [f"is {shown(value)} of {in_full(one.heading)} a sale?" for one in kept for value in one.unknown]
        self.page.line(
            f"    keep: {{{', '.join(map(_kept, kept))}}}",
            *(f"leaves out {one.left_out}" for one in kept),
            "and whatever else stands further down: add what is a sale",
            unsure=" ".join(unknown),
        )
        if unknown:
            self.unsure.append(Said(("sources", guess.table, "keep"), " ".join(unknown)))

    def _read(self, guess: Guess) -> None:
        named = guess.look.sheets
        options: dict[str, Any] = {"sheet": named if len(named) > 1 else named[0]} if named else {}
        options |= dict(guess.look.peek.read)
        given = [f"{key}: {_value(value)}" for key, value in options.items()]
        asked = questions(guess)
        chosen = ", ".join(f'{one.option}: "{one.values[0]}"' for one in asked)
        others = "; ".join(f'or "{one.values[1]}": {one.example}' for one in asked)
        if given:
            self.page.line(f"    read: {{{', '.join(given)}}}", *([f"unsure: add {chosen}", others] if asked else []))
        elif asked:
            self.page.line(f"    # read: {{{chosen}}}", others)
        for one in asked:
            words = f'is {one.option} "{one.values[0]}" or "{one.values[1]}"? {one.example}'
            self.unsure.append(Said(("sources", guess.table), words))

    def _column(self, guess: Guess, taken: Taken) -> None:
        here = ("sources", guess.table, "columns", taken.ours)
        if taken.theirs is None:
            self.page.line(f"      {taken.ours}:", f"{FILL_IN}: {taken.doubt}")
            self.to_fill_in.append(Said(here, taken.doubt))
            return
        meaning = TABLES[guess.table].column(taken.ours).meaning
        self.page.line(f"      {taken.ours}: {scalar(taken.theirs)}", meaning, taken.remark, unsure=taken.doubt)
        if taken.doubt:
            self.unsure.append(Said(here, taken.doubt))

    def _trial(self, guess: Guess) -> None:
        there, found = arms(guess), control(guess)
        if not there:
            return
        named = ", ".join(shown(arm) for arm in there)
        if found is not None:
            self.page.line(f"    control: {scalar(found)}", f"the arm that the others are held against: {named}")
        else:
            words = f"the arm that the others are held against, one of {named}"
            self.page.line("    control:", f"{FILL_IN}: {words}")
            self.to_fill_in.append(Said(("sources", guess.table, "control"), words))
        shares = ", ".join(f"{scalar(arm)}: 1" for arm in there)
        self.page.line(f"    # allocation: {{{shares}}}", "the shares that were meant, to check the arms' sizes")

    def _experiment(self, guess: Guess) -> None:
        self.page.line("    design: randomised", "or observational, where nobody was drawn by lot")
        out = ignored(guess)
        if out:
            listed = ", ".join(scalar(name) for name in out)
            why = "other outcomes, it seems" if other_outcomes(guess) else "what belongs to a person"
            self.page.line(
                f"    ignore: [{listed}]", f"{why}; all further columns must have been known before the draw"
            )
        groups = [name for name in guess.left if name not in out and len(guess.look.contents[name].few) > 1]
        if groups:
            one = next((name for name in groups if "segment" in name.lower()), groups[0])
            ours = "segment_" + re.sub(r"\W+|_?segment_?", "_", one.lower()).strip("_")
            words = f"to have the effect told by groups as well, name them under columns:, as {ours}: {scalar(one)}"
            self.page.remark(words, indent=4)

    def _journey(self, guess: Guess) -> None:
        """Write how the steps may be named in their order."""
        theirs = next((one.theirs for one in guess.taken if one.ours == "step"), None)
        there = [] if theirs is None else sorted(guess.look.contents[theirs].few)
        listed = ", ".join(map(scalar, there)) or "visit, product, basket, payment"
        self.page.line(
            f"    # steps: [{listed}]", "put them in their order, and leave out what is no step; else it is found"
        )
        self.page.line("    # purchase: payment", "the step that is the purchase; else the one that is called so")


def left_out(guess: Guess) -> list[str]:
    """Return the columns that would be taken along with a table if they did not point to a person."""
    return personal(guess) if guess.table == "feedback" else []


def notes_of_people(guess: Guess) -> list[str]:
    """Say which columns that point to a person are left out of a table."""
    found = left_out(guess)
    if not found:
        return []
    points, them = ("points to people and is", "it") if len(found) == 1 else ("point to people and are", "them")
    return [
        f"{', '.join(map(in_full, found))} {points} left out; name {them} under `columns:` to have {them} all the same"
    ]


def _kept(one: Status) -> str:
    return f"{scalar(one.heading)}: {_value(one.kept)}"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Iterable):
        return f"[{', '.join(scalar(str(item)) for item in value)}]"
    return str(value)
