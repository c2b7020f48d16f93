"""What a run says of the one before it in the same folder: what changed and why, and nothing where nothing did."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cxlab.reports.since import Since, find_since, since
from tests import made_notebooks as made
from tests import made_runs
from tests.test_reports_run import cxlab


def held(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], before: dict[str, Any] | None = None, **now: Any
) -> Since | None:
    """Hold two made-up runs against each other as the second is put in place."""
    final = made_runs.write_run(tmp_path / "final", old, started="2024-10-01T06:00:00+00:00")
    stage = made_runs.write_run(tmp_path / "stage", new, **now)
    for folder in (final, stage):
        manifest = json.loads((folder / "manifest.json").read_text())
        for entry in manifest["reports"].values():
            entry |= {"missing": None}
            if entry["answer"]:
                entry["answer"] = {"tone": "yes", **entry["answer"]}
        (folder / "manifest.json").write_text(json.dumps(manifest))
    then, today = (json.loads((folder / "manifest.json").read_text()) for folder in (final, stage))
    declared = {"segments": ("k_max", "margin_rate"), "waits": ("seed",)}
    told = find_since(then | (before or {}), final, today, stage, declared)
    return since({"before": json.loads(json.dumps(told))})


def test_verdicts_and_what_moved_beyond_chance_are_kept_the_rest_is_counted(tmp_path: Path) -> None:
    told = held(tmp_path, made_runs.OLD, made_runs.NEW)
    assert told
    assert list(told.changed) == ["segments"]
    report = told.changed["segments"]
    assert [(m.key, m.is_verdict, m.is_beyond) for m in report.moves] == [
        ("holds", True, False), ("check", True, False), ("beyond", False, True),
    ]  # fmt: skip
    assert (report.n_beyond, report.n_within, report.n_open) == (1, 2, 4)
    assert report.old == report.new


def test_each_report_names_the_parameters_that_its_notebook_declares(tmp_path: Path) -> None:
    parameters = made_runs.MANIFEST["parameters"] | {"k_max": 7, "seed": 2}
    told = held(tmp_path, made_runs.OLD, made_runs.NEW, parameters=parameters)
    assert told
    assert [(c.name, c.old, c.new) for c in told.reports["segments"].causes] == [("k_max", "10", "7")]
    assert [c.name for c in told.reports["waits"].causes] == ["seed"]
    assert told.data == "" and not told.is_other_study_file and told.versions == []


def test_other_data_another_study_file_and_other_versions_are_causes(tmp_path: Path) -> None:
    inputs = {name: {"sha256": "c" * 64, "bytes": 11} for name in made_runs.MANIFEST["inputs"]}
    told = held(tmp_path, made_runs.OLD, made_runs.NEW, inputs=inputs, versions={"python": "3.12.0", "pandas": "3.0.0"})
    assert told
    assert told.data == made_runs.MANIFEST["data"] and told.is_other_study_file
    assert [(v.name, v.old, v.new) for v in told.versions] == [("python", "3.11.9", "3.12.0")]


def test_a_report_that_failed_is_new_or_is_gone_is_told(tmp_path: Path) -> None:
    error = {"name": "SourceError", "message": "no column cost"}
    failed = made_runs.entry("segments", status="failed", answer=None, error=error)
    told = held(tmp_path, made_runs.OLD, {"fans": {}}, reports={"segments": failed})
    assert told
    assert {n: (r.old and r.old.tag, r.new and r.new.tag) for n, r in told.changed.items()} == {
        "segments": ("Supported", "Failed"), "waits": ("Supported", None), "fans": (None, "Supported"),
    }  # fmt: skip
    assert told.changed["segments"].moves == []


def test_groups_too_small_to_be_shown_are_not_kept(tmp_path: Path) -> None:
    share = "share of customers"
    old = {"segments": {"size.a": made_runs.number(0.003, 0.002, 0.004, share, n=1000)}}
    new = {"segments": {"size.a": made_runs.number(0.3, 0.28, 0.32, share, n=1000)}}
    told = held(tmp_path, old, new)
    assert told
    assert told.reports["segments"].n_beyond == 1
    assert told.reports["segments"].moves == []


def test_where_nothing_changed_what_was_said_before_stays(tmp_path: Path) -> None:
    assert held(tmp_path / "first", made_runs.OLD, made_runs.OLD) is None
    told = held(tmp_path / "later", made_runs.OLD, made_runs.OLD, {"before": made.since()})
    assert told == since({"before": made.since()})


def test_findings_that_can_no_longer_be_read_are_no_run_before(tmp_path: Path) -> None:
    final = made_runs.write_run(tmp_path / "final", made_runs.OLD)
    (final / "results.json").unlink()
    stage = made_runs.write_run(tmp_path / "stage", made_runs.NEW)
    then, today = (json.loads((folder / "manifest.json").read_text()) for folder in (final, stage))
    assert find_since(then, final, today, stage, {}) is None
    assert find_since({}, final, today, stage, {}) is None


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that was run, run again with another parameter, and then afresh."""
    folder = tmp_path_factory.mktemp("since")
    made.write_study(folder / "corner")
    body = made.COUNT.replace("page.record({", 'page.record({"check": Estimate(verdict=f"k_{kit.parameters.k_max}"), ')
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", body))
    runs = {"first": (), "second": ("-p", "k_max", "5"), "same": ("-p", "k_max", "5"),
            "afresh": ("-p", "k_max", "5", "--force")}  # fmt: skip
    for name, options in runs.items():
        done = cxlab(folder, "report", "corner", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        for file in ("manifest.json", "results.json", "index.html"):
            kept = folder / "kept" / name / file
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes((folder / "reports/corner" / file).read_bytes())
    return folder


def kept(shop: Path, run: str, file: str) -> str:
    return (shop / "kept" / run / file).read_text(encoding="utf-8")


@pytest.mark.thorough
def test_a_run_with_another_parameter_says_what_changed_and_why(shop: Path) -> None:
    assert "What changed since" not in kept(shop, "first", "index.html")
    html = kept(shop, "second", "index.html")
    row = re.search(r"<tr>[^\n]*<code>check</code>.*?</tr>", html, flags=re.S)
    assert row
    said = re.sub(r"\s*<[^>]+>\s*", " ", row[0])
    assert " ".join(said.split()) == "corner 00 Intake check k 7 k 5 Parameter k_max from 7 to 5"


@pytest.mark.thorough
def test_an_unchanged_call_touches_nothing_and_a_run_afresh_says_the_same(shop: Path) -> None:
    assert kept(shop, "same", "manifest.json") == kept(shop, "second", "manifest.json")
    assert kept(shop, "afresh", "results.json") == kept(shop, "second", "results.json")
    second, afresh = (json.loads(kept(shop, run, "manifest.json")) for run in ("second", "afresh"))
    assert afresh["started"] >= second["started"] and afresh["before"] == second["before"]
    time = re.compile(r'<tr><th scope="row">Run</th>.*?</tr>')
    assert time.sub("", kept(shop, "afresh", "index.html")) == time.sub("", kept(shop, "second", "index.html"))
