"""How long the clusters take: structure, all criteria for 2 to 10 of them, methods, stability; beside scikit-learn.

`python -m benchmarks.clusters [CUSTOMERS]...` prints tables in Markdown. Each case runs in a process of its own, so
that its peak memory is known. The peer makes plain scikit-learn calls for the same figures, on samples as large, with
as many starts, references, halves and resamples, and on as many threads as it likes.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture

from benchmarks.peer import ask
from cxlab.clusters import (
    Clusters,
    Feature,
    Features,
    choose_k,
    cluster_stability,
    compare_criteria,
    compare_methods,
    search_luck,
    structure_test,
)
from cxlab.clusters.kmeans import STARTS, k_means, nearest, one_thread, settle
from cxlab.clusters.partition import LETTERS

Result = TypeVar("Result")
WIDE, GROUPS, APART, K_MAX = 8, 5, 4.0, 10
SIZES = (20_000, 100_000, 1_000_000)
TARGETS = {100_000: "under 60 s, 2 GiB", 1_000_000: "under 120 s, 2 GiB"}
N_BOOTSTRAP, N_STRUCTURE = 200, 99
STEPS = ("structure", "k", "criteria", "clusters", "methods", "stability", "search_luck")
WORDS = {
    "structure": f"structure, {N_STRUCTURE} draws",
    "k": "silhouette and gap, 20 references",
    "criteria": "BIC, prediction strength, stability at each k",
    "clusters": "clusters of all customers",
    "methods": "four methods and their agreement",
    "stability": f"stability, {N_BOOTSTRAP} resamples",
    "search_luck": "50 single starts",
    "all": "all",
    "cpu": "processor seconds, all threads",
    "gib": "peak memory, GiB",
}


def planted(n: int, *, groups: int = GROUPS, seed: int = 1) -> tuple[Features, np.ndarray]:
    """Draw customers of eight measures in round groups four standard deviations apart; one group is none."""
    rng = np.random.default_rng(seed)
    corners = APART / np.sqrt(2) * np.eye(WIDE)[:groups]  # all as far from each other
    truth = rng.integers(0, groups, n)
    matrix = corners[truth] + rng.standard_normal((n, WIDE))
    matrix = (matrix - matrix.mean(0)) / matrix.std(0)
    used = tuple(Feature(f"measure_{j}", f"Measure {j}", "plain") for j in range(WIDE))
    return Features(matrix, used, np.zeros(n, bool)), truth


def kit(n: int) -> dict[str, float]:
    """Run every step of the kit once; return seconds a step and what was found."""
    features, truth = planted(n)
    took: dict[str, float] = {}
    begun = time.process_time()

    def timed(step: str, work: Callable[[], Result]) -> Result:
        start = time.perf_counter()
        result = work()
        took[step] = time.perf_counter() - start
        return result

    structure = timed("structure", lambda: structure_test(features, k_max=K_MAX, seed=1, n_references=N_STRUCTURE))
    choice = timed("k", lambda: choose_k(features, k_max=K_MAX, seed=1))
    choice = timed("criteria", lambda: compare_criteria(features, choice, seed=1))
    clusters = timed("clusters", lambda: divided(features, choice.k))
    methods = timed("methods", lambda: compare_methods(clusters, seed=1))
    stability = timed("stability", lambda: cluster_stability(clusters, n_bootstrap=N_BOOTSTRAP, seed=1))
    timed("search_luck", lambda: search_luck(clusters, stability, seed=1))
    at = choice.k - 2
    errors = {f"error_{one.name}": float(one.error[one.tried == choice.k][0]) for one in choice.others}
    return {
        **took,
        "all": sum(took.values()),
        "cpu": time.process_time() - begun,
        "found": float(structure.found),
        "chosen": float(choice.k),
        **{f"votes_{words}": float(k) for words, k in choice.votes.items()},
        "rand": float(adjusted_rand_score(truth, clusters.codes)),
        "differing": float(len(methods.differing)),
        "error_silhouette": float(choice.silhouette_error[at]),
        "error_gap": float(choice.gap_error[at + 1]),
        "error_gap_sampling": float(choice.gap_sampling_error[at + 1]),
        **errors,
        "gib": peak(),
    }


def divided(features: Features, k: int) -> Clusters:
    """Divide all customers, as `fit_clusters` does, without contributions to letter them by."""
    with one_thread():
        codes, centres = settle(features.matrix, k_means(features.matrix, k, starts=STARTS, seed=1).labels_)
    spread = float(((features.matrix - centres[codes]) ** 2).sum())
    labels = pd.Series(np.array(LETTERS)[codes], name="cluster", dtype="str")
    return Clusters(labels, features, centres, pd.Series(np.arange(features.n)), spread, 1)


def plain(n: int) -> dict[str, float]:
    """Compute the same figures by plain scikit-learn calls; return seconds a step."""
    matrix, rng = planted(n)[0].matrix, np.random.default_rng(1)
    took: dict[str, float] = {}
    begun = time.process_time()
    tried = range(2, K_MAX + 1)

    def sample(most: int) -> np.ndarray:
        return matrix[rng.choice(n, most, replace=False)] if n > most else matrix

    def fits(rows: np.ndarray, ks: range, starts: int) -> list[KMeans]:
        return [KMeans(k, n_init=starts, random_state=1).fit(rows) for k in ks]

    def uniform(rows: np.ndarray) -> np.ndarray:
        return rng.uniform(rows.min(0), rows.max(0), rows.shape)

    start = time.perf_counter()
    small = sample(2_500)
    for rows in (small, *(uniform(small) for _ in range(N_STRUCTURE))):
        for model in [fit for _ in range(STARTS) for fit in fits(rows, range(2, 7), 1)]:
            np.sort(model.transform(rows), axis=1)
    took["structure"] = time.perf_counter() - start

    start = time.perf_counter()
    middle = sample(10_000)
    for model in fits(middle, tried, STARTS):
        silhouette_score(middle, model.labels_)
    for _ in range(20):
        fits(uniform(middle), tried, STARTS)
    took["k"] = time.perf_counter() - start

    start = time.perf_counter()
    large = sample(20_000)
    for k in range(1, K_MAX + 1):
        GaussianMixture(k, n_init=3, reg_covar=1e-3, max_iter=300, random_state=1).fit(large).bic(large)
    for _ in range(20):
        part = rng.permutation(large if n <= 20_000 else sample(5_000))
        for one, other in zip(fits(part[::2], tried, 5), fits(part[1::2], tried, 5), strict=True):
            one.predict(part[1::2])
            other.predict(part[::2])
    for _ in range(25):
        part = large[rng.integers(0, len(large), len(large))] if n <= 20_000 else sample(5_000)
        fits(part, tried, 4)
    took["criteria"] = time.perf_counter() - start

    start = time.perf_counter()
    labels = KMeans(GROUPS, n_init=STARTS, random_state=1).fit(matrix).labels_
    took["clusters"] = time.perf_counter() - start

    start = time.perf_counter()
    found = [
        KMeans(GROUPS, n_init=STARTS, random_state=2).fit(matrix).labels_,
        GaussianMixture(GROUPS, n_init=3, random_state=1).fit(large).predict(matrix),
    ]
    adjusted_rand_score(*found)
    AgglomerativeClustering(GROUPS).fit(large)
    HDBSCAN(min_cluster_size=len(large) // 100, min_samples=10, copy=True).fit(large)
    took["methods"] = time.perf_counter() - start

    start = time.perf_counter()
    for _ in range(N_BOOTSTRAP):
        fits(middle[rng.integers(0, len(middle), len(middle))], range(GROUPS, GROUPS + 1), 4)
    took["stability"] = time.perf_counter() - start

    start = time.perf_counter()
    for seed in range(50):
        KMeans(GROUPS, n_init=1, random_state=seed).fit(middle)
    took["search_luck"] = time.perf_counter() - start
    assert len(np.unique(labels)) == GROUPS and len(nearest(matrix[:5], matrix[:2])) == 5
    return {**took, "all": sum(took.values()), "cpu": time.process_time() - begun, "gib": peak()}


def peak() -> float:
    """Return the peak memory of this process in GiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**20 if sys.platform != "darwin" else used / 2**30


def main(sizes: tuple[int, ...] = SIZES) -> str:
    """Measure and return the tables."""
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
        f"Of {n:,} customers in {GROUPS} planted groups, {run['chosen']:.0f} are chosen (adjusted Rand index with the "
        f"truth {run['rand']:.2f}). Standard errors, what samples add included: silhouette "
        f"{run['error_silhouette']:.4f}, gap {run['error_gap']:.4f} and {run['error_gap_sampling']:.4f} by sampling, "
        f"prediction strength {run['error_prediction_strength']:.4f}, stability {run['error_stability']:.4f}."
        for n, run in runs.items()
    ]
    return "\n".join([*lines, "", *said])


if __name__ == "__main__":
    if sys.argv[1:2] in (["--kit"], ["--plain"]):
        print(json.dumps((kit if sys.argv[1] == "--kit" else plain)(int(sys.argv[2]))))
    else:
        print(main(tuple(int(given) for given in sys.argv[1:]) or SIZES))
