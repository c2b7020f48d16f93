"""How often clusters, verdicts and intervals are right on made-up customers: `make calibrate-segments`.

It writes docs/calibration-segments.md. A run that was stopped goes on where it was; what was found with other source
files is found anew.
"""

import argparse
from pathlib import Path

from benchmarks import machine
from benchmarks.calibration.page import tables
from benchmarks.calibration.plan import segment_cases
from benchmarks.calibration.rows import sections
from benchmarks.calibration.run import run
from benchmarks.calibration.store import ROOT, Store
from cxlab.words import count

STORE = ROOT / ".calibration" / "segments.jsonl"
PAGE = ROOT / "docs" / "calibration-segments.md"
INTRODUCTION = """\
Customers are made up whose truth is known, and looked at with the functions of the notebooks on clusters and segments,
their defaults included: 99 draws without groups, up to ten clusters, 200 resamples, at least 1,000 for skill. In
brackets stands the Monte Carlo error, one standard error over the replications, of shares in points. A figure holds
when it agrees with the band in the heading of its column within two of them. Columns without a band promise nothing."""


def main(arguments: list[str] | None = None) -> None:
    """Run what is missing, write the page and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate_segments", description=__doc__)
    parser.add_argument("--times", type=float, default=1.0, help="replications, as a multiple of those planned")
    parser.add_argument("--minutes", type=float, default=55.0, help="after which no replication is begun")
    parser.add_argument("--processes", type=int, default=2, help="at once, each on one thread")
    parser.add_argument("--store", type=Path, default=STORE, help="where replications are kept")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page is written")
    given = parser.parse_args(arguments)
    cases, store = segment_cases(), Store(given.store)
    missing = run(cases, store, times=given.times, processes=given.processes, minutes=given.minutes)
    text = page(store, missing)
    given.page.write_text(text, encoding="utf-8")
    print(text)


def page(store: Store, missing: int = 0) -> str:
    """Write the page from what the store knows.

    Parameters
    ----------
    store : of the replications.
    missing : replications that were planned and not reached.
    """
    cases = segment_cases()
    known = store.read(cases)
    left = f" {count(missing, 'planned replication')} are missing, of all cases alike: time was up." if missing else ""
    measured = (
        f"Measured by `make calibrate-segments` on {machine.describe()}: {count(len(known), 'replication')}.{left}"
    )
    return "\n\n".join(["# How often right", measured, INTRODUCTION, tables(sections(), cases, known)]) + "\n"


if __name__ == "__main__":
    main()
