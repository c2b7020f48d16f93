"""What a driver of repeat purchase is tagged as: of each of three pairs one word, or none."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from cxlab.errors import did_you_mean

Group = Literal["utilitarian", "hedonic", "product", "experience", "benefit", "sacrifice"]
GROUPS: tuple[Group, ...] = get_args(Group)
PAIRS: tuple[tuple[Group, Group], ...] = (
    ("utilitarian", "hedonic"),
    ("product", "experience"),
    ("sacrifice", "benefit"),
)
"""What stands against what: what can be measured and what is felt; the goods and what went around them; what customers
give up and what they get. The second is held against the first."""
Drivers = Mapping[str, tuple[Group, ...]]
"""The tags of each driver, by its name."""


def tag_fault(name: str, tags: Sequence[str]) -> str:
    """Say what is wrong with the tags of a driver, and what to do; empty where nothing is.

    Examples
    --------
    >>> tag_fault("care", ["hedonic", "benefit"])
    ''
    >>> tag_fault("care", ["hedonist"])
    '`hedonist` is no tag of a driver; did you mean `hedonic`?'
    >>> tag_fault("care", ["hedonic", "utilitarian"])
    '`care` is tagged as utilitarian and as hedonic, which is a contradiction: keep one'
    """
    for tag in tags:
        if tag not in GROUPS:
            return f"`{tag}` is no tag of a driver{did_you_mean(tag, GROUPS) or '; there are ' + ', '.join(GROUPS)}"
        if list(tags).count(tag) > 1:
            return f"`{name}` is tagged as {tag} twice: keep one"
    for one, other in PAIRS:
        if one in tags and other in tags:
            return f"`{name}` is tagged as {one} and as {other}, which is a contradiction: keep one"
    return ""
