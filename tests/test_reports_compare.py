"""Two runs held against each other: what changed, what is said of it, the page, and runs that cannot be read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cxlab.__main__ import app
from cxlab.errors import InputError
from cxlab.reports.compare import Comparison, compare
from cxlab.reports.compared_page import compared_page, require_page, write_page
from cxlab.reports.compared_text import as_text
from cxlab.reports.past import open_run
from tests import made_notebooks as made
from tests.made_runs import MANIFEST, NEW, OLD, entry, hostile, number, write_run


def compared(tmp_path: Path, old: Any = OLD, new: Any = NEW, **changed: Any) -> Comparison:
    before = write_run(tmp_path / "old", old)
    after = write_run(tmp_path / "new", new, **{"started": "2024-11-01T06:00:00+00:00"} | changed)
    return compare(open_run(str(before)), open_run(str(after)))


class TestReckoning:
    def test_a_planted_change_is_beyond_chance_and_a_small_one_within_it(self, tmp_path: Path) -> None:
        report = compared(tmp_path).reports[0]
        assert [c.key for c in report.figures("beyond")] == ["beyond"]
        assert [c.key for c in report.figures("within")] == ["holds", "within"]
        found = report.figures("beyond")[0].difference
        assert found is not None and found.value == pytest.approx(0.1)

    def test_p_values_are_adjusted_over_all_reports_and_for_what_did_not_change(self, tmp_path: Path) -> None:
        many = {f"same_{i}": number(1, 0, 2) for i in range(500)}
        few = compared(tmp_path / "few", {"a": {"x": number(1, 0.9, 1.1)}}, {"a": {"x": number(1.2, 1.1, 1.3)}})
        old = {"a": {"x": number(1, 0.9, 1.1)}, "b": many}
        new = {"a": {"x": number(1.2, 1.1, 1.3)}, "b": many}
        lost = compared(tmp_path / "many", old, new)
        assert (few.count("beyond"), few.n_compared) == (1, 1)
        assert (lost.count("beyond"), lost.n_compared) == (0, 501)

    def test_nothing_is_said_on_chance_without_usable_intervals_or_across_units(self, tmp_path: Path) -> None:
        open_ = {c.key: c.why for c in compared(tmp_path).reports[0].figures("open")}
        assert open_ == {
            "customers": "no interval",
            "flat": "an interval without width on the side of the other",
            "last_order": "no number",
            "other_unit": "another unit",
        }

    def test_verdicts_that_changed_come_first(self, tmp_path: Path) -> None:
        report = compared(tmp_path).reports[0]
        assert {c.key for c in report.changed[:2]} == {"check", "holds"} == {c.key for c in report.verdicts}

    def test_the_same_figures_are_counted_and_those_of_one_run_are_new_or_gone(self, tmp_path: Path) -> None:
        found = compared(tmp_path)
        report = found.reports[0]
        assert (report.n_same, report.n_refined, found.n_same) == (2, 1, 3)
        assert (list(report.only_old), list(report.only_new)) == (["gone_one"], ["new_one"])
        assert found.reports[1].is_same

    def test_a_report_that_failed_in_one_run_has_no_findings_gone(self, tmp_path: Path) -> None:
        error = {"name": "KeyError", "message": "no column", "question": "?"}
        failed = {"waits": entry("waits", "01", status="failed", answer=None, error=error)}
        found = compared(tmp_path, new={"segments": NEW["segments"]}, reports=failed)
        assert not found.reports[1].only_old
        assert "It failed in the new run (KeyError: no column): nothing can be compared." in as_text(found)
        assert "01 Waits: Supported → failed" in as_text(found)

    def test_a_report_of_one_run_alone_is_said_to_be_so(self, tmp_path: Path) -> None:
        found = compared(tmp_path, new={"segments": NEW["segments"], "fans": {"x": number(1, 0, 2)}})
        assert "Only in the old run." in as_text(found)
        assert "Only in the new run." in as_text(found)

    def test_a_run_against_itself_changed_in_nothing(self, tmp_path: Path) -> None:
        run = open_run(str(write_run(tmp_path / "run", OLD)))
        assert "Nothing changed: 12 findings with the same figures and verdicts." in as_text(compare(run, run))

    def test_parameters_that_single_reports_were_given_are_told(self, tmp_path: Path) -> None:
        kept = {"waits": entry("waits", "01", parameters={"k_max": 5})}
        found = compared(tmp_path, reports=kept)
        assert [(p.name, p.old, p.new) for p in found.parameters if not p.is_same] == [("k_max in 01 Waits", 10, 5)]

    def test_code_of_notebooks_is_compared_without_what_a_run_puts_in(self, tmp_path: Path) -> None:
        old, new = (write_run(tmp_path / name, OLD) for name in ("old", "new"))
        for folder, given, body in ((old, "out = 1", "x"), (new, "out = 2", "x")):
            cell = made.code(given, tags=["injected-parameters"])
            made.write(folder / "notebooks", "00_segments", made.notebook(cell, made.code(body)))
        made.write(old / "notebooks", "01_waits", made.notebook(made.code("x")))
        made.write(new / "notebooks", "01_waits", made.notebook(made.code("y")))
        found = {pair.name: pair.is_same for pair in compare(open_run(str(old)), open_run(str(new))).notebooks}
        assert found == {"00_segments": True, "01_waits": False}


class TestWords:
    def test_a_line_gives_both_figures_the_difference_and_what_is_said_on_chance(self, tmp_path: Path) -> None:
        text = as_text(compared(tmp_path))
        assert "beyond: 0.400 (0.380–0.420) → 0.500 (0.480–0.530), +0.100 (0.072–0.136), p <\u00a00.001; share" in text
        assert "customers: 60 → 70, +10; customers" in text
        assert "last_order: 30 September 2024 → 31 October 2024, 31 days later" in text
        assert "other_unit: 5.0 (4.0–6.0) → 7.0 (6.0–8.0), another unit; EUR → USD" in text
        assert "00 Segments, check: open → cannot tell" in text
        assert "gone_one: 1.0 (0.0–2.0) share" in text

    def test_data_parameters_and_versions_are_told(self, tmp_path: Path) -> None:
        inputs = {"orders.csv": {"sha256": "c" * 64, "bytes": 9}, "costs.csv": {"sha256": "d" * 64, "bytes": 9}}
        study = MANIFEST["study"] | {"observation_end": "2024-10-31"}
        text = as_text(
            compared(
                tmp_path,
                inputs=inputs,
                study=study,
                parameters=MANIFEST["parameters"] | {"k_max": 7, "active_days": 90},
                versions={"python": "3.11.9", "pandas": "3.1.0"},
            )
        )
        for said in ("orders.csv: changed", "costs.csv: new", "study.yml: gone", "k_max 10 → 7",
                     "active_days not set → 90", "pandas 3.0.0 → 3.1.0", "may no longer mean the same",
                     "has 92 days in the old run and 123 days in the new one", "as this month’s orders"):  # fmt: skip
            assert said in text, said

    def test_the_same_data_are_no_other_customers(self, tmp_path: Path) -> None:
        text = as_text(compared(tmp_path, parameters=MANIFEST["parameters"] | {"seed": 2}))
        assert "Both runs read the same files" in text
        assert "Of the parameters only the seed changed" in text
        assert "as this month’s orders" not in text

    def test_a_study_that_is_read_otherwise_is_a_cause(self, tmp_path: Path) -> None:
        study = MANIFEST["study"] | {"calibration_end": "2024-05-31"}
        inputs = MANIFEST["inputs"] | {"study.yml": {"sha256": "e" * 64, "bytes": 9}}
        text = as_text(compared(tmp_path, study=study, inputs=inputs))
        assert "Both runs read the same data files, but study.yml is not the same" in text
        assert "no new purchase" not in text
        assert re.search(r"windows end on other days: calibration_end \S+ → 2024-05-31\.", text)

    def test_two_studies_and_the_newer_run_first_are_said(self, tmp_path: Path) -> None:
        other = MANIFEST["study"] | {"name": "market", "title": "Market", "currency": "USD"}
        text = as_text(compared(tmp_path, study=other, started="2024-09-01T06:00:00+00:00"))
        assert "These are runs of two studies, corner and market" in text
        assert "Amounts are in EUR in the old run and in USD in the new one" in text
        assert "The run that was named first is the newer one" in text


class TestPage:
    def test_it_asks_nothing_of_any_place_and_gives_the_same_bytes(self, tmp_path: Path) -> None:
        found = compared(tmp_path)
        html = compared_page(found, "changes.html")
        assert html == compared_page(found, "changes.html")
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
        assert "<script" not in html
        assert "Nothing is said on chance of counts and dates" in html
        assert "cxlab compare" in html and "--out changes.html" in html

    def test_every_table_scrolls_in_itself_and_has_caption_and_heads(self, tmp_path: Path) -> None:
        html = compared_page(compared(tmp_path), "changes.html")
        tables = re.findall(r'<div class="scroll" tabindex="0" role="region" aria-label="[^"]+"><table><caption>', html)
        assert len(tables) == html.count("<table>") > 5
        assert html.count('<th scope="row">') > 10
        ids = re.findall(r'href="#([^"]+)"', html)
        assert all(f'id="{target}"' in html for target in ids)

    def test_hostile_texts_stay_text(self, tmp_path: Path) -> None:
        h = made.HOSTILE
        old, new = hostile(h)
        study = MANIFEST["study"] | {"title": h, "name": h}
        html = compared_page(
            compared(tmp_path, old, new, study=study, data=h, inputs={h: {"sha256": h, "bytes": 1}},
                     versions={h: h}, parameters={h: h}, command=h), h,
        )  # fmt: skip
        assert "<script" not in html
        assert "<img" not in html
        assert html.count("</style>") == 1

    def test_it_is_written_only_to_a_page_of_its_own(self, tmp_path: Path) -> None:
        run = open_run(str(write_run(tmp_path / "run", OLD, outputs={"00_segments.html": "0" * 64})))
        for name, message in (("x.json", "ends in .html"), ("run/index.html", "is a page of the run"),
                              ("run/00_segments.html", "is a page of the run")):  # fmt: skip
            with pytest.raises(InputError, match=message):
                require_page(tmp_path / name, run)
        (tmp_path / "folder.html").mkdir()
        with pytest.raises(InputError, match="is a folder"):
            require_page(tmp_path / "folder.html", run)
        found = compare(run, run)
        with pytest.raises(InputError, match="nothing can be written"):
            write_page(found, tmp_path / "run" / "results.json" / "x.html")
        write_page(found, tmp_path / "deep" / "x.html")
        assert [f.name for f in (tmp_path / "deep").iterdir()] == ["x.html"]


class TestCommand:
    def test_it_ends_with_0_whatever_changed_and_writes_only_what_was_asked(self, tmp_path: Path) -> None:
        old, new = write_run(tmp_path / "old", OLD), write_run(tmp_path / "new", NEW)
        before = sorted(tmp_path.rglob("*"))
        done = CliRunner().invoke(app, ["compare", str(old), str(new / "manifest.json")])
        assert done.exit_code == 0, done.output
        assert "1 of 6 findings with an interval in both runs changed beyond chance" in done.output
        assert sorted(tmp_path.rglob("*")) == before
        done = CliRunner().invoke(app, ["compare", str(old), str(new), "--out", str(tmp_path / "c.html")])
        assert done.exit_code == 0
        assert sorted({*tmp_path.rglob("*")} - {*before}) == [tmp_path / "c.html"]


class TestRunsThatCannotBeRead:
    @pytest.mark.parametrize(
        ("manifest", "message"),
        [
            ({"format": 2}, "is of format 2, and this version of cxlab reads format 1"),
            ({"study": {"name": "x"}}, "`study.title`: field required"),
            ({"started": "yesterday"}, "`started`"),
            ({"started": "2024-10-01T06:00:00"}, "has no time zone"),
            ({"outputs": {"x": 1}}, "`outputs.x`"),
        ],
    )
    def test_a_manifest_in_another_form_is_named(self, tmp_path: Path, manifest: dict[str, Any], message: str) -> None:
        with pytest.raises(InputError, match=re.escape(message)):
            open_run(str(write_run(tmp_path / "run", OLD, **manifest)))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "is no JSON"),
            ("[]", "holds no object"),
            ('{"a": {"x": {"estimate": NaN}}}', "holds no findings: `a.x.estimate"),
            ('{"a": {"x": {"level": 95}}}', "`a.x.level`"),
            ('{"a": 3}', "`a`"),
        ],
    )
    def test_findings_in_another_form_are_named(self, tmp_path: Path, text: str, message: str) -> None:
        run = write_run(tmp_path / "run", OLD)
        (run / "results.json").write_text(text)
        with pytest.raises(InputError, match=re.escape(message)):
            open_run(str(run)).findings()
        (run / "results.json").unlink()
        with pytest.raises(InputError, match="cannot be read"):
            open_run(str(run)).findings()

    def test_what_is_no_run_is_said_with_what_to_name(self, tmp_path: Path) -> None:
        write_run(tmp_path / "reports" / "corner", OLD)
        made.write_study(tmp_path / "study")
        (tmp_path / "empty").mkdir()
        (tmp_path / "file.txt").write_text("x")
        (tmp_path / "broken").mkdir()
        (tmp_path / "broken" / "manifest.json").write_text("{")
        for name, message in {
            "nowhere": "is not there: name a folder of reports",
            "reports": "holds a folder for each study: name one of them, as",
            "study": "is a study and not a run of one",
            "empty": "holds no manifest.json",
            "file.txt": "is no run",
            "broken": "is no JSON",
        }.items():
            with pytest.raises(InputError, match=message):
                open_run(str(tmp_path / name))

    def test_the_last_findings_are_those_of_the_file(self, tmp_path: Path) -> None:
        run = open_run(str(write_run(tmp_path / "run", OLD)))
        again = {
            r: {k: f.model_dump(exclude_unset=True) for k, f in found.items()} for r, found in run.findings().items()
        }
        assert again == json.loads((tmp_path / "run" / "results.json").read_text())
