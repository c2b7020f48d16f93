"""How much of what customers do next is foreseen by each way of describing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab import words
from cxlab.agreement.ceiling import FitLabels
from cxlab.agreement.crossfit import Way, cross_fitted_losses
from cxlab.agreement.partitions import PartitionError
from cxlab.agreement.predictors import Fold, by_features, by_group, by_nothing, by_refitted_group, by_rfm
from cxlab.customers import Customers
from cxlab.estimate import Estimate, bootstrap_sums, percentile_interval

Array = NDArray[np.float64]
LEAST_CUSTOMERS, LEAST_BUYERS = 100, 10  # below these nothing is cross-fitted
NAMES = {
    "segments": "The four segments",
    "clusters": "Clusters",
    "rfm": "RFM fifths",
    "features": "Boosted trees",
    "purchase_model": "Purchase model",
}


@dataclass(frozen=True)
class Score:
    """How well one description foresees.

    Attributes
    ----------
    predictor : its key.
    skill : Poisson deviance of the hold-out purchases explained; 0 is the mean of all, 1 is every purchase foreseen.
    share : skill as a share of the best description's.
    contribution_skill : share of the squared error of the hold-out contribution explained, if any.
    """

    predictor: str
    skill: Estimate
    share: Estimate
    contribution_skill: Estimate


@dataclass(frozen=True)
class Skill:
    """What each description foresees of the hold-out window, for customers it was not fitted on.

    Attributes
    ----------
    scores : one a description; none when there is too little to see, and `missing` says why.
    difference : skill of the segments - skill of the clusters, from the same bootstrap draws.
    lead : the same as a share of the best description's skill.
    n, n_purchases, n_buyers : customers, their purchases in the hold-out window, and how many bought at all.
    holdout_days : length of the hold-out window.
    n_clusters : number of clusters compared.
    """

    scores: tuple[Score, ...]
    difference: Estimate
    lead: Estimate
    n: int
    n_purchases: int
    n_buyers: int
    holdout_days: int
    n_clusters: int
    missing: str = ""

    def score(self, predictor: str) -> Score:
        """Return the score of one description."""
        return next(score for score in self.scores if score.predictor == predictor)

    @property
    def best(self) -> Score:
        """The description that foresees most."""
        return max(self.scores, key=lambda score: score.skill.number)

    @property
    def table(self) -> pd.DataFrame:
        """One row a description."""
        columns: dict[str, list[float] | list[str]] = {"predictor": [s.predictor for s in self.scores]}
        for field in ("skill", "share", "contribution_skill"):
            estimates: list[Estimate] = [getattr(score, field) for score in self.scores]
            columns[field] = [e.number for e in estimates]
            columns[f"{field}_low"] = [np.nan if e.low is None else e.low for e in estimates]
            columns[f"{field}_high"] = [np.nan if e.high is None else e.high for e in estimates]
        return pd.DataFrame(columns)

    @property
    def reading(self) -> str:
        """What the segments foresee, beside the clusters and the best."""
        if self.missing:
            return self.missing
        segments, clusters, best = self.score("segments"), self.score("clusters"), self.best
        side = "ahead of" if self.difference.number > 0 else "behind"
        points = words.number(abs(100 * self.difference.number), 1)
        spread = words.number_between(100 * _end(self.difference.low), 100 * _end(self.difference.high), 1)
        purchases, customers = words.count(self.n_purchases, "purchase"), words.count(self.n, "customer")
        first = (
            f"The four segments foresee {_shown(segments.skill)} of the spread in the {purchases} that {customers} "
            f"made in the {self.holdout_days} days after."
        )
        name, share = NAMES.get(best.predictor, best.predictor).lower(), segments.share
        if not share.has_interval:
            second = f"No description is shown to foresee anything; the best ({name}) comes to {_shown(best.skill)}."
        elif best is segments:
            second = "No other description foresees more."
        else:
            second = (
                f"The best description ({name}) foresees {_shown(best.skill)}: the segments keep "
                f"{words.percent(share.number)} of that ({_interval(share)})."
            )
        groups = words.count(self.n_clusters, "cluster")
        return (
            f"{first} {second} {groups} foresee {_shown(clusters.skill)}: the segments are {points} points "
            f"{side} them (95% interval {spread})."
        )

    @property
    def findings(self) -> dict[str, Estimate]:
        """Skill, its share of the best, and skill on contribution, by description; segments less clusters."""
        if not self.scores:
            return {}
        found = {f"skill.{score.predictor}": score.skill for score in self.scores}
        found |= {f"skill_share.{s.predictor}": s.share for s in self.scores if s.share.value is not None}
        found |= {
            f"contribution_skill.{s.predictor}": s.contribution_skill
            for s in self.scores
            if s.contribution_skill.value is not None
        }
        return {**found, "skill_difference.segments_minus_clusters": self.difference}


def predictive_skill(
    customers: Customers,
    segments: pd.Series,
    fit_labels: FitLabels,
    *,
    k: int = 4,
    expected_purchases: Mapping[str, ArrayLike] | None = None,
    n_bootstrap: int = 200,
    seed: int = 0,
) -> Skill:
    """Measure how much each description of a customer foresees of the hold-out window.

    Parameters
    ----------
    customers : one row a customer, with what each did in the hold-out window.
    segments : shape (n,), index of the customers' frame.
    fit_labels : fits k clusters on some of the customers; it is refitted in each fold.
    k : number of clusters.
    expected_purchases : further predictors by name: purchases expected of each customer in the hold-out window, shape
        (n,), from a model that saw nothing after the end of calibration. They are not refitted in the folds.
    n_bootstrap, seed : resamples of the customers, predictions kept as they are; also of the folds.

    Raises
    ------
    PartitionError : labels or expectations that are not of these customers.

    Notes
    -----
    Customers are cross-fitted in ten folds, which follow from the order of the frame (by customer_id) and the seed.
    Losses are those of Gneiting (2011): Poisson deviance and squared error are minimised by the mean. Intervals hold
    the predictions fixed and resample customers, so they leave out how the fits would have differed on other customers.
    """
    frame = customers.frame
    given = {name: np.asarray(values, dtype=float) for name, values in (expected_purchases or {}).items()}
    for name, size in {"segments": len(segments), **{name: len(values) for name, values in given.items()}}.items():
        if size != customers.n:
            raise PartitionError(f"{name} holds {size} values for {customers.n} customers: give one each")
    purchases = frame["holdout_purchases"].to_numpy(float)
    n_buyers = int((purchases > 0).sum())
    sizes = (customers.n, int(purchases.sum()), n_buyers, customers.holdout_days, k)
    if customers.n < LEAST_CUSTOMERS or n_buyers < LEAST_BUYERS:
        few = f"{words.count(customers.n, 'customer')}, of whom {words.number(n_buyers)} bought in the hold-out window,"
        why = f"{few} are too few to test foresight on: it takes {LEAST_CUSTOMERS} and {LEAST_BUYERS}."
        return Skill((), Estimate(n=customers.n), Estimate(n=customers.n), *sizes, missing=why)
    ways: dict[str, Way] = {
        "nothing": by_nothing,
        "segments": partial(by_group, labels=segments),
        "clusters": partial(by_refitted_group, fit_labels=fit_labels, k=k),
        "rfm": by_rfm,
        "features": by_features,
    }
    models: dict[str, Way] = {name: partial(_as_given, values=values) for name, values in given.items()}
    contribution = frame["holdout_contribution"].to_numpy(float)
    counted = cross_fitted_losses(frame, purchases, "purchases", {**ways, **models}, seed)
    money = cross_fitted_losses(frame, contribution, "contribution", ways, seed)
    return _scored(counted, money, sizes, n_bootstrap, seed)


def _scored(
    counted: dict[str, Array], money: dict[str, Array], sizes: tuple[int, int, int, int, int], draws: int, seed: int
) -> Skill:
    """Turn losses of the customers, shape (n,) each, the first by nothing, into skill with intervals."""
    n, m, names = sizes[0], len(counted), list(counted)[1:]
    losses = np.column_stack([*counted.values(), *money.values()])
    sums, drawn = losses.sum(axis=0), bootstrap_sums(losses, draws, seed)
    skill, skills = 1 - sums[1:m] / sums[0], 1 - drawn[:, 1:m] / drawn[:, :1]
    unit = "share of the Poisson deviance of hold-out purchases explained"
    estimates = [percentile_interval(float(skill[i]), skills[:, i], n=n, unit=unit) for i in range(len(names))]
    best, bests = estimates[int(skill.argmax())], skills.max(axis=1)
    earned = [_contribution_skill(sums[m:], drawn[:, m:], i, n) for i in range(1, len(money))]
    scores = tuple(
        Score(
            predictor=name,
            skill=estimates[i],
            share=_share(float(skill[i]), skills[:, i], best, bests, n),
            contribution_skill=earned[i] if i < len(earned) else Estimate(n=n),
        )
        for i, name in enumerate(names)
    )
    a, b = names.index("segments"), names.index("clusters")
    apart, aparts = float(skill[a] - skill[b]), skills[:, a] - skills[:, b]
    difference = percentile_interval(apart, aparts, n=n, unit=unit)
    return Skill(scores, difference, _share(apart, aparts, best, bests, n), *sizes)


def _as_given(fold: Fold, values: Array) -> Array:
    return values[fold.test]


def _share(value: float, draws: Array, best: Estimate, bests: Array, n: int) -> Estimate:
    """Value as a share of the best; no value unless the best is shown to foresee anything."""
    if _end(best.low) <= 0:
        return Estimate(n=n)
    shares = np.divide(draws, bests, out=np.zeros_like(draws), where=bests > 0)
    return percentile_interval(value / best.number, shares, n=n, unit="share of the best skill")


def _contribution_skill(sums: Array, draws: Array, column: int, n: int) -> Estimate:
    if sums[0] <= 0 or not (draws[:, 0] > 0).all():
        return Estimate(n=n)
    unit = "share of the squared error of hold-out contribution explained"
    return percentile_interval(float(1 - sums[column] / sums[0]), 1 - draws[:, column] / draws[:, 0], n=n, unit=unit)


def _shown(estimate: Estimate) -> str:
    return f"{words.percent(estimate.number)} ({_interval(estimate)})"


def _interval(estimate: Estimate) -> str:
    return f"95% interval {words.percent_between(_end(estimate.low), _end(estimate.high))}"


def _end(value: float | None) -> float:
    assert value is not None
    return value
