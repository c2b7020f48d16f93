"""How long the BG/NBD fit takes, on CDNOW and on a million simulated customers; beside lifetimes where it can be had.

`python -m benchmarks.bgnbd` prints a table in Markdown. lifetimes needs an old pandas, so it is put into an environment
of its own, in a temporary folder; without uv or a package index the table does without it.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

import cxlab
from benchmarks.peer import LIFETIMES, ROOT, PeerError, ask, python_with
from cxlab.purchases.bgnbd import maximise_bgnbd
from cxlab.purchases.histories import Histories

TRUTH = (0.2426, 4.4135, 0.7929, 2.4258)
MILLION = 1_000_000
TARGETS = {"CDNOW sample": 20, "a million simulated": 1_000}  # milliseconds
PEER_SCRIPT = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
from lifetimes import BetaGeoFitter
found = {}
for name in sys.argv[1:]:
    x, recency, age = np.load(name)
    best = float("inf")
    for _ in range(1 if len(x) > 100_000 else 3):
        start = time.perf_counter()
        model = BetaGeoFitter().fit(x, recency / 7, age / 7)
        best = min(best, time.perf_counter() - start)
    found[name] = [best, *[float(v) for v in model.params_[["r", "alpha", "a", "b"]]]]
print(json.dumps(found))
"""


def simulate_histories(n: int, seed: int = 1) -> Histories:
    """Draw histories of `n` customers that follow the model, in whole days, followed for 190 to 272 days."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = TRUTH
    pace, leaving = rng.gamma(r, 1 / alpha, n) / 7, rng.beta(a, b, n)
    age = rng.integers(190, 273, n)
    frequency, last, at = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n)
    buying = np.arange(n)
    while len(buying):
        at[buying] += rng.exponential(1 / np.maximum(pace[buying], 1e-12))
        buying = buying[at[buying] <= age[buying]]
        day = np.ceil(at[buying]).astype(np.int64)
        frequency[buying] += day > last[buying]
        last[buying] = day
        buying = buying[rng.random(len(buying)) >= leaving[buying]]
    return Histories(frequency, last, age)


def seconds(function: Callable[[], object], times: int) -> float:
    """Return the shortest of a few runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


def fit(histories: Histories) -> list[float]:
    """Fit from raw histories on, the search for different ones included, with standard errors."""
    fresh = Histories(histories.frequency, histories.recency_days, histories.age_days)
    best = maximise_bgnbd(*fresh.different())
    assert best.status == "converged" and np.isfinite(best.log_errors).all()
    return best.parameters.tolist()


def peer(cases: dict[str, Histories]) -> tuple[dict[str, list[float]], str]:
    """Fit the same with lifetimes in an environment of its own; return its seconds and parameters, or why not."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for i, (name, h) in enumerate(cases.items()):
            paths[name] = str(Path(folder) / f"case{i}.npy")
            np.save(paths[name], np.stack([h.frequency, h.recency_days, h.age_days]))
        try:
            with python_with(*LIFETIMES) as python:
                found = ask(python, "-c", PEER_SCRIPT, *paths.values(), timeout=600)
        except PeerError as error:
            return {}, f"lifetimes could not be set up or run: {error}"
        return {name: found[path] for name, path in paths.items()}, ""


def main() -> str:
    """Measure and return the table."""
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        cases = {"CDNOW sample": Histories.of(kit.customers), "a million simulated": simulate_histories(MILLION)}
    theirs, why_not = peer(cases)
    heads = ("customers", "histories", "ms", "to reach", "lifetimes, ms", "times faster", "r, alpha, a, b", "lifetimes")
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]
    for name, h in cases.items():
        took, other, ratio, found = seconds(partial(fit, h), 5), "–", "–", "–"
        if name in theirs:
            their, *values = theirs[name]
            other, ratio, found = f"{1000 * their:,.0f}", f"{their / took:,.0f}", written(values)
        first = [f"{name}: {h.n:,}", f"{h.different()[0].n:,}", f"{1000 * took:,.1f}", f"under {TARGETS[name]:,}"]
        lines.append("| " + " | ".join([*first, other, ratio, written(fit(h)), found]) + " |")
    return "\n".join([*lines, *(["", why_not] if why_not else [])])


def written(parameters: list[float]) -> str:
    """Write parameters with four digits."""
    return ", ".join(f"{value:.4f}" for value in parameters)


if __name__ == "__main__":
    print(main())
