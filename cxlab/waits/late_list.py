"""The list of late customers that are worth waking: one row each, those first of whom most is at stake."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.contingency import Array
from cxlab.pseudonyms import Pseudonyms
from cxlab.waits.cadence import RARE, Cadence

_COLUMNS = (
    "place", "customer_id", "pseudonym", "as_of", "at_stake", "contribution", "days_since_last_order",
    "usual_gap_days", "late_after_days", "times_usual", "silence_chance", "repeat_purchases",
)  # fmt: skip
_IF_GIVEN = ("expected_contribution", "probability_alive")


def list_late(
    frame: pd.DataFrame, cadence: Cadence, stake: Array, worth: NDArray[np.bool_], *, as_of: dt.date,
    expected: Array | None, alive: Array | None, pseudonyms: Pseudonyms,
) -> pd.DataFrame:  # fmt: skip
    """List those worth waking, as in `LateCustomers.table`.

    Equal stakes rank by the silence, the shortest first, and then by id.
    """
    usual, given = cadence.usual_days, {"expected_contribution": expected, "probability_alive": alive}
    known = frame.assign(
        at_stake=stake, usual_gap_days=usual, late_after_days=cadence.within(1 - RARE),
        times_usual=cadence.gaps.silence / usual, silence_chance=cadence.silence_chance,
        **{name: values for name, values in given.items() if values is not None},
    )[worth]  # fmt: skip
    ranked = known.sort_values(
        ["at_stake", "days_since_last_order", "customer_id"], ascending=[False, True, True], kind="stable"
    )
    table = ranked.assign(
        place=np.arange(1, len(ranked) + 1),
        pseudonym=pd.array([pseudonyms.of(str(one)) for one in ranked["customer_id"]], dtype="str"),
        as_of=np.full(len(ranked), np.datetime64(as_of, "s")),
    )
    return table[[*_COLUMNS, *(name for name in _IF_GIVEN if given[name] is not None)]].reset_index(drop=True)
