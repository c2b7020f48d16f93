"""How often intervals and verdicts are right on made-up corner shops, whose truth is known.

`python -m benchmarks.known_shops [SHOPS]` prints two tables in Markdown; about five seconds a shop and core.
"""

import json
import shutil
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

import cxlab as cx
from cxlab.estimate import Estimate
from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop

CORNER_SHOP = Path(__file__).resolve().parent.parent / "data" / "corner-shop" / "settings.yml"
SHOPS, CUSTOMERS, FIRST_SEED, CORES = 60, 2_500, 1_000, 2
SHOWN = {
    "effect.card": "effect of the card, by lot",
    "effect.card_with_discount": "of the card with a discount",
    "effect.card.profit_bringers": "of the card on profit-bringers",
    "incremental_contribution.card": "what the card brings after its cost",
    "observational.effect.gesture": "effect of chosen gestures on those who got one",
    "observational.effect_average.gesture": "on all",
    "observational.effect.gesture.profit_bringers": "on profit-bringers",
    "observational.effect.gesture.candidates": "on candidates",
    "observational.incremental_contribution.gesture": "what a chosen gesture brings after its cost",
    "observational.recovery.gesture_vs_none": "a gesture after a failure against none",
    "fan_value": "worth of a fan over a year",
    "fans_worth": "one-time buyers that equal a fan",
}
Found = tuple[dict[str, Any], dict[str, Estimate]]


def look_at(seed: int, *, customers: int = CUSTOMERS, **settings: Any) -> Found:
    """Make a shop like the corner shop, write its files, and read them as the reports do; return truth and findings."""
    made = simulate_shop(read_settings(CORNER_SHOP, seed=seed, customers=customers, **settings))
    folder = Path(mkdtemp(prefix="known-shop-"))
    try:
        write_shop(made, plant_truth(made, rows=20_000), folder)
        truth = json.loads((folder / "truth.json").read_text())
        with cx.open_study(folder) as kit:
            effects = cx.estimate_gestures(kit.gestures, seed=seed)
            customer_table, asked = kit.customers, kit.parameters
            model = cx.fit_bgnbd(customer_table)
            segments = cx.assign_segments(customer_table)
            fans = cx.find_fans(customer_table, segments.labels, model.probability_alive())
            outlook = cx.foresee_purchases(
                model, fans.are_fans, window_days=customer_table.holdout_days, horizon_days=asked.horizon_days
            )
            worth = cx.weigh_fans(
                customer_table, fans, outlook, referrals=kit.referrals, discount_rate=asked.discount_rate,
                acquisition_cost=asked.acquisition_cost,
            )  # fmt: skip
    finally:
        shutil.rmtree(folder)
    design = cx.gesture_design(effects)
    return truth, {**design.findings, **effects.findings, **worth.findings, **worth.fan.findings}


def coverage(shops: list[Found]) -> str:
    """Return the table of what the intervals hold."""
    lines = [
        "| figure | shops | intervals that miss the truth | mean error / standard error | spread / standard error |",
        "| --- | --- | --- | --- | --- |",
    ]
    for key, words in SHOWN.items():
        errors = []
        for truth, findings in shops:
            planted = truth["loyalty" if "fan" in key else "gestures"].get(key)
            found = findings.get(key)
            if planted is None or found is None or found.low is None or found.high is None:
                continue
            one = (found.high - found.low) / (2 * 1.96)
            errors.append((found.number - planted["estimate"]) / one)
        z = np.array(errors)
        missed = int((np.abs(z) > 1.96).sum())
        lines.append(f"| {words} (`{key}`) | {len(z)} | {missed} | {z.mean():+.2f} | {z.std():.2f} |")
    return "\n".join(lines)


def verdicts(shops: list[Found]) -> str:
    """Return the table of what was said of each gesture."""
    keys = ("verdict.card", "verdict.card_with_discount", "observational.verdict.gesture")
    tokens = ("works", "harms", "no_effect", "cannot_tell", "not_identifiable")
    lines = ["| gesture | " + " | ".join(tokens) + " |", "| --- |" + " --- |" * len(tokens)]
    for key in keys:
        said = Counter(findings[key].verdict for _, findings in shops if key in findings)
        lines.append(f"| `{key}` | " + " | ".join(str(said[token]) for token in tokens) + " |")
    return "\n".join(lines)


def main(n: int = SHOPS) -> str:
    """Measure and return both tables."""
    seeds = range(FIRST_SEED, FIRST_SEED + n)
    with ProcessPoolExecutor(CORES) as pool:
        planted = list(pool.map(look_at, seeds))
        nothing = list(pool.map(partial(look_at, gestures={"strength": 0.0}), seeds))
    off = 0
    for truth, findings in planted:
        naive, true = findings["observational.effect_naive.gesture"], truth["gestures"]["observational.effect.gesture"]
        assert naive.low is not None and naive.high is not None
        off += not naive.low <= true["estimate"] <= naive.high
    return "\n\n".join(
        [
            f"{n} shops of {CUSTOMERS:,} customers. The naive interval of chosen gestures misses the truth in {off}.",
            coverage(planted),
            f"Verdicts with gestures that work for some, in {n} shops:",
            verdicts(planted),
            f"Verdicts with gestures that do nothing, in {n} shops:",
            verdicts(nothing),
        ]
    )


if __name__ == "__main__":
    print(main(*(int(given) for given in sys.argv[1:2])))
