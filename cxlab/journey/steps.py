"""Which steps a journey has, in which order, and which of them is the purchase: as the study says, or as found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cxlab.engine import Engine, Value, fill
from cxlab.errors import InputError, did_you_mean

MOST_FOUND = 12
"""So many different steps may there be where the study does not name those that count."""
_PURCHASES = (
    "payment", "paid", "purchase", "purchased", "order", "ordered", "transaction", "checkout_complete", "bought",
    "buy", "maksu", "maksettu", "osto", "ostettu", "tilaus", "tilattu",
)  # fmt: skip
"""What the step that is the purchase may be called."""
Known = Literal["given", "name", "last", "absent"]


class StepError(InputError):
    """What the study says of the steps does not fit the data."""


@dataclass(frozen=True)
class Steps:
    """The steps of a journey, in their order.

    Attributes
    ----------
    names : those that are met in the data.
    n_before : so many of them come before the purchase.
    n_purchase : so many, from there on, are the purchase; 0: it is not on record.
    are_given : whether the study names them; else their order was found.
    known : how the purchase was told: as the study says, by its name, as the last step; or it is not on record.
    absent : steps that the study names, and that no session meets.
    others : steps of the data that the study does not name, with their records, the most frequent first.
    """

    names: tuple[str, ...]
    n_before: int
    n_purchase: int
    are_given: bool
    known: Known
    absent: tuple[str, ...] = ()
    others: tuple[tuple[str, int], ...] = ()

    @property
    def last(self) -> int:
        """Number of the step with which a purchase is made; the last one that leads on where it is not on record."""
        return self.n_before + self.n_purchase - 1

    @property
    def way(self) -> tuple[str, ...]:
        """The steps up to the purchase, in which each leads to the next."""
        return self.names[: self.last + 1]

    @property
    def after(self) -> tuple[str, ...]:
        """The steps after it."""
        return self.names[self.last + 1 :]

    @property
    def purchase(self) -> str:
        """The step with which a purchase is made; empty where it is not on record."""
        return self.names[self.last] if self.n_purchase else ""


def find_steps(
    engine: Engine, before: int | None, given: Sequence[str] | None, purchase: Sequence[str] | None
) -> Steps:
    """Settle the steps of the engine's table `events`.

    Parameters
    ----------
    before : second since 1970 from which on records do not count; None: all count.
    given : the steps as the study names them; None: all that are there, in the order in which sessions meet them.
    purchase : the step or steps that are the purchase, as the study says; None: it is found.

    Raises
    ------
    StepError : what is given is not in the data.

    Returns
    -------
    The steps; none where none are given and there are too many different ones, or sessions do not tell in which order
    they were met: `others` holds them then.
    """
    when, values = until(before)
    sql = "SELECT step, COUNT(*) AS n FROM events WHERE {!when} GROUP BY step ORDER BY n DESC, step"
    met: dict[str, int] = dict(engine.rows(fill(sql, when=when), values))
    if given is None:
        if len(met) > MOST_FOUND:
            return Steps((), 0, 0, False, "absent", others=tuple(met.items()))
        if not _order_is_told(engine, when, values):
            return Steps((), 0, 0, False, "absent", others=tuple(met.items()))
        names = found_order(engine, when, values)
        others: tuple[tuple[str, int], ...] = ()
    else:
        names = [step for step in given if step in met]
        others = tuple((step, n) for step, n in met.items() if step not in given)
        if met and not names:
            near = did_you_mean(given[0], met) or "; there are " + ", ".join(f"`{step}`" for step in [*met][:10])
            raise StepError(f"no record of events has one of the `steps` that the study names{near}: name some of them")
    absent = tuple(step for step in given or () if step not in met)
    places, known = _purchase(names, given or names, purchase, met)
    if not places:
        return Steps(tuple(names), len(names), 0, given is not None, known, absent, others)
    return Steps(tuple(names), places[0], len(places), given is not None, known, absent, others)


def _purchase(
    names: Sequence[str], given: Sequence[str], purchase: Sequence[str] | None, met: Mapping[str, int]
) -> tuple[list[int], Known]:
    """Find the places of the purchase among the steps that are met."""
    if purchase is not None:
        for step in purchase:
            if step not in given:
                near = did_you_mean(step, met) or "; there are " + ", ".join(f"`{name}`" for name in names)
                raise StepError(f"no record of events has the step `{step}`, which the study names as purchase{near}")
        if purchase[-1] not in names:
            return [], "absent"
        places = sorted(names.index(step) for step in purchase if step in names)
        return list(range(places[0], places[-1] + 1)), "given"
    for word in _PURCHASES:
        called = [i for i, step in enumerate(names) if step.strip().lower() == word]
        if called:
            return called[:1], "name"
        if any(step.strip().lower() == word for step in given):
            return [], "absent"
    return ([len(names) - 1], "last") if names else ([], "absent")


def found_order(engine: Engine, when: str, values: Sequence[Value]) -> list[str]:
    """Return the steps in the order in which sessions meet them: by median place, then by mean place, then by name.

    The place of a step in a session is how many others the session met before it, two in the same second sharing one.
    """
    sql = (
        "SELECT step, place, COUNT(*) AS n FROM (SELECT step, RANK() OVER (PARTITION BY session_id ORDER BY first) AS "
        "place FROM (SELECT session_id, step, MIN(occurred_at) AS first FROM events WHERE {!when} GROUP BY session_id, "
        "step) AS f) AS r GROUP BY step, place ORDER BY step, place"
    )
    counts: dict[str, list[tuple[int, int]]] = {}
    for step, place, n in engine.rows(fill(sql, when=when), values):
        counts.setdefault(step, []).append((int(place), int(n)))

    def key(step: str) -> tuple[float, float, str]:
        told = counts[step]
        n, below = sum(n for _, n in told), 0
        mean = sum(place * n for place, n in told) / n
        for place, here in told:
            below += here
            if 2 * below >= n:
                return place, mean, step
        raise AssertionError("a median lies among its values")

    return sorted(counts, key=key)


def _order_is_told(engine: Engine, when: str, values: Sequence[Value]) -> bool:
    """Whether in most of what sessions met, one step stands before or after another: days alone tell no order."""
    sql = (
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN alike > 1 THEN 1 ELSE 0 END), 0) FROM (SELECT COUNT(*) OVER "
        "(PARTITION BY session_id, first) AS alike, COUNT(*) OVER (PARTITION BY session_id) AS met FROM (SELECT "
        "session_id, step, MIN(occurred_at) AS first FROM events WHERE {!when} GROUP BY session_id, step) AS f) AS r "
        "WHERE met > 1"
    )
    n, tied = engine.row(fill(sql, when=when), values)
    return int(tied) * 2 <= int(n)


def until(before: int | None) -> tuple[str, list[Value]]:
    """Return the SQL of records that count, and its value."""
    return ("TRUE", []) if before is None else ("occurred_at < ?", [before])
