"""A gesture that does good to some and harm to others is told so at the top, and whom to give it to."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxlab.answers.gestures import gestures_answer
from cxlab.blocks import Answer
from cxlab.gestures import (
    GestureData,
    GestureEffects,
    estimate_gestures,
    gesture_by_cluster,
    gesture_by_group,
    next_trial,
)
from cxlab.gestures.by_cluster import EffectByCluster
from cxlab.gestures.naive import naive_answer
from cxlab.gestures.sample import CHOSEN, NOBODY, Sample

GOOD, BAD = "misunderstood", "lost"


def planted(good: float, bad: float, *, chosen: bool = False, n: int = 3000, seed: int = 4) -> GestureEffects:
    """Plant an effect in each half of the customers, on top of two purchases."""
    rng = np.random.default_rng(seed)
    half = rng.random(n) < 0.5
    x = rng.normal(size=n)
    given = rng.random(n) < (1 / (1 + np.exp(-0.5 * x)) if chosen else 0.5)
    bought = rng.poisson(2 + np.where(half, good, bad) * given).astype(float)
    known = pd.DataFrame({"x": x, "half": half.astype(float)})
    sample = Sample(
        design="observational" if chosen else "randomised",
        arms=np.where(given, CHOSEN if chosen else "card", NOBODY).astype(object), control=NOBODY, outcome=bought,
        noun="purchases", unit="purchases per customer", rows="customer", clusters=np.arange(n), covariates=known,
        adjust=known.iloc[:, :0] if chosen else known,
        groups={"segment": np.where(half, GOOD, BAD).astype(object)},
        drawn={CHOSEN if chosen else "card": int(given.sum()), NOBODY: int((~given).sum())},
    )  # fmt: skip
    return estimate_gestures(GestureData((sample,), 90, "EUR", 5, ("",)), seed=1)


def answer(effects: GestureEffects, clusters: EffectByCluster | None = None) -> Answer:
    return gestures_answer(effects, gesture_by_group(effects), next_trial(effects), None, clusters)


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize(("good", "bad"), [(0.8, -0.8), (1.0, -0.5)])
def test_a_reversal_is_told_whatever_it_adds_up_to(good: float, bad: float, chosen: bool) -> None:
    effects = planted(good, bad, chosen=chosen)
    found = answer(effects)
    assert found.tag.startswith("Good for some, harm for others") and found.tone == "partly"
    assert found.tag.endswith("by the records") == chosen
    assert "did good among the misunderstood and harm among the lost" in found.line
    told = "no more to the lost" if chosen else "Give it to the misunderstood and not to the lost"
    assert told in found.decide


@pytest.mark.parametrize(("good", "bad"), [(0.0, 0.0), (0.8, 0.8), (-0.8, -0.8)])
def test_an_effect_alike_for_all_is_no_reversal(good: float, bad: float) -> None:
    found = answer(planted(good, bad))
    assert "some" not in found.tag and "depends" not in found.line


def test_a_trial_that_still_runs_is_waited_for_whatever_it_shows_so_far() -> None:
    effects = planted(0.8, -0.8)
    main = replace(effects.main, n_running=50, over=dt.date(2025, 3, 1))
    main = replace(main, verdict=replace(main.verdict, token="cannot_tell"))
    found = answer(replace(effects, effects=(main,)))
    assert found.tag == "Cannot tell" and found.decide.startswith("Wait")


def test_one_side_alone_is_named_beside_no_effect() -> None:
    effects = planted(0.4, 0.0)
    main = replace(effects.main, verdict=replace(effects.main.verdict, token="no_effect"))
    found = answer(replace(effects, effects=(main,)))
    assert found.tag == "No effect" and "But among the misunderstood it did good." in found.line


@pytest.mark.parametrize(("share", "mixed"), [(0.5, False), (0.25, True)])
def test_shares_that_differ_by_stratum_are_said_at_first_sight(share: float, mixed: bool) -> None:
    effects = planted(0.0, 0.0)
    (sample,) = effects.data.samples
    rng, first = np.random.default_rng(2), sample.covariates["half"].to_numpy() > 0
    arms = np.where(rng.random(len(first)) < np.where(first, 0.5, share), "card", NOBODY).astype(object)
    adjust = sample.adjust.assign(stratum=np.where(first, "s0", "s1"))
    data = replace(effects.data, samples=(replace(sample, arms=arms, adjust=adjust),))
    naive = naive_answer(estimate_gestures(data, seed=1))
    assert ("differ by stratum" in naive.reading) == mixed == ("not alike" in naive.heading)
    assert ("The lot had made them alike" in naive.reading) == (not mixed)


class Halves:
    """A clustering by the half that a customer is in."""

    def predict(self, frame: pd.DataFrame, /) -> pd.Series:
        return pd.Series(np.where(frame["half"] > 0, "A", "B"))


@pytest.mark.parametrize(("good", "bad"), [(0.8, -0.8), (0.0, 0.0)])
def test_clusters_tell_where_groups_do_not(good: float, bad: float) -> None:
    effects = planted(good, bad)
    (sample,) = effects.data.samples
    described = sample.covariates.assign(n_orders=1.0)
    shuffled: dict[str, Any] = {"segment": np.random.default_rng(1).permutation(sample.groups["segment"])}
    data = replace(effects.data, samples=(replace(sample, described=described, groups=shuffled),))
    mixed = estimate_gestures(data, seed=1)
    found = answer(mixed, gesture_by_cluster(mixed, Halves()))
    assert ("good among cluster A and harm among cluster B" in found.line) == (good > 0)
    assert ("some" in found.tag) == (good > 0)
