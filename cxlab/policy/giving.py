"""Whom to give the next gesture to, by name, with a random part left out so that the next reading is a trial."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.means import Array
from cxlab.policy.fifths import GainByFifth

GIVE, HOLD_OUT, NOT_CHOSEN = "give", "hold_out", ""


@dataclass(frozen=True, eq=False)
class GivingList:
    """Customers to act on; the tables hold their own ids and are never shown on a page.

    Attributes
    ----------
    table : one row a customer, the best forecast first: customer_id, place from 1, segment (where known), foreseen
        (gain by the model), gain, gain_low, gain_high (of the fifth of customers with such forecasts, on rows that the
        model had not seen), rule (give, do_not_give), arm (give, hold_out; empty for those not chosen).
    assignments : the chosen ones as the study's table `assignments` takes them: customer_id, assigned_at, arm,
        experiment, stratum.
    n_unlike : customers left out because nobody like them was seen with or without the gesture.
    holdout_share : part of the chosen that is left without it.
    day : the planned day; None where the study has no days.
    left_by : who is left out for want of budget is decided by the "forecasts" or the "lot"; empty: nobody is.
    with_orders : whether each gets it with the next order, and stands as before the last one.
    """

    table: pd.DataFrame
    assignments: pd.DataFrame
    n_unlike: int
    holdout_share: float
    day: dt.date | None
    left_by: str = ""
    with_orders: bool = False

    def count(self, arm: str) -> int:
        """Count the customers of an arm."""
        return int((self.table["arm"] == arm).sum())


def list_customers(
    customer_id: NDArray[np.object_],
    foreseen: Array,
    by_rule: NDArray[np.bool_],
    fifths: GainByFifth,
    *,
    segments: NDArray[np.object_] | None,
    ranked: bool,
    n_most: int | None,
    holdout_share: float,
    experiment: str,
    day: dt.date | None,
    n_unlike: int,
    seed: int,
    with_orders: bool = False,
) -> GivingList:
    """Choose customers and leave a random part of them out.

    Parameters
    ----------
    foreseen : shape (n,), gain by the model. by_rule : bool, shape (n,), who is to get it.
    ranked : whether the forecasts surely put the right customers first; if not, the lot decides whom a budget leaves
        out, and the places are by lot.
    n_most : most customers that may be chosen; None: all of them.
    day : the planned day; whoever starts on another day puts it there. None: empty.
    """
    rng = np.random.default_rng(seed)
    n = len(customer_id)
    lot = rng.permutation(n)
    order = lot[np.argsort(-foreseen[lot], kind="stable")] if ranked else lot
    chosen = order[by_rule[order]][:n_most]
    left_by = ("forecasts" if ranked else "lot") if len(chosen) < by_rule.sum() else ""
    stratum = np.full(n, "", dtype=object) if segments is None else segments
    arm = np.full(n, NOT_CHOSEN, dtype=object)
    arm[chosen] = GIVE
    arm[_held_out(chosen, stratum[chosen], holdout_share, rng)] = HOLD_OUT
    fifth = fifths.fifth(foreseen)
    gains = fifths.table[["gain", "gain_low", "gain_high"]].to_numpy(np.float64)[fifth]
    columns: dict[str, object] = {"customer_id": customer_id[order].astype(str), "place": np.arange(1, n + 1)}
    if segments is not None:
        columns["segment"] = segments[order].astype(str)
    columns |= {"foreseen": foreseen[order], "gain": gains[order, 0], "gain_low": gains[order, 1],
                "gain_high": gains[order, 2], "rule": np.where(by_rule[order], "give", "do_not_give"),
                "arm": arm[order]}  # fmt: skip
    mine = np.sort(chosen)
    assignments = pd.DataFrame(
        {
            "customer_id": customer_id[mine].astype(str), "assigned_at": "" if day is None else day.isoformat(),
            "arm": arm[mine].astype(str), "experiment": experiment, "stratum": stratum[mine].astype(str),
        }
    )  # fmt: skip
    return GivingList(pd.DataFrame(columns), assignments, n_unlike, holdout_share, day, left_by, with_orders)


def _held_out(
    chosen: NDArray[np.int64], stratum: NDArray[np.object_], share: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw a share of the chosen by lot, evenly over strata: every n-th of a list in random order within strata."""
    lot = rng.permutation(len(chosen))
    order = lot[np.argsort(stratum[lot].astype(str), kind="stable")]
    steps = np.floor(np.arange(len(chosen) + 1) * share + rng.random())
    return np.asarray(chosen[order[np.diff(steps) > 0]], dtype=np.int64)
