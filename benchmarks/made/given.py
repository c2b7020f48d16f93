"""Gestures given to made-up customers, by lot or by choice; what each of them would do with and without is known."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.sample import NOBODY, Design, Sample

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Names = NDArray[np.object_]
Way = Literal["lot", "choice"]
ARM = "gesture"
MILLION = 1_000_000
MARGIN, COST = 0.3, 0.5
_BY_LOT = 0.5


@dataclass(frozen=True, eq=False)
class Given:
    """Occasions, one a row, and the truth of each.

    Attributes
    ----------
    known : shape (n, columns), what is recorded before the occasion.
    group : shape (n,), part of the customers that each belongs to, by what is known.
    treated, purchases : shape (n,), whether there was a gesture, and what was bought after it.
    spent : shape (n,), what was paid for it.
    customer : shape (n,), number of the customer.
    without, gain : shape (n,), purchases expected without a gesture, and how many more with one.
    chance : shape (n,), probability of a gesture given what is known.
    value : mean value of a purchase, which hangs on nothing else.
    recent, older : purchases just before, and what was known before those; None where there is no such record.
    ordinals : shape (n,), which of the customer's gestures it would be; None where customers stand once.
    """

    known: pd.DataFrame
    group: Names
    treated: NDArray[np.bool_]
    purchases: Array
    spent: Array
    customer: Whole
    without: Array
    gain: Array
    chance: Array
    value: float
    recent: Array | None = None
    older: pd.DataFrame | None = None
    ordinals: Whole | None = None


World = Callable[[int, np.random.Generator, Way, float], Given]
"""Takes the number of customers, the source of chance, how gestures are given, and a factor of what they do."""


def chance_of(way: Way, pull: Array) -> Array:
    """Return the probability of a gesture: even by lot, else by the logit of the choice."""
    return np.full(len(pull), _BY_LOT) if way == "lot" else 1 / (1 + np.exp(-pull))


def sample_of(given: Given, way: Way) -> Sample:
    """Put the occasions as the kit takes them; a trial is adjusted for all that is known."""
    design: Design = "randomised" if way == "lot" else "observational"
    n_treated = int(given.treated.sum())
    return Sample(
        design=design,
        arms=np.where(given.treated, ARM, NOBODY).astype(object),
        control=NOBODY,
        outcome=given.purchases,
        noun="purchases",
        unit="purchases per customer",
        rows="customer" if given.ordinals is None else "order",
        clusters=given.customer,
        covariates=given.known,
        adjust=given.known,
        groups={"segment": given.group},
        recent=given.recent,
        older=given.older,
        contribution=MARGIN * given.spent,
        own_cost=COST * given.treated.astype(np.float64),
        drawn={ARM: n_treated, NOBODY: len(given.treated) - n_treated},
        ordinals=given.ordinals,
    )


@dataclass(frozen=True)
class Truth:
    """What holds of all customers, from a million draws.

    Attributes
    ----------
    mean : purchases without a gesture. contribution : the same in money.
    effects : by key of the findings without the arm: `effect`, `effect_average`, `effect_overlap`,
        `effect.<group>`, `incremental_contribution` and `habituation.<n>`.
    """

    mean: float
    contribution: float
    effects: dict[str, float]


@cache
def truth_of(world: World, way: Way, strength: float = 1.0, customers: int = MILLION) -> Truth:
    """Draw very many occasions and average what a gesture adds to each, weighted as each effect is meant.

    Nothing is estimated: the gain and the chance of every occasion are known, so chance is left in the covariates
    alone.
    """
    many = world(customers, np.random.default_rng(customers), way, strength)
    on_treated, even = many.chance, many.chance * (1 - many.chance)

    def mean(weight: Array) -> float:
        return float(np.average(many.gain, weights=weight))

    effects = {"effect": mean(on_treated), "effect_average": float(many.gain.mean()), "effect_overlap": mean(even)}
    for name in np.unique(many.group.astype(str)):
        effects[f"effect.{name}"] = mean(on_treated * (many.group == name))
    worth = MARGIN * many.value
    effects["incremental_contribution"] = worth * effects["effect"] - COST
    if many.ordinals is not None:
        which = np.minimum(many.ordinals, 3)
        effects |= {f"habituation.{k}": mean(on_treated * (which == k)) for k in (1, 2, 3)}
    without = float(many.without.mean())
    return Truth(without, worth * without, effects)
