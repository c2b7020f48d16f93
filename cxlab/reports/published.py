"""What of reports may be shared: pages and an index over them; no notebooks, tables, findings or rejected records."""

import json
import os
import re
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.reports import manifest
from cxlab.reports.index import draw_indexes, runs_in
from cxlab.reports.order import Order

_LISTED = ".published.json"
"""Names of the pages that were published, so that those which are no longer made can go."""
_FAILED = "failed"
_FILES = re.compile(r'<tr><th scope="row">Files</th>.*?</tr>\n?', re.S)


def check_place(order: Order, folder: Path) -> None:
    """See that pages can be published to a folder, before anything is run.

    Raises
    ------
    InputError : it holds reports themselves, lies among them or around them, or nothing can be written to it.
    """
    mine, reports = folder.resolve(), order.out.resolve()
    if mine.is_relative_to(reports) or reports.is_relative_to(mine) or (folder / manifest.FILE).is_file():
        raise InputError(f"--publish {folder}: reports themselves lie there; name a folder of its own")
    there = next(place for place in (mine, *mine.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"--publish {folder}: nothing can be written to {there}: name another folder")


def publish(order: Order, folder: Path) -> Path:
    """Copy the pages of a call to a folder, and those of other runs that were published there before.

    A report that failed is left out, for its message may hold what stands in the data. Each file is put in place in one
    step; a page of a report that is no longer made goes; other files in the folder are left alone.

    Returns
    -------
    The index over what was published.

    Raises
    ------
    InputError : the folder is one that holds reports themselves, or nothing can be written to it.
    """
    check_place(order, folder)
    listed = folder / _LISTED
    earlier = set(json.loads(listed.read_text(encoding="utf-8"))) if listed.is_file() else set()
    named = {run.name for run in order.runs} | {name.rpartition("/")[0] for name in earlier}
    found = runs_in(order.out, [run.name for run in order.runs])
    runs = {name: _without_failed(run) for name, run in found.items() if name in named}
    pages = {f"{name}/{entry['page']}" for name, run in runs.items() for entry in run["reports"].values()}
    indexes = draw_indexes(runs, list(runs), order.again, order.again_by_study)
    try:
        for name in sorted(pages):
            manifest.put(folder / name, _shared((order.out / name).read_text(encoding="utf-8")))
        for name, html in indexes.items():
            manifest.put(folder / name, _shared(html))
        for name in earlier - pages - indexes.keys():
            if (folder / name).resolve().is_relative_to(folder.resolve()):
                (folder / name).unlink(missing_ok=True)
        manifest.put(listed, json.dumps(sorted(pages | indexes.keys()), indent=1).encode())
    except OSError as error:
        raise InputError(f"--publish {folder}: nothing can be written there ({error.strerror})") from error
    return folder / manifest.INDEX


def _shared(html: str) -> bytes:
    """Take out of a page the row that names files which are not shared."""
    return _FILES.sub("", html).encode()


def _without_failed(run: dict[str, Any]) -> dict[str, Any]:
    return run | {"reports": {name: e for name, e in run["reports"].items() if e["status"] != _FAILED}}
