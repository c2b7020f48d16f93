"""How fast on one machine, and how each step grows with the orders: one command, one table, beside the peers.

`python -m benchmarks.scale --folder FOLDER` measures shops of 10,000 to 10 million orders, which stay in FOLDER for the
next call (some gigabytes); `--hundred` adds the engine's own steps on 100 million, `--only STEP` takes some steps,
`--without-peers` does without environments. Every step runs in a fresh process, three times where it takes under 20 s;
the kit and its peers take turns. Peers with old pins get environments of their own; where one cannot be set up, fails
or takes too long, its cells stay empty and a line below says why. Exit code 1: two that should agree do not.
"""

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.intake import HUNDRED, MEASURED, Run, check_customers, check_summary, equal_words
from benchmarks.peer import CAUSALML, DOUBLEML, LIFETIMES, POLARS, PeerError, ask, python_with
from benchmarks.scale_shops import DRAWN, IN_A_BATCH, Place

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
MILLION, TEN_MILLION = SIZES[2:]
REPETITIONS, SHORT_SECONDS = 3, 20
PATIENCE_SECONDS = 1_800  # for one run of a peer
OLD = (*LIFETIMES, "pyarrow<20")
TIMES_BY_HAND, TIMES_LIFETIMES = 1.2, 8
Key = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    step, by : what is done, and who does it.
    title : how the table calls it.
    needs : files that must be there (`benchmarks.scale_shops`).
    most : most orders that it is asked to take.
    packages : what its own environment holds; none: the kit's.
    command : from a place to what Python is asked to run.
    """

    step: str
    by: str
    title: str
    needs: str
    most: int
    command: Callable[[Place], tuple[str, ...]]
    packages: tuple[str, ...] = ()


@dataclass
class Measured:
    """What came of it all.

    Attributes
    ----------
    runs : row and orders -> its runs. answers : the last one of them, as it came.
    notes : what else is to be said, line by line. faults : where two that should agree do not.
    """

    runs: dict[tuple[Key, int], list[Run]] = field(default_factory=dict)
    answers: dict[tuple[Key, int], dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def seconds(self, key: Key, orders: int) -> float | None:
        """Return the median."""
        runs = self.runs.get((key, orders))
        return median(run.seconds for run in runs) if runs else None

    def gib(self, key: Key, orders: int) -> float | None:
        """Return the largest peak."""
        runs = self.runs.get((key, orders))
        return max(run.gib for run in runs) if runs else None


def _orders(by: str, most: int = TEN_MILLION, packages: tuple[str, ...] = ()) -> Row:
    def command(place: Place) -> tuple[str, ...]:
        return "benchmarks.intake", "--one", by, str(place.folder / "parquet")

    return Row("customers", by, f"customers; {MEASURED[by][0]}", "parquet", most, command, packages)


def _kit(step: str, title: str, needs: str = "shop", most: int = TEN_MILLION) -> Row:
    def command(place: Place) -> tuple[str, ...]:
        return "benchmarks.scale_steps", step, str(place.folder), str(place.orders)

    return Row(step, "kit", f"{title}; the kit", needs, most, command)


def _file(place: Place, name: str) -> str:
    return str(place.folder / name)


EQUAL = "effects on as many made-up occasions, 13 covariates, 4 groups"
CLUSTERS = "clusters, their number and stability, 8 measures of as many customers"
ROWS = (
    _orders("scan", HUNDRED),
    _orders("hand", HUNDRED),
    _orders("kit", HUNDRED),
    _orders("summary"),
    _orders("pandas"),
    _orders("polars", packages=POLARS),
    _orders("lifetimes", packages=OLD),
    _kit("files", "the simulated shop’s eight files to customers"),
    _kit("occasions", "occasions of gestures, history and outcome", most=MILLION),
    Row("clusters", "kit", f"{CLUSTERS}; the kit", "", TEN_MILLION,
        lambda place: ("benchmarks.clusters", "--kit", str(place.customers))),
    Row("clusters", "scikit-learn", f"{CLUSTERS}; scikit-learn", "", SIZES[1],
        lambda place: ("benchmarks.clusters", "--plain", str(place.customers))),
    _kit("bgnbd", "BG/NBD fit with standard errors"),
    Row("bgnbd", "lifetimes", "BG/NBD fit with standard errors; lifetimes 0.11.3", "shop", MILLION,
        lambda place: ("benchmarks.purchases_peers", "lifetimes", "bgnbd", "histories", str(place.folder)), OLD),
    _kit("effects", "all effects of the shop’s gestures", most=MILLION),
    Row("equal", "kit", f"{EQUAL}; the kit", "occasions.npz", SIZES[1],
        lambda place: ("benchmarks.gestures", _file(place, "occasions.npz"), "1")),
    Row("equal", "doubleml", f"{EQUAL}; DoubleML with LightGBM", "occasions.npz", SIZES[1],
        lambda place: ("benchmarks.gestures_peer", _file(place, "occasions.npz"), "1"), DOUBLEML),
    _kit("qini", "Qini curve with interval, as many rows", "trial.npz"),
    Row("qini", "causalml", "Qini coefficient with interval, 200 half samples; CausalML", "trial.npz", MILLION,
        lambda place: ("benchmarks.qini_peer", _file(place, "trial.npz")), CAUSALML),
    _kit("report", "all reports of the simulated shop, files to pages", most=MILLION),
    _kit("lot", f"the same of {DRAWN:,} customers drawn by lot"),
    _kit("orders", "all reports of its orders alone", "orders", MILLION),
    _kit("orders-lot", f"the same of {DRAWN:,} customers drawn by lot, orders alone", "orders"),
    _kit("batch", f"all reports of {IN_A_BATCH} small shops with as many orders between them", "batch", SIZES[1]),
)  # fmt: skip
# Of ten million orders no table of all occasions is held: there, customers are drawn by lot (docs/scale.md).
STEPS = tuple(dict.fromkeys(row.step for row in ROWS))


def measure(place: Place, rows: tuple[Row, ...], pythons: "Pythons", found: Measured) -> None:
    """Measure every row on the shops of one size, in rounds, so that a busy moment hits all alike."""
    left = [row for row in rows if place.orders <= row.most and (not row.packages or pythons.peers)]
    for name in dict.fromkeys(row.needs for row in left if row.needs):
        ask(sys.executable, "-m", "benchmarks.scale_shops", str(place.folder), str(place.orders), name)
    for _ in range(REPETITIONS):
        for row in tuple(left):
            key, what = (row.step, row.by), f"{place.orders:,} orders, {row.title}"
            try:
                patience = PATIENCE_SECONDS if row.packages or row.by == "scikit-learn" else None
                answer = ask(pythons.of(row.packages), "-m", *row.command(place), timeout=patience)
            except PeerError as error:
                found.notes.append(f"{what}: {error}.")
                left.remove(row)
                continue
            run = Run(float(answer["seconds"] if "seconds" in answer else answer["all"]), float(answer["gib"]))
            print(f"{what}: {run.seconds:.2f} s, {run.gib:.2f} GiB", file=sys.stderr, flush=True)
            found.runs.setdefault((key, place.orders), []).append(run)
            found.answers[key, place.orders] = answer
            if run.seconds >= SHORT_SECONDS:
                left.remove(row)


class Pythons(ExitStack):
    """Environments of the peers, each set up when it is first asked for, gone when all is done."""

    def __init__(self, *, peers: bool) -> None:
        super().__init__()
        self.peers = peers
        self._known: dict[tuple[str, ...], Path | PeerError] = {(): Path(sys.executable)}

    def of(self, packages: tuple[str, ...]) -> Path:
        """Return the Python that has these packages.

        Raises
        ------
        PeerError : they cannot be installed; that is tried once.
        """
        if packages not in self._known:
            try:
                self._known[packages] = self.enter_context(python_with(*packages))
            except PeerError as error:
                self._known[packages] = PeerError(f"could not be set up: {error}")
        known = self._known[packages]
        if isinstance(known, PeerError):
            raise known
        return known


def agree(place: Place, found: Measured) -> None:
    """Hold the answers of those who did the same against each other."""
    told = {key: answer for (key, orders), answer in found.answers.items() if orders == place.orders}
    at = f"{place.orders:,} orders"
    if {("customers", "kit"), ("customers", "hand")} <= told.keys():
        _check(found, lambda: found.notes.append(f"{at}: {equal_words(check_customers(place.folder / 'parquet'))}"))
    for by in ("summary", "pandas", "polars", "lifetimes"):
        if {("customers", "kit"), ("customers", by)} <= told.keys():
            _check(found, partial(check_summary, by, place.folder / "parquet"))
    if {("bgnbd", "kit"), ("bgnbd", "lifetimes")} <= told.keys():
        mine, theirs = (told["bgnbd", by]["parameters"] for by in ("kit", "lifetimes"))
        if not np.allclose(mine, theirs, rtol=1e-2):
            found.faults.append(f"{at}, BG/NBD: the kit finds {mine}, lifetimes {theirs}.")
    if {("equal", "kit"), ("equal", "doubleml")} <= told.keys():
        pairs = ((by, told["equal", by]["found"]) for by in ("kit", "doubleml"))
        said = "; ".join(f"{by} {each['average']:.3f} and {each['treated']:.3f}" for by, each in pairs)
        found.notes.append(f"{at}, effect on average and on the treated: {said}.")
    if {("qini", "kit"), ("qini", "causalml")} <= told.keys():
        mine, theirs = told["qini", "kit"], told["qini", "causalml"]
        found.notes.append(f"{at}, Qini coefficient: kit {mine['area']:.4f}, CausalML {theirs['area']:.4f}.")
        if abs(mine["area"] - theirs["area"]) > 3 * mine["error"]:
            found.faults.append(f"{at}: the Qini coefficients are more than three standard errors apart.")


def _check(found: Measured, check: Callable[[], None]) -> None:
    try:
        check()
    except RuntimeError as error:
        found.faults.append(f"{error}.")


def grows(sizes: list[int], seconds: list[float | None]) -> str:
    """Return the exponent between the last two sizes that were measured: 1 is in proportion, 0 not at all.

    Examples
    --------
    >>> grows([1_000, 10_000, 100_000], [1.0, 2.0, 20.0]), grows([1_000], [1.0])
    ('1.00', '–')
    """
    known = [(n, s) for n, s in zip(sizes, seconds, strict=True) if s is not None]
    if len(known) < 2:
        return "–"
    (n, s), (n_then, s_then) = known[-2:]
    return f"{math.log(s_then / s) / math.log(n_then / n):.2f}"


def reached(key: Key, sizes: list[int], found: Measured) -> str:
    """Say of each target of a row what came, and whether that is enough; the largest size up to ten million counts."""
    said = []
    if key == ("customers", "kit"):
        value, where = _times(key, ("customers", "hand"), sizes, found)
        said += [f"within {TIMES_BY_HAND} times by hand: " + _held(value, where, value <= TIMES_BY_HAND)]
        said += [_under(found.gib(key, TEN_MILLION), 1, "GiB", TEN_MILLION)]
        said += [_under(found.gib(key, HUNDRED), 4, "GiB", HUNDRED)]
    if key == ("customers", "summary"):
        value, where = _times(("customers", "lifetimes"), key, sizes, found)
        said += [f"{TIMES_LIFETIMES} times faster than lifetimes: " + _held(value, where, value >= TIMES_LIFETIMES)]
    if key[0] in ("report", "lot", "orders", "orders-lot"):
        said += [_under(found.seconds(key, MILLION), 60, "s", MILLION)]
    if key[0] in ("lot", "orders-lot"):
        said += [_under(found.seconds(key, TEN_MILLION), 180, "s", TEN_MILLION)]
        said += [_under(found.gib(key, TEN_MILLION), 3, "GiB", TEN_MILLION)]
    return "; ".join(said)


def _times(one: Key, other: Key, sizes: list[int], found: Measured) -> tuple[float, int]:
    """Return how many times as long one takes as another, and at which size; NaN where they never ran side by side."""
    for orders in reversed([n for n in sizes if n <= TEN_MILLION]):
        ours, theirs = found.seconds(one, orders), found.seconds(other, orders)
        if ours is not None and theirs is not None:
            return ours / theirs, orders
    return math.nan, 0


def _held(value: float, orders: int, well: bool) -> str:
    return f"{value:.2f} at {orders:,}, {_yes(well)}" if orders else "not measured"


def _under(value: float | None, most: float, unit: str, orders: int) -> str:
    words = f"under {most} {unit} at {orders:,}"
    return f"{words}: not measured" if value is None else f"{words}: {value:.2f}, {_yes(value < most)}"


def _yes(so: bool) -> str:
    return "yes" if so else "no"


def table(rows: tuple[Row, ...], sizes: list[int], found: Measured) -> str:
    """Write the table, and what is to be said below it."""
    heads = ["orders", *(f"{n:,}" for n in sizes), "grows", "to reach"]
    lines = [heads, ["---"] * len(heads)]
    for row in rows:
        key = (row.step, row.by)
        seconds = [found.seconds(key, n) for n in sizes]
        cells = [
            "–" if s is None else f"{s:,.{2 if s < 100 else 0}f} s, {found.gib(key, n):.2f} GiB"
            for s, n in zip(seconds, sizes, strict=True)
        ]
        lines.append([row.title, *cells, grows(sizes, seconds), reached(key, sizes, found)])
    written = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    return "\n\n".join([written, *dict.fromkeys([*found.notes, *found.faults])])


def main(sizes: list[int], folder: Path, only: list[str] | None = None, *, peers: bool = True) -> tuple[str, bool]:
    """Measure; return the table, and whether all that should agree does."""
    # Threads that wait give way: else a peer's, in thousands of small fits, hold up each other on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    rows, found = tuple(row for row in ROWS if only is None or row.step in only), Measured()
    load = os.getloadavg()[0]
    with Pythons(peers=peers) as pythons:
        for orders in sizes:
            place = Place(folder.absolute() / str(orders), orders)
            measure(place, rows, pythons, found)
            agree(place, found)
    head = (
        f"Seconds, median of {REPETITIONS} where one takes under {SHORT_SECONDS}, and peak memory of a fresh process; "
        f"*grows* is the exponent between the last two sizes. {machine.describe()}; processes that wanted the cores as "
        f"it began: {load:.1f}."
    )
    return f"{head}\n\n{table(rows, sizes, found)}", not found.faults


def command_line() -> int:
    """Do what the command line asks for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    options.add_argument("--orders", type=int, nargs="+", default=list(SIZES), help="orders of the shops")
    options.add_argument("--hundred", action="store_true", help=f"and the engine's own steps on {HUNDRED:,} orders")
    options.add_argument("--only", action="append", choices=STEPS, metavar="STEP", help=", ".join(STEPS))
    options.add_argument("--folder", type=Path, help="where the shops are kept; left out: a temporary folder")
    options.add_argument("--without-peers", action="store_true", help="no environments of their own for the peers")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        sizes = sorted({*asked.orders, *([HUNDRED] if asked.hundred else [])})
        text, well = main(sizes, asked.folder or Path(temporary), asked.only, peers=not asked.without_peers)
    print(text)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(command_line())
