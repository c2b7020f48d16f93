"""The grammar of a notebook: a question, typed and commented parameters, one-line calls, no measured number."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

import cxlab
from cxlab.parameters import Parameters, unit_and_range

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.Lambda, ast.With,
             ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)  # fmt: skip
LINE = re.compile(r"^(?P<name>\w+): (?P<type>[\w| ]+?) = (?P<default>.+?)  # (?P<help>.+)$")

RULE = "# Where a value stays None, that of study.yml counts, else what stands behind `empty`."


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[str]:
    return [c.source for c in read(path).cells if c.cell_type == "code"]


def parameters_cell(path: Path) -> str:
    tagged = [c.source for c in read(path).cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1, "one cell is tagged parameters"
    return str(tagged[0])


def declarations(path: Path) -> list[str]:
    """The lines of the parameters cell under the one that says what holds for all of them."""
    first, *lines = parameters_cell(path).strip().splitlines()
    assert first == RULE
    return lines


def test_there_are_notebooks_numbered_without_gaps() -> None:
    assert [p.name[:2] for p in NOTEBOOKS] == [f"{i:02d}" for i in range(len(NOTEBOOKS))]
    assert len(NOTEBOOKS) >= 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
class TestNotebook:
    def test_is_valid_and_keeps_no_outputs(self, path: Path) -> None:
        notebook = read(path)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                assert not cell.outputs and cell.execution_count is None, cell.id
        assert set(notebook.metadata) == {"cxlab", "kernelspec", "language_info"}
        assert set(notebook.metadata.cxlab) == {"effort"}

    def test_starts_with_a_question_and_what_is_looked_at(self, path: Path) -> None:
        first = read(path).cells[0]
        assert first.cell_type == "markdown"
        title, *rest = first.source.strip().splitlines()
        assert re.fullmatch(r"# .+\?", title), title
        assert " ".join(rest).strip(), "the standfirst is missing"

    def test_sections_are_questions_but_for_the_closing_ones(self, path: Path) -> None:
        heads = [
            line
            for c in read(path).cells
            if c.cell_type == "markdown"
            for line in c.source.splitlines()
            if line.startswith("## ")
        ]
        assert len(heads) >= 4
        others = [h for h in heads if not h.endswith("?")]
        assert others == ["## Method and limits", "## Words"], others

    def test_parameters_are_typed_commented_and_known_to_the_kit(self, path: Path) -> None:
        found = {}
        for line in declarations(path):
            match = LINE.match(line)
            assert match, f"not `name: type = default  # help`: {line}"
            found[match["name"]] = match
        assert next(iter(found)) == "study" and list(found)[-1] == "out"
        for name, match in found.items():
            if name in ("study", "out"):
                continue
            assert name in Parameters.model_fields, f"{name} is no parameter of the kit"
            assert match["default"] == "None" and match["type"] in ("int", "float", "str"), line

    def test_the_parameters_cell_says_unit_range_and_default_as_the_kit_has_them(self, path: Path) -> None:
        for line in declarations(path):
            match = LINE.match(line)
            assert match
            name, help_ = match["name"], match["help"]
            if name in ("study", "out"):
                continue
            meaning, given, empty = help_.split("; ")[:3]
            assert len(meaning) > 10 and given == unit_and_range(name), line
            default = Parameters.model_fields[name].default
            if default is None:  # in words, how it is found out
                assert re.fullmatch(r"empty: [a-z ]+", empty), line
            else:
                assert empty == f"empty: {default if isinstance(default, str) else f'{default:g}'}", line

    def test_papermill_sees_every_parameter(self, path: Path) -> None:
        declared = [m["name"] for m in map(LINE.match, declarations(path)) if m]
        assert list(papermill.inspect_notebook(path)) == declared

    def test_every_parameter_reaches_the_study(self, path: Path) -> None:
        names = [m["name"] for m in map(LINE.match, declarations(path)) if m]
        opening = code(path)[1]
        for name in names:
            if name not in ("study", "out"):
                assert f"{name}={name}" in opening, f"{name} is declared but not passed to open_study"

    def test_asks_and_does_not_compute(self, path: Path) -> None:
        for source in code(path):
            for node in ast.walk(ast.parse(source)):
                assert not isinstance(node, FORBIDDEN), f"{type(node).__name__} in: {source}"
            for statement in ast.parse(source).body:
                assert isinstance(statement, ast.Import | ast.Assign | ast.AnnAssign | ast.Expr), source

    def test_uses_only_public_names(self, path: Path) -> None:
        for source in code(path):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "cx":
                    assert node.attr in cxlab.__all__, f"cx.{node.attr} is not public"

    def test_prose_states_no_measured_number(self, path: Path) -> None:
        for cell in read(path).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"\b\d{1,3},\d{3}\b|\d\.\d{3,}|[$€£]\s?\d", cell.source), cell.source

    def test_ends_in_an_answer(self, path: Path) -> None:
        assert sum(source.count("page.answer(") for source in code(path)) == 1


def test_every_public_name_exists() -> None:
    for name in cxlab.__all__:
        assert getattr(cxlab, name) is not None
