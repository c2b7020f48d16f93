"""What a run rests on: inputs by their hash, versions, the commit, and the files that came of it."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from cxlab.intake.stamps import looks, sha256
from cxlab.study import Study

if TYPE_CHECKING:
    from cxlab.intake import FileReading, TableIntake

FORMAT = 1
FILE, INDEX = "manifest.json", "index.html"
_STALE = ".stale.json"
"""In a stage: files of the run before that are to go."""
_LIBRARIES = (
    "cxlab", "duckdb", "ipykernel", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "pyarrow",
    "scikit-learn", "scipy", "seaborn",
)  # fmt: skip
_ROOT = Path(__file__).resolve().parents[2]


def describe_inputs(
    study: Study, hashes: Mapping[Path, str], tables: "Mapping[str, TableIntake] | None" = None
) -> dict[str, dict[str, Any]]:
    """Describe the study's file, the files that were read, and what was read of databases.

    Parameters
    ----------
    hashes : SHA-256 of the files that were read.
    tables : what became of each source; None: no database is among them.

    Returns
    -------
    `sha256` and `bytes`, by path from the study's folder; of a file elsewhere (inside a package, say) by its last
    two parts, or as many as tell it from the others, so that the same study gives the same hash on every machine. Of
    a database `sha256` of the rows, `kind`, `rows`, and the `table` or the `query_sha256`, by the name that stands for
    it, behind which the source stands where two have the same.
    """
    digests = {file.resolve(): digest for file, digest in hashes.items()}
    digests[study.file.resolve()] = sha256(study.file)
    named = _names(study.folder.resolve(), set(digests))
    found = {name: {"sha256": digests[file], "bytes": file.stat().st_size} for name, file in named.items()}
    return dict(sorted((found | _of_databases(tables or {})).items()))


def _of_databases(tables: "Mapping[str, TableIntake]") -> dict[str, dict[str, Any]]:
    asked = {name: (table.files[0].name, table.asked) for name, table in tables.items() if table.asked}
    names = [label for label, _ in asked.values()]
    return {
        label if names.count(label) == 1 else f"{label} ({name})": {
            "kind": "database", "rows": one.n_rows, "sha256": one.sha256,
            **({"table": one.table} if one.table else {"query_sha256": one.query_sha256}),
        }
        for name, (label, one) in asked.items()
    }  # fmt: skip


def describe_reading(tables: "Mapping[str, TableIntake]") -> dict[str, list[dict[str, Any]]]:
    """Describe how each file of each table was read: `read` as the study would say it, and what stands beside it."""
    return {name: [_describe_file(reading) for reading in table.readings] for name, table in tables.items()}


def _describe_file(reading: "FileReading") -> dict[str, Any]:
    beside = {"zones": list(reading.zones), "remarks": list(reading.remarks)}
    read = {"file": reading.file, "records": reading.n_read, "read": dict(reading.options)}
    return read | {key: value for key, value in beside.items() if value}


def _names(folder: Path, files: set[Path]) -> dict[str, Path]:
    """Name files by their place below a folder, those elsewhere by as many last parts as tell all apart."""
    inside = {file.relative_to(folder).as_posix(): file for file in files if file.is_relative_to(folder)}
    elsewhere = files - set(inside.values())
    parts = 2
    while True:
        named = {"/".join(file.parts[-parts:]): file for file in elsewhere}
        if len(named) == len(elsewhere) and not named.keys() & inside.keys():
            return inside | named
        parts += 1


def data_hash(inputs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return one hash over all inputs, names and contents."""
    lines = "".join(f"{name} {entry['sha256']}\n" for name, entry in sorted(inputs.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that figures depend on."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> dict[str, Any] | None:
    """Return the commit of the checkout that cxlab runs from, and whether files were changed since."""
    try:
        if Path(_git("rev-parse", "--show-toplevel")).resolve() != _ROOT:
            return None
        return {
            "commit": _git("rev-parse", "HEAD"),
            "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        }
    except (OSError, subprocess.SubprocessError):
        return None


def read_json(file: Path) -> dict[str, Any]:
    """Read an object from a file; empty where there is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(file: Path, data: Mapping[str, Any]) -> None:
    """Write an object: keys in order, the same bytes for the same content, never NaN."""
    text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8", newline="\n")


def lacking(folder: Path, told: Mapping[str, Any]) -> set[str]:
    """Return the files of a run that are not there any more as they were: by their looks, else by their hash."""
    looked: Mapping[str, Mapping[str, int]] = told.get("looks", {})
    hashes: Mapping[str, str] = told.get("outputs", {})
    return {name for name, digest in hashes.items() if not _is_there(folder / name, looked.get(name, {}), digest)}


def _is_there(file: Path, looked: Mapping[str, int], digest: str) -> bool:
    if not file.is_file():
        return False
    now = looks(file.stat())
    return now == looked or (now["size"] == looked.get("size") and sha256(file) == digest)


def outputs(folder: Path) -> dict[str, str]:
    """Hash every file of a folder, by path below it."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256(file) for file in files}


def put(place: Path, content: bytes) -> None:
    """Write a file in one step: whoever looks sees the one before or this one, and never a part."""
    place.parent.mkdir(parents=True, exist_ok=True)
    sweep(place)
    aside = place.with_name(f".{place.name}-{os.getpid()}")
    try:
        aside.write_bytes(content)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def sweep(place: Path) -> None:
    """Remove what a process that was killed had written of a file, and not put in place."""
    for left in place.parent.glob(f".{place.name}-*"):
        pid = left.name.rpartition("-")[2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            left.unlink(missing_ok=True)


def publish(stage: Path, final: Path, told: Mapping[str, Any], stale: Iterable[str]) -> None:
    """Put the files of the stage in place, with a manifest that tells of them, and remove the stale ones.

    From the moment that the manifest stands in the stage, all is decided: what a kill interrupts, `finish` completes.
    """
    write_json(stage / _STALE, {"files": sorted(stale)})
    aside = stage / f"{_STALE}.{FILE}"
    write_json(aside, told)
    aside.replace(stage / FILE)
    finish(stage, final)


def finish(stage: Path, final: Path) -> None:
    """Move every file of a stage that is whole to its place, each in one step, the manifest last.

    Only files that an earlier run wrote are ever removed: a person may keep files of their own in the folder. A stage
    without a manifest is left alone.
    """
    if not (stage / FILE).is_file():
        return
    (final / FILE).unlink(missing_ok=True)  # while files of two runs stand side by side, none of the two tells of them
    kept = read_json(stage / FILE)["outputs"]
    for name in read_json(stage / _STALE)["files"]:
        target = final / name
        if name not in kept and target.resolve().is_relative_to(final.resolve()):
            target.unlink(missing_ok=True)
    aside = {stage / FILE, stage / _STALE}
    for file in sorted(f for f in stage.rglob("*") if f.is_file() and f not in aside):
        target = final / file.relative_to(stage)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
    (stage / FILE).replace(final / FILE)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()
