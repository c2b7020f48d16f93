"""The benchmark of one machine: its rows come out, and say where a peer cannot be had or two do not agree."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks import intake, scale, scale_shops, scale_steps
from benchmarks.intake import HUNDRED, Run
from benchmarks.peer import PeerError
from benchmarks.scale import TEN_MILLION, Measured, Place, grows, reached

ELSEWHERE = {"seconds": 30.0, "gib": 0.25}
"""What takes long, or many processes: not done here."""


def here(python: Any, _: str, module: str, *arguments: str, timeout: float | None = None) -> Any:
    """Do in this process what the benchmark gives to fresh ones."""
    assert python == Path(sys.executable) or python == sys.executable
    if module == "benchmarks.scale_shops":
        scale_shops.make(Place(Path(arguments[0]), int(arguments[1])), arguments[2])
        return None
    if module == "benchmarks.intake":
        return asdict(intake.measure(arguments[1], Path(arguments[2])))
    if module == "benchmarks.scale_steps" and arguments[0] not in ("report", "lot", "orders", "orders-lot", "batch"):
        place = Place(Path(arguments[1]), int(arguments[2]))
        return json.loads(json.dumps(scale_steps.STEPS[arguments[0]](place)))
    return ELSEWHERE | {"found": {}}


@pytest.mark.thorough
def test_every_row_comes_out_for_a_small_shop_without_peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "ask", here)
    monkeypatch.setattr(scale, "SHORT_SECONDS", 0)
    monkeypatch.setitem(scale_shops.FILES, "batch", lambda _, to: to.mkdir())
    text, well = scale.main([2_000], tmp_path, peers=False)
    assert well, text
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert lines[0] == "| orders | 2,000 | grows | to reach |"
    cells = {line.split(" | ")[0].removeprefix("| "): line.split(" | ")[1] for line in lines[2:]}
    assert set(cells) == {row.title for row in scale.ROWS}
    for row in scale.ROWS:
        assert (cells[row.title] == "–") == bool(row.packages), row
    assert "within 1.2 times by hand" in text and "lifetimes: not measured" in text
    assert "The kit's figures are those by hand" in text


def test_shops_are_made_once_and_what_was_begun_only_is_made_again(tmp_path: Path) -> None:
    place = Place(tmp_path / "300", 300)
    begun = place.folder / "begun-parquet"
    begun.mkdir(parents=True)
    scale_shops.make(place, "parquet")
    scale_shops.make(place, "trial.npz")
    assert not begun.exists() and sorted(p.name for p in place.folder.iterdir()) == ["parquet", "trial.npz"]
    before = {file: file.stat().st_mtime_ns for file in place.folder.rglob("*")}
    for name in ("parquet", "trial.npz"):
        scale_shops.make(place, name)
    assert before == {file: file.stat().st_mtime_ns for file in place.folder.rglob("*")}


def test_a_peer_that_cannot_be_set_up_is_told_once_and_the_kit_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    @contextmanager
    def nowhere(*packages: str) -> Iterator[Path]:
        tried.append(packages)
        raise PeerError(f"no index has {packages[0]}")
        yield tmp_path

    monkeypatch.setattr(scale, "python_with", nowhere)
    monkeypatch.setattr(scale, "ask", lambda *_, **__: ELSEWHERE | {"area": 0.1, "error": 0.1})
    text, well = scale.main([1_000, 2_000], tmp_path, ["qini"])
    assert well and len(tried) == 1
    assert "CausalML: could not be set up: no index has causalml" in text
    assert "| Qini curve with interval, as many rows; the kit | 30.00 s, 0.25 GiB | 30.00 s, 0.25 GiB | 0.00 |" in text


def test_figures_that_do_not_agree_are_a_fault_below_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(python: Any, _: str, module: str, *arguments: str, timeout: float | None = None) -> Any:
        return ELSEWHERE | {"area": 0.9 if module == "benchmarks.qini_peer" else 0.1, "error": 0.1}

    @contextmanager
    def anywhere(*packages: str) -> Iterator[Path]:
        yield tmp_path

    monkeypatch.setattr(scale, "python_with", anywhere)
    monkeypatch.setattr(scale, "ask", answer)
    text, well = scale.main([1_000], tmp_path, ["qini"])
    assert not well and text.endswith("more than three standard errors apart.")


def test_each_target_says_what_came_and_whether_it_is_enough() -> None:
    found = Measured()
    for (step, by), orders, seconds, gib in (
        (("customers", "kit"), TEN_MILLION, 6.0, 0.9), (("customers", "hand"), TEN_MILLION, 4.0, 0.9),
        (("customers", "summary"), 100_000, 1.0, 0.4), (("customers", "lifetimes"), 100_000, 8.5, 0.4),
        (("customers", "kit"), HUNDRED, 90.0, 4.5), (("lot", "kit"), TEN_MILLION, 181.0, 2.0),
    ):  # fmt: skip
        found.runs[(step, by), orders] = [Run(seconds, gib)]
    sizes = [100_000, TEN_MILLION, HUNDRED]
    assert reached(("customers", "kit"), sizes, found) == (
        "within 1.2 times by hand: 1.50 at 10,000,000, no; under 1 GiB at 10,000,000: 0.90, yes; "
        "under 4 GiB at 100,000,000: 4.50, no"
    )
    assert reached(("customers", "summary"), sizes, found) == "8 times faster than lifetimes: 8.50 at 100,000, yes"
    assert reached(("report", "kit"), sizes, found) == "under 60 s at 1,000,000: not measured"
    assert reached(("lot", "kit"), sizes, found) == (
        "under 60 s at 1,000,000: not measured; under 180 s at 10,000,000: 181.00, no; "
        "under 3 GiB at 10,000,000: 2.00, yes"
    )
    assert reached(("qini", "kit"), sizes, found) == ""


def test_growth_is_the_exponent_between_the_last_two_sizes_measured() -> None:
    assert grows([1, 10, 100], [5.0, 1.0, None]) == "-0.70"
    assert grows([1, 10, 100], [5.0, 1.0, 100.0]) == "2.00" and grows([1, 10], [None, 1.0]) == "–"
