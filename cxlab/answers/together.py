"""The answer of a page that is put together from parts, each of which could be the answer by itself."""

from collections.abc import Sequence
from dataclasses import replace

from cxlab.blocks import Answer
from cxlab.errors import Untold, fault_of

_FACTS = 3


def put_together(parts: Sequence[Answer | Untold | None]) -> Answer:
    """Make one answer of several.

    The first part that could tell something leads: the tag, the headline and the glyph are its own. Every other one
    that could tell something adds its sentence, its first fact while there is room, and its decision. What is open is
    that of all parts.

    Parameters
    ----------
    parts : in the order of the page; untold ones, and None, are left out.

    Raises
    ------
    MissingDataError, NotEnoughDataError : no part is told. The fault is that of the first one for which there were
        data, but too few; else of the first.

    Examples
    --------
    >>> one = Answer("cannot", "Cannot tell", "Who cannot be told.", (), "Ask more.", "Who?", open=(("Who?", "More."),))
    >>> other = Answer("no", "Lost at pay", "Many leave at pay.", (), "Mend it.", "Many leave")
    >>> both = put_together([one, None, other])
    >>> both.tag, both.line, both.decide, both.open
    ('Lost at pay', 'Many leave at pay.', 'Mend it.', (('Who?', 'More.'),))
    """
    told = [part for part in parts if isinstance(part, Answer)]
    if not told:
        untold = [part for part in parts if isinstance(part, Untold)]
        raise fault_of(next((part for part in untold if not part.is_missing), untold[0]))
    lead = next((part for part in told if part.tone != "cannot"), told[0])
    adding = [lead, *(part for part in told if part is not lead and part.tone != "cannot")]
    facts = [part.facts[0] for part in adding if part.facts]
    return replace(
        lead,
        line=" ".join(part.line for part in adding),
        facts=tuple([*facts, *lead.facts[1:]][:_FACTS]),
        decide=" ".join(part.decide for part in adding if part.decide),
        open=tuple(question for part in told for question in part.open),
    )
