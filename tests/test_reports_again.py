"""Calling again: what stands is left alone, what was finished is taken over, and nobody gets into another's way."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxlab.intake.stamps import looks
from cxlab.reports.manifest import finish, publish, versions
from cxlab.reports.order import understand
from cxlab.reports.past import read_manifest
from cxlab.reports.reading import Readings
from cxlab.reports.run import Made, Run
from cxlab.reports.runner import _inputs
from cxlab.reports.turn import in_turn
from tests import made_notebooks as made
from tests.test_reports_engine import wait_until
from tests.test_reports_run import ROOT, cxlab

WAITS = made.COUNT + "\nimport pathlib, time\nwhile pathlib.Path('wait').exists():\n    time.sleep(0.1)"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    made.write_study(folder / "corner")
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    made.write(folder / "notebooks", "01_late", made.small_notebook("late", WAITS))
    return folder


@pytest.fixture(scope="module")
def killed(shop: Path) -> Path:
    """A run that was killed when one of its two reports was finished, and the call after it."""
    (shop / "wait").touch()
    command = [sys.executable, "-m", "cxlab", "report", "corner"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=shop, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: (shop / "reports/corner/.finished/00_intake.json").is_file())
        process.kill()
    assert not list((shop / "reports/corner").glob("*.html"))  # nothing of a run that is not over
    (shop / "wait").unlink()
    done = cxlab(shop, "report", "corner")
    assert done.returncode == 0, done.stdout + done.stderr
    (shop / "said.txt").write_text(done.stdout)
    return shop / "reports" / "corner"


def state(run: Path) -> dict[str, int]:
    return {p.relative_to(run).as_posix(): p.stat().st_mtime_ns for p in run.rglob("*") if p.is_file()}


@pytest.mark.thorough
def test_the_call_after_a_kill_finishes_the_rest_and_nothing_is_left_aside(killed: Path, shop: Path) -> None:
    said = (shop / "said.txt").read_text()
    assert "00_intake was finished by a run that was stopped" in said and "00_intake started" not in said
    assert "01_late started" in said
    told = json.loads((killed / "manifest.json").read_text())
    assert {entry["status"] for entry in told["reports"].values()} == {"done"}
    assert set(json.loads((killed / "results.json").read_text())) == {"intake", "late"}
    assert [p.name for p in killed.iterdir() if p.name.startswith(".")] == [".intake"]


def test_what_would_come_out_the_same_is_not_run_again(killed: Path, shop: Path) -> None:
    before = state(killed)
    again = cxlab(shop, "report", "corner")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("unchanged  Partly supported") == 2 and "started" not in again.stdout
    assert state(killed) == before
    # That a report stands is seen without what it takes to read data.
    heavy = "import sys, cxlab.reports.runner; print({'pandas', 'duckdb', 'nbformat', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_a_kill_in_the_last_moment_left_goes_with_a_call_that_makes_nothing(killed: Path, shop: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [killed / ".making", killed / ".finished" / "00_intake"]
    for folder in left:
        folder.mkdir(parents=True)
    half, others = (shop / "reports" / f".index.html-{pid}" for pid in (gone.pid, os.getpid()))
    for file in (half, others):
        file.write_text("half")
    again = cxlab(shop, "report", "corner")
    assert again.returncode == 0 and "started" not in again.stdout
    assert [p.name for p in killed.iterdir() if p.name.startswith(".")] == [".intake"]
    assert not half.exists() and others.exists()  # that one is being written by somebody who lives
    others.unlink()


def due(shop: Path, *pairs: tuple[str, str], path: str = "corner", out: str = "reports") -> list[str]:
    """Return the notebooks that the same call would run now."""
    order = understand([path], Path(out), [], pairs)
    (ordered,) = order.runs
    run = Run(order, ordered, Made("", versions()), _inputs(order, ordered.study))
    return [notebook.stem for notebook in run.due]


@contextmanager
def otherwise(file: Path, content: bytes | None) -> Iterator[None]:
    """Let a file be another, or not there, for a while."""
    before = file.read_bytes()
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(before)


def test_what_is_lacking_or_would_be_another_is_due(killed: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    both, notebook = ["00_intake", "01_late"], shop / "notebooks" / "00_intake.ipynb"
    assert due(shop) == due(shop, path="corner/") == due(shop, path="corner/study.yml") == []
    assert due(shop, ("k_max", "5")) == due(shop, out="elsewhere") == both
    with otherwise(killed / "01_late.html", None):
        assert due(shop) == ["01_late"]
    with otherwise(killed / "01_late.html", b""):
        assert due(shop) == ["01_late"]
    with otherwise(notebook, notebook.read_bytes().replace(b"Every customer of the study.", b"All customers.")):
        assert due(shop) == ["00_intake"]
    for file in (killed / "results.json", killed / "manifest.json", shop / "corner" / "orders.csv"):
        with otherwise(file, b"{}\n"):  # a placing that was interrupted leaves no manifest, or none that fits
            assert due(shop) == both
    assert due(shop) == []


def test_reports_whose_findings_are_gone_do_not_stand_beside_the_one_that_is_asked_for(
    killed: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)

    def kept() -> list[str]:
        order = understand(["corner"], Path("reports"), ["late"], [])
        run = Run(order, order.runs[0], Made("", versions()), None)
        run.open(Readings(order, None), afresh=True)
        run.leave()
        return sorted(run.reports)

    assert kept() == ["intake"]
    with otherwise(killed / "results.json", None):
        assert kept() == []


@pytest.mark.parametrize(
    "content",
    [b"\0" * 40, b"[]", b'{"format": 1}', b'{"format": 1, "reports": []}'],
    ids=["zeros", "list", "bare", "odd"],
)
def test_a_manifest_or_findings_that_cannot_be_read_make_all_anew(
    killed: Path, shop: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.chdir(shop)
    with otherwise(killed / "manifest.json", content):
        assert due(shop) == ["00_intake", "01_late"] and read_manifest(killed) is None
    results, told = killed / "results.json", json.loads((killed / "manifest.json").read_text())
    with otherwise(results, b"\0" * results.stat().st_size):  # as after a power cut: it looks as it did
        told["looks"]["results.json"] = looks(results.stat())
        with otherwise(killed / "manifest.json", json.dumps(told).encode()):
            assert read_manifest(killed) and due(shop) == ["00_intake", "01_late"]


def test_a_page_that_was_changed_at_the_same_size_is_made_again_and_one_that_was_touched_is_not(
    killed: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    page = killed / "01_late.html"
    with otherwise(page, page.read_bytes().replace(b"late", b"LATE")):
        assert due(shop) == ["01_late"]
    os.utime(page)
    assert due(shop) == []


@pytest.mark.parametrize("moved", [0, 1, 3])
def test_what_a_kill_left_half_in_place_is_put_in_place_by_the_next_call(tmp_path: Path, moved: int) -> None:
    stage, final = tmp_path / "run" / ".making", tmp_path / "run"
    files = {"00_a.html": "new", "results.json": "{}", "tables/a.csv": "x", "notebooks/a.ipynb": "{}"}
    for name, text in files.items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).write_text(text)
    for name in ("00_a.html", "00_old.html", "mine.txt", "manifest.json"):
        (final / name).write_text("old")
    told = {"outputs": dict.fromkeys(files, "")}

    left, real = [moved], Path.replace

    def replace_some(self: Path, target: Path) -> Path:
        if ".making" not in str(target) and not left[0]:
            raise KeyboardInterrupt
        left[0] -= ".making" not in str(target)
        return real(self, target)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", replace_some)
        publish(stage, final, told, stale=["00_old.html", "00_a.html"])
    assert not (final / "manifest.json").exists()
    finish(stage, final)
    assert {name: (final / name).read_text() for name in files} == files
    assert json.loads((final / "manifest.json").read_text()) == told
    assert not (final / "00_old.html").exists() and (final / "mine.txt").read_text() == "old"


@pytest.mark.thorough
def test_two_runs_on_one_folder_wait_for_each_other(killed: Path, shop: Path) -> None:
    command = [sys.executable, "-m", "cxlab", "report", "corner", "--out", "both"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(command, cwd=shop, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(text.count("unchanged") for text in said) == [0, 2]
    assert sum("Another run is writing to corner: waiting until it has ended" in text for text in said) == 1


def test_a_turn_is_over_when_its_process_is(tmp_path: Path) -> None:
    code = "import sys, time\nfrom pathlib import Path\nfrom cxlab.reports.turn import in_turn\n"
    code += "with in_turn([Path('held')], print):\n    print('mine', flush=True)\n    time.sleep(600)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "mine\n"
        waited: list[Path] = []

        def waiting(folder: Path) -> None:
            waited.append(folder)
            other.kill()

        since = time.monotonic()
        with in_turn([tmp_path / "held"], waiting):
            assert waited == [(tmp_path / "held").resolve()] and time.monotonic() - since < 60
    assert not (tmp_path / "held").exists()  # nothing was written to it


@pytest.mark.thorough
def test_a_notebook_that_is_edited_while_it_runs_is_made_again(
    killed: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    file = shop / "notebooks" / "01_late.ipynb"
    (shop / "wait").touch()
    command = [sys.executable, "-m", "cxlab", "report", "corner", "--out", "edited"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    text = file.read_text()
    with subprocess.Popen(command, cwd=shop, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: (shop / "edited/corner/.finished/00_intake.json").is_file())
        file.write_text(text.replace("Every customer of the study.", "Edited."))
        (shop / "wait").unlink()
        assert process.wait() == 0
    assert due(shop, out="edited") == ["01_late"]
    file.write_text(text)


@pytest.mark.thorough
def test_a_reader_who_leaves_stops_nothing(killed: Path, shop: Path) -> None:
    command = [sys.executable, "-m", "cxlab", "report", "corner"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=shop, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 0


def test_an_index_that_is_gone_is_drawn_again(killed: Path, shop: Path) -> None:
    (killed / "index.html").unlink()
    assert cxlab(shop, "report", "corner").returncode == 0
    assert (killed / "index.html").is_file()
