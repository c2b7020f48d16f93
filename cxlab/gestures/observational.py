"""Gestures that were chosen: orders with one against orders alike without, and whether that may be compared at all."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures.balance import Balance, covariate_balance, in_words
from cxlab.gestures.basis import as_numbers, columns_by_covariate
from cxlab.gestures.doubly_robust import average_effect, effect_on_treated, overlap_effect
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.fitted import Fitted
from cxlab.gestures.foretold import Foretold, hold_against_realised
from cxlab.gestures.groups import Groups, effects_by_group, group_effect
from cxlab.gestures.later import against_never
from cxlab.gestures.means import Array, TwoMeans, fewest_clusters
from cxlab.gestures.nuisance import (
    Learner,
    Nuisance,
    fit_outcomes,
    fit_propensity,
    make_deals,
    make_features,
    over_deals,
)
from cxlab.gestures.overlap import LEAST_EFFECTIVE, Overlap, effective_size, find_overlap
from cxlab.gestures.recovery import gesture_against_no_failure
from cxlab.gestures.sample import Sample
from cxlab.gestures.sensitivity import Sensitivity, find_sensitivity
from cxlab.gestures.trial_means import LEAST_IN_ARM, difference_in_means
from cxlab.gestures.until_next import MOST_CUT, purchases_without_more_gestures
from cxlab.gestures.verdict import LEAST_CUSTOMERS, LEVEL, holm, judge
from cxlab.gestures.worth import Worth, find_worth
from cxlab.language import tr
from cxlab.words import number

Mask = NDArray[np.bool_]
_ORDINALS = 3  # the third gesture and all later ones count as one


def chosen_effects(
    sample: Sample,
    *,
    equivalence_margin: float,
    currency: str,
    seed: int,
    prefix: str = "",
    minimum_group: int = 5,
    learner: Learner = "ridge",
) -> tuple[GestureEffect, ...]:
    """Estimate the effect of every arm that was chosen, not drawn.

    Parameters
    ----------
    minimum_group : what fewer people hold is not named among what was known before.
    learner : of the chance of a gesture and of the outcome with and without one.
    """
    return effects_of_choices(
        (sample,), equivalence_margin=equivalence_margin, currency=currency, seed=seed, prefix=prefix,
        minimum_group=minimum_group, learner=learner,
    )  # fmt: skip


def effects_of_choices(
    samples: Sequence[Sample],
    *,
    equivalence_margin: float,
    currency: str,
    seed: int,
    prefix: str = "",
    minimum_group: int = 5,
    learner: Learner = "ridge",
) -> tuple[GestureEffect, ...]:
    """Estimate the effect of every arm of several samples, verdicts adjusted for the number of all arms together.

    Parameters
    ----------
    samples : each with its own rows: who could have chosen one thing need not be who could have chosen another.
    """
    found = [_Chosen(sample, arm, seed, minimum_group, learner) for sample in samples for arm in sample.treatments]
    told = {k: one.means.p_value for k, one in enumerate(found) if one.means is not None}
    adjusted = dict(zip(told, holm(list(told.values())), strict=True))
    return tuple(one.effect(adjusted.get(k, 1.0), equivalence_margin, currency, prefix) for k, one in enumerate(found))


class _Chosen:
    """One arm against the control, its models fitted once."""

    def __init__(self, sample: Sample, arm: str, seed: int, minimum_group: int, learner: Learner = "ridge") -> None:
        self.learner: Learner = learner
        self.sample, self.arm, self.seed, self.minimum_group = sample, arm, seed, minimum_group
        self.rows = (sample.arms == arm) | (sample.arms == sample.control)
        self.treated = np.asarray(sample.arms[self.rows] == arm, dtype=bool)
        self.outcome = sample.outcome[self.rows]
        self.clusters = np.asarray(np.unique(sample.clusters[self.rows], return_inverse=True)[1], dtype=np.int64)
        further = {name: labels for name, labels in sample.groups.items() if name not in sample.covariates}
        groups = pd.DataFrame({name: labels[self.rows] for name, labels in further.items()})
        self.matrix, self.names = as_numbers(
            pd.concat([sample.covariates[self.rows].reset_index(drop=True), groups], axis=1)
        )
        self.customers = fewest_clusters(self.clusters, self.treated)
        self.overlap: Overlap | None = None
        self.nuisance: Nuisance | None = None
        self.placebo = self.choice = Estimate()
        self.is_against_now = True
        self.fault = self._lacking()
        self.means: TwoMeans | None = None
        self.among: Mask | None = None
        if not self.fault and self.customers >= LEAST_CUSTOMERS:
            self._fit()

    def _lacking(self) -> str:
        if not self.treated.any():
            return tr("none of the gestures can be followed")
        if self.treated.all():
            return tr("everyone got the gesture, so there is nobody to hold them against")
        n_control = int((~self.treated).sum())
        if n_control < LEAST_EFFECTIVE:
            least = number(LEAST_EFFECTIVE)
            if self.sample.rows == "order":
                return tr("fewer than {n} orders had none", n=least)
            return tr("fewer than {n} customers had none", n=least)
        if len(self.names) == 0:
            return tr(
                "nothing is known of the time before, so those with a gesture cannot be held against others alike"
            )
        return ""

    def _fit(self) -> None:
        self.features = make_features(self.matrix, self.treated, self.outcome, self.learner)
        self.folds = make_deals(self.clusters, self.seed)
        self.chances = fit_propensity(self.treated, self.features, self.folds, self.seed, self.learner)
        self.overlap = find_overlap(over_deals(self.chances), self.treated)
        self.fault = self.overlap.fault
        self.among = self.overlap.kept if self.overlap.is_trimmed else None
        if self.among is not None:
            self.customers = fewest_clusters(self.clusters[self.among], self.treated[self.among])
        self.placebo, self.choice = self._before()
        low, high = self.placebo.low, self.placebo.high
        if not self.fault and low is not None and high is not None and not low <= 0 <= high:
            self.fault = tr(
                "weighted to be alike, those with a gesture and those without still differ in what they "
                "bought before it, which it cannot have changed"
            )
        if self.fault:
            return
        self.nuisance = self._models(self.outcome)
        self.means = effect_on_treated(self.outcome, self.treated, self.nuisance, self.clusters, among=self.among)
        if self.sample.after is not None:
            self.means = self._against_never(self.means, self.sample.after[self.rows])

    def _against_never(self, whole: TwoMeans, after: Array) -> TwoMeans:
        """Return the means against never; against not now where nearly all take it up soon after."""
        later = effect_on_treated(after, self.treated, self._models(after), self.clusters, among=self.among)
        found = against_never(whole, later)
        self.is_against_now = found is None
        return whole if found is None else found

    def _models(self, outcome: Array, known: Mask | None = None) -> Nuisance:
        """Return the models of an outcome, learned where it is known."""
        return Nuisance.of(
            self.chances,
            *fit_outcomes(outcome, self.treated, self.features, self.folds, self.seed, self.learner, known=known),
        )

    def _before(self) -> tuple[Estimate, Estimate]:
        """Compare purchases in the time just before the occasion, foreseen from what lies before that time.

        Returns
        -------
        placebo : weighted as the effect is, by the chance of a gesture given all of the history. It must find nothing,
            or the weights do not do their work.
        choice : weighted by the chance given only what lies before that time. It finds nothing where the choice did not
            go with recent purchases, whatever decided it.
        """
        if self.sample.recent is None or self.sample.older is None:
            return Estimate(), Estimate()
        recent = self.sample.recent[self.rows]
        known = np.isfinite(recent) & (True if self.among is None else self.among)
        if fewest_clusters(self.clusters[known], self.treated[known]) < LEAST_CUSTOMERS:
            return Estimate(), Estimate()
        older, _ = as_numbers(self.sample.older[self.rows][known])
        outcome, treated, folds = recent[known], self.treated[known], self.folds[..., known]
        clusters = np.asarray(np.unique(self.clusters[known], return_inverse=True)[1], dtype=np.int64)
        features = make_features(older, treated, outcome, self.learner)
        foreseen = fit_outcomes(outcome, treated, features, folds, self.seed, self.learner)
        found = []
        choice = fit_propensity(treated, features, folds, self.seed, self.learner)
        for chance in (self.chances[..., known], choice):
            means = effect_on_treated(outcome, treated, Nuisance.of(chance, *foreseen), clusters)
            found.append(means.estimate("purchases before the order"))
        return found[0], found[1]

    def effect(self, adjusted_p: float, margin: float, currency: str, prefix: str) -> GestureEffect:
        sample, means = self.sample, self.means
        verdict = judge(
            means, adjusted_p=adjusted_p, equivalence_margin=margin, customers=self.customers,
            events=int((self.outcome != 0).sum()), rows=sample.rows, fault=self.fault,
        )  # fmt: skip
        groups = self._groups()
        average, overlap, until_next = self._average(), self._on_overlap(), self._until_next()
        return GestureEffect(
            self.arm, sample.experiment, "observational", sample.noun, sample.unit, sample.rows,
            label=self.arm, prefix=prefix,
            n_treated=int(self.treated.sum()), n_control=int((~self.treated).sum()),
            control_mean=Estimate() if means is None else means.mean("control", sample.unit),
            treated_mean=Estimate() if means is None else means.mean("treated", sample.unit),
            naive=self._naive(),
            effect=_difference(means, sample.unit), percent=_percent(means),
            average=_difference(average, sample.unit), average_percent=_percent(average),
            on_overlap=_difference(overlap, sample.unit), on_overlap_percent=_percent(overlap),
            until_next=_difference(until_next, sample.unit), until_next_percent=_percent(until_next),
            foretold=self._foretold(),
            always_valid=Estimate(),
            groups=groups.effects, heterogeneity=groups.heterogeneity, differences=groups.differences,
            ordinals=self._ordinals(), recovered=self._recovered(),
            made_good=self._made_good(margin),
            verdict=verdict, mismatch=None, placebo=self.placebo, choice=self.choice,
            worth=self._worth(currency), balance=self._balance(),
            overlap=self.overlap, sensitivity=self._sensitivity(), fitted=self._fitted(),
            is_against_now=self.is_against_now,
        )  # fmt: skip

    def _naive(self) -> Estimate:
        if min(self.treated.sum(), (~self.treated).sum()) < LEAST_IN_ARM:
            return Estimate()
        return difference_in_means(self.outcome, self.treated, self.clusters).estimate(self.sample.unit)

    def _part(self, mine: Mask) -> TwoMeans | None:
        """Return the means within a part of the rows; None where too few customers are on one side."""
        if self.nuisance is None:
            return None
        if self.among is not None:
            mine = mine & self.among
        if fewest_clusters(self.clusters[mine], self.treated[mine]) < LEAST_CUSTOMERS:
            return None
        return effect_on_treated(self.outcome, self.treated, self.nuisance, self.clusters, among=mine)

    def _average(self) -> TwoMeans | None:
        """At all occasions; not where some have no others alike, or where those with a gesture stand for too few."""
        if self.nuisance is None or self.among is not None:
            return None
        chance = self.nuisance.propensity
        sizes = (effective_size(1 / chance[self.treated]), effective_size(1 / (1 - chance[~self.treated])))
        if min(sizes) < LEAST_EFFECTIVE:
            return None
        return average_effect(self.outcome, self.treated, self.nuisance, self.clusters)

    def _on_overlap(self) -> TwoMeans | None:
        if self.nuisance is None:
            return None
        return overlap_effect(self.outcome, self.treated, self.nuisance, self.clusters)

    def _until_next(self) -> TwoMeans | None:
        """On the treated, had no further gesture come."""
        sample = self.sample
        if self.nuisance is None or sample.until_gesture is None or sample.is_followed is None:
            return None
        basis = self.features if self.learner == "ridge" else make_features(self.matrix, self.treated, self.outcome)
        purchases, cut = purchases_without_more_gestures(
            sample.until_gesture[self.rows],
            sample.is_followed[self.rows],
            self.treated,
            basis.columns,
            self.folds,
            self.seed,
        )
        if cut > MOST_CUT:
            return None
        nuisance = self._models(purchases)
        return effect_on_treated(purchases, self.treated, nuisance, self.clusters, among=self.among)

    def _foretold(self) -> Foretold | None:
        if self.nuisance is None:
            return None
        return hold_against_realised(
            self.outcome, self.treated, self.nuisance, self.clusters, self.sample.unit, among=self.among
        )

    def _groups(self) -> Groups:
        parts = []
        for grouping, labels in self.sample.groups.items():
            named = labels[self.rows].astype(str)
            for group in sorted(set(named.tolist())):
                mine = named == group
                parts.append(
                    group_effect(
                        grouping, group, self.treated[mine], self.clusters[mine], self._part(mine), self.sample.unit
                    )
                )
        return effects_by_group(parts, self.sample.unit, self.seed)

    def _ordinals(self) -> tuple[Estimate, ...]:
        if self.sample.ordinals is None or self.nuisance is None:
            return ()
        which = np.minimum(self.sample.ordinals[self.rows], _ORDINALS)
        found = [self._part(which == k + 1) for k in range(_ORDINALS)]
        return tuple(Estimate() if means is None else means.estimate(self.sample.unit) for means in found)

    def _recovered(self) -> Estimate | None:
        if self.sample.failed is None or self.nuisance is None:
            return None
        means = self._part(self.sample.failed[self.rows])
        return None if means is None else means.estimate(self.sample.unit)

    def _made_good(self, margin: float) -> Estimate:
        return Estimate() if self.nuisance is None else gesture_against_no_failure(self.sample, self.seed, margin)

    def _fitted(self) -> Fitted | None:
        if self.nuisance is None:
            return None
        return Fitted(
            np.asarray(self.rows), self.outcome, self.treated, self.clusters, self.matrix, self.folds, self.nuisance,
            self.among, self.seed, self.learner,
        )  # fmt: skip

    def _worth(self, currency: str) -> Worth | None:
        sample = self.sample
        if sample.contribution is None or self.overlap is None or self.nuisance is None:
            return None
        gross = sample.contribution[self.rows]
        known, gross = np.isfinite(gross), np.nan_to_num(gross)
        among = self.among if known.all() else known & (True if self.among is None else self.among)
        if among is not None and fewest_clusters(self.clusters[among], self.treated[among]) < LEAST_CUSTOMERS:
            return None
        models = self._models(gross, known)
        with_it = effect_on_treated(gross, self.treated, models, self.clusters, among=among)
        unit = "gesture" if sample.rows == "order" else "customer"
        if sample.is_net:
            return find_worth(None, with_it, unit=unit, currency=currency)
        if sample.own_cost is None:
            return find_worth(with_it, None, unit=unit, currency=currency)
        left = gross - np.where(
            self.treated, sample.own_cost[self.rows], 0.0
        )  # without a gesture there is no cost of it
        net = effect_on_treated(left, self.treated, models, self.clusters, among=among)
        return find_worth(with_it, net, unit=unit, currency=currency, is_assumed=self.arm in sample.assumed)

    def _balance(self) -> Balance:
        kept, odds = np.ones(len(self.treated), dtype=bool), None
        if self.nuisance is not None:
            kept = kept if self.among is None else self.among
            odds = (self.nuisance.propensity / (1 - self.nuisance.propensity))[kept]
        return covariate_balance(
            self.sample.covariates[self.rows][kept], self.treated[kept], odds,
            people=self.clusters[kept], minimum_group=self.minimum_group,
        )  # fmt: skip

    def _sensitivity(self) -> Sensitivity | None:
        if self.means is None:
            return None
        means = self.means
        ratio = means.treated / means.control if means.control > 0 else float("nan")
        nearer = max(abs(means.difference) - means.reach(LEVEL), 0.0)
        named = {in_words(name): columns for name, columns in columns_by_covariate(self.names).items()}
        return find_sensitivity(
            abs(means.difference), nearer, ratio, _nearer_ratio(means), self.outcome, self.treated, self.matrix, named
        )


def _difference(means: TwoMeans | None, unit: str) -> Estimate:
    return Estimate() if means is None else means.estimate(unit)


def _percent(means: TwoMeans | None) -> Estimate:
    return Estimate() if means is None else means.percent()


def _nearer_ratio(means: TwoMeans) -> float:
    """Return the end of the ratio's interval that lies nearer to 1; 1 where it holds 1, NaN where there is none."""
    percent = means.percent(level=LEVEL)
    if percent.low is None or percent.high is None:
        return float("nan")
    low, high = 1 + percent.low / 100, 1 + percent.high / 100
    return 1.0 if low <= 1 <= high else min(low, high, key=lambda ratio: abs(np.log(ratio)))
