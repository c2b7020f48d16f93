"""What a run writes, listed for those who read it: keys of `results.json`, tables with their columns, the manifest."""

from collections.abc import Mapping

from cxlab.reports.listed import (
    clusters,
    experience,
    gesture_policy,
    gestures,
    intake,
    loyalty,
    repeat_purchases,
    segmentation,
    touchpoints,
)
from cxlab.reports.listed.key import Key

KEYS: Mapping[str, tuple[Key, ...]] = {
    "intake": intake.KEYS,
    "clusters": clusters.KEYS,
    "segmentation": segmentation.KEYS,
    "repeat_purchases": repeat_purchases.KEYS,
    "gestures": gestures.KEYS,
    "loyalty": loyalty.KEYS,
    "gesture_policy": gesture_policy.KEYS,
    "experience": (*experience.KEYS, *touchpoints.KEYS),
}
"""The keys of each report, in the order of the notebooks."""


def faults(report: str, findings: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Say which findings of a report are not as they are listed here; empty where all are.

    A key has one pattern, in whichever report it stands; its unit and its verdict are among those named with it.

    Examples
    --------
    >>> faults("intake", {"orders": {"estimate": 7, "unit": "orders"}})
    []
    >>> faults("intake", {"orders": {"estimate": 7, "unit": "apples"}, "pears": {"verdict": "yes"}})
    ["intake: `orders` has the unit 'apples'", 'intake: `pears` is matched by no pattern']
    """
    found = []
    for name, finding in findings.items():
        mine = [key for key in KEYS[report] if key.matches(name)]
        patterns = {key.pattern for keys in KEYS.values() for key in keys if key.matches(name)}
        if len(mine) != 1 or len(patterns) != 1:
            by = ", ".join(sorted(patterns)) if mine else "no pattern"
            found.append(f"{report}: `{name}` is matched by {by}")
            continue
        (key,) = mine
        unit, verdict = finding.get("unit"), finding.get("verdict")
        if "estimate" in finding and not key.has_unit(unit):
            found.append(f"{report}: `{name}` has the unit {unit!r}")
        if verdict is not None and verdict not in key.words:
            found.append(f"{report}: `{name}` has the verdict {verdict!r}")
    return found
