"""Is the verdict on the four segments right, and do the intervals of skill and agreement hold: as the notebook asks.

Of what the interval of a skill or an agreement is, two things can be meant. *Here*: the groups and their means as found
on this sample, put to new customers; that is what the notebook says. *At large*: the groups and means that a million
customers would give. Both truths come from a million customers drawn in the same way.
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.intervals import held, joined
from benchmarks.calibration.population import (
    Array,
    Codes,
    K,
    Kind,
    Population,
    agreement_of,
    draw,
    letters_to_codes,
    population,
    segment,
    segments_to_codes,
)
from benchmarks.made.moves import MATRIX, START, moved
from cxlab.agreement import Agreement, compare_partitions, judge_segmentation, predictive_skill
from cxlab.agreement.verdict import Token
from cxlab.blocks import SEGMENTS
from cxlab.clusters import fit_clusters, fit_labels
from cxlab.customers import Customers
from cxlab.purchases import fit_bgnbd

N_BOOTSTRAP = 200  # as in the notebook; skill draws a thousand at least
RIGHT: dict[Kind, tuple[str, ...]] = {
    "segments": ("supported",),
    "clusters": ("not_supported",),
    "returns": ("not_supported",),
    "nothing": ("not_supported", "cannot_tell"),
}
"""The verdicts that are right for each truth, where there are enough customers."""
WRONG: dict[Kind, tuple[str, ...]] = {
    "segments": ("not_supported",),
    "clusters": ("supported", "partly_supported"),
    "returns": ("supported", "partly_supported"),
    "nothing": ("supported", "partly_supported"),
}
INDICES = ("adjusted_mutual_information", "adjusted_rand_index", "homogeneity", "completeness")
Intervals = Literal["with", "without"]


def judged(n: int, seed: int, *, kind: Kind, intervals: Intervals = "with") -> Values:
    """Judge the segments of n customers; hold the intervals of skill against a million others."""
    customers = draw(kind, n, seed)
    segments, inner = segment(kind, customers), seed_of_analysis(seed)
    skill = predictive_skill(
        customers, segments.labels, fit_labels, k=K, purchase_model=fit_bgnbd, n_bootstrap=N_BOOTSTRAP, seed=inner
    )
    verdict = judge_segmentation(skill)
    said = {
        "right": [float(verdict.token in RIGHT[kind])],
        "wrong": [float(verdict.token in WRONG[kind])],
        **{token: [float(verdict.token == token)] for token in get_args(Token)},
        "without the purchase model": [float(bool(skill.left_out))],
    }
    if intervals == "without" or not skill.scores:
        return said
    clusters = fit_clusters(customers, k=K, seed=inner)
    many = population(kind)
    own = (segments_to_codes(segments), letters_to_codes(clusters.labels))
    here = _skills(many, (many.segments, many.where(clusters)), _means(customers, own), _mean(customers))
    all_means = (many.means(many.segments, 4), many.means(many.clusters, K))
    at_large = _skills(many, (many.segments, many.clusters), all_means, float(many.purchases.mean()))
    found = (skill.score("segments").skill, skill.score("clusters").skill, skill.difference)
    names = ("skill of segments", "skill of clusters", "difference")
    parts = [held(f"{name}, here", one, truth) for name, one, truth in zip(names, found, here, strict=True)]
    parts += [held(f"{name}, at large", one, truth) for name, one, truth in zip(names, found, at_large, strict=True)]
    return joined([said, *parts])


def agreed(n: int, seed: int, *, kind: Kind) -> Values:
    """Compare the segments of n customers with their clusters; hold the intervals against a million others."""
    customers = draw(kind, n, seed)
    segments, inner = segment(kind, customers), seed_of_analysis(seed)
    clusters = fit_clusters(customers, k=K, seed=inner)
    found = compare_partitions(segments.labels, clusters.labels, n_bootstrap=N_BOOTSTRAP, seed=inner)
    many = population(kind)
    here = _held(found, many.agreement(many.where(clusters)), "here")
    return joined([here, _held(found, many.agreement(many.clusters), "at large")])


def agreed_as_given(n: int, seed: int) -> Values:
    """Compare two partitions that nobody fitted; the truth is reckoned from the shares that they were drawn by."""
    first, second = moved(n, seed)
    labels = [pd.Series(np.array(SEGMENTS)[codes]) for codes in (first, second)]
    found = compare_partitions(
        labels[0], labels[1], n_bootstrap=N_BOOTSTRAP, seed=seed_of_analysis(seed), groups_a=SEGMENTS
    )
    counts = np.round(1e9 * START[:, None] * MATRIX).astype(np.int64)
    return _held(found, agreement_of(counts), "here")


def _mean(customers: Customers) -> float:
    return float(customers.frame["holdout_purchases"].mean())


def _means(customers: Customers, groups: tuple[Codes, Codes]) -> tuple[Array, Array]:
    """Return what each group's customers are foreseen, as the notebook's descriptions do: shape (4,) each."""
    y, mean = customers.frame["holdout_purchases"].to_numpy(float), _mean(customers)
    sums = [(np.bincount(codes, y, minlength=4) + mean) / (np.bincount(codes, minlength=4) + 1) for codes in groups]
    return sums[0], sums[1]


def _skills(many: Population, codes: tuple[Codes, Codes], means: tuple[Array, Array], mean: float) -> list[float]:
    """Return the skill of the segments, that of the clusters, and their difference, on a million customers."""
    segments, clusters = (many.skill(one, foreseen, mean) for one, foreseen in zip(codes, means, strict=True))
    return [segments, clusters, segments - clusters]


def _held(found: Agreement, truth: dict[str, list[float]], what: str) -> Values:
    """Say which intervals of agreement hold their truth."""
    parts = [held(f"{name}, {what}", getattr(found, name), truth[name][0]) for name in INDICES]
    best = truth["best_match"]
    parts += [
        held(f"best_match, {what}", found.best_match[name][1], best[place])
        for place, name in enumerate(SEGMENTS)
        if name in found.best_match
    ]
    return joined(parts)
