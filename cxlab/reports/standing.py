"""What a report rests on, as one key: a report with the key of an earlier run need not be run again."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from cxlab.intake.stamps import sha256
from cxlab.parameters import Parameters
from cxlab.reports import manifest
from cxlab.reports.notebooks import Notebook

_PACKAGE = Path(__file__).resolve().parents[1]
_SUFFIXES = (".py", ".j2", ".css", ".svg", ".mo")
_FINISHED = ("done", "missing")


@cache
def code_hash() -> str:
    """Return a hash over the package: its modules, templates and catalogues, names and contents."""
    digest = hashlib.sha256()
    for file in sorted(f for f in _PACKAGE.rglob("*") if f.suffix in _SUFFIXES):
        digest.update(f"{file.relative_to(_PACKAGE).as_posix()}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def installed_hash() -> str:
    """Return a hash over the names and versions of all that is installed."""
    found = sorted({f"{one.name} {one.version}" for one in distributions()})
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def key_of(
    notebook: Notebook,
    command: str,
    parameters: Mapping[str, Any],
    settled: Parameters,
    inputs: Mapping[str, Mapping[str, Any]],
    versions: Mapping[str, str],
) -> str:
    """Return the key of a report: the same whenever it would come out the same.

    Parameters
    ----------
    command : what makes the page again, which stands on it.
    parameters : those that the notebook is given. settled : those of the kit.
    inputs : hash of the study's file and of every file that it reads.
    versions : of Python and the libraries; besides, every installed distribution counts.
    """
    parts = {
        "notebook": sha256(notebook.path), "code": code_hash(), "command": command, "parameters": dict(parameters),
        "settled": settled.model_dump(mode="json"), "inputs": manifest.data_hash(inputs), "versions": dict(versions),
        "installed": installed_hash(),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def stands(entry: Mapping[str, Any] | None, key: str) -> bool:
    """Whether a report of an earlier run is the one that a new run would make.

    Parameters
    ----------
    entry : as the earlier manifest has it; None: there is none.
    """
    return entry is not None and entry.get("made_from") == key and entry.get("status") in _FINISHED
