"""Where the tests find real data."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets with known truths; beside the repository, never in it."""
    if not SHARED.is_dir():
        pytest.skip(f"the real data sets are not beside the repository (looked for {SHARED.parent.name}/{SHARED.name})")
    return SHARED
