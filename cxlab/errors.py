"""What a person gave is at fault: the base of every error that ends in one message and exit code 2."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from pathlib import PurePosixPath

_ALIKE = 0.7


class InputError(ValueError):
    """Something in the study, its files or the command line is wrong.

    The message says what was found, where, and what to do. Subclasses are named after the thing at fault.
    """


class MissingDataError(InputError):
    """A study does not bring what an analysis needs, which is no fault: the page says so in a sentence.

    The message says what is missing, then after a colon what to bring.
    """


class NotEnoughDataError(InputError):
    """The data are too few, or too alike, for an answer, which is no fault: the page says that they cannot tell.

    The message says what is too little, then after a colon what to bring.
    """


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Say which known name is nearest to a misspelled one, as the end of a sentence; empty when none is near.

    Examples
    --------
    >>> did_you_mean("calibraton_end", ["calibration_end", "seed"])
    '; did you mean `calibration_end`?'
    >>> did_you_mean("x", ["seed"])
    ''
    """
    by_lower = {name.lower(): name for name in sorted(known)}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean `{by_lower[near[0]]}`?" if near else ""


def file_alike(path: str, names: Iterable[str]) -> str:
    """Say which file's name is most like a misspelled one, whatever their endings; empty when none is like it.

    Examples
    --------
    >>> file_alike("ordrs.csv", ["orders.tsv", "costs.csv"])
    '; did you mean `orders.tsv`?'
    >>> file_alike("orders.csv", ["hours.csv", "nps.csv"])
    ''
    """

    def stem(name: str) -> str:
        return PurePosixPath(name).name.lower().split(".", 1)[0]

    likeness = {name: SequenceMatcher(None, stem(path), stem(name)).ratio() for name in sorted(names)}
    ending = PurePosixPath(path).suffix.lower()
    best = max(likeness, key=lambda name: (likeness[name], name.lower().endswith(ending)), default="")
    return f"; did you mean `{best}`?" if best and likeness[best] >= _ALIKE else ""
