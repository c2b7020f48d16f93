"""The benchmark of the gestures' effects: its rows, and what it says where DoubleML cannot be had."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gestures
from benchmarks.peer import PeerError


def test_the_made_up_occasions_stay_the_same_and_the_kit_finds_their_effect() -> None:
    rows = gestures.make_rows(4_000)
    assert rows["x"].shape == (4_000, 13) and set(rows["group"]) == {0, 1, 2, 3}
    assert float(rows["gain"].mean()) == pytest.approx(0.194, abs=0.01)
    effect = gestures.estimate(rows)
    truth = rows["gain"]
    for found, expected in ((effect.average, truth.mean()), (effect.effect, truth[rows["treated"]].mean())):
        low, high = found.ends
        assert low - 0.05 < expected < high + 0.05 and high - low < 0.4
    assert len(effect.groups) == 4 and all(group.joint.has_interval for group in effect.groups)
    assert np.array_equal(gestures.make_rows(50)["y"], gestures.make_rows(50)["y"])


def test_without_an_environment_the_table_does_without_doubleml_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def nowhere(*packages: str) -> Iterator[Path]:
        raise PeerError(f"no index has {packages[0]}")
        yield Path()

    monkeypatch.setattr(gestures, "python_with", nowhere)
    monkeypatch.setattr(gestures, "SIZES", {1_000: 1})
    monkeypatch.setattr(gestures, "TARGETS", {1_000: "nothing"})
    answer = {"seconds": 0.5, "gib": 0.2, "found": {"average": 0.1, "treated": 0.2}}
    monkeypatch.setattr(gestures, "ask", lambda *_, **__: answer)
    lines = gestures.beside_doubleml().splitlines()
    assert lines[2] == "| 1,000 occasions | 0.50 | 0.2 | – | – | – | nothing |"
    assert lines[-1] == "- DoubleML: no index has doubleml==0.11.4"
