"""What of reports may be shared: pages and an index over them; no notebooks, tables, findings or rejected records."""

import json
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.reports import manifest
from cxlab.reports.index import draw_indexes, runs_in
from cxlab.reports.order import Order

_LISTED = ".published.json"
"""Names of the pages that were published, so that those which are no longer made can go."""
_FAILED = "failed"


def publish(order: Order, folder: Path) -> Path:
    """Copy the pages that lie in the folder of the reports to another, each to its place there.

    A report that failed is left out, for its message may hold what stands in the data. Each file is put in place in one
    step; a page of a report that is no longer made goes; other files in the folder are left alone.

    Returns
    -------
    The index over what was published.

    Raises
    ------
    InputError : the folder is one that holds reports themselves, or nothing can be written to it.
    """
    if folder.resolve() == order.out.resolve() or (folder / manifest.FILE).is_file():
        raise InputError(f"--publish {folder}: reports themselves lie there; name a folder of its own")
    runs = {name: _without_failed(run) for name, run in runs_in(order.out, [run.name for run in order.runs]).items()}
    pages = {f"{name}/{entry['page']}" for name, run in runs.items() for entry in run["reports"].values()}
    indexes = draw_indexes(runs, list(runs), order.again, order.again_by_study)
    listed = folder / _LISTED
    try:
        earlier = set(json.loads(listed.read_text(encoding="utf-8"))) if listed.is_file() else set()
        for name in sorted(pages):
            manifest.put(folder / name, (order.out / name).read_bytes())
        for name, html in indexes.items():
            manifest.put(folder / name, html.encode())
        for name in earlier - pages - indexes.keys():
            (folder / name).unlink(missing_ok=True)
        manifest.put(listed, json.dumps(sorted(pages | indexes.keys()), indent=1).encode())
    except OSError as error:
        raise InputError(f"--publish {folder}: nothing can be written there ({error.strerror})") from error
    return folder / manifest.INDEX


def _without_failed(run: dict[str, Any]) -> dict[str, Any]:
    return run | {"reports": {name: e for name, e in run["reports"].items() if e["status"] != _FAILED}}
