"""Values looked for in texts: first by their words, all at once in the engine; then sign by sign, where they stand."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cxlab.engine import Engine, fill, literal
from cxlab.reports.privacy.pages import Text

_WORD = re.compile(r"[^\W_]+")
_NO_WORD = r"[^\p{L}\p{N}]+"
_SEEN = "cx_seen"
FEWEST_DIGITS = 5
"""A number of fewer digits may be a count, a year or a share; the kit writes longer ones of its own with separators."""
_FEWEST_SIGNS = 3


@dataclass(frozen=True)
class Searched:
    """A file with its texts.

    Attributes
    ----------
    name : of the file, as it is told.
    """

    name: str
    texts: Sequence[Text]

    @cached_property
    def _whole(self) -> str:
        return "\n".join(one.text.lower() for one in self.texts)

    def places(self, value: str) -> list[str]:
        """Return where a value stands as a word or words of its own.

        Examples
        --------
        >>> page = Searched("a.html", [Text("Anna.V@x.example, 12,001 and 12001", "above")])
        >>> page.places("anna.v@x.example"), page.places("anna"), page.places("2001"), page.places("12001")
        (['above'], ['above'], [], ['above'])
        """
        pattern = _standing_alone(value)
        if not pattern.search(self._whole):
            return []
        return list(dict.fromkeys(one.place for one in self.texts if pattern.search(one.text.lower())))

    def names(self, value: str) -> bool:
        """Whether a text is a value and nothing else, or ends in it behind a colon, as the labels of groups do."""
        text = " ".join(value.lower().split())
        return any(one.text.lower() == text or one.text.lower().endswith(f": {text}") for one in self.texts)


def words_of(text: str) -> str:
    """Write a text as its words in small letters, each apart from the next by a blank."""
    return " ".join(_WORD.findall(text.lower()))


def _standing_alone(value: str) -> re.Pattern[str]:
    text = re.escape(" ".join(value.lower().split()))
    if re.fullmatch(r"[\d\s().+-]*", value):
        return re.compile(rf"(?<![^\W_])(?<!\d[.,]){text}(?![^\W_])(?![.,]\d)")
    if "@" in value:
        return re.compile(rf"(?<![^\W_])(?<![^\W_][.+-]){text}(?![.-]?[^\W_])")
    return re.compile(rf"(?<![^\W_]){text}(?![^\W_])")


def know_texts(engine: Engine, files: Iterable[Searched]) -> None:
    """Tell the engine the words, and the pairs of words, that stand in files; see `values_in`."""
    seen = set(_grams(one.text for file in files for one in file.texts))
    sql = fill(
        "CREATE OR REPLACE TABLE {t} AS SELECT UNNEST(STRING_SPLIT(?, {!line})) AS gram", t=_SEEN, line=literal("\n")
    )
    engine.run(sql, ["\n".join(sorted(seen))])


def _grams(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        words = _WORD.findall(text.lower())
        yield from words
        yield from (f"{one} {other}" for one, other in pairwise(words))


@dataclass(frozen=True)
class Values:
    """Values of a column that may stand in the files.

    Attributes
    ----------
    maybe : those whose first words stand there.
    n : different values. n_short : those that cannot be told from numbers and short words, and are not looked for.
    """

    maybe: tuple[str, ...]
    n: int
    n_short: int


def values_in(engine: Engine, values: str, *, with_letters: bool = False) -> Values:
    """Find the values of a column whose first two words stand in the files that `know_texts` was told.

    Parameters
    ----------
    values : SQL that selects them as `v`.
    with_letters : leave out those without a letter, as dates and amounts.
    """
    sql = fill(
        "CREATE OR REPLACE TABLE cx_values AS SELECT v, w, {!told} AS told FROM "
        "(SELECT v, TRIM(REGEXP_REPLACE(LOWER(v), {!gap}, ' ', 'g')) AS w FROM "
        "(SELECT DISTINCT TRIM(v) AS v FROM ({!values}) AS r WHERE TRIM(v) <> '') AS d) AS n",
        told=_can_be_told(with_letters=with_letters), gap=literal(_NO_WORD), values=values,
    )  # fmt: skip
    engine.run(sql)
    n, n_told = engine.row(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN told THEN 1 ELSE 0 END), 0) AS BIGINT) FROM cx_values"
    )
    maybe = engine.rows(
        fill(
            "SELECT v FROM cx_values WHERE told AND REGEXP_EXTRACT(w, '^[^ ]+( [^ ]+)?') IN (SELECT gram FROM {t}) "
            "ORDER BY v",
            t=_SEEN,
        )
    )
    engine.drop("cx_values")
    return Values(tuple(v for (v,) in maybe), n, n - n_told)


def _can_be_told(*, with_letters: bool) -> str:
    letters = f"REGEXP_MATCHES(w, {literal(chr(92) + 'p{L}')})"
    signs = f"LENGTH(REPLACE(w, ' ', '')) >= {_FEWEST_SIGNS}"
    digits = f"LENGTH(REPLACE(w, ' ', '')) >= {FEWEST_DIGITS}"
    return f"({letters} AND {signs})" if with_letters else f"(({letters} AND {signs}) OR {digits})"
