"""How long it takes to say how sure a Qini curve is: 200 bootstrap draws over a million rows; and the search of a rule.

`python -m benchmarks.policy` prints a table in Markdown.
"""

import time
from collections.abc import Callable

import numpy as np

from cxlab.policy.qini import DRAWS, qini_curve, rank_within
from cxlab.policy.tree import learn_rule

ROWS, CUSTOMERS, COVARIATES = 1_000_000, 400_000, 10
TARGET_SECONDS = 1
_TIMES = 3


def main() -> str:
    """Measure on made-up scores and return the table."""
    rng = np.random.default_rng(1)
    gain, foreseen = rng.normal(0.2, 3.0, ROWS), rng.normal(size=ROWS)
    clusters = rng.integers(0, CUSTOMERS, ROWS)
    steps, matrix = (rng.permutation(CUSTOMERS) % 10)[clusters], rng.normal(size=(ROWS, COVARIATES))
    names = [f"covariate {k}" for k in range(COVARIATES)]
    place = rank_within(foreseen, steps, 1)
    ranked = _fastest(lambda: rank_within(foreseen, steps, 1))
    drawn = _fastest(lambda: qini_curve(gain, place, clusters, unit="", seed=1))
    searched = _fastest(lambda: learn_rule(gain, matrix, names))
    return "\n".join(
        [
            f"| {ROWS:,} rows of {CUSTOMERS:,} customers | seconds | to reach |",
            "| --- | --- | --- |",
            f"| rows ranked, Qini curve, {DRAWS} draws of it | {ranked + drawn:.2f} | {TARGET_SECONDS} |",
            f"| of these the curve and its draws | {drawn:.2f} | |",
            f"| the best rule of two questions about {COVARIATES} covariates | {searched:.1f} | |",
        ]
    )


def _fastest(work: Callable[[], object]) -> float:
    """Return the least of some times, in seconds."""
    times = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    print(main())
