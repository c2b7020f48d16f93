"""What may be shared, and how a call ended for machines."""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cxlab.errors import InputError
from cxlab.reports.order import understand
from cxlab.reports.published import check_place, publish
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
    assert "Not here, for it could not be computed this time: 01 Bad (The shop of corner)." in index


def test_what_is_no_longer_made_is_no_longer_shared_and_other_files_stay(
    ran: subprocess.CompletedProcess[str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "share/corner/mine.html").write_text("my own")
    listed = shop / "share/.published.json"
    told = json.loads(listed.read_text())
    told["corner"]["reports"]["gone"] = told["corner"]["reports"]["intake"] | {"page": "09_gone.html"}
    listed.write_text(json.dumps(told))
    (shop / "share/corner/09_gone.html").write_text("a page of a notebook that is gone")
    monkeypatch.chdir(shop)
    publish(understand(["corner"], Path("reports"), [], []), Path("share"))
    assert "corner/mine.html" in files(shop / "share") and "corner/09_gone.html" not in files(shop / "share")


def test_what_was_published_from_another_folder_of_reports_stays_and_on_the_index(
    ran: subprocess.CompletedProcess[str], shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    shutil.copytree("reports", tmp_path / "october")
    publish(understand(["corner"], tmp_path / "october", [], []), tmp_path / "share")
    november = tmp_path / "november" / "market"
    shutil.copytree("reports/corner", november)
    told = json.loads((november / "manifest.json").read_text())
    told["study"] |= {"name": "market", "title": "The market"}
    (november / "manifest.json").write_text(json.dumps(told))
    made.write_study(tmp_path / "market", name="market")
    publish(understand([str(tmp_path / "market")], tmp_path / "november", [], []), tmp_path / "share")
    assert {"corner/00_intake.html", "market/00_intake.html"} <= files(tmp_path / "share")
    index = (tmp_path / "share/index.html").read_text()
    assert 'href="corner/00_intake.html"' in index and 'href="market/00_intake.html"' in index


def test_two_that_publish_to_one_folder_at_a_time_do_not_lose_each_others_pages(
    ran: subprocess.CompletedProcess[str], shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    orders = []
    for name in ("one", "two", "three"):
        made.write_study(tmp_path / name, name=name)
        run = tmp_path / "reports" / name
        shutil.copytree("reports/corner", run)
        told = json.loads((run / "manifest.json").read_text())
        told["study"]["name"] = name
        (run / "manifest.json").write_text(json.dumps(told))
        orders.append(understand([str(tmp_path / name)], tmp_path / "reports", [], []))
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda order: publish(order, tmp_path / "share"), orders))
    assert set(json.loads((tmp_path / "share/.published.json").read_text())) == {"one", "two", "three"}
    index = (tmp_path / "share/index.html").read_text()
    assert all(f'href="{name}/00_intake.html"' in index for name in ("one", "two", "three"))


@pytest.mark.parametrize(
    ("place", "said"),
    [("corner", "a study's own files lie there"), ("corner/pages", "a study's own files lie there"),
     ("site", "was not published by cxlab"), ("broken", ".published.json in it")],
)  # fmt: skip
def test_a_folder_that_holds_something_else_is_refused_before_anything_is_run(
    shop: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str
) -> None:
    monkeypatch.chdir(shop)
    for name, file in (("site", "index.html"), ("broken", ".published.json")):
        Path(name).mkdir(exist_ok=True)
        (Path(name) / file).write_text("{bad")
    with pytest.raises(InputError, match=re.escape(said)):
        check_place(understand(["corner"], Path("reports"), [], []), Path(place))


def test_a_fault_is_told_as_json_as_well(shop: Path) -> None:
    done = cxlab(shop, "report", "nowhere", "--json")
    assert done.returncode == 2 and json.loads(done.stdout) == {"code": 2, "error": done.stderr[7:].strip()}
    done = cxlab(shop, "report", "corner", "--json", "--jobs", "0")
    told = json.loads(done.stdout)
    assert done.returncode == told["code"] == 2 and told["error"] in done.stderr


def test_the_reports_own_folder_is_refused(
    ran: subprocess.CompletedProcess[str], shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    order = understand(["corner"], Path("reports"), [], [])
    for folder in ("reports", "reports/corner", ".", "reports/shared"):
        with pytest.raises(InputError, match=f"--publish {folder}: reports themselves lie there"):
            publish(order, Path(folder))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--timeout", "nan", "nan is no amount: give a number above 0"),
        ("--memory", "inf", "inf is no amount"),
        ("--memory", "4GB", "'4GB' is not a valid number"),
        ("--out", "", "it is empty: name a folder"),
        ("--publish", "", "it is empty: name a folder"),
        ("--out", "corner", "would lie among the files of a study"),
    ],
)
def test_options_that_say_nothing_are_refused(shop: Path, option: str, value: str, said: str) -> None:
    done = cxlab(shop, "report", "corner", option, value)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
