"""Whole shops, from their files to the verdict: do effects by lot and by choice hold what was planted."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.intervals import held, joined
from benchmarks.known_shops import CORNER_SHOP
from cxlab.estimate import Estimate
from cxlab.gestures import estimate_gestures
from cxlab.kit import open_study
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

TRUTH_ROWS = 50_000


def shop(n: int, seed: int, *, strength: float = 1.0) -> Values:
    """Make up a shop of n customers like the corner shop, write its files, and read them as a report does.

    Returns
    -------
    `lot …` and `choice …` : effects of both kinds held against what was planted, and the verdicts on them. Effects by
    segment go under one name, `effect by group`, gestures by their number and those after a failure under `habituation`
    and `recovery`.
    """
    made = simulate_shop(read_settings(CORNER_SHOP, seed=seed, customers=n, gestures={"strength": strength}))
    planted = plant_truth(made, rows=TRUTH_ROWS)
    folder = Path(mkdtemp(prefix="calibrated-shop-"))
    try:
        write_shop(made, planted, folder)
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["gestures"]
        with open_study(folder) as kit:
            findings = estimate_gestures(kit.gestures, seed=seed_of_analysis(seed)).findings
    finally:
        shutil.rmtree(folder)
    parts = [_compared(key, aim, findings) for key, aim in truth.items() if key in findings and "estimate" in aim]
    for key, found in findings.items():
        if "verdict." in key:
            token = found.verdict
            is_so = {"claimed": token in ("works", "harms"), "told": token != "not_identifiable"}
            parts.append({f"{_way(key)} {name}": [float(so)] for name, so in is_so.items()})
    return joined(parts)


def _compared(key: str, aim: Mapping[str, float], findings: Mapping[str, Estimate]) -> Values:
    """Hold one finding against what was planted; its error is in percent of the outcome without the gesture."""
    name, found = _named(key), findings[key]
    values = held(name, found, aim["estimate"])
    if " effect" not in name or not values:
        return values
    start, rest = ("observational.", key.removeprefix("observational.")) if name.startswith("choice") else ("", key)
    mean = findings[f"{start}control_mean.{rest.split('.')[1]}"].number
    return values | {f"off {name}": [100 * (found.number - aim["estimate"]) / mean]}


def _way(key: str) -> str:
    return "choice" if key.startswith("observational.") else "lot"


def _named(key: str) -> str:
    """Return the name that a finding's values go under.

    Examples
    --------
    >>> [_named(key) for key in ("effect.card", "observational.effect.gesture.lost", "observational.habituation.2")]
    ['lot effect', 'choice effect by group', 'choice habituation']
    """
    name, *parts = key.removeprefix("observational.").split(".")
    by_group = " by group" if name == "effect" and len(parts) > 1 else ""
    return f"{_way(key)} {name}{by_group}"
