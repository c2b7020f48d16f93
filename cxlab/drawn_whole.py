"""Trials in which whole groups of customers, stores say, were drawn into an arm: chance is counted by these."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.data import GestureData
from cxlab.gestures.sample import Sample
from cxlab.language import tr, trn
from cxlab.words import number


def count_whole_groups(data: GestureData) -> GestureData:
    """Take the strata of a trial for what was drawn, where each of several lies in one arm as a whole.

    Customers of one store have much in common, the luck of the draw as well: errors are those of stores then, and with
    fewer than 20 an arm there is no verdict. So are the sizes of the arms, which are held against the shares meant.

    References
    ----------
    Abadie, Athey, Imbens and Wooldridge (2023), When should you adjust standard errors for clustering?, Quarterly
    Journal of Economics 138(1), 1-35.
    """
    samples, words = [], []
    for sample, said in zip(data.samples, data.words, strict=True):
        groups = _whole_groups(sample)
        samples.append(sample if groups is None else replace(
            sample, clusters=groups, adjust=sample.adjust.drop(columns="stratum"), drawn=_sizes(sample, groups),
            counted="strata",
        ))  # fmt: skip
        words.append(said if groups is None else f"{said} {_whole(int(groups.max()) + 1)}")
    return replace(data, samples=tuple(samples), words=tuple(words))


def _whole(n: int) -> str:
    return tr(
        "Each of the {strata} lies in one arm as a whole: so whole strata were drawn, not customers, and how sure the "
        "figures are is counted by strata.",
        strata=trn("1 stratum", "{n} strata", n, n=number(n)),
    )


def _sizes(sample: Sample, groups: NDArray[np.int64]) -> dict[str, int]:
    """Count the groups of each arm; an arm that got nobody keeps its zero."""
    _, first = np.unique(groups, return_index=True)
    arms = sample.arms[first].astype(str).tolist()
    return {arm: arms.count(arm) for arm in sample.drawn}


def _whole_groups(sample: Sample) -> NDArray[np.int64] | None:
    """Return the number of each row's stratum, shape (n,), where each stratum lies in one arm; else None."""
    if sample.design != "randomised" or "stratum" not in sample.adjust or sample.adjust["stratum"].isna().any():
        return None
    _, strata = np.unique(sample.adjust["stratum"].astype(str).to_numpy(), return_inverse=True)
    arms = np.unique(sample.arms.astype(str), return_inverse=True)[1]
    pairs = len(np.unique(np.stack([strata, arms]), axis=1).T)
    n_strata = int(strata.max()) + 1 if len(strata) else 0
    if n_strata < 2 or pairs > n_strata or n_strata == len(np.unique(sample.clusters)):
        return None
    return np.asarray(strata, dtype=np.int64)
