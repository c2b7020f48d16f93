"""A trial read as it was drawn: intention to treat, arm by arm against the control."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures.balance import covariate_balance
from cxlab.gestures.basis import as_numbers
from cxlab.gestures.count_model import rate_ratio
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.foretold import FIFTHS, Foretold, hold_against_realised
from cxlab.gestures.groups import Groups, effects_by_group, group_effect
from cxlab.gestures.means import Array, Codes, TwoMeans, fewest_clusters
from cxlab.gestures.nuisance import Nuisance, fit_outcomes, make_features, make_folds
from cxlab.gestures.sample import Sample
from cxlab.gestures.trial_means import LEAST_IN_ARM, adjusted_means, difference_in_means, sample_ratio_mismatch
from cxlab.gestures.verdict import LEAST_CUSTOMERS, LEVEL, always_valid_reach, holm, judge
from cxlab.gestures.worth import Worth, find_worth

Mask = NDArray[np.bool_]


def trial_effects(
    sample: Sample,
    *,
    equivalence_margin: float,
    currency: str,
    several: bool,
    prefix: str = "",
    minimum_group: int = 5,
    seed: int = 1,
) -> tuple[GestureEffect, ...]:
    """Estimate the effect of every arm of a trial.

    Parameters
    ----------
    several : whether the study has several experiments, so that the keys name them.
    minimum_group : what fewer people hold is not named among what was known before.
    seed : deals customers into folds for predicted effects.
    """
    mismatch = ratio_mismatch(sample)
    pairs = {arm: _pair(sample, arm) for arm in sample.treatments}
    means = {arm: _told(sample, rows, arm) for arm, rows in pairs.items()}
    told = {arm: found.p_value for arm, found in means.items() if found is not None}
    adjusted = dict(zip(told, holm(list(told.values())), strict=True))
    found = []
    for arm, rows in pairs.items():
        mean = means[arm]
        treated = sample.arms[rows] == arm
        outcome, clusters = sample.outcome[rows], sample.clusters[rows]
        customers = fewest_clusters(clusters, treated)
        verdict = judge(
            mean, adjusted_p=adjusted.get(arm, 1.0), equivalence_margin=equivalence_margin, customers=customers,
            events=int((outcome != 0).sum()), rows=sample.rows, mismatch=mismatch, running=sample.n_running,
            arms=len(pairs), n=len(outcome), counted=sample.counted,
        )  # fmt: skip
        groups = _groups(sample, rows, arm)
        recent = None if sample.recent is None else sample.recent[rows]
        found.append(
            GestureEffect(
                arm, sample.experiment, "randomised", sample.noun, sample.unit, sample.rows,
                label=f"{sample.experiment}.{arm}" if several and sample.experiment else arm, prefix=prefix,
                n_treated=int(treated.sum()), n_control=int((~treated).sum()),
                control_mean=Estimate() if mean is None else mean.mean("control", sample.unit),
                treated_mean=Estimate() if mean is None else mean.mean("treated", sample.unit),
                naive=Estimate() if customers < LEAST_CUSTOMERS else _raw(outcome, treated, clusters, sample.unit),
                effect=Estimate() if mean is None else mean.estimate(sample.unit),
                percent=Estimate() if mean is None else mean.percent(),
                average=Estimate(),
                always_valid=_always_valid(mean, len(pairs), sample),
                groups=groups.effects, heterogeneity=groups.heterogeneity, differences=groups.differences,
                ordinals=(), recovered=None, made_good=Estimate(),
                verdict=verdict,
                mismatch=mismatch,
                n_running=sample.n_running,
                over=sample.over,
                choice=Estimate(),
                placebo=Estimate() if recent is None else _raw(recent, treated, clusters, _BEFORE),
                worth=_worth(sample, rows, arm, currency),
                balance=covariate_balance(
                    sample.covariates[rows], treated, people=clusters, minimum_group=minimum_group
                ),
                count_model=Estimate() if mean is None else _ratio(sample, rows, treated),
                foretold=None if mean is None else _foretold(sample, rows, arm, seed),
            )
        )  # fmt: skip
    return tuple(found)


_BEFORE = "purchases per customer before the draw"


def ratio_mismatch(sample: Sample) -> float | None:
    """Return the p value of the arms' sizes as drawn; None where the study declares no shares.

    An arm that was meant and got nobody counts as well.
    """
    if sample.allocation is None:
        return None
    arms = sorted(sample.allocation)
    counts = np.array([float(sample.drawn.get(arm, 0)) for arm in arms])
    if counts.sum() == 0 or len(arms) < 2:
        return None
    return sample_ratio_mismatch(counts, np.array([float(sample.allocation[arm]) for arm in arms]))


def _pair(sample: Sample, arm: str) -> Mask:
    return np.asarray((sample.arms == arm) | (sample.arms == sample.control), dtype=bool)


def _enough(treated: Mask) -> bool:
    return min(int(treated.sum()), int((~treated).sum())) >= LEAST_IN_ARM


def _told(sample: Sample, rows: Mask, arm: str) -> TwoMeans | None:
    """Return the adjusted means; None where a customer more or less would turn them."""
    few = fewest_clusters(sample.clusters[rows], sample.arms[rows] == arm) < LEAST_CUSTOMERS
    return None if few else _adjusted(sample, rows, arm)


def _adjusted(
    sample: Sample, rows: Mask, arm: str, outcome: Array | None = None, adjust: pd.DataFrame | None = None
) -> TwoMeans | None:
    treated = sample.arms[rows] == arm
    if not _enough(treated):
        return None
    matrix, _ = as_numbers(sample.adjust[rows] if adjust is None else adjust)
    values = (sample.outcome if outcome is None else outcome)[rows]
    means = adjusted_means(values, treated, matrix, sample.clusters[rows])
    return means if means.standard_error > 0 else None


def _raw(outcome: Array, treated: Mask, clusters: Codes, unit: str) -> Estimate:
    return difference_in_means(outcome, treated, clusters).estimate(unit) if _enough(treated) else Estimate()


def _always_valid(means: TwoMeans | None, arms: int, sample: Sample) -> Estimate:
    if means is None or not sample.n_running:
        return Estimate()
    reach = always_valid_reach(means.standard_error, means.n, (1 - LEVEL) / arms)
    level = 1 - (1 - LEVEL) / arms
    return Estimate(means.difference, means.difference - reach, means.difference + reach, level, means.n, sample.unit)


def _groups(sample: Sample, rows: Mask, arm: str) -> Groups:
    parts = []
    for grouping, labels in sample.groups.items():
        for group in sorted({str(label) for label in labels[rows]}):
            mine = rows & (labels.astype(str) == group)
            means = _adjusted(sample, mine, arm)
            treated = sample.arms[mine] == arm
            parts.append(group_effect(grouping, group, treated, sample.clusters[mine], means, sample.unit))
    return effects_by_group(parts, sample.unit)


def _ratio(sample: Sample, rows: Mask, treated: Mask) -> Estimate:
    """Check the effect by a count model, adjusted for the same."""
    return rate_ratio(sample.outcome[rows], treated, as_numbers(sample.adjust[rows])[0], sample.clusters[rows])


def _foretold(sample: Sample, rows: Mask, arm: str, seed: int) -> Foretold | None:
    """Hold effects that are predicted from what was known before the draw against those that came about."""
    treated = np.asarray(sample.arms[rows] == arm, dtype=bool)
    clusters = np.asarray(np.unique(sample.clusters[rows], return_inverse=True)[1], dtype=np.int64)
    matrix, _ = as_numbers(sample.covariates[rows])
    if fewest_clusters(clusters, treated) < FIFTHS * LEAST_CUSTOMERS or not matrix.shape[1]:
        return None
    outcome, folds = sample.outcome[rows], make_folds(clusters, seed)
    basis = make_features(matrix, treated, outcome)
    nuisance = Nuisance(_drawn_shares(sample, rows, treated), *fit_outcomes(outcome, treated, basis, folds, seed))
    return hold_against_realised(outcome, treated, nuisance, clusters, sample.unit)


def _drawn_shares(sample: Sample, rows: Mask, treated: Mask) -> Array:
    """Share of each row's stratum that was drawn into the arm; of all rows where a stratum is all in one arm."""
    everywhere = np.full(len(treated), float(treated.mean()))
    if "stratum" not in sample.adjust:
        return everywhere
    _, which = np.unique(sample.adjust["stratum"][rows].astype(str).to_numpy(), return_inverse=True)
    shares = (np.bincount(which, weights=treated) / np.bincount(which))[which]
    return np.where((shares > 0) & (shares < 1), shares, everywhere)


def _worth(sample: Sample, rows: Mask, arm: str, currency: str) -> Worth | None:
    if sample.contribution is None:
        return None
    rows = rows & np.isfinite(sample.contribution)
    if fewest_clusters(sample.clusters[rows], sample.arms[rows] == arm) < LEAST_CUSTOMERS:
        return None
    gross = _adjusted(sample, rows, arm, sample.contribution)
    if gross is None:
        return None
    if sample.is_net:
        return find_worth(None, gross, unit="customer", currency=currency)
    if sample.own_cost is None or np.isnan(sample.own_cost[rows]).any():
        return find_worth(gross, None, unit="customer", currency=currency)
    net = _adjusted(sample, rows, arm, sample.contribution - sample.own_cost)
    return find_worth(gross, net, unit="customer", currency=currency, is_assumed=arm in sample.assumed)
