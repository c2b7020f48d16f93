"""Which cases are looked at to calibrate what the spread of scores goes with, and what the page shows."""

from functools import partial
from typing import get_args

import numpy as np

from benchmarks.calibration.cases import Case, Values, seed_of_analysis
from benchmarks.calibration.figures import Band
from benchmarks.calibration.intervals import held, joined
from benchmarks.calibration.layout import COVERED, Cell, Row, Section
from benchmarks.made.answers import World, answer
from cxlab.experience import rank_places, spread_of_scores
from cxlab.experience.spread import LITTLE, Kind
from cxlab.simulate.felt import experience_truth

WORLDS = {
    "nothing": ("nobody and nothing differs", World()),
    "little": ("employees .15, stores .1", World(employee=0.15, store=0.1)),
    "mixed": ("employees .4, stores .3, weeks .2, customers .5", World(0.4, 0.3, 0.2, 0.5)),
    "people": ("employees .9", World(employee=0.9)),
    "weeks": ("weeks .9", World(week=0.9)),
    "places": ("stores 1.2", World(store=1.2)),
}
"""Standard deviations in points felt, beside 1.3 from one answer to the next."""
FACTORS = ("employee", "store", "week")
MOST_FALSE = Band(high=0.05)
_RESTS = ("cxlab/experience/crossed.py", "cxlab/experience/henderson.py", "cxlab/experience/places.py",
          "cxlab/experience/spread.py", "cxlab/simulate/felt.py", "cxlab/estimate.py", "benchmarks/made/answers.py",
          "benchmarks/calibration/experience_plan.py", "benchmarks/calibration/intervals.py")  # fmt: skip


def asked(n: int, seed: int, *, world: World) -> Values:
    """Look at n answers as the notebook does; hold shares and verdict against what really moved them."""
    answered, felt = answer(world, n, seed)
    truth = experience_truth(felt, np.zeros(n, np.int8))
    found = spread_of_scores(answered, seed=seed_of_analysis(seed))
    (touchpoint,) = found.touchpoints
    parts: list[Values] = []
    for name in FACTORS:
        planted = truth[f"variance_share.{name}"]["estimate"]
        key = "planted" if planted > 0 else "none"
        parts.append({f"share {key}": held("share", found.share(name), planted)["share"]})
    planted = truth["kind.till"]["estimate"]
    if touchpoint.spread is not None:
        parts.append({"whole": held("whole", touchpoint.spread, planted)["whole"]})
    said: Kind = touchpoint.kind
    wrong = said in ("random", "expected") if planted <= LITTLE else said == "managed"
    out = [place.stands_out for place in rank_places(found).ranked]
    parts.append({kind: [float(said == kind)] for kind in get_args(Kind)})
    parts.append({"wrong": [float(wrong)], "standing out": [float(one) for one in out]})
    return joined(parts)


def experience_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the table."""
    return tuple(
        Case(name, partial(asked, world=world), {500: 100, 2000: 100}, _RESTS) for name, (_, world) in WORLDS.items()
    )


def experience_sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    return (
        Section(
            "Intervals",
            "One touchpoint, 12 stores of 5 employees, 60 weeks, as many answers as the second column says, on a scale "
            "of 0 to 10. Where nothing is planted an interval holds when it begins at 0: a share is then said to be "
            "there in at most one of twenty. *Who, where and when* is their share together; with nothing planted it "
            "lies at the end of the scale.",
            ("standard deviations", "shares planted, held: 93–97%", "none planted, held: 95% or more",
             "who, where and when, held"),
            tuple(
                Row(words, name, (
                    Cell("share planted", band=COVERED) if name not in ("nothing",) else None,
                    Cell("share none", band=Band(low=0.95)) if name not in ("mixed",) else None,
                    Cell("whole", band=COVERED) if name != "nothing" else Cell("whole"),
                ))
                for name, (words, _) in WORLDS.items()
            ),
        ),
        Section(
            "Verdicts",
            "Wrong is *managed* where more than a tenth of the variance was planted in the shop that was drawn, and "
            "*random* or *expected* where it was less. Where nobody differs, whoever stands out does so by chance.",
            ("standard deviations", "managed", "expected", "random", "cannot tell", "wrong: at most 5%", "stand out"),
            tuple(
                Row(words, name, (
                    Cell("managed"), Cell("expected"), Cell("random"), Cell("cannot_tell"),
                    Cell("wrong", band=MOST_FALSE),
                    Cell("standing out", band=MOST_FALSE if name == "nothing" else None),
                ))
                for name, (words, _) in WORLDS.items()
            ),
        ),
    )  # fmt: skip
