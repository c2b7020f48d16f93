"""Who is who: a column of customers that holds guests, or one number for everybody; a file that lists customers."""

from collections import Counter

from cxlab.intake.personal import is_surely_personal
from cxlab.new.candidates import LIKELY, Candidates
from cxlab.new.dictionary import JOINED
from cxlab.new.guess import Guess
from cxlab.new.headings import normal
from cxlab.new.looks import Look
from cxlab.new.scalars import in_full, shown
from cxlab.words import percent

_GUESTS = ("0", "-1", "guest", "Guest", "vieras", "Vieras")
_MANY_TIMES = 2
_CROWD, _CROWD_ROWS = 0.2, 100
_FULL = 0.9


def guests(look: Look, theirs: str) -> list[str]:
    """Return the values of a column that stand for customers without a number: they stand far too often for one."""
    values = Counter(look.values(theirs))
    usual = look.contents[theirs].n_given / max(look.contents[theirs].n_distinct, 1)
    return [guest for guest in _GUESTS if values[guest] > _MANY_TIMES * usual]


def instead_of_guests(look: Look, candidates: Candidates) -> str | None:
    """Return a column of e-mail addresses that names guests as well, where there is one."""
    for candidate in candidates.by_ours["customer_id"]:
        contents = look.contents[candidate.theirs]
        if contents.are_mails and contents.n_given >= _FULL * contents.n:
            return candidate.theirs
    return None


def doubts_of_customers(table: str, look: Look, candidates: Candidates, theirs: str) -> list[str]:
    """Say what is unsure of the column that was taken for the customer."""
    contents = look.contents[theirs]
    for other in candidates.by_ours["customer_id"]:
        if found := guests(look, other.theirs):
            share = percent(sum(value in found for value in look.values(other.theirs)) / contents.n)
            then = "so the e-mail address is taken" if other.theirs != theirs else "they would be one customer"
            return [f"{in_full(other.theirs)} is {found[0]} in {share} of the first rows, for guests it seems: {then}"]
    if contents.its_share > _CROWD and contents.n_given >= _CROWD_ROWS:
        share = percent(contents.its_share)
        return [f"{shown(contents.most_frequent)} stands in {share} of the first rows: is it all who have no number?"]
    if table == "orders" and contents.n_given >= _CROWD_ROWS and contents.n_distinct == contents.n_given:
        return [f"{in_full(theirs)} is another one in each of the first rows: is it the customer, and not the order?"]
    return []


def is_joined(heading: str) -> bool:
    """Whether a heading says when somebody became a customer."""
    return normal(heading) in JOINED.ranked("joined")


def is_list_of_customers(orders: Guess) -> bool:
    """Whether a file, held against what orders are, lists customers: a row each, with names or the day they joined.

    A number of an order, or a date that is called as one of orders, tells that it is none.
    """
    look, columns = orders.look, orders.columns
    dated = any(one.ours == "ordered_at" and one.tier <= LIKELY for one in orders.taken)
    if dated or "order_id" in columns:
        return False
    who = columns.get("customer_id")
    keys = [who] if who else [name for name in look.headings if look.contents[name].are_mails]
    each = any(look.contents[name].n_given == look.contents[name].n_distinct for name in keys)
    told = [name for name in look.headings if is_joined(name) or (name != who and is_surely_personal(name))]
    return bool(keys) and each and bool(told)
