"""Where the tests find real data and a browser, and which of them begin first."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.depth import THOROUGH

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
LONGEST = ("test_known_shops.py", "test_clusters_page.py", "test_calibration.py", "test_segmentation_page.py")
"""Files that take longest: begun first, so that no process is left alone with one of them in the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first, and leave the longer proofs to those who ask for them."""
    if not THOROUGH:
        longer = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=longer)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets with known truths; beside the repository, never in it."""
    if not SHARED.is_dir():
        pytest.skip(f"the real data sets are not beside the repository (looked for {SHARED.parent.name}/{SHARED.name})")
    return SHARED


@pytest.fixture(scope="session")
def example_runs() -> dict[str, Path]:
    """The runs of the example studies in `reports/`, as `make report` leaves them; made by the code as it is now."""
    from cxlab.parameters import Parameters
    from cxlab.reports.again import command
    from cxlab.reports.manifest import FILE, read_json, versions
    from cxlab.reports.notebooks import find_notebooks
    from cxlab.reports.standing import key_of, stands

    runs = {name: ROOT / "reports" / name for name in ("cdnow", "corner-shop")}
    for run in runs.values():
        told = read_json(run / FILE)
        for notebook in find_notebooks(ROOT / "notebooks") if told else ():
            entry = told["reports"].get(notebook.name, {})
            page = command([told["study"]["path"]], [notebook.name], {})
            settled, given = Parameters(**told["parameters"]), entry.get("parameters", {})
            if not stands(entry, key_of(notebook, page, given, settled, told["inputs"], versions())):
                told = {}
                break
        if not told:
            if os.environ.get("CI") == "true":
                pytest.fail(f"reports/{run.name} holds no run by this code: give `make report`")
            pytest.skip(f"reports/{run.name} holds no run by this code: give `make report`")
    return runs


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium: install it (Debian: apt-get install chromium)")
        pytest.skip("there is no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()
