"""What a gesture cost counts once, is taken as recorded, and is never nothing because nobody wrote it down."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxlab.answers.gestures import gestures_answer
from cxlab.gestures import GestureEffects, estimate_gestures, gesture_by_group, gesture_money, next_trial
from cxlab.kit import open_study
from tests.make import orders_csv, write_study
from tests.test_gestures import estimated, full_sample, one_chosen, one_trial

HEAD = "name: shop\ntitle: The shop\ncalibration_end: 2024-04-30\nobservation_end: 2024-09-30\n"
N = 240
GIVEN = "customer_id,given_at,kind,cost"


def trial(folder: Path, *gestures: str, head: str = GIVEN, **parameters: float) -> GestureEffects:
    """A trial of 240 drawn on 1 May, every other for the arm `card`, with gestures as they were recorded."""
    rng = np.random.default_rng(1)
    orders = [f"c{i},2024-{m:02d}-{1 + i % 28:02d},{10 + i % 5}" for i in range(N) for m in range(1, 5)]
    orders += [
        f"c{i},2024-{5 + k:02d}-{2 + (i + k) % 26:02d},{10 + i % 5}" for i in range(N) for k in range(3)
        if rng.random() < 0.5 + 0.2 * (i % 2)
    ]  # fmt: skip
    orders.append("last,2024-09-30,5")
    draws = [f"c{i},2024-05-01,{'card' if i % 2 else 'control'}" for i in range(N)]
    sources = "  orders: {path: orders.csv}\n  assignments: {path: draws.csv}\n  gestures: {path: gestures.csv}\n"
    drawn = orders_csv(*draws, head="customer_id,assigned_at,arm")
    given = orders_csv(*gestures, head=head)
    write_study(folder, sources, head=HEAD, orders=orders_csv(*orders), draws=drawn, gestures=given)
    with open_study(folder, **parameters) as kit:
        return estimate_gestures(kit.gestures)


def costs(effects: GestureEffects) -> tuple[float, float | None]:
    """Return what the card brought before its cost, and that cost."""
    worth = effects.effects[0].worth
    assert worth is not None and worth.break_even.has_interval
    return worth.break_even.number, worth.cost


OLD = [f"c{i},2024-01-{1 + i % 28:02d},biscuit,0.40" for i in range(0, N, 2)]
CARDS = [f"c{i},2024-05-02,card,0.50" for i in range(1, N, 2)]


class TestTrials:
    def test_a_cost_that_nobody_recorded_is_not_nothing(self, tmp_path: Path) -> None:
        effects = trial(tmp_path, *OLD)
        found = effects.findings
        assert "break_even_cost.card" in found and "incremental_contribution.card" not in found
        assert "probability_pays.card" not in gesture_money(effects).findings
        groups, size = gesture_by_group(effects), next_trial(effects)
        fact = gestures_answer(effects, groups, size).facts[1]
        assert "What it did cost is not recorded" in fact.text and "probability" not in fact.text
        assert "is not recorded, so whether it pays cannot be said" in gesture_money(effects).reading

    def test_where_a_cost_is_given_each_customer_of_the_arm_costs_it_once(self, tmp_path: Path) -> None:
        gross, none = costs(trial(tmp_path, *OLD))
        same, cost = costs(trial(tmp_path, *OLD, gesture_cost=1.5))
        assert none is None and same == gross and cost == pytest.approx(1.5)
        assert costs(trial(tmp_path, *OLD, gesture_cost=0.0))[1] == pytest.approx(0.0)

    def test_a_recorded_cost_goes_before_one_that_is_given(self, tmp_path: Path) -> None:
        for given in ({}, {"gesture_cost": 9.0}):
            effects = trial(tmp_path, *OLD, *CARDS, **given)
            assert costs(effects)[1] == pytest.approx(0.5)
            assert effects.effects[0].worth is not None and not effects.effects[0].worth.is_assumed

    @pytest.mark.thorough
    def test_where_some_have_a_record_the_others_cost_nothing_or_what_is_given(self, tmp_path: Path) -> None:
        assert costs(trial(tmp_path, *OLD, *CARDS[::2]))[1] == pytest.approx(0.25)
        assert costs(trial(tmp_path, *OLD, *CARDS[::2], gesture_cost=2.0))[1] == pytest.approx(1.25)

    @pytest.mark.thorough
    def test_gestures_without_their_cost_cost_what_is_given(self, tmp_path: Path) -> None:
        cards = [card.removesuffix("0.50") for card in CARDS]
        assert costs(trial(tmp_path, *OLD, *cards))[1] is None
        effects = trial(tmp_path, *OLD, *cards, gesture_cost=2.0)
        assert costs(effects)[1] == pytest.approx(2.0)
        assert "taken as given where none is recorded" in gesture_money(effects).reading

    @pytest.mark.thorough
    def test_gestures_of_another_kind_that_both_arms_got_are_not_the_arms(self, tmp_path: Path) -> None:
        both = [f"c{i},2024-05-02,biscuit,0.40" for i in range(N) if i % 3]
        assert costs(trial(tmp_path, *OLD, *both))[1] is None
        _, cost = costs(trial(tmp_path, *OLD, *both, gesture_cost=1.0))
        assert cost == pytest.approx(1.0, abs=0.05)

    @pytest.mark.parametrize("kind", ["voucher", ""])
    def test_a_kind_of_another_name_is_the_arms_where_the_control_hardly_got_it(
        self, tmp_path: Path, kind: str
    ) -> None:
        cards = [card.replace("card", kind) for card in CARDS[::2]]
        assert costs(trial(tmp_path, *OLD, *cards))[1] == pytest.approx(0.25)

    def test_arms_are_known_each_for_itself(self) -> None:
        sample = full_sample(61)
        treated = sample.arms == "card"
        assert sample.own_cost is not None
        arms = np.where(treated & (np.arange(1200) % 2 == 0), "letter", sample.arms).astype(object)
        unknown = np.where(arms == "letter", np.nan, sample.own_cost)
        both = estimated(replace(sample, arms=arms, own_cost=unknown, allocation=None,
                                 drawn={"card": 1, "control": 1, "letter": 1}))  # fmt: skip
        assert "incremental_contribution.card" in both.findings and "break_even_cost.letter" in both.findings
        assert "incremental_contribution.letter" not in both.findings


class TestSums:
    """Before the cost, less the cost, is what is left."""

    @pytest.mark.parametrize("design", ["randomised", "observational"])
    def test_they_add_up_whatever_each_cost(self, design: str) -> None:
        rng = np.random.default_rng(7)
        sample = full_sample(61, design)
        treated = sample.arms != sample.control
        own = np.where(treated, rng.gamma(2.0, 0.2, 1200) + 0.3 * sample.outcome, 0.0)
        effect = (one_trial if design == "randomised" else one_chosen)(replace(sample, own_cost=own))
        worth = effect.worth
        assert worth is not None and worth.cost is not None
        assert worth.break_even.number - worth.cost == pytest.approx(worth.incremental.number, abs=1e-9)
        counted = own[treated].mean()
        assert worth.cost == pytest.approx(counted, abs=1e-9 if design == "observational" else 0.1)

    def test_a_cost_that_grows_with_what_came_narrows_the_interval_by_as_much(self) -> None:
        """Each gesture costs all that it brings but a constant: nothing is left to vary on that side."""
        sample = full_sample(61, "observational")
        assert sample.contribution is not None
        treated = sample.arms != sample.control
        own = np.where(treated, sample.contribution - 1.0, 0.0)
        worth = one_chosen(replace(sample, own_cost=own)).worth
        assert worth is not None
        (low, high), (lowest, highest) = worth.incremental.ends, worth.break_even.ends
        assert high - low < 0.9 * (highest - lowest)
        same = one_chosen(replace(sample, own_cost=np.where(treated, 0.7, 0.0))).worth
        assert same is not None
        ends = same.incremental.ends
        assert ends == pytest.approx((lowest - 0.7, highest - 0.7))


def test_chosen_gestures_without_a_recorded_cost_cost_what_is_given(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    days = [f"2024-{m:02d}-{d:02d}" for m in range(1, 9) for d in range(1, 29)]
    orders, given = ["last,2024-09-30,5,z"], []
    for i in range(150):
        for k, at in enumerate(sorted(rng.choice(len(days), 6, replace=False))):
            orders.append(f"c{i},{days[at]},{10 + i % 5},o{i}-{k}")
            if rng.random() < 0.4:
                given.append(f"c{i},{days[at]},o{i}-{k}")
    write_study(
        tmp_path, "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n", head=HEAD,
        orders=orders_csv(*orders, head="customer_id,ordered_at,revenue,order_id"),
        gestures=orders_csv(*given, head="customer_id,given_at,order_id"),
    )  # fmt: skip
    found = {}
    for cost in (None, 2.0):
        with open_study(tmp_path, gesture_cost=cost) as kit:
            effects = estimate_gestures(kit.gestures)
        found[cost] = effects.findings, effects.main.worth
    assert "incremental_contribution.gesture" not in found[None][0]
    assert found[2.0][0]["effect.gesture"] == found[None][0]["effect.gesture"]
    worth = found[2.0][1]
    assert worth is not None and worth.cost == pytest.approx(2.0) and worth.is_assumed
