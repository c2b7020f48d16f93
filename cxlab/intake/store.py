"""A study that was read, kept in a folder: notebooks of one run and later runs take it from there.

It counts as long as the study says the same of its sources, the files are the same, and so is the code that read them.
A file with the size and the time that it had is not read again; one with another time is, and counts when its SHA-256
is still the same.
"""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from cxlab.engine import Engine, EngineError, fill
from cxlab.intake.channels import sum_channel_days
from cxlab.intake.first_days import sum_first_days
from cxlab.intake.ledger import sum_ledger
from cxlab.intake.places import SourceError, find_files
from cxlab.intake.rejects import REJECTS
from cxlab.intake.returns import match_returns
from cxlab.intake.sales import (
    CHANNEL_DAYS,
    DAYS,
    EFFORT,
    FIRST_DAYS,
    LEDGER,
    LINES,
    RETURN_LINES,
    SUSPECTS,
    name_lines,
    name_sales,
)
from cxlab.intake.sources import TableIntake
from cxlab.intake.suspects import find_suspects
from cxlab.study import Study

FOLDER = ".intake"
_DATABASE, _ABOUT = "intake.duckdb", "intake.json"
_FORMAT = 1
_JUST_NOW = 2_000_000_000
"""A file that changed less than so many nanoseconds before it was looked at may have changed again since."""
_WITH_ORDERS = (DAYS, EFFORT, RETURN_LINES, LEDGER, SUSPECTS, FIRST_DAYS, CHANNEL_DAYS)
_CODE = ("intake/*.py", "engine.py", "contract.py", "study.py", "strict_yaml.py", "customers.py")
_Tables = TypeAdapter(dict[str, TableIntake])


@dataclass(frozen=True)
class Kept:
    """What was kept beside the engine's tables: what became of each source, remarks, and the SHA-256 of each file."""

    tables: dict[str, TableIntake]
    remarks: list[str]
    hashes: Mapping[Path, str]


def sha256(file: Path) -> str:
    """Hash a file without holding it in memory."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def keep_study(
    engine: Engine,
    study: Study,
    tables: Mapping[str, TableIntake],
    remarks: Iterable[str],
    hashes: Mapping[Path, str],
    further: Iterable[str],
    folder: Path,
) -> None:
    """Keep what was read of a study; what an earlier run kept is replaced in one step.

    Parameters
    ----------
    hashes : SHA-256 of every file that was read.
    further : tables of the engine to keep beside those that the intake made.
    """
    if "orders" in tables:
        match_returns(engine)
        sum_ledger(engine, tables["orders"].columns)
        find_suspects(engine, tables["orders"].columns)
        sum_first_days(engine, tables["orders"].columns)
        sum_channel_days(engine, tables["orders"].columns)
    folder.parent.mkdir(parents=True, exist_ok=True)
    now = time.time_ns()
    about = {
        "format": _FORMAT,
        "made_by": _code(),
        "study": _asked(study),
        "files": [_file(file, hashes[file]) for file in hashes],
        "looked_at": now,
        "tables": json.loads(_Tables.dump_json(dict(tables))),
        "remarks": list(remarks),
    }
    aside = Path(tempfile.mkdtemp(prefix=f"{FOLDER}-", dir=folder.parent))
    try:
        engine.save(aside / _DATABASE, _selections(tables, further))
        (aside / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def open_kept(engine: Engine, study: Study, folder: Path, *, allow_outside: bool) -> Kept | None:
    """Open what was kept of a study; None where there is nothing, or it does not count any more."""
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if (about["format"], about["made_by"], about["study"]) != (_FORMAT, _code(), _asked(study)):
            return None
        files = {Path(entry["path"]): entry for entry in about["files"]}
        if _files(study, allow_outside=allow_outside) != set(files):
            return None
        if not all(_is_same(file, entry, about["looked_at"]) for file, entry in files.items()):
            return None
        tables = _Tables.validate_python(about["tables"])
        engine.open_saved(folder / _DATABASE)
        if engine.has(DAYS):
            name_sales(engine)
    except (OSError, ValueError, KeyError, TypeError, EngineError, SourceError):
        return None  # whatever is wrong with it: the files are read again, and that says what is wrong with them
    return Kept(tables, about["remarks"], {file: entry["sha256"] for file, entry in files.items()})


def _selections(tables: Mapping[str, TableIntake], further: Iterable[str]) -> dict[str, str]:
    """Return the SQL of every table to keep."""
    kept = {name: fill("SELECT * FROM {t}", t=name) for name in tables if name != "orders"}
    kept |= {name: fill("SELECT * FROM {t}", t=name) for name in (REJECTS, *further)}
    if "orders" in tables:
        named = "gestures" in tables and "order_id" in tables["gestures"].columns
        kept |= {name: fill("SELECT * FROM {t}", t=name) for name in _WITH_ORDERS}
        kept[LINES] = name_lines(named=named)
    return kept


def _asked(study: Study) -> list[str]:
    """Return what of a study decides how its sources are read."""
    asked = (study.file.resolve(), study.sources, study.observation_end, study.currency, study.engine)
    return [repr(one) for one in asked]


@cache
def _code() -> str:
    """Return a hash over the code that reads, and the version of the engine."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(version("duckdb").encode())
    for pattern in _CODE:
        for file in sorted(root.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(study: Study, *, allow_outside: bool) -> set[Path]:
    found = (
        find_files(study, name, source, allow_outside=allow_outside) for name, source in study.sources.given.items()
    )
    return {file.resolve() for files in found for file in files}


def _file(file: Path, digest: str) -> dict[str, Any]:
    stat = file.stat()
    return {"path": str(file.resolve()), "size": stat.st_size, "time": stat.st_mtime_ns, "sha256": digest}


def _is_same(file: Path, entry: Mapping[str, Any], looked_at: int) -> bool:
    stat = file.stat()
    if stat.st_size != entry["size"]:
        return False
    if stat.st_mtime_ns == entry["time"] and stat.st_mtime_ns < looked_at - _JUST_NOW:
        return True
    return bool(sha256(file) == entry["sha256"])
