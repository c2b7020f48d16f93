"""What the gestures of a trial cost each customer's row: as recorded, else as given, else not known."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.means import Array

LEAST_SHARE = 0.1
"""A kind of gesture is the arm's when at least so many of the arm got it, and twice as many as of the control."""


def trial_costs(
    frame: pd.DataFrame, given: pd.DataFrame, control: str, gesture_cost: float | None
) -> tuple[Array, frozenset[str]]:
    """Return what gestures cost from the day of the draw on, and the arms for which the cost that was given is taken.

    A customer of an arm without any record of its gesture may have got it all the same: nobody wrote it down. Where
    nothing is recorded of a whole arm, its cost is therefore not known; where it is recorded of some, the others are
    taken to have got none, unless a cost is given for them.

    Parameters
    ----------
    frame : one row a draw: customer_id, day, arm, gesture_cost, later_gesture_cost, uncosted_gestures,
        later_uncosted_gestures.
    given : gestures by customer_id, day and kind, as `read_given` returns them.
    gesture_cost : of one, where none is recorded; None: not known.

    Returns
    -------
    shape (n,), NaN where not known; and the names of the arms with a cost that was given for some.
    """
    arms = frame["arm"].to_numpy(object)
    uncosted = (frame["uncosted_gestures"] + frame["later_uncosted_gestures"]).to_numpy(np.float64)
    cost = (frame["gesture_cost"] + frame["later_gesture_cost"]).to_numpy(np.float64)
    own, lacking = np.where(uncosted > 0, np.nan, cost), uncosted.copy()
    for arm in sorted({str(arm) for arm in arms} - {control}):
        mine = np.asarray(arms == arm, dtype=bool)
        got, costed = _of_the_arm(frame, given, arm, mine, np.asarray(arms == control, dtype=bool))
        lacking[mine & (got == 0)] += 1
        if not costed[mine].any():
            own[mine] = np.nan
    if gesture_cost is None:
        return own, frozenset()
    assumed = frozenset(str(arm) for arm in arms[lacking > 0])
    return cost + gesture_cost * lacking, assumed


def _of_the_arm(
    frame: pd.DataFrame, given: pd.DataFrame, arm: str, mine: NDArray[np.bool_], control: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Count each row's gestures that are the arm's, and those of them whose cost is recorded, shape (n,) each.

    They are those of the arm's name; where no gesture has it, those of the kinds that the arm got and the control
    hardly did.
    """
    counts = {kind: _by_row(frame, rows) for kind, rows in given.groupby("kind", sort=True)}
    named = [kind for kind in counts if str(kind).casefold() == arm.casefold()]
    if not any((counts[kind][0][mine] > 0).any() for kind in named):
        named = [kind for kind, (got, _) in counts.items() if _is_the_arms(got > 0, mine, control)]
    nothing = np.zeros(len(frame))
    return sum((counts[kind][0] for kind in named), nothing), sum((counts[kind][1] for kind in named), nothing)


def _by_row(frame: pd.DataFrame, rows: pd.DataFrame) -> tuple[Array, Array]:
    key = ["customer_id", "day"]
    found = frame[key].merge(rows[[*key, "n", "costed"]], on=key, how="left", validate="many_to_one")
    return found["n"].fillna(0).to_numpy(np.float64), found["costed"].fillna(0).to_numpy(np.float64)


def _is_the_arms(got: NDArray[np.bool_], mine: NDArray[np.bool_], control: NDArray[np.bool_]) -> bool:
    without = float(got[control].mean()) if control.any() else 0.0
    return bool(mine.any()) and float(got[mine].mean()) >= max(LEAST_SHARE, 2 * without)
