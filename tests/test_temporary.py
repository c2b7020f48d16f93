"""Temporary folders: gone with their process or with the next one, and never while it lives."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxlab.engine import Engine
from cxlab.temporary import HeldFolder, sweep

needs_locks = pytest.mark.skipif(sys.platform == "win32", reason="there are no locks of this kind here")
HOLD = "from cxlab.engine import Engine; e = Engine(threads=1); print(e.folder, flush=True); input()"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def another_process() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Open an engine in another process."""
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        folder = Path(process.stdout.readline().strip())
        try:
            yield process, folder
        finally:
            process.kill()


@needs_locks
def test_the_folder_of_a_killed_process_goes_with_the_next_engine_and_that_of_a_live_one_stays(place: Path) -> None:
    with another_process() as (killed, left), another_process() as (_, held):
        assert left.parent == held.parent == place
        (left / "spilled").write_text("much")
        killed.kill()
        killed.wait()
        assert left.is_dir()
        with Engine(threads=1) as engine:
            assert not left.exists() and held.is_dir() and engine.folder.is_dir()
            assert engine.row("SELECT 1") == (1,)
        assert [file.name for file in place.iterdir()] == [held.name]


@needs_locks
def test_what_nobody_holds_and_nobody_held_stays(place: Path) -> None:
    (place / "cxlab-somebody").mkdir()
    (place / "cxlab-file").write_text("")
    outside = place / "other"
    outside.mkdir()
    (outside / ".held").write_text("")
    (place / "cxlab-link").symlink_to(outside)
    sweep()
    assert (place / "cxlab-somebody").is_dir() and (outside / ".held").is_file()


@needs_locks
def test_one_process_does_not_take_away_its_own() -> None:
    first, second = HeldFolder(), HeldFolder()
    sweep()
    assert first.path.is_dir() and second.path.is_dir()
    first.remove()
    first.remove()
    sweep()
    assert not first.path.exists() and second.path.is_dir()
    second.remove()
