"""A run made again: the same, or what differs; and runs that cannot be made again."""

import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxlab.__main__ import app
from cxlab.errors import InputError
from cxlab.intake.stamps import sha256
from cxlab.reports.past import open_run
from cxlab.reports.rerun import Part, parts, where_from
from cxlab.reports.verify import Verified, verify_run
from tests import made_notebooks as made
from tests.made_runs import MANIFEST, entry, number, write_run

ROOT = Path(__file__).resolve().parent.parent
BAD = "page.keep('half', kit.customers.frame)\n1 / 0"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study and its run, of which one notebook answers and one stops."""
    folder = tmp_path_factory.mktemp("a {shop}")
    made.write_study(folder / "corner")
    made.write(folder / "notebooks", "00_intake", made.small_notebook("intake", made.COUNT))
    made.write(folder / "notebooks", "01_bad", made.small_notebook("bad", BAD))
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        here.setenv("PYTHONPATH", str(ROOT))
        done = CliRunner().invoke(app, ["report", "corner", "-p", "margin_rate", "0.25"])
    assert done.exit_code == 1, done.output
    return folder


@pytest.fixture
def shop(ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, whose own folder is where one works."""
    folder = tmp_path / "shop"
    shutil.copytree(ran, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


def verified(run: str = "reports/corner") -> Verified:
    return verify_run(open_run(run), jobs=1)


def contents(folder: Path) -> dict[str, str]:
    return {str(file): sha256(file) for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_same_run_comes_out_the_same_from_wherever_one_asks_and_leaves_no_trace(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(ran)
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    done = CliRunner().invoke(app, ["verify", str(ran / "reports" / "corner" / "manifest.json")])
    assert done.exit_code == 0, done.output
    assert f"The study corner was found from {ran}." in done.output
    assert "reports/corner: the same. Made again from the same 2 inputs" in done.output
    assert "started" not in done.output
    assert Path.cwd() == tmp_path
    assert contents(ran) == before
    assert not list((tmp_path / "tmp").rglob("manifest.json"))


@pytest.mark.thorough
def test_files_changed_by_hand_since_the_run_are_named(shop: Path) -> None:
    run = shop / "reports" / "corner"
    with (run / "tables" / "intake_kept.csv").open("a") as table:
        table.write("one more\n")
    (run / "01_bad.html").unlink()
    (run / "00_intake.html").write_text("nothing")
    found = verified()
    assert found.differences == {
        "Files changed in its folder since the run": (
            "00_intake.html: changed",
            "01_bad.html: gone",
            "tables/intake_kept.csv: changed",
        ),
        "All the same": ("what comes out of it now: every finding, table, page and notebook",),
    }
    assert not found.is_same
    assert found.reading.startswith("reports/corner: not the same.\nFiles changed in its folder since the run\n")


@pytest.mark.thorough
def test_what_was_forged_on_a_page_or_for_the_index_is_a_difference(shop: Path) -> None:
    run = shop / "reports" / "corner"
    told = json.loads((run / "manifest.json").read_text())
    told["reports"]["intake"]["answer"] |= {"tag": "Forged", "headline": "Revenue has tripled"}
    told["data"] = "1,000,000 orders"
    page = (run / "00_intake.html").read_text()
    (run / "00_intake.html").write_text(re.sub("(<time [^>]*>)", r"\1Best of all, on ", page))
    told["outputs"]["00_intake.html"] = sha256(run / "00_intake.html")
    (run / "manifest.json").write_text(json.dumps(told))
    found = verified().differences
    assert found["Reports"] == (f"00_intake: Forged → {made.ANSWER.tag}; Revenue has tripled → {made.ANSWER.headline}",)
    assert found["Inputs"][0].startswith("what was read: 1,000,000 orders → ")
    assert found["Files that come out otherwise"] == ("00_intake.html",)


def test_a_changed_input_is_named_with_what_came_of_it_and_a_notebook_that_fails_now(shop: Path) -> None:
    with (shop / "corner" / "orders.csv").open("a") as orders:
        orders.write("c98,2024-02-02,5.00\n")
    made.write(shop / "notebooks", "01_bad", made.small_notebook("bad", made.COUNT))
    found = verified().differences
    assert found["Inputs"][0] == "orders.csv: changed"
    assert found["Inputs"][1].startswith("what was read: 150 orders") and " → 151 orders" in found["Inputs"][1]
    assert "intake customers_seen: 60 → 61" in found["Findings"]
    assert "bad customers_seen: not there then" in found["Findings"]
    assert "01_bad: failed → done" in found["Reports"]
    assert {"results.json", "tables/intake_kept.csv", "00_intake.html"} <= set(found["Files that come out otherwise"])
    assert "tables/bad_kept.csv: did not come out then" in found["Files that come out otherwise"]
    assert "Files changed in its folder since the run" not in found


def test_a_notebook_that_fails_now_and_did_not_then_is_a_difference(shop: Path) -> None:
    made.write(shop / "notebooks", "00_intake", made.small_notebook("intake", "1 / 0"))
    (shop / "notebooks" / "01_bad.ipynb").unlink()
    found = verified().differences
    assert found["Reports"] == (
        "01_bad: its notebook is no longer there",
        "00_intake: done → failed (ZeroDivisionError: division by zero)",
    )
    assert "intake customers_seen: not there now" in found["Findings"]


def test_an_input_that_is_gone_is_a_difference_and_nothing_is_run(shop: Path) -> None:
    (shop / "corner" / "orders.csv").unlink()
    found = verified().differences
    assert found["Inputs"] == ("orders.csv: not in the study's folder",)
    assert "orders.csv" in found["So it cannot be made again"][0]


def test_a_study_that_is_gone_is_a_fault(shop: Path) -> None:
    shutil.rmtree(shop / "corner")
    with pytest.raises(InputError, match="the study of reports/corner is not there: it was named corner"):
        app.main(["verify", "reports/corner"], standalone_mode=False)


def test_a_parameter_that_no_notebook_knows_any_more_is_a_fault(shop: Path) -> None:
    for stem in ("00_intake", "01_bad"):
        file = shop / "notebooks" / f"{stem}.ipynb"
        file.write_text(file.read_text().replace("margin_rate", "gain_rate"))
    with pytest.raises(InputError, match="no notebook declares a parameter `margin_rate`"):
        verified()


def test_no_notebook_left_is_a_fault(shop: Path) -> None:
    for stem in ("00_intake", "01_bad"):
        (shop / "notebooks" / f"{stem}.ipynb").unlink()
    made.write(shop / "notebooks", "09_other", made.small_notebook("other", made.COUNT))
    with pytest.raises(InputError, match="none of the notebooks of reports/corner is there"):
        verified()


def test_reports_that_an_earlier_run_left_are_made_again_as_they_were(tmp_path: Path) -> None:
    findings = {name: {"x": number(1, 0, 2)} for name in ("intake", "waits", "fans", "gestures")}
    command = "cxlab report data/corner --only {} -p k_max 5 --allow-outside"
    kept = {name: entry(name, command=command.format(name)) for name in ("waits", "fans")}
    run = write_run(
        tmp_path / "run",
        findings,
        reports=kept,
        command="cxlab report data/corner --only intake --only gestures -p paired True",
        given={"paired": True, "limit": None},
    )
    assert parts(open_run(str(run)).manifest) == [
        Part((("k_max", "5"),), True, ("waits", "fans")),
        Part((("paired", "True"), ("limit", "none")), False, ("intake", "gestures")),
    ]


def test_the_study_is_looked_for_here_then_above_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = open_run(str(write_run(tmp_path / "place" / "reports" / "corner", {})))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(InputError, match="nor from a folder above the run"):
        where_from(run)
    made.write_study(tmp_path / "place" / "data" / "corner")
    assert where_from(run) == tmp_path / "place"
    made.write_study(tmp_path / "here" / "data" / "corner")
    assert where_from(run) == tmp_path / "here"
    absolute = MANIFEST["study"] | {"path": str(tmp_path / "nowhere")}
    with pytest.raises(InputError, match="there is no such study;"):
        where_from(open_run(str(write_run(tmp_path / "other", {}, study=absolute))))
