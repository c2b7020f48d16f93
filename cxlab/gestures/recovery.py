"""Can a gesture make good a failure? Orders that went wrong and had one, against orders that went well without."""

from typing import Literal

import numpy as np

from cxlab.estimate import Estimate
from cxlab.gestures.basis import as_numbers, expand
from cxlab.gestures.doubly_robust import effect_on_treated
from cxlab.gestures.means import TwoMeans, fewest_clusters
from cxlab.gestures.nuisance import Nuisance, fit_outcomes, fit_propensity, make_deals, over_deals
from cxlab.gestures.overlap import find_overlap
from cxlab.gestures.sample import CHOSEN, Sample
from cxlab.gestures.verdict import LEAST_CUSTOMERS

Paradox = Literal["paradox", "no_paradox", "cannot_tell"]


def gesture_against_no_failure(sample: Sample, seed: int, equivalence_margin: float = 0.05) -> Estimate:
    """Compare orders that failed and had a gesture with orders alike that did not fail and had none.

    Above zero, failure and gesture together end above no failure at all (the service recovery paradox: de Matos,
    Henrique and Rossi 2007 find it in satisfaction, not in repurchase); the verdict says whether they do. No value
    where fewer than 20 customers are on a side, or where there are no orders alike. Doubly robust, as the effect of a
    gesture is; orders of both kinds that were all but sure to be of theirs are left out as there.

    Parameters
    ----------
    equivalence_margin : share of the outcome without a failure up to which being above it counts as nothing.
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
    basis, folds = expand(matrix, treated, outcome), make_deals(clusters, seed)
    chances = fit_propensity(treated, basis, folds, seed)
    overlap = find_overlap(over_deals(chances), treated)
    among = overlap.kept if overlap.is_trimmed else None
    if overlap.fault or (among is not None and fewest_clusters(clusters[among], treated[among]) < LEAST_CUSTOMERS):
        return Estimate()
    nuisance = Nuisance.of(chances, *fit_outcomes(outcome, treated, basis, folds, seed))
    means: TwoMeans = effect_on_treated(outcome, treated, nuisance, clusters, among=among)
    found = means.estimate(sample.unit)
    verdict = judge_paradox(means, equivalence_margin)
    return Estimate(found.value, found.low, found.high, found.level, found.n, found.unit, verdict)


def judge_paradox(means: TwoMeans, equivalence_margin: float) -> Paradox:
    """Say whether failure and gesture together end above no failure.

    paradox : the whole 95% interval lies above zero. no_paradox : the upper end of the 90% interval lies within the
    margin, a share of the outcome without a failure: they end at most that little above it. cannot_tell : otherwise.
    """
    if means.standard_error == 0:
        return "cannot_tell"
    if means.difference - means.reach(0.95) > 0:
        return "paradox"
    narrow = means.reach(0.90)
    return "no_paradox" if means.difference + narrow <= equivalence_margin * abs(means.control) else "cannot_tell"
