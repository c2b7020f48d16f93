"""Which cases are looked at to calibrate clusters, segments, agreement and movement, and how often each."""

from functools import partial

from benchmarks.calibration.cases import Case
from benchmarks.calibration.groups import none_planted, some_planted
from benchmarks.calibration.movement import followed
from benchmarks.calibration.population import Kind
from benchmarks.calibration.verdicts import agreed, agreed_as_given, judged
from benchmarks.made.clouds import CLOUDS

APART = (2, 3, 4, 6)  # standard deviations between the middles of planted groups, at least
TESTED_APART = 4
DRIVEN: tuple[Kind, ...] = ("segments", "clusters", "returns")
SMALL, NEARLY = 60, 120  # customers: too few by the rule, and just enough
_FITTING = ("choice", "features", "kmeans", "partition", "power", "reference", "structure")
_HERE, _MADE = "benchmarks/calibration", "benchmarks/made"
_GROUPS = (
    *(f"cxlab/clusters/{name}.py" for name in _FITTING), "cxlab/estimate.py", "cxlab/customers.py",
    f"{_HERE}/groups.py", f"{_MADE}/grouped.py",
)  # fmt: skip
_CLOUDS = (*_GROUPS, f"{_MADE}/clouds.py", f"{_MADE}/planted.py", "cxlab/segments/rule.py")
_JUDGING = ("ceiling", "crossfit", "partitions", "predictors", "scores", "skill", "verdict")
_BGNBD = ("bgnbd", "bgnbd_likelihood", "family", "forecast", "histories", "maximum", "model")
_VERDICTS = (
    *_GROUPS, *(f"cxlab/purchases/{name}.py" for name in _BGNBD), *(f"cxlab/agreement/{name}.py" for name in _JUDGING),
    "cxlab/contingency.py", "cxlab/drawn_tables.py", "cxlab/segments/rule.py", f"{_HERE}/verdicts.py",
    f"{_HERE}/population.py", f"{_HERE}/intervals.py", f"{_MADE}/planted.py", f"{_MADE}/crossed.py",
    f"{_MADE}/moves.py",
)  # fmt: skip
_MOVES = (
    "cxlab/segments", "cxlab/estimate.py", "cxlab/customers.py", f"{_HERE}/movement.py", f"{_HERE}/intervals.py",
    f"{_MADE}/moves.py",
)  # fmt: skip


def segment_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the table."""
    some, few = {500: 100, 2000: 20}, {500: 50, 2000: 10}
    clouds = [
        Case(f"cloud-{name}", partial(none_planted, draw=draw), some, _CLOUDS) for name, (_, draw) in CLOUDS.items()
    ]
    groups = [
        Case(f"groups-{apart}", partial(some_planted, apart=apart), some if apart == TESTED_APART else few, _GROUPS)
        for apart in APART
    ]
    judged_cases = [Case(f"judged-{kind}", partial(judged, kind=kind), some, _VERDICTS) for kind in DRIVEN]
    nothing = Case("judged-nothing", partial(judged, kind="nothing", intervals="without"), {500: 100}, _VERDICTS)
    short = [
        Case(f"few-{kind}", partial(judged, kind=kind, intervals="without"), {SMALL: 200, NEARLY: 100}, _VERDICTS)
        for kind in DRIVEN
    ]
    many = {500: 1000, 2000: 1000}
    given = Case("agreed-given", agreed_as_given, many, _VERDICTS)
    fitted = [
        Case(f"agreed-{kind}", partial(agreed, kind=kind), {500: 300, 2000: 300}, _VERDICTS) for kind in DRIVEN[:2]
    ]
    return (*clouds, *groups, *judged_cases, nothing, *short, given, *fitted, Case("moved", followed, many, _MOVES))
