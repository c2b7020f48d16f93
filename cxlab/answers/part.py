"""What one section adds to the answer of its page."""

from dataclasses import dataclass

from cxlab.blocks import Fact


@dataclass(frozen=True)
class Part:
    """A section's part of an answer.

    Attributes
    ----------
    line : what was found, in a sentence. fact : a figure for it; None: none more.
    decide : what to do; empty: nothing more. open : what is not settled, and what would settle it.
    """

    line: str
    fact: Fact | None = None
    decide: str = ""
    open: tuple[tuple[str, str], ...] = ()
