"""What the two checks before a gesture find when it is chosen by what is recorded, and by what is not.

`python -m benchmarks.hidden_choice [SHOPS]` prints a table in Markdown; a few minutes.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from cxlab.estimate import Estimate
from cxlab.gestures import estimate_gestures
from cxlab.kit import open_study
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

CUSTOMERS, SHOPS = 1_500, 6
CASES = {
    "what is recorded only": (1.0, 0.0),
    "the same, and hidden, slope .3": (1.0, 0.3),
    "the same, and hidden, slope .6": (1.0, 0.6),
    "hidden only, slope .6": (0.0, 0.6),
}


def look_at(seed: int, confounding: float, hidden: float) -> tuple[float, float, bool, bool]:
    """Make a shop; return the true effect, the estimate (NaN where none is given), and whether either check finds."""
    gestures = {"confounding": confounding, "hidden": hidden}
    shop = simulate_shop(read_settings(None, customers=CUSTOMERS, seed=seed, trial="none", gestures=gestures))
    truth = plant_truth(shop, rows=20_000)
    with tempfile.TemporaryDirectory() as folder:
        write_shop(shop, truth, Path(folder) / "shop")
        with open_study(Path(folder) / "shop") as kit:
            effect = estimate_gestures(kit.gestures).main
    true = float(truth["gestures"]["effect.gesture"]["estimate"])
    return true, effect.effect.number, _finds(effect.placebo), _finds(effect.choice)


def _finds(estimate: Estimate) -> bool:
    return estimate.low is not None and estimate.high is not None and not estimate.low <= 0 <= estimate.high


def main(shops: int = SHOPS) -> str:
    """Measure and return the table."""
    lines = [
        "| chosen by | shops | true effect | estimated, where given | `placebo` finds something | "
        "`choice_by_recent_purchases` does |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, (confounding, hidden) in CASES.items():
        found = np.array([look_at(7_000 + i, confounding, hidden) for i in range(shops)])
        given = np.nanmean(found[:, 1]) if np.isfinite(found[:, 1]).any() else np.nan
        lines.append(
            f"| {name} | {shops} | {found[:, 0].mean():.3f} | {given:.3f} | {int(found[:, 2].sum())} | "
            f"{int(found[:, 3].sum())} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(main(*(int(given) for given in sys.argv[1:2])))
