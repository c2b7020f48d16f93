"""The findings that an index draws: few of those of a run, and none by which a small group could be told."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxlab.blocks import SEGMENTS
from cxlab.reports.past import RESULTS, Finding, Findings, RunError, as_findings, read_findings

MINIMUM_GROUP = 5
_SEGMENT = "|".join(SEGMENTS)
_DRAWN = {
    "intake": r"first_order|last_order",
    "clusters": r"size\..+|silhouette",
    "segmentation": rf"(size|contribution_share)\.({_SEGMENT})|skill(_share)?\.segments|adjusted_mutual_information|"
    r"skill_difference\.segments_minus_clusters",
    "repeat_purchases": r"holdout\.(expected|actual|level)|came_back",
    "gestures": r"(observational\.)?((verdict|effect_percent)\..+|recovery\.gesture_vs_none)",
    "loyalty": r"fans_worth",
    "gesture_policy": r"(observational\.)?break_even_cost\..+",
    "experience": r"variance_share\.(employee|store|time|touchpoint)",
}
_OF_CUSTOMERS = ("share of customers", "share of the customers")
_OF_GROUPS = ("size.", "contribution_share.")


def drawn(folder: Path, run: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Read what an index draws of a run's findings; nothing where they cannot be read.

    Parameters
    ----------
    run : its manifest.

    Returns
    -------
    Findings as they stand in `results.json`, by report and key.
    """
    minimum = minimum_group(run)
    try:
        found = read_findings(folder / RESULTS)
    except RunError:  # then the cards stand without pictures
        return {}
    kept = {name: _of_report(name, findings, minimum) for name, findings in found.items() if name in _DRAWN}
    return {
        name: {key: finding.model_dump(exclude_none=True) for key, finding in findings.items()}
        for name, findings in kept.items()
        if findings
    }


def findings_of(run: Mapping[str, Any]) -> Findings:
    """Return the findings that `drawn` put to a manifest; nothing where they are none."""
    try:
        return as_findings(run.get("findings", {}))
    except RunError:
        return {}


def minimum_group(run: Mapping[str, Any]) -> int:
    """Return the size below which a group is not shown."""
    found = run["study"].get("privacy", {}).get("minimum_group", MINIMUM_GROUP)
    return found if isinstance(found, int) else MINIMUM_GROUP


def is_of_few(finding: Finding, minimum: int) -> bool:
    """Whether a finding rests on fewer people than may be shown, or is their number or share.

    Examples
    --------
    >>> is_of_few(Finding(estimate=0.002, n=2000, unit="share of customers"), 5)
    True
    >>> is_of_few(Finding(estimate=3.0, n=4), 5)
    True
    >>> is_of_few(Finding(estimate=0.2, n=2000, unit="share of customers"), 5)
    False
    """
    if finding.n is not None and finding.n < minimum:
        return True
    value, unit = finding.number, finding.unit or ""
    if value is None:
        return False
    if unit.startswith(_OF_CUSTOMERS) and finding.n is not None:
        return any(0 < round(part * finding.n) < minimum for part in (value, 1 - value))
    return unit == "customers" and 0 < value < minimum


def _of_report(name: str, findings: Mapping[str, Finding], minimum: int) -> dict[str, Finding]:
    """Choose those of a report; where one group is too small, all groups go, for the others would tell of it."""
    pattern = re.compile(_DRAWN[name], re.S)
    chosen = {key: finding for key, finding in findings.items() if pattern.fullmatch(key)}
    if any(key.startswith("size.") and is_of_few(finding, minimum) for key, finding in chosen.items()):
        chosen = {key: finding for key, finding in chosen.items() if not key.startswith(_OF_GROUPS)}
    return {k: f for k, f in chosen.items() if k.startswith(_OF_GROUPS) or not is_of_few(f, minimum)}
