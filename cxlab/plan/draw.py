"""The lot: permuted blocks within strata, the same for a seed whatever the order of the rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Draw:
    """Who was drawn for which arm.

    Attributes
    ----------
    frame : one row a customer, sorted by customer_id: customer_id, arm, stratum.
    shares : customers in a block, by arm.
    """

    frame: pd.DataFrame
    shares: Mapping[str, int]

    @property
    def sizes(self) -> dict[str, int]:
        """Customers by arm."""
        counts = self.frame["arm"].value_counts()
        return {arm: int(counts.get(arm, 0)) for arm in self.shares}

    @property
    def table(self) -> pd.DataFrame:
        """One row a stratum, one column an arm: customers."""
        return pd.crosstab(self.frame["stratum"], self.frame["arm"]).reindex(columns=list(self.shares), fill_value=0)


def draw_arms(
    customers: pd.DataFrame, shares: Mapping[str, int], *, seed: int, experiment: str, n: int | None = None
) -> Draw:
    """Draw customers for the arms of a trial.

    Parameters
    ----------
    customers : one row a customer: customer_id (str, each once), stratum (str).
    shares : customers in a block, by arm. In each stratum the arms keep these shares but for the last block.
    experiment : its name; another one gives another lot for the same seed.
    n : how many take part, as many of each stratum as its share of all; by default everybody.

    References
    ----------
    Zelen (1974), The randomization and stratification of patients to clinical trials, Journal of Chronic Diseases 27.
    """
    ordered = customers.sort_values(["stratum", "customer_id"], kind="stable").reset_index(drop=True)
    rng = np.random.default_rng([seed, *experiment.encode()])
    codes = pd.factorize(ordered["stratum"])[0]
    places = np.lexsort((rng.random(len(ordered)), codes))
    n = len(ordered) if n is None else n
    chosen = places[np.floor((np.arange(n) + rng.random()) * len(ordered) / max(n, 1)).astype(np.int64)]
    block = np.repeat(np.arange(len(shares)), list(shares.values()))
    arms = np.concatenate(
        [_blocks(rng, block, int(size)) for size in np.bincount(codes[chosen], minlength=1)]
    )  # `chosen` is in the order of the strata
    frame = ordered.loc[chosen, ["customer_id", "stratum"]].assign(arm=np.array(list(shares), dtype=object)[arms])
    frame = frame.sort_values("customer_id", kind="stable").reset_index(drop=True)
    return Draw(frame[["customer_id", "arm", "stratum"]], shares)


def _blocks(rng: np.random.Generator, block: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    n_blocks = -(-size // len(block))
    return rng.permuted(np.tile(block, (n_blocks, 1)), axis=1).ravel()[:size]


def within_budget(
    customers: pd.DataFrame, shares: Mapping[str, int], *, seed: int, experiment: str, budget: int
) -> Draw:
    """Draw as many as `budget` gestures reach: at most so many customers in the arms other than the first."""
    control = next(iter(shares))
    n = min(len(customers), budget * sum(shares.values()) // (sum(shares.values()) - shares[control]))
    while True:
        draw = draw_arms(customers, shares, seed=seed, experiment=experiment, n=n)
        over = len(draw.frame) - draw.sizes[control] - budget
        if over <= 0:
            return draw
        n -= over
