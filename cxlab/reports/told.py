"""How a call ended, for machines: one object with an entry for each report, as `cxlab report --json` writes it."""

import json
from typing import Any

from cxlab.reports.order import Order
from cxlab.reports.past import read_manifest
from cxlab.reports.privacy.told import Privacy
from cxlab.reports.runner import ANSWERED, FAILED, Ended


def as_json(order: Order, ended: Ended, privacy: Privacy | None = None) -> str:
    """Write it.

    Returns
    -------
    `code` (the exit code), `index`, where the pages were looked at `privacy` (what was `found`, and what each of the
    `pages` shows), and `reports`: for each `study`, `label`, `report`, `status` (done, missing,
    failed), `made` (now, or it stood), `seconds` that it took when it was made, `page`, and where there is one the
    answer's `verdict` and `headline`, or the `error`.
    """
    asked = {notebook.name for notebook in order.notebooks}
    reports = []
    for run in order.runs:
        found = (read_manifest(run.folder) or {"reports": {}})["reports"]
        for name in sorted(asked & found.keys(), key=lambda name: str(found[name]["notebook"])):
            entry = _entry(run.study.name, run.label, name, found[name], (run.name, name) in ended.made)
            reports.append(entry | {"page": (run.folder / found[name]["page"]).as_posix()})
    code = max(ended.code, FAILED if privacy and privacy.found else ANSWERED)
    told: dict[str, Any] = {"code": code, "index": ended.index.as_posix(), "reports": reports}
    if privacy:
        told["privacy"] = privacy.as_json
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)


def _entry(study: str, label: str, name: str, found: dict[str, Any], made: bool) -> dict[str, Any]:
    entry = {"study": study, "report": name, "status": found["status"], "made": made, "seconds": found["seconds"]}
    if label:
        entry["label"] = label
    if found["answer"]:
        entry |= {"verdict": found["answer"]["tag"], "headline": found["answer"]["headline"]}
    if found["error"]:
        entry["error"] = f"{found['error']['name']}: {found['error']['message']}"
    return entry
