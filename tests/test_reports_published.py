"""What may be shared, and how a call ended for machines."""

import json
import subprocess
from pathlib import Path

import pytest

from cxlab.errors import InputError
from cxlab.reports.order import understand
from cxlab.reports.published import publish
from tests import made_notebooks as made
from tests.test_reports_run import cxlab


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    made.write_study(folder / "corner")
    with (folder / "corner" / "orders.csv").open("a") as orders:
        orders.write("c99,yesterday,5.00\n")
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    made.write(folder / "notebooks", "01_bad", made.small_notebook("bad", "raise ValueError('customer c42')"))
    return folder


@pytest.fixture(scope="module")
def ran(shop: Path) -> subprocess.CompletedProcess[str]:
    return cxlab(shop, "report", "corner", "--json", "--publish", "share")


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_standard_output_is_json_and_nothing_else(ran: subprocess.CompletedProcess[str]) -> None:
    told = json.loads(ran.stdout)
    assert told["code"] == ran.returncode == 1 and told["index"] == "reports/index.html"
    good, bad = told["reports"]
    assert good == {
        "study": "corner", "report": "intake", "status": "done", "made": True, "seconds": good["seconds"],
        "verdict": made.ANSWER.tag, "headline": made.ANSWER.headline, "page": "reports/corner/00_intake.html",
    }  # fmt: skip
    assert bad["status"] == "failed" and bad["error"] == "ValueError: customer c42"
    assert "00_intake started" in ran.stderr


def test_pages_and_indexes_are_shared_and_nothing_else(ran: subprocess.CompletedProcess[str], shop: Path) -> None:
    assert files(shop / "share") == {"index.html", "corner/index.html", "corner/00_intake.html", ".published.json"}
    page = "corner/00_intake.html"
    mine, shared = ((shop / folder / page).read_text() for folder in ("reports", "share"))
    assert "results.json" in mine and "results.json" not in shared  # what is not shared is not named either
    assert len(mine) - len(shared) < 250 and mine[:1000] == shared[:1000]
    index = (shop / "share/index.html").read_text()
    assert 'href="corner/00_intake.html"' in index and "01_bad" not in index and "customer c42" not in index


def test_what_is_no_longer_made_is_no_longer_shared_and_other_files_stay(
    ran: subprocess.CompletedProcess[str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "share/corner/mine.html").write_text("my own")
    listed = shop / "share/.published.json"
    listed.write_text(json.dumps([*json.loads(listed.read_text()), "corner/09_gone.html"]))
    (shop / "share/corner/09_gone.html").write_text("a page of a notebook that is gone")
    monkeypatch.chdir(shop)
    publish(understand(["corner"], Path("reports"), [], []), Path("share"))
    assert "corner/mine.html" in files(shop / "share") and "corner/09_gone.html" not in files(shop / "share")


def test_the_reports_own_folder_is_refused(
    ran: subprocess.CompletedProcess[str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    order = understand(["corner"], Path("reports"), [], [])
    for folder in ("reports", "reports/corner", ".", "reports/shared"):
        with pytest.raises(InputError, match=f"--publish {folder}: reports themselves lie there"):
            publish(order, Path(folder))
