"""The notebooks of this repository, wherever the command is given."""

from pathlib import Path

from cxlab.reports.notebooks import Notebook, find_notebooks

_FOLDER = Path(__file__).resolve().parents[2] / "notebooks"


def all_of_them() -> list[Notebook]:
    """Return them in their order."""
    return find_notebooks(_FOLDER)
