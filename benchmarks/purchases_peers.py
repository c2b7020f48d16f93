"""The peers of the purchase models: lifetimes and pymc-marketing do the same work on the same histories.

`python -m benchmarks.purchases_peers PEER MODEL TASK FOLDER` prints the answer as JSON. It runs in an environment where
only that peer is installed, so nothing of the kit is imported here. FOLDER holds the histories (frequency, recency and
age in days) as cdnow.npy, million.npy and few.npy, or those of one shop as histories.npy. Time in weeks.
pymc-marketing maximises with flat priors, which is maximum likelihood; its own priors are asked once more for the table
of values. It gives no standard errors with that; lifetimes gives them except with Pareto/NBD.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import peak_gib

PARAMETERS = {"bgnbd": "r alpha a b", "mbgnbd": "r alpha a b", "pareto_nbd": "r alpha s beta"}
WEEKS = 39
REFITS, REFIT_SECONDS = 500, 30  # fewer refits where they take longer
Answer = dict[str, Any]


class Lifetimes:
    """The fitters of lifetimes."""

    kinds: tuple[str, ...] = ("",)

    def __init__(self, key: str) -> None:
        names = {"bgnbd": "BetaGeoFitter", "mbgnbd": "ModifiedBetaGeoFitter", "pareto_nbd": "ParetoNBDFitter"}
        self.key, self.fitter = key, getattr(import_module("lifetimes"), names[key])

    def fit(self, x: Any, recency: Any, age: Any, kind: str = "") -> Any:
        """Fit; Pareto/NBD starts at random, so the draw is fixed."""
        if self.key == "pareto_nbd":
            np.random.seed(1)  # noqa: NPY002  (what it draws from)
        return self.fitter().fit(x, recency, age)

    def parameters(self, model: Any) -> list[float]:
        """Return the four in the kit's order."""
        return [float(model.params_[name]) for name in PARAMETERS[self.key].split()]

    def log_likelihood(self, model: Any, x: Any, recency: Any, age: Any) -> float:
        """Return it at the parameters found, by the fitter's own formula, time in weeks."""
        found = np.array(self.parameters(model))
        if self.key == "pareto_nbd":
            return float(np.sum(model._conditional_log_likelihood(found, x, recency, age)))
        ones = np.ones(len(x))
        return -len(x) * float(model._negative_log_likelihood(np.log(found), x, recency, age, ones, 0.0))

    def forecast(self, model: Any, x: Any, recency: Any, age: Any) -> tuple[Any, Any]:
        """Return P(alive) and the purchases expected."""
        alive = model.conditional_probability_alive(x, recency, age)
        return alive, model.conditional_expected_number_of_purchases_up_to_time(WEEKS, x, recency, age)


class PymcMarketing:
    """The models of pymc-marketing, fitted at the maximum a posteriori."""

    kinds = ("flat priors", "its own priors")

    def __init__(self, key: str) -> None:
        names = {"bgnbd": "BetaGeoModel", "mbgnbd": "ModifiedBetaGeoModel", "pareto_nbd": "ParetoNBDModel"}
        self.key, self.model = key, getattr(import_module("pymc_marketing.clv"), names[key])
        self.prior = import_module("pymc_extras.prior").Prior
        self.frame = import_module("pandas").DataFrame

    def fit(self, x: Any, recency: Any, age: Any, kind: str = "flat priors") -> Any:
        """Maximise what the priors and the likelihood say."""
        flat = {name: self.prior("HalfFlat") for name in PARAMETERS[self.key].split()}
        model = self.model(model_config=flat if kind == "flat priors" else None)
        model.fit(data=self._table(x, recency, age), method="map", progressbar=False)
        return model

    def parameters(self, model: Any) -> list[float]:
        """Return the four in the kit's order."""
        return [float(model.fit_result[name].to_numpy().mean()) for name in PARAMETERS[self.key].split()]

    def log_likelihood(self, model: Any, x: Any, recency: Any, age: Any) -> float | None:
        """Return it at the parameters found; flat priors add nothing, its own ones have no such value to compare."""
        inner = model.model
        values = dict(zip(PARAMETERS[self.key].split(), self.parameters(model), strict=True))
        point = inner.initial_point()
        for variable, at in inner.rvs_to_values.items():
            if at.name in point and variable.name in values:
                point[at.name] = np.log(values[variable.name])
        if {name.removesuffix("_log__") for name in point} != set(values):
            return None
        return float(inner.compile_logp(vars=inner.observed_RVs)(point))

    def forecast(self, model: Any, x: Any, recency: Any, age: Any) -> tuple[Any, Any]:
        """Return P(alive) and the purchases expected."""
        table = self._table(x, recency, age)
        alive = np.asarray(model.expected_probability_alive(table)).ravel()
        return alive, np.asarray(model.expected_purchases(table, future_t=WEEKS)).ravel()

    def _table(self, x: Any, recency: Any, age: Any) -> Any:
        columns = {"customer_id": np.arange(len(x)), "frequency": np.asarray(x, float), "recency": recency, "T": age}
        return self.frame(columns)


PEERS = {"lifetimes": Lifetimes, "pymc-marketing": PymcMarketing}


def fits(peer: Any, folder: Path) -> Answer:
    """Fit CDNOW: shortest of three; what each kind of fit finds, and says of a few histories."""
    sample, found = histories(folder / "cdnow.npy"), {}
    best = min(timed(lambda: peer.fit(*sample))[0] for _ in range(3))
    for kind in peer.kinds:
        model = peer.fit(*sample, kind)
        alive, expected = peer.forecast(model, *histories(folder / "few.npy"))
        found[kind] = {
            "parameters": peer.parameters(model),
            "log_likelihood": peer.log_likelihood(model, *sample),
            "alive": np.asarray(alive, float).tolist(),
            "expected": np.asarray(expected, float).tolist(),
        }
    return {"seconds": best, "values": found}


def fits_once(peer: Any, folder: Path, name: str) -> Answer:
    """Fit many customers, once."""
    given = histories(folder / f"{name}.npy")
    seconds, model = timed(lambda: peer.fit(*given))
    return {"seconds": seconds, "parameters": peer.parameters(model)}


def forecasts(peer: Any, folder: Path) -> Answer:
    """P(alive) and expected purchases of a million customers, with the parameters of CDNOW."""
    model, million = peer.fit(*histories(folder / "cdnow.npy")), histories(folder / "million.npy")
    return {"seconds": timed(lambda: peer.forecast(model, *million))[0]}


def refits(peer: Any, folder: Path) -> Answer:
    """Fit CDNOW with its customers drawn anew, 500 times or as often as time allows."""
    sample, rng, done = histories(folder / "cdnow.npy"), np.random.default_rng(1), 0
    start = time.perf_counter()
    while done < REFITS and time.perf_counter() - start < REFIT_SECONDS:
        drawn = rng.integers(0, len(sample[0]), len(sample[0]))
        peer.fit(*(each[drawn] for each in sample))
        done += 1
    return {"seconds": (time.perf_counter() - start) * REFITS / done, "of": done}


TASKS: dict[str, Callable[[Any, Path], Answer]] = {
    "fit": fits,
    "million": partial(fits_once, name="million"),
    "histories": partial(fits_once, name="histories"),
    "forecast": forecasts,
    "refits": refits,
}


def histories(path: Path) -> tuple[Any, Any, Any]:
    """Read purchases, and weeks from the first one to the last and to the cut."""
    x, recency, age = np.load(path)
    return x, recency / 7, age / 7


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that work takes, and what it returns."""
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


def main(name: str, key: str, task: str, folder: str) -> None:
    """Do one task and print its answer."""
    warnings.filterwarnings("ignore")
    answer = TASKS[task](PEERS[name](key), Path(folder))
    print(json.dumps(answer | {"gib": peak_gib(), "version": version(name)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
