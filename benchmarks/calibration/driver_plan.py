"""Which cases are looked at to calibrate what drivers go with, and what the page shows."""

from functools import partial

import numpy as np

from benchmarks.calibration.cases import Case, Values, seed_of_analysis
from benchmarks.calibration.figures import Band
from benchmarks.calibration.intervals import held, joined
from benchmarks.calibration.layout import COVERED, Cell, Row, Section
from benchmarks.made.driven import TAGS, DriverWorld, follow, true_shares
from cxlab.driver_tags import Group
from cxlab.experience import perceived_value, weigh_drivers, weigh_good_and_bad

WORLDS = {
    "nothing": ("no driver matters", DriverWorld()),
    "one": ("one matters, .3; none goes with another", DriverWorld((0.3, 0, 0, 0, 0), likeness=0.0)),
    "all": ("all matter, .15; none goes with another", DriverWorld((0.15,) * 5, likeness=0.0)),
    "experience": ("experience .25 and .2, product .1, 0 and 0", DriverWorld((0.25, 0.2, 0.1, 0, 0))),
    "product": ("product .25, −.2 and −.1, experience .05 and 0", DriverWorld((0.05, 0, 0.25, -0.2, -0.1))),
}
"""Slopes of the logarithm of the rate on a standard deviation of a driver; any two correlate by .3 unless said."""
TWO: dict[str, tuple[Group, ...]] = {"care": ("benefit",), "delay": ("sacrifice",)}
LEVERS = {
    "alike": ("benefit .2, sacrifice −.2, in all segments", DriverWorld((0.2, -0.2), likeness=0.2, tags=TWO)),
    "benefit": ("benefit .3, sacrifice 0, in all segments", DriverWorld((0.3, 0.0), likeness=0.2, tags=TWO)),
    "for whom": ("benefit .4 among profit-bringers, 0 elsewhere; sacrifice 0",
                 DriverWorld((0.4, 0.0), likeness=0.2, tags=TWO, by_segment=(1, 0, 0, 0))),
}  # fmt: skip
BENDS = {
    "even": ("bad and good .2", DriverWorld((0.2, 0.0), likeness=0.0, good=np.log(2 - np.exp(-0.2)), tags=TWO)),
    "bad": ("bad .4, good 0", DriverWorld((0.4, 0.0), likeness=0.0, good=0.0, tags=TWO)),
    "good": ("bad 0, good .3", DriverWorld((0.0, 0.0), likeness=0.0, good=0.3, tags=TWO)),
}
MOST_FALSE = Band(high=0.05)
_RESTS = (
    "cxlab/experience/drivers.py", "cxlab/experience/shares.py", "cxlab/experience/shapley.py",
    "cxlab/experience/moments.py", "cxlab/experience/poisson.py", "cxlab/experience/prepared.py",
    "cxlab/experience/value.py", "cxlab/experience/good_and_bad.py", "cxlab/two_sides.py", "cxlab/estimate.py",
    "benchmarks/made/driven.py", "benchmarks/calibration/driver_plan.py", "benchmarks/calibration/intervals.py",
)  # fmt: skip


def weighed(n: int, seed: int, *, world: DriverWorld) -> Values:
    """Weigh the drivers of n answers; where they tell, hold shares and sides against what was planted."""
    found, truth = weigh_drivers(follow(world, n, seed), seed=seed_of_analysis(seed)), true_shares(world)
    values: Values = {"tell": [float(found.tells)]}
    matter = [share.ends[0] > 0 for share in found.shares.values()]
    # Where nothing is planted, a study errs in which any driver is said to matter.
    values["any matters"] = [float(any(matter))]
    if not truth or not found.tells:
        named = any(pair.heavier not in ("alike", "cannot_tell") for pair in found.pairs)
        values["wrong"] = [float(not truth and named)]
        return values
    parts: list[Values] = [values]
    for name, share in zip(found.prepared.names, truth, strict=True):
        key = "planted" if share > 0.001 else "none"
        parts.append({f"share {key}": held("share", found.shares[name], share)["share"]})
        if key == "none":
            parts.append({"none matters": [float(found.shares[name].ends[0] > 0)]})
    experience = sum(share for share, tags in zip(truth, TAGS, strict=True) if "experience" in tags)
    apart = 2 * experience - 1
    pair = found.pair("experience")
    assert pair is not None
    parts.append({"difference": held("difference", pair.difference, apart)["difference"]})
    right = "experience" if apart > 0 else "product"
    parts.append({"right": [float(pair.heavier == right)]})
    parts.append({"wrong": [float(pair.heavier == ("product" if right == "experience" else "experience"))]})
    return joined(parts)


def valued(n: int, seed: int, *, world: DriverWorld) -> Values:
    """Hold the two levers against each other, for everybody and by segment."""
    found = perceived_value(follow(world, n, seed))
    one = found.everybody
    benefit, less = (100 * float(np.expm1(sign * slope)) for sign, slope in zip((1, -1), world.slopes, strict=True))
    parts: list[Values] = [{"differs": [float(found.differs)]}]
    if world.by_segment == (1.0,) * 4:
        parts.append({"slope": held("slope", one.benefit, benefit)["slope"]})
        parts.append({"slope": held("slope", one.sacrifice, less)["slope"]})
        parts += [{f"lever {lever}": [float(one.lever == lever)]} for lever in ("more_benefit", "less_sacrifice")]
    joint = [
        lever.benefit.ends[0] <= 100 * float(np.expm1(world.slopes[0] * times)) <= lever.benefit.ends[1]
        and lever.sacrifice.ends[0] <= 100 * float(np.expm1(-world.slopes[1] * times)) <= lever.sacrifice.ends[1]
        for lever, times in zip(found.segments, world.by_segment, strict=True)
    ]
    parts.append({"joint": [float(all(joint))]})
    return joined(parts)


def bent(n: int, seed: int, *, world: DriverWorld) -> Values:
    """Hold the bad side of a driver against its good one."""
    found = weigh_good_and_bad(follow(world, n, seed))
    care = next(bend for bend in found.bends if bend.name == "care")
    good = world.good if world.good is not None else world.slopes[0]
    costs, brings = float(-100 * np.expm1(-world.slopes[0])), float(100 * np.expm1(good))
    return {
        "costs": held("costs", care.costs, costs)["costs"], "brings": held("brings", care.brings, brings)["brings"],
        "asymmetry": held("asymmetry", care.asymmetry, costs - brings)["asymmetry"],
        "bad": [float(care.verdict == "bad_weighs_more")], "good": [float(care.verdict == "good_weighs_more")],
    }  # fmt: skip


def driver_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the table."""
    return (
        *(Case(f"drivers {name}", partial(weighed, world=world), {500: 100, 2000: 100}, _RESTS)
          for name, (_, world) in WORLDS.items()),
        *(Case(f"levers {name}", partial(valued, world=world), {2000: 100}, _RESTS)
          for name, (_, world) in LEVERS.items()),
        *(Case(f"sides {name}", partial(bent, world=world), {2000: 100}, _RESTS)
          for name, (_, world) in BENDS.items()),
    )  # fmt: skip


def driver_sections() -> tuple[Section, ...]:
    """Return the tables in the order of the page."""
    return (
        Section(
            "Weights of drivers",
            "Five drivers, answers by customers whose rates differ (variance .7 of the squared mean) and of whom each "
            "answers 1.6 times, half of each driver being the customer’s own. Two are tagged as experience, three as "
            "product. Shares, and their difference, are looked at where the drivers were said to explain more than "
            "chance; true shares are those of a million answers. A driver *matters* when its interval begins above 0. "
            "Wrong is to name the lighter side, or any side where nothing is planted.",
            ("slopes", "explain more than chance", "shares planted, held", "none planted, held: 95% or more",
             "without a share, said to matter: at most 5%", "difference held", "heavier side named",
             "wrong side: at most 5%"),
            tuple(
                Row(words, f"drivers {name}", (
                    Cell("tell", band=MOST_FALSE if name == "nothing" else None),
                    Cell("share planted", band=COVERED) if name != "nothing" else None,
                    Cell("share none", band=Band(low=0.95)) if name == "one" else None,
                    Cell("any matters", band=MOST_FALSE) if name == "nothing"
                    else Cell("none matters", band=MOST_FALSE) if name == "one" else None,
                    Cell("difference", band=COVERED) if name != "nothing" else None,
                    Cell("right") if name not in ("nothing",) else None,
                    Cell("wrong", band=MOST_FALSE),
                ))
                for name, (words, _) in WORLDS.items()
            ),
        ),
        Section(
            "Benefits and sacrifices",
            "Two drivers that correlate by .2. A difference between segments is planted in the last row only. All "
            "intervals of the segments hold when each of the eight does.",
            ("slopes", "slopes held: 93–97%", "all of the segments held: 95% or more", "segments said to differ",
             "more benefit named", "less sacrifice named"),
            tuple(
                Row(words, f"levers {name}", (
                    Cell("slope", band=COVERED) if name != "for whom" else None,
                    Cell("joint", band=Band(low=0.95)),
                    Cell("differs", band=MOST_FALSE if name != "for whom" else None),
                    Cell("lever more_benefit", band=MOST_FALSE if name == "alike" else None)
                    if name != "for whom" else None,
                    Cell("lever less_sacrifice", band=MOST_FALSE) if name != "for whom" else None,
                ))
                for name, (words, _) in LEVERS.items()
            ),
        ),
        Section(
            "Bad against good",
            "One driver cut at its median. In the first row the bad side costs as many purchases as the good one "
            "brings.",
            ("slopes", "costs held: 93–97%", "brings held: 93–97%", "difference held: 93–97%", "bad weighs more",
             "good weighs more"),
            tuple(
                Row(words, f"sides {name}", (
                    Cell("costs", band=COVERED), Cell("brings", band=COVERED), Cell("asymmetry", band=COVERED),
                    Cell("bad", band=None if name == "bad" else MOST_FALSE),
                    Cell("good", band=None if name == "good" else MOST_FALSE),
                ))
                for name, (words, _) in BENDS.items()
            ),
        ),
    )  # fmt: skip
