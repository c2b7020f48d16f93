"""The peer of the Qini curve: CausalML's coefficient of the same rows, with the interval of 200 half samples.

`python -m benchmarks.qini_peer FILE` prints the answer as JSON. It runs in an environment where CausalML is installed,
so nothing of the kit is imported here. FILE holds the rows as `benchmarks.scale_shops` leaves them. CausalML's curve is
in outcomes of those treated, so that its area over their number is the kit's.
"""

import json
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version

import numpy as np

from benchmarks.machine import forget_peak, peak_gib

DRAWS = 200


def main(file: str) -> None:
    """Ask once and print."""
    warnings.filterwarnings("ignore")
    score = import_module("causalml.metrics").qini_score
    with np.load(file) as given:
        columns = {"y": given["outcome"], "w": given["treated"].astype(int), "foreseen": given["foreseen"]}
    rows = import_module("pandas").DataFrame(columns)
    forget_peak()
    start = time.perf_counter()
    found = score(rows, normalize=False, return_ci=True, n_bootstrap=DRAWS, random_state=1)
    seconds, treated = time.perf_counter() - start, int(columns["w"].sum())
    area = float(found.iloc[0, 0]) / treated
    print(json.dumps({"seconds": seconds, "gib": peak_gib(), "area": area, "version": version("causalml")}))


if __name__ == "__main__":
    main(sys.argv[1])
