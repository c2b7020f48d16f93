"""The peer of chosen gestures: DoubleML estimates the same effects from the same rows, basis and kind of learners.

`python -m benchmarks.effects_peer FILE` prints the answers as JSON. It runs in an environment where DoubleML is
installed, so nothing of the kit is imported here. FILE holds draws as numpy arrays: `outcome k`, `treated k` and
`basis k` for k from 0, and the ridges to choose from as `penalties`.
"""

import json
import sys
import time
import warnings
from importlib import import_module
from typing import Any

import numpy as np

FOLDS, DEALS, TUNING_FOLDS = 5, 2, 3
SCORES = {"effect": "ATTE", "effect_average": "ATE"}


def chosen(model: Any, name: str, values: list[float], scoring: str, basis: Any, target: Any) -> Any:
    """Return the model with the setting that foresees held-out rows best, as the kit chooses its ridge."""
    search = import_module("sklearn.model_selection").GridSearchCV
    return search(model, {name: values}, scoring=scoring, cv=TUNING_FOLDS, refit=False).fit(basis, target).best_params_


def effects(outcome: Any, treated: Any, basis: Any, penalties: list[float]) -> dict[str, Any]:
    """Estimate both effects: value and standard error of each, and the processor seconds that all of it took."""
    doubleml, linear = import_module("doubleml"), import_module("sklearn.linear_model")
    start = time.process_time()
    logit = linear.LogisticRegression(solver="newton-cholesky", max_iter=50)
    poisson = linear.PoissonRegressor(solver="newton-cholesky", max_iter=50)
    strengths = [1 / (penalty * len(outcome)) for penalty in penalties]
    logit.set_params(**chosen(logit, "C", strengths, "neg_log_loss", basis, treated))
    poisson.set_params(**chosen(poisson, "alpha", penalties, "neg_mean_poisson_deviance", basis, outcome))
    data, found = doubleml.DoubleMLData.from_arrays(basis, outcome, treated), {}
    for key, score in SCORES.items():
        np.random.seed(1)  # noqa: NPY002  (what it deals the folds by)
        fitted = doubleml.DoubleMLIRM(data, ml_g=poisson, ml_m=logit, n_folds=FOLDS, n_rep=DEALS, score=score).fit()
        found[key] = [float(fitted.coef[0]), float(fitted.se[0])]
    return found | {"seconds": time.process_time() - start}


def main(file: str) -> None:
    """Answer every draw and print."""
    warnings.filterwarnings("ignore")
    with np.load(file) as given:
        penalties = given["penalties"].tolist()
        draws = range((len(given.files) - 1) // 3)
        answers = [
            effects(given[f"outcome {k}"], given[f"treated {k}"].astype(int), given[f"basis {k}"], penalties)
            for k in draws
        ]
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1])
