"""Whether the files of a study are those that were read before: by size and time, else by their hash."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cxlab.intake.places import SourceError, find_files
from cxlab.parameters import Parameters
from cxlab.study import Study

FOLDER, ABOUT = ".intake", "intake.json"
"""Where what was read is kept in a folder of reports, and the file that tells what it was read from."""
FORMAT = 3
_JUST_NOW = 2_000_000_000
"""A file that changed less than so many nanoseconds before it was looked at may have changed again since."""
_CODE = (
    "intake/*.py",
    "spark/*.py",
    "engine.py",
    "engines.py",
    "contract.py",
    "study.py",
    "strict_yaml.py",
    "customers.py",
)


def sha256(file: Path) -> str:
    """Hash a file without holding it in memory."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def stamped(file: Path, digest: str) -> dict[str, Any]:
    """Describe a file by its place, hash, size, time (nanoseconds since 1970) and number on its disk (inode)."""
    stat = file.stat()
    return {"path": str(file.resolve()), "sha256": digest, **looks(stat)}


def asked(study: Study) -> list[str]:
    """Return hashes of what of a study decides how its sources are read."""
    of_study = (study.file.resolve(), study.sources, study.observation_end, study.currency, study.engine)
    return [hashlib.sha256(repr(one).encode()).hexdigest() for one in of_study]


def folder_of(parameters: Parameters) -> str:
    """Name the folder of what was read: each lot of drawn customers has its own.

    Examples
    --------
    >>> folder_of(Parameters()), folder_of(Parameters(sample_customers=20_000, seed=3))
    ('.intake', '.intake.20000.3')
    """
    n = parameters.sample_customers
    return FOLDER if n is None else f"{FOLDER}.{n}.{parameters.seed}"


@cache
def code() -> str:
    """Return a hash over the code that reads, and the version of the engine."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(version("duckdb").encode())
    for pattern in _CODE:
        for file in sorted(root.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def still_true(study: Study, folder: Path, *, allow_outside: bool, run: str = "") -> dict[str, Any] | None:
    """Return what is told of what was read and kept in a folder, if the study, its files and the code are the same.

    Parameters
    ----------
    allow_outside : whether the study's files may lie outside its folder.
    run : the run that asks; of a study with a database only what the same run has kept counts. Empty: none asks.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError, SourceError : there is nothing, or nothing that can be used.
    """
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    if (about["format"], about["made_by"], about["study"]) != (FORMAT, code(), asked(study)):
        return None
    if any(source.path is None for source in study.sources.given.values()) and about["run"] != (run or None):
        return None
    files = {Path(entry["path"]): entry for entry in about["files"]}
    if _files(study, allow_outside=allow_outside) != set(files):
        return None
    if any(file.stat().st_size != entry["size"] for file, entry in files.items()):
        return None
    doubtful = (file for file, entry in files.items() if not _is_sure(file, entry, about["looked_at"]))
    return about if all(sha256(file) == files[file]["sha256"] for file in doubtful) else None


def hashes_in(about: Mapping[str, Any]) -> dict[Path, str]:
    """Return the SHA-256 of each file that was read."""
    return {Path(entry["path"]): str(entry["sha256"]) for entry in about["files"]}


def unchanged_hashes(study: Study, folder: Path, *, allow_outside: bool) -> dict[Path, str] | None:
    """Return the SHA-256 of each of a study's files if they are those that were read before; else None.

    Files that had to be hashed to see that are noted as they look now: nobody else may write to the folder meanwhile.
    """
    try:
        now = time.time_ns()
        about = still_true(study, folder, allow_outside=allow_outside)
        if about is None:
            return None
        hashes = hashes_in(about)
        if not all(_is_sure(Path(entry["path"]), entry, about["looked_at"]) for entry in about["files"]):
            entries = [stamped(file, digest) for file, digest in hashes.items()]
            noted = folder / f"{ABOUT}.new"
            noted.write_text(json.dumps(about | {"files": entries, "looked_at": now}, indent=1), encoding="utf-8")
            noted.replace(folder / ABOUT)
    except (OSError, ValueError, KeyError, TypeError, SourceError):
        return None
    return hashes


def _files(study: Study, *, allow_outside: bool) -> set[Path]:
    found = (
        find_files(study, name, source, allow_outside=allow_outside)
        for name, source in study.sources.given.items()
        if source.path is not None
    )
    return {file.resolve() for files in found for file in files}


def looks(stat: os.stat_result) -> dict[str, int]:
    """Return what tells a file from another without reading it; a file that was put in its place has another number."""
    return {"size": stat.st_size, "time": stat.st_mtime_ns, "number": stat.st_ino}


def _is_sure(file: Path, entry: Mapping[str, Any], looked_at: int) -> bool:
    """Whether a file is the one that was read, by its looks alone."""
    stat = file.stat()
    alike = all(entry[name] == value for name, value in looks(stat).items())
    return alike and stat.st_mtime_ns < looked_at - _JUST_NOW
