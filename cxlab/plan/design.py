"""The arms of a trial, the shares that they get, and how sure it shall be."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from types import MappingProxyType

from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.plan.errors import PlanError
from cxlab.plan.nouns import counted
from cxlab.plan.sample_size import Moments, customers_needed, detectable_effect, power
from cxlab.words import harmless, number_between, percent

CONTROL, ARM = "control", "gesture"
_LONGEST_BLOCK = 40


@dataclass(frozen=True)
class TrialDesign:
    """One control and one arm or several, each held against it.

    Attributes
    ----------
    shares : customers in a block, by arm; the control stands first.
    power : share of trials that find the effect. alpha : level over all arms together.
    """

    shares: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({CONTROL: 1, ARM: 1}))
    power: float = 0.8
    alpha: float = 0.05

    @property
    def control(self) -> str:
        """The arm that the others are held against."""
        return next(iter(self.shares))

    @property
    def arms(self) -> tuple[str, ...]:
        """The others."""
        return tuple(self.shares)[1:]

    @property
    def block(self) -> int:
        """Customers in a block."""
        return sum(self.shares.values())

    @property
    def is_even(self) -> bool:
        """Whether all arms are of one size."""
        return len(set(self.shares.values())) == 1

    @property
    def level(self) -> float:
        """Level of each comparison: the first step of Holm, by which the arms are read, is Bonferroni's."""
        return self.alpha / len(self.arms)

    def needed(self, moments: Moments, effect: float) -> dict[str, int] | None:
        """Return the customers by arm that it takes to see an effect in every arm; None: no number suffices."""
        units = max(
            customers_needed(
                moments, effect, control=self.shares[self.control], treated=self.shares[arm], alpha=self.level,
                wanted=self.power,
            )
            for arm in self.arms
        )  # fmt: skip
        return {arm: math.ceil(units * share) for arm, share in self.shares.items()} if math.isfinite(units) else None

    def detectable(self, moments: Moments, total: float) -> float | None:
        """Return the smallest effect that so many customers show in every arm; None: none, however large."""
        found = [
            detectable_effect(
                moments, total * self.shares[self.control] / self.block, total * self.shares[arm] / self.block,
                alpha=self.level, wanted=self.power,
            )
            for arm in self.arms
        ]  # fmt: skip
        known = [effect for effect in found if effect is not None]
        return max(known) if len(known) == len(found) else None

    def power_of(self, moments: Moments, effect: float, total: float) -> float:
        """Return the share of trials of so many customers that find an effect in the arm where it is hardest to see."""
        control = total * self.shares[self.control] / self.block
        return min(
            power(moments, effect, control, total * self.shares[arm] / self.block, alpha=self.level)
            for arm in self.arms
        )

    def estimate_in_words(self, estimate: Estimate, noun: str = "customers") -> str:
        """Say the same of an estimate, with its interval; it is of an arm where all are alike, else of all together."""
        text = counted(int(estimate.number), noun)
        text = tr("{customers} an arm", customers=text) if self.is_even else tr("{customers} in all", customers=text)
        if not estimate.has_interval:
            return text
        low, high = estimate.ends
        return tr("{text} (95% interval: {interval})", text=text, interval=number_between(low, high))

    @property
    def trials(self) -> str:
        """The power in words."""
        if math.isclose(self.power, 0.8):
            return tr("four of five trials")
        return tr("{n} of 100 trials", n=f"{100 * self.power:g}")

    @property
    def caution(self) -> str:
        """What several arms cost; empty for one."""
        if len(self.arms) < 2:
            return ""
        return tr(
            "Each of the {n} arms is held against {control} at a level of {level}, so that all of them together err in "
            "{alpha}.",
            n=len(self.arms),
            control=self.control,
            level=percent(self.level, 1),
            alpha=percent(self.alpha),
        )


def make_design(
    arms: Sequence[str] = (), allocation: Mapping[str, str] | None = None, *, control: str = CONTROL,
    power: float = 0.8, alpha: float = 0.05,
) -> TrialDesign:  # fmt: skip
    """Check what was asked for.

    Parameters
    ----------
    arms : names of the arms, with or without the control's; none: one arm, `gesture`, or those of the allocation.
    allocation : shares by arm, as texts; none: all alike.

    Raises
    ------
    PlanError : arms named twice or not at all, shares of nothing, a power or level out of range.

    Examples
    --------
    >>> dict(make_design(["card", "letter"], {"control": "0.5", "card": "0.25", "letter": "0.25"}).shares)
    {'control': 2, 'card': 1, 'letter': 1}
    """
    if not 0 < alpha < 0.5:
        raise PlanError(f"--alpha is {alpha:g}: give a level between 0 and 0.5, as 0.05")
    if not alpha < power < 1:
        raise PlanError(f"--power is {power:g}: give a share above --alpha and below 1, as 0.8")
    named = [arm for arm in arms if arm != control] or [arm for arm in allocation or () if arm != control] or [ARM]
    twice = sorted({arm for arm in arms if list(arms).count(arm) > 1})
    if twice:
        raise PlanError(f"--arms names {_listed(twice)} twice: name each arm once")
    for arm in (control, *named):
        if not arm.strip() or arm != arm.strip() or harmless(arm) != arm or not arm.isprintable():
            raise PlanError(f"an arm cannot be called `{arm}`: give it a name that begins with a letter")
    given = allocation if allocation is not None else dict.fromkeys((control, *named), "1")
    strange = [arm for arm in given if arm not in (control, *named)]
    lacking = [arm for arm in (control, *named) if arm not in given]
    if strange or lacking:
        about = f"has {_listed(strange)}, which is no arm" if strange else f"lacks {_listed(lacking)}"
        raise PlanError(f"--allocation {about}: give a share to each of {_listed([control, *named])}")
    return TrialDesign(MappingProxyType(_whole({arm: given[arm] for arm in (control, *named)})), power, alpha)


def _whole(shares: Mapping[str, str]) -> dict[str, int]:
    """Write shares as the smallest whole numbers: the customers of a block."""
    parts = {}
    for arm, text in shares.items():
        try:
            parts[arm] = Fraction(text.strip())
        except (ValueError, ZeroDivisionError):
            raise PlanError(f"--allocation gives {arm} the share `{text}`: give a number above 0") from None
        if not 0 < parts[arm] <= 1_000_000:
            raise PlanError(
                f"--allocation gives {arm} a share of {text.strip()}: every arm needs one above 0, up to a million"
            )
        if parts[arm].denominator > 1_000_000:
            raise PlanError(f"--allocation gives {arm} a share of {text.strip()}: round it, as 0.25")
    scale = math.lcm(*(part.denominator for part in parts.values()))
    whole = {arm: int(part * scale) for arm, part in parts.items()}
    common = reduce(math.gcd, whole.values())
    block = {arm: n // common for arm, n in whole.items()}
    if sum(block.values()) > _LONGEST_BLOCK:
        raise PlanError(
            f"--allocation needs blocks of {sum(block.values())} customers, which cannot be kept in balance: round the "
            f"shares to whole numbers that add up to {_LONGEST_BLOCK} at most"
        )
    return block


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
