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

    def reading(self, report: str, *, has_referrals: bool) -> str:
        """Tell what a reader of a page must know of it: what holds for all, what is of those drawn, what is left out.

        Parameters
        ----------
        report : whose page it is, by its name without its number. On that of the intake some figures are of all.
        has_referrals : whether the study brings recommendations.
        """
        is_intake = report == "intake"
        values = {
            "n": number(self.n),
            "of": number(self.of),
            "times": number(self.of / self.n, 1),
            "wider": number((self.of / self.n) ** 0.5, 1),
        }
        if is_intake:
            said = [
                tr(
                    "What was read and not used, and the records, customers and orders in the answer, are those of "
                    "all. From the calendar on, this page rests on {n} customers drawn by lot from {of}: shares and "
                    "means hold for all of them, with intervals mostly about {wider} times as wide as all would give; "
                    "counts and sums are of those drawn, and about {times} times as large for all.",
                    **values,
                )
            ]
        else:
            said = [
                tr(
                    "This page rests on {n} customers drawn by lot from {of}. Shares, means and effects hold for all "
                    "of them, with intervals mostly about {wider} times as wide as all would give; counts and sums "
                    "are of those drawn, and about {times} times as large for all. Lists name those drawn and no "
                    "others.",
                    **values,
                )
            ]
        if report == "clusters":
            said.append(
                tr("Whether groups are shown and stand firm hangs on how many customers there are: with all, more may.")
            )
        if has_referrals and is_intake:
            said.append(
                tr(
                    "Recommendations are counted among the records that were read, but no report draws on them, for "
                    "few of those who came by them are drawn: questions about them need all customers."
                )
            )
        elif has_referrals:
            said.append(tr("Recommendations are left out, for few of those who came by them are drawn."))
        return " ".join(said)

    def beside_answer(self, report: str) -> str:
        """Say it in a sentence, for the answer of a report."""
        values = {"n": number(self.n), "of": number(self.of)}
        if report == "intake":
            return tr(
                "Records, customers and orders are those of all; from the calendar on, this page rests on {n} "
                "customers drawn by lot from {of}.",
                **values,
            )
        return tr("This rests on {n} customers drawn by lot from {of}: counts and sums are of those drawn.", **values)

    @property
    def who(self) -> str:
        """Say whose figures follow, as a label."""
        return tr("Of the {n} customers drawn", n=number(self.n))

    def source(self, title: str) -> str:
        """Say where a figure comes from: a study's title, and who was drawn."""
        return tr("{title}, {n} customers drawn by lot from {of}", title=title, n=number(self.n), of=number(self.of))

    @property
    def names_only(self) -> str:
        """Say that a list holds none but those drawn."""
        return tr(
            "It names only those of the {n} customers drawn by lot from {of}: a list out of all takes a run of all.",
            n=number(self.n),
            of=number(self.of),
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
