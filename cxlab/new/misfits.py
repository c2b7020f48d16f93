"""Why a column of a file cannot be one of ours: its values contradict it."""

from cxlab.contract import Column
from cxlab.new.contents import MOST, MOST_ARMS, Contents
from cxlab.new.scalars import shown

_SOME, _FEWEST_IDS, _MOST_GROUPS, _HALF = 50, 3, 0.5, 0.5


def misfit(column: Column, contents: Contents, *, called_so: bool = False) -> str:
    """Say why a column cannot be what its heading says; empty when it can.

    Parameters
    ----------
    called_so : whether its heading leaves little doubt: then half of its values must be numbers, where it is of these.
    """
    if not contents.n_given:
        return "is empty"
    if column.kind == "moment":
        return "" if contents.are_moments or contents.counted else f"holds no dates{_example(contents)}"
    if column.kind in ("money", "number"):
        mostly = called_so and not contents.are_moments and contents.numbers >= _HALF
        return "" if mostly or contents.are_numbers else f"holds no numbers{_example(contents, contents.no_number)}"
    if column.kind == "flag":
        fits = contents.kind == "flag" or contents.flags >= MOST
        return "" if fits else f"holds neither yes nor no{_example(contents)}"
    if contents.are_moments:
        return "holds dates"
    if column.kind == "id":
        return _no_id(column, contents)
    return _no_group(column, contents)


def _example(contents: Contents, value: str = "") -> str:
    """Return a value as an example, by default the most frequent, unless it points to a person."""
    return "" if contents.are_mails or contents.are_names else f" ({shown(value or contents.most_frequent)})"


def _no_id(column: Column, contents: Contents) -> str:
    if contents.are_numbers and contents.whole < MOST:
        return f"holds amounts{_example(contents)}"
    if column.name in ("customer_id", "referrer_id", "referred_id") and contents.are_names:
        return "holds names, which two people may share"
    if contents.n_given > _SOME and contents.n_distinct <= _FEWEST_IDS:
        return f"holds {contents.n_distinct} different values only"
    return ""


def _no_group(column: Column, contents: Contents) -> str:
    if contents.are_mails:
        return "holds e-mail addresses"
    if column.name == "employee" and contents.are_names:
        return "holds names of people"
    if column.name == "arm" and contents.n_distinct > MOST_ARMS:
        return f"holds {contents.n_distinct} different values"
    if contents.n_given > _SOME and contents.n_distinct > _MOST_GROUPS * contents.n_given:
        return "holds a different text in nearly every row"
    return ""
