"""Criteria for the number of clusters side by side: what BIC, prediction strength and stability would take."""

from dataclasses import replace

from cxlab.clusters.choice import Choice
from cxlab.clusters.features import Features
from cxlab.clusters.mixture import mixture_bic
from cxlab.clusters.prediction_strength import prediction_strength
from cxlab.clusters.stability_by_number import stability_by_number


def compare_criteria(
    features: Features, choice: Choice, *, seed: int, n_splits: int = 20, n_bootstrap: int = 25
) -> Choice:
    """Put three further criteria beside the silhouette and the gap statistic; the number chosen stays.

    They try the same numbers as the choice did. Beyond 10,000 customers, curves are fitted to a sample of so many, and
    halves and resamples are drawn from 5,000 customers, each time afresh, so that the errors hold what this adds.

    Parameters
    ----------
    features : the customers on a common scale.
    choice : from `choose_k` on the same features.
    seed : for samples, starts, halves and resamples.
    n_splits : random halves for the prediction strength.
    n_bootstrap : resamples at each number of clusters.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> features = cx.fit_features(kit.customers)
    >>> choice = cx.choose_k(features, k_max=4, seed=1)
    >>> print(cx.compare_criteria(features, choice, seed=1).heading)
    The 5 criteria do not settle the number of groups: from none to 4
    """
    k_max = int(choice.tried[-1])
    others = (
        mixture_bic(features.matrix, k_max=k_max, seed=seed),
        prediction_strength(features.matrix, k_max=k_max, seed=seed, n_splits=n_splits),
        stability_by_number(features.matrix, k_max=k_max, seed=seed, n_bootstrap=n_bootstrap),
    )
    return replace(choice, others=others)
