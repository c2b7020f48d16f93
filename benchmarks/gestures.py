"""How long the effects of gestures take: from a shop's files on, and beside DoubleML on equal work.

`python -m benchmarks.gestures` prints two tables in Markdown. In the second, both get the same rows in one run, and
DoubleML gets an environment of its own, in a temporary folder; without uv or a package index the table does without it
and says why.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.machine import peak_gib
from benchmarks.peer import DOUBLEML, PeerError, ask, python_with
from cxlab.gestures import GestureData, GestureEffect, estimate_gestures
from cxlab.gestures.sample import CHOSEN, NOBODY, Sample
from cxlab.kit import open_study
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

CUSTOMERS = 9_000
OCCASIONS = 50_000
TARGET_SECONDS = 5
COVARIATES, GROUPS, A_CUSTOMER = 13, 4, 5
SIZES = {500_000: 1, 2_000: 3}  # rows: how often each does the work; the shortest time counts
TARGETS = {500_000: "faster, under 20 s and 1.5 GiB", 2_000: "8 times faster"}
PATIENCE_SECONDS = 1_800
Answer = dict[str, Any]


def make_rows(n: int, seed: int = 1) -> dict[str, Any]:
    """Draw occasions whose chance of a gesture and whose outcome hang on the same covariates, in curves.

    Returns
    -------
    x : shape (n, 13). treated, y (counts), group (0 to 3), customer : shape (n,). gain : true effect of each.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, COVARIATES))
    x[:, 3:8] = np.exp(0.5 * x[:, 3:8])
    group = rng.integers(0, GROUPS, n)
    pull = -0.8 + 0.6 * x[:, 0] - 0.3 * x[:, 1] ** 2 + 0.3 * x[:, 2] + 0.2 * (x[:, 3] - 1)
    treated = rng.random(n) < 1 / (1 + np.exp(-pull))
    rate = np.exp(0.1 + 0.4 * x[:, 0] - 0.2 * x[:, 1] ** 2 + 0.2 * np.maximum(x[:, 2], 0) + 0.1 * np.log(x[:, 4]))
    gain = np.array([0.0, 0.1, 0.2, 0.4])[group] * rate
    y = rng.poisson(rate * rng.gamma(2.0, 0.5, n) + treated * gain).astype(float)
    return {"x": x, "treated": treated, "y": y, "group": group, "customer": np.arange(n) // A_CUSTOMER, "gain": gain}


def as_sample(rows: dict[str, Any]) -> Sample:
    """Lay the rows out as the kit's own."""
    known = pd.DataFrame(rows["x"], columns=[f"x{k}" for k in range(COVARIATES)])
    treated = np.asarray(rows["treated"], dtype=bool)
    return Sample(
        design="observational", arms=np.where(treated, CHOSEN, NOBODY).astype(object), control=NOBODY,
        outcome=rows["y"], noun="purchases", unit="purchases per gesture", rows="order",
        clusters=np.unique(rows["customer"], return_inverse=True)[1].astype(np.int64), covariates=known,
        adjust=known.iloc[:, :0], groups={"group": rows["group"].astype(str).astype(object)},
        drawn={CHOSEN: int(treated.sum()), NOBODY: int((~treated).sum())},
    )  # fmt: skip


def estimate(rows: dict[str, Any]) -> GestureEffect:
    """Estimate all effects of the rows."""
    return estimate_gestures(GestureData((as_sample(rows),), 90, "EUR", 5, ("Made up.",))).main


def ours(path: str, times: int) -> Answer:
    """Estimate as often as asked: seconds (the shortest), peak memory and what was found."""
    rows = dict(np.load(path))
    took = []
    for _ in range(times):
        start = time.perf_counter()
        effect = estimate(rows)
        took.append(time.perf_counter() - start)
    assert effect.average.has_interval and effect.on_overlap.has_interval and effect.sensitivity is not None
    found = {
        "average": effect.average.number, "treated": effect.effect.number,
        "groups": [group.effect.number for group in effect.groups],
        "robustness_value": effect.sensitivity.robustness_value,
    }  # fmt: skip
    return {"seconds": min(took), "gib": peak_gib(), "found": found}


def beside_doubleml() -> str:
    """Let both do the work on the same rows, each in a process of its own, and return the table."""
    lines = [
        "| all effects, 13 covariates, 4 groups | kit, s | GiB | DoubleML with LightGBM, s | GiB | times | to reach |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    notes = []
    with tempfile.TemporaryDirectory() as folder:
        mine: dict[int, Answer] = {}
        for n, times in SIZES.items():
            path = Path(folder) / f"{n}.npz"
            rows = make_rows(n)
            np.savez(path, **{name: column for name, column in rows.items() if name != "gain"})
            mine[n] = ask(sys.executable, "-m", "benchmarks.gestures", str(path), str(times))
            truth = f"{rows['gain'].mean():.3f} and {rows['gain'][rows['treated']].mean():.3f}"
            notes.append(f"{n:,} occasions: truth {truth}; {_said('the kit', mine[n])}")
        theirs: dict[int, Answer] = {}
        try:
            with python_with(*DOUBLEML) as python:
                for n, times in SIZES.items():
                    arguments = ("-m", "benchmarks.gestures_peer", str(Path(folder) / f"{n}.npz"), str(times))
                    theirs[n] = ask(python, *arguments, timeout=PATIENCE_SECONDS)
        except PeerError as error:
            notes.append(f"DoubleML: {error}")
    for n, answer in mine.items():
        other = theirs.get(n)
        peer = "– | – | –"
        if other is not None:
            peer = f"{other['seconds']:.1f} | {other['gib']:.1f} | {other['seconds'] / answer['seconds']:.1f}"
        lines.append(f"| {n:,} occasions | {answer['seconds']:.2f} | {answer['gib']:.1f} | {peer} | {TARGETS[n]} |")
    notes += [f"{n:,} occasions: {_said('DoubleML ' + answer['version'], answer)}" for n, answer in theirs.items()]
    return "\n".join([*lines, "", "Effect on average and on the treated:", "", *(f"- {note}" for note in notes)])


def _said(who: str, answer: Answer) -> str:
    found = answer["found"]
    return f"{who} {found['average']:.3f} and {found['treated']:.3f}"


def from_files() -> str:
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


def main() -> str:
    """Measure both and return the tables."""
    return f"{from_files()}\n\n{beside_doubleml()}"


if __name__ == "__main__":
    print(json.dumps(ours(sys.argv[1], int(sys.argv[2]))) if len(sys.argv) > 1 else main())
