"""What a person gave is at fault: the base of every error that ends in one message and exit code 2."""

import linecache
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self, TypeVar

R = TypeVar("R")
_ALIKE = 0.7
_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"
_WIDTH = 96  # characters of a line in a notebook's box


class InputError(ValueError):
    """Something in the study, its files or the command line is wrong.

    The message says what was found, where, and what to do. Subclasses are named after the thing at fault.
    A notebook shows it as one box, with the line of the cell that it came from, and no traceback.
    """

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows in place of a traceback."""
        said = [f"{_RED}{type(self).__name__}{_PLAIN}", "", *_wrapped(str(self))]
        where = _line_of_cell(self.__traceback__)
        return [*said, "", where] if where else said


class MissingDataError(InputError):
    """A study does not bring what an analysis needs, which is no fault: the page says so in a sentence.

    The message says what is missing, then after a colon what to bring.
    """


class NotEnoughDataError(InputError):
    """The data are too few, or too alike, for an answer, which is no fault: the page says that they cannot tell.

    The message says what is too little, then after a colon what to bring.
    """


@dataclass(frozen=True)
class Untold:
    """A result that the data cannot give, with the reason; whatever is made of it cannot be given either.

    It stands where the result would, as NaN stands for a number: each of its attributes, and what they return when they
    are called, is itself. So the parts of a page that rest on it know why they are missing, and the others stand.

    Attributes
    ----------
    text : what is missing, as a sentence.
    remedy : what to bring, likewise.
    is_missing : whether the study does not bring it; else it brings too little.

    Examples
    --------
    >>> model = Untold.because(NotEnoughDataError("a model needs 30 customers, and there are 7: bring more orders"))
    >>> model.text, model.remedy
    ('A model needs 30 customers, and there are 7.', 'Bring more orders.')
    >>> model.probability_alive() is model, bool(model)
    (True, False)
    """

    text: str
    remedy: str
    is_missing: bool = field(default=True, compare=False)

    @classmethod
    def because(cls, fault: MissingDataError | NotEnoughDataError) -> Self:
        """Keep the reason of an error."""
        text, _, remedy = str(fault).partition(": ")
        return cls(as_sentence(text), as_sentence(remedy), isinstance(fault, MissingDataError))

    def __getattr__(self, name: str) -> Self:
        """Whatever is asked of it is untold as well."""
        if name.startswith("_"):  # what Python and notebooks ask of every object
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> Self:
        """Give itself."""
        return self

    def __bool__(self) -> bool:
        """Stand for nothing."""
        return False


def if_told(result: R | Untold | None) -> R | None:
    """Return a result, or None where it is untold.

    Examples
    --------
    >>> if_told(3), if_told(Untold("Three is missing.", "Bring three."))
    (3, None)
    """
    return None if isinstance(result, Untold) else result


def as_sentence(text: str) -> str:
    """Begin with a capital letter, and end with a full stop.

    Examples
    --------
    >>> as_sentence("bring more orders"), as_sentence("does it?"), as_sentence("")
    ('Bring more orders.', 'Does it?', '')
    """
    end = "" if text.endswith(("?", "!")) else "."
    return text[:1].upper() + text[1:].rstrip(".") + end if text else text


def fault_of(untold: Untold) -> MissingDataError | NotEnoughDataError:
    """Return the error that a result is untold for.

    Examples
    --------
    >>> fault_of(Untold.because(MissingDataError("three is missing: bring three")))
    MissingDataError('Three is missing: Bring three.')
    """
    kind = MissingDataError if untold.is_missing else NotEnoughDataError
    return kind(f"{untold.text.rstrip('.')}: {untold.remedy}")


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


def _wrapped(message: str) -> list[str]:
    """Break a message into lines, what stands on lines of its own apart, each fault as a sentence."""
    broken = [textwrap.wrap(line, _WIDTH, break_long_words=False) or [""] for line in message.splitlines()]
    lines = [line for part in broken for line in part]
    if len(broken) == 1 and lines:
        return textwrap.wrap(as_sentence(message), _WIDTH, break_long_words=False)
    return lines


def _line_of_cell(trace: TracebackType | None) -> str:
    """Say which line of the notebook's cell an error came from; empty where it was raised in none."""
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == "<module>" and "get_ipython" in trace.tb_frame.f_globals:
            source = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            return f"In line {trace.tb_lineno} of the cell: {source}" if source else ""
        trace = trace.tb_next
    return ""
