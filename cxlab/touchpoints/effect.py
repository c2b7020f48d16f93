"""What is known of one channel: who took it up, the jump one sees, and what is left of it among customers alike."""

from dataclasses import dataclass, replace

from cxlab.estimate import Estimate
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.means import TwoMeans
from cxlab.gestures.said import digits_for
from cxlab.gestures.verdict import Token
from cxlab.language import Texts
from cxlab.occasions import Adoption

UNIT, RATIO = "purchases per customer who took it up", "ratio of purchases"
ORDER: tuple[Token, ...] = ("works", "harms", "no_effect", "cannot_tell", "not_identifiable")
SAYS = Texts(
    {
        "works": "Brings purchases",
        "harms": "Costs purchases",
        "no_effect": "Selection, not cause",
        "cannot_tell": "Cannot tell",
        "not_identifiable": "Nobody to compare with",
        "mostly_selection": "Mostly selection",
    }
)
"""The verdicts in short; where it cannot be told, whether most of the jump can be no cause."""


@dataclass(frozen=True, eq=False)
class TouchpointEffect:
    """What taking up one channel brings.

    Attributes
    ----------
    adoption : who took it up.
    usage : purchases in the last `outcome_days` of those who had taken it up by then, and of those who had not.
    found : orders at which it was taken up against orders alike made elsewhere; None: too few took it up.
    outcome_days : time after such an order in which purchases count.
    """

    adoption: Adoption
    usage: TwoMeans | None
    found: GestureEffect | None
    outcome_days: int

    @property
    def channel(self) -> str:
        """The channel, as it stands in the data."""
        return self.adoption.channel

    @property
    def verdict(self) -> Token:
        """By the rule for chosen gestures; `cannot_tell` where too few took it up."""
        return "cannot_tell" if self.found is None else self.found.verdict.token

    @property
    def naive(self) -> Estimate:
        """Purchases of those who use it less those of the others, as they are."""
        return Estimate() if self.usage is None else self.usage.estimate(UNIT)

    @property
    def naive_ratio(self) -> Estimate:
        """Purchases of those who use it over those of the others, as they are."""
        return Estimate() if self.usage is None else _ratio(self.usage.percent())

    @property
    def effect(self) -> Estimate:
        """Purchases that taking it up brings those who did; no value where none is told."""
        return Estimate() if self.found is None else self.found.effect

    @property
    def ratio(self) -> Estimate:
        """The same as a ratio to what the same customers would have bought without it."""
        return Estimate() if self.found is None else _ratio(self.found.percent)

    @property
    def is_told(self) -> bool:
        """Whether an effect is given."""
        return self.effect.has_interval

    @property
    def jumps(self) -> bool:
        """Whether those who use it buy more at first sight."""
        return self.naive_ratio.has_interval and self.naive_ratio.ends[0] > 1

    @property
    def exceeds_effect(self) -> bool:
        """Whether those who use it buy more than it can make, by the whole of both intervals."""
        return self.jumps and self.ratio.has_interval and self.ratio.ends[1] < self.naive_ratio.ends[0]

    @property
    def is_mostly_selection(self) -> bool:
        """Whether it cannot be told to do anything, and can make less than half of the jump, by both intervals."""
        if self.verdict != "cannot_tell" or not self.exceeds_effect:
            return False
        return self.ratio.ends[1] - 1 < (self.naive_ratio.ends[0] - 1) / 2

    @property
    def said(self) -> str:
        """The verdict in short."""
        return SAYS["mostly_selection" if self.is_mostly_selection else self.verdict]

    @property
    def digits(self) -> int:
        """Decimals in which its purchases are written: two figures of half the interval's width."""
        for e in (self.effect, self.naive):
            if e.has_interval and e.ends[1] > e.ends[0]:
                return digits_for((e.ends[1] - e.ends[0]) / 2)
        return 2

    @property
    def findings(self) -> dict[str, Estimate]:
        """Its numbers by their keys in `results.json`."""
        found = {
            "touchpoint_effect": replace(self.effect, verdict=self.verdict),
            "touchpoint_effect_ratio": self.ratio,
            "touchpoint_naive": self.naive,
            "touchpoint_naive_ratio": self.naive_ratio,
        }
        if self.found is not None:
            found["touchpoint_placebo"] = self.found.placebo
            if self.found.sensitivity is not None and self.is_told:
                found["touchpoint_robustness"] = self.found.sensitivity.findings["robustness_value"]
        return {f"{name}.{self.channel}": e for name, e in found.items() if e.as_finding()}


def _ratio(percent: Estimate) -> Estimate:
    """Turn percent more into a ratio."""
    if not percent.has_interval:
        return Estimate()
    low, high = percent.ends
    return replace(percent, value=1 + percent.number / 100, low=1 + low / 100, high=1 + high / 100, unit=RATIO)
