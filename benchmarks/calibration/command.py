"""The command of a calibration: run what is missing within the time given, and write the page."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.calibration.cases import Case
from benchmarks.calibration.layout import Section
from benchmarks.calibration.page import tables
from benchmarks.calibration.run import run
from benchmarks.calibration.store import ROOT, Store
from benchmarks.peer import PeerError
from cxlab.words import count


@dataclass(frozen=True)
class Calibration:
    """What is looked at, and how the page speaks of it.

    Attributes
    ----------
    name : of the command, `make calibrate-<name>`, and of the store and the page.
    cases, sections : in the order of the page.
    introduction : under its head.
    """

    name: str
    cases: tuple[Case, ...]
    sections: tuple[Section, ...]
    introduction: str

    @property
    def store(self) -> Path:
        """Where replications are kept."""
        return ROOT / ".calibration" / f"{self.name}.jsonl"

    @property
    def page(self) -> Path:
        """Where the page is written."""
        return ROOT / "docs" / f"calibration-{self.name}.md"

    def written(self, store: Store, missing: int = 0, left_out: int = 0) -> str:
        """Write the page from what the store knows.

        Parameters
        ----------
        store : of the replications.
        missing : replications that were planned and not reached.
        left_out : cases that were not run this time.
        """
        known, left = store.read(self.cases), ""
        if missing:
            alike = "of all cases alike" if not left_out else "of those cases that were run"
            left = f" {count(missing, 'planned replication')} are missing, {alike}: time was up."
        if left_out:
            left += f" {count(left_out, 'case')} of {len(self.cases)} stand as they were found before, or not at all."
        measured = f"Measured by `make calibrate-{self.name}` on {machine.describe()}: "
        measured += f"{count(len(known), 'replication')}.{left}"
        parts = ["# How often right", measured, self.introduction, tables(self.sections, self.cases, known)]
        return "\n\n".join(parts) + "\n"


def calibrate(of: Calibration, description: str | None, arguments: list[str] | None = None) -> None:
    """Run what is missing, write the page and print it."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.calibrate_{of.name}", description=description)
    parser.add_argument("--times", type=float, default=1.0, help="replications, as a multiple of those planned")
    parser.add_argument("--minutes", type=float, default=55.0, help="after which no replication is begun")
    parser.add_argument("--processes", type=int, default=2, help="at once, each on one thread")
    parser.add_argument("--store", type=Path, default=of.store, help="where replications are kept")
    parser.add_argument("--page", type=Path, default=of.page, help="where the page is written")
    parser.add_argument("--without", default=[], action="append", help="leave cases out whose name begins so")
    given = parser.parse_args(arguments)
    store, left_out = Store(given.store), tuple(given.without)
    cases = tuple(case for case in of.cases if not case.name.startswith(left_out)) if left_out else of.cases
    try:
        missing = run(cases, store, times=given.times, processes=given.processes, minutes=given.minutes)
    except PeerError as error:
        parser.error(f"a peer cannot be asked: {error}. --without beside leaves it out; what was found is kept")
    text = of.written(store, missing, len(of.cases) - len(cases))
    given.page.write_text(text, encoding="utf-8")
    print(text)
