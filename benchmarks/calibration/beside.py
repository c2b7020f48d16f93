"""The kit and DoubleML on the same chosen gestures: how far off, how often right, and how long it takes."""

import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.effects import analysed
from benchmarks.calibration.intervals import held, joined
from benchmarks.made.given import ARM, Given, World, sample_of, truth_of
from benchmarks.peer import ask, python_with
from cxlab.estimate import Estimate, normal_interval
from cxlab.gestures.basis import as_numbers, expand

DOUBLEML = "doubleml==0.11.4"
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)
"""The ridges that the peer chooses from: those of the kit."""
DRAWS = 10
"""Draws of one replication: the peer starts once for so many."""
EFFECTS = ("effect", "effect_average")
_REACH = 2 * 1.959964


def beside(n: int, seed: int, *, world: World) -> Values:
    """Let both estimate the effect on the treated and the average effect in some draws of n customers.

    The peer gets the kit's basis and learners of the same kind, in an environment with the same versions of what both
    rest on. Seconds are those of the processor: the kit's hold all that a page shows of a gesture.
    """
    truth, parts = truth_of(world, "choice"), list[Values]()
    arrays: dict[str, Any] = {"penalties": np.array(PENALTIES)}
    for k in range(DRAWS):
        given = world(n, np.random.default_rng([seed, k]), "choice", 1.0)
        sample = sample_of(given, "choice")
        start = time.process_time()
        findings = analysed(sample, seed_of_analysis(seed)).findings
        seconds = time.process_time() - start
        parts.append({"seconds kit": [seconds]})
        parts += [_one("kit", key, findings[f"{key}.{ARM}"], truth.effects[key], truth.mean) for key in EFFECTS]
        arrays |= _arrays(given, k)
    for answer in _asked(arrays):
        parts.append({"seconds peer": [answer["seconds"]]})
        for key in EFFECTS:
            value, error = answer[key]
            found = normal_interval(value, error, n=n, unit="purchases")
            parts.append(_one("peer", key, found, truth.effects[key], truth.mean))
    return joined(parts)


def _one(who: str, key: str, found: Estimate, aim: float, mean: float) -> Values:
    assert found.low is not None and found.high is not None
    name = f"{who} {key}"
    error = (found.high - found.low) / _REACH
    return held(name, found, aim) | {
        f"off {name}": [100 * (found.number - aim) / mean],
        f"error {name}": [100 * error / mean],
    }


def _arrays(given: Given, k: int) -> dict[str, Any]:
    matrix, _ = as_numbers(given.known.assign(segment=given.group))
    basis = expand(matrix, given.treated, given.purchases).columns
    return {f"outcome {k}": given.purchases, f"treated {k}": given.treated, f"basis {k}": basis}


def _asked(arrays: dict[str, Any]) -> list[dict[str, Any]]:
    same = [f"{name}=={version(name)}" for name in ("scikit-learn", "numpy", "pandas", "scipy")]
    with python_with(DOUBLEML, *same) as python, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "draws.npz"
        np.savez(file, **arrays)
        return list(ask(python, "-m", "benchmarks.effects_peer", str(file)))
