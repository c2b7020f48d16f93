"""How long the clusters take: structure, all criteria for 2 to 10 of them, methods, stability; beside scikit-learn.

`python -m benchmarks.clusters [CUSTOMERS]...` prints tables in Markdown. Each case runs in a process of its own, so
that its peak memory is known. The peer (`benchmarks.clusters_peer`) does the same work by scikit-learn calls, from the
measures as they come to the same figures.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from benchmarks.clusters_peer import Peer
from benchmarks.machine import peak_gib
from benchmarks.peer import ask
from cxlab.clusters import (
    Clusters,
    Features,
    choose_k,
    cluster_stability,
    compare_criteria,
    compare_methods,
    features_of,
    search_luck,
    structure_test,
)
from cxlab.clusters.criterion import MOST_WHOLE, REPLICATE
from cxlab.clusters.features import Candidate
from cxlab.clusters.kmeans import STARTS, k_means, one_thread, settle
from cxlab.clusters.partition import LETTERS

Result = TypeVar("Result")
WIDE, GROUPS, APART, K_MAX = 8, 5, 4.0, 10
SIZES = (20_000, 100_000, 1_000_000)
TARGETS = {100_000: "under 60 s, 2 GiB", 1_000_000: "under 120 s, 2 GiB"}
N_BOOTSTRAP, N_STRUCTURE = 200, 99
N_CHOICE = {"n_references": 20, "n_splits": 20, "n_bootstrap": 25}
MEASURES: tuple[str, ...] = tuple(f"measure_{j}" for j in range(WIDE))
CANDIDATES: tuple[Candidate, ...] = tuple((name, name, "power") for name in MEASURES)
STEPS = ("features", "structure", "k", "criteria", "clusters", "methods", "stability", "search_luck")
WORDS = {
    "features": "measures put on one scale",
    "structure": f"structure, {N_STRUCTURE} draws",
    "k": "silhouette and gap, 20 references",
    "criteria": "BIC, prediction strength, stability at each k",
    "clusters": "clusters of all customers",
    "methods": "three other methods, their agreement",
    "stability": f"stability, {N_BOOTSTRAP} resamples",
    "search_luck": "50 single starts",
    "all": "all",
    "cpu": "processor seconds, all threads",
    "gib": "peak memory, GiB",
}
ERRORS = {
    "silhouette": "silhouette",
    "gap": "gap (its error is that of simulation alone)",
    "bic": "BIC, from the lowest",
    "prediction_strength": "prediction strength",
    "stability": "stability at each k",
    "clusters": "stability of the weakest cluster chosen",
}


def planted(n: int, *, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw customers of eight lopsided measures; in logs their groups are round, four standard deviations apart."""
    rng = np.random.default_rng(seed)
    corners = APART / np.sqrt(2) * np.eye(WIDE)[:GROUPS]  # all as far from each other
    truth = rng.integers(0, GROUPS, n)
    matrix = np.exp(0.25 * (corners[truth] + rng.standard_normal((n, WIDE))))
    return pd.DataFrame(matrix, columns=list(MEASURES)).assign(repeat_purchases=1), truth


def kit(n: int) -> dict[str, float]:
    """Run every step of the kit once; return seconds a step and what was found."""
    frame, truth = planted(n)
    took: dict[str, float] = {}
    begun = time.process_time()

    def timed(step: str, work: Callable[[], Result]) -> Result:
        start = time.perf_counter()
        result = work()
        took[step] = time.perf_counter() - start
        return result

    features = timed("features", lambda: features_of(frame, CANDIDATES))
    structure = timed("structure", lambda: structure_test(features, k_max=K_MAX, seed=1, n_references=N_STRUCTURE))
    references, splits, resamples = N_CHOICE.values()
    first = timed("k", lambda: choose_k(features, k_max=K_MAX, seed=1, n_references=references))
    choice = timed(
        "criteria",
        lambda: compare_criteria(features, first, seed=1, n_splits=splits, n_bootstrap=resamples),
    )
    clusters = timed("clusters", lambda: divided(features, choice.k))
    methods = timed("methods", lambda: compare_methods(clusters, seed=1))
    stability = timed("stability", lambda: cluster_stability(clusters, n_bootstrap=N_BOOTSTRAP, seed=1))
    timed("search_luck", lambda: search_luck(clusters, stability, seed=1))
    cpu = time.process_time() - begun
    errors: dict[str, float] = {}
    for one in choice.criteria:
        at = one.tried == choice.k
        errors[f"error_{one.name}"] = float(one.error[at][0])
        errors[f"sampling_{one.name}"] = float(choice.sampling_errors.get(one.name, np.zeros(len(at)))[at][0])
        errors[f"n_{one.name}"] = one.n
    worst = int(stability.draws.mean(0).argmin())
    n_drawn = n if n <= MOST_WHOLE else REPLICATE
    error = float(stability.draws[:, worst].std(ddof=1)) / np.sqrt(N_BOOTSTRAP)
    errors |= {"error_clusters": error, "sampling_clusters": error * np.sqrt(1 - n_drawn / n), "n_clusters": n_drawn}
    return {
        **took,
        "all": sum(took.values()),
        "cpu": cpu,
        "found": float(structure.found),
        "chosen": float(choice.k),
        **{f"votes_{words}": float(k) for words, k in choice.votes.items()},
        "rand": float(adjusted_rand_score(truth, clusters.codes)),
        "differing": float(len(methods.differing)),
        **errors,
        "gib": peak_gib(),
    }


def divided(features: Features, k: int) -> Clusters:
    """Divide all customers, as `fit_clusters` does, without contributions to letter them by."""
    with one_thread():
        codes, centres = settle(features.matrix, k_means(features.matrix, k, starts=STARTS, seed=1).labels_)
    spread = float(((features.matrix - centres[codes]) ** 2).sum())
    labels = pd.Series(np.array(LETTERS)[codes], name="cluster", dtype="str")
    return Clusters(labels, features, centres, pd.Series(np.arange(features.n)), spread, 1)


def plain(n: int) -> dict[str, float]:
    """Compute the same figures by scikit-learn; return seconds a step."""
    frame, truth = planted(n)
    peer = Peer(frame[list(MEASURES)], GROUPS, k_max=K_MAX)
    begun = time.process_time()
    peer.run(n_structure=N_STRUCTURE, **N_CHOICE, n_stability=N_BOOTSTRAP)
    cpu = time.process_time() - begun
    rand = float(adjusted_rand_score(truth, peer.clusters.labels_))
    return {**peer.took, "all": sum(peer.took.values()), "cpu": cpu, "rand": rand, "gib": peak_gib()}


def main(sizes: tuple[int, ...] = SIZES) -> str:
    """Measure and return the tables."""
    # Threads that wait give way: else the peer's, in thousands of small fits, hold up each other on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    runs = {n: ask(sys.executable, "-m", "benchmarks.clusters", "--kit", str(n)) for n in sizes}
    peers = {n: ask(sys.executable, "-m", "benchmarks.clusters", "--plain", str(n)) for n in sizes}
    heads = [f"{WIDE} measures, k = 2..{K_MAX}; seconds"]
    for n in sizes:
        heads += [f"{n:,}: the kit", "scikit-learn"]
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]
    for step in (*STEPS, "all", "cpu", "gib"):
        cells = [WORDS[step]]
        digits = 2 if step == "gib" else 1
        for n in sizes:
            cells += [f"{runs[n][step]:.{digits}f}", f"{peers[n][step]:.{digits}f}"]
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("| to reach | " + " | ".join(f"{TARGETS.get(n, '')} |" for n in sizes) + " |")
    said = [
        f"Of {n:,} customers in {GROUPS} planted groups, {run['chosen']:.0f} are chosen; adjusted Rand index with the "
        f"truth {run['rand']:.2f}, of the peer's clusters {peers[n]['rand']:.2f}."
        for n, run in runs.items()
    ]
    return "\n".join([*lines, "", *said, "", errors_of(runs)])


def errors_of(runs: dict[int, dict[str, float]]) -> str:
    """Table of what each figure rests on, its standard error, and what of it comes of taking a sample."""
    heads = ["standard error at the number chosen"]
    for n in runs:
        heads += [f"{n:,}: customers in each figure", "standard error", "added by the sample"]
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]
    for name, words in ERRORS.items():
        cells = [words]
        digits = 0 if name == "bic" else 4
        for run in runs.values():
            cells += [
                f"{run[f'n_{name}']:,.0f}",
                *(f"{run[f'{kind}_{name}']:,.{digits}f}" for kind in ("error", "sampling")),
            ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:2] in (["--kit"], ["--plain"]):
        print(json.dumps((kit if sys.argv[1] == "--kit" else plain)(int(sys.argv[2]))))
    else:
        print(main(tuple(int(given) for given in sys.argv[1:]) or SIZES))
