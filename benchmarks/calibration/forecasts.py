"""Do the intervals of purchase models, of what follows from them and of waits hold the truth that was drawn."""

from dataclasses import replace

import numpy as np

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.intervals import held, joined
from benchmarks.made.buyers import AFTER, MARGIN, TRUTHS, VALUE, Buyers, Family, draw_buyers
from cxlab.loyalty import find_fans, weigh_fans
from cxlab.purchases import (
    PurchaseModel,
    bootstrap_fits,
    check_holdout,
    compare_purchase_models,
    fit_purchase_model,
    fit_with_covariates,
    value_new_customer,
    worth_of_retention,
)
from cxlab.purchases.by_parameters import new_customer_until
from cxlab.purchases.maximum import positive_estimate
from cxlab.purchases.outlook import foresee_purchases
from cxlab.purchases.retention_worth import PER_NEW, POINT
from cxlab.purchases.steps import steps_ahead
from cxlab.segments import assign_segments
from cxlab.waits import wait_for_purchases

YEAR, FAR, RATE = 365, 1_400, 0.1
ACTIVE_DAYS = 400
REFITS = 200
WAIT_HORIZON, WAIT_SHAPE, WAIT_SCALE = 90, 1.5, 60.0
LONGEST_FOLLOWED = 150
_MOST_REPEATS = 3  # from so many repeat purchases on customers are one group


def fitted(n: int, seed: int, *, family: Family) -> Values:
    """Fit a model to customers who follow it; hold its figures and what it foresees against the truth."""
    buyers = draw_buyers(family, n, seed)
    model = fit_purchase_model(buyers.customers, family)
    truth = _with_truth(model, family)
    found, true = model.findings, truth.findings
    parts = [held("parameter", found[f"{family}.{name}"], v) for name, v in _named(family).items()]
    told = _as_told(model, seed).findings
    parts += [held(name, told[name], true[name].number) for name in ("pace", "leaving", "first_year")]
    groups = np.minimum(model.histories.frequency, _MOST_REPEATS)
    for key, of in (("foreseen", None), ("foreseen by repeats", groups)):
        totals, covariance = model.expected_totals(AFTER, of)
        aims, _ = truth.expected_totals(AFTER, of)
        for k, aim in enumerate(aims):
            error = float(np.sqrt(covariance[k, k]))
            parts.append(held(key, positive_estimate(float(totals[k]), error, n=n, unit="purchases"), float(aim)))
    return joined(parts) | {"settled": [float(model.is_settled)]}


def checked(n: int, seed: int, *, family: Family) -> Values:
    """Judge the forecast of a model that is right, and choose among the three."""
    customers = draw_buyers(family, n, seed).customers
    verdict = check_holdout(fit_purchase_model(customers, family), customers).verdict
    best = compare_purchase_models(customers, seed=seed_of_analysis(seed)).best
    said = {"holds": verdict == "holds", "fails": verdict == "fails", "unsure": verdict in ("partly", "cannot_tell")}
    return {key: [float(is_so)] for key, is_so in said.items()} | {"taken": [float(best == family)]}


def valued(n: int, seed: int, *, family: Family) -> Values:
    """Reckon what a new customer, a point of retention and a fan are worth, and hold them against the truth."""
    buyers = draw_buyers(family, n, seed)
    customers, truth = buyers.customers, np.array(TRUTHS[family])
    model = fit_purchase_model(customers, family)
    steps, each = steps_ahead(YEAR, RATE), MARGIN * VALUE

    def until(days: np.ndarray) -> np.ndarray:
        return new_customer_until(model.family, truth, days)

    slower = model.family.slowed(truth, POINT)
    plain, more = steps.discounted(until), steps.discounted(until, slower=slower)
    new = value_new_customer(model, customers, horizon_days=YEAR, discount_rate=RATE)
    point = worth_of_retention(_as_told(model, seed), customers, horizon_days=YEAR, discount_rate=RATE)
    parts = [
        held("new customer", new.value, float(each * (1 + plain))),
        held("point", point.per_new, float(each * PER_NEW * (more - plain))),
    ]
    return joined([*parts, *_fans(buyers, model, family)])


def _fans(buyers: Buyers, model: PurchaseModel, family: Family) -> list[Values]:
    customers, found = buyers.customers, []
    labels, alive = assign_segments(customers, active_days=ACTIVE_DAYS).labels, model.probability_alive()
    fans = find_fans(customers, labels, alive)
    if min(fans.n_fans, fans.n_once) < fans.least:
        return []
    for key, days in (("N* over a year", YEAR), ("N* over four years", FAR)):
        seen = {"window_days": customers.holdout_days, "horizon_days": days}
        outlook = foresee_purchases(model, fans.are_fans, **seen)
        true = foresee_purchases(_with_truth(model, family), fans.are_fans, **seen)
        worth = weigh_fans(customers, fans, outlook, discount_rate=RATE).number
        later = true.ahead @ (1 + RATE) ** (-true.days / 365.25)
        aim = float((MARGIN * buyers.value[fans.are_fans] * later).mean()) / (MARGIN * VALUE)
        found.append(held(key, worth, aim))
    return found


def compared(n: int, seed: int) -> Values:
    """Give customers a mark that has nothing to do with what they buy; see what is said of it."""
    customers = draw_buyers("pareto_nbd", n, seed).customers
    rng = np.random.default_rng(seed_of_analysis(seed))
    marks = customers.frame[[]].assign(mark=np.where(rng.random(n) < 0.3, "marked", "plain"))
    model = fit_with_covariates(customers, marks)
    row = next(one for one in model.compared if one.level != one.reference)
    parts = [held("buying", row.purchase_rate, 1.0), held("leaving", row.leaving_rate, 1.0)]
    said = model.test is not None and model.test.verdict == "differ"
    return joined(parts) | {"said": [float(said)]}


def waited(n: int, seed: int) -> Values:
    """Let customers wait several times each, at a pace of their own; hold curve, mean and median against the truth."""
    rng = np.random.default_rng(seed)
    times = rng.integers(1, 6, n)
    who = np.repeat(np.arange(n), times)
    pace = rng.gamma(WAIT_SHAPE, 1 / WAIT_SCALE, n)
    until = np.ceil(rng.exponential(1.0, len(who)) / np.maximum(pace[who], 1e-12))
    seen = rng.integers(10, LONGEST_FOLLOWED + 1, len(who))
    days = np.minimum(until, seen).astype(np.int64)
    curve = wait_for_purchases(days, until <= seen, horizon_days=WAIT_HORIZON, customers=who).curves[0]
    share = (1 + np.arange(WAIT_HORIZON + 1) / WAIT_SCALE) ** -WAIT_SHAPE
    at = WAIT_HORIZON // 3
    parts = [
        held("restricted mean", curve.restricted_mean, float(share[:-1].sum())),
        held("median", curve.median, float(np.argmax(share <= 0.5))),
    ]
    inside = float(curve.low[at] - 1e-12 <= share[at] <= curve.high[at] + 1e-12)
    return joined(parts) | {"curve": [inside]}


def _named(family: Family) -> dict[str, float]:
    names = {"pareto_nbd": ("r", "alpha", "s", "beta")}.get(family, ("r", "alpha", "a", "b"))
    return dict(zip(names, TRUTHS[family], strict=True))


def _as_told(model: PurchaseModel, seed: int) -> PurchaseModel:
    """Return the model with the draws by which the page on repeat purchases tells how sure its figures are."""
    return bootstrap_fits(model, REFITS, seed=seed_of_analysis(seed)).resampled_model


def _with_truth(model: PurchaseModel, family: Family) -> PurchaseModel:
    """Return the model with the parameters that the customers were drawn with."""
    return replace(model, maximum=replace(model.maximum, log_parameters=np.log(np.array(TRUTHS[family]))))
