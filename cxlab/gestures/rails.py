"""One guard rail of a gesture: a share that it must not make worse, with a verdict."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxlab.estimate import Estimate
from cxlab.gestures.compared import compare_outcome, ratio_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.means import TwoMeans
from cxlab.gestures.sample import Sample
from cxlab.gestures.verdict import LEAST_CUSTOMERS, LEVEL, always_valid_reach, holm
from cxlab.language import SOURCE, Texts, speaking, tr

RailToken = Literal["worse", "not_worse", "shifted", "not_shifted", "cannot_tell"]
HARMLESS = 0.01
"""A change of less than one in a hundred is no harm worth the name."""


@dataclass(frozen=True)
class _Kind:
    """A guard rail: a share of two outcomes (`purchases` is the sample's own), and which way is worse (0: neither)."""

    above: str
    below: str
    worse: int


_KINDS = {
    "returns": _Kind("returned", "sold", 1),
    "complaints": _Kind("complaints", "purchases", 1),
    "low_scores": _Kind("low_answers", "answers", 1),
    "channel": _Kind("elsewhere_days", "channel_days", 0),
    "margin": _Kind("earned", "revenue", -1),
}
RAILS = tuple(_KINDS)
"""Their names."""
_SHORT = Texts(
    {
        "returns": "Returns",
        "complaints": "Complaints",
        "low_scores": "Low scores",
        "channel": "Other channels",
        "margin": "Margin",
    }
)
_SAID = Texts(
    {
        "returns": "value that came back, of what was sold",
        "complaints": "things that went wrong, for a purchase",
        "low_scores": "low scores, of all answers",
        "channel": "purchases elsewhere than through",
        "margin": "what is left of revenue, gestures aside",
    }
)


@dataclass(frozen=True)
class Rail:
    """One guard rail of one arm.

    Attributes
    ----------
    name : machine name.
    without : the share without the gesture. change : how much the gesture changes it; both are shares.
    p_value : of no change; adjusted_p : for the number of rails of this arm (Holm).
    channel : against which purchases elsewhere are counted; empty: it is not about channels.
    verdict : worse (shifted, where neither way is worse) when the adjusted p is below 5% and the change goes the wrong
        way; not_worse when the 90% interval keeps off a change of one in a hundred for the worse; else cannot_tell.
    """

    name: str
    channel: str
    without: Estimate
    change: Estimate
    p_value: float
    adjusted_p: float
    verdict: RailToken

    @property
    def short(self) -> str:
        """What it is, in a word or two."""
        return _SHORT[self.name]

    @property
    def said(self) -> str:
        """What it is, in plain words."""
        return _say(self.name, self.channel)


def find_rails(sample: Sample, effect: GestureEffect) -> tuple[Rail, ...]:
    """Find every guard rail of an arm that its sample tells."""
    if not effect.is_told:
        return ()
    told = {name: means for name, kind in _KINDS.items() if (means := _share(sample, effect, kind)) is not None}
    reach = {}
    for name, means in told.items():
        reach[name] = always_valid_reach(means.standard_error, means.n, (1 - LEVEL) / len(told))
    adjusted = dict(zip(told, holm([means.p_value for means in told.values()]), strict=True))
    found = []
    for name, means in told.items():
        kind = _KINDS[name]
        channel = sample.main_channel if name == "channel" else ""
        with speaking(SOURCE):
            words = _say(name, channel)
        sure = abs(means.difference) > reach[name] if sample.n_running else adjusted[name] < 1 - LEVEL
        verdict = _judge(means, kind.worse, sure=sure, running=bool(sample.n_running))
        found.append(
            Rail(
                name, channel, means.mean("control", words),
                means.estimate(f"{words}, as a share"), means.p_value,
                adjusted[name], verdict,
            )
        )  # fmt: skip
    return tuple(found)


def _say(name: str, channel: str) -> str:
    return f"{_SAID[name]} {tr('“{channel}”', channel=channel)}" if channel else _SAID[name]


def _share(sample: Sample, effect: GestureEffect, kind: _Kind) -> TwoMeans | None:
    """Return a rail with the gesture and without it; None where the study or too few customers tell it."""
    known = {**sample.further, "purchases": sample.outcome}
    if kind.above not in known or kind.below not in known:
        return None
    for arm in (effect.arm, sample.control):
        mine = (sample.arms == arm) & (known[kind.below] != 0)
        if len(np.unique(sample.clusters[mine])) < LEAST_CUSTOMERS:
            return None
    above, below = (compare_outcome(sample, effect, known[name]) for name in (kind.above, kind.below))
    return None if above is None or below is None else ratio_of(above, below)


def _judge(means: TwoMeans, worse: int, *, sure: bool, running: bool) -> RailToken:
    change = means.difference * worse if worse else abs(means.difference)
    if sure and change > 0:
        return "worse" if worse else "shifted"
    narrow = means.reach(0.90)
    if not running and change + narrow <= HARMLESS:
        return "not_worse" if worse else "not_shifted"
    return "cannot_tell"
