"""What gestures, failures and the trial do: the settings as numbers, and the few formulas that use them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.settings import KINDS, Settings

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
SPOILED_FROM = 3
"""Gestures from which on an order without one disappoints."""
_TYPICAL_ORDERS, _TYPICAL_GAP, _TYPICAL_RECENT, _TYPICAL_REVENUE = 4.0, 20.0, 2.0, 100.0


@dataclass(frozen=True, eq=False)
class Rules:
    """The laws of a shop.

    Attributes
    ----------
    push : shape (kinds,), what a first gesture adds to the logarithm of the pace.
    decay : what is left of it a day later.
    opens, closes : first and last day of the trial's window.
    arm_names : control first; arm_strength, arm_cost, arm_limits (cumulative shares): shape (arms,).
    leaves_at_once : whether a customer may leave after the first purchase.
    """

    settings: Settings
    push: Array
    decay: float
    opens: int
    closes: int
    outcome_days: int
    arm_names: tuple[str, ...]
    arm_strength: Array
    arm_cost: Array
    arm_limits: Array
    failure_share: float
    value_spread: float
    leaves_at_once: bool

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        """Take the rules from the settings."""
        arms = settings.arms
        shares = np.array([arm.allocation for arm in arms.values()])
        return cls(
            settings=settings,
            push=settings.gestures.strength * np.array([getattr(settings.gestures.effect, kind) for kind in KINDS]),
            decay=2.0 ** (-1.0 / settings.gestures.half_life_days),
            opens=settings.window[0],
            closes=settings.window[1],
            outcome_days=settings.outcome_days,
            arm_names=tuple(arms),
            arm_strength=np.array([arm.strength for arm in arms.values()]),
            arm_cost=np.array([arm.cost for arm in arms.values()]),
            arm_limits=np.cumsum(shares / shares.sum()) if len(arms) else shares,
            failure_share=settings.failures.share,
            value_spread=settings.money.value_spread,
            leaves_at_once=settings.segments == "four" or settings.buyers.leaves_after == "any",
        )

    def draw_arm(self, drawn: Array) -> Whole:
        """Turn uniform numbers into numbers of arms."""
        arm = np.searchsorted(self.arm_limits, drawn, side="right")
        return np.asarray(np.minimum(arm, len(self.arm_limits) - 1), dtype=np.int64)

    def strength(self, chosen: Flags, assigned: Whole) -> Array:
        """Strength of what comes with an order: the arm's where one is drawn, else 1 for a chosen gesture."""
        return np.where(assigned >= 0, self.arm_strength[assigned], chosen)

    def value_in_cents(self, log_value: Array, normal: Array) -> Whole:
        """Value of orders, at least a hundredth of the currency's unit, from normal numbers."""
        cents = np.rint(100 * np.exp(log_value + self.value_spread * normal))
        return np.asarray(np.maximum(cents, 1), dtype=np.int64)

    def chance_of_gesture(
        self, orders: Whole, gap: Whole, recent: Array, revenue: Array, failed: Flags, log_pace: Array
    ) -> Array:
        """Probability that staff choose to give a gesture; by what is known before it, and by `hidden`."""
        given = self.settings.gestures
        if given.highest == 0:
            return np.zeros(len(orders))
        slopes = given.policy
        known = orders > 0
        score = (
            slopes.orders * (np.log1p(orders) - np.log1p(_TYPICAL_ORDERS))
            + slopes.gap * np.where(known, np.log1p(np.maximum(gap, 0)) - np.log1p(_TYPICAL_GAP), 0.0)
            + slopes.recent_orders * (recent - _TYPICAL_RECENT)
            + slopes.revenue * (np.log1p(revenue) - np.log1p(_TYPICAL_REVENUE))
            + slopes.failure * failed
        )
        logit = np.log(given.share / (1 - given.share)) + given.confounding * score + given.hidden * log_pace
        return np.asarray(np.clip(1 / (1 + np.exp(-logit)), given.lowest, given.highest))

    def jump(self, push: Array, gifts: Whole, given: Array, gets: Flags, failed: Flags) -> Array:
        """Return what an order adds to the mood.

        Parameters
        ----------
        push : what a first gesture adds.
        gifts : gestures before this one.
        given : strength of the gesture, 0 without one; `gets` whether there is one.
        """
        what, harm = self.settings.gestures, self.settings.failures
        lifted = push * given * what.wear_off**gifts
        let_down = what.strength * what.disappointment * (~gets & (gifts >= SPOILED_FROM))
        dent = harm.harm * failed * (1 - what.strength * harm.recovery * given)
        return np.asarray(lifted - let_down - dent)
