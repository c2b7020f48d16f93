"""How long the purchase models take, and what they find; beside lifetimes and pymc-marketing where these can be had.

`python -m benchmarks.purchases` prints two tables in Markdown. All get the same histories in one run: CDNOW, and a
million customers who follow BG/NBD. The peers get environments of their own, in temporary folders; without uv or a
package index, or where one takes too long, the tables do without it and say why.
"""

import contextlib
import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import cxlab
from benchmarks.peer import LIFETIMES, PYMC_MARKETING, ROOT, PeerError, ask, python_with
from benchmarks.purchases_peers import REFITS, WEEKS
from cxlab.purchases import bootstrap_fits
from cxlab.purchases.families import FAMILIES
from cxlab.purchases.family import FamilyName
from cxlab.purchases.histories import DAYS_A_WEEK, Array, Histories
from cxlab.purchases.model import PurchaseModel, fit_to_histories

TRUTH = (0.2426, 4.4135, 0.7929, 2.4258)
MILLION = 1_000_000
FEW = Histories(np.array([2, 0, 10]), np.array([213, 0, 200]), np.array([272, 272, 250]))
PACKAGES = {"lifetimes": LIFETIMES, "pymc-marketing": PYMC_MARKETING}
PATIENCE_SECONDS = 600  # for one task of a peer
TARGETS = {("bgnbd", "fit"): "0.02", ("bgnbd", "million"): "0.5, 30 times faster than lifetimes"}
TARGETS_OF_ALL = {"forecast": "0.5", "refits": "5"}
WHAT = {
    "fit": "fit with standard errors, CDNOW",
    "million": "the same, a million customers",
    "forecast": "P(alive) and purchases expected in 39 weeks, a million",
    "refits": f"{REFITS} bootstrap refits of CDNOW",
}
VALUES = (
    "What they find on CDNOW; P(alive) and the purchases of the next 39 weeks are those of customers with 2, 0 and 10 "
    "repeat purchases, the last one 213, 0 and 200 days and the cut 272, 272 and 250 days after the first order:"
)
TIMES = {"fit": 5, "million": 3, "forecast": 3, "refits": 3}


@dataclass
class Found:
    """What one of them took and found.

    Attributes
    ----------
    title : its name and version.
    tasks : answers by family and task.
    missing : family and task -> why there is no answer.
    setup_seconds : till its environment stood.
    """

    title: str
    tasks: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    missing: dict[tuple[str, str], str] = field(default_factory=dict)
    setup_seconds: float | None = None

    def seconds(self, key: str, task: str) -> float | None:
        """Return how long a task took."""
        answer = self.tasks.get((key, task))
        return None if answer is None else float(answer["seconds"])


def simulate_histories(n: int, seed: int = 1) -> Histories:
    """Draw histories of `n` customers that follow BG/NBD, in whole days, followed for 190 to 272 days."""
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


def fresh(histories: Histories) -> Histories:
    """Return the same histories with nothing worked out yet."""
    return Histories(histories.frequency, histories.recency_days, histories.age_days)


def fit(key: FamilyName, histories: Histories) -> PurchaseModel:
    """Fit from raw histories on, the search for different ones included, with standard errors."""
    model = fit_to_histories(FAMILIES[key], fresh(histories), dt.date(2020, 1, 1))
    assert model.maximum.status == "converged" and np.isfinite(model.maximum.log_errors).all()
    return model


def forecast(model: PurchaseModel, histories: Histories) -> tuple[Array, Array]:
    """P(alive) and expected purchases of raw histories."""
    mine = replace(model, histories=fresh(histories))
    return mine.probability_alive(), mine.expected_purchases(WEEKS * DAYS_A_WEEK)


def ours(cases: dict[str, Histories]) -> Found:
    """Measure the kit."""
    found = Found("the kit")
    for key in FAMILIES:
        model = fit(key, cases["cdnow"])
        work: dict[str, Callable[[], object]] = {
            "fit": partial(fit, key, cases["cdnow"]),
            "million": partial(fit, key, cases["million"]),
            "forecast": partial(forecast, model, cases["million"]),
            "refits": partial(bootstrap_fits, model, REFITS),
        }
        for task, function in work.items():
            found.tasks[key, task] = {"seconds": seconds(function, TIMES[task])}
        alive, expected = forecast(model, FEW)
        found.tasks[key, "fit"]["values"] = {
            "": {
                "parameters": model.parameters.tolist(),
                "log_likelihood": model.log_likelihood,
                "alive": alive.tolist(),
                "expected": expected.tolist(),
            }
        }
    return found


def theirs(name: str, folder: Path) -> Found:
    """Let a peer do the same in an environment of its own."""
    found = Found(name)
    start = time.perf_counter()
    try:
        with python_with(*PACKAGES[name]) as python:
            found.setup_seconds = time.perf_counter() - start
            for key in FAMILIES:
                for task in WHAT:
                    arguments = ("-m", "benchmarks.purchases_peers", name, key, task, str(folder))
                    try:
                        answer = ask(python, *arguments, timeout=PATIENCE_SECONDS)
                    except PeerError as error:
                        found.missing[key, task] = str(error)
                        continue
                    found.tasks[key, task] = answer
                    found.title = f"{name} {answer['version']}"
    except PeerError as error:
        found.missing["", ""] = f"could not be set up: {error}"
    return found


@contextlib.contextmanager
def written_down(cases: dict[str, Histories]) -> Iterator[Path]:
    """Put histories into files that the peers read."""
    with tempfile.TemporaryDirectory() as folder:
        for name, h in cases.items():
            np.save(Path(folder) / f"{name}.npy", np.stack([h.frequency, h.recency_days, h.age_days]))
        yield Path(folder)


def main() -> str:
    """Measure and return the tables."""
    with cxlab.open_study(ROOT / "data" / "cdnow") as kit:
        cases = {"cdnow": Histories.of(kit.customers), "million": simulate_histories(MILLION)}
    load = os.getloadavg()[0]
    kit_found = ours(cases)
    with written_down(cases | {"few": FEW}) as folder:
        peers = [theirs(name, folder) for name in PACKAGES]
    setting = (
        f"CDNOW: {cases['cdnow'].n:,} customers with {cases['cdnow'].different()[0].n:,} different histories; a "
        f"million simulated ones have {cases['million'].different()[0].n:,}. Seconds: the shortest of a few runs, or "
        "one run of what takes long. pymc-marketing is timed at the maximum a posteriori with flat priors. Its fits, "
        "and those of Pareto/NBD by lifetimes, give no standard errors. Processes that wanted the "
        f"{os.cpu_count()} cores as it began: {load:.1f}."
    )
    parts = [times_table(kit_found, peers), setting, *notes(peers), VALUES, values_table(kit_found, peers)]
    return "\n\n".join(parts)


def times_table(kit_found: Found, peers: list[Found]) -> str:
    """One row a model and task: seconds of each, and how many times as long as the kit a peer takes."""
    heads = ["seconds", "the kit", "to reach: under"]
    for peer in peers:
        heads += [peer.title, "times as long"]
    rows = []
    for key, family in FAMILIES.items():
        for task, what in WHAT.items():
            took = kit_found.seconds(key, task) or 0.0
            cells = [f"{family.title}: {what}", short(took), TARGETS.get((key, task), TARGETS_OF_ALL.get(task, ""))]
            for peer in peers:
                other = peer.seconds(key, task)
                ratio = "–" if other is None else f"{other / took:,.0f}"
                cells += ["–" if other is None else short(other) + scaled(peer.tasks[key, task]), ratio]
            rows.append(cells)
    return table(heads, rows)


def values_table(kit_found: Found, peers: list[Found]) -> str:
    """One row a model and fit: parameters, log-likelihood, P(alive) and expected purchases of a few histories."""
    heads = ["model", "by", "r, alpha, a or s, b or beta", "log-likelihood", "P(alive)", "expected purchases"]
    rows = []
    for key, family in FAMILIES.items():
        for one in (kit_found, *peers):
            for kind, value in one.tasks.get((key, "fit"), {}).get("values", {}).items():
                by = ", ".join(filter(None, [one.title, kind]))
                height = value["log_likelihood"]
                rows.append(
                    [
                        family.title,
                        by,
                        listed(value["parameters"]),
                        "–" if height is None else f"{height:,.3f}",
                        listed(value["alive"]),
                        listed(value["expected"]),
                    ]
                )
    return table(heads, rows)


def notes(peers: list[Found]) -> list[str]:
    """Say how long each peer took to set up, and what is missing and why."""
    lines = []
    for peer in peers:
        if peer.setup_seconds is not None:
            lines.append(f"{peer.title} was set up in {peer.setup_seconds:,.0f} s.")
        for (key, task), why in peer.missing.items():
            what = f", {FAMILIES[key].title}, {WHAT[task]}" if key in FAMILIES else ""
            lines.append(f"{peer.title}{what}: {why}.")
    return [" ".join(lines)] if lines else []


def scaled(answer: dict[str, Any]) -> str:
    """Say of how many refits the seconds of all are scaled up."""
    return f" (from {answer['of']})" if answer.get("of", REFITS) < REFITS else ""


def short(value: float) -> str:
    """Write seconds with two digits, and no more than whole ones.

    Examples
    --------
    >>> short(0.00274), short(0.0352), short(4.63), short(7186.4)
    ('0.0027', '0.035', '4.6', '7,186')
    """
    digits = max(0, 1 - int(np.floor(np.log10(max(value, 1e-9)))))
    return f"{value:,.{digits}f}"


def listed(values: list[float]) -> str:
    """Write numbers with four digits after the point."""
    return ", ".join(f"{value:.4f}" for value in values)


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Write a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    print(main())
