"""The shops that speed is measured on, by their number of orders: made once, and kept.

A folder a size holds `parquet`, orders of one line each and nothing else (`benchmarks.intake` writes them, ten orders a
customer); `shop`, a simulated shop with all its tables, about as many orders; `batch`, twenty such shops with as many
orders between them; `orders`, the orders of `shop` alone; `occasions.npz` and `trial.npz`, rows for estimates alone.
What was begun and not finished is made again.
"""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from benchmarks.intake import FILES_OF_HUNDRED, HUNDRED, write_orders

ORDERS_A_CUSTOMER = 10
SIMULATED_A_CUSTOMER = 6.86  # orders of the corner shop by its customers
IN_A_BATCH = 20
DRAWN = 20_000  # customers, where some are drawn by lot
A_CUSTOMER = 5  # rows of a trial
TRUTH_ROWS = 500  # a coarse truth: nobody asks for it here


@dataclass(frozen=True)
class Place:
    """Where the shops of one size lie.

    Attributes
    ----------
    folder : made where it is not there.
    orders : in each shop, or of all shops of the batch together.
    """

    folder: Path
    orders: int

    @property
    def customers(self) -> int:
        """Customers of the simulated shop."""
        return max(round(self.orders / SIMULATED_A_CUSTOMER), 2 * IN_A_BATCH)

    @property
    def batch(self) -> list[Path]:
        """The small shops."""
        return [self.folder / "batch" / f"shop-{k + 1:02d}" for k in range(IN_A_BATCH)]


def parquet(place: Place, to: Path) -> None:
    """Write orders of one line each."""
    files = FILES_OF_HUNDRED if place.orders >= HUNDRED else 1
    write_orders(to, place.orders, max(place.orders // ORDERS_A_CUSTOMER, 1), files, sizes=(1,))


def shop(place: Place, to: Path) -> None:
    """Simulate a shop like the corner shop, with chosen gestures and a trial."""
    _simulated(to, place.customers, f"shop-{place.orders}", seed=1)


def orders(place: Place, to: Path) -> None:
    """Take the orders of the simulated shop, and nothing else of it."""
    make(place, "shop")
    said = yaml.safe_load((place.folder / "shop" / "study.yml").read_text(encoding="utf-8"))
    kept = {key: said[key] for key in ("currency", "seed", "calibration_end", "observation_end")}
    study = {"name": f"orders-{place.orders}", **kept, "sources": {"orders": said["sources"]["orders"]}}
    to.mkdir()
    (to / "study.yml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    shutil.copy(place.folder / "shop" / "orders.csv", to)


def batch(place: Place, to: Path) -> None:
    """Simulate shops that differ in their seed."""
    for k, small in enumerate(place.batch):
        _simulated(to / small.name, place.customers // IN_A_BATCH, small.name, seed=k + 1)


def occasions(place: Place, to: Path) -> None:
    """Draw occasions of chosen gestures, as many as there are orders."""
    from benchmarks.gestures import make_rows

    rows = make_rows(place.orders)
    _save(to, **{name: column for name, column in rows.items() if name != "gain"})


def trial(place: Place, to: Path) -> None:
    """Draw the rows of a trial by equal lot, each with a forecast of its effect that knows something."""
    rng, n = np.random.default_rng(1), place.orders
    foreseen, treated = rng.normal(size=n), rng.random(n) < 0.5
    outcome = rng.poisson(np.exp(0.2 + 0.1 * treated * (1 + foreseen))).astype(float)
    _save(to, foreseen=foreseen, treated=treated, outcome=outcome, customer=np.arange(n) // A_CUSTOMER)


FILES: dict[str, Callable[[Place, Path], None]] = {
    "parquet": parquet, "shop": shop, "orders": orders, "batch": batch, "occasions.npz": occasions, "trial.npz": trial,
}  # fmt: skip


def make(place: Place, name: str) -> None:
    """Make what is missing; what stands under its name is whole."""
    done, begun = place.folder / name, place.folder / f"begun-{name}"
    if done.exists():
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    if begun.is_dir():
        shutil.rmtree(begun)
    FILES[name](place, begun)
    begun.rename(done)


def _simulated(folder: Path, customers: int, name: str, seed: int) -> None:
    from benchmarks.known_shops import CORNER_SHOP
    from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

    made = simulate_shop(read_settings(CORNER_SHOP, seed=seed, customers=customers, name=name))
    write_shop(made, plant_truth(made, rows=TRUTH_ROWS), folder)


def _save(file: Path, **columns: np.ndarray) -> None:
    with file.open("wb") as opened:  # else a suffix is added
        np.savez(opened, **columns)  # type: ignore[arg-type]


if __name__ == "__main__":
    make(Place(Path(sys.argv[1]), int(sys.argv[2])), sys.argv[3])
    print(json.dumps(sys.argv[3]))
