"""The reference in `docs/reference/`, written from the code: `python -m tools.reference`."""

from collections.abc import Mapping
from pathlib import Path

from tools.reference import commands, files, parameters, results, tables

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
COMMAND = "python -m tools.reference"


def pages() -> Mapping[str, str]:
    """Return every page by the name of its file."""
    return {
        "tables.md": tables.page(),
        "parameters.md": parameters.page(),
        "results.md": results.page(),
        "files.md": files.page(),
        "commands.md": commands.page(),
    }


def written() -> Mapping[Path, str]:
    """Return every file that is written, and what it is to hold: the pages, and the dictionary with its short list."""
    dictionary = ROOT / "data" / "README.md"
    files = {FOLDER / name: text for name, text in pages().items()}
    return files | {dictionary: tables.in_short(dictionary.read_text(encoding="utf-8"))}


def write() -> list[Path]:
    """Write the files that are not as they are to be; return these."""
    FOLDER.mkdir(exist_ok=True)
    changed = []
    for file, text in written().items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            changed.append(file)
    return changed
