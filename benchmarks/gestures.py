"""How long the effects of gestures take: rows read on the engine, then every effect of 50,000 occasions and a trial.

`python -m benchmarks.gestures` prints a table in Markdown.
"""

import tempfile
import time
from pathlib import Path

from cxlab.gestures import estimate_gestures
from cxlab.kit import open_study
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

CUSTOMERS = 9_000
OCCASIONS = 50_000
TARGET_SECONDS = 5


def main() -> str:
    """Measure on a made-up shop and return the table."""
    with tempfile.TemporaryDirectory() as folder:
        shop = simulate_shop(read_settings(None, customers=CUSTOMERS, seed=1))
        write_shop(shop, plant_truth(shop, rows=500), Path(folder) / "shop")
        with open_study(Path(folder) / "shop") as kit:
            start = time.perf_counter()
            assert kit.intake.n_orders and kit.customers.n
            read = time.perf_counter()
            data = kit.gestures
            rows = time.perf_counter()
            effects = estimate_gestures(data)
            end = time.perf_counter()
    chosen = next(effect for effect in effects.effects if effect.design == "observational")
    n = chosen.n_treated + chosen.n_control
    if n < OCCASIONS:
        raise RuntimeError(f"the made-up shop has {n:,} occasions: raise CUSTOMERS")
    return "\n".join(
        [
            f"| {n:,} occasions, {chosen.n_treated:,} of them with a gesture, and a trial | seconds | to reach |",
            "| --- | --- | --- |",
            f"| orders read, customer table | {read - start:.1f} | |",
            f"| history before and outcome after each | {rows - read:.1f} | |",
            f"| all effects, by segment and in money | {end - rows:.1f} | under {TARGET_SECONDS} |",
        ]
    )


if __name__ == "__main__":
    print(main())
