"""Many studies at once, as the documentation says: each call writes a folder of its own, and all publish into one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOW = ROOT / "docs" / "schedules.md"


def documented() -> str:
    """Return the command with xargs as it stands there."""
    (found,) = (line for line in HOW.read_text(encoding="utf-8").splitlines() if "| xargs" in line)
    return found


@pytest.mark.thorough
def test_xargs_makes_two_studies_at_once_and_says_that_a_third_failed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(ROOT / "data" / "corner-shop", tmp_path / "studies" / name)
        study = tmp_path / "studies" / name / "study.yml"
        text = study.read_text(encoding="utf-8")
        assert "name: corner-shop\n" in text
        study.write_text(text.replace("name: corner-shop\n", f"name: shop-{name}\n"), encoding="utf-8")
    (tmp_path / "studies" / "without").mkdir()
    kit = tmp_path / ".venv" / "bin" / "cxlab"
    kit.parent.mkdir(parents=True)
    kit.write_text(f'#!/bin/sh\nexec {sys.executable} -m cxlab "$@" --only intake --jobs 1\n', encoding="utf-8")
    kit.chmod(0o755)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-c", documented()], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 123, done.stderr
    assert "studies/without" in done.stderr and "Traceback" not in done.stderr
    index = (tmp_path / "shared" / "index.html").read_text(encoding="utf-8")
    for name in ("one", "two"):
        page = f"shop-{name}/00_intake.html"
        assert (tmp_path / "runs" / name / f"shop-{name}" / "00_intake.html").is_file()
        assert (tmp_path / "shared" / page).is_file() and page in index
