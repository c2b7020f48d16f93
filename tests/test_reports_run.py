"""A whole run on a small study: exit codes, files, findings, what stays, the same bytes again."""

import json
import math
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import nbformat
import pandas as pd
import pytest

from cxlab.__main__ import app
from cxlab.engine import Engine
from cxlab.errors import InputError
from cxlab.intake import Intake
from cxlab.intake.stamps import FOLDER, sha256
from cxlab.reports.imprint import Imprint
from cxlab.reports.manifest import data_hash, describe_inputs
from cxlab.reports.notebooks import Notebook
from cxlab.reports.run import Run
from cxlab.reports.task import Task
from cxlab.reports.worker import stopped
from cxlab.study import Study, load_study
from tests import made_notebooks as made
from tests.make import needs_proc

ROOT = Path(__file__).resolve().parent.parent


def cxlab(folder: Path, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    command = [sys.executable, "-m", "cxlab", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study, and notebooks of which one answers, one stops and one is killed."""
    folder = tmp_path_factory.mktemp("a {shop}")
    made.write_study(folder / "corner")
    with (folder / "corner" / "orders.csv").open("a") as orders:
        orders.write("c99,yesterday,5.00\n")
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    made.write(
        folder / "notebooks", "01_bad", made.small_notebook("bad", "page.keep('half', kit.customers.frame)\n1 / 0")
    )
    made.write(folder / "notebooks", "02_dead", made.small_notebook("dead", "import os\nos.kill(os.getpid(), 9)"))
    return folder


@pytest.fixture(scope="module")
def ran(shop: Path) -> subprocess.CompletedProcess[str]:
    return cxlab(shop, "report", "corner", "-p", "margin_rate", "0.25")


def results(shop: Path, out: str = "reports") -> dict[str, dict[str, dict[str, object]]]:
    found = json.loads((shop / out / "corner" / "results.json").read_text())
    assert isinstance(found, dict)
    return found


def manifest(shop: Path) -> dict[str, dict[str, dict[str, object]]]:
    found = json.loads((shop / "reports" / "corner" / "manifest.json").read_text())
    assert isinstance(found, dict)
    return found


class TestRun:
    @pytest.mark.thorough
    def test_one_failing_notebook_ends_in_code_1_and_leaves_the_others(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        assert ran.returncode == 1, ran.stderr
        assert "Traceback" not in ran.stderr + ran.stdout
        assert made.ANSWER.line in (shop / "reports/corner/00_intake.html").read_text()

    def test_the_terminal_tells_each_start_and_end_and_where_the_index_is(
        self, ran: subprocess.CompletedProcess[str]
    ) -> None:
        assert "00_intake started" in ran.stdout
        assert re.search(r"00_intake \d+\.\d s  Partly supported", ran.stdout)
        assert ran.stdout.rstrip().endswith("reports/index.html")

    def test_the_page_of_a_failed_notebook_says_what_failed(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        bad, dead = ((shop / f"reports/corner/{stem}.html").read_text() for stem in ("01_bad", "02_dead"))
        assert "ZeroDivisionError" in bad
        assert "division by zero" in bad
        assert "How many are there?" in bad
        assert "often memory ran out" in dead
        assert "Traceback" not in bad + dead

    def test_results_hold_the_findings_of_the_reports_that_were_computed(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        assert results(shop) == {
            "intake": {"customers_seen": {"estimate": 60, "unit": "customers"}, "k_max": {"estimate": 7}}
        }
        assert (shop / "reports/corner/results.json").read_text().endswith("}\n")

    def test_tables_are_those_of_the_reports_that_were_computed(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        tables = sorted(p.name for p in (shop / "reports/corner/tables").iterdir())
        assert tables == ["intake_kept.csv", "intake_kept.parquet"]
        assert len(pd.read_csv(shop / "reports/corner/tables/intake_kept.csv")) == 60

    def test_the_rejects_are_written(self, ran: subprocess.CompletedProcess[str], shop: Path) -> None:
        assert "yesterday" in (shop / "reports/corner/rejects/orders.csv").read_text()

    def test_the_executed_notebook_has_outputs_and_nothing_of_the_machine(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        path = shop / "reports/corner/notebooks/00_intake.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert [c.execution_count for c in notebook.cells if c.cell_type == "code"] == [1, 2, 3, 4]
        assert '"papermill"' not in path.read_text()
        assert ".cxlab-" not in path.read_text()
        injected = next(c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", []))
        assert 'out = "reports/corner"' in injected.source
        assert "margin_rate = 0.25" in injected.source
        assert "k_max = 7" in injected.source

    def test_the_manifest_names_inputs_versions_and_outputs(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        told = manifest(shop)
        assert set(told["inputs"]) == {"study.yml", "orders.csv"}
        assert re.fullmatch(r"[0-9a-f]{64}", str(told["inputs"]["orders.csv"]["sha256"]))
        assert {"python", "cxlab", "pandas"} <= set(told["versions"])
        assert told["parameters"]["margin_rate"] == 0.25
        assert {name: entry["status"] for name, entry in told["reports"].items()} == {
            "intake": "done", "bad": "failed", "dead": "failed",
        }  # fmt: skip
        files = {
            p.relative_to(shop / "reports/corner").as_posix()
            for p in (shop / "reports/corner").rglob("*")
            if p.is_file() and FOLDER not in p.parts
        }
        assert files - set(told["outputs"]) == {"manifest.json", "index.html"}

    def test_nothing_is_left_aside(self, ran: subprocess.CompletedProcess[str], shop: Path) -> None:
        assert sorted(p.name for p in (shop / "reports").iterdir()) == ["corner", "index.html"]

    def test_the_index_shows_what_failed_first(self, ran: subprocess.CompletedProcess[str], shop: Path) -> None:
        html = (shop / "reports/index.html").read_text()
        assert html.index("ZeroDivisionError") < html.index(made.ANSWER.headline)
        assert "cxlab report corner -p margin_rate 0.25" in html

    @pytest.mark.thorough
    def test_again_gives_the_same_bytes_but_for_the_time(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        first = shop / "reports/corner"
        kept = {
            p: (first / p).read_bytes()
            for p in ("results.json", "tables/intake_kept.csv", "tables/intake_kept.parquet")
        }
        kept_notebook, kept_page = (
            (first / "notebooks/00_intake.ipynb").read_bytes(),
            (first / "00_intake.html").read_text(),
        )
        stray = first / "mine.txt"
        stray.write_text("a file of my own")
        time.sleep(1)
        again = cxlab(shop, "report", "corner", "--only", "00_intake", "-p", "margin_rate", "0.25", "--force")
        assert again.returncode == 0, again.stderr
        assert {p: (first / p).read_bytes() for p in kept} == kept
        assert (first / "notebooks/00_intake.ipynb").read_bytes() == kept_notebook
        page = (first / "00_intake.html").read_text()
        assert page != kept_page
        assert re.sub(r"<time .*?</time>", "", page) == re.sub(r"<time .*?</time>", "", kept_page)
        # What the run left alone is still there: the other reports, and a person's own file.
        assert set(manifest(shop)["reports"]) == {"intake", "bad", "dead"}
        assert (first / "01_bad.html").exists()
        assert stray.exists()

    @pytest.mark.thorough
    def test_pages_of_other_data_go_when_the_data_changed(
        self, ran: subprocess.CompletedProcess[str], shop: Path
    ) -> None:
        with (shop / "corner" / "orders.csv").open("a") as orders:
            orders.write("c98,2024-02-02,5.00\n")
        again = cxlab(shop, "report", "corner", "--only", "intake")
        assert again.returncode == 0, again.stderr
        assert set(manifest(shop)["reports"]) == {"intake"}
        assert not (shop / "reports/corner/01_bad.html").exists()
        assert results(shop)["intake"]["customers_seen"]["estimate"] == 61


class TestFaults:
    """Exit code 2, one message, no traceback, nothing run or written; and at once."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("report", "nowhere"), "nowhere is not there"),
            (("report", "corner", "-p", "k_maks", "3"), "did you mean `k_max`"),
            (("report", "corner", "-p", "k_max", "three"), "'three' is not a whole number"),
            (("report", "corner", "--only", "intke"), "did you mean `intake`"),
            (("report", "corner", "-p", "k_max", "012"), "-p k_max: '012' is not a whole number, or None: write 12"),
            (("report", "corner", "--matrix", "nope.yml"), "--matrix nope.yml: cannot be read (No such file"),
            (
                ("report", "corner", "--matrix", "corner/study.yml"),
                "corner/study.yml:1: the set `name` is the text 'corner'",
            ),
            (("report", "--help-parameters", "zzz"), "--help-parameters zzz: no notebook is called so; there are"),
            (("report",), "Missing argument"),
            (("report", "corner", "--jobs", "0"), "0 is not in the range"),
            (("reprot", "corner"), "No such command"),
            (("check", "nowhere"), "nowhere is not there"),
            pytest.param(
                ("report", "corner", "--out", "/proc/nope"),
                "--out /proc/nope: nothing can be written",
                marks=needs_proc,
            ),
            (("report", "corner", "--out", "corner/orders.csv/x"), "nothing can be written there (Not a directory)"),
            (("check", "corner", "--out", "corner/orders.csv/x"), "written to corner/orders.csv/x/corner/rejects/"),
        ],
    )
    def test_a_fault_ends_in_code_2_and_one_message(self, shop: Path, arguments: tuple[str, ...], message: str) -> None:
        elsewhere = ("--out", "elsewhere") if len(arguments) > 1 and "--out" not in arguments else ()
        done = cxlab(shop, *arguments, *elsewhere)
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr
        assert not (shop / "elsewhere").exists()

    @pytest.mark.thorough
    def test_a_fault_in_the_data_is_found_before_any_notebook_starts(self, tmp_path: Path) -> None:
        made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
        (made.write_study(tmp_path / "corner") / "orders.csv").write_text("customer_id,ordered_at\n1,2024-01-01\n")
        done = cxlab(tmp_path, "report", "corner")
        assert done.returncode == 2
        assert "orders.csv" in done.stderr
        assert "revenue" in done.stderr
        assert "started" not in done.stdout
        assert not list(tmp_path.glob("reports/*"))


class TestEngines:
    """No engine stays open when a run cannot go on."""

    @pytest.fixture
    def opened(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
        engines: list[Engine] = []

        def failing(intake: Intake, folder: Path) -> tuple[Path, ...]:
            engines.append(intake.engine)
            raise InputError("no room is left")

        monkeypatch.setattr(Intake, "write_rejects", failing)
        monkeypatch.chdir(tmp_path)
        made.write_study(tmp_path / "corner")
        made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
        return engines

    @pytest.mark.parametrize("command", ["report", "check"])
    def test_an_engine_is_closed_on_failure(self, opened: list[Engine], command: str) -> None:
        with pytest.raises(InputError, match="no room is left"):
            app.main([command, "corner"], standalone_mode=False)
        with pytest.raises(duckdb.ConnectionException):
            opened[0].row("SELECT 1")


def test_inputs_elsewhere_are_named_by_as_many_parts_as_tell_them_apart(tmp_path: Path) -> None:
    study = load_study(made.write_study(tmp_path / "corner"))
    files = [study.folder / "data" / "x.csv"]
    files += [tmp_path / side / "a" / "data" / name for side in ("left", "right") for name in ("x.csv", "y.csv")]
    for number, file in enumerate(files):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(number))

    def hash_inputs(study: Study, files: list[Path]) -> dict[str, dict[str, Any]]:
        return describe_inputs(study, {file: sha256(file) for file in files})

    assert set(hash_inputs(study, files[:1])) == {"study.yml", "data/x.csv"}
    assert set(hash_inputs(study, files[2:3])) == {"study.yml", "data/y.csv"}
    assert set(hash_inputs(study, files[:2])) == {"study.yml", "data/x.csv", "a/data/x.csv"}
    found = hash_inputs(study, [*files, files[1]])
    sides = [f"{side}/a/data/{name}" for side in ("left", "right") for name in ("x.csv", "y.csv")]
    assert list(found) == ["data/x.csv", *sides, "study.yml"]
    assert len({entry["sha256"] for entry in found.values()}) == 6
    files[3].write_text("else")
    assert data_hash(hash_inputs(study, files)) != data_hash(found)


@pytest.mark.thorough
def test_a_study_without_orders_is_told_so_and_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "outcomes.csv").write_text("arm,outcome\ncontrol,1\ncard,2\ncontrol,0\n")
    (tmp_path / "trial" / "study.yml").write_text("name: trial\nsources:\n  outcomes: {path: outcomes.csv}\n")
    made.write(tmp_path / "notebooks", "02_segmentation", made.small_notebook("segmentation", made.COUNT))
    done = cxlab(tmp_path, "report", "trial")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "reports/trial/results.json").read_text()) == {}
    assert "The study brings no orders" in (tmp_path / "reports/trial/02_segmentation.html").read_text()
    assert "Not in this study" in (tmp_path / "reports/index.html").read_text()


def test_a_notebook_whose_process_was_killed_still_gets_a_page(tmp_path: Path) -> None:
    path = made.write(tmp_path, "02_segmentation", made.small_notebook("segmentation", made.COUNT))
    task = Task(path, "corner", {}, tmp_path / "stage", "reports/corner", Imprint(command="cxlab report corner"))
    outcome = stopped(task, "Killed", "memory ran out")
    assert outcome.status == "failed"
    html = (tmp_path / "stage" / "02_segmentation.html").read_text()
    assert "memory ran out" in html
    assert "Who buys again?" in html


def test_check_prints_the_counts_and_writes_only_the_rejects(tmp_path: Path) -> None:
    study = made.write_study(tmp_path / "corner")
    clean = cxlab(tmp_path, "check", "corner")
    assert clean.returncode == 0, clean.stderr
    assert "60 customers" in clean.stdout
    with (study / "orders.csv").open("a") as orders:
        orders.write("c99,yesterday,5.00\n")
    assert cxlab(tmp_path, "check", "corner").returncode == 0
    written = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.glob("reports/**/*") if p.is_file())
    assert written == ["reports/corner/rejects/orders.csv"]


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["check", "report"])
def test_rejects_stand_in_their_folder_though_they_are_too_many(tmp_path: Path, command: str) -> None:
    made.write(tmp_path / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    orders = made.write_study(tmp_path / "corner") / "orders.csv"
    orders.write_text(orders.read_text().replace("2024-01", "soon"))
    done = cxlab(tmp_path, command, "corner")
    assert done.returncode == 2 and "Every one of them stands in reports/corner/rejects/orders.csv." in done.stderr
    assert "ordered_at is no date" in (tmp_path / "reports/corner/rejects/orders.csv").read_text()


def notebook_saying(folder: Path, name: str, metadata: dict[str, Any]) -> Notebook:
    """A notebook of no cells."""
    (folder / f"{name}.ipynb").write_text(json.dumps({"cells": [], "metadata": metadata}), encoding="utf-8")
    return Notebook(folder / f"{name}.ipynb")


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        ({}, ["00_first", "03_long", "02_some", "01_silent", "04_odd"]),  # nothing is known: as they say themselves
        ({"first": 9.0, "silent": 5.0, "long": 2.0}, ["00_first", "03_long", "02_some", "01_silent", "04_odd"]),
        ({"first": 1.0, "silent": 5.0, "some": 1.0, "long": 2.0, "odd": 3.0},
         ["00_first", "01_silent", "04_odd", "03_long", "02_some"]),
    ],
)  # fmt: skip
def test_the_longest_comes_after_the_first(tmp_path: Path, seconds: dict[str, float], wanted: list[str]) -> None:
    said: dict[str, dict[str, Any]] = {
        "00_first": {"cxlab": {"effort": 1}}, "01_silent": {}, "02_some": {"cxlab": {"effort": 3}},
        "03_long": {"cxlab": {"effort": 40}}, "04_odd": {"cxlab": ["effort"]},
    }  # fmt: skip
    known: Any = SimpleNamespace(seconds=lambda one: seconds.get(one.name, math.nan))
    made = [notebook_saying(tmp_path, name, metadata) for name, metadata in said.items()]
    assert [one.stem for one in Run.longest_first(known, made)] == wanted
