"""Can a gesture make good a failure? Orders that went wrong and had one, against orders that went well without."""

import numpy as np

from cxlab.estimate import Estimate
from cxlab.gestures.basis import as_numbers, expand
from cxlab.gestures.doubly_robust import effect_on_treated
from cxlab.gestures.means import TwoMeans, fewest_clusters
from cxlab.gestures.nuisance import Nuisance, fit_outcome, fit_propensity, make_folds
from cxlab.gestures.overlap import find_overlap
from cxlab.gestures.sample import CHOSEN, Sample
from cxlab.gestures.verdict import LEAST_CUSTOMERS


def gesture_against_no_failure(sample: Sample, seed: int) -> Estimate:
    """Compare orders that failed and had a gesture with orders alike that did not fail and had none.

    Above zero, failure and gesture together end above no failure at all (the service recovery paradox: de Matos,
    Henrique and Rossi 2007 find it in satisfaction, not in repurchase). No value where fewer than 20 customers are on a
    side, or where there are no orders alike. Doubly robust, as the effect of a gesture is.
    """
    if sample.failed is None:
        return Estimate()
    treated = np.asarray((sample.arms == CHOSEN) & sample.failed, dtype=bool)
    rows = treated | np.asarray((sample.arms == sample.control) & ~sample.failed, dtype=bool)
    treated, outcome = treated[rows], sample.outcome[rows]
    clusters = np.asarray(np.unique(sample.clusters[rows], return_inverse=True)[1], dtype=np.int64)
    if fewest_clusters(clusters, treated) < LEAST_CUSTOMERS:
        return Estimate()
    matrix, _ = as_numbers(sample.covariates[rows].drop(columns="failed", errors="ignore"))
    basis, folds = expand(matrix, treated, outcome), make_folds(clusters, seed)
    propensity = fit_propensity(treated, basis, folds, seed)
    overlap = find_overlap(propensity, treated)
    if overlap.fault:
        return Estimate()
    foreseen = fit_outcome(outcome, ~treated, basis, folds, seed)
    means: TwoMeans = effect_on_treated(outcome, treated, Nuisance(propensity, foreseen, foreseen), clusters)
    return means.estimate(sample.unit)
