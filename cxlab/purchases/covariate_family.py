"""A purchase model with covariates: customers of several kinds, each foreseen by the rates of its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from cxlab.language import tr
from cxlab.purchases.covariate_kinds import Kinds
from cxlab.purchases.covariate_likelihood import CovariateLikelihood, map_to_base
from cxlab.purchases.covariate_words import of_a_level
from cxlab.purchases.family import N_BASE, Family, FamilyName
from cxlab.purchases.histories import Array, Counts, Histories
from cxlab.purchases.model import PurchaseModel, fit_to_histories
from cxlab.words import capital

Function = Callable[..., Any]
_KEYS: dict[FamilyName, FamilyName] = {
    "bgnbd": "bgnbd_covariates",
    "mbgnbd": "mbgnbd_covariates",
    "pareto_nbd": "pareto_nbd_covariates",
}
_LEAVING = (2, 3)  # base parameters by which customers leave


def fit_kinds(without: PurchaseModel, kinds: Kinds) -> PurchaseModel:
    """Fit the same model to the same customers with covariates, from where it ended without.

    References
    ----------
    Fader and Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models,
    brucehardie.com/notes/019.
    """
    family = with_covariates(without.family, kinds)
    start = (*without.parameters.tolist(), *(1.0,) * (len(family.parameters) - N_BASE))
    histories = replace(without.histories, kind=kinds.which)
    return fit_to_histories(replace(family, starts=(start,)), histories, without.calibration_end)


def with_covariates(base: Family, kinds: Kinds) -> Family:
    """Give a purchase model covariates.

    What it says of a history, it says by the parameters of the customer's own kind (`Histories.kind`). What it says of
    a new customer is the average over the kinds as they are among these customers; of one kind, `Family.of_kind`.
    """
    each = tuple(_of_one_kind(base, map_to_base(row, base)) for row in kinds.rows)

    def by_kind(of: Callable[[Family], Function]) -> Function:
        def found(parameters: Array, histories: Histories, *weeks: float) -> Array:
            values = np.empty(histories.n)
            for kind, mine in histories.each_kind():
                values[mine] = of(each[kind])(parameters, histories.take(mine), *weeks)
            return values

        return found

    def on_average(of: Callable[[Family], Function]) -> Function:
        return lambda parameters, *given: sum(
            share * of(one)(parameters, *given) for share, one in zip(kinds.shares, each, strict=True)
        )

    leaving = on_average(lambda family: family.leaving)

    def slowed(parameters: Array, point: float) -> float:
        target = leaving(parameters) - point
        if target <= 0:
            return 1.0
        return float(brentq(lambda slower: leaving(parameters, slower) - target, 0.0, 1.0, xtol=1e-14, rtol=1e-13))

    p, ratios = kinds.rows.shape[1], _ratios(base, kinds)
    moved = [N_BASE + k * p + j for k, (_, place, _) in enumerate(base.shifts) if place in _LEAVING for j in range(p)]
    return replace(
        base,
        key=_KEYS[base.key],
        title=f"{base.title} with covariates",
        parameters=(*base.parameters, *(name for name, _ in ratios)),
        starts=tuple((*start, *(1.0,) * len(ratios)) for start in base.starts),
        likelihood=lambda different, counts: _likelihood(base, kinds, different, counts),
        log_likelihoods=by_kind(lambda family: family.log_likelihoods),
        probability_alive=by_kind(lambda family: family.probability_alive),
        log_odds_gone=by_kind(lambda family: family.log_odds_gone),
        expected_purchases=by_kind(lambda family: family.expected_purchases),
        chance_of_purchase=by_kind(lambda family: family.chance_of_purchase),
        new_customer_purchases=on_average(lambda family: family.new_customer_purchases),
        share_with=on_average(lambda family: family.share_with),
        pace=on_average(lambda family: family.pace),
        leaving=leaving,
        slowed=slowed,
        leaves_by=(*base.leaves_by, *moved),
        kinds=each,
        made_of=kinds,
        words=replace(base.words, meanings={**base.words.meanings, **dict(ratios)}),
    )  # fmt: skip


def _of_one_kind(base: Family, slope: Array) -> Family:
    """Return the model of one kind, a function of all parameters; `slope` as of `map_to_base`."""
    mine = replace(base, slope=slope)

    def of(function: Function) -> Function:
        return lambda parameters, *given: function(mine.own(parameters), *given)

    return replace(
        mine,
        log_likelihoods=of(base.log_likelihoods),
        probability_alive=of(base.probability_alive),
        log_odds_gone=of(base.log_odds_gone),
        expected_purchases=of(base.expected_purchases),
        chance_of_purchase=of(base.chance_of_purchase),
        new_customer_purchases=of(base.new_customer_purchases),
        share_with=of(base.share_with),
        pace=of(base.pace),
        leaving=of(base.leaving),
        slowed=of(base.slowed),
    )


def _likelihood(base: Family, kinds: Kinds, different: Histories, counts: Counts) -> CovariateLikelihood:
    return CovariateLikelihood(different, kinds.rows[different.kinds], base, counts)


def _ratios(base: Family, kinds: Kinds) -> list[tuple[str, str]]:
    """Return the name of each ratio and what it means, in the order of the parameters."""
    return [
        (
            f"{shift}.{covariate}.{level}",
            tr(
                "{who}: {ratio}, against those {others}",
                who=capital(of_a_level(covariate, level)),
                ratio=base.words.shifts[shift],
                others=of_a_level(covariate, reference),
            ),
        )
        for shift, _, _ in base.shifts
        for covariate, level, reference in kinds.levels
    ]
