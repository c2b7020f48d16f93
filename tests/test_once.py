"""What several notebooks of a run ask for is worked out once, and only while the run lasts."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cxlab as cx
from benchmarks.made.planted import planted_customers
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
