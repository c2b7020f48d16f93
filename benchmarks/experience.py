"""How long the page on the experience takes for a million answers and a million records of visits.

`python -m benchmarks.experience` makes up such a shop, reports on it, and prints a table in Markdown; `--folder` keeps
the shop for the next time.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.known_shops import CORNER_SHOP

CUSTOMERS, SESSIONS_PER_ORDER, SEED = 146_000, 0.33, 3
MOST_SECONDS, MOST_GIB = 60.0, 2.0


def make(folder: Path) -> None:
    """Make up a shop like the corner shop in which every order is answered."""
    from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

    settings = read_settings(CORNER_SHOP, seed=SEED, customers=CUSTOMERS, name="large")
    told = settings.model_dump()
    told["feedback"]["share"], told["journey"]["sessions"] = 1.0, SESSIONS_PER_ORDER
    shop = simulate_shop(type(settings).model_validate(told))
    write_shop(shop, plant_truth(shop, rows=2000), folder)


def main(folder: Path | None = None) -> str:
    """Measure and return the table; without a folder the shop is thrown away."""
    if folder is None:
        with tempfile.TemporaryDirectory() as temporary:
            return main(Path(temporary))
    study = folder / "large"
    if not study.exists():
        make(study)
    sizes = {name: sum(1 for _ in (study / f"{name}.csv").open(encoding="utf-8")) - 1
             for name in ("orders", "feedback", "events")}  # fmt: skip
    seconds, megabytes = report.run_once(str(study), "--only", "experience")
    gib = megabytes * 1e6 / 2**30
    rows = [
        "| `07_experience`, from files to page, nothing kept before | found | asked |",
        "| --- | --- | --- |",
        f"| lines of orders; answers; records of visits | {'; '.join(f'{n:,}' for n in sizes.values())} | |",
        f"| seconds | {seconds:.1f} | under {MOST_SECONDS:.0f} |",
        f"| peak memory of all processes, GiB | {gib:.2f} | under {MOST_GIB:.0f} |",
    ]
    return "\n".join(rows)


def command_line() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the shop stays; else it is thrown away")
    print(main(parser.parse_args().folder))


if __name__ == "__main__":
    command_line()
