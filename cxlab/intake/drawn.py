"""Customers drawn by lot, where all of them would be more than the analyses can hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cxlab.engine import Engine, fill, literal
from cxlab.intake.sales import DAY_SUMS, DAYS, EFFORT, LEDGER, SUSPECTS, forget_followers, name_sales, view_lines
from cxlab.language import tr
from cxlab.words import number

EVENTS = "events"
_DRAWN, _ASIDE = "drawn_customers", "of_drawn_customers"
_WHO = {"referrals": "referred_id"}
"""The column that says who, where it is not customer_id."""


@dataclass(frozen=True)
class Drawn:
    """How many customers were drawn, and of how many.

    Attributes
    ----------
    n : customers drawn.
    of : customers there are: those with an order, or in a trial.
    """

    n: int
    of: int

    @property
    def reading(self) -> str:
        """What a reader of any page must know of it."""
        return tr(
            "This page rests on {n} customers drawn by lot from {of}. Shares, means and effects hold for all of them, "
            "with intervals as wide as {n} customers make them; counts and sums are of those drawn, and about {times} "
            "times as large for all. Recommendations are left out, for few of those who came by them are drawn.",
            n=number(self.n),
            of=number(self.of),
            times=number(self.of / self.n, 1),
        )


def draw_customers(engine: Engine, tables: Mapping[str, Collection[str]], n: int, seed: int) -> Drawn | None:
    """Draw customers by lot, and leave the rows of no others in the engine's tables; None: there are not so many.

    The lot falls by a hash of the seed and the customer's id, so that it is the same on every engine and whatever the
    order of the records. Their rows are few enough for the machine where files are read, and come there, so that all
    that follows runs there. What is told of whole files, the table `ledger` and the table `suspects`, stays as it is.
    Visits need not be a customer's: the same lot falls on whoever they are known to be of, else on the session.

    Parameters
    ----------
    tables : the sources' tables and their columns; `orders` is among them, with `days` and `effort` made of it.
    n : customers to draw.
    seed : of the study.
    """
    named = [fill("SELECT customer_id FROM {days} WHERE n_orders > 0", days=DAYS)]
    named += ["SELECT customer_id FROM assignments"] if "assignments" in tables else []
    everybody = fill("SELECT DISTINCT customer_id FROM ({!named}) AS named", named=" UNION ALL ".join(named))
    (of,) = engine.row(fill("SELECT COUNT(*) FROM ({!everybody}) AS e", everybody=everybody))
    if of <= n:
        return None
    start = literal(f"{seed}:")
    lot = fill("MD5(CONCAT({!seed}, customer_id))", seed=start)
    engine.run(
        fill(
            "CREATE OR REPLACE TABLE {drawn} AS SELECT customer_id FROM (SELECT customer_id, {!lot} AS lot "
            "FROM ({!everybody}) AS e) AS l ORDER BY lot, customer_id LIMIT {!n}",
            drawn=_DRAWN,
            lot=lot,
            everybody=everybody,
            n=str(n),
        )
    )
    forget_followers(engine, but=(LEDGER, SUSPECTS))
    (last,) = engine.row(fill("SELECT MAX(lot) FROM (SELECT {!lot} AS lot FROM {drawn}) AS d", lot=lot, drawn=_DRAWN))
    among = fill("IN (SELECT customer_id FROM {drawn})", drawn=_DRAWN)
    for name in (*tables, DAYS, EFFORT):
        if name != EVENTS:
            _leave(engine, name, f"{_WHO.get(name, 'customer_id')} {among}")
    engine.drop(DAY_SUMS)
    if EVENTS in tables:
        person = "COALESCE(customer_id, session_id)" if "customer_id" in tables[EVENTS] else "session_id"
        drawn = fill("MD5(CONCAT({!seed}, {!who})) <= {!last}", seed=start, who=person, last=literal(last))
        _leave(engine, EVENTS, drawn)
    view_lines(engine, "orders", tables["orders"])
    name_sales(engine)
    engine.drop(_DRAWN)
    return Drawn(n, int(of))


def _leave(engine: Engine, name: str, drawn: str) -> None:
    """Leave the rows of those drawn in a table or view, where files are read; `drawn` is the SQL of who is."""
    engine.bring(_ASIDE, fill("SELECT * FROM {t} WHERE {!drawn}", t=name, drawn=drawn))
    engine.drop(name)
    engine.run(fill("CREATE OR REPLACE TABLE {t} AS SELECT * FROM {aside}", t=name, aside=_ASIDE))
    engine.drop(_ASIDE)
