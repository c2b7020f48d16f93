"""What drawing customers by lot does to the findings: how wide intervals get, and whether they hold the figure of all.

`python -m benchmarks.sampling STUDY` reads a study once with all its customers and many times with some of them, each
time drawn by another seed, and writes a table.
"""

import argparse
import functools
import math
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cxlab as cx
from cxlab.estimate import Estimate
from cxlab.kit import Kit

SIZES = (2_000, 5_000, 20_000, 50_000)
"""Customers drawn."""
FINDINGS = {
    "size.profit_bringers": "share of profit-bringers",
    "contribution_share.profit_bringers": "their share of the contribution",
    "effect.card": "effect of a card, drawn by lot",
    "observational.effect.gesture": "effect of chosen gestures",
    "incremental_contribution.card": "contribution that a card leaves",
    "bgnbd.r": "BG/NBD, r",
    "fans_worth": "one-time buyers that a fan is worth",
    "variance_share.employee": "share of the variance of scores by employee",
}


@dataclass(frozen=True)
class Read:
    """What one reading found.

    Attributes
    ----------
    found : the findings by key. seconds : processor seconds. n : customers it rests on.
    """

    found: dict[str, Estimate]
    seconds: float
    n: int


def read(study: Path, n: int | None, seed: int) -> Read:
    """Read a study with so many customers, or all of them, and work out what is compared."""
    start = _seconds()
    with cx.open_study(study, sample_customers=n, seed=seed) as kit:
        found = {key: value for part in _findings(kit) for key, value in part.items() if key in FINDINGS}
        drawn = kit.intake.drawn
        return Read(found, _seconds() - start, kit.intake.n_customers if drawn is None else drawn.n)


def _findings(kit: Kit) -> Iterator[dict[str, Estimate]]:
    seed, customers = kit.parameters.seed, kit.customers
    segments = cx.assign_segments(customers, purchase_model=cx.fit_pareto_nbd)
    yield dict(cx.describe_segments(customers, segments, seed=seed).findings)
    effects = cx.estimate_gestures(kit.gestures, seed=seed)
    yield dict(effects.findings)
    yield dict(cx.gesture_money(effects).findings)
    yield dict(cx.spread_of_scores(kit.answered, seed=seed).findings)
    model = cx.fit_bgnbd(customers)
    yield dict(model.findings)
    fans = cx.find_fans(customers, segments.labels, model.probability_alive())
    foresee = functools.partial(cx.foresee_purchases, model, window_days=customers.holdout_days)
    yield dict(cx.weigh_fans(customers, fans, foresee(fans.are_fans, horizon_days=365), referrals=None).findings)


def table(whole: Read, parts: list[list[Read]]) -> Iterator[str]:
    """Write how the findings of each size stand to those of all customers."""
    yield "| | all | " + " | ".join(f"{reads[0].n:,} drawn {len(reads)} times" for reads in parts) + " |"
    yield "| --- | --- |" + " --- |" * len(parts)
    for key, what in FINDINGS.items():
        e = whole.found.get(key)
        if e is None or not e.has_interval:
            continue
        yield (
            f"| {what} | {e.number:.3g} ({e.ends[0]:.3g} to {e.ends[1]:.3g}) | "
            + " | ".join(
                _against(e, [read.found[key] for read in reads if key in read.found], whole.n / reads[0].n)
                for reads in parts
            )
            + " |"
        )
    seconds = [median(read.seconds for read in reads) for reads in parts]
    yield f"| processor seconds | {whole.seconds:.0f} | " + " | ".join(f"{one:.0f}" for one in seconds) + " |"


def _against(whole: Estimate, drawn: list[Estimate], times: float) -> str:
    """Say how wide the intervals are, against those of all and against what the size alone makes, and how many hold."""
    told = [one for one in drawn if one.has_interval]
    if not told:
        return "–"
    wide = median(one.ends[1] - one.ends[0] for one in told) / (whole.ends[1] - whole.ends[0])
    held = sum(one.ends[0] <= whole.number <= one.ends[1] for one in told)
    return f"{wide:.1f} ({wide / math.sqrt(times):.2f}); {held} of {len(told)}"


def _seconds() -> float:
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def main(say: Callable[[str], object] = print) -> None:
    """Read the command line, measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="customers drawn")
    parser.add_argument("--draws", type=int, default=40, help="how often each number of them is drawn")
    asked = parser.parse_args()
    whole = read(asked.study, None, 1)
    seeds = range(1, asked.draws + 1)
    parts = [[read(asked.study, n, seed) for seed in seeds] for n in asked.sizes if n < whole.n]
    say(f"{whole.n:,} customers. In each cell: width of the 95% interval as a multiple of that of all (of what the "
        "square root of the size makes of it); intervals that hold the figure of all.\n")  # fmt: skip
    for line in table(whole, parts):
        say(line)


if __name__ == "__main__":
    main()
