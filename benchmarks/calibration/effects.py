"""Do effects of gestures and their intervals hold the truth that was drawn, and is each verdict the right one."""

from typing import get_args

import numpy as np

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.intervals import held, joined
from benchmarks.made.given import ARM, Given, Truth, Way, World, sample_of, truth_of
from cxlab.gestures import GestureData, GestureEffects, estimate_gestures
from cxlab.gestures.sample import Sample
from cxlab.gestures.trial_means import adjusted_means
from cxlab.gestures.verdict import Token, judge

MARGIN_OF_NONE = 0.05  # as in the notebook
DIFFERENT = 0.05  # p value from which on groups are said to differ
DAYS = 90
DRAWN_ON = 5  # customers of a running trial are looked at in each of 90 days; so many at least are there each day


def analysed(sample: Sample, seed: int) -> GestureEffects:
    """Estimate as the notebook does."""
    data = GestureData((sample,), DAYS, "EUR", 5, ("Made up.",))
    return estimate_gestures(data, equivalence_margin=MARGIN_OF_NONE, seed=seed)


def estimated(n: int, seed: int, *, world: World, way: Way, strength: float = 1.0) -> Values:
    """Give gestures to n customers; hold every effect that is told against the truth, and see what is said."""
    given = world(n, np.random.default_rng(seed), way, strength)
    effects = analysed(sample_of(given, way), seed_of_analysis(seed))
    truth = truth_of(world, way, strength)
    return joined([said(effects), *compared(effects, truth), _signs(effects, truth)])


def compared(effects: GestureEffects, truth: Truth) -> list[Values]:
    """Hold findings against the truth: interval, error in standard errors, and in percent of the mean outcome.

    Groups, and gestures by their number, go under one name each. `naive` is the raw difference, against the effect.
    """
    findings, parts = effects.findings, []
    for key, aim in [*truth.effects.items(), ("effect_naive", truth.effects["effect"])]:
        name, _, part = key.partition(".")
        found = findings.get(key if name == "habituation" else f"{name}.{ARM}.{part}" if part else f"{name}.{ARM}")
        if found is None or not found.has_interval:
            continue
        called = f"{name} by group" if part and name == "effect" else name
        mean = truth.contribution if name == "incremental_contribution" else truth.mean
        parts.append(held(called, found, aim) | {f"off {called}": [100 * (found.number - aim) / mean]})
    return parts


def said(effects: GestureEffects) -> Values:
    """Say which verdict was given, and whether it claims an effect, in one direction or the other."""
    token = effects.main.verdict.token
    p = effects.main.heterogeneity
    return {name: [float(token == name)] for name in get_args(Token)} | {
        "claimed": [float(token in ("works", "harms"))],
        "told": [float(effects.main.is_told)],
        "groups differ": [float(p is not None and p < DIFFERENT)],
    }


def _signs(effects: GestureEffects, truth: Truth) -> Values:
    """Say whether both turned groups, `a` and `b`, are told with their own sign, the whole interval on its side."""
    told = {group.group: group.effect for group in effects.main.groups}
    right = []
    for name in ("a", "b"):
        found, aim = told.get(name), truth.effects[f"effect.{name}"]
        if found is None or found.low is None or found.high is None:
            return {}
        right.append(found.low > 0 if aim > 0 else found.high < 0)
    return {"both signs": [float(all(right))]}


def looked_at_daily(n: int, seed: int, *, world: World) -> Values:
    """Read a trial of gestures that do nothing on each of 90 days while its customers come in, n in all.

    Returns
    -------
    `claimed` : whether on any day the rule said that it works or harms. `peeked` : whether on any day a fixed 95 %
    interval left out zero, which is what the rule is there to prevent.
    """
    given = world(n, np.random.default_rng(seed), "lot", 0.0)
    matrix = given.known.to_numpy(float)
    claimed = peeked = False
    for day in range(1, DAYS + 1):
        so_far = given.customer < n * day // DAYS
        treated, outcome = given.treated[so_far], given.purchases[so_far]
        if min(treated.sum(), (~treated).sum()) < DRAWN_ON:
            continue
        means = adjusted_means(outcome, treated, matrix[so_far], given.customer[so_far])
        verdict = judge(
            means, adjusted_p=means.p_value, equivalence_margin=MARGIN_OF_NONE, customers=means.df + 1,
            events=int((outcome != 0).sum()), rows="customer", running=int((~so_far).sum()) or 1,
        )  # fmt: skip
        claimed |= verdict.token in ("works", "harms")
        peeked |= means.p_value < 1 - 0.95
    return {"claimed": [float(claimed)], "peeked": [float(peeked)]}


def in_vain(n: int, seed: int, *, world: World) -> Values:
    """Choose in a way from which no effect can be told; see whether that is said, and no number given."""
    given: Given = world(n, np.random.default_rng(seed), "choice", 1.0)
    effects = analysed(sample_of(given, "choice"), seed_of_analysis(seed))
    keys = [key for key in effects.findings if key.startswith(("effect.", "effect_average.", "effect_overlap."))]
    return said(effects) | {"silent": [float(not keys)]}
