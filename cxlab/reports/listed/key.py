"""A key of `results.json`, or several that differ by what stands in the data: pattern, meaning, unit, verdicts."""

import re
from dataclasses import dataclass
from functools import cache

from cxlab.reports.listed.places import PLACES

_PART = re.compile(r"<(?P<place>\w+)>|\[(?P<optional>[^\]]+)\]")


@dataclass(frozen=True)
class Key:
    """Keys of one pattern.

    Attributes
    ----------
    pattern : the key; ``<arm>`` stands for a value of the study, see `PLACES`, and ``[…]`` may be there or not.
    meaning : what its estimate is, or what its verdict judges.
    units : what one of it is, as it stands with the finding, in the same way; several where it hangs on the study;
        none where there is no estimate, or the estimate is a day.
    when : when it is there; empty: always.
    words : verdicts that it may have.
    rare : why the example studies and a made-up one may all lack it; empty: one of them has it.
    """

    pattern: str
    meaning: str
    units: tuple[str, ...] = ()
    when: str = ""
    words: tuple[str, ...] = ()
    rare: str = ""

    def matches(self, key: str) -> bool:
        """Whether a key is one of these.

        Examples
        --------
        >>> Key("rows_read.<table>", "").matches("rows_read.orders"), Key("k", "").matches("k.bic")
        (True, False)
        """
        return bool(as_regex(self.pattern).fullmatch(key))

    def has_unit(self, unit: object) -> bool:
        """Whether a finding's unit, None where it has none, is one of those listed."""
        if unit is None:
            return not self.units
        return any(as_regex(one).fullmatch(str(unit)) for one in self.units)


def key(
    pattern: str,
    meaning: str,
    *units: str,
    when: str = "",
    words: tuple[str, ...] = (),
    rare: str = "",
) -> Key:
    """List a key; see `Key`."""
    return Key(pattern, meaning, units, when, words, rare)


UNTOLD = key(
    "verdict",
    "stands there where the question of the report cannot be answered at all",
    when="the customers are too few",
    words=("cannot_tell",),
    rare="the example studies have customers enough",
)


def places(text: str) -> list[str]:
    """Return the places that a pattern or a unit names.

    Examples
    --------
    >>> places("[observational.]effect.<arm>.<group>")
    ['arm', 'group']
    """
    return re.findall(r"<(\w+)>", text)


@cache
def as_regex(text: str) -> re.Pattern[str]:
    """Turn a pattern, or a unit, into what its values look like."""
    return re.compile(_written(text))


def _written(text: str) -> str:
    parts, end = [], 0
    for found in _PART.finditer(text):
        parts.append(re.escape(text[end : found.start()]))
        if found["place"]:
            parts.append(f"(?:{PLACES[found['place']].regex})")
        else:
            parts.append(f"(?:{_written(found['optional'])})?")
        end = found.end()
    return "".join(parts) + re.escape(text[end:])
