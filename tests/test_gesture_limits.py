"""Where a trial gives no answer: spoilt, too small, still running, or with nobody in an arm; and what to do then."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cxlab as cx
from cxlab.answers.gestures import gestures_answer
from cxlab.blocks import Answer
from cxlab.errors import InputError
from cxlab.gestures import GestureEffects, estimate_gestures, gesture_by_group, gesture_design, next_trial
from cxlab.intake import SourceError
from cxlab.plan import NextTrial, within_reach
from cxlab.plan.window import measure
from tests.make import orders_csv, write_study
from tests.test_gestures import estimated, full_sample, one_trial, sample_of

HEAD = "name: shop\ntitle: The shop\ncalibration_end: 2024-04-30\n"


def answer_to(effects: GestureEffects, trial: NextTrial | None = None) -> Answer:
    return gestures_answer(effects, gesture_by_group(effects), trial or next_trial(effects))


def words_of(answer: Answer) -> str:
    facts = [f"{fact.big} {fact.text}" for fact in answer.facts]
    return " ".join([answer.line, answer.decide, answer.headline, *facts, *(" ".join(two) for two in answer.open)])


def drawn(
    folder: Path, *draws: str, arms: str, head: str = "customer_id,assigned_at,arm", last: str = "2024-09-30"
) -> Path:
    orders = [f"c{i},2024-{m:02d}-{1 + (i + m) % 28:02d},{10 + i % 5}" for i in range(120) for m in range(1, 9)]
    sources = f"  orders: {{path: orders.csv}}\n  assignments: {{path: draws.csv, allocation: {{{arms}}}}}\n"
    return write_study(
        folder, sources, head=f"{HEAD}observation_end: {last}\n", orders=orders_csv(*orders, f"z,{last},1"),
        draws=orders_csv(*draws, head=head),
    )  # fmt: skip


def dealt(*arms: str, n: int = 120, day: str = "2024-05-01", start: str = "c") -> list[str]:
    return [f"{start}{i},{day},{arms[i % len(arms)]}" for i in range(n)]


class TestSpoilt:
    def test_no_figure_of_a_spoilt_trial_reads_as_usable(self) -> None:
        effects = estimated(full_sample(61, allocation={"control": 2.0, "card": 1.0}))
        effect = effects.main
        assert effect.is_spoilt and not effect.is_told and effect.effect.has_interval
        said = words_of(answer_to(effects))
        assert "EUR" not in said and "€" not in said and "probability" not in said and "+" not in said
        assert "Use no figure of this trial" in said and "At first sight" not in said
        found = {key: one.as_finding() for key, one in effect.findings.items()}
        assert found["effect.card"]["verdict"] == found["effect_naive.card"]["verdict"] == "cannot_tell"
        assert "incremental_contribution.card" not in found and "break_even_cost.card" not in found
        assert "verdict" not in found["sample_ratio_mismatch"]

    def test_an_arm_that_was_meant_and_got_nobody_is_a_mismatch(self, tmp_path: Path) -> None:
        drawn(tmp_path, *dealt("control", "card"), arms="control: 1, card: 1, letter: 1")
        with cx.open_study(tmp_path) as kit:
            effects = estimate_gestures(kit.gestures)
        found = effects.findings
        assert found["sample_ratio_mismatch"].number < 1e-6
        assert found["verdict.card"].verdict == found["verdict.letter"].verdict == "cannot_tell"
        assert "Nobody was drawn for “letter”" in gesture_design(effects).reading

    def test_so_is_it_where_the_only_arm_or_the_control_got_nobody(self, tmp_path: Path) -> None:
        for arm in ("control", "card"):
            drawn(tmp_path, *dealt(arm), arms="control: 1, card: 1")
            with cx.open_study(tmp_path) as kit:
                effects = estimate_gestures(kit.gestures)
            assert effects.findings["verdict.card"].verdict == "cannot_tell" and effects.main.is_spoilt
            assert words_of(answer_to(effects))

    def test_but_a_misspelled_arm_stops_the_study(self, tmp_path: Path) -> None:
        drawn(tmp_path, *dealt("control", "crad"), arms="control: 1, card: 1")
        with pytest.raises(SourceError, match="arm is none of those in `allocation`"):
            _ = cx.open_study(tmp_path).intake

    def test_of_several_experiments_nobody_knows_whose_arm_it_was(self, tmp_path: Path) -> None:
        rows = [f"{row},{name}" for name in ("one", "two") for row in dealt("control", "card")]
        drawn(tmp_path, *rows, arms="control: 1, card: 1, letter: 1", head="customer_id,assigned_at,arm,experiment")
        with pytest.raises(InputError, match="has the arm `letter`"):
            _ = cx.open_study(tmp_path).intake

    def test_an_arm_that_is_drawn_after_the_last_order_is_not_missing(self, tmp_path: Path) -> None:
        later = dealt("letter", n=20, day="2024-11-01", start="d")
        drawn(tmp_path, *dealt("control", "card"), *later, arms="control: 1, card: 1, letter: 1")
        with cx.open_study(tmp_path) as kit:
            found = estimate_gestures(kit.gestures).findings
        assert found["sample_ratio_mismatch"].number > 0.5 and "verdict.letter" not in found


class TestSmall:
    @pytest.mark.parametrize("n", [2, 19])
    def test_of_an_arm_that_is_too_small_no_number_is_given(self, n: int) -> None:
        rng = np.random.default_rng(1)
        arms = np.array(["control"] * 600 + ["card"] * n)
        sample = sample_of(
            rng.poisson(1.0, 600 + n), arms, contribution=rng.random(600 + n), recent=rng.random(600 + n)
        )
        found = set(estimated(sample).findings)
        assert found == {"placebo.card", "verdict.card"}
        enough = np.array(["control"] * 600 + ["card"] * 20)
        assert "effect.card" in estimated(sample_of(rng.poisson(1.0, 620), enough)).findings

    def test_where_nothing_varies_no_interval_claims_certainty(self) -> None:
        effect = one_trial(sample_of(np.zeros(400), np.where(np.arange(400) % 2, "card", "control")))
        assert effect.findings["effect_naive.card"].as_finding().keys() == {"estimate", "n", "unit"}
        one_side = np.where(np.arange(400) % 2, 0.0, np.arange(400) % 3)
        effect = one_trial(sample_of(one_side, np.where(np.arange(400) % 2, "card", "control")))
        assert effect.effect.has_interval and not effect.treated_mean.has_interval

    def test_the_table_and_the_findings_name_the_same_design(self) -> None:
        sample = full_sample(68, "observational")
        effects = estimated(replace(sample, arms=np.full(1200, "gesture", dtype=object)))
        assert effects.table["design"].tolist() == [gesture_design(effects).findings["design"].verdict]


class TestRunning:
    def test_the_answer_is_to_wait_until_the_time_is_over(self, tmp_path: Path) -> None:
        early, late = dealt("control", "card", n=60), dealt("control", "card", n=60, day="2024-05-08", start="d")
        drawn(tmp_path, *early, *late, arms="control: 1, card: 1", last="2024-07-01")
        with cx.open_study(tmp_path) as kit:
            effects = estimate_gestures(kit.gestures)
        answer = answer_to(effects)
        assert effects.main.verdict.why == "the time after the draw is not over yet for anybody"
        assert "Wait" in answer.decide and "6 August 2024" in answer.decide  # 8 May and 90 days
        assert "larger" not in answer.decide and "Too few" not in words_of(answer)

    def test_it_is_also_where_some_can_be_followed(self, tmp_path: Path) -> None:
        early, late = dealt("control", "card"), dealt("control", "card", n=60, day="2024-07-08", start="d")
        drawn(tmp_path, *early, *late, arms="control: 1, card: 1")
        with cx.open_study(tmp_path) as kit:
            effects = estimate_gestures(kit.gestures)
        assert "6 October 2024" in answer_to(effects).decide and "still running" in effects.main.verdict.why


class TestNextTrial:
    def test_the_page_says_no_size_where_the_plan_refuses(self, tmp_path: Path) -> None:
        orders = [f"c{i},2024-{m:02d}-{1 + (i + m) % 28:02d},10" for i in range(19) for m in range(1, 9)]
        sources = "  orders: {path: orders.csv}\n  assignments: {path: draws.csv}\n"
        draws = orders_csv(*dealt("control", "card", n=19), head="customer_id,assigned_at,arm")
        write_study(tmp_path, sources, head=HEAD, orders=orders_csv(*orders, "z,2024-09-30,1"), draws=draws)
        with cx.open_study(tmp_path) as kit:
            effects = estimate_gestures(kit.gestures)
            trial = next_trial(effects, kit.next_trial)
        assert not trial.findings and "too few to plan by" in trial.reading
        assert "To see an effect" not in words_of(answer_to(effects, trial))

    def test_customers_who_do_not_come_are_not_asked_for(self) -> None:
        window = measure(90, np.random.default_rng(1).poisson(1.0, 400).astype(float))
        trial = NextTrial((window,), 90, at_hand=400, by_week=(50, 400, 600))
        needed = trial.needed(0.1)
        assert needed is not None and sum(needed.values()) > 600
        seen = trial.detectable(total=600).number
        assert f"about 600 different customers buy here, enough to see one of {seen:.1f}% or more" in within_reach(
            trial, 0.1
        )
        assert within_reach(trial, 1.01 * seen / 100) == "" == within_reach(replace(trial, by_week=()), 0.1)
