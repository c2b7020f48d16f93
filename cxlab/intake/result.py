"""What came of reading a study: what was read, what was rejected and why, and what the data can answer."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from cxlab.engine import Engine, fill
from cxlab.estimate import Estimate
from cxlab.intake.calendar import EPOCH, OrderCalendar, empty_calendar, order_calendar
from cxlab.intake.cohorts import Cohorts, empty_cohorts, order_cohorts
from cxlab.intake.counts import Counts, count_orders
from cxlab.intake.cycle import PurchaseCycle, empty_cycle, purchase_cycle
from cxlab.intake.drawn import Drawn
from cxlab.intake.kept_texts import said_again
from cxlab.intake.ledger import Ledger, empty_ledger, read_ledger
from cxlab.intake.places import SourceError
from cxlab.intake.questions import Questions, answerable
from cxlab.intake.rejects import heading_of, reason_in_file, write_rejects
from cxlab.intake.returns import Returns, count_returns, empty_returns
from cxlab.intake.sources import TableIntake, stamp
from cxlab.intake.stamps import sha256
from cxlab.intake.store import keep_study
from cxlab.intake.suspects import Suspects, read_suspects
from cxlab.intake.ways import below_common, name_files
from cxlab.intake.windows import Extent, doubt_dates
from cxlab.language import tr, trn
from cxlab.phrases import listed
from cxlab.study import Study, shown_path
from cxlab.words import count, day, number, percent

_HANDFUL = 5
"""What to do about a reason is said where more records than this are rejected for it."""


@dataclass(frozen=True)
class Rejects:
    """Why records were not used: one row a table, column and reason, the most frequent first."""

    table: pd.DataFrame
    reading: str
    heading: str

    @property
    def findings(self) -> Mapping[str, Estimate]:
        """The counts stand with the tables."""
        return {}


@dataclass(frozen=True)
class Intake:
    """The records of a study, read and checked; their tables lie in the engine.

    Attributes
    ----------
    tables : what became of each source, by table.
    n_customers : with at least one order kept; n_orders : orders kept.
    first_order, last_order : days; None without orders.
    calibration_end, observation_end : days, inclusive, as the study says or found out; None without orders.
    remarks : what a reader should know of the data, a sentence each.
    hashes : SHA-256 of each file by its path, where what was read had been kept; else empty.
    extent : of the orders; None without orders.
    drawn : how many customers were drawn by lot, whose rows alone lie in the engine; None: those of all do.
    """

    study: Study
    engine: Engine
    tables: Mapping[str, TableIntake]
    remarks: tuple[str, ...] = ()
    n_customers: int = 0
    n_orders: int = 0
    first_order: dt.date | None = None
    last_order: dt.date | None = None
    calibration_end: dt.date | None = None
    observation_end: dt.date | None = None
    hashes: Mapping[Path, str] = field(default_factory=dict)
    extent: Extent | None = None
    drawn: Drawn | None = None

    def __repr__(self) -> str:
        """Say what came in, in a line, with no value from the files."""
        tables = ", ".join(f"{name}: {number(t.n_used)} of {number(t.n_read)} used" for name, t in self.tables.items())
        return f"<Intake of {self.study.name}: {tables}>"

    def _repr_html_(self) -> str:
        """Say the same for a notebook, in sentences."""
        return f"<p><b>{escape(self.heading)}</b></p><p>{escape(self.reading)}</p>"

    @cached_property
    def doubt(self) -> str:
        """Why the end of the data, or the cut, may rest on a mistyped date; empty where nothing speaks for it."""
        return "" if self.extent is None else doubt_dates(self.extent, self.study)

    @cached_property
    def calendar(self) -> OrderCalendar:
        """Orders by month or week; empty without orders."""
        if self.calibration_end is None or self.observation_end is None:
            return empty_calendar()
        cut, end = (self.calibration_end - EPOCH).days, (self.observation_end - EPOCH).days
        smallest = self.study.privacy.minimum_group
        found = order_calendar(self.engine, calibration_end=cut, last_day=end, minimum_group=smallest)
        return found if self.drawn is None else replace(found, n_drawn=self.drawn.n)

    @cached_property
    def cycle(self) -> PurchaseCycle:
        """Days between the orders of a customer, against the hold-out window; empty without orders."""
        if self.first_order is None or self.calibration_end is None or self.observation_end is None:
            return empty_cycle()
        return purchase_cycle(
            self.engine,
            first_order=self.first_order,
            calibration_end=self.calibration_end,
            observation_end=self.observation_end,
            minimum_group=self.study.privacy.minimum_group,
        )

    @cached_property
    def questions(self) -> Questions:
        """What the data can answer, and what to bring for the rest."""
        columns = {name: table.columns for name, table in self.tables.items()}
        outcomes = self.study.sources.outcomes
        randomised = "assignments" in self.tables or (outcomes is not None and outcomes.design == "randomised")
        counts = Counts()
        if self.calibration_end is not None and self.observation_end is not None:
            cut, end = (self.calibration_end - EPOCH).days, (self.observation_end - EPOCH).days
            counts = count_orders(self.engine, calibration_end=cut, last_day=end)
        return answerable(columns, counts, self.cycle, randomised=randomised, lone_arm=self._lone_arm())

    def _lone_arm(self) -> str | None:
        """Return the arm of all records where there is no other to compare it with."""
        for name in ("outcomes", "assignments"):
            if name in self.tables:
                first, last = self.engine.row(fill("SELECT MIN(arm), MAX(arm) FROM {t}", t=name))
                return str(first) if first == last else None
        return None

    @cached_property
    def cohorts(self) -> Cohorts:
        """Customers by the time of their first order, and how many came back."""
        if self.observation_end is None:
            return empty_cohorts()
        last_day = (self.observation_end - EPOCH).days
        return order_cohorts(self.engine, last_day=last_day, minimum_group=self.study.privacy.minimum_group)

    @cached_property
    def returns(self) -> Returns:
        """What was given back, and the purchases that it belongs to."""
        if self.observation_end is None:
            return empty_returns()
        smallest = self.study.privacy.minimum_group
        return count_returns(self.engine, currency=self.study.currency, minimum_group=smallest)

    @cached_property
    def ledger(self) -> Ledger:
        """What the lines of orders that were used hold in money, file by file."""
        if "orders" not in self.tables:
            return empty_ledger()
        orders, study = self.tables["orders"], self.study
        smallest = study.privacy.minimum_group
        return read_ledger(self.engine, orders.columns, orders.names, currency=study.currency, minimum_group=smallest)

    @cached_property
    def suspects(self) -> Suspects:
        """What of the customers looks like a slip."""
        if "orders" not in self.tables:
            return Suspects()
        orders, smallest = self.tables["orders"], self.study.privacy.minimum_group
        return read_suspects(self.engine, orders.columns, orders.names, minimum_group=smallest)

    @property
    def remarked(self) -> str:
        """The remarks, and what looks like a slip, as one paragraph that names no customer."""
        remarks = (*map(said_again, self.remarks), *self.suspects.told(by_name=False))
        named = (re.sub(r"`([^`]*)`", r"“\1”", remark) for remark in remarks)
        return " ".join(named) or tr("Nothing else about these records needs to be known before reading on.")

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was read; what came from a database is none."""
        return tuple(file for table in self.tables.values() if table.asked is None for file in table.files)

    @property
    def table(self) -> pd.DataFrame:
        """One row a source: table, rows_read, rows_used, rows_rejected, files, understood."""
        rows = [
            (t.table, t.n_read, t.n_used, t.n_rejected, name_files(below_common(t.files)), t.understood)
            for t in self.tables.values()
        ]
        return pd.DataFrame(rows, columns=["table", "rows_read", "rows_used", "rows_rejected", "files", "understood"])

    @property
    def rejects(self) -> Rejects:
        """Why records were not used."""
        rows = [(t.table, r.column, r.reason, r.n, r.n / t.n_read) for t in self.tables.values() for r in t.rejects]
        table = pd.DataFrame(rows, columns=["table", "column", "reason", "records", "share"])
        table["heading"] = [heading_of(self.study, name, column) for name, column, *_ in rows]
        if not rows:
            return Rejects(table, tr("Every record was used."), tr("Every record could be used"))
        most, lost = max(rows, key=lambda row: row[3]), sum(row[3] for row in rows)
        if sum(row[3] == most[3] for row in rows) == 1:
            reading = trn(
                "{n} record was not used; the most frequent reason, in {share} of the {table}: {reason}.",
                "{n} records were not used; the most frequent reason, in {share} of the {table}: {reason}.",
                lost, n=number(lost), share=percent(most[4], 1), table=most[0], reason=said_again(most[2]),
            )  # fmt: skip
        else:
            reading = tr(
                "{n} records were not used, for {reasons} of which none stands out as the most frequent.",
                n=number(lost), reasons=count(len(rows), "reason"),
            )  # fmt: skip
        share = lost / sum(t.n_read for t in self.tables.values())
        heading = tr("{share} of the records could not be used", share=percent(share, 1))
        return Rejects(table, reading, heading)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Counts and days, by their key in `results.json`."""
        found: dict[str, Estimate] = {}
        for name, table in self.tables.items():
            found[f"rows_read.{name}"] = Estimate(table.n_read, unit="records")
            found[f"rows_rejected.{name}"] = Estimate(table.n_rejected, n=table.n_read, unit="records")
        if self.first_order and self.last_order:
            found["customers"] = Estimate(self.n_customers, unit="customers")
            found["orders"] = Estimate(self.n_orders, unit="orders")
            found["first_order"] = Estimate(self.first_order.isoformat())
            found["last_order"] = Estimate(self.last_order.isoformat())
        if self.drawn is not None:
            found["drawn"] = Estimate(self.drawn.n, n=self.drawn.of, unit="customers")
        return found

    @property
    def reading(self) -> str:
        """What was read, in a sentence or two."""
        tables = list(self.tables.values())
        read = listed([tr("{records} of {table}", records=count(t.n_read, "record"), table=t.table) for t in tables])
        text = trn(
            "{records} was read, {n} of them not used.", "{records} were read, {n} of them not used.",
            sum(t.n_read for t in tables), records=read, n=number(sum(t.n_rejected for t in tables)),
        )  # fmt: skip
        if self.first_order and self.last_order and self.calibration_end:
            text += tr(
                " They hold {orders} by {customers}, from {first_order} to {last_order}; what is known "
                "up to {calibration_end} foretells, and what came after it checks.",
                orders=count(self.n_orders, "order"),
                customers=count(self.n_customers, "customer"),
                first_order=day(self.first_order),
                last_order=day(self.last_order),
                calibration_end=day(self.calibration_end),
            )
        return text

    @property
    def heading(self) -> str:
        """What came in, in a few words."""
        if not self.n_orders:
            return tr(
                "{records} came in, and no orders", records=count(sum(t.n_used for t in self.tables.values()), "record")
            )
        return tr(
            "{customers} with {orders} came in",
            customers=count(self.n_customers, "customer"),
            orders=count(self.n_orders, "order"),
        )

    def summary(self) -> str:
        """Tell all of it as plain text, for a terminal."""
        lines = [f"{self.study.title} ({shown_path(self.study.file)})", ""]
        for table in self.tables.values():
            lines.append(
                f"{table.table}: {count(table.n_read, 'record')} read, {number(table.n_used)} used, "
                f"{number(table.n_rejected)} rejected"
            )
            for way in table.ways:
                lines.append(f"  from {name_files([shown_path(file) for file in way.files])}")
                lines.append(f"  read as {way}")
            lines += [f"  {said}" for said in self.ledger.lines] if table.table == "orders" else []
            for reject in table.rejects:
                lines.append(f"  rejected {number(reject.n)}: {reason_in_file(self.study, table.table, reject)}")
                if reject.remedy and reject.n > _HANDFUL:
                    lines.append(f"    what to do: {reject.remedy}")
        if self.first_order and self.last_order and self.calibration_end and self.observation_end:
            lines += [
                "",
                f"{count(self.n_customers, 'customer')} with {count(self.n_orders, 'order')}, "
                f"{day(self.first_order)} to {day(self.last_order)}",
                f"calibration up to {day(self.calibration_end)}, hold-out up to {day(self.observation_end)}",
            ]
        notes = [*self.remarks, *self.suspects.told(by_name=True)]
        if self.calendar.gaps.found:
            notes.append(self.calendar.gaps.reading)
        if self.returns.n:
            notes.append(self.returns.reading)
        lines += ["", *(f"Note: {note}" for note in notes), *([""] if notes else [])]
        lines.append("What these data can answer:")
        for q in self.questions.asked:
            bring = f"; bring {q.bring}" if q.bring else ""
            lines.append(f"  {q.can:<7} {q.question} ({q.why}{bring})")
        return "\n".join(lines) + "\n"

    def write_rejects(self, folder: str | Path) -> tuple[Path, ...]:
        """Write `rejects/<table>.csv` into a folder, for the tables that have rejects; return the files."""
        return write_rejects(self.engine, self.tables, Path(folder))

    def keep(self, folder: Path, further: Sequence[str] = (), *, run: str = "") -> Mapping[Path, str]:
        """Keep what was read in a folder, for later runs and other processes; return the SHA-256 of each file.

        Parameters
        ----------
        further : tables of the engine that go with it.
        run : by what this run is known to those who may take it from there, where a database was read.
        """
        stamps = [one for table in self.tables.values() for one in table.stamps]
        hashes = {file: sha256(file) for file in self.files}
        for file, read in zip(self.files, stamps, strict=True):
            if stamp(file) != read:
                raise SourceError(
                    f"{shown_path(file)} changed after it was read: wait until it is written in full, and run again"
                )
        keep_study(
            self.engine, self.study, self.tables, self.remarks, hashes, further, folder, run, extent=self.extent,
            drawn=self.drawn,
        )  # fmt: skip
        return hashes

    def close(self) -> None:
        """Close the engine: what was counted stays, but no reject can be listed any more."""
        self.engine.close()

    def __enter__(self) -> Self:
        """Return the intake itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
