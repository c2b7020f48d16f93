"""The trial that would settle what is open: how many customers it takes."""

import numpy as np
import pandas as pd

from cxlab.gestures.result import GestureEffects
from cxlab.gestures.sample import PURCHASES
from cxlab.plan import NextTrial, measure


def next_trial(effects: GestureEffects, planned: NextTrial | None = None) -> NextTrial:
    """Reckon the next trial.

    Parameters
    ----------
    planned : as reckoned from the study's own orders, for the customers who could be drawn now; where too little is
        known for it, that is the answer, as it is of `cxlab plan`. None: from those without the gesture here, one row
        a customer, after what the recent time before foretells; at hand are as many as there were.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.next_trial(effects, kit.next_trial).heading)
    A trial of the active customers at hand shows effects of 38.2% or more
    """
    if planned is not None:
        return planned
    main, days = effects.main, effects.data.outcome_days
    sample = next(s for s in effects.data.samples if s.design == main.design and s.experiment == main.experiment)
    rows = np.flatnonzero(sample.arms == sample.control)
    if not len(rows):
        rows = np.arange(len(sample.arms))
    rows = rows[np.unique(sample.clusters[rows], return_index=True)[1]]
    before = None
    if sample.recent is not None:
        known = np.isfinite(sample.recent[rows])
        if known.sum() > 2:
            rows = rows[known]
            before = pd.DataFrame({"recent": sample.recent[rows]})
    window = measure(days, sample.outcome[rows], before, counts=sample.noun == PURCHASES)
    return NextTrial((window,), days, at_hand=len(np.unique(sample.clusters)), again=True)
