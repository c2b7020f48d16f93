"""What several notebooks of a run ask for is worked out once, and only while the run lasts."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cxlab as cx
from benchmarks.made.planted import planted_customers
from cxlab.kit import RUN
from cxlab.once import FOLDER, once_a_run

CALLS: list[tuple[int, float]] = []


@once_a_run
def weighed(values: np.ndarray, *, by: float) -> float:
    """Sum with a weight."""
    CALLS.append((len(values), by))
    return float(values.sum() * by)


def test_what_is_asked_for_again_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    CALLS.clear()
    assert [weighed(np.arange(4.0), by=2.0) for _ in range(3)] == [12.0] * 3
    assert CALLS == [(4, 2.0)]
    assert weighed(np.arange(4.0) + 1e-12, by=2.0) != 12.0 and weighed(np.arange(4.0), by=3.0) == 18.0
    assert len(CALLS) == 3


def test_without_a_run_everything_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    CALLS.clear()
    assert weighed(np.arange(4.0), by=2.0) == weighed(np.arange(4.0), by=2.0) == 12.0
    assert len(CALLS) == 2


@pytest.mark.thorough
def test_another_process_takes_the_same_clusters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = """
import cxlab as cx
from benchmarks.made.planted import planted_customers
features = cx.fit_features(planted_customers(200, 7))
print(cx.choose_k(features, k_max=3, seed=1).k, cx.structure_test(features, k_max=3, seed=1).p_value)
"""
    made = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, FOLDER: str(folder)}, capture_output=True, text=True,
            check=True,
        ).stdout
        for folder in (tmp_path / "one", tmp_path / "one", "")
    ]  # fmt: skip
    assert made[0] == made[1] == made[2]
    monkeypatch.setenv(FOLDER, str(tmp_path / "one"))
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "one").rglob("*.pkl")}
    assert len(kept) == 2
    features = cx.fit_features(planted_customers(200, 7))
    cx.choose_k(features, k_max=3, seed=1)
    cx.structure_test(features, k_max=3, seed=1)
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "one").rglob("*.pkl")} == kept
    cx.choose_k(features, k_max=4, seed=1)
    assert len(list((tmp_path / "one").rglob("*.pkl"))) == 3


@pytest.mark.thorough
def test_gestures_and_what_they_bring_are_the_same_in_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    study = cx.open_example().study.file
    with cx.open_study(study) as alone:
        rows = alone.gestures
        wanted = cx.estimate_gestures(rows, seed=1)
        planned = alone.next_trial
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setenv(RUN, "of today")
    for _ in range(2):
        with cx.open_study(study) as kit:
            found = kit.gestures
            effects = cx.estimate_gestures(found, seed=1)
            assert effects.findings == wanted.findings and effects.reading == wanted.reading
            assert kit.next_trial is not None and planned is not None and kit.next_trial.reading == planned.reading
        for one, other in zip(found.samples, rows.samples, strict=True):
            assert (one.arms == other.arms).all() and one.allocation == other.allocation
            assert all((one.groups[name] == labels).all() for name, labels in other.groups.items())
            pd.testing.assert_frame_equal(one.covariates, other.covariates)
    made = sorted(file.parent.name for file in tmp_path.rglob("*.pkl"))
    assert made == [
        "cxlab.gestures.result._estimated", "cxlab.kit._customers", "cxlab.kit._gestures", "cxlab.kit._next_trial",
        "cxlab.kit._occasions",
    ]  # fmt: skip
    with cx.open_study(study, outcome_days=30) as kit:
        assert kit.gestures.outcome_days == 30
    with cx.open_study(study, equivalence_margin=0.2) as kit:
        assert cx.estimate_gestures(kit.gestures, seed=1, equivalence_margin=0.2).findings.keys()
    assert len(list(tmp_path.rglob("*.pkl"))) == 9


@pytest.mark.thorough
def test_purchase_models_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with cx.open_study(cx.open_example().study.file) as kit:
        known = kit.first_orders.frame
        wanted = cx.compare_purchase_models(kit.customers, known, seed=1)
        monkeypatch.setenv(FOLDER, str(tmp_path))
        for _ in range(2):
            found = cx.compare_purchase_models(kit.customers, known, seed=1)
            assert found.findings == wanted.findings and found.reading == wanted.reading
            assert (found.model.probability_alive() == wanted.model.probability_alive()).all()
            for one, other in zip(found.scores, wanted.scores, strict=True):
                assert one.model.family.has_covariates == other.model.family.has_covariates
                assert (one.model.expected_purchases(90) == other.model.expected_purchases(90)).all()
    assert len(list(tmp_path.rglob("*.pkl"))) == 1


def test_who_asks_for_what_is_being_worked_out_waits_for_it(tmp_path: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from cxlab.once import once_a_run
begun = Path(sys.argv[1])
def slow(x):
    with begun.open("a") as file:
        file.write("x")
    time.sleep(1)
    return x
print(once_a_run(slow)(3))
"""
    begun, environment = tmp_path / "begun", {**os.environ, FOLDER: str(tmp_path / "once")}
    both = [
        subprocess.Popen([sys.executable, "-c", script, str(begun)], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate(timeout=120)[0] for process in both] == ["3\n", "3\n"]
    assert begun.read_text() == "x"
