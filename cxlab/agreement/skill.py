"""How much of what customers do next is foreseen by each way of describing them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab import words
from cxlab.agreement.ceiling import FitLabels
from cxlab.agreement.crossfit import Way, cross_fitted_losses, divisions, labels_in_folds, n_learned
from cxlab.agreement.partitions import PartitionError
from cxlab.agreement.predictors import Fold, by_features, by_group, by_nothing, by_refitted_group, by_rfm
from cxlab.agreement.scores import Losses, Score, Skill
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.estimate import Estimate, bootstrap_sums, percentile_interval
from cxlab.language import tr, trn

Array = NDArray[np.float64]
Sizes = tuple[int, int, int, int, int]
"""Customers, their purchases in the hold-out window, how many bought at all, days of the window, clusters."""
LEAST_CUSTOMERS, LEAST_BUYERS = 100, 20  # below these nothing is cross-fitted
LEAST_DIFFERENT = LEAST_BUYERS  # so many must have bought more, or less, than is usual: each resample then has some
LEAST_DRAWS = 1000  # resamples behind the intervals that a verdict rests on


class Forecast(Protocol):
    """A purchase model, as far as it matters here."""

    def expected_purchases(self, horizon_days: float, /) -> Array:
        """Return, shape (n,), the purchases expected of each customer in the days to come."""


def predictive_skill(
    customers: Customers,
    segments: pd.Series,
    fit_labels: FitLabels,
    *,
    k: int = 4,
    purchase_model: Callable[[Customers], Forecast] | None = None,
    expected_contribution: ArrayLike | None = None,
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
    purchase_model : fits a model that says how many purchases to expect of each customer. It is a further description;
        it sees nothing after the end of calibration and so is fitted once, on all customers. Where it cannot be
        fitted it is left out, and the reading says why.
    expected_contribution : shape (n,), contribution that the purchase model expects of each customer in the hold-out
        window; None: the model is not scored on contribution.
    n_bootstrap : resamples of the customers, predictions kept as they are; at least `LEAST_DRAWS` are drawn, for a
        verdict rests on the ends of the intervals.
    seed : of the resamples and the folds.

    Raises
    ------
    PartitionError : labels, or expected contributions, that are not of these customers.

    Notes
    -----
    Customers are cross-fitted in ten folds, which follow from the order of the frame (by customer_id) and the seed.
    This is done for three divisions into folds, and each customer's losses are averaged; from `SETTLED_FROM` customers
    on there is one division into five. Where folds have more than `MOST_LEARNED` customers to learn from, clusters and
    trees learn from so many, by lot; the means of groups are those of all. What that adds to the error is seen in
    customers whom all folds foresee. Losses are those of Gneiting (2011): Poisson deviance and squared error are
    minimised by the mean. Intervals hold the predictions fixed and resample customers, so they leave out how the fits
    would have differed on other customers.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> skill = cx.predictive_skill(kit.customers, segments.labels, cx.fit_labels)
    >>> print(skill.heading)
    The four segments keep 59% of what the best of four descriptions foresees
    """
    frame = customers.frame
    if len(segments) != customers.n:
        raise PartitionError(f"There are {len(segments)} labels for {customers.n} customers: give one each")
    purchases = frame["holdout_purchases"].to_numpy(float)
    n_buyers = int((purchases > 0).sum())
    sizes: Sizes = (customers.n, int(purchases.sum()), n_buyers, customers.holdout_days, k)
    reason = partial(_too_little, customers.n, n_buyers, purchases)
    if reason():
        none = Estimate(n=customers.n)
        return _with(Skill((), none, none, *sizes, reason=reason), customers, segments)
    model, left_out = foreseen(customers, purchase_model)
    contribution = frame["holdout_contribution"].to_numpy(float)
    earning: dict[str, Way] = {}
    if expected_contribution is not None:
        values = _one_each(expected_contribution, customers.n)
        earning = {name: partial(_as_given, values=values) for name in model}
    counted, money, error = [], [], 0.0
    for start in divisions(customers.n, seed):
        ways: dict[str, Way] = {
            "nothing": by_nothing,
            "segments": partial(by_group, labels=segments),
            "clusters": partial(by_refitted_group, labels=labels_in_folds(frame, fit_labels, k, start)),
            "rfm": by_rfm,
            "features": by_features,
        }
        found = cross_fitted_losses(frame, purchases, "purchases", {**ways, **model}, start)
        error = max(error, found.learning_error)
        counted.append(found.losses)
        money.append(cross_fitted_losses(frame, contribution, "contribution", {**ways, **earning}, start).losses)
    losses = Losses(_averaged(counted), max(n_bootstrap, LEAST_DRAWS), seed)
    scored = _scored(losses, _averaged(money), sizes)
    learned = n_learned(customers.n)
    scored = replace(scored, left_out=left_out, losses=losses, n_learned=learned, learning_error=error)
    return _with(scored, customers, segments)


def _with(skill: Skill, customers: Customers, segments: pd.Series) -> Skill:
    """Note beside a skill what else the verdict has to know."""
    return replace(skill, n_segments=segments.nunique(), usual_gap_days=customers.typical_gap_days)


def _too_little(n: int, n_buyers: int, purchases: Array) -> str:
    """Say what there is too little of to test foresight on; empty where there is enough."""
    return too_few(n, n_buyers) or too_alike(purchases)


def too_few(n: int, n_buyers: int) -> str:
    """Say that customers, or those who bought in the hold-out window, are too few; empty when they are enough."""
    if n >= LEAST_CUSTOMERS and n_buyers >= LEAST_BUYERS:
        return ""
    return tr(
        "{customers}, of whom {buyers} bought in the hold-out window, are too few to test foresight on: it takes "
        "{least} and {least_buyers}.",
        customers=words.count(n, "customer"),
        buyers=words.number(n_buyers),
        least=LEAST_CUSTOMERS,
        least_buyers=LEAST_BUYERS,
    )


def too_alike(purchases: Array) -> str:
    """Say that next to all customers bought equally often, so that nothing can be foreseen; empty where they differ."""
    numbers, customers = np.unique(purchases, return_counts=True)
    usual = int(customers.argmax())
    if len(purchases) - int(customers[usual]) >= LEAST_DIFFERENT:
        return ""
    n, each = len(purchases), words.count(int(numbers[usual]), "purchase")
    if len(numbers) == 1:
        return trn(
            "All {n} customer bought equally often in the hold-out window ({each} each), so there is nothing to tell "
            "apart.",
            "All {n} customers bought equally often in the hold-out window ({each} each), so there is nothing to tell "
            "apart.",
            n,
            n=words.number(n),
            each=each,
        )
    return trn(
        "All but fewer than {least} of the {n} customer bought equally often in the hold-out window ({each} each), so "
        "there is nothing to tell apart.",
        "All but fewer than {least} of the {n} customers bought equally often in the hold-out window ({each} each), so "
        "there is nothing to tell apart.",
        n,
        least=LEAST_DIFFERENT,
        n=words.number(n),
        each=each,
    )


def foreseen(
    customers: Customers, purchase_model: Callable[[Customers], Forecast] | None
) -> tuple[dict[str, Way], str]:
    """Return the purchase model's forecast as a way to foresee, or why there is none."""
    if purchase_model is None:
        return {}, ""
    try:
        expected = purchase_model(customers).expected_purchases(customers.holdout_days)
    except InputError as fault:
        return {}, tr("The purchase model is left out: {fault}", fault=fault)
    if not np.isfinite(expected).all():
        return {}, tr("The purchase model is left out: it gives no number for some customers.")
    return {"purchase_model": partial(_as_given, values=expected)}, ""


def _scored(counted: Losses, money: dict[str, Array], sizes: Sizes) -> Skill:
    """Turn losses of the customers, on purchases and on contribution, into skill with intervals."""
    losses = np.column_stack([*counted.by_description.values(), *money.values()])
    drawn = bootstrap_sums(losses, counted.draws, counted.seed)
    return skill_of(losses.sum(axis=0), drawn, list(counted.by_description)[1:], list(money)[1:], sizes)


def skill_of(sums: Array, drawn: Array, names: list[str], earning: list[str], sizes: Sizes) -> Skill:
    """Turn sums of losses into skill with intervals.

    Parameters
    ----------
    sums, drawn : shapes (m,) and (B, m), over the customers and over each bootstrap sample of them. Columns: purchases
        foreseen by nothing, then by each of `names`; contribution by nothing, then by each of `earning`, the first of
        `names` in the same order; without `earning`, no such columns.
    sizes : customers, purchases, buyers, days and clusters.
    """
    n, m = sizes[0], 1 + len(names)
    skill, skills = 1 - sums[1:m] / sums[0], 1 - drawn[:, 1:m] / drawn[:, :1]
    unit = "share of the Poisson deviance of hold-out purchases explained"
    estimates = [percentile_interval(float(skill[i]), skills[:, i], n=n, unit=unit) for i in range(len(names))]
    best, bests = estimates[int(skill.argmax())], skills.max(axis=1)
    earned = [_contribution_skill(sums[m:], drawn[:, m:], i, n) for i in range(1, len(earning) + 1)]
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


def _averaged(losses: list[dict[str, Array]]) -> dict[str, Array]:
    """Average each way's losses over the divisions, shape (n,) each."""
    return {name: np.asarray(np.mean([one[name] for one in losses], axis=0), float) for name in losses[0]}


def _one_each(values: ArrayLike, n: int) -> Array:
    given = np.asarray(values, dtype=float)
    if given.shape != (n,):
        raise PartitionError(f"expected_contribution has shape {given.shape} for {n} customers: give one each")
    return given


def _as_given(fold: Fold, values: Array) -> Array:
    return values[fold.test]


def _share(value: float, draws: Array, best: Estimate, bests: Array, n: int) -> Estimate:
    """Value as a share of the best; no value unless the best is shown to foresee anything."""
    if best.ends[0] <= 0:
        return Estimate(n=n)
    shares = np.divide(draws, bests, out=np.zeros_like(draws), where=bests > 0)
    return percentile_interval(value / best.number, shares, n=n, unit="share of the best skill")


def _contribution_skill(sums: Array, draws: Array, column: int, n: int) -> Estimate:
    if sums[0] <= 0 or not (draws[:, 0] > 0).all():
        return Estimate(n=n)
    unit = "share of the squared error of hold-out contribution explained"
    return percentile_interval(float(1 - sums[column] / sums[0]), 1 - draws[:, column] / draws[:, 0], n=n, unit=unit)
