"""What a run writes is listed: each key and table in one place, none too many."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cxlab.reports.listed import KEYS, faults
from cxlab.reports.listed.key import as_regex, places
from cxlab.reports.listed.manifest import BEFORE, REPORT, RUN
from cxlab.reports.listed.places import PLACES
from cxlab.reports.listed.tables import TABLES
from cxlab.reports.notebooks import find_notebooks

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cxlab"
ALL = [key for keys in KEYS.values() for key in keys]
GIVE = {"findings", "own_findings", "_findings", "_worth_findings"}
"""Functions by which results give their findings."""
NOT_ANALYSES = {"locale", "reports", "simulate", "page.py"}


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_text(encoding="utf-8"))


def sources() -> list[ast.Module]:
    """The modules of the package that may give findings."""
    files = [f for f in sorted(PACKAGE.rglob("*.py")) if f.relative_to(PACKAGE).parts[0] not in NOT_ANALYSES]
    return [ast.parse(file.read_text(encoding="utf-8")) for file in files]


def keys_in_code() -> Iterator[str]:
    """Every key that the package writes, as a regular expression: what is filled in may be anything."""
    for module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name in GIVE:
                for part in ast.walk(node):
                    if isinstance(part, ast.Dict):
                        yield from (_template(key) for key in part.keys if key is not None)
                    elif isinstance(part, ast.DictComp):
                        yield _template(part.key)
                    elif isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store):
                        yield _template(part.slice)


def _template(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = (str(part.value) if isinstance(part, ast.Constant) else None for part in parts)
    return "".join(".*" if text is None else re.escape(text) for text in texts)


class TestLists:
    def test_every_notebook_has_its_keys(self) -> None:
        assert list(KEYS) == [notebook.name for notebook in find_notebooks(ROOT / "notebooks")]

    def test_a_pattern_stands_once_in_a_report_and_means_the_same_in_all(self) -> None:
        for keys in KEYS.values():
            assert len({key.pattern for key in keys}) == len(keys)
        assert len({table.stem for table in TABLES}) == len(TABLES)

    def test_every_place_is_known_and_used(self) -> None:
        named = {place for key in ALL for text in (key.pattern, *key.units) for place in places(text)}
        assert named == set(PLACES)

    def test_a_verdict_alone_or_a_unit_says_what_a_key_is(self) -> None:
        days = {"first_order", "last_order"}  # whose estimate is the day itself
        assert {key.pattern for key in ALL if not key.units and not key.words} == days

    def test_a_key_with_another_unit_or_verdict_is_a_fault(self) -> None:
        good = {"estimate": 0.9, "unit": "Jaccard share, 0 to 1", "verdict": "stable"}
        assert faults("clusters", {"stability.A": good}) == []
        assert faults("clusters", {"stability.A": good | {"verdict": "splendid"}})
        assert faults("clusters", {"stability.A": good | {"unit": "share"}})
        assert faults("clusters", {"stability.A": {"estimate": 0.9}})
        assert faults("clusters", {"stability.a": good})
        assert faults("segmentation", {"stability.A": good}) == ["segmentation: `stability.A` is matched by no pattern"]


class TestCode:
    def test_every_key_that_the_code_writes_is_listed(self) -> None:
        written = {template for template in keys_in_code() if re.search("[a-z]", template)}
        assert len(written) > 150
        parts = {part for key in ALL for part in re.split(r"[.\[\]<>]", key.pattern)}
        lacking = [
            template
            for template in sorted(written)
            if not any(re.fullmatch(template, re.sub(r"[\[\]]", "", key.pattern)) for key in ALL)
            and not any(re.fullmatch(template, key.pattern) for key in ALL)
            and template not in parts  # it is filled into another one
        ]
        assert not lacking, f"cxlab/reports/listed does not have {lacking}"

    def test_every_word_of_a_pattern_stands_in_the_code(self) -> None:
        texts = {
            node.value if isinstance(node, ast.Constant) else getattr(node, "attr", getattr(node, "arg", ""))
            for module in sources()
            for node in ast.walk(module)
            if isinstance(node, ast.Constant | ast.Attribute | ast.arg | ast.AnnAssign)
        }
        said = " ".join(str(text) for text in texts)
        for key in ALL:
            for word in re.findall(r"[a-z]+", re.sub(r"<\w+>", " ", key.pattern)):
                assert re.search(rf"(?<![a-z]){word}(?![a-z])", said), f"{key.pattern}: no code says {word}"


class TestExamples:
    """The example studies' own runs, which `make report` makes."""

    def test_every_finding_is_matched_by_one_pattern_with_its_unit_and_verdict(
        self, example_runs: dict[str, Path]
    ) -> None:
        for run in example_runs.values():
            for report, findings in read(run, "results.json").items():
                assert not faults(report, findings)

    def test_no_pattern_is_unused_but_the_rare_ones(self, example_runs: dict[str, Path]) -> None:
        found = [read(run, "results.json") for run in example_runs.values()]
        for report, keys in KEYS.items():
            names = {name for results in found for name in results.get(report, ())}
            unused = {key.pattern for key in keys if not any(key.matches(name) for name in names)}
            assert unused == {key.pattern for key in keys if key.rare}, report

    def test_every_table_is_listed_with_its_columns(self, example_runs: dict[str, Path]) -> None:
        listed = {table.stem: table for table in TABLES}
        seen = set()
        for run in example_runs.values():
            for file in sorted((run / "tables").glob("*.parquet")):
                columns = pq.read_schema(file).names
                assert listed[file.stem].holds(columns), f"{file.stem} has the columns {', '.join(columns)}"
                seen.add(file.stem)
        assert seen == {table.stem for table in TABLES if not table.rare}

    def test_the_manifest_has_these_keys(self, example_runs: dict[str, Path]) -> None:
        for run in example_runs.values():
            told = read(run, "manifest.json")
            assert told.keys() - BEFORE.keys() == RUN.keys()
            assert all(report.keys() == REPORT.keys() for report in told["reports"].values())


def test_what_may_be_left_out_and_what_is_filled_in() -> None:
    pattern = as_regex("[observational.]effect.<arm>")
    assert pattern.fullmatch("effect.card") and pattern.fullmatch("observational.effect.a card")
    assert not pattern.fullmatch("effect.card.lost") and not pattern.fullmatch("observationalXeffect.card")
    assert as_regex("a.b").fullmatch("axb") is None


@pytest.mark.parametrize("key", [key for key in ALL if key.rare], ids=lambda key: key.pattern)
def test_a_rare_key_says_why(key: Any) -> None:
    assert len(key.rare) > 20 and key.when
