"""The description of a figure, kept to the length that is read out: whole clauses, and the conclusion always."""

from collections.abc import Callable, Sequence

from cxlab.language import tr

LONGEST = 399
"""Letters that a description may have."""


def described(say: Callable[[str], str], *ways: Sequence[str]) -> str:
    """Say a figure's numbers in the fullest way in which all of them fit, else the first of them, shortly.

    Parameters
    ----------
    say : writes the whole description around the numbers, its conclusion with it.
    ways : a clause for each group, in the fullest way first.

    Examples
    --------
    >>> described("Dots. {}. All alike.".format, ["a +0.1 (0–0.2)", "b −0.1 (−0.2 to 0)"], ["a +0.1", "b −0.1"])
    'Dots. a +0.1 (0–0.2); b −0.1 (−0.2 to 0). All alike.'
    """
    for clauses in ways:
        if len(text := say("; ".join(clauses))) <= LONGEST:
            return text
    n = len(ways[-1])
    while n > 1 and len(text) > LONGEST:
        n -= 1
        text = say(tr("{first}; and so on", first="; ".join(ways[-1][:n])))
    return text


def with_interval(figure: str, ends: str) -> str:
    """Put an interval behind a figure, where there is one."""
    return f"{figure} ({ends})" if ends else figure
