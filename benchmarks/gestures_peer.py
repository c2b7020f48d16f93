"""The peer of the gestures' effects: DoubleML with LightGBM does the same work on the same rows.

`python -m benchmarks.gestures_peer FILE` prints the answer as JSON. It runs in an environment where only DoubleML and
LightGBM are installed, so nothing of the kit is imported here. FILE holds the rows as `save_rows` of
`benchmarks.gestures` leaves them. The same work: chance of a gesture and outcome with and without it, cross-fitted in
five folds, up to 5,000 rows by two deals of them; from one pass of these the effect on average, on the treated and in
four groups with joint intervals, and the robustness value. LightGBM stands as it comes, on all cores; rows count as
independent, which is less work than errors by customer.
"""

import json
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.machine import peak_gib

FOLDS, DEALS, DEALT_AGAIN = 5, 2, 5_000


def effects(rows: Any) -> dict[str, float]:
    """Estimate all effects of the rows."""
    doubleml, lightgbm, pandas = (import_module(name) for name in ("doubleml", "lightgbm", "pandas"))
    data = doubleml.DoubleMLData.from_arrays(rows["x"], rows["y"], rows["treated"].astype(float))
    np.random.seed(1)  # noqa: NPY002  (what it deals its folds from)
    learners = (lightgbm.LGBMRegressor(verbose=-1), lightgbm.LGBMClassifier(verbose=-1))
    dealt = {"n_folds": FOLDS, "n_rep": DEALS if len(rows["y"]) <= DEALT_AGAIN else 1, "normalize_ipw": True}
    average = doubleml.DoubleMLIRM(data, *learners, score="ATE", **dealt)
    average.fit(store_predictions=True)
    told = {"d": {f"ml_{name}": average.predictions[f"ml_{name}"][:, :, 0] for name in ("g0", "g1", "m")}}
    treated = doubleml.DoubleMLIRM(data, *learners, score="ATTE", **dealt)
    treated.fit(external_predictions=told)
    treated.sensitivity_analysis()
    groups = average.gate(pandas.DataFrame({"group": rows["group"]}).astype("category"))
    joint = groups.confint(joint=True, n_rep_boot=2000)
    return {
        "average": float(average.coef[0]), "average_error": float(average.se[0]),
        "treated": float(treated.coef[0]), "treated_error": float(treated.se[0]),
        "groups": [float(value) for value in joint["effect"]],
        "robustness_value": float(np.ravel(treated.sensitivity_params["rv"])[0]),
    }  # fmt: skip


def main(path: str, times: str) -> None:
    """Estimate as often as asked, and print seconds (the shortest), peak memory and what was found."""
    warnings.filterwarnings("ignore")
    rows = dict(np.load(path))
    took = []
    for _ in range(int(times)):
        start = time.perf_counter()
        found = effects(rows)
        took.append(time.perf_counter() - start)
    print(json.dumps({"seconds": min(took), "gib": peak_gib(), "found": found, "version": version("doubleml")}))


if __name__ == "__main__":
    main(*sys.argv[1:])
