"""The house rules that a program can check: layers, who may import what, and the tree in the README."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "cxlab").rglob("*.py"))
DRAWERS = {"matplotlib", "seaborn"}


def imported(path: Path) -> set[str]:
    """Top-level names of every package that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def test_only_the_plots_draw() -> None:
    others = [p for p in MODULES if "plots" not in p.parts and imported(p) & DRAWERS]
    assert not others, f"matplotlib or seaborn outside cxlab/plots: {others}"


def test_only_the_engine_knows_duckdb() -> None:
    known = {"engine.py", "tasks.py"}  # here, and in the tasks of a cluster
    others = [p.name for p in MODULES if p.name not in known and "duckdb" in imported(p)]
    assert not others


def test_the_example_package_is_read_by_path_and_never_imported() -> None:
    assert not [p for p in MODULES if "lifetimes" in imported(p)]


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [p.relative_to(ROOT) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert not silent


def test_no_global_random_state_and_no_clock_in_the_analyses() -> None:
    banned = re.compile(
        r"np\.random\.(?!default_rng|Generator|SeedSequence)\w+\(|\btime\.time\(|datetime\.now\(|date\.today\(|(?<!\.)\brandom\.\w+\("
    )
    users = [
        str(p.relative_to(ROOT))
        for p in MODULES
        if banned.search(p.read_text(encoding="utf-8")) and "reports" not in p.parts
    ]
    assert not users


def test_the_tree_in_the_readme_is_the_tree() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- tree -->\s*```text\n(.*?)```", readme, flags=re.S)
    assert block, "README.md has no tree"
    named = {line.split()[0].rstrip("/") for line in block[1].splitlines() if line.strip()}
    listed = {"reports"} | {path.split("/")[0] for path in tracked()}
    hidden = {name for name in listed if name.startswith(".") and name not in named}
    assert named == listed - hidden, f"README and tree differ: {sorted(named ^ (listed - hidden))}"


def test_the_map_of_modules_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = {
        p.relative_to(ROOT / "cxlab").parts[0] for p in MODULES if p.name != "__init__.py" or p.parent.name != "cxlab"
    }
    missing = [name for name in sorted(packages) if f"`{name.removesuffix('.py')}" not in text]
    assert not missing, f"docs/architecture.md does not name {missing}"


def test_the_project_speaks_only_of_itself() -> None:
    here = re.escape(str(ROOT.parent)).encode() + rb"/"
    for path in tracked():
        file = ROOT / path
        if file.suffix in {".parquet", ".png"} or not file.is_file():
            continue
        assert not re.search(here, file.read_bytes()), f"{path} names a folder of this machine"


def tracked() -> list[str]:
    """Files that git tracks or would track."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is no list of the project's files")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
