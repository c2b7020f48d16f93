"""How the plots write the names of clusters where there is little room: whole traits, those first that tell most."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

from cxlab.words import capital


def names_that_fit(names: Mapping[str, str], width: int, lines: int, *, lettered: bool = False) -> dict[str, str]:
    """Write each name with as many whole traits as fit, in the order of the name.

    A trait that few of the clusters have is kept before one that many have, and no two names become the same if some
    choice of traits tells them apart.

    Parameters
    ----------
    names : name of each cluster by its letter, traits parted by commas.
    width : letters to a line. lines : lines to a name, at most.
    lettered : whether the letter stands before the name.

    Examples
    --------
    >>> names_that_fit({"A": "Small orders", "B": "Frequent, small orders, costly to serve"}, 26, 1)
    {'A': 'Small orders', 'B': 'Frequent, costly to serve'}
    """
    traits = {letter: [trait[:1].lower() + trait[1:] for trait in name.split(", ")] for letter, name in names.items()}
    having = Counter(trait for own in traits.values() for trait in own)
    written, taken = {}, list[list[str]]()
    for letter, own in traits.items():
        head = f"{letter}: " if lettered else ""
        ranked = sorted(own, key=having.__getitem__)
        choices = [_kept(head, own, ranked[k:] + ranked[:k], width, lines) for k in range(len(ranked))]
        kept = next((choice for choice in choices if choice not in taken), choices[0])
        taken.append(kept)
        written[letter] = "\n".join(_wrapped(head, kept, width)).removesuffix(":")
    return written


def _kept(head: str, own: Sequence[str], ranked: Sequence[str], width: int, lines: int) -> list[str]:
    """Take one trait after the other as they are ranked, those that fit; return them in the order of the name."""
    kept: list[str] = []
    for one in ranked:
        more = [trait for trait in own if trait in kept or trait == one]
        wrapped = _wrapped(head, more, width)
        if len(wrapped) <= lines and max(map(len, wrapped), default=0) <= width:
            kept = more
    return kept


def _wrapped(head: str, traits: Sequence[str], width: int) -> list[str]:
    return textwrap.wrap(head + capital(", ".join(traits)), width, break_long_words=False)
