"""Made-up answers of customers, in which employees, stores and weeks differ by known standard deviations."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.answered import Answered
from cxlab.scores import find_scale
from cxlab.simulate.felt import Felt, answered

STORES, EMPLOYEES, WEEKS = 12, 5, 60
MIDDLE, OWN = 6.0, 1.3


@dataclass(frozen=True)
class World:
    """Standard deviations, in points felt, between employees, stores, weeks and customers."""

    employee: float = 0.0
    store: float = 0.0
    week: float = 0.0
    customer: float = 0.0


def answer(world: World, n: int, seed: int) -> tuple[Answered, Felt]:
    """Draw n answers at one touchpoint, by two thirds as many customers; with what really moved them."""
    rng = np.random.default_rng(seed)
    store, week = rng.integers(0, STORES, n), rng.integers(0, WEEKS, n)
    employee = store * EMPLOYEES + rng.integers(0, EMPLOYEES, n)
    customer = rng.integers(0, 2 * n // 3, n)
    of_store = world.store * rng.standard_normal(STORES)[store]
    of_employee = world.employee * rng.standard_normal(STORES * EMPLOYEES)[employee]
    of_week = world.week * rng.standard_normal(WEEKS)[week]
    own = world.customer * rng.standard_normal(2 * n // 3)[customer] + OWN * rng.standard_normal(n)
    felt = Felt(np.arange(n), MIDDLE + of_store + of_employee + of_week + own, of_store, of_employee, of_week)
    frame = pd.DataFrame(
        {
            "customer_id": pd.Series(customer).map("c{}".format), "score": answered(felt.felt),
            "touchpoint": pd.Categorical(["till"] * n), "employee": pd.Series(employee).map("e{}".format),
            "store": pd.Series(store).map("s{}".format), "week": week, "weekday": rng.integers(0, 7, n),
            "hour": np.int64(-1),
        }
    )  # fmt: skip
    frame[["employee", "store"]] = frame[["employee", "store"]].astype("category")
    return Answered(frame, "nps", find_scale(frame["score"].to_numpy(), metric="nps"), 0, 0), felt
