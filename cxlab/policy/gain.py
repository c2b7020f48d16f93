"""What a gesture would gain at each customer or order, after its cost: one doubly robust score a row."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures import GestureEffect, GestureEffects
from cxlab.gestures.basis import as_numbers, expand
from cxlab.gestures.means import Array, Codes, fewest_clusters
from cxlab.gestures.nuisance import fit_outcomes, fit_propensity, make_deals, make_folds, over_deals
from cxlab.gestures.overlap import LEAST_EFFECTIVE, TRIM_ABOVE
from cxlab.gestures.sample import Sample
from cxlab.gestures.trial_means import adjusted_means
from cxlab.gestures.verdict import LEAST_CUSTOMERS
from cxlab.language import tr
from cxlab.occasions import HISTORY

Mask = NDArray[np.bool_]
STEPS, FIRST_STEP = 10, 3
"""What is learned from customers is tried on others: they are dealt into so many steps, and whatever is tried on a step
was learned from the steps before it; the steps before the first one tried are learned from only."""
RARELY = 0.1
"""Left out are rows whose odds of a gesture are below this share of the odds of all: nobody like them got one."""


@dataclass(frozen=True, eq=False)
class GestureGain:
    """One arm's gain at each row, by which policies are valued.

    Attributes
    ----------
    effect : the arm.
    gain : shape (n,), doubly robust score of giving it against not giving it; its mean over any group that was chosen
        without looking at it estimates the group's mean gain.
    without : shape (n,), score of what comes without it.
    clusters, steps : shape (n,), number of the customer from 0, and the step (see `STEPS`) that the customer is in.
    known : one row each: what is known of a customer before a choice, by which one can choose.
    segments : shape (n,), the four segments and `new`; None where the data has no such segments.
    df : degrees of freedom: customers of the smaller arm, less one.
    n_left_out : rows of the two arms that are not looked at: they cannot be compared, or their contribution is unknown.
    currency : ISO 4217 code; empty where the gain is in the outcome's own unit.
    cost : how the gesture's cost counts: "taken off", "assumed" (a parameter), or "unknown".
    """

    effect: GestureEffect
    gain: Array
    without: Array
    clusters: Codes
    steps: Codes
    known: pd.DataFrame
    segments: NDArray[np.object_] | None
    df: int
    n_left_out: int
    currency: str
    cost: str

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.gain)

    @property
    def unit(self) -> str:
        """What a gain is in, for `results.json`."""
        what = f"{self.currency} of contribution" if self.currency else self.effect.noun
        return f"{what} per {self.effect.rows}"

    @property
    def tried(self) -> Mask:
        """The rows on which what is learned is tried: bool, shape (n,)."""
        return self.steps >= FIRST_STEP

    def mean(self, scores: Array, among: Mask | None = None) -> Estimate:
        """Return the mean of scores over the rows, shape (n,), or over a part of them; a customer counts once."""
        if among is None:
            return mean_by_customer(scores, self.clusters, self.df, self.unit)
        df = max(int(self.df * among.mean()), 1)
        return mean_by_customer(scores[among], self.clusters[among], df, self.unit)


def mean_by_customer(scores: Array, clusters: Codes, df: int, unit: str) -> Estimate:
    """Return a mean with Student's interval, rows of one customer counted together."""
    from scipy.stats import t as student

    value = float(scores.mean())
    sums = np.bincount(clusters, weights=scores - value)
    error = float(np.sqrt(sums @ sums)) / len(scores)
    reach = float(student.ppf(0.975, max(df, 1))) * error
    return Estimate(value, value - reach, value + reach, n=len(scores), unit=unit)


def gain_fault(effects: GestureEffects, effect: GestureEffect) -> str:
    """Say why no customer can be chosen by this arm, as the end of a sentence; empty where one may try."""
    if effect.is_spoilt:
        return tr("the arms are not of the sizes that were meant, so no figure of this trial can be trusted")
    if effect.verdict.token == "not_identifiable" or not effect.is_told:
        return effect.verdict.why
    if runs(effects, effect):
        return tr("the trial still runs, and choosing by what it shows so far would choose by chance")
    return ""


def runs(effects: GestureEffects, effect: GestureEffect) -> bool:
    """Tell whether the trial is not over for some of its customers."""
    return any(
        s.n_running > 0 for s in effects.data.samples if s.experiment == effect.experiment and s.design == effect.design
    )


def find_gain(effects: GestureEffects, effect: GestureEffect, *, seed: int) -> GestureGain | None:
    """Score every row of an arm and its control; None where too few can be compared.

    In a trial the scores are those whose mean is the trial's effect, adjusted for what the trial is adjusted for: so
    giving it to everyone is worth what the gesture was found to be worth. Of chosen gestures the chance of one is
    foreseen from the history, and so is what comes with it and without it, for customers that were not learned from;
    the row's own outcome corrects it, weighted by the inverse of that chance. Contribution counts where it is known,
    less the gesture's own cost, else the outcome as it is.

    Parameters
    ----------
    seed : deals customers into folds.

    References
    ----------
    Robins, Rotnitzky and Zhao (1994). As scores of policies: Athey and Wager (2021), Policy learning with observational
    data, Econometrica 89(1). A trial's: Lin (2013), see `adjusted_means`.
    """
    sample = _sample_of(effects, effect)
    pair = np.asarray((sample.arms == effect.arm) | (sample.arms == sample.control), dtype=bool)
    value, cost, is_money = _value(sample, effect.arm, pair)
    rows = np.flatnonzero(pair & np.isfinite(value))
    treated = np.asarray(sample.arms[rows] == effect.arm, dtype=bool)
    if not _enough(sample, rows, treated):
        return None
    clusters = _codes(sample, rows)
    outcome = value[rows]
    if sample.design == "randomised":
        with_it, without = _drawn(sample, rows, treated, outcome, clusters)
        kept = np.ones(len(rows), dtype=bool)
    else:
        scored = _chosen(sample, rows, treated, outcome, clusters, seed)
        if scored is None:
            return None
        with_it, without, kept = scored
    segments = sample.groups.get("segment")
    mine, steps = rows[kept], make_folds(clusters, seed + 1, STEPS)
    return GestureGain(
        effect, (with_it - without)[kept], without[kept], _codes(sample, mine), steps[kept],
        _choosable(sample).iloc[mine].reset_index(drop=True), None if segments is None else segments[mine],
        fewest_clusters(_codes(sample, mine), treated[kept]) - 1,
        int(pair.sum()) - len(mine), effects.data.currency if is_money else "", cost,
    )  # fmt: skip


def _drawn(
    sample: Sample, rows: NDArray[np.int64], treated: Mask, outcome: Array, clusters: Codes
) -> tuple[Array, Array]:
    """Score the rows of a trial, with the gesture and without it: shape (n,) each."""
    means = adjusted_means(outcome, treated, as_numbers(sample.adjust.iloc[rows])[0], clusters)
    return means.treated + means.influence_treated, means.control + means.influence_control


def _chosen(
    sample: Sample, rows: NDArray[np.int64], treated: Mask, outcome: Array, clusters: Codes, seed: int
) -> tuple[Array, Array, Mask] | None:
    """Score rows whose gestures were chosen, and say which can be compared; None where too few can."""
    matrix, _ = as_numbers(_everything(sample, rows))
    basis, folds = expand(matrix, treated, outcome), make_deals(clusters, seed)
    chance = over_deals(fit_propensity(treated, basis, folds, seed))
    kept = (chance <= TRIM_ABOVE) & (chance / (1 - chance) >= RARELY * treated.sum() / (~treated).sum())
    if not _enough(sample, rows[kept], treated[kept]) or _effective(chance, treated, kept) < LEAST_EFFECTIVE:
        return None
    foreseen = [over_deals(arm) for arm in fit_outcomes(outcome, treated, basis, folds, seed)]
    with_it, without = (
        mean + np.where(arm, (outcome - mean) / share, 0.0)
        for mean, arm, share in zip(foreseen, (treated, ~treated), (chance, 1 - chance), strict=True)
    )
    return with_it, without, np.asarray(kept, dtype=np.bool_)


def _sample_of(effects: GestureEffects, effect: GestureEffect) -> Sample:
    return next(s for s in effects.data.samples if s.design == effect.design and s.experiment == effect.experiment)


def _value(sample: Sample, arm: str, pair: Mask) -> tuple[Array, str, bool]:
    """Return what a row brought after the gesture's cost, how that cost counts, and whether it is money."""
    known = sample.contribution
    if known is None or not np.isfinite(known).any():
        return sample.outcome, "unknown", False
    if sample.is_net:
        return known, "taken off", True
    if sample.own_cost is None or np.isnan(sample.own_cost[pair]).any():
        return known, "unknown", True
    return known - sample.own_cost, "assumed" if arm in sample.assumed else "taken off", True


def _everything(sample: Sample, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Gather all that was known of the rows before: covariates, what a trial adjusts for, groups."""
    known = sample.covariates
    further = {name: sample.adjust[name].to_numpy() for name in sample.adjust if name not in known}
    further |= {name: labels for name, labels in sample.groups.items() if name not in known}
    return pd.concat([known.reset_index(drop=True), pd.DataFrame(further)], axis=1).iloc[rows]


def _choosable(sample: Sample) -> pd.DataFrame:
    """Return the covariates by which one can choose: of a shop's own orders, the customer's history alone."""
    history = [name for name in HISTORY if name in sample.covariates]
    return sample.covariates[history] if history else sample.covariates


def _codes(sample: Sample, rows: NDArray[np.int64]) -> Codes:
    return np.asarray(np.unique(sample.clusters[rows], return_inverse=True)[1], dtype=np.int64)


def _enough(sample: Sample, rows: NDArray[np.int64], treated: Mask) -> bool:
    if not treated.any() or treated.all():
        return False
    return fewest_clusters(_codes(sample, rows), treated) >= LEAST_CUSTOMERS


def _effective(chance: Array, treated: Mask, kept: Mask) -> float:
    """Count the equally weighted rows that the smaller arm, weighted to stand for all, is worth (Kish 1965)."""
    weights = (1 / chance[treated & kept], 1 / (1 - chance[~treated & kept]))
    return min(float(w.sum() ** 2 / (w**2).sum()) for w in weights)
