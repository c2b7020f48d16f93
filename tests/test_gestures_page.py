"""What a reader sees of gestures: figures, tables and the answer, also where no effect can be given."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from cxlab import plots, tables
from cxlab.answers.gestures import gestures_answer
from cxlab.blocks import Answer, Figure, Table
from cxlab.gestures import (
    Alikeness,
    GestureEffects,
    asked_otherwise,
    gesture_by_cluster,
    gesture_surprise,
    guard_rails,
    other_outcomes,
    predicted_effects,
    service_recovery,
)
from cxlab.reports.listed import faults
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop
from tests.make import HEAD, orders_csv, write_study

ROOT = Path(__file__).resolve().parent.parent
TRIAL = "  orders: {path: orders.csv}\n  assignments: {path: assignments.csv}\n"
CHOSEN = "  orders: {path: orders.csv}\n  gestures: {path: gestures.csv}\n"
WINDOWS = HEAD + "calibration_end: 2024-04-30\nobservation_end: 2024-09-30\n"


def shop(folder: Path, **settings: object) -> Path:
    """Write a made-up shop."""
    made = simulate_shop(read_settings(None, **settings))
    write_shop(made, plant_truth(made, rows=500), folder)
    return folder


def regulars(n: int = 60) -> list[str]:
    """Orders of customers who come about every three weeks from January to September 2024."""
    rows = []
    for i in range(n):
        for k in range(12):
            day = 1 + (i * 7) % 20 + k * 22
            rows.append(f"c{i},2024-{1 + min((day - 1) // 30, 8):02d}-{1 + (day - 1) % 28:02d},{10 + i % 5}")
    return rows


def drawn(n: int = 60, day: str = "2024-05-01", arms: str = "ab") -> list[str]:
    names = {"a": "control", "b": "card"}
    return [f"c{i},{day},{names[arms[i % len(arms)]]}" for i in range(n)]


def trial(folder: Path, rows: list[str], *, orders: list[str] | None = None) -> Path:
    return write_study(
        folder, TRIAL, head=WINDOWS, orders=orders_csv(*(orders or regulars())),
        assignments=orders_csv(*rows, head="customer_id,assigned_at,arm"),
    )  # fmt: skip


def chosen(folder: Path, rows: list[str]) -> Path:
    return write_study(
        folder, CHOSEN, head=WINDOWS, orders=orders_csv(*regulars()),
        gestures=orders_csv(*rows, head="customer_id,given_at"),
    )  # fmt: skip


def silent_after_may(rows: list[str]) -> list[str]:
    """Orders up to April, and one of a stranger at the end so that the observation goes on."""
    return [row for row in rows if row.split(",")[1] < "2024-05-01"] + ["stranger,2024-09-30,5"]


def effects_of(folder: Path) -> GestureEffects:
    with cx.open_study(folder) as kit:
        return cx.estimate_gestures(kit.gestures, seed=1)


class OftenOrNot:
    def predict(self, frame: pd.DataFrame) -> pd.Series:
        return pd.Series(np.where(frame["n_orders"] > 3, "A", "B"))


def page_of(effects: GestureEffects) -> tuple[list[Figure], list[Table], Answer, str]:
    """Call what the notebook calls; return figures, tables, the answer, and all other text."""
    design, naive, alike = cx.gesture_design(effects), cx.naive_answer(effects), cx.gesture_alikeness(effects)
    groups, repeated = cx.gesture_by_group(effects), cx.repeated_gestures(effects)
    surprise, recovery, other, rails = (
        look(effects) for look in (gesture_surprise, service_recovery, other_outcomes, guard_rails)
    )
    clusters = gesture_by_cluster(effects, OftenOrNot())
    money, trial = cx.gesture_money(effects), cx.next_trial(effects)
    otherwise, predicted = asked_otherwise(effects), predicted_effects(effects)
    figures, said = [], []
    for plot, result in (
        (plots.gesture_effect, effects), (plots.covariate_balance, alike), (plots.overlap, alike),
        (plots.effect_by_group, groups), (plots.repeated_gestures, repeated), (plots.gesture_worth, money),
        (plots.surprise, surprise), (plots.service_recovery, recovery), (plots.guard_rails, rails),
        (plots.effect_by_cluster, clusters),
        (plots.asked_otherwise, otherwise), (plots.predicted_effects, predicted),
    ):  # fmt: skip
        lacking = plot.lacks(result) if plot.lacks else ""  # type: ignore[arg-type]
        if lacking:
            said.append(lacking)
        else:
            figures.append(plot.block(result, source="Test"))  # type: ignore[arg-type]
    shown = [tables.gesture_design(design), tables.trial_sizes(trial)]
    shown += [block for block in (tables.other_outcomes(other),) if block is not None]
    shown += [figure.numbers for figure in figures if figure.numbers is not None]
    for result in (design, naive, effects, alike, groups, repeated, money, trial, surprise, recovery, other, rails,
                   clusters, otherwise, predicted):  # fmt: skip
        said += [result.reading, getattr(result, "heading", "")]
        assert result.table is not None
        assert not faults("gestures", {key: found.as_finding() for key, found in result.findings.items()})
    return figures, shown, gestures_answer(effects, groups, trial, rails), "\n".join(said)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> GestureEffects:
    """A shop with a trial and chosen gestures."""
    return effects_of(shop(tmp_path_factory.mktemp("both") / "shop", customers=1200, seed=5))


ALONE = [pytest.param(one, marks=pytest.mark.thorough) for one in ("trial", "chosen")]


@pytest.fixture(scope="module", params=[*ALONE, "both", "two people", "nothing bought", "everyone", "too early"])
def page(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, both: GestureEffects
) -> tuple[list[Figure], list[Table], Answer, str]:
    folder = tmp_path_factory.mktemp("study") / "shop"
    made = {
        "trial": lambda: effects_of(shop(folder, customers=900, seed=3, gestures={"highest": 0.0, "lowest": 0.0})),
        "chosen": lambda: effects_of(shop(folder, customers=900, seed=4, trial="none")),
        "both": lambda: both,
        "two people": lambda: effects_of(trial(folder, [*drawn(40, arms="a"), *drawn(60, arms="b")[58:]])),
        "nothing bought": lambda: effects_of(trial(folder, drawn(), orders=silent_after_may(regulars()))),
        "everyone": lambda: effects_of(chosen(folder, [",".join(r.split(",")[:2]) for r in regulars()])),
        "too early": lambda: effects_of(trial(folder, drawn(day="2024-09-01"))),
    }
    return page_of(made[request.param]())


def test_every_figure_says_in_words_what_it_shows(page: tuple[list[Figure], list[Table], Answer, str]) -> None:
    for figure in page[0]:
        assert 30 < len(figure.caption.alt) <= 400, (figure.name, len(figure.caption.alt))
        assert figure.caption.title and figure.caption.subtitle
        assert max(len(figure.wide), len(figure.narrow)) < 100_000


def test_no_text_in_a_figure_is_smaller_than_twelve_pixels(page: tuple[list[Figure], list[Table], Answer, str]) -> None:
    for figure in page[0]:
        for drawing in (figure.wide, figure.narrow):
            sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", drawing)]
            assert sizes and min(sizes) >= 12, figure.name


def test_every_row_of_a_table_is_as_long_as_its_head(page: tuple[list[Figure], list[Table], Answer, str]) -> None:
    for table in page[1]:
        assert all(len(row) == len(table.columns) for row in table.rows), table.name


def test_no_sentence_holds_what_a_program_would_say(page: tuple[list[Figure], list[Table], Answer, str]) -> None:
    figures, shown, answer, said = page
    words = [said, answer.line, answer.decide, answer.headline, *(f"{fact.big} {fact.text}" for fact in answer.facts)]
    words += [figure.caption.alt for figure in figures]
    words += [cell.text for table in shown for row in table.rows for cell in row]
    for text in words:
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|_treated|  |\.\.|\(\)", text), text


@pytest.mark.parametrize(("reach", "word"), [(1e-6, "nothing to speak of"), (1e6, "a weak check")])
def test_a_check_that_could_not_find_a_difference_as_large_as_the_effect_is_called_weak(
    both: GestureEffects, reach: float, word: str
) -> None:
    effect = next(e for e in both.effects if e.design == "observational" and e.is_told)
    checked = replace(effect, placebo=replace(effect.placebo, value=0.0, low=-reach, high=reach))
    reading = Alikeness(both, checked).reading
    assert word in reading and len([w for w in ("nothing to speak of", "a weak check") if w in reading]) == 1


class TestAnswer:
    def test_reads_the_trial_first_and_the_chosen_ones_beside_it(self, both: GestureEffects) -> None:
        keys = {**cx.gesture_design(both).findings, **both.findings}
        assert keys["design"].verdict == "randomised"
        for key in ("effect.card", "effect_naive.card", "effect_percent.card", "verdict.card", "sample_ratio_mismatch",
                    "incremental_contribution.card", "break_even_cost.card", "placebo.card",
                    "observational.effect.gesture", "observational.effect_average.gesture",
                    "observational.effect_naive.gesture", "observational.placebo.gesture",
                    "observational.robustness_value.gesture", "observational.verdict.gesture",
                    "observational.habituation.1", "observational.effect_overlap.gesture",
                    "observational.effect_until_next_gesture.gesture", "observational.e_value_interval.gesture",
                    "effect_percent_count_model.card", "observational.predicted_effect_slope.gesture"):  # fmt: skip
            assert key in keys, key

    def test_the_same_is_asked_otherwise_and_groups_are_told_all_at_once(self, both: GestureEffects) -> None:
        otherwise, predicted = asked_otherwise(both), predicted_effects(both)
        assert [name for name, _, _ in otherwise.rows] == [
            "Those that had one", "All orders", "Where it was open", "With none after it",
        ]  # fmt: skip
        assert otherwise.heading and "no further gesture" in otherwise.reading and "count model" in otherwise.reading
        assert "For each unit more that is predicted" in predicted.reading
        assert (predicted.table["realised_low"] < predicted.table["realised_high"]).all() and predicted.heading
        table = cx.gesture_by_group(both).table
        told = table[table["effect"].notna()]
        assert (told["joint_low"] <= told["effect_low"]).all() and (told["joint_high"] > told["effect_low"]).all()
        chosen = told[told["design"] == "observational"]
        assert len(chosen) > 2 and (chosen["joint_high"] > chosen["effect_high"]).all()
        assert (told["percent_low"] < told["percent_high"]).all()
        alone = GestureEffects(tuple(e for e in both.effects if e.design == "observational"), both.data)
        assert "at once" in cx.gesture_by_group(alone).reading

    def test_something_unseen_is_held_against_the_strongest_thing_recorded(self, both: GestureEffects) -> None:
        said = cx.gesture_alikeness(both).reading
        assert "as strong as the strongest single thing recorded, " in said and "(E-value)" in said

    @pytest.mark.thorough
    def test_without_a_trial_the_chosen_ones_have_no_prefix(self, tmp_path: Path) -> None:
        effects = effects_of(shop(tmp_path / "shop", customers=900, seed=4, trial="none"))
        assert cx.gesture_design(effects).findings["design"].verdict in ("observational", "not_identifiable")
        assert "effect_naive.gesture" in effects.findings and "verdict.gesture" in effects.findings

    def test_an_arm_of_two_people_is_not_told_and_not_shown(self, tmp_path: Path) -> None:
        effects = effects_of(trial(tmp_path, [*drawn(40, arms="a"), *drawn(60, arms="b")[58:]]))
        assert effects.main.verdict.token == "cannot_tell" and "fewer than 20 customers" in effects.main.verdict.why
        _, shown, answer, said = page_of(effects)
        assert answer.tag == "Cannot tell" and "too small" in said
        assert [cell.text for cell in shown[0].rows[0]][3] == "under 5"

    def test_nobody_bought_anything(self, tmp_path: Path) -> None:
        effects = effects_of(trial(tmp_path, drawn(), orders=silent_after_may(regulars())))
        assert (
            effects.main.verdict.token == "cannot_tell"
            and "fewer than 10 customers had any" in effects.main.verdict.why
        )

    def test_outcomes_after_the_end_of_the_data_are_waited_for(self, tmp_path: Path) -> None:
        effects = effects_of(trial(tmp_path, drawn(day="2024-09-01")))
        assert effects.main.verdict.token == "cannot_tell" and effects.main.n_treated == 0
        assert "not over yet" in cx.gesture_design(effects).reading

    def test_a_trial_that_is_half_over_is_read_with_care(self, tmp_path: Path) -> None:
        rows = [*drawn(60, day="2024-05-01"), *[row.replace("c", "d", 1) for row in drawn(20, day="2024-09-15")]]
        orders = [*regulars(), *[row.replace("c", "d", 1) for row in regulars(20)]]
        effects = effects_of(trial(tmp_path, rows, orders=orders))
        assert effects.main.always_valid.has_interval
        assert effects.main.verdict.token == "cannot_tell" and "still running" in effects.main.verdict.why

    def test_everyone_got_it(self, tmp_path: Path) -> None:
        effects = effects_of(chosen(tmp_path, [",".join(row.split(",")[:2]) for row in regulars()]))
        assert effects.main.verdict.token == "not_identifiable" and not effects.main.is_told
        assert cx.gesture_design(effects).findings["design"].verdict == "not_identifiable"
        assert "effect.gesture" not in effects.findings
        assert "by lot" in page_of(effects)[2].decide

    def test_gestures_by_a_fixed_rule_have_nobody_alike(self, tmp_path: Path) -> None:
        rows, seen = [], dict[str, int]()
        for row in sorted(regulars(), key=lambda r: r.split(",")[1]):
            customer, day, _ = row.split(",")
            seen[customer] = seen.get(customer, 0) + 1
            if seen[customer] > 4:
                rows.append(f"{customer},{day}")
        effects = effects_of(chosen(tmp_path, rows))
        assert effects.main.verdict.token == "not_identifiable"
        assert "effect_naive.gesture" in effects.findings and "effect.gesture" not in effects.findings

    def test_arms_of_other_sizes_than_meant_give_no_verdict(self, tmp_path: Path) -> None:
        folder = trial(tmp_path, [*drawn(60, arms="abbb")])
        text = (folder / "study.yml").read_text()
        given = "{path: assignments.csv, allocation: {control: 1, card: 1}}"
        (folder / "study.yml").write_text(text.replace("{path: assignments.csv}", given))
        effects = effects_of(folder)
        assert effects.main.verdict.token == "cannot_tell" and not effects.main.is_told
        answer = page_of(effects)[2]
        assert answer.facts[2].big == "Not at all" and "Use no figure of this trial" in answer.decide


def report(study: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cxlab", "report", str(study), "--only", "gestures", "--out", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


class TestRun:
    @pytest.mark.thorough
    def test_hillstroms_experiment_comes_out_as_published(self, tmp_path: Path, shared_data: Path) -> None:
        study = tmp_path / "study"
        shutil.copytree(ROOT / "data" / "hillstrom", study, ignore=shutil.ignore_patterns("*.csv"))
        shutil.copy(shared_data / "hillstrom" / "hillstrom.csv", study)
        assert report(study, tmp_path / "out").returncode == 0
        found = json.loads((tmp_path / "out" / "hillstrom" / "results.json").read_text())["gestures"]
        assert not faults("gestures", found)
        assert found["design"] == {"verdict": "randomised"} and found["sample_ratio_mismatch"]["estimate"] > 0.5
        for arm, effect in (("Mens E-Mail", 0.07659), ("Womens E-Mail", 0.04523)):
            assert found[f"effect_naive.{arm}"]["estimate"] == pytest.approx(effect, abs=5e-6)
            assert found[f"effect.{arm}"]["low"] < effect < found[f"effect.{arm}"]["high"]
            assert found[f"verdict.{arm}"] == {"verdict": "works"}
        html = (tmp_path / "out" / "hillstrom" / "04_gestures.html").read_text()
        assert "Traceback" not in html and "Yes: “Mens E-Mail” brought" in html

    @pytest.mark.thorough
    def test_gestures_before_the_first_order_end_in_one_message(self, tmp_path: Path) -> None:
        study = chosen(tmp_path / "study", [f"c{i},2023-06-01" for i in range(30)])
        done = report(study, tmp_path / "out")
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert "before the customer’s first order" in done.stderr and "What to do" in done.stderr

    @pytest.mark.thorough
    def test_a_customer_in_two_arms_ends_in_one_message(self, tmp_path: Path) -> None:
        study = trial(tmp_path / "study", [*drawn(), "c1,2024-05-02,control"])
        done = report(study, tmp_path / "out")
        assert done.returncode == 2 and "two arms" in done.stderr and "c1" in done.stderr

    @pytest.mark.thorough
    def test_a_study_without_gestures_says_what_is_missing(self, tmp_path: Path) -> None:
        study = write_study(tmp_path / "study", head=WINDOWS, orders=orders_csv(*regulars()))
        assert report(study, tmp_path / "out").returncode == 0
        html = (tmp_path / "out" / "shop" / "04_gestures.html").read_text()
        assert "The study records no gesture." in html and "What would answer it." in html
        assert "gestures" not in json.loads((tmp_path / "out" / "shop" / "results.json").read_text())
