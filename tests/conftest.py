"""Where the tests find real data, and which of them begin first."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
LONGEST = ("test_known_shops.py", "test_clusters_page.py", "test_calibration.py", "test_segmentation_page.py")
"""Files that take longest: begun first, so that no process is left alone with one of them in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets with known truths; beside the repository, never in it."""
    if not SHARED.is_dir():
        pytest.skip(f"the real data sets are not beside the repository (looked for {SHARED.parent.name}/{SHARED.name})")
    return SHARED
