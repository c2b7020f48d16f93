"""Gestures given in ways from which no effect can be told: to all, by a rule, to others than the rest, unrecorded."""

from dataclasses import replace

import numpy as np

from benchmarks.made.given import Array, Given, Way, World
from benchmarks.made.given_worlds import repeated, smooth

_LINE = 0.3
_STEEP = 8.0


def everybody(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Give everybody one."""
    return _chosen(smooth(n, rng, way, strength), rng, np.ones(n))


def fixed_rule(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Give one to whoever lies above a line in what is known, and to nobody else."""
    given = smooth(n, rng, way, strength)
    return _chosen(given, rng, (_x(given, "x1") > _LINE).astype(float))


def apart(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Give so steeply by what is known that few with a gesture have others alike without one."""
    given = smooth(n, rng, way, strength)
    return _chosen(given, rng, 1 / (1 + np.exp(-_STEEP * (_x(given, "x1") + _x(given, "x3")))))


def unrecorded(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Give by recent purchases, and leave those out of the covariates: the placebo must find them."""
    given = repeated(n, rng, way, strength)
    assert given.recent is not None
    given = _chosen(given, rng, 1 / (1 + np.exp(1.5 - 1.0 * given.recent)))
    return replace(given, known=given.known[["older", "occasion"]], ordinals=None)


IN_VAIN: dict[str, tuple[str, World]] = {
    "everybody": ("everybody gets one", everybody),
    "rule": ("a fixed rule decides", fixed_rule),
    "apart": ("those with one are unlike all others", apart),
    "unrecorded": ("chosen by recent purchases that the covariates do not hold", unrecorded),
}


def _x(given: Given, name: str) -> Array:
    return np.asarray(given.known[name], float)


def _chosen(given: Given, rng: np.random.Generator, chance: Array) -> Given:
    """Choose anew; what is bought follows."""
    treated = rng.random(len(chance)) < chance
    purchases = rng.poisson(given.without + treated * given.gain).astype(float)
    return replace(given, chance=chance, treated=treated, purchases=purchases)
