"""Help on every public name: what it does, and an example that the tests run."""

import doctest
import importlib
import inspect
import pydoc
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cxlab

ROOT = Path(__file__).resolve().parent.parent


def home(name: str) -> ModuleType:
    """The module in which a public name is written."""
    value: Any = getattr(cxlab, name)
    if isinstance(value, ModuleType):
        return value
    return importlib.import_module(inspect.unwrap(value).__module__)


def example(name: str) -> doctest.DocTest:
    """The example of a public name, as pytest finds it."""
    module = home(name)
    value: Any = getattr(cxlab, name)
    written = module.__name__ if value is module else f"{module.__name__}.{value.__name__}"
    found = [test for test in doctest.DocTestFinder().find(module) if test.name == written]
    assert len(found) == 1 and found[0].examples, f"help(cxlab.{name}) has no example"
    return found[0]


@pytest.mark.parametrize("name", cxlab.__all__)
def test_every_public_name_has_help_with_an_example_that_is_run(name: str) -> None:
    test = example(name)
    assert not any(doctest.SKIP in one.options for one in test.examples), "an example that is not run"
    assert any(one.want for one in test.examples), "an example that shows nothing"
    calls = [one.source for one in test.examples if name.lower() in one.source.lower()]
    assert calls, "the example does not use it"
    first = (test.docstring or "").strip().splitlines()[0]
    assert first.endswith((".", ":")) and len(first) > 20
    shown = pydoc.plain(pydoc.render_doc(getattr(cxlab, name)))
    assert first.split(":")[0] in shown and ">>> " in shown


def test_the_examples_are_part_of_the_tests() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert "cxlab" in options["testpaths"] and "--doctest-modules" in options["addopts"]


def test_the_example_shop_is_opened_once_and_brings_every_table() -> None:
    kit = cxlab.open_example()
    assert kit is cxlab.open_example() and kit.study.name == "example"
    tables = {"orders", "gestures", "assignments", "costs", "feedback", "incidents", "referrals", "events"}
    assert set(kit.intake.tables) == tables
