"""A trial in which whole stores were drawn is as sure as its stores allow, not as its customers would."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab.drawn_whole import count_whole_groups
from cxlab.gestures import GestureData, GestureEffect, estimate_gestures
from cxlab.gestures.sample import NOBODY, Sample


def drawn(stores: int, *, by_store: bool, effect: float = 0.0, seed: int = 1, each: int = 40) -> GestureData:
    """Draw a trial of customers of stores that differ much, by store or by customer within each store."""
    rng = np.random.default_rng(seed)
    store = np.repeat(np.arange(stores), each)
    lot = rng.permutation(np.arange(stores) % 2 == 0)[store] if by_store else rng.random(len(store)) < 0.5
    rate = np.exp(rng.normal(0.5, 0.5, stores))[store] * (1 + effect * lot)
    known = pd.DataFrame({"recent": rng.poisson(2, len(store)).astype(float)})
    sample = Sample(
        design="randomised", arms=np.where(lot, "card", NOBODY).astype(object), control=NOBODY,
        outcome=rng.poisson(rate).astype(float), noun="purchases", unit="purchases per customer", rows="customer",
        clusters=np.arange(len(store)), covariates=known,
        adjust=known.assign(stratum=[f"store {k}" for k in store]),
        drawn={"card": int(lot.sum()), NOBODY: int((~lot).sum())},
    )  # fmt: skip
    return GestureData((sample,), 90, "EUR", 5, ("As drawn.",))


def read(data: GestureData) -> GestureEffect:
    return estimate_gestures(count_whole_groups(data), seed=1).main


def error(effect: GestureEffect) -> float:
    low, high = effect.effect.ends
    return (high - low) / 2 / 1.96


def test_the_error_is_that_of_stores() -> None:
    data = drawn(80, by_store=True)
    (sample,) = data.samples
    frame = pd.DataFrame({"y": sample.outcome, "store": sample.adjust["stratum"], "card": sample.arms == "card"})
    means = frame.groupby(["store", "card"], as_index=False)["y"].mean()
    arms = [means.loc[means["card"] == card, "y"] for card in (True, False)]
    by_stores = np.sqrt(sum(arm.var() / len(arm) for arm in arms))
    assert error(read(data)) == pytest.approx(by_stores, rel=0.1)
    assert error(estimate_gestures(data, seed=1).main) < by_stores / 2  # by customers it would be far too sure
    assert "whole strata were drawn, not customers" in count_whole_groups(data).words[0]


def test_nothing_planted_is_seldom_called_an_effect() -> None:
    verdicts = [read(drawn(60, by_store=True, seed=seed)).verdict.token for seed in range(60)]
    assert sum(token in ("works", "harms") for token in verdicts) <= 7  # 5 in 100 and three standard errors
    naive = [estimate_gestures(drawn(60, by_store=True, seed=seed), seed=1).main.verdict.token for seed in range(20)]
    assert sum(token in ("works", "harms") for token in naive) >= 8


def test_a_large_effect_is_found_and_few_stores_give_no_verdict() -> None:
    assert read(drawn(100, by_store=True, effect=0.8)).verdict.token == "works"
    few = read(drawn(20, by_store=True, effect=3.0)).verdict
    assert few.token == "cannot_tell" and "fewer than 20 strata" in few.why


def test_stores_of_unlike_sizes_are_no_broken_split() -> None:
    data = drawn(60, by_store=True)
    (sample,) = data.samples
    large = (sample.arms == NOBODY) | (np.arange(len(sample.arms)) % 2 == 0)  # stores with a card are half as large
    part = replace(
        sample, arms=sample.arms[large], outcome=sample.outcome[large], clusters=sample.clusters[large],
        covariates=sample.covariates[large], adjust=sample.adjust[large], allocation={"card": 1.0, NOBODY: 1.0},
        drawn={"card": 600, NOBODY: 1200},
    )  # fmt: skip
    data = replace(data, samples=(part,))
    assert estimate_gestures(data, seed=1).main.is_spoilt and not read(data).is_spoilt
    assert count_whole_groups(data).samples[0].drawn == {"card": 30, NOBODY: 30}


def test_customers_drawn_within_strata_stay_customers() -> None:
    data = drawn(20, by_store=False)
    assert count_whole_groups(data) == data or count_whole_groups(data).samples[0] is data.samples[0]
    assert count_whole_groups(data).words == data.words
