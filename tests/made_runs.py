"""Runs as they stand in their folders, made up for the tests of what compares them."""

import copy
import json
from pathlib import Path
from typing import Any

MANIFEST: dict[str, Any] = {
    "format": 1,
    "study": {
        "name": "corner", "title": "Corner shop", "path": "data/corner", "currency": "EUR",
        "calibration_end": "2024-06-30", "observation_end": "2024-09-30",
    },
    "command": "cxlab report data/corner",
    "data": "100 orders, 60 customers, 1 January 2024 to 30 September 2024, none rejected; SHA-256 0123456789ab",
    "parameters": {"k_max": 10, "margin_rate": 0.3, "seed": 1, "active_days": None},
    "given": {},
    "inputs": {"orders.csv": {"sha256": "a" * 64, "bytes": 10}, "study.yml": {"sha256": "b" * 64, "bytes": 10}},
    "versions": {"python": "3.11.9", "pandas": "3.0.0"},
    "commit": None,
    "started": "2024-10-01T06:00:00+00:00",
    "outputs": {},
    "reports": {},
}  # fmt: skip


def number(value: float, low: float, high: float, unit: str = "share", **further: Any) -> dict[str, Any]:
    return {"estimate": value, "low": low, "high": high, "level": 0.95, "unit": unit, **further}


OLD: dict[str, dict[str, Any]] = {
    "segments": {
        "beyond": number(0.40, 0.38, 0.42),
        "within": number(0.40, 0.38, 0.42),
        "same": number(0.5, 0.4, 0.6),
        "refined": number(0.5, 0.4, 0.6, n=60),
        "customers": {"estimate": 60, "unit": "customers"},
        "last_order": {"estimate": "2024-09-30"},
        "check": {"verdict": "open"},
        "holds": number(0.9, 0.8, 1.0, verdict="passed"),
        "other_unit": number(5, 4, 6, "EUR"),
        "flat": number(0.0, 0.0, 0.0, "EUR"),
        "gone_one": number(1, 0, 2),
    },
    "waits": {"days": number(20, 18, 22, "days")},
}
NEW: dict[str, dict[str, Any]] = {
    "segments": {
        "beyond": number(0.50, 0.48, 0.53),
        "within": number(0.41, 0.39, 0.43),
        "same": number(0.5, 0.4, 0.6),
        "refined": number(0.5, 0.41, 0.59, n=70),
        "customers": {"estimate": 70, "unit": "customers"},
        "last_order": {"estimate": "2024-10-31"},
        "check": {"verdict": "cannot_tell"},
        "holds": number(0.91, 0.81, 1.01, verdict="failed"),
        "other_unit": number(7, 6, 8, "USD"),
        "flat": number(2.0, 1.0, 3.0, "EUR"),
        "new_one": number(3, 2, 4),
    },
    "waits": {"days": number(20, 18, 22, "days")},
}


def hostile(h: str) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the findings of two runs whose every text is `h`."""
    old = {h: {h: number(1, 0, 2, h), "v": {"verdict": h}, "d": {"estimate": h}}}
    new = {h: {h: number(9, 8, 10, h + h), "v": {"verdict": "x"}, "d": {"estimate": "x"}, h + "n": {"verdict": h}}}
    return old, new


def entry(name: str, number: str = "02", **further: Any) -> dict[str, Any]:
    """Return a report as a manifest holds it."""
    stem = f"{number}_{name}"
    title = f"{number} {name.capitalize()}"
    answer = {"tag": "Supported", "headline": "It holds"}
    common = {"notebook": stem, "title": title, "status": "done", "answer": answer, "error": None, "outputs": []}
    return {**common, "command": f"cxlab report data/corner --only {name}", "parameters": {}, **further}


def write_run(
    folder: Path,
    findings: dict[str, dict[str, dict[str, Any]]],
    *,
    reports: dict[str, Any] | None = None,
    **changed: Any,
) -> Path:
    """Write a run with these findings; `changed` takes the place of parts of the manifest."""
    folder.mkdir(parents=True)
    manifest = copy.deepcopy(MANIFEST) | changed
    manifest["reports"] = {name: entry(name, f"{i:02d}") for i, name in enumerate(findings)} | (reports or {})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(findings), encoding="utf-8")
    return folder
