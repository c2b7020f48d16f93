"""Which cases are looked at to calibrate the effects of gestures and the verdicts on them, and how often each."""

from functools import partial

from benchmarks.calibration.beside import beside
from benchmarks.calibration.cases import Case
from benchmarks.calibration.effects import estimated, in_vain, looked_at_daily
from benchmarks.calibration.gesture_shops import shop
from benchmarks.calibration.store import ROOT
from benchmarks.made.given import Way
from benchmarks.made.given_in_vain import IN_VAIN
from benchmarks.made.given_worlds import WORLDS, smooth, turned

WAYS: tuple[Way, ...] = ("lot", "choice")
PLANTED = 5_000
LARGE = 20_000
"""Customers with whom an effect that is not there must be said not to be there."""
BESIDE = ("smooth", "rugged")
_WORDS = {
    "__init__", "alike", "design", "errors", "for_whom", "money", "naive", "next_trial", "recovered", "repeated",
    "said",
}  # fmt: skip
"""Modules of the kit that put figures into words: what they change is no other figure."""
_HERE, _MADE = "benchmarks/calibration", "benchmarks/made"
FIGURES = tuple(
    file.relative_to(ROOT).as_posix()
    for file in sorted((ROOT / "cxlab" / "gestures").glob("*.py"))
    if file.stem not in _WORDS
)
_EFFECTS = (
    *FIGURES, "cxlab/estimate.py", f"{_HERE}/effects.py", f"{_HERE}/intervals.py", f"{_MADE}/given.py",
    f"{_MADE}/given_worlds.py",
)  # fmt: skip
_IN_VAIN = (*_EFFECTS, f"{_MADE}/given_in_vain.py")
_BESIDE = (*_EFFECTS, f"{_HERE}/beside.py", "benchmarks/effects_peer.py")
_SHOPS = (
    *FIGURES, "cxlab/estimate.py", "cxlab/occasions", "cxlab/simulate", "cxlab/gesture_rows.py",
    f"{_HERE}/gesture_shops.py", f"{_HERE}/intervals.py",
)  # fmt: skip
_MANY = {500: 1000, 1000: 1000, 2000: 1000, 5000: 1000}
_FITTED = {500: 2000, 1000: 1000, 2000: 1000, 5000: 200}
_NOTHING = {"lot": {500: 1000, 2000: 1000}, "choice": {500: 2000, 2000: 2000}}


def gesture_cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the page."""
    given = [
        Case(f"{way}-{name}", partial(estimated, world=world, way=way), _MANY if way == "lot" else _FITTED, _EFFECTS)
        for way in WAYS
        for name, world in WORLDS.items()
    ]
    nothing = [
        Case(f"{way}-{name}-nothing", partial(estimated, world=world, way=way, strength=0.0), _NOTHING[way], _EFFECTS)
        for way in WAYS
        for name, world in WORLDS.items()
    ]
    daily = [
        Case(f"daily-{name}", partial(looked_at_daily, world=world), {500: 1000, 2000: 1000, 5000: 1000}, _EFFECTS)
        for name, world in WORLDS.items()
    ]
    vain = [
        Case(f"vain-{name}", partial(in_vain, world=world), {500: 200, 2000: 200}, _IN_VAIN)
        for name, (_, world) in IN_VAIN.items()
    ]
    planted = []
    for way, times in zip(WAYS, (200, 100), strict=True):
        planted += [
            Case(f"{way}-none", partial(estimated, world=smooth, way=way, strength=0.0), {LARGE: times}, _EFFECTS),
            Case(f"{way}-harm", partial(estimated, world=smooth, way=way, strength=-1.0), {PLANTED: times}, _EFFECTS),
            Case(f"{way}-turned", partial(estimated, world=turned, way=way), {PLANTED: times}, _EFFECTS),
        ]
    shops = [
        Case("shop", shop, {1000: 50, 2000: 50}, _SHOPS),
        Case("shop-nothing", partial(shop, strength=0.0), {2000: 50}, _SHOPS),
    ]
    both = [Case(f"beside-{name}", partial(beside, world=WORLDS[name]), {2000: 10}, _BESIDE) for name in BESIDE]
    return (*given, *nothing, *daily, *vain, *planted, *shops, *both)
