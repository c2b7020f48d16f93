"""The currency of a study, as its files name it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cxlab.contract import TABLES
from cxlab.new.dictionary import CURRENCIES
from cxlab.new.guess import Guess
from cxlab.new.headings import normal, unit
from cxlab.new.scalars import in_full

_DEFAULT = "EUR"
_MOST_SHOWN = 4


@dataclass(frozen=True)
class Currency:
    """A currency, where it was found, and what is unsure of it."""

    code: str
    where: str = ""
    doubt: str = ""


def find_currency(guesses: Sequence[Guess]) -> Currency:
    """Find the currency: in a column that names it, in the signs of amounts, in their headings."""
    for guess in guesses:
        for name in guess.look.headings:
            if normal(name) in CURRENCIES.ranked("currency") and (found := _named(guess, name)):
                return found
    for guess in guesses:
        for ours, theirs in guess.columns.items():
            if TABLES[guess.table].column(ours).kind == "money" or ours == "unit_price":
                code = guess.look.contents[theirs].currency or unit(theirs)
                if code:
                    return Currency(code, f"as {in_full(theirs)} in {guess.look.names[0]} says")
    return Currency(_DEFAULT, doubt=f"no currency is named in the files, so {_DEFAULT} is but a guess")


def _named(guess: Guess, name: str) -> Currency | None:
    """Return the currency that a column names most often."""
    codes = Counter(code for code in guess.look.values(name) if code and _is_code(code))
    if not codes:
        return None
    (code, _), *others = codes.most_common()
    where = f"as {in_full(name)} in {guess.look.names[0]} says"
    if not others:
        return Currency(code, where)
    also = ", ".join(other for other, _ in others[:_MOST_SHOWN])
    then = "lines in these are not used" if "currency" in guess.columns else "amounts are added up as if they were one"
    return Currency(code, where, f"{in_full(name)} names {also} beside {code}: {then}")


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
