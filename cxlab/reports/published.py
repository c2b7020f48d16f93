"""What of reports may be shared: pages and an index over them; no notebooks, tables, findings or rejected records."""

import json
import os
import re
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.language import SOURCE
from cxlab.reports import manifest
from cxlab.reports.changes import shared_part
from cxlab.reports.index import draw_indexes, runs_in
from cxlab.reports.order import Order
from cxlab.reports.since import BEFORE
from cxlab.reports.turn import in_turn
from cxlab.study import FILE as STUDY

_LISTED = ".published.json"
"""What was published: of each run what the index tells, and so the pages, of which some may no longer be made."""
_TOLD = ("label", "data", "given", "command", "started", "versions", "commit")
_OF_STUDY = ("name", "title", "currency")
_OF_REPORT = ("notebook", "title", "question", "page", "status", "answer", "missing", "command")
_FAILED = "failed"
_FILES = re.compile(r'<tr data-row="files">.*?</tr>\n?', re.S)


def check_place(order: Order, folder: Path) -> None:
    """See that pages can be published to a folder, before anything is run.

    Raises
    ------
    InputError : it holds reports themselves or a study, lies among them or around them, nothing can be written to it,
        or what it says of earlier calls cannot be read.
    """
    mine, reports = folder.resolve(), order.out.resolve()
    if mine.is_relative_to(reports) or reports.is_relative_to(mine) or (folder / manifest.FILE).is_file():
        raise InputError(f"--publish {folder}: reports themselves lie there; name a folder of its own")
    studies = {run.study.folder.resolve() for run in order.runs}
    among = any(mine.is_relative_to(study) or study.is_relative_to(mine) for study in studies)
    if among or any((place / STUDY).is_file() for place in (mine, *mine.parents)):
        raise InputError(f"--publish {folder}: a study's own files lie there; name a folder of its own")
    if (folder / manifest.INDEX).exists() and not (folder / _LISTED).is_file():
        raise InputError(
            f"--publish {folder}: the {manifest.INDEX} in it was not published by cxlab; name a folder of its own"
        )
    there = next(place for place in (mine, *mine.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"--publish {folder}: nothing can be written to {there}: name another folder")
    _published(folder)


def publish(order: Order, folder: Path) -> Path:
    """Copy the pages of a call to a folder, and those of other runs that were published there before.

    A report that failed is left out, for its message may hold what stands in the data. Each file is put in place in one
    step, and whoever else publishes there is waited for; a page of a report that its run no longer makes goes. Runs
    that were published there from another folder of reports stay as they were, and on the index; other files in the
    folder are left alone.

    Returns
    -------
    The index over what was published.

    Raises
    ------
    InputError : as `check_place`.
    """
    with in_turn([folder], lambda _: None):
        return _publish(order, folder)


def _publish(order: Order, folder: Path) -> Path:
    check_place(order, folder)
    before, own = _published(folder), [run.name for run in order.runs]
    found = {name: run for name, run in runs_in(order.out, own).items() if name in {*own, *before}}
    runs = {name: _told(run) for name, run in found.items()}
    pages = {name: _pages(name, run) for name, run in runs.items()}
    stay = {name: run for name, run in before.items() if name not in runs}
    runs |= stay
    indexes = draw_indexes(runs, list(runs), order.again, order.again_by_study)
    kept = {page for name, run in runs.items() for page in _pages(name, run)}
    try:
        for page in sorted(page for own_pages in pages.values() for page in own_pages):
            manifest.put(folder / page, _shared((order.out / page).read_text(encoding="utf-8")))
        for name, html in indexes.items():
            manifest.put(folder / name, _shared(html))
        for page in {page for name, run in before.items() for page in _pages(name, run)} - kept:
            if (folder / page).resolve().is_relative_to(folder.resolve()):
                (folder / page).unlink(missing_ok=True)
        manifest.put(folder / _LISTED, json.dumps(runs, indent=1, ensure_ascii=False).encode())
    except OSError as error:
        raise InputError(f"--publish {folder}: nothing can be written there ({error.strerror})") from error
    return folder / manifest.INDEX


def _shared(html: str) -> bytes:
    """Take out of a page the row that names files which are not shared."""
    return _FILES.sub("", html).encode()


def _told(run: dict[str, Any]) -> dict[str, Any]:
    """Return what the index tells of a run, and no more; reports that failed are left out."""
    reports = {name: e for name, e in run["reports"].items() if e["status"] != _FAILED}
    before = shared_part(run)
    return (
        {key: run[key] for key in _TOLD}
        | ({BEFORE: before} if before else {})
        | {
            "study": {key: run["study"][key] for key in _OF_STUDY}
            | {
                "calibration_end": run["study"].get("calibration_end"),
                "language": run["study"].get("language", SOURCE),
            },
            "findings": {name: found for name, found in run["findings"].items() if name in reports},
            "reports": {name: {key: e[key] for key in _OF_REPORT} for name, e in reports.items()},
            "left_out": sorted(e["title"] for e in run["reports"].values() if e["status"] == _FAILED),
        }
    )


def _pages(name: str, run: dict[str, Any]) -> set[str]:
    """Return the places of a run's pages below the folder of all runs."""
    return {f"{name}/{entry['page']}" for entry in run["reports"].values()}


def _published(folder: Path) -> dict[str, dict[str, Any]]:
    """Read what was published to a folder before: what the index tells of each run, by the run's name.

    Raises
    ------
    InputError : it cannot be read.
    """
    file = folder / _LISTED
    if not file.is_file():
        return {}
    try:
        found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        if any({*_TOLD, "study", "left_out"} - run.keys() for run in found.values()):
            raise ValueError
        _ = [_pages(name, run) for name, run in found.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"--publish {folder}: {_LISTED} in it, which tells what was published there, cannot be read: empty the "
            "folder, or name another"
        ) from error
    return found
